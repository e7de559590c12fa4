//! Answers of Anthropic Messages.

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
        FinishReason::Stop | FinishReason::Other => "end_turn",
        FinishReason::Length => "max_tokens",
        FinishReason::ToolCalls => "tool_use",
        FinishReason::ContentFilter => "refusal",
    }
}

fn usage(usage: &Usage) -> Value {
    json!({
        "input_tokens": usage.input_uncached_tokens,
        "cache_creation_input_tokens": usage
            .cache_creation_input_tokens
            .saturating_add(usage.cache_creation_1h_input_tokens),
        "cache_read_input_tokens": usage.cache_read_input_tokens,
        "output_tokens": usage.output_tokens(),
    })
}

pub(super) fn whole(head: &Head, answer: &Answer, end: End) -> Value {
    let mut content = Vec::new();
    if !answer.reasoning.is_empty() {
        content.push(json!({"type": "thinking", "thinking": answer.reasoning, "signature": ""}));
    }
    if !answer.text.is_empty() {
        content.push(json!({"type": "text", "text": answer.text}));
    }
    for tool in &answer.tools {
        content.push(json!({
            "type": "tool_use", "id": tool.id, "name": tool.name,
            "input": arguments(&tool.arguments),
        }));
    }
    json!({
        "id": format!("msg_{}", head.id), "type": "message", "role": "assistant",
        "model": head.model, "content": content,
        "stop_reason": word(answer.finish(end.finish)), "stop_sequence": null,
        "usage": usage(&end.usage),
    })
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Block {
    Thinking,
    Text,
    Tool(u32),
    /// Passed on as it came.
    Other,
}

pub(super) struct Stream {
    head: Head,
    open: Option<Block>,
    /// Blocks begun.
    blocks: u32,
}

impl Stream {
    pub(super) fn new(head: Head) -> Self {
        Self {
            head,
            open: None,
            blocks: 0,
        }
    }

    fn close(&mut self, out: &mut String) {
        if self.open.take().is_some() {
            let index = self.blocks.saturating_sub(1);
            let data = json!({"type": "content_block_stop", "index": index});
            event(out, "content_block_stop", &data);
        }
    }

    /// Makes `block` the open one, beginning it with `start` unless it is.
    fn open(&mut self, block: Block, start: &Value, out: &mut String) {
        if self.open == Some(block) {
            return;
        }
        self.close(out);
        let data =
            json!({"type": "content_block_start", "index": self.blocks, "content_block": start});
        event(out, "content_block_start", &data);
        self.open = Some(block);
        self.blocks += 1;
    }

    fn delta(&self, delta: &Value, out: &mut String) {
        let index = self.blocks.saturating_sub(1);
        let data = json!({"type": "content_block_delta", "index": index, "delta": delta});
        event(out, "content_block_delta", &data);
    }
}

impl Render for Stream {
    fn begin(&mut self, out: &mut String) {
        let message = json!({
            "id": format!("msg_{}", self.head.id), "type": "message", "role": "assistant",
            "model": self.head.model, "content": [], "stop_reason": null, "stop_sequence": null,
            "usage": usage(&Usage::default()),
        });
        event(
            out,
            "message_start",
            &json!({"type": "message_start", "message": message}),
        );
    }

    fn text(&mut self, text: &str, out: &mut String) {
        self.open(Block::Text, &json!({"type": "text", "text": ""}), out);
        self.delta(&json!({"type": "text_delta", "text": text}), out);
    }

    fn reasoning(&mut self, text: &str, out: &mut String) {
        let start = json!({"type": "thinking", "thinking": "", "signature": ""});
        self.open(Block::Thinking, &start, out);
        self.delta(&json!({"type": "thinking_delta", "thinking": text}), out);
    }

    fn tool(&mut self, index: u32, id: &str, name: &str, arguments: &str, out: &mut String) {
        let start = json!({"type": "tool_use", "id": id, "name": name, "input": {}});
        self.open(Block::Tool(index), &start, out);
        self.delta(
            &json!({"type": "input_json_delta", "partial_json": arguments}),
            out,
        );
    }

    fn end(&mut self, answer: &Answer, end: End, out: &mut String) {
        self.close(out);
        let delta = json!({"stop_reason": word(answer.finish(end.finish)), "stop_sequence": null});
        let data = json!({"type": "message_delta", "delta": delta, "usage": usage(&end.usage)});
        event(out, "message_delta", &data);
        event(out, "message_stop", &json!({"type": "message_stop"}));
    }

    fn passed(&mut self, event: &WireEvent) {
        match event.name.as_str() {
            "content_block_start" => {
                let started = data(event);
                let index = started["index"].as_u64().unwrap_or_default();
                let index = u32::try_from(index).unwrap_or_default();
                self.blocks = index.saturating_add(1);
                self.open = Some(match started["content_block"]["type"].as_str() {
                    Some("text") => Block::Text,
                    Some("thinking") => Block::Thinking,
                    _ => Block::Other,
                });
            }
            "content_block_stop" => self.open = None,
            _ => {}
        }
    }

    fn fail(&mut self, problem: &Problem, out: &mut String) {
        event(out, "error", &problem.body(Api::Anthropic));
    }
}
