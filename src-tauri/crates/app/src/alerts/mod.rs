//! Alerts about spending: what is told, when, and to whom.
//!
//! What has been told is kept in the history file, so that it is told once whatever processes run and however often they
//! are restarted.

mod deliver;
mod settings;
mod watch;
mod webhook;

pub(crate) use deliver::{Deliveries, work};
pub use settings::{set, set_webhook, settings, test};
pub(crate) use watch::{look, look_at_hours, runs_away};

use crate::App;
use crate::api::types::*;
use switchboard_store::{AlertRow, StoppedCallerRow};

/// Longest reason that is kept for stopping a caller, in characters.
const REASON_CHARS: usize = 200;

/// Returns alerts, newest first.
///
/// # Errors
/// `Store`.
pub async fn list(app: &App, _params: Empty) -> Result<AlertList, ApiError> {
    let (rows, open) = app.store().alerts().await?;
    Ok(AlertList {
        alerts: rows.into_iter().map(shown).collect(),
        open,
    })
}

/// Marks alerts as seen.
///
/// # Errors
/// `Store`.
pub async fn dismiss(app: &App, which: DismissAlerts) -> Result<AlertList, ApiError> {
    app.store().dismiss_alerts(which.id).await?;
    app.live().publish(&Live::BudgetsChanged {});
    list(app, Empty {}).await
}

/// Keeps a budget's alerts quiet until it resets, or takes that back. They are listed all the same.
///
/// # Errors
/// `NotFound`, `Store`.
pub async fn mute(app: &App, mute: MuteAlerts) -> Result<BudgetList, ApiError> {
    let purse = app.money().purse();
    let now = purse.now();
    let standing = purse
        .standings()
        .into_iter()
        .find(|standing| standing.budget.name == mute.budget && standing.limit.is_some())
        .ok_or_else(|| {
            ApiError::new(
                ErrorCode::NotFound,
                format!("there is no budget `{}`", mute.budget),
            )
        })?;
    let hour = now.saturating_add(switchboard_engine::policy::period::HOUR_MS);
    let until = standing.window.map_or(hour, |window| window.end);
    let until = mute.muted.then_some(until);
    app.store().mute_alerts(&mute.budget, until).await?;
    app.money().poll().await;
    app.live().publish(&Live::BudgetsChanged {});
    crate::budgets::list(app, Empty {}).await
}

/// Returns the callers whose calls are refused.
///
/// # Errors
/// None now.
pub async fn stopped(app: &App, _params: Empty) -> Result<Vec<StoppedCaller>, ApiError> {
    let shown = |row: StoppedCallerRow| StoppedCaller {
        caller: row.caller,
        at_ms: row.at_ms,
        reason: row.reason,
    };
    Ok(app.money().stopped().into_iter().map(shown).collect())
}

/// Refuses a caller's calls until it is let go on. Calls under way end before their next attempt.
///
/// # Errors
/// `InvalidParams`, `Store`.
pub async fn stop_caller(app: &App, caller: CallerRef) -> Result<Vec<StoppedCaller>, ApiError> {
    let name = checked(&caller.caller)?;
    let reason = caller.reason.unwrap_or_default();
    let row = StoppedCallerRow {
        caller: name.to_owned(),
        at_ms: app.money().purse().now(),
        reason: reason.chars().take(REASON_CHARS).collect(),
    };
    app.store().stop_caller(name, Some(row)).await?;
    after_callers(app).await
}

/// Lets a stopped caller go on.
///
/// # Errors
/// `InvalidParams`, `Store`.
pub async fn resume_caller(app: &App, caller: CallerRef) -> Result<Vec<StoppedCaller>, ApiError> {
    let name = checked(&caller.caller)?;
    app.store().stop_caller(name, None).await?;
    app.money().forget(name);
    after_callers(app).await
}

async fn after_callers(app: &App) -> Result<Vec<StoppedCaller>, ApiError> {
    app.money().poll().await;
    app.live().publish(&Live::BudgetsChanged {});
    stopped(app, Empty {}).await
}

fn checked(caller: &str) -> Result<&str, ApiError> {
    let known = matches!(caller, "window" | "cli" | "gateway");
    let key = caller.strip_prefix("key:");
    let is_key = key.is_some_and(|name| (1..=200).contains(&name.len()));
    if known || is_key {
        return Ok(caller);
    }
    Err(
        ApiError::new(ErrorCode::InvalidParams, "there is no such caller")
            .with_hint("name `window`, `cli`, `gateway`, or a gateway key as `key:NAME`")
            .with_field("caller"),
    )
}

pub(crate) fn shown(row: AlertRow) -> Alert {
    Alert {
        id: row.id,
        at_ms: row.at_ms,
        level: match row.level.as_str() {
            "alarm" => AlertLevel::Alarm,
            "warning" => AlertLevel::Warning,
            _ => AlertLevel::Info,
        },
        title: row.title,
        text: row.text,
        budget: row.budget,
        caller: row.caller,
        dismissed: row.dismissed,
        muted: row.muted,
    }
}
