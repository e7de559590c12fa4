//! `routes whatif`: past calls replayed through a route or its draft.

use crate::exit::{Exit, Stop};
use crate::session::Session;
use crate::terminal::{Style, Terminal, clean, write};
use crate::wait::until_ended;
use clap::{Args, ValueEnum};
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use switchboard_app::api::types::*;
use switchboard_engine::price::PicoUsd;

/// Largest draft, in bytes.
const MOST_BYTES: u64 = 1 << 20;

#[derive(Debug, Args)]
pub(crate) struct WhatIfArguments {
    /// The route; with --draft, the name under which it is active, or the draft's of a new one
    #[arg(value_name = "ROUTE")]
    pub(crate) route: String,

    /// A file with the route as it is to be: its table as the configuration file has it
    #[arg(long, value_name = "FILE")]
    pub(crate) draft: Option<PathBuf>,

    /// Replay at most this many of the newest calls, up to 100,000 [default: 10000, or all of --days]
    #[arg(long, value_name = "COUNT")]
    pub(crate) last: Option<u32>,

    /// Replay calls of so many days back
    #[arg(long, value_name = "DAYS")]
    pub(crate) days: Option<u32>,

    /// Which calls
    #[arg(long, value_name = "CALLS", default_value = "route")]
    pub(crate) calls: CallsWord,

    /// Replay calls that the simulator answered in place of real ones
    #[arg(long)]
    pub(crate) simulated: bool,

    /// Seed of all chance: the same history and seed give the same report, byte for byte
    #[arg(long, value_name = "NUMBER", default_value_t = 1)]
    pub(crate) seed: u32,

    /// Write the report as one JSON object
    #[arg(long)]
    pub(crate) json: bool,
}

/// Which calls are replayed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum CallsWord {
    /// Those that the route took
    Route,
    /// Those that would come to the route if they named none
    Auto,
    /// Every call
    All,
}

impl From<CallsWord> for WhatIfCalls {
    fn from(word: CallsWord) -> Self {
        match word {
            CallsWord::Route => Self::Route,
            CallsWord::Auto => Self::Auto,
            CallsWord::All => Self::All,
        }
    }
}

pub(super) async fn run(session: &Session, arguments: &WhatIfArguments) -> Result<Exit, Stop> {
    let draft = match &arguments.draft {
        Some(path) => Some(draft(session, path, &arguments.route)?),
        None => None,
    };
    let params = StartWhatIf {
        route: arguments.route.clone(),
        draft,
        last: arguments.last,
        days: arguments.days,
        seed: arguments.seed,
        calls: arguments.calls.into(),
        simulated: arguments.simulated,
    };
    let started: RehearsalProgress = session.api("what_if.start", &params).await?;
    let ended = until_ended(session, "what_if", started).await?;
    match ended.state {
        RehearsalState::Done => {}
        RehearsalState::Stopped => return Err(Stop::silent(Exit::Interrupted)),
        RehearsalState::None | RehearsalState::Running | RehearsalState::Failed => {
            let why = ended.error.unwrap_or_else(|| "it did not end".to_owned());
            return Err(Stop::new(Exit::CallFailed, why));
        }
    }
    let report: WhatIfReport = session.api("what_if.report", &Empty {}).await?;
    if arguments.json {
        let text = serde_json::to_string(&report)
            .map_err(|error| Stop::new(Exit::Internal, error.to_string()))?;
        write(&(text + "\n"))?;
    } else {
        write(&page(session.terminal, &report))?;
    }
    Ok(Exit::Done)
}

/// Reads a draft.
pub(crate) fn draft(session: &Session, path: &Path, route: &str) -> Result<RouteEdit, Stop> {
    let shown = path.display();
    let unread = |why: String| Stop::new(Exit::Usage, format!("`--draft {shown}`: {why}"));
    let size = std::fs::metadata(path).map_err(|error| unread(error.to_string()))?;
    if size.len() > MOST_BYTES {
        return Err(unread(format!("it has more than {MOST_BYTES} bytes")));
    }
    let text = std::fs::read_to_string(path).map_err(|error| unread(error.to_string()))?;
    Ok(switchboard_app::routes::edit_of(
        &session.app,
        &text,
        route,
    )?)
}

