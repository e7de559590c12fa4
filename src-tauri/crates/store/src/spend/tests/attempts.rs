//! A call of more than one model.

use super::*;

fn tried(model: &'static str, cost: i64, tokens: i64) -> Tried {
    Tried {
        provider: "q",
        model,
        simulated: false,
        cost: Some(cost),
        source: Some("computed"),
        tokens,
    }
}

/// Model `a` was cut off after 40 tokens of each kind, `b` answered.
fn rescued() -> Call {
    Call {
        model: "a",
        answered: Some("b"),
        cost: Some(1_300),
        tokens: 7,
        fallbacks: 1,
        attempts: vec![tried("a", 1_000, 40), tried("b", 300, 7)],
        ..call(BEGIN_MS + 5, "a", 900)
    }
}

fn ask(connection: &Connection, by: SpendBy, within: &[(SpendBy, &str)]) -> Vec<SpendValue> {
    let slot = BEGIN_MS.div_euclid(SPEND_SLOT_MS);
    let query = SpendQuery {
        edges: vec![slot, slot + 96],
        by,
        within: within
            .iter()
            .map(|(by, label)| (*by, (*label).to_owned()))
            .collect(),
        simulated: false,
        latency: true,
        timed: 0,
    };
    answer(connection, &[query]).unwrap().remove(0).values
}

/// By label: calls, rescued by fallback, cost, uncached input tokens, whether it has a latency.
fn shown(values: &[SpendValue]) -> Vec<(&str, [i128; 4], bool)> {
    values
        .iter()
        .map(|value| {
            let sums = &value.sums;
            let figures = [
                sums.calls(),
                sums.get(Count::RescuedByFallback),
                sums.get(Count::Cost),
                sums.get(Count::InputUncached),
            ];
            (
                value.value.as_str(),
                figures,
                sums.latency_ms(0.5).is_some(),
            )
        })
        .collect()
}

#[test]
fn what_a_model_cost_before_another_rescued_the_call_is_its_own() {
    let (_folder, path) = history();
    let connection = Connection::open(&path).unwrap();
    insert(&connection, 1, &rescued());
    book(&connection, 1).unwrap();
    for sealed in [false, true] {
        if sealed {
            let first = BEGIN_MS.div_euclid(SPEND_SLOT_MS);
            seal(&connection, first, first + 96).unwrap();
        }
        assert_eq!(
            shown(&ask(&connection, SpendBy::Model, &[])),
            [
                ("q/a", [0, 0, 1_000, 40], false),
                ("q/b", [1, 1, 300, 7], true)
            ]
        );
        assert_eq!(
            shown(&ask(&connection, SpendBy::Provider, &[])),
            [("q", [1, 1, 1_300, 47], true)]
        );
        // Within a model: its calls, and what its attempts cost.
        for by in [SpendBy::Project, SpendBy::Model] {
            let of_a = ask(&connection, by, &[(SpendBy::Model, "q/a")]);
            assert_eq!(shown(&of_a)[0].1, [0, 0, 1_000, 40], "{by:?}");
            assert_eq!(of_a.len(), 1);
        }
        let both = [(SpendBy::Model, "q/b"), (SpendBy::Project, "red")];
        let of_b = ask(&connection, SpendBy::Caller, &both);
        assert_eq!(shown(&of_b), [("gateway", [1, 1, 300, 7], true)]);
    }
    unbook(&connection, 1).unwrap();
    assert!(ask(&connection, SpendBy::Model, &[]).is_empty());
}

#[test]
fn tokens_of_attempts_that_did_not_answer_are_told_apart() {
    let (_folder, path) = history();
    let connection = Connection::open(&path).unwrap();
    insert(&connection, 1, &rescued());
    book(&connection, 1).unwrap();
    let all = ask(&connection, SpendBy::All, &[]).remove(0).sums;
    let tokens = [Count::InputUncached, Count::AsideInputUncached];
    assert_eq!(tokens.map(|count| all.get(count)), [47, 40]);
}

#[test]
fn a_model_without_a_price_leaves_the_known_cost_of_another() {
    let (_folder, path) = history();
    let connection = Connection::open(&path).unwrap();
    let unknown = |tokens| Tried {
        cost: None,
        source: Some("unknown"),
        ..tried("a", 0, tokens)
    };
    let call = Call {
        cost: None,
        attempts: vec![unknown(40), unknown(2), tried("b", 300, 7)],
        ..rescued()
    };
    insert(&connection, 1, &call);
    book(&connection, 1).unwrap();
    let told = |value: &SpendValue| {
        [Count::Cost, Count::Unpriced, Count::UnpricedInputUncached]
            .map(|count| value.sums.get(count))
    };
    let values = ask(&connection, SpendBy::Model, &[]);
    assert_eq!(
        (told(&values[0]), told(&values[1])),
        ([300, 0, 0], [0, 1, 42])
    );
}

#[test]
fn a_fallback_text_is_nobodys_answer_and_its_attempts_cost_what_they_cost() {
    let (_folder, path) = history();
    let connection = Connection::open(&path).unwrap();
    let call = Call {
        model: "z",
        answered: None,
        fallback_text: true,
        attempts: vec![tried("a", 1_000, 40)],
        ..rescued()
    };
    insert(&connection, 1, &call);
    book(&connection, 1).unwrap();
    assert_eq!(
        shown(&ask(&connection, SpendBy::Model, &[])),
        [
            ("q/a", [0, 0, 1_000, 40], false),
            ("p/z", [1, 0, 0, 0], true)
        ]
    );
}

#[test]
fn attempts_of_older_versions_that_tell_no_cost_leave_the_call_as_it_was_booked() {
    let (_folder, path) = history();
    let connection = Connection::open(&path).unwrap();
    let mut call = rescued();
    for tried in &mut call.attempts {
        (tried.cost, tried.source) = (None, None);
    }
    insert(&connection, 1, &call);
    book(&connection, 1).unwrap();
    assert_eq!(
        shown(&ask(&connection, SpendBy::Model, &[])),
        [("q/b", [1, 1, 1_300, 7], true)]
    );
}

#[test]
fn a_file_of_version_3_is_copied_and_its_sums_are_made_anew() {
    let (folder, path) = history();
    let connection = Connection::open(&path).unwrap();
    insert(&connection, 1, &rescued());
    // As version 3 booked it: all under the model that answered.
    connection
        .execute_batch("UPDATE calls SET attempts = 1")
        .unwrap();
    book(&connection, 1).unwrap();
    connection
        .execute_batch("UPDATE calls SET attempts = 2; UPDATE spend_state SET built = 1; PRAGMA user_version = 3;")
        .unwrap();
    assert_eq!(shown(&ask(&connection, SpendBy::Model, &[])).len(), 1);
    drop(connection);
    let (store, opened) = Store::open(&path).unwrap();
    drop(store);
    let backup = opened.backup.unwrap();
    assert!(backup.starts_with(folder.path()));
    let connection = Connection::open(&path).unwrap();
    assert!(check(&connection).unwrap());
    assert_eq!(ask(&connection, SpendBy::Model, &[]).len(), 2);
    let copy = Connection::open(backup).unwrap();
    assert_eq!(ask(&copy, SpendBy::Model, &[]).len(), 1);
}
