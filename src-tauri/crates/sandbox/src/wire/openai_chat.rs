//! OpenAI Chat Completions. Reasoning is sent as `reasoning_content`, as DeepSeek and vLLM do.

use super::errors::Trouble;
use super::{CREATED, Encoder, Head, data};
use crate::answer::{Answer, Finish, Tokens, ToolCall};
use crate::ask::{Ask, BadRequest, JsonWanted, content_text, texts};
use serde_json::{Map, Value, json};

pub(crate) fn read(body: &Value) -> Result<Ask, BadRequest> {
    let mut ask = Ask {
        model: super::errors::model_field(body)?,
        stream: body.get("stream").and_then(Value::as_bool).unwrap_or(false),
        ..Ask::default()
    };
    ask.include_usage = body
        .pointer("/stream_options/include_usage")
        .and_then(Value::as_bool)
        .unwrap_or(false);
    let messages = body
        .get("messages")
        .and_then(Value::as_array)
        .ok_or_else(|| BadRequest::new("messages", "Missing required parameter: 'messages'."))?;
    if messages.is_empty() {
        return Err(BadRequest::new(
            "messages",
            "Invalid 'messages': empty array.",
        ));
    }
    for (at, message) in messages.iter().enumerate() {
        let role = message
            .get("role")
            .and_then(Value::as_str)
            .unwrap_or_default();
        if !["system", "developer", "user", "assistant", "tool"].contains(&role) {
            let param = format!("messages[{at}].role");
            return Err(BadRequest::new(
                &param,
                format!("Invalid value for '{param}'."),
            ));
        }
        let text = content_text(message.get("content"), &mut ask);
        ask.hear(role, &text);
    }
    for tool in body
        .get("tools")
        .and_then(Value::as_array)
        .into_iter()
        .flatten()
    {
        ask.offer(
            tool.pointer("/function/name"),
            tool.pointer("/function/parameters"),
        );
    }
    ask.json = match body
        .pointer("/response_format/type")
        .and_then(Value::as_str)
    {
        Some("json_schema") => Some(JsonWanted {
            schema: body.pointer("/response_format/json_schema/schema").cloned(),
        }),
        Some("json_object") => Some(JsonWanted { schema: None }),
        _ => None,
    };
    ask.max_tokens = ["max_completion_tokens", "max_tokens"]
        .iter()
        .find_map(|name| body.get(*name).and_then(Value::as_u64));
    ask.stop = texts(body.get("stop"));
    ask.seed = body.get("seed").and_then(Value::as_i64);
    Ok(ask)
}

fn finish_word(finish: Finish) -> &'static str {
    match finish {
        Finish::Stop => "stop",
        Finish::Length => "length",
        Finish::ToolCalls => "tool_calls",
        Finish::Filtered => "content_filter",
    }
}

fn usage_value(usage: Tokens) -> Value {
    let output = usage.visible + usage.reasoning;
    json!({
        "prompt_tokens": usage.input,
        "completion_tokens": output,
        "total_tokens": usage.input + output,
        "prompt_tokens_details": { "cached_tokens": usage.cached, "audio_tokens": 0 },
        "completion_tokens_details": { "reasoning_tokens": usage.reasoning },
    })
}

fn call_id(call: &ToolCall) -> String {
    format!("call_{:016x}", call.id)
}

pub(crate) fn whole(head: &Head, answer: &Answer) -> Value {
    let mut message = Map::new();
    message.insert("role".into(), json!("assistant"));
    let content = (!answer.text.is_empty() || answer.tool_calls.is_empty()).then_some(&answer.text);
    message.insert("content".into(), json!(content));
    message.insert("refusal".into(), Value::Null);
    if !answer.reasoning.is_empty() {
        message.insert("reasoning_content".into(), json!(answer.reasoning));
    }
    if !answer.tool_calls.is_empty() {
        let calls: Vec<Value> = answer
            .tool_calls
            .iter()
            .map(|call| {
                json!({ "id": call_id(call), "type": "function",
                        "function": { "name": call.name, "arguments": call.arguments } })
            })
            .collect();
        message.insert("tool_calls".into(), json!(calls));
    }
    json!({
        "id": format!("chatcmpl-sim{:016x}", head.id),
        "object": "chat.completion",
        "created": CREATED,
        "model": head.model,
        "system_fingerprint": "simulated",
        "choices": [{
            "index": 0, "message": message, "logprobs": null,
            "finish_reason": finish_word(answer.finish),
        }],
        "usage": usage_value(answer.usage),
    })
}

pub(crate) struct Stream {
    head: Head,
}

impl Stream {
    pub(crate) fn new(head: Head) -> Self {
        Self { head }
    }

    fn chunk(&self, choices: Value, usage: Option<Value>) -> String {
        let mut chunk = json!({
            "id": format!("chatcmpl-sim{:016x}", self.head.id),
            "object": "chat.completion.chunk",
            "created": CREATED,
            "model": self.head.model,
            "system_fingerprint": "simulated",
            "choices": choices,
        });
        if self.head.include_usage
            && let Some(fields) = chunk.as_object_mut()
        {
            fields.insert("usage".into(), usage.unwrap_or(Value::Null));
        }
        data(&chunk)
    }

    fn delta(&self, delta: Value) -> String {
        self.chunk(
            json!([{ "index": 0, "delta": delta, "logprobs": null, "finish_reason": null }]),
            None,
        )
    }
}

impl Encoder for Stream {
    fn open(&mut self) -> String {
        self.delta(json!({ "role": "assistant", "content": "" }))
    }

    fn reasoning(&mut self, piece: &str) -> String {
        self.delta(json!({ "reasoning_content": piece }))
    }

    fn text(&mut self, piece: &str) -> String {
        self.delta(json!({ "content": piece }))
    }

    fn tool_open(&mut self, index: usize, call: &ToolCall) -> String {
        self.delta(
            json!({ "tool_calls": [{ "index": index, "id": call_id(call), "type": "function",
            "function": { "name": call.name, "arguments": "" } }] }),
        )
    }

    fn tool_arguments(&mut self, index: usize, piece: &str) -> String {
        self.delta(
            json!({ "tool_calls": [{ "index": index, "function": { "arguments": piece } }] }),
        )
    }

    fn close(&mut self, finish: Finish, usage: Tokens) -> String {
        let last = self.chunk(
            json!([{ "index": 0, "delta": {}, "logprobs": null, "finish_reason": finish_word(finish) }]),
            None,
        );
        if self.head.include_usage {
            last + &self.chunk(json!([]), Some(usage_value(usage)))
        } else {
            last
        }
    }

    fn done(&mut self) -> String {
        "data: [DONE]\n\n".to_owned()
    }

    fn error(&mut self, trouble: &Trouble) -> String {
        data(&super::errors::openai_body(trouble))
    }
}
