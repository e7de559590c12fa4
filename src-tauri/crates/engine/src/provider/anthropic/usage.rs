//! Usage of the Messages API: cached tokens stand beside `input_tokens`, thinking inside
//! `output_tokens`.

use super::super::buckets::absurd;
use super::super::json::Count;
use crate::usage::Usage;
use serde::Deserialize;

/// A usage object. Counts are totals so far; a later one leaves out what did not change.
#[derive(Debug, Default, Clone, Copy, Deserialize)]
#[serde(default)]
pub(super) struct WireUsage {
    input_tokens: Count,
    cache_read_input_tokens: Count,
    /// Written to caches of any life.
    cache_creation_input_tokens: Count,
    cache_creation: Option<CacheCreation>,
    output_tokens: Count,
    output_tokens_details: Option<OutputDetails>,
}

#[derive(Debug, Default, Clone, Copy, Deserialize)]
#[serde(default)]
struct CacheCreation {
    ephemeral_5m_input_tokens: Count,
    ephemeral_1h_input_tokens: Count,
}

#[derive(Debug, Default, Clone, Copy, Deserialize)]
#[serde(default)]
struct OutputDetails {
    thinking_tokens: Count,
}

impl WireUsage {
    /// Returns this report, completed by what an earlier one said. Counts are totals, so a smaller one is a mistake:
    /// proxies send zeros for what they do not know at that moment.
    #[must_use]
    pub(super) fn after(self, earlier: Self) -> Self {
        Self {
            input_tokens: self.input_tokens.most(earlier.input_tokens),
            cache_read_input_tokens: self
                .cache_read_input_tokens
                .most(earlier.cache_read_input_tokens),
            cache_creation_input_tokens: self
                .cache_creation_input_tokens
                .most(earlier.cache_creation_input_tokens),
            cache_creation: self.cache_creation.or(earlier.cache_creation),
            output_tokens: self.output_tokens.most(earlier.output_tokens),
            output_tokens_details: self.output_tokens_details.or(earlier.output_tokens_details),
        }
    }

    /// Returns the usage in disjoint buckets, or `None` if it cannot be true.
    pub(super) fn believed(self) -> Option<Usage> {
        let creation = self.cache_creation.unwrap_or_default();
        let output = self.output_tokens_details.unwrap_or_default();
        let counts = [
            self.input_tokens,
            self.cache_read_input_tokens,
            self.cache_creation_input_tokens,
            self.output_tokens,
            creation.ephemeral_5m_input_tokens,
            creation.ephemeral_1h_input_tokens,
            output.thinking_tokens,
        ];
        let usage = self.buckets();
        (!absurd(&counts, &usage)).then_some(usage)
    }

    /// Returns the usage in disjoint buckets.
    fn buckets(self) -> Usage {
        let creation = self.cache_creation.unwrap_or_default();
        let five_minutes = creation.ephemeral_5m_input_tokens.or_zero();
        let one_hour = creation.ephemeral_1h_input_tokens.or_zero();
        let written = self
            .cache_creation_input_tokens
            .0
            .unwrap_or_else(|| five_minutes.saturating_add(one_hour));
        let one_hour = one_hour.min(written);
        let output = self.output_tokens.or_zero();
        let thinking = self
            .output_tokens_details
            .unwrap_or_default()
            .thinking_tokens
            .or_zero();
        let thinking = thinking.min(output);
        Usage {
            input_uncached_tokens: self.input_tokens.or_zero(),
            cache_read_input_tokens: self.cache_read_input_tokens.or_zero(),
            cache_creation_input_tokens: written - one_hour,
            cache_creation_1h_input_tokens: one_hour,
            output_visible_tokens: output - thinking,
            reasoning_output_tokens: thinking,
            audio_tokens: 0,
            estimated: false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn cache_lives_are_told_apart_and_thinking_is_taken_out() {
        let usage: WireUsage = serde_json::from_str(
            r#"{"input_tokens":10,"cache_read_input_tokens":20,"cache_creation_input_tokens":30,
            "cache_creation":{"ephemeral_5m_input_tokens":18,"ephemeral_1h_input_tokens":12},
            "output_tokens":40,"output_tokens_details":{"thinking_tokens":15}}"#,
        )
        .unwrap();
        let usage = usage.buckets();
        assert_eq!(usage.input_tokens(), 60);
        assert_eq!(usage.cache_creation_input_tokens, 18);
        assert_eq!(usage.cache_creation_1h_input_tokens, 12);
        assert_eq!(
            (usage.output_visible_tokens, usage.reasoning_output_tokens),
            (25, 15)
        );
    }

    #[test]
    fn a_later_report_keeps_what_it_does_not_mention() {
        let first: WireUsage =
            serde_json::from_str(r#"{"input_tokens":10,"output_tokens":1}"#).unwrap();
        let second: WireUsage = serde_json::from_str(r#"{"output_tokens":7}"#).unwrap();
        let usage = second.after(first).buckets();
        assert_eq!((usage.input_tokens(), usage.output_tokens()), (10, 7));
    }

    proptest! {
        #[test]
        fn buckets_sum_to_what_was_reported(
            input: u64, read: u64, written: u64, hour: u64, output: u64, thinking: u64,
        ) {
            let usage: WireUsage = serde_json::from_value(serde_json::json!({
                "input_tokens": input, "cache_read_input_tokens": read,
                "cache_creation_input_tokens": written,
                "cache_creation": {"ephemeral_5m_input_tokens": 0, "ephemeral_1h_input_tokens": hour},
                "output_tokens": output, "output_tokens_details": {"thinking_tokens": thinking},
            })).unwrap();
            let usage = usage.buckets();
            let all = input.saturating_add(read).saturating_add(written);
            prop_assert_eq!(usage.input_tokens(), all);
            prop_assert_eq!(usage.output_tokens(), output);
        }
    }
}
