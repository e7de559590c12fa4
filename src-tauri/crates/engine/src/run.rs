//! The one loop that owns retry and fallback.
//!
//! Nothing else in the program tries anything twice. Dropping the future of [`run`] cancels the call:
//! the connection is closed and nothing more is emitted.

mod gate;
mod weave;

use crate::admit::{Health, Need, Permit};
use crate::attempt::{Attempt, Clocks, Progress, Step, input_chars, millis};
use crate::call::{FinishReason, ModelRequest};
use crate::error::{CallError, ErrorKind};
use crate::event::{Event, FailedAttempt, Next, Outcome, Report, TargetInfo};
use crate::plan::{Candidate, Plan, Recovery, Target};
use crate::policy::next::{RetryLimits, Situation, decide};
use crate::policy::order::Order;
use crate::price::PicoUsd;
use crate::provider::{SseEvent, Wire};
use crate::redact::Redactor;
use crate::transport::Transport;
use crate::usage::{Usage, estimate_tokens};
use std::borrow::Cow;
use std::future::Future;
use std::time::Duration;
use tokio::time::{Instant, sleep};
use weave::{Join, Shown};

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
/// Each target is asked for its own model. A request that already names it is not copied.
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
    let input_chars = input_chars(request);
    let mut state = Loop {
        input_tokens: estimate_tokens(input_chars),
        request: Cow::Borrowed(request),
        plan,
        context,
        started,
        deadline: started + plan.deadline,
        attempts: 0,
        failures: Vec::new(),
        first_cause: None,
        first_token: None,
        begun_at: Vec::new(),
        shown: Shown::default(),
    };
    let last = match state.run(input_chars, sink).await {
        Some(outcome) => Event::Finished { outcome },
        None => match state.fallback_text(sink).await {
            Some(outcome) => Event::Finished { outcome },
            None => Event::Failed {
                report: state.report(),
            },
        },
    };
    sink.emit(last).await;
}

struct Loop<'a, T> {
    /// Copied only when a target's model is not the one it names.
    request: Cow<'a, ModelRequest>,
    /// Estimate of what every attempt sends.
    input_tokens: u64,
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
    /// Providers that were told that the call uses them.
    begun_at: Vec<&'a str>,
    shown: Shown,
}

