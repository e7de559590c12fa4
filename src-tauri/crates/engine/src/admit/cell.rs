//! All that is known about one target, behind one lock.

use super::key::Key;
use super::limits::Limits;
use super::line::{Ahead, Line};
use super::refusal::{Hold, cooling_error, down_error, line_full, open_error, wait_error};
use super::{Admission, Need, Permit, Turn};
use crate::error::{CallError, ErrorKind};
use crate::plan::Target;
use crate::policy::breaker::{Breaker, Gate, Outcome, Ticket};
use crate::policy::concurrency::{Concurrency, Signal, Turnover};
use crate::policy::cooling::Cooling;
use crate::policy::latency::Latency;
use crate::policy::outage::Outage;
use crate::policy::pace::{Pace, Told};
use crate::policy::rate::Rate;
use crate::policy::verdict::{Verdict, verdict};
use crate::provider::RateHint;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use tokio::time::Instant;

/// A wait that rounds to nothing would be asked again at once.
const SHORTEST_WAIT: Duration = Duration::from_millis(1);
/// What is said of the wait for a probe that is under way.
const PROBE_WAIT: Duration = Duration::from_secs(1);

/// One target.
#[derive(Debug)]
pub(super) struct Cell {
    pub(super) key: Key,
    /// Shared by all models of the credential.
    pub(super) credential: Arc<Mutex<Outage>>,
    /// Shared by all credentials of the model.
    pub(super) latency: Arc<Mutex<Latency>>,
    state: Mutex<State>,
}

#[derive(Debug)]
pub(super) struct State {
    pub(super) limits: Limits,
    pub(super) requests: Rate,
    pub(super) tokens: Rate,
    pub(super) pace_requests: Pace,
    pub(super) pace_tokens: Pace,
    pub(super) concurrency: Concurrency,
    turnover: Turnover,
    pub(super) in_flight: u32,
    /// Under way without response headers yet: what headers of others may not count.
    unheard: u64,
    unheard_tokens: u64,
    pub(super) breaker: Breaker,
    pub(super) cooling: Cooling,
    /// Of this model alone.
    pub(super) outage: Outage,
    pub(super) line: Line,
    pub(super) last_error: Option<ErrorKind>,
    pub(super) last_used: Instant,
    /// The key in use, as a stand-in.
    pub(super) fingerprint: u64,
}

/// What an attempt took when it began, to be settled when it ends.
#[derive(Debug, Clone, Copy)]
pub(super) struct Taken {
    began: Instant,
    ticket: Ticket,
    tokens: u64,
    /// The token limit that `tokens` were taken from; `None`: from none.
    tokens_per_minute: Option<u64>,
    unheard: bool,
    draw: f64,
    fingerprint: u64,
    /// Whether its first token took more than twice as long as usual.
    slow: bool,
}

/// A first token is slow if it takes longer than this many times the usual.
const SLOW: u32 = 2;

impl Taken {
    /// Returns the tokens reserved.
    pub(super) fn tokens(&self) -> u64 {
        self.tokens
    }
}

impl Cell {
    pub(super) fn new(
        key: Key,
        credential: Arc<Mutex<Outage>>,
        latency: Arc<Mutex<Latency>>,
        now: Instant,
    ) -> Self {
        Self {
            key,
            credential,
            latency,
            state: Mutex::new(State {
                limits: Limits::default(),
                requests: Rate::default(),
                tokens: Rate::default(),
                pace_requests: Pace::default(),
                pace_tokens: Pace::default(),
                concurrency: Concurrency::default(),
                turnover: Turnover::default(),
                in_flight: 0,
                unheard: 0,
                unheard_tokens: 0,
                breaker: Breaker::default(),
                cooling: Cooling::default(),
                outage: Outage::default(),
                line: Line::default(),
                last_error: None,
                last_used: now,
                fingerprint: 0,
            }),
        }
    }

