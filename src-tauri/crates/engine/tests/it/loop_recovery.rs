//! Answers that break after their first token: carried on, spliced, restarted, and never passed off as whole.

use crate::script::*;
use serde_json::{Value, json};
use switchboard_engine::admit::Health;
use switchboard_engine::call::{ModelRequest, ResponseFormat};
use switchboard_engine::error::{CallError, ErrorKind};
use switchboard_engine::event::{Event, Outcome};
use switchboard_engine::plan::{Candidate, Plan, Recovery, Target};
use switchboard_engine::policy::next::RetryLimits;
use switchboard_engine::provider::{SseEvent, Wire};
use switchboard_engine::redact::Redactor;
use switchboard_engine::run::{Context, EventSink, run};
use switchboard_engine::transport::scripted::{Exchange, Scripted, Step};
use url::Url;

const TEXT: &str = "The sky is blue because air scatters short waves of light far more than long ones, \
    and the red of the evening is what the long way through the air has left of the light.";

/// A plan that carries cut answers on.
fn continuing(names: &[&str]) -> Plan {
    let mut plan = plan(names);
    plan.recovery = Recovery::Continue;
    plan
}

fn change(plan: &mut Plan, index: usize, change: impl FnOnce(&mut Target)) {
    match &mut plan.candidates[index] {
        Candidate::Ready(target) => change(target),
        Candidate::Unusable { .. } => panic!("not ready"),
    }
}

/// Makes a target take begun answers, in Anthropic's form.
fn takes_prefill(plan: &mut Plan, index: usize) {
    change(plan, index, |target| {
        target.endpoint.wire = Wire::Anthropic;
        target.capabilities.prefill = true;
    });
}

fn anthropic(pieces: &[&str]) -> Vec<Step> {
    let mut steps = vec![anthropic_event(
        "message_start",
        json!({"message": {"model": "m", "usage": {"input_tokens": 9, "output_tokens": 1}}}),
    )];
    steps.extend(pieces.iter().map(|piece| {
        anthropic_event(
            "content_block_delta",
            json!({"index": 0, "delta": {"type": "text_delta", "text": piece}}),
        )
    }));
    steps
}

fn anthropic_end() -> Vec<Step> {
    vec![
        anthropic_event(
            "message_delta",
            json!({"delta": {"stop_reason": "end_turn"}, "usage": {"output_tokens": 5}}),
        ),
        anthropic_event("message_stop", json!({})),
    ]
}

fn anthropic_event(name: &str, mut data: Value) -> Step {
    data["type"] = name.into();
    Step::Bytes(format!("event: {name}\ndata: {data}\n\n").into())
}

fn prefill_refusal() -> Exchange {
    Exchange::Answer {
        after: std::time::Duration::from_millis(50),
        status: 400,
        headers: vec![("content-type", "application/json".into())],
        body: vec![Step::Bytes(
            json!({"type": "error", "error": {"type": "invalid_request_error", "message":
                "This model does not support assistant message prefill. The conversation must end with a user message."}})
            .to_string()
            .into(),
        )],
    }
}

/// The whole text in pieces of seven characters.
fn whole() -> Exchange {
    let pieces: Vec<&str> = (0..TEXT.len())
        .step_by(7)
        .map(|at| &TEXT[at..(at + 7).min(TEXT.len())])
        .collect();
    answer(words(&pieces))
}

fn outcome(events: &[Event]) -> &Outcome {
    match events.last() {
        Some(Event::Finished { outcome }) => outcome,
        other => panic!("{other:?}"),
    }
}

fn continued(events: &[Event]) -> Vec<(u32, u64)> {
    events
        .iter()
        .filter_map(|event| match event {
            Event::Continued {
                attempt,
                kept_chars,
            } => Some((*attempt, *kept_chars)),
            _ => None,
        })
        .collect()
}

fn restarts(events: &[Event]) -> usize {
    events
        .iter()
        .filter(|event| matches!(event, Event::Restarted { .. }))
        .count()
}

