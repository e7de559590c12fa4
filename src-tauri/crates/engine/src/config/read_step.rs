//! From `[[routes.NAME.steps]]` to steps.

use crate::config::limits;
use crate::config::raw::{Field, Problems, Table};
use crate::config::read_route::{target, targets_of};
use crate::config::route::{Pick, RouteOption, RouteStep};
use crate::config::validate::duration;
use crate::plan::StepClocks;

/// Most steps of a route.
const STEPS: usize = 16;
/// Most equals of a step.
const OPTIONS: usize = 8;
/// Most retries of a step.
const RETRIES: u64 = 10;
/// Largest weight.
const WEIGHT: u64 = 1_000_000;

pub(super) const PICKS: [(&str, Pick); 4] = [
    ("weighted", Pick::Weighted),
    ("cheapest", Pick::Cheapest),
    ("fastest", Pick::Fastest),
    ("best", Pick::Best),
];

impl Pick {
    /// Returns the name used in configuration files.
    pub fn name(self) -> &'static str {
        let found = PICKS.iter().find(|(_, pick)| *pick == self);
        found.map_or("weighted", |(name, _)| name)
    }
}

/// Reads the steps of a route. `providers` are the ids of configured providers.
pub(super) fn steps(
    field: &Field<'_>,
    providers: &[&str],
    problems: &mut Problems<'_>,
) -> Vec<RouteStep> {
    let Some(items) = field.array(problems) else {
        return Vec::new();
    };
    if items.is_empty() {
        let fix = "write a step under [[routes.NAME.steps]]";
        field.problem_fix(problems, "a route has at least one step", fix);
    }
    if items.len() > STEPS {
        field.problem(problems, format!("a route has at most {STEPS} steps"));
        return Vec::new();
    }
    let mut steps = Vec::new();
    for item in &items {
        steps.extend(step(item, providers, problems));
    }
    steps
}

fn step(field: &Field<'_>, providers: &[&str], problems: &mut Problems<'_>) -> Option<RouteStep> {
    let mut table = field.table(problems)?;
    let targets = table.take("targets");
    let options = table.take("options");
    let pick_field = table.take("pick");
    let pick = pick_field
        .as_ref()
        .and_then(|field| field.one_of(problems, &PICKS));
    let options = match (targets, options) {
        (Some(_), Some(options)) => {
            let fix = "keep `targets` for equals without weights, or `options` for weights";
            let path = Some(options.path.as_str());
            let message = "a step has `targets` or `options`, not both";
            problems.add(&options.key_span, path, message, Some(fix.to_owned()));
            Vec::new()
        }
        (None, None) => {
            let path = format!("{}.targets", field.path);
            let fix = "add targets = [\"openai/gpt-6.1-terra\"]".to_owned();
            let message = "a step names no target";
            problems.add(&field.key_span, Some(&path), message, Some(fix));
            Vec::new()
        }
        (Some(targets), None) => {
            let found = targets_of(&targets, providers, problems);
            if found.len() > OPTIONS {
                too_many(&targets, problems);
            } else if found.len() > 1 && pick_field.is_none() {
                targets.problem_fix(
                    problems,
                    "a step with several targets says how one is picked",
                    "add pick = \"cheapest\", \"fastest\", \"best\" or \"weighted\"; to try them in order, \
                     write a step for each",
                );
            }
            let plain = |target| RouteOption { target, weight: 1 };
            found.into_iter().map(plain).collect()
        }
        (None, Some(field)) => read_options(&field, pick.unwrap_or_default(), providers, problems),
    };
    let clocks = clocks(&mut table, problems);
    let retries = table
        .take("retries")
        .and_then(|field| field.integer(problems, 0..=RETRIES))
        .and_then(|number| u32::try_from(number).ok());
    let limits = limits::limits(&mut table, problems);
    table.finish(problems);
    (!options.is_empty()).then_some(RouteStep {
        options,
        pick: pick.unwrap_or_default(),
        clocks,
        retries,
        limits,
    })
}

fn too_many(field: &Field<'_>, problems: &mut Problems<'_>) {
    field.problem(problems, format!("a step has at most {OPTIONS} equals"));
}

fn read_options(
    field: &Field<'_>,
    pick: Pick,
    providers: &[&str],
    problems: &mut Problems<'_>,
) -> Vec<RouteOption> {
    let Some(items) = field.array(problems) else {
        return Vec::new();
    };
    if items.is_empty() {
        let fix = "write for example [{ model = \"openai/gpt-6.1-sol\", weight = 80 }]";
        field.problem_fix(problems, "this list is empty", fix);
    }
    if items.len() > OPTIONS {
        too_many(field, problems);
        return Vec::new();
    }
    let before = problems.count();
    let mut options: Vec<RouteOption> = Vec::new();
    for item in &items {
        let Some(option) = option(item, pick, providers, problems) else {
            continue;
        };
        if options.iter().any(|known| known.target == option.target) {
            item.problem(problems, "this model is among the step's equals already");
        } else {
            options.push(option);
        }
    }
    let none = options.iter().all(|option| option.weight == 0);
    if !options.is_empty() && none && problems.count() == before {
        let fix = "give one of them a weight, or take the step out";
        field.problem_fix(problems, "every weight is 0, so none would be picked", fix);
    }
    options
}

fn option(
    field: &Field<'_>,
    pick: Pick,
    providers: &[&str],
    problems: &mut Problems<'_>,
) -> Option<RouteOption> {
    let mut table = field.table(problems)?;
    let model = table.take("model");
    let weight_field = table.take("weight");
    let weight = match &weight_field {
        None => Some(1),
        Some(field) => field
            .integer(problems, 0..=WEIGHT)
            .and_then(|weight| u32::try_from(weight).ok()),
    };
    if let Some(field) = weight_field
        && pick != Pick::Weighted
    {
        let fix = "take the weights out, or write pick = \"weighted\"";
        field.problem_fix(
            problems,
            "weights count only where `pick` is \"weighted\"",
            fix,
        );
    }
    let Some(model) = model else {
        let path = format!("{}.model", field.path);
        let fix = "add model = \"openai/gpt-6.1-sol\"".to_owned();
        problems.add(&table.span, Some(&path), "`model` is missing", Some(fix));
        table.finish(problems);
        return None;
    };
    table.finish(problems);
    let target = target(&model, providers, problems)?;
    Some(RouteOption {
        target,
        weight: weight?,
    })
}

fn clocks(table: &mut Table<'_>, problems: &mut Problems<'_>) -> StepClocks {
    let mut clock = |name: &'static str| {
        let field = table.take(name)?;
        let read = duration(&field, problems);
        Some((field, read?))
    };
    let (first_token, idle, total) = (clock("first_token"), clock("idle"), clock("total"));
    if let (Some((field, first)), Some((_, total))) = (&first_token, &total)
        && first > total
    {
        let fix = "make `first_token` no longer than `total`";
        field.problem_fix(
            problems,
            "the first token may take longer than the whole answer",
            fix,
        );
    }
    StepClocks {
        first_token: first_token.map(|(_, clock)| clock),
        idle: idle.map(|(_, clock)| clock),
        total: total.map(|(_, clock)| clock),
    }
}
