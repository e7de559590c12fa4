//! What is to be said about a form as it stands: problems with their fields, what holds at each option.

use super::estimate;
use super::twin::keyless;
use super::write::{ROUTES, Shape, write};
use crate::App;
use crate::api::types::*;
use switchboard_engine::admit::TargetHealth;
use switchboard_engine::config::{self, Config, LOCAL, check_route_name};
use switchboard_engine::plan::{Limits, StepClocks, Target};
use toml_edit::DocumentMut;

/// Checks a form against the active configuration.
pub(super) async fn check(
    app: &App,
    original: Option<&str>,
    draft: &RouteDraft,
) -> Result<RouteCheck, ApiError> {
    let config = app.config().current();
    let mut problems = Vec::new();
    problems.extend(name_problem(&config, original, draft));
    problems.extend(parse_problems(&config, draft)?);
    let health = app.health().snapshot();
    let mut options = Vec::new();
    let mut visits = Vec::new();
    for (index, step) in draft.steps.iter().enumerate() {
        let mut states = Vec::new();
        let mut targets = Vec::new();
        for (at, option) in step.options.iter().enumerate() {
            let path = format!("steps[{index}].options[{at}].model");
            let retries = retries(&config, step, index == 0);
            let found = state(app, &config, draft, step, option, retries, &health).await;
            if let Some(why) = &found.0.why_not
                && !problems
                    .iter()
                    .any(|problem: &RouteProblem| problem.field == path)
            {
                problems.push(warning(path, why.clone()));
            }
            targets.push(found.1);
            states.push(found.0);
        }
        visits.push(targets);
        options.push(states);
    }
    let seen = estimate::history(app, draft, &visits).await?;
    problems.extend(small_windows(&options, &seen));
    Ok(RouteCheck {
        worst: estimate::worst(&config, draft, &visits, &seen),
        typical: estimate::typical(draft, &visits, &options, &seen),
        when_words: draft
            .when
            .as_deref()
            .and_then(|rule| switchboard_routing::Rule::parse(rule).ok())
            .map(|rule| rule.words()),
        problems,
        options,
    })
}

fn retries(config: &Config, step: &StepDraft, first: bool) -> u32 {
    let settings = &config.settings;
    step.retries.unwrap_or(if first {
        settings.retries
    } else {
        settings.fallback_retries
    })
}

fn name_problem(
    config: &Config,
    original: Option<&str>,
    draft: &RouteDraft,
) -> Option<RouteProblem> {
    let name = draft.name.as_str();
    let problem = |message: String, fix: Option<&str>| {
        Some(RouteProblem {
            field: "name".to_owned(),
            message,
            fix: fix.map(str::to_owned),
            blocking: true,
        })
    };
    if let Err(message) = check_route_name(name) {
        return problem(message.to_owned(), None);
    }
    let taken = original != Some(name) && config.routes.iter().any(|route| route.name == name);
    if taken {
        return problem(
            format!("there is a route `{name}` already"),
            Some("choose another name"),
        );
    }
    None
}

/// Reads the form as the file would be read, beside the providers that there are. The file's other routes are not read
/// again: of hundreds of them that would take longer than typing waits for.
fn parse_problems(config: &Config, draft: &RouteDraft) -> Result<Vec<RouteProblem>, ApiError> {
    // A name that is right, whatever the form's is: a bad name is told by itself.
    const NAME: &str = "draft";
    let mut document = DocumentMut::new();
    let named = RouteDraft {
        name: NAME.to_owned(),
        ..draft.clone()
    };
    write(&mut document, None, &named, Shape::Whole)?;
    let providers = config.providers.iter();
    let providers: Vec<&str> = providers.map(|provider| provider.id.as_str()).collect();
    let found = Config::check_routes(&document.to_string(), &providers);
    let prefix = format!("{ROUTES}.{NAME}");
    let ours = found.into_iter().filter_map(|problem| {
        let field = problem.field?;
        let rest = field.strip_prefix(&prefix)?;
        if !rest.is_empty() && !rest.starts_with('.') {
            return None;
        }
        Some(RouteProblem {
            field: form_field(rest.trim_start_matches('.')),
            message: problem.message,
            fix: problem.fix,
            blocking: true,
        })
    });
    Ok(ours.collect())
}