fn body(transport: &Scripted, index: usize) -> Value {
    serde_json::from_slice(&transport.requests()[index].body).unwrap()
}

#[tokio::test(start_paused = true)]
async fn an_answer_cut_anywhere_by_any_fault_is_carried_on_to_its_whole_text() {
    let faults = [
        vec![],
        vec![Step::Bytes("data: {broken\n\n".into())],
        vec![Step::Break(CallError::new(ErrorKind::Reset, "scripted"))],
        vec![Step::Hang],
    ];
    for fault in faults {
        for cut in 1..TEXT.len() {
            let mut half = vec![text(&TEXT[..cut])];
            half.extend(fault.clone());
            let events = play(&continuing(&["a", "b"]), vec![answer(half), whole()]).await;
            assert_eq!(shown(&events), TEXT, "cut at {cut}");
            assert_eq!(continued(&events), [(1, cut as u64)]);
            assert_eq!(restarts(&events), 0);
            assert!(outcome(&events).continued);
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_cut_answer_is_carried_on_by_another_target_where_the_same_is_not_asked_again() {
    let half = vec![text(&TEXT[..90]), Step::Hang];
    let events = play(&continuing(&["a", "b"]), vec![answer(half), whole()]).await;
    assert_eq!(failures(&events), ["too_slow +b"]);
    assert_eq!(outcome(&events).target.provider, "b");
    assert_eq!(shown(&events), TEXT);
}

#[tokio::test(start_paused = true)]
async fn with_nowhere_else_to_go_a_stream_that_fell_silent_is_carried_on_once_where_it_was() {
    let half = || answer(vec![text(&TEXT[..90]), Step::Hang]);
    let events = play(&continuing(&["a"]), vec![half(), whole()]).await;
    assert_eq!(failures(&events), ["idle_timeout +a"]);
    assert_eq!(shown(&events), TEXT);
    let events = play(&continuing(&["a"]), vec![half(), half()]).await;
    assert_eq!(failures(&events), ["idle_timeout +a", "idle_timeout stop"]);
    assert_eq!(shown(&events), &TEXT[..90], "what was shown stays");
}

#[tokio::test(start_paused = true)]
async fn an_answer_in_other_words_is_an_honest_restart() {
    let other = ["It is Rayleigh scattering, ", "in short."];
    let script = vec![answer(vec![text(&TEXT[..90])]), answer(words(&other))];
    let events = play(&continuing(&["a"]), script).await;
    assert_eq!(shown(&events), other.concat());
    assert!(continued(&events).is_empty());
    assert!(!outcome(&events).continued);
    assert!(events.iter().any(|event| matches!(
        event,
        Event::Restarted {
            attempt: 1,
            discarded_chars: 90
        }
    )));
}

#[tokio::test(start_paused = true)]
async fn a_second_cut_while_nothing_new_was_shown_keeps_the_text_and_a_third_attempt_ends_it() {
    let script = vec![
        answer(vec![text(&TEXT[..90])]),
        answer(vec![text(&TEXT[..40])]),
        answer(vec![text(&TEXT[..120])]),
        whole(),
    ];
    let events = play(&continuing(&["a", "b"]), script).await;
    assert_eq!(
        failures(&events),
        ["truncated +a", "truncated +b", "truncated +b"]
    );
    assert_eq!(shown(&events), TEXT);
    assert_eq!(continued(&events), [(1, 90), (3, 120)]);
}

#[tokio::test(start_paused = true)]
async fn a_target_that_carries_on_is_sent_the_shown_text_and_gives_only_what_is_new() {
    let mut plan = continuing(&["a", "b"]);
    takes_prefill(&mut plan, 1);
    change(&mut plan, 0, |target| target.timeouts.idle /= 10);
    let mut rest = anthropic(&["is blue", " today."]);
    rest.extend(anthropic_end());
    let transport = Scripted::new([answer(vec![text("The sky \n"), Step::Hang]), answer(rest)]);
    let mut request = request();
    request.params.max_tokens = Some(100);
    let events = play_on(&transport, &Health::default(), &plan, &request).await;
    assert_eq!(failures(&events), ["idle_timeout +b"]);
    assert_eq!(shown(&events), "The sky \nis blue today.");
    assert_eq!(continued(&events), [(1, 9)]);
    let body = body(&transport, 1);
    let last = body["messages"].as_array().unwrap().last().unwrap();
    assert_eq!(*last, json!({"role": "assistant", "content": "The sky"}));
    assert_eq!(body["max_tokens"], 98);
    assert!(outcome(&events).continued);
}

#[tokio::test(start_paused = true)]
async fn white_space_that_the_model_writes_again_is_not_doubled() {
    for (begun, new, joined) in [
        ("One ", " two", "One two"),
        ("One\n\n", "\nTwo", "One\n\nTwo"),
        ("One", " two", "One two"),
        ("One ", "two", "One two"),
    ] {
        let mut plan = continuing(&["a"]);
        takes_prefill(&mut plan, 0);
        let mut rest = anthropic(&new.split_inclusive(' ').collect::<Vec<_>>());
        rest.extend(anthropic_end());
        let script = vec![answer(anthropic(&[begun])), answer(rest)];
        assert_eq!(shown(&play(&plan, script).await), joined);
    }
}

#[tokio::test(start_paused = true)]
async fn an_answer_that_lacked_only_its_end_is_whole_when_nothing_more_comes() {
    let mut plan = continuing(&["a"]);
    takes_prefill(&mut plan, 0);
    let mut nothing = anthropic(&[]);
    nothing.extend(anthropic_end());
    let script = vec![answer(anthropic(&["All of it."])), answer(nothing)];
    let events = play(&plan, script).await;
    assert_eq!(shown(&events), "All of it.");
    assert_eq!(continued(&events), [(1, 10)]);
    assert!(outcome(&events).continued);
}

#[tokio::test(start_paused = true)]
async fn a_refused_prefill_is_never_the_calls_error() {
    let mut plan = continuing(&["a"]);
    takes_prefill(&mut plan, 0);
    let half = || answer(anthropic(&[&TEXT[..90]]));
    let mut again = anthropic(&[TEXT]);
    again.extend(anthropic_end());
    let transport = Scripted::new([half(), prefill_refusal(), answer(again)]);
    let events = play_on(&transport, &Health::default(), &plan, &request()).await;
    assert_eq!(failures(&events), ["truncated +a", "rejected +a"]);
    assert_eq!(shown(&events), TEXT);
    assert_eq!(body(&transport, 2)["messages"].as_array().unwrap().len(), 1);

    let script = vec![half(), prefill_refusal(), fails(ErrorKind::Dns)];
    let events = play(&plan, script).await;
    let Some(Event::Failed { report }) = events.last() else {
        panic!("{events:?}")
    };
    assert_eq!(report.error.kind, ErrorKind::Truncated);
    assert_eq!(shown(&events), &TEXT[..90]);
}

#[tokio::test(start_paused = true)]
async fn deepseek_is_asked_to_carry_on_at_its_beta_address_with_the_begun_answer_marked() {
    let mut plan = continuing(&["a"]);
    change(&mut plan, 0, |target| {
        target.endpoint.base_url = Url::parse("https://api.deepseek.com/v1").unwrap();
        target.capabilities.prefill = true;
    });
    let transport = Scripted::new([
        answer(vec![text("The sky")]),
        answer(words(&[" is", " blue."])),
    ]);
    let events = play_on(&transport, &Health::default(), &plan, &request()).await;
    assert_eq!(shown(&events), "The sky is blue.");
    let url = transport.requests()[1].url.to_string();
    assert_eq!(url, "https://api.deepseek.com/beta/chat/completions");
    let message = &body(&transport, 1)["messages"][1];
    assert_eq!(
        *message,
        json!({"role": "assistant", "content": "The sky", "prefix": true})
    );
}

#[tokio::test(start_paused = true)]
async fn tool_calls_json_and_reasoning_are_not_carried_on_but_restarted() {
    let piece = |delta: Value| {
        let data = json!({"choices": [{"index": 0, "delta": delta}]});
        Step::Bytes(format!("data: {data}\n\n").into())
    };
    let tool = piece(
        json!({"tool_calls": [{"index": 0, "id": "t", "type": "function",
        "function": {"name": "look", "arguments": "{\"a\":"}}]}),
    );
    let reasoning = piece(json!({"reasoning_content": "Let me think. "}));
    let mut schema = request();
    schema.response_format = ResponseFormat::JsonSchema {
        name: "s".into(),
        schema: json!({"type": "object"}),
    };
    let cases: [(Vec<Step>, ModelRequest); 3] = [
        (vec![text(&TEXT[..90]), tool], request()),
        (vec![reasoning, text(&TEXT[..90])], request()),
        (vec![text(&TEXT[..90])], schema),
    ];
    for (half, request) in cases {
        let events = play_request(&continuing(&["a"]), &request, vec![answer(half), whole()]).await;
        assert_eq!(failures(&events), ["truncated retry"]);
        assert_eq!(shown(&events), TEXT);
        assert_eq!((restarts(&events), continued(&events).len()), (1, 0));
    }
}

#[tokio::test(start_paused = true)]
async fn a_tool_call_in_the_new_answer_replaces_the_text_that_was_cut() {
    let data = json!({"choices": [{"index": 0, "delta": {"tool_calls": [{"index": 0, "id": "t",
        "type": "function", "function": {"name": "look", "arguments": "{}"}}]}}]});
    let script = vec![
        answer(vec![text(&TEXT[..90])]),
        answer(vec![
            Step::Bytes(format!("data: {data}\n\n").into()),
            finish(),
        ]),
    ];
    let events = play(&continuing(&["a"]), script).await;
    assert_eq!((restarts(&events), shown(&events)), (1, String::new()));
    assert!(matches!(events.last(), Some(Event::Finished { .. })));
}

/// Notes which attempts' own events are passed on.
#[derive(Default)]
struct Wires(Vec<u32>, Vec<Event>);

impl EventSink for Wires {
    async fn emit(&mut self, event: Event) {
        self.1.push(event);
    }

    fn wire(&mut self, attempt: u32, _: Wire, _: SseEvent<'_>) {
        self.0.push(attempt);
    }
}

#[tokio::test(start_paused = true)]
async fn a_hosts_own_stream_is_that_of_the_attempt_that_began_the_text() {
    let transport = Scripted::new([answer(vec![text(&TEXT[..90])]), whole()]);
    let redactor = Redactor::default();
    let context = Context {
        transport: &transport,
        redactor: &redactor,
        health: &Health::default(),
        spender: None,
        limits: RetryLimits::default(),
        chance: fastrand::Rng::with_seed(1),
    };
    let mut sink = Wires::default();
    run(&request(), &continuing(&["a"]), context, &mut sink).await;
    assert_eq!(sink.0, [1]);
    assert_eq!(shown(&sink.1), TEXT);
}

#[tokio::test(start_paused = true)]
async fn a_cut_answer_that_nobody_carries_on_is_a_failure_and_keeps_what_was_shown() {
    let half = |end: usize| answer(vec![text(&TEXT[..end])]);
    let script = vec![half(50), half(60), half(70), half(80), half(90)];
    let events = play(&continuing(&["a", "b", "c"]), script).await;
    assert_eq!(shown(&events), &TEXT[..90]);
    let Some(Event::Failed { report }) = events.last() else {
        panic!("{events:?}")
    };
    assert!(report.error.hint.is_some(), "{:?}", report.error);
}
