//! Requests, as each wire format's reference describes them.

use super::{AuthStyle, Capabilities, Endpoint, HttpRequest, Wire, provider};
use crate::call::{
    Message, ModelRequest, Params, Part, ReasoningEffort, ResponseFormat, Role, Tool,
};
use crate::error::{CallError, ErrorKind};
use crate::secret::Secret;
use serde_json::{Value, json};

const WIRES: [Wire; 4] = [
    Wire::OpenaiChat,
    Wire::OpenaiResponses,
    Wire::Anthropic,
    Wire::Gemini,
];

fn send(
    wire: Wire,
    request: &ModelRequest,
    capabilities: &Capabilities,
) -> Result<HttpRequest, CallError> {
    let endpoint = Endpoint {
        wire,
        base_url: "https://h.example".parse().unwrap(),
        auth: AuthStyle::Native,
        headers: Vec::new(),
    };
    provider(wire).encode(
        &endpoint,
        request,
        capabilities,
        Some(&Secret::new("key".into())),
    )
}

fn body(wire: Wire, request: &ModelRequest) -> Value {
    let sent = send(wire, request, &Capabilities::default()).unwrap();
    assert_eq!(sent.headers["content-type"], "application/json");
    assert_eq!(sent.headers["accept"], "text/event-stream");
    serde_json::from_slice(&sent.body).unwrap()
}

fn schema() -> Value {
    json!({"type": "object", "properties": {"a": {"type": "string"}}, "required": ["a"],
        "additionalProperties": false})
}

/// A conversation with everything in it.
fn full(model: &str) -> ModelRequest {
    ModelRequest {
        model: model.into(),
        messages: vec![
            Message::text(Role::System, "Be brief."),
            Message {
                role: Role::User,
                parts: vec![
                    Part::Text {
                        text: "What is this?".into(),
                    },
                    Part::Image {
                        media_type: "image/png".into(),
                        data: "iVBO".into(),
                    },
                ],
            },
            Message {
                role: Role::Assistant,
                parts: vec![
                    Part::Text {
                        text: "I look.".into(),
                    },
                    Part::ToolCall {
                        id: "c1".into(),
                        name: "look".into(),
                        arguments: "{\"a\":\"x\"}".into(),
                    },
                    Part::ToolCall {
                        id: "c2".into(),
                        name: "peek".into(),
                        arguments: String::new(),
                    },
                ],
            },
            Message {
                role: Role::Tool,
                parts: vec![Part::ToolResult {
                    tool_call_id: "c1".into(),
                    text: "a cat".into(),
                }],
            },
            Message {
                role: Role::Tool,
                parts: vec![Part::ToolResult {
                    tool_call_id: "c2".into(),
                    text: "{\"n\":2}".into(),
                }],
            },
            Message::text(Role::User, "So?"),
        ],
        tools: vec![Tool {
            name: "look".into(),
            description: "Looks.".into(),
            parameters: schema(),
        }],
        tool_choice: Default::default(),
        raw: None,
        response_format: ResponseFormat::JsonSchema {
            name: "the answer".into(),
            schema: schema(),
        },
        params: Params {
            temperature: Some(0.5),
            top_p: None,
            max_tokens: Some(2000),
            stop: Some(vec!["END".into()]),
            seed: Some(7),
            reasoning_effort: None,
        },
    }
}

fn plain(model: &str, params: Params) -> ModelRequest {
    ModelRequest {
        model: model.into(),
        messages: vec![Message::text(Role::User, "hi")],
        tools: Vec::new(),
        tool_choice: Default::default(),
        raw: None,
        response_format: ResponseFormat::Text,
        params,
    }
}

#[test]
fn chat_completions_get_everything() {
    assert_eq!(
        body(Wire::OpenaiChat, &full("gpt-4.1")),
        json!({
            "model": "gpt-4.1", "stream": true, "stream_options": {"include_usage": true},
            "messages": [
                {"role": "system", "content": "Be brief."},
                {"role": "user", "content": [{"type": "text", "text": "What is this?"},
                    {"type": "image_url", "image_url": {"url": "data:image/png;base64,iVBO"}}]},
                {"role": "assistant", "content": "I look.", "tool_calls": [
                    {"id": "c1", "type": "function", "function": {"name": "look", "arguments": "{\"a\":\"x\"}"}},
                    {"id": "c2", "type": "function", "function": {"name": "peek", "arguments": ""}}]},
                {"role": "tool", "tool_call_id": "c1", "content": "a cat"},
                {"role": "tool", "tool_call_id": "c2", "content": "{\"n\":2}"},
                {"role": "user", "content": "So?"},
            ],
            "tools": [{"type": "function", "function": {"name": "look", "description": "Looks.", "parameters": schema()}}],
            "response_format": {"type": "json_schema", "json_schema": {"name": "the_answer", "schema": schema(), "strict": true}},
            "temperature": 0.5, "max_tokens": 2000, "stop": ["END"], "seed": 7,
        })
    );
}

