//! What is wrong with a rule, where, and what to write instead.

use serde::{Deserialize, Serialize};
use std::fmt;
use ts_rs::TS;

/// The first fault of a rule.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct RuleError {
    /// First byte of the place in the rule's text, always at the border of a character.
    pub start: u32,
    /// First byte after it; equal to `start` where something is missing.
    pub end: u32,
    /// What does not fit, as a lower-case clause.
    pub message: String,
    /// What to do about it, as a lower-case clause.
    pub fix: Option<String>,
    /// Text that mends it when put in the place of `start..end`.
    pub replacement: Option<String>,
}

impl RuleError {
    pub(super) fn new(start: usize, end: usize, message: impl Into<String>) -> Self {
        Self {
            start: u32::try_from(start).unwrap_or(u32::MAX),
            end: u32::try_from(end).unwrap_or(u32::MAX),
            message: message.into(),
            fix: None,
            replacement: None,
        }
    }

    pub(super) fn fix(mut self, fix: impl Into<String>) -> Self {
        self.fix = Some(fix.into());
        self
    }

    /// Says what to write in its place.
    pub(super) fn replace(mut self, with: impl Into<String>) -> Self {
        let with = with.into();
        self.fix = Some(format!("write `{with}`"));
        self.replacement = Some(with);
        self
    }

    /// Says what was probably meant.
    pub(super) fn meant(mut self, what: impl Into<String>) -> Self {
        let what = what.into();
        self.fix = Some(format!("did you mean `{what}`?"));
        self.replacement = Some(what);
        self
    }
}

impl fmt::Display for RuleError {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "at {}: {}", self.start, self.message)?;
        match &self.fix {
            Some(fix) => write!(out, "; {fix}"),
            None => Ok(()),
        }
    }
}

impl std::error::Error for RuleError {}
