//! The clocks of one attempt, and the sentence for each that runs out.

use super::pace::{Pace, THROUGHPUT_FLOOR, THROUGHPUT_WINDOW};
use crate::error::{CallError, ErrorKind};
use crate::plan::Target;
use std::borrow::Cow;
use std::time::Duration;
use tokio::time::Instant;

/// The first-token limit learned from history is never shorter than this.
const LEAST_FIRST_TOKEN: Duration = Duration::from_secs(3);

/// What an attempt may use of the call's time.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Clocks {
    /// The call ends here.
    pub(crate) deadline: Instant,
    /// The first token must be here by then, so that a fallback has time left; `None` without one.
    pub(crate) share: Option<Instant>,
    /// The target's own 99th percentile of the first token; `None` while too little is known.
    pub(crate) usual_first_token: Option<Duration>,
}

/// The clock a wait is under.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Clock {
    Headers,
    FirstToken,
    /// The first token is far later than the target's own history has it.
    Usual,
    /// The part of the deadline that leaves time for a fallback.
    Share,
    Idle,
    Floor,
    /// What the route's step gives one attempt.
    StepTotal,
    Total,
}

/// Says which limit a wait is under, so that its end can be told by name.
#[derive(Debug, Clone, Copy)]
pub(super) struct Limit {
    pub(super) at: Instant,
    clock: Clock,
    /// The clock's length, for the message.
    length: Duration,
}

impl Limit {
    fn new(from: Instant, length: Duration, clock: Clock) -> Self {
        Self {
            at: from + length,
            clock,
            length,
        }
    }

    /// Returns the limit that ends first; `self` if both end together.
    fn or_sooner(self, other: Self) -> Self {
        if other.at < self.at { other } else { self }
    }
}

/// The clocks of one attempt.
#[derive(Debug)]
pub(super) struct Watch<'a> {
    target: &'a Target,
    clocks: Clocks,
    pub(super) started: Instant,
    /// Our own share of the deadline ran out, before any clock that is the target's.
    cut_short: bool,
}

impl<'a> Watch<'a> {
    pub(super) fn start(target: &'a Target, clocks: Clocks) -> Self {
        Self {
            target,
            clocks,
            started: Instant::now(),
            cut_short: false,
        }
    }

