//! Usage of `generateContent`: cached tokens stand inside the prompt, thoughts and the results of built-in tools beside.

use super::super::buckets::{Totals, absurd, split};
use super::super::json::{Count, Str};
use crate::usage::Usage;
use serde::Deserialize;

/// A usage object. Counts are totals so far.
#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(super) struct WireUsage<'a> {
    prompt_token_count: Count,
    cached_content_token_count: Count,
    tool_use_prompt_token_count: Count,
    candidates_token_count: Count,
    thoughts_token_count: Count,
    total_token_count: Count,
    #[serde(borrow)]
    prompt_tokens_details: Option<Vec<Modality<'a>>>,
    #[serde(borrow)]
    tool_use_prompt_tokens_details: Option<Vec<Modality<'a>>>,
    #[serde(borrow)]
    candidates_tokens_details: Option<Vec<Modality<'a>>>,
}

/// The tokens of one kind of content.
#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Modality<'a> {
    #[serde(borrow)]
    modality: Str<'a>,
    token_count: Count,
}

impl WireUsage<'_> {
    /// Returns the usage in disjoint buckets, or `None` if it cannot be true.
    pub(super) fn believed(&self) -> Option<Usage> {
        let mut counts = vec![
            self.prompt_token_count,
            self.cached_content_token_count,
            self.tool_use_prompt_token_count,
            self.candidates_token_count,
            self.thoughts_token_count,
            self.total_token_count,
        ];
        counts.extend(self.details().map(|part| part.token_count));
        let usage = self.buckets();
        (!absurd(&counts, &usage)).then_some(usage)
    }

    /// Returns the parts of input and output by kind; those of the cache are within the prompt's.
    fn details(&self) -> impl Iterator<Item = &Modality<'_>> {
        [
            &self.prompt_tokens_details,
            &self.tool_use_prompt_tokens_details,
            &self.candidates_tokens_details,
        ]
        .into_iter()
        .flatten()
        .flatten()
    }

    fn buckets(&self) -> Usage {
        let thoughts = self.thoughts_token_count.or_zero();
        let prompt = self.prompt_token_count.or_zero();
        let audio = self
            .details()
            .filter(|part| part.modality.filled() == Some("AUDIO"));
        split(Totals {
            input: prompt.saturating_add(self.tool_use_prompt_token_count.or_zero()),
            cache_read: self.cached_content_token_count.or_zero().min(prompt),
            cache_written: 0,
            output: self
                .candidates_token_count
                .or_zero()
                .saturating_add(thoughts),
            reasoning: thoughts,
            total: self.total_token_count.or_zero(),
            audio: audio
                .map(|part| part.token_count.or_zero())
                .fold(0, u64::saturating_add),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn buckets_sum_to_the_total(
            prompt in 0..1_000_000_u64, cached: u64, tools in 0..1_000_000_u64,
            candidates in 0..1_000_000_u64, thoughts in 0..1_000_000_u64,
        ) {
            let total = prompt + tools + candidates + thoughts;
            let said = serde_json::json!({
                "promptTokenCount": prompt, "cachedContentTokenCount": cached,
                "toolUsePromptTokenCount": tools, "candidatesTokenCount": candidates,
                "thoughtsTokenCount": thoughts, "totalTokenCount": total,
            }).to_string();
            let usage: WireUsage<'_> = serde_json::from_str(&said).unwrap();
            let usage = usage.buckets();
            prop_assert_eq!(usage.input_tokens() + usage.output_tokens(), total);
            prop_assert_eq!(usage.reasoning_output_tokens, thoughts);
        }
    }
}
