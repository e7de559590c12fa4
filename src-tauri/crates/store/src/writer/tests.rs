use crate::{CallStatus, Labels, NewCall, PromptText, Store, StoreError};
use std::time::Duration;
use switchboard_engine::call::CallId;
use switchboard_engine::event::{CallEvent, Event, TargetInfo};
use switchboard_engine::usage::Usage;

fn new_call() -> NewCall {
    NewCall {
        labels: Labels::default(),
        id: CallId::new(),
        started_at_ms: 0,
        caller: "cli".to_owned(),
        caller_key: None,
        route: None,
        group: None,
        column: None,
        prompt_id: None,
        prompt_version: None,
        requested: TargetInfo {
            provider: "p".into(),
            model: "m".into(),
            simulated: true,
        },
        request_json: "{}".to_owned(),
        decision_json: None,
        variant: None,
    }
}

fn delta(call: CallId, seq: u64, text: String) -> CallEvent {
    CallEvent {
        call,
        seq,
        at_ms: seq,
        event: Event::TextDelta { text },
    }
}

/// Lets the file grow by at most `pages` more, as a full disk would.
async fn limit_growth(store: &Store, pages: i64) {
    store
        .write(move |connection| {
            let now: i64 = connection.pragma_query_value(None, "page_count", |row| row.get(0))?;
            connection.pragma_update_and_check(None, "max_page_count", now + pages, |_| Ok(()))?;
            Ok(())
        })
        .await
        .unwrap();
}

#[tokio::test]
async fn a_full_disk_is_told_once_and_nothing_is_lost() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("history.sqlite");
    let (store, _) = Store::open(&path).unwrap();
    let mut problem = store.problem();
    let ballast = PromptText {
        body: "b".repeat(200_000),
        ..PromptText::default()
    };
    store.create_prompt(ballast).await.unwrap();
    let call = new_call();
    store.begin_call(call.clone()).await.unwrap();
    store.flush().await.unwrap();
    limit_growth(&store, 1).await;

    let piece = "x".repeat(10_000);
    store.append(delta(call.id, 0, piece.clone()));
    problem.changed().await.unwrap();
    let full = StoreError::DiskFull { path: path.clone() };
    assert_eq!(problem.borrow_and_update().as_ref(), Some(&full));
    assert_eq!(store.flush().await, Err(full.clone()));
    store.append(delta(call.id, 1, piece.clone()));
    let big = PromptText {
        body: "b".repeat(20_000),
        ..PromptText::default()
    };
    assert_eq!(store.create_prompt(big).await, Err(full));
    assert!(!problem.has_changed().unwrap(), "told once");
    // Reading goes on meanwhile.
    assert_eq!(
        store.call(call.id).await.unwrap().unwrap().row.status,
        CallStatus::Running
    );

    // Somebody makes room.
    let other = rusqlite::Connection::open(&path).unwrap();
    other.execute("DELETE FROM prompts", []).unwrap();
    tokio::time::timeout(Duration::from_secs(10), problem.wait_for(Option::is_none))
        .await
        .expect("writing goes on once there is room")
        .unwrap();
    let end = Event::Cancelled {
        elapsed_ms: 9,
        usage: Usage::default(),
    };
    store.append(CallEvent {
        call: call.id,
        seq: 2,
        at_ms: 9,
        event: end,
    });
    store.flush().await.unwrap();
    let record = store.call(call.id).await.unwrap().unwrap();
    assert_eq!(record.text.len(), 20_000);
    assert_eq!(record.row.status, CallStatus::Cancelled);
    assert_eq!(
        store.stats().await.unwrap().prompts,
        0,
        "what was refused is not half there"
    );
    store.check().await.unwrap();
}

