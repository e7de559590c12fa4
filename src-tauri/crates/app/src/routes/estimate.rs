//! What a call of a route costs and takes: at most, and as a rule. Both say what they rest on.

use crate::App;
use crate::api::types::*;
use std::time::Duration;
use switchboard_engine::config::{Config, task_limits};
use switchboard_engine::plan::{Target, Tier};
use switchboard_engine::price::PicoUsd;
use switchboard_engine::usage::Usage;
use switchboard_store::{CallFilter, CallRow, CallStatus};

/// How far back the history is read, in calls.
const LOOKED_AT: u32 = 500;
/// Fewer calls say nothing about what is usual.
const LEAST_CALLS: usize = 3;
/// Taken where the history says nothing, in tokens.
const ASSUMED_INPUT: u64 = 1000;
const ASSUMED_OUTPUT: u64 = 400;
/// Longest answer taken where neither route nor model limits it, in tokens.
const ASSUMED_MOST_OUTPUT: u64 = 8192;

/// What the history says about calls like those of the route.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Seen {
    /// Medians, in tokens; assumed if nothing is known.
    pub(super) input_tokens: u64,
    pub(super) output_tokens: u64,
    /// Nine of ten calls sent no more.
    most_input_tokens: u64,
    elapsed_ms: Option<u64>,
    /// What they are, for people; `None`: all is assumed.
    of: Option<String>,
}

impl Seen {
    pub(super) fn is_known(&self) -> bool {
        self.of.is_some()
    }

    fn assumed() -> Self {
        Self {
            input_tokens: ASSUMED_INPUT,
            output_tokens: ASSUMED_OUTPUT,
            most_input_tokens: ASSUMED_INPUT,
            elapsed_ms: None,
            of: None,
        }
    }
}

/// Looks at the last calls of the route, else at those of its first step's models.
pub(super) async fn history(
    app: &App,
    draft: &RouteDraft,
    visits: &[Vec<Option<Target>>],
) -> Result<Seen, ApiError> {
    let filter = CallFilter {
        limit: LOOKED_AT,
        ..CallFilter::default()
    };
    let rows = app.store().calls(&filter).await?.calls;
    let whole: Vec<&CallRow> = rows
        .iter()
        .filter(|row| row.status == CallStatus::Ok)
        .collect();
    let of_route: Vec<&CallRow> = whole
        .iter()
        .copied()
        .filter(|row| row.route.as_deref() == Some(draft.name.as_str()))
        .collect();
    if let Some(seen) = medians(&of_route, "of this route") {
        return Ok(seen);
    }
    let first: Vec<&Target> = visits.iter().take(1).flatten().flatten().collect();
    let of_models: Vec<&CallRow> = whole
        .into_iter()
        .filter(|row| {
            let answered = row.answered.as_ref();
            answered.is_some_and(|answered| {
                let is = |target: &&&Target| {
                    target.provider == answered.provider && target.model == answered.model
                };
                first.iter().any(|target| is(&target))
            })
        })
        .collect();
    let seen = medians(&of_models, "of its first step's models");
    Ok(seen.unwrap_or_else(Seen::assumed))
}

fn medians(rows: &[&CallRow], which: &str) -> Option<Seen> {
    if rows.len() < LEAST_CALLS {
        return None;
    }
    let input = |row: &&CallRow| {
        let usage = &row.usage;
        usage
            .input_uncached_tokens
            .saturating_add(usage.cache_read_input_tokens)
            .saturating_add(usage.cache_creation_input_tokens)
    };
    let output = |row: &&CallRow| {
        let usage = &row.usage;
        usage
            .output_visible_tokens
            .saturating_add(usage.reasoning_output_tokens)
    };
    let inputs: Vec<u64> = rows.iter().map(input).collect();
    let elapsed: Vec<u64> = rows.iter().filter_map(|row| row.elapsed_ms).collect();
    Some(Seen {
        input_tokens: percentile(inputs.clone(), 50)?,
        output_tokens: percentile(rows.iter().map(output).collect(), 50)?,
        most_input_tokens: percentile(inputs, 90)?,
        elapsed_ms: percentile(elapsed, 50),
        of: Some(format!("the last {} calls {which}", rows.len())),
    })
}

