//! Requests of the Responses API (OpenAI's API reference, 2026-11).

use super::super::{Capabilities, Endpoint, Wire, model_rules, requirements, schema};
use crate::call::{Message, ModelRequest, Part, ResponseFormat, Role, ToolChoice};
use crate::error::CallError;
use serde_json::{Map, Value, json};

/// Returns the body of the request. Nothing is stored at the provider.
///
/// # Errors
/// `Incapable` if the request needs what the model lacks.
pub(super) fn body(
    _endpoint: &Endpoint,
    request: &ModelRequest,
    capabilities: &Capabilities,
) -> Result<Value, CallError> {
    requirements::check(request, capabilities)?;
    let params = model_rules::accepted(Wire::OpenaiResponses, request, capabilities);
    let model = request.model.as_str();
    let mut body = Map::new();
    let mut set = |name: &str, value: Option<Value>| {
        if let Some(value) = value {
            body.insert(name.into(), value);
        }
    };
    set("model", Some(json!(model)));
    set(
        "input",
        Some(request.messages.iter().flat_map(items).collect()),
    );
    set("stream", Some(json!(true)));
    set("store", Some(json!(false)));
    set("temperature", params.temperature.map(Value::from));
    set("top_p", params.top_p.map(Value::from));
    set("max_output_tokens", params.max_tokens.map(Value::from));
    let effort = params.reasoning_effort;
    let effort = effort.map(|effort| model_rules::openai_effort(model, effort));
    set("reasoning", reasoning(effort, model, capabilities));
    let tools: Vec<Value> = request
        .tools
        .iter()
        .map(|tool| {
            json!({
                "type": "function",
                "name": tool.name,
                "description": tool.description,
                "parameters": tool.parameters,
                // Strict is this API's default, and refuses schemas that are not closed.
                "strict": schema::is_strict(&tool.parameters),
            })
        })
        .collect();
    let choice = tool_choice(&request.tool_choice).filter(|_| !tools.is_empty());
    set("tools", (!tools.is_empty()).then_some(Value::Array(tools)));
    set("tool_choice", choice);
    if let ResponseFormat::JsonSchema { name, schema } = &request.response_format {
        set(
            "text",
            Some(json!({"format": {
                "type": "json_schema",
                "name": schema::name(name),
                "schema": schema,
                "strict": schema::is_strict(schema),
            }})),
        );
    }
    Ok(Value::Object(body))
}

/// Returns the reasoning settings: the effort, and a summary to be streamed where the model reasons.
/// Accounts that may not see summaries list `reasoning.summary` among the rejected parameters.
fn reasoning(effort: Option<&str>, model: &str, capabilities: &Capabilities) -> Option<Value> {
    let mut reasoning = Map::new();
    if let Some(effort) = effort {
        reasoning.insert("effort".into(), effort.into());
    }
    let reasons = capabilities.reasoning || model_rules::is_openai_reasoning(model);
    let refused = capabilities
        .rejected_params
        .iter()
        .any(|name| name == "reasoning.summary");
    if reasons && !refused {
        reasoning.insert("summary".into(), "auto".into());
    }
    (!reasoning.is_empty()).then_some(Value::Object(reasoning))
}

/// Returns the input items of one message.
fn items(message: &Message) -> Vec<Value> {
    let role = match message.role {
        Role::System => "system",
        Role::User | Role::Tool => "user",
        Role::Assistant => "assistant",
    };
    let text_type = if message.role == Role::Assistant {
        "output_text"
    } else {
        "input_text"
    };
    let mut items = Vec::new();
    let mut content: Vec<Value> = Vec::new();
    for part in &message.parts {
        match part {
            Part::Text { text } => content.push(json!({"type": text_type, "text": text})),
            Part::Image { media_type, data } => content.push(json!({
                "type": "input_image",
                "image_url": format!("data:{media_type};base64,{data}"),
            })),
            Part::ToolCall {
                id,
                name,
                arguments,
            } => {
                flush(role, &mut content, &mut items);
                items.push(json!({
                    "type": "function_call", "call_id": id, "name": name, "arguments": arguments,
                }));
            }
            Part::ToolResult { tool_call_id, text } => {
                flush(role, &mut content, &mut items);
                items.push(json!({
                    "type": "function_call_output", "call_id": tool_call_id, "output": text,
                }));
            }
        }
    }
    flush(role, &mut content, &mut items);
    items
}

fn flush(role: &str, content: &mut Vec<Value>, items: &mut Vec<Value>) {
    if !content.is_empty() {
        let content = std::mem::take(content);
        items.push(json!({"type": "message", "role": role, "content": content}));
    }
}

/// Returns what is sent for a choice; `None` for the default.
fn tool_choice(choice: &ToolChoice) -> Option<Value> {
    match choice {
        ToolChoice::Auto => None,
        ToolChoice::None => Some("none".into()),
        ToolChoice::Required => Some("required".into()),
        ToolChoice::Tool { name } => Some(json!({"type": "function", "name": name})),
    }
}
