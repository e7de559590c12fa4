//! What is known about models by name: what they take, how patient to be, what they cost.
//!
//! Unknown counts as able, and an unknown price stays unknown. Prices are those of the price book that counts.

use crate::plan::Tier;
use crate::price::{Tariff, seller};
use crate::provider::{Capabilities, claude_version};
use std::sync::Arc;
use switchboard_prices::current;

/// Every sampling parameter by name, as in `Params`.
pub(super) const PARAMS: [&str; 6] = [
    "temperature",
    "top_p",
    "max_tokens",
    "stop",
    "seed",
    "reasoning_effort",
];

/// What is known about one model.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Facts {
    pub capabilities: Capabilities,
    pub tier: Tier,
    /// `None`: no price is known.
    pub price: Option<Arc<Tariff>>,
}

/// Returns what is known about a model of a provider made from `preset`.
pub fn facts(preset: Option<&str>, model: &str) -> Facts {
    let mut facts = Facts::default();
    let local = preset
        .and_then(super::presets::preset)
        .is_some_and(|preset| preset.local);
    if local {
        // The first call loads the model from disk.
        facts.tier = Tier::Complex;
    }
    // The names of this reseller's own list are not those of the makers.
    if preset != Some("xidao") {
        let name = model
            .rsplit('/')
            .next()
            .unwrap_or(model)
            .to_ascii_lowercase();
        if let Some(family) = FAMILIES
            .iter()
            .find(|family| name.starts_with(family.prefix))
        {
            family.apply(&mut facts);
        }
    }
    facts.capabilities.prefill = takes_begun_answers(preset, model);
    facts.price = preset.and_then(|preset| current().find(seller(preset), model));
    if facts.capabilities.context_window.is_none() {
        let details = facts.price.as_ref().map(|price| &price.details);
        facts.capabilities.context_window = details.and_then(|details| details.context_window);
    }
    // What runs here costs nothing; Ollama's names of hosted models end in "-cloud".
    if local && !model.ends_with("-cloud") {
        facts.price = Some(Arc::new(Tariff::free(model, "runs on this machine")));
    }
    facts
}

/// Returns whether a provider carries on an answer that the request has begun: Claude before 4.6 (what's new
/// in Claude 4.6), Mistral and DeepSeek (chat prefix completion), and llama.cpp (its pull request 13174);
/// all read 2026-11-25. At other addresses the same models may be served in another way.
fn takes_begun_answers(preset: Option<&str>, model: &str) -> bool {
    match preset {
        Some("anthropic") => claude_version(model).is_some_and(|version| version < (4, 6)),
        Some("mistral" | "deepseek" | "llamacpp") => true,
        _ => false,
    }
}

/// Models whose names begin alike.
struct Family {
    prefix: &'static str,
    reasoning: bool,
    images: bool,
    json_schema: bool,
    rejected: &'static [&'static str],
    /// Tokens; 0 if unknown.
    context: u64,
    tier: Tier,
}

impl Family {
    const PLAIN: Self = Self {
        prefix: "",
        reasoning: false,
        images: true,
        json_schema: true,
        rejected: &[],
        context: 0,
        tier: Tier::Standard,
    };

    fn apply(&self, facts: &mut Facts) {
        facts.capabilities.reasoning = self.reasoning;
        facts.capabilities.images = self.images;
        facts.capabilities.json_schema = self.json_schema;
        facts.capabilities.rejected_params = self
            .rejected
            .iter()
            .map(|name| (*name).to_owned())
            .collect();
        facts.capabilities.context_window = (self.context > 0).then_some(self.context);
        if self.tier != Tier::Standard {
            facts.tier = self.tier;
        }
    }
}

/// OpenAI's reasoning models answer 400 to these
/// (<https://platform.openai.com/docs/guides/reasoning>, read 2026-11-23).
const OPENAI_REASONING: Family = Family {
    reasoning: true,
    rejected: &["temperature", "top_p", "stop"],
    tier: Tier::Reasoning,
    ..Family::PLAIN
};