/// Returns the value that the given share (in percent) of the values do not exceed; `None` of none.
fn percentile(mut values: Vec<u64>, percent: usize) -> Option<u64> {
    values.sort_unstable();
    let last = values.len().checked_sub(1)?;
    values.get(last * percent / 100).copied()
}

/// Returns the most a call can cost and take: every attempt that may be made is paid for in full, the
/// dearest ones first, and the call's time runs out.
pub(super) fn worst(
    config: &Config,
    draft: &RouteDraft,
    visits: &[Vec<Option<Target>>],
    seen: &Seen,
) -> Option<RouteEstimate> {
    let settings = &config.settings;
    let mut attempts: Vec<(Option<PicoUsd>, Duration)> = Vec::new();
    for (index, (step, targets)) in draft.steps.iter().zip(visits).enumerate() {
        let retries = step.retries.unwrap_or(if index == 0 {
            settings.retries
        } else {
            settings.fallback_retries
        });
        let mut of_step: Vec<(Option<PicoUsd>, Duration)> = targets
            .iter()
            .flatten()
            .map(|target| {
                (
                    cost(target, seen.most_input_tokens, most_output(draft, target)),
                    target.timeouts.total,
                )
            })
            .collect();
        // Of weighted options one is asked alone: the dearest.
        if step.pick == RoutePick::Weighted {
            of_step = dearest(of_step);
        }
        let times = usize::try_from(retries).unwrap_or(0).saturating_add(1);
        for one in of_step {
            attempts.extend(std::iter::repeat_n(one, times));
        }
    }
    if attempts.is_empty() {
        return None;
    }
    let most = usize::try_from(settings.max_attempts).unwrap_or(usize::MAX);
    let count = attempts.len().min(most);
    let mut costs: Vec<Option<PicoUsd>> = attempts.iter().map(|(cost, _)| *cost).collect();
    costs.sort_unstable_by(|one, two| two.cmp(one));
    let unknown = costs.iter().any(Option::is_none);
    let dearest = costs.into_iter().flatten().take(count);
    let cost = (!unknown).then(|| PicoUsd(dearest.map(|cost| cost.0).fold(0, i64::saturating_add)));
    let mut times: Vec<Duration> = attempts.iter().map(|(_, time)| *time).collect();
    times.sort_unstable_by(|one, two| two.cmp(one));
    let waits = settings
        .backoff_cap
        .saturating_mul(u32::try_from(count.saturating_sub(1)).unwrap_or(u32::MAX));
    let all: Duration = times
        .iter()
        .take(count)
        .sum::<Duration>()
        .saturating_add(waits);
    let elapsed = all.min(deadline(config, draft, visits));
    let tokens = seen.most_input_tokens;
    let plural = if count == 1 { "attempt" } else { "attempts" };
    Some(RouteEstimate {
        cost,
        elapsed_ms: Some(super::millis(elapsed)),
        rests_on: format!(
            "{count} {plural} paid in full, {tokens} tokens in, the longest answers out"
        ),
    })
}

fn dearest(mut options: Vec<(Option<PicoUsd>, Duration)>) -> Vec<(Option<PicoUsd>, Duration)> {
    // An unknown price could be the highest.
    let unknown = options.iter().any(|(cost, _)| cost.is_none());
    let time = options.iter().map(|(_, time)| *time).max();
    options.sort_unstable_by_key(|one| std::cmp::Reverse(one.0));
    let first = options.first().map(|(cost, _)| *cost);
    match (first, time) {
        (Some(cost), Some(time)) => vec![(cost.filter(|_| !unknown), time)],
        _ => Vec::new(),
    }
}

