//! Streams and whole answers of Chat Completions.

use super::super::codec::truncated;
use super::super::json::{self, Count, Served, Str};
use super::super::tools::ToolCalls;
use super::super::{Decoder, Delta, SseEvent, classify};
use super::content::Content;
use super::usage::WireUsage;
use crate::call::FinishReason;
use crate::error::{CallError, ErrorKind};
use serde_json::value::RawValue;

#[derive(Debug, serde::Deserialize)]
struct Chunk<'a> {
    #[serde(borrow, default)]
    model: Str<'a>,
    #[serde(borrow, default)]
    object: Str<'a>,
    #[serde(borrow, default)]
    choices: Option<Vec<Choice<'a>>>,
    #[serde(borrow, default)]
    usage: Option<&'a RawValue>,
    #[serde(borrow, default)]
    x_groq: Option<&'a RawValue>,
    #[serde(borrow, default)]
    error: Option<&'a RawValue>,
    #[serde(borrow, default)]
    service_tier: Str<'a>,
}

#[derive(Debug, serde::Deserialize)]
struct Choice<'a> {
    #[serde(default)]
    index: Count,
    #[serde(borrow, default)]
    delta: Option<Message<'a>>,
    /// Of a whole answer; a few servers stream it too, with or without a delta.
    #[serde(borrow, default)]
    message: Option<Message<'a>>,
    #[serde(borrow, default)]
    finish_reason: Str<'a>,
}

#[derive(Debug, Default, serde::Deserialize)]
struct Message<'a> {
    #[serde(borrow, default)]
    content: Content<'a>,
    /// DeepSeek, vLLM, llama.cpp and others.
    #[serde(borrow, default)]
    reasoning_content: Str<'a>,
    /// OpenRouter, Groq, Ollama.
    #[serde(borrow, default)]
    reasoning: Str<'a>,
    /// OpenRouter: the same text in pieces with types.
    #[serde(borrow, default)]
    reasoning_details: Option<&'a RawValue>,
    #[serde(borrow, default)]
    refusal: Str<'a>,
    #[serde(borrow, default)]
    tool_calls: Option<Vec<ToolCall<'a>>>,
}

#[derive(Debug, serde::Deserialize)]
struct ToolCall<'a> {
    #[serde(default)]
    index: Count,
    #[serde(borrow, default)]
    id: Str<'a>,
    #[serde(borrow, default)]
    function: Option<Function<'a>>,
}

#[derive(Debug, Default, serde::Deserialize)]
struct Function<'a> {
    #[serde(borrow, default)]
    name: Str<'a>,
    /// A string by the book, an object at some servers.
    #[serde(borrow, default)]
    arguments: Option<&'a RawValue>,
}

#[derive(serde::Deserialize)]
struct ReasoningDetail<'a> {
    #[serde(borrow, default)]
    text: Str<'a>,
    #[serde(borrow, default)]
    summary: Str<'a>,
}

#[derive(serde::Deserialize)]
struct Groq<'a> {
    #[serde(borrow, default)]
    usage: Option<&'a RawValue>,
}

/// Decodes one stream.
#[derive(Debug, Default)]
pub(super) struct ChatDecoder {
    model_told: bool,
    /// Whether any text or reasoning came as a delta.
    spoke: bool,
    refused: bool,
    finished: bool,
    done: bool,
    served: Served,
    tools: ToolCalls,
}

