//! The objects of the Responses API, as far as they matter here.

use super::super::buckets::{Totals, absurd, split};
use super::super::json::{Count, Str};
use crate::usage::Usage;
use serde::Deserialize;
use serde_json::value::RawValue;

#[derive(Debug, Deserialize)]
pub(super) struct Event<'a> {
    #[serde(borrow, default, rename = "type")]
    pub(super) kind: Str<'a>,
    #[serde(borrow, default)]
    pub(super) delta: Str<'a>,
    #[serde(default)]
    pub(super) output_index: Count,
    #[serde(default)]
    pub(super) summary_index: Count,
    #[serde(borrow, default)]
    pub(super) arguments: Option<&'a RawValue>,
    #[serde(borrow, default)]
    pub(super) item: Option<&'a RawValue>,
    #[serde(borrow, default)]
    pub(super) response: Option<&'a RawValue>,
    #[serde(borrow, default)]
    pub(super) error: Option<&'a RawValue>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Response<'a> {
    #[serde(borrow)]
    pub(super) object: Str<'a>,
    #[serde(borrow)]
    pub(super) model: Str<'a>,
    #[serde(borrow)]
    pub(super) status: Str<'a>,
    #[serde(borrow)]
    pub(super) output: Option<Vec<Item<'a>>>,
    #[serde(borrow)]
    pub(super) usage: Option<&'a RawValue>,
    #[serde(borrow)]
    pub(super) service_tier: Str<'a>,
    #[serde(borrow)]
    pub(super) error: Option<&'a RawValue>,
    #[serde(borrow)]
    pub(super) incomplete_details: Option<Incomplete<'a>>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Incomplete<'a> {
    #[serde(borrow)]
    pub(super) reason: Str<'a>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Item<'a> {
    #[serde(borrow, rename = "type")]
    pub(super) kind: Str<'a>,
    #[serde(borrow)]
    pub(super) call_id: Str<'a>,
    #[serde(borrow)]
    pub(super) id: Str<'a>,
    #[serde(borrow)]
    pub(super) name: Str<'a>,
    #[serde(borrow)]
    pub(super) arguments: Option<&'a RawValue>,
    #[serde(borrow)]
    pub(super) content: Option<Vec<Piece<'a>>>,
    #[serde(borrow)]
    pub(super) summary: Option<Vec<Piece<'a>>>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Piece<'a> {
    #[serde(borrow)]
    pub(super) text: Str<'a>,
    #[serde(borrow)]
    pub(super) refusal: Str<'a>,
}

#[derive(Debug, Default, Clone, Copy, Deserialize)]
#[serde(default)]
pub(super) struct WireUsage {
    pub(super) input_tokens: Count,
    pub(super) input_tokens_details: Option<InputDetails>,
    pub(super) output_tokens: Count,
    pub(super) output_tokens_details: Option<OutputDetails>,
    pub(super) total_tokens: Count,
}

#[derive(Debug, Default, Clone, Copy, Deserialize)]
#[serde(default)]
pub(super) struct InputDetails {
    pub(super) cached_tokens: Count,
    pub(super) cache_write_tokens: Count,
    pub(super) audio_tokens: Count,
}

#[derive(Debug, Default, Clone, Copy, Deserialize)]
#[serde(default)]
pub(super) struct OutputDetails {
    pub(super) reasoning_tokens: Count,
    pub(super) audio_tokens: Count,
}

impl WireUsage {
    /// Returns the usage in disjoint buckets, or `None` if it cannot be true.
    pub(super) fn believed(self) -> Option<Usage> {
        let input = self.input_tokens_details.unwrap_or_default();
        let output = self.output_tokens_details.unwrap_or_default();
        let counts = [
            self.input_tokens,
            self.output_tokens,
            self.total_tokens,
            input.cached_tokens,
            input.cache_write_tokens,
            output.reasoning_tokens,
            input.audio_tokens,
            output.audio_tokens,
        ];
        let usage = self.buckets();
        (!absurd(&counts, &usage)).then_some(usage)
    }

    fn buckets(self) -> Usage {
        let input = self.input_tokens_details.unwrap_or_default();
        let output = self.output_tokens_details.unwrap_or_default();
        split(Totals {
            input: self.input_tokens.or_zero(),
            cache_read: input.cached_tokens.or_zero(),
            cache_written: input.cache_write_tokens.or_zero(),
            output: self.output_tokens.or_zero(),
            reasoning: output.reasoning_tokens.or_zero(),
            total: self.total_tokens.or_zero(),
            audio: input
                .audio_tokens
                .or_zero()
                .saturating_add(output.audio_tokens.or_zero()),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn buckets_are_disjoint_and_sum_to_the_total(
            fresh in 0..1_000_000_u64, read in 0..1_000_000_u64, written in 0..1_000_000_u64,
            visible in 0..1_000_000_u64, reasoning in 0..1_000_000_u64,
        ) {
            let (input, output) = (fresh + read + written, visible + reasoning);
            let usage: WireUsage = serde_json::from_value(serde_json::json!({
                "input_tokens": input,
                "input_tokens_details": {"cached_tokens": read, "cache_write_tokens": written},
                "output_tokens": output,
                "output_tokens_details": {"reasoning_tokens": reasoning},
                "total_tokens": input + output,
            })).unwrap();
            prop_assert_eq!(usage.believed(), Some(Usage {
                input_uncached_tokens: fresh,
                cache_read_input_tokens: read,
                cache_creation_input_tokens: written,
                output_visible_tokens: visible,
                reasoning_output_tokens: reasoning,
                ..Usage::default()
            }));
        }
    }
}
