//! Requests of Chat Completions (OpenAI's API reference, 2026-11).

use super::super::{Capabilities, Endpoint, Wire, model_rules, requirements, schema};
use crate::call::{Message, ModelRequest, Part, ResponseFormat, Role, ToolChoice};
use crate::error::CallError;
use serde_json::{Map, Value, json};

/// Returns the body of the request.
///
/// # Errors
/// `Incapable` if the request needs what the model lacks.
pub(super) fn body(
    endpoint: &Endpoint,
    request: &ModelRequest,
    capabilities: &Capabilities,
) -> Result<Value, CallError> {
    requirements::check(request, capabilities)?;
    let params = model_rules::accepted(Wire::OpenaiChat, request, capabilities);
    let model = request.model.as_str();
    let mut body = Map::new();
    let mut set = |name: &str, value: Option<Value>| {
        if let Some(value) = value {
            body.insert(name.into(), value);
        }
    };
    set("model", Some(json!(model)));
    set(
        "messages",
        Some(request.messages.iter().flat_map(messages).collect()),
    );
    set("stream", Some(json!(true)));
    // Servers that know no stream options list it among the rejected parameters.
    let usage = !capabilities
        .rejected_params
        .iter()
        .any(|name| name == "stream_options");
    set(
        "stream_options",
        usage.then(|| json!({"include_usage": true})),
    );
    set("temperature", params.temperature.map(Value::from));
    set("top_p", params.top_p.map(Value::from));
    let is_openai = endpoint.base_url.host_str() == Some("api.openai.com");
    let limit = if is_openai || model_rules::uses_max_completion_tokens(model) {
        "max_completion_tokens"
    } else {
        "max_tokens"
    };
    set(limit, params.max_tokens.map(Value::from));
    set("stop", params.stop.map(Value::from));
    set("seed", params.seed.map(Value::from));
    let effort = params.reasoning_effort;
    set(
        "reasoning_effort",
        effort.map(|effort| model_rules::openai_effort(model, effort).into()),
    );
    let tools: Vec<Value> = request.tools.iter().map(|tool| json!({
        "type": "function",
        "function": {"name": tool.name, "description": tool.description, "parameters": tool.parameters},
    })).collect();
    let choice = tool_choice(&request.tool_choice).filter(|_| !tools.is_empty());
    set("tools", (!tools.is_empty()).then_some(Value::Array(tools)));
    set("tool_choice", choice);
    if let ResponseFormat::JsonSchema { name, schema } = &request.response_format {
        set(
            "response_format",
            Some(json!({
                "type": "json_schema",
                "json_schema": {
                    "name": schema::name(name), "schema": schema, "strict": schema::is_strict(schema),
                },
            })),
        );
    }
    Ok(Value::Object(body))
}

/// Returns the wire messages of one message: its tool results each become a message of their own.
fn messages(message: &Message) -> Vec<Value> {
    let mut out: Vec<Value> = message
        .parts
        .iter()
        .filter_map(|part| match part {
            Part::ToolResult { tool_call_id, text } => {
                Some(json!({"role": "tool", "tool_call_id": tool_call_id, "content": text}))
            }
            Part::Text { .. } | Part::Image { .. } | Part::ToolCall { .. } => None,
        })
        .collect();
    let role = match message.role {
        Role::System => "system",
        Role::User => "user",
        Role::Assistant => return [out, assistant(message)].concat(),
        Role::Tool => return out,
    };
    let has_image = message
        .parts
        .iter()
        .any(|part| matches!(part, Part::Image { .. }));
    if has_image {
        let content: Vec<Value> = message.parts.iter().filter_map(content_part).collect();
        out.push(json!({"role": role, "content": content}));
    } else if out.is_empty()
        || message
            .parts
            .iter()
            .any(|part| matches!(part, Part::Text { .. }))
    {
        out.push(json!({"role": role, "content": message.joined_text()}));
    }
    out
}

fn assistant(message: &Message) -> Vec<Value> {
    let calls: Vec<Value> = message
        .parts
        .iter()
        .filter_map(|part| match part {
            Part::ToolCall {
                id,
                name,
                arguments,
            } => Some(json!({
                "id": id,
                "type": "function",
                "function": {"name": name, "arguments": arguments},
            })),
            Part::Text { .. } | Part::Image { .. } | Part::ToolResult { .. } => None,
        })
        .collect();
    let text = message.joined_text();
    let mut wire = json!({"role": "assistant"});
    wire["content"] = if text.is_empty() && !calls.is_empty() {
        Value::Null
    } else {
        text.into()
    };
    if !calls.is_empty() {
        wire["tool_calls"] = Value::Array(calls);
    }
    vec![wire]
}

fn content_part(part: &Part) -> Option<Value> {
    match part {
        Part::Text { text } => Some(json!({"type": "text", "text": text})),
        Part::Image { media_type, data } => Some(json!({
            "type": "image_url",
            "image_url": {"url": format!("data:{media_type};base64,{data}")},
        })),
        Part::ToolCall { .. } | Part::ToolResult { .. } => None,
    }
}

/// Returns what is sent for a choice; `None` for the default.
fn tool_choice(choice: &ToolChoice) -> Option<Value> {
    match choice {
        ToolChoice::Auto => None,
        ToolChoice::None => Some("none".into()),
        ToolChoice::Required => Some("required".into()),
        ToolChoice::Tool { name } => Some(json!({"type": "function", "function": {"name": name}})),
    }
}