/// Returns the time a call has in all.
fn deadline(config: &Config, draft: &RouteDraft, visits: &[Vec<Option<Target>>]) -> Duration {
    let own = draft.deadline_ms.map(Duration::from_millis);
    let task = draft
        .task
        .map(|task| task_limits(super::draft::task_of(task)).1);
    own.or(task)
        .or(config.settings.deadline)
        .unwrap_or_else(|| {
            let steps = draft.steps.iter().zip(visits);
            let targets = steps.flat_map(|(step, targets)| {
                let own = step.total_ms.is_some();
                targets
                    .iter()
                    .flatten()
                    .map(move |target| (own, target.timeouts.total))
            });
            crate::plans::patience(targets).unwrap_or(Tier::default().timeouts().total)
        })
}

fn most_output(draft: &RouteDraft, target: &Target) -> u64 {
    let task = draft
        .task
        .map(|task| task_limits(super::draft::task_of(task)).0);
    let route = draft.max_tokens.or(task).map(|limit| {
        let room = match target.capabilities.reasoning {
            true => crate::plans::THINKING_ROOM,
            false => 0,
        };
        u64::from(limit.saturating_add(room))
    });
    let model = target.capabilities.max_output_tokens.map(u64::from);
    match (route, model) {
        (Some(route), Some(model)) => route.min(model),
        (one, two) => one.or(two).unwrap_or(ASSUMED_MOST_OUTPUT),
    }
}

fn cost(target: &Target, input: u64, output: u64) -> Option<PicoUsd> {
    target.cost_now(&Usage {
        input_uncached_tokens: input,
        output_visible_tokens: output,
        ..Usage::default()
    })
}

/// Returns what a call costs and takes as a rule: the first step answers.
pub(super) fn typical(
    draft: &RouteDraft,
    visits: &[Vec<Option<Target>>],
    options: &[Vec<OptionState>],
    seen: &Seen,
) -> Option<RouteEstimate> {
    let index = answering(options)?;
    let (step, targets) = (draft.steps.get(index)?, visits.get(index)?);
    let of =
        |target: &Option<Target>| cost(target.as_ref()?, seen.input_tokens, seen.output_tokens);
    let costs: Vec<Option<PicoUsd>> = targets.iter().map(of).collect();
    let cost = match step.pick {
        RoutePick::Weighted => weighted(step, &costs),
        RoutePick::Cheapest => costs.iter().flatten().min().copied(),
        // Which is picked is only known at the call: the dearest is no surprise.
        RoutePick::Fastest | RoutePick::Best => {
            let known: Option<Vec<PicoUsd>> = costs.into_iter().collect();
            known.and_then(|costs| costs.into_iter().max())
        }
    };
    let first_token = options
        .get(index)?
        .iter()
        .find_map(|state| state.first_token_p50_ms);
    let elapsed_ms = seen.elapsed_ms;
    let basis = match &seen.of {
        Some(of) => of.clone(),
        None => format!("an assumed {ASSUMED_INPUT} tokens in and {ASSUMED_OUTPUT} out"),
    };
    let rests_on = match (elapsed_ms, first_token) {
        (None, Some(ms)) => format!("{basis}; first tokens came after {ms} ms lately"),
        _ => basis,
    };
    Some(RouteEstimate {
        cost,
        elapsed_ms,
        rests_on,
    })
}

/// Returns the first step that could answer now, or the first of all.
fn answering(options: &[Vec<OptionState>]) -> Option<usize> {
    let ready = options
        .iter()
        .position(|states| states.iter().any(|state| state.ready));
    ready.or_else(|| (!options.is_empty()).then_some(0))
}

/// Returns the mean over the options by their weights; `None` if a price that counts is unknown.
fn weighted(step: &StepDraft, costs: &[Option<PicoUsd>]) -> Option<PicoUsd> {
    let mut sum: i128 = 0;
    let mut weights: i128 = 0;
    for (option, cost) in step.options.iter().zip(costs) {
        if option.weight > 0 {
            sum += i128::from((*cost)?.0) * i128::from(option.weight);
            weights += i128::from(option.weight);
        }
    }
    let mean = sum.checked_div(weights)?;
    i64::try_from(mean).ok().map(PicoUsd)
}
