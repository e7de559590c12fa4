//! A route with its targets found, before it is known which of a step's equals a call takes. Finding them asks for
//! keys and looks at the machine; choosing among them is pure, and the same for calls and rehearsals.

use super::pick::Picker;
use crate::api::types::StepPick;
use std::time::Duration;
use switchboard_engine::config::Pick;
use switchboard_engine::plan::{Candidate, CauseLists, Hedge, Plan, Recovery, Rulings};

/// One of a step's equals that can stand in a plan.
#[derive(Debug, Clone)]
pub(crate) struct Equal {
    pub(crate) weight: u32,
    pub(crate) candidate: Candidate,
}

/// What is tried at one place of the order.
#[derive(Debug, Clone)]
#[expect(
    clippy::large_enum_variant,
    reason = "a route holds a handful of these"
)]
pub(super) enum Rung {
    One(Candidate),
    Equals {
        route: String,
        step: u32,
        pick: Pick,
        equals: Vec<Equal>,
    },
}

/// What was asked for, with everything found that a call of it may go to.
#[derive(Debug, Clone)]
pub(crate) struct Gathered {
    /// As the caller named it; `None`: no route.
    pub(super) route: Option<String>,
    /// What is said of it first, without the number of its targets.
    pub(super) why: String,
    /// Whether the number of targets belongs to `why`.
    pub(super) counts: bool,
    pub(super) rungs: Vec<Rung>,
    pub(super) context_too_long: Vec<Candidate>,
    pub(super) content_filter: Vec<Candidate>,
    pub(super) auth: Vec<Candidate>,
    pub(super) rulings: Rulings,
    pub(super) hedge: Option<Hedge>,
    pub(super) fallback_text: Option<String>,
    /// `None`: as long as its targets are patient.
    pub(super) deadline: Option<Duration>,
    pub(super) recovery: Recovery,
    pub(super) reasons: Vec<String>,
}

impl Gathered {
    /// Returns the plan of one call, and which of its steps' equals were picked.
    pub(crate) fn plan(&self, picker: &Picker<'_>) -> (Plan, Vec<StepPick>) {
        let mut candidates = Vec::new();
        let mut picks = Vec::new();
        for rung in &self.rungs {
            match rung {
                Rung::One(candidate) => {
                    add(&mut candidates, candidate.clone());
                }
                Rung::Equals {
                    route,
                    step,
                    pick,
                    equals,
                } => {
                    let (ordered, picked) = picker.order(route, *step, *pick, equals.clone());
                    for candidate in ordered {
                        add(&mut candidates, candidate);
                    }
                    picks.push(picked);
                }
            }
        }
        let plan = self.with(candidates, &picks);
        (plan, picks)
    }

    /// Returns a plan of everything that a call may go to, in the order of the route.
    pub(crate) fn whole(&self) -> Plan {
        let mut candidates = Vec::new();
        for rung in &self.rungs {
            match rung {
                Rung::One(candidate) => {
                    add(&mut candidates, candidate.clone());
                }
                Rung::Equals { equals, .. } => {
                    for equal in equals {
                        add(&mut candidates, equal.candidate.clone());
                    }
                }
            }
        }
        self.with(candidates, &[])
    }

    /// Returns whether every call of it takes the same plan.
    pub(crate) fn is_fixed(&self) -> bool {
        let fixed = |rung: &Rung| matches!(rung, Rung::One(_));
        self.rungs.iter().all(fixed)
    }

    fn with(&self, mut candidates: Vec<Candidate>, picks: &[StepPick]) -> Plan {
        let mut reasons = self.reasons.clone();
        let general = candidates.len();
        let targets = match general {
            1 => "one target".to_owned(),
            count => format!("{count} targets"),
        };
        let why = match self.counts {
            true => format!("{}: {targets}", self.why),
            false => self.why.clone(),
        };
        reasons.insert(0, why);
        for pick in picks {
            if let Some(first) = pick.options.first() {
                reasons.push(format!("{} {}", first.model, pick.why));
            }
        }
        let mut list = |of: &[Candidate]| {
            let mut places = Vec::new();
            for candidate in of {
                let at = add(&mut candidates, candidate.clone());
                if !places.contains(&at) {
                    places.push(at);
                }
            }
            places
        };
        let lists = CauseLists {
            context_too_long: list(&self.context_too_long),
            content_filter: list(&self.content_filter),
            auth: list(&self.auth),
            rulings: self.rulings.clone(),
        };
        Plan {
            route: self.route.clone(),
            general,
            lists,
            hedge: self.hedge,
            fallback_text: self.fallback_text.clone(),
            deadline: self
                .deadline
                .unwrap_or_else(|| super::patience_of(&candidates)),
            recovery: self.recovery,
            reasons,
            candidates,
        }
    }
}

/// Adds a candidate unless its target is there; returns its place.
fn add(candidates: &mut Vec<Candidate>, candidate: Candidate) -> usize {
    let info = candidate.info();
    let known = candidates.iter().position(|known| known.info() == info);
    known.unwrap_or_else(|| {
        candidates.push(candidate);
        candidates.len() - 1
    })
}
