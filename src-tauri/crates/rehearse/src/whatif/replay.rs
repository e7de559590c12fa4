//! Past calls through one route, one by one.

mod attempt;
mod usage;

use super::evidence::{Evidence, rehearsed_as};
use super::past::{Past, PastAttempt, PastCall, PastEnd};
use super::{Course, WhatIf};
use crate::chance::{Purpose, source};
use crate::planner::Asked;
use crate::requests::Requests;
use crate::setup::{Control, Shape, Stopped};
use fastrand::Rng;
use std::borrow::Cow;
use std::cell::RefCell;
use std::collections::HashMap;
use std::time::Duration;
use switchboard_engine::event::{Next, TargetInfo};
use switchboard_engine::plan::{Candidate, Plan, Target};
use switchboard_engine::policy::next::{Situation, decide};
use switchboard_engine::policy::order::Order;
use switchboard_engine::usage::Usage;
use switchboard_routing::equals::{Figures, PeakEwma};

/// Calls between two looks at whether it is to stop.
const LOOK_EVERY: usize = 64;
/// How one call ended on one side.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Outcome {
    pub(super) end: Ended,
    pub(super) rescued: bool,
    /// `None`: not known.
    pub(super) elapsed_ms: Option<u32>,
    pub(super) first_ms: Option<u32>,
    /// Pico-USD of all attempts; `None`: one of them has no price.
    pub(super) cost: Option<i64>,
    pub(super) attempts: u32,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Ended {
    /// By the target at this place of the names.
    Answered(u32),
    Text,
    Failed,
}

/// What replayed attempts rest on, in attempts.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Basis {
    /// The call asked that target itself.
    pub(super) own: u32,
    pub(super) minute: u32,
    pub(super) rate: u32,
    pub(super) assumed: u32,
    /// Failures of the request that are taken to happen at other targets too.
    pub(super) refused_again: u32,
    /// Calls without a known length of answer, which got that of another.
    pub(super) borrowed: u32,
    /// Calls whose cached input counts as fresh at another provider.
    pub(super) uncached: u32,
    /// Priced as of today, since no price of their time is known.
    pub(super) priced_today: u32,
}

/// What a route made of all calls.
#[derive(Debug)]
pub(super) struct Replayed {
    pub(super) outcomes: Vec<Outcome>,
    pub(super) basis: Basis,
}

/// One route's replay under way.
pub(super) struct Replay<'a> {
    past: &'a Past,
    course: &'a Course,
    evidence: &'a Evidence<'a>,
    names: HashMap<&'a TargetInfo, u32>,
    seed: u32,
    /// Calls that were answered: lengths of answers for those that were not.
    lengths: Vec<u32>,
    requests: Requests,
    waits: RefCell<HashMap<TargetInfo, PeakEwma>>,
    basis: Basis,
}

/// One call under way.
struct Running<'c> {
    call: &'c PastCall,
    own: &'c [PastAttempt],
    usage: Usage,
    /// Time since the call began.
    now_ms: f64,
    cost: Option<i64>,
    attempts: u32,
}

impl<'a> Replay<'a> {
    pub(super) fn new(
        asked: &'a WhatIf,
        course: &'a Course,
        evidence: &'a Evidence<'a>,
        names: &'a [TargetInfo],
    ) -> Self {
        let calls = asked.past.calls.iter().zip(0u32..);
        let answered = calls.filter(|(call, _)| matches!(call.end, PastEnd::Answered(_)));
        Self {
            past: &asked.past,
            course,
            evidence,
            names: names.iter().zip(0u32..).collect(),
            seed: asked.seed,
            lengths: answered.map(|(_, place)| place).collect(),
            requests: Requests::new(course.max_tokens),
            waits: RefCell::default(),
            basis: Basis::default(),
        }
    }

    /// Replays every call.
    ///
    /// # Errors
    /// [`Stopped::Asked`].
    pub(super) fn run(mut self, control: &Control) -> Result<Replayed, Stopped> {
        let mut outcomes = Vec::with_capacity(self.past.calls.len());
        for (place, call) in self.past.calls.iter().enumerate() {
            if place % LOOK_EVERY == 0 && control.is_stopped() {
                return Err(Stopped::Asked);
            }
            outcomes.push(self.one(call));
            control.count();
        }
        Ok(Replayed {
            outcomes,
            basis: self.basis,
        })
    }

    fn one(&mut self, call: &PastCall) -> Outcome {
        let usage = self.shape(call);
        let request = self.requests.like(&Shape {
            input_tokens: usage.input_tokens(),
            output_tokens: usage.output_visible_tokens,
            images: call.images,
            tools: call.tools,
            json_schema: call.json_schema,
        });
        let plan = match &self.course.planner {
            None => Cow::Borrowed(&self.course.plan),
            Some(planner) => {
                let asked = Asked {
                    request: &request,
                    sticky: &format!("{}\n{}", call.caller, call.key),
                };
                let figures = PastFigures {
                    waits: &self.waits,
                    now_ms: u64::try_from(call.at_ms).unwrap_or_default(),
                    rng: RefCell::new(self.chance(call, "", 0)),
                };
                Cow::Owned(planner.plan(&asked, &figures))
            }
        };
        let usable = plan.candidates.iter().map(|candidate| match candidate {
            Candidate::Ready(target) => Requests::fits(target, &request, usage.input_tokens()),
            Candidate::Unusable { .. } => false,
        });
        let mut order = Order::new(&plan, usable.collect());
        let mut running = Running {
            call,
            own: self.past.own(call),
            usage,
            now_ms: 0.0,
            cost: Some(0),
            attempts: 0,
        };
        let mut first = true;
        while let Some(target) = order.take() {
            match self.visit(&mut running, &plan, target, &mut order, first) {
                Visited::Answered(outcome) => return outcome,
                Visited::Left => {}
                Visited::Stopped => break,
            }
            first = false;
        }
        let text = plan.fallback_text.is_some();
        Outcome {
            end: if text { Ended::Text } else { Ended::Failed },
            rescued: false,
            elapsed_ms: whole(running.now_ms),
            first_ms: None,
            cost: running.cost,
            attempts: running.attempts,
        }
    }

