//! One call as it is remembered: a fold of its events.

use crate::report::TrailStep;
use crate::sim::World;
use std::sync::Arc;
use switchboard_engine::error::ErrorKind;
use switchboard_engine::event::{Event, TargetInfo};
use switchboard_engine::plan::{Candidate, Plan};
use switchboard_engine::price::{PicoUsd, Tariff, Terms};
use switchboard_engine::run::EventSink;
use switchboard_engine::usage::Usage;
use tokio::time::Instant;

/// Most steps of a trail: more is said by their number.
const TRAIL_STEPS: usize = 40;

/// What is kept of a call.
#[derive(Debug, Clone)]
pub(crate) struct Record {
    /// Counted from 0, in the order in which calls began.
    pub(crate) call: u32,
    pub(crate) began_ms: u64,
    pub(crate) elapsed_ms: u64,
    /// `None`: it never came.
    pub(crate) first_token_ms: Option<u64>,
    pub(crate) attempts: u32,
    pub(crate) cost: Cost,
    pub(crate) end: End,
}

/// What a call cost.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Cost {
    pub(crate) known: PicoUsd,
    /// Part of `known`: attempts that did not answer.
    pub(crate) wasted: PicoUsd,
    /// Some attempt's cost is unknown.
    pub(crate) unpriced: bool,
    /// Any attempt's cost is known.
    pub(crate) priced: bool,
}

/// How a call ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum End {
    /// `target`: place among the plan's targets that can be tried.
    Answered {
        target: usize,
        rescue: Rescue,
    },
    FallbackText,
    Failed(ErrorKind),
}

/// What an answer took.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Rescue {
    /// The first attempt answered.
    None,
    Retry,
    /// Another target than the first one of the call's own plan.
    Fallback,
    Continuation,
}

/// What the fold needs to know of the targets: name and price, in the plan's order. The terms are those of the
/// rehearsal's start, so that its seed alone decides the rest.
pub(crate) type Targets = Vec<(TargetInfo, Option<(Arc<Tariff>, Terms)>)>;

/// Takes a call's events.
pub(crate) struct Fold<'a> {
    targets: &'a Targets,
    world: &'a World,
    /// Place of the first target that the call's own plan asks; `None`: it has none.
    first: Option<usize>,
    started: Instant,
    /// What happened, without text, in order.
    trail: Vec<(u64, Event)>,
    attempts: u32,
    first_token_ms: Option<u64>,
    /// Targets of attempts, by the attempt's number.
    asked: Vec<(u32, usize)>,
    /// Of the attempt whose answer is shown, so far.
    usage: Usage,
    cost: Cost,
    end: Option<End>,
}

impl<'a> Fold<'a> {
    pub(crate) fn new(targets: &'a Targets, plan: &Plan, world: &'a World) -> Self {
        let mut own = plan.candidates.iter();
        let first = own.find(|candidate| matches!(candidate, Candidate::Ready(_)));
        let first = first.and_then(|first| place(targets, &first.info()));
        Self {
            targets,
            world,
            first,
            started: Instant::now(),
            trail: Vec::new(),
            attempts: 0,
            first_token_ms: None,
            asked: Vec::new(),
            usage: Usage::default(),
            cost: Cost::default(),
            end: None,
        }
    }

    /// Returns the call as it is remembered; `None` if its last event has not come.
    pub(crate) fn record(&self, call: u32, began_ms: u64) -> Option<Record> {
        Some(Record {
            call,
            began_ms,
            elapsed_ms: self.now_ms(),
            first_token_ms: self.first_token_ms,
            attempts: self.attempts,
            cost: self.cost,
            end: self.end?,
        })
    }

    /// Writes down what happened.
    pub(crate) fn trail(&self) -> Vec<TrailStep> {
        let told = self.trail.iter().filter_map(|(at_ms, event)| {
            Some(TrailStep {
                at_ms: *at_ms,
                text: crate::trail::tell(event)?,
            })
        });
        told.collect()
    }

