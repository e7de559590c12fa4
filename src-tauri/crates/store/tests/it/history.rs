use crate::support::*;
use std::time::{Duration, Instant};
use switchboard_engine::call::CallId;
use switchboard_engine::error::ErrorKind;
use switchboard_engine::event::Event;
use switchboard_store::{CallFilter, CallStatus, PromptText, Rating, StoreError};

#[tokio::test]
async fn a_call_is_recorded_from_its_first_moment() {
    let place = Place::new();
    let store = place.open();
    let call = new_call("swift");
    store.begin_call(call.clone()).await.unwrap();
    store.flush().await.unwrap();
    let record = store.call(call.id).await.unwrap().unwrap();
    assert_eq!(record.row.status, CallStatus::Running);
    assert_eq!(record.row.requested, target("swift"));
    assert_eq!(record.request_json, "{\"asked\":true}");
}

#[tokio::test]
async fn everything_about_a_call_comes_back_as_it_went_in() {
    let place = Place::new();
    let store = place.open();
    let mut call = new_call("swift");
    call.group = Some("g".to_owned());
    call.column = Some("left".to_owned());
    store.begin_call(call.clone()).await.unwrap();
    let events = vec![
        planned(&["swift", "steady"]),
        started(1, "swift"),
        text("half"),
        attempt_failed(1, ErrorKind::Truncated, fallback("steady")),
        Event::Restarted {
            attempt: 1,
            discarded_chars: 4,
        },
        started(2, "steady"),
        headers(2, 200),
        first_token(2),
        reasoning("because"),
        text("Grüße, "),
        text("Welt"),
        tool(0, Some("t1"), "{}"),
        finished("steady", 5),
    ];
    let mut state = switchboard_store::CallState::default();
    for event in numbered(call.id, events) {
        state.fold(event.clone());
        store.append(event);
        // Written piece by piece, so that joining pieces is tested as well.
        store.flush().await.unwrap();
        let record = store.call(call.id).await.unwrap().unwrap();
        assert_eq!(record.text, state.text);
        assert_eq!(record.reasoning, state.reasoning);
        assert_eq!(record.tool_calls, state.tool_calls);
        assert_eq!(record.attempts, state.attempts);
        assert_eq!(record.plan, state.plan);
        assert_eq!(record.row.seq, state.seq);
        assert_eq!(record.row.status, state.status);
    }
    let row = store.call(call.id).await.unwrap().unwrap().row;
    assert_eq!(row.answered, Some(target("steady")));
    assert_eq!(row.response_model.as_deref(), Some("steady-2026"));
    assert_eq!((row.attempts, row.retries, row.fallbacks), (2, 0, 1));
    assert_eq!(row.usage, usage(5));
    assert_eq!(row.cost.unwrap().0, 5_000);
    assert_eq!(row.excerpt, "Grüße, Welt");
    assert_eq!(
        (row.group.as_deref(), row.column.as_deref()),
        (Some("g"), Some("left"))
    );
    store.check().await.unwrap();
}

#[tokio::test]
async fn text_reaches_the_file_within_200_ms_without_a_flush() {
    let place = Place::new();
    let store = place.open();
    let call = new_call("swift");
    store.begin_call(call.clone()).await.unwrap();
    store.flush().await.unwrap();
    store.append(numbered(call.id, vec![text("hello")]).remove(0));
    let began = Instant::now();
    while store.call(call.id).await.unwrap().unwrap().text != "hello" {
        assert!(
            began.elapsed() < Duration::from_millis(200),
            "still not written"
        );
        tokio::task::yield_now().await;
    }
}

#[tokio::test]
async fn the_newest_call_comes_first_and_pages_join_without_gap() {
    let place = Place::new();
    let store = place.open();
    let mut ids = Vec::new();
    for _ in 0..25 {
        ids.push(answered(&store, new_call("swift"), "hi").await);
    }
    store.flush().await.unwrap();
    ids.reverse();
    let mut seen = Vec::new();
    let mut filter = CallFilter {
        limit: 10,
        ..CallFilter::default()
    };
    loop {
        let page = store.calls(&filter).await.unwrap();
        seen.extend(page.calls.iter().map(|row| row.id));
        let Some(next) = page.next else { break };
        filter.before = Some(next);
    }
    assert_eq!(seen, ids);
    assert_eq!(store.stats().await.unwrap().calls, 25);
}

#[tokio::test]
async fn lists_leave_the_raw_reply_out_and_records_have_it() {
    let place = Place::new();
    let store = place.open();
    let call = new_call("swift");
    store.begin_call(call.clone()).await.unwrap();
    for event in numbered(
        call.id,
        vec![started(1, "swift"), failed(ErrorKind::Server, &[])],
    ) {
        store.append(event);
    }
    store.flush().await.unwrap();
    let listed = store
        .calls(&CallFilter::default())
        .await
        .unwrap()
        .calls
        .remove(0);
    assert_eq!(listed.error.unwrap().detail, None);
    let record = store.call(call.id).await.unwrap().unwrap();
    assert_eq!(
        record.row.error.unwrap().detail.as_deref(),
        Some("raw reply")
    );
}

