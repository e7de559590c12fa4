//! A small HTTP/1.1 client that shows what real ones hide: chunk borders, cuts and resets.

use serde_json::{Value, json};
use std::collections::HashMap;
use std::time::Duration;
use switchboard_sandbox::{Sandbox, Wire};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::Instant;

/// How the reply ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum End {
    /// The whole body as announced.
    Clean,
    /// The connection was closed before that.
    Closed,
    /// The connection was reset.
    Reset,
    /// Nothing more came in the time given.
    Silent,
}

#[derive(Debug)]
pub(crate) struct Reply {
    /// 0 if no headers came.
    pub(crate) status: u16,
    pub(crate) headers: HashMap<String, String>,
    /// HTTP chunks as received; one for a body with a length.
    pub(crate) chunks: Vec<Vec<u8>>,
    pub(crate) end: End,
    pub(crate) headers_after: Duration,
    pub(crate) elapsed: Duration,
}

impl Reply {
    pub(crate) fn body(&self) -> Vec<u8> {
        self.chunks.concat()
    }

    pub(crate) fn text(&self) -> String {
        String::from_utf8_lossy(&self.body()).into_owned()
    }

    pub(crate) fn json(&self) -> Value {
        serde_json::from_slice(&self.body())
            .unwrap_or_else(|error| panic!("{error}: {}", self.text()))
    }

    /// Returns the `data` of every event that is JSON.
    pub(crate) fn events(&self) -> Vec<Value> {
        self.text()
            .replace("\r\n", "\n")
            .split("\n\n")
            .filter_map(|event| event.lines().find_map(|line| line.strip_prefix("data: ")))
            .filter_map(|data| serde_json::from_str(data).ok())
            .collect()
    }
}

pub(crate) const PATIENCE: Duration = Duration::from_millis(400);

/// Sends one request on a connection of its own and reads until the end or `patience` of silence.
pub(crate) async fn send(
    sandbox: &Sandbox,
    method: &str,
    path: &str,
    headers: &[(&str, &str)],
    body: &[u8],
    patience: Duration,
) -> Reply {
    let start = Instant::now();
    let mut stream = TcpStream::connect(sandbox.address()).await.unwrap();
    stream.set_nodelay(true).unwrap();
    let mut request = format!(
        "{method} {path} HTTP/1.1\r\nhost: sandbox\r\ncontent-length: {}\r\n",
        body.len()
    );
    for (name, value) in headers {
        request.push_str(&format!("{name}: {value}\r\n"));
    }
    request.push_str("\r\n");
    stream.write_all(request.as_bytes()).await.unwrap();
    // A refused upload may be answered before it is read whole.
    let _ = stream.write_all(body).await;
    let mut raw = Vec::new();
    let mut headers_after = Duration::ZERO;
    let mut buffer = vec![0; 64 * 1024];
    let end = loop {
        if headers_after.is_zero() && raw.windows(4).any(|four| four == b"\r\n\r\n") {
            headers_after = start.elapsed();
        }
        if is_whole(&raw) {
            break End::Clean;
        }
        match tokio::time::timeout(patience, stream.read(&mut buffer)).await {
            Err(_) => break End::Silent,
            Ok(Ok(0)) => break End::Closed,
            Ok(Ok(read)) => raw.extend_from_slice(&buffer[..read]),
            Ok(Err(error)) if error.kind() == std::io::ErrorKind::ConnectionReset => {
                break End::Reset;
            }
            Ok(Err(error)) => panic!("{error}"),
        }
    };
    let (status, headers, chunks) = parse(&raw);
    Reply {
        status,
        headers,
        chunks,
        end,
        headers_after,
        elapsed: start.elapsed(),
    }
}

type Parsed = (u16, HashMap<String, String>, Vec<Vec<u8>>);

fn parse(raw: &[u8]) -> Parsed {
    let Some(at) = raw.windows(4).position(|four| four == b"\r\n\r\n") else {
        return (0, HashMap::new(), Vec::new());
    };
    let head = String::from_utf8_lossy(&raw[..at]);
    let mut lines = head.lines();
    let status = lines
        .next()
        .unwrap()
        .split(' ')
        .nth(1)
        .unwrap()
        .parse()
        .unwrap();
    let headers: HashMap<String, String> = lines
        .filter_map(|line| line.split_once(": "))
        .map(|(name, value)| (name.to_lowercase(), value.to_owned()))
        .collect();
    let body = &raw[at + 4..];
    let chunks = if headers.contains_key("transfer-encoding") {
        dechunk(body).0
    } else {
        vec![body.to_vec()]
    };
    (status, headers, chunks)
}

