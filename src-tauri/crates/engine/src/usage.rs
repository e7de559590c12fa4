//! Token usage, and how many tokens a text has where nobody counted them.

pub use switchboard_prices::Usage;

/// Characters of ordinary text per token, for estimates where a provider reports no usage.
const CHARS_PER_TOKEN: u64 = 4;

/// Returns about how many tokens a text of `chars` characters has; at least 1 unless it is empty.
pub fn estimate_tokens(chars: u64) -> u64 {
    chars.div_ceil(CHARS_PER_TOKEN)
}