    fn now_ms(&self) -> u64 {
        u64::try_from(self.started.elapsed().as_millis()).unwrap_or(u64::MAX)
    }

    fn place(&self, target: &TargetInfo) -> Option<usize> {
        place(self.targets, target)
    }

    /// Adds what an attempt cost.
    fn book(&mut self, target: usize, usage: &Usage, answered: bool) {
        if usage.input_tokens() == 0 && usage.output_tokens() == 0 {
            return;
        }
        let price = self
            .targets
            .get(target)
            .and_then(|(_, price)| price.as_ref());
        match price.and_then(|(price, terms)| price.cost(usage, terms)) {
            Some(cost) => {
                self.cost.priced = true;
                self.cost.known.0 = self.cost.known.0.saturating_add(cost.0);
                if !answered {
                    self.cost.wasted.0 = self.cost.wasted.0.saturating_add(cost.0);
                }
            }
            None => self.cost.unpriced = true,
        }
    }

    fn take(&mut self, event: &Event) {
        match event {
            Event::AttemptStarted {
                attempt, target, ..
            } => {
                self.attempts += 1;
                if let Some(place) = self.place(target) {
                    self.asked.push((*attempt, place));
                }
            }
            Event::FirstToken { attempt, after_ms } => {
                let asked = self.asked.iter().find(|(number, _)| number == attempt);
                if let Some((info, _)) = asked.and_then(|(_, place)| self.targets.get(*place)) {
                    self.world.add_wait(info, *after_ms);
                }
                let now = self.now_ms();
                self.first_token_ms.get_or_insert(now);
            }
            Event::Usage { usage } => self.usage = *usage,
            Event::AttemptFailed { attempt, .. } => {
                let usage = std::mem::take(&mut self.usage);
                let asked = self.asked.iter().find(|(number, _)| number == attempt);
                if let Some((_, target)) = asked.copied() {
                    self.book(target, &usage, false);
                }
            }
            Event::HedgeLost { target, usage, .. } => {
                if let Some(target) = self.place(target) {
                    self.book(target, usage, false);
                }
            }
            Event::Finished { outcome } => {
                let target = self.place(&outcome.target);
                if outcome.fallback_text {
                    self.end = Some(End::FallbackText);
                    return;
                }
                let target = target.unwrap_or_default();
                self.book(target, &outcome.usage, true);
                let rescue = match outcome.continued {
                    true => Rescue::Continuation,
                    false if self.first != Some(target) => Rescue::Fallback,
                    false if self.attempts > 1 => Rescue::Retry,
                    false => Rescue::None,
                };
                self.end = Some(End::Answered { target, rescue });
            }
            Event::Failed { report } => self.end = Some(End::Failed(report.error.kind)),
            Event::Cancelled { .. } => self.end = Some(End::Failed(ErrorKind::Cancelled)),
            // Priced here at the rehearsed time.
            Event::Charged { .. }
            | Event::Planned { .. }
            | Event::TargetSkipped { .. }
            | Event::Queued { .. }
            | Event::ResponseStarted { .. }
            | Event::TextDelta { .. }
            | Event::ReasoningDelta { .. }
            | Event::ToolCallDelta { .. }
            | Event::Restarted { .. }
            | Event::Continued { .. } => {}
        }
    }
}

fn place(targets: &Targets, target: &TargetInfo) -> Option<usize> {
    targets.iter().position(|(info, _)| info == target)
}

impl EventSink for Fold<'_> {
    async fn emit(&mut self, event: Event) {
        self.take(&event);
        let text = matches!(
            event,
            Event::TextDelta { .. }
                | Event::ReasoningDelta { .. }
                | Event::ToolCallDelta { .. }
                | Event::Planned { .. }
        );
        if !text && self.trail.len() < TRAIL_STEPS {
            let now = self.now_ms();
            self.trail.push((now, event));
        }
    }
}
