//! Budgets: how they stand, and changing them.
//!
//! Whether an attempt fits is decided by the engine's purse, in memory. Here it is filled from the history file and
//! the configuration, and kept in step with other processes.

mod degrade;
mod edit;
mod money;
mod spender;
mod sync;
mod vault;

pub(crate) use degrade::cheaper;
pub(crate) use edit::{set_alerts, set_webhook};
pub(crate) use money::{DAY_GAUGE, HOUR_GAUGE, Money};
pub(crate) use spender::{spender, who};

use crate::App;
use crate::api::types::*;
use switchboard_engine::config::{check_budget_name, usd_amount};
use switchboard_engine::policy::budget::{Budget, Degrade, Step, share, usd_text};
use switchboard_engine::policy::ledger::Standing;
use switchboard_engine::policy::period::{Calendar, Period, resets_text};
use switchboard_engine::price::PicoUsd;
use switchboard_store::BudgetRaise;

/// Returns how every budget stands.
///
/// # Errors
/// None now.
pub async fn list(app: &App, _params: Empty) -> Result<BudgetList, ApiError> {
    let purse = app.money().purse();
    let (calendar, now) = (purse.calendar(), purse.now());
    let standings = purse.standings();
    let shown = |standing: Standing| state(app, standing, &calendar, now);
    let mut budgets: Vec<BudgetState> = standings.into_iter().filter_map(shown).collect();
    stand_for_parts(&mut budgets);
    Ok(BudgetList {
        budgets,
        zone: calendar
            .zone
            .iana_name()
            .unwrap_or("the system's zone")
            .to_owned(),
    })
}

/// Writes a budget into the configuration file.
///
/// # Errors
/// `InvalidParams` naming the field, `Conflict` if the name is taken, `Config`.
pub async fn set(app: &App, budget: SetBudget) -> Result<BudgetList, ApiError> {
    let at = |field: &'static str| move |message: &str| invalid(field, message);
    check_budget_name(&budget.name).map_err(at("name"))?;
    usd_amount(&budget.limit_usd).map_err(|message| {
        invalid("limit_usd", message).with_hint("write for example 10.00, in USD without a sign")
    })?;
    let config = app.config().current();
    let renamed = budget.old_name.as_ref() != Some(&budget.name);
    if renamed && config.budgets.budget(&budget.name).is_some() {
        return Err(ApiError::new(
            ErrorCode::Conflict,
            format!("there is a budget `{}` already", budget.name),
        )
        .with_field("name"));
    }
    let note = crate::config::Change {
        note: Some(format!("budget {} set", budget.name)),
        restored_from: None,
    };
    app.config()
        .edit_as(note, move |document| edit::put(document, &budget))
        .await?;
    after_edit(app).await
}

/// Takes a budget out of the configuration file. What was spent stays known.
///
/// # Errors
/// `NotFound`, `Config`.
pub async fn remove(app: &App, budget: BudgetName) -> Result<BudgetList, ApiError> {
    configured(app, &budget.name)?;
    let note = crate::config::Change {
        note: Some(format!("budget {} removed", budget.name)),
        restored_from: None,
    };
    app.config()
        .edit_as(note, move |document| {
            edit::remove(document, &budget.name);
            Ok(())
        })
        .await?;
    after_edit(app).await
}

