//! What follows a failed attempt: the same target again, another one, or the end.

use super::backoff::{Backoff, LONGEST_HINT};
use crate::error::{CallError, Disposition, ErrorKind};
use crate::event::{Next, TargetInfo};
use crate::plan::{Recovery, Ruling};
use std::time::Duration;

/// How often a call may try again, from the configuration's `[settings]`.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct RetryLimits {
    /// Retries of the first target.
    pub retries: u32,
    /// Retries of each later target.
    pub fallback_retries: u32,
    /// Most attempts of one call, over all targets.
    pub max_attempts: u32,
    pub backoff: Backoff,
}

impl Default for RetryLimits {
    fn default() -> Self {
        Self {
            retries: 2,
            fallback_retries: 1,
            max_attempts: 5,
            backoff: Backoff::default(),
        }
    }
}

const BUDGET_SPENT: &str = "retry budget spent";

/// The facts of a failure that the decision rests on.
#[derive(Debug, Clone)]
pub struct Situation<'a> {
    pub error: &'a CallError,
    pub current: &'a TargetInfo,
    /// The next target that may do better with this error, or `None` if there is none.
    pub next: Option<&'a TargetInfo>,
    /// Whether the plan names `next` for just this cause.
    pub listed: bool,
    /// Whether this is the first target of the plan.
    pub is_primary: bool,
    /// Retries of this target made so far.
    pub retries: u32,
    /// What the route's step allows of them; `None`: as the settings have it.
    pub own_retries: Option<u32>,
    /// The route's own word on this cause; `None`: its disposition holds.
    pub ruling: Option<Ruling>,
    /// Attempts of the call made so far.
    pub attempts: u32,
    /// What is left of the call's deadline.
    pub remaining: Duration,
    /// What is left of the target's share of it: with another target left, a retry begins within.
    pub share: Duration,
    /// Whether any of the answer has been shown.
    pub shown: bool,
    pub recovery: Recovery,
    /// A draw from 0 (inclusive) to 1.
    pub draw: f64,
}

impl Situation<'_> {
    fn is_last_hope(&self) -> bool {
        let silent = matches!(self.error.kind, ErrorKind::IdleTimeout | ErrorKind::TooSlow);
        silent && self.shown && self.recovery == Recovery::Continue && self.next.is_none()
    }
}

/// Returns the step for an answer whose shown text can be carried on.
pub fn carried_on(step: Next, current: &TargetInfo) -> Next {
    match step {
        Next::Retry { .. } => Next::Continue {
            on: current.clone(),
            why: "the answer was cut, and this target may carry it on".to_owned(),
        },
        Next::Fallback { to, why } => Next::Continue { on: to, why },
        step => step,
    }
}

/// Returns what to do after a failure. `take_retry` takes one retry out of the budget, and is asked only
/// if one is to be made.
pub fn decide(
    situation: &Situation<'_>,
    limits: &RetryLimits,
    take_retry: impl FnOnce() -> bool,
) -> Next {
    let error = situation.error;
    if situation.shown && situation.recovery == Recovery::Fail {
        return stop("the answer had begun, and recovery is set to `fail`");
    }
    if situation.remaining.is_zero() {
        return stop("the call's deadline has passed");
    }
    if situation.attempts >= limits.max_attempts {
        return stop("the most attempts of one call were made");
    }
    let disposition = match (situation.ruling, error.kind.disposition()) {
        (Some(Ruling::Stop), _) => return stop("the route stops at this cause"),
        (Some(Ruling::FallBack), Disposition::Stop) => Disposition::NextTarget,
        (_, disposition) => disposition,
    };
    let retries = situation.own_retries.unwrap_or(if situation.is_primary {
        limits.retries
    } else {
        limits.fallback_retries
    });
    let retries_allowed = match disposition {
        Disposition::Retry => retries,
        // Once by the program's own word; a step that says how often is taken at its word.
        Disposition::RetryOnce if situation.own_retries.is_some() => retries,
        Disposition::RetryOnce => retries.min(1),
        // A stream that died in the middle is carried on where it was, if there is nowhere else.
        Disposition::NextTarget if situation.is_last_hope() => 1,
        Disposition::NextTarget | Disposition::NextIfDifferent => 0,
        Disposition::Stop if situation.listed => {
            return fall_back(situation, disposition, "");
        }
        Disposition::Stop => return stop(stop_reason(error.kind)),
    };
    let retries_allowed = match error.should_retry {
        Some(true) if situation.own_retries == Some(0) => 0,
        Some(true) => retries_allowed.max(1),
        Some(false) => 0,
        None => retries_allowed,
    };
    if situation.retries >= retries_allowed {
        return fall_back(situation, disposition, "this target had its retries");
    }
    let wait = match error.retry_after() {
        Some(hint) if hint > LONGEST_HINT => {
            return fall_back(
                situation,
                disposition,
                "it asks for a longer wait than a minute",
            );
        }
        Some(hint) => Backoff::wait_with_hint(hint, situation.draw),
        None => limits.backoff.wait(situation.retries, situation.draw),
    };
    let room = match situation.next {
        Some(_) => situation.share.min(situation.remaining),
        None => situation.remaining,
    };
    if wait >= room {
        return fall_back(
            situation,
            disposition,
            "its wait is longer than the deadline allows",
        );
    }
    if !take_retry() {
        return fall_back(situation, disposition, BUDGET_SPENT);
    }
    Next::Retry {
        after_ms: u64::try_from(wait.as_millis()).unwrap_or(u64::MAX),
    }
}

