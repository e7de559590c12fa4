//! Every part of a rule with what came of it.

use super::ast::{Expr, Test};
use super::evaluate;
use super::field::{Field, FieldKind};
use super::number::{clock, grouped};
use super::{print, words};
use crate::facts::Facts;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// Most characters shown of what a condition saw.
const SEEN: usize = 80;

/// Most names shown of a set.
const NAMES: usize = 8;

/// A part of a rule, held against a request.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[ts(rename = "RuleExplained")]
pub struct Explained {
    /// The part as it is written.
    pub text: String,
    /// The part in words.
    pub words: String,
    /// Whether it holds.
    pub holds: bool,
    /// What a condition saw: the field's value, or the piece of text that a pattern found. `None` for `and`, `or`,
    /// `not`, and where there is nothing to see.
    pub saw: Option<String>,
    /// The parts of `and`, `or` and `not`.
    pub parts: Vec<Explained>,
}

pub(super) fn explain(expr: &Expr, facts: &Facts) -> Explained {
    let (parts, saw) = match expr {
        Expr::Always | Expr::Never => (Vec::new(), None),
        Expr::All(parts) | Expr::Any(parts) => (
            parts.iter().map(|part| explain(part, facts)).collect(),
            None,
        ),
        // One condition and its negation are one line.
        Expr::Not(inner) => match inner.as_ref() {
            Expr::Test(test) => (Vec::new(), saw(test, facts)),
            inner => (vec![explain(inner, facts)], None),
        },
        Expr::Test(test) => (Vec::new(), saw(test, facts)),
    };
    Explained {
        text: print::print(expr),
        words: words::words(expr),
        holds: evaluate::holds(expr, facts),
        saw,
        parts,
    }
}

fn saw(test: &Test, facts: &Facts) -> Option<String> {
    let field = test.field();
    if let (Test::Like(_, pattern), FieldKind::Prose) = (test, field.kind()) {
        return pattern.find(evaluate::prose(field, facts)).map(shortened);
    }
    Some(value(field, facts).unwrap_or_else(|| "unknown".to_owned()))
}

/// Returns the value of a field as shown to people; `None` if it is unknown.
fn value(field: Field, facts: &Facts) -> Option<String> {
    match field.kind() {
        FieldKind::Name | FieldKind::Choice => evaluate::name(field, facts).map(shortened),
        FieldKind::Prose => None,
        FieldKind::Set => {
            let names = evaluate::set(field, facts);
            let mut shown: Vec<String> = names
                .iter()
                .take(NAMES)
                .map(|name| shortened(name))
                .collect();
            if names.is_empty() {
                shown.push("none".to_owned());
            } else if names.len() > NAMES {
                shown.push(format!("and {} more", names.len() - NAMES));
            }
            Some(shown.join(", "))
        }
        FieldKind::Count | FieldKind::Hour => {
            evaluate::number(field, facts).map(|seen| grouped(&format!("{seen}"), ','))
        }
        FieldKind::Share => {
            evaluate::number(field, facts).map(|share| format!("{:.1}%", share * 100.0))
        }
        FieldKind::Clock => facts
            .local_time
            .map(|time| clock(u64::from(time.minute_of_day()))),
        FieldKind::Flag => Some(
            if evaluate::flag(field, facts) {
                "yes"
            } else {
                "no"
            }
            .to_owned(),
        ),
    }
}

fn shortened(text: &str) -> String {
    match text.char_indices().nth(SEEN) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}
