//! What kind of work a prompt asks for.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// A task that routes are made for by default.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
#[ts(rename = "PromptTask")]
pub enum Task {
    /// One of given labels: sentiment, topic, spam or not.
    Classification,
    /// A shorter text of a longer one.
    Summarization,
    /// Code written, changed, tested or repaired.
    CodeGeneration,
    /// Proof, calculation, planning, weighing of reasons.
    ComplexReasoning,
    /// The same text in another language.
    Translation,
    /// Named fields out of a text.
    DataExtraction,
}

impl Task {
    /// Every task, in the order in which routes are listed.
    pub const ALL: [Self; 6] = [
        Self::Classification,
        Self::Summarization,
        Self::CodeGeneration,
        Self::ComplexReasoning,
        Self::Translation,
        Self::DataExtraction,
    ];

    /// Returns the name used in rules and configuration files.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Classification => "classification",
            Self::Summarization => "summarization",
            Self::CodeGeneration => "code_generation",
            Self::ComplexReasoning => "complex_reasoning",
            Self::Translation => "translation",
            Self::DataExtraction => "data_extraction",
        }
    }

    /// Returns the task of a name; `None` for any other text.
    pub fn of(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|task| task.name() == name)
    }
}