/// First match counts, so narrower prefixes stand first. Context windows: genai-prices 0.2.3.
static FAMILIES: [Family; 28] = [
    Family {
        prefix: "gpt-5-chat",
        ..Family::PLAIN
    },
    Family {
        prefix: "gpt-5.6-luna",
        context: 1_050_000,
        ..OPENAI_REASONING
    },
    Family {
        prefix: "gpt-5",
        ..OPENAI_REASONING
    },
    Family {
        prefix: "gpt-6.1-",
        context: 1_050_000,
        ..OPENAI_REASONING
    },
    Family {
        prefix: "gpt-6",
        ..OPENAI_REASONING
    },
    Family {
        prefix: "gpt-oss",
        reasoning: true,
        images: false,
        ..Family::PLAIN
    },
    Family {
        prefix: "o1",
        ..OPENAI_REASONING
    },
    Family {
        prefix: "o3",
        ..OPENAI_REASONING
    },
    Family {
        prefix: "o4",
        ..OPENAI_REASONING
    },
    Family {
        prefix: "claude-opus-5-5",
        context: 1_000_000,
        ..ANTHROPIC_NEW
    },
    Family {
        prefix: "claude-sonnet-5-5",
        context: 1_000_000,
        ..ANTHROPIC_NEW
    },
    Family {
        prefix: "claude-opus-5",
        ..ANTHROPIC_NEW
    },
    Family {
        prefix: "claude-sonnet-5",
        ..ANTHROPIC_NEW
    },
    Family {
        prefix: "claude-haiku-5",
        ..ANTHROPIC_NEW
    },
    Family {
        prefix: "claude-opus-4-7",
        ..ANTHROPIC_NEW
    },
    Family {
        prefix: "claude-opus-4-8",
        ..ANTHROPIC_NEW
    },
    Family {
        prefix: "claude-opus-4.7",
        ..ANTHROPIC_NEW
    },
    Family {
        prefix: "claude-opus-4.8",
        ..ANTHROPIC_NEW
    },
    Family {
        prefix: "claude-",
        reasoning: true,
        ..Family::PLAIN
    },
    Family {
        prefix: "gemini-4-argon",
        context: 1_048_576,
        ..GEMINI_THINKING
    },
    Family {
        prefix: "gemini-2.5-flash",
        tier: Tier::Complex,
        ..GEMINI_THINKING
    },
    Family {
        prefix: "gemini-3.8-flash",
        context: 1_000_000,
        tier: Tier::Complex,
        ..GEMINI_THINKING
    },
    Family {
        prefix: "gemini-2.0",
        ..Family::PLAIN
    },
    Family {
        prefix: "gemini-",
        ..GEMINI_THINKING
    },
    Family {
        prefix: "deepseek-v4",
        context: 1_000_000,
        ..DEEPSEEK
    },
    Family {
        prefix: "deepseek-",
        ..DEEPSEEK
    },
    Family {
        prefix: "grok-code",
        reasoning: true,
        images: false,
        ..GROK
    },
    Family {
        prefix: "grok-4",
        ..GROK
    },
];

/// From Opus 4.7 on, sampling parameters are answered with 400
/// (<https://github.com/BerriAI/litellm/issues/26444>, read 2026-11-23).
const ANTHROPIC_NEW: Family = Family {
    reasoning: true,
    rejected: &["temperature", "top_p"],
    tier: Tier::Complex,
    ..Family::PLAIN
};

/// They think unasked, so their first token can be long in coming.
const GEMINI_THINKING: Family = Family {
    reasoning: true,
    tier: Tier::Reasoning,
    ..Family::PLAIN
};

/// Text only; JSON answers without a schema (<https://api-docs.deepseek.com>, read 2026-11-23).
const DEEPSEEK: Family = Family {
    reasoning: true,
    images: false,
    json_schema: false,
    tier: Tier::Reasoning,
    ..Family::PLAIN
};

/// Reasoning models of xAI reject stop texts (<https://docs.x.ai/docs/guides/reasoning>, read 2026-11-23).
const GROK: Family = Family {
    reasoning: true,
    rejected: &["stop"],
    tier: Tier::Reasoning,
    ..Family::PLAIN
};
