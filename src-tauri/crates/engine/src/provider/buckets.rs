//! From nested counts of tokens to disjoint buckets.

use super::json::Count;
use crate::usage::Usage;

/// Most tokens of one request that are believed: twenty times the largest context window there is (late 2026).
const BELIEVED: u64 = 100_000_000;

/// Returns whether a report cannot be true: a count of it is negative, or the sum is out of this world. It is
/// taken as no report then.
pub(super) fn absurd(counts: &[Count], usage: &Usage) -> bool {
    let tokens = usage.input_tokens().saturating_add(usage.output_tokens());
    tokens > BELIEVED || counts.iter().any(|count| count.is_absurd())
}

/// Counts as OpenAI nests them: parts inside their wholes.
#[derive(Debug, Clone, Copy)]
pub(super) struct Totals {
    /// All input, cached included.
    pub(super) input: u64,
    pub(super) cache_read: u64,
    pub(super) cache_written: u64,
    /// All output; reasoning included unless `total` shows otherwise.
    pub(super) output: u64,
    pub(super) reasoning: u64,
    /// 0 if unknown.
    pub(super) total: u64,
    /// Of input and output.
    pub(super) audio: u64,
}

/// Returns disjoint buckets of nested counts. Parts larger than their whole are cut to it.
pub(super) fn split(totals: Totals) -> Usage {
    let Totals { input, output, .. } = totals;
    let cache_read = totals.cache_read.min(input);
    let cache_written = totals.cache_written.min(input - cache_read);
    let beside = totals.total.saturating_sub(input.saturating_add(output));
    let all_output = output.saturating_add(beside);
    let reasoning = totals.reasoning.max(beside).min(all_output);
    Usage {
        input_uncached_tokens: input - cache_read - cache_written,
        cache_read_input_tokens: cache_read,
        cache_creation_input_tokens: cache_written,
        cache_creation_1h_input_tokens: 0,
        output_visible_tokens: all_output - reasoning,
        reasoning_output_tokens: reasoning,
        audio_tokens: totals.audio.min(input.saturating_add(all_output)),
        estimated: false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn buckets_sum_to_the_total_and_nonsense_saturates(
            input: u64, output: u64, cache_read: u64, cache_written: u64, reasoning: u64, total: u64, audio: u64,
        ) {
            let usage = split(Totals { input, cache_read, cache_written, output, reasoning, total, audio });
            prop_assert_eq!(usage.input_tokens(), input);
            let sum = usage.input_tokens().saturating_add(usage.output_tokens());
            prop_assert_eq!(sum, input.saturating_add(output).max(total));
            prop_assert!(usage.audio_tokens <= sum);
        }
    }
}