/// Raises a budget until it resets: the calendar's window ends, or an hour has passed.
///
/// # Errors
/// `NotFound`, `InvalidParams`, `Store`.
pub async fn raise(app: &App, raise: RaiseBudget) -> Result<BudgetList, ApiError> {
    let budget = configured(app, &raise.name)?;
    let purse = app.money().purse();
    let now = purse.now();
    let standing = purse
        .standings()
        .into_iter()
        .find(|standing| standing.budget.name == raise.name);
    let limit = budget.limit.unwrap_or_default();
    let limit = match &raise.limit_usd {
        Some(text) => usd_amount(text).map_err(|message| invalid("limit_usd", message))?,
        // Half more than the limit, or than what is spent where that is beyond it already.
        None => {
            let spent = standing.as_ref().map_or(0, |standing| standing.spent.0);
            let base = limit.0.max(spent).max(1_000_000_000_000);
            PicoUsd(base.saturating_add(base / 2))
        }
    };
    if limit <= budget.limit.unwrap_or_default() {
        return Err(invalid(
            "limit_usd",
            "this is no more than the limit it has",
        ));
    }
    let day = Period::Day.window(&purse.calendar(), now);
    let until_ms = match (budget.period, standing.and_then(|standing| standing.window)) {
        (_, Some(window)) => window.end,
        (Period::Hour, None) => now.saturating_add(switchboard_engine::policy::period::HOUR_MS),
        (_, None) => day.map_or(now, |day| day.end),
    };
    let row = BudgetRaise {
        budget: raise.name.clone(),
        limit,
        until_ms,
    };
    app.store().raise_budget(&raise.name, Some(row)).await?;
    app.money().poll().await;
    app.live().publish(&Live::BudgetsChanged {});
    list(app, Empty {}).await
}

async fn after_edit(app: &App) -> Result<BudgetList, ApiError> {
    app.money().configure();
    app.live().publish(&Live::BudgetsChanged {});
    list(app, Empty {}).await
}

fn configured(app: &App, name: &str) -> Result<Budget, ApiError> {
    let config = app.config().current();
    config
        .budgets
        .budget(name)
        .cloned()
        .ok_or_else(|| ApiError::new(ErrorCode::NotFound, format!("there is no budget `{name}`")))
}

fn state(app: &App, standing: Standing, calendar: &Calendar, now: i64) -> Option<BudgetState> {
    let limit = standing.limit?;
    let budget = standing.budget;
    Some(BudgetState {
        part_of: standing.part_of,
        scope_text: budget.scope.words(),
        scope: budget.scope,
        window: budget.period,
        limit,
        limit_usd: usd_text(budget.limit?),
        spent: standing.spent,
        reserved: standing.reserved,
        share: share(standing.spent, limit),
        step: match budget.period {
            // A single call's limit has no spending of its own to show.
            Period::Call => Step::Within,
            _ => Step::of(standing.spent, limit),
        },
        resets_at_ms: standing.resets_at,
        resets_text: standing
            .resets_at
            .map(|at| format!("resets {}", resets_text(budget.period, calendar, now, at))),
        blocks: budget.blocks,
        degrade: match budget.degrade {
            Degrade::Never => BudgetDegrade::Never,
            Degrade::Cheapest => BudgetDegrade::Cheapest,
            Degrade::To(name) => BudgetDegrade::To { name },
        },
        raised_until_ms: standing.raised_until,
        muted_until_ms: app.money().muted_until(&budget.name, now),
        name: budget.name,
    })
}

/// Has a budget that counts each by itself stand as the one that is spent furthest, and puts each behind it.
fn stand_for_parts(budgets: &mut Vec<BudgetState>) {
    let (parts, wholes): (Vec<_>, Vec<_>) = std::mem::take(budgets)
        .into_iter()
        .partition(|budget| budget.part_of.is_some());
    for mut whole in wholes {
        let mut own: Vec<BudgetState> = parts
            .iter()
            .filter(|part| part.part_of.as_ref() == Some(&whole.name))
            .cloned()
            .collect();
        own.sort_by(|one, two| {
            two.share
                .total_cmp(&one.share)
                .then(one.name.cmp(&two.name))
        });
        if let Some(first) = own
            .first()
            .filter(|first| first.spent.0 + first.reserved.0 > 0)
        {
            let name = first.scope.name().unwrap_or("others");
            whole.scope_text = format!("{}; most: {name}", whole.scope_text);
            whole.spent = first.spent;
            whole.reserved = first.reserved;
            whole.share = first.share;
            whole.step = first.step;
            whole.resets_at_ms = first.resets_at_ms;
            whole.resets_text.clone_from(&first.resets_text);
        }
        budgets.push(whole);
        budgets.append(&mut own);
    }
}

fn invalid(field: &'static str, message: &str) -> ApiError {
    ApiError::new(ErrorCode::InvalidParams, message).with_field(field)
}
