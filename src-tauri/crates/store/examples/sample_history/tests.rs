//! A small year, read back.

use super::{Arguments, parse, write_history};
use rusqlite::Connection;
use rusqlite::types::Value;
use std::collections::BTreeSet;
use std::path::Path;
use switchboard_store::{CallFilter, CallStatus, Store};

fn year(folder: &Path, calls: u64, seed: u64) -> std::path::PathBuf {
    write_history(&Arguments {
        calls,
        data_dir: folder.to_owned(),
        seed,
        until: "2026-11-25T12:00:00Z".parse().unwrap(),
    })
    .unwrap()
}

/// Returns all that the tables hold, but for who has the file open.
fn contents(path: &Path) -> Vec<Vec<Value>> {
    let connection = Connection::open(path).unwrap();
    let mut rows = Vec::new();
    for table in [
        "calls ORDER BY key",
        "requests ORDER BY call",
        "answers ORDER BY call",
        "attempts ORDER BY call, n",
        "prompts ORDER BY key",
        "prompt_versions ORDER BY prompt",
    ] {
        let mut statement = connection
            .prepare(&format!("SELECT * FROM {table}"))
            .unwrap();
        let columns = statement.column_count();
        let read = statement
            .query_map([], |row| (0..columns).map(|at| row.get(at)).collect())
            .unwrap();
        rows.extend(read.map(Result::unwrap));
    }
    rows
}

#[test]
fn the_same_seed_makes_the_same_history_and_another_seed_another() {
    let folders = [(); 3].map(|()| tempfile::tempdir().unwrap());
    let [first, again, other] = [(0, 7), (1, 7), (2, 8)]
        .map(|(place, seed): (usize, u64)| contents(&year(folders[place].path(), 500, seed)));
    assert!(first.len() > 2_000);
    assert!(first == again);
    assert!(first != other);
}

#[test]
fn a_history_with_calls_gets_no_made_up_ones() {
    let folder = tempfile::tempdir().unwrap();
    let path = year(folder.path(), 5, 1);
    let before = contents(&path);
    let refused = write_history(&Arguments {
        calls: 5,
        data_dir: folder.path().to_owned(),
        seed: 2,
        until: jiff::Timestamp::now(),
    });
    let sentence = refused.unwrap_err().to_string();
    assert!(sentence.contains("holds 5 calls already"), "{sentence}");
    assert!(contents(&path) == before);
}

#[tokio::test]
async fn the_store_reads_every_call_back_and_its_sums_equal_them() {
    const CALLS: u64 = 4_000;
    let folder = tempfile::tempdir().unwrap();
    let at = folder.path().to_owned();
    let path = tokio::task::spawn_blocking(move || year(&at, CALLS, 42))
        .await
        .unwrap();
    let (store, opened) = Store::open(path).unwrap();
    assert_eq!(opened.interrupted, 0);
    assert!(store.check_spend().await.unwrap());

    let mut rows = Vec::new();
    let mut filter = CallFilter {
        limit: 500,
        ..CallFilter::default()
    };
    loop {
        let page = store.calls(&filter).await.unwrap();
        rows.extend(page.calls);
        match page.next {
            Some(next) => filter.before = Some(next),
            None => break,
        }
    }
    assert_eq!(rows.len() as u64, CALLS);
    for row in &rows {
        let record = store.call(row.id).await.unwrap().unwrap();
        assert_eq!(record.attempts.len(), row.attempts as usize);
        let changes = row.retries + row.fallbacks;
        assert!(changes < row.attempts, "{row:?}");
        let cost: Option<i64> = record
            .attempts
            .iter()
            .map(|attempt| attempt.cost.map(|cost| cost.0))
            .sum();
        assert_eq!(cost, row.cost.map(|cost| cost.0), "{row:?}");
        assert_eq!(
            row.status == CallStatus::Failed,
            record.text.is_empty() && row.error.is_some()
        );
        assert!(row.first_token_ms <= row.elapsed_ms, "{row:?}");
    }

    let share = |which: &dyn Fn(&switchboard_store::CallRow) -> bool| {
        rows.iter().filter(|row| which(row)).count() as f64 / CALLS as f64
    };
    for (status, least, most) in [
        (CallStatus::Ok, 0.95, 0.995),
        (CallStatus::Failed, 0.002, 0.03),
        (CallStatus::Cancelled, 0.002, 0.03),
    ] {
        let found = share(&|row| row.status == status);
        assert!((least..most).contains(&found), "{status:?}: {found}");
    }
    let sources: BTreeSet<_> = rows.iter().filter_map(|row| row.cost_source).collect();
    assert_eq!(sources.len(), 4, "{sources:?}");
    let unpriced = share(&|row| row.cost.is_none() && !row.requested.simulated);
    assert!((0.005..0.05).contains(&unpriced), "{unpriced}");
    let models: BTreeSet<_> = rows
        .iter()
        .filter(|row| !row.requested.simulated && row.cost.is_some())
        .filter_map(|row| row.answered.as_ref())
        .map(|target| (&target.provider, &target.model))
        .collect();
    assert!(models.len() >= 12, "{models:?}");
    let rescued = share(&|row| row.status == CallStatus::Ok && row.attempts > 1);
    assert!(rescued > 0.003, "{rescued}");

    let middle = rows[rows.len() - 1].started_at_ms / 2 + rows[0].started_at_ms / 2;
    assert!(share(&|row| row.started_at_ms > middle) > 0.6, "it grows");
    // 1970-01-01 was a Thursday.
    let weekend = share(&|row| (row.started_at_ms / 86_400_000 + 4) % 7 % 6 == 0);
    assert!((0.01..0.12).contains(&weekend), "{weekend}");
}

#[test]
fn what_is_typed_wrongly_is_named() {
    let words = |text: &str| text.split(' ').map(str::to_owned).collect::<Vec<_>>();
    let good = parse(&words("--calls 1_000,000 --data-dir d --seed 3")).unwrap();
    assert_eq!((good.calls, good.seed), (1_000_000, 3));
    for (typed, named) in [
        ("--calls", "`--calls` needs a value"),
        ("--calls many --data-dir d", "not `many`"),
        ("--calls 0 --data-dir d", "takes 1 to"),
        ("--data-dir d", "`--calls` is missing"),
        ("--calls 5", "`--data-dir` is missing"),
        ("--calls 5 --data-dir d --until soon", "`--until`"),
        (
            "--calls 5 --data-dir d --speed 2",
            "does not know `--speed`",
        ),
    ] {
        let problem = parse(&words(typed)).unwrap_err();
        assert!(problem.contains(named), "{typed}: {problem}");
    }
}
