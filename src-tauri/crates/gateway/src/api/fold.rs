//! The whole answer in a provider's own words, from the events of its stream: for clients of the same API
//! that did not ask for a stream. What this version does not know stays in it.

use super::Api;
use super::answer::Answer;
use serde_json::{Map, Value, json};
use switchboard_app::calls::WireEvent;

type Object = Map<String, Value>;

/// Folds the events; `None` if they do not come to `answer`, which is what the call itself made of them.
pub(super) fn fold(api: Api, events: &[WireEvent], answer: &Answer) -> Option<Value> {
    let chunks = events
        .iter()
        .filter_map(|event| serde_json::from_str::<Value>(&event.data).ok());
    let whole = match api {
        Api::Chat => chat(chunks),
        Api::Anthropic => anthropic(chunks),
        Api::Gemini => gemini(chunks),
        Api::Responses => responses(chunks),
    }?;
    says(api, &whole, answer).then_some(whole)
}

/// Returns whether a whole answer has the text and the tool calls of `answer`.
fn says(api: Api, whole: &Value, answer: &Answer) -> bool {
    let list = |pointer: &str| {
        let list = whole.pointer(pointer).and_then(Value::as_array);
        list.map_or(&[][..], Vec::as_slice)
    };
    let texts = |parts: &[Value]| {
        let text = |part: &Value| part["text"].as_str().map(str::to_owned);
        parts.iter().filter_map(text).collect::<String>()
    };
    let of_type = |items: &[Value], kind: &str| {
        let items = items.iter().filter(|item| item["type"] == kind);
        items.cloned().collect::<Vec<Value>>()
    };
    let (text, tools) = match api {
        Api::Chat => {
            let message = &whole["choices"][0]["message"];
            let text = message["content"].as_str().or(message["refusal"].as_str());
            let tools = list("/choices/0/message/tool_calls").len();
            (text.unwrap_or_default().to_owned(), tools)
        }
        Api::Anthropic => {
            let content = list("/content");
            let tools = of_type(content, "tool_use").len();
            (texts(&of_type(content, "text")), tools)
        }
        Api::Gemini => {
            let parts = list("/candidates/0/content/parts");
            let said = parts.iter().filter(|part| part["thought"] != true);
            let calls = parts.iter().filter(|part| part["functionCall"].is_object());
            (texts(&said.cloned().collect::<Vec<_>>()), calls.count())
        }
        // The provider itself told the whole.
        Api::Responses => return true,
    };
    text == answer.text && tools == answer.tools.len()
}

/// Puts the fields of `new` into `old`, but for nulls and those in `but`.
fn put(old: &mut Object, new: Value, but: &[&str]) {
    let Value::Object(new) = new else { return };
    for (name, value) in new {
        if !value.is_null() && !but.contains(&name.as_str()) {
            old.insert(name, value);
        }
    }
}

/// Joins a text to a field.
fn join(object: &mut Object, name: &str, more: &str) {
    match object.get_mut(name) {
        Some(Value::String(text)) => text.push_str(more),
        _ => {
            object.insert(name.to_owned(), more.into());
        }
    }
}

fn chat(chunks: impl Iterator<Item = Value>) -> Option<Value> {
    let mut whole = Object::new();
    let mut choice = Object::new();
    let mut message = Object::new();
    let mut tools: Vec<Object> = Vec::new();
    for mut chunk in chunks {
        let choices = chunk["choices"].take();
        put(&mut whole, chunk, &["choices"]);
        let Value::Array(choices) = choices else {
            continue;
        };
        let first = choices
            .into_iter()
            .find(|one| one["index"].as_u64().unwrap_or_default() == 0);
        let Some(mut one) = first else { continue };
        let delta = one["delta"].take();
        if let Some(Value::Object(logprobs)) = one.get_mut("logprobs").map(Value::take) {
            add_lists(&mut choice, "logprobs", logprobs);
        }
        put(&mut choice, one, &["delta"]);
        let Value::Object(delta) = delta else {
            continue;
        };
        for (name, value) in delta {
            match value {
                Value::String(text) if is_text(&name) => join(&mut message, &name, &text),
                Value::Array(list) if name == "tool_calls" => {
                    list.into_iter().for_each(|call| tool(&mut tools, call));
                }
                Value::Array(mut list) => match message.get_mut(&name) {
                    Some(Value::Array(old)) => old.append(&mut list),
                    _ => {
                        message.insert(name, list.into());
                    }
                },
                Value::Null => {}
                other => {
                    message.insert(name, other);
                }
            }
        }
    }
    if choice.is_empty() {
        return None;
    }
    whole.insert("object".into(), "chat.completion".into());
    message.entry("role").or_insert_with(|| "assistant".into());
    let has_text = matches!(message.get("content"), Some(Value::String(text)) if !text.is_empty());
    if !tools.is_empty() {
        let calls = tools.into_iter().map(|mut call| {
            call.remove("index");
            Value::Object(call)
        });
        message.insert("tool_calls".into(), calls.collect());
    }
    if !has_text {
        message.insert("content".into(), Value::Null);
    }
    // The whole form always has it; pieces only have it when something is refused.
    message.entry("refusal").or_insert(Value::Null);
    choice.insert("index".into(), 0.into());
    choice.entry("logprobs").or_insert(Value::Null);
    choice.insert("message".into(), message.into());
    whole.insert("choices".into(), json!([choice]));
    Some(whole.into())
}

/// Fields of a chat's delta that come in pieces.
fn is_text(name: &str) -> bool {
    matches!(
        name,
        "content" | "refusal" | "reasoning_content" | "reasoning"
    )
}

