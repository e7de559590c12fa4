//! From `[routes.NAME]` to routes.

use crate::config::duration::parse_duration;
use crate::config::names::check_model_name;
use crate::config::presets::{preset, presets};
use crate::config::raw::{Field, Problems, Table, nearest};
use crate::config::route::{LOCAL, RouteConfig, RouteStep, RouteTarget, Task};
use crate::config::validate::{RECOVERIES, TIERS, duration};
use crate::config::{ladder, read_step};
use crate::plan::Hedge;
use std::time::Duration;
use switchboard_routing::{Rule, RuleError};

/// Most targets of a route, and of each of its lists.
const TARGETS: usize = 16;
/// Longest rule, in characters.
const RULE_CHARS: usize = 4000;
/// Longest fallback text, in characters.
const FALLBACK_CHARS: usize = 20_000;
/// When a second request goes out if the file does not say.
const HEDGE_AFTER: Duration = Duration::from_secs(2);

const TASKS: [(&str, Task); 6] = [
    (Task::ALL[0].name(), Task::ALL[0]),
    (Task::ALL[1].name(), Task::ALL[1]),
    (Task::ALL[2].name(), Task::ALL[2]),
    (Task::ALL[3].name(), Task::ALL[3]),
    (Task::ALL[4].name(), Task::ALL[4]),
    (Task::ALL[5].name(), Task::ALL[5]),
];

/// Checks the name of a route.
///
/// # Errors
/// One clause that says what does not fit.
pub fn check_route_name(name: &str) -> Result<(), &'static str> {
    let allowed = |byte: u8| {
        byte.is_ascii_lowercase() || byte.is_ascii_digit() || matches!(byte, b'-' | b'_')
    };
    if !(1..=40).contains(&name.len()) || !name.bytes().all(allowed) {
        return Err(
            "a route's name has 1 to 40 lower-case letters, digits, hyphens and underscores",
        );
    }
    if matches!(name, LOCAL | "auto") {
        return Err("this name has a meaning of its own");
    }
    Ok(())
}

/// Reads the table of routes. `providers` are the ids of configured providers.
pub(super) fn routes(
    field: &Field<'_>,
    providers: &[&str],
    problems: &mut Problems<'_>,
) -> Vec<RouteConfig> {
    let Some(mut table) = field.table(problems) else {
        return Vec::new();
    };
    let fields = table.take_all();
    let routes = fields.iter();
    routes
        .filter_map(|field| route(field, providers, problems))
        .collect()
}

fn route(
    field: &Field<'_>,
    providers: &[&str],
    problems: &mut Problems<'_>,
) -> Option<RouteConfig> {
    if let Err(message) = check_route_name(field.name) {
        let fix = "write for example [routes.support]".to_owned();
        problems.add(&field.key_span, Some(&field.path), message, Some(fix));
    }
    let mut table = field.table(problems)?;
    let targets = table.take("targets");
    let steps_field = table.take("steps");
    let steps = match (&targets, &steps_field) {
        (None, None) => {
            let path = format!("{}.targets", field.path);
            let fix = "add targets = [\"openai/gpt-6.1-terra\", \"local\"]".to_owned();
            let message = "`targets` is missing";
            problems.add(&field.key_span, Some(&path), message, Some(fix));
            Vec::new()
        }
        (Some(_), Some(steps)) => {
            let message = "a route has `targets` or steps, not both";
            let fix = "move the targets into steps of their own".to_owned();
            let path = Some(steps.path.as_str());
            problems.add(&steps.key_span, path, message, Some(fix));
            Vec::new()
        }
        (None, Some(steps)) => read_step::steps(steps, providers, problems),
        (Some(targets), None) => targets_of(targets, providers, problems)
            .into_iter()
            .map(RouteStep::plain)
            .collect(),
    };
    let (fall_back_on, stop_on) = (table.take("fall_back_on"), table.take("stop_on"));
    let rulings = ladder::rulings(fall_back_on, stop_on, problems);
    let mut list = |field: Option<Field<'_>>| {
        field.map_or_else(Vec::new, |field| targets_of(&field, providers, problems))
    };
    let hedge_field = table.take("hedge");
    let mut result = RouteConfig {
        name: field.name.to_owned(),
        about: String::new(),
        built_in: false,
        when: None,
        priority: 0,
        steps,
        rulings,
        context_too_long: list(table.take("context_too_long")),
        content_filter: list(table.take("content_filter")),
        auth: list(table.take("auth")),
        recovery: None,
        deadline: None,
        tier: None,
        max_tokens: None,
        hedge: None,
        fallback_text: None,
        task: None,
    };
    result.hedge = hedge_field
        .as_ref()
        .and_then(|field| hedge(field, problems));
    if let Some(field) = hedge_field
        && result.hedge.is_some()
        && result.targets().count() == 1
    {
        field.problem(problems, "a second request needs a second target");
    }
    settings(&mut table, &mut result, problems);
    table.finish(problems);
    Some(result)
}

