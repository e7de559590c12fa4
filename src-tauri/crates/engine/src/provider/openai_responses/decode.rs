//! Streams and whole answers of the Responses API.

use super::super::codec::truncated;
use super::super::json::{self, Count, Served, Str};
use super::super::{Decoder, Delta, SseEvent, classify};
use super::wire::{Event, Item, Response, WireUsage};
use crate::call::FinishReason;
use crate::error::CallError;
use serde_json::value::RawValue;

/// A function call under way: its place in the output, and whether its arguments came.
#[derive(Debug)]
struct Call {
    output_index: u64,
    has_arguments: bool,
}

/// Decodes one stream.
#[derive(Debug, Default)]
pub(super) struct ResponsesDecoder {
    served: Served,
    model_told: bool,
    spoke: bool,
    reasoned: bool,
    refused: bool,
    done: bool,
    calls: Vec<Call>,
}

impl Decoder for ResponsesDecoder {
    fn event(&mut self, event: SseEvent<'_>, out: &mut Vec<Delta>) -> Result<(), CallError> {
        let data = event.data.trim();
        if self.done || data.is_empty() || data == "[DONE]" {
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
        if self.done { Ok(()) } else { Err(truncated()) }
    }
}

impl ResponsesDecoder {
    fn one(
        &mut self,
        kind: &str,
        event: &Event<'_>,
        data: &str,
        out: &mut Vec<Delta>,
    ) -> Result<(), CallError> {
        match kind {
            "response.output_text.delta" => self.text(&event.delta, out),
            "response.refusal.delta" => {
                self.refused = true;
                self.text(&event.delta, out);
            }
            "response.reasoning_summary_text.delta" | "response.reasoning_text.delta" => {
                self.reasoning(&event.delta, out);
            }
            // Parts of a summary are paragraphs.
            "response.reasoning_summary_part.added" if event.summary_index.or_zero() > 0 => {
                out.push(Delta::Reasoning("\n\n".into()));
            }
            "response.function_call_arguments.delta" => {
                self.arguments(
                    event.output_index,
                    event.delta.filled().unwrap_or_default(),
                    out,
                );
            }
            "response.function_call_arguments.done" => {
                self.late_arguments(event.output_index, event.arguments, out);
            }
            "response.output_item.added" | "response.output_item.done" => {
                if let Some(item) = event
                    .item
                    .and_then(|raw| serde_json::from_str(raw.get()).ok())
                {
                    self.item(event.output_index, &item, kind.ends_with("done"), out);
                }
            }
            "response.created"
            | "response.in_progress"
            | "response.completed"
            | "response.incomplete"
            | "response.failed"
            | "response.cancelled" => {
                let response = event.response.map(|raw| serde_json::from_str(raw.get()));
                let response: Response<'_> = response.and_then(Result::ok).unwrap_or_default();
                return self.response(kind, &response, data, out);
            }
            "error" => return Err(classify::in_band(data)),
            _ if event.error.is_some_and(json::says_something) => {
                return Err(classify::in_band(data));
            }
            _ => {}
        }
        Ok(())
    }

    fn text(&mut self, text: &Str<'_>, out: &mut Vec<Delta>) {
        if let Some(text) = text.filled() {
            self.spoke = true;
            out.push(Delta::Text(text.to_owned()));
        }
    }

    fn reasoning(&mut self, text: &Str<'_>, out: &mut Vec<Delta>) {
        if let Some(text) = text.filled() {
            self.reasoned = true;
            out.push(Delta::Reasoning(text.to_owned()));
        }
    }

    fn item(&mut self, output_index: Count, item: &Item<'_>, is_done: bool, out: &mut Vec<Delta>) {
        if item.kind.filled() != Some("function_call") {
            return;
        }
        let known = self
            .calls
            .iter()
            .any(|call| call.output_index == output_index.or_zero());
        if !known {
            let id = item
                .call_id
                .filled()
                .or_else(|| item.id.filled())
                .map(str::to_owned);
            let name = item.name.filled().map(str::to_owned);
            let index = u32::try_from(self.calls.len()).unwrap_or(u32::MAX);
            let output_index = output_index.or_zero();
            self.calls.push(Call {
                output_index,
                has_arguments: false,
            });
            out.push(Delta::ToolCall {
                index,
                id,
                name,
                arguments: String::new(),
            });
        }
        if is_done {
            self.late_arguments(output_index, item.arguments, out);
        }
    }

