//! What crosses to the user interface and back: here the application's own, beside it a file for each of its subjects.
//! Nothing can hold a credential, but for a gateway key in the answer that makes it.

pub use super::budget_types::*;
pub use super::call_types::*;
pub use super::config_types::*;
pub use super::experiment_types::*;
pub use super::export_types::*;
pub use super::gateway_types::*;
pub use super::price_types::*;
pub use super::prompt_types::*;
pub use super::provider_types::*;
pub use super::rehearse_types::*;
pub use super::route_edit_types::*;
pub use super::routes_types::*;
pub use super::routing_types::*;
pub use super::spend_chart_types::*;
pub use super::spend_types::*;
pub use super::token_types::*;
pub use super::whatif_types::*;

use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use switchboard_engine::event::CallEvent;
use ts_rs::TS;

/// An error of a use-case; the UI switches on `code`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS, thiserror::Error)]
#[error("{message}")]
#[ts(optional_fields)]
pub struct ApiError {
    pub code: ErrorCode,
    /// One sentence: lower case, no final period.
    pub message: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hint: Option<String>,
    /// The field at fault, as a path such as `providers.openai.base_url`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub field: Option<String>,
}

impl ApiError {
    /// Returns an error with its sentence.
    pub fn new(code: ErrorCode, message: impl Into<String>) -> Self {
        Self {
            code,
            message: message.into(),
            hint: None,
            field: None,
        }
    }

    /// Adds what the person can do next.
    #[must_use]
    pub fn with_hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }

    /// Names the field at fault.
    #[must_use]
    pub fn with_field(mut self, field: impl Into<String>) -> Self {
        self.field = Some(field.into());
        self
    }
}

/// The kinds of [`ApiError`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum ErrorCode {
    /// The parameters do not fit the method.
    InvalidParams,
    UnknownMethod,
    NotFound,
    /// Someone else changed the thing meanwhile, or the name is taken.
    Conflict,
    /// The configuration file is broken; the last good one is active.
    Config,
    /// The key store is locked.
    KeychainLocked,
    /// There is no key store.
    KeychainNone,
    /// History could not be read or written.
    Store,
    /// A connection test failed; the message says how.
    Provider,
    Internal,
}

/// What the shell shows about the program.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct AppInfo {
    pub version: String,
    /// `linux`, `macos` or `windows`.
    pub os: String,
    pub data_dir: String,
    pub config_path: String,
    pub history_path: String,
    pub history_calls: u64,
    pub history_bytes: u64,
    pub in_flight: u32,
    pub keychain: KeychainState,
    /// `None`: the file on disk is the active configuration.
    pub config_error: Option<ConfigProblem>,
    /// Why history is not being written now; `None`: it is. What waits is kept in memory.
    pub history_error: Option<String>,
    /// Whether any provider other than the simulator has a usable credential or needs none.
    pub has_real_provider: bool,
    /// Calls found unfinished at this launch and marked interrupted.
    pub interrupted_at_launch: u32,
}

/// Why the configuration file on disk is not active.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct ConfigProblem {
    pub file: String,
    /// Counted from 1; `None` if the problem has no place.
    pub line: Option<u32>,
    pub column: Option<u32>,
    pub field: Option<String>,
    pub message: String,
    pub fix: Option<String>,
}

/// The state of the OS key store.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[serde(tag = "state", rename_all = "snake_case")]
pub enum KeychainState {
    Ok,
    Locked {
        message: String,
    },
    /// `commands`: what to type to get one, per system.
    None {
        message: String,
        commands: Vec<InstallCommand>,
    },
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct InstallCommand {
    /// For example "Debian, Ubuntu".
    pub system: String,
    pub command: String,
}

/// State the UI keeps between launches, by key. Values are the UI's own JSON.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct UiState {
    #[ts(type = "Record<string, unknown>")]
    pub values: BTreeMap<String, serde_json::Value>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct SetUiState {
    pub key: String,
    /// `null` forgets the key.
    #[ts(type = "unknown")]
    pub value: serde_json::Value,
}

/// No parameters, or nothing to say.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, TS)]
pub struct Empty {}

/// One message of the live channel: at most one per ~33 ms, under 6 KB.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct Batch {
    /// Counts from 0 per subscription; a gap means: fetch open calls anew with `calls.get`.
    pub seq: u64,
    pub items: Vec<Live>,
}

/// Something a window must know at once.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[serde(tag = "kind", rename_all = "snake_case")]
#[expect(
    clippy::large_enum_variant,
    reason = "most of what is told is the largest: events"
)]
pub enum Live {
    /// A call began, here or through another host.
    CallStarted {
        summary: CallSummary,
    },
    /// Something that happened to a call. Pieces of text that follow each other come joined.
    Event {
        event: CallEvent,
        /// For text and reasoning deltas: how many UTF-16 units of that text came before this piece
        /// since the call (or its last restart) began. A piece that overlaps what is known already
        /// is cut by the reader; a piece beyond it means that something was missed.
        #[ts(optional)]
        #[serde(default, skip_serializing_if = "Option::is_none")]
        offset: Option<u64>,
    },
    /// The configuration changed: providers and models must be read anew.
    ConfigChanged {
        error: Option<ConfigProblem>,
    },
    /// History cannot be written, or can again.
    HistoryChanged {
        error: Option<String>,
    },
    /// A provider's lamp changed.
    ProvidersChanged {},
    KeychainChanged {
        keychain: KeychainState,
    },
    /// A rehearsal went on, or ended.
    RehearsalProgress {
        progress: RehearsalProgress,
    },
    /// A replay of past calls went on, or ended.
    WhatIfProgress {
        progress: RehearsalProgress,
    },
    /// The gateway was started or stopped, or its keys changed.
    GatewayChanged {},
    /// Spending, budgets, raises or stopped callers changed: `budgets.list` says how they stand. At most twice a
    /// second.
    BudgetsChanged {},
    /// Something about spending that a person should know now.
    AlertRaised {
        alert: Alert,
    },
}

/// Asks the host to let the user choose a file and to save text there.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct SaveText {
    pub suggested_name: String,
    pub text: String,
    /// Whether `text` is Base64 of the file's bytes.
    #[serde(default)]
    #[ts(optional, as = "Option<bool>")]
    pub base64: bool,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct SavedFile {
    /// `None`: the user cancelled.
    pub path: Option<String>,
}

/// Asks the host to open a web address in the user's browser (after the UI had it confirmed).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct OpenUrl {
    pub url: String,
}
