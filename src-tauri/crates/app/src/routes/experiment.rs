//! A route's variants held against each other, from what is recorded.

use crate::App;
use crate::api::types::*;
use std::collections::BTreeMap;
use switchboard_routing::compare::{Aim, LEAST, Rate, Sample, Verdict, means, proportions};
use switchboard_store::{CallStatus, VariantCall};

/// How far back if nothing is said, in days.
const DAYS: u32 = 30;
/// Furthest back.
const MOST_DAYS: u32 = 3650;
const DAY_MS: i64 = 86_400_000;

/// Returns what a route's variants did.
///
/// # Errors
/// `NotFound` if there is no such route, `InvalidParams` for the days, `Store`.
pub async fn experiment(app: &App, params: AskExperiment) -> Result<Experiment, ApiError> {
    let days = params.days.unwrap_or(DAYS);
    if !(1..=MOST_DAYS).contains(&days) {
        let message = format!("`days` is from 1 to {MOST_DAYS}, not {days}");
        return Err(ApiError::new(ErrorCode::InvalidParams, message).with_field("days"));
    }
    if app.config().current().route(&params.route).is_none() {
        return Err(super::edit::unknown(app, &params.route));
    }
    let since = jiff::Timestamp::now().as_millisecond() - i64::from(days) * DAY_MS;
    let calls = app.store().variant_calls(&params.route, since).await?;
    let mut by_variant: BTreeMap<String, Seen> = BTreeMap::new();
    for call in &calls {
        by_variant
            .entry(call.variant.clone())
            .or_default()
            .add(call);
    }
    let mut variants: Vec<(String, Seen)> = by_variant.into_iter().collect();
    variants.sort_by_key(|(_, seen)| std::cmp::Reverse(seen.calls));
    let first = variants.first().map(|(_, seen)| seen.clone());
    let report = |(index, (model, seen)): (usize, (String, Seen))| {
        let base = first.as_ref().filter(|_| index > 0);
        seen.report(model, base)
    };
    Ok(Experiment {
        route: params.route,
        days,
        least: u32::try_from(LEAST).unwrap_or(u32::MAX),
        variants: variants.into_iter().enumerate().map(report).collect(),
    })
}

/// What is seen of one variant.
#[derive(Debug, Clone, Default)]
struct Seen {
    simulated: bool,
    calls: u32,
    answered: u32,
    left: u32,
    rated: u32,
    liked: u32,
    cost: Sample,
    elapsed: Sample,
    retries: Sample,
}

impl Seen {
    fn add(&mut self, call: &VariantCall) {
        self.simulated |= call.simulated;
        self.calls += 1;
        self.retries.add(f64::from(call.retries));
        self.left += u32::from(call.fallbacks > 0);
        if call.status == CallStatus::Ok {
            self.answered += 1;
            if let Some(ms) = call.elapsed_ms {
                self.elapsed.add(ms as f64);
            }
        }
        if let Some(cost) = call.cost_pico_usd {
            self.cost.add(cost as f64 / 1e12);
        }
        if let Some(good) = call.good {
            self.rated += 1;
            self.liked += u32::from(good);
        }
    }

    fn own(&self) -> Rate {
        rate(self.answered.saturating_sub(self.left), self.calls)
    }

    fn report(&self, model: String, first: Option<&Self>) -> VariantReport {
        let mean = |sample: &Sample| (sample.count() > 0).then(|| sample.mean());
        let against_first = first.map_or_else(Vec::new, |first| {
            vec![
                measured(Measure::Cost, means(first.cost, self.cost, Aim::Lower)),
                measured(
                    Measure::Latency,
                    means(first.elapsed, self.elapsed, Aim::Lower),
                ),
                measured(
                    Measure::Answered,
                    proportions(first.own(), self.own(), Aim::Higher),
                ),
                measured(
                    Measure::Liked,
                    proportions(
                        rate(first.liked, first.rated),
                        rate(self.liked, self.rated),
                        Aim::Higher,
                    ),
                ),
                measured(
                    Measure::Retries,
                    means(first.retries, self.retries, Aim::Lower),
                ),
            ]
        });
        VariantReport {
            model,
            simulated: self.simulated,
            calls: self.calls,
            answered: self.answered,
            left: self.left,
            cost_usd: mean(&self.cost),
            elapsed_ms: mean(&self.elapsed),
            retries: mean(&self.retries).unwrap_or_default(),
            rated: self.rated,
            liked: self.liked,
            against_first,
        }
    }
}

fn rate(good: u32, of: u32) -> Rate {
    Rate {
        hits: u64::from(good),
        of: u64::from(of),
    }
}

fn measured(measure: Measure, verdict: Verdict) -> Measured {
    Measured {
        measure,
        words: verdict.words(),
        verdict,
    }
}
