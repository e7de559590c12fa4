//! Which targets a call may use, in which order and under which limits.

use crate::error::{CallError, ErrorKind};
use crate::event::TargetInfo;
use crate::price::{PicoUsd, Tariff, TokenPrice, terms_now};
use crate::provider::{Capabilities, Endpoint};
use crate::secret::Secret;
use crate::usage::Usage;
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use std::time::Duration;
use ts_rs::TS;

/// The five clocks of an attempt; the sixth, the call's deadline, is in [`Plan`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Timeouts {
    pub connect: Duration,
    /// Until response headers.
    pub headers: Duration,
    /// Until content or reasoning; headers, a role alone and keep-alive comments do not count.
    pub first_token: Duration,
    /// Between two pieces of content or reasoning.
    pub idle: Duration,
    pub total: Duration,
}

/// How patient a call is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum Tier {
    Fast,
    #[default]
    Standard,
    Complex,
    Reasoning,
}

impl Tier {
    /// Returns the tier's clocks.
    pub const fn timeouts(self) -> Timeouts {
        let (first_token, idle, total) = match self {
            Self::Fast => (5, 10, 15),
            Self::Standard => (15, 20, 60),
            Self::Complex => (30, 30, 180),
            Self::Reasoning => (120, 60, 600),
        };
        let headers = if first_token > 15 { first_token } else { 15 };
        Timeouts {
            connect: Duration::from_secs(10),
            headers: Duration::from_secs(headers),
            first_token: Duration::from_secs(first_token),
            idle: Duration::from_secs(idle),
            total: Duration::from_secs(total),
        }
    }

    /// Returns the name used in configuration keys and messages.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Fast => "fast",
            Self::Standard => "standard",
            Self::Complex => "complex",
            Self::Reasoning => "reasoning",
        }
    }
}

/// What may be sent to a target in a minute. `None`: not limited by the configuration; what the
/// provider's replies say still holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Limits {
    pub requests_per_minute: Option<u32>,
    /// Input and output together.
    pub tokens_per_minute: Option<u32>,
    /// Requests under way at the same time.
    pub concurrency: Option<u32>,
}

/// Clocks of a route's step that differ from those of the model's tier. `None`: as the tier has it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct StepClocks {
    pub first_token: Option<Duration>,
    pub idle: Option<Duration>,
    /// One attempt as a whole. Without it an attempt may take what is left of the call's deadline.
    pub total: Option<Duration>,
}

/// What a route's step sets for a target in place of the settings and of its model's tier.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct StepRules {
    /// Already applied to [`Target::timeouts`]; kept here because they are the step's, not the tier's.
    pub clocks: StepClocks,
    /// Retries of this target; `None`: as the settings have it for its place in the plan.
    pub retries: Option<u32>,
}

impl Timeouts {
    /// Returns the clocks with those of a step in their place.
    pub fn with(self, step: &StepClocks) -> Self {
        let first_token = step.first_token.unwrap_or(self.first_token);
        Self {
            // Headers come with the first token where a provider buffers, so they may take as long.
            headers: self.headers.max(step.first_token.unwrap_or_default()),
            first_token,
            idle: step.idle.unwrap_or(self.idle),
            total: step.total.unwrap_or(self.total),
            ..self
        }
    }
}

impl Limits {
    /// Returns the narrower of each of two limits.
    pub fn narrowed(self, other: Self) -> Self {
        let least = |one: Option<u32>, two: Option<u32>| match (one, two) {
            (Some(one), Some(two)) => Some(one.min(two)),
            (one, two) => one.or(two),
        };
        Self {
            requests_per_minute: least(self.requests_per_minute, other.requests_per_minute),
            tokens_per_minute: least(self.tokens_per_minute, other.tokens_per_minute),
            concurrency: least(self.concurrency, other.concurrency),
        }
    }
}

/// One (provider, credential, model) a call may be sent to.
#[derive(Debug, Clone)]
pub struct Target {
    /// Provider id, as in the configuration.
    pub provider: String,
    /// Provider name for people.
    pub provider_label: String,
    pub endpoint: Endpoint,
    /// Name of the credential within the provider, for limits and health; never the credential itself.
    /// `None` where the provider needs no key.
    pub credential: Option<String>,
    /// `None` where the provider needs no key.
    pub key: Option<Secret>,
    pub model: String,
    pub capabilities: Capabilities,
    pub tier: Tier,
    pub timeouts: Timeouts,
    /// Requests and tokens a minute, as configured.
    pub limits: Limits,
    /// `None`: no price is known.
    pub price: Option<Arc<Tariff>>,
    pub simulated: bool,
    /// What the route's step sets for it.
    pub step: StepRules,
}

