//! What a prompt asks for, told from its text alone, on this machine and within a millisecond.
//!
//! A linear model over hashed words, pairs of words and pieces of words. Its weights lie in `data/model.bin`;
//! `cargo run --release -p switchboard-routing --example train` makes them from `data/prompts/`, and writes
//! `data/README.md` with what they are worth on prompts they were not made from. It looks at the ends of a text, where
//! instructions stand, and never at more than a few thousand characters.

mod class;
mod demand;
#[doc(hidden)]
pub mod features;
mod lexicon;
pub mod light;
#[doc(hidden)]
pub mod model;
mod text;

pub use class::Class;
pub use demand::{Demand, demand};

use crate::task::Task;
use model::Model;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// What the classifier makes of a prompt.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[ts(rename = "PromptClassified")]
pub struct Classified {
    /// The task; `None`: it is not sure, or the prompt asks for something else.
    pub task: Option<Task>,
    /// The likeliest class, also where it is not sure.
    pub likeliest: Class,
    /// The probability of the likeliest class, 0 to 1, calibrated.
    pub probability: f64,
    /// Up to three things in the text that speak for the likeliest class most, each a short clause.
    pub because: Vec<String>,
    /// How demanding the prompt is.
    pub demand: Demand,
}

/// Returns what a prompt asks for: system prompt and user's text joined, or the user's text alone.
pub fn classify(text: &str) -> Classified {
    classify_with(Model::bundled(), text)
}

/// Classifies by other weights; for the trainer.
#[doc(hidden)]
pub fn classify_with(model: &Model, text: &str) -> Classified {
    let seen = text::Seen::of(text);
    let found = features::of(&seen);
    let probabilities = model.probabilities(&found);
    let mut best = (0, f32::MIN);
    for (at, probability) in probabilities.into_iter().enumerate() {
        if probability > best.1 {
            best = (at, probability);
        }
    }
    let likeliest = Class::ALL[best.0];
    let sure = best.1 >= model.threshold();
    Classified {
        task: likeliest.task().filter(|_| sure),
        likeliest,
        probability: f64::from(best.1),
        because: features::reasons(&seen, &found, |bucket| model.pull(bucket, best.0)),
        demand: demand::of(&seen, text.len(), likeliest),
    }
}

#[cfg(test)]
mod tests;