#[tokio::test]
async fn closing_on_a_full_disk_ends() {
    let folder = tempfile::tempdir().unwrap();
    let (store, _) = Store::open(folder.path().join("history.sqlite")).unwrap();
    let call = new_call();
    store.begin_call(call.clone()).await.unwrap();
    store.flush().await.unwrap();
    limit_growth(&store, 0).await;
    store.append(delta(call.id, 0, "x".repeat(100_000)));
    tokio::time::timeout(Duration::from_secs(10), store.close())
        .await
        .expect("it ends");
    assert!(store.problem().borrow().is_some());
}

#[tokio::test]
async fn another_program_that_holds_the_file_only_delays() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("history.sqlite");
    let (store, _) = Store::open(&path).unwrap();
    let other = rusqlite::Connection::open(&path).unwrap();
    other.execute_batch("BEGIN IMMEDIATE").unwrap();
    let call = new_call();
    store.begin_call(call.clone()).await.unwrap();
    store.append(delta(call.id, 0, "held up".to_owned()));
    let flush = tokio::spawn({
        let store = store.clone();
        async move { store.flush().await }
    });
    tokio::task::yield_now().await;
    assert!(!flush.is_finished());
    other.execute_batch("COMMIT").unwrap();
    flush.await.unwrap().unwrap();
    assert_eq!(store.call(call.id).await.unwrap().unwrap().text, "held up");
}

#[tokio::test]
async fn work_that_fails_is_undone_alone() {
    let folder = tempfile::tempdir().unwrap();
    let (store, _) = Store::open(folder.path().join("history.sqlite")).unwrap();
    let kept = store.create_prompt(PromptText {
        title: "kept".into(),
        ..Default::default()
    });
    let undone = store.write(|connection| -> Result<(), crate::error::Fault> {
        connection.execute("DELETE FROM prompts", [])?;
        Err(StoreError::Invalid("no".to_owned()).into())
    });
    let (kept, undone) = tokio::join!(kept, undone);
    assert_eq!(undone, Err(StoreError::Invalid("no".to_owned())));
    assert_eq!(store.prompt(&kept.unwrap().id).await.unwrap().title, "kept");
}

#[tokio::test]
async fn a_call_that_cannot_be_recorded_takes_none_of_its_batch_with_it() {
    let folder = tempfile::tempdir().unwrap();
    let (store, _) = Store::open(folder.path().join("history.sqlite")).unwrap();
    let end = |call: CallId, elapsed_ms| CallEvent {
        call,
        seq: 1,
        at_ms: elapsed_ms,
        event: Event::Cancelled {
            elapsed_ms,
            usage: Usage::default(),
        },
    };
    let first = new_call();
    store.begin_call(first.clone()).await.unwrap();
    store.append(end(first.id, 7));
    store.flush().await.unwrap();

    // One transaction: a call over already, the first one's id again, one that runs.
    let (over, running) = (new_call(), new_call());
    store.begin_call(over.clone()).await.unwrap();
    store.append(delta(over.id, 0, "whole".to_owned()));
    store.append(end(over.id, 5));
    store.begin_call(first.clone()).await.unwrap();
    store.append(end(first.id, 9));
    store.begin_call(running.clone()).await.unwrap();
    store.append(delta(running.id, 0, "so far".to_owned()));
    store.flush().await.unwrap();

    let record = async |id| store.call(id).await.unwrap().unwrap();
    assert_eq!(record(first.id).await.row.elapsed_ms, Some(7));
    assert_eq!(record(over.id).await.text, "whole");
    assert_eq!(record(over.id).await.row.status, CallStatus::Cancelled);
    assert_eq!(record(running.id).await.text, "so far");
    assert_eq!(store.stats().await.unwrap().calls, 3);
    assert!(store.problem().borrow().is_none());

    // Those that run go on after it.
    store.append(end(running.id, 11));
    store.flush().await.unwrap();
    assert_eq!(record(running.id).await.row.elapsed_ms, Some(11));
    assert_eq!(record(running.id).await.text, "so far");
    store.check().await.unwrap();
}
