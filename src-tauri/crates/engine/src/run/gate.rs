//! Whether and when a target may be tried: what it can do, and its turn at our own limits.

use super::EventSink;
use crate::admit::{Admission, Health, Need, Permit, Turn};
use crate::call::ModelRequest;
use crate::error::{CallError, ErrorKind};
use crate::event::Event;
use crate::plan::Target;
use crate::provider::requirements;
use crate::tokens::SURE_SHARE;
use std::time::Duration;
use tokio::time::Instant;

/// Output reserved for a request that names no limit of its own, in tokens.
const USUAL_OUTPUT_TOKENS: u64 = 1000;

/// A limiter that names no wait is asked again after this.
const LEAST_WAIT: Duration = Duration::from_millis(1);

/// Returns the tokens an attempt is to reserve: what is sent and the most that may come back.
pub(super) fn reserve(request: &ModelRequest, input_tokens: u64) -> u64 {
    let output = request
        .params
        .max_tokens
        .map_or(USUAL_OUTPUT_TOKENS, u64::from);
    input_tokens.saturating_add(output)
}

/// Returns why the target cannot take the request, or `None` if it can for all that is known.
pub(super) fn incapable(
    target: &Target,
    request: &ModelRequest,
    input_tokens: u64,
) -> Option<CallError> {
    let can = &target.capabilities;
    if let Err(error) = requirements::check_model(&target.model, request, can) {
        return Some(error);
    }
    let window = can.context_window?;
    // An estimate may be too high. A request that is too long even so does not fit.
    let (sure, of) = SURE_SHARE;
    let least = (input_tokens / of)
        .saturating_mul(sure)
        .saturating_add(request.params.max_tokens.unwrap_or(0).into());
    (least > window).then(|| {
        let model = &target.model;
        CallError::new(
            ErrorKind::Incapable,
            format!(
                "the model `{model}` has a context window of {window} tokens; prompt and answer need \
                 at least {least}"
            ),
        )
        .with_hint("shorten the prompt, lower `max_tokens` or choose a model with a larger window")
    })
}

/// Returns why a target is passed over after another failed with `kind`.
pub(super) fn no_better(target: &Target, kind: ErrorKind) -> CallError {
    let model = &target.model;
    let message = match (kind, target.capabilities.context_window) {
        (ErrorKind::ContextTooLong, Some(window)) => format!(
            "the context window of `{model}`, {window} tokens, is no larger than the one that was too small"
        ),
        _ => format!("`{model}` is the model that has just failed and would answer the same"),
    };
    CallError::new(ErrorKind::Incapable, message)
}

/// Waits for an attempt's turn at the target. Each reason for waiting is told once.
///
/// # Errors
/// Why the target cannot be tried in time.
pub(super) async fn admitted<S: EventSink>(
    health: &Health,
    target: &Target,
    need: Need,
    sink: &mut S,
) -> Result<Permit, CallError> {
    let mut told: Vec<String> = Vec::new();
    let mut turn = Turn::default();
    loop {
        let (wait, why) = match health.admit_in_turn(target, need, &mut turn) {
            Admission::Go(permit) => return Ok(permit),
            Admission::Refused(error) => return Err(error),
            Admission::Wait { wait, why } => (wait.max(LEAST_WAIT), why),
        };
        let now = Instant::now();
        if now >= need.until {
            let provider = &target.provider;
            let mut error = CallError::new(
                ErrorKind::QueueFull,
                format!("`{provider}` could not be asked in time: {why}"),
            );
            error.retry_after_ms = u64::try_from(wait.as_millis()).ok();
            return Err(error);
        }
        if !told.contains(&why) {
            sink.emit(Event::Queued {
                target: target.info(),
                wait_ms: u64::try_from(wait.as_millis()).unwrap_or(u64::MAX),
                why: why.clone(),
            })
            .await;
            told.push(why);
        }
        turn.wait(wait.min(need.until - now)).await;
    }
}
