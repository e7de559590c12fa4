//! What was decided about a request, and why: recorded with the call, told in one sentence.
//!
//! A record holds words and names only, never text of the prompt (a rule's own words may name what it looks for), and is
//! bounded: names to 120 characters, clauses to 600, what was passed over to 24 entries. It can be read again by later versions, and tells the same sentence then.

use crate::complexity::Complexity;
use crate::equals::By;
use crate::rule::Rule;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// Most characters of a name.
const NAME: usize = 120;

/// Most characters of a rule's text and of a clause.
const CLAUSE: usize = 600;

/// The route, the variant and the target that a request got.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, TS)]
#[ts(rename = "RoutingDecision")]
pub struct Decision {
    /// What the caller asked for: a model, a route, or `auto`.
    pub asked: String,
    /// The route taken; `None`: a model was named.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub route: Option<String>,
    /// How the route was found.
    pub by: FoundBy,
    /// The task, if one was told or recognised, also where it did not decide.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub task: Option<TaskSeen>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub complexity: Option<Complexity>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub variant: Option<VariantTaken>,
    /// The target asked first.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pick: Option<TargetPicked>,
    /// Rules, routes and targets that were looked at before and not taken, in that order.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub passed: Vec<Passed>,
    /// How many more were passed over than `passed` holds.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub passed_more: u32,
}

/// How a route was found.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case", tag = "by")]
#[ts(rename = "RouteFoundBy")]
pub enum FoundBy {
    /// The caller named the model or the route.
    #[default]
    Name,
    /// A rule held.
    Rule(RuleHeld),
    /// The classifier was sure enough of the task; see [`Decision::task`].
    Task,
    /// Nothing else held.
    Default,
}

/// A rule that held.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct RuleHeld {
    /// Its name, or its route's.
    pub name: String,
    /// As it is written.
    pub text: String,
    /// In words.
    pub words: String,
}

/// A task and where it is known from.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct TaskSeen {
    pub name: String,
    /// The classifier's, 0 to 1; `None`: the caller told the task.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub probability: Option<f64>,
}

/// A variant and its share of the requests.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct VariantTaken {
    pub name: String,
    /// 0 to 1.
    pub share: f64,
}

/// A target and why it comes first.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct TargetPicked {
    pub target: String,
    /// What it was chosen by among equals; `None`: it is the first in the route's order that can be asked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub by: Option<By>,
    /// One clause without a subject: `is the cheapest of 3`.
    pub why: String,
}

/// Something that was not taken.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(rename = "PassedOver")]
pub struct Passed {
    pub what: String,
    /// One clause.
    pub why: String,
}

impl Passed {
    /// Most that a decision records.
    pub const MOST: usize = 24;

    /// Records what was not taken and why, cut to the bounds.
    pub fn new(what: &str, why: &str) -> Self {
        Self {
            what: cut(what, NAME),
            why: cut(why, CLAUSE),
        }
    }
}

impl RuleHeld {
    /// Records a rule, cut to the bounds.
    pub fn new(name: &str, rule: &Rule) -> Self {
        Self {
            name: cut(name, NAME),
            text: cut(&rule.to_string(), CLAUSE),
            words: cut(&rule.words(), CLAUSE),
        }
    }
}

impl Decision {
    /// Cuts every part to its bound. Call it before recording.
    pub fn bounded(mut self) -> Self {
        let more = self.passed.len().saturating_sub(Passed::MOST);
        self.passed_more = self
            .passed_more
            .saturating_add(u32::try_from(more).unwrap_or(u32::MAX));
        self.passed.truncate(Passed::MOST);
        for passed in &mut self.passed {
            *passed = Passed::new(&passed.what, &passed.why);
        }
        self.asked = cut(&self.asked, NAME);
        self.route = self.route.map(|route| cut(&route, NAME));
        if let FoundBy::Rule(rule) = &mut self.by {
            rule.name = cut(&rule.name, NAME);
            rule.text = cut(&rule.text, CLAUSE);
            rule.words = cut(&rule.words, CLAUSE);
        }
        if let Some(task) = &mut self.task {
            task.name = cut(&task.name, NAME);
            task.probability = task.probability.map(share);
        }
        if let Some(variant) = &mut self.variant {
            variant.name = cut(&variant.name, NAME);
            variant.share = share(variant.share);
        }
        if let Some(pick) = &mut self.pick {
            pick.target = cut(&pick.target, NAME);
            pick.why = cut(&pick.why, CLAUSE);
        }
        self
    }

