//! What happened, and what is known of each model, beside the replays.

use super::WhatIf;
use super::evidence::{Evidence, rehearsed_as};
use super::past::{Past, PastEnd};
use super::replay::{Ended, Outcome};
use super::report::{WhatIfBasis, WhatIfFigure, WhatIfTarget};
use switchboard_engine::event::TargetInfo;
use switchboard_engine::plan::{Candidate, Target};

/// Every call on every side there is, in the same order.
#[derive(Debug, Clone, Copy)]
pub(super) struct Sides<'a> {
    pub(super) happened: &'a [Outcome],
    pub(super) active: Option<&'a [Outcome]>,
    pub(super) draft: Option<&'a [Outcome]>,
}

impl<'a> Sides<'a> {
    /// Returns the sides in their order: what happened, active, draft.
    pub(super) fn all(&self) -> [Option<&'a [Outcome]>; 3] {
        [Some(self.happened), self.active, self.draft]
    }
}

/// Returns what happened to each call. Targets are named by their numbers in the history.
pub(super) fn happened(past: &Past) -> Vec<Outcome> {
    let whole = |ms: Option<u64>| ms.map(|ms| u32::try_from(ms).unwrap_or(u32::MAX));
    let calls = past.calls.iter().map(|call| {
        let attempts = call.attempts.1.max(1);
        let (end, answered) = match call.end {
            PastEnd::Answered(target) => (Ended::Answered(target), true),
            PastEnd::FallbackText => (Ended::Text, false),
            PastEnd::Failed(_) => (Ended::Failed, false),
        };
        Outcome {
            end,
            rescued: answered && (attempts > 1 || call.fallbacks > 0 || call.continued),
            elapsed_ms: whole(call.elapsed_ms),
            first_ms: whole(call.first_token_ms),
            cost: call.cost.map(|cost| cost.0),
            attempts,
        }
    });
    calls.collect()
}

/// Returns every model with its share on each side and what is known of it; those without any share are left out,
/// unless a route would ask them.
pub(super) fn targets(
    asked: &WhatIf,
    evidence: &Evidence<'_>,
    names: &[TargetInfo],
    shares: &[Vec<WhatIfFigure>; 3],
) -> Vec<WhatIfTarget> {
    let routes: Vec<&Target> = [&asked.active, &asked.draft]
        .into_iter()
        .flatten()
        .flat_map(|course| &course.plan.candidates)
        .filter_map(|candidate| match candidate {
            Candidate::Ready(target) => Some(target),
            Candidate::Unusable { .. } => None,
        })
        .collect();
    let mut targets = Vec::new();
    for (place, name) in names.iter().enumerate() {
        let share = |side: usize| shares.get(side).and_then(|of| of.get(place)).copied();
        let of_route = routes.iter().find(|target| rehearsed_as(target) == *name);
        let has_share = (0..3).any(|side| {
            let value = share(side).and_then(|figure| figure.value);
            value.is_some_and(|value| value > 0.0)
        });
        if of_route.is_none() && !has_share {
            continue;
        }
        let known = evidence.known(name);
        let count = |count: usize| u32::try_from(count).unwrap_or(u32::MAX);
        let reference = format!("{}/{}", name.provider, name.model);
        let judged = asked.quality.get(&reference).copied().unwrap_or_default();
        targets.push(WhatIfTarget {
            happened: share(0).unwrap_or_default(),
            active: share(1),
            draft: share(2),
            measured: known.map_or(0, |known| count(known.attempts())),
            failed: known.map_or(0, |known| count(known.failures())),
            basis: known.map_or(WhatIfBasis::Assumed, |known| known.basis()),
            first_token_p50_ms: of_route.map(|target| evidence.first_token_p50(target)),
            votes: (judged.votes.won, judged.votes.of),
            schema: (judged.schema.won, judged.schema.of),
            target: name.clone(),
        });
    }
    let share =
        |figure: Option<WhatIfFigure>| figure.and_then(|figure| figure.value).unwrap_or(0.0);
    targets.sort_by(|one, two| {
        let key = |target: &WhatIfTarget| {
            let sides = [Some(target.happened), target.active, target.draft];
            sides.into_iter().map(share).fold(0.0, f64::max)
        };
        key(two).total_cmp(&key(one))
    });
    targets
}
