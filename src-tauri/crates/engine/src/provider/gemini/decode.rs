//! Streams and whole answers of Gemini. There is no end mark: the body ends after a finish reason.

use super::super::codec::truncated;
use super::super::json::{self, Count, Served, Str};
use super::super::{Decoder, Delta, SseEvent, classify};
use super::usage::WireUsage;
use crate::call::FinishReason;
use crate::error::{CallError, ErrorKind};
use crate::usage::Usage;
use serde::Deserialize;
use serde_json::value::RawValue;

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Chunk<'a> {
    #[serde(borrow, default)]
    candidates: Option<Vec<Candidate<'a>>>,
    #[serde(borrow, default)]
    prompt_feedback: Option<Feedback<'a>>,
    #[serde(borrow, default)]
    usage_metadata: Option<&'a RawValue>,
    #[serde(borrow, default)]
    model_version: Str<'a>,
    #[serde(borrow, default)]
    error: Option<&'a RawValue>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Candidate<'a> {
    index: Count,
    #[serde(borrow)]
    content: Option<Content<'a>>,
    #[serde(borrow)]
    finish_reason: Str<'a>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Content<'a> {
    #[serde(borrow)]
    parts: Option<Vec<Part<'a>>>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Part<'a> {
    #[serde(borrow)]
    text: Str<'a>,
    #[serde(borrow)]
    thought: Option<&'a RawValue>,
    #[serde(borrow)]
    function_call: Option<FunctionCall<'a>>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct FunctionCall<'a> {
    #[serde(borrow)]
    id: Str<'a>,
    #[serde(borrow)]
    name: Str<'a>,
    #[serde(borrow)]
    args: Option<&'a RawValue>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Feedback<'a> {
    #[serde(borrow)]
    block_reason: Str<'a>,
}

/// What a usage object says beside its counts.
#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Word<'a> {
    #[serde(borrow)]
    service_tier: Str<'a>,
}

/// Decodes one stream.
#[derive(Debug, Default)]
pub(super) struct GeminiDecoder {
    model_told: bool,
    calls: u32,
    served: Served,
    finished: bool,
    done: bool,
}

impl Decoder for GeminiDecoder {
    fn event(&mut self, event: SseEvent<'_>, out: &mut Vec<Delta>) -> Result<(), CallError> {
        let data = event.data.trim();
        if self.done || data.is_empty() {
            return Ok(());
        }
        // Proxies add the end mark of other wire formats.
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

impl GeminiDecoder {
    fn chunk(
        &mut self,
        chunk: &Chunk<'_>,
        data: &str,
        out: &mut Vec<Delta>,
    ) -> Result<(), CallError> {
        if chunk.error.is_some_and(json::says_something) {
            return Err(classify::in_band(data));
        }
        if !self.model_told
            && let Some(model) = chunk.model_version.filled()
        {
            self.model_told = true;
            out.push(Delta::ResponseModel(model.to_owned()));
        }
        let candidate = chunk
            .candidates
            .iter()
            .flatten()
            .find(|candidate| candidate.index.or_zero() == 0);
        if let Some(content) = candidate.and_then(|candidate| candidate.content.as_ref()) {
            for part in content.parts.iter().flatten() {
                self.part(part, out);
            }
        }
        if let Some(Word { service_tier }) = chunk
            .usage_metadata
            .and_then(|raw| serde_json::from_str(raw.get()).ok())
        {
            out.extend(self.served.hear(&service_tier));
        }
        let usage = chunk
            .usage_metadata
            .and_then(|raw| serde_json::from_str(raw.get()).ok());
        if let Some(usage) = usage.and_then(|usage: WireUsage<'_>| usage.believed())
            && usage != Usage::default()
        {
            out.push(Delta::Usage(usage));
        }
        match candidate {
            Some(candidate) => self.reason(candidate, out),
            None => blocked(chunk, data),
        }
    }

    fn part(&mut self, part: &Part<'_>, out: &mut Vec<Delta>) {
        if let Some(text) = part.text.filled() {
            let is_thought = part.thought.is_some_and(|thought| thought.get() == "true");
            let text = text.to_owned();
            out.push(if is_thought {
                Delta::Reasoning(text)
            } else {
                Delta::Text(text)
            });
        }
        if let Some(call) = &part.function_call {
            let index = self.calls;
            self.calls = self.calls.saturating_add(1);
            // Older models give no id; results have to name one.
            let id = call
                .id
                .filled()
                .map_or_else(|| format!("call_{index}"), str::to_owned);
            out.push(Delta::ToolCall {
                index,
                id: Some(id),
                name: call.name.filled().map(str::to_owned),
                arguments: call.args.map_or_else(|| "{}".to_owned(), json::text_or_raw),
            });
        }
    }

    fn reason(&mut self, candidate: &Candidate<'_>, out: &mut Vec<Delta>) -> Result<(), CallError> {
        let Some(reason) = candidate.finish_reason.filled() else {
            return Ok(());
        };
        let reason = match reason {
            "FINISH_REASON_UNSPECIFIED" => return Ok(()),
            "STOP" => FinishReason::Stop,
            "MAX_TOKENS" => FinishReason::Length,
            "SAFETY"
            | "RECITATION"
            | "BLOCKLIST"
            | "PROHIBITED_CONTENT"
            | "SPII"
            | "MODEL_ARMOR"
            | "IMAGE_SAFETY"
            | "IMAGE_PROHIBITED_CONTENT"
            | "IMAGE_RECITATION" => FinishReason::ContentFilter,
            "MALFORMED_FUNCTION_CALL" | "MALFORMED_RESPONSE" => {
                let mut error = CallError::new(
                    ErrorKind::Malformed,
                    "the model wrote an answer its provider could not read",
                );
                error.provider_code = Some(reason.to_owned());
                return Err(error);
            }
            _ => FinishReason::Other,
        };
        self.finish(reason, out);
        Ok(())
    }

    fn finish(&mut self, reason: FinishReason, out: &mut Vec<Delta>) {
        if self.finished {
            return;
        }
        self.finished = true;
        let called = reason == FinishReason::Stop && self.calls > 0;
        out.push(Delta::Finish(if called {
            FinishReason::ToolCalls
        } else {
            reason
        }));
    }
}

/// Returns the error of a prompt that was refused: it has a reason and no candidate.
fn blocked(chunk: &Chunk<'_>, data: &str) -> Result<(), CallError> {
    let feedback = chunk.prompt_feedback.as_ref();
    let Some(reason) = feedback.and_then(|feedback| feedback.block_reason.filled()) else {
        return Ok(());
    };
    let mut error = CallError::new(
        ErrorKind::ContentFiltered,
        "the provider's content filter refused the prompt",
    )
    .with_hint("rephrase the prompt")
    .with_detail(data.as_bytes());
    error.provider_code = Some(reason.chars().take(64).collect());
    Err(error)
}

/// Decodes a whole answer: one object, or the array of chunks a request without `alt=sse` gets.
pub(super) fn whole(body: &str) -> Result<Vec<Delta>, CallError> {
    let mut decoder = GeminiDecoder::default();
    let mut out = Vec::new();
    json::each_value(body, |chunk: Chunk<'_>| {
        let is_answer = chunk.candidates.is_some()
            || chunk.prompt_feedback.is_some()
            || chunk.usage_metadata.is_some()
            || chunk.error.is_some();
        if !is_answer {
            return Err(json::not_the_format(body.as_bytes()));
        }
        decoder.chunk(&chunk, body, &mut out)
    })?;
    decoder.end(&mut out)?;
    Ok(out)
}
