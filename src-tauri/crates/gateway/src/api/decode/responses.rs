//! Requests of OpenAI Responses.

use super::super::asked::Bad;
use super::chat::{choice_word, json_schema, named};
use super::untranslated::Untranslated;
use super::{Body, fields, of_messages};
use serde_json::Value;
use switchboard_engine::call::{Message, ModelRequest, Params, Part, Role, ToolChoice};

pub(super) fn request(body: &Body, untranslated: &mut Untranslated) -> Result<ModelRequest, Bad> {
    // What only the provider itself keeps.
    for name in ["previous_response_id", "conversation", "prompt"] {
        if fields::given(body, name).is_some() {
            untranslated.note(name);
        }
    }
    let mut messages = Vec::new();
    if let Some(text) = fields::text(body, "instructions")? {
        messages.push(Message::text(Role::System, text));
    }
    match fields::given(body, "input") {
        Some(Value::String(text)) => messages.push(Message::text(Role::User, text)),
        _ => {
            for (index, value) in fields::list(body, "input")?.iter().enumerate() {
                let at = format!("input.{index}");
                item(fields::item(value, &at)?, &at, &mut messages, untranslated)?;
            }
        }
    }
    if messages.is_empty() && untranslated.0.is_some() {
        messages.push(Message::text(Role::User, "[kept by the provider]"));
    }
    let mut request = of_messages(fields::some(messages, "input")?);
    for (index, value) in fields::list(body, "tools")?.iter().enumerate() {
        let at = format!("tools.{index}");
        let tool = fields::item(value, &at)?;
        // The others are run by the provider itself.
        match fields::kind(tool, &at)?.as_str() {
            "function" => request.tools.push(fields::tool(tool, "parameters", &at)?),
            _ => untranslated.note(at),
        }
    }
    request.tool_choice = match fields::given(body, "tool_choice") {
        Some(Value::String(word)) => choice_word(word),
        Some(Value::Object(choice)) => named(choice)?,
        _ => ToolChoice::Auto,
    };
    let text = fields::object(body, "text")?;
    if let Some(format) = text.map_or(Ok(None), |text| fields::object(text, "format"))? {
        request.response_format = json_schema(format)?;
    }
    let reasoning = fields::object(body, "reasoning")?;
    let effort = reasoning.map_or(Ok(None), |reasoning| fields::text(reasoning, "effort"))?;
    request.params = Params {
        temperature: fields::number(body, "temperature")?,
        top_p: fields::number(body, "top_p")?,
        max_tokens: fields::count(body, "max_output_tokens")?,
        stop: None,
        seed: None,
        reasoning_effort: fields::effort(effort.as_deref()),
    };
    Ok(request)
}

fn item(
    body: &Body,
    at: &str,
    out: &mut Vec<Message>,
    untranslated: &mut Untranslated,
) -> Result<(), Bad> {
    match fields::text(body, "type")?.as_deref() {
        None | Some("message") => {}
        Some("function_call") => {
            let call = Part::ToolCall {
                id: fields::text(body, "call_id")?.unwrap_or_default(),
                name: fields::text(body, "name")?.unwrap_or_default(),
                arguments: fields::text(body, "arguments")?.unwrap_or_default(),
            };
            fields::push(out, Role::Assistant, vec![call]);
            return Ok(());
        }
        Some("function_call_output") => {
            let result = Part::ToolResult {
                tool_call_id: fields::text(body, "call_id")?.unwrap_or_default(),
                text: match fields::given(body, "output") {
                    Some(Value::String(text)) => text.clone(),
                    Some(other) => other.to_string(),
                    None => String::new(),
                },
            };
            fields::push(out, Role::Tool, vec![result]);
            return Ok(());
        }
        // Only its own maker can read it.
        Some("reasoning") => return Ok(()),
        Some(other) => {
            let part = untranslated.part(at, other);
            fields::push(out, Role::User, vec![part]);
            return Ok(());
        }
    }
    let role = match fields::text(body, "role")?.as_deref() {
        Some("system" | "developer") => Role::System,
        Some("user") => Role::User,
        Some("assistant") => Role::Assistant,
        other => {
            let field = format!("{at}.role");
            let message = format!(
                "`{field}` is `{}`: it must be system, developer, user or assistant",
                other.unwrap_or_default()
            );
            return Err(Bad::new(field, message));
        }
    };
    if let Some(Value::String(text)) = fields::given(body, "content") {
        out.push(Message::text(role, text));
        return Ok(());
    }
    let mut parts = Vec::new();
    for (index, value) in fields::list(body, "content")?.iter().enumerate() {
        let at = format!("{at}.content.{index}");
        let part = fields::item(value, &at)?;
        parts.push(match fields::kind(part, &at)?.as_str() {
            "input_text" | "output_text" | "text" | "refusal" => Part::Text {
                text: match fields::text(part, "text")? {
                    Some(text) => text,
                    None => fields::text(part, "refusal")?.unwrap_or_default(),
                },
            },
            "input_image" => {
                let url = fields::text(part, "image_url")?.unwrap_or_default();
                fields::data_url(&url, &format!("{at}.image_url"), untranslated)
            }
            other => untranslated.part(at, other),
        });
    }
    fields::push(out, role, parts);
    Ok(())
}