#[test]
fn responses_get_items_and_store_nothing() {
    assert_eq!(
        body(Wire::OpenaiResponses, &full("gpt-4.1")),
        json!({
            "model": "gpt-4.1", "stream": true, "store": false,
            "input": [
                {"type": "message", "role": "system", "content": [{"type": "input_text", "text": "Be brief."}]},
                {"type": "message", "role": "user", "content": [{"type": "input_text", "text": "What is this?"},
                    {"type": "input_image", "image_url": "data:image/png;base64,iVBO"}]},
                {"type": "message", "role": "assistant", "content": [{"type": "output_text", "text": "I look."}]},
                {"type": "function_call", "call_id": "c1", "name": "look", "arguments": "{\"a\":\"x\"}"},
                {"type": "function_call", "call_id": "c2", "name": "peek", "arguments": ""},
                {"type": "function_call_output", "call_id": "c1", "output": "a cat"},
                {"type": "function_call_output", "call_id": "c2", "output": "{\"n\":2}"},
                {"type": "message", "role": "user", "content": [{"type": "input_text", "text": "So?"}]},
            ],
            "tools": [{"type": "function", "name": "look", "description": "Looks.", "parameters": schema(), "strict": true}],
            "text": {"format": {"type": "json_schema", "name": "the_answer", "schema": schema(), "strict": true}},
            "temperature": 0.5, "max_output_tokens": 2000,
        })
    );
}

#[test]
fn messages_get_system_apart_and_all_results_in_one_turn() {
    assert_eq!(
        body(Wire::Anthropic, &full("claude-sonnet-4-5")),
        json!({
            "model": "claude-sonnet-4-5", "stream": true, "max_tokens": 2000, "system": "Be brief.",
            "messages": [
                {"role": "user", "content": [{"type": "text", "text": "What is this?"},
                    {"type": "image", "source": {"type": "base64", "media_type": "image/png", "data": "iVBO"}}]},
                {"role": "assistant", "content": [{"type": "text", "text": "I look."},
                    {"type": "tool_use", "id": "c1", "name": "look", "input": {"a": "x"}},
                    {"type": "tool_use", "id": "c2", "name": "peek", "input": {}}]},
                {"role": "user", "content": [
                    {"type": "tool_result", "tool_use_id": "c1", "content": "a cat"},
                    {"type": "tool_result", "tool_use_id": "c2", "content": "{\"n\":2}"},
                    {"type": "text", "text": "So?"}]},
            ],
            "tools": [{"name": "look", "description": "Looks.", "input_schema": schema()}],
            "output_config": {"format": {"type": "json_schema", "schema": schema()}},
            "temperature": 0.5, "stop_sequences": ["END"],
        })
    );
}

#[test]
fn gemini_gets_contents_and_names_the_tools_behind_results() {
    let signature = "skip_thought_signature_validator";
    assert_eq!(
        body(Wire::Gemini, &full("gemini-4-argon")),
        json!({
            "systemInstruction": {"parts": [{"text": "Be brief."}]},
            "contents": [
                {"role": "user", "parts": [{"text": "What is this?"},
                    {"inlineData": {"mimeType": "image/png", "data": "iVBO"}}]},
                {"role": "model", "parts": [{"text": "I look."},
                    {"functionCall": {"id": "c1", "name": "look", "args": {"a": "x"}}, "thoughtSignature": signature},
                    {"functionCall": {"id": "c2", "name": "peek", "args": {}}, "thoughtSignature": signature}]},
                {"role": "user", "parts": [
                    {"functionResponse": {"id": "c1", "name": "look", "response": {"result": "a cat"}}},
                    {"functionResponse": {"id": "c2", "name": "peek", "response": {"n": 2}}},
                    {"text": "So?"}]},
            ],
            "tools": [{"functionDeclarations": [{"name": "look", "description": "Looks.", "parametersJsonSchema": schema()}]}],
            "generationConfig": {"temperature": 0.5, "maxOutputTokens": 2000, "stopSequences": ["END"], "seed": 7,
                "responseMimeType": "application/json", "responseJsonSchema": schema()},
        })
    );
}

