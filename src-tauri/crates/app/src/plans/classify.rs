//! What a prompt's own text tells: the kind of work, and how demanding it is.

use crate::api::types::{RouteDecision, TaskGuess};
use switchboard_routing::classify::Class;
use switchboard_routing::{Classified, Facts, Task, classify};

/// What a light model said of a prompt.
#[derive(Debug)]
pub(super) struct Said {
    pub(super) class: Class,
    /// Which model, as `provider/model`.
    pub(super) by: String,
}

/// The classifier's word on one prompt, asked for at most once.
#[derive(Debug, Default)]
pub(super) struct Reader {
    /// `None`: no other was asked, or it did not know.
    said: Option<Said>,
    read: Option<Classified>,
}

impl Reader {
    /// A reader that goes by what a light model said of the task.
    pub(super) fn told(said: Said) -> Self {
        Self {
            said: Some(said),
            read: None,
        }
    }

    fn read(&mut self, facts: &Facts) -> &Classified {
        // The user's own words tell the task; a system prompt is read where there are none.
        self.read.get_or_insert_with(|| {
            let text = match facts.text.is_empty() {
                true => facts.system.as_str(),
                false => facts.text.as_str(),
            };
            classify(text)
        })
    }

    /// Finds out the task, unless the caller told it.
    pub(super) fn task(&mut self, facts: &mut Facts, decision: &mut RouteDecision) {
        if facts.task.is_some() {
            return;
        }
        if let Some(Said { class, by }) = &self.said {
            decision.task = Some(TaskGuess {
                task: class.name().to_owned(),
                certainty: 1.0,
                sure: true,
                by: Some(by.clone()),
            });
            facts.task = class.task().map(|task| task.name().to_owned());
            return;
        }
        let read = self.read(facts);
        let task = read.task.map(Task::name);
        decision.task = Some(TaskGuess {
            task: task.unwrap_or(read.likeliest.name()).to_owned(),
            certainty: read.probability,
            sure: task.is_some(),
            by: None,
        });
        facts.task = task.map(str::to_owned);
    }

    /// Finds out how demanding the prompt is, unless it is told.
    pub(super) fn complexity(&mut self, facts: &mut Facts, decision: &mut RouteDecision) {
        if facts.complexity.is_none() && !(facts.text.is_empty() && facts.system.is_empty()) {
            facts.complexity = Some(self.read(facts).demand.tier);
        }
        decision.complexity = facts.complexity;
    }
}
