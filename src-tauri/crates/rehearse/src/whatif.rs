//! What if: past calls replayed through another route, from their shapes and what happened around them.
//!
//! Nothing is sent, and no text is looked at. What follows a failure is decided by the pipeline's own policies
//! ([`Order`](switchboard_engine::policy::order::Order), [`decide`](switchboard_engine::policy::next::decide)); how a
//! target would have met a call is taken from the history: from the call itself where it asked that target, else from
//! what happened at the target in that minute, else from all that is known of the target. Rate limits, breakers,
//! hedging and the retry budget of many calls together are not replayed.
//!
//! The seed alone decides chance, and intervals are bootstrapped over calls: they say how much the result depends on
//! which calls happened to be made, and nothing about assumptions that do not hold.

mod bootstrap;
mod evidence;
mod notes;
mod past;
mod quality;
mod replay;
pub mod report;
mod sums;

pub use past::{Past, PastAttempt, PastCall, PastEnd, REQUEST_FAULTS};
pub use quality::{ModelQuality, Tally};

use crate::planner::Planner;
use crate::setup::{Control, Stopped};
use evidence::Evidence;
use report::WhatIfReport;
use std::collections::HashMap;
use std::sync::Arc;
use switchboard_engine::event::TargetInfo;
use switchboard_engine::plan::{Candidate, Plan};
use switchboard_engine::policy::next::RetryLimits;

/// Most calls of one replay.
pub const MOST_CALLS: usize = 100_000;

/// One route that calls are replayed through.
#[derive(Debug)]
pub struct Course {
    /// As it is shown.
    pub name: String,
    /// With every target that a call of it may go to.
    pub plan: Plan,
    /// Who plans each call by itself; `None`: every call takes `plan`.
    pub planner: Option<Arc<dyn Planner>>,
    pub limits: RetryLimits,
    /// Most tokens of an answer that the route sets; `None`: it sets none.
    pub max_tokens: Option<u32>,
}

/// A replay, whole.
#[derive(Debug)]
pub struct WhatIf {
    /// As it is shown.
    pub route: String,
    pub past: Past,
    /// The route as it is active; `None`: there is none of this name.
    pub active: Option<Course>,
    /// The route as it is edited; `None`: nothing is.
    pub draft: Option<Course>,
    /// How models did in people's eyes and against schemas, by `provider/model`.
    pub quality: HashMap<String, ModelQuality>,
    pub seed: u32,
}

impl WhatIf {
    /// Returns how many calls are replayed, over both routes.
    pub fn all_calls(&self) -> u32 {
        let courses = usize::from(self.active.is_some()) + usize::from(self.draft.is_some());
        u32::try_from(self.past.calls.len() * courses).unwrap_or(u32::MAX)
    }
}

/// Replays to the end on the calling thread.
///
/// # Errors
/// [`Stopped`] if it was asked to stop, or if there is nothing to replay.
pub fn what_if(asked: &WhatIf, control: &Control) -> Result<WhatIfReport, Stopped> {
    if asked.past.calls.is_empty() {
        let why = "no call of the history fits, so there is nothing to replay";
        return Err(Stopped::Failed(why.to_owned()));
    }
    let evidence = Evidence::new(&asked.past);
    let mut names: Vec<TargetInfo> = asked.past.targets.clone();
    for course in [&asked.active, &asked.draft].into_iter().flatten() {
        for candidate in &course.plan.candidates {
            let info = match candidate {
                Candidate::Ready(target) => evidence::rehearsed_as(target),
                Candidate::Unusable { target, .. } => target.clone(),
            };
            if !names.contains(&info) {
                names.push(info);
            }
        }
    }
    let happened = sums::happened(&asked.past);
    let replayed = |course: &Option<Course>| match course {
        None => Ok(None),
        Some(course) => {
            let all = replay::Replay::new(asked, course, &evidence, &names);
            all.run(control).map(Some)
        }
    };
    let active = replayed(&asked.active)?;
    let draft = replayed(&asked.draft)?;
    let sides = sums::Sides {
        happened: &happened,
        active: active.as_ref().map(|side| side.outcomes.as_slice()),
        draft: draft.as_ref().map(|side| side.outcomes.as_slice()),
    };
    let measured = bootstrap::measure(&sides, names.len(), asked.seed, control)?;
    let targets = sums::targets(asked, &evidence, &names, &measured.shares);
    let quality = quality::judge(&targets, draft.is_some());
    let basis: Vec<(&str, &replay::Basis)> = [("active", &active), ("draft", &draft)]
        .into_iter()
        .filter_map(|(name, side)| Some((name, &side.as_ref()?.basis)))
        .collect();
    Ok(WhatIfReport {
        route: asked.route.clone(),
        seed: asked.seed,
        calls: u32::try_from(asked.past.calls.len()).unwrap_or(u32::MAX),
        from_ms: asked.past.calls.iter().map(|call| call.at_ms).min(),
        to_ms: asked.past.calls.iter().map(|call| call.at_ms).max(),
        left_out: asked.past.left_out.clone(),
        has_active: active.is_some(),
        has_draft: draft.is_some(),
        summary: notes::summary(&measured.rows, &quality, draft.is_some()),
        notes: notes::notes(asked, &targets, &basis),
        rows: measured.rows,
        targets,
        quality,
    })
}