/// Returns the chunks and whether the last one came.
fn dechunk(mut body: &[u8]) -> (Vec<Vec<u8>>, bool) {
    let mut chunks = Vec::new();
    loop {
        let Some(at) = body.windows(2).position(|two| two == b"\r\n") else {
            return (chunks, false);
        };
        let size = usize::from_str_radix(std::str::from_utf8(&body[..at]).unwrap(), 16).unwrap();
        if size == 0 {
            return (chunks, true);
        }
        body = &body[at + 2..];
        if body.len() < size + 2 {
            chunks.push(body[..size.min(body.len())].to_vec());
            return (chunks, false);
        }
        chunks.push(body[..size].to_vec());
        body = &body[size + 2..];
    }
}

fn is_whole(raw: &[u8]) -> bool {
    let Some(at) = raw.windows(4).position(|four| four == b"\r\n\r\n") else {
        return false;
    };
    let (_, headers, chunks) = parse(raw);
    match headers.get("content-length") {
        Some(length) => chunks.concat().len() >= length.parse().unwrap(),
        None => headers.contains_key("transfer-encoding") && raw[at..].ends_with(b"0\r\n\r\n"),
    }
}

/// What to ask; turned into each wire format's request.
#[derive(Debug, Clone)]
pub(crate) struct Question {
    pub(crate) model: String,
    pub(crate) text: String,
    pub(crate) stream: bool,
    pub(crate) max_tokens: Option<u32>,
    pub(crate) schema: Option<Value>,
    pub(crate) tool: Option<Value>,
    pub(crate) patience: Duration,
    pub(crate) headers: Vec<(&'static str, &'static str)>,
}

pub(crate) fn ask(model: &str) -> Question {
    Question {
        model: model.to_owned(),
        text: "Explain how tide tables work".to_owned(),
        stream: true,
        max_tokens: None,
        schema: None,
        tool: None,
        patience: PATIENCE,
        headers: Vec::new(),
    }
}

impl Question {
    pub(crate) fn whole(mut self) -> Self {
        self.stream = false;
        self
    }

    pub(crate) async fn send(&self, sandbox: &Sandbox, wire: Wire) -> Reply {
        let (path, body) = self.request(wire);
        let mut headers = self.headers.clone();
        headers.push(match wire {
            Wire::Anthropic => ("anthropic-version", "2023-06-01"),
            Wire::Gemini => ("x-goog-api-key", "k"),
            Wire::OpenaiChat | Wire::OpenaiResponses => ("authorization", "Bearer k"),
        });
        send(
            sandbox,
            "POST",
            &path,
            &headers,
            body.to_string().as_bytes(),
            self.patience,
        )
        .await
    }

