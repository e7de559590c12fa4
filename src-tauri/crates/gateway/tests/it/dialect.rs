//! Requests of every API, and their replies read as a client of that API reads them.

use serde_json::{Value, json};

/// The APIs clients speak.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Api {
    Chat,
    Responses,
    Anthropic,
    Gemini,
}

pub(crate) const APIS: [Api; 4] = [Api::Chat, Api::Responses, Api::Anthropic, Api::Gemini];

/// What a client made of a reply.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Seen {
    /// A clean end, after this text.
    Whole(String),
    /// An error in the API's own shape.
    Error(String),
    /// Neither: what no client may ever be given.
    Neither(String),
}

/// Returns path and body of a request.
pub(crate) fn request(api: Api, model: &str, fallbacks: &[&str], stream: bool) -> (String, Value) {
    let hello = json!([{"role": "user", "content": "Why is the sky blue?"}]);
    let (path, mut body) = match api {
        Api::Chat => ("/v1/chat/completions".to_owned(), chat(model, stream)),
        Api::Responses => (
            "/v1/responses".to_owned(),
            json!({"model": model, "input": "Why is the sky blue?", "stream": stream}),
        ),
        Api::Anthropic => (
            "/v1/messages".to_owned(),
            json!({"model": model, "max_tokens": 9999, "messages": hello, "stream": stream}),
        ),
        Api::Gemini => {
            let model = model.replace('/', "%2F").replace('?', "%3F");
            let act = match stream {
                true => "streamGenerateContent?alt=sse",
                false => "generateContent",
            };
            let parts = json!([{"text": "Why is the sky blue?"}]);
            (
                format!("/v1beta/models/{model}:{act}"),
                json!({"contents": [{"role": "user", "parts": parts}]}),
            )
        }
    };
    body["fallbacks"] = json!(fallbacks);
    (path, body)
}

/// Reads a reply as a client of the API does.
pub(crate) fn read(api: Api, status: u16, kind: &str, text: &str) -> Seen {
    if !kind.starts_with("text/event-stream") {
        let Ok(body) = serde_json::from_str::<Value>(text) else {
            return Seen::Neither(format!("{status} {text}"));
        };
        return match status {
            200 => whole(api, &body),
            400..=599 if is_error(api, &body) => Seen::Error(text.to_owned()),
            _ => Seen::Neither(format!("{status} {text}")),
        };
    }
    let events = events(text);
    let failed = events
        .iter()
        .any(|(_, data)| is_error(api, data) || (api == Api::Responses && data["type"] == "error"));
    let said = |pick: fn(&Value) -> &Value| {
        let texts = events.iter().filter_map(|(_, data)| pick(data).as_str());
        texts.collect::<String>()
    };
    let (text, ended) = match api {
        Api::Chat => (
            said(|data| &data["choices"][0]["delta"]["content"]),
            events
                .iter()
                .any(|(_, data)| data["choices"][0]["finish_reason"].is_string()),
        ),
        Api::Responses => {
            let deltas = events
                .iter()
                .filter(|(name, _)| name == "response.output_text.delta");
            let text = deltas
                .filter_map(|(_, data)| data["delta"].as_str())
                .collect();
            let last = events.last().map_or("", |(name, _)| name.as_str());
            (
                text,
                matches!(last, "response.completed" | "response.incomplete"),
            )
        }
        Api::Anthropic => (
            said(|data| &data["delta"]["text"]),
            events.iter().any(|(name, _)| name == "message_stop"),
        ),
        Api::Gemini => (
            said(|data| &data["candidates"][0]["content"]["parts"][0]["text"]),
            events
                .iter()
                .any(|(_, data)| data["candidates"][0]["finishReason"].is_string()),
        ),
    };
    match (ended, failed) {
        (true, false) => Seen::Whole(text),
        (false, true) => Seen::Error(format!("{:?}", events.last())),
        _ => Seen::Neither(format!("ended {ended}, failed {failed}: {text}")),
    }
}

fn whole(api: Api, body: &Value) -> Seen {
    let (text, end) = match api {
        Api::Chat => ("/choices/0/message/content", "/choices/0/finish_reason"),
        Api::Responses => ("/output/0/content/0/text", "/status"),
        Api::Anthropic => ("/content/0/text", "/stop_reason"),
        Api::Gemini => (
            "/candidates/0/content/parts/0/text",
            "/candidates/0/finishReason",
        ),
    };
    let field = |pointer: &str| body.pointer(pointer).and_then(Value::as_str);
    match (field(text), field(end)) {
        (Some(text), Some(_)) => Seen::Whole(text.to_owned()),
        _ => Seen::Neither(body.to_string()),
    }
}

fn is_error(api: Api, body: &Value) -> bool {
    let error = &body["error"];
    let word = match api {
        Api::Chat | Api::Responses => &error["type"],
        Api::Anthropic => {
            if body["type"] != "error" {
                return false;
            }
            &error["type"]
        }
        Api::Gemini => &error["status"],
    };
    word.is_string()
        && error["message"]
            .as_str()
            .is_some_and(|text| !text.is_empty())
}

pub(crate) fn events(text: &str) -> Vec<(String, Value)> {
    let mut events = Vec::new();
    for block in text.split("\n\n").filter(|block| !block.is_empty()) {
        let field = |name: &str| block.lines().find_map(|line| line.strip_prefix(name));
        let Some(data) = field("data: ") else {
            continue;
        };
        let data = serde_json::from_str(data).unwrap_or_else(|_| data.into());
        events.push((field("event: ").unwrap_or_default().to_owned(), data));
    }
    events
}

pub(crate) fn chat(model: &str, stream: bool) -> Value {
    json!({
        "model": model, "stream": stream, "stream_options": {"include_usage": true},
        "messages": [{"role": "system", "content": "Be brief."}, {"role": "user", "content": "Why is the sky blue?"}],
    })
}
