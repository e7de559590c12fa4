//! Answers of Google Gemini.

use super::super::Api;
use super::super::answer::{Answer, End};
use super::super::error::Problem;
use super::{Head, Render, arguments, data, event};
use serde_json::{Value, json};
use switchboard_app::calls::WireEvent;
use switchboard_engine::call::FinishReason;
use switchboard_engine::usage::Usage;

fn word(finish: FinishReason) -> &'static str {
    match finish {
        FinishReason::Stop | FinishReason::ToolCalls | FinishReason::Other => "STOP",
        FinishReason::Length => "MAX_TOKENS",
        FinishReason::ContentFilter => "SAFETY",
    }
}

fn usage(usage: &Usage) -> Value {
    let (input, output) = (usage.input_tokens(), usage.output_tokens());
    json!({
        "promptTokenCount": input,
        "candidatesTokenCount": usage.output_visible_tokens,
        "thoughtsTokenCount": usage.reasoning_output_tokens,
        "cachedContentTokenCount": usage.cache_read_input_tokens,
        "totalTokenCount": input.saturating_add(output),
    })
}

fn tools(answer: &Answer) -> impl Iterator<Item = Value> {
    answer.tools.iter().map(|tool| {
        json!({"functionCall": {
            "id": tool.id, "name": tool.name, "args": arguments(&tool.arguments),
        }})
    })
}

fn response(head: &Head, parts: Vec<Value>, end: Option<End>) -> Value {
    let mut candidate = json!({"content": {"role": "model", "parts": parts}, "index": 0});
    let mut response = json!({"modelVersion": head.model, "responseId": head.id});
    if let Some(end) = end {
        candidate["finishReason"] = word(end.finish).into();
        response["usageMetadata"] = usage(&end.usage);
    }
    response["candidates"] = json!([candidate]);
    response
}

pub(super) fn whole(head: &Head, answer: &Answer, end: End) -> Value {
    let mut parts = Vec::new();
    if !answer.reasoning.is_empty() {
        parts.push(json!({"text": answer.reasoning, "thought": true}));
    }
    if !answer.text.is_empty() {
        parts.push(json!({"text": answer.text}));
    }
    parts.extend(tools(answer));
    response(head, parts, Some(end))
}

pub(super) struct Stream {
    head: Head,
    /// Whether the head is that of passed events.
    is_passed: bool,
}

impl Stream {
    pub(super) fn new(head: Head) -> Self {
        Self {
            head,
            is_passed: false,
        }
    }
}

impl Render for Stream {
    fn begin(&mut self, _out: &mut String) {}

    fn text(&mut self, text: &str, out: &mut String) {
        event(
            out,
            "",
            &response(&self.head, vec![json!({"text": text})], None),
        );
    }

    fn reasoning(&mut self, text: &str, out: &mut String) {
        let part = json!({"text": text, "thought": true});
        event(out, "", &response(&self.head, vec![part], None));
    }

    /// Gemini's calls are never in pieces: they are told whole at the end.
    fn tool(&mut self, _: u32, _: &str, _: &str, _: &str, _: &mut String) {}

    fn end(&mut self, answer: &Answer, end: End, out: &mut String) {
        let mut parts: Vec<Value> = tools(answer).collect();
        if parts.is_empty() {
            parts.push(json!({"text": ""}));
        }
        event(out, "", &response(&self.head, parts, Some(end)));
    }

    fn passed(&mut self, event: &WireEvent) {
        if std::mem::replace(&mut self.is_passed, true) {
            return;
        }
        let chunk = data(event);
        if let Some(id) = chunk["responseId"].as_str() {
            self.head.id = id.to_owned();
        }
        if let Some(model) = chunk["modelVersion"].as_str() {
            self.head.model = model.to_owned();
        }
    }

    fn fail(&mut self, problem: &Problem, out: &mut String) {
        event(out, "", &problem.body(Api::Gemini));
    }
}
