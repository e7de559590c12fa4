//! The budgets of retries and hedges: a provider's and the whole's.

use crate::policy::hedge_budget::HedgeBudget;
use crate::policy::retry_budget::RetryBudget;
use std::collections::HashMap;
use tokio::time::Instant;

/// Above this many providers, those without calls in the last minute are forgotten.
const MOST_PROVIDERS: usize = 256;

#[derive(Debug, Default)]
pub(super) struct Budgets {
    providers: HashMap<String, RetryBudget>,
    whole: RetryBudget,
    hedges: HedgeBudget,
}

impl Budgets {
    pub(super) fn call(&mut self, provider: &str, now: Instant) {
        self.whole.call(now);
        self.hedges.call();
        self.with(provider, now, |own| own.call(now));
    }

    pub(super) fn take_retry(&mut self, provider: &str, now: Instant) -> bool {
        let taken = self.whole.allows(now)
            && self.with(provider, now, |own| {
                let allowed = own.allows(now);
                if allowed {
                    own.spend(now);
                }
                allowed
            });
        if taken {
            self.whole.spend(now);
        }
        taken
    }

    pub(super) fn take_hedge(&mut self) -> bool {
        self.hedges.take()
    }

    fn with<R>(
        &mut self,
        provider: &str,
        now: Instant,
        then: impl FnOnce(&mut RetryBudget) -> R,
    ) -> R {
        if let Some(own) = self.providers.get_mut(provider) {
            return then(own);
        }
        if self.providers.len() >= MOST_PROVIDERS {
            self.providers.retain(|_, budget| !budget.is_idle(now));
        }
        then(self.providers.entry(provider.to_owned()).or_default())
    }
}
