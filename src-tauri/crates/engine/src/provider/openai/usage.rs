//! Usage of Chat Completions and of the many that say it slightly differently.

use super::super::buckets::{Totals, absurd, split};
use super::super::json::{Count, Dollars};
use crate::price::PicoUsd;
use crate::usage::Usage;
use serde::Deserialize;

/// A usage object. OpenAI counts cached tokens inside the prompt and reasoning inside the completion;
/// xAI and Google's compatible endpoint count reasoning beside it, which their total gives away.
#[derive(Debug, Default, Clone, Copy, Deserialize)]
#[serde(default)]
pub(super) struct WireUsage {
    prompt_tokens: Count,
    completion_tokens: Count,
    total_tokens: Count,
    prompt_tokens_details: Option<PromptDetails>,
    completion_tokens_details: Option<CompletionDetails>,
    /// DeepSeek.
    prompt_cache_hit_tokens: Count,
    /// Moonshot.
    cached_tokens: Count,
    /// Proxies in front of Anthropic.
    cache_creation_input_tokens: Count,
    /// Servers that give reasoning at the top level.
    reasoning_tokens: Count,
    /// OpenRouter: what it charges, in USD.
    cost: Dollars,
}

#[derive(Debug, Default, Clone, Copy, Deserialize)]
#[serde(default)]
struct PromptDetails {
    cached_tokens: Count,
    cache_write_tokens: Count,
}

#[derive(Debug, Default, Clone, Copy, Deserialize)]
#[serde(default)]
struct CompletionDetails {
    reasoning_tokens: Count,
}

impl WireUsage {
    /// Returns the usage in disjoint buckets; their sum is the provider's total where it gives one that
    /// is at least prompt plus completion.
    pub(super) fn buckets(self) -> Usage {
        let prompt_details = self.prompt_tokens_details.unwrap_or_default();
        let completion_details = self.completion_tokens_details.unwrap_or_default();
        let read = prompt_details
            .cached_tokens
            .or(self.prompt_cache_hit_tokens)
            .or(self.cached_tokens);
        let written = prompt_details
            .cache_write_tokens
            .or(self.cache_creation_input_tokens);
        split(Totals {
            input: self.prompt_tokens.or_zero(),
            cache_read: read.or_zero(),
            cache_written: written.or_zero(),
            output: self.completion_tokens.or_zero(),
            reasoning: completion_details
                .reasoning_tokens
                .or(self.reasoning_tokens)
                .or_zero(),
            total: self.total_tokens.or_zero(),
        })
    }

    /// Returns the usage in disjoint buckets, or `None` if it cannot be true.
    pub(super) fn believed(self) -> Option<Usage> {
        let prompt = self.prompt_tokens_details.unwrap_or_default();
        let completion = self.completion_tokens_details.unwrap_or_default();
        let counts = [
            self.prompt_tokens,
            self.completion_tokens,
            self.total_tokens,
            self.prompt_cache_hit_tokens,
            self.cached_tokens,
            self.cache_creation_input_tokens,
            self.reasoning_tokens,
            prompt.cached_tokens,
            prompt.cache_write_tokens,
            completion.reasoning_tokens,
        ];
        let usage = self.buckets();
        (!absurd(&counts, &usage)).then_some(usage)
    }

    /// Returns what the provider says it charges; `None`: it does not say, or it cannot be true.
    pub(super) fn cost(self) -> Option<PicoUsd> {
        self.cost.0
    }

    /// Returns whether the object says anything: some servers send zeros with every chunk.
    pub(super) fn is_filled(self) -> bool {
        self.prompt_tokens.or_zero() > 0 || self.completion_tokens.or_zero() > 0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn buckets(json: &str) -> Usage {
        serde_json::from_str::<WireUsage>(json).unwrap().buckets()
    }

    #[test]
    fn cached_and_reasoning_tokens_are_taken_out_of_their_wholes() {
        let usage = buckets(
            r#"{"prompt_tokens":100,"completion_tokens":50,"total_tokens":150,
            "prompt_tokens_details":{"cached_tokens":60,"cache_write_tokens":10},
            "completion_tokens_details":{"reasoning_tokens":30}}"#,
        );
        assert_eq!(usage.input_uncached_tokens, 30);
        assert_eq!(usage.cache_read_input_tokens, 60);
        assert_eq!(usage.cache_creation_input_tokens, 10);
        assert_eq!(usage.output_visible_tokens, 20);
        assert_eq!(usage.reasoning_output_tokens, 30);
    }

    #[test]
    fn reasoning_beside_the_completion_shows_in_the_total() {
        let usage = buckets(
            r#"{"prompt_tokens":10,"completion_tokens":5,"total_tokens":35,
            "completion_tokens_details":{"reasoning_tokens":20}}"#,
        );
        assert_eq!(
            (usage.output_visible_tokens, usage.reasoning_output_tokens),
            (5, 20)
        );
        let unnamed = buckets(r#"{"prompt_tokens":10,"completion_tokens":5,"total_tokens":35}"#);
        assert_eq!(
            (
                unnamed.output_visible_tokens,
                unnamed.reasoning_output_tokens
            ),
            (5, 20)
        );
    }

    #[test]
    fn cache_hits_under_other_names_count() {
        for json in [
            r#"{"prompt_tokens":10,"prompt_cache_hit_tokens":4,"prompt_cache_miss_tokens":6}"#,
            r#"{"prompt_tokens":10,"cached_tokens":4,"completion_tokens":null}"#,
            r#"{"prompt_tokens":10,"prompt_tokens_details":{"cached_tokens":4}}"#,
        ] {
            assert_eq!(buckets(json).cache_read_input_tokens, 4, "{json}");
            assert_eq!(buckets(json).input_tokens(), 10, "{json}");
        }
    }
}
