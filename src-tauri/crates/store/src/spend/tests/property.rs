//! Whatever happens to a history, its sums equal its rows.

use super::expected::{expected, told};
use super::*;
use proptest::prelude::*;

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
    let tried = (
        prop_oneof![Just("p"), Just("q")],
        prop_oneof![Just("a"), Just("b")],
        proptest::bool::weighted(0.2),
        proptest::option::weighted(0.8, prop_oneof![Just(0), 1..9_000_000_i64]),
        proptest::option::weighted(0.8, prop_oneof![Just("computed"), Just("estimated")]),
        prop_oneof![Just(0), 1..9_000_i64, Just(-5)],
    )
        .prop_map(|(provider, model, simulated, cost, source, tokens)| Tried {
            provider,
            model,
            simulated,
            cost,
            source,
            tokens,
        });
    let tried = proptest::collection::vec(tried, 0..5);
    // Before 1970 too: a clock may say anything.
    let at = prop_oneof![20 => 0..(4 * 86_400_000_i64), 1 => -BEGIN_MS - 5_000_000..-BEGIN_MS + 5_000_000];
    (at, status, labels, figures, tried).prop_map(|(at, status, labels, figures, tried)| Call {
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
        attempts: tried,
    })
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
