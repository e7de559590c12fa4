//! From an active route to its form.

use super::place::{Place, place};
use crate::App;
use crate::api::types::*;
use std::time::Duration;
use switchboard_engine::config::{self, Config, LOCAL, RouteConfig, Task};

/// Returns the route's whole form. A maker's model is named where a call would find it now.
pub(super) fn draft(app: &App, config: &Config, route: &RouteConfig) -> RouteDraft {
    let named = |target: &config::RouteTarget| reference(app, config, target);
    let list = |targets: &[config::RouteTarget]| targets.iter().map(named).collect();
    RouteDraft {
        name: route.name.clone(),
        about: route.about.clone(),
        when: route.when.clone(),
        priority: route.priority,
        steps: route.steps.iter().map(|one| step(one, &named)).collect(),
        lists: ListsDraft {
            context_too_long: list(&route.context_too_long),
            content_filter: list(&route.content_filter),
            auth: list(&route.auth),
        },
        fall_back_on: route.rulings.fall_back_on.clone(),
        stop_on: route.rulings.stop_on.clone(),
        recovery: route.recovery,
        deadline_ms: route.deadline.map(super::millis),
        tier: route.tier,
        max_tokens: route.max_tokens,
        hedge_after_ms: route.hedge.map(|hedge| super::millis(hedge.after)),
        fallback_text: route.fallback_text.clone(),
        task: route.task.map(super::task),
    }
}

fn step(step: &config::RouteStep, named: &dyn Fn(&config::RouteTarget) -> String) -> StepDraft {
    let option = |option: &config::RouteOption| OptionDraft {
        model: named(&option.target),
        weight: option.weight,
    };
    let clock = |clock: Option<Duration>| clock.map(super::millis);
    StepDraft {
        options: step.options.iter().map(option).collect(),
        pick: shown_pick(step.pick),
        first_token_ms: clock(step.clocks.first_token),
        idle_ms: clock(step.clocks.idle),
        total_ms: clock(step.clocks.total),
        retries: step.retries,
        requests_per_minute: step.limits.requests_per_minute,
        tokens_per_minute: step.limits.tokens_per_minute,
        concurrency: step.limits.concurrency,
    }
}

/// Returns a target as the file names it.
fn reference(app: &App, config: &Config, target: &config::RouteTarget) -> String {
    match target {
        config::RouteTarget::Model { provider, model } => format!("{provider}/{model}"),
        config::RouteTarget::Local => LOCAL.to_owned(),
        config::RouteTarget::Known { preset, model } => match place(app, config, target) {
            Place::At(places) => places
                .first()
                .map_or_else(String::new, |(provider, model)| {
                    format!("{provider}/{model}")
                }),
            Place::Absent { .. } | Place::NoLocal => format!("{preset}/{model}"),
        },
    }
}

pub(super) fn shown_pick(pick: config::Pick) -> RoutePick {
    match pick {
        config::Pick::Weighted => RoutePick::Weighted,
        config::Pick::Cheapest => RoutePick::Cheapest,
        config::Pick::Fastest => RoutePick::Fastest,
        config::Pick::Best => RoutePick::Best,
    }
}

pub(super) fn pick_of(pick: RoutePick) -> config::Pick {
    match pick {
        RoutePick::Weighted => config::Pick::Weighted,
        RoutePick::Cheapest => config::Pick::Cheapest,
        RoutePick::Fastest => config::Pick::Fastest,
        RoutePick::Best => config::Pick::Best,
    }
}

pub(super) fn task_of(task: RouteTask) -> Task {
    match task {
        RouteTask::Classification => Task::Classification,
        RouteTask::Summarization => Task::Summarization,
        RouteTask::CodeGeneration => Task::CodeGeneration,
        RouteTask::ComplexReasoning => Task::ComplexReasoning,
        RouteTask::Translation => Task::Translation,
        RouteTask::DataExtraction => Task::DataExtraction,
    }
}
