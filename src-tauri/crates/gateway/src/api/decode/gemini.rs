//! Requests of Google Gemini. Field names come in camel case or, from some clients, in snake case.

use super::super::asked::Bad;
use super::untranslated::Untranslated;
use super::{Body, fields, of_messages};
use serde_json::Value;
use switchboard_engine::call::{
    Message, ModelRequest, Params, Part, ResponseFormat, Role, ToolChoice,
};

/// Returns the name of a field as the body has it: camel case, or else snake case.
fn either<'a>(body: &Body, camel: &'a str, snake: &'a str) -> &'a str {
    if body.contains_key(camel) {
        camel
    } else {
        snake
    }
}

pub(super) fn request(body: &Body, untranslated: &mut Untranslated) -> Result<ModelRequest, Bad> {
    let mut messages = Vec::new();
    if let Some(system) = fields::object(
        body,
        either(body, "systemInstruction", "system_instruction"),
    )? {
        let (parts, _) = parts(system, "systemInstruction", untranslated)?;
        fields::push(&mut messages, Role::System, parts);
    }
    for (index, value) in fields::list(body, "contents")?.iter().enumerate() {
        let at = format!("contents.{index}");
        content(fields::item(value, &at)?, &at, &mut messages, untranslated)?;
    }
    let mut request = of_messages(fields::some(messages, "contents")?);
    for (index, value) in fields::list(body, "tools")?.iter().enumerate() {
        let at = format!("tools.{index}");
        let tools = fields::item(value, &at)?;
        let name = either(tools, "functionDeclarations", "function_declarations");
        // The others are run by the provider itself.
        if let Some(other) = tools.keys().find(|key| *key != name) {
            untranslated.note(format!("{at}.{other}"));
        }
        for value in fields::list(tools, name)? {
            let tool = fields::item(value, &at)?;
            let json_schema = either(tool, "parametersJsonSchema", "parameters_json_schema");
            let schema = either(tool, json_schema, "parameters");
            let mut tool = fields::tool(tool, schema, &at)?;
            lower_types(&mut tool.parameters, 0);
            request.tools.push(tool);
        }
    }
    if let Some(config) = fields::object(body, either(body, "toolConfig", "tool_config"))?
        && let Some(calling) = fields::object(
            config,
            either(config, "functionCallingConfig", "function_calling_config"),
        )?
    {
        let names = either(calling, "allowedFunctionNames", "allowed_function_names");
        let names = fields::texts(calling, names)?.unwrap_or_default();
        request.tool_choice = match (fields::text(calling, "mode")?.as_deref(), names.as_slice()) {
            (Some("NONE"), _) => ToolChoice::None,
            (Some("ANY"), [name]) => ToolChoice::Tool { name: name.clone() },
            (Some("ANY"), _) => ToolChoice::Required,
            _ => ToolChoice::Auto,
        };
    }
    if let Some(config) =
        fields::object(body, either(body, "generationConfig", "generation_config"))?
    {
        let field = |camel, snake| either(config, camel, snake);
        let json_schema = field("responseJsonSchema", "response_json_schema");
        let schema = fields::given(config, json_schema)
            .or_else(|| fields::given(config, field("responseSchema", "response_schema")));
        if let Some(schema) = schema {
            let mut schema = schema.clone();
            lower_types(&mut schema, 0);
            request.response_format = ResponseFormat::JsonSchema {
                name: "answer".into(),
                schema,
            };
        }
        request.params = Params {
            temperature: fields::number(config, "temperature")?,
            top_p: fields::number(config, field("topP", "top_p"))?,
            max_tokens: fields::count(config, field("maxOutputTokens", "max_output_tokens"))?,
            stop: fields::texts(config, field("stopSequences", "stop_sequences"))?,
            seed: fields::integer(config, "seed")?,
            reasoning_effort: None,
        };
    }
    Ok(request)
}

/// Writes the types of a Gemini schema (`OBJECT`) as JSON Schema has them (`object`).
fn lower_types(schema: &mut Value, depth: u32) {
    // The parser of the body allows 128 levels.
    if depth > 128 {
        return;
    }
    match schema {
        Value::Object(map) => {
            for (name, value) in map.iter_mut() {
                match value {
                    Value::String(kind) if name == "type" => kind.make_ascii_lowercase(),
                    other => lower_types(other, depth + 1),
                }
            }
        }
        Value::Array(list) => list
            .iter_mut()
            .for_each(|item| lower_types(item, depth + 1)),
        _ => {}
    }
}

fn content(
    body: &Body,
    at: &str,
    out: &mut Vec<Message>,
    untranslated: &mut Untranslated,
) -> Result<(), Bad> {
    let role = match fields::text(body, "role")?.as_deref() {
        None | Some("user" | "function") => Role::User,
        Some("model") => Role::Assistant,
        Some(other) => {
            let field = format!("{at}.role");
            let message = format!("`{field}` is `{other}`: it must be user or model");
            return Err(Bad::new(field, message));
        }
    };
    let (parts, results) = parts(body, at, untranslated)?;
    fields::push(out, Role::Tool, results);
    fields::push(out, role, parts);
    Ok(())
}

/// Returns the parts, and the tool results apart from them. Calls without an id are known by their name.
fn parts(
    body: &Body,
    at: &str,
    untranslated: &mut Untranslated,
) -> Result<(Vec<Part>, Vec<Part>), Bad> {
    let (mut parts, mut results) = (Vec::new(), Vec::new());
    for (index, value) in fields::list(body, "parts")?.iter().enumerate() {
        let at = format!("{at}.parts.{index}");
        let part = fields::item(value, &at)?;
        if fields::flag(part, "thought")? == Some(true) {
            continue;
        }
        if let Some(text) = fields::text(part, "text")? {
            parts.push(Part::Text { text });
        } else if let Some(image) = fields::object(part, either(part, "inlineData", "inline_data"))?
        {
            let kind = fields::text(image, either(image, "mimeType", "mime_type"))?;
            let media_type = kind.unwrap_or_default();
            parts.push(match media_type.starts_with("image/") {
                true => Part::Image {
                    media_type,
                    data: fields::text(image, "data")?.unwrap_or_default(),
                },
                false => untranslated.part(at, &media_type),
            });
        } else if let Some(call) =
            fields::object(part, either(part, "functionCall", "function_call"))?
        {
            let name = fields::text(call, "name")?.unwrap_or_default();
            parts.push(Part::ToolCall {
                id: fields::text(call, "id")?.unwrap_or_else(|| name.clone()),
                name,
                arguments: call
                    .get("args")
                    .map_or_else(|| "{}".into(), Value::to_string),
            });
        } else if let Some(result) =
            fields::object(part, either(part, "functionResponse", "function_response"))?
        {
            let name = fields::text(result, "name")?.unwrap_or_default();
            results.push(Part::ToolResult {
                tool_call_id: fields::text(result, "id")?.unwrap_or(name),
                text: result
                    .get("response")
                    .map_or_else(String::new, Value::to_string),
            });
        } else {
            let kind = part.keys().next().map_or("", String::as_str);
            parts.push(untranslated.part(&at, kind));
        }
    }
    Ok((parts, results))
}