    pub(super) fn lock(&self) -> MutexGuard<'_, State> {
        lock(&self.state)
    }

    /// Decides about an attempt now; `turn` is its place in the line, `None` if it stands in none.
    pub(super) fn admit(
        self: &Arc<Self>,
        target: &Target,
        fingerprint: u64,
        need: Need,
        turn: Option<&mut Turn>,
        now: Instant,
    ) -> Admission {
        let mut state = self.lock();
        state.last_used = now;
        state.fingerprint = fingerprint;
        state.limits = Limits::of(target, state.pace_requests.is_told());
        let place = turn.as_ref().and_then(|turn| turn.place_at(self));
        let decided = self.decide(&mut state, target, fingerprint, need, place, now);
        match decided {
            Decision::Go => {
                let taken = self.take(&mut state, fingerprint, need, now);
                if let (Some(turn), Some(place)) = (turn, place) {
                    state.line.leave(place);
                    turn.forget();
                }
                drop(state);
                Admission::Go(Permit::new(Arc::clone(self), taken))
            }
            Decision::Wait { wait, why } => {
                if let (Some(turn), None) = (turn, place) {
                    let Some(place) = state.line.join(need.tokens, turn.wake()) else {
                        return Admission::Refused(line_full(target, wait));
                    };
                    turn.stand(Arc::clone(self), place);
                }
                Admission::Wait { wait, why }
            }
            Decision::Refuse(error) => {
                if let (Some(turn), Some(place)) = (turn, place) {
                    state.line.leave(place);
                    turn.forget();
                }
                Admission::Refused(error)
            }
        }
    }

    fn decide(
        &self,
        state: &mut State,
        target: &Target,
        fingerprint: u64,
        need: Need,
        place: Option<u64>,
        now: Instant,
    ) -> Decision {
        if need.has_fallback {
            let credential = lock(&self.credential).down(fingerprint);
            let model = state.outage.down(fingerprint);
            for down in [credential, model].into_iter().flatten() {
                if down.recheck_at > now {
                    return Decision::Refuse(down_error(target, down, now));
                }
            }
            match state.breaker.gate(now) {
                Gate::Closed | Gate::Probe => {}
                Gate::Open { until } => {
                    return Decision::Refuse(open_error(target, until - now));
                }
                Gate::Probing => return Decision::Refuse(open_error(target, PROBE_WAIT)),
            }
        }
        let ahead = state.line.ahead(place);
        let (ready, hold) = state.ready_at(ahead, need, now);
        let wait = ready.saturating_duration_since(now);
        if wait.is_zero() {
            return Decision::Go;
        }
        let wait = wait.max(SHORTEST_WAIT);
        let error = match hold {
            Hold::Cooling => cooling_error,
            Hold::Requests | Hold::Tokens | Hold::Told | Hold::Concurrency => wait_error,
        };
        if now + wait > need.until {
            return Decision::Refuse(error(target, wait, &hold.why(target, state.limits)));
        }
        Decision::Wait {
            wait,
            why: hold.why(target, state.limits),
        }
    }

    fn take(&self, state: &mut State, fingerprint: u64, need: Need, now: Instant) -> Taken {
        let limits = state.limits;
        if let Some(per_minute) = limits.requests_per_minute {
            state.requests.take(now, 1, per_minute);
        }
        if let Some(per_minute) = limits.tokens_per_minute {
            state.tokens.take(now, need.tokens, per_minute);
        }
        state.pace_requests.take(now, 1);
        state.pace_tokens.take(now, need.tokens);
        state.in_flight = state.in_flight.saturating_add(1);
        state.concurrency.began(state.in_flight);
        state.unheard += 1;
        state.unheard_tokens = state.unheard_tokens.saturating_add(need.tokens);
        state.cooling.take(now);
        if state.outage.down(fingerprint).is_some() {
            state.outage.rechecks(now);
        }
        let mut credential = lock(&self.credential);
        if credential.down(fingerprint).is_some() {
            credential.rechecks(now);
        }
        drop(credential);
        Taken {
            began: now,
            ticket: state.breaker.begin(now),
            tokens: need.tokens,
            tokens_per_minute: limits.tokens_per_minute,
            unheard: true,
            draw: need.draw,
            fingerprint,
            slow: false,
        }
    }

    /// Takes in response headers of the attempt that took `taken`.
    pub(super) fn headers(&self, taken: &mut Taken, hint: &RateHint, now: Instant) {
        let mut state = self.lock();
        state.hear(taken);
        let (unheard, unheard_tokens) = (state.unheard, state.unheard_tokens);
        let requests = Told {
            limit: hint.limit_requests,
            remaining: hint.remaining_requests,
            reset: hint.reset_requests,
        };
        state.pace_requests.told(now, requests, unheard);
        let tokens = Told {
            limit: hint.limit_tokens,
            remaining: hint.remaining_tokens,
            reset: hint.reset_tokens,
        };
        state.pace_tokens.told(now, tokens, unheard_tokens);
        state.line.wake_first();
    }

    /// Takes in how long the first token of the attempt that took `taken` took.
    pub(super) fn first_token(&self, taken: &mut Taken, after: Duration, now: Instant) {
        let learned = self.lock().concurrency.is_learned();
        let mut latency = lock(&self.latency);
        if learned {
            let usual = latency.percentile(now, 0.5);
            taken.slow = usual.is_some_and(|usual| after > usual.saturating_mul(SLOW));
        }
        latency.add(now, after);
    }

    /// Takes in how the attempt that took `taken` ended and the tokens it used.
    pub(super) fn end(
        &self,
        mut taken: Taken,
        error: Option<&CallError>,
        tokens: u64,
        now: Instant,
    ) {
        let kind = error.map(|error| error.kind);
        let hint = error.and_then(CallError::retry_after);
        let verdict = verdict(error);
        let mut state = self.lock();
        state.hear(&mut taken);
        state.last_used = now;
        if verdict != Verdict::Neutral {
            state.last_error = kind.or(state.last_error);
            state.turnover.took(now - taken.began);
        }
        let (outcome, signal) = match verdict {
            Verdict::Healthy => {
                state.cooling.answered(now, taken.began);
                state.outage.accepted(taken.fingerprint, taken.began);
                lock(&self.credential).accepted(taken.fingerprint, taken.began);
                let signal = if taken.slow {
                    Signal::Slow
                } else {
                    Signal::Clean
                };
                (Outcome::Success, signal)
            }
            Verdict::Failed(signal) => {
                if let Some(hint) = hint {
                    state.cooling.hint(now, hint);
                    state.pace_requests.asked_back(now, hint);
                    state.pace_tokens.asked_back(now, hint);
                }
                (Outcome::Failure { hint }, signal)
            }
            Verdict::CredentialDown | Verdict::ModelDown | Verdict::Neutral => {
                (Outcome::Neutral, Signal::None)
            }
        };
        if let Some(kind) = kind {
            match verdict {
                Verdict::CredentialDown => {
                    lock(&self.credential).begin(now, kind, taken.fingerprint, hint);
                }
                Verdict::ModelDown => state.outage.begin(now, kind, taken.fingerprint, hint),
                Verdict::Healthy | Verdict::Failed(_) | Verdict::Neutral => {}
            }
        }
        state.breaker.record(now, taken.ticket, outcome, taken.draw);
        let in_flight = state.in_flight;
        state.concurrency.ended(now, taken.began, in_flight, signal);
        state.in_flight = in_flight.saturating_sub(1);
        if let Some(per_minute) = taken.tokens_per_minute {
            state.tokens.settle(now, taken.tokens, tokens, per_minute);
        }
        state.line.wake_first();
    }

    /// Gives a place in the line up.
    pub(super) fn leave(&self, place: u64) {
        self.lock().line.leave(place);
    }

    /// Forgets all that keeps attempts back but the configured limits.
    pub(super) fn reset(&self) {
        lock(&self.credential).clear();
        let mut state = self.lock();
        state.outage.clear();
        state.cooling.clear();
        state.breaker.close();
        state.pace_requests.clear();
        state.pace_tokens.clear();
        state.concurrency = Concurrency::default();
        state.line.wake_all();
    }
}

