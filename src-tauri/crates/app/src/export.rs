//! A route in the own form of a gateway for production.

use crate::App;
use crate::api::types::*;
use crate::routes::{Place, place};
use jiff::Timestamp;
use switchboard_engine::config::{Config, RouteConfig, RouteTarget, nearest};
use switchboard_engine::policy::budget::Scope;
use switchboard_engine::policy::period::Period;
use switchboard_export::{
    Budget, BudgetScope, Gateway, Input, Language, Loss, OutFile, Severity, Window,
};

/// Returns a route in a gateway's form, with what is lost on the way.
///
/// # Errors
/// `NotFound` if there is no such route, `InvalidParams` if none of its models can be named there.
pub async fn preview(app: &App, params: PreviewExport) -> Result<ExportPreview, ApiError> {
    let config = app.config().current();
    let Some(route) = config.route(&params.route) else {
        return Err(no_route(&config, &params.route));
    };
    if named(route).any(|target| *target == RouteTarget::Local) {
        app.providers().look_at_local(&config).await;
    }
    let places = places(app, &config, route).await;
    let find = |target: &RouteTarget| {
        let known = places.iter().find(|(known, _)| known == target);
        known.and_then(|(_, place)| place.clone())
    };
    let input = Input {
        config: &config,
        route,
        place: &find,
        budgets: &budgets(&config, &route.name),
        at: Timestamp::now(),
    };
    let export = switchboard_export::export(&input, gateway(params.to)).map_err(|error| {
        ApiError::new(ErrorCode::InvalidParams, error.to_string()).with_field("to")
    })?;
    Ok(ExportPreview {
        files: export.files.into_iter().map(file).collect(),
        losses: losses(export.losses),
    })
}

/// Returns every target that a route names, at its steps and in its lists.
fn named(route: &RouteConfig) -> impl Iterator<Item = &RouteTarget> {
    let lists = [&route.context_too_long, &route.content_filter, &route.auth];
    route.targets().chain(lists.into_iter().flatten())
}

/// Leads every target of a route to its provider and model: the first that could be called now, else the
/// first of all.
async fn places(
    app: &App,
    config: &Config,
    route: &RouteConfig,
) -> Vec<(RouteTarget, Option<(String, String)>)> {
    let mut found = Vec::new();
    for target in named(route) {
        if found.iter().any(|(known, _)| known == target) {
            continue;
        }
        let leads = match place(app, config, target) {
            Place::At(places) => first(app, config, places).await,
            Place::Absent { provider, model } => Some((provider, model)),
            Place::NoLocal => None,
        };
        found.push((target.clone(), leads));
    }
    found
}

async fn first(
    app: &App,
    config: &Config,
    places: Vec<(String, String)>,
) -> Option<(String, String)> {
    for place in &places {
        let ready = match config.provider(&place.0) {
            Some(provider) => app.providers().unavailable(provider).await.is_none(),
            None => true,
        };
        if ready {
            return Some(place.clone());
        }
    }
    places.into_iter().next()
}

/// Returns the budgets that refuse calls of a route: its own and everybody's.
fn budgets(config: &Config, route: &str) -> Vec<Budget> {
    let budgets = config.budgets.list.iter().filter(|budget| budget.blocks);
    budgets
        .filter_map(|budget| {
            let scope = match &budget.scope {
                Scope::Global => BudgetScope::Global,
                Scope::Route(name) if name == route => BudgetScope::Route,
                _ => return None,
            };
            Some(Budget {
                name: budget.name.clone(),
                scope,
                window: match budget.period {
                    Period::Hour => Window::Hour,
                    Period::Day => Window::Day,
                    Period::Week => Window::Week,
                    Period::Month => Window::Month,
                    Period::Call => Window::Call,
                },
                limit: budget.limit?,
            })
        })
        .collect()
}

fn no_route(config: &Config, name: &str) -> ApiError {
    let shown: String = name.chars().take(80).collect();
    let error = ApiError::new(ErrorCode::NotFound, format!("there is no route `{shown}`"));
    let names: Vec<&str> = config
        .all_routes()
        .map(|route| route.name.as_str())
        .collect();
    let error = error.with_field("route");
    match nearest(name, &names) {
        Some(near) => error.with_hint(format!("did you mean `{near}`?")),
        None => error,
    }
}

fn gateway(to: ExportTo) -> Gateway {
    match to {
        ExportTo::Litellm => Gateway::LiteLlm,
        ExportTo::Portkey => Gateway::Portkey,
        ExportTo::Envoy => Gateway::Envoy,
        ExportTo::Bifrost => Gateway::Bifrost,
        ExportTo::Tensorzero => Gateway::TensorZero,
        ExportTo::Openrouter => Gateway::OpenRouter,
    }
}

fn file(file: OutFile) -> ExportedFile {
    ExportedFile {
        name: file.name,
        language: match file.language {
            Language::Yaml => ExportLanguage::Yaml,
            Language::Json => ExportLanguage::Json,
            Language::Toml => ExportLanguage::Toml,
        },
        text: file.text,
    }
}

pub(crate) fn losses(losses: Vec<Loss>) -> Vec<TransferLoss> {
    let shown = |loss: Loss| TransferLoss {
        setting: loss.setting,
        what: loss.what,
        severity: match loss.severity {
            Severity::Dropped => LossSeverity::Dropped,
            Severity::Approximated => LossSeverity::Approximated,
            Severity::Note => LossSeverity::Note,
        },
    };
    losses.into_iter().map(shown).collect()
}
