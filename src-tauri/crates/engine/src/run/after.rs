//! After a failure: it is told, and what follows is decided.

use super::visit::Visit;
use super::{EventSink, Loop, gate};
use crate::attempt::{Attempt, millis};
use crate::error::CallError;
use crate::event::{Event, FailedAttempt, Next};
use crate::plan::Target;
use crate::policy::next::{Situation, carried_on, decide};
use crate::policy::order::Order;
use crate::transport::Transport;
use std::time::Duration;
use tokio::time::Instant;

/// What the loop does after a failure.
pub(super) enum After {
    /// The same target, after a wait.
    Again(Duration),
    Leave,
    Stop,
}

impl<'a, T: Transport> Loop<'a, T> {
    /// Tells a failure and decides what follows.
    pub(super) async fn failed<S: EventSink>(
        &mut self,
        visit: &mut Visit<'a>,
        attempt: Attempt<'a>,
        error: CallError,
        order: &mut Order<'a>,
        sink: &mut S,
    ) -> After {
        let (target, number, elapsed) = (attempt.target, attempt.number, attempt.elapsed());
        let carried_on_in_vain = attempt.carries_on && !attempt.progress.produced();
        let input_tokens = self.input_tokens(target);
        let progress = attempt.end(Some(&error), input_tokens);
        let charge = progress.charge(target, true, input_tokens);
        if progress.produced() && progress.meter.reported() != Some(charge.usage) {
            // What was produced is paid for, whoever reports it.
            sink.emit(Event::Usage {
                usage: charge.usage,
            })
            .await;
        }
        self.pay(number, charge, sink).await;
        let (info, kind) = (target.info(), error.kind);
        let following = order.following(target, error.kind);
        let next = following
            .next
            .and_then(|index| order.target(index))
            .map(Target::info);
        let remaining = self.deadline.saturating_duration_since(Instant::now());
        // That a target refuses a begun answer says nothing about the call: it is asked for a whole one.
        let refused = carried_on_in_vain
            && matches!(error.status, Some(400 | 404 | 422))
            && self.attempts < self.context.limits.max_attempts
            && !remaining.is_zero();
        visit.takes_begun &= !carried_on_in_vain;
        let step = if refused {
            Next::Retry { after_ms: 0 }
        } else {
            let health = self.context.health;
            decide(
                &Situation {
                    error: &error,
                    current: &info,
                    next: next.as_ref(),
                    listed: following.listed,
                    is_primary: visit.is_primary,
                    retries: visit.retries,
                    own_retries: target.step.retries,
                    ruling: self.plan.lists.rulings.on(error.kind),
                    attempts: self.attempts,
                    remaining,
                    share: visit
                        .share
                        .unwrap_or(self.deadline)
                        .saturating_duration_since(Instant::now()),
                    shown: self.shown.any(),
                    recovery: self.plan.recovery,
                    draw: self.context.chance.f64(),
                },
                &self.context.limits,
                || health.take_retry(&target.provider),
            )
        };
        let (after, passed_over) = match step {
            Next::Retry { after_ms } => {
                visit.retries += u32::from(!refused);
                (After::Again(Duration::from_millis(after_ms)), Vec::new())
            }
            Next::Fallback { .. } | Next::Continue { .. } => {
                (After::Leave, order.leave(target, error.kind))
            }
            Next::Stop { .. } => (After::Stop, Vec::new()),
        };
        let step = match self.shown.begun() {
            Some(_) => carried_on(step, &info),
            None => step,
        };
        self.failures.push(FailedAttempt {
            attempt: number,
            target: info,
            error: error.clone(),
        });
        let queued = match (&step, &after) {
            (Next::Continue { on, .. }, After::Again(wait)) if !wait.is_zero() => {
                Some(Event::Queued {
                    target: on.clone(),
                    wait_ms: millis(*wait),
                    why: "a pause before it is asked again".to_owned(),
                })
            }
            _ => None,
        };
        sink.emit(Event::AttemptFailed {
            attempt: number,
            error,
            elapsed_ms: millis(elapsed),
            next: step,
        })
        .await;
        if let Some(queued) = queued {
            sink.emit(queued).await;
        }
        let list = order.list(kind);
        let told: Vec<_>;
        (told, self.unlisted) = std::mem::take(&mut self.unlisted)
            .into_iter()
            .partition(|(index, _)| list.contains(index));
        for (index, error) in told {
            if let Some(candidate) = self.plan.candidates.get(index) {
                self.skip(candidate.info(), error, sink).await;
            }
        }
        for target in passed_over {
            let error = gate::no_better(target, kind);
            self.skip(target.info(), error, sink).await;
        }
        after
    }
}
