//! The report as plain text, for terminals and files.

use crate::report::*;
use std::fmt::Write;
use switchboard_engine::price::PicoUsd;

/// Returns the report as text of at most about 100 columns.
pub fn render(report: &RehearsalReport) -> String {
    let mut out = String::new();
    // Writing to a string cannot fail.
    let _ = write_report(&mut out, report);
    out
}

fn write_report(out: &mut String, report: &RehearsalReport) -> std::fmt::Result {
    writeln!(
        out,
        "{} calls over {} ({} load), seed {}; virtual time, simulated providers, nothing paid",
        number(u64::from(report.calls)),
        duration(report.span_ms),
        report.load.name(),
        report.seed
    )?;
    if report.shapes > 0 {
        writeln!(
            out,
            "  shapes  requests and answers are as long as those of {} calls of the history",
            number(u64::from(report.shapes))
        )?;
    }
    for fault in &report.faults {
        writeln!(out, "  fault  {}: {}", fault.text, fault.means)?;
    }
    write_result(out, &report.result)?;
    if let Some(compared) = &report.compared {
        write_result(out, compared)?;
        write_differences(out, report, compared)?;
    }
    Ok(())
}

fn write_result(out: &mut String, result: &RouteResult) -> std::fmt::Result {
    writeln!(out, "\nRoute {}", result.route)?;
    for target in &result.targets {
        let behaviour = &target.behaviour;
        writeln!(
            out,
            "  {}  assumed: first token {} (p95 {}), {} tokens/s, {} tokens, {}% errors",
            name(&target.target),
            millis(u64::from(behaviour.first_token_p50_ms)),
            millis(u64::from(behaviour.first_token_p95_ms)),
            behaviour.tokens_per_second,
            behaviour.output_p50_tokens,
            behaviour.error_rate * 100.0
        )?;
    }
    writeln!(out)?;
    let all = result.calls;
    count(out, "answered", result.answered, all)?;
    count(out, "  at the first try", result.first_try, all)?;
    count(out, "  rescued by retry", result.rescued_by_retry, all)?;
    count(
        out,
        "  rescued by fallback",
        result.rescued_by_fallback,
        all,
    )?;
    count(
        out,
        "  rescued by continuation",
        result.rescued_by_continuation,
        all,
    )?;
    if result.fallback_text > 0 {
        count(out, "  fallback text", result.fallback_text, all)?;
    }
    count(out, "failed", result.failed, all)?;
    for failure in &result.failures {
        count(
            out,
            &format!("  {}", word(failure.kind)),
            failure.calls,
            all,
        )?;
    }
    writeln!(out)?;
    writeln!(
        out,
        "  {:<26}{:>9}{:>9}{:>9}{:>9}{:>9}",
        "", "p50", "p90", "p95", "p99", "max"
    )?;
    spread(out, "first token", result.first_token)?;
    spread(out, "whole answer", result.latency)?;
    writeln!(out)?;
    write_cost(out, &result.cost)?;
    writeln!(
        out,
        "  attempts: {} in all, {} a call",
        number(result.attempts.total),
        result.attempts.per_call
    )?;
    for load in &result.providers {
        if load.requests == 0 {
            writeln!(out, "  {}: never asked", load.provider)?;
            continue;
        }
        writeln!(
            out,
            "  {}: {} requests of {} calls, amplification {}, at most {} a second",
            load.provider,
            number(load.requests),
            number(u64::from(load.calls)),
            load.amplification,
            load.peak_requests_per_second
        )?;
    }
    write_breakers(out, &result.breakers)?;
    write_examples(out, &result.failures)
}

fn write_cost(out: &mut String, cost: &CostRange) -> std::fmt::Result {
    match (cost.p5, cost.p50, cost.p95, cost.max) {
        (Some(p5), Some(p50), Some(p95), Some(max)) => writeln!(
            out,
            "  cost: {} in all, of which {} on attempts that failed\n  \
             cost of a call: {} to {} (p5 to p95), p50 {}, max {}",
            dollars(cost.total),
            dollars(cost.wasted),
            dollars(p5),
            dollars(p95),
            dollars(p50),
            dollars(max)
        )?,
        _ => writeln!(out, "  cost: no price is known")?,
    }
    if cost.unpriced_calls > 0 && cost.p50.is_some() {
        let calls = number(u64::from(cost.unpriced_calls));
        writeln!(
            out,
            "  the price of {calls} calls is not known; they are left out"
        )?;
    }
    Ok(())
}

