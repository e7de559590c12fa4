//! Two requests side by side: when the first is slow to begin, the next provider is asked too, and the
//! first token wins.

use super::visit::Visit;
use super::weave::Join;
use super::{EventSink, Loop};
use crate::admit::Admission;
use crate::attempt::{Attempt, Step};
use crate::error::CallError;
use crate::event::{Event, FailedAttempt};
use crate::policy::order::Order;
use crate::provider::SseEvent;
use crate::transport::Transport;
use std::future::pending;
use tokio::time::{Instant, sleep_until};

/// Most events of a provider's own stream kept before the first token.
const MOST_WIRE_EVENTS: usize = 64;

/// An attempt that nothing is shown of until it wins.
struct Racer<'a> {
    attempt: Attempt<'a>,
    /// The provider's own events so far: (name, data).
    wire: Vec<(String, String)>,
}

impl<'a> Racer<'a> {
    fn new(attempt: Attempt<'a>) -> Self {
        Self {
            attempt,
            wire: Vec::new(),
        }
    }

    async fn step(&mut self) -> Result<Step, CallError> {
        let wire = &mut self.wire;
        self.attempt
            .step(&mut |event| {
                if wire.len() < MOST_WIRE_EVENTS {
                    wire.push((event.name.to_owned(), event.data.to_owned()));
                }
            })
            .await
    }
}

/// What happened first.
enum Happened {
    First(Result<Step, CallError>),
    Second(Result<Step, CallError>),
    /// The first is slow.
    Slow,
}

/// What a racer's step makes of the race.
enum Stand {
    Runs,
    /// It has brought a token; what the step was is still to be taken in.
    Won(Result<Step, CallError>),
    /// It failed before it brought one.
    Lost(CallError),
}

impl<'a, T: Transport> Loop<'a, T> {
    /// Returns when a second request may be sent beside the attempt; `None` if never.
    pub(super) fn hedge_at(&self, attempt: &Attempt<'a>) -> Option<Instant> {
        let hedge = self.plan.hedge?;
        if self.hedged || self.shown.any() {
            return None;
        }
        let info = attempt.target.info();
        let usual = self.context.health.first_token_percentile(&info, 0.95);
        Some(Instant::now() + usual.unwrap_or_default().max(hedge.after))
    }

    /// Waits for the first token, with a second request beside the first from `at` on. Returns the attempt
    /// that goes on, and how it ended if it has.
    pub(super) async fn race<S: EventSink>(
        &mut self,
        visit: &mut Visit<'a>,
        attempt: Attempt<'a>,
        at: Instant,
        order: &mut Order<'a>,
        sink: &mut S,
    ) -> (Attempt<'a>, Option<Result<(), CallError>>) {
        let mut first = Racer::new(attempt);
        let mut second: Option<(Racer<'a>, Visit<'a>)> = None;
        let mut may_hedge = true;
        loop {
            let happened = {
                let beside = async {
                    match &mut second {
                        Some((racer, _)) => racer.step().await,
                        None => pending().await,
                    }
                };
                tokio::select! {
                    biased;
                    step = first.step() => Happened::First(step),
                    step = beside => Happened::Second(step),
                    () = sleep_until(at), if may_hedge => Happened::Slow,
                }
            };
            match happened {
                Happened::Slow => {
                    may_hedge = false;
                    second = self.second(visit, order, sink).await;
                }
                Happened::First(step) => match self.stand(&mut first, step, sink).await {
                    Stand::Runs => {}
                    Stand::Won(step) => {
                        if let Some((other, _)) = second {
                            self.lost(other.attempt, None, sink).await;
                        }
                        return self.won(first, step, sink).await;
                    }
                    Stand::Lost(error) => {
                        let Some((other, its_visit)) = second else {
                            return (first.attempt, Some(Err(error)));
                        };
                        self.lost(first.attempt, Some(error), sink).await;
                        *visit = its_visit;
                        return self.alone(other, sink).await;
                    }
                },
                Happened::Second(step) => {
                    let Some((mut racer, its_visit)) = second.take() else {
                        continue;
                    };
                    match self.stand(&mut racer, step, sink).await {
                        Stand::Runs => second = Some((racer, its_visit)),
                        Stand::Won(step) => {
                            self.lost(first.attempt, None, sink).await;
                            *visit = its_visit;
                            return self.won(racer, step, sink).await;
                        }
                        Stand::Lost(error) => self.lost(racer.attempt, Some(error), sink).await,
                    }
                }
            }
        }
    }

