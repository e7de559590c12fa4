//! Requests of OpenAI Chat Completions.

use super::super::asked::Bad;
use super::untranslated::Untranslated;
use super::{Body, fields, of_messages};
use serde_json::Value;
use switchboard_engine::call::{
    Message, ModelRequest, Params, Part, ResponseFormat, Role, ToolChoice,
};

pub(super) fn request(body: &Body, untranslated: &mut Untranslated) -> Result<ModelRequest, Bad> {
    if fields::integer(body, "n")?.is_some_and(|n| n != 1) {
        return Err(Bad::new("n", "`n` must be 1: ask again for another answer"));
    }
    let mut messages = Vec::new();
    for (index, value) in fields::list(body, "messages")?.iter().enumerate() {
        let at = format!("messages.{index}");
        message(fields::item(value, &at)?, &at, &mut messages, untranslated)?;
    }
    let mut request = of_messages(fields::some(messages, "messages")?);
    for (index, value) in fields::list(body, "tools")?.iter().enumerate() {
        let at = format!("tools.{index}");
        let tool = fields::item(value, &at)?;
        match fields::object(tool, "function")? {
            Some(function) => {
                let tool = fields::tool(function, "parameters", &at)?;
                request.tools.push(tool);
            }
            None => untranslated.note(at),
        }
    }
    if fields::given(body, "functions").is_some() {
        untranslated.note("functions");
    }
    request.tool_choice = match fields::given(body, "tool_choice") {
        Some(Value::String(word)) => choice_word(word),
        Some(Value::Object(choice)) => match fields::object(choice, "function")? {
            Some(function) => named(function)?,
            None => ToolChoice::Auto,
        },
        _ => ToolChoice::Auto,
    };
    if let Some(format) = fields::object(body, "response_format")?
        && let Some(schema) = fields::object(format, "json_schema")?
    {
        request.response_format = json_schema(schema)?;
    }
    request.params = Params {
        temperature: fields::number(body, "temperature")?,
        top_p: fields::number(body, "top_p")?,
        max_tokens: match fields::count(body, "max_completion_tokens")? {
            Some(count) => Some(count),
            None => fields::count(body, "max_tokens")?,
        },
        stop: fields::texts(body, "stop")?,
        seed: fields::integer(body, "seed")?,
        reasoning_effort: fields::effort(fields::text(body, "reasoning_effort")?.as_deref()),
    };
    Ok(request)
}

/// Returns what `auto`, `none` and `required` mean.
pub(super) fn choice_word(word: &str) -> ToolChoice {
    match word {
        "none" => ToolChoice::None,
        "required" => ToolChoice::Required,
        _ => ToolChoice::Auto,
    }
}

pub(super) fn named(choice: &Body) -> Result<ToolChoice, Bad> {
    Ok(match fields::text(choice, "name")? {
        Some(name) => ToolChoice::Tool { name },
        None => ToolChoice::Auto,
    })
}

/// Returns the format of an object with `name` and `schema`.
pub(super) fn json_schema(format: &Body) -> Result<ResponseFormat, Bad> {
    Ok(match fields::given(format, "schema") {
        Some(schema) => ResponseFormat::JsonSchema {
            name: fields::text(format, "name")?.unwrap_or_else(|| "answer".into()),
            schema: schema.clone(),
        },
        None => ResponseFormat::Text,
    })
}

fn message(
    body: &Body,
    at: &str,
    out: &mut Vec<Message>,
    untranslated: &mut Untranslated,
) -> Result<(), Bad> {
    let role = fields::text(body, "role")?.unwrap_or_default();
    let mut parts = content(fields::given(body, "content"), at, untranslated)?;
    let role = match role.as_str() {
        "system" | "developer" => Role::System,
        "user" => Role::User,
        "assistant" => {
            for call in fields::list(body, "tool_calls")? {
                let call = fields::item(call, at)?;
                if let Some(function) = fields::object(call, "function")? {
                    parts.push(Part::ToolCall {
                        id: fields::text(call, "id")?.unwrap_or_default(),
                        name: fields::text(function, "name")?.unwrap_or_default(),
                        arguments: fields::text(function, "arguments")?.unwrap_or_default(),
                    });
                } else {
                    parts.push(untranslated.part(format!("{at}.tool_calls"), "tool call"));
                }
            }
            Role::Assistant
        }
        "tool" => {
            let text = joined(&parts);
            parts = vec![Part::ToolResult {
                tool_call_id: fields::text(body, "tool_call_id")?.unwrap_or_default(),
                text,
            }];
            Role::Tool
        }
        other => {
            return Err(Bad::new(
                format!("{at}.role"),
                format!(
                    "`{at}.role` is `{other}`: it must be system, developer, user, assistant or tool"
                ),
            ));
        }
    };
    fields::push(out, role, parts);
    Ok(())
}

/// Returns the text parts joined.
pub(super) fn joined(parts: &[Part]) -> String {
    parts
        .iter()
        .filter_map(|part| match part {
            Part::Text { text } => Some(text.as_str()),
            _ => None,
        })
        .collect()
}

fn content(
    value: Option<&Value>,
    at: &str,
    untranslated: &mut Untranslated,
) -> Result<Vec<Part>, Bad> {
    let at = format!("{at}.content");
    match value {
        None => Ok(Vec::new()),
        Some(Value::String(text)) => Ok(vec![Part::Text { text: text.clone() }]),
        Some(Value::Array(list)) => {
            let mut parts = Vec::new();
            for (index, value) in list.iter().enumerate() {
                let at = format!("{at}.{index}");
                parts.push(part(fields::item(value, &at)?, &at, untranslated)?);
            }
            Ok(parts)
        }
        Some(_) => Err(Bad::new(
            &at,
            format!("`{at}` must be a text or a list of parts"),
        )),
    }
}

fn part(body: &Body, at: &str, untranslated: &mut Untranslated) -> Result<Part, Bad> {
    Ok(match fields::kind(body, at)?.as_str() {
        "text" | "refusal" => Part::Text {
            text: match fields::text(body, "text")? {
                Some(text) => text,
                None => fields::text(body, "refusal")?.unwrap_or_default(),
            },
        },
        "image_url" => {
            let image = fields::object(body, "image_url")?;
            let url = image.map_or(Ok(None), |image| fields::text(image, "url"))?;
            let at = format!("{at}.image_url.url");
            fields::data_url(url.as_deref().unwrap_or_default(), &at, untranslated)
        }
        other => untranslated.part(at, other),
    })
}
