use super::*;
use crate::Store;
use proptest::prelude::*;
use rusqlite::{Connection, params};
use std::collections::BTreeMap;

/// A row as the tests know it: what a call is, in words of its own.
#[derive(Debug, Clone)]
struct Call {
    at_ms: i64,
    status: &'static str,
    simulated: bool,
    model: &'static str,
    answered: Option<&'static str>,
    route: Option<&'static str>,
    project: Option<&'static str>,
    key: Option<&'static str>,
    prompt: Option<&'static str>,
    tags: Option<&'static str>,
    cost: Option<i64>,
    source: Option<&'static str>,
    tokens: i64,
    retries: i64,
    fallbacks: i64,
    continued: bool,
    fallback_text: bool,
    elapsed: Option<i64>,
    rating: Option<&'static str>,
}

/// 2026-03-28 00:00 UTC: the night after, Berlin's clocks go forward.
const BEGIN_MS: i64 = 1_774_656_000_000;

fn any_call() -> impl Strategy<Value = Call> {
    let labels = (
        any::<bool>(),
        prop_oneof![Just("a"), Just("b"), Just("c/d")],
        proptest::option::of(prop_oneof![Just("a"), Just("b")]),
        proptest::option::of(prop_oneof![Just("chat"), Just("code")]),
        proptest::option::of(prop_oneof![Just("red"), Just("blue")]),
        proptest::option::of(Just("laptop")),
        proptest::option::of(prop_oneof![Just("p1"), Just("p2")]),
        proptest::option::of(prop_oneof![
            Just(r#"["x"]"#),
            Just(r#"["y","x","y",""]"#),
            Just("[]"),
            Just("nonsense")
        ]),
    );
    let figures = (
        proptest::option::of(prop_oneof![Just(0), 1..9_000_000_i64, Just(i64::MAX)]),
        proptest::option::of(prop_oneof![Just("computed"), Just("estimated")]),
        prop_oneof![Just(0), 1..9_000_i64, Just(i64::MAX), Just(-5)],
        0..3_i64,
        0..2_i64,
        any::<bool>(),
        proptest::bool::weighted(0.1),
        proptest::option::of(prop_oneof![0..100_000_i64, Just(i64::MAX)]),
        proptest::option::of(prop_oneof![Just("good"), Just("bad")]),
    );
    let status = prop_oneof![
        4 => Just("ok"), 1 => Just("failed"), 1 => Just("cancelled"), 1 => Just("interrupted"), 1 => Just("running")
    ];
    // Before 1970 too: a clock may say anything.
    let at = prop_oneof![20 => 0..(4 * 86_400_000_i64), 1 => -BEGIN_MS - 5_000_000..-BEGIN_MS + 5_000_000];
    (at, status, labels, figures).prop_map(|(at, status, labels, figures)| Call {
        at_ms: BEGIN_MS + at,
        status,
        simulated: labels.0,
        model: labels.1,
        answered: labels.2,
        route: labels.3,
        project: labels.4,
        key: labels.5,
        prompt: labels.6,
        tags: labels.7,
        cost: figures.0,
        source: figures.1,
        tokens: figures.2,
        retries: figures.3,
        fallbacks: figures.4,
        continued: figures.5,
        fallback_text: figures.6,
        elapsed: figures.7,
        rating: figures.8,
    })
}

fn insert(connection: &Connection, key: i64, call: &Call) {
    connection
        .execute(
            "INSERT INTO calls(key, id, status, started_at_ms, caller, caller_key, route, project, prompt_id, tags,
                 requested_provider, requested_model, requested_simulated,
                 answered_provider, answered_model, answered_simulated,
                 cost_pico_usd, cost_source, input_uncached_tokens, reasoning_output_tokens, retries, fallbacks,
                 continued, fallback_text, elapsed_ms, first_token_ms, rating)
             VALUES (?1, ?2, ?3, ?4, 'gateway', ?5, ?6, ?7, ?8, ?9, 'p', ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17,
                 ?17, ?18, ?19, ?20, ?21, ?22, ?22, ?23)",
            params![
                key,
                u128::try_from(key).unwrap().to_be_bytes(),
                call.status,
                call.at_ms,
                call.key,
                call.route,
                call.project,
                call.prompt,
                call.tags,
                call.model,
                call.simulated,
                call.answered.map(|_| "q"),
                call.answered,
                call.answered.map(|_| call.simulated),
                call.cost,
                call.source,
                call.tokens,
                call.retries,
                call.fallbacks,
                call.continued,
                call.fallback_text,
                call.elapsed,
                call.rating,
            ],
        )
        .unwrap();
}

impl Call {
    fn labels(&self, by: SpendBy) -> Vec<String> {
        let one = |text: Option<&str>| vec![text.unwrap_or_default().to_owned()];
        match by {
            SpendBy::All => one(None),
            SpendBy::Model => vec![match self.answered {
                Some(model) => format!("q/{model}"),
                None => format!("p/{}", self.model),
            }],
            SpendBy::Provider => one(self.answered.map(|_| "q").or(Some("p"))),
            SpendBy::Route => one(self.route),
            SpendBy::Project => one(self.project),
            SpendBy::Caller => vec![match self.key {
                Some(key) => format!("gateway: {key}"),
                None => "gateway".to_owned(),
            }],
            SpendBy::Prompt => one(self.prompt),
            SpendBy::Tag => match self.tags {
                Some(r#"["x"]"#) => vec!["x".to_owned()],
                Some(r#"["y","x","y",""]"#) => vec!["x".to_owned(), "y".to_owned()],
                _ => one(None),
            },
        }
    }
}

/// What a query must tell of one label in one bucket: calls, failed, cost, estimated cost, unpriced.
type Told = [i128; 5];

/// By label: that of each bucket, then answered, rescued (retry, fallback, continuation), retries, good, tokens.
type Expected = BTreeMap<String, (BTreeMap<usize, Told>, [i128; 7])>;

fn expected(calls: &[Call], query: &SpendQuery) -> Expected {
    let mut found = Expected::new();
    for call in calls {
        let slot = call.at_ms.div_euclid(SPEND_SLOT_MS);
        let bucket = query
            .edges
            .windows(2)
            .position(|edge| (edge[0]..edge[1]).contains(&slot));
        let fits = call.status != "running"
            && call.simulated == query.simulated
            && query
                .within
                .iter()
                .all(|(by, label)| call.labels(*by).contains(label));
        let (Some(bucket), true) = (bucket, fits) else {
            continue;
        };
        let cost = i128::from(call.cost.unwrap_or(0));
        let tokens = i128::from(call.tokens.max(0));
        let unpriced = call.cost.is_none() && (call.status == "ok" || tokens > 0);
        let told: Told = [
            1,
            i128::from(matches!(call.status, "failed" | "interrupted")),
            cost,
            if call.source == Some("estimated") {
                cost
            } else {
                0
            },
            i128::from(unpriced),
        ];
        let ok = call.status == "ok";
        let rescued = ok && !call.fallback_text;
        let by_continuation = rescued && call.continued;
        let by_fallback = rescued && !call.continued && call.fallbacks > 0;
        let by_retry = rescued && !call.continued && call.fallbacks == 0 && call.retries > 0;
        let sums = [
            i128::from(ok),
            i128::from(by_retry),
            i128::from(by_fallback),
            i128::from(by_continuation),
            i128::from(call.retries),
            i128::from(call.rating == Some("good")),
            2 * tokens,
        ];
        for label in call.labels(query.by) {
            if query.by != SpendBy::All
                && query
                    .within
                    .iter()
                    .any(|(by, only)| *by == query.by && *only != label)
            {
                continue;
            }
            let (points, all) = found.entry(label).or_default();
            for (sum, more) in points.entry(bucket).or_default().iter_mut().zip(told) {
                *sum += more;
            }
            for (sum, more) in all.iter_mut().zip(sums) {
                *sum += more;
            }
        }
    }
    found
}

fn told(answer: &SpendAnswer) -> Expected {
    answer
        .values
        .iter()
        .map(|value| {
            let points = value
                .points
                .iter()
                .map(|(bucket, point)| {
                    let told = [
                        point.calls,
                        point.failed,
                        point.cost,
                        point.estimated_cost,
                        point.unpriced,
                    ];
                    (*bucket, told)
                })
                .collect();
            let all = [
                Count::Answered,
                Count::RescuedByRetry,
                Count::RescuedByFallback,
                Count::RescuedByContinuation,
                Count::Retries,
                Count::RatedGood,
            ]
            .map(|count| value.sums.get(count));
            let tokens = value.sums.get(Count::InputUncached) + value.sums.get(Count::Reasoning);
            let all = [all[0], all[1], all[2], all[3], all[4], all[5], tokens];
            (value.value.clone(), (points, all))
        })
        .collect()
}

/// Slots at which the days of a zone begin around the test's time.
fn days(zone: &str) -> Vec<i64> {
    let zone = jiff::tz::TimeZone::get(zone).unwrap();
    (27..=31)
        .map(|day| {
            let start = zone
                .to_timestamp(jiff::civil::date(2026, 3, day).at(0, 0, 0, 0))
                .unwrap();
            start.as_millisecond().div_euclid(SPEND_SLOT_MS)
        })
        .collect()
}

const ZONES: [&str; 6] = [
    "UTC",
    "Europe/Berlin",
    "America/New_York",
    "Asia/Kathmandu",
    "Australia/Lord_Howe",
    "Pacific/Auckland",
];

fn history() -> (tempfile::TempDir, std::path::PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("history.sqlite");
    drop(Store::open(&path).unwrap());
    (folder, path)
}

#[derive(Debug, Clone)]
enum Act {
    /// The call of that place is recorded.
    Record,
    Rate(usize),
    Seal(usize, usize),
    /// The transaction's work since the last commit is lost, as when the program is killed.
    Kill,
    Commit,
    Rebuild,
}

fn any_act() -> impl Strategy<Value = Act> {
    prop_oneof![
        12 => Just(Act::Record),
        2 => (0..60_usize).prop_map(Act::Rate),
        3 => (0..ZONES.len(), 0..4_usize).prop_map(|(zone, day)| Act::Seal(zone, day)),
        1 => Just(Act::Kill),
        2 => Just(Act::Commit),
        1 => Just(Act::Rebuild),
    ]
}

/// Which of a zone's days begin a bucket, and by how many slots the first is cut.
fn any_edges() -> impl Strategy<Value = Vec<i64>> {
    (0..ZONES.len(), any::<[bool; 3]>(), 0..120_i64).prop_map(|(zone, inner, cut)| {
        let days = days(ZONES[zone]);
        let first = days[0] + (cut - 60).max(0);
        let mut edges = vec![first];
        let begun = days[1..4].iter().zip(inner).filter(|(_, begins)| *begins);
        edges.extend(begun.map(|(day, _)| *day).filter(|day| *day > first));
        edges.push(days[4]);
        edges
    })
}

fn any_query() -> impl Strategy<Value = (Vec<i64>, usize, Vec<usize>, bool, bool)> {
    (
        any_edges(),
        0..8_usize,
        proptest::collection::vec(1..8_usize, 0..4),
        any::<bool>(),
        any::<bool>(),
    )
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 40, ..ProptestConfig::default() })]

    #[test]
    fn sums_equal_the_rows_whatever_happens_in_any_zone(
        calls in proptest::collection::vec(any_call(), 1..60),
        acts in proptest::collection::vec(any_act(), 1..90),
        queries in proptest::collection::vec(any_query(), 12),
    ) {
        let (_folder, path) = history();
        let connection = Connection::open(&path).unwrap();
        let (mut next, mut kept): (usize, Vec<Call>) = (0, Vec::new());
        let mut committed = kept.clone();
        connection.execute_batch("BEGIN").unwrap();
        for act in acts {
            match act {
                Act::Record => if let Some(call) = calls.get(next) {
                    next += 1;
                    kept.push(call.clone());
                    let key = i64::try_from(kept.len()).unwrap();
                    insert(&connection, key, call);
                    book(&connection, key).unwrap();
                },
                Act::Rate(at) => if let Some(call) = kept.get_mut(at) {
                    let key = i64::try_from(at + 1).unwrap();
                    unbook(&connection, key).unwrap();
                    call.rating = Some("good");
                    connection.execute("UPDATE calls SET rating = 'good' WHERE key = ?1", [key]).unwrap();
                    book(&connection, key).unwrap();
                },
                Act::Seal(zone, day) => {
                    let days = days(ZONES[zone]);
                    if seal(&connection, days[day], days[day + 1]).unwrap() > 0 {
                        sweep(&connection).unwrap();
                    }
                }
                Act::Kill => {
                    connection.execute_batch("ROLLBACK; BEGIN").unwrap();
                    kept.clone_from(&committed);
                }
                Act::Commit => {
                    connection.execute_batch("COMMIT; BEGIN").unwrap();
                    committed.clone_from(&kept);
                }
                Act::Rebuild => {
                    rebuild(&connection).unwrap();
                }
            }
        }
        connection.execute_batch("COMMIT").unwrap();
        prop_assert!(check(&connection).unwrap());
        for (edges, by, within, simulated, latency) in queries {
            let mut labels: Vec<(SpendBy, String)> = Vec::new();
            for kind in within {
                let by = labels::SpendBy::EVERY[kind];
                let some = kept.first().map(|call| call.labels(by)).unwrap_or_default();
                labels.extend(some.into_iter().next().map(|label| (by, label)));
            }
            let query = SpendQuery {
                edges, by: labels::SpendBy::EVERY[by], within: labels, simulated, latency, timed: 2,
            };
            let answer = answer(&connection, std::slice::from_ref(&query)).unwrap();
            prop_assert_eq!(told(&answer[0]), expected(&kept, &query));
        }
    }
}

