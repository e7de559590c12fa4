//! From the history to what is replayed.

use super::{Asked, failed, pick};
use crate::App;
use crate::api::types::*;
use std::collections::HashMap;
use switchboard_engine::error::ErrorKind;
use switchboard_engine::event::TargetInfo;
use switchboard_rehearse::whatif::{Past, PastAttempt, PastCall, PastEnd};
use switchboard_rehearse::{Control, Stopped};
use switchboard_store::{CallStatus, PastAttemptRow, PastCallRow, PastFilter, Store};

/// How long before the first call targets are looked at, in milliseconds.
const BEFORE_MS: i64 = 30 * 86_400_000;

/// Reads the calls that were asked for, and the attempts around them.
///
/// # Errors
/// [`Stopped`].
pub(super) async fn read(app: &App, asked: &Asked, control: &Control) -> Result<Past, Stopped> {
    let filter = PastFilter {
        from_ms: asked.from_ms,
        before: None,
        route: match asked.calls {
            WhatIfCalls::Route => Some(asked.route.clone()),
            WhatIfCalls::Auto | WhatIfCalls::All => None,
        },
        limit: asked.limit,
        with_request: asked.calls == WhatIfCalls::Auto,
    };
    let (mut rows, elsewhere) = match asked.calls {
        WhatIfCalls::Auto => pick::of_route(app, asked, filter, control).await?,
        WhatIfCalls::Route | WhatIfCalls::All => {
            let rows = app.store().past_calls(filter).await;
            (rows.map_err(|error| failed(&error))?, 0)
        }
    };
    let mut left_out: Vec<LeftOut> = Vec::new();
    let mut leave = |rows: &mut Vec<PastCallRow>, why: &str, out: &dyn Fn(&PastCallRow) -> bool| {
        let before = rows.len();
        rows.retain(|row| !out(row));
        let calls = u32::try_from(before - rows.len()).unwrap_or(u32::MAX);
        if calls > 0 {
            left_out.push(LeftOut {
                why: why.to_owned(),
                calls,
            });
        }
    };
    let (why, wanted) = match asked.simulated {
        true => ("were not simulated", true),
        false => ("were answered by the simulator", false),
    };
    leave(&mut rows, why, &|row| row.target.simulated != wanted);
    leave(
        &mut rows,
        "were cancelled, so that their whole shape is not known",
        &|row| row.status == CallStatus::Cancelled,
    );
    leave(
        &mut rows,
        "were cut off by the end of the program",
        &|row| row.status == CallStatus::Interrupted,
    );
    if elsewhere > 0 {
        left_out.push(LeftOut {
            why: "would go to other routes".to_owned(),
            calls: elsewhere,
        });
    }
    let (Some(first), Some(last)) = (rows.first(), rows.last()) else {
        let why = match asked.calls {
            WhatIfCalls::Route => format!(
                "no call of the history took the route `{}`; replay every call, or those that would come to it",
                asked.route
            ),
            WhatIfCalls::Auto => format!(
                "no call of the history would come to `{}` by itself; replay every call instead",
                asked.name
            ),
            WhatIfCalls::All => "the history has no call of that time".to_owned(),
        };
        return Err(Stopped::Failed(why));
    };
    if control.is_stopped() {
        return Err(Stopped::Asked);
    }
    let from = Store::key_at(first.started_at_ms.saturating_sub(BEFORE_MS));
    let attempts = app.store().past_attempts(from, last.key).await;
    let attempts = attempts.map_err(|error| failed(&error))?;
    Ok(past(&rows, attempts, left_out))
}

/// Numbers targets, and joins calls with their attempts.
fn past(rows: &[PastCallRow], attempts: Vec<PastAttemptRow>, left_out: Vec<LeftOut>) -> Past {
    let mut targets: Vec<TargetInfo> = Vec::new();
    let mut numbers: HashMap<TargetInfo, u32> = HashMap::new();
    let mut number = |target: &TargetInfo| {
        if let Some(known) = numbers.get(target) {
            return *known;
        }
        let next = u32::try_from(targets.len()).unwrap_or(u32::MAX);
        targets.push(target.clone());
        numbers.insert(target.clone(), next);
        next
    };
    let mut places: HashMap<i64, (u32, u32)> = HashMap::new();
    let mut all = Vec::with_capacity(attempts.len());
    for (place, row) in (0u32..).zip(attempts) {
        places.entry(row.call).or_insert((place, 0)).1 += 1;
        all.push(attempt(&row, number(&row.target)));
    }
    let calls = rows.iter().map(|row| {
        let own = places.get(&row.key).copied();
        let end = match (row.status, row.fallback_text) {
            (_, true) => PastEnd::FallbackText,
            (CallStatus::Ok, false) => PastEnd::Answered(number(&row.target)),
            (_, false) => PastEnd::Failed(row.error.unwrap_or(ErrorKind::Server)),
        };
        PastCall {
            key: row.key,
            at_ms: row.started_at_ms,
            end,
            continued: row.continued,
            elapsed_ms: row.elapsed_ms,
            first_token_ms: row.first_token_ms,
            usage: row.usage,
            cost: row.cost,
            tier: row.service_tier.unwrap_or_default(),
            attempts: own.unwrap_or_default(),
            fallbacks: row.fallbacks,
            images: row.images,
            tools: row.tools,
            json_schema: row.json_schema,
            caller: row.caller_key.clone().unwrap_or_else(|| row.caller.clone()),
        }
    });
    let calls = calls.collect();
    Past {
        calls,
        targets,
        attempts: all,
        left_out,
    }
}

fn attempt(row: &PastAttemptRow, target: u32) -> PastAttempt {
    let since = |ms: u64| u32::try_from(ms.saturating_sub(row.started_ms)).unwrap_or(u32::MAX);
    let started = i64::try_from(row.started_ms).unwrap_or_default();
    PastAttempt {
        target,
        at_ms: Store::time_of_key(row.call).saturating_add(started),
        first_token_ms: row.first_token_ms.map(since),
        elapsed_ms: since(row.ended_ms),
        error: row.error.map(|error| error.kind),
        retry_after_ms: row.error.and_then(|error| error.retry_after_ms),
        usage: row.usage,
        cost: row.cost,
    }
}
