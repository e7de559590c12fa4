//! A route's trigger: a condition on the facts of a request, in a small language of its own.
//!
//! ```
//! use switchboard_routing::{Facts, Rule};
//!
//! let rule = Rule::parse(r#"task in ["summarization", "translation"] and input_tokens < 100_000"#)?;
//! let facts = Facts { task: Some("translation".into()), input_tokens: 900, ..Facts::default() };
//! assert!(rule.matches(&facts));
//! assert_eq!(
//!     rule.words(),
//!     "task is summarization or translation, and input is under 100,000 tokens"
//! );
//! # Ok::<(), switchboard_routing::RuleError>(())
//! ```
//!
//! | form | fields |
//! | --- | --- |
//! | `has_images`, `has_tools`, `json_schema`, `streaming` | stand alone |
//! | `==` `!=` `in [..]` `not in [..]` `contains` `startswith` `endswith` `matches` | `task` `caller` `project` `prompt` |
//! | `==` `!=` `in [..]` `not in [..]` | `language` `complexity` `weekday` |
//! | `contains` `startswith` `endswith` `matches` | `text` `system` |
//! | `"x" in` or `contains "x"` | `tags` `tools` |
//! | `==` `!=` `<` `<=` `>` `>=` `between A and B` | `input_tokens` `input_chars` `images` `budget_used` `hour` `time` |
//! | `is known`, `is unknown` | any field that may be missing |
//!
//! `not`, `and`, `or` bind in this order; brackets group. Text in quotes: `\"` and `\\` are escapes, any other
//! backslash stands for itself. Numbers take `_`, `k` and `m` (`100k`); shares take `%`. Both ends of `between` belong
//! to it, and hours and times may pass midnight. `contains`, `startswith` and `endswith` ignore case in `text` and
//! `system`, where `matches` is a regular expression (the `regex` crate's syntax; `(?i)` ignores case).
//!
//! A comparison with something unknown does not hold, and its negation therefore does. There are no other states: a
//! rule always comes to yes or no, in time linear in the texts, of which it sees the first and the last 32 KiB
//! ([`InputText`](crate::InputText)). Its size is bounded by [`limits`].

mod ast;
mod complete;
mod error;
mod evaluate;
mod explain;
mod field;
pub mod limits;
mod name;
mod number;
mod parse;
mod pattern;
mod print;
mod token;
mod words;

#[cfg(test)]
mod tests;

pub use complete::{Completion, CompletionKind, Known, complete, complete_with};
pub use error::RuleError;
pub use explain::Explained;
pub use field::{Field, FieldKind};

use crate::facts::Facts;
use ast::Expr;
use serde::{Deserialize, Serialize};
use std::fmt;
use std::str::FromStr;

/// A parsed condition. Equal rules are written alike by [`Rule::to_string`].
#[derive(Debug, Clone, PartialEq)]
pub struct Rule {
    expr: Expr,
}

impl Rule {
    /// Reads a rule.
    ///
    /// # Errors
    /// The first place that does not fit, with the reason and what to write instead.
    pub fn parse(text: &str) -> Result<Self, RuleError> {
        parse::parse(text).map(|expr| Self { expr })
    }

    /// Returns whether the condition holds.
    pub fn matches(&self, facts: &Facts) -> bool {
        evaluate::holds(&self.expr, facts)
    }

    /// Returns every part of the condition with whether it holds and what it saw.
    pub fn explain(&self, facts: &Facts) -> Explained {
        explain::explain(&self.expr, facts)
    }

    /// Returns the condition as a clause in words, without a full stop.
    pub fn words(&self) -> String {
        words::words(&self.expr)
    }

    /// Returns whether the condition asks for a field, so that costly facts are found out only where needed.
    pub fn reads(&self, field: Field) -> bool {
        self.expr.reads(field)
    }
}

/// The rule as it is best written; parsing that gives the same rule.
impl fmt::Display for Rule {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&print::print(&self.expr))
    }
}

impl FromStr for Rule {
    type Err = RuleError;

    fn from_str(text: &str) -> Result<Self, RuleError> {
        Self::parse(text)
    }
}

impl Serialize for Rule {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&print::print(&self.expr))
    }
}

impl<'de> Deserialize<'de> for Rule {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        Self::parse(&text).map_err(serde::de::Error::custom)
    }
}