#[test]
fn the_output_limit_has_the_name_its_generation_knows() {
    let params = Params {
        max_tokens: Some(9),
        temperature: Some(1.0),
        ..Params::default()
    };
    let newer = body(Wire::OpenaiChat, &plain("gpt-6.1-sol", params.clone()));
    assert_eq!(newer["max_completion_tokens"], 9);
    assert!(newer.get("max_tokens").is_none() && newer.get("temperature").is_none());
    let local = body(Wire::OpenaiChat, &plain("qwen4:8b", params));
    assert_eq!(local["max_tokens"], 9);
    assert_eq!(local["temperature"], 1.0);
}

#[test]
fn a_reasoning_effort_is_said_in_each_providers_words() {
    let request = |model: &str, effort| {
        plain(
            model,
            Params {
                reasoning_effort: Some(effort),
                ..Params::default()
            },
        )
    };
    let chat = body(
        Wire::OpenaiChat,
        &request("gpt-5-mini", ReasoningEffort::Minimal),
    );
    assert_eq!(chat["reasoning_effort"], "minimal");
    let chat = body(
        Wire::OpenaiChat,
        &request("gpt-6.1-sol", ReasoningEffort::Minimal),
    );
    assert_eq!(chat["reasoning_effort"], "low");
    let responses = body(
        Wire::OpenaiResponses,
        &request("gpt-6.1-sol", ReasoningEffort::High),
    );
    assert_eq!(
        responses["reasoning"],
        json!({"effort": "high", "summary": "auto"})
    );
    let adaptive = body(
        Wire::Anthropic,
        &request("claude-opus-5-5", ReasoningEffort::Medium),
    );
    assert_eq!(
        adaptive["thinking"],
        json!({"type": "adaptive", "display": "summarized"})
    );
    assert_eq!(adaptive["output_config"], json!({"effort": "medium"}));
    let budget = body(
        Wire::Anthropic,
        &request("claude-sonnet-4-5", ReasoningEffort::High),
    );
    assert_eq!(budget["max_tokens"], 4096);
    assert_eq!(
        budget["thinking"],
        json!({"type": "enabled", "budget_tokens": 3072})
    );
    let level = body(
        Wire::Gemini,
        &request("gemini-4-argon", ReasoningEffort::Low),
    );
    let thinking = json!({"includeThoughts": true, "thinkingLevel": "low"});
    assert_eq!(level["generationConfig"]["thinkingConfig"], thinking);
    let budget = body(
        Wire::Gemini,
        &request("gemini-2.5-pro", ReasoningEffort::Low),
    );
    let thinking = json!({"includeThoughts": true, "thinkingBudget": 1024});
    assert_eq!(budget["generationConfig"]["thinkingConfig"], thinking);
}

#[test]
fn rejected_parameters_are_not_sent_in_any_format() {
    let params = Params {
        temperature: Some(0.1),
        top_p: Some(0.2),
        stop: Some(vec!["x".into()]),
        seed: Some(3),
        max_tokens: Some(5),
        reasoning_effort: Some(ReasoningEffort::High),
    };
    let names = [
        "temperature",
        "top_p",
        "stop",
        "seed",
        "max_tokens",
        "reasoning_effort",
        "stream_options",
    ];
    let capabilities = Capabilities {
        rejected_params: names.iter().map(|name| (*name).to_owned()).collect(),
        ..Capabilities::default()
    };
    for wire in WIRES {
        let sent = send(wire, &plain("some-model", params.clone()), &capabilities).unwrap();
        let text = String::from_utf8(sent.body.to_vec()).unwrap();
        for word in [
            "temperature",
            "top",
            "stop",
            "seed",
            "effort",
            "thinking",
            "include_usage",
        ] {
            assert!(!text.contains(word), "{wire:?}: {text}");
        }
    }
}

#[test]
fn what_the_model_cannot_do_is_said_before_anything_is_sent() {
    let request = full("m");
    let able = Capabilities::default();
    for wire in WIRES {
        for (capabilities, word) in [
            (
                Capabilities {
                    images: false,
                    ..able.clone()
                },
                "image",
            ),
            (
                Capabilities {
                    tools: false,
                    ..able.clone()
                },
                "tool",
            ),
            (
                Capabilities {
                    json_schema: false,
                    ..able.clone()
                },
                "schema",
            ),
        ] {
            let error = send(wire, &request, &capabilities).unwrap_err();
            assert_eq!(error.kind, ErrorKind::Incapable);
            assert!(
                error.message.contains(word) && error.message.contains("`m`"),
                "{error}"
            );
        }
    }
}

#[test]
fn a_request_does_not_show_its_key_or_prompt_when_debugged() {
    let sent = send(Wire::OpenaiChat, &full("m"), &Capabilities::default()).unwrap();
    assert!(sent.headers["authorization"].is_sensitive());
    let shown = format!("{sent:?}");
    assert!(
        !shown.contains("Bearer") && !shown.contains("brief"),
        "{shown}"
    );
}
