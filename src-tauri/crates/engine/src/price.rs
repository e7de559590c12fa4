//! Exact money: integer pico-dollars, and what a model's tokens cost.

use crate::usage::Usage;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// An amount of money in pico-USD: 1 USD = 10^12. Rounded only when shown.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize, TS,
)]
#[serde(transparent)]
#[ts(type = "number")]
pub struct PicoUsd(pub i64);

/// What one token of each bucket costs, in pico-USD per token.
///
/// A dollar per million tokens is 10^6 pico-USD per token, so published prices are exact.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct TokenPrice {
    pub input: PicoUsd,
    pub output: PicoUsd,
    /// `None`: cached input is charged like other input.
    pub cache_read: Option<PicoUsd>,
    /// `None`: cache writes are charged like other input.
    pub cache_creation: Option<PicoUsd>,
}

impl TokenPrice {
    /// Returns what `usage` costs at this price, or `None` if the sum does not fit.
    pub fn cost(&self, usage: &Usage) -> Option<PicoUsd> {
        let times = |price: PicoUsd, tokens: u64| price.0.checked_mul(i64::try_from(tokens).ok()?);
        let write = self.cache_creation.unwrap_or(self.input);
        times(self.input, usage.input_uncached_tokens)?
            .checked_add(times(
                self.cache_read.unwrap_or(self.input),
                usage.cache_read_input_tokens,
            )?)?
            .checked_add(times(write, usage.cache_creation_input_tokens)?)?
            .checked_add(times(write, usage.cache_creation_1h_input_tokens)?)?
            .checked_add(times(self.output, usage.output_tokens())?)
            .map(PicoUsd)
    }
}