fn settings(table: &mut Table<'_>, result: &mut RouteConfig, problems: &mut Problems<'_>) {
    if let Some(field) = table.take("about")
        && let Some(text) = field.text(problems)
    {
        if text.chars().count() > 200 || text.chars().any(char::is_control) {
            field.problem(
                problems,
                "what a route is for takes one line of at most 200 characters",
            );
        }
        text.trim().clone_into(&mut result.about);
    }
    if let Some(field) = table.take("when")
        && let Some(rule) = field.text(problems)
    {
        if rule.trim().is_empty() || rule.chars().count() > RULE_CHARS {
            let message = format!("a rule has 1 to {RULE_CHARS} characters");
            field.problem_fix(
                problems,
                message,
                "leave `when` out for a route asked by name only",
            );
        } else if let Err(error) = Rule::parse(rule.trim()) {
            rule_problem(&field, rule, &error, problems);
        }
        result.when = Some(rule.trim().to_owned());
    }
    result.priority = table
        .take("priority")
        .and_then(|field| field.integer(problems, 0..=1000))
        .and_then(|number| u32::try_from(number).ok())
        .unwrap_or_default();
    result.recovery = table
        .take("recovery")
        .and_then(|field| field.one_of(problems, &RECOVERIES));
    result.deadline = table
        .take("deadline")
        .and_then(|field| duration(&field, problems));
    result.tier = table
        .take("tier")
        .and_then(|field| field.one_of(problems, &TIERS));
    result.max_tokens = table
        .take("max_tokens")
        .and_then(|field| field.integer(problems, 1..=100_000_000))
        .and_then(|tokens| u32::try_from(tokens).ok());
    result.task = table
        .take("task")
        .and_then(|field| field.one_of(problems, &TASKS));
    if let Some(field) = table.take("fallback_text")
        && let Some(text) = field.text(problems)
    {
        if text.trim().is_empty() || text.chars().count() > FALLBACK_CHARS {
            let message = format!("a fallback text has 1 to {FALLBACK_CHARS} characters");
            field.problem(problems, message);
        }
        result.fallback_text = Some(text.to_owned());
    }
}

/// Tells a faulty rule at its place in the file, if the text stands there as it is read.
fn rule_problem(field: &Field<'_>, rule: &str, error: &RuleError, problems: &mut Problems<'_>) {
    let lead = rule.len() - rule.trim_start().len();
    let at = usize::try_from(error.start)
        .unwrap_or(0)
        .saturating_add(lead);
    let whole = field.span();
    let span = match whole.len().checked_sub(rule.len()) {
        // One quotation mark at either end, and no escape between.
        Some(2) => whole.start + 1 + at..whole.end,
        _ => whole,
    };
    problems.add(
        &span,
        Some(&field.path),
        error.message.clone(),
        error.fix.clone(),
    );
}

fn hedge(field: &Field<'_>, problems: &mut Problems<'_>) -> Option<Hedge> {
    let form = "write true, false or the least wait, for example \"2s\"";
    if let Some(on) = field.value.get_ref().as_bool() {
        return on.then_some(Hedge { after: HEDGE_AFTER });
    }
    match field.value.get_ref().as_str().map(parse_duration) {
        Some(Ok(after)) => Some(Hedge { after }),
        Some(Err(message)) => {
            field.problem_fix(problems, message, form);
            None
        }
        None => {
            field.problem_fix(problems, "a duration is wanted here", form);
            None
        }
    }
}

pub(super) fn targets_of(
    field: &Field<'_>,
    providers: &[&str],
    problems: &mut Problems<'_>,
) -> Vec<RouteTarget> {
    let Some(items) = field.array(problems) else {
        return Vec::new();
    };
    if items.is_empty() {
        let fix = "write for example [\"openai/gpt-6.1-terra\"], or leave it out";
        field.problem_fix(problems, "this list is empty", fix);
    }
    if items.len() > TARGETS {
        field.problem(problems, format!("a list has at most {TARGETS} targets"));
        return Vec::new();
    }
    let mut result = Vec::new();
    for item in items {
        let Some(target) = target(&item, providers, problems) else {
            continue;
        };
        if result.contains(&target) {
            item.problem(problems, "this target is listed twice");
        } else {
            result.push(target);
        }
    }
    result
}

pub(super) fn target(
    item: &Field<'_>,
    providers: &[&str],
    problems: &mut Problems<'_>,
) -> Option<RouteTarget> {
    let text = item.text(problems)?;
    if text == LOCAL {
        return Some(RouteTarget::Local);
    }
    let named = text
        .split_once('/')
        .filter(|(provider, model)| !provider.is_empty() && check_model_name(model).is_ok());
    let Some((provider, model)) = named else {
        item.problem_fix(
            problems,
            "a target is named by provider and model",
            "write for example \"openai/gpt-6.1-terra\", or \"local\" for a model on this machine",
        );
        return None;
    };
    // A provider that a preset stands for may be added later; until then the target is passed over.
    let known = providers.contains(&provider)
        || preset(provider).is_some()
        || provider == "sandbox"
        || provider.starts_with("sandbox-");
    if !known {
        let mut names = providers.to_vec();
        names.extend(presets().iter().map(|preset| preset.id));
        let fix = match nearest(provider, &names) {
            Some(name) => format!("did you mean `{name}`?"),
            None => "add the provider first, or name another".to_owned(),
        };
        item.problem_fix(problems, "there is no provider of this name", fix);
        return None;
    }
    Some(RouteTarget::Model {
        provider: provider.to_owned(),
        model: model.to_owned(),
    })
}
