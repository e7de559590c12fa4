//! Requests of `streamGenerateContent` (Google's Gemini API reference, 2026-11).

use super::super::{Capabilities, Endpoint, Wire, model_rules, requirements};
use crate::call::{Message, ModelRequest, Part, ReasoningEffort, ResponseFormat, Role, ToolChoice};
use crate::error::CallError;
use serde_json::{Map, Value, json};

/// Stands in for a thought signature this program never saw, as Google's guide on thought signatures
/// says to do for function calls taken over from elsewhere (2026-11).
const NO_SIGNATURE: &str = "skip_thought_signature_validator";

/// Returns the body of the request.
///
/// # Errors
/// `Incapable` if the request needs what the model lacks.
pub(super) fn body(
    _endpoint: &Endpoint,
    request: &ModelRequest,
    capabilities: &Capabilities,
) -> Result<Value, CallError> {
    requirements::check(request, capabilities)?;
    let mut body = Map::new();
    body.insert("contents".into(), contents(request));
    let system: Vec<Value> = request
        .messages
        .iter()
        .filter(|message| message.role == Role::System)
        .map(Message::joined_text)
        .filter(|text| !text.is_empty())
        .map(|text| json!({"text": text}))
        .collect();
    if !system.is_empty() {
        body.insert("systemInstruction".into(), json!({"parts": system}));
    }
    let tools: Vec<Value> = request
        .tools
        .iter()
        .map(|tool| {
            json!({
                "name": tool.name,
                "description": tool.description,
                "parametersJsonSchema": tool.parameters,
            })
        })
        .collect();
    if !tools.is_empty() {
        body.insert("tools".into(), json!([{"functionDeclarations": tools}]));
        if let Some(calling) = function_calling(&request.tool_choice) {
            body.insert(
                "toolConfig".into(),
                json!({"functionCallingConfig": calling}),
            );
        }
    }
    let config = generation_config(request, capabilities);
    if !config.is_empty() {
        body.insert("generationConfig".into(), Value::Object(config));
    }
    Ok(Value::Object(body))
}

fn generation_config(request: &ModelRequest, capabilities: &Capabilities) -> Map<String, Value> {
    let params = model_rules::accepted(Wire::Gemini, request, capabilities);
    let mut config = Map::new();
    let mut set = |name: &str, value: Option<Value>| {
        if let Some(value) = value {
            config.insert(name.into(), value);
        }
    };
    set("temperature", params.temperature.map(Value::from));
    set("topP", params.top_p.map(Value::from));
    set("maxOutputTokens", params.max_tokens.map(Value::from));
    set("stopSequences", params.stop.map(Value::from));
    set("seed", params.seed.map(Value::from));
    if let ResponseFormat::JsonSchema { schema, .. } = &request.response_format {
        set("responseMimeType", Some(json!("application/json")));
        set("responseJsonSchema", Some(schema.clone()));
    }
    set(
        "thinkingConfig",
        thinking(params.reasoning_effort, request, capabilities),
    );
    config
}

/// Returns the thinking settings: a level for Gemini 3 and later, a budget before. Thoughts are asked
/// for where the model is known to think.
fn thinking(
    effort: Option<ReasoningEffort>,
    request: &ModelRequest,
    capabilities: &Capabilities,
) -> Option<Value> {
    if effort.is_none() && !capabilities.reasoning {
        return None;
    }
    let mut config = Map::new();
    config.insert("includeThoughts".into(), json!(true));
    let levels =
        model_rules::gemini_version(&request.model).is_none_or(|version| version >= (3, 0));
    if let Some(effort) = effort {
        let (level, budget) = match effort {
            ReasoningEffort::Minimal => ("minimal", 512),
            ReasoningEffort::Low => ("low", 1024),
            ReasoningEffort::Medium => ("medium", 8192),
            ReasoningEffort::High => ("high", 24576),
        };
        if levels {
            config.insert("thinkingLevel".into(), json!(level));
        } else {
            config.insert("thinkingBudget".into(), json!(budget));
        }
    }
    Some(Value::Object(config))
}

fn contents(request: &ModelRequest) -> Value {
    let signs = model_rules::gemini_version(&request.model).is_none_or(|version| version >= (3, 0));
    let mut turns: Vec<(&str, Vec<Value>)> = Vec::new();
    for message in &request.messages {
        let role = match message.role {
            Role::System => continue,
            Role::User | Role::Tool => "user",
            Role::Assistant => "model",
        };
        let parts = message
            .parts
            .iter()
            .filter_map(|part| wire_part(part, request, signs));
        match turns.last_mut() {
            Some((last, content)) if *last == role => content.extend(parts),
            _ => turns.push((role, parts.collect())),
        }
    }
    turns
        .into_iter()
        .filter(|(_, parts)| !parts.is_empty())
        .map(|(role, parts)| json!({"role": role, "parts": parts}))
        .collect()
}

fn wire_part(part: &Part, request: &ModelRequest, signs: bool) -> Option<Value> {
    Some(match part {
        Part::Text { text } if text.is_empty() => return None,
        Part::Text { text } => json!({"text": text}),
        Part::Image { media_type, data } => {
            json!({"inlineData": {"mimeType": media_type, "data": data}})
        }
        Part::ToolCall {
            id,
            name,
            arguments,
        } => {
            let args = match serde_json::from_str(arguments) {
                Ok(Value::Object(map)) => Value::Object(map),
                _ if arguments.trim().is_empty() => json!({}),
                _ => json!({"arguments": arguments}),
            };
            let mut call = json!({"functionCall": {"id": id, "name": name, "args": args}});
            if signs {
                call["thoughtSignature"] = NO_SIGNATURE.into();
            }
            call
        }
        Part::ToolResult { tool_call_id, text } => {
            let response = match serde_json::from_str(text) {
                Ok(Value::Object(map)) => Value::Object(map),
                _ => json!({"result": text}),
            };
            let name = tool_name(request, tool_call_id);
            json!({"functionResponse": {"id": tool_call_id, "name": name, "response": response}})
        }
    })
}

/// Returns the name of the tool behind a result, which this API requires; the id if no call has it.
fn tool_name<'a>(request: &'a ModelRequest, tool_call_id: &'a str) -> &'a str {
    request
        .messages
        .iter()
        .flat_map(|message| &message.parts)
        .find_map(|part| match part {
            Part::ToolCall { id, name, .. } if id == tool_call_id => Some(name.as_str()),
            _ => None,
        })
        .unwrap_or(tool_call_id)
}

/// Returns what is sent for a choice of tools; `None` for the default.
fn function_calling(choice: &ToolChoice) -> Option<Value> {
    match choice {
        ToolChoice::Auto => None,
        ToolChoice::None => Some(json!({"mode": "NONE"})),
        ToolChoice::Required => Some(json!({"mode": "ANY"})),
        ToolChoice::Tool { name } => Some(json!({"mode": "ANY", "allowedFunctionNames": [name]})),
    }
}