/// Appends the lists of `new` to those under `name`.
fn add_lists(object: &mut Object, name: &str, new: Object) {
    let old = object
        .entry(name)
        .or_insert_with(|| Value::Object(Object::new()));
    let Value::Object(old) = old else { return };
    for (name, value) in new {
        match (old.get_mut(&name), value) {
            (Some(Value::Array(list)), Value::Array(mut more)) => list.append(&mut more),
            (_, Value::Null) => {}
            (_, value) => {
                old.insert(name, value);
            }
        }
    }
}

/// Takes in a piece of a chat's tool call.
fn tool(tools: &mut Vec<Object>, piece: Value) {
    let Value::Object(mut piece) = piece else {
        return;
    };
    let index = piece.get("index").cloned();
    let known = tools
        .iter_mut()
        .find(|tool| index.is_some() && tool.get("index") == index.as_ref());
    let Some(known) = known else {
        return tools.push(piece);
    };
    let function = piece.remove("function");
    put(known, piece.into(), &["index"]);
    let Some(Value::Object(function)) = function else {
        return;
    };
    let own = known
        .entry("function")
        .or_insert_with(|| Value::Object(Object::new()));
    let Value::Object(own) = own else { return };
    for (name, value) in function {
        match value {
            Value::String(text) if name == "arguments" => join(own, &name, &text),
            Value::Null => {}
            other => {
                own.insert(name, other);
            }
        }
    }
}

fn anthropic(chunks: impl Iterator<Item = Value>) -> Option<Value> {
    let mut message: Option<Object> = None;
    let mut blocks: Vec<Object> = Vec::new();
    // JSON text of the block that is under way.
    let mut input = String::new();
    for mut chunk in chunks {
        match chunk["type"].as_str().unwrap_or_default() {
            "message_start" => message = chunk["message"].as_object().cloned(),
            "content_block_start" => {
                input.clear();
                blocks.push(
                    chunk["content_block"]
                        .as_object()
                        .cloned()
                        .unwrap_or_default(),
                );
            }
            "content_block_delta" => {
                let block = blocks.last_mut()?;
                let Value::Object(delta) = chunk["delta"].take() else {
                    continue;
                };
                for (name, value) in delta {
                    match (name.as_str(), value) {
                        ("type", _) => {}
                        ("partial_json", Value::String(text)) => input.push_str(&text),
                        ("citation", citation) => {
                            let old = block.get_mut("citations").and_then(Value::as_array_mut);
                            match old {
                                Some(list) => list.push(citation),
                                None => {
                                    block.insert("citations".into(), json!([citation]));
                                }
                            }
                        }
                        (_, Value::String(text)) => join(block, &name, &text),
                        (_, other) => {
                            block.insert(name, other);
                        }
                    }
                }
            }
            "content_block_stop" if !input.is_empty() => {
                let value = serde_json::from_str(&input).ok()?;
                blocks.last_mut()?.insert("input".into(), value);
                input.clear();
            }
            "message_delta" => {
                let message = message.as_mut()?;
                put(message, chunk["delta"].take(), &[]);
                let usage = chunk["usage"].take();
                match message.get_mut("usage") {
                    Some(Value::Object(old)) => put(old, usage, &[]),
                    _ => put(message, json!({"usage": usage}), &[]),
                }
            }
            _ => {}
        }
    }
    let mut message = message?;
    message.insert(
        "content".into(),
        blocks.into_iter().map(Value::Object).collect(),
    );
    Some(message.into())
}

fn gemini(chunks: impl Iterator<Item = Value>) -> Option<Value> {
    let mut whole = Object::new();
    let mut candidate = Object::new();
    let mut content = Object::new();
    let mut parts: Vec<Value> = Vec::new();
    for mut chunk in chunks {
        let candidates = chunk["candidates"].take();
        put(&mut whole, chunk, &["candidates"]);
        let Value::Array(candidates) = candidates else {
            continue;
        };
        let Some(mut one) = candidates.into_iter().next() else {
            continue;
        };
        let mut told = one["content"].take();
        put(&mut candidate, one, &["content"]);
        let Value::Array(more) = told["parts"].take() else {
            continue;
        };
        put(&mut content, told, &["parts"]);
        more.into_iter().for_each(|part| add_part(&mut parts, part));
    }
    if candidate.is_empty() && parts.is_empty() {
        return None;
    }
    // The last piece of a stream is often an empty text.
    if parts.len() > 1 {
        parts.retain(|part| {
            part["text"] != "" || part.as_object().is_none_or(|fields| fields.len() > 1)
        });
    }
    content.insert("parts".into(), parts.into());
    candidate.insert("content".into(), content.into());
    whole.insert("candidates".into(), json!([candidate]));
    Some(whole.into())
}

/// Adds a part; text that goes on with the one before is joined to it.
fn add_part(parts: &mut Vec<Value>, part: Value) {
    let is_plain = |part: &Value| {
        part["text"].is_string()
            && part.as_object().is_some_and(|fields| {
                let known = |name: &String| name == "text" || name == "thought";
                fields.keys().all(known)
            })
    };
    if let Some(Value::Object(last)) = parts.last_mut()
        && is_plain(&part)
        && is_plain(&Value::Object(last.clone()))
        && last.get("thought") == part.get("thought")
    {
        return join(last, "text", part["text"].as_str().unwrap_or_default());
    }
    parts.push(part);
}

/// The last event holds the whole.
fn responses(chunks: impl Iterator<Item = Value>) -> Option<Value> {
    let is_end = |chunk: &Value| {
        matches!(
            chunk["type"].as_str(),
            Some("response.completed" | "response.incomplete")
        )
    };
    let mut last = chunks.filter(is_end).last()?;
    Some(last["response"].take()).filter(Value::is_object)
}
