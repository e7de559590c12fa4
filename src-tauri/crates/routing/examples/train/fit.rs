//! Multinomial logistic regression by AdaGrad, with features left out at random so that no single word decides.

use crate::corpus::Sample;
use crate::place;
use crate::rng::Rng;
use switchboard_routing::classify::Class;
use switchboard_routing::classify::features::BUCKETS;
use switchboard_routing::classify::model::{Model, softmax};

const CLASSES: usize = Class::ALL.len();

const EPOCHS: usize = 6;

const RATE: f32 = 0.5;

/// Pull of each weight towards 0, at each step in which its feature occurs.
const DECAY: f32 = 2e-5;

/// Features left out of each hundred.
const LEFT_OUT: u64 = 40;

/// Weights before they are rounded.
pub(crate) struct Dense {
    weights: Vec<f32>,
    bias: [f32; CLASSES],
}

impl Dense {
    pub(crate) fn fit<'s>(samples: impl Iterator<Item = &'s Sample>) -> Self {
        let samples: Vec<&Sample> = samples.collect();
        let mut counts = [0_usize; CLASSES];
        for sample in &samples {
            counts[place(sample.class)] += 1;
        }
        // Each class counts the same, however many prompts it has.
        let weight = counts.map(|count| samples.len() as f32 / (CLASSES * count.max(1)) as f32);
        let mut weights = vec![0.0_f32; BUCKETS * CLASSES];
        let mut squares = vec![1e-4_f32; BUCKETS * CLASSES];
        let mut bias = [0.0_f32; CLASSES];
        let mut rng = Rng(7);
        let mut order: Vec<usize> = (0..samples.len()).collect();
        for _ in 0..EPOCHS {
            for at in (1..order.len()).rev() {
                order.swap(at, rng.below(at + 1));
            }
            for &at in &order {
                let sample = samples[at];
                let seen: Vec<(usize, f32)> = sample
                    .features
                    .0
                    .iter()
                    .filter(|_| rng.next() % 100 >= LEFT_OUT)
                    .map(|(bucket, value)| (*bucket as usize * CLASSES, *value))
                    .collect();
                let mut scores = bias;
                for (start, value) in &seen {
                    for (score, weight) in scores.iter_mut().zip(&weights[*start..start + CLASSES])
                    {
                        *score += value * weight;
                    }
                }
                let mut errors = softmax(scores);
                let right = place(sample.class);
                errors[right] -= 1.0;
                let errors = errors.map(|error| error * weight[right] * sample.weight);
                for (bias, error) in bias.iter_mut().zip(errors) {
                    *bias -= 0.01 * error;
                }
                for (start, value) in &seen {
                    for (class, error) in errors.iter().enumerate() {
                        let place = start + class;
                        let slope = error * value + DECAY * weights[place];
                        squares[place] += slope * slope;
                        weights[place] -= RATE * slope / squares[place].sqrt();
                    }
                }
            }
        }
        Self { weights, bias }
    }

    /// Rounds the weights to a byte each.
    pub(crate) fn quantised(&self) -> Model {
        let most = self
            .weights
            .iter()
            .fold(0.0_f32, |most, weight| most.max(weight.abs()));
        let scale = most / 127.0;
        Model {
            scale,
            temperature: 1.0,
            threshold: 0.0,
            bias: self.bias,
            weights: self
                .weights
                .iter()
                .map(|weight| (weight / scale).round() as i8)
                .collect(),
        }
    }
}