    /// Sends the second request, if another provider, its limits and the budget have room for it at once.
    async fn second<S: EventSink>(
        &mut self,
        visit: &Visit<'a>,
        order: &mut Order<'a>,
        sink: &mut S,
    ) -> Option<(Racer<'a>, Visit<'a>)> {
        if self.attempts >= self.context.limits.max_attempts {
            return None;
        }
        let (index, target) = order.elsewhere(&visit.target.provider)?;
        let health = self.context.health;
        let beside = self.visit(target, true);
        let need = self.need(&beside);
        let hold = self.hold_at_once(&beside).ok()?;
        let permit = match health.admit(target, need) {
            Admission::Go(permit) if health.take_hedge() => permit,
            Admission::Go(_) | Admission::Wait { .. } | Admission::Refused(_) => {
                if let Some(hold) = hold {
                    hold.release();
                }
                return None;
            }
        };
        self.call_begins(target);
        order.take_out(index);
        self.hedged = true;
        let beside = self.visit(target, order.has_next());
        let (attempt, _) = self.start(&beside, permit, true, sink).await;
        self.keep(attempt.number, hold);
        Some((Racer::new(attempt), beside))
    }

    async fn stand<S: EventSink>(
        &mut self,
        racer: &mut Racer<'a>,
        step: Result<Step, CallError>,
        sink: &mut S,
    ) -> Stand {
        if racer.attempt.progress.produced() {
            return Stand::Won(step);
        }
        match step {
            Ok(Step::Headers(headers)) => {
                sink.emit(headers.event(racer.attempt.number)).await;
                Stand::Runs
            }
            // Usage that came already is shown if it wins.
            Ok(Step::Read | Step::Whole) => Stand::Runs,
            Err(error) => Stand::Lost(error),
        }
    }

    /// Shows what the winner has brought so far.
    async fn won<S: EventSink>(
        &mut self,
        racer: Racer<'a>,
        step: Result<Step, CallError>,
        sink: &mut S,
    ) -> (Attempt<'a>, Option<Result<(), CallError>>) {
        let Racer { mut attempt, wire } = racer;
        pass_on(&attempt, wire, sink);
        let ended = match self
            .take_in(&mut attempt, &mut Join::Flow, step, sink)
            .await
        {
            Ok(false) => None,
            Ok(true) => Some(Ok(())),
            Err(error) => Some(Err(error)),
        };
        (attempt, ended)
    }

    /// Goes on with the second alone.
    async fn alone<S: EventSink>(
        &mut self,
        racer: Racer<'a>,
        sink: &mut S,
    ) -> (Attempt<'a>, Option<Result<(), CallError>>) {
        pass_on(&racer.attempt, racer.wire, sink);
        (racer.attempt, None)
    }

    /// Ends the attempt that lost. What it may have cost is told.
    async fn lost<S: EventSink>(
        &mut self,
        attempt: Attempt<'a>,
        error: Option<CallError>,
        sink: &mut S,
    ) {
        let (target, number) = (attempt.target, attempt.number);
        let error = error.map(|error| self.redacted(error));
        let input_tokens = self.input_tokens(target);
        let charge = match &error {
            // It was cancelled while it was answering.
            None => {
                let charge = attempt.progress.charge(target, false, input_tokens);
                drop(attempt);
                charge
            }
            Some(error) => {
                let progress = attempt.end(Some(error), input_tokens);
                progress.charge(target, true, input_tokens)
            }
        };
        self.pay(number, charge, sink).await;
        let (target, usage) = (target.info(), charge.usage);
        if let Some(error) = &error {
            self.failures.push(FailedAttempt {
                attempt: number,
                target: target.clone(),
                error: error.clone(),
            });
        }
        sink.emit(Event::HedgeLost {
            attempt: number,
            target,
            error,
            usage,
        })
        .await;
    }
}

fn pass_on<S: EventSink>(attempt: &Attempt<'_>, wire: Vec<(String, String)>, sink: &mut S) {
    for (name, data) in wire {
        let event = SseEvent {
            name: &name,
            data: &data,
        };
        sink.wire(attempt.number, attempt.target.endpoint.wire, event);
    }
}
