//! From sums to what is shown of them.

use crate::App;
use crate::api::types::*;
use std::collections::HashMap;
use switchboard_engine::price::PicoUsd;
use switchboard_store::{Count, PromptScope, SpendAnswer, SpendSums, SpendTimes};

use super::COLOURS;

/// Returns a sum of money; one that does not fit is the largest there is.
pub(super) fn pico(sum: i128) -> PicoUsd {
    PicoUsd(i64::try_from(sum).unwrap_or(if sum < 0 { i64::MIN } else { i64::MAX }))
}

/// Returns a count; there is none below 0.
pub(super) fn whole(count: i128) -> u64 {
    u64::try_from(count.max(0)).unwrap_or(u64::MAX)
}

/// Returns a part of a whole, 0 to 1; of nothing 0.
pub(super) fn share(part: i128, of: i128) -> f64 {
    if of <= 0 {
        return 0.0;
    }
    (part as f64 / of as f64).clamp(0.0, 1.0)
}

pub(super) fn nothing(by: SpendBy) -> &'static str {
    match by {
        SpendBy::Model => "no model",
        SpendBy::Provider => "no provider",
        SpendBy::Route => "no route",
        SpendBy::Project => "no project",
        SpendBy::Caller => "no caller",
        SpendBy::Prompt => "no prompt",
        SpendBy::Tag => "no tag",
    }
}

/// Returns what each value is called: prompts by their titles, others by themselves.
pub(super) async fn labels(app: &App, by: SpendBy, answer: &SpendAnswer) -> Vec<String> {
    let titles: HashMap<String, String> = match by {
        SpendBy::Prompt => {
            // A title that cannot be read is no reason to show no costs.
            let prompts = app.store().prompts("", PromptScope::All).await;
            let prompts = prompts.unwrap_or_default().into_iter();
            prompts.map(|prompt| (prompt.id, prompt.title)).collect()
        }
        _ => HashMap::new(),
    };
    let label = |value: &str| match (value, titles.get(value)) {
        ("", _) => nothing(by).to_owned(),
        (_, Some(title)) if title.trim().is_empty() => "Untitled prompt".to_owned(),
        (_, Some(title)) => title.clone(),
        (value, None) => value.to_owned(),
    };
    answer
        .values
        .iter()
        .map(|value| label(&value.value))
        .collect()
}

/// Returns the values that are not empty, by name.
pub(super) fn of_values(answer: &SpendAnswer) -> Vec<String> {
    let values = answer.values.iter().map(|value| value.value.clone());
    let mut values: Vec<String> = values.filter(|value| !value.is_empty()).collect();
    values.sort();
    values
}

pub(super) fn rescued(sums: &SpendSums) -> SpendRescued {
    SpendRescued {
        retry: whole(sums.get(Count::RescuedByRetry)),
        fallback: whole(sums.get(Count::RescuedByFallback)),
        continuation: whole(sums.get(Count::RescuedByContinuation)),
    }
}

/// Returns a row of the table; `of` is the report's whole spend.
pub(super) fn row(key: &str, label: &str, sums: &SpendSums, of: i128) -> SpendRow {
    let get = |count| sums.get(count);
    let broken = get(Count::Failed) + get(Count::Interrupted);
    SpendRow {
        key: key.to_owned(),
        label: label.to_owned(),
        calls: whole(sums.calls()),
        failed: whole(get(Count::Failed)),
        cancelled: whole(get(Count::Cancelled)),
        interrupted: whole(get(Count::Interrupted)),
        error_share: share(broken, sums.calls()),
        rescued: rescued(sums),
        retries: whole(get(Count::Retries)),
        input_tokens: whole(get(Count::InputUncached)),
        cached_tokens: whole(
            get(Count::CacheRead) + get(Count::CacheWrite) + get(Count::CacheWrite1h),
        ),
        output_tokens: whole(get(Count::OutputVisible) + get(Count::Reasoning)),
        spend: pico(get(Count::Cost)),
        share: share(get(Count::Cost), of),
        unpriced: whole(get(Count::Unpriced)),
        estimated: pico(get(Count::EstimatedCost)),
        latency_p50_ms: sums.latency_ms(0.5),
        latency_p95_ms: sums.latency_ms(0.95),
        first_token_p50_ms: sums.first_token_ms(0.5),
    }
}

/// Returns the first values as series, and the others together.
pub(super) fn series(
    bars: usize,
    answer: &SpendAnswer,
    labels: &[String],
    timed: bool,
) -> Vec<SpendSeries> {
    // One value more than colours needs no `Other` that would hide its name.
    let own = match answer.values.len() {
        count if count <= COLOURS => count,
        _ => COLOURS,
    };
    let mut series: Vec<SpendSeries> = Vec::with_capacity(own + 1);
    for (value, label) in answer.values.iter().zip(labels).take(own) {
        let mut values = vec![SpendPoint::default(); bars];
        for (at, point) in &value.points {
            if let Some(place) = values.get_mut(*at) {
                add(place, point);
            }
        }
        if timed {
            time(&mut values, &value.times);
        }
        series.push(SpendSeries {
            key: value.value.clone(),
            label: label.clone(),
            other: false,
            values,
        });
    }
    if answer.values.len() > own {
        let mut values = vec![SpendPoint::default(); bars];
        for (at, point) in answer
            .values
            .iter()
            .skip(own)
            .flat_map(|value| &value.points)
        {
            if let Some(place) = values.get_mut(*at) {
                add(place, point);
            }
        }
        if timed {
            time(&mut values, &answer.rest_times);
        }
        series.push(SpendSeries {
            key: String::new(),
            label: "Other".to_owned(),
            other: true,
            values,
        });
    }
    series
}

fn add(place: &mut SpendPoint, point: &switchboard_store::SpendPoint) {
    place.spend = pico(i128::from(place.spend.0) + point.cost);
    place.calls = place.calls.saturating_add(whole(point.calls));
    place.failed = place.failed.saturating_add(whole(point.failed));
    place.unpriced = place.unpriced.saturating_add(whole(point.unpriced));
    place.estimated |= point.estimated_cost != 0;
}

fn time(values: &mut [SpendPoint], times: &[SpendTimes]) {
    for (value, times) in values.iter_mut().zip(times) {
        value.latency_p50_ms = times.latency_p50_ms;
        value.latency_p95_ms = times.latency_p95_ms;
        value.first_token_p50_ms = times.first_token_p50_ms;
    }
}
