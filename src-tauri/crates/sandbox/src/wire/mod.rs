//! The wire formats: reading requests, writing answers, streams and errors.
//!
//! Field names follow each provider's public API reference as of November 2026.

pub(crate) mod anthropic;
pub(crate) mod errors;
pub(crate) mod gemini;
pub(crate) mod models;
pub(crate) mod openai_chat;
pub(crate) mod openai_responses;

use crate::answer::{Answer, Finish, Tokens, ToolCall};
use crate::ask::{Ask, BadRequest};
use errors::Trouble;
use serde::Serialize;
use serde_json::Value;

/// A wire format the simulator speaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Wire {
    /// `POST /v1/chat/completions`
    OpenaiChat,
    /// `POST /v1/responses`
    OpenaiResponses,
    /// `POST /v1/messages`
    Anthropic,
    /// `POST /v1beta/models/{model}:generateContent` and `:streamGenerateContent`
    Gemini,
}

/// The wire formats, in the order of the documentation.
pub const WIRES: [Wire; 4] = [
    Wire::OpenaiChat,
    Wire::OpenaiResponses,
    Wire::Anthropic,
    Wire::Gemini,
];

/// What every reply of one answer repeats.
#[derive(Debug, Clone)]
pub(crate) struct Head {
    pub(crate) model: String,
    pub(crate) id: u64,
    pub(crate) include_usage: bool,
    pub(crate) usage: Tokens,
}

/// The moment every answer claims to be from, so that the same seed gives the same bytes:
/// 2026-01-01T00:00:00Z.
pub(crate) const CREATED: u64 = 1_767_225_600;

/// Writes one answer as the text of a server-sent event stream, piece by piece.
pub(crate) trait Encoder: Send {
    /// Begins the answer: everything before the first content.
    fn open(&mut self) -> String;
    fn reasoning(&mut self, piece: &str) -> String;
    fn text(&mut self, piece: &str) -> String;
    fn tool_open(&mut self, index: usize, call: &ToolCall) -> String;
    fn tool_arguments(&mut self, index: usize, piece: &str) -> String;
    /// Says why the answer ended and what it took.
    fn close(&mut self, finish: Finish, usage: Tokens) -> String;
    /// Returns the end mark that follows; empty where the format has none of its own.
    fn done(&mut self) -> String;
    /// Returns an error event in band.
    fn error(&mut self, trouble: &Trouble) -> String;
}

impl Wire {
    /// Reads a request's body. `model` and `stream` come from the path where the format puts them there.
    pub(crate) fn read(self, body: &Value) -> Result<Ask, BadRequest> {
        match self {
            Wire::OpenaiChat => openai_chat::read(body),
            Wire::OpenaiResponses => openai_responses::read(body),
            Wire::Anthropic => anthropic::read(body),
            Wire::Gemini => gemini::read(body),
        }
    }

    pub(crate) fn encoder(self, head: Head) -> Box<dyn Encoder> {
        match self {
            Wire::OpenaiChat => Box::new(openai_chat::Stream::new(head)),
            Wire::OpenaiResponses => Box::new(openai_responses::Stream::new(head)),
            Wire::Anthropic => Box::new(anthropic::Stream::new(head)),
            Wire::Gemini => Box::new(gemini::Stream::new(head)),
        }
    }

    /// Returns the whole answer as one object.
    pub(crate) fn whole(self, head: &Head, answer: &Answer) -> Value {
        match self {
            Wire::OpenaiChat => openai_chat::whole(head, answer),
            Wire::OpenaiResponses => openai_responses::whole(head, answer),
            Wire::Anthropic => anthropic::whole(head, answer),
            Wire::Gemini => gemini::whole(head, answer),
        }
    }

    /// Returns whether the request's body has a parameter of that name, where the format keeps it.
    pub(crate) fn has_param(self, body: &Value, name: &str) -> bool {
        let place = if self == Wire::Gemini {
            body.get("generationConfig")
        } else {
            Some(body)
        };
        place
            .and_then(|place| place.get(name))
            .is_some_and(|value| !value.is_null())
    }
}

/// Returns one event without a name.
pub(crate) fn data(value: &Value) -> String {
    format!("data: {value}\n\n")
}

/// Returns one event whose name is its `type`.
pub(crate) fn named(value: &Value) -> String {
    let name = value
        .get("type")
        .and_then(Value::as_str)
        .unwrap_or("message");
    format!("event: {name}\ndata: {value}\n\n")
}
