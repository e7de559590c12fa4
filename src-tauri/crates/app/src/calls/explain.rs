//! What happened to a call, as sentences made from recorded data alone.

use switchboard_engine::error::CallError;
use switchboard_engine::event::{Next, TargetInfo};
use switchboard_store::{AttemptRow, CallRecord, CallStatus};

/// Returns the sentences, in the order things happened.
pub(super) fn explain(record: &CallRecord) -> Vec<String> {
    let mut sentences = Vec::new();
    if let Some(plan) = &record.plan {
        sentences.extend(plan.reasons.iter().map(|reason| sentence(reason)));
        sentences.extend(plan.skipped.iter().map(|skipped| {
            format!(
                "Passed over {}: {}.",
                name(&skipped.target),
                skipped.error.message
            )
        }));
    }
    for attempt in &record.attempts {
        sentences.extend(failed_attempt(attempt));
    }
    sentences.extend(ending(record));
    sentences
}

fn failed_attempt(attempt: &AttemptRow) -> Option<String> {
    let error = attempt.error.as_ref()?;
    let model = name(&attempt.target);
    let what = format!(
        "Attempt {} with {model} failed: {}",
        attempt.attempt,
        reason(error)
    );
    Some(match &attempt.next {
        Some(Next::Retry { after_ms }) => {
            format!("{what}; it was asked again after {}.", seconds(*after_ms))
        }
        Some(Next::Fallback { to, why }) => format!("{what}; {why}, so {} was next.", name(to)),
        Some(Next::Continue { on, why }) => {
            format!("{what}; {why}, so {} carried on.", name(on))
        }
        Some(Next::Stop { why }) => format!("{what}; it ended there: {why}."),
        None => format!("{what}."),
    })
}

fn ending(record: &CallRecord) -> Option<String> {
    let row = &record.row;
    let elapsed = seconds(row.elapsed_ms.unwrap_or_default());
    let model = row.answered.as_ref().map(name);
    Some(match row.status {
        CallStatus::Running => return None,
        CallStatus::Ok => {
            let model = model.unwrap_or_else(|| name(&row.requested));
            match row.attempts {
                0 | 1 => {
                    format!("The answer came from {model} at the first attempt, in {elapsed}.")
                }
                attempts => {
                    format!("The answer came from {model} after {attempts} attempts, in {elapsed}.")
                }
            }
        }
        CallStatus::Failed if row.attempts == 0 => {
            let why = row
                .error
                .as_ref()
                .map_or("no target could be used".into(), reason);
            sentence(&format!("nothing was sent: {why}"))
        }
        CallStatus::Failed => format!("No target answered; the call failed after {elapsed}."),
        CallStatus::Cancelled => {
            format!("It was stopped after {elapsed}; what had arrived is kept.")
        }
        CallStatus::Interrupted => {
            "Switchboard ended while the call ran; what had arrived by then is kept.".into()
        }
    })
}

fn reason(error: &CallError) -> String {
    match error.status {
        Some(status) if !error.message.contains(&status.to_string()) => {
            format!("{} (HTTP {status})", error.message)
        }
        Some(_) | None => error.message.clone(),
    }
}

fn name(target: &TargetInfo) -> String {
    target.model.clone()
}

fn seconds(ms: u64) -> String {
    format!("{:.2} s", ms as f64 / 1000.0)
}

/// Returns the clause with a capital letter and a full stop.
fn sentence(clause: &str) -> String {
    let mut chars = clause.chars();
    let Some(first) = chars.next() else {
        return String::new();
    };
    let end = if clause.ends_with('.') { "" } else { "." };
    format!("{}{}{end}", first.to_uppercase(), chars.as_str())
}
