//! Requests of Anthropic Messages.

use super::super::asked::Bad;
use super::chat::{joined, json_schema, named};
use super::untranslated::Untranslated;
use super::{Body, fields, of_messages};
use serde_json::Value;
use switchboard_engine::call::{Message, ModelRequest, Params, Part, Role, ToolChoice};

pub(super) fn request(body: &Body, untranslated: &mut Untranslated) -> Result<ModelRequest, Bad> {
    let mut messages = Vec::new();
    fields::push(
        &mut messages,
        Role::System,
        content(body.get("system"), "system", untranslated)?.0,
    );
    for (index, value) in fields::list(body, "messages")?.iter().enumerate() {
        let at = format!("messages.{index}");
        message(fields::item(value, &at)?, &at, &mut messages, untranslated)?;
    }
    let mut request = of_messages(fields::some(messages, "messages")?);
    for (index, value) in fields::list(body, "tools")?.iter().enumerate() {
        let at = format!("tools.{index}");
        let tool = fields::item(value, &at)?;
        // Tools that the provider runs itself have another type.
        match fields::text(tool, "type")?.as_deref() {
            None | Some("custom") => {
                request.tools.push(fields::tool(tool, "input_schema", &at)?);
            }
            Some(_) => untranslated.note(at),
        }
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

fn message(
    body: &Body,
    at: &str,
    out: &mut Vec<Message>,
    untranslated: &mut Untranslated,
) -> Result<(), Bad> {
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
    let at = format!("{at}.content");
    let (parts, results) = content(fields::given(body, "content"), &at, untranslated)?;
    fields::push(out, Role::Tool, results);
    fields::push(out, role, parts);
    Ok(())
}

/// Returns the parts, and the tool results apart from them.
fn content(
    value: Option<&Value>,
    at: &str,
    untranslated: &mut Untranslated,
) -> Result<(Vec<Part>, Vec<Part>), Bad> {
    let (mut parts, mut results) = (Vec::new(), Vec::new());
    match value {
        None | Some(Value::Null) => {}
        Some(Value::String(text)) => parts.push(Part::Text { text: text.clone() }),
        Some(Value::Array(list)) => {
            for (index, value) in list.iter().enumerate() {
                let at = format!("{at}.{index}");
                match block(fields::item(value, &at)?, &at, untranslated)? {
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
fn block(body: &Body, at: &str, untranslated: &mut Untranslated) -> Result<Option<Part>, Bad> {
    let part = match fields::kind(body, at)?.as_str() {
        "text" => Part::Text {
            text: fields::text(body, "text")?.unwrap_or_default(),
        },
        "thinking" | "redacted_thinking" => return Ok(None),
        "image" => {
            let source = fields::object(body, "source")?;
            let data = source.map_or(Ok(None), |source| fields::text(source, "data"))?;
            let kind = source.map_or(Ok(None), |source| fields::text(source, "media_type"))?;
            match (data, kind) {
                (Some(data), Some(media_type)) => Part::Image { media_type, data },
                _ => untranslated.part(format!("{at}.source"), "image"),
            }
        }
        "tool_use" => Part::ToolCall {
            id: fields::text(body, "id")?.unwrap_or_default(),
            name: fields::text(body, "name")?.unwrap_or_default(),
            arguments: body
                .get("input")
                .map_or_else(|| "{}".into(), Value::to_string),
        },
        "tool_result" => Part::ToolResult {
            tool_call_id: fields::text(body, "tool_use_id")?.unwrap_or_default(),
            text: result_text(body, at, untranslated)?,
        },
        other => untranslated.part(at, other),
    };
    Ok(Some(part))
}

/// Returns the text of a tool's result. Its blocks hold no results: this ends.
fn result_text(body: &Body, at: &str, untranslated: &mut Untranslated) -> Result<String, Bad> {
    let at = format!("{at}.content");
    match fields::given(body, "content") {
        Some(Value::Array(list)) => {
            let mut parts = Vec::new();
            for (index, value) in list.iter().enumerate() {
                let at = format!("{at}.{index}");
                let block = fields::item(value, &at)?;
                parts.push(match fields::kind(block, &at)?.as_str() {
                    "text" => Part::Text {
                        text: fields::text(block, "text")?.unwrap_or_default(),
                    },
                    other => untranslated.part(at, other),
                });
            }
            Ok(joined(&parts))
        }
        Some(Value::String(text)) => Ok(text.clone()),
        None => Ok(String::new()),
        Some(_) => Err(Bad::new(
            &at,
            format!("`{at}` must be a text or a list of blocks"),
        )),
    }
}
