//! Answers of OpenAI Responses.

use super::super::answer::{Answer, End};
use super::super::error::Problem;
use super::{Head, Render, data};
use serde_json::{Value, json};
use switchboard_app::calls::WireEvent;
use switchboard_engine::call::FinishReason;
use switchboard_engine::usage::Usage;

fn usage(usage: &Usage) -> Value {
    let (input, output) = (usage.input_tokens(), usage.output_tokens());
    json!({
        "input_tokens": input,
        "input_tokens_details": {"cached_tokens": usage.cache_read_input_tokens},
        "output_tokens": output,
        "output_tokens_details": {"reasoning_tokens": usage.reasoning_output_tokens},
        "total_tokens": input.saturating_add(output),
    })
}

fn response(head: &Head, status: &str, output: &[Value]) -> Value {
    json!({
        "id": head.id, "object": "response", "created_at": head.created,
        "status": status, "model": head.model, "output": output, "error": null,
        "incomplete_details": null, "instructions": null, "metadata": {},
        "parallel_tool_calls": true, "tool_choice": "auto", "tools": [],
        "temperature": null, "top_p": null, "usage": null,
    })
}

fn ended(head: &Head, output: &[Value], end: End) -> Value {
    let reason = match end.finish {
        FinishReason::Length => Some("max_output_tokens"),
        FinishReason::ContentFilter => Some("content_filter"),
        FinishReason::Stop | FinishReason::ToolCalls | FinishReason::Other => None,
    };
    let status = if reason.is_some() {
        "incomplete"
    } else {
        "completed"
    };
    let mut response = response(head, status, output);
    if let Some(reason) = reason {
        response["incomplete_details"] = json!({"reason": reason});
    }
    response["usage"] = usage(&end.usage);
    response
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Reasoning,
    Message,
    Tool(u32),
    /// Passed on as it came, of a kind that is not written here.
    Other,
}

/// An item of the output as far as it has come.
struct Item {
    kind: Kind,
    /// For a tool: its call id and name.
    call: (String, String),
    text: String,
    /// As the provider sent it, if it did.
    passed: Option<Value>,
    /// Whether `passed` is the item in full.
    is_done: bool,
}

impl Item {
    fn id(&self, head: &Head, at: usize) -> String {
        let passed = self.passed.as_ref().and_then(|item| item["id"].as_str());
        if let Some(id) = passed {
            return id.to_owned();
        }
        let prefix = match self.kind {
            Kind::Reasoning => "rs",
            Kind::Message | Kind::Other => "msg",
            Kind::Tool(_) => "fc",
        };
        let id = head.id.trim_start_matches("resp_");
        format!("{prefix}_{id}_{at}")
    }

    fn value(&self, head: &Head, at: usize, status: &str) -> Value {
        if let (true, Some(item)) = (self.is_done, &self.passed) {
            return item.clone();
        }
        let id = self.id(head, at);
        match self.kind {
            Kind::Reasoning => json!({
                "id": id, "type": "reasoning",
                "summary": [{"type": "summary_text", "text": self.text}],
            }),
            Kind::Message => json!({
                "id": id, "type": "message", "role": "assistant", "status": status,
                "content": [text_part(&self.text)],
            }),
            Kind::Tool(_) => json!({
                "id": id, "type": "function_call", "status": status,
                "call_id": self.call.0, "name": self.call.1, "arguments": self.text,
            }),
            Kind::Other => self.passed.clone().unwrap_or_default(),
        }
    }
}

fn text_part(text: &str) -> Value {
    json!({"type": "output_text", "text": text, "annotations": [], "logprobs": []})
}

/// Returns the head with an id of this API's form.
fn named(head: &Head) -> Head {
    Head {
        id: format!("resp_{}", head.id),
        ..head.clone()
    }
}

pub(super) fn whole(head: &Head, answer: &Answer, end: End) -> Value {
    let head = &named(head);
    let mut items = Vec::new();
    let mut add = |kind, call, text: &str| {
        items.push(Item {
            kind,
            call,
            text: text.to_owned(),
            passed: None,
            is_done: false,
        });
    };
    if !answer.reasoning.is_empty() {
        add(Kind::Reasoning, Default::default(), &answer.reasoning);
    }
    if !answer.text.is_empty() {
        add(Kind::Message, Default::default(), &answer.text);
    }
    for tool in &answer.tools {
        let call = (tool.id.clone(), tool.name.clone());
        add(Kind::Tool(tool.index), call, &tool.arguments);
    }
    ended(head, &values(head, &items), end)
}

