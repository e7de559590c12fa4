//! From what a caller names (a model, a list of models, a route) to a plan.

use crate::App;
use std::time::Duration;
use switchboard_engine::call::ModelRequest;
use switchboard_engine::event::TargetInfo;
use switchboard_engine::plan::{Candidate, CauseLists, Plan, Recovery, Tier};

/// What a caller asked for.
#[derive(Debug, Clone, Copy)]
pub struct Wanted<'a> {
    /// `provider/model`, a model's name, or a route's.
    pub model: &'a str,
    /// Models that are tried in order after the first.
    pub fallbacks: &'a [String],
    /// `None`: as the route or the settings have it.
    pub recovery: Option<Recovery>,
    /// For the whole call; `None`: as the route or the settings have it.
    pub deadline: Option<Duration>,
    /// What is to be sent: targets that cannot take it are passed over.
    pub request: &'a ModelRequest,
}

/// Resolves what was asked for. What cannot be used stays in the plan with its reason.
pub async fn plan(app: &App, wanted: &Wanted<'_>) -> Plan {
    let mut candidates = Vec::new();
    for model in std::iter::once(wanted.model).chain(wanted.fallbacks.iter().map(String::as_str)) {
        let candidate = app.providers().candidate(model).await;
        candidates.push(candidate.unwrap_or_else(|error| Candidate::Unusable {
            target: named(model),
            error,
        }));
    }
    let settings = &app.config().current().settings;
    // Without a deadline of its own a call may take as long as its most patient target.
    let patience = candidates
        .iter()
        .filter_map(|candidate| match candidate {
            Candidate::Ready(target) => Some(target.timeouts.total),
            Candidate::Unusable { .. } => None,
        })
        .max()
        .unwrap_or(Tier::default().timeouts().total);
    let deadline = wanted.deadline.or(settings.deadline).unwrap_or(patience);
    let reasons = vec![match wanted.fallbacks.len() {
        0 => format!("the caller names {} and no fallback", wanted.model),
        1 => format!("the caller names {} and one fallback", wanted.model),
        count => format!("the caller names {} and {count} fallbacks", wanted.model),
    }];
    Plan {
        route: None,
        general: candidates.len(),
        candidates,
        lists: CauseLists::default(),
        hedge: None,
        fallback_text: None,
        deadline,
        recovery: wanted.recovery.unwrap_or(settings.recovery),
        reasons,
    }
}

/// Names a target that could not be resolved by what was written.
pub fn named(model: &str) -> TargetInfo {
    let (provider, model) = model.split_once('/').unwrap_or(("", model));
    TargetInfo {
        provider: provider.to_owned(),
        model: model.to_owned(),
        simulated: provider.starts_with("sandbox"),
    }
}
