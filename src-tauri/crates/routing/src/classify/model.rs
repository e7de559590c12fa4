//! The weights: one byte for each class and place of the table.

use super::class::Class;
use super::features::{BUCKETS, Features};
use std::sync::OnceLock;

const CLASSES: usize = Class::ALL.len();

/// First bytes of the file; the number changes with the features.
const MAGIC: &[u8; 4] = b"SBR1";

/// Magic, scale, temperature, threshold, and a bias for each class, as 32-bit floats of low byte first.
const HEADER: usize = 4 + 4 * (3 + CLASSES);

const FILE: usize = HEADER + BUCKETS * CLASSES;

static BUNDLED: &[u8] = include_bytes!("../../data/model.bin");

/// A trained model.
#[derive(Debug, Clone)]
pub struct Model {
    /// What a weight of one stands for.
    pub scale: f32,
    /// Scores are divided by it, so that probabilities are those found on prompts kept for that.
    pub temperature: f32,
    /// Least probability to be called sure.
    pub threshold: f32,
    pub bias: [f32; CLASSES],
    /// By place, then by class.
    pub weights: Vec<i8>,
}

impl Model {
    /// Returns the model that is part of the program.
    pub fn bundled() -> &'static Self {
        static MODEL: OnceLock<Model> = OnceLock::new();
        // A test reads the file, so there is always one; without it every class is as likely.
        MODEL.get_or_init(|| Self::read(BUNDLED).unwrap_or_else(Self::blank))
    }

    /// Returns a model that knows nothing.
    pub fn blank() -> Self {
        Self {
            scale: 0.0,
            temperature: 1.0,
            threshold: 1.0,
            bias: [0.0; CLASSES],
            weights: vec![0; BUCKETS * CLASSES],
        }
    }

    /// Reads a file; `None` if it is not one, or of other features.
    pub fn read(file: &[u8]) -> Option<Self> {
        if file.len() != FILE || !file.starts_with(MAGIC) {
            return None;
        }
        let mut numbers = file[4..HEADER]
            .chunks_exact(4)
            .filter_map(|four| Some(f32::from_le_bytes(four.try_into().ok()?)));
        let (scale, temperature, threshold) = (numbers.next()?, numbers.next()?, numbers.next()?);
        let mut bias = [0.0; CLASSES];
        for bias in &mut bias {
            *bias = numbers.next()?;
        }
        let weights = file[HEADER..]
            .iter()
            .map(|byte| byte.cast_signed())
            .collect();
        let sane =
            scale.is_finite() && temperature > 0.0 && bias.iter().all(|bias| bias.is_finite());
        sane.then_some(Self {
            scale,
            temperature,
            threshold,
            bias,
            weights,
        })
    }

    /// Returns the file.
    pub fn write(&self) -> Vec<u8> {
        let mut file = MAGIC.to_vec();
        for number in [self.scale, self.temperature, self.threshold]
            .iter()
            .chain(&self.bias)
        {
            file.extend(number.to_le_bytes());
        }
        file.extend(self.weights.iter().map(|weight| weight.cast_unsigned()));
        file
    }

    pub fn threshold(&self) -> f32 {
        self.threshold
    }

    /// Returns the score of each class, before they become probabilities.
    pub fn scores(&self, features: &Features) -> [f32; CLASSES] {
        let mut scores = [0.0_f32; CLASSES];
        for (bucket, value) in &features.0 {
            let at = *bucket as usize * CLASSES;
            for (score, weight) in scores.iter_mut().zip(&self.weights[at..at + CLASSES]) {
                *score += value * f32::from(*weight);
            }
        }
        for (score, bias) in scores.iter_mut().zip(self.bias) {
            *score = *score * self.scale + bias;
        }
        scores
    }

    /// Returns the probability of each class; together they are 1.
    pub fn probabilities(&self, features: &Features) -> [f32; CLASSES] {
        softmax(self.scores(features).map(|score| score / self.temperature))
    }

    /// Returns how much a place of the table speaks for a class, against the mean of all.
    pub(super) fn pull(&self, bucket: u32, class: usize) -> f32 {
        let at = bucket as usize * CLASSES;
        let weights = &self.weights[at..at + CLASSES];
        let mean = weights.iter().map(|weight| f32::from(*weight)).sum::<f32>() / CLASSES as f32;
        f32::from(weights[class]) - mean
    }
}

/// Turns scores into probabilities.
pub fn softmax(scores: [f32; CLASSES]) -> [f32; CLASSES] {
    let most = scores.iter().copied().fold(f32::MIN, f32::max);
    let powers = scores.map(|score| (score - most).exp());
    let sum: f32 = powers.iter().sum();
    powers.map(|power| power / sum)
}
