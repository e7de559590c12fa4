//! TensorZero's limits, and the prices they count with.

use super::form::{Cost, LimitsFile, RateLimiting, Rule};
use crate::budget::{Window, usd};
use crate::gateway::OutFile;
use crate::input::ExportError;
use crate::loss::Losses;
use crate::place::Place;
use crate::resolve::Route;
use crate::text::toml;
use switchboard_engine::price::PicoUsd;

/// Returns the file of limits, or `None` if there are none.
pub(super) fn file(route: &Route, losses: &mut Losses) -> Result<Option<OutFile>, ExportError> {
    let mut rule = Rule {
        always: true,
        ..Rule::default()
    };
    for (number, step) in route.steps.iter().enumerate() {
        for (setting, limit) in [
            (
                "limits.requests_per_minute",
                step.limits.requests_per_minute,
            ),
            ("limits.tokens_per_minute", step.limits.tokens_per_minute),
        ] {
            match (limit, number) {
                (None, _) => {}
                (Some(_), 0) => losses.approximated(
                    step.setting(setting),
                    "counts every request of the gateway, at whatever step; needs Valkey or Postgres",
                ),
                (Some(_), _) => losses.dropped(
                    step.setting(setting),
                    "TensorZero's limits are not by step: the first step's are written",
                ),
            }
        }
    }
    if let Some(first) = route.steps.first() {
        rule.model_inferences_per_minute = first.limits.requests_per_minute;
        rule.tokens_per_minute = first.limits.tokens_per_minute;
    }
    for budget in &route.budgets {
        let place = match budget.window {
            Window::Hour => &mut rule.cost_per_hour,
            Window::Day => &mut rule.cost_per_day,
            Window::Week => &mut rule.cost_per_week,
            Window::Month | Window::Call => &mut rule.cost_per_month,
        };
        let limit = budget.usd();
        *place = Some(place.map_or(limit, |other| other.min(limit)));
        losses.approximated(
            budget.setting(),
            "counts every request of the gateway, the lowest of a window; needs Valkey or Postgres, and a price of every model",
        );
        for place in route.choices().map(|choice| &choice.place) {
            if place.price.is_none() {
                losses.note(
                    budget.setting(),
                    format!(
                        "no price of {} is known: what it costs does not count",
                        place.name()
                    ),
                );
            }
        }
    }
    let empty = rule.model_inferences_per_minute.is_none()
        && rule.tokens_per_minute.is_none()
        && route.budgets.is_empty();
    if empty {
        return Ok(None);
    }
    let head = [
        format!("limits of route \"{}\": merge them into tensorzero.toml", route.name),
        "they need TENSORZERO_VALKEY_URL or TENSORZERO_POSTGRES_URL: the gateway does not start without"
            .to_owned(),
    ];
    let file = LimitsFile {
        rate_limiting: RateLimiting {
            enabled: true,
            rules: vec![rule],
        },
    };
    toml("tensorzero_limits.toml", &head, &file).map(Some)
}

/// Returns whether a limit of tokens is written.
pub(super) fn counts_tokens(route: &Route) -> bool {
    let first = route.steps.first();
    first.is_some_and(|step| step.limits.tokens_per_minute.is_some())
}

/// Returns the price as rates of the numbers in a provider's usage.
pub(super) fn cost(place: &Place) -> Vec<Cost> {
    let Some(price) = place.price else {
        return Vec::new();
    };
    let million = |price: PicoUsd| usd(price) * 1e6;
    let anthropic = super::kind(place) == "anthropic";
    if super::kind(place) == "google_ai_studio_gemini" {
        let cached = price
            .cache_read
            .map(|cached| PicoUsd(cached.0.saturating_sub(price.input.0)));
        let mut costs = vec![
            rate(
                "/usageMetadata/promptTokenCount",
                million(price.input),
                true,
            ),
            rate(
                "/usageMetadata/candidatesTokenCount",
                million(price.output),
                false,
            ),
            rate(
                "/usageMetadata/thoughtsTokenCount",
                million(price.output),
                false,
            ),
        ];
        costs.extend(cached.map(|cached| {
            rate(
                "/usageMetadata/cachedContentTokenCount",
                million(cached),
                false,
            )
        }));
        return costs;
    }
    if anthropic {
        let read = price.cache_read.unwrap_or(price.input);
        let write = price.cache_creation.unwrap_or(price.input);
        return vec![
            rate("/usage/input_tokens", million(price.input), true),
            rate("/usage/output_tokens", million(price.output), true),
            rate("/usage/cache_read_input_tokens", million(read), false),
            rate("/usage/cache_creation_input_tokens", million(write), false),
        ];
    }
    let mut costs = vec![
        rate("/usage/prompt_tokens", million(price.input), true),
        rate("/usage/completion_tokens", million(price.output), true),
    ];
    // The prompt's tokens hold the cached ones: what is paid less for them is taken off.
    if let Some(cached) = price.cache_read {
        let less = million(PicoUsd(cached.0.saturating_sub(price.input.0)));
        costs.push(rate(
            "/usage/prompt_tokens_details/cached_tokens",
            less,
            false,
        ));
    }
    costs
}

fn rate(pointer: &'static str, cost_per_million: f64, required: bool) -> Cost {
    Cost {
        pointer,
        // To the millionth of a dollar: floats leave crumbs.
        cost_per_million: (cost_per_million * 1e6).round() / 1e6,
        required,
    }
}
