//! Sentences about calls: how they ended, what was retried.

use crate::run::{Answer, End, Phase};
use std::time::Duration;
use switchboard_engine::call::FinishReason;
use switchboard_engine::event::{Event, Next, TargetInfo};
use switchboard_engine::price::PicoUsd;

/// Returns a model's name as people write it.
pub(crate) fn name(target: &TargetInfo) -> String {
    format!("{}/{}", target.provider, target.model)
}

/// Returns a time as people read it.
pub(crate) fn time(duration: Duration) -> String {
    let seconds = duration.as_secs_f64();
    if seconds < 9.95 {
        format!("{seconds:.1} s")
    } else if seconds < 120.0 {
        format!("{seconds:.0} s")
    } else {
        format!("{}:{:02} min", seconds as u64 / 60, seconds as u64 % 60)
    }
}

/// Returns an amount in dollars, with as many digits as it takes to see something.
pub(crate) fn money(amount: PicoUsd) -> String {
    let dollars = amount.0 as f64 / 1e12;
    match dollars {
        _ if amount.0 == 0 => "$0".to_owned(),
        _ if dollars < 0.01 => format!("${dollars:.6}").trim_end_matches('0').to_owned(),
        _ => format!("${dollars:.4}"),
    }
}

/// Returns what an answered call took, in short clauses.
pub(crate) fn figures(end: &End) -> String {
    let mut clauses = Vec::new();
    if let Some(ms) = end.first_token_ms {
        clauses.push(format!("first token {}", time(Duration::from_millis(ms))));
    }
    clauses.push(time(Duration::from_millis(end.elapsed_ms)));
    let writing = end
        .elapsed_ms
        .saturating_sub(end.first_token_ms.unwrap_or(0));
    if writing >= 100 && end.usage.output_tokens() > 1 {
        let speed = end.usage.output_tokens() as f64 * 1000.0 / writing as f64;
        clauses.push(format!("{speed:.0} tok/s"));
    }
    let about = if end.usage.estimated { "≈" } else { "" };
    clauses.push(format!(
        "{about}{} → {} tokens",
        end.usage.input_tokens(),
        end.usage.output_tokens()
    ));
    if let Some(cost) = end.cost.filter(|_| !end.target.simulated) {
        clauses.push(money(cost));
    }
    if end.attempts > 1 {
        clauses.push(format!("{} attempts", end.attempts));
    }
    if end.target.simulated {
        clauses.push("simulated".to_owned());
    }
    clauses.join(" · ")
}

/// Returns what is remarkable about an ending, or `None`.
pub(crate) fn remark(end: &End) -> Option<&'static str> {
    match end.finish? {
        FinishReason::Length => Some("the answer stops at the token limit (see --max-tokens)"),
        FinishReason::ContentFilter => Some("the provider's content filter ended the answer"),
        FinishReason::Stop | FinishReason::ToolCalls | FinishReason::Other => None,
    }
}

/// Returns a sentence on an event worth telling, or `None`.
pub(crate) fn news(event: &Event) -> Option<String> {
    match event {
        Event::TargetSkipped { target, error } => Some(format!(
            "{} is passed over: {}",
            name(target),
            error.message
        )),
        Event::AttemptFailed {
            attempt,
            error,
            next,
            ..
        } => {
            let then = match next {
                Next::Retry { after_ms } => {
                    format!("again in {}", time(Duration::from_millis(*after_ms)))
                }
                Next::Fallback { to, why } => format!("{why}, so {} is next", name(to)),
                Next::Continue { on, why } => format!("{why}, so {} carries on", name(on)),
                // The failure itself is told at the end.
                Next::Stop { .. } => return None,
            };
            Some(format!(
                "attempt {attempt} failed: {}; {then}",
                error.message
            ))
        }
        _ => None,
    }
}

/// Returns where a call stands, in a word or a few.
pub(crate) fn state(answer: &Answer, spent: Duration) -> String {
    let attempt = match answer.attempt {
        0 | 1 => String::new(),
        attempt => format!(" (attempt {attempt})"),
    };
    match &answer.phase {
        Phase::Planned => "starting".to_owned(),
        Phase::Asked => format!("waiting {}{attempt}", time(spent)),
        Phase::Thinking => format!("thinking {}{attempt}", time(spent)),
        Phase::Writing => format!("writing {}{attempt}", time(spent)),
        Phase::Waiting { until } => {
            let left = until.saturating_duration_since(tokio::time::Instant::now());
            format!("again in {}", time(left))
        }
        Phase::Answered(_) => "done".to_owned(),
        Phase::Failed(_) => "failed".to_owned(),
        Phase::Stopped => "stopped".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_and_money_are_short_and_never_show_nothing_for_something() {
        assert_eq!(time(Duration::from_millis(349)), "0.3 s");
        assert_eq!(time(Duration::from_millis(12_400)), "12 s");
        assert_eq!(time(Duration::from_secs(125)), "2:05 min");
        assert_eq!(money(PicoUsd(0)), "$0");
        assert_eq!(money(PicoUsd(4_200_000)), "$0.000004");
        assert_eq!(money(PicoUsd(1_230_000_000_000)), "$1.2300");
    }
}
