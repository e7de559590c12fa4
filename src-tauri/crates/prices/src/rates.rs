//! What one token of each bucket costs.

use crate::bill::{Breakdown, Unpriced};
use crate::money::PicoUsd;
use crate::usage::Usage;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

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

/// Prices of one row of the book, in pico-USD per token. All `None`: the price is not known.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Rates {
    /// `None`: not known.
    pub input: Option<PicoUsd>,
    /// `None`: not known.
    pub output: Option<PicoUsd>,
    /// `None`: like other input.
    pub cache_read: Option<PicoUsd>,
    /// Caches of 5 minutes or of unstated life. `None`: like other input.
    pub cache_write: Option<PicoUsd>,
    /// Caches of one hour. `None`: like other cache writes.
    pub cache_write_1h: Option<PicoUsd>,
    /// `None`: like other output.
    pub reasoning: Option<PicoUsd>,
    /// In pico-USD a request. `None`: nothing.
    pub request: Option<PicoUsd>,
}

impl From<TokenPrice> for Rates {
    fn from(price: TokenPrice) -> Self {
        Self {
            input: Some(price.input),
            output: Some(price.output),
            cache_read: price.cache_read,
            cache_write: price.cache_creation,
            ..Self::default()
        }
    }
}

impl Rates {
    /// Returns the prices of the usual buckets, or `None` if input or output has none.
    pub fn token_price(&self) -> Option<TokenPrice> {
        Some(TokenPrice {
            input: self.input?,
            output: self.output?,
            cache_read: self.cache_read,
            cache_creation: self.cache_write,
        })
    }

    /// Returns whether nothing is known.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// Returns what `usage` costs, bucket by bucket.
    ///
    /// # Errors
    /// [`Unpriced::Bucket`] or [`Unpriced::Audio`] if tokens were used whose price is not known;
    /// [`Unpriced::TooLarge`] if an amount does not fit.
    pub fn breakdown(&self, usage: &Usage) -> Result<Breakdown, Unpriced> {
        let write = self.cache_write.or(self.input);
        let bucket = |name, price: Option<PicoUsd>, tokens: u64| -> Result<PicoUsd, Unpriced> {
            if tokens == 0 {
                return Ok(PicoUsd(0));
            }
            let price = price.ok_or(Unpriced::Bucket(name))?;
            i128::from(price.0)
                .checked_mul(i128::from(tokens))
                .and_then(|amount| i64::try_from(amount).ok())
                .map(PicoUsd)
                .ok_or(Unpriced::TooLarge)
        };
        if self.is_empty() {
            return Err(Unpriced::NoPrice);
        }
        let costs = |price: Option<PicoUsd>| price.is_some_and(|price| price.0 > 0);
        if usage.audio_tokens > 0 && (costs(self.input) || costs(self.output)) {
            return Err(Unpriced::Audio);
        }
        Ok(Breakdown {
            input: bucket("input", self.input, usage.input_uncached_tokens)?,
            cache_read: bucket(
                "cache read",
                self.cache_read.or(self.input),
                usage.cache_read_input_tokens,
            )?,
            cache_write: bucket("cache write", write, usage.cache_creation_input_tokens)?,
            cache_write_1h: bucket(
                "cache write",
                self.cache_write_1h.or(write),
                usage.cache_creation_1h_input_tokens,
            )?,
            output: bucket("output", self.output, usage.output_visible_tokens)?,
            reasoning: bucket(
                "reasoning",
                self.reasoning.or(self.output),
                usage.reasoning_output_tokens,
            )?,
            request: self.request.unwrap_or_default(),
        })
    }
}
