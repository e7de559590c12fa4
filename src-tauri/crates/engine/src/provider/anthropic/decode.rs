//! Streams and whole answers of the Messages API.

use super::super::codec::truncated;
use super::super::json::{self, Count, Served, Str};
use super::super::{Decoder, Delta, SseEvent, classify};
use super::usage::WireUsage;
use crate::call::FinishReason;
use crate::error::CallError;
use serde::Deserialize;
use serde_json::value::RawValue;

#[derive(Debug, Deserialize)]
struct Event<'a> {
    #[serde(borrow, default, rename = "type")]
    kind: Str<'a>,
    #[serde(default)]
    index: Count,
    #[serde(borrow, default)]
    delta: Option<BlockDelta<'a>>,
    #[serde(borrow, default)]
    content_block: Option<Block<'a>>,
    #[serde(borrow, default)]
    message: Option<&'a RawValue>,
    #[serde(borrow, default)]
    usage: Option<&'a RawValue>,
    #[serde(borrow, default)]
    error: Option<&'a RawValue>,
}

/// The delta of a block, or of the message: their fields do not clash.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct BlockDelta<'a> {
    #[serde(borrow)]
    text: Str<'a>,
    #[serde(borrow)]
    thinking: Str<'a>,
    #[serde(borrow)]
    partial_json: Str<'a>,
    #[serde(borrow)]
    stop_reason: Str<'a>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Block<'a> {
    #[serde(borrow, rename = "type")]
    kind: Str<'a>,
    #[serde(borrow)]
    text: Str<'a>,
    #[serde(borrow)]
    thinking: Str<'a>,
    #[serde(borrow)]
    id: Str<'a>,
    #[serde(borrow)]
    name: Str<'a>,
    #[serde(borrow)]
    input: Option<&'a RawValue>,
    /// Of a `fallback` block: the model that goes on.
    #[serde(borrow)]
    to: Option<&'a RawValue>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Message<'a> {
    #[serde(borrow, rename = "type")]
    kind: Str<'a>,
    #[serde(borrow)]
    model: Str<'a>,
    #[serde(borrow)]
    content: Option<Vec<Block<'a>>>,
    #[serde(borrow)]
    stop_reason: Str<'a>,
    #[serde(borrow)]
    usage: Option<&'a RawValue>,
    #[serde(borrow)]
    error: Option<&'a RawValue>,
}

/// What a usage object says beside its counts.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Word<'a> {
    #[serde(borrow)]
    service_tier: Str<'a>,
}

/// A tool call under way.
#[derive(Debug)]
struct Call {
    /// Index of its content block.
    block: u64,
    has_input: bool,
    /// Input told whole at the start, used if no pieces follow.
    whole: Option<String>,
}

/// Decodes one stream.
#[derive(Debug, Default)]
pub(super) struct MessagesDecoder {
    usage: WireUsage,
    served: Served,
    calls: Vec<Call>,
    finished: bool,
    done: bool,
}

impl Decoder for MessagesDecoder {
    fn event(&mut self, event: SseEvent<'_>, out: &mut Vec<Delta>) -> Result<(), CallError> {
        let data = event.data.trim();
        if self.done || data.is_empty() {
            return Ok(());
        }
        if data == "[DONE]" {
            self.stop(out);
            return Ok(());
        }
        json::each_value(data, |value: Event<'_>| {
            let kind = value.kind.filled().unwrap_or(event.name);
            self.one(kind, &value, data, out)
        })
    }

    fn is_done(&self) -> bool {
        self.done
    }

    fn end(&mut self, _out: &mut Vec<Delta>) -> Result<(), CallError> {
        if self.finished || self.done {
            Ok(())
        } else {
            Err(truncated())
        }
    }
}

impl MessagesDecoder {
    fn one(
        &mut self,
        kind: &str,
        event: &Event<'_>,
        data: &str,
        out: &mut Vec<Delta>,
    ) -> Result<(), CallError> {
        match kind {
            "content_block_delta" => {
                if let Some(delta) = &event.delta {
                    self.delta(event.index.or_zero(), delta, out);
                }
            }
            "content_block_start" => {
                if let Some(block) = &event.content_block {
                    self.block(event.index.or_zero(), block, out);
                }
            }
            "content_block_stop" => self.block_end(event.index.or_zero(), out),
            "message_start" => {
                let message = event.message.map(|raw| serde_json::from_str(raw.get()));
                let message: Message<'_> = message.and_then(Result::ok).unwrap_or_default();
                model(&message.model, out);
                self.count(message.usage, out);
            }
            "message_delta" => {
                self.count(event.usage, out);
                if let Some(delta) = &event.delta {
                    self.stop_reason(&delta.stop_reason, out);
                }
            }
            "message_stop" => self.stop(out),
            "error" => return Err(classify::in_band(data)),
            _ if event.error.is_some_and(json::says_something) => {
                return Err(classify::in_band(data));
            }
            _ => {}
        }
        Ok(())
    }

