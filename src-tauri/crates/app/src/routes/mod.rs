//! Routes: where their targets lead now, and what is shown about them.

mod check;
mod draft;
mod edit;
mod estimate;
mod experiment;
mod explain;
mod follow;
mod place;
pub(crate) mod twin;
mod write;

pub use edit::{activate, check_form, diff, duplicate, edit_of, form, remove, rename};
pub(crate) use edit::{config_with, unknown};
pub use experiment::experiment;
pub use explain::{complete_rule, of_call, of_request, test_rule};
pub(crate) use place::{Place, absent, no_local, place};
pub use write::as_toml;

use crate::App;
use crate::api::types::*;
use switchboard_engine::config::{self, Config, RouteConfig, Task, preset};

/// What makes a name stand for simulated twins of what follows it.
pub const TWINS: &str = "sim:";

/// Returns every route, those of the configuration file first.
///
/// # Errors
/// None for now.
pub async fn list(app: &App, _params: Empty) -> Result<Vec<Route>, ApiError> {
    let config = app.config().current();
    app.providers().look_at_local(&config).await;
    let mut routes = Vec::new();
    for route in config.all_routes() {
        routes.push(info(app, &config, route).await);
    }
    Ok(routes)
}

async fn info(app: &App, config: &Config, route: &RouteConfig) -> Route {
    let wanted: Vec<config::RouteTarget> = route.targets().cloned().collect();
    Route {
        name: route.name.clone(),
        about: route.about.clone(),
        source: if route.built_in {
            RouteSource::BuiltIn
        } else {
            RouteSource::Config
        },
        targets: targets(app, config, &wanted, route.built_in).await,
        lists: RouteLists {
            context_too_long: targets(app, config, &route.context_too_long, false).await,
            content_filter: targets(app, config, &route.content_filter, false).await,
            auth: targets(app, config, &route.auth, route.built_in).await,
        },
        settings: RouteSettings {
            task: route.task.map(task),
            recovery: route.recovery,
            deadline_ms: route.time_limit().map(millis),
            tier: route.tier,
            max_tokens: route.output_limit(),
            hedge_after_ms: route.hedge.map(|hedge| millis(hedge.after)),
            fallback_text: route.fallback_text.clone(),
        },
    }
}

/// `local_if_found`: a place on this machine where there is no model is left out, not shown as missing.
async fn targets(
    app: &App,
    config: &Config,
    wanted: &[config::RouteTarget],
    local_if_found: bool,
) -> Vec<RouteTarget> {
    let mut infos = Vec::new();
    for target in wanted {
        let info = match place(app, config, target) {
            Place::At(places) => {
                let Some(info) = first_ready(app, config, &places).await else {
                    continue;
                };
                info
            }
            Place::Absent { provider, model } => {
                let known = preset(&provider);
                let label = known.map_or(provider.as_str(), |preset| preset.label);
                RouteTarget {
                    provider_label: label.to_owned(),
                    local: known.is_some_and(|preset| preset.local),
                    ready: false,
                    why_not: Some(format!("{label} is not set up")),
                    preset: known.map(|preset| preset.id.to_owned()),
                    provider,
                    model,
                }
            }
            Place::NoLocal if local_if_found => continue,
            Place::NoLocal => RouteTarget {
                model: config::LOCAL.to_owned(),
                provider: config::LOCAL.to_owned(),
                provider_label: "This machine".to_owned(),
                local: true,
                ready: false,
                why_not: Some(place::NO_LOCAL.to_owned()),
                preset: None,
            },
        };
        infos.push(info);
    }
    infos
}

/// Shows the place that a call would take: the first that is ready, else the first.
async fn first_ready(
    app: &App,
    config: &Config,
    places: &[(String, String)],
) -> Option<RouteTarget> {
    let mut first = None;
    for (id, model) in places {
        let (label, local, why_not) = match config.provider(id) {
            Some(provider) => (
                provider.label.clone(),
                provider.local,
                app.providers().unavailable(provider).await,
            ),
            None => (crate::providers::SIMULATOR_LABEL.to_owned(), true, None),
        };
        let info = RouteTarget {
            model: model.clone(),
            provider: id.clone(),
            provider_label: label,
            local,
            ready: why_not.is_none(),
            why_not,
            preset: None,
        };
        if info.ready {
            return Some(info);
        }
        first.get_or_insert(info);
    }
    first
}

fn task(task: Task) -> RouteTask {
    match task {
        Task::Classification => RouteTask::Classification,
        Task::Summarization => RouteTask::Summarization,
        Task::CodeGeneration => RouteTask::CodeGeneration,
        Task::ComplexReasoning => RouteTask::ComplexReasoning,
        Task::Translation => RouteTask::Translation,
        Task::DataExtraction => RouteTask::DataExtraction,
    }
}

fn millis(duration: std::time::Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}
