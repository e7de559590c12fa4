//! The configuration file and its versions.

use super::types::Diff;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// One version of the configuration file that was active.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(optional_fields)]
pub struct ConfigVersion {
    /// Counts up from 1.
    pub id: u32,
    /// RFC 3339, UTC.
    pub at: String,
    pub origin: ConfigOrigin,
    /// What was changed, in one clause; `None`: it was changed by hand.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
    /// The version it brought back.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub restored_from: Option<u32>,
    pub bytes: u32,
    /// Whether it is the one that is active now.
    pub active: bool,
}

/// Who wrote a version.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum ConfigOrigin {
    /// Another program: an editor.
    File,
    Window,
    Cli,
    Gateway,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct ConfigVersionId {
    pub id: u32,
}

/// What became of a broken configuration file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct ConfigPutBack {
    /// Where the broken file is now; `None`: there was none.
    pub kept: Option<String>,
}

/// A version with its text and what sets it apart from the active one.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct ConfigVersionText {
    pub version: ConfigVersion,
    pub text: String,
    /// From the active text to this one, line by line.
    pub diff: Diff,
    pub added_lines: u32,
    pub removed_lines: u32,
}
