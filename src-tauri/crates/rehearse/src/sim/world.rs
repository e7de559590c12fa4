//! What all calls of a rehearsal share: targets, faults, and what providers have counted.

use crate::behaviour::behaviour;
use crate::fault::{Fault, Kind, Latency, Outage};
use crate::report::Behaviour;
use fastrand::Rng;
use std::collections::{HashMap, VecDeque};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use switchboard_engine::event::TargetInfo;
use switchboard_engine::plan::{Candidate, Plan, Tier};
use switchboard_engine::provider::Wire;
use switchboard_routing::equals::PeakEwma;
use switchboard_sandbox::frames::Refusal;
use tokio::time::Instant;

/// Header that tells the transport which target a request is for. It never leaves the process.
pub(super) const TARGET_HEADER: &str = "x-rehearsed-target";

/// A minute, as providers count one.
const MINUTE_MS: u64 = 60_000;
/// What a spent day's quota asks to wait.
const QUOTA_WAIT: Duration = Duration::from_secs(6 * 3600);

/// The simulated side of one route's rehearsal.
#[derive(Debug)]
pub(crate) struct World {
    pub(crate) seed: u32,
    pub(crate) started: Instant,
    pub(super) targets: Vec<SimTarget>,
    /// Most tokens of an answer; `None`: not limited.
    pub(super) most_tokens: Option<u32>,
    /// Provider ids in the order of the plan.
    pub(crate) providers: Vec<String>,
    faults: Vec<Fault>,
    counted: Mutex<Counted>,
    /// First-token times, as choosing the fastest of several sees them.
    waits: Mutex<HashMap<TargetInfo, PeakEwma>>,
}

/// One target as it is simulated.
#[derive(Debug)]
pub(super) struct SimTarget {
    pub(super) wire: Wire,
    pub(super) model: String,
    info: TargetInfo,
    /// `provider/model`.
    pub(super) name: String,
    pub(super) behaviour: Behaviour,
    /// Whether it writes hidden tokens until the first one that is shown.
    pub(super) thinks: bool,
    /// Place in [`World::providers`].
    pub(super) provider: usize,
    /// Places in [`World::faults`] that are about it.
    faults: Vec<usize>,
}

#[derive(Debug)]
struct Counted {
    /// A fault each: requests since it began, and those of the last minute by their time.
    faults: Vec<FaultCount>,
    providers: Vec<Tally>,
}

#[derive(Debug, Default)]
struct FaultCount {
    requests: u64,
    /// Never longer than the fault's limit.
    minute: VecDeque<u64>,
}

/// What reached one provider.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Tally {
    pub(crate) requests: u64,
    pub(crate) peak: u32,
    second: u64,
    in_second: u32,
}

impl Tally {
    fn count(&mut self, at_ms: u64) {
        self.requests += 1;
        let second = at_ms / 1000;
        if second != self.second {
            (self.second, self.in_second) = (second, 0);
        }
        self.in_second += 1;
        self.peak = self.peak.max(self.in_second);
    }
}

/// How one request is going to be met.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Fate {
    /// No connection.
    NoConnection,
    /// No reply, ever.
    Silence,
    Refused(Refusal),
    Answer(Manner),
}

/// How an answer comes.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Manner {
    /// Factor on all times.
    pub(super) slowness: f64,
    /// First token's median and 95th percentile, in milliseconds.
    pub(super) first_token: (f64, f64),
    /// First token after exactly this, headers at once.
    pub(super) slow_start: Option<Duration>,
    pub(super) end: End,
}

/// How an answer ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum End {
    Whole,
    /// The connection breaks in the middle.
    Cut,
    /// Nothing more comes, and no end either.
    Stall,
}

impl World {
    /// Makes a world for a plan with every target that a call may go to.
    pub(crate) fn new(seed: u32, plan: &Plan, most_tokens: Option<u32>, faults: &[Fault]) -> Self {
        let mut targets = Vec::new();
        let mut providers: Vec<String> = Vec::new();
        for candidate in &plan.candidates {
            let Candidate::Ready(target) = candidate else {
                continue;
            };
            let info = target.info();
            let provider = match providers.iter().position(|id| *id == info.provider) {
                Some(place) => place,
                None => {
                    providers.push(info.provider.clone());
                    providers.len() - 1
                }
            };
            let about = faults.iter().enumerate();
            targets.push(SimTarget {
                wire: target.endpoint.wire,
                model: target.model.clone(),
                name: format!("{}/{}", info.provider, info.model),
                info: info.clone(),
                behaviour: behaviour(target),
                thinks: target.tier == Tier::Reasoning && target.capabilities.reasoning,
                provider,
                faults: about
                    .filter_map(|(place, fault)| fault.hits(&info).then_some(place))
                    .collect(),
            });
        }
        let counted = Counted {
            faults: faults.iter().map(|_| FaultCount::default()).collect(),
            providers: vec![Tally::default(); providers.len()],
        };
        Self {
            seed,
            started: Instant::now(),
            targets,
            most_tokens,
            providers,
            faults: faults.to_vec(),
            counted: Mutex::new(counted),
            waits: Mutex::default(),
        }
    }