fn write_breakers(out: &mut String, breakers: &[BreakerSpan]) -> std::fmt::Result {
    /// Spans shown; the report as JSON has all.
    const SHOWN: usize = 12;
    if breakers.is_empty() {
        return Ok(());
    }
    writeln!(out, "  breakers:")?;
    for span in breakers.iter().take(SHOWN) {
        let state = match span.state {
            BreakerState::Open => "open",
            BreakerState::HalfOpen => "half open",
            BreakerState::Down => "down until mended",
        };
        let to = span.to_ms.map_or_else(|| "the end".to_owned(), duration);
        let why = if span.why.is_empty() {
            String::new()
        } else {
            format!(": {}", span.why)
        };
        let from = duration(span.from_ms);
        writeln!(
            out,
            "    {} {state} from {from} to {to}{why}",
            name(&span.target)
        )?;
    }
    if breakers.len() > SHOWN {
        writeln!(out, "    and {} more", breakers.len() - SHOWN)?;
    }
    Ok(())
}

fn write_examples(out: &mut String, failures: &[FailureCount]) -> std::fmt::Result {
    for failure in failures {
        let Some(example) = failure.examples.first() else {
            continue;
        };
        writeln!(
            out,
            "\n  For example call {} at {} ({}):",
            example.call,
            duration(example.began_ms),
            word(failure.kind)
        )?;
        for step in &example.trail {
            writeln!(out, "    {:>9}  {}", millis(step.at_ms), step.text)?;
        }
    }
    Ok(())
}

fn write_differences(
    out: &mut String,
    report: &RehearsalReport,
    compared: &RouteResult,
) -> std::fmt::Result {
    writeln!(
        out,
        "\n{} against {}, on the same calls and the same chance",
        report.result.route, compared.route
    )?;
    let told = |row: &&Difference| row.from.is_some() || row.to.is_some();
    for row in report.differences.iter().filter(told) {
        let value =
            |value: Option<f64>| value.map_or_else(|| "-".to_owned(), |v| figure(row.unit, v));
        let word = match row.better {
            Some(true) => "better",
            Some(false) => "worse",
            None => "",
        };
        let line = format!(
            "  {:<34}{:>14}{:>14}  {word}",
            row.figure,
            value(row.from),
            value(row.to)
        );
        writeln!(out, "{}", line.trim_end())?;
    }
    Ok(())
}

fn figure(unit: Unit, value: f64) -> String {
    match unit {
        Unit::Calls => number(value as u64),
        Unit::PerCall => format!("{value}"),
        Unit::Milliseconds => millis(value as u64),
        Unit::PicoUsd => dollars(PicoUsd(value as i64)),
    }
}

fn count(out: &mut String, label: &str, calls: u32, of: u32) -> std::fmt::Result {
    let percent = f64::from(calls) / f64::from(of.max(1)) * 100.0;
    writeln!(
        out,
        "  {label:<26}{:>9}  {percent:>6.2} %",
        number(u64::from(calls))
    )
}

fn spread(out: &mut String, label: &str, spread: Option<Spread>) -> std::fmt::Result {
    let Some(spread) = spread else {
        return writeln!(out, "  {label:<26}{:>9}", "-");
    };
    writeln!(
        out,
        "  {label:<26}{:>9}{:>9}{:>9}{:>9}{:>9}",
        millis(spread.p50_ms),
        millis(spread.p90_ms),
        millis(spread.p95_ms),
        millis(spread.p99_ms),
        millis(spread.max_ms)
    )
}

fn name(target: &switchboard_engine::event::TargetInfo) -> String {
    format!("{}/{}", target.provider, target.model)
}

/// The kind's snake_case name, with spaces.
fn word(kind: switchboard_engine::error::ErrorKind) -> String {
    match serde_json::to_value(kind) {
        Ok(serde_json::Value::String(word)) => word.replace('_', " "),
        _ => String::new(),
    }
}

/// Writes milliseconds as people read them: `350 ms`, `1.25 s`, `2 m 5 s`.
pub(crate) fn millis(ms: u64) -> String {
    match ms {
        0..1000 => format!("{ms} ms"),
        1000..10_000 => format!("{:.2} s", ms as f64 / 1000.0),
        10_000..100_000 => format!("{:.1} s", ms as f64 / 1000.0),
        _ => duration(ms),
    }
}

/// Writes a point in time or a span to the second, `1h5m20s`.
fn duration(ms: u64) -> String {
    crate::fault::time(if ms < 1000 { ms } else { ms / 1000 * 1000 })
}

/// Writes a count with thousands apart.
fn number(count: u64) -> String {
    let digits = count.to_string();
    let mut out = String::new();
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

/// Writes an amount to four significant places or so.
pub fn dollars(amount: PicoUsd) -> String {
    let value = amount.0 as f64 / 1e12;
    match value.abs() {
        0.0 => "$0".to_owned(),
        v if v >= 1.0 => format!("${value:.2}"),
        v if v >= 0.001 => format!("${value:.5}"),
        _ => format!("${value:.8}"),
    }
}
