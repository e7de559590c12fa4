//! What happened to a call, in words.

use crate::text::millis;
use switchboard_engine::event::{Event, Next, TargetInfo};

/// Tells one event; `None` if it is no news beside the others.
pub(crate) fn tell(event: &Event) -> Option<String> {
    Some(match event {
        Event::TargetSkipped { target, error } => {
            format!("{} is passed over: {}", name(target), error.message)
        }
        Event::Queued {
            target,
            wait_ms,
            why,
        } => format!("waits {} for {}: {why}", millis(*wait_ms), name(target)),
        Event::AttemptStarted {
            attempt,
            target,
            hedge,
            ..
        } => {
            let beside = if *hedge {
                ", beside the one before"
            } else {
                ""
            };
            format!("attempt {attempt} asks {}{beside}", name(target))
        }
        Event::FirstToken { attempt, .. } => format!("attempt {attempt} brings its first token"),
        Event::AttemptFailed {
            attempt,
            error,
            next,
            ..
        } => {
            let next = match next {
                Next::Retry { after_ms } => format!("again in {}", millis(*after_ms)),
                Next::Fallback { to, why } => format!("{why}, so {} is next", name(to)),
                Next::Continue { on, why } => format!("{why}, so {} carries on", name(on)),
                Next::Stop { why } => format!("it ends there: {why}"),
            };
            format!("attempt {attempt} fails: {}; {next}", error.message)
        }
        Event::Restarted {
            discarded_chars, ..
        } => format!("the {discarded_chars} characters shown are void"),
        Event::Continued { kept_chars, .. } => format!("the {kept_chars} characters shown stay"),
        Event::HedgeLost {
            attempt, target, ..
        } => format!("attempt {attempt} at {} is given up", name(target)),
        Event::Finished { outcome } if outcome.fallback_text => {
            "answered with the route's fallback text".to_owned()
        }
        Event::Finished { outcome } => format!("answered by {}", name(&outcome.target)),
        Event::Failed { report } => format!("failed: {}", report.error.message),
        Event::Cancelled { .. } => "stopped".to_owned(),
        Event::Planned { .. }
        | Event::ResponseStarted { .. }
        | Event::TextDelta { .. }
        | Event::ReasoningDelta { .. }
        | Event::ToolCallDelta { .. }
        | Event::Charged { .. }
        | Event::Usage { .. } => return None,
    })
}

fn name(target: &TargetInfo) -> String {
    format!("{}/{}", target.provider, target.model)
}