impl Decoder for ChatDecoder {
    fn event(&mut self, event: SseEvent<'_>, out: &mut Vec<Delta>) -> Result<(), CallError> {
        let data = event.data.trim();
        if self.done || data.is_empty() {
            return Ok(());
        }
        if data == "[DONE]" {
            self.done = true;
            self.finish(FinishReason::Stop, out);
            return Ok(());
        }
        if event.name == "error" {
            return Err(classify::in_band(data));
        }
        json::each_value(data, |chunk| self.chunk(&chunk, data, out))
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

impl ChatDecoder {
    fn chunk(
        &mut self,
        chunk: &Chunk<'_>,
        data: &str,
        out: &mut Vec<Delta>,
    ) -> Result<(), CallError> {
        if chunk.error.is_some_and(json::says_something) || chunk.object.filled() == Some("error") {
            return Err(classify::in_band(data));
        }
        if !self.model_told
            && let Some(model) = chunk.model.filled()
        {
            self.model_told = true;
            out.push(Delta::ResponseModel(model.to_owned()));
        }
        let choice = chunk
            .choices
            .iter()
            .flatten()
            .find(|choice| choice.index.or_zero() == 0);
        if let Some(choice) = choice {
            self.content(choice, out);
        }
        out.extend(self.served.hear(&chunk.service_tier));
        let usage = chunk.usage.or_else(|| {
            let groq: Groq<'_> = serde_json::from_str(chunk.x_groq?.get()).ok()?;
            groq.usage
        });
        if let Some(usage) = usage.and_then(|raw| serde_json::from_str::<WireUsage>(raw.get()).ok())
            && usage.is_filled()
        {
            out.extend(usage.believed().map(Delta::Usage));
            out.extend(usage.cost().map(Delta::Cost));
        }
        // After the usage: the reason may be an error, and what was used is paid for all the same.
        choice.map_or(Ok(()), |choice| self.reason(choice, data, out))
    }

    fn content(&mut self, choice: &Choice<'_>, out: &mut Vec<Delta>) {
        // A message beside deltas repeats them.
        let message = choice
            .delta
            .as_ref()
            .or(choice.message.as_ref().filter(|_| !self.spoke));
        if let Some(message) = message {
            self.message(message, out);
        }
    }

    fn reason(
        &mut self,
        choice: &Choice<'_>,
        data: &str,
        out: &mut Vec<Delta>,
    ) -> Result<(), CallError> {
        let Some(reason) = choice.finish_reason.filled() else {
            return Ok(());
        };
        let reason = match reason {
            "stop" | "end_turn" | "eos" | "eos_token" | "stop_sequence" | "STOP" => {
                FinishReason::Stop
            }
            "length" | "max_tokens" | "model_length" | "MAX_TOKENS" => FinishReason::Length,
            "tool_calls" | "function_call" | "tool_use" => FinishReason::ToolCalls,
            "content_filter" | "sensitive" | "refusal" | "SAFETY" => FinishReason::ContentFilter,
            // DeepSeek: the answer was cut for want of capacity. OpenRouter: its upstream failed.
            "insufficient_system_resource" => {
                return Err(CallError::new(
                    ErrorKind::Overloaded,
                    "the provider ran out of capacity in the middle of the answer",
                ));
            }
            "error" | "network_error" => {
                return Err(CallError::new(
                    ErrorKind::Server,
                    "the provider failed in the middle of the answer",
                )
                .with_detail(data.as_bytes()));
            }
            _ => FinishReason::Other,
        };
        self.finish(reason, out);
        Ok(())
    }

    fn message(&mut self, message: &Message<'_>, out: &mut Vec<Delta>) {
        let reasoning = message
            .reasoning_content
            .filled()
            .or_else(|| message.reasoning.filled());
        if let Some(text) = reasoning {
            self.reasoning(text, out);
        } else if let Some(raw) = message.reasoning_details {
            let details: Vec<ReasoningDetail<'_>> =
                serde_json::from_str(raw.get()).unwrap_or_default();
            for detail in &details {
                if let Some(text) = detail.text.filled().or_else(|| detail.summary.filled()) {
                    self.reasoning(text, out);
                }
            }
        }
        if !message.content.thinking.is_empty() {
            self.reasoning(&message.content.thinking, out);
        }
        if let Some(text) = message.content.text.filled() {
            self.spoke = true;
            out.push(Delta::Text(text.to_owned()));
        }
        if let Some(text) = message.refusal.filled() {
            self.spoke = true;
            self.refused = true;
            out.push(Delta::Text(text.to_owned()));
        }
        for call in message.tool_calls.iter().flatten() {
            let function = call.function.as_ref();
            let arguments = function
                .and_then(|function| function.arguments)
                .map(json::text_or_raw)
                .unwrap_or_default();
            self.tools.piece(
                call.index.0.and_then(|index| u32::try_from(index).ok()),
                call.id.filled().map(str::to_owned),
                function
                    .and_then(|function| function.name.filled())
                    .map(str::to_owned),
                arguments,
                out,
            );
        }
    }

    fn reasoning(&mut self, text: &str, out: &mut Vec<Delta>) {
        self.spoke = true;
        out.push(Delta::Reasoning(text.to_owned()));
    }

    /// Reports why the answer ended, once.
    fn finish(&mut self, reason: FinishReason, out: &mut Vec<Delta>) {
        if self.finished {
            return;
        }
        self.finished = true;
        let reason = match reason {
            FinishReason::Stop if self.refused => FinishReason::ContentFilter,
            FinishReason::Stop if self.tools.any() => FinishReason::ToolCalls,
            other => other,
        };
        out.push(Delta::Finish(reason));
    }
}

/// Decodes a whole answer.
pub(super) fn whole(body: &str) -> Result<Vec<Delta>, CallError> {
    let mut decoder = ChatDecoder::default();
    let mut out = Vec::new();
    let mut is_answer = false;
    json::each_value(body, |chunk: Chunk<'_>| {
        is_answer = true;
        let has_error = chunk.error.is_some_and(json::says_something);
        if chunk.choices.is_none() && !has_error && chunk.object.filled() != Some("error") {
            return Err(json::not_the_format(body.as_bytes()));
        }
        decoder.chunk(&chunk, body, &mut out)
    })?;
    if !is_answer {
        return Err(json::not_the_format(body.as_bytes()));
    }
    decoder.finish(FinishReason::Stop, &mut out);
    Ok(out)
}