    /// Answers "why this model?" in one sentence.
    pub fn sentence(&self) -> String {
        let mut clauses = vec![self.way()];
        if let Some(variant) = &self.variant {
            clauses.push(format!(
                "variant `{}` is this key's, as for {} of them",
                variant.name,
                percent(variant.share)
            ));
        }
        if let Some(pick) = &self.pick {
            clauses.push(format!("`{}` {}", pick.target, pick.why));
        }
        let passed = self.passed.len() + self.passed_more as usize;
        if let Some(first) = self.passed.last() {
            let others = match passed - 1 {
                0 => String::new(),
                1 => " and one other".to_owned(),
                more => format!(" and {more} others"),
            };
            clauses.push(format!(
                "passed over: `{}` ({}){others}",
                first.what, first.why
            ));
        }
        let mut sentence = clauses.join("; ");
        if let Some(first) = sentence.get(..1) {
            let first = first.to_uppercase();
            sentence.replace_range(..1, &first);
        }
        sentence.push('.');
        sentence
    }

    /// The clause on how the route was found.
    fn way(&self) -> String {
        let Some(route) = &self.route else {
            return format!("the caller asked for `{}`", self.asked);
        };
        match (&self.by, &self.task) {
            (FoundBy::Name, _) => format!("the caller asked for route `{route}`"),
            (FoundBy::Rule(rule), _) => format!("route `{route}` was taken because {}", rule.words),
            (
                FoundBy::Task,
                Some(TaskSeen {
                    name,
                    probability: Some(chance),
                }),
            ) => format!(
                "route `{route}` was taken because the prompt looks like {} ({} sure)",
                name.replace('_', " "),
                percent(*chance)
            ),
            (
                FoundBy::Task,
                Some(TaskSeen {
                    name,
                    probability: None,
                }),
            ) => {
                format!(
                    "route `{route}` was taken because the task is {}",
                    name.replace('_', " ")
                )
            }
            (FoundBy::Task, None) => format!("route `{route}` was taken for its task"),
            (FoundBy::Default, _) => {
                format!("route `{route}` was taken because no rule held and no task was clear")
            }
        }
    }
}

/// Returns a share within 0 to 1 and to four places, which any reader of JSON reads back the same.
fn share(value: f64) -> f64 {
    if value.is_nan() {
        return 0.0;
    }
    (value.clamp(0.0, 1.0) * 10_000.0).round() / 10_000.0
}

fn percent(share: f64) -> String {
    let percent = share * 100.0;
    if percent > 0.0 && percent < 1.0 {
        format!("{percent:.1}%")
    } else {
        format!("{percent:.0}%")
    }
}

/// Cuts a text to some characters.
fn cut(text: &str, most: usize) -> String {
    match text.char_indices().nth(most) {
        // One less than the bound, for the mark: cutting again changes nothing.
        Some(_) => {
            let end = text
                .char_indices()
                .nth(most - 1)
                .map_or(text.len(), |(at, _)| at);
            format!("{}…", &text[..end])
        }
        None => text.to_owned(),
    }
}

#[expect(
    clippy::trivially_copy_pass_by_ref,
    reason = "serde passes a reference"
)]
fn is_zero(count: &u32) -> bool {
    *count == 0
}

#[cfg(test)]
mod tests;
