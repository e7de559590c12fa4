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
    audio_tokens: Count,
}

#[derive(Debug, Default, Clone, Copy, Deserialize)]
#[serde(default)]
struct CompletionDetails {
    reasoning_tokens: Count,
    audio_tokens: Count,
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
            audio: prompt_details
                .audio_tokens
                .or_zero()
                .saturating_add(completion_details.audio_tokens.or_zero()),
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
            prompt.audio_tokens,
            completion.audio_tokens,
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
    use crate::price::{Charge, ServiceTier, Tariff, TokenPrice};
    use proptest::prelude::*;
    use serde_json::json;

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

    /// The ways in which providers of this wire format say the same usage; `beside`: reasoning is not part of the
    /// completion.
    #[derive(Debug, Clone, Copy)]
    struct Flavour {
        name: &'static str,
        cache: Cache,
        beside: bool,
        total: bool,
    }

    #[derive(Debug, Clone, Copy)]
    enum Cache {
        Details,
        DeepSeek,
        Moonshot,
        None,
    }

    const FLAVOURS: [Flavour; 6] = [
        Flavour {
            name: "openai",
            cache: Cache::Details,
            beside: false,
            total: true,
        },
        Flavour {
            name: "openrouter",
            cache: Cache::Details,
            beside: false,
            total: true,
        },
        Flavour {
            name: "xai",
            cache: Cache::Details,
            beside: true,
            total: true,
        },
        Flavour {
            name: "deepseek",
            cache: Cache::DeepSeek,
            beside: false,
            total: true,
        },
        Flavour {
            name: "moonshot",
            cache: Cache::Moonshot,
            beside: false,
            total: false,
        },
        Flavour {
            name: "mistral",
            cache: Cache::None,
            beside: false,
            total: true,
        },
    ];

    impl Flavour {
        fn says(self, [fresh, cached, visible, reasoning]: [u64; 4]) -> serde_json::Value {
            let cached = match self.cache {
                Cache::None => 0,
                _ => cached,
            };
            let reasoning = match self.cache {
                // Neither tells reasoning apart.
                Cache::None | Cache::Moonshot => 0,
                _ => reasoning,
            };
            let prompt = fresh + cached;
            let completion = if self.beside {
                visible
            } else {
                visible + reasoning
            };
            let mut usage = json!({"prompt_tokens": prompt, "completion_tokens": completion});
            if self.total {
                usage["total_tokens"] = (prompt + visible + reasoning).into();
            }
            match self.cache {
                Cache::Details => {
                    usage["prompt_tokens_details"] =
                        json!({"cached_tokens": cached, "audio_tokens": 0})
                }
                Cache::DeepSeek => {
                    usage["prompt_cache_hit_tokens"] = cached.into();
                    usage["prompt_cache_miss_tokens"] = fresh.into();
                }
                Cache::Moonshot => usage["cached_tokens"] = cached.into(),
                Cache::None => {}
            }
            if reasoning > 0 {
                usage["completion_tokens_details"] =
                    json!({"reasoning_tokens": reasoning, "audio_tokens": 0});
            }
            usage
        }

        fn means(self, [fresh, cached, visible, reasoning]: [u64; 4]) -> Usage {
            let tells_cache = !matches!(self.cache, Cache::None);
            let tells_reasoning = !matches!(self.cache, Cache::None | Cache::Moonshot);
            Usage {
                input_uncached_tokens: fresh,
                cache_read_input_tokens: if tells_cache { cached } else { 0 },
                output_visible_tokens: visible,
                reasoning_output_tokens: if tells_reasoning { reasoning } else { 0 },
                ..Usage::default()
            }
        }
    }

    proptest! {
        #[test]
        fn every_flavour_of_the_same_usage_costs_the_same_and_sums_to_its_total(
            counts in prop::array::uniform4(0..2_000_000_u64),
            prices in prop::array::uniform3(1..90_000_000_i64),
        ) {
            let [input, output, read] = prices.map(PicoUsd);
            let price = TokenPrice { input, output, cache_read: Some(read), cache_creation: None };
            let tariff = Tariff::flat("m", price, "a test");
            for flavour in FLAVOURS {
                let said = flavour.says(counts);
                let usage: WireUsage = serde_json::from_value(said.clone()).unwrap();
                let usage = usage.believed().unwrap();
                prop_assert_eq!(usage, flavour.means(counts), "{}: {}", flavour.name, said);
                if let Some(total) = said["total_tokens"].as_u64() {
                    prop_assert_eq!(usage.input_tokens() + usage.output_tokens(), total, "{}", flavour.name);
                }
                let cost = Charge::of(Some(&tariff), usage, ServiceTier::Standard, None).cost;
                let by_hand = i128::from(usage.input_uncached_tokens) * i128::from(input.0)
                    + i128::from(usage.cache_read_input_tokens) * i128::from(read.0)
                    + i128::from(usage.output_tokens()) * i128::from(output.0);
                prop_assert_eq!(cost.map(|cost| i128::from(cost.0)), Some(by_hand), "{}", flavour.name);
            }
        }

        #[test]
        fn one_absurd_count_makes_a_report_none_and_never_zero(
            counts in prop::array::uniform4(1..1000_u64),
            flavour in prop::sample::select(&FLAVOURS[..]),
            field in prop::sample::select(&["prompt_tokens", "completion_tokens"][..]),
            absurd in prop::sample::select(vec![json!(-1), json!(-5.0), json!(1e15), json!(u64::MAX)]),
        ) {
            let mut said = flavour.says(counts);
            said[field] = absurd;
            let usage = serde_json::from_value::<WireUsage>(said.clone());
            prop_assert_eq!(usage.unwrap().believed(), None, "{}: {}", flavour.name, said);
        }
    }
}
