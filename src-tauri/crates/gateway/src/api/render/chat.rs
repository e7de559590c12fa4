//! Answers of OpenAI Chat Completions.

use super::super::Api;
use super::super::answer::{Answer, End};
use super::super::error::Problem;
use super::{Head, Render, data, event};
use serde_json::{Value, json};
use switchboard_app::calls::WireEvent;
use switchboard_engine::call::FinishReason;
use switchboard_engine::usage::Usage;

fn word(finish: FinishReason) -> &'static str {
    match finish {
        FinishReason::Stop | FinishReason::Other => "stop",
        FinishReason::Length => "length",
        FinishReason::ToolCalls => "tool_calls",
        FinishReason::ContentFilter => "content_filter",
    }
}

fn usage(usage: &Usage) -> Value {
    let (input, output) = (usage.input_tokens(), usage.output_tokens());
    json!({
        "prompt_tokens": input,
        "completion_tokens": output,
        "total_tokens": input.saturating_add(output),
        "prompt_tokens_details": {"cached_tokens": usage.cache_read_input_tokens},
        "completion_tokens_details": {"reasoning_tokens": usage.reasoning_output_tokens},
    })
}

pub(super) fn whole(head: &Head, answer: &Answer, end: End) -> Value {
    let tools: Vec<Value> = answer
        .tools
        .iter()
        .map(|tool| {
            json!({
                "id": tool.id, "type": "function",
                "function": {"name": tool.name, "arguments": tool.arguments},
            })
        })
        .collect();
    let mut message = json!({"role": "assistant", "content": answer.text, "refusal": null});
    if !tools.is_empty() {
        if answer.text.is_empty() {
            message["content"] = Value::Null;
        }
        message["tool_calls"] = tools.into();
    }
    if !answer.reasoning.is_empty() {
        message["reasoning_content"] = answer.reasoning.as_str().into();
    }
    json!({
        "id": format!("chatcmpl-{}", head.id), "object": "chat.completion",
        "created": head.created, "model": head.model,
        "choices": [{
            "index": 0, "message": message, "logprobs": null,
            "finish_reason": word(answer.finish(end.finish)),
        }],
        "usage": usage(&end.usage),
    })
}

pub(super) struct Stream {
    head: Head,
    id: String,
    /// Whether the head is that of passed events.
    is_passed: bool,
    /// Tool calls begun, by index.
    tools: Vec<u32>,
}

impl Stream {
    pub(super) fn new(head: Head) -> Self {
        Self {
            id: format!("chatcmpl-{}", head.id),
            head,
            is_passed: false,
            tools: Vec::new(),
        }
    }

    fn chunk(&self, choices: Value) -> Value {
        json!({
            "id": self.id, "object": "chat.completion.chunk",
            "created": self.head.created, "model": self.head.model, "choices": choices,
        })
    }

    fn delta(&self, delta: &Value, out: &mut String) {
        let choices =
            json!([{"index": 0, "delta": delta, "logprobs": null, "finish_reason": null}]);
        event(out, "", &self.chunk(choices));
    }
}

impl Render for Stream {
    fn begin(&mut self, out: &mut String) {
        self.delta(&json!({"role": "assistant", "content": ""}), out);
    }

    fn text(&mut self, text: &str, out: &mut String) {
        self.delta(&json!({"content": text}), out);
    }

    fn reasoning(&mut self, text: &str, out: &mut String) {
        self.delta(&json!({"reasoning_content": text}), out);
    }

    fn tool(&mut self, index: u32, id: &str, name: &str, arguments: &str, out: &mut String) {
        let known = self.tools.iter().position(|tool| *tool == index);
        let call = match known {
            Some(at) => json!({"index": at, "function": {"arguments": arguments}}),
            None => {
                self.tools.push(index);
                json!({
                    "index": self.tools.len() - 1, "id": id, "type": "function",
                    "function": {"name": name, "arguments": arguments},
                })
            }
        };
        self.delta(&json!({"tool_calls": [call]}), out);
    }

    fn end(&mut self, answer: &Answer, end: End, out: &mut String) {
        let finish = word(answer.finish(end.finish));
        let choices = json!([{"index": 0, "delta": {}, "logprobs": null, "finish_reason": finish}]);
        event(out, "", &self.chunk(choices));
        if self.head.include_usage {
            self.usage(end, out);
        }
        out.push_str("data: [DONE]\n\n");
    }

    fn usage(&mut self, end: End, out: &mut String) {
        let mut last = self.chunk(json!([]));
        last["usage"] = usage(&end.usage);
        event(out, "", &last);
    }

    fn passed(&mut self, event: &WireEvent) {
        if std::mem::replace(&mut self.is_passed, true) {
            return;
        }
        let chunk = data(event);
        if let Some(id) = chunk["id"].as_str() {
            self.id = id.to_owned();
        }
        if let Some(model) = chunk["model"].as_str() {
            self.head.model = model.to_owned();
        }
        if let Some(created) = chunk["created"].as_u64() {
            self.head.created = created;
        }
    }

    fn fail(&mut self, problem: &Problem, out: &mut String) {
        event(out, "", &problem.body(Api::Chat));
        out.push_str("data: [DONE]\n\n");
    }
}
