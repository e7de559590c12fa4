//! What routing saved against asking one model always, and at what quality.

use super::rows::{pico, whole};
use crate::App;
use crate::api::types::{SpendQuality, SpendQualityFigures, SpendSaved};
use crate::routes::twin::keyless;
use switchboard_engine::usage::Usage;
use switchboard_store::{Count, SpendAnswer, SpendSums};

/// Compares the routed calls of a range with the same tokens at the baseline's prices of now; or says why that
/// cannot be done. `routes` and `models` are the range's sums by route and by model.
pub(super) fn saved(
    app: &App,
    baseline: &str,
    routes: &SpendAnswer,
    models: &SpendAnswer,
) -> Result<SpendSaved, String> {
    let Some((provider, model)) = baseline.split_once('/') else {
        return Err("a baseline is named by provider and model".to_owned());
    };
    let config = app.config().current();
    let target = keyless(&config, provider, model).map_err(|error| error.message)?;
    let mut routed = SpendSums::default();
    for route in routes.values.iter().filter(|route| !route.value.is_empty()) {
        routed.add(&route.sums);
    }
    let calls = routed.calls() - routed.get(Count::Unpriced);
    if calls <= 0 {
        return Err("no call of this range was routed at a known price".to_owned());
    }
    // The baseline would have needed one attempt: what others used is not its.
    let priced = |count, unpriced, aside| {
        whole(routed.get(count) - routed.get(unpriced) - routed.get(aside))
    };
    let usage = Usage {
        audio_tokens: 0,
        input_uncached_tokens: priced(
            Count::InputUncached,
            Count::UnpricedInputUncached,
            Count::AsideInputUncached,
        ),
        cache_read_input_tokens: priced(
            Count::CacheRead,
            Count::UnpricedCacheRead,
            Count::AsideCacheRead,
        ),
        cache_creation_input_tokens: priced(
            Count::CacheWrite,
            Count::UnpricedCacheWrite,
            Count::AsideCacheWrite,
        ),
        cache_creation_1h_input_tokens: priced(
            Count::CacheWrite1h,
            Count::UnpricedCacheWrite1h,
            Count::AsideCacheWrite1h,
        ),
        output_visible_tokens: priced(
            Count::OutputVisible,
            Count::UnpricedOutputVisible,
            Count::AsideOutputVisible,
        ),
        reasoning_output_tokens: priced(
            Count::Reasoning,
            Count::UnpricedReasoning,
            Count::AsideReasoning,
        ),
        estimated: false,
    };
    // Prices of short requests: sums do not tell which of the calls had long inputs.
    let rates = target.usual_price();
    let cost = rates.and_then(|price| {
        switchboard_engine::price::Tariff::flat(model, price, "baseline")
            .cost(&usage, &switchboard_engine::price::terms_now())
    });
    let Some(baseline_cost) = cost else {
        return Err(format!("no price is known for {baseline}"));
    };
    let actual = routed.get(Count::Cost);
    let at_baseline = models.values.iter().find(|value| value.value == baseline);
    let quality = SpendQuality {
        summary: String::new(),
        routed: figures(&routed),
        baseline: at_baseline
            .map(|value| figures(&value.sums))
            .unwrap_or_default(),
    };
    Ok(SpendSaved {
        baseline: baseline.to_owned(),
        amount: pico(i128::from(baseline_cost.0) - actual),
        baseline_cost,
        actual_cost: pico(actual),
        calls: whole(calls),
        assumption: format!(
            "the same tokens at {baseline}'s usual prices of today; its answers might be longer or shorter"
        ),
        quality: SpendQuality {
            summary: summary(&quality),
            ..quality
        },
    })
}

fn figures(sums: &SpendSums) -> SpendQualityFigures {
    SpendQualityFigures {
        calls: whole(sums.calls()),
        failed: whole(sums.get(Count::Failed) + sums.get(Count::Interrupted)),
        rated_good: whole(sums.get(Count::RatedGood)),
        rated_bad: whole(sums.get(Count::RatedBad)),
    }
}

fn summary(quality: &SpendQuality) -> String {
    let failed = |figures: &SpendQualityFigures| {
        (figures.calls > 0).then(|| {
            format!(
                "{:.1} % failed",
                figures.failed as f64 / figures.calls as f64 * 100.0
            )
        })
    };
    let rated = |figures: &SpendQualityFigures| {
        let votes = figures.rated_good + figures.rated_bad;
        (votes > 0).then(|| format!("{} of {votes} liked", figures.rated_good))
    };
    let beside = |mine: Option<String>, theirs: Option<String>, none: &str| match (mine, theirs) {
        (Some(mine), Some(theirs)) => format!("{mine}, baseline {theirs}"),
        (Some(mine), None) => format!("{mine}, baseline not measured"),
        (None, _) => none.to_owned(),
    };
    let (routed, baseline) = (&quality.routed, &quality.baseline);
    let failures = beside(failed(routed), failed(baseline), "no calls");
    let votes = beside(rated(routed), rated(baseline), "no ratings");
    format!("{failures}; {votes}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_saving_is_never_told_without_what_is_known_of_quality() {
        let figures = |calls, failed, rated_good, rated_bad| SpendQualityFigures {
            calls,
            failed,
            rated_good,
            rated_bad,
        };
        let quality = |routed, baseline| {
            summary(&SpendQuality {
                routed,
                baseline,
                summary: String::new(),
            })
        };
        assert_eq!(
            quality(figures(1000, 9, 0, 0), figures(0, 0, 0, 0)),
            "0.9 % failed, baseline not measured; no ratings"
        );
        assert_eq!(
            quality(figures(1000, 9, 3, 1), figures(100, 2, 5, 0)),
            "0.9 % failed, baseline 2.0 % failed; 3 of 4 liked, baseline 5 of 5 liked"
        );
    }
}