fn values(head: &Head, items: &[Item]) -> Vec<Value> {
    let value = |(at, item): (usize, &Item)| item.value(head, at, "completed");
    items.iter().enumerate().map(value).collect()
}

pub(super) struct Stream {
    head: Head,
    sequence: u64,
    items: Vec<Item>,
    is_open: bool,
}

impl Stream {
    pub(super) fn new(head: Head) -> Self {
        Self {
            head: named(&head),
            sequence: 0,
            items: Vec::new(),
            is_open: false,
        }
    }

    fn event(&mut self, name: &str, mut data: Value, out: &mut String) {
        data["type"] = name.into();
        data["sequence_number"] = self.sequence.into();
        self.sequence += 1;
        super::event(out, name, &data);
    }

    /// Makes an item of `kind` the open one and adds to its text; returns its id and place.
    fn add(
        &mut self,
        kind: Kind,
        call: (&str, &str),
        text: &str,
        out: &mut String,
    ) -> (String, usize) {
        let is_last = self.items.last().is_some_and(|item| item.kind == kind);
        if !(self.is_open && is_last) {
            self.close(out);
            let item = Item {
                kind,
                call: (call.0.to_owned(), call.1.to_owned()),
                text: String::new(),
                passed: None,
                is_done: false,
            };
            let at = self.items.len();
            let id = item.id(&self.head, at);
            let mut value = item.value(&self.head, at, "in_progress");
            match kind {
                Kind::Reasoning => value["summary"] = json!([]),
                Kind::Message => value["content"] = json!([]),
                Kind::Tool(_) | Kind::Other => {}
            }
            self.items.push(item);
            self.is_open = true;
            self.event(
                "response.output_item.added",
                json!({"output_index": at, "item": value}),
                out,
            );
            match kind {
                Kind::Message => {
                    let data = json!({"item_id": id, "output_index": at, "content_index": 0, "part": text_part("")});
                    self.event("response.content_part.added", data, out);
                }
                Kind::Reasoning => {
                    let part = json!({"type": "summary_text", "text": ""});
                    let data = json!({"item_id": id, "output_index": at, "summary_index": 0, "part": part});
                    self.event("response.reasoning_summary_part.added", data, out);
                }
                Kind::Tool(_) | Kind::Other => {}
            }
        }
        let at = self.items.len().saturating_sub(1);
        let id = match self.items.last_mut() {
            Some(item) => {
                item.text.push_str(text);
                item.id(&self.head, at)
            }
            None => String::new(),
        };
        (id, at)
    }

    fn close(&mut self, out: &mut String) {
        if !std::mem::take(&mut self.is_open) {
            return;
        }
        let at = self.items.len().saturating_sub(1);
        let Some(item) = self.items.last() else {
            return;
        };
        let (kind, text, id) = (item.kind, item.text.clone(), item.id(&self.head, at));
        let (name, value) = (item.call.1.clone(), item.value(&self.head, at, "completed"));
        match kind {
            Kind::Message => {
                let data = json!({"item_id": id, "output_index": at, "content_index": 0, "text": text, "logprobs": []});
                self.event("response.output_text.done", data, out);
                let data = json!({"item_id": id, "output_index": at, "content_index": 0, "part": text_part(&text)});
                self.event("response.content_part.done", data, out);
            }
            Kind::Reasoning => {
                let data =
                    json!({"item_id": id, "output_index": at, "summary_index": 0, "text": text});
                self.event("response.reasoning_summary_text.done", data, out);
                let part = json!({"type": "summary_text", "text": text});
                let data =
                    json!({"item_id": id, "output_index": at, "summary_index": 0, "part": part});
                self.event("response.reasoning_summary_part.done", data, out);
            }
            Kind::Tool(_) => {
                let data =
                    json!({"item_id": id, "output_index": at, "name": name, "arguments": text});
                self.event("response.function_call_arguments.done", data, out);
            }
            Kind::Other => {}
        }
        self.event(
            "response.output_item.done",
            json!({"output_index": at, "item": value}),
            out,
        );
    }
}