#[tokio::test]
async fn a_comparison_is_found_again_by_its_prompt() {
    let place = Place::new();
    let store = place.open();
    let prompt = store.create_prompt(PromptText::default()).await.unwrap();
    assert_eq!(
        store.latest_group_of_prompt(&prompt.id).await.unwrap(),
        None
    );
    let mut ids = Vec::new();
    for (group, column) in [("old", "1"), ("new", "1"), ("new", "2")] {
        let mut call = new_call("swift");
        call.group = Some(group.to_owned());
        call.column = Some(column.to_owned());
        call.prompt_id = Some(prompt.id.clone());
        ids.push(answered(&store, call, "hi").await);
    }
    store.flush().await.unwrap();
    let group = store
        .latest_group_of_prompt(&prompt.id)
        .await
        .unwrap()
        .unwrap();
    assert_eq!(group, "new");
    let calls = store.calls_by_group(&group).await.unwrap();
    assert_eq!(calls.iter().map(|row| row.id).collect::<Vec<_>>(), ids[1..]);
}

#[tokio::test]
async fn a_rating_can_be_given_and_taken_back() {
    let place = Place::new();
    let store = place.open();
    let id = answered(&store, new_call("swift"), "hi").await;
    store.rate(id, Some(Rating::Good)).await.unwrap();
    assert_eq!(
        store.call(id).await.unwrap().unwrap().row.rating,
        Some(Rating::Good)
    );
    store.rate(id, None).await.unwrap();
    assert_eq!(store.call(id).await.unwrap().unwrap().row.rating, None);
    let unknown = CallId::new();
    let error = store.rate(unknown, Some(Rating::Bad)).await.unwrap_err();
    assert_eq!(error.to_string(), format!("there is no call `{unknown}`"));
}

#[tokio::test]
async fn beginning_a_recorded_call_again_changes_nothing() {
    let place = Place::new();
    let store = place.open();
    let call = new_call("swift");
    answered(&store, call.clone(), "the answer").await;
    store.flush().await.unwrap();
    store.begin_call(call.clone()).await.unwrap();
    store.flush().await.unwrap();
    let record = store.call(call.id).await.unwrap().unwrap();
    assert_eq!(
        (record.row.status, record.text.as_str()),
        (CallStatus::Ok, "the answer")
    );
    assert_eq!(store.stats().await.unwrap().calls, 1);
}

#[tokio::test]
async fn ui_state_is_kept_and_forgotten_by_key() {
    let place = Place::new();
    {
        let store = place.open();
        store
            .set_ui_state("split", serde_json::json!({"left": 0.4}))
            .await
            .unwrap();
        store
            .set_ui_state("screen", serde_json::json!("calls"))
            .await
            .unwrap();
        store
            .set_ui_state("screen", serde_json::Value::Null)
            .await
            .unwrap();
        let error = store
            .set_ui_state("", serde_json::json!(1))
            .await
            .unwrap_err();
        assert!(matches!(error, StoreError::Invalid(_)));
        let long = serde_json::json!("x".repeat(300_000));
        let error = store.set_ui_state("split", long).await.unwrap_err();
        assert!(error.to_string().contains("`value` of `split`"), "{error}");
    }
    let state = place.open().ui_state().await.unwrap();
    assert_eq!(state.len(), 1);
    assert_eq!(state["split"], serde_json::json!({"left": 0.4}));
}

#[tokio::test]
async fn a_closed_store_says_so_and_has_written_everything() {
    let place = Place::new();
    let store = place.open();
    let id = answered(&store, new_call("swift"), "to the end").await;
    store.close().await;
    assert_eq!(
        store.begin_call(new_call("swift")).await,
        Err(StoreError::Closed)
    );
    assert_eq!(store.rate(id, None).await, Err(StoreError::Closed));
    assert_eq!(store.flush().await, Err(StoreError::Closed));
    drop(store);
    assert_eq!(
        place.open().call(id).await.unwrap().unwrap().text,
        "to the end"
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn readers_see_whole_calls_while_the_writer_writes() {
    let place = Place::new();
    let store = place.open();
    let writer = tokio::spawn({
        let store = store.clone();
        async move {
            for n in 0..300 {
                answered(&store, new_call("swift"), &format!("answer {n}")).await;
            }
            store.flush().await.unwrap();
        }
    });
    let mut readers = Vec::new();
    for _ in 0..4 {
        let store = store.clone();
        readers.push(tokio::spawn(async move {
            loop {
                let page = store.calls(&CallFilter::default()).await.unwrap();
                assert!(page.calls.is_sorted_by(|newer, older| newer.id > older.id));
                if let Some(row) = page.calls.iter().find(|row| row.status == CallStatus::Ok) {
                    let record = store.call(row.id).await.unwrap().unwrap();
                    assert_eq!(record.text, row.excerpt);
                }
                if store.stats().await.unwrap().calls == 300 {
                    break;
                }
            }
        }));
    }
    writer.await.unwrap();
    for reader in readers {
        reader.await.unwrap();
    }
}
