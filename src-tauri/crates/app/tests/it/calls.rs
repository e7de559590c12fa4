//! Comparing, stopping, recording and reopening.

use crate::world::{World, shown};
use serde_json::json;
use std::time::{Duration, Instant};
use switchboard_app::api::types::{CallPage, CallStatus, ErrorCode, Prompt, PromptSummary};
use switchboard_engine::event::Event;

#[tokio::test]
async fn three_models_stream_side_by_side_with_no_key() {
    let mut world = World::new().await;
    let run = world
        .run(
            &[
                "sandbox/swift",
                "sandbox/steady?tokens=60",
                "sandbox/thinker?tokens=60",
            ],
            &[],
        )
        .await;
    let calls: Vec<_> = run.calls.iter().map(|started| started.call).collect();
    let events = world.until_ended(&calls).await;
    for call in calls {
        let detail = world.detail(call).await;
        assert_eq!(detail.summary.status, CallStatus::Ok, "{detail:#?}");
        assert_eq!(
            detail.text,
            shown(&events, call),
            "history holds what was shown"
        );
        assert!(!detail.text.is_empty());
        assert!(detail.summary.usage.output_tokens() > 0);
    }
}

#[tokio::test]
async fn a_stopped_call_ends_within_100_ms_and_keeps_its_text() {
    let mut world = World::new().await;
    let run = world.run(&["sandbox/steady?tokens=2000&tps=50"], &[]).await;
    let call = run.calls[0].call;
    world.until_text(call).await;
    let stopped = Instant::now();
    world
        .call("calls.stop", json!({"call": call}))
        .await
        .unwrap();
    let events = world.until_ended(&[call]).await;
    assert!(
        stopped.elapsed() < Duration::from_millis(100),
        "{:?}",
        stopped.elapsed()
    );
    assert!(matches!(
        events.last().unwrap().event,
        Event::Cancelled { .. }
    ));
    let detail = world.detail(call).await;
    assert_eq!(detail.summary.status, CallStatus::Cancelled);
    assert!(!detail.text.is_empty());
}

#[tokio::test]
async fn a_call_is_found_again_after_a_restart() {
    let mut world = World::new().await;
    let run = world.run(&["sandbox/swift?tokens=40"], &[]).await;
    let call = run.calls[0].call;
    world.until_ended(&[call]).await;
    let before = world.detail(call).await;
    let world = world.reopen().await;
    assert_eq!(world.detail(call).await, before);
    let page = world
        .call("calls.list", json!({"search": "swift", "limit": 10}))
        .await
        .unwrap();
    let page: CallPage = serde_json::from_value(page).unwrap();
    assert_eq!(page.calls.len(), 1);
}

#[tokio::test]
async fn a_new_history_has_a_prompt_that_runs_as_it_is() {
    let mut world = World::new().await;
    let list = world
        .call("prompts.list", json!({"search": ""}))
        .await
        .unwrap();
    let list: Vec<PromptSummary> = serde_json::from_value(list).unwrap();
    let prompt = world
        .call("prompts.get", json!({"id": list[0].id}))
        .await
        .unwrap();
    let prompt: Prompt = serde_json::from_value(prompt).unwrap();
    assert_eq!(prompt.body.columns.len(), 3);
    let run = world
        .call(
            "calls.start",
            json!({"prompt_id": prompt.id, "body": prompt.body}),
        )
        .await
        .unwrap();
    let run: switchboard_app::api::types::StartedRun = serde_json::from_value(run).unwrap();
    assert_eq!(run.prompt_version, Some(1));
    let calls: Vec<_> = run.calls.iter().map(|started| started.call).collect();
    world.until_ended(&calls).await;
    let again = world
        .call("calls.latest_of_prompt", json!({"id": prompt.id}))
        .await
        .unwrap();
    assert_eq!(again.as_array().unwrap().len(), 3);
}

#[tokio::test]
async fn a_missing_variable_is_named_before_anything_is_sent() {
    let world = World::new().await;
    let body = json!({
        "messages": [{"role": "user", "parts": [{"type": "text", "text": "Translate {{text}}"}]}],
        "columns": [{"id": "c", "model": "sandbox/swift"}],
    });
    let error = world
        .call("calls.start", json!({"body": body}))
        .await
        .unwrap_err();
    assert_eq!(error.code, ErrorCode::InvalidParams);
    assert_eq!(error.field.as_deref(), Some("variables.text"));
    let page = world
        .call("calls.list", json!({"search": "", "limit": 10}))
        .await
        .unwrap();
    assert_eq!(page["calls"], json!([]));
}

#[tokio::test]
async fn an_unknown_model_fails_its_own_column_only() {
    let mut world = World::new().await;
    let run = world
        .run(&["nowhere/gpt", "sandbox/swift?tokens=20"], &[])
        .await;
    let calls: Vec<_> = run.calls.iter().map(|started| started.call).collect();
    world.until_ended(&calls).await;
    assert_eq!(
        world.detail(calls[0]).await.summary.status,
        CallStatus::Failed
    );
    assert_eq!(world.detail(calls[1]).await.summary.status, CallStatus::Ok);
}

#[tokio::test]
async fn shutting_down_in_the_middle_keeps_what_had_arrived() {
    let mut world = World::new().await;
    let run = world.run(&["sandbox/steady?tokens=2000&tps=50"], &[]).await;
    let call = run.calls[0].call;
    world.until_text(call).await;
    let world = world.reopen().await;
    let detail = world.detail(call).await;
    assert_eq!(detail.summary.status, CallStatus::Cancelled);
    assert!(!detail.text.is_empty());
}