fn call(at_ms: i64, model: &'static str, elapsed: i64) -> Call {
    Call {
        at_ms,
        status: "ok",
        simulated: false,
        model,
        answered: None,
        route: None,
        project: Some("red"),
        key: None,
        prompt: None,
        tags: None,
        cost: Some(if model == "a" { 5 } else { 3 }),
        source: Some("computed"),
        tokens: 10,
        retries: 0,
        fallbacks: 0,
        continued: false,
        fallback_text: false,
        elapsed: Some(elapsed),
        rating: None,
    }
}

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

#[test]
fn an_older_file_is_booked_when_it_is_opened() {
    let (_folder, path) = history();
    let connection = Connection::open(&path).unwrap();
    insert(&connection, 1, &call(BEGIN_MS, "a", 1));
    connection
        .execute("UPDATE spend_state SET built = 0", [])
        .unwrap();
    drop(connection);
    drop(Store::open(&path).unwrap());
    let connection = Connection::open(&path).unwrap();
    assert!(check(&connection).unwrap());
    let slots: i64 = connection
        .query_row("SELECT count(*) FROM spend_slots", [], |row| row.get(0))
        .unwrap();
    assert_eq!(slots, 1);
}

#[test]
fn sums_that_differ_are_found() {
    let (_folder, path) = history();
    let connection = Connection::open(&path).unwrap();
    insert(&connection, 1, &call(BEGIN_MS, "a", 1));
    assert!(!check(&connection).unwrap());
    rebuild(&connection).unwrap();
    assert!(check(&connection).unwrap());
    connection
        .execute("UPDATE calls SET cost_pico_usd = 6", [])
        .unwrap();
    assert!(!check(&connection).unwrap());
}
