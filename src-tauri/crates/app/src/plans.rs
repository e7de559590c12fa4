//! From what a caller names (a model, a list of models, a route) to a plan.

mod asked;
mod auto;
mod chain;
mod classify;
mod gathered;
mod light;
mod live_figures;
mod pick;

pub use asked::Asked;
pub(crate) use asked::{budget_used, local_time, local_time_of};
pub(crate) use auto::by_facts;
pub(crate) use auto::route_here;
pub use auto::{AUTO, Routed, route};
pub(crate) use gathered::Gathered;
pub(crate) use pick::Picker;

use crate::App;
use crate::api::types::{RouteDecision, RoutePick, StepPick};
use chain::{Chain, Mode};
use live_figures::LiveFigures;
use std::sync::Arc;
use std::time::Duration;
use switchboard_engine::call::ModelRequest;
use switchboard_engine::config::{Config, Pick, RouteConfig};
use switchboard_engine::event::TargetInfo;
use switchboard_engine::plan::{Candidate, Plan, Recovery, Tier};

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
    output_limit_in(&app.config().current(), model)
}

/// As [`output_limit`], with the routes of a configuration that need not be active.
pub(crate) fn output_limit_in(config: &Config, model: &str) -> Option<u32> {
    let (name, _) = without_twins(model);
    let route = config.route(name)?;
    let limit = route.output_limit()?;
    Some(if chain::thinks(config, route) {
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
    let gathered = gather(app, &config, wanted, mode).await;
    gathered.plan(&Picker {
        figures: &LiveFigures::new(app),
        quality: app.quality(),
        request: wanted.request,
        sticky: (mode == Mode::Real).then_some(wanted.sticky),
    })
}

/// Finds everything that was asked for in a configuration that need not be active, without asking for any key: see
/// [`rehearsal_plan`].
pub(crate) async fn gather_keyless(
    app: &App,
    config: &Arc<Config>,
    wanted: &Wanted<'_>,
) -> Gathered {
    gather(app, config, wanted, Mode::Keyless).await
}

async fn gather(app: &App, config: &Arc<Config>, wanted: &Wanted<'_>, mode: Mode) -> Gathered {
    let (name, twins) = without_twins(wanted.model);
    let route = config.route(name);
    if route.is_some_and(|route| route.steps.iter().any(|step| step.pick == Pick::Best)) {
        app.quality().refresh(app).await;
    }
    let mut chain = Chain::new(app, config, mode);
    let mut reasons = Vec::new();
    chain.add_named(wanted.model, &mut reasons).await;
    for fallback in wanted.fallbacks {
        chain.add_named(fallback, &mut reasons).await;
    }
    let settings = &config.settings;
    let (mut too_long, mut filtered, mut auth) = (Vec::new(), Vec::new(), Vec::new());
    if let Some(route) = route {
        too_long = chain.list(route, &route.context_too_long, twins).await;
        filtered = chain.list(route, &route.content_filter, twins).await;
        auth = chain.list(route, &route.auth, twins).await;
    }
    Gathered {
        route: route.map(|_| wanted.model.trim().to_owned()),
        why: why(wanted, route),
        counts: route.is_some(),
        rungs: chain.rungs,
        context_too_long: too_long,
        content_filter: filtered,
        auth,
        rulings: route.map_or_else(Default::default, |route| route.rulings.clone()),
        hedge: route.and_then(|route| route.hedge),
        fallback_text: route.and_then(|route| route.fallback_text.clone()),
        deadline: wanted
            .deadline
            .or(route.and_then(RouteConfig::time_limit))
            .or(settings.deadline),
        recovery: wanted
            .recovery
            .or(route.and_then(|route| route.recovery))
            .unwrap_or(settings.recovery),
        reasons,
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

fn why(wanted: &Wanted<'_>, route: Option<&RouteConfig>) -> String {
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
            format!("the caller names the {kind} {}{besides}", route.name)
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
