//! The classes.

use crate::task::Task;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// A task, or something else.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
#[ts(rename = "PromptClass")]
pub enum Class {
    Classification,
    Summarization,
    CodeGeneration,
    ComplexReasoning,
    Translation,
    DataExtraction,
    /// Talk, facts, advice, letters, stories, rewording.
    Other,
}

impl Class {
    /// Every class, in the order of the weights.
    pub const ALL: [Self; 7] = [
        Self::Classification,
        Self::Summarization,
        Self::CodeGeneration,
        Self::ComplexReasoning,
        Self::Translation,
        Self::DataExtraction,
        Self::Other,
    ];

    /// Returns the task; `None` for something else.
    pub const fn task(self) -> Option<Task> {
        match self {
            Self::Classification => Some(Task::Classification),
            Self::Summarization => Some(Task::Summarization),
            Self::CodeGeneration => Some(Task::CodeGeneration),
            Self::ComplexReasoning => Some(Task::ComplexReasoning),
            Self::Translation => Some(Task::Translation),
            Self::DataExtraction => Some(Task::DataExtraction),
            Self::Other => None,
        }
    }

    /// Returns the name used in data files.
    pub const fn name(self) -> &'static str {
        match self.task() {
            Some(task) => task.name(),
            None => "other",
        }
    }

    /// Returns the class of a name.
    pub fn of(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|class| class.name() == name)
    }
}
