//! Google Gemini `generateContent` and `streamGenerateContent?alt=sse`. The stream has no end mark:
//! the last chunk carries `finishReason`.

use super::errors::Trouble;
use super::{Encoder, Head, data};
use crate::answer::{Answer, Finish, Tokens, ToolCall};
use crate::ask::{Ask, BadRequest, JsonWanted, content_text, texts};
use serde_json::{Value, json};

/// Reads a request; the caller fills in `model` and `stream` from the path.
pub(crate) fn read(body: &Value) -> Result<Ask, BadRequest> {
    let mut ask = Ask {
        include_usage: true,
        ..Ask::default()
    };
    for name in ["systemInstruction", "system_instruction"] {
        if let Some(system) = body.get(name) {
            let text = content_text(system.get("parts"), &mut ask);
            ask.hear("system", &text);
        }
    }
    let contents = body
        .get("contents")
        .and_then(Value::as_array)
        .filter(|contents| !contents.is_empty())
        .ok_or_else(|| {
            BadRequest::new(
                "contents",
                "* GenerateContentRequest.contents: contents is not specified",
            )
        })?;
    for content in contents {
        let role = match content.get("role").and_then(Value::as_str) {
            Some("model") => "assistant",
            Some("user" | "function") | None => "user",
            Some(_) => {
                return Err(BadRequest::new(
                    "contents",
                    "Please use a valid role: user, model.",
                ));
            }
        };
        let parts = content.get("parts").and_then(Value::as_array);
        let response = parts
            .into_iter()
            .flatten()
            .find_map(|part| part.get("functionResponse"));
        if let Some(response) = response {
            let text = response
                .get("response")
                .map(Value::to_string)
                .unwrap_or_default();
            ask.hear("tool", &text);
        } else {
            let text = content_text(content.get("parts"), &mut ask);
            ask.hear(role, &text);
        }
    }
    for tool in body
        .get("tools")
        .and_then(Value::as_array)
        .into_iter()
        .flatten()
    {
        let declared = tool
            .get("functionDeclarations")
            .or_else(|| tool.get("function_declarations"));
        for function in declared.and_then(Value::as_array).into_iter().flatten() {
            let names = [
                "parametersJsonSchema",
                "parameters_json_schema",
                "parameters",
            ];
            let parameters = names.iter().find_map(|name| function.get(*name));
            ask.offer(function.get("name"), parameters);
        }
    }
    if let Some(config) = body.get("generationConfig") {
        if config.get("responseMimeType") == Some(&json!("application/json")) {
            let schema = ["responseJsonSchema", "responseSchema"]
                .iter()
                .find_map(|name| config.get(*name))
                .cloned();
            ask.json = Some(JsonWanted { schema });
        }
        ask.max_tokens = config.get("maxOutputTokens").and_then(Value::as_u64);
        ask.stop = texts(config.get("stopSequences"));
        ask.seed = config.get("seed").and_then(Value::as_i64);
    }
    Ok(ask)
}

fn finish_word(finish: Finish) -> &'static str {
    match finish {
        Finish::Stop | Finish::ToolCalls => "STOP",
        Finish::Length => "MAX_TOKENS",
        Finish::Filtered => "SAFETY",
    }
}

/// Gemini counts cached tokens inside the prompt and thoughts beside the candidates.
fn usage_value(usage: Tokens) -> Value {
    let mut value = json!({
        "promptTokenCount": usage.input,
        "candidatesTokenCount": usage.visible,
        "totalTokenCount": usage.input + usage.visible + usage.reasoning,
        "promptTokensDetails": [{ "modality": "TEXT", "tokenCount": usage.input }],
    });
    if usage.reasoning > 0 {
        value["thoughtsTokenCount"] = json!(usage.reasoning);
    }
    if usage.cached > 0 {
        value["cachedContentTokenCount"] = json!(usage.cached);
    }
    value
}

fn chunk(head: &Head, parts: Value, finish: Option<Finish>, usage: Tokens) -> Value {
    let mut candidate = json!({ "content": { "role": "model", "parts": parts }, "index": 0 });
    if let Some(finish) = finish {
        candidate["finishReason"] = json!(finish_word(finish));
        if finish == Finish::Filtered {
            candidate["safetyRatings"] = json!([{ "category": "HARM_CATEGORY_DANGEROUS_CONTENT", "probability": "HIGH", "blocked": true }]);
        }
    }
    json!({
        "candidates": [candidate],
        "usageMetadata": usage_value(usage),
        "modelVersion": head.model,
        "responseId": format!("sim{:016x}", head.id),
    })
}

fn call_part(call: &ToolCall) -> Value {
    let args: Value = serde_json::from_str(&call.arguments).unwrap_or_else(|_| json!({}));
    json!({ "functionCall": { "id": format!("call_{:016x}", call.id), "name": call.name, "args": args } })
}

pub(crate) fn whole(head: &Head, answer: &Answer) -> Value {
    let mut parts = Vec::new();
    if !answer.reasoning.is_empty() {
        parts.push(json!({ "text": answer.reasoning, "thought": true }));
    }
    if !answer.text.is_empty() {
        parts.push(json!({ "text": answer.text }));
    }
    parts.extend(answer.tool_calls.iter().map(call_part));
    chunk(head, json!(parts), Some(answer.finish), answer.usage)
}

/// Tool calls come whole in this format, so their pieces wait for the next step.
pub(crate) struct Stream {
    head: Head,
    so_far: Tokens,
    call: Option<ToolCall>,
}

impl Stream {
    pub(crate) fn new(head: Head) -> Self {
        let so_far = Tokens {
            visible: 0,
            reasoning: 0,
            ..head.usage
        };
        Self {
            head,
            so_far,
            call: None,
        }
    }

    fn send(&mut self, parts: Value) -> String {
        data(&chunk(&self.head, parts, None, self.so_far))
    }

    fn flush_call(&mut self) -> String {
        match self.call.take() {
            Some(call) => {
                let part = call_part(&call);
                self.send(json!([part]))
            }
            None => String::new(),
        }
    }
}

impl Encoder for Stream {
    fn open(&mut self) -> String {
        String::new()
    }

    fn reasoning(&mut self, piece: &str) -> String {
        self.so_far.reasoning += 1;
        self.send(json!([{ "text": piece, "thought": true }]))
    }

    fn text(&mut self, piece: &str) -> String {
        self.so_far.visible += 1;
        self.send(json!([{ "text": piece }]))
    }

    fn tool_open(&mut self, _index: usize, call: &ToolCall) -> String {
        let out = self.flush_call();
        self.call = Some(call.clone());
        out
    }

    fn tool_arguments(&mut self, _index: usize, _piece: &str) -> String {
        self.so_far.visible += 1;
        String::new()
    }

    fn close(&mut self, finish: Finish, usage: Tokens) -> String {
        let out = self.flush_call();
        out + &data(&chunk(
            &self.head,
            json!([{ "text": "" }]),
            Some(finish),
            usage,
        ))
    }

    fn done(&mut self) -> String {
        String::new()
    }

    fn error(&mut self, trouble: &Trouble) -> String {
        data(&super::errors::gemini_body(trouble))
    }
}
