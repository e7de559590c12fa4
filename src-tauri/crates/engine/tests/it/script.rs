//! Short words for scripts: targets, answers, faults.

use std::time::Duration;
use switchboard_engine::admit::Health;
use switchboard_engine::call::{Message, ModelRequest, Params, ResponseFormat, Role};
use switchboard_engine::error::{CallError, ErrorKind};
use switchboard_engine::event::{Event, Next};
use switchboard_engine::plan::{Candidate, Plan, Recovery, Target, Tier};
use switchboard_engine::policy::next::RetryLimits;
use switchboard_engine::provider::{AuthStyle, Capabilities, Endpoint, Wire};
use switchboard_engine::redact::Redactor;
use switchboard_engine::run::{Context, run};
use switchboard_engine::secret::Secret;
use switchboard_engine::transport::scripted::{Exchange, Scripted, Step};
use url::Url;

pub(crate) const KEY: &str = "sk-test-0123456789abcdefghij";

pub(crate) fn target(name: &str) -> Target {
    Target {
        provider: name.into(),
        provider_label: name.to_uppercase(),
        endpoint: Endpoint {
            wire: Wire::OpenaiChat,
            base_url: Url::parse(&format!("https://{name}.example/v1")).unwrap(),
            auth: AuthStyle::Native,
            headers: Vec::new(),
        },
        credential: Some("default".into()),
        key: Some(Secret::new(KEY.into())),
        model: format!("{name}-model"),
        capabilities: Capabilities::default(),
        tier: Tier::Standard,
        timeouts: Tier::Standard.timeouts(),
        limits: Default::default(),
        price: None,
        simulated: false,
        step: Default::default(),
    }
}

pub(crate) fn plan(names: &[&str]) -> Plan {
    Plan {
        candidates: names
            .iter()
            .map(|name| Candidate::Ready(target(name)))
            .collect(),
        deadline: Duration::from_secs(60),
        recovery: Recovery::Restart,
        route: None,
        general: names.len(),
        lists: Default::default(),
        hedge: None,
        fallback_text: None,
        reasons: vec!["the test asked for it".into()],
    }
}

pub(crate) fn request() -> ModelRequest {
    ModelRequest {
        model: String::new(),
        messages: vec![Message::text(Role::User, "Why is the sky blue?")],
        tools: Vec::new(),
        tool_choice: Default::default(),
        raw: None,
        response_format: ResponseFormat::Text,
        params: Params::default(),
    }
}

/// Data lines of a Chat Completions stream that says `words` and ends properly.
pub(crate) fn words(words: &[&str]) -> Vec<Step> {
    let mut steps: Vec<Step> = words.iter().map(|word| text(word)).collect();
    steps.push(finish());
    steps
}

pub(crate) fn text(text: &str) -> Step {
    let delta = serde_json::json!({"choices": [{"index": 0, "delta": {"content": text}}]});
    Step::Bytes(format!("data: {delta}\n\n").into())
}

pub(crate) fn finish() -> Step {
    Step::Bytes(
        "data: {\"choices\":[{\"index\":0,\"delta\":{},\"finish_reason\":\"stop\"}]}\n\n\
         data: {\"choices\":[],\"usage\":{\"prompt_tokens\":7,\"completion_tokens\":3,\"total_tokens\":10}}\n\n\
         data: [DONE]\n\n"
            .into(),
    )
}

pub(crate) fn wait(ms: u64) -> Step {
    Step::Wait(Duration::from_millis(ms))
}

pub(crate) fn answer(body: Vec<Step>) -> Exchange {
    Exchange::Answer {
        after: Duration::from_millis(100),
        status: 200,
        headers: vec![("content-type", "text/event-stream".into())],
        body,
    }
}

pub(crate) fn status(status: u16, headers: Vec<(&'static str, String)>) -> Exchange {
    Exchange::Answer {
        after: Duration::from_millis(50),
        status,
        headers,
        body: vec![Step::Bytes(
            r#"{"error":{"message":"no","type":"test"}}"#.into(),
        )],
    }
}

pub(crate) fn fails(kind: ErrorKind) -> Exchange {
    Exchange::Fail(Duration::from_millis(10), CallError::new(kind, "scripted"))
}

/// Runs a plan over a script with a fixed seed and returns every event.
pub(crate) async fn play(plan: &Plan, script: Vec<Exchange>) -> Vec<Event> {
    play_request(plan, &request(), script).await
}

/// As [`play`], for a request of its own.
pub(crate) async fn play_request(
    plan: &Plan,
    request: &ModelRequest,
    script: Vec<Exchange>,
) -> Vec<Event> {
    play_on(&Scripted::new(script), &Health::default(), plan, request).await
}

/// As [`play`], on a transport and with a health of its own.
pub(crate) async fn play_on(
    transport: &Scripted,
    health: &Health,
    plan: &Plan,
    request: &ModelRequest,
) -> Vec<Event> {
    let redactor = Redactor::default();
    redactor.learn(&Secret::new(KEY.into()));
    let context = Context {
        transport,
        redactor: &redactor,
        health,
        spender: None,
        limits: RetryLimits::default(),
        chance: fastrand::Rng::with_seed(7),
    };
    let mut events = Vec::new();
    run(request, plan, context, &mut events).await;
    events
}

/// The answer as a window would show it.
pub(crate) fn shown(events: &[Event]) -> String {
    let mut shown = String::new();
    for event in events {
        match event {
            Event::TextDelta { text } => shown.push_str(text),
            Event::Restarted { .. } => shown.clear(),
            _ => {}
        }
    }
    shown
}

/// What went wrong and what was done about it, one word pair per failed attempt.
pub(crate) fn failures(events: &[Event]) -> Vec<String> {
    events
        .iter()
        .filter_map(|event| match event {
            Event::AttemptFailed { error, next, .. } => Some(format!(
                "{} {}",
                serde_json::to_value(error.kind).unwrap().as_str().unwrap(),
                match next {
                    Next::Retry { .. } => "retry".into(),
                    Next::Fallback { to, .. } => format!("→{}", to.provider),
                    Next::Continue { on, .. } => format!("+{}", on.provider),
                    Next::Stop { .. } => "stop".into(),
                }
            )),
            _ => None,
        })
        .collect()
}
