//! The one loop that owns retry and fallback.
//!
//! Nothing else in the program tries anything twice. Dropping the future of [`run`] cancels the call:
//! the connection is closed and nothing more is emitted.

mod contract;
mod gate;
mod weave;

use crate::admit::{Health, Need, Permit};
use crate::attempt::{Attempt, Clocks, Progress, Step, input_chars, millis};
use crate::call::{FinishReason, ModelRequest};
use crate::error::{CallError, ErrorKind};
use crate::event::{Event, FailedAttempt, Next, Outcome, Report, TargetInfo};
use crate::plan::{Candidate, Plan, Recovery, Target};
use crate::policy::next::{RetryLimits, Situation, carried_on, decide};
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
    /// For hosts that pass a stream on in the format it has; others need not care. An attempt that
    /// carries on what another has shown has none: only its deltas tell what of it is new.
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
        shown: Shown::new(plan.recovery == Recovery::Continue && contract::is_free_text(request)),
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
        let mut visit = Visit {
            target,
            is_primary: self.attempts == 0,
            share: self.share(order.has_next()),
            retries: 0,
            takes_begun: target.capabilities.prefill,
        };
        if self.request.model != target.model {
            self.request.to_mut().model.clone_from(&target.model);
        }
        loop {
            let permit = match self.admitted(&visit, sink).await {
                Ok(permit) => permit,
                Err(error) => {
                    self.skip(target.info(), error, sink).await;
                    return Tried::Left;
                }
            };
            let (mut attempt, mut join) = self.start(&visit, permit, sink).await;
            let error = match self.follow(&mut attempt, &mut join, sink).await {
                Ok(()) => {
                    let progress = attempt.end(None, self.input_tokens);
                    return Tried::Answered(self.outcome(target, progress));
                }
                Err(error) => self.redacted(error),
            };
            match self.failed(&mut visit, attempt, error, order, sink).await {
                After::Again(wait) => sleep(wait).await,
                After::Leave => return Tried::Left,
                After::Stop => return Tried::Stopped,
            }
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
        visit: &Visit<'a>,
        sink: &mut S,
    ) -> Result<Permit, CallError> {
        let (health, target) = (self.context.health, visit.target);
        if !self.begun_at.contains(&target.provider.as_str()) {
            self.begun_at.push(&target.provider);
            health.call_begins(&target.provider);
        }
        let need = Need {
            tokens: gate::reserve(&self.request, self.input_tokens),
            until: visit.share.unwrap_or(self.deadline),
            has_fallback: visit.share.is_some(),
            draw: self.context.chance.f64(),
        };
        gate::admitted(health, target, need, sink).await
    }

    async fn start<S: EventSink>(
        &mut self,
        visit: &Visit<'a>,
        permit: Permit,
        sink: &mut S,
    ) -> (Attempt<'a>, Join) {
        self.attempts += 1;
        let target = visit.target;
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
            hedge: false,
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

    /// Follows an attempt to its end and shows what it brings.
    async fn follow<S: EventSink>(
        &mut self,
        attempt: &mut Attempt<'a>,
        join: &mut Join,
        sink: &mut S,
    ) -> Result<(), CallError> {
        let (number, wire) = (attempt.number, attempt.target.endpoint.wire);
        let whole = join.is_whole();
        loop {
            let step = attempt
                .step(&mut |event| {
                    if whole {
                        sink.wire(number, wire, event);
                    }
                })
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
                Step::Whole => {
                    join.finish(number, &mut self.shown, sink).await;
                    return Ok(());
                }
            }
        }
    }

    /// Tells a failure and decides what follows.
    async fn failed<S: EventSink>(
        &mut self,
        visit: &mut Visit<'a>,
        attempt: Attempt<'a>,
        error: CallError,
        order: &mut Order<'a>,
        sink: &mut S,
    ) -> After {
        let (target, number, elapsed) = (attempt.target, attempt.number, attempt.elapsed());
        let carried_on_in_vain = attempt.carries_on && !attempt.progress.produced();
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
        for target in passed_over {
            let error = gate::no_better(target, kind);
            self.skip(target.info(), error, sink).await;
        }
        after
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
            cost: target.price.and_then(|price| price.cost(&usage)),
            attempts: self.attempts,
            continued: self.shown.continued,
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

/// One target while it is tried, with its retries.
struct Visit<'a> {
    target: &'a Target,
    /// Whether it is the first that is tried.
    is_primary: bool,
    /// With a fallback left: where the target's part of the deadline ends.
    share: Option<Instant>,
    /// Made so far.
    retries: u32,
    /// Whether it is given a begun answer to carry on.
    takes_begun: bool,
}

/// What the loop does after a failure.
enum After {
    /// The same target, after a wait.
    Again(Duration),
    Leave,
    Stop,
}

enum Tried {
    Answered(Outcome),
    /// Failed; the next target's visit.
    Left,
    /// Failed; the call ends.
    Stopped,
}
