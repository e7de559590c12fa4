//! OpenAI Responses. The stream has no `[DONE]`: `response.completed` is its end mark.

use super::errors::Trouble;
use super::{CREATED, Encoder, Head, named};
use crate::answer::{Answer, Finish, Tokens, ToolCall};
use crate::ask::{Ask, BadRequest, JsonWanted, content_text};
use serde_json::{Value, json};

pub(crate) fn read(body: &Value) -> Result<Ask, BadRequest> {
    let mut ask = Ask {
        model: super::errors::model_field(body)?,
        stream: body.get("stream").and_then(Value::as_bool).unwrap_or(false),
        include_usage: true,
        ..Ask::default()
    };
    if let Some(instructions) = body.get("instructions").and_then(Value::as_str) {
        ask.hear("system", instructions);
    }
    match body.get("input") {
        Some(Value::String(text)) => ask.hear("user", text),
        Some(Value::Array(items)) if !items.is_empty() => {
            for item in items {
                match item
                    .get("type")
                    .and_then(Value::as_str)
                    .unwrap_or("message")
                {
                    "function_call_output" => {
                        let text = content_text(item.get("output"), &mut ask);
                        ask.hear("tool", &text);
                    }
                    "message" => {
                        let role = item
                            .get("role")
                            .and_then(Value::as_str)
                            .unwrap_or("user")
                            .to_owned();
                        let text = content_text(item.get("content"), &mut ask);
                        ask.hear(&role, &text);
                    }
                    _ => ask.hear("assistant", ""),
                }
            }
        }
        _ => {
            return Err(BadRequest::new(
                "input",
                "Missing required parameter: 'input'.",
            ));
        }
    }
    for tool in body
        .get("tools")
        .and_then(Value::as_array)
        .into_iter()
        .flatten()
    {
        ask.offer(tool.get("name"), tool.get("parameters"));
    }
    ask.json = match body.pointer("/text/format/type").and_then(Value::as_str) {
        Some("json_schema") => Some(JsonWanted {
            schema: body.pointer("/text/format/schema").cloned(),
        }),
        Some("json_object") => Some(JsonWanted { schema: None }),
        _ => None,
    };
    ask.max_tokens = body.get("max_output_tokens").and_then(Value::as_u64);
    Ok(ask)
}

fn usage_value(usage: Tokens) -> Value {
    let output = usage.visible + usage.reasoning;
    json!({
        "input_tokens": usage.input,
        "input_tokens_details": { "cached_tokens": usage.cached },
        "output_tokens": output,
        "output_tokens_details": { "reasoning_tokens": usage.reasoning },
        "total_tokens": usage.input + output,
    })
}

fn reasoning_item(head: &Head, text: &str) -> Value {
    json!({ "type": "reasoning", "id": format!("rs_sim{:016x}", head.id), "encrypted_content": null,
            "summary": [{ "type": "summary_text", "text": text }] })
}

fn message_item(head: &Head, text: &str, status: &str) -> Value {
    json!({ "type": "message", "id": format!("msg_sim{:016x}", head.id), "status": status,
            "role": "assistant",
            "content": [{ "type": "output_text", "text": text, "annotations": [], "logprobs": [] }] })
}

fn call_item(call: &ToolCall, arguments: &str, status: &str) -> Value {
    json!({ "type": "function_call", "id": format!("fc_{:016x}", call.id),
            "call_id": format!("call_{:016x}", call.id), "name": call.name,
            "arguments": arguments, "status": status })
}

fn response(head: &Head, finish: Option<Finish>, output: &[Value], usage: Option<Tokens>) -> Value {
    let (status, incomplete) = match finish {
        None => ("in_progress", Value::Null),
        Some(Finish::Stop | Finish::ToolCalls) => ("completed", Value::Null),
        Some(Finish::Length) => ("incomplete", json!({ "reason": "max_output_tokens" })),
        Some(Finish::Filtered) => ("incomplete", json!({ "reason": "content_filter" })),
    };
    json!({
        "id": format!("resp_sim{:016x}", head.id),
        "object": "response",
        "created_at": CREATED,
        "status": status,
        "error": null,
        "incomplete_details": incomplete,
        "model": head.model,
        "metadata": { "simulated": "true" },
        "output": output,
        "usage": usage.map(usage_value),
    })
}

pub(crate) fn whole(head: &Head, answer: &Answer) -> Value {
    let mut output = Vec::new();
    if !answer.reasoning.is_empty() {
        output.push(reasoning_item(head, &answer.reasoning));
    }
    if !answer.text.is_empty() {
        output.push(message_item(head, &answer.text, "completed"));
    }
    for call in &answer.tool_calls {
        output.push(call_item(call, &call.arguments, "completed"));
    }
    response(head, Some(answer.finish), &output, Some(answer.usage))
}

enum Item {
    Reasoning(String),
    Message(String),
    Call(ToolCall, String),
}

/// The stream repeats what it has sent whenever an item ends, so it remembers it.
pub(crate) struct Stream {
    head: Head,
    sequence: u64,
    current: Option<Item>,
    output: Vec<Value>,
}

impl Stream {
    pub(crate) fn new(head: Head) -> Self {
        Self {
            head,
            sequence: 0,
            current: None,
            output: Vec::new(),
        }
    }

    fn event(&mut self, mut value: Value) -> String {
        if let Some(fields) = value.as_object_mut() {
            fields.insert("sequence_number".into(), json!(self.sequence));
        }
        self.sequence += 1;
        named(&value)
    }

