//! Anthropic Messages.

use super::errors::Trouble;
use super::{Encoder, Head, named};
use crate::answer::{Answer, Finish, Tokens, ToolCall};
use crate::ask::{Ask, BadRequest, JsonWanted, content_text, texts};
use serde_json::{Value, json};

pub(crate) fn read(body: &Value) -> Result<Ask, BadRequest> {
    let mut ask = Ask {
        model: super::errors::model_field(body)?,
        stream: body.get("stream").and_then(Value::as_bool).unwrap_or(false),
        include_usage: true,
        ..Ask::default()
    };
    let max_tokens = body
        .get("max_tokens")
        .and_then(Value::as_u64)
        .ok_or_else(|| BadRequest::new("max_tokens", "max_tokens: Field required"))?;
    ask.max_tokens = Some(max_tokens);
    if body.get("system").is_some() {
        let text = content_text(body.get("system"), &mut ask);
        ask.hear("system", &text);
    }
    let messages = body
        .get("messages")
        .and_then(Value::as_array)
        .ok_or_else(|| BadRequest::new("messages", "messages: Field required"))?;
    if messages.is_empty() {
        return Err(BadRequest::new(
            "messages",
            "messages: at least one message is required",
        ));
    }
    for (at, message) in messages.iter().enumerate() {
        let role = message
            .get("role")
            .and_then(Value::as_str)
            .unwrap_or_default();
        if role != "user" && role != "assistant" {
            let param = format!("messages.{at}.role");
            let text = format!("{param}: Input should be 'user' or 'assistant'");
            return Err(BadRequest::new(&param, text));
        }
        let content = message.get("content");
        let result = content.and_then(Value::as_array).and_then(|parts| {
            parts
                .iter()
                .rev()
                .find(|part| part.get("type") == Some(&json!("tool_result")))
        });
        if let Some(result) = result {
            let text = content_text(result.get("content"), &mut ask);
            ask.hear("tool", &text);
        } else {
            let text = content_text(content, &mut ask);
            ask.hear(role, &text);
        }
    }
    for tool in body
        .get("tools")
        .and_then(Value::as_array)
        .into_iter()
        .flatten()
    {
        ask.offer(tool.get("name"), tool.get("input_schema"));
    }
    for place in ["/output_config/format", "/output_format"] {
        if body.pointer(place).and_then(|format| format.get("type")) == Some(&json!("json_schema"))
        {
            ask.json = Some(JsonWanted {
                schema: body.pointer(place).and_then(|f| f.get("schema")).cloned(),
            });
        }
    }
    ask.stop = texts(body.get("stop_sequences"));
    Ok(ask)
}

fn stop_word(finish: Finish) -> &'static str {
    match finish {
        Finish::Stop => "end_turn",
        Finish::Length => "max_tokens",
        Finish::ToolCalls => "tool_use",
        Finish::Filtered => "refusal",
    }
}

/// Anthropic counts cached input beside the rest, and reasoning inside the output.
fn usage_value(usage: Tokens) -> Value {
    json!({
        "input_tokens": usage.input - usage.cached,
        "cache_creation_input_tokens": 0,
        "cache_read_input_tokens": usage.cached,
        "output_tokens": usage.visible + usage.reasoning,
        "output_tokens_details": { "thinking_tokens": usage.reasoning },
        "service_tier": "standard",
    })
}

fn call_id(call: &ToolCall) -> String {
    format!("toolu_{:016x}", call.id)
}

pub(crate) fn whole(head: &Head, answer: &Answer) -> Value {
    let mut content = Vec::new();
    if !answer.reasoning.is_empty() {
        content.push(json!({ "type": "thinking", "thinking": answer.reasoning, "signature": "c2ltdWxhdGVk" }));
    }
    if !answer.text.is_empty() {
        content.push(json!({ "type": "text", "text": answer.text }));
    }
    for call in &answer.tool_calls {
        let input: Value = serde_json::from_str(&call.arguments).unwrap_or_else(|_| json!({}));
        content.push(
            json!({ "type": "tool_use", "id": call_id(call), "name": call.name, "input": input }),
        );
    }
    json!({
        "id": format!("msg_sim{:016x}", head.id),
        "type": "message",
        "role": "assistant",
        "model": head.model,
        "content": content,
        "stop_reason": stop_word(answer.finish),
        "stop_sequence": null,
        "usage": usage_value(answer.usage),
    })
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Block {
    Thinking,
    Text,
    Tool,
}

pub(crate) struct Stream {
    head: Head,
    open: Option<Block>,
    index: usize,
}

impl Stream {
    pub(crate) fn new(head: Head) -> Self {
        Self {
            head,
            open: None,
            index: 0,
        }
    }

    fn stop_block(&mut self) -> String {
        let Some(block) = self.open.take() else {
            return String::new();
        };
        let mut out = String::new();
        if block == Block::Thinking {
            out += &self.delta(json!({ "type": "signature_delta", "signature": "c2ltdWxhdGVk" }));
        }
        out += &named(&json!({ "type": "content_block_stop", "index": self.index }));
        self.index += 1;
        out
    }

    fn start_block(&mut self, block: Block, content: Value) -> String {
        let out = self.stop_block();
        self.open = Some(block);
        out + &named(
            &json!({ "type": "content_block_start", "index": self.index, "content_block": content }),
        )
    }

    fn delta(&self, delta: Value) -> String {
        named(&json!({ "type": "content_block_delta", "index": self.index, "delta": delta }))
    }
}

impl Encoder for Stream {
    fn open(&mut self) -> String {
        let usage = usage_value(Tokens {
            visible: 1,
            reasoning: 0,
            ..self.head.usage
        });
        let start = json!({ "type": "message_start", "message": {
            "id": format!("msg_sim{:016x}", self.head.id), "type": "message", "role": "assistant",
            "model": self.head.model, "content": [], "stop_reason": null, "stop_sequence": null,
            "usage": usage,
        } });
        named(&start) + &named(&json!({ "type": "ping" }))
    }

    fn reasoning(&mut self, piece: &str) -> String {
        let mut out = String::new();
        if self.open != Some(Block::Thinking) {
            out = self.start_block(
                Block::Thinking,
                json!({ "type": "thinking", "thinking": "", "signature": "" }),
            );
        }
        out + &self.delta(json!({ "type": "thinking_delta", "thinking": piece }))
    }

    fn text(&mut self, piece: &str) -> String {
        let mut out = String::new();
        if self.open != Some(Block::Text) {
            out = self.start_block(Block::Text, json!({ "type": "text", "text": "" }));
        }
        out + &self.delta(json!({ "type": "text_delta", "text": piece }))
    }

    fn tool_open(&mut self, _index: usize, call: &ToolCall) -> String {
        self.start_block(
            Block::Tool,
            json!({ "type": "tool_use", "id": call_id(call), "name": call.name, "input": {} }),
        ) + &self.delta(json!({ "type": "input_json_delta", "partial_json": "" }))
    }

    fn tool_arguments(&mut self, _index: usize, piece: &str) -> String {
        self.delta(json!({ "type": "input_json_delta", "partial_json": piece }))
    }

    fn close(&mut self, finish: Finish, usage: Tokens) -> String {
        self.stop_block()
            + &named(&json!({
                "type": "message_delta",
                "delta": { "stop_reason": stop_word(finish), "stop_sequence": null },
                "usage": usage_value(usage),
            }))
    }

    fn done(&mut self) -> String {
        named(&json!({ "type": "message_stop" }))
    }

    fn error(&mut self, trouble: &Trouble) -> String {
        named(&super::errors::anthropic_body(trouble, None))
    }
}
