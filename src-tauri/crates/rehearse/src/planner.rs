//! Who decides which targets each rehearsed call takes.

use crate::sim::World;
use fastrand::Rng;
use std::cell::RefCell;
use std::collections::HashMap;
use std::fmt::Debug;
use switchboard_engine::admit::Health;
use switchboard_engine::call::ModelRequest;
use switchboard_engine::event::TargetInfo;
use switchboard_engine::plan::Plan;
use switchboard_routing::equals::{Figures, PeakEwma};

/// One call before its targets are chosen.
#[derive(Debug, Clone, Copy)]
pub struct Asked<'a> {
    pub request: &'a ModelRequest,
    /// What weighted options stay the same for.
    pub sticky: &'a str,
}

/// Plans each call by itself, as the pipeline does: variants by weight, the cheapest, fastest or best of equals.
pub trait Planner: Debug + Send + Sync {
    /// Returns the plan of one call. Its targets are among those of [`Subject::plan`](crate::Subject::plan).
    fn plan(&self, asked: &Asked<'_>, figures: &dyn Figures<TargetInfo>) -> Plan;
}

/// Figures of the rehearsal itself, for one call.
pub(crate) struct RehearsedFigures<'a> {
    world: &'a World,
    in_flight: HashMap<TargetInfo, u32>,
    rng: RefCell<Rng>,
}

impl<'a> RehearsedFigures<'a> {
    pub(crate) fn new(world: &'a World, health: &Health, rng: Rng) -> Self {
        let snapshot = health.snapshot().into_iter();
        Self {
            world,
            in_flight: snapshot.map(|one| (one.target, one.in_flight)).collect(),
            rng: RefCell::new(rng),
        }
    }
}

impl Figures<TargetInfo> for RehearsedFigures<'_> {
    fn first_token(&self, target: &TargetInfo) -> Option<PeakEwma> {
        self.world.wait_of(target)
    }

    fn in_flight(&self, target: &TargetInfo) -> u32 {
        self.in_flight.get(target).copied().unwrap_or_default()
    }

    fn now_ms(&self) -> u64 {
        self.world.now_ms()
    }

    fn draw(&self, below: usize) -> usize {
        self.rng.borrow_mut().usize(..below.max(1))
    }
}