impl Render for Stream {
    fn begin(&mut self, out: &mut String) {
        let response = response(&self.head, "in_progress", &[]);
        self.event("response.created", json!({"response": response}), out);
        self.event("response.in_progress", json!({"response": response}), out);
    }

    fn text(&mut self, text: &str, out: &mut String) {
        let (id, at) = self.add(Kind::Message, ("", ""), text, out);
        let data = json!({"item_id": id, "output_index": at, "content_index": 0, "delta": text, "logprobs": []});
        self.event("response.output_text.delta", data, out);
    }

    fn reasoning(&mut self, text: &str, out: &mut String) {
        let (id, at) = self.add(Kind::Reasoning, ("", ""), text, out);
        let data = json!({"item_id": id, "output_index": at, "summary_index": 0, "delta": text});
        self.event("response.reasoning_summary_text.delta", data, out);
    }

    fn tool(&mut self, index: u32, id: &str, name: &str, arguments: &str, out: &mut String) {
        let (id, at) = self.add(Kind::Tool(index), (id, name), arguments, out);
        let data = json!({"item_id": id, "output_index": at, "delta": arguments});
        self.event("response.function_call_arguments.delta", data, out);
    }

    fn end(&mut self, _answer: &Answer, end: End, out: &mut String) {
        self.close(out);
        let response = ended(&self.head, &values(&self.head, &self.items), end);
        let is_whole = response["status"] == "completed";
        let name = if is_whole {
            "response.completed"
        } else {
            "response.incomplete"
        };
        self.event(name, json!({"response": response}), out);
    }

    fn passed(&mut self, event: &WireEvent) {
        self.sequence += 1;
        match event.name.as_str() {
            "response.created" => {
                let response = data(event)["response"].take();
                if let Some(id) = response["id"].as_str() {
                    self.head.id = id.to_owned();
                }
                if let Some(model) = response["model"].as_str() {
                    self.head.model = model.to_owned();
                }
                if let Some(created) = response["created_at"].as_u64() {
                    self.head.created = created;
                }
            }
            "response.output_item.added" => {
                let item = data(event)["item"].take();
                let tools = self
                    .items
                    .iter()
                    .filter(|item| matches!(item.kind, Kind::Tool(_)));
                let kind = match item["type"].as_str() {
                    Some("message") => Kind::Message,
                    Some("reasoning") => Kind::Reasoning,
                    Some("function_call") => {
                        Kind::Tool(u32::try_from(tools.count()).unwrap_or(u32::MAX))
                    }
                    _ => Kind::Other,
                };
                let text = |name: &str| item[name].as_str().unwrap_or_default().to_owned();
                self.items.push(Item {
                    kind,
                    call: (text("call_id"), text("name")),
                    text: String::new(),
                    passed: Some(item),
                    is_done: false,
                });
                self.is_open = true;
            }
            "response.output_item.done" => {
                if let Some(last) = self.items.last_mut() {
                    last.passed = Some(data(event)["item"].take());
                    last.is_done = true;
                }
                self.is_open = false;
            }
            _ => {}
        }
    }

    fn adopt(&mut self, answer: &Answer) {
        for item in &mut self.items {
            let text = match item.kind {
                Kind::Message => Some(&answer.text),
                Kind::Reasoning => Some(&answer.reasoning),
                Kind::Tool(index) => {
                    let tool = answer.tools.iter().find(|tool| tool.index == index);
                    tool.map(|tool| &tool.arguments)
                }
                Kind::Other => None,
            };
            if let Some(text) = text {
                item.text.clone_from(text);
            }
        }
    }

    fn fail(&mut self, problem: &Problem, out: &mut String) {
        let mut response = response(&self.head, "failed", &values(&self.head, &self.items));
        response["error"] = json!({"code": problem.code, "message": problem.message});
        let error =
            json!({"code": problem.code, "message": problem.message, "param": problem.param});
        self.event("error", error, out);
        self.event("response.failed", json!({"response": response}), out);
    }
}
