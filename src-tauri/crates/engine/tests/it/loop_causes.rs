//! Where a call goes by the cause of a failure, what it never asks, and what it says when nobody answers.

use crate::script::*;
use std::time::Duration;
use switchboard_engine::call::{Message, Part, ResponseFormat, Role, Tool};
use switchboard_engine::error::{CallError, ErrorKind};
use switchboard_engine::event::{Event, Outcome};
use switchboard_engine::plan::{Candidate, Plan, Recovery, Target};
use switchboard_engine::transport::scripted::{Exchange, Step};

fn refused(status: u16, body: &str) -> Exchange {
    Exchange::Answer {
        after: Duration::from_millis(50),
        status,
        headers: vec![],
        body: vec![Step::Bytes(body.to_owned().into())],
    }
}

fn too_long() -> Exchange {
    refused(
        400,
        r#"{"error":{"message":"too long","code":"context_length_exceeded","type":"invalid_request_error"}}"#,
    )
}

fn filtered() -> Exchange {
    refused(
        400,
        r#"{"error":{"message":"filtered","code":"content_filter","type":"invalid_request_error"}}"#,
    )
}

fn target_of(plan: &mut Plan, index: usize) -> &mut Target {
    match &mut plan.candidates[index] {
        Candidate::Ready(target) => target,
        Candidate::Unusable { .. } => panic!("not ready"),
    }
}

fn skipped(events: &[Event]) -> Vec<(String, ErrorKind)> {
    events
        .iter()
        .filter_map(|event| match event {
            Event::TargetSkipped { target, error } => Some((target.provider.clone(), error.kind)),
            _ => None,
        })
        .collect()
}

fn outcome(events: &[Event]) -> &Outcome {
    match events.last() {
        Some(Event::Finished { outcome }) => outcome,
        other => panic!("{other:?}"),
    }
}

#[tokio::test(start_paused = true)]
async fn a_context_that_is_too_long_goes_to_the_list_for_it() {
    let mut plan = plan(&["a", "b", "c"]);
    plan.general = 2;
    plan.lists.context_too_long = vec![2];
    let events = play(&plan, vec![too_long(), answer(words(&["from c"]))]).await;
    assert_eq!(failures(&events), ["context_too_long →c"]);
    assert_eq!(outcome(&events).target.provider, "c");
}

#[tokio::test(start_paused = true)]
async fn a_context_that_is_too_long_passes_visibly_over_windows_that_are_no_larger() {
    let mut plan = plan(&["a", "b", "c"]);
    target_of(&mut plan, 0).capabilities.context_window = Some(8000);
    target_of(&mut plan, 1).capabilities.context_window = Some(8000);
    target_of(&mut plan, 2).capabilities.context_window = Some(16_000);
    let events = play(&plan, vec![too_long(), answer(words(&["from c"]))]).await;
    assert_eq!(failures(&events), ["context_too_long →c"]);
    assert_eq!(skipped(&events), [("b".into(), ErrorKind::Incapable)]);
}

#[tokio::test(start_paused = true)]
async fn filtered_content_goes_to_nobody_unasked_and_to_the_list_where_there_is_one() {
    let mut plan = plan(&["a", "b"]);
    let events = play(&plan, vec![filtered()]).await;
    assert_eq!(failures(&events), ["content_filtered stop"]);
    plan.general = 1;
    plan.lists.content_filter = vec![1];
    let events = play(&plan, vec![filtered(), answer(words(&["ok"]))]).await;
    assert_eq!(failures(&events), ["content_filtered →b"]);
    assert_eq!(shown(&events), "ok");
}

#[tokio::test(start_paused = true)]
async fn a_listed_target_that_cannot_be_used_is_told_only_where_its_list_is_followed() {
    let mut plan = plan(&["a", "b", "c"]);
    plan.general = 1;
    plan.lists.content_filter = vec![1, 2];
    plan.candidates[1] = Candidate::Unusable {
        target: plan.candidates[1].info(),
        error: CallError::new(ErrorKind::NoCredential, "no key for B"),
    };
    let events = play(&plan, vec![answer(words(&["ok"]))]).await;
    assert!(skipped(&events).is_empty());
    let events = play(&plan, vec![filtered(), answer(words(&["from c"]))]).await;
    assert_eq!(skipped(&events), [("b".into(), ErrorKind::NoCredential)]);
    assert_eq!(shown(&events), "from c");
}