fn fall_back(situation: &Situation<'_>, disposition: Disposition, spent: &str) -> Next {
    let Some(next) = situation.next else {
        return stop(match spent {
            BUDGET_SPENT => "the retry budget is spent, and no other target is left",
            _ => "no other target is left",
        });
    };
    if disposition == Disposition::NextIfDifferent && next == situation.current {
        return stop("the next target is the same model and would answer the same");
    }
    let why = match disposition {
        _ if situation.listed => "the route names it for this cause",
        _ if situation.ruling == Some(Ruling::FallBack) => "the route goes on after this cause",
        Disposition::Retry | Disposition::RetryOnce => spent,
        Disposition::NextTarget => "another try of the same target would not help",
        Disposition::NextIfDifferent => "another model may answer differently",
        Disposition::Stop => "the call was to stop",
    };
    Next::Fallback {
        to: next.clone(),
        why: why.to_owned(),
    }
}

fn stop(why: &str) -> Next {
    Next::Stop {
        why: why.to_owned(),
    }
}

fn stop_reason(kind: ErrorKind) -> &'static str {
    match kind {
        ErrorKind::Auth | ErrorKind::Permission => "a wrong key must be mended, not worked around",
        ErrorKind::ContentFiltered => "filtered content is not sent on to others unasked",
        ErrorKind::TotalTimeout => "the call's deadline has passed",
        ErrorKind::Misconfigured => "the configuration must be mended first",
        _ => "nothing else would help",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn target(model: &str) -> TargetInfo {
        TargetInfo {
            provider: "p".into(),
            model: model.into(),
            simulated: false,
        }
    }

    fn check(error: CallError, retries: u32, change: impl FnOnce(&mut Situation<'_>)) -> Next {
        let (current, next) = (target("a"), target("b"));
        let mut situation = Situation {
            error: &error,
            current: &current,
            next: Some(&next),
            is_primary: true,
            retries,
            own_retries: None,
            ruling: None,
            attempts: retries + 1,
            remaining: Duration::from_secs(60),
            share: Duration::from_secs(60),
            listed: false,
            shown: false,
            recovery: Recovery::Restart,
            draw: 0.5,
        };
        change(&mut situation);
        decide(&situation, &RetryLimits::default(), || true)
    }

    fn error(kind: ErrorKind) -> CallError {
        CallError::new(kind, "x")
    }

    fn is_retry(next: &Next) -> bool {
        matches!(next, Next::Retry { .. })
    }

    fn is_fallback(next: &Next) -> bool {
        matches!(next, Next::Fallback { .. })
    }

    fn is_stop(next: &Next) -> bool {
        matches!(next, Next::Stop { .. })
    }

    #[test]
    fn an_overloaded_primary_is_retried_twice_and_then_left() {
        assert_eq!(
            check(error(ErrorKind::Overloaded), 0, |_| ()),
            Next::Retry { after_ms: 250 }
        );
        assert_eq!(
            check(error(ErrorKind::Overloaded), 1, |_| ()),
            Next::Retry { after_ms: 500 }
        );
        assert!(is_fallback(&check(error(ErrorKind::Overloaded), 2, |_| ())));
    }

    #[test]
    fn a_fallback_target_is_retried_once() {
        assert!(is_retry(&check(error(ErrorKind::RateLimited), 0, |s| s
            .is_primary =
            false)));
        assert!(is_fallback(&check(error(ErrorKind::RateLimited), 1, |s| {
            s.is_primary = false
        })));
    }

    #[test]
    fn a_500_is_retried_once() {
        assert!(is_retry(&check(error(ErrorKind::Server), 0, |_| ())));
        assert!(is_fallback(&check(error(ErrorKind::Server), 1, |_| ())));
    }

    #[test]
    fn a_429_waits_as_long_as_the_provider_asks() {
        let mut limited = error(ErrorKind::RateLimited);
        limited.retry_after_ms = Some(3000);
        assert_eq!(check(limited, 0, |_| ()), Next::Retry { after_ms: 3150 });
    }

    #[test]
    fn a_hint_that_is_too_long_goes_to_the_next_target() {
        let mut limited = error(ErrorKind::RateLimited);
        limited.retry_after_ms = Some(61_000);
        assert!(is_fallback(&check(limited.clone(), 0, |_| ())));
        limited.retry_after_ms = Some(30_000);
        assert!(is_fallback(&check(limited.clone(), 0, |s| s.remaining =
            Duration::from_secs(20))));
        assert!(is_stop(&check(limited, 0, |s| {
            s.next = None;
            s.remaining = Duration::from_secs(20);
        })));
    }

    #[test]
    fn a_silent_target_is_not_asked_again() {
        assert!(is_fallback(&check(
            error(ErrorKind::FirstTokenTimeout),
            0,
            |_| ()
        )));
    }

    #[test]
    fn a_wrong_key_stops_the_call() {
        assert!(is_stop(&check(error(ErrorKind::Auth), 0, |_| ())));
    }

    #[test]
    fn a_rejected_request_goes_only_to_a_different_model() {
        assert!(is_fallback(&check(error(ErrorKind::Rejected), 0, |_| ())));
        let same = target("a");
        let (current, rejected) = (target("a"), error(ErrorKind::Rejected));
        let situation = Situation {
            error: &rejected,
            current: &current,
            next: Some(&same),
            is_primary: true,
            retries: 0,
            own_retries: None,
            ruling: None,
            attempts: 1,
            remaining: Duration::from_secs(60),
            share: Duration::from_secs(60),
            listed: false,
            shown: false,
            recovery: Recovery::Restart,
            draw: 0.0,
        };
        assert!(is_stop(&decide(
            &situation,
            &RetryLimits::default(),
            || true
        )));
    }

    #[test]
    fn the_providers_word_on_retrying_is_taken() {
        let mut server = error(ErrorKind::Overloaded);
        server.should_retry = Some(false);
        assert!(is_fallback(&check(server, 0, |_| ())));
    }

    #[test]
    fn five_attempts_are_the_most() {
        assert!(is_stop(&check(error(ErrorKind::Overloaded), 0, |s| s
            .attempts =
            5)));
    }

    #[test]
    fn a_shown_answer_is_kept_where_recovery_says_fail() {
        assert!(is_stop(&check(error(ErrorKind::Truncated), 0, |s| {
            s.shown = true;
            s.recovery = Recovery::Fail;
        })));
    }

    #[test]
    fn a_steps_own_retries_stand_before_those_of_the_settings() {
        let with = |kind, retries, own| check(error(kind), retries, |s| s.own_retries = Some(own));
        assert!(is_fallback(&with(ErrorKind::Overloaded, 0, 0)));
        assert!(is_retry(&with(ErrorKind::Overloaded, 3, 4)));
        assert!(is_fallback(&with(ErrorKind::Overloaded, 2, 2)));
        assert!(is_retry(&with(ErrorKind::Server, 1, 2)));
        assert!(is_fallback(&with(ErrorKind::FirstTokenTimeout, 0, 4)));
    }

    #[test]
    fn a_route_may_stop_where_others_go_on_and_go_on_where_others_stop() {
        let with = |kind, ruling| check(error(kind), 0, |s| s.ruling = Some(ruling));
        assert!(is_stop(&with(ErrorKind::Overloaded, Ruling::Stop)));
        assert!(is_fallback(&with(ErrorKind::Auth, Ruling::FallBack)));
        assert!(is_fallback(&with(
            ErrorKind::ContentFiltered,
            Ruling::FallBack
        )));
        // It says where to go, not that the same target is not asked again.
        assert!(is_retry(&with(ErrorKind::Overloaded, Ruling::FallBack)));
    }
}