impl Target {
    /// Returns what an answer that ends now costs, or `None` if no price is known. Providers with prices by the
    /// hour go by the end of the request.
    pub fn cost_now(&self, usage: &Usage) -> Option<PicoUsd> {
        self.price.as_ref()?.cost(usage, &terms_now())
    }

    /// Returns what a short request costs now outside special hours, or `None` if that is not known.
    pub fn usual_price(&self) -> Option<TokenPrice> {
        self.price.as_ref()?.usual(terms_now().at)?.token_price()
    }

    /// Returns the target as shown to people.
    pub fn info(&self) -> TargetInfo {
        TargetInfo {
            provider: self.provider.clone(),
            model: self.model.clone(),
            simulated: self.simulated,
        }
    }
}

/// A place in a plan: a target that can be tried, or one that cannot and why.
#[derive(Debug, Clone)]
#[expect(clippy::large_enum_variant, reason = "a plan holds a handful of these")]
pub enum Candidate {
    Ready(Target),
    /// Shown as skipped; the call fails with `error` if no other candidate is ready.
    Unusable {
        target: TargetInfo,
        error: CallError,
    },
}

impl Candidate {
    /// Returns the target as shown to people.
    pub fn info(&self) -> TargetInfo {
        match self {
            Self::Ready(target) => target.info(),
            Self::Unusable { target, .. } => target.clone(),
        }
    }
}

/// What happens to an answer that breaks after its first token.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum Recovery {
    /// The answer is carried on where it broke: by prefill where the target accepts it, else by a new
    /// answer spliced in where it repeats the shown text, else as `Restart`.
    #[default]
    Continue,
    /// Another attempt from nothing; the shown text is marked void.
    Restart,
    /// The call fails; the shown text stays.
    Fail,
}

/// What a plan says about single causes of failure: targets where the general order does not help, by index
/// into [`Plan::candidates`] (empty: the general order holds), and the route's own word on causes.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct CauseLists {
    /// For `ContextTooLong`: only targets with a larger window.
    pub context_too_long: Vec<usize>,
    /// For `ContentFiltered`; empty: filtered content is sent to nobody else.
    pub content_filter: Vec<usize>,
    /// For `Auth` and `Permission`; empty: the call stops.
    pub auth: Vec<usize>,
    pub rulings: Rulings,
}

/// What a route does about single causes of failure, where it differs from their dispositions.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Rulings {
    /// Followed by the next target, though they would end the call.
    pub fall_back_on: Vec<ErrorKind>,
    /// End the call at once: no retry, no other target.
    pub stop_on: Vec<ErrorKind>,
}

/// What is done about one cause of failure by a route's own word.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Ruling {
    FallBack,
    Stop,
}

impl Rulings {
    /// Returns the route's own word on a cause, or `None` if its disposition holds.
    pub fn on(&self, kind: ErrorKind) -> Option<Ruling> {
        if self.stop_on.contains(&kind) {
            Some(Ruling::Stop)
        } else if self.fall_back_on.contains(&kind) {
            Some(Ruling::FallBack)
        } else {
            None
        }
    }
}

/// A second request to another provider when the first is slow to begin (opt-in).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Hedge {
    /// Never earlier than this after the attempt began; the observed 95th percentile of the first token
    /// may make it later. Default 2 s.
    pub after: Duration,
}

/// The targets of one call and the limits they share.
#[derive(Debug, Clone)]
pub struct Plan {
    /// The route's name; `None`: the targets were named.
    pub route: Option<String>,
    /// Tried in order, but for those that only [`CauseLists`] name. An empty plan fails as misconfigured.
    pub candidates: Vec<Candidate>,
    /// How many of `candidates`, from the first, are tried in general. The others are reached through
    /// `lists` only.
    pub general: usize,
    pub lists: CauseLists,
    /// `None`: no hedging.
    pub hedge: Option<Hedge>,
    /// Given as the answer, marked as such, when no target answers; `None`: the call fails.
    pub fallback_text: Option<String>,
    /// For the whole call, waits and fallbacks included.
    pub deadline: Duration,
    pub recovery: Recovery,
    /// Why these targets: one short sentence each.
    pub reasons: Vec<String>,
}
