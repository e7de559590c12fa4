//! Past calls through one route, one by one.

use super::evidence::{Evidence, From, Met, USUAL_FAULT, rehearsed_as};
use super::past::{Past, PastAttempt, PastCall, PastEnd, REQUEST_FAULTS};
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
use switchboard_engine::error::{CallError, ErrorKind};
use switchboard_engine::event::{Next, TargetInfo};
use switchboard_engine::plan::{Candidate, Plan, Target};
use switchboard_engine::policy::next::{Situation, decide};
use switchboard_engine::policy::order::Order;
use switchboard_engine::price::{PicoUsd, ServiceTier, Terms};
use switchboard_engine::usage::Usage;
use switchboard_routing::equals::{Figures, PeakEwma};

/// Calls between two looks at whether it is to stop.
const LOOK_EVERY: usize = 64;
/// How long a failure takes of which nothing is known, in milliseconds.
const USUAL_FAULT_MS: f64 = 200.0;

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

/// How one attempt went.
struct Tried {
    first_ms: Option<f64>,
    elapsed_ms: f64,
    error: Option<CallError>,
    cost: Option<i64>,
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

    /// Makes one attempt: as the call itself made it, else as the target met others.
    fn attempt(&mut self, running: &Running<'_>, target: &Target, retries: u32) -> Tried {
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

    /// Returns what a call would use at a target: the same text; hidden tokens as the target thinks; cached input
    /// only at the provider that served it.
    fn usage_at(&mut self, running: &Running<'_>, target: &Target, number: Option<u32>) -> Usage {
        let usage = running.usage;
        let served = |place: u32| self.past.targets.get(place as usize);
        let by = match running.call.end {
            PastEnd::Answered(place) => served(place),
            PastEnd::FallbackText | PastEnd::Failed(_) => None,
        };
        let mut at = usage;
        if by.is_none_or(|by| by.provider != target.provider) {
            let cached = usage.input_tokens() - usage.input_uncached_tokens;
            if cached > 0 {
                self.basis.uncached += 1;
            }
            at = Usage {
                input_uncached_tokens: usage.input_tokens(),
                output_visible_tokens: usage.output_visible_tokens,
                reasoning_output_tokens: usage.reasoning_output_tokens,
                ..Usage::default()
            };
        }
        let same_model =
            by.is_some_and(|by| by.provider == target.provider && by.model == target.model);
        if !same_model {
            at.reasoning_output_tokens = match self.evidence.thinks(number) {
                Some(ratio) => (usage.output_visible_tokens as f64 * ratio).round() as u64,
                None if target.capabilities.reasoning => usage.reasoning_output_tokens,
                None => 0,
            };
        }
        at
    }

    /// Returns a price of the call's time, or of today where none of its time is known.
    fn price(&mut self, target: &Target, usage: &Usage, call: &PastCall) -> Option<i64> {
        let tariff = target.price.as_ref()?;
        let at = jiff::Timestamp::from_millisecond(call.at_ms).ok()?;
        let same_provider = match call.end {
            PastEnd::Answered(place) => {
                let by = self.past.targets.get(place as usize);
                by.is_some_and(|by| by.provider == target.provider)
            }
            PastEnd::FallbackText | PastEnd::Failed(_) => false,
        };
        let tier = match same_provider {
            true => call.tier,
            false => ServiceTier::Standard,
        };
        let cost: Option<PicoUsd> = tariff.cost(usage, &Terms { at, tier });
        match cost {
            Some(cost) => Some(cost.0),
            None => {
                let today = target.cost_now(usage)?;
                self.basis.priced_today += 1;
                Some(today.0)
            }
        }
    }

    /// Cuts an attempt off where the route's clocks would have.
    fn hold_to_clocks(
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

    /// Returns the tokens of a call; of one that was not answered, the output of another.
    fn shape(&mut self, call: &PastCall) -> Usage {
        if matches!(call.end, PastEnd::Answered(_)) {
            return call.usage;
        }
        let mut rng = self.chance(call, "length", 0);
        let like = match self.lengths.len() {
            0 => None,
            count => self.lengths.get(rng.usize(..count)),
        };
        let like = like.and_then(|place| self.past.calls.get(*place as usize));
        let Some(like) = like else {
            return call.usage;
        };
        self.basis.borrowed += 1;
        let input = call.usage.input_tokens();
        Usage {
            input_uncached_tokens: if input > 0 {
                input
            } else {
                like.usage.input_tokens()
            },
            output_visible_tokens: like.usage.output_visible_tokens,
            reasoning_output_tokens: like.usage.reasoning_output_tokens,
            ..Usage::default()
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
