//! Requests of the Messages API (Anthropic's API reference, 2026-11).

use super::super::{Capabilities, Endpoint, Wire, model_rules, requirements, schema};
use crate::call::{ModelRequest, Part, ReasoningEffort, ResponseFormat, Role, ToolChoice};
use crate::error::CallError;
use serde_json::{Map, Value, json};

/// The output limit sent when neither request nor model names one; the API requires a limit.
const DEFAULT_MAX_TOKENS: u32 = 4096;

/// Smallest thinking budget the API takes.
const LEAST_BUDGET: u32 = 1024;

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
    let params = model_rules::accepted(Wire::Anthropic, request, capabilities);
    let max_tokens = params
        .max_tokens
        .or(capabilities.max_output_tokens)
        .unwrap_or(DEFAULT_MAX_TOKENS)
        .max(1);
    let mut body = Map::new();
    let mut set = |name: &str, value: Option<Value>| {
        if let Some(value) = value {
            body.insert(name.into(), value);
        }
    };
    set("model", Some(json!(request.model)));
    set("max_tokens", Some(json!(max_tokens)));
    set("stream", Some(json!(true)));
    let system: Vec<String> = request
        .messages
        .iter()
        .filter(|message| message.role == Role::System)
        .map(crate::call::Message::joined_text)
        .filter(|text| !text.is_empty())
        .collect();
    set(
        "system",
        (!system.is_empty()).then(|| system.join("\n\n").into()),
    );
    set("messages", Some(messages(request)));
    set("temperature", params.temperature.map(Value::from));
    set("top_p", params.top_p.map(Value::from));
    set("stop_sequences", params.stop.map(Value::from));
    let tools: Vec<Value> = request
        .tools
        .iter()
        .map(|tool| {
            json!({
                "name": tool.name, "description": tool.description, "input_schema": tool.parameters,
            })
        })
        .collect();
    let choice = tool_choice(&request.tool_choice).filter(|_| !tools.is_empty());
    set("tools", (!tools.is_empty()).then_some(Value::Array(tools)));
    set("tool_choice", choice);

    let mut output_config = Map::new();
    if let ResponseFormat::JsonSchema { schema, .. } = &request.response_format {
        let format = json!({"type": "json_schema", "schema": schema::closed(schema)});
        output_config.insert("format".into(), format);
    }
    if let Some(effort) = params.reasoning_effort {
        if is_adaptive(&request.model) {
            output_config.insert("effort".into(), effort_name(effort).into());
            set(
                "thinking",
                Some(json!({"type": "adaptive", "display": "summarized"})),
            );
        } else {
            set("thinking", budget(effort, max_tokens, request));
        }
    }
    set(
        "output_config",
        (!output_config.is_empty()).then_some(Value::Object(output_config)),
    );
    Ok(Value::Object(body))
}

/// Returns whether the model thinks by effort: Claude 4.6 and later. Earlier ones, and the models of
/// other vendors behind this API, take a budget, which later ones refuse.
fn is_adaptive(model: &str) -> bool {
    model_rules::claude_version(model).is_some_and(|version| version >= (4, 6))
}

fn effort_name(effort: ReasoningEffort) -> &'static str {
    match effort {
        ReasoningEffort::Minimal | ReasoningEffort::Low => "low",
        ReasoningEffort::Medium => "medium",
        ReasoningEffort::High => "high",
    }
}

/// Returns a thinking budget that leaves a quarter of the output for the answer, or `None` where none
/// fits, or where the conversation holds tool calls: those would need the thinking they came with.
fn budget(effort: ReasoningEffort, max_tokens: u32, request: &ModelRequest) -> Option<Value> {
    let wanted = match effort {
        ReasoningEffort::Minimal => LEAST_BUDGET,
        ReasoningEffort::Low => 4096,
        ReasoningEffort::Medium => 8192,
        ReasoningEffort::High => 16384,
    };
    let budget = wanted.min(max_tokens - max_tokens / 4);
    let called = request.messages.iter().any(|message| {
        message
            .parts
            .iter()
            .any(|part| matches!(part, Part::ToolCall { .. }))
    });
    (budget >= LEAST_BUDGET && budget < max_tokens && !called)
        .then(|| json!({"type": "enabled", "budget_tokens": budget}))
}

/// Returns the turns. Results of tools go back as the user; turns of one role in a row are joined, for
/// all results of parallel tool calls must stand in one turn.
fn messages(request: &ModelRequest) -> Value {
    let mut turns: Vec<(&str, Vec<Value>)> = Vec::new();
    for message in &request.messages {
        let role = match message.role {
            Role::System => continue,
            Role::User | Role::Tool => "user",
            Role::Assistant => "assistant",
        };
        let blocks = message.parts.iter().filter_map(block);
        match turns.last_mut() {
            Some((last, content)) if *last == role => content.extend(blocks),
            _ => turns.push((role, blocks.collect())),
        }
    }
    turns
        .into_iter()
        .filter(|(_, content)| !content.is_empty())
        .map(|(role, mut content)| {
            // Results of tools must come first in their turn.
            content.sort_by_key(|block| block["type"] != "tool_result");
            json!({"role": role, "content": content})
        })
        .collect()
}

/// Returns the content block of one part; the API refuses empty text.
fn block(part: &Part) -> Option<Value> {
    Some(match part {
        Part::Text { text } if text.is_empty() => return None,
        Part::Text { text } => json!({"type": "text", "text": text}),
        Part::Image { media_type, data } => json!({
            "type": "image",
            "source": {"type": "base64", "media_type": media_type, "data": data},
        }),
        Part::ToolCall {
            id,
            name,
            arguments,
        } => {
            json!({"type": "tool_use", "id": id, "name": name, "input": input(arguments)})
        }
        Part::ToolResult { tool_call_id, text } => {
            json!({"type": "tool_result", "tool_use_id": tool_call_id, "content": text})
        }
    })
}

/// Returns arguments as the object the API requires; text that is no object is kept under a name.
fn input(arguments: &str) -> Value {
    match serde_json::from_str(arguments) {
        Ok(Value::Object(map)) => Value::Object(map),
        _ if arguments.trim().is_empty() => json!({}),
        _ => json!({"arguments": arguments}),
    }
}

/// Returns what is sent for a choice; `None` for the default.
fn tool_choice(choice: &ToolChoice) -> Option<Value> {
    match choice {
        ToolChoice::Auto => None,
        ToolChoice::None => Some(json!({"type": "none"})),
        ToolChoice::Required => Some(json!({"type": "any"})),
        ToolChoice::Tool { name } => Some(json!({"type": "tool", "name": name})),
    }
}
