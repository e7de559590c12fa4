//! How many tokens a prompt has before it is sent, and what they cost.

use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use switchboard_engine::call::{Message, ResponseFormat, Tool};
use switchboard_engine::price::PicoUsd;
use ts_rs::TS;

/// A prompt whose tokens are wanted, at some models.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, TS)]
#[serde(default, deny_unknown_fields)]
pub struct CountTokens {
    pub messages: Vec<Message>,
    /// Values of `{{name}}` in the messages, by name. A name without a value counts as it is written.
    pub variables: BTreeMap<String, String>,
    pub tools: Vec<Tool>,
    pub response_format: ResponseFormat,
    /// As a column names them: models or routes, up to 32.
    pub models: Vec<String>,
}

/// The tokens of a prompt at one model. A provider may count a few more or less: it is always "about".
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(optional_fields)]
pub struct TokenCount {
    /// As asked.
    pub model: String,
    /// `provider/model` that would be asked first; `None`: there is none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub target: Option<String>,
    #[ts(type = "number")]
    pub tokens: u64,
    /// Whether the model's own tokenizer counted the text.
    pub counted: bool,
    /// How the figure came about, for people.
    pub about: String,
    /// What the input costs now; `None`: no price is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cost: Option<PicoUsd>,
    /// Tokens that the model can take in all; `None`: not known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub context_window: Option<u64>,
}
