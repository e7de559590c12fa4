//! How each provider did last time: what its lamp shows.

use crate::api::types::Lamp;
use std::collections::HashMap;
use std::sync::Mutex;
use std::time::{Duration, Instant};
use switchboard_engine::error::ErrorKind;

/// How an attempt, or a test of the connection, ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// It answered; the time is that to the first token, or of the whole test.
    Answered(Duration),
    Failed(ErrorKind),
}

/// The last outcome of each provider.
#[derive(Debug, Default)]
pub struct ProviderHealth {
    last: Mutex<HashMap<String, Outcome>>,
    /// Until when each is left alone, as far as it was told.
    resting: Mutex<HashMap<String, Instant>>,
}

/// A rest that ends later by less is the same one.
const SAME_REST: Duration = Duration::from_millis(500);

impl ProviderHealth {
    /// Notes an outcome. Returns whether the lamp looks different now.
    pub fn record(&self, provider: &str, outcome: Outcome) -> bool {
        // What says nothing about the provider leaves its lamp as it is.
        if let Outcome::Failed(kind) = outcome
            && look_of(kind, false).is_none()
        {
            return false;
        }
        let mut last = self
            .last
            .lock()
            .unwrap_or_else(|poisoned| poisoned.into_inner());
        last.insert(provider.to_owned(), outcome) != Some(outcome)
    }

    /// Notes for how long a provider is left alone; `None`: it is not. Returns whether that is news.
    pub fn rests(&self, provider: &str, rest: Option<Duration>) -> bool {
        let mut resting = self
            .resting
            .lock()
            .unwrap_or_else(|poisoned| poisoned.into_inner());
        let Some(until) = rest.map(|rest| Instant::now() + rest) else {
            return resting.remove(provider).is_some();
        };
        match resting.get(provider) {
            Some(told) if until <= *told + SAME_REST => false,
            _ => {
                resting.insert(provider.to_owned(), until);
                true
            }
        }
    }

    /// Forgets a provider: it was changed, or is gone.
    pub fn forget(&self, provider: &str) {
        self.rests(provider, None);
        self.last
            .lock()
            .unwrap_or_else(|poisoned| poisoned.into_inner())
            .remove(provider);
    }

    /// Returns the lamp and the short text beside it.
    pub fn lamp(&self, provider: &str, local: bool) -> (Lamp, String) {
        let last = self
            .last
            .lock()
            .unwrap_or_else(|poisoned| poisoned.into_inner());
        match last.get(provider) {
            None => (Lamp::Idle, "not tried".to_owned()),
            Some(Outcome::Answered(after)) => (Lamp::Ok, spoken(*after)),
            Some(Outcome::Failed(kind)) => look_of(*kind, local)
                .map_or((Lamp::Idle, "not tried".to_owned()), |(lamp, text)| {
                    (lamp, text.to_owned())
                }),
        }
    }
}

fn spoken(after: Duration) -> String {
    if after < Duration::from_secs(10) {
        format!("{} ms", after.as_millis())
    } else {
        format!("{} s", after.as_secs())
    }
}

/// Returns how a provider looks after a failure, or `None` if it says nothing about the provider.
fn look_of(kind: ErrorKind, local: bool) -> Option<(Lamp, &'static str)> {
    let look = match kind {
        ErrorKind::Connect if local => (Lamp::Down, "not running"),
        ErrorKind::Dns => (Lamp::Down, "host not found"),
        ErrorKind::Connect | ErrorKind::ConnectTimeout => (Lamp::Down, "no connection"),
        ErrorKind::Tls => (Lamp::Down, "bad certificate"),
        ErrorKind::Reset | ErrorKind::Truncated => (Lamp::Warning, "broke off"),
        ErrorKind::HeadersTimeout
        | ErrorKind::FirstTokenTimeout
        | ErrorKind::IdleTimeout
        | ErrorKind::TooSlow => (Lamp::Warning, "slow"),
        ErrorKind::Malformed | ErrorKind::TooLarge => (Lamp::Down, "odd reply"),
        ErrorKind::NotAnApi => (Lamp::Down, "not an API"),
        ErrorKind::RateLimited => (Lamp::Warning, "rate limited"),
        ErrorKind::QuotaExhausted => (Lamp::Warning, "quota spent"),
        ErrorKind::Billing => (Lamp::Down, "not paid"),
        ErrorKind::Overloaded => (Lamp::Warning, "overloaded"),
        ErrorKind::Server => (Lamp::Down, "server error"),
        ErrorKind::Auth => (Lamp::Down, "wrong key"),
        ErrorKind::Permission => (Lamp::Down, "not allowed"),
        ErrorKind::TotalTimeout
        | ErrorKind::PlanLimit
        | ErrorKind::NotFound
        | ErrorKind::Rejected
        | ErrorKind::ContextTooLong
        | ErrorKind::ContentFiltered
        | ErrorKind::EmptyAnswer
        | ErrorKind::OutputInvalid
        | ErrorKind::NoCredential
        | ErrorKind::Incapable
        | ErrorKind::CircuitOpen
        | ErrorKind::QueueFull
        | ErrorKind::Budget
        | ErrorKind::CallerStopped
        | ErrorKind::Misconfigured
        | ErrorKind::Cancelled
        | ErrorKind::Interrupted => return None,
    };
    Some(look)
}
