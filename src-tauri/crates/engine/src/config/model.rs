//! One model of a provider, as configured or as known.

use crate::config::facts::facts;
use crate::plan::{Limits, Tier};
use crate::price::Tariff;
use crate::provider::Capabilities;
use std::sync::Arc;

/// What is known about one model.
#[derive(Debug, Clone, PartialEq)]
pub struct ModelConfig {
    /// As the provider knows it; may contain `/`.
    pub name: String,
    pub capabilities: Capabilities,
    pub tier: Tier,
    /// The model's own; its provider's hold where it has none.
    pub limits: Limits,
    /// `None`: no price is known.
    pub price: Option<Arc<Tariff>>,
}

/// Returns what is known about a model that the file says nothing more about.
pub fn model_of(preset: Option<&str>, name: &str) -> ModelConfig {
    let known = facts(preset, name);
    ModelConfig {
        name: name.to_owned(),
        capabilities: known.capabilities,
        tier: known.tier,
        limits: Limits::default(),
        price: known.price,
    }
}
