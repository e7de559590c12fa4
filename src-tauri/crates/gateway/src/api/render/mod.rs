//! Answers in each API's form: whole, or as a stream of server-sent events.

mod anthropic;
mod chat;
mod gemini;
mod responses;

use super::Api;
use super::answer::{Answer, End};
use super::error::Problem;
use serde_json::Value;
use switchboard_app::calls::WireEvent;

/// What every form says of the answer.
#[derive(Debug, Clone)]
pub(super) struct Head {
    /// The call's id, without hyphens.
    pub(super) id: String,
    pub(super) model: String,
    /// Seconds since 1970.
    pub(super) created: u64,
    pub(super) include_usage: bool,
}

/// Writes a stream.
pub(super) trait Render: Send {
    fn begin(&mut self, out: &mut String);
    fn text(&mut self, text: &str, out: &mut String);
    fn reasoning(&mut self, text: &str, out: &mut String);
    /// A piece of the tool call `index`; `id` and `name` are complete from its first piece on.
    fn tool(&mut self, index: u32, id: &str, name: &str, arguments: &str, out: &mut String);
    fn end(&mut self, answer: &Answer, end: End, out: &mut String);
    /// Adds the usage to a stream that was passed on without (OpenAI chat only).
    fn usage(&mut self, _end: End, _out: &mut String) {}
    /// Takes in an event of the provider's own that was passed on as it came.
    fn passed(&mut self, event: &WireEvent);
    /// Is told that what follows passed events is written here, and what the passed ones came to.
    fn adopt(&mut self, _answer: &Answer) {}
    /// Says in the stream that the answer was cut: no form of a clean end may follow.
    fn fail(&mut self, problem: &Problem, out: &mut String);
}

/// Returns the writer of a stream in an API's form.
pub(super) fn stream(api: Api, head: Head) -> Box<dyn Render> {
    match api {
        Api::Chat => Box::new(chat::Stream::new(head)),
        Api::Responses => Box::new(responses::Stream::new(head)),
        Api::Anthropic => Box::new(anthropic::Stream::new(head)),
        Api::Gemini => Box::new(gemini::Stream::new(head)),
    }
}

/// Returns a whole answer in an API's form.
pub(super) fn whole(api: Api, head: &Head, answer: &Answer, end: End) -> Value {
    match api {
        Api::Chat => chat::whole(head, answer, end),
        Api::Responses => responses::whole(head, answer, end),
        Api::Anthropic => anthropic::whole(head, answer, end),
        Api::Gemini => gemini::whole(head, answer, end),
    }
}

/// Writes one server-sent event; `name` is empty for one without a name.
fn event(out: &mut String, name: &str, data: &Value) {
    event_text(out, name, &data.to_string());
}

/// Writes one server-sent event of any text.
pub(super) fn event_text(out: &mut String, name: &str, data: &str) {
    if !name.is_empty() {
        out.push_str("event: ");
        out.push_str(name);
        out.push('\n');
    }
    for line in data.split('\n') {
        out.push_str("data: ");
        out.push_str(line);
        out.push('\n');
    }
    out.push('\n');
}

/// Returns the data of a passed event.
fn data(event: &WireEvent) -> Value {
    serde_json::from_str(&event.data).unwrap_or_default()
}

/// Returns a tool call's arguments as JSON: what is no JSON stays a text.
fn arguments(text: &str) -> Value {
    if text.trim().is_empty() {
        return Value::Object(serde_json::Map::new());
    }
    serde_json::from_str(text).unwrap_or_else(|_| Value::String(text.to_owned()))
}