impl<'a, T: Transport> Loop<'a, T> {
    /// Tries the candidates in order; `None` if none answered.
    async fn run<S: EventSink>(&mut self, input_chars: u64, sink: &mut S) -> Option<Outcome> {
        let mut usable = Vec::with_capacity(self.plan.candidates.len());
        for candidate in &self.plan.candidates {
            let error = match candidate {
                Candidate::Ready(target) => gate::incapable(target, &self.request, input_chars),
                Candidate::Unusable { error, .. } => Some(error.clone()),
            };
            usable.push(error.is_none());
            if let Some(error) = error {
                self.skip(candidate.info(), error, sink).await;
            }
        }
        let mut order = Order::new(self.plan, usable);
        while let Some(target) = order.take() {
            match self.try_target(target, &mut order, sink).await {
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
        target: &'a Target,
        order: &mut Order<'a>,
        sink: &mut S,
    ) -> Tried {
        let mut turn = Turn {
            target,
            is_primary: self.attempts == 0,
            share: self.share(order.has_next()),
            retries: 0,
        };
        if self.request.model != target.model {
            self.request.to_mut().model.clone_from(&target.model);
        }
        loop {
            let permit = match self.admitted(&turn, sink).await {
                Ok(permit) => permit,
                Err(error) => {
                    self.skip(target.info(), error, sink).await;
                    return Tried::Left;
                }
            };
            let mut attempt = self.start(&turn, permit, sink).await;
            let mut join = match self.shown.any() {
                true => Join::Replace,
                false => Join::Flow,
            };
            let error = match self.follow(&mut attempt, &mut join, sink).await {
                Ok(()) => {
                    let progress = attempt.end(None, self.input_tokens);
                    return Tried::Answered(self.outcome(target, progress));
                }
                Err(error) => self.redacted(error),
            };
            match self.failed(&turn, attempt, error, order, sink).await {
                Next::Retry { after_ms } => sleep(Duration::from_millis(after_ms)).await,
                Next::Fallback { .. } | Next::Continue { .. } => return Tried::Left,
                Next::Stop { .. } => return Tried::Stopped,
            }
            turn.retries += 1;
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

    async fn admitted<S: EventSink>(
        &mut self,
        turn: &Turn<'a>,
        sink: &mut S,
    ) -> Result<Permit, CallError> {
        let (health, target) = (self.context.health, turn.target);
        if !self.begun_at.contains(&target.provider.as_str()) {
            self.begun_at.push(&target.provider);
            health.call_begins(&target.provider);
        }
        let need = Need {
            tokens: gate::reserve(&self.request, self.input_tokens),
            until: turn.share.unwrap_or(self.deadline),
            has_fallback: turn.share.is_some(),
            draw: self.context.chance.f64(),
        };
        gate::admitted(health, target, need, sink).await
    }

    async fn start<S: EventSink>(
        &mut self,
        turn: &Turn<'a>,
        permit: Permit,
        sink: &mut S,
    ) -> Attempt<'a> {
        self.attempts += 1;
        let target = turn.target;
        let clocks = Clocks {
            deadline: self.deadline,
            share: turn.share,
            usual_first_token: None,
        };
        sink.emit(Event::AttemptStarted {
            attempt: self.attempts,
            max_attempts: self.context.limits.max_attempts,
            target: target.info(),
            hedge: false,
        })
        .await;
        Attempt::start(
            self.context.transport,
            target,
            &self.request,
            self.attempts,
            clocks,
            permit,
        )
    }

    /// Follows an attempt to its end and shows what it brings.
    async fn follow<S: EventSink>(
        &mut self,
        attempt: &mut Attempt<'a>,
        join: &mut Join,
        sink: &mut S,
    ) -> Result<(), CallError> {
        let (number, wire) = (attempt.number, attempt.target.endpoint.wire);
        loop {
            let step = attempt
                .step(&mut |event| sink.wire(number, wire, event))
                .await;
            if let Some(after) = attempt.first_token_news() {
                self.first_token.get_or_insert(self.started.elapsed());
                sink.emit(Event::FirstToken {
                    attempt: number,
                    after_ms: millis(after),
                })
                .await;
            }
            join.show(number, &mut attempt.deltas, &mut self.shown, sink)
                .await;
            match step? {
                Step::Headers {
                    after,
                    status,
                    request_id,
                } => {
                    sink.emit(Event::ResponseStarted {
                        attempt: number,
                        after_ms: millis(after),
                        status,
                        request_id,
                    })
                    .await;
                }
                Step::Read => {}
                Step::Whole => return Ok(()),
            }
        }
    }

    /// Tells a failure and decides what follows.
    async fn failed<S: EventSink>(
        &mut self,
        turn: &Turn<'a>,
        attempt: Attempt<'a>,
        error: CallError,
        order: &mut Order<'a>,
        sink: &mut S,
    ) -> Next {
        let (target, number, elapsed) = (attempt.target, attempt.number, attempt.elapsed());
        let progress = attempt.end(Some(&error), self.input_tokens);
        if progress.produced() && progress.usage.is_none() {
            // What was produced is paid for, whoever reports it.
            sink.emit(Event::Usage {
                usage: progress.usage_or_estimate(self.input_tokens),
            })
            .await;
        }
        let (info, kind) = (target.info(), error.kind);
        let following = order.following(target, error.kind);
        let next = following
            .next
            .and_then(|index| order.target(index))
            .map(Target::info);
        let now = Instant::now();
        let health = self.context.health;
        let step = decide(
            &Situation {
                error: &error,
                current: &info,
                next: next.as_ref(),
                listed: following.listed,
                is_primary: turn.is_primary,
                retries: turn.retries,
                attempts: self.attempts,
                remaining: self.deadline.saturating_duration_since(now),
                share: turn
                    .share
                    .unwrap_or(self.deadline)
                    .saturating_duration_since(now),
                shown: self.shown.any(),
                recovery: self.plan.recovery,
                draw: self.context.chance.f64(),
            },
            &self.context.limits,
            || health.take_retry(&target.provider),
        );
        let passed_over = match step {
            Next::Fallback { .. } | Next::Continue { .. } => order.leave(target, error.kind),
            Next::Retry { .. } | Next::Stop { .. } => Vec::new(),
        };
        self.failures.push(FailedAttempt {
            attempt: number,
            target: info,
            error: error.clone(),
        });
        sink.emit(Event::AttemptFailed {
            attempt: number,
            error,
            elapsed_ms: millis(elapsed),
            next: step.clone(),
        })
        .await;
        for target in passed_over {
            let error = gate::no_better(target, kind);
            self.skip(target.info(), error, sink).await;
        }
        step
    }

    async fn skip<S: EventSink>(&mut self, target: TargetInfo, error: CallError, sink: &mut S) {
        let error = self.redacted(error);
        self.first_cause.get_or_insert_with(|| error.clone());
        sink.emit(Event::TargetSkipped { target, error }).await;
    }

    fn outcome(&self, target: &Target, progress: Progress) -> Outcome {
        let usage = progress.usage_or_estimate(self.input_tokens);
        Outcome {
            target: target.info(),
            response_model: progress.response_model,
            finish_reason: progress.finish_reason.unwrap_or(FinishReason::Other),
            usage,
            cost: target.cost_now(&usage),
            attempts: self.attempts,
            continued: false,
            fallback_text: false,
            first_token_ms: millis(self.first_token.unwrap_or_default()),
            elapsed_ms: millis(self.started.elapsed()),
        }
    }

    /// Shows the plan's fallback text as the answer, if it has one and nobody stopped the call.
    async fn fallback_text<S: EventSink>(&mut self, sink: &mut S) -> Option<Outcome> {
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
            cost: Some(PicoUsd(0)),
            attempts: self.attempts,
            continued: false,
            fallback_text: true,
            first_token_ms: millis(*self.first_token.get_or_insert(elapsed)),
            elapsed_ms: millis(elapsed),
        })
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

/// One target's turn, with its retries.
struct Turn<'a> {
    target: &'a Target,
    /// Whether it is the first that is tried.
    is_primary: bool,
    /// With a fallback left: where the target's part of the deadline ends.
    share: Option<Instant>,
    /// Made so far.
    retries: u32,
}

enum Tried {
    Answered(Outcome),
    /// Failed; the next target's turn.
    Left,
    /// Failed; the call ends.
    Stopped,
}