    fn request(&self, wire: Wire) -> (String, Value) {
        let Self {
            model,
            text,
            stream,
            ..
        } = self;
        let mut body = match wire {
            Wire::OpenaiChat => json!({ "model": model, "stream": stream,
                "stream_options": { "include_usage": true },
                "messages": [{ "role": "user", "content": text }] }),
            Wire::OpenaiResponses => json!({ "model": model, "stream": stream, "input": text }),
            Wire::Anthropic => json!({ "model": model, "stream": stream, "max_tokens": 50_000,
                "messages": [{ "role": "user", "content": [{ "type": "text", "text": text }] }] }),
            Wire::Gemini => json!({ "contents": [{ "role": "user", "parts": [{ "text": text }] }],
                "generationConfig": { "candidateCount": 1 } }),
        };
        if let Some(most) = self.max_tokens {
            match wire {
                Wire::OpenaiChat => body["max_completion_tokens"] = json!(most),
                Wire::OpenaiResponses => body["max_output_tokens"] = json!(most),
                Wire::Anthropic => body["max_tokens"] = json!(most),
                Wire::Gemini => body["generationConfig"]["maxOutputTokens"] = json!(most),
            }
        }
        if let Some(schema) = &self.schema {
            match wire {
                Wire::OpenaiChat => {
                    body["response_format"] = json!({ "type": "json_schema", "json_schema": { "name": "a", "schema": schema } });
                }
                Wire::OpenaiResponses => {
                    body["text"] = json!({ "format": { "type": "json_schema", "name": "a", "schema": schema } });
                }
                Wire::Anthropic => {
                    body["output_config"] =
                        json!({ "format": { "type": "json_schema", "schema": schema } });
                }
                Wire::Gemini => {
                    body["generationConfig"]["responseMimeType"] = json!("application/json");
                    body["generationConfig"]["responseJsonSchema"] = schema.clone();
                }
            }
        }
        if let Some(schema) = &self.tool {
            body["tools"] = match wire {
                Wire::OpenaiChat => {
                    json!([{ "type": "function", "function": { "name": "look", "parameters": schema } }])
                }
                Wire::OpenaiResponses => {
                    json!([{ "type": "function", "name": "look", "parameters": schema }])
                }
                Wire::Anthropic => json!([{ "name": "look", "input_schema": schema }]),
                Wire::Gemini => {
                    json!([{ "functionDeclarations": [{ "name": "look", "parametersJsonSchema": schema }] }])
                }
            };
        }
        let path = match wire {
            Wire::OpenaiChat => "/v1/chat/completions".to_owned(),
            Wire::OpenaiResponses => "/v1/responses".to_owned(),
            Wire::Anthropic => "/v1/messages".to_owned(),
            Wire::Gemini => {
                let model = model.replace('%', "%25").replace('?', "%3F");
                let act = if *stream {
                    "streamGenerateContent?alt=sse"
                } else {
                    "generateContent"
                };
                format!("/v1beta/models/{model}:{act}")
            }
        };
        (path, body)
    }
}

/// An answer folded out of a reply, in no provider's terms.
#[derive(Debug, Clone, PartialEq, Default)]
pub(crate) struct Folded {
    pub(crate) text: String,
    pub(crate) reasoning: String,
    pub(crate) arguments: String,
    pub(crate) finish: Option<String>,
    pub(crate) input: u64,
    pub(crate) output: u64,
    pub(crate) thought: u64,
    pub(crate) done: bool,
    pub(crate) error: Option<String>,
}

fn string(value: Option<&Value>) -> String {
    value.and_then(Value::as_str).unwrap_or_default().to_owned()
}

fn number(value: &Value, place: &str) -> u64 {
    value.pointer(place).and_then(Value::as_u64).unwrap_or(0)
}

/// Folds a streamed reply.
pub(crate) fn fold(wire: Wire, reply: &Reply) -> Folded {
    let mut out = Folded {
        done: reply.text().contains("[DONE]"),
        ..Folded::default()
    };
    for event in reply.events() {
        match wire {
            Wire::OpenaiChat => fold_chat(&event, &mut out),
            Wire::OpenaiResponses => fold_responses(&event, &mut out),
            Wire::Anthropic => fold_anthropic(&event, &mut out),
            Wire::Gemini => fold_gemini(&event, &mut out),
        }
    }
    out
}

fn fold_chat(event: &Value, out: &mut Folded) {
    if let Some(message) = event.pointer("/error/message") {
        out.error = message.as_str().map(str::to_owned);
    }
    let delta = event.pointer("/choices/0/delta");
    out.text += &string(delta.and_then(|delta| delta.get("content")));
    out.reasoning += &string(delta.and_then(|delta| delta.get("reasoning_content")));
    out.arguments +=
        &string(delta.and_then(|delta| delta.pointer("/tool_calls/0/function/arguments")));
    if let Some(word) = event
        .pointer("/choices/0/finish_reason")
        .and_then(Value::as_str)
    {
        out.finish = Some(word.to_owned());
    }
    if event["usage"].is_object() {
        out.input = number(event, "/usage/prompt_tokens");
        out.output = number(event, "/usage/completion_tokens");
        out.thought = number(event, "/usage/completion_tokens_details/reasoning_tokens");
    }
}

fn fold_responses(event: &Value, out: &mut Folded) {
    match event["type"].as_str().unwrap_or_default() {
        "response.output_text.delta" => out.text += event["delta"].as_str().unwrap(),
        "response.reasoning_summary_text.delta" => {
            out.reasoning += event["delta"].as_str().unwrap()
        }
        "response.function_call_arguments.delta" => {
            out.arguments += event["delta"].as_str().unwrap()
        }
        "response.failed" => out.error = Some(string(event.pointer("/response/error/message"))),
        "response.completed" | "response.incomplete" => {
            out.done = true;
            let reason = event.pointer("/response/incomplete_details/reason");
            out.finish = Some(
                reason
                    .and_then(Value::as_str)
                    .unwrap_or("completed")
                    .to_owned(),
            );
            out.input = number(event, "/response/usage/input_tokens");
            out.output = number(event, "/response/usage/output_tokens");
            out.thought = number(
                event,
                "/response/usage/output_tokens_details/reasoning_tokens",
            );
        }
        _ => {}
    }
}

