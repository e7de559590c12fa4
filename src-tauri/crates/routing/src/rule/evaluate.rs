//! Whether a rule holds.

use super::ast::{Expr, Order, Test};
use super::field::{Field, FieldKind};
use super::number::Number;
use crate::facts::Facts;

pub(super) fn holds(expr: &Expr, facts: &Facts) -> bool {
    match expr {
        Expr::Always => true,
        Expr::Never => false,
        Expr::All(parts) => parts.iter().all(|part| holds(part, facts)),
        Expr::Any(parts) => parts.iter().any(|part| holds(part, facts)),
        Expr::Not(inner) => !holds(inner, facts),
        Expr::Test(test) => passes(test, facts),
    }
}

/// Returns whether one condition holds; nothing holds of what is unknown.
pub(super) fn passes(test: &Test, facts: &Facts) -> bool {
    match test {
        Test::Flag(field) => flag(*field, facts),
        Test::Known(field) => number(*field, facts).is_some() || name(*field, facts).is_some(),
        Test::Compare(field, order, value) => {
            number(*field, facts).is_some_and(|seen| compare(seen, *order, *value))
        }
        Test::Between(field, low, high) => {
            number(*field, facts).is_some_and(|seen| between(*field, seen, *low, *high))
        }
        Test::Is(field, value) => name(*field, facts).is_some_and(|seen| seen == value),
        Test::OneOf(field, values) => {
            name(*field, facts).is_some_and(|seen| values.iter().any(|value| value == seen))
        }
        Test::Has(field, value) => set(*field, facts).contains(value),
        Test::Like(field, pattern) => match field.kind() {
            FieldKind::Prose => pattern.is_match(prose(*field, facts)),
            _ => name(*field, facts).is_some_and(|seen| pattern.is_match(seen)),
        },
    }
}

fn compare(seen: f64, order: Order, value: Number) -> bool {
    let value = value.value();
    match order {
        Order::Equal => (seen - value).abs() < 5e-7,
        Order::Less => seen < value,
        Order::AtMost => seen <= value,
        Order::More => seen > value,
        Order::AtLeast => seen >= value,
    }
}

fn between(field: Field, seen: f64, low: Number, high: Number) -> bool {
    let (low, high) = (low.value(), high.value());
    let around = matches!(field.kind(), FieldKind::Hour | FieldKind::Clock) && low > high;
    if around {
        seen >= low || seen <= high
    } else {
        low <= seen && seen <= high
    }
}

pub(super) fn flag(field: Field, facts: &Facts) -> bool {
    match field {
        Field::HasImages => facts.images > 0,
        Field::HasTools => !facts.tools.is_empty(),
        Field::JsonSchema => facts.json_schema,
        Field::Streaming => facts.streaming,
        _ => false,
    }
}

pub(super) fn number(field: Field, facts: &Facts) -> Option<f64> {
    match field {
        Field::InputTokens => Some(facts.input_tokens as f64),
        Field::InputChars => Some(facts.input_chars as f64),
        Field::Images => Some(f64::from(facts.images)),
        Field::Hour => facts.local_time.map(|time| f64::from(time.hour)),
        Field::Time => facts.local_time.map(|time| f64::from(time.minute_of_day())),
        Field::BudgetUsed => facts.budget_used.filter(|share| !share.is_nan()),
        _ => None,
    }
}

pub(super) fn name(field: Field, facts: &Facts) -> Option<&str> {
    match field {
        Field::Task => facts.task.as_deref(),
        Field::Caller => facts.caller.as_deref(),
        Field::Project => facts.project.as_deref(),
        Field::Prompt => facts.prompt.as_deref(),
        Field::Language => facts.language.map(|language| language.code()),
        Field::Complexity => facts.complexity.map(|tier| tier.name()),
        Field::Weekday => facts.local_time.map(|time| time.weekday.name()),
        _ => None,
    }
}

pub(super) fn set(field: Field, facts: &Facts) -> &[String] {
    match field {
        Field::Tags => &facts.tags,
        Field::Tools => &facts.tools,
        _ => &[],
    }
}

pub(super) fn prose(field: Field, facts: &Facts) -> &str {
    match field {
        Field::Text => facts.text.as_str(),
        Field::System => facts.system.as_str(),
        _ => "",
    }
}