    fn begin(&mut self, item: Item) -> String {
        let mut out = self.finish_item();
        let at = self.output.len();
        match item {
            Item::Reasoning(text) => {
                let mut added = reasoning_item(&self.head, "");
                added["summary"] = json!([]);
                let id = added["id"].clone();
                out += &self.event(json!({ "type": "response.output_item.added", "output_index": at, "item": added }));
                out += &self.event(json!({ "type": "response.reasoning_summary_part.added", "item_id": id,
                    "output_index": at, "summary_index": 0, "part": { "type": "summary_text", "text": "" } }));
                self.current = Some(Item::Reasoning(text));
            }
            Item::Message(text) => {
                let mut added = message_item(&self.head, "", "in_progress");
                added["content"] = json!([]);
                let id = added["id"].clone();
                out += &self.event(json!({ "type": "response.output_item.added", "output_index": at, "item": added }));
                out += &self.event(json!({ "type": "response.content_part.added", "item_id": id, "output_index": at,
                    "content_index": 0, "part": { "type": "output_text", "text": "", "annotations": [], "logprobs": [] } }));
                self.current = Some(Item::Message(text));
            }
            Item::Call(call, arguments) => {
                let added = call_item(&call, "", "in_progress");
                out += &self.event(json!({ "type": "response.output_item.added", "output_index": at, "item": added }));
                self.current = Some(Item::Call(call, arguments));
            }
        }
        out
    }

    fn finish_item(&mut self) -> String {
        let at = self.output.len();
        let mut out = String::new();
        match self.current.take() {
            None => return out,
            Some(Item::Reasoning(text)) => {
                let item = reasoning_item(&self.head, &text);
                out += &self.event(
                    json!({ "type": "response.reasoning_summary_text.done", "item_id": item["id"],
                    "output_index": at, "summary_index": 0, "text": text }),
                );
                out += &self.event(json!({ "type": "response.reasoning_summary_part.done", "item_id": item["id"],
                    "output_index": at, "summary_index": 0, "part": { "type": "summary_text", "text": text } }));
                self.output.push(item);
            }
            Some(Item::Message(text)) => {
                let item = message_item(&self.head, &text, "completed");
                out += &self.event(
                    json!({ "type": "response.output_text.done", "item_id": item["id"],
                    "output_index": at, "content_index": 0, "text": text, "logprobs": [] }),
                );
                out += &self.event(
                    json!({ "type": "response.content_part.done", "item_id": item["id"],
                    "output_index": at, "content_index": 0, "part": item["content"][0] }),
                );
                self.output.push(item);
            }
            Some(Item::Call(call, arguments)) => {
                let item = call_item(&call, &arguments, "completed");
                out += &self.event(
                    json!({ "type": "response.function_call_arguments.done", "item_id": item["id"],
                    "output_index": at, "arguments": arguments }),
                );
                self.output.push(item);
            }
        }
        let item = self.output[at].clone();
        out + &self
            .event(json!({ "type": "response.output_item.done", "output_index": at, "item": item }))
    }
}

impl Encoder for Stream {
    fn open(&mut self) -> String {
        let response = response(&self.head, None, &[], None);
        self.event(json!({ "type": "response.created", "response": response }))
            + &self.event(json!({ "type": "response.in_progress", "response": response }))
    }

    fn reasoning(&mut self, piece: &str) -> String {
        let mut out = String::new();
        if !matches!(self.current, Some(Item::Reasoning(_))) {
            out = self.begin(Item::Reasoning(String::new()));
        }
        if let Some(Item::Reasoning(text)) = &mut self.current {
            text.push_str(piece);
        }
        let id = format!("rs_sim{:016x}", self.head.id);
        let at = self.output.len();
        out + &self.event(
            json!({ "type": "response.reasoning_summary_text.delta", "item_id": id,
            "output_index": at, "summary_index": 0, "delta": piece }),
        )
    }

    fn text(&mut self, piece: &str) -> String {
        let mut out = String::new();
        if !matches!(self.current, Some(Item::Message(_))) {
            out = self.begin(Item::Message(String::new()));
        }
        if let Some(Item::Message(text)) = &mut self.current {
            text.push_str(piece);
        }
        let id = format!("msg_sim{:016x}", self.head.id);
        let at = self.output.len();
        out + &self.event(
            json!({ "type": "response.output_text.delta", "item_id": id, "output_index": at,
            "content_index": 0, "delta": piece, "logprobs": [] }),
        )
    }

    fn tool_open(&mut self, _index: usize, call: &ToolCall) -> String {
        self.begin(Item::Call(call.clone(), String::new()))
    }

    fn tool_arguments(&mut self, _index: usize, piece: &str) -> String {
        let mut id = String::new();
        if let Some(Item::Call(call, arguments)) = &mut self.current {
            arguments.push_str(piece);
            id = format!("fc_{:016x}", call.id);
        }
        let at = self.output.len();
        self.event(
            json!({ "type": "response.function_call_arguments.delta", "item_id": id,
            "output_index": at, "delta": piece }),
        )
    }

    fn close(&mut self, finish: Finish, usage: Tokens) -> String {
        let out = self.finish_item();
        let output = std::mem::take(&mut self.output);
        let response = response(&self.head, Some(finish), &output, Some(usage));
        let kind = match finish {
            Finish::Stop | Finish::ToolCalls => "response.completed",
            Finish::Length | Finish::Filtered => "response.incomplete",
        };
        out + &self.event(json!({ "type": kind, "response": response }))
    }

    fn done(&mut self) -> String {
        String::new()
    }

    fn error(&mut self, trouble: &Trouble) -> String {
        let mut failed = response(&self.head, None, &[], None);
        failed["status"] = json!("failed");
        failed["error"] = json!({ "code": trouble.openai_code(), "message": trouble.message });
        self.event(json!({ "type": "response.failed", "response": failed }))
    }
}
