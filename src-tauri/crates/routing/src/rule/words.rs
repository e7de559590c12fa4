//! A rule as a clause that reads aloud.

use super::ast::{Expr, Order, Test};
use super::field::Field;
use super::pattern::How;
use crate::language::Language;
use crate::local_time::Weekday;

/// Whether a condition is told as it stands or negated.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Sense {
    Is,
    IsNot,
}

pub(super) fn words(expr: &Expr) -> String {
    match expr {
        Expr::Always => "always".to_owned(),
        Expr::Never => "never".to_owned(),
        Expr::All(parts) => joined(parts.iter().map(inner), "and"),
        Expr::Any(parts) => joined(parts.iter().map(inner), "or"),
        Expr::Not(negated) => match negated.as_ref() {
            Expr::Test(test) => told(test, Sense::IsNot),
            other => format!("it is not so that {}", inner(other)),
        },
        Expr::Test(test) => told(test, Sense::Is),
    }
}

/// A part within another, its own parts held together by "either" or "both".
fn inner(expr: &Expr) -> String {
    match expr {
        Expr::Any(parts) => format!("either {}", listed(parts.iter().map(inner), "or")),
        Expr::All(parts) if parts.len() == 2 => {
            format!("both {}", listed(parts.iter().map(inner), "and"))
        }
        Expr::All(parts) => format!("all of: {}", listed(parts.iter().map(inner), "and")),
        other => words(other),
    }
}

/// Joins clauses with a comma before each.
fn joined(parts: impl Iterator<Item = String>, word: &str) -> String {
    let parts: Vec<String> = parts.collect();
    let last = parts.len().saturating_sub(1);
    parts
        .iter()
        .enumerate()
        .map(|(at, part)| match at {
            0 => part.clone(),
            at if at == last => format!(", {word} {part}"),
            _ => format!(", {part}"),
        })
        .collect()
}

/// Joins words: `a`, `a or b`, `a, b or c`.
fn listed(parts: impl Iterator<Item = String>, word: &str) -> String {
    let parts: Vec<String> = parts.collect();
    match parts.as_slice() {
        [] => String::new(),
        [only] => only.clone(),
        [first @ .., last] => format!("{} {word} {last}", first.join(", ")),
    }
}

fn told(test: &Test, sense: Sense) -> String {
    let not = match sense {
        Sense::Is => "",
        Sense::IsNot => "not ",
    };
    match test {
        Test::Flag(field) => flag(*field, sense).to_owned(),
        Test::Known(field) => format!("{} is {not}known", subject(*field)),
        Test::Compare(field, order, value) => {
            let value = value.words(field.kind());
            let order = match (*order, *field) {
                (Order::Equal, _) => "",
                (Order::Less, Field::Time | Field::Hour) => "before ",
                (Order::More, Field::Time | Field::Hour) => "after ",
                (Order::Less, _) => "under ",
                (Order::More, _) => "over ",
                (Order::AtMost, _) => "at most ",
                (Order::AtLeast, _) => "at least ",
            };
            format!("{} {not}{order}{value}{}", subject_is(*field), unit(*field))
        }
        Test::Between(field, low, high) => format!(
            "{} {not}from {} to {}{}",
            subject_is(*field),
            low.words(field.kind()),
            high.words(field.kind()),
            unit(*field)
        ),
        Test::Is(field, value) => {
            format!("{} is {not}{}", subject(*field), named(*field, value))
        }
        Test::OneOf(field, values) => {
            let values = values.iter().map(|value| named(*field, value));
            match sense {
                Sense::Is => format!("{} is {}", subject(*field), listed(values, "or")),
                Sense::IsNot if values.len() == 1 => {
                    format!("{} is not {}", subject(*field), listed(values, "or"))
                }
                Sense::IsNot => {
                    format!("{} is none of {}", subject(*field), listed(values, "and"))
                }
            }
        }
        Test::Has(Field::Tools, value) => format!("the tool {value} is {not}offered"),
        Test::Has(_, value) => format!("the tag {value} is {not}set"),
        Test::Like(field, pattern) => {
            let (is, base) = match pattern.how {
                How::Contains => ("contains", "contain"),
                How::StartsWith => ("begins with", "begin with"),
                How::EndsWith => ("ends with", "end with"),
                How::Matches => ("matches", "match"),
            };
            let verb = match sense {
                Sense::Is => is.to_owned(),
                Sense::IsNot => format!("does not {base}"),
            };
            let source = match pattern.how {
                How::Matches => format!("/{}/", pattern.source),
                _ => format!("“{}”", pattern.source),
            };
            format!("{} {verb} {source}", subject(*field))
        }
    }
}

/// Returns how a sentence begins that names a field's value.
const fn subject(field: Field) -> &'static str {
    match field {
        Field::Task => "task",
        Field::Tags => "the tags",
        Field::Text => "the input text",
        Field::System => "the system prompt",
        Field::Language => "language",
        Field::Complexity => "complexity",
        Field::InputTokens | Field::InputChars => "input",
        Field::HasImages | Field::Images => "the number of images",
        Field::HasTools | Field::Tools => "the tools",
        Field::JsonSchema => "the schema",
        Field::Streaming => "streaming",
        Field::Caller => "caller",
        Field::Project => "project",
        Field::Prompt => "prompt",
        Field::Weekday => "the day",
        Field::Hour => "the hour",
        Field::Time => "the time",
        Field::BudgetUsed => "the budget used",
    }
}

fn subject_is(field: Field) -> String {
    format!("{} is", subject(field))
}

const fn unit(field: Field) -> &'static str {
    match field {
        Field::InputTokens => " tokens",
        Field::InputChars => " characters",
        _ => "",
    }
}

const fn flag(field: Field, sense: Sense) -> &'static str {
    match (field, sense) {
        (Field::HasImages, Sense::Is) => "there are images",
        (Field::HasImages, Sense::IsNot) => "there are no images",
        (Field::HasTools, Sense::Is) => "there are tools",
        (Field::HasTools, Sense::IsNot) => "there are no tools",
        (Field::JsonSchema, Sense::Is) => "the answer must follow a JSON schema",
        (Field::JsonSchema, Sense::IsNot) => "no JSON schema is asked for",
        (_, Sense::Is) => "the answer is streamed",
        (_, Sense::IsNot) => "the answer is not streamed",
    }
}

/// Returns a name as people say it.
fn named(field: Field, value: &str) -> String {
    match field {
        Field::Language => Language::of(value)
            .map_or(value, |language| language.words())
            .to_owned(),
        Field::Weekday => Weekday::ALL
            .into_iter()
            .find(|day| day.name() == value)
            .map_or(value, |day| day.words())
            .to_owned(),
        Field::Task => value.replace('_', " "),
        _ => value.to_owned(),
    }
}