    fn arguments(&mut self, output_index: Count, arguments: &str, out: &mut Vec<Delta>) {
        let output_index = output_index.or_zero();
        let at = self
            .calls
            .iter()
            .position(|call| call.output_index == output_index);
        let (Some(at), false) = (at, arguments.is_empty()) else {
            return;
        };
        self.calls[at].has_arguments = true;
        let index = u32::try_from(at).unwrap_or(u32::MAX);
        out.push(Delta::ToolCall {
            index,
            id: None,
            name: None,
            arguments: arguments.to_owned(),
        });
    }

    /// Takes arguments told whole, unless they came in pieces.
    fn late_arguments(
        &mut self,
        output_index: Count,
        arguments: Option<&RawValue>,
        out: &mut Vec<Delta>,
    ) {
        let came = self
            .calls
            .iter()
            .any(|call| call.output_index == output_index.or_zero() && call.has_arguments);
        if let Some(raw) = arguments.filter(|_| !came) {
            self.arguments(output_index, &json::text_or_raw(raw), out);
        }
    }

    fn response(
        &mut self,
        kind: &str,
        response: &Response<'_>,
        data: &str,
        out: &mut Vec<Delta>,
    ) -> Result<(), CallError> {
        if !self.model_told
            && let Some(model) = response.model.filled()
        {
            self.model_told = true;
            out.push(Delta::ResponseModel(model.to_owned()));
        }
        out.extend(self.served.hear(&response.service_tier));
        // Servers that stream nothing but the end tell the answer there.
        let ends = matches!(kind, "response.completed" | "response.incomplete");
        if ends && !self.spoke && self.calls.is_empty() {
            self.output(response, out);
        }
        // Usage covers the answer that came before it.
        let usage = response
            .usage
            .and_then(|raw| serde_json::from_str::<WireUsage>(raw.get()).ok());
        if let Some(usage) = usage {
            out.extend(usage.believed().map(Delta::Usage));
        }
        let reason = match kind {
            "response.completed" => None,
            "response.incomplete" => {
                let details = response.incomplete_details.as_ref();
                Some(match details.and_then(|details| details.reason.filled()) {
                    Some("max_output_tokens" | "max_tokens") | None => FinishReason::Length,
                    Some("content_filter") => FinishReason::ContentFilter,
                    Some(_) => FinishReason::Other,
                })
            }
            "response.failed" => {
                return Err(classify::in_band(
                    response.error.map_or(data, RawValue::get),
                ));
            }
            "response.cancelled" => {
                return Err(CallError::cut(
                    "the provider cancelled the answer before its end",
                ));
            }
            _ => return Ok(()),
        };
        self.done = true;
        out.push(Delta::Finish(reason.unwrap_or(if self.refused {
            FinishReason::ContentFilter
        } else if self.calls.is_empty() {
            FinishReason::Stop
        } else {
            FinishReason::ToolCalls
        })));
        Ok(())
    }

    fn output(&mut self, response: &Response<'_>, out: &mut Vec<Delta>) {
        let reasoned = self.reasoned;
        for (at, item) in response.output.iter().flatten().enumerate() {
            match item.kind.filled() {
                Some("reasoning") if !reasoned => {
                    for piece in item.summary.iter().chain(&item.content).flatten() {
                        self.reasoning(&piece.text, out);
                    }
                }
                Some("message") => {
                    for piece in item.content.iter().flatten() {
                        self.refused |= piece.refusal.filled().is_some();
                        self.text(&piece.text, out);
                        self.text(&piece.refusal, out);
                    }
                }
                _ => self.item(Count(u64::try_from(at).ok()), item, true, out),
            }
        }
    }
}

/// Decodes a whole answer.
pub(super) fn whole(body: &str) -> Result<Vec<Delta>, CallError> {
    let response: Response<'_> =
        serde_json::from_str(body).map_err(|_| json::not_the_format(body.as_bytes()))?;
    if response.error.is_some_and(json::says_something) {
        return Err(classify::in_band(body));
    }
    if response.object.filled() != Some("response") && response.output.is_none() {
        return Err(json::not_the_format(body.as_bytes()));
    }
    let kind = match response.status.filled() {
        Some("incomplete") => "response.incomplete",
        Some("failed") => "response.failed",
        Some("cancelled") => "response.cancelled",
        _ => "response.completed",
    };
    let mut out = Vec::new();
    ResponsesDecoder::default().response(kind, &response, body, &mut out)?;
    Ok(out)
}
