//! From what a caller names (a model, a list of models, a route) to a plan.

mod asked;
mod auto;
mod chain;
mod classify;
mod pick;

pub use asked::Asked;
pub(crate) use asked::{budget_used, local_time};
pub(crate) use auto::by_facts;
pub use auto::{AUTO, Routed, route};

use crate::App;
use crate::api::types::{RouteDecision, RoutePick, StepPick};
use chain::{Chain, Mode};
use std::time::Duration;
use switchboard_engine::call::ModelRequest;
use switchboard_engine::config::{Pick, RouteConfig};
use switchboard_engine::event::TargetInfo;
use switchboard_engine::plan::{Candidate, CauseLists, Plan, Recovery, Tier};

use crate::routes::TWINS;

/// Tokens a model that thinks gets beside a route's limit: where a provider counts thinking as output, the
/// limit alone would leave nothing for the answer.
pub(crate) const THINKING_ROOM: u32 = 4000;

/// What a caller asked for.
#[derive(Debug, Clone, Copy)]
pub struct Wanted<'a> {
    /// `provider/model`, a model's name, or a route's; `sim:` before it asks for simulated twins.
    pub model: &'a str,
    /// Models or routes whose targets are tried in order after the first.
    pub fallbacks: &'a [String],
    /// `None`: as the route or the settings have it.
    pub recovery: Option<Recovery>,
    /// For the whole call; `None`: as the route or the settings have it.
    pub deadline: Option<Duration>,
    /// What is to be sent: targets that cannot take it are passed over.
    pub request: &'a ModelRequest,
    /// What weighted options of a step stay the same for: see [`Routed::sticky`].
    pub sticky: &'a str,
}

/// Resolves what was asked for. What cannot be used stays in the plan with its reason.
pub async fn plan(app: &App, wanted: &Wanted<'_>) -> Plan {
    build(app, wanted, Mode::Real).await.0
}

/// Resolves what a decision leads to, and notes in it which options were picked.
pub async fn plan_routed(app: &App, wanted: &Wanted<'_>, decision: &mut RouteDecision) -> Plan {
    let (mut plan, picks) = build(app, wanted, Mode::Real).await;
    if decision.asked == AUTO
        && let Some(reason) = plan.reasons.first_mut()
        && let Some(route) = &decision.route
    {
        *reason = format!("route {route}, because {}", decision.why);
    }
    decision.picks = picks;
    plan
}

/// Resolves what was asked for without asking for any key: every target has the clocks, limits, abilities
/// and price of the real model, and none can be sent anything. For running a plan where nothing leaves the
/// program.
pub async fn rehearsal_plan(app: &App, wanted: &Wanted<'_>) -> Plan {
    build(app, wanted, Mode::Keyless).await.0
}

/// Returns most tokens of an answer that the route of this name sets where the request says nothing; `None`
/// if `model` is no route or sets none. A call is given them before it is planned.
pub fn output_limit(app: &App, model: &str) -> Option<u32> {
    let config = app.config().current();
    let (name, _) = without_twins(model);
    let route = config.route(name)?;
    let limit = route.output_limit()?;
    Some(if chain::thinks(&config, route) {
        limit.saturating_add(THINKING_ROOM)
    } else {
        limit
    })
}

/// Gives a request what the route it names sets and the request itself does not.
pub fn complete(app: &App, model: &str, request: &mut ModelRequest) {
    if request.params.max_tokens.is_none() {
        request.params.max_tokens = output_limit(app, model);
    }
}