    /// Marks a plan's targets so that their requests are known again.
    pub(crate) fn mark(&self, plan: &mut Plan) {
        for candidate in &mut plan.candidates {
            if let Candidate::Ready(target) = candidate {
                let info = target.info();
                let place = self.targets.iter().position(|known| known.info == info);
                let mark = place.map(|place| (TARGET_HEADER.to_owned(), place.to_string()));
                target.endpoint.headers.extend(mark);
            }
        }
    }

    /// Takes in how long a target took to begin.
    pub(crate) fn add_wait(&self, target: &TargetInfo, first_token_ms: u64) {
        let now = self.now_ms();
        let mut waits = self.waits.lock().unwrap_or_else(PoisonError::into_inner);
        let ms = first_token_ms as f64;
        match waits.get_mut(target) {
            Some(known) => known.add(ms, now),
            None => {
                waits.insert(target.clone(), PeakEwma::new(ms, now));
            }
        }
    }

    /// Returns how long a target takes to begin; `None`: it has not answered yet.
    pub(crate) fn wait_of(&self, target: &TargetInfo) -> Option<PeakEwma> {
        let waits = self.waits.lock().unwrap_or_else(PoisonError::into_inner);
        waits.get(target).copied()
    }

    /// Returns the rehearsal's time.
    pub(crate) fn now_ms(&self) -> u64 {
        u64::try_from(self.started.elapsed().as_millis()).unwrap_or(u64::MAX)
    }

    /// Returns what reached each provider.
    pub(crate) fn tallies(&self) -> Vec<Tally> {
        self.counted().providers.clone()
    }

    fn counted(&self) -> MutexGuard<'_, Counted> {
        self.counted.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Counts a request and decides what becomes of it. Every kind of fault draws whether it is on or not,
    /// so that one fault does not change another's luck.
    pub(super) fn meet(&self, target: &SimTarget, rng: &mut Rng) -> Fate {
        let now = self.now_ms();
        let behaviour = &target.behaviour;
        let mut counted = self.counted();
        if let Some(tally) = counted.providers.get_mut(target.provider) {
            tally.count(now);
        }
        let mut manner = Manner {
            slowness: 1.0,
            first_token: (
                f64::from(behaviour.first_token_p50_ms),
                f64::from(behaviour.first_token_p95_ms),
            ),
            slow_start: None,
            end: End::Whole,
        };
        let ordinary_error = rng.f64() < behaviour.error_rate;
        let mut refused = None;
        for place in &target.faults {
            let (Some(fault), Some(count)) =
                (self.faults.get(*place), counted.faults.get_mut(*place))
            else {
                continue;
            };
            let draw = rng.f64();
            if !fault.is_on(now) {
                continue;
            }
            let happens = |rate: u32| draw * 10_000.0 < f64::from(rate);
            let fate = match fault.kind {
                Kind::Outage(Outage::Unavailable) => Some(Fate::Refused(Refusal::Status(503))),
                Kind::Outage(Outage::Refused) => Some(Fate::NoConnection),
                Kind::Outage(Outage::Silent) => Some(Fate::Silence),
                Kind::Errors { rate, status } => {
                    happens(rate).then_some(Fate::Refused(Refusal::Status(status)))
                }
                Kind::Auth => Some(Fate::Refused(Refusal::Unauthorized)),
                Kind::Quota { requests } => {
                    count.requests += 1;
                    (count.requests > u64::from(requests))
                        .then_some(Fate::Refused(Refusal::DailyQuota(QUOTA_WAIT)))
                }
                Kind::RateLimit { per_minute } => count
                    .over(now, per_minute)
                    .map(|wait| Fate::Refused(Refusal::RateLimited(wait))),
                Kind::Latency(Latency::Factor(hundredths)) => {
                    manner.slowness *= f64::from(hundredths) / 100.0;
                    None
                }
                Kind::Latency(Latency::FirstToken { p50_ms, p95_ms }) => {
                    manner.first_token = (p50_ms as f64, p95_ms as f64);
                    None
                }
                Kind::SlowStart { ms } => {
                    manner.slow_start = Some(Duration::from_millis(ms));
                    None
                }
                Kind::Cut { rate } => {
                    if happens(rate) {
                        manner.end = End::Cut;
                    }
                    None
                }
                Kind::Stall { rate } => {
                    if happens(rate) {
                        manner.end = End::Stall;
                    }
                    None
                }
            };
            refused = refused.or(fate);
        }
        match refused {
            Some(fate) => fate,
            None if ordinary_error => Fate::Refused(Refusal::Status(500)),
            None => Fate::Answer(manner),
        }
    }
}

impl FaultCount {
    /// Counts a request unless the minute is full; then returns the wait until there is room.
    fn over(&mut self, now: u64, per_minute: u32) -> Option<Duration> {
        while self.minute.front().is_some_and(|at| at + MINUTE_MS <= now) {
            self.minute.pop_front();
        }
        match self.minute.front() {
            Some(first) if self.minute.len() >= per_minute as usize => Some(Duration::from_millis(
                (first + MINUTE_MS).saturating_sub(now).max(1),
            )),
            Some(_) | None => {
                self.minute.push_back(now);
                None
            }
        }
    }
}
