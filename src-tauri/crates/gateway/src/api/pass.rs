//! A provider's own events, passed on as they came to a client that speaks the same API: nothing that this
//! version does not know is lost on the way.

use super::Api;
use super::answer::{Answer, End};
use super::render::{Render, event_text};
use serde_json::Value;
use switchboard_app::calls::WireEvent;
use switchboard_engine::provider::WHOLE_REPLY;

/// Passes one attempt's events on. What says that the answer is over is held back until it is known to be.
#[derive(Debug)]
pub(super) struct Pass {
    api: Api,
    attempt: u32,
    include_usage: bool,
    held: Vec<WireEvent>,
    /// Whether the end has begun: everything from there on is held.
    is_ending: bool,
}

impl Pass {
    pub(super) fn new(api: Api, attempt: u32, include_usage: bool, held: Vec<WireEvent>) -> Self {
        Self {
            api,
            attempt,
            include_usage,
            held,
            is_ending: false,
        }
    }

    /// Takes in what the provider sent.
    pub(super) fn take(&mut self, events: Vec<WireEvent>) {
        let own = |event: &WireEvent| event.attempt == self.attempt;
        self.held.extend(events.into_iter().filter(own));
    }

    /// Writes what came so far, up to the end of the answer.
    pub(super) fn write(&mut self, render: &mut dyn Render, out: &mut String) {
        if self.is_ending {
            return;
        }
        let end = self.held.iter().position(|event| ends(self.api, event));
        self.is_ending = end.is_some();
        for event in self.held.drain(..end.unwrap_or(self.held.len())) {
            render.passed(&event);
            event_text(out, &event.name, &event.data);
        }
    }

    /// Writes the end of an answer that is whole. What the provider left out of it is added.
    pub(super) fn end(
        mut self,
        render: &mut dyn Render,
        answer: &Answer,
        end: End,
        out: &mut String,
    ) {
        self.write(render, out);
        if !self.held.iter().any(|event| is_finish(self.api, event)) {
            render.adopt(answer);
            return render.end(answer, end, out);
        }
        let mut has_usage = false;
        let mut has_mark = false;
        for event in &self.held {
            match self.api {
                // Written below, after the usage.
                Api::Chat if event.data.trim() == "[DONE]" => continue,
                Api::Chat => {
                    let (is_alone, is_told) = usage_of(&event.data);
                    if is_alone && !self.include_usage {
                        continue;
                    }
                    has_usage |= is_told;
                }
                Api::Anthropic => has_mark |= kind(event) == "message_stop",
                Api::Responses | Api::Gemini => {}
            }
            event_text(out, &event.name, &event.data);
        }
        match self.api {
            Api::Chat => {
                if self.include_usage && !has_usage {
                    render.usage(end, out);
                }
                event_text(out, "", "[DONE]");
            }
            Api::Anthropic if !has_mark => {
                event_text(out, "message_stop", r#"{"type":"message_stop"}"#);
            }
            Api::Anthropic | Api::Responses | Api::Gemini => {}
        }
    }
}

/// Returns whether a reply came in one piece although a stream was asked for.
pub(super) fn is_whole_reply(event: &WireEvent) -> bool {
    event.name == WHOLE_REPLY
}

/// Returns an event's kind: its name, or else the `type` in its data.
fn kind(event: &WireEvent) -> std::borrow::Cow<'_, str> {
    #[derive(serde::Deserialize)]
    struct Typed<'a> {
        #[serde(borrow, rename = "type")]
        kind: std::borrow::Cow<'a, str>,
    }
    if !event.name.is_empty() {
        return event.name.as_str().into();
    }
    serde_json::from_str::<Typed<'_>>(&event.data).map_or("".into(), |typed| typed.kind)
}

/// Returns whether an event belongs to the end of the answer.
fn ends(api: Api, event: &WireEvent) -> bool {
    match api {
        Api::Chat => event.data.trim() == "[DONE]" || is_finish(api, event),
        Api::Anthropic => is_finish(api, event) || kind(event) == "message_stop",
        Api::Responses | Api::Gemini => is_finish(api, event),
    }
}

/// Returns whether an event says why the answer ended.
fn is_finish(api: Api, event: &WireEvent) -> bool {
    match api {
        Api::Chat => has_text(&event.data, "finish_reason"),
        Api::Gemini => has_text(&event.data, "finishReason"),
        Api::Anthropic => kind(event) == "message_delta",
        Api::Responses => matches!(
            kind(event).as_ref(),
            "response.completed" | "response.incomplete"
        ),
    }
}

/// Returns whether the JSON text has a field of that name with a text in it. In texts the name would be
/// followed by a backslash.
fn has_text(json: &str, name: &str) -> bool {
    json.match_indices(name).any(|(at, _)| {
        let after = json[at + name.len()..]
            .strip_prefix('"')
            .unwrap_or_default();
        let value = after.trim_start().strip_prefix(':').unwrap_or_default();
        value.trim_start().starts_with('"')
    })
}

/// Returns whether a chunk of a chat tells nothing but the usage, and whether it tells it at all.
fn usage_of(data: &str) -> (bool, bool) {
    let chunk: Value = serde_json::from_str(data).unwrap_or_default();
    let is_told = chunk["usage"].is_object();
    let no_choice = chunk["choices"].as_array().is_none_or(Vec::is_empty);
    (is_told && no_choice, is_told)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_filled_field_is_an_end() {
        for (json, expected) in [
            (r#"{"choices":[{"delta":{},"finish_reason":"stop"}]}"#, true),
            (r#"{"choices":[{"finish_reason" : "stop"}]}"#, true),
            (r#"{"choices":[{"finish_reason":null}]}"#, false),
            (
                r#"{"delta":{"content":"\"finish_reason\":\"stop\""}}"#,
                false,
            ),
            (r#"{"finish_reason"#, false),
            ("", false),
        ] {
            assert_eq!(has_text(json, "finish_reason"), expected, "{json}");
        }
    }

    #[test]
    fn a_chunk_of_usage_alone_is_told_from_others() {
        assert_eq!(
            usage_of(r#"{"choices":[],"usage":{"prompt_tokens":1}}"#),
            (true, true)
        );
        assert_eq!(usage_of(r#"{"choices":[{}],"usage":{}}"#), (false, true));
        assert_eq!(usage_of(r#"{"choices":[],"usage":null}"#), (false, false));
        assert_eq!(usage_of("[DONE]"), (false, false));
    }
}
