//! How a call ends: its outcome, its fallback text, or the report of its failures.

use super::{EventSink, Loop};
use crate::attempt::{Progress, millis};
use crate::call::FinishReason;
use crate::error::{CallError, ErrorKind};
use crate::event::{Event, Outcome, Report};
use crate::plan::{Recovery, Target};
use crate::transport::Transport;
use crate::usage::Usage;

impl<T: Transport> Loop<'_, T> {
    pub(super) fn outcome(&self, target: &Target, progress: Progress, usage: Usage) -> Outcome {
        Outcome {
            target: target.info(),
            response_model: progress.response_model,
            finish_reason: progress.finish_reason.unwrap_or(FinishReason::Other),
            usage,
            cost: self.bill.cost,
            cost_source: self.bill.source(),
            attempts: self.attempts,
            continued: self.shown.continued,
            fallback_text: false,
            first_token_ms: millis(self.first_token.unwrap_or_default()),
            elapsed_ms: millis(self.started.elapsed()),
        }
    }

    /// Shows the plan's fallback text as the answer, if it has one and nobody stopped the call.
    pub(super) async fn fallback_text<S: EventSink>(&mut self, sink: &mut S) -> Option<Outcome> {
        let text = self.plan.fallback_text.as_ref()?;
        let cancelled = self
            .failures
            .last()
            .is_some_and(|failure| failure.error.kind == ErrorKind::Cancelled);
        // With `fail` what was shown stays, and stays a failure.
        let kept = self.shown.any() && self.plan.recovery == Recovery::Fail;
        if cancelled || kept {
            return None;
        }
        let target = match self.failures.first() {
            Some(failure) => failure.target.clone(),
            None => self.plan.candidates.first()?.info(),
        };
        self.shown.discard(sink).await;
        sink.emit(Event::TextDelta { text: text.clone() }).await;
        let elapsed = self.started.elapsed();
        Some(Outcome {
            target,
            response_model: None,
            finish_reason: FinishReason::Stop,
            usage: Usage::default(),
            cost: self.bill.cost,
            cost_source: self.bill.source(),
            attempts: self.attempts,
            continued: false,
            fallback_text: true,
            first_token_ms: millis(*self.first_token.get_or_insert(elapsed)),
            elapsed_ms: millis(elapsed),
        })
    }

    pub(super) fn report(&self) -> Report {
        let error = self
            .failures
            .first()
            .map(|failure| failure.error.clone())
            .or_else(|| self.first_cause.clone())
            .unwrap_or_else(|| {
                CallError::new(ErrorKind::Misconfigured, "the call has no target to try")
            });
        Report {
            error,
            attempts: self.failures.clone(),
            elapsed_ms: millis(self.started.elapsed()),
        }
    }
}