    fn delta(&mut self, block: u64, delta: &BlockDelta<'_>, out: &mut Vec<Delta>) {
        if let Some(text) = delta.text.filled() {
            out.push(Delta::Text(text.to_owned()));
        } else if let Some(text) = delta.thinking.filled() {
            out.push(Delta::Reasoning(text.to_owned()));
        } else if let Some(json) = delta.partial_json.filled() {
            // Blocks of the provider's own tools also send input; those are not for the caller.
            let Some(at) = self.calls.iter().position(|call| call.block == block) else {
                return;
            };
            self.calls[at].has_input = true;
            out.push(arguments(at, json.to_owned()));
        }
    }

    fn block(&mut self, index: u64, block: &Block<'_>, out: &mut Vec<Delta>) {
        match block.kind.filled() {
            Some("text") => {
                out.extend(block.text.filled().map(|text| Delta::Text(text.to_owned())))
            }
            Some("thinking") => {
                out.extend(
                    block
                        .thinking
                        .filled()
                        .map(|text| Delta::Reasoning(text.to_owned())),
                );
            }
            Some("tool_use") => {
                let at = u32::try_from(self.calls.len()).unwrap_or(u32::MAX);
                let input = block.input.map(json::text_or_raw);
                let whole = input.filter(|input| !matches!(input.as_str(), "" | "{}"));
                self.calls.push(Call {
                    block: index,
                    has_input: false,
                    whole,
                });
                out.push(Delta::ToolCall {
                    index: at,
                    id: block.id.filled().map(str::to_owned),
                    name: block.name.filled().map(str::to_owned),
                    arguments: String::new(),
                });
            }
            Some("fallback") => {
                let to = block.to.map(|raw| serde_json::from_str(raw.get()));
                let to: Message<'_> = to.and_then(Result::ok).unwrap_or_default();
                model(&to.model, out);
            }
            _ => {}
        }
    }

    fn block_end(&mut self, block: u64, out: &mut Vec<Delta>) {
        let Some(at) = self.calls.iter().position(|call| call.block == block) else {
            return;
        };
        let call = &mut self.calls[at];
        if let Some(whole) = call.whole.take()
            && !call.has_input
        {
            out.push(arguments(at, whole));
        }
    }

    fn count(&mut self, usage: Option<&RawValue>, out: &mut Vec<Delta>) {
        let Some(usage) = usage else {
            return;
        };
        if let Ok(Word { service_tier }) = serde_json::from_str(usage.get()) {
            out.extend(self.served.hear(&service_tier));
        }
        if let Ok(counts) = serde_json::from_str::<WireUsage>(usage.get()) {
            let counts = counts.after(self.usage);
            // What cannot be true does not spoil what comes after it.
            if let Some(usage) = counts.believed() {
                self.usage = counts;
                out.push(Delta::Usage(usage));
            }
        }
    }

    fn stop_reason(&mut self, reason: &Str<'_>, out: &mut Vec<Delta>) {
        let Some(reason) = reason.filled() else {
            return;
        };
        if self.finished {
            return;
        }
        self.finished = true;
        out.push(Delta::Finish(match reason {
            "end_turn" | "stop_sequence" => FinishReason::Stop,
            "max_tokens" | "model_context_window_exceeded" => FinishReason::Length,
            "tool_use" => FinishReason::ToolCalls,
            "refusal" => FinishReason::ContentFilter,
            _ => FinishReason::Other,
        }));
    }

    /// Takes the end mark; a missing reason reads as a normal end.
    fn stop(&mut self, out: &mut Vec<Delta>) {
        self.done = true;
        if !self.finished {
            self.finished = true;
            let called = !self.calls.is_empty();
            let reason = if called {
                FinishReason::ToolCalls
            } else {
                FinishReason::Stop
            };
            out.push(Delta::Finish(reason));
        }
    }
}

fn model(name: &Str<'_>, out: &mut Vec<Delta>) {
    out.extend(
        name.filled()
            .map(|name| Delta::ResponseModel(name.to_owned())),
    );
}

fn arguments(at: usize, arguments: String) -> Delta {
    let index = u32::try_from(at).unwrap_or(u32::MAX);
    Delta::ToolCall {
        index,
        id: None,
        name: None,
        arguments,
    }
}

/// Decodes a whole answer.
pub(super) fn whole(body: &str) -> Result<Vec<Delta>, CallError> {
    let message: Message<'_> =
        serde_json::from_str(body).map_err(|_| json::not_the_format(body.as_bytes()))?;
    if message.kind.filled() == Some("error") || message.error.is_some_and(json::says_something) {
        return Err(classify::in_band(body));
    }
    let Some(content) = &message.content else {
        return Err(json::not_the_format(body.as_bytes()));
    };
    let mut decoder = MessagesDecoder::default();
    let mut out = Vec::new();
    model(&message.model, &mut out);
    for (index, block) in (0..).zip(content) {
        decoder.block(index, block, &mut out);
        decoder.block_end(index, &mut out);
    }
    decoder.count(message.usage, &mut out);
    decoder.stop_reason(&message.stop_reason, &mut out);
    decoder.stop(&mut out);
    Ok(out)
}
