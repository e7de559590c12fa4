//! Calls and events to test with.

use switchboard_engine::call::{CallId, FinishReason};
use switchboard_engine::error::{CallError, ErrorKind};
use switchboard_engine::event::{
    CallEvent, Event, FailedAttempt, Next, Outcome, Report, TargetInfo,
};
use switchboard_engine::price::{CostSource, PicoUsd};
use switchboard_engine::usage::Usage;
use switchboard_store::{Labels, NewCall, Opened, Store};

/// A store in a folder of its own, gone with it.
pub(crate) struct Place {
    pub(crate) folder: tempfile::TempDir,
}

impl Place {
    pub(crate) fn new() -> Self {
        Self {
            folder: tempfile::tempdir().unwrap(),
        }
    }

    pub(crate) fn file(&self) -> std::path::PathBuf {
        self.folder.path().join("history.sqlite")
    }

    pub(crate) fn open(&self) -> Store {
        self.open_with_report().0
    }

    pub(crate) fn open_with_report(&self) -> (Store, Opened) {
        Store::open(self.file()).unwrap()
    }
}

pub(crate) fn target(model: &str) -> TargetInfo {
    TargetInfo {
        provider: "sandbox".to_owned(),
        model: model.to_owned(),
        simulated: true,
    }
}

pub(crate) fn new_call(model: &str) -> NewCall {
    NewCall {
        labels: Labels::default(),
        id: CallId::new(),
        started_at_ms: 1_700_000_000_000,
        caller: "window".to_owned(),
        caller_key: None,
        route: None,
        group: None,
        column: None,
        prompt_id: None,
        prompt_version: None,
        requested: target(model),
        request_json: "{\"asked\":true}".to_owned(),
        decision_json: None,
        variant: None,
    }
}

/// Numbers the events of one call and spaces them 10 ms apart.
pub(crate) fn numbered(call: CallId, events: Vec<Event>) -> Vec<CallEvent> {
    events
        .into_iter()
        .enumerate()
        .map(|(seq, event)| CallEvent {
            call,
            seq: seq as u64,
            at_ms: seq as u64 * 10,
            event,
        })
        .collect()
}

pub(crate) fn planned(models: &[&str]) -> Event {
    Event::Planned {
        route: None,
        targets: models.iter().map(|model| target(model)).collect(),
        reasons: vec!["asked for".to_owned()],
        deadline_ms: 60_000,
    }
}

pub(crate) fn started(attempt: u32, model: &str) -> Event {
    Event::AttemptStarted {
        hedge: false,
        attempt,
        max_attempts: 4,
        target: target(model),
    }
}

pub(crate) fn headers(attempt: u32, status: u16) -> Event {
    Event::ResponseStarted {
        attempt,
        after_ms: 7,
        status,
        request_id: Some(format!("req-{attempt}")),
    }
}

pub(crate) fn first_token(attempt: u32) -> Event {
    Event::FirstToken {
        attempt,
        after_ms: 9,
    }
}

pub(crate) fn text(text: &str) -> Event {
    Event::TextDelta {
        text: text.to_owned(),
    }
}

pub(crate) fn reasoning(text: &str) -> Event {
    Event::ReasoningDelta {
        text: text.to_owned(),
    }
}

pub(crate) fn tool(index: u32, id: Option<&str>, arguments: &str) -> Event {
    Event::ToolCallDelta {
        index,
        id: id.map(str::to_owned),
        name: id.map(|_| "weather".to_owned()),
        arguments: arguments.to_owned(),
    }
}

pub(crate) fn usage(output: u64) -> Usage {
    Usage {
        input_uncached_tokens: 12,
        output_visible_tokens: output,
        ..Usage::default()
    }
}

pub(crate) fn error(kind: ErrorKind) -> CallError {
    CallError::new(kind, format!("it went wrong: {kind:?}")).with_detail(b"raw reply")
}

pub(crate) fn attempt_failed(attempt: u32, kind: ErrorKind, next: Next) -> Event {
    Event::AttemptFailed {
        attempt,
        error: error(kind),
        elapsed_ms: 20,
        next,
    }
}

pub(crate) fn retry(after_ms: u64) -> Next {
    Next::Retry { after_ms }
}

pub(crate) fn fallback(model: &str) -> Next {
    Next::Fallback {
        to: target(model),
        why: "it is overloaded".to_owned(),
    }
}

pub(crate) fn finished(model: &str, output: u64) -> Event {
    Event::Finished {
        outcome: Outcome {
            continued: false,
            fallback_text: false,
            target: target(model),
            response_model: Some(format!("{model}-2026")),
            finish_reason: FinishReason::Stop,
            usage: usage(output),
            cost: Some(PicoUsd(5_000)),
            cost_source: CostSource::Computed,
            attempts: 1,
            first_token_ms: 30,
            elapsed_ms: 90,
        },
    }
}

pub(crate) fn failed(kind: ErrorKind, attempts: &[(u32, &str)]) -> Event {
    Event::Failed {
        report: Report {
            error: error(kind),
            attempts: attempts
                .iter()
                .map(|(attempt, model)| FailedAttempt {
                    attempt: *attempt,
                    target: target(model),
                    error: error(kind),
                })
                .collect(),
            elapsed_ms: 77,
        },
    }
}

pub(crate) fn cancelled() -> Event {
    Event::Cancelled {
        elapsed_ms: 55,
        usage: usage(3),
    }
}

/// Records a whole call that answers `answer`.
pub(crate) async fn answered(store: &Store, call: NewCall, answer: &str) -> CallId {
    let (id, model) = (call.id, call.requested.model.clone());
    store.begin_call(call).await.unwrap();
    let events = vec![
        started(1, &model),
        first_token(1),
        text(answer),
        finished(&model, 3),
    ];
    for event in numbered(id, events) {
        store.append(event);
    }
    id
}
