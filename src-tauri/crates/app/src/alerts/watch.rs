//! Looks at how spending stands, and raises what is news.

use super::shown;
use crate::App;
use crate::api::types::Live;
use crate::budgets::{DAY_GAUGE, HOUR_GAUGE};
use switchboard_engine::config::AlertsConfig;
use switchboard_engine::policy::budget::{Step, usd_short};
use switchboard_engine::policy::ledger::Standing;
use switchboard_engine::policy::marks::{Crossing, Measure};
use switchboard_engine::policy::period::{Calendar, Period, resets_text};
use switchboard_engine::policy::runaway::{FACTOR, out_of_the_ordinary};
use switchboard_engine::price::PicoUsd;
use switchboard_store::{AlertRow, NewAlert, StoreError};

/// Hours that a caller's spending is compared with: a week, and the one that runs.
const WEEK_HOURS: usize = 7 * 24 + 1;

/// Looks at every budget and at the ladder.
pub(crate) async fn look(app: &App) {
    let config = app.config().current();
    if !config.alerts.enabled {
        return;
    }
    let purse = app.money().purse();
    let (calendar, now) = (purse.calendar(), purse.now());
    // Of budgets that count each by itself, each is told of.
    let is_told = |one: &Standing| !one.budget.scope.is_each() || one.part_of.is_some();
    for standing in purse.standings().into_iter().filter(is_told) {
        let measured = match standing.budget.name.as_str() {
            DAY_GAUGE => ladder(&config.alerts, &standing),
            HOUR_GAUGE => hour(&config.alerts, &standing),
            _ => {
                let muted = app
                    .money()
                    .muted_until(&standing.budget.name, now)
                    .is_some();
                budget(&standing, &calendar, now, muted)
            }
        };
        if let Some((measure, alert)) = measured {
            let name = format!("budget:{}", standing.budget.name);
            advance(app, &name, measure, alert).await;
        }
    }
}

/// Looks for callers whose hour is far dearer than usual.
pub(crate) async fn look_at_hours(app: &App) {
    let alerts = app.config().current().alerts.clone();
    if !alerts.enabled || !alerts.runaway {
        return;
    }
    let hours = app
        .money()
        .purse()
        .with_ledger(|ledger, now| ledger.hours_by_caller(now, WEEK_HOURS));
    for (caller, hours) in hours {
        let last = hours.last().copied().unwrap_or_default();
        let median = out_of_the_ordinary(&hours);
        // Below the line it is measured too, so that it can be told again after it calmed down.
        let step = median.map_or(i64::MAX, |median| median.0.saturating_mul(FACTOR));
        let measure = Measure {
            window: None,
            value: last.0,
            steps: vec![step],
        };
        let name = format!("hour:{caller}");
        advance(app, &name, measure, move |_| {
            let usual = usd_short(median?);
            Some(NewAlert {
                level: "warning",
                title: format!("{} spends far more than usual", words(&caller)),
                text: format!(
                    "{} in this hour; usual is {usual} (the median of its hours in a week).",
                    usd_short(last)
                ),
                budget: None,
                caller: Some(caller),
                muted: false,
            })
        })
        .await;
    }
}

/// Tells that a caller makes nearly the same call again and again.
pub(crate) async fn runs_away(app: &App, caller: String, calls: usize) {
    let alerts = app.config().current().alerts.clone();
    if !alerts.enabled || !alerts.runaway {
        return;
    }
    let measure = Measure {
        // It was decided that this is news already.
        window: Some(app.money().purse().now()),
        value: 1,
        steps: vec![1],
    };
    let name = format!("runaway:{caller}");
    advance(app, &name, measure, move |_| {
        Some(NewAlert {
            level: "alarm",
            title: format!("{} seems to run away", words(&caller)),
            text: format!(
                "{calls} nearly identical calls within a minute. Stop it if that is not meant."
            ),
            budget: None,
            caller: Some(caller),
            muted: false,
        })
    })
    .await;
}

fn words(caller: &str) -> String {
    match caller {
        "window" => "The window".to_owned(),
        "cli" => "The command line".to_owned(),
        "gateway" => "A gateway client without a key".to_owned(),
        _ => match caller.strip_prefix("key:") {
            Some(key) => format!("Gateway key {key}"),
            None => caller.to_owned(),
        },
    }
}