/// Returns the form's name of a field of the file.
pub(super) fn form_field(field: &str) -> String {
    if let Some(rest) = field.strip_prefix("targets[") {
        let step = rest.trim_end_matches(']');
        return format!("steps[{step}].options[0].model");
    }
    if let Some((step, rest)) = field.split_once("].targets") {
        let option = rest.trim_matches(['[', ']']);
        return match option {
            "" => format!("{step}].options"),
            option => format!("{step}].options[{option}].model"),
        };
    }
    let (head, last) = match field.rsplit_once('.') {
        Some((head, last)) => (format!("{head}."), last),
        None => (String::new(), field),
    };
    let last = match last {
        "targets" => "steps".to_owned(),
        "first_token" | "idle" | "total" | "deadline" => format!("{last}_ms"),
        "hedge" => "hedge_after_ms".to_owned(),
        _ if ["context_too_long", "content_filter", "auth"]
            .iter()
            .any(|list| last.starts_with(list)) =>
        {
            format!("lists.{last}")
        }
        _ => last.to_owned(),
    };
    format!("{head}{last}")
}

fn warning(field: String, message: String) -> RouteProblem {
    RouteProblem {
        field,
        message,
        fix: None,
        blocking: false,
    }
}

/// Returns what holds at an option, and the target that a call would be sent to; `None`: nothing of it is
/// known.
async fn state(
    app: &App,
    config: &Config,
    draft: &RouteDraft,
    step: &StepDraft,
    option: &OptionDraft,
    retries: u32,
    health: &[TargetHealth],
) -> (OptionState, Option<Target>) {
    let shown = match target_of(&option.model) {
        Some(target) => super::targets(app, config, &[target], false).await.pop(),
        None => None,
    };
    let shown = shown.unwrap_or_else(|| RouteTarget {
        model: option.model.clone(),
        provider: String::new(),
        provider_label: String::new(),
        local: false,
        ready: false,
        why_not: None,
        preset: None,
    });
    let target = keyless(config, &shown.provider, &shown.model).ok();
    let target = target.map(|target| with_step(config, draft, step, target));
    let of = |one: &&TargetHealth| {
        one.target.provider == shown.provider && one.target.model == shown.model
    };
    let health = health.iter().find(of);
    let price = target.as_ref().and_then(Target::usual_price);
    let clocks = target.as_ref().map(|target| target.timeouts);
    let clocks = clocks.unwrap_or_else(|| config.timeouts.of(draft.tier.unwrap_or_default()));
    let limits = target
        .as_ref()
        .map(|target| target.limits)
        .unwrap_or_default();
    let state = OptionState {
        circuit: health.map(|health| health.circuit),
        cooling_ms: health.and_then(|health| health.cooling_ms),
        first_token_p50_ms: health.and_then(|health| health.first_token_p50_ms),
        input_price: price.map(|price| price.input),
        output_price: price.map(|price| price.output),
        context_window: target
            .as_ref()
            .and_then(|target| target.capabilities.context_window),
        first_token_ms: super::millis(clocks.first_token),
        idle_ms: super::millis(clocks.idle),
        total_ms: super::millis(clocks.total),
        retries,
        requests_per_minute: limits.requests_per_minute,
        tokens_per_minute: limits.tokens_per_minute,
        model: shown.model,
        provider: shown.provider,
        provider_label: shown.provider_label,
        local: shown.local,
        ready: shown.ready,
        why_not: shown.why_not,
    };
    (state, target)
}

fn with_step(config: &Config, draft: &RouteDraft, step: &StepDraft, target: Target) -> Target {
    let clock = |ms: Option<u64>| ms.map(std::time::Duration::from_millis);
    let tier = draft.tier.unwrap_or(target.tier);
    let clocks = StepClocks {
        first_token: clock(step.first_token_ms),
        idle: clock(step.idle_ms),
        total: clock(step.total_ms),
    };
    let limits = Limits {
        requests_per_minute: step.requests_per_minute,
        tokens_per_minute: step.tokens_per_minute,
        concurrency: step.concurrency,
    };
    Target {
        tier,
        timeouts: config.timeouts.of(tier).with(&clocks),
        limits: target.limits.narrowed(limits),
        ..target
    }
}

/// Reads a target as the file names it.
pub(super) fn target_of(text: &str) -> Option<config::RouteTarget> {
    if text == LOCAL {
        return Some(config::RouteTarget::Local);
    }
    let (provider, model) = text.split_once('/')?;
    (!provider.is_empty() && !model.is_empty()).then(|| config::RouteTarget::Model {
        provider: provider.to_owned(),
        model: model.to_owned(),
    })
}

/// Warns of windows that are smaller than what is usually asked.
fn small_windows(options: &[Vec<OptionState>], seen: &estimate::Seen) -> Vec<RouteProblem> {
    let mut problems = Vec::new();
    for (step, states) in options.iter().enumerate() {
        for (at, state) in states.iter().enumerate() {
            if let Some(window) = state.context_window
                && seen.is_known()
                && seen.input_tokens.saturating_add(seen.output_tokens) > window
            {
                let path = format!("steps[{step}].options[{at}].model");
                let message = format!(
                    "its context window, {window} tokens, is smaller than what is usually asked and \
                     answered"
                );
                problems.push(warning(path, message));
            }
        }
    }
    problems
}
