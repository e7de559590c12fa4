//! Patterns on text, compiled once.

use super::limits;
use regex::{Regex, RegexBuilder};

/// How a text is held against a pattern.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum How {
    Contains,
    StartsWith,
    EndsWith,
    Matches,
}

impl How {
    pub(super) const ALL: [Self; 4] = [
        Self::Contains,
        Self::StartsWith,
        Self::EndsWith,
        Self::Matches,
    ];

    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::Contains => "contains",
            Self::StartsWith => "startswith",
            Self::EndsWith => "endswith",
            Self::Matches => "matches",
        }
    }
}

/// Whether case counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Case {
    Counts,
    Ignored,
}

/// A compiled pattern; equal to another with the same source.
#[derive(Debug, Clone)]
pub(super) struct Pattern {
    pub(super) how: How,
    pub(super) source: String,
    regex: Regex,
}

impl Pattern {
    /// Compiles a pattern within the limits.
    ///
    /// # Errors
    /// One clause on what is wrong with the regular expression.
    pub(super) fn new(how: How, source: &str, case: Case) -> Result<Self, String> {
        let regex = match how {
            How::Matches => source.to_owned(),
            How::Contains => regex::escape(source),
            How::StartsWith => format!(r"\A{}", regex::escape(source)),
            How::EndsWith => format!(r"{}\z", regex::escape(source)),
        };
        let regex = RegexBuilder::new(&regex)
            .case_insensitive(case == Case::Ignored && how != How::Matches)
            .size_limit(limits::COMPILED)
            .dfa_size_limit(limits::COMPILED)
            .nest_limit(limits::PATTERN_DEPTH)
            .build()
            .map_err(reason)?;
        Ok(Self {
            how,
            source: source.to_owned(),
            regex,
        })
    }

    pub(super) fn is_match(&self, text: &str) -> bool {
        self.regex.is_match(text)
    }

    /// Returns the first place it matches.
    pub(super) fn find<'t>(&self, text: &'t str) -> Option<&'t str> {
        self.regex.find(text).map(|found| found.as_str())
    }
}

impl PartialEq for Pattern {
    fn eq(&self, other: &Self) -> bool {
        self.how == other.how && self.source == other.source
    }
}

/// Returns the last line of the compiler's report: the reason, without its drawing of the place.
fn reason(error: regex::Error) -> String {
    match error {
        regex::Error::CompiledTooBig(_) => {
            "it grows too large; repeat less, or write `[A-Za-z0-9]` for `\\w`, which means the letters of all scripts"
                .to_owned()
        }
        other => {
            let text = other.to_string();
            let line = text.lines().last().unwrap_or_default();
            line.trim_start_matches("error: ").to_owned()
        }
    }
}
