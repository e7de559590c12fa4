//! Token usage, and how many tokens a text has where nobody counted them.

pub use switchboard_prices::Usage;

use crate::attempt::input_chars;
use crate::call::ModelRequest;

/// Returns about how many tokens a request sends, images not counted.
pub fn estimate_input_tokens(request: &ModelRequest) -> u64 {
    estimate_tokens(input_chars(request))
}

/// Characters of ordinary text per token, for estimates where a provider reports no usage.
const CHARS_PER_TOKEN: u64 = 4;

/// Returns about how many tokens a text of `chars` characters has; at least 1 unless it is empty.
pub fn estimate_tokens(chars: u64) -> u64 {
    chars.div_ceil(CHARS_PER_TOKEN)
}
