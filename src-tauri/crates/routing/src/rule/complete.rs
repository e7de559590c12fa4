//! What can be written at a place of a rule.

use super::field::{Field, FieldKind};
use super::name::quoted;
use super::parse::{Stop, Wants, run};
use super::token::{Kind, Token, tokens};
use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// Most completions offered at once.
const MOST: usize = 60;

/// Something that fits at the cursor.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(rename = "RuleCompletion")]
pub struct Completion {
    /// What is written, in the place of `start..end`.
    pub insert: String,
    /// First byte of what it replaces.
    pub start: u32,
    /// First byte after it: the cursor, or behind a closing quotation mark there.
    pub end: u32,
    /// What it is.
    pub kind: CompletionKind,
    /// One clause about it; may be empty.
    pub about: String,
}

/// What a completion is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
#[ts(rename = "RuleCompletionKind")]
pub enum CompletionKind {
    Field,
    Operator,
    Value,
    /// `and`, `or`, `not`, brackets and commas.
    Word,
}

/// Names that occur in the user's own configuration and calls.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, TS)]
#[serde(default)]
#[ts(rename = "RuleKnown")]
pub struct Known {
    pub tasks: Vec<String>,
    pub tags: Vec<String>,
    pub tools: Vec<String>,
    pub callers: Vec<String>,
    pub projects: Vec<String>,
    pub prompts: Vec<String>,
}

impl Known {
    fn of(&self, field: Field) -> &[String] {
        match field {
            Field::Task => &self.tasks,
            Field::Tags => &self.tags,
            Field::Tools => &self.tools,
            Field::Caller => &self.callers,
            Field::Project => &self.projects,
            Field::Prompt => &self.prompts,
            _ => &[],
        }
    }
}

/// Returns what fits at a cursor, with the names that are always known.
pub fn complete(text: &str, cursor: usize) -> Vec<Completion> {
    complete_with(text, cursor, &Known::default())
}

/// Returns what fits at a cursor (a byte; within a character: before it), in the order in which to offer it.
///
/// Empty where the rule is faulty before the cursor, or only the user knows what to write.
pub fn complete_with(text: &str, cursor: usize, known: &Known) -> Vec<Completion> {
    let cursor = text.floor_char_boundary(cursor);
    let before = &text[..cursor];
    let (mut found, fault) = tokens(before);
    // What is being typed: an open quoted text, or the word or quoted text that the cursor touches.
    let (start, typed) = match fault {
        Some(fault) => match fault.open {
            Some(open) => (fault.error.start as usize, open),
            None => return Vec::new(),
        },
        None => match found.last() {
            Some(Token { kind, start, end }) if *end == cursor => match kind {
                Kind::Word(word) => {
                    let typed = (*start, word.clone());
                    found.pop();
                    typed
                }
                // An operator that another continues: `<` and `<=`.
                Kind::Sign(sign @ ("<" | ">")) => {
                    let typed = (*start, (*sign).to_owned());
                    found.pop();
                    typed
                }
                _ => (cursor, String::new()),
            },
            _ => (cursor, String::new()),
        },
    };
    found.push(Token {
        kind: Kind::Cursor,
        start,
        end: cursor,
    });
    let Err(Stop::Wants(wants)) = run(&found, cursor) else {
        return Vec::new();
    };
    let in_quotes = before[start..].starts_with(['"', '\'']);
    // An editor may have put the closing mark behind the cursor already.
    let closed = in_quotes && text[cursor..].starts_with(&before[start..=start]);
    let end = cursor + usize::from(closed);
    let typed = typed.to_lowercase();
    let mut offers: Vec<Completion> = offers(wants, known)
        .into_iter()
        .filter(|offer| {
            let bare = offer.insert.trim_matches('"').to_lowercase();
            let fits = match offer.kind {
                CompletionKind::Value => bare.contains(&typed),
                _ => !in_quotes && bare.starts_with(&typed),
            };
            fits && (bare != typed || in_quotes)
        })
        .map(|offer| Completion {
            start: u32::try_from(start).unwrap_or(u32::MAX),
            end: u32::try_from(end).unwrap_or(u32::MAX),
            ..offer
        })
        .collect();
    offers.truncate(MOST);
    offers
}

fn offers(wants: Wants, known: &Known) -> Vec<Completion> {
    let word = |insert: &str, about: &str| offer(insert, CompletionKind::Word, about);
    let operator = |insert: &str| offer(insert, CompletionKind::Operator, operator_words(insert));
    match wants {
        Wants::Operand => Field::ALL
            .into_iter()
            .map(|field| offer(field.name(), CompletionKind::Field, field.about()))
            .chain([
                word("not", "the opposite of what follows"),
                word("true", "holds always"),
            ])
            .collect(),
        Wants::Operator(field) => field.operators().iter().copied().map(operator).collect(),
        Wants::Negated(field) => [
            "in",
            "contains",
            "startswith",
            "endswith",
            "matches",
            "between",
        ]
        .into_iter()
        .filter(|name| field.operators().contains(name))
        .map(operator)
        .collect(),
        Wants::In => vec![operator("in"), operator("not in")],
        Wants::Set => [Field::Tags, Field::Tools]
            .map(|field| offer(field.name(), CompletionKind::Field, field.about()))
            .to_vec(),
        Wants::Value(field) => values(field, known),
        Wants::List(field) => values(field, known)
            .into_iter()
            .map(|value| Completion {
                insert: format!("[{}]", value.insert),
                ..value
            })
            .collect(),
        Wants::And => vec![word("and", "")],
        Wants::Known => vec![operator("known"), operator("unknown")],
        Wants::Connective { bracket } => {
            let mut words = vec![word("and", "both hold"), word("or", "one of both holds")];
            if bracket {
                words.push(word(")", "closes the bracket"));
            }
            words
        }
        Wants::Comma => vec![word(",", "another value"), word("]", "closes the list")],
        Wants::Nothing => Vec::new(),
    }
}

fn values(field: Field, known: &Known) -> Vec<Completion> {
    let example = |insert: &str| vec![offer(insert, CompletionKind::Value, "")];
    match field.kind() {
        FieldKind::Share => example("80%"),
        FieldKind::Hour => example("18"),
        FieldKind::Clock => example("08:30"),
        FieldKind::Count => example(if field == Field::Images {
            "1"
        } else {
            "100_000"
        }),
        _ => {
            let mut all: Vec<Completion> = Vec::new();
            let own = known.of(field).iter().map(|name| (name.as_str(), ""));
            for (name, about) in own.chain(field.values()) {
                let insert = quoted(name);
                if !all.iter().any(|other| other.insert == insert) {
                    all.push(offer(&insert, CompletionKind::Value, about));
                }
            }
            all
        }
    }
}

fn offer(insert: &str, kind: CompletionKind, about: &str) -> Completion {
    Completion {
        insert: insert.to_owned(),
        start: 0,
        end: 0,
        kind,
        about: about.to_owned(),
    }
}

fn operator_words(operator: &str) -> &'static str {
    match operator {
        "==" => "is",
        "!=" => "is not",
        "in" => "is one of",
        "not in" => "is none of",
        "contains" => "has it in any place",
        "not contains" => "does not have it",
        "startswith" => "begins with it",
        "endswith" => "ends with it",
        "matches" => "a regular expression is found in it",
        "<" => "under",
        "<=" => "at most",
        ">" => "over",
        ">=" => "at least",
        "between" => "from one to another, both included",
        "is known" | "known" => "there is a value",
        "is unknown" | "unknown" => "there is no value",
        _ => "",
    }
}
