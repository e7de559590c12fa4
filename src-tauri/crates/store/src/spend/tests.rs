mod attempts;
mod expected;
mod property;
mod sealed;

use super::*;
use crate::Store;
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
    attempts: Vec<Tried>,
}

/// An attempt of it. Its provider is `p` or `q`, as that of a call.
#[derive(Debug, Clone, PartialEq)]
struct Tried {
    provider: &'static str,
    model: &'static str,
    simulated: bool,
    cost: Option<i64>,
    /// `None`: it tells nothing of its cost, as an attempt of an older version, or one that was cut off.
    source: Option<&'static str>,
    tokens: i64,
}

/// 2026-03-28 00:00 UTC: the night after, Berlin's clocks go forward.
const BEGIN_MS: i64 = 1_774_656_000_000;

fn insert(connection: &Connection, key: i64, call: &Call) {
    connection
        .execute(
            "INSERT INTO calls(key, id, status, started_at_ms, caller, caller_key, route, project, prompt_id, tags,
                 requested_provider, requested_model, requested_simulated,
                 answered_provider, answered_model, answered_simulated,
                 cost_pico_usd, cost_source, input_uncached_tokens, reasoning_output_tokens, retries, fallbacks,
                 continued, fallback_text, elapsed_ms, first_token_ms, rating, attempts)
             VALUES (?1, ?2, ?3, ?4, 'gateway', ?5, ?6, ?7, ?8, ?9, 'p', ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17,
                 ?17, ?18, ?19, ?20, ?21, ?22, ?22, ?23, ?24)",
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
                i64::try_from(call.attempts.len()).unwrap(),
            ],
        )
        .unwrap();
    for (n, tried) in (0_i64..).zip(&call.attempts) {
        connection
            .execute(
                "INSERT INTO attempts(call, n, attempt, max_attempts, provider, model, simulated, started_ms,
                     input_uncached_tokens, cache_read_input_tokens, cache_creation_input_tokens,
                     cache_creation_1h_input_tokens, output_visible_tokens, reasoning_output_tokens,
                     usage_estimated, cost_pico_usd, cost_source)
                 VALUES (?1, ?2, ?2 + 1, 9, ?3, ?4, ?5, 0, ?6, 0, 0, 0, 0, ?6, 0, ?7, ?8)",
                params![
                    key,
                    n,
                    tried.provider,
                    tried.model,
                    tried.simulated,
                    tried.tokens,
                    tried.cost,
                    tried.source,
                ],
            )
            .unwrap();
    }
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
        attempts: Vec::new(),
    }
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