    /// Returns the error as it counts for the target's health: a share of the deadline that was too short
    /// says nothing about the target.
    pub(super) fn blame<'e>(&self, error: Option<&'e CallError>) -> Option<Cow<'e, CallError>> {
        let error = error?;
        if !self.cut_short {
            return Some(Cow::Borrowed(error));
        }
        let mut neutral = error.clone();
        neutral.kind = ErrorKind::TotalTimeout;
        Some(Cow::Owned(neutral))
    }

    pub(super) fn deadline(&self) -> Instant {
        self.clocks.deadline
    }

    /// The deadline comes before a limit that ends with it.
    fn within_deadline(&self, limit: Limit) -> Limit {
        let deadline = self.clocks.deadline;
        let length = deadline.saturating_duration_since(self.started);
        let limit = match self.target.step.clocks.total {
            Some(own) => limit.or_sooner(Limit::new(self.started, own, Clock::StepTotal)),
            None => limit,
        };
        Limit::new(self.started, length, Clock::Total).or_sooner(limit)
    }

    /// Names what sets a clock: the step of the route if it has one of its own, else the tier.
    fn knob(&self, clock: &str, own: Option<Duration>) -> String {
        match own {
            Some(_) => format!("`{clock}` of its step in the route"),
            None => format!("`timeouts.{}.{clock}`", self.target.tier.name()),
        }
    }

    fn until_first_token(&self) -> Limit {
        let tier = self.target.timeouts.first_token;
        let mut limit = Limit::new(self.started, tier, Clock::FirstToken);
        // A late answer is better than none: history shortens the wait only while another target
        // could do better.
        if let (Some(share), usual) = (self.clocks.share, self.clocks.usual_first_token) {
            if let Some(usual) = usual {
                let length = usual.saturating_mul(2).max(LEAST_FIRST_TOKEN);
                limit = limit.or_sooner(Limit::new(self.started, length, Clock::Usual));
            }
            let length = share.saturating_duration_since(self.started);
            limit = limit.or_sooner(Limit::new(self.started, length, Clock::Share));
        }
        limit
    }

    pub(super) fn headers_by(&self) -> Limit {
        let length = self.target.timeouts.headers;
        let headers = Limit::new(self.started, length, Clock::Headers);
        self.within_deadline(headers.or_sooner(self.until_first_token()))
    }

    /// Returns what the next piece is awaited under. `ending`: the answer has said why it ends.
    pub(super) fn next_token_by(&self, pace: &Pace, ending: bool) -> Limit {
        let Some(last) = pace.last else {
            return self.within_deadline(self.until_first_token());
        };
        let idle = Limit::new(last, self.target.timeouts.idle, Clock::Idle);
        // A slow answer is better than none: the floor holds only while another target could do better.
        let floor = (self.clocks.share.is_some() && !ending)
            .then(|| pace.too_slow_at())
            .flatten()
            .map(|at| Limit {
                at,
                clock: Clock::Floor,
                length: THROUGHPUT_WINDOW,
            });
        let limit = floor.map_or(idle, |floor| idle.or_sooner(floor));
        self.within_deadline(limit)
    }

    pub(super) fn expired(&mut self, limit: Limit) -> CallError {
        self.cut_short = limit.clock == Clock::Share;
        let provider = &self.target.provider;
        let tier = self.target.tier.name();
        let own = self.target.step.clocks;
        let (first_token, idle) = (
            self.knob("first_token", own.first_token),
            self.knob("idle", own.idle),
        );
        let length = human(limit.length);
        let (kind, message) = match limit.clock {
            Clock::Headers => (
                ErrorKind::HeadersTimeout,
                format!(
                    "no response from `{provider}` within {length} (`timeouts.{tier}.headers`)"
                ),
            ),
            Clock::FirstToken => (
                ErrorKind::FirstTokenTimeout,
                format!("no first token from `{provider}` within {length} ({first_token})"),
            ),
            Clock::Usual => (
                ErrorKind::FirstTokenTimeout,
                format!(
                    "no first token from `{provider}` within {length}, twice what its slowest answers \
                     took lately (at most {first_token})"
                ),
            ),
            Clock::Share => (
                ErrorKind::FirstTokenTimeout,
                format!(
                    "no first token from `{provider}` within {length}, its share of the deadline \
                     (`timeouts.{tier}.total`)"
                ),
            ),
            Clock::Idle => (
                ErrorKind::IdleTimeout,
                format!(
                    "`{provider}` fell silent for {length} in the middle of its answer ({idle})"
                ),
            ),
            Clock::Floor => (
                ErrorKind::TooSlow,
                format!(
                    "`{provider}` sent fewer than {THROUGHPUT_FLOOR} characters a second over {length}"
                ),
            ),
            Clock::StepTotal => (
                // Another target may be quicker: this is not the end of the call's time.
                ErrorKind::TooSlow,
                format!(
                    "`{provider}` had not finished its answer after {length} (`total` of its step in the \
                     route)"
                ),
            ),
            Clock::Total => (
                ErrorKind::TotalTimeout,
                format!(
                    "the call was not finished within its deadline; `{provider}` had {length} of it \
                     (`timeouts.{tier}.total`)"
                ),
            ),
        };
        CallError::new(kind, message)
    }
}

fn human(duration: Duration) -> String {
    let seconds = duration.as_secs_f64();
    if seconds < 10.0 && duration.subsec_millis() != 0 {
        format!("{seconds:.1} s")
    } else {
        format!("{seconds:.0} s")
    }
}
