//! One request for an answer: the call, and the beginning of its reply.

use super::Api;
use super::answer::{Answer, End};
use super::asked::Asked;
use super::error::Problem;
use super::fold::fold;
use super::known::Known;
use super::pass::{self, Pass};
use super::render::{self, Head};
use super::stream::{self, Writer};
use axum::Json;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use serde_json::Value;
use std::time::SystemTime;
use switchboard_app::App;
use switchboard_app::calls::{Told, WireEvent, start_api_call};
use switchboard_engine::event::{Event, Outcome};

/// Most bytes of a provider's events that are kept to put a whole answer together in its own words.
const MOST_KEPT: usize = 16 * 1024 * 1024;

/// Runs a call. The reply begins with its first content, so that everything before can still change the
/// target or the status.
pub(super) async fn call(app: &App, api: Api, asked: Asked) -> Result<Response, Problem> {
    let is_text = asked.call.request.response_format == Default::default();
    let mut handle = start_api_call(app, asked.call).await?;
    let id = handle.id.to_string();
    let mut known = Known::default();
    let mut answer = Answer::default();
    let mut wire = Heard::default();
    let (first, outcome) = loop {
        let Some(told) = handle.events.recv().await else {
            return Err(cut_short());
        };
        let event = wire.hear(told);
        known.note(&event);
        match event {
            Event::Failed { report } => {
                let mut reply = Problem::from(&report.error).reply(api);
                known.write(&id, reply.headers_mut());
                return Ok(reply);
            }
            Event::Cancelled { .. } => return Err(cut_short()),
            Event::Finished { outcome } => break (None, Some(outcome)),
            Event::TextDelta { .. }
            | Event::ReasoningDelta { .. }
            | Event::ToolCallDelta { .. }
                if asked.stream =>
            {
                break (Some(event), None);
            }
            _ => {}
        }
        if !asked.stream {
            answer.add(&event);
            wire.keep_within_bounds();
        }
    };
    let head = Head {
        id: id.replace('-', ""),
        model: known.model(),
        created: SystemTime::now()
            .duration_since(SystemTime::UNIX_EPOCH)
            .map_or(0, |since| since.as_secs()),
        include_usage: asked.include_usage,
    };
    Ok(match outcome {
        Some(outcome) if !asked.stream => {
            let passed = wire.whole(api, &answer, &outcome);
            let whole = passed.unwrap_or_else(|| render::whole(api, &head, &answer, end(&outcome)));
            let mut reply = Json(whole).into_response();
            known.write(&id, reply.headers_mut());
            reply
        }
        outcome => {
            let pass = match first {
                Some(_) => wire.pass(api, asked.include_usage),
                None => None,
            };
            let mut headers = HeaderMap::new();
            known.write(&id, &mut headers);
            let render = render::stream(api, head);
            let mut writer = Writer::new(handle, api, render, pass, is_text, known);
            let mut begun = String::new();
            writer.begin(&mut begun);
            if let Some(event) = first {
                writer.write(&event, &mut begun);
            }
            if let Some(outcome) = outcome {
                writer.write(&Event::Finished { outcome }, &mut begun);
            }
            let mut reply = stream::reply(begun, writer, asked.array);
            reply.headers_mut().extend(headers);
            reply
        }
    })
}

pub(super) fn end(outcome: &Outcome) -> End {
    End {
        finish: outcome.finish_reason,
        usage: outcome.usage,
    }
}

pub(super) fn cut_short() -> Problem {
    let message = "the call was stopped before its answer was whole";
    Problem::new(StatusCode::SERVICE_UNAVAILABLE, "cancelled", message)
}

/// What the answering provider sent, in its own form.
#[derive(Debug, Default)]
struct Heard {
    events: Vec<WireEvent>,
    /// The attempt that brought the first token.
    winner: Option<u32>,
    /// Of a whole answer: bytes of the events, and how many of them were counted.
    bytes: usize,
    counted: usize,
}

impl Heard {
    /// Takes in what is told; returns our event of it.
    fn hear(&mut self, told: Told) -> Event {
        self.events.extend(told.wire);
        match told.event {
            Event::AttemptStarted { hedge: false, .. } | Event::AttemptFailed { .. } => {
                *self = Self::default();
            }
            Event::FirstToken { attempt, .. } => {
                self.winner = Some(attempt);
                self.events.retain(|event| event.attempt == attempt);
                (self.bytes, self.counted) = (0, 0);
            }
            _ => {}
        }
        told.event
    }

    /// Forgets an answer that is too long to be kept twice.
    fn keep_within_bounds(&mut self) {
        let new = self.events.iter().skip(self.counted);
        self.bytes += new.map(|event| event.data.len()).sum::<usize>();
        self.counted = self.events.len();
        if self.bytes > MOST_KEPT {
            self.events = Vec::new();
            self.counted = 0;
        }
    }

    /// Returns the whole answer as the provider sent it; `None` if several attempts made it, or it cannot
    /// be put together.
    fn whole(self, api: Api, answer: &Answer, outcome: &Outcome) -> Option<Value> {
        if outcome.continued || outcome.fallback_text || self.bytes > MOST_KEPT {
            return None;
        }
        match self.events.as_slice() {
            [event] if pass::is_whole_reply(event) => {
                let whole = serde_json::from_str(&event.data).ok();
                whole.filter(Value::is_object)
            }
            events => fold(api, events, answer),
        }
    }

    /// Returns what passes the stream on; `None` if the provider speaks another API or sent no stream.
    fn pass(self, api: Api, include_usage: bool) -> Option<Pass> {
        let is_stream = !self.events.is_empty() && !self.events.iter().any(pass::is_whole_reply);
        is_stream
            .then_some(self.winner)
            .flatten()
            .map(|winner| Pass::new(api, winner, include_usage, self.events))
    }
}
