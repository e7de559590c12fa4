//! Token usage in disjoint buckets, whatever the provider counts inside what.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// Tokens of one attempt. The buckets never overlap: their sum is all that was processed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, TS)]
#[serde(default)]
pub struct Usage {
    /// Input read at full price.
    pub input_uncached_tokens: u64,
    /// Input served from the provider's prompt cache.
    pub cache_read_input_tokens: u64,
    /// Input written to a cache that lives 5 minutes (or of unstated life).
    pub cache_creation_input_tokens: u64,
    /// Input written to a cache that lives 1 hour.
    pub cache_creation_1h_input_tokens: u64,
    /// Output the caller sees.
    pub output_visible_tokens: u64,
    /// Output spent on reasoning.
    pub reasoning_output_tokens: u64,
    /// Of all these, how many are sound, which has a price of its own: no bucket, and not kept in the history.
    #[serde(skip_serializing_if = "is_zero")]
    #[ts(skip)]
    pub audio_tokens: u64,
    /// Whether any of the numbers is our estimate because the provider did not report it.
    pub estimated: bool,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde calls it so")]
fn is_zero(tokens: &u64) -> bool {
    *tokens == 0
}

impl Usage {
    /// Returns all input tokens, cached or not.
    pub fn input_tokens(&self) -> u64 {
        self.input_uncached_tokens
            .saturating_add(self.cache_read_input_tokens)
            .saturating_add(self.cache_creation_input_tokens)
            .saturating_add(self.cache_creation_1h_input_tokens)
    }

    /// Returns all output tokens, reasoning included.
    pub fn output_tokens(&self) -> u64 {
        self.output_visible_tokens
            .saturating_add(self.reasoning_output_tokens)
    }
}
