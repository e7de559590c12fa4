//! One target while it is tried: its share of the deadline, its turn, its attempts' beginnings.

use super::weave::Join;
use super::{EventSink, Loop, gate};
use crate::admit::{Need, Permit};
use crate::attempt::{Attempt, Clocks};
use crate::error::CallError;
use crate::event::Event;
use crate::plan::Target;
use crate::transport::Transport;
use std::time::Duration;
use tokio::time::Instant;

/// How long a call waits for its turn at a target while another follows.
const MOST_WAIT: Duration = Duration::from_secs(2);

/// One target while it is tried, with its retries.
pub(super) struct Visit<'a> {
    pub(super) target: &'a Target,
    /// Whether it is the first that is tried.
    pub(super) is_primary: bool,
    /// With a fallback left: where the target's part of the deadline ends.
    pub(super) share: Option<Instant>,
    /// Made so far.
    pub(super) retries: u32,
    /// Whether it is given a begun answer to carry on.
    pub(super) takes_begun: bool,
}

impl<'a, T: Transport> Loop<'a, T> {
    /// Begins to try a target; `has_fallback`: another may follow.
    pub(super) fn visit(&self, target: &'a Target, has_fallback: bool) -> Visit<'a> {
        Visit {
            target,
            is_primary: self.attempts == 0,
            share: self.share(has_fallback),
            retries: 0,
            takes_begun: target.capabilities.prefill,
        }
    }

    /// Shares the deadline: with a fallback left, the target gets at most half of what remains, waits
    /// and retries included, until its first token is here.
    fn share(&self, has_fallback: bool) -> Option<Instant> {
        has_fallback.then(|| {
            let now = Instant::now();
            now + self.deadline.saturating_duration_since(now) / 2
        })
    }

    /// Waits for an attempt's turn.
    ///
    /// # Errors
    /// Why the target cannot be tried in time.
    pub(super) async fn admitted<S: EventSink>(
        &mut self,
        visit: &Visit<'a>,
        sink: &mut S,
    ) -> Result<Permit, CallError> {
        let (health, target) = (self.context.health, visit.target);
        self.call_begins(target);
        let need = self.need(visit);
        gate::admitted(health, target, need, sink).await
    }

    /// Notes once that the call uses a provider.
    pub(super) fn call_begins(&mut self, target: &'a Target) {
        if !self.begun_at.contains(&target.provider.as_str()) {
            self.begun_at.push(&target.provider);
            self.context.health.call_begins(&target.provider);
        }
    }

    /// Returns what an attempt at the visited target needs of its limits.
    pub(super) fn need(&mut self, visit: &Visit<'a>) -> Need {
        Need {
            tokens: gate::reserve(&self.request, self.input_tokens(visit.target)),
            // Another target can answer sooner than a full one.
            until: visit
                .share
                .map_or(self.deadline, |share| share.min(Instant::now() + MOST_WAIT)),
            has_fallback: visit.share.is_some(),
            draw: self.context.chance.f64(),
        }
    }

    /// Begins an attempt; `hedge`: beside another.
    pub(super) async fn start<S: EventSink>(
        &mut self,
        visit: &Visit<'a>,
        permit: Permit,
        hedge: bool,
        sink: &mut S,
    ) -> (Attempt<'a>, Join) {
        self.attempts += 1;
        let target = visit.target;
        if self.request.model != target.model {
            self.request.to_mut().model.clone_from(&target.model);
        }
        let info = target.info();
        let health = self.context.health;
        let clocks = Clocks {
            deadline: self.deadline,
            share: visit.share,
            usual_first_token: visit
                .share
                .and_then(|_| health.first_token_percentile(&info, 0.99)),
        };
        sink.emit(Event::AttemptStarted {
            attempt: self.attempts,
            max_attempts: self.context.limits.max_attempts,
            target: info,
            hedge,
        })
        .await;
        let begun = self.shown.begun().filter(|_| visit.takes_begun);
        let attempt = Attempt::start(
            self.context.transport,
            target,
            &self.request,
            self.attempts,
            begun,
            clocks,
            permit,
        );
        let join = match begun {
            Some(begun) if attempt.carries_on => Join::carry_on(begun),
            Some(_) | None => Join::anew(&self.shown),
        };
        (attempt, join)
    }
}