async fn advance(
    app: &App,
    name: &str,
    measure: Measure,
    alert: impl FnOnce(Crossing) -> Option<NewAlert> + Send + 'static,
) {
    let deliveries = app.deliveries();
    if !deliveries.is_news(name, &measure) {
        return;
    }
    match app.store().advance_marks(name, measure, alert).await {
        Ok((marks, row)) => {
            deliveries.told(name, marks);
            if let Some(row) = row {
                raised(app, row);
            }
        }
        // The program ends; before it closed its history it looked once more at everything.
        Err(StoreError::Closed) => {}
        Err(error) => tracing::warn!(%error, "an alert could not be recorded; it is tried again"),
    }
}

fn raised(app: &App, row: AlertRow) {
    let alert = shown(row);
    app.live().publish(&Live::AlertRaised {
        alert: alert.clone(),
    });
    if !alert.muted {
        app.deliveries().send(alert);
    }
}

type Alerting = Box<dyn FnOnce(Crossing) -> Option<NewAlert> + Send>;

fn budget(
    standing: &Standing,
    calendar: &Calendar,
    now: i64,
    muted: bool,
) -> Option<(Measure, Alerting)> {
    let limit = standing.limit.filter(|limit| limit.0 > 0)?;
    let budget = &standing.budget;
    if budget.period == Period::Call {
        return None;
    }
    let at = |step: Step| {
        let at = i128::from(limit.0) * i128::from(step.percent());
        i64::try_from((at + 99) / 100).unwrap_or(i64::MAX)
    };
    let measure = Measure {
        window: standing.window.map(|window| window.start),
        value: standing.spent.0,
        steps: Step::TOLD.map(at).into(),
    };
    let resets = standing.resets_at.map_or_else(String::new, |at| {
        format!(
            " It resets {}.",
            resets_text(budget.period, calendar, now, at)
        )
    });
    let (name, blocks) = (budget.name.clone(), budget.blocks);
    let spent = format!(
        "{} of {} ({}, {}).",
        usd_short(standing.spent),
        usd_short(limit),
        budget.scope.words(),
        budget.period.name()
    );
    let alert = move |crossing: Crossing| {
        let step = Step::TOLD.get(crossing.step).copied()?;
        let (level, so) = match step {
            Step::Within | Step::Notify => ("info", ""),
            Step::Warn => ("warning", ""),
            Step::Degrade => ("warning", " Cheaper targets are taken where there are any."),
            Step::Block if blocks => ("alarm", " Calls that cost anything are refused."),
            Step::Block => ("alarm", ""),
        };
        Some(NewAlert {
            level,
            title: format!("Budget {name}: {} % spent", step.percent()),
            text: format!("{spent}{so}{resets}"),
            budget: Some(name),
            caller: None,
            muted,
        })
    };
    Some((measure, Box::new(alert)))
}

fn ladder(alerts: &AlertsConfig, standing: &Standing) -> Option<(Measure, Alerting)> {
    let mut steps: Vec<i64> = alerts.ladder.iter().map(|step| step.0).collect();
    steps.extend(alerts.day.map(|day| day.0));
    steps.sort_unstable();
    steps.dedup();
    if steps.is_empty() {
        return None;
    }
    let (spent, day) = (standing.spent, alerts.day);
    let amounts = steps.clone();
    let alert = move |crossing: Crossing| {
        let step = PicoUsd(*amounts.get(crossing.step)?);
        let alarm = day.is_some_and(|day| step >= day);
        Some(NewAlert {
            level: if alarm { "alarm" } else { "info" },
            title: format!("{} spent today", usd_short(step)),
            text: format!("All calls together have cost {} today.", usd_short(spent)),
            budget: None,
            caller: None,
            muted: false,
        })
    };
    let measure = Measure {
        window: standing.window.map(|window| window.start),
        value: standing.spent.0,
        steps,
    };
    Some((measure, Box::new(alert)))
}

fn hour(alerts: &AlertsConfig, standing: &Standing) -> Option<(Measure, Alerting)> {
    let step = alerts.hour?;
    let spent = standing.spent;
    let alert = move |_: Crossing| {
        Some(NewAlert {
            level: "warning",
            title: format!("{} spent within an hour", usd_short(step)),
            text: format!(
                "All calls together have cost {} in the last 60 minutes.",
                usd_short(spent)
            ),
            budget: None,
            caller: None,
            muted: false,
        })
    };
    let measure = Measure {
        window: None,
        value: spent.0,
        steps: vec![step.0],
    };
    Some((measure, Box::new(alert)))
}
