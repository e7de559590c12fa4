//! Prompts, their columns, drafts and versions.

use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use switchboard_engine::call::{Message, Params, ResponseFormat, Tool};
use ts_rs::TS;

/// Everything that makes a prompt: what is asked, in which form, of which models.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, TS)]
#[serde(default)]
pub struct PromptBody {
    pub messages: Vec<Message>,
    /// Values of `{{name}}` in the messages, by name.
    pub variables: BTreeMap<String, String>,
    pub tools: Vec<Tool>,
    pub response_format: ResponseFormat,
    pub params: Params,
    pub columns: Vec<Column>,
}

/// One column of a comparison.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct Column {
    /// Chosen by the UI, stable while the column lives.
    pub id: String,
    /// `provider/model`.
    pub model: String,
    /// Tried in order when `model` fails.
    #[serde(default)]
    pub fallbacks: Vec<String>,
    /// Overrides of the prompt's parameters; `None`: none.
    #[serde(default)]
    pub params: Option<Params>,
}

/// A prompt in the list.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct PromptSummary {
    pub id: String,
    pub title: String,
    /// Latest saved version; 0 before the first.
    pub version: u32,
    /// RFC 3339.
    pub updated_at: String,
    /// Start of the first user message.
    pub excerpt: String,
}

/// A prompt opened for editing.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct Prompt {
    pub id: String,
    pub title: String,
    pub version: u32,
    /// Whether `body` differs from the latest version.
    pub dirty: bool,
    pub body: PromptBody,
    /// RFC 3339; when the draft was last written.
    pub saved_at: String,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct PromptQuery {
    /// Words that must occur in title or messages; empty for all.
    pub search: String,
    /// Include deleted ones (for undo).
    #[serde(default)]
    pub deleted: bool,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct PromptId {
    pub id: String,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct NewPrompt {
    pub title: String,
    pub body: PromptBody,
}

/// An autosaved draft.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct SaveDraft {
    pub id: String,
    pub title: String,
    pub body: PromptBody,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct PromptVersion {
    pub version: u32,
    /// RFC 3339.
    pub created_at: String,
    pub body: PromptBody,
    /// Calls made with this version.
    pub calls: u32,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct RestoreVersion {
    pub id: String,
    pub version: u32,
}
