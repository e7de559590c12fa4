//! Settings of the whole program.

use crate::plan::{Recovery, Tier, Timeouts};
use crate::policy::backoff::Backoff;
use crate::policy::next::RetryLimits;
use std::path::PathBuf;
use std::time::Duration;
use url::Url;

/// The clocks of every tier, overrides applied.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TierTimeouts {
    pub fast: Timeouts,
    pub standard: Timeouts,
    pub complex: Timeouts,
    pub reasoning: Timeouts,
}

impl Default for TierTimeouts {
    fn default() -> Self {
        Self {
            fast: Tier::Fast.timeouts(),
            standard: Tier::Standard.timeouts(),
            complex: Tier::Complex.timeouts(),
            reasoning: Tier::Reasoning.timeouts(),
        }
    }
}

impl TierTimeouts {
    /// Returns the clocks of `tier`.
    pub fn of(&self, tier: Tier) -> Timeouts {
        match tier {
            Tier::Fast => self.fast,
            Tier::Standard => self.standard,
            Tier::Complex => self.complex,
            Tier::Reasoning => self.reasoning,
        }
    }

    /// Returns the clocks of `tier`, to change them.
    pub(super) fn of_mut(&mut self, tier: Tier) -> &mut Timeouts {
        match tier {
            Tier::Fast => &mut self.fast,
            Tier::Standard => &mut self.standard,
            Tier::Complex => &mut self.complex,
            Tier::Reasoning => &mut self.reasoning,
        }
    }
}

/// The way out of this machine.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Network {
    pub proxy: Proxy,
    /// Files of PEM certificates trusted beside the system's own; relative paths start at the folder of
    /// the configuration file.
    pub extra_ca: Vec<PathBuf>,
}

/// Which proxy is used. This machine itself is always reached directly.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum Proxy {
    /// What the system and the variables `HTTPS_PROXY`, `HTTP_PROXY`, `NO_PROXY` say.
    #[default]
    System,
    /// No proxy, whatever the system says.
    Direct,
    /// This one, for everything but this machine. Holds no password.
    Url(Url),
}

/// What holds where a call does not say otherwise.
#[derive(Debug, Clone, PartialEq)]
pub struct Settings {
    /// Models of a comparison that names none, as `provider/model`; empty: the simulator's three.
    pub default_models: Vec<String>,
    /// The light model that `auto` asks what kind of work a prompt is, as `provider/model`; `None`: the classifier of
    /// this machine decides alone.
    pub classifier: Option<String>,
    /// What happens to an answer that breaks after its first token.
    pub recovery: Recovery,
    /// For the whole call, waits and fallbacks included; `None`: from the targets' tiers.
    pub deadline: Option<Duration>,
    /// Retries on the first target. Default 2.
    pub retries: u32,
    /// Retries on each fallback. Default 1.
    pub fallback_retries: u32,
    /// Attempts of a call in all. Default 5.
    pub max_attempts: u32,
    /// Longest wait of our own choosing between two attempts. Default 8 s, at most 60 s.
    pub backoff_cap: Duration,
}

impl Settings {
    /// Returns how often a call may try again.
    pub fn retry_limits(&self) -> RetryLimits {
        RetryLimits {
            retries: self.retries,
            fallback_retries: self.fallback_retries,
            max_attempts: self.max_attempts,
            backoff: Backoff {
                cap: self.backoff_cap,
                ..Backoff::default()
            },
        }
    }
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            default_models: Vec::new(),
            classifier: None,
            recovery: Recovery::default(),
            deadline: None,
            retries: 2,
            fallback_retries: 1,
            max_attempts: 5,
            backoff_cap: Duration::from_secs(8),
        }
    }
}
