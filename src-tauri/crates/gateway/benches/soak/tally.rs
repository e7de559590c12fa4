//! What came of all calls.

use crate::dialect::Seen;
use crate::mix::{Case, Course};
use crate::{Outcome, line};
use std::collections::{BTreeMap, HashMap};

/// Most that is printed of what is wrong.
const TOLD: usize = 20;

/// How a call ended for its client.
#[derive(Debug)]
pub(crate) enum End {
    Read(Seen),
    /// The connection broke under an answer.
    Broken(String),
    Hung,
    /// The client itself went away.
    Left,
}

/// Counts by name, and what is not as it must be.
#[derive(Debug, Default)]
pub(crate) struct Tally {
    counts: BTreeMap<&'static str, u64>,
    /// By the call's id, the status that history must have; `None`: any that is final.
    calls: HashMap<String, Option<&'static str>>,
    wrong: Vec<String>,
}

impl Tally {
    pub(crate) fn add(&mut self, case: Case, id: Option<String>, end: End) {
        let (name, status) = match end {
            End::Left => ("clients that left", None),
            End::Hung => {
                self.blame(format!("{case:?} hangs"));
                ("hung", None)
            }
            End::Broken(error) => {
                self.blame(format!("{case:?} broke off: {error}"));
                ("broken connections", None)
            }
            End::Read(Seen::Neither(what)) => {
                self.blame(format!("{case:?} is no answer and no error: {what}"));
                ("neither answer nor error", None)
            }
            End::Read(Seen::Whole(text)) if !case.is_said(&text) => {
                self.blame(format!("{case:?} is not what was said: {text}"));
                ("whole answers that are not what was said", None)
            }
            End::Read(Seen::Whole(_)) => {
                let name = match case.course {
                    Course::Sound => "answered",
                    Course::Once => "answered, rescued by a retry",
                    Course::Fallback => "answered, rescued by a fallback",
                    Course::Alone => "answered in spite of the fault",
                };
                (name, Some("ok"))
            }
            End::Read(Seen::Error(what)) => {
                if case.is_rescued() {
                    self.blame(format!("{case:?} failed: {what}"));
                }
                ("honest errors", Some("failed"))
            }
        };
        *self.counts.entry(name).or_default() += 1;
        match id {
            Some(id) => drop(self.calls.insert(id, status)),
            None if status.is_some() => self.blame(format!("{case:?}: no id in the reply")),
            None => {}
        }
    }

    /// Compares with what history says.
    pub(crate) fn compare(&mut self, history: &HashMap<String, String>) {
        let mut wrong = Vec::new();
        for (id, expected) in &self.calls {
            match (history.get(id), expected) {
                (None, _) => wrong.push(format!("the call {id} is not in the history")),
                (Some(status), Some(expected)) if status != expected => {
                    wrong.push(format!("the call {id} is {status}, not {expected}"));
                }
                _ => {}
            }
        }
        for (id, status) in history {
            if !matches!(status.as_str(), "ok" | "failed" | "cancelled") {
                wrong.push(format!("the call {id} is left as {status}"));
            }
        }
        self.wrong.extend(wrong);
        self.counts
            .insert("calls in the history", history.len() as u64);
    }

    pub(crate) fn blame(&mut self, what: String) {
        self.wrong.push(what);
    }

    pub(crate) fn print(&self) {
        for (name, count) in &self.counts {
            line(name, *count as f64, "calls");
        }
        line("not as it must be", self.wrong.len() as f64, "");
    }

    /// # Errors
    /// What is not as it must be.
    pub(crate) fn verdict(self) -> Outcome<()> {
        if self.wrong.is_empty() {
            return Ok(());
        }
        let told: Vec<&str> = self.wrong.iter().take(TOLD).map(String::as_str).collect();
        Err(told.join("\n").into())
    }
}
