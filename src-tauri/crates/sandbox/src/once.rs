//! Counts faults that happen only so many times (`fault=429-once`).
//!
//! Requests are counted per model name as requested, options included, and per scope. A request with
//! the header `x-switchboard-scenario` has its value as scope: there the first requests fail and all
//! later ones do not. Without the header the scope is the API key (or none), and the count starts
//! anew after a request that was let through: with `-once` every other request fails. So each run of
//! `flaky-429` shows one failure and one answer, in any order of runs, with no clock involved.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

/// The header that gives a caller counts of its own.
pub const SCENARIO_HEADER: &str = "x-switchboard-scenario";

/// Most scopes remembered; beyond it all counts are forgotten.
const SCOPES: usize = 4096;

/// Whose requests are counted together.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) enum Scope {
    Scenario(String),
    /// A hash of the key, never the key.
    Key(u64),
}

#[derive(Debug, Default)]
pub(crate) struct Counters {
    seen: Mutex<HashMap<(Scope, String), u32>>,
}

impl Counters {
    /// Counts a request and returns whether it is to fail.
    pub(crate) fn strikes(&self, scope: Scope, model: &str, times: u32) -> bool {
        let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        if seen.len() >= SCOPES {
            seen.clear();
        }
        let starts_anew = matches!(scope, Scope::Key(_));
        let count = seen.entry((scope, model.to_owned())).or_default();
        if *count < times {
            *count += 1;
            return true;
        }
        if starts_anew {
            *count = 0;
        }
        false
    }

    pub(crate) fn forget(&self) {
        self.seen
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clear();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn with_a_scenario_only_the_first_requests_fail() {
        let counters = Counters::default();
        let fails = || counters.strikes(Scope::Scenario("a".into()), "m", 2);
        assert_eq!(
            [fails(), fails(), fails(), fails()],
            [true, true, false, false]
        );
        assert!(counters.strikes(Scope::Scenario("b".into()), "m", 2));
    }

    #[test]
    fn without_one_each_answer_is_preceded_by_its_failures() {
        let counters = Counters::default();
        let fails = |key| counters.strikes(Scope::Key(key), "m", 1);
        assert_eq!(
            [fails(1), fails(2), fails(1), fails(1)],
            [true, true, false, true]
        );
        counters.forget();
        assert!(counters.strikes(Scope::Key(1), "m", 1));
    }
}
