//! The one loop that owns retry and fallback.
//!
//! Nothing else in the program tries anything twice. Dropping the future of [`run`] cancels the call:
//! the connection is closed and nothing more is emitted.

use crate::admit::Health;
use crate::attempt::{Clocks, Progress, attempt, millis};
use crate::call::{FinishReason, ModelRequest};
use crate::error::{CallError, ErrorKind};
use crate::event::{Event, FailedAttempt, Next, Outcome, Report, TargetInfo};
use crate::plan::{Candidate, Plan, Target};
use crate::policy::next::{RetryLimits, Situation, decide};
use crate::provider::{SseEvent, Wire};
use crate::redact::Redactor;
use crate::transport::Transport;
use std::future::Future;
use std::time::Duration;
use tokio::time::{Instant, sleep};

/// Receives a call's events in order. Slowness is passed back to the provider's connection.
pub trait EventSink: Send {
    /// Takes one event.
    fn emit(&mut self, event: Event) -> impl Future<Output = ()> + Send;

    /// Takes one event of the provider's own stream as it came, before what it decodes to is emitted.
    /// For hosts that pass a stream on in the format it has; others need not care.
    fn wire(&mut self, attempt: u32, wire: Wire, event: SseEvent<'_>) {
        let _ = (attempt, wire, event);
    }
}

impl EventSink for Vec<Event> {
    async fn emit(&mut self, event: Event) {
        self.push(event);
    }
}

/// What the loop needs besides the plan; time is tokio's, chance comes from `chance`.
#[derive(Debug)]
pub struct Context<'a, T> {
    pub transport: &'a T,
    pub redactor: &'a Redactor,
    /// What is known about targets across calls: one a process.
    pub health: &'a Health,
    pub limits: RetryLimits,
    /// The source of jitter; seed it to make a run repeatable.
    pub chance: fastrand::Rng,
}

/// Runs a call to its end: exactly one final event is emitted, and it is the last.
///
/// `request.model` is replaced by each target's model.
pub async fn run<T: Transport, S: EventSink>(
    request: &ModelRequest,
    plan: &Plan,
    context: Context<'_, T>,
    sink: &mut S,
) {
    let started = Instant::now();
    sink.emit(Event::Planned {
        targets: plan.candidates.iter().map(Candidate::info).collect(),
        reasons: plan.reasons.clone(),
        deadline_ms: millis(plan.deadline),
        route: plan.route.clone(),
    })
    .await;
    let mut state = Loop {
        request: request.clone(),
        plan,
        context,
        started,
        deadline: started + plan.deadline,
        attempts: 0,
        failures: Vec::new(),
        first_cause: None,
        first_token: None,
    };
    let last = match state.run(sink).await {
        Some(outcome) => Event::Finished { outcome },
        None => Event::Failed {
            report: state.report(),
        },
    };
    sink.emit(last).await;
}

struct Loop<'a, T> {
    request: ModelRequest,
    plan: &'a Plan,
    context: Context<'a, T>,
    started: Instant,
    deadline: Instant,
    attempts: u32,
    failures: Vec<FailedAttempt>,
    /// The error of a skipped target, reported if nothing was tried at all.
    first_cause: Option<CallError>,
    /// First content after the call began.
    first_token: Option<Duration>,
}

