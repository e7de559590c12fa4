//! Sealed days tell what their slots tell.

use super::expected::told;
use super::*;

#[test]
fn a_sealed_day_is_read_instead_of_its_slots_and_tells_the_same() {
    let (_folder, path) = history();
    let connection = Connection::open(&path).unwrap();
    for (n, ms) in (1..=20).zip([100, 900].into_iter().cycle()) {
        let model = if n % 3 == 0 { "b" } else { "a" };
        insert(&connection, n, &call(BEGIN_MS + n * 1_000_000, model, ms));
        book(&connection, n).unwrap();
    }
    let edges = days("Europe/Berlin");
    let query = SpendQuery {
        edges: edges.clone(),
        by: SpendBy::Model,
        within: vec![(SpendBy::Project, "red".to_owned())],
        simulated: false,
        latency: true,
        timed: 1,
    };
    let before = answer(&connection, std::slice::from_ref(&query))
        .unwrap()
        .remove(0);
    assert_eq!(before.sealed, [false; 4]);
    seal(&connection, edges[1], edges[2]).unwrap();
    // Only the sealed day can have told it.
    connection
        .execute(
            "DELETE FROM spend_slots WHERE slot >= ?1 AND slot < ?2",
            [edges[1], edges[2]],
        )
        .unwrap();
    let after = answer(&connection, std::slice::from_ref(&query))
        .unwrap()
        .remove(0);
    assert_eq!(after.sealed, [false, true, false, false]);
    assert_eq!(told(&after), told(&before));
    let (a, b) = (&after.values[0], &after.values[1]);
    assert_eq!((a.value.as_str(), b.value.as_str()), ("p/a", "p/b"));
    assert_eq!(
        a.sums.latency_ms(0.95),
        before.values[0].sums.latency_ms(0.95)
    );
    assert_eq!(a.times, before.values[0].times);
    assert_eq!(after.rest_times, before.rest_times);
    assert!(a.times[1].latency_p50_ms.is_some());
}

#[test]
fn sealed_days_are_read_within_a_longer_bucket_and_narrowed_by_any_labels() {
    let (_folder, path) = history();
    let connection = Connection::open(&path).unwrap();
    for n in 1..=60 {
        let model = if n % 3 == 0 { "b" } else { "a" };
        let of = Call {
            tags: Some(if n % 2 == 0 {
                r#"["x","y"]"#
            } else {
                r#"["x"]"#
            }),
            ..call(BEGIN_MS + n * 4_000_000, model, 100 + n)
        };
        insert(&connection, n, &of);
        book(&connection, n).unwrap();
    }
    let edges = days("UTC");
    let query = |by, within: &[(SpendBy, &str)]| SpendQuery {
        edges: vec![edges[0] + 7, edges[4]],
        by,
        within: within
            .iter()
            .map(|(by, label)| (*by, (*label).to_owned()))
            .collect(),
        simulated: false,
        latency: true,
        timed: 1,
    };
    let queries = [
        query(SpendBy::Model, &[]),
        query(SpendBy::Tag, &[(SpendBy::Model, "p/a")]),
        query(
            SpendBy::Tag,
            &[(SpendBy::Model, "p/a"), (SpendBy::Project, "red")],
        ),
        query(
            SpendBy::Model,
            &[
                (SpendBy::Tag, "y"),
                (SpendBy::Project, "red"),
                (SpendBy::Model, "p/b"),
            ],
        ),
    ];
    let before = answer(&connection, &queries).unwrap();
    for pair in edges[1..].windows(2) {
        seal(&connection, pair[0], pair[1]).unwrap();
    }
    connection
        .execute(
            "DELETE FROM spend_slots WHERE slot >= ?1 AND slot < ?2",
            [edges[1], edges[4]],
        )
        .unwrap();
    let after = answer(&connection, &queries).unwrap();
    for (after, before) in after.iter().zip(&before) {
        assert!(!after.values.is_empty());
        assert_eq!(after.sealed, [false]);
        assert_eq!(told(after), told(before));
        for (after, before) in after.values.iter().zip(&before.values) {
            assert_eq!(after.sums, before.sums);
            assert_eq!(after.times, before.times);
        }
        assert_eq!(after.rest_times, before.rest_times);
    }
}

#[test]
fn a_day_that_an_older_version_sealed_is_sealed_anew() {
    let (_folder, path) = history();
    let connection = Connection::open(&path).unwrap();
    insert(&connection, 1, &call(BEGIN_MS + 5, "a", 1));
    book(&connection, 1).unwrap();
    let edges = days("UTC");
    let all: Vec<(i64, i64)> = edges.windows(2).map(|pair| (pair[0], pair[1])).collect();
    let open = || unsealed(&connection, all.clone()).unwrap();
    assert!(open().contains(&(edges[1], edges[2])));
    seal(&connection, edges[1], edges[2]).unwrap();
    assert!(!open().contains(&(edges[1], edges[2])));
    assert!(
        !open().contains(&(edges[0], edges[1])),
        "before the first call there is nothing to seal"
    );
    connection
        .execute("UPDATE spend_days SET within = within & 255", [])
        .unwrap();
    assert!(open().contains(&(edges[1], edges[2])));
    seal(&connection, edges[1], edges[2]).unwrap();
    assert!(!open().contains(&(edges[1], edges[2])));
}

#[test]
fn a_late_change_takes_the_seal_off_its_day_only() {
    let (_folder, path) = history();
    let connection = Connection::open(&path).unwrap();
    let edges = days("UTC");
    for pair in edges.windows(2) {
        seal(&connection, pair[0], pair[1]).unwrap();
    }
    insert(&connection, 1, &call(BEGIN_MS + 5, "a", 1));
    book(&connection, 1).unwrap();
    let query = SpendQuery {
        edges,
        by: SpendBy::All,
        within: Vec::new(),
        simulated: false,
        latency: false,
        timed: 0,
    };
    let answer = answer(&connection, &[query]).unwrap().remove(0);
    assert_eq!(answer.sealed, [true, false, true, true]);
    assert_eq!(answer.values[0].sums.calls(), 1);
}

#[test]
fn a_kind_with_very_many_labels_is_read_from_the_slots() {
    let (_folder, path) = history();
    let connection = Connection::open(&path).unwrap();
    for n in 1..=400 {
        insert(&connection, n, &call(BEGIN_MS + n, "a", 1));
        connection
            .execute(
                "UPDATE calls SET prompt_id = 'p' || key WHERE key = ?1",
                [n],
            )
            .unwrap();
        book(&connection, n).unwrap();
    }
    let edges = days("UTC");
    seal(&connection, edges[1], edges[2]).unwrap();
    let query = |by, within| SpendQuery {
        edges: edges.clone(),
        by,
        within,
        simulated: false,
        latency: false,
        timed: 0,
    };
    let narrow = query(SpendBy::Model, vec![(SpendBy::Prompt, "p7".to_owned())]);
    let wide = query(SpendBy::Prompt, Vec::new());
    let answers = answer(&connection, &[narrow, wide]).unwrap();
    assert!(!answers[0].sealed[1] && answers[1].sealed[1]);
    assert_eq!(answers[0].values[0].sums.calls(), 1);
    assert_eq!(answers[1].values.len(), 400);
}
