//! What is asked of a model: messages, tools, answer format and sampling parameters.
//!
//! Names follow OpenTelemetry's GenAI conventions. Nothing here knows a provider's wire format.

use crate::provider::Wire;
use serde::{Deserialize, Serialize};
use ts_rs::TS;
use uuid::Uuid;

/// Identifies one call for ever; a UUIDv7, so ids sort by the time the call was made.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, TS)]
#[serde(transparent)]
#[ts(type = "string")]
pub struct CallId(pub Uuid);

impl CallId {
    /// Returns a new id for a call made now.
    #[expect(
        clippy::new_without_default,
        reason = "every id is different; a default would mislead"
    )]
    pub fn new() -> Self {
        Self(Uuid::now_v7())
    }
}

impl std::fmt::Display for CallId {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.fmt(f)
    }
}

impl std::str::FromStr for CallId {
    type Err = uuid::Error;
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        text.parse().map(Self)
    }
}

/// Who speaks in a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// Instructions from the developer.
    System,
    /// The person or program asking.
    User,
    /// An earlier answer of the model.
    Assistant,
    /// The result of a tool the model called.
    Tool,
}

/// One piece of a message.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum Part {
    /// Plain text.
    Text { text: String },
    /// An image carried inside the request.
    Image {
        /// MIME type, for example `image/png`.
        media_type: String,
        /// The bytes, base64 (standard alphabet, padded).
        data: String,
    },
    /// A tool call the model made in an earlier turn.
    ToolCall {
        id: String,
        name: String,
        /// The arguments as the model wrote them: JSON text.
        arguments: String,
    },
    /// What a tool returned.
    ToolResult { tool_call_id: String, text: String },
}

/// One turn of the conversation.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct Message {
    pub role: Role,
    pub parts: Vec<Part>,
}

impl Message {
    /// Returns a message of one text part.
    pub fn text(role: Role, text: impl Into<String>) -> Self {
        Self {
            role,
            parts: vec![Part::Text { text: text.into() }],
        }
    }

    /// Returns the text parts joined with nothing between them.
    pub fn joined_text(&self) -> String {
        self.parts
            .iter()
            .filter_map(|part| match part {
                Part::Text { text } => Some(text.as_str()),
                Part::Image { .. } | Part::ToolCall { .. } | Part::ToolResult { .. } => None,
            })
            .collect()
    }
}

/// A function the model may ask to have called.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct Tool {
    pub name: String,
    pub description: String,
    /// JSON Schema of the arguments.
    #[ts(type = "unknown")]
    pub parameters: serde_json::Value,
}

/// Whether the model may, must or must not call tools.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, TS)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum ToolChoice {
    /// As the model sees fit.
    #[default]
    Auto,
    None,
    /// At least one, whichever.
    Required,
    /// This one.
    Tool {
        name: String,
    },
}

/// What a raw body asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Act {
    /// An answer.
    #[default]
    Generate,
    /// Embedding vectors, in OpenAI's form whatever the target's format.
    Embed,
}

/// A request body as its caller wrote it, in some provider's wire format.
///
/// A target that speaks the same format is sent this body with only the model, the stream switches and
/// rejected parameters changed, so that nothing the caller wrote is lost in between. Other targets are
/// sent a translation of [`ModelRequest`]'s own fields.
#[derive(Debug, Clone, PartialEq)]
pub struct RawBody {
    pub wire: Wire,
    pub act: Act,
    /// The first field that can only be sent to a target of the same format; `None`: all of the body can
    /// be translated.
    pub untranslated: Option<String>,
    pub body: serde_json::Map<String, serde_json::Value>,
}

/// The form the answer must have.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, TS)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum ResponseFormat {
    /// Any text.
    #[default]
    Text,
    /// JSON that fits a schema; asked for natively where the model can.
    JsonSchema {
        name: String,
        #[ts(type = "unknown")]
        schema: serde_json::Value,
    },
}

/// How long a reasoning model may think.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum ReasoningEffort {
    Minimal,
    Low,
    Medium,
    High,
}

/// Sampling parameters. `None` means "not sent", so the provider's own default holds.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, TS)]
#[serde(default, deny_unknown_fields)]
#[ts(optional_fields)]
pub struct Params {
    /// Randomness, 0 to 2.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub temperature: Option<f64>,
    /// Nucleus sampling mass, 0 to 1.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub top_p: Option<f64>,
    /// Most tokens the answer may have, reasoning included where the provider counts it so.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max_tokens: Option<u32>,
    /// Texts at which the model stops.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub stop: Option<Vec<String>>,
    /// Seed for repeatable sampling, where the provider has one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub seed: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reasoning_effort: Option<ReasoningEffort>,
}

/// One request to one model, free of any provider's wire format.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct ModelRequest {
    /// The model's name as its provider knows it.
    pub model: String,
    pub messages: Vec<Message>,
    #[serde(default)]
    pub tools: Vec<Tool>,
    #[serde(default)]
    pub tool_choice: ToolChoice,
    #[serde(default)]
    pub response_format: ResponseFormat,
    #[serde(default)]
    pub params: Params,
    /// `None`: the request was not made through a provider's own API.
    #[serde(skip)]
    pub raw: Option<RawBody>,
}

/// Why the model stopped. Providers' own words are mapped onto these.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum FinishReason {
    /// The answer is whole, or a stop text was met.
    Stop,
    /// The token limit was reached.
    Length,
    /// The model wants tools called.
    ToolCalls,
    /// The provider's filter cut the answer, or the model refused.
    ContentFilter,
    /// A reason this version does not know.
    Other,
}
