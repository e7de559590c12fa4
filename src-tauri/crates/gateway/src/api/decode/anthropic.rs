//! Requests of Anthropic Messages.

use super::super::asked::Bad;
use super::chat::{joined, json_schema, named, unknown_part};
use super::{Body, fields, of_messages};
use serde_json::Value;
use switchboard_engine::call::{Message, ModelRequest, Params, Part, Role, ToolChoice};

pub(super) fn request(body: &Body) -> Result<ModelRequest, Bad> {
    let mut messages = Vec::new();
    fields::push(
        &mut messages,
        Role::System,
        content(body.get("system"), "system")?.0,
    );
    for (index, value) in fields::list(body, "messages")?.iter().enumerate() {
        let at = format!("messages.{index}");
        message(fields::item(value, &at)?, &at, &mut messages)?;
    }
    let mut request = of_messages(fields::some(messages, "messages")?);
    for (index, value) in fields::list(body, "tools")?.iter().enumerate() {
        let at = format!("tools.{index}");
        let tool = fields::tool(fields::item(value, &at)?, "input_schema", &at)?;
        request.tools.push(tool);
    }
    if let Some(choice) = fields::object(body, "tool_choice")? {
        request.tool_choice = match fields::text(choice, "type")?.as_deref() {
            Some("none") => ToolChoice::None,
            Some("any") => ToolChoice::Required,
            Some("tool") => named(choice)?,
            _ => ToolChoice::Auto,
        };
    }
    let output = fields::object(body, "output_config")?;
    if let Some(format) = output.map_or(Ok(None), |output| fields::object(output, "format"))? {
        request.response_format = json_schema(format)?;
    }
    request.params = Params {
        temperature: fields::number(body, "temperature")?,
        top_p: fields::number(body, "top_p")?,
        max_tokens: fields::count(body, "max_tokens")?,
        stop: fields::texts(body, "stop_sequences")?,
        seed: None,
        reasoning_effort: None,
    };
    Ok(request)
}

fn message(body: &Body, at: &str, out: &mut Vec<Message>) -> Result<(), Bad> {
    let role = match fields::text(body, "role")?.as_deref() {
        Some("user") => Role::User,
        Some("assistant") => Role::Assistant,
        Some("system") => Role::System,
        other => {
            let other = other.unwrap_or_default();
            return Err(Bad::new(
                format!("{at}.role"),
                format!("`{at}.role` is `{other}`: it must be user or assistant"),
            ));
        }
    };
    let (parts, results) = content(fields::given(body, "content"), &format!("{at}.content"))?;
    fields::push(out, Role::Tool, results);
    fields::push(out, role, parts);
    Ok(())
}

/// Returns the parts, and the tool results apart from them.
fn content(value: Option<&Value>, at: &str) -> Result<(Vec<Part>, Vec<Part>), Bad> {
    let (mut parts, mut results) = (Vec::new(), Vec::new());
    match value {
        None | Some(Value::Null) => {}
        Some(Value::String(text)) => parts.push(Part::Text { text: text.clone() }),
        Some(Value::Array(list)) => {
            for (index, value) in list.iter().enumerate() {
                let at = format!("{at}.{index}");
                match block(fields::item(value, &at)?, &at)? {
                    Some(result @ Part::ToolResult { .. }) => results.push(result),
                    Some(part) => parts.push(part),
                    None => {}
                }
            }
        }
        Some(_) => {
            return Err(Bad::new(
                at,
                format!("`{at}` must be a text or a list of blocks"),
            ));
        }
    }
    Ok((parts, results))
}

/// Returns a block's part; `None` for earlier thinking, which only its own maker can read.
fn block(body: &Body, at: &str) -> Result<Option<Part>, Bad> {
    let part = match fields::text(body, "type")?.as_deref() {
        Some("text") => Part::Text {
            text: fields::text(body, "text")?.unwrap_or_default(),
        },
        Some("thinking" | "redacted_thinking") => return Ok(None),
        Some("image") => {
            let source = fields::object(body, "source")?;
            let data = source.map_or(Ok(None), |source| fields::text(source, "data"))?;
            let kind = source.map_or(Ok(None), |source| fields::text(source, "media_type"))?;
            let (Some(data), Some(media_type)) = (data, kind) else {
                let field = format!("{at}.source");
                let message = format!(
                    "`{field}` must be base64 data: send the image itself, not its address"
                );
                return Err(Bad::new(field, message));
            };
            Part::Image { media_type, data }
        }
        Some("tool_use") => Part::ToolCall {
            id: fields::text(body, "id")?.unwrap_or_default(),
            name: fields::text(body, "name")?.unwrap_or_default(),
            arguments: body
                .get("input")
                .map_or_else(|| "{}".into(), Value::to_string),
        },
        Some("tool_result") => Part::ToolResult {
            tool_call_id: fields::text(body, "tool_use_id")?.unwrap_or_default(),
            text: match fields::given(body, "content") {
                Some(Value::Array(list)) => {
                    // A result's blocks hold no results: this ends.
                    let mut parts = Vec::new();
                    for value in list {
                        if let Some(text) = value.get("text").and_then(Value::as_str) {
                            parts.push(Part::Text {
                                text: text.to_owned(),
                            });
                        }
                    }
                    joined(&parts)
                }
                Some(Value::String(text)) => text.clone(),
                _ => String::new(),
            },
        },
        other => return Err(unknown_part(other, at)),
    };
    Ok(Some(part))
}