enum Decision {
    Go,
    Wait { wait: Duration, why: String },
    Refuse(CallError),
}

impl State {
    /// Returns from when on an attempt with `ahead` before it may start, and what holds it back longest.
    fn ready_at(&self, ahead: Ahead, need: Need, now: Instant) -> (Instant, Hold) {
        let before = ahead.requests as u64;
        let mut ready = (now, Hold::Requests);
        let mut later = |at: Instant, hold| {
            if at > ready.0 {
                ready = (at, hold);
            }
        };
        if let Some(per_minute) = self.limits.requests_per_minute {
            let at = self.requests.earliest(now, before, 1, per_minute);
            later(at, Hold::Requests);
        }
        if let Some(per_minute) = self.limits.tokens_per_minute {
            let at = self
                .tokens
                .earliest(now, ahead.tokens, need.tokens, per_minute);
            later(at, Hold::Tokens);
        }
        let (told_requests, told_tokens, cooled) = if need.has_fallback {
            (
                self.pace_requests.earliest(now, before, 1),
                self.pace_tokens.earliest(now, ahead.tokens, need.tokens),
                self.cooling.earliest(now, ahead.requests),
            )
        } else {
            (
                self.pace_requests.recheck_at(now, before, 1),
                self.pace_tokens.recheck_at(now, ahead.tokens, need.tokens),
                self.cooling.recheck_at(now, ahead.requests),
            )
        };
        later(told_requests, Hold::Told);
        later(told_tokens, Hold::Told);
        later(cooled, Hold::Cooling);
        let limit = self.concurrent();
        let taken = (self.in_flight as usize).saturating_add(ahead.requests);
        if let Some(over) = taken.checked_sub(limit as usize) {
            later(now + self.turnover.wait(over, limit), Hold::Concurrency);
        }
        ready
    }

    /// Returns how many attempts may be under way.
    pub(super) fn concurrent(&self) -> u32 {
        self.limits
            .concurrency
            .unwrap_or_else(|| self.concurrency.limit())
    }

    fn hear(&mut self, taken: &mut Taken) {
        if taken.unheard {
            taken.unheard = false;
            self.unheard = self.unheard.saturating_sub(1);
            self.unheard_tokens = self.unheard_tokens.saturating_sub(taken.tokens);
        }
    }
}

pub(super) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
