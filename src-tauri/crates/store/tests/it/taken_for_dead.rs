//! Calls that another process marked interrupted although their own still runs them: where a folder cannot lock
//! files, or its lock files were removed.

use crate::support::*;
use switchboard_engine::call::CallId;
use switchboard_engine::event::{CallEvent, Event};
use switchboard_store::{CallStatus, Count, SPEND_SLOT_MS, SpendBy, SpendQuery, Store};

/// Has another opening of the file take this process for dead.
fn take_for_dead(place: &Place) -> u32 {
    let locks = place.folder.path().join("history.sqlite.open");
    for lock in std::fs::read_dir(locks).unwrap() {
        std::fs::remove_file(lock.unwrap().path()).unwrap();
    }
    let (other, opened) = place.open_with_report();
    drop(other);
    opened.interrupted
}

async fn calls_booked(store: &Store) -> (i128, i128) {
    let slot = 1_700_000_000_000 / SPEND_SLOT_MS;
    let query = SpendQuery {
        edges: vec![slot, slot + 1],
        by: SpendBy::All,
        within: Vec::new(),
        simulated: true,
        latency: false,
        timed: 0,
    };
    let answer = store.spend(vec![query]).await.unwrap().remove(0);
    let sums = answer.values.first().map(|value| value.sums.clone());
    let sums = sums.unwrap_or_default();
    (sums.calls(), sums.get(Count::Cost))
}

fn at(call: CallId, seq: u64, event: Event) -> CallEvent {
    CallEvent {
        call,
        seq,
        at_ms: seq * 10,
        event,
    }
}

#[tokio::test]
async fn a_call_that_ends_after_all_is_booked_once_with_its_whole_answer() {
    let place = Place::new();
    let store = place.open();
    let call = new_call("steady");
    store.begin_call(call.clone()).await.unwrap();
    store.append(at(call.id, 0, started(1, "steady")));
    store.append(at(call.id, 1, text("so far, ")));
    store.flush().await.unwrap();
    assert_eq!(take_for_dead(&place), 1);
    assert_eq!(calls_booked(&store).await, (1, 0), "as interrupted");

    store.append(at(call.id, 2, text("so good")));
    store.append(at(call.id, 3, finished("steady", 3)));
    store.flush().await.unwrap();
    let record = store.call(call.id).await.unwrap().unwrap();
    assert_eq!(record.row.status, CallStatus::Ok);
    assert_eq!(record.text, "so far, so good");
    assert_eq!(calls_booked(&store).await, (1, 5_000));
    assert!(store.check_spend().await.unwrap());
}

#[tokio::test]
async fn a_call_that_goes_on_is_running_again_and_keeps_its_text() {
    let place = Place::new();
    let store = place.open();
    let call = new_call("steady");
    store.begin_call(call.clone()).await.unwrap();
    store.append(at(call.id, 0, planned(&["steady"])));
    store.append(at(call.id, 1, started(1, "steady")));
    store.append(at(call.id, 2, text("one ")));
    store.flush().await.unwrap();
    assert_eq!(take_for_dead(&place), 1);

    store.append(at(call.id, 3, text("two ")));
    store.flush().await.unwrap();
    let record = store.call(call.id).await.unwrap().unwrap();
    assert_eq!(record.row.status, CallStatus::Running);
    assert_eq!(record.text, "one two ");
    assert!(record.row.error.is_none());
    assert_eq!(calls_booked(&store).await, (0, 0));
    // Its process is among the living again.
    let (other, opened) = place.open_with_report();
    assert_eq!(opened.interrupted, 0);
    drop(other);

    store.append(at(call.id, 4, text("three")));
    store.append(at(call.id, 5, finished("steady", 3)));
    store.flush().await.unwrap();
    let record = store.call(call.id).await.unwrap().unwrap();
    assert_eq!(record.text, "one two three");
    assert_eq!(record.attempts.len(), 1);
    assert_eq!(calls_booked(&store).await, (1, 5_000));
    assert!(store.check_spend().await.unwrap());
}
