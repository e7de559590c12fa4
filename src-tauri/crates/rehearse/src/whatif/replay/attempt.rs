//! One attempt of a replayed call: as the call itself made it, else as the target met others.

use super::super::evidence::{From, Met, USUAL_FAULT, rehearsed_as};
use super::super::past::{PastAttempt, REQUEST_FAULTS};
use super::{Replay, Running};
use switchboard_engine::error::{CallError, ErrorKind};
use switchboard_engine::plan::Target;
use switchboard_engine::usage::Usage;

/// How long a failure takes of which nothing is known, in milliseconds.
const USUAL_FAULT_MS: f64 = 200.0;

/// How one attempt went.
pub(super) struct Tried {
    pub(super) first_ms: Option<f64>,
    pub(super) elapsed_ms: f64,
    pub(super) error: Option<CallError>,
    pub(super) cost: Option<i64>,
}

impl Replay<'_> {
    /// Makes one attempt: as the call itself made it, else as the target met others.
    pub(super) fn attempt(
        &mut self,
        running: &Running<'_>,
        target: &Target,
        retries: u32,
    ) -> Tried {
        let call = running.call;
        let name = rehearsed_as(target);
        let number = self.evidence.number(&name);
        let mut own = running
            .own
            .iter()
            .filter(|attempt| Some(attempt.target) == number);
        if let Some(own) = own.nth(retries as usize) {
            self.basis.own += 1;
            return self.as_it_was(own, target, running);
        }
        let faulty = running
            .own
            .iter()
            .find_map(|attempt| attempt.error.filter(|kind| REQUEST_FAULTS.contains(kind)));
        if let Some(kind) = faulty {
            self.basis.refused_again += 1;
            return failed(kind, USUAL_FAULT_MS, None, Some(0));
        }
        let mut rng = self.chance(call, &target.model, retries);
        let output = running.usage.output_tokens();
        let (met, from) = self
            .evidence
            .meet(target, number, call.at_ms, output, &mut rng);
        match from {
            From::Minute => self.basis.minute += 1,
            From::Rate => self.basis.rate += 1,
            From::Assumed => self.basis.assumed += 1,
        }
        match met {
            Met::Fails => failed(USUAL_FAULT, USUAL_FAULT_MS, None, Some(0)),
            Met::As(attempt) if attempt.error.is_some() => {
                // Charged as there: nothing, or what came before it broke.
                let charged = attempt.cost.is_some_and(|cost| cost.0 > 0);
                let cost = match charged {
                    true => {
                        let sent = Usage {
                            output_visible_tokens: 0,
                            reasoning_output_tokens: 0,
                            ..self.usage_at(running, target, number)
                        };
                        self.price(target, &sent, call)
                    }
                    false => Some(0),
                };
                let kind = attempt.error.unwrap_or(USUAL_FAULT);
                failed(
                    kind,
                    f64::from(attempt.elapsed_ms),
                    attempt.retry_after_ms,
                    cost,
                )
            }
            Met::As(alike) => {
                let first_ms = f64::from(alike.first_token_ms.unwrap_or(alike.elapsed_ms));
                let wrote_ms = f64::from(alike.elapsed_ms) - first_ms;
                let wrote = alike.usage.output_visible_tokens.max(1) as f64;
                // Answers of very different length say little about speed.
                let scale = (running.usage.output_visible_tokens as f64 / wrote).clamp(0.0, 20.0);
                self.answered(running, target, number, first_ms, wrote_ms * scale)
            }
            Met::Answers {
                first_ms,
                writes_ms,
            } => self.answered(running, target, number, first_ms, writes_ms),
        }
    }

    /// Repeats an attempt of the call's own.
    fn as_it_was(&mut self, own: &PastAttempt, target: &Target, running: &Running<'_>) -> Tried {
        if let Some(kind) = own.error {
            let cost = own.cost.map_or(Some(0), |cost| Some(cost.0));
            return failed(kind, f64::from(own.elapsed_ms), own.retry_after_ms, cost);
        }
        let cost = match own.cost {
            Some(cost) => Some(cost.0),
            None => self.price(target, &own.usage, running.call),
        };
        Tried {
            first_ms: own.first_token_ms.map(f64::from),
            elapsed_ms: f64::from(own.elapsed_ms),
            error: None,
            cost,
        }
    }

    fn answered(
        &mut self,
        running: &Running<'_>,
        target: &Target,
        number: Option<u32>,
        first_ms: f64,
        writes_ms: f64,
    ) -> Tried {
        let usage = self.usage_at(running, target, number);
        Tried {
            first_ms: Some(first_ms),
            elapsed_ms: first_ms + writes_ms.max(0.0),
            error: None,
            cost: self.price(target, &usage, running.call),
        }
    }

    /// Cuts an attempt off where the route's clocks would have.
    pub(super) fn hold_to_clocks(
        &self,
        tried: &mut Tried,
        target: &Target,
        began: f64,
        deadline: f64,
        share: Option<f64>,
    ) {
        let mut cut = |at_ms: f64, kind| {
            let at_ms = at_ms.max(0.0);
            if tried.elapsed_ms > at_ms {
                tried.elapsed_ms = at_ms;
                tried.first_ms = tried.first_ms.filter(|first| *first <= at_ms);
                tried.error = Some(CallError::new(kind, String::new()));
            }
        };
        if let Some(total) = target.step.clocks.total {
            cut(total.as_secs_f64() * 1000.0, ErrorKind::TotalTimeout);
        }
        cut(deadline - began, ErrorKind::TotalTimeout);
        // Until the first token it has its share of the deadline only.
        let clock = target.timeouts.first_token.as_secs_f64() * 1000.0;
        let patience = share
            .map_or(clock, |share| clock.min(share - began))
            .max(0.0);
        let silent = tried.first_ms.unwrap_or(tried.elapsed_ms);
        if silent > patience {
            tried.elapsed_ms = patience;
            tried.first_ms = None;
            let kind = ErrorKind::FirstTokenTimeout;
            tried.error = Some(CallError::new(kind, String::new()));
        }
    }
}

fn failed(kind: ErrorKind, after_ms: f64, retry_after_ms: Option<u64>, cost: Option<i64>) -> Tried {
    Tried {
        first_ms: None,
        elapsed_ms: after_ms,
        error: Some(CallError {
            retry_after_ms,
            ..CallError::new(kind, String::new())
        }),
        cost,
    }
}