    /// Tries one target with its retries.
    fn visit(
        &mut self,
        running: &mut Running<'_>,
        plan: &Plan,
        target: &Target,
        order: &mut Order<'_>,
        first: bool,
    ) -> Visited {
        let deadline = plan.deadline.as_secs_f64() * 1000.0;
        let share = running.now_ms + (deadline - running.now_ms).max(0.0) / 2.0;
        let info = target.info();
        let mut retries = 0;
        loop {
            let share_of = order.has_next().then_some(share);
            let began = running.now_ms;
            let mut tried = self.attempt(running, target, retries);
            self.hold_to_clocks(&mut tried, target, began, deadline, share_of);
            running.attempts += 1;
            running.now_ms += tried.elapsed_ms;
            running.cost = running.cost.zip(tried.cost).map(|(one, two)| one + two);
            let Some(error) = tried.error else {
                if let Some(first_ms) = tried.first_ms {
                    self.note(&info, first_ms, running.call.at_ms);
                }
                return Visited::Answered(Outcome {
                    end: Ended::Answered(self.name(target)),
                    rescued: running.attempts > 1,
                    elapsed_ms: whole(running.now_ms),
                    first_ms: tried.first_ms.and_then(|ms| whole(began + ms)),
                    cost: running.cost,
                    attempts: running.attempts,
                });
            };
            let following = order.following(target, error.kind);
            let next = following.next.and_then(|index| order.target(index));
            let next = next.map(Target::info);
            let remaining = millis(deadline - running.now_ms);
            let draw = self.chance(running.call, &info.model, 100 + retries).f64();
            let situation = Situation {
                error: &error,
                current: &info,
                next: next.as_ref(),
                listed: following.listed,
                is_primary: first,
                retries,
                own_retries: target.step.retries,
                ruling: plan.lists.rulings.on(error.kind),
                attempts: running.attempts,
                remaining,
                share: share_of.map_or(remaining, |share| millis(share - running.now_ms)),
                shown: false,
                recovery: plan.recovery,
                draw,
            };
            match decide(&situation, &self.course.limits, || true) {
                Next::Retry { after_ms } => {
                    running.now_ms += after_ms as f64;
                    retries += 1;
                }
                Next::Fallback { .. } | Next::Continue { .. } => {
                    order.leave(target, error.kind);
                    return Visited::Left;
                }
                Next::Stop { .. } => return Visited::Stopped,
            }
        }
    }

    fn chance(&self, call: &PastCall, target: &str, nth: u32) -> Rng {
        // Keys of one millisecond differ in their low bits.
        let folded = (call.key ^ (call.key >> 32)) as u32;
        let purpose = Purpose::Request {
            call: folded,
            target,
            nth,
        };
        source(self.seed, purpose)
    }

    fn name(&self, target: &Target) -> u32 {
        let name = rehearsed_as(target);
        self.names.get(&name).copied().unwrap_or(u32::MAX)
    }

    fn note(&self, target: &TargetInfo, first_ms: f64, at_ms: i64) {
        let now = u64::try_from(at_ms).unwrap_or_default();
        let mut waits = self.waits.borrow_mut();
        match waits.get_mut(target) {
            Some(known) => known.add(first_ms, now),
            None => {
                waits.insert(target.clone(), PeakEwma::new(first_ms, now));
            }
        }
    }
}

enum Visited {
    Answered(Outcome),
    Left,
    Stopped,
}

fn whole(ms: f64) -> Option<u32> {
    Some(ms.round().clamp(0.0, f64::from(u32::MAX)) as u32)
}

fn millis(ms: f64) -> Duration {
    Duration::from_millis(ms.clamp(0.0, 86_400_000.0) as u64)
}

/// First-token times as the replay itself has them. Nothing is under way beside a call.
struct PastFigures<'a> {
    waits: &'a RefCell<HashMap<TargetInfo, PeakEwma>>,
    now_ms: u64,
    rng: RefCell<Rng>,
}

impl Figures<TargetInfo> for PastFigures<'_> {
    fn first_token(&self, target: &TargetInfo) -> Option<PeakEwma> {
        self.waits.borrow().get(target).copied()
    }

    fn in_flight(&self, _target: &TargetInfo) -> u32 {
        0
    }

    fn now_ms(&self) -> u64 {
        self.now_ms
    }

    fn draw(&self, below: usize) -> usize {
        self.rng.borrow_mut().usize(..below.max(1))
    }
}
