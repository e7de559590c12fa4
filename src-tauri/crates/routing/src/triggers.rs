//! Which of several rules takes a request.

use crate::decision::{Passed, RuleHeld};
use crate::facts::Facts;
use crate::rule::{Explained, Rule};

/// Holds rules against a request, in order; returns the first that holds with its place, and why those before it did
/// not.
pub fn first_match<'r>(
    rules: impl IntoIterator<Item = (&'r str, &'r Rule)>,
    facts: &Facts,
) -> (Option<(usize, RuleHeld)>, Vec<Passed>) {
    let mut passed = Vec::new();
    for (at, (name, rule)) in rules.into_iter().enumerate() {
        if rule.matches(facts) {
            return (Some((at, RuleHeld::new(name, rule))), passed);
        }
        if passed.len() < Passed::MOST {
            let why = why_not(&rule.explain(facts));
            passed.push(Passed::new(name, &why));
        }
    }
    (None, passed)
}

/// Returns the condition that kept a rule from holding: the first of an `and`, the last of an `or`.
fn why_not(told: &Explained) -> String {
    // A negated group fails because the group holds; its words say that.
    let failed = told.parts.iter().find(|part| !part.holds);
    match failed {
        Some(part) => why_not(part),
        None => match &told.saw {
            Some(saw) => format!("it is not so that {}: it is {saw}", told.words),
            None => format!("it is not so that {}", told.words),
        },
    }
}
