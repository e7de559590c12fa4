//! What a prompt's own text tells: the kind of work, and how demanding it is.

use crate::api::types::{RouteDecision, TaskGuess};
use switchboard_routing::{Classified, Facts, Task, classify};

/// The classifier's word on one prompt, asked for at most once.
#[derive(Debug, Default)]
pub(super) struct Reader(Option<Classified>);

impl Reader {
    fn read(&mut self, facts: &Facts) -> &Classified {
        // The user's own words tell the task; a system prompt is read where there are none.
        self.0.get_or_insert_with(|| {
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
        let read = self.read(facts);
        let task = read.task.map(Task::name);
        decision.task = Some(TaskGuess {
            task: task.unwrap_or(read.likeliest.name()).to_owned(),
            certainty: read.probability,
            sure: task.is_some(),
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
