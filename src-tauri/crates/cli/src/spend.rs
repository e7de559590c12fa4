//! `switchboard-cli spend`: what calls cost, by what people ask for. The same figures as on the Costs screen.

mod table;

use crate::arguments::{Spend, SpendKind, SpendTime};
use crate::exit::{Exit, Stop};
use crate::session::Session;
use crate::terminal::write;
use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan};
use switchboard_app::api::types::{
    Empty, ExportSpend, SpendBy, SpendFile, SpendFilter, SpendFormat, SpendQuery, SpendRange,
    SpendRebuilt, SpendReport, SpendToday, SpendView,
};

pub(crate) async fn run(session: &Session, arguments: &Spend) -> Result<Exit, Stop> {
    if arguments.rebuild {
        let SpendRebuilt { calls } = session.api("spend.rebuild", &Empty {}).await?;
        session
            .terminal
            .say(&format!("{calls} calls are summed anew"));
    }
    let range = match arguments.days {
        None => range(arguments),
        Some(1) => SpendRange::Today,
        Some(7) => SpendRange::Last7d,
        Some(30) => SpendRange::Last30d,
        Some(days) => {
            let today: SpendToday = session.api("spend.today", &Empty {}).await?;
            last_days(days, &today)?
        }
    };
    let query = query(arguments, range);
    let format = match (arguments.json, arguments.csv) {
        (true, _) => Some(SpendFormat::Json),
        (_, true) => Some(SpendFormat::Csv),
        _ => None,
    };
    if let Some(format) = format {
        let asked = ExportSpend { query, format };
        let file: SpendFile = session
            .api("spend.export", &asked)
            .await
            .map_err(|stop| of_range(stop, &asked.query.range))?;
        let end = if file.text.ends_with('\n') { "" } else { "\n" };
        write(&format!("{}{end}", file.text))?;
        return Ok(Exit::Done);
    }
    let report: SpendReport = session
        .api("spend.report", &query)
        .await
        .map_err(|stop| of_range(stop, &query.range))?;
    if report.totals.calls == 0 && report.rows.is_empty() {
        session.terminal.say(&table::nothing(&report, &query));
        return Ok(Exit::Done);
    }
    write(&table::page(session.terminal, &report, query.by))?;
    Ok(Exit::Done)
}

fn query(arguments: &Spend, range: SpendRange) -> SpendQuery {
    SpendQuery {
        range,
        by: by(arguments.by),
        view: SpendView::Spend,
        filter: SpendFilter {
            project: arguments.project.clone(),
            ..SpendFilter::default()
        },
        baseline: None,
        simulated: arguments.simulated,
        chart: None,
    }
}

fn by(kind: SpendKind) -> SpendBy {
    match kind {
        SpendKind::Model => SpendBy::Model,
        SpendKind::Provider => SpendBy::Provider,
        SpendKind::Route => SpendBy::Route,
        SpendKind::Project => SpendBy::Project,
        SpendKind::Caller => SpendBy::Caller,
        SpendKind::Prompt => SpendBy::Prompt,
        SpendKind::Tag => SpendBy::Tag,
    }
}

/// Returns the range that is named or given by its ends; without either, the last 30 days.
fn range(arguments: &Spend) -> SpendRange {
    if let (Some(from), Some(to)) = (&arguments.from, &arguments.to) {
        return SpendRange::Custom {
            from: from.clone(),
            to: to.clone(),
        };
    }
    match arguments.range {
        Some(SpendTime::Today) => SpendRange::Today,
        Some(SpendTime::Hours24) => SpendRange::Last24h,
        Some(SpendTime::Days7) => SpendRange::Last7d,
        Some(SpendTime::Days30) | None => SpendRange::Last30d,
        Some(SpendTime::Month) => SpendRange::MonthToDate,
    }
}

/// Says of which range a complaint is.
fn of_range(mut stop: Stop, range: &SpendRange) -> Stop {
    if let (Exit::Usage, SpendRange::Custom { from, to }) = (stop.exit, range) {
        stop.message = stop
            .message
            .map(|message| format!("--from {from} --to {to}: {message}"));
    }
    stop
}

/// Returns today and the days before, `days` of them, in the zone whose days are reported.
fn last_days(days: u16, today: &SpendToday) -> Result<SpendRange, Stop> {
    let internal = |error: jiff::Error| {
        let sentence = format!("today's beginning `{}` is no time: {error}", today.from);
        Stop::new(Exit::Internal, sentence)
    };
    // A zone without a name is the machine's own.
    let zone = TimeZone::get(&today.zone).unwrap_or_else(|_| TimeZone::system());
    let midnight: Timestamp = today.from.parse().map_err(internal)?;
    let last = zone.to_datetime(midnight).date();
    let back = i64::from(days.saturating_sub(1)).days();
    let first = last.checked_sub(back).map_err(internal)?;
    Ok(SpendRange::Custom {
        from: first.to_string(),
        to: last.to_string(),
    })
}

#[cfg(test)]
mod tests;
