//! A rule as it is best written.

use super::ast::{Expr, Order, Test};
use super::name::quoted;

pub(super) fn print(expr: &Expr) -> String {
    let mut out = String::new();
    write(expr, &mut out);
    out
}

fn write(expr: &Expr, out: &mut String) {
    match expr {
        Expr::Always => out.push_str("true"),
        Expr::Never => out.push_str("false"),
        Expr::All(parts) => {
            for (at, part) in parts.iter().enumerate() {
                if at > 0 {
                    out.push_str(" and ");
                }
                match part {
                    Expr::Any(_) => bracketed(part, out),
                    _ => write(part, out),
                }
            }
        }
        Expr::Any(parts) => {
            for (at, part) in parts.iter().enumerate() {
                if at > 0 {
                    out.push_str(" or ");
                }
                write(part, out);
            }
        }
        Expr::Not(inner) => negated(inner, out),
        Expr::Test(test) => out.push_str(&written(test)),
    }
}

fn bracketed(expr: &Expr, out: &mut String) {
    out.push('(');
    write(expr, out);
    out.push(')');
}

/// Puts the negation where it reads best.
fn negated(inner: &Expr, out: &mut String) {
    let Expr::Test(test) = inner else {
        out.push_str("not ");
        match inner {
            Expr::All(_) | Expr::Any(_) => bracketed(inner, out),
            _ => write(inner, out),
        }
        return;
    };
    let name = test.field().name();
    let text = match test {
        Test::Known(_) => format!("{name} is unknown"),
        Test::Is(_, value) => format!("{name} != {}", quoted(value)),
        Test::Compare(field, Order::Equal, value) => {
            format!("{name} != {}", value.written(field.kind()))
        }
        Test::OneOf(_, values) => format!("{name} not in {}", list(values)),
        Test::Has(_, value) => format!("{} not in {name}", quoted(value)),
        Test::Like(_, pattern) => {
            format!(
                "{name} not {} {}",
                pattern.how.name(),
                quoted(&pattern.source)
            )
        }
        Test::Flag(_) | Test::Compare(..) | Test::Between(..) => format!("not {}", written(test)),
    };
    out.push_str(&text);
}

/// Returns one condition as written.
fn written(test: &Test) -> String {
    let name = test.field().name();
    match test {
        Test::Flag(_) => name.to_owned(),
        Test::Known(_) => format!("{name} is known"),
        Test::Compare(field, order, value) => {
            format!("{name} {} {}", order.sign(), value.written(field.kind()))
        }
        Test::Between(field, low, high) => format!(
            "{name} between {} and {}",
            low.written(field.kind()),
            high.written(field.kind())
        ),
        Test::Is(_, value) => format!("{name} == {}", quoted(value)),
        Test::OneOf(_, values) => format!("{name} in {}", list(values)),
        Test::Has(_, value) => format!("{} in {name}", quoted(value)),
        Test::Like(_, pattern) => {
            format!("{name} {} {}", pattern.how.name(), quoted(&pattern.source))
        }
    }
}

fn list(values: &[String]) -> String {
    let values: Vec<String> = values.iter().map(|value| quoted(value)).collect();
    format!("[{}]", values.join(", "))
}