#[tokio::test(start_paused = true)]
async fn a_wrong_key_goes_to_the_list_for_it_and_never_back() {
    let mut plan = plan(&["a", "b"]);
    plan.lists.auth = vec![0, 1];
    let script = vec![status(401, vec![]), status(403, vec![])];
    let events = play(&plan, script).await;
    assert_eq!(failures(&events), ["auth →b", "permission stop"]);
}

#[tokio::test(start_paused = true)]
async fn a_target_that_lacks_what_the_request_needs_is_skipped_and_costs_no_attempt() {
    let mut plan = plan(&["a", "b", "c", "d"]);
    target_of(&mut plan, 0).capabilities.tools = false;
    target_of(&mut plan, 1).capabilities.images = false;
    target_of(&mut plan, 2).capabilities.json_schema = false;
    let mut request = request();
    request.tools.push(Tool {
        name: "t".into(),
        description: String::new(),
        parameters: serde_json::json!({"type": "object"}),
    });
    request.messages.push(Message {
        role: Role::User,
        parts: vec![Part::Image {
            media_type: "image/png".into(),
            data: "AAAA".into(),
        }],
    });
    request.response_format = ResponseFormat::JsonSchema {
        name: "s".into(),
        schema: serde_json::json!({"type": "object"}),
    };
    let events = play_request(&plan, &request, vec![answer(words(&["from d"]))]).await;
    let lacking = ["a", "b", "c"].map(|name| (name.to_owned(), ErrorKind::Incapable));
    assert_eq!(skipped(&events), lacking);
    assert_eq!(outcome(&events).attempts, 1);
}

#[tokio::test(start_paused = true)]
async fn a_prompt_larger_than_a_known_window_is_not_sent_there() {
    let mut plan = plan(&["a", "b"]);
    target_of(&mut plan, 0).capabilities.context_window = Some(1000);
    let mut request = request();
    request.messages = vec![Message::text(Role::User, "word ".repeat(2000))];
    let events = play_request(&plan, &request, vec![answer(words(&["from b"]))]).await;
    assert_eq!(skipped(&events), [("a".into(), ErrorKind::Incapable)]);
    assert_eq!(shown(&events), "from b");
}

#[tokio::test(start_paused = true)]
async fn with_everything_down_the_fallback_text_is_the_answer_and_marked_as_such() {
    let mut plan = plan(&["a"]);
    plan.fallback_text = Some("We are having trouble.".into());
    let script = (0..3).map(|_| status(503, vec![])).collect();
    let events = play(&plan, script).await;
    assert_eq!(shown(&events), "We are having trouble.");
    let outcome = outcome(&events);
    assert!(outcome.fallback_text);
    assert_eq!(outcome.attempts, 3);
    assert_eq!(outcome.usage.output_tokens(), 0);
}

#[tokio::test(start_paused = true)]
async fn a_half_shown_answer_is_void_where_the_fallback_text_replaces_it() {
    let mut plan = plan(&["a"]);
    plan.fallback_text = Some("Sorry.".into());
    let script = vec![answer(vec![text("half")]), answer(vec![text("half")])];
    let events = play(&plan, script.clone()).await;
    assert_eq!(shown(&events), "Sorry.");
    plan.recovery = Recovery::Fail;
    let events = play(&plan, script).await;
    assert_eq!(shown(&events), "half", "with `fail` what was shown stays");
    assert!(matches!(events.last(), Some(Event::Failed { .. })));
}

#[tokio::test(start_paused = true)]
async fn what_was_shown_stays_until_another_answer_begins() {
    let script = vec![answer(vec![text("half")]), fails(ErrorKind::Dns)];
    let events = play(&plan(&["a"]), script).await;
    assert_eq!(failures(&events), ["truncated retry", "dns stop"]);
    assert_eq!(shown(&events), "half");
    assert!(matches!(events.last(), Some(Event::Failed { .. })));
}

#[tokio::test(start_paused = true)]
async fn retries_of_a_target_end_with_its_share_of_the_deadline() {
    let mut plan = plan(&["a", "b"]);
    plan.deadline = Duration::from_secs(20);
    let limited = status(429, vec![("retry-after", "11".into())]);
    let events = play(&plan, vec![limited, answer(words(&["ok"]))]).await;
    assert_eq!(failures(&events), ["rate_limited →b"]);
}
