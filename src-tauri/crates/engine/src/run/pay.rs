//! Money: set aside before an attempt, booked after it.
//!
//! It is set aside before the attempt waits for its turn at the target's limits, so that a budget with no room is told
//! at once.

use super::visit::Visit;
use super::{EventSink, Loop};
use crate::admit::Hold;
use crate::attempt::{Attempt, millis};
use crate::error::CallError;
use crate::event::Event;
use crate::price::Charge;
use crate::transport::Transport;
use std::pin::pin;
use std::time::Duration;
use tokio::time::{Instant, timeout_at};

/// How long a call waits for money that is set aside for others: they mostly cost less than their worst.
const MOST_WAIT: Duration = Duration::from_secs(5);

impl<'a, T: Transport> Loop<'a, T> {
    /// Sets aside what an attempt at the visited target may cost. While only attempts under way stand in its way, it
    /// waits for them a while.
    ///
    /// # Errors
    /// `Budget` or `CallerStopped`.
    pub(super) async fn hold<S: EventSink>(
        &mut self,
        visit: &Visit<'a>,
        sink: &mut S,
    ) -> Result<Option<Hold>, CallError> {
        let Some(spender) = self.context.spender else {
            return Ok(None);
        };
        let until = visit
            .share
            .unwrap_or(self.deadline)
            .min(Instant::now() + MOST_WAIT);
        let mut told = false;
        loop {
            let mut freed = pin!(spender.purse().freed());
            // Listening begins before the question, so nothing is missed between it and the wait.
            freed.as_mut().enable();
            let tokens = self.input_tokens(visit.target);
            let asked = spender.hold_agreed(visit.target, &self.request, tokens);
            let refused = match asked.await {
                Ok(hold) => return Ok(hold),
                Err(refused) => refused,
            };
            let now = Instant::now();
            if !refused.for_now || now >= until {
                return Err(*refused.error);
            }
            if !told {
                let budget = refused.error.budget.as_deref().unwrap_or_default();
                sink.emit(Event::Queued {
                    target: visit.target.info(),
                    wait_ms: millis(until - now),
                    why: format!(
                        "the rest of the budget `{budget}` is set aside for calls under way"
                    ),
                })
                .await;
                told = true;
            }
            // Whichever it was, the purse is asked again.
            let _ = timeout_at(until, freed).await;
        }
    }

    /// Returns what is set aside for a hedge, if there is room at once.
    ///
    /// # Errors
    /// There is none.
    pub(super) fn hold_at_once(&self, visit: &Visit<'a>) -> Result<Option<Hold>, ()> {
        let Some(spender) = self.context.spender else {
            return Ok(None);
        };
        let hold = spender
            .hold(visit.target, &self.request, self.input_tokens(visit.target))
            .map_err(|_| ())?;
        match hold {
            // Near a limit there is no hedge: it would have to wait for other processes.
            Some(hold) if hold.is_waiting() => {
                hold.release();
                Err(())
            }
            hold => Ok(hold),
        }
    }

    /// Keeps what is set aside for an attempt that has begun.
    pub(super) fn keep(&mut self, attempt: u32, hold: Option<Hold>) {
        self.holds.extend(hold.map(|hold| (attempt, hold)));
    }

    /// Notes what an attempt under way has used: that counts if the call is cancelled.
    pub(super) fn note_use(&mut self, attempt: &Attempt<'a>) {
        let input_tokens = self.input_tokens(attempt.target);
        if let Some((_, hold)) = self
            .holds
            .iter_mut()
            .find(|(number, _)| *number == attempt.number)
        {
            hold.used(
                attempt
                    .progress
                    .meter
                    .usage(&attempt.target.model, input_tokens),
            );
        }
    }

    /// Books what an attempt has cost, and tells it.
    pub(super) async fn pay<S: EventSink>(&mut self, attempt: u32, charge: Charge, sink: &mut S) {
        let at = self.holds.iter().position(|(number, _)| *number == attempt);
        if let Some(at) = at {
            self.holds
                .swap_remove(at)
                .1
                .settle(&charge.usage, charge.cost);
        }
        self.bill.add(&charge);
        sink.emit(Event::Charged { attempt, charge }).await;
    }
}
