//! Reads fields of a JSON object, saying which one is wrong.

use super::super::asked::Bad;
use super::untranslated::Untranslated;
use serde_json::{Map, Value};
use switchboard_engine::call::{Message, Part, ReasoningEffort, Role, Tool};

type Body = Map<String, Value>;

fn wrong(name: &str, what: &str) -> Bad {
    Bad::new(name, format!("`{name}` must be {what}"))
}

/// Returns a field that is neither missing nor null.
pub(super) fn given<'a>(body: &'a Body, name: &str) -> Option<&'a Value> {
    body.get(name).filter(|value| !value.is_null())
}

pub(super) fn text(body: &Body, name: &str) -> Result<Option<String>, Bad> {
    given(body, name)
        .map(|value| value.as_str().map(str::to_owned))
        .map_or(Ok(None), |text| {
            text.map(Some).ok_or_else(|| wrong(name, "a text"))
        })
}

pub(super) fn flag(body: &Body, name: &str) -> Result<Option<bool>, Bad> {
    given(body, name)
        .map(Value::as_bool)
        .map_or(Ok(None), |flag| {
            flag.map(Some).ok_or_else(|| wrong(name, "true or false"))
        })
}

pub(super) fn number(body: &Body, name: &str) -> Result<Option<f64>, Bad> {
    given(body, name)
        .map(Value::as_f64)
        .map_or(Ok(None), |number| {
            number.map(Some).ok_or_else(|| wrong(name, "a number"))
        })
}

pub(super) fn integer(body: &Body, name: &str) -> Result<Option<i64>, Bad> {
    given(body, name)
        .map(Value::as_i64)
        .map_or(Ok(None), |number| {
            number
                .map(Some)
                .ok_or_else(|| wrong(name, "a whole number"))
        })
}

/// Returns a number of tokens.
pub(super) fn count(body: &Body, name: &str) -> Result<Option<u32>, Bad> {
    integer(body, name)?
        .map(|number| u32::try_from(number).map_err(|_| wrong(name, "a positive whole number")))
        .transpose()
}

/// Returns a list of texts; one text alone counts as a list of it.
pub(super) fn texts(body: &Body, name: &str) -> Result<Option<Vec<String>>, Bad> {
    let all = |list: &Vec<Value>| {
        list.iter()
            .map(|item| item.as_str().map(str::to_owned))
            .collect::<Option<Vec<_>>>()
    };
    match given(body, name) {
        None => Ok(None),
        Some(Value::String(one)) => Ok(Some(vec![one.clone()])),
        Some(Value::Array(list)) => all(list)
            .map(Some)
            .ok_or_else(|| wrong(name, "a list of texts")),
        Some(_) => Err(wrong(name, "a list of texts")),
    }
}

pub(super) fn list<'a>(body: &'a Body, name: &str) -> Result<&'a [Value], Bad> {
    match given(body, name) {
        None => Ok(&[]),
        Some(Value::Array(list)) => Ok(list),
        Some(_) => Err(wrong(name, "a list")),
    }
}

pub(super) fn object<'a>(body: &'a Body, name: &str) -> Result<Option<&'a Body>, Bad> {
    given(body, name)
        .map(Value::as_object)
        .map_or(Ok(None), |found| {
            found.map(Some).ok_or_else(|| wrong(name, "an object"))
        })
}

/// Returns an item of a list as an object.
pub(super) fn item<'a>(value: &'a Value, at: &str) -> Result<&'a Body, Bad> {
    value.as_object().ok_or_else(|| wrong(at, "an object"))
}

/// Returns the image of a `data:` address; the address of an image elsewhere cannot be translated.
pub(super) fn data_url(url: &str, at: &str, untranslated: &mut Untranslated) -> Part {
    let parts = url
        .strip_prefix("data:")
        .and_then(|rest| rest.split_once(";base64,"));
    match parts {
        Some((kind, data)) => Part::Image {
            media_type: kind.split(';').next().unwrap_or(kind).to_owned(),
            data: data.to_owned(),
        },
        None => untranslated.part(at, "image"),
    }
}

pub(super) fn effort(word: Option<&str>) -> Option<ReasoningEffort> {
    match word? {
        "minimal" => Some(ReasoningEffort::Minimal),
        "low" => Some(ReasoningEffort::Low),
        "medium" => Some(ReasoningEffort::Medium),
        "high" => Some(ReasoningEffort::High),
        _ => None,
    }
}

/// Returns the tool of an object with `name`, `description` and its schema under `schema`.
pub(super) fn tool(body: &Body, schema: &str, at: &str) -> Result<Tool, Bad> {
    let field = format!("{at}.name");
    Ok(Tool {
        name: text(body, "name")?.ok_or_else(|| wrong(&field, "the tool's name"))?,
        description: text(body, "description")?.unwrap_or_default(),
        parameters: given(body, schema)
            .cloned()
            .unwrap_or_else(|| serde_json::json!({"type": "object", "properties": {}})),
    })
}

/// Adds a message unless it is empty.
pub(super) fn push(messages: &mut Vec<Message>, role: Role, parts: Vec<Part>) {
    if !parts.is_empty() {
        messages.push(Message { role, parts });
    }
}

/// Returns the kind of a piece of content or an item.
pub(super) fn kind(body: &Body, at: &str) -> Result<String, Bad> {
    let field = format!("{at}.type");
    text(body, "type")?.ok_or_else(|| wrong(&field, "the kind of content, like `text`"))
}

/// Refuses a conversation without a message.
pub(super) fn some(messages: Vec<Message>, name: &str) -> Result<Vec<Message>, Bad> {
    if messages.is_empty() {
        return Err(Bad::new(
            name,
            format!("`{name}` is empty: send at least one message"),
        ));
    }
    Ok(messages)
}
