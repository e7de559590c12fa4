//! Two routes on the same calls, figure by figure.

use crate::report::{Difference, RouteResult, Spread, Unit};
use switchboard_engine::price::PicoUsd;

/// What change of a figure is welcome.
#[derive(Clone, Copy)]
enum Good {
    More,
    Less,
    Neither,
}

/// Returns a row a figure, from one result to the other.
pub(crate) fn differences(from: &RouteResult, to: &RouteResult) -> Vec<Difference> {
    let mut rows = Vec::new();
    let mut row = |figure: &str, unit, good, value: &dyn Fn(&RouteResult) -> Option<f64>| {
        let (from, to) = (value(from), value(to));
        rows.push(Difference {
            figure: figure.to_owned(),
            unit,
            from,
            to,
            better: better(good, from, to),
        });
    };
    let calls = |count: u32| Some(f64::from(count));
    row("answered", Unit::Calls, Good::More, &|r| calls(r.answered));
    row("at the first try", Unit::Calls, Good::More, &|r| {
        calls(r.first_try)
    });
    row("rescued by retry", Unit::Calls, Good::Neither, &|r| {
        calls(r.rescued_by_retry)
    });
    row("rescued by fallback", Unit::Calls, Good::Neither, &|r| {
        calls(r.rescued_by_fallback)
    });
    row(
        "rescued by continuation",
        Unit::Calls,
        Good::Neither,
        &|r| calls(r.rescued_by_continuation),
    );
    row("fallback text", Unit::Calls, Good::Less, &|r| {
        calls(r.fallback_text)
    });
    row("failed", Unit::Calls, Good::Less, &|r| calls(r.failed));
    type Percentile = (&'static str, fn(&Spread) -> u64);
    let percentiles: [Percentile; 4] = [
        ("p50", |spread| spread.p50_ms),
        ("p90", |spread| spread.p90_ms),
        ("p95", |spread| spread.p95_ms),
        ("p99", |spread| spread.p99_ms),
    ];
    for (name, of) in percentiles {
        let time = |spread: Option<Spread>| spread.map(|spread| of(&spread) as f64);
        row(
            &format!("first token {name}"),
            Unit::Milliseconds,
            Good::Less,
            &|r| time(r.first_token),
        );
    }
    for (name, of) in percentiles {
        let time = |spread: Option<Spread>| spread.map(|spread| of(&spread) as f64);
        row(
            &format!("latency {name}"),
            Unit::Milliseconds,
            Good::Less,
            &|r| time(r.latency),
        );
    }
    let money = |amount: PicoUsd| amount.0 as f64;
    row("cost in total", Unit::PicoUsd, Good::Less, &|r| {
        r.cost.p50.map(|_| money(r.cost.total))
    });
    row("cost of a call p50", Unit::PicoUsd, Good::Less, &|r| {
        r.cost.p50.map(money)
    });
    row("cost of a call p95", Unit::PicoUsd, Good::Less, &|r| {
        r.cost.p95.map(money)
    });
    row(
        "spent on attempts that failed",
        Unit::PicoUsd,
        Good::Less,
        &|r| r.cost.p50.map(|_| money(r.cost.wasted)),
    );
    row("attempts a call", Unit::PerCall, Good::Less, &|r| {
        Some(r.attempts.per_call)
    });
    row(
        "most amplification at a provider",
        Unit::PerCall,
        Good::Less,
        &|r| {
            let all = r.providers.iter().filter(|load| load.calls > 0);
            all.map(|load| load.amplification).reduce(f64::max)
        },
    );
    rows
}

fn better(good: Good, from: Option<f64>, to: Option<f64>) -> Option<bool> {
    let (from, to) = (from?, to?);
    match good {
        _ if from == to => None,
        Good::More => Some(to > from),
        Good::Less => Some(to < from),
        Good::Neither => None,
    }
}