fn page(terminal: Terminal, report: &WhatIfReport) -> String {
    let mut out = String::new();
    let days = report.from_ms.zip(report.to_ms).map(|(from, to)| {
        let day = |ms| {
            jiff::Timestamp::from_millisecond(ms).map(|at| at.strftime("%Y-%m-%d").to_string())
        };
        format!(
            ", {} to {}",
            day(from).unwrap_or_default(),
            day(to).unwrap_or_default()
        )
    });
    let head = format!(
        "{} calls{}, seed {}",
        report.calls,
        days.unwrap_or_default(),
        report.seed
    );
    // A string takes all that is written to it.
    let _ = writeln!(out, "{}", terminal.out(Style::Dim, &head));
    for left in &report.left_out {
        let line = format!("left out: {} that {}", left.calls, left.why);
        let _ = writeln!(out, "{}", terminal.out(Style::Dim, &clean(&line)));
    }
    for sentence in &report.summary {
        let _ = writeln!(out, "{}", terminal.out(Style::Bold, &clean(sentence)));
    }
    let mut lines = vec![["", "happened", "active", "draft"].map(str::to_owned)];
    for row in &report.rows {
        let figure = |figure: Option<WhatIfFigure>, change: Option<WhatIfChange>| {
            figure.map_or_else(String::new, |figure| shown(row.measure, figure, change))
        };
        lines.push([
            name(row.measure).to_owned(),
            figure(Some(row.happened), None),
            figure(row.active, row.active_change),
            figure(row.draft, row.draft_change),
        ]);
    }
    for target in &report.targets {
        let share = |figure: Option<WhatIfFigure>| {
            let value = figure.and_then(|figure| figure.value);
            value.map_or_else(String::new, |value| format!("{:.1} %", value * 100.0))
        };
        lines.push([
            clean(&format!(
                "{}/{}",
                target.target.provider, target.target.model
            )),
            share(Some(target.happened)),
            share(target.active),
            share(target.draft),
        ]);
    }
    out.push('\n');
    let wide = |column: usize| lines.iter().map(|line| line[column].chars().count()).max();
    let widths: Vec<usize> = (0..4).map(|column| wide(column).unwrap_or(0)).collect();
    let columns = [true, true, report.has_active, report.has_draft];
    for line in &lines {
        let mut cells = String::new();
        for (column, cell) in line
            .iter()
            .enumerate()
            .filter(|(column, _)| columns[*column])
        {
            let pad = widths[column];
            match column {
                0 => _ = write!(cells, "{cell:<pad$}"),
                _ => _ = write!(cells, "  {cell:>pad$}"),
            }
        }
        let _ = writeln!(out, "{}", cells.trim_end());
    }
    out.push('\n');
    for words in report.quality.words.iter().chain(&report.notes) {
        let _ = writeln!(
            out,
            "{}",
            terminal.out(Style::Dim, &clean(&format!("- {words}")))
        );
    }
    out
}

fn name(measure: WhatIfMeasure) -> &'static str {
    match measure {
        WhatIfMeasure::Cost => "cost",
        WhatIfMeasure::LatencyP50 => "latency p50",
        WhatIfMeasure::LatencyP90 => "latency p90",
        WhatIfMeasure::FirstTokenP50 => "first token p50",
        WhatIfMeasure::FirstTokenP90 => "first token p90",
        WhatIfMeasure::Failed => "failed",
        WhatIfMeasure::Rescued => "rescued",
        WhatIfMeasure::FallbackText => "fallback text",
        WhatIfMeasure::Attempts => "attempts a call",
    }
}

fn shown(measure: WhatIfMeasure, figure: WhatIfFigure, change: Option<WhatIfChange>) -> String {
    let Some(value) = figure.value else {
        return "not known".to_owned();
    };
    let one = |value: f64| match measure {
        WhatIfMeasure::Cost => switchboard_app::rehearse::dollars(PicoUsd(value.round() as i64)),
        WhatIfMeasure::LatencyP50
        | WhatIfMeasure::LatencyP90
        | WhatIfMeasure::FirstTokenP50
        | WhatIfMeasure::FirstTokenP90 => format!("{:.2} s", value / 1000.0),
        WhatIfMeasure::Failed | WhatIfMeasure::Rescued | WhatIfMeasure::FallbackText => {
            format!("{:.2} %", value * 100.0)
        }
        WhatIfMeasure::Attempts => format!("{value:.3}"),
    };
    let interval = figure
        .low
        .zip(figure.high)
        .map(|(low, high)| (one(low), one(high)));
    let interval = match interval {
        Some((low, high)) if low != high => format!(" ({low} to {high})"),
        _ => String::new(),
    };
    let says = match change.map(|change| change.says) {
        Some(Says::Better) => " better",
        Some(Says::Worse) => " worse",
        _ => "",
    };
    format!("{}{interval}{says}", one(value))
}
