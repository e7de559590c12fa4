//! What a request asks, whatever its wire format.

use crate::answer::count;
use serde_json::Value;

/// A request, read.
#[derive(Debug, Clone, PartialEq, Default)]
pub(crate) struct Ask {
    pub(crate) model: String,
    pub(crate) stream: bool,
    /// OpenAI Chat sends usage in a stream only when asked.
    pub(crate) include_usage: bool,
    pub(crate) last_user: String,
    /// Messages in the conversation.
    pub(crate) turns: usize,
    pub(crate) input_tokens: u64,
    pub(crate) images: usize,
    pub(crate) tools: Vec<OfferedTool>,
    /// The last message's tool result, if it is one.
    pub(crate) tool_result: Option<String>,
    pub(crate) json: Option<JsonWanted>,
    pub(crate) max_tokens: Option<u64>,
    pub(crate) stop: Vec<String>,
    pub(crate) seed: Option<i64>,
}

#[derive(Debug, Clone, PartialEq)]
pub(crate) struct OfferedTool {
    pub(crate) name: String,
    pub(crate) parameters: Value,
}

/// The request wants JSON; with a schema if it gave one.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct JsonWanted {
    pub(crate) schema: Option<Value>,
}

/// Why a request is refused with 400.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct BadRequest {
    pub(crate) message: String,
    pub(crate) param: Option<String>,
}

impl BadRequest {
    pub(crate) fn new(param: &str, message: impl Into<String>) -> Self {
        Self {
            message: message.into(),
            param: Some(param.to_owned()),
        }
    }
}

impl Ask {
    /// Takes in a message's text. Every message costs a few tokens of its own.
    pub(crate) fn hear(&mut self, role: &str, text: &str) {
        self.turns += 1;
        self.input_tokens += count(text) + 4;
        self.tool_result = (role == "tool").then(|| text.to_owned());
        if role == "user" {
            self.last_user = text.to_owned();
        }
    }

    /// Takes in an image.
    pub(crate) fn see(&mut self) {
        self.images += 1;
        self.input_tokens += 85;
    }

    pub(crate) fn offer(&mut self, name: Option<&Value>, parameters: Option<&Value>) {
        if let Some(name) = name.and_then(Value::as_str)
            && self.tools.len() < 128
        {
            let parameters = parameters.cloned().unwrap_or(Value::Null);
            self.input_tokens += count(&parameters.to_string()) + 12;
            self.tools.push(OfferedTool {
                name: name.to_owned(),
                parameters,
            });
        }
    }
}

/// Reads `stop`: one text or a list.
pub(crate) fn texts(value: Option<&Value>) -> Vec<String> {
    match value {
        Some(Value::String(text)) => vec![text.clone()],
        Some(Value::Array(list)) => list
            .iter()
            .filter_map(Value::as_str)
            .map(str::to_owned)
            .collect(),
        _ => Vec::new(),
    }
}

/// Joins the texts of content that is a string or a list of parts, counting images.
pub(crate) fn content_text(content: Option<&Value>, ask: &mut Ask) -> String {
    match content {
        Some(Value::String(text)) => text.clone(),
        Some(Value::Array(parts)) => {
            let mut out = String::new();
            for part in parts {
                let kind = part.get("type").and_then(Value::as_str).unwrap_or_default();
                if kind.contains("image")
                    || part.get("inlineData").is_some()
                    || part.get("inline_data").is_some()
                {
                    ask.see();
                }
                if let Some(text) = part.get("text").and_then(Value::as_str) {
                    out.push_str(text);
                }
            }
            out
        }
        _ => String::new(),
    }
}