async fn build(app: &App, wanted: &Wanted<'_>, mode: Mode) -> (Plan, Vec<StepPick>) {
    let config = app.config().current();
    let (name, _) = without_twins(wanted.model);
    let route = config.route(name);
    if route.is_some_and(|route| route.steps.iter().any(|step| step.pick == Pick::Best)) {
        app.quality().refresh(app).await;
    }
    let mut chain = Chain::new(app, &config, mode, wanted);
    let mut reasons = Vec::new();
    chain.add_named(wanted.model, &mut reasons).await;
    for fallback in wanted.fallbacks {
        chain.add_named(fallback, &mut reasons).await;
    }
    reasons.insert(0, why(wanted, route, chain.candidates.len()));
    let general = chain.candidates.len();
    let lists = match route {
        Some(route) => lists(&mut chain, route, wanted.model).await,
        None => CauseLists::default(),
    };
    let settings = &config.settings;
    let deadline = wanted
        .deadline
        .or(route.and_then(RouteConfig::time_limit))
        .or(settings.deadline)
        .unwrap_or_else(|| patience_of(&chain.candidates));
    for pick in &chain.picks {
        if let Some(first) = pick.options.first() {
            reasons.push(format!("{} {}", first.model, pick.why));
        }
    }
    let plan = Plan {
        route: route.map(|_| wanted.model.trim().to_owned()),
        general,
        lists,
        hedge: route.and_then(|route| route.hedge),
        fallback_text: route.and_then(|route| route.fallback_text.clone()),
        deadline,
        recovery: wanted
            .recovery
            .or(route.and_then(|route| route.recovery))
            .unwrap_or(settings.recovery),
        reasons,
        candidates: chain.candidates,
    };
    (plan, chain.picks)
}

async fn lists(chain: &mut Chain<'_>, route: &RouteConfig, name: &str) -> CauseLists {
    let (_, twins) = without_twins(name);
    CauseLists {
        context_too_long: chain.list(route, &route.context_too_long, twins).await,
        content_filter: chain.list(route, &route.content_filter, twins).await,
        auth: chain.list(route, &route.auth, twins).await,
        rulings: route.rulings.clone(),
    }
}

fn patience_of(candidates: &[Candidate]) -> Duration {
    let ready = candidates.iter().filter_map(|candidate| match candidate {
        Candidate::Ready(target) => {
            Some((target.step.clocks.total.is_some(), target.timeouts.total))
        }
        Candidate::Unusable { .. } => None,
    });
    patience(ready).unwrap_or(Tier::default().timeouts().total)
}

/// Without a deadline of its own a call may take as long as its most patient target, or as long as all
/// steps together that say how long they take. `targets`: whether its step says so, and how long it takes.
/// Returns `None` of none.
pub(crate) fn patience(targets: impl Iterator<Item = (bool, Duration)>) -> Option<Duration> {
    let (mut most, mut own) = (None, Duration::ZERO);
    for (says_so, total) in targets {
        most = most.max(Some(total));
        if says_so {
            own = own.saturating_add(total);
        }
    }
    most.map(|most| most.max(own))
}

fn why(wanted: &Wanted<'_>, route: Option<&RouteConfig>, targets: usize) -> String {
    let fallbacks = match wanted.fallbacks.len() {
        0 => "no fallback".to_owned(),
        1 => "one fallback".to_owned(),
        count => format!("{count} fallbacks"),
    };
    match route {
        None => format!("the caller names {} and {fallbacks}", wanted.model),
        Some(route) => {
            let kind = if route.built_in {
                "built-in route"
            } else {
                "route"
            };
            let besides = match wanted.fallbacks.len() {
                0 => String::new(),
                _ => format!(" and {fallbacks}"),
            };
            let targets = match targets {
                1 => "one target".to_owned(),
                count => format!("{count} targets"),
            };
            format!(
                "the caller names the {kind} {}{besides}: {targets}",
                route.name
            )
        }
    }
}

/// Returns whether a caller leaves the choice to the program.
pub(crate) fn is_auto(model: &str) -> bool {
    without_twins(model).0 == AUTO
}

/// Returns a decision as it is recorded; `None`: nothing was decided.
pub(crate) fn recorded(decision: &RouteDecision) -> Option<String> {
    if decision.asked != AUTO && decision.picks.is_empty() {
        return None;
    }
    // A call is worth more than the note on how it was decided.
    serde_json::to_string(decision).ok()
}

/// Returns the variant that the first weighted step was decided for; `None`: there was no choice.
pub(crate) fn variant(decision: &RouteDecision) -> Option<String> {
    let weighted = |pick: &&StepPick| pick.pick == RoutePick::Weighted;
    let pick = decision.picks.iter().find(weighted)?;
    pick.options.first().map(|option| option.model.clone())
}

/// Splits `sim:` off a name; `true` if it was there.
fn without_twins(name: &str) -> (&str, bool) {
    let name = name.trim();
    match name.strip_prefix(TWINS) {
        Some(rest) => (rest, true),
        None => (name, false),
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
