//! Small pure policies: what to do next, decided from facts and an injected draw.

pub mod backoff;
pub mod breaker;
pub mod budget;
pub mod concurrency;
pub mod cooling;
pub mod hedge_budget;
pub mod latency;
pub mod ledger;
pub mod marks;
pub mod next;
pub mod order;
pub mod outage;
pub mod pace;
pub mod period;
pub mod rate;
pub mod retry_budget;
pub mod runaway;
pub(crate) mod splice;
pub mod verdict;
pub mod window;