impl<T: Transport> Loop<'_, T> {
    /// Tries the candidates in order; `None` if none answered.
    async fn run<S: EventSink>(&mut self, sink: &mut S) -> Option<Outcome> {
        let plan = self.plan;
        let mut ready = Vec::new();
        for candidate in &plan.candidates {
            match candidate {
                Candidate::Ready(target) => ready.push(target),
                Candidate::Unusable { target, error } => {
                    let error = self.redacted(error.clone());
                    self.first_cause.get_or_insert_with(|| error.clone());
                    sink.emit(Event::TargetSkipped {
                        target: target.clone(),
                        error,
                    })
                    .await;
                }
            }
        }
        for (index, target) in ready.iter().enumerate() {
            let next = ready.get(index + 1).map(|next| next.info());
            match self
                .try_target(target, index == 0, next.as_ref(), sink)
                .await
            {
                Tried::Answered(outcome) => return Some(outcome),
                Tried::Left => {}
                Tried::Stopped => return None,
            }
        }
        None
    }

    /// Tries one target, with its retries.
    async fn try_target<S: EventSink>(
        &mut self,
        target: &Target,
        is_primary: bool,
        next: Option<&TargetInfo>,
        sink: &mut S,
    ) -> Tried {
        let info = target.info();
        self.request.model.clone_from(&target.model);
        let mut retries = 0;
        loop {
            self.attempts += 1;
            let number = self.attempts;
            sink.emit(Event::AttemptStarted {
                attempt: number,
                max_attempts: self.context.limits.max_attempts,
                target: info.clone(),
                hedge: false,
            })
            .await;
            let attempt_started = Instant::now();
            let mut progress = Progress::default();
            let clocks = self.clocks(next.is_some());
            let result = attempt(
                self.context.transport,
                target,
                &self.request,
                number,
                clocks,
                &mut progress,
                sink,
            )
            .await;
            if let Some(after) = progress.first_token {
                self.first_token
                    .get_or_insert(attempt_started + after - self.started);
            }
            let error = match result {
                Ok(()) => return Tried::Answered(self.outcome(target, &progress)),
                Err(error) => self.redacted(error),
            };
            if progress.shown() && progress.usage.is_none() {
                // What was produced is paid for, whoever reports it.
                sink.emit(Event::Usage {
                    usage: progress.usage_or_estimate(&self.request),
                })
                .await;
            }
            let next_step = decide(
                &Situation {
                    error: &error,
                    current: &info,
                    next,
                    is_primary,
                    retries,
                    attempts: self.attempts,
                    remaining: self.deadline.saturating_duration_since(Instant::now()),
                    shown: progress.shown(),
                    recovery: self.plan.recovery,
                    draw: self.context.chance.f64(),
                },
                &self.context.limits,
            );
            self.failures.push(FailedAttempt {
                attempt: number,
                target: info.clone(),
                error: error.clone(),
            });
            sink.emit(Event::AttemptFailed {
                attempt: number,
                error,
                elapsed_ms: millis(attempt_started.elapsed()),
                next: next_step.clone(),
            })
            .await;
            if progress.shown() && !matches!(next_step, Next::Stop { .. }) {
                sink.emit(Event::Restarted {
                    attempt: number,
                    discarded_chars: progress.text_chars,
                })
                .await;
            }
            match next_step {
                Next::Retry { after_ms } => sleep(Duration::from_millis(after_ms)).await,
                Next::Fallback { .. } | Next::Continue { .. } => return Tried::Left,
                Next::Stop { .. } => return Tried::Stopped,
            }
            retries += 1;
        }
    }

    /// Shares the deadline: with a fallback left, at most half of what remains goes by before the
    /// first token.
    fn clocks(&self, has_fallback: bool) -> Clocks {
        let now = Instant::now();
        let remaining = self.deadline.saturating_duration_since(now);
        Clocks {
            deadline: self.deadline,
            share: has_fallback.then(|| now + remaining / 2),
        }
    }

    fn outcome(&self, target: &Target, progress: &Progress) -> Outcome {
        let usage = progress.usage_or_estimate(&self.request);
        Outcome {
            target: target.info(),
            response_model: progress.response_model.clone(),
            finish_reason: progress.finish_reason.unwrap_or(FinishReason::Other),
            usage,
            cost: target.price.and_then(|price| price.cost(&usage)),
            attempts: self.attempts,
            continued: false,
            fallback_text: false,
            first_token_ms: millis(self.first_token.unwrap_or_default()),
            elapsed_ms: millis(self.started.elapsed()),
        }
    }

    fn redacted(&self, mut error: CallError) -> CallError {
        self.context.redactor.redact_error(&mut error);
        error
    }

    fn report(&self) -> Report {
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

enum Tried {
    Answered(Outcome),
    /// Failed; the next target's turn.
    Left,
    /// Failed; the call ends.
    Stopped,
}