fn fold_anthropic(event: &Value, out: &mut Folded) {
    match event["type"].as_str().unwrap_or_default() {
        "message_start" => out.input = number(event, "/message/usage/input_tokens"),
        "content_block_delta" => {
            out.text += &string(event.pointer("/delta/text"));
            out.reasoning += &string(event.pointer("/delta/thinking"));
            out.arguments += &string(event.pointer("/delta/partial_json"));
        }
        "message_delta" => {
            out.finish = Some(string(event.pointer("/delta/stop_reason")));
            out.output = number(event, "/usage/output_tokens");
            out.thought = number(event, "/usage/output_tokens_details/thinking_tokens");
        }
        "message_stop" => out.done = true,
        "error" => out.error = Some(string(event.pointer("/error/message"))),
        _ => {}
    }
}

fn fold_gemini(event: &Value, out: &mut Folded) {
    if let Some(message) = event.pointer("/error/message") {
        out.error = message.as_str().map(str::to_owned);
    }
    for part in event
        .pointer("/candidates/0/content/parts")
        .and_then(Value::as_array)
        .into_iter()
        .flatten()
    {
        let text = string(part.get("text"));
        if part.get("thought") == Some(&json!(true)) {
            out.reasoning += &text;
        } else {
            out.text += &text;
        }
        if let Some(args) = part.pointer("/functionCall/args") {
            out.arguments += &args.to_string();
        }
    }
    if let Some(word) = event
        .pointer("/candidates/0/finishReason")
        .and_then(Value::as_str)
    {
        out.finish = Some(word.to_owned());
        out.done = true;
    }
    out.input = number(event, "/usageMetadata/promptTokenCount");
    out.thought = number(event, "/usageMetadata/thoughtsTokenCount");
    out.output = number(event, "/usageMetadata/candidatesTokenCount") + out.thought;
}

/// Folds a reply that came whole.
pub(crate) fn fold_whole(wire: Wire, value: &Value) -> Folded {
    let mut out = Folded {
        done: true,
        ..Folded::default()
    };
    match wire {
        Wire::OpenaiChat => {
            out.text = string(value.pointer("/choices/0/message/content"));
            out.reasoning = string(value.pointer("/choices/0/message/reasoning_content"));
            out.arguments =
                string(value.pointer("/choices/0/message/tool_calls/0/function/arguments"));
            out.finish = Some(string(value.pointer("/choices/0/finish_reason")));
            out.input = number(value, "/usage/prompt_tokens");
            out.output = number(value, "/usage/completion_tokens");
            out.thought = number(value, "/usage/completion_tokens_details/reasoning_tokens");
        }
        Wire::OpenaiResponses => {
            for item in value["output"].as_array().unwrap() {
                out.text += &string(item.pointer("/content/0/text"));
                out.reasoning += &string(item.pointer("/summary/0/text"));
                out.arguments += &string(item.get("arguments"));
            }
            let reason = value.pointer("/incomplete_details/reason");
            out.finish = Some(
                reason
                    .and_then(Value::as_str)
                    .unwrap_or("completed")
                    .to_owned(),
            );
            out.input = number(value, "/usage/input_tokens");
            out.output = number(value, "/usage/output_tokens");
            out.thought = number(value, "/usage/output_tokens_details/reasoning_tokens");
        }
        Wire::Anthropic => {
            for block in value["content"].as_array().unwrap() {
                out.text += &string(block.get("text"));
                out.reasoning += &string(block.get("thinking"));
                out.arguments += &block.get("input").map(Value::to_string).unwrap_or_default();
            }
            out.finish = Some(string(value.get("stop_reason")));
            out.input = number(value, "/usage/input_tokens");
            out.output = number(value, "/usage/output_tokens");
            out.thought = number(value, "/usage/output_tokens_details/thinking_tokens");
        }
        Wire::Gemini => fold_gemini(value, &mut out),
    }
    out
}
