//! What weights are worth on prompts they were not made from.

use crate::corpus::Sample;
use crate::place;
use switchboard_routing::classify::Class;
use switchboard_routing::classify::model::{Model, softmax};

/// A prompt's class, and what was made of it.
pub(crate) struct Outcome {
    pub(crate) class: Class,
    /// Its language: `en`, `de fr es`, or `others`.
    pub(crate) language: &'static str,
    pub(crate) found: Class,
    pub(crate) probability: f64,
}

pub(crate) fn outcomes<'s>(
    model: &Model,
    samples: impl Iterator<Item = &'s Sample>,
) -> Vec<Outcome> {
    samples
        .map(|sample| {
            let probabilities = model.probabilities(&sample.features);
            let (at, probability) = probabilities
                .into_iter()
                .enumerate()
                .max_by(|(_, a), (_, b)| a.total_cmp(b))
                .unwrap();
            Outcome {
                class: sample.class,
                language: match sample.language.as_str() {
                    "en" => "en",
                    "de" | "fr" | "es" => "de fr es",
                    _ => "others",
                },
                found: Class::ALL[at],
                probability: f64::from(probability),
            }
        })
        .collect()
}

pub(crate) fn accuracy(outcomes: &[Outcome]) -> f64 {
    outcomes.iter().filter(|one| one.class == one.found).count() as f64 / outcomes.len() as f64
}

/// Returns the temperature under which the classes of these prompts are likeliest, of 0.20, 0.25 … 4.
pub(crate) fn temperature(model: &Model, samples: &[&Sample]) -> f32 {
    let loss = |temperature: f32| -> f64 {
        samples
            .iter()
            .map(|sample| {
                let scores = model
                    .scores(&sample.features)
                    .map(|score| score / temperature);
                -f64::from(softmax(scores)[place(sample.class)].max(1e-9)).ln()
            })
            .sum()
    };
    (4..=80)
        .map(|step| step as f32 / 20.0)
        .min_by(|a, b| loss(*a).total_cmp(&loss(*b)))
        .unwrap()
}

/// Returns the least threshold above which enough are right, of 0.30, 0.35 … 0.95.
pub(crate) fn threshold(outcomes: &[Outcome], precision: f64) -> f32 {
    (6..=19)
        .map(|step| f64::from(step) / 20.0)
        .find(|least| {
            let sure: Vec<&Outcome> = outcomes
                .iter()
                .filter(|one| one.probability >= *least)
                .collect();
            let right = sure.iter().filter(|one| one.class == one.found).count();
            right as f64 >= precision * sure.len() as f64
        })
        .unwrap_or(0.95) as f32
}

/// Returns the mean distance of probability and share of right answers, over tenths of probability.
pub(crate) fn calibration_error(outcomes: &[Outcome]) -> f64 {
    let mut error = 0.0;
    for tenth in 0..10 {
        let within: Vec<&Outcome> = outcomes
            .iter()
            .filter(|one| ((one.probability * 10.0) as usize).min(9) == tenth)
            .collect();
        if within.is_empty() {
            continue;
        }
        let count = within.len() as f64;
        let right = within.iter().filter(|one| one.class == one.found).count() as f64 / count;
        let said = within.iter().map(|one| one.probability).sum::<f64>() / count;
        error += count / outcomes.len() as f64 * (right - said).abs();
    }
    error
}
