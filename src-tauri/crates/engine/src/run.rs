//! The one loop that owns retry and fallback.
//!
//! Nothing else in the program tries anything twice. Dropping the future of [`run`] cancels the call:
//! the connection is closed and nothing more is emitted.

mod after;
mod contract;
mod ending;
mod follow;
mod gate;
mod hedge;
mod pay;
mod visit;
mod weave;

use crate::admit::{Health, Hold, Spender};
use crate::attempt::millis;
use crate::call::ModelRequest;
use crate::error::{CallError, Disposition};
use crate::event::{Event, FailedAttempt, Outcome, TargetInfo};
use crate::plan::{Candidate, Plan, Recovery, Target};
use crate::policy::next::RetryLimits;
use crate::policy::order::Order;
use crate::price::Bill;
use crate::provider::{SseEvent, Wire};
use crate::redact::Redactor;
use crate::tokens::Input;
use crate::transport::Transport;
use after::After;
use std::borrow::Cow;
use std::future::Future;
use std::time::Duration;
use tokio::time::{Instant, sleep};
use weave::Shown;

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
    /// Who pays; `None`: budgets are not asked.
    pub spender: Option<&'a Spender>,
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
    let mut state = Loop {
        input: Input::of(request),
        request: Cow::Borrowed(request),
        plan,
        context,
        started,
        deadline: started + plan.deadline,
        attempts: 0,
        failures: Vec::new(),
        bill: Bill::default(),
        unlisted: Vec::new(),
        first_cause: None,
        first_token: None,
        begun_at: Vec::new(),
        shown: Shown::new(plan.recovery == Recovery::Continue && contract::is_free_text(request)),
        hedged: false,
        holds: Vec::new(),
    };
    let last = match state.run(sink).await {
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
    /// What every attempt sends, measured.
    input: Input,
    plan: &'a Plan,
    context: Context<'a, T>,
    started: Instant,
    deadline: Instant,
    attempts: u32,
    failures: Vec<FailedAttempt>,
    /// What the attempts that are over cost.
    bill: Bill,
    /// Targets of the lists for causes that cannot be used, by index into the plan's candidates, and why.
    unlisted: Vec<(usize, CallError)>,
    /// The error of a skipped target, reported if nothing was tried at all.
    first_cause: Option<CallError>,
    /// First content after the call began.
    first_token: Option<Duration>,
    /// Providers that were told that the call uses them.
    begun_at: Vec<&'a str>,
    shown: Shown,
    /// A second request has been sent beside one that was slow: once a call.
    hedged: bool,
    /// What is set aside for attempts under way, by attempt.
    holds: Vec<(u32, Hold)>,
}

impl<'a, T: Transport> Loop<'a, T> {
    /// Tries the candidates in order; `None` if none answered.
    async fn run<S: EventSink>(&mut self, sink: &mut S) -> Option<Outcome> {
        let mut usable = Vec::with_capacity(self.plan.candidates.len());
        for (index, candidate) in self.plan.candidates.iter().enumerate() {
            let error = match candidate {
                Candidate::Ready(target) => {
                    gate::incapable(target, &self.request, self.input_tokens(target))
                }
                Candidate::Unusable { error, .. } => Some(error.clone()),
            };
            usable.push(error.is_none());
            match error {
                Some(error) if index < self.plan.general => {
                    self.skip(candidate.info(), error, sink).await;
                }
                // Told when its list is followed.
                Some(error) => self.unlisted.push((index, error)),
                None => {}
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

    /// Returns about how many tokens an attempt at a target sends.
    fn input_tokens(&self, target: &Target) -> u64 {
        self.input.tokens(&target.model)
    }

    /// Tries one target, with its retries.
    async fn try_target<S: EventSink>(
        &mut self,
        target: &'a Target,
        order: &mut Order<'a>,
        sink: &mut S,
    ) -> Tried {
        let mut visit = self.visit(target, order.has_next());
        loop {
            let hold = match self.hold(&visit, sink).await {
                Ok(hold) => hold,
                Err(error) => {
                    let stop = error.kind.disposition() == Disposition::Stop;
                    self.skip(visit.target.info(), error, sink).await;
                    return if stop { Tried::Stopped } else { Tried::Left };
                }
            };
            let permit = match self.admitted(&visit, sink).await {
                Ok(permit) => permit,
                Err(error) => {
                    if let Some(hold) = hold {
                        hold.release();
                    }
                    self.skip(visit.target.info(), error, sink).await;
                    return Tried::Left;
                }
            };
            let (attempt, mut join) = self.start(&visit, permit, false, sink).await;
            self.keep(attempt.number, hold);
            let (mut attempt, ended) = match self.hedge_at(&attempt) {
                Some(at) => self.race(&mut visit, attempt, at, order, sink).await,
                None => (attempt, None),
            };
            let ended = match ended {
                Some(ended) => ended,
                None => self.follow(&mut attempt, &mut join, sink).await,
            };
            let error = match ended {
                Ok(()) => {
                    let (target, number) = (attempt.target, attempt.number);
                    let input_tokens = self.input_tokens(target);
                    let progress = attempt.end(None, input_tokens);
                    let charge = progress.charge(target, false, input_tokens);
                    self.pay(number, charge, sink).await;
                    return Tried::Answered(self.outcome(target, progress, charge.usage));
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

    async fn skip<S: EventSink>(&mut self, target: TargetInfo, error: CallError, sink: &mut S) {
        let error = self.redacted(error);
        self.first_cause.get_or_insert_with(|| error.clone());
        sink.emit(Event::TargetSkipped { target, error }).await;
    }

    fn redacted(&self, mut error: CallError) -> CallError {
        self.context.redactor.redact_error(&mut error);
        error
    }
}

enum Tried {
    Answered(Outcome),
    /// Failed; the next target's visit.
    Left,
    /// Failed; the call ends.
    Stopped,
}
