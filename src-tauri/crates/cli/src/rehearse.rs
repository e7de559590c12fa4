//! `switchboard-cli rehearse`: a route under load and faults, in virtual time.

use crate::exit::{Exit, Stop};
use crate::session::Session;
use crate::terminal::write;
use crate::wait::until_ended;
use clap::{Args, ValueEnum};
use std::path::PathBuf;
use std::time::Duration;
use switchboard_app::api::types::{
    ChartRehearsal, Empty, Load, RehearsalChart, RehearsalProgress, RehearsalReport,
    RehearsalState, StartRehearsal,
};
use switchboard_app::rehearse::{GRAMMAR, render};
use switchboard_engine::config::parse_duration;

#[derive(Debug, Args)]
#[command(after_long_help = GRAMMAR)]
pub(crate) struct Rehearse {
    /// A route, a model, or several models separated by commas: the first and its fallbacks
    #[arg(value_name = "ROUTE")]
    pub(crate) route: String,

    /// Something that goes wrong, for example openai=outage:10m; may be repeated (--help tells more)
    #[arg(long, value_name = "FAULT")]
    pub(crate) fault: Vec<String>,

    /// How many calls are made
    #[arg(long, value_name = "COUNT", default_value_t = 10_000)]
    pub(crate) calls: u32,

    /// Seed of all chance: the same seed gives the same report, byte for byte
    #[arg(long, value_name = "NUMBER", default_value_t = 1)]
    pub(crate) seed: u32,

    /// Over how long the calls are spread, up to 24h
    #[arg(long, value_name = "TIME", default_value = "1h", value_parser = parse_duration)]
    pub(crate) span: Duration,

    /// How the calls are spread
    #[arg(long, value_name = "LOAD", default_value = "poisson")]
    pub(crate) load: LoadWord,

    /// Give the calls the shapes of your real calls of so many days back: tokens, attachments, tools
    #[arg(long, value_name = "DAYS")]
    pub(crate) like_days: Option<u32>,

    /// A file with the route as it is to be, its table as the configuration file has it; it is rehearsed in place of
    /// the active one
    #[arg(long, value_name = "FILE")]
    pub(crate) draft: Option<PathBuf>,

    /// Another route (or models) to rehearse on the same calls and the same chance
    #[arg(long, value_name = "ROUTE")]
    pub(crate) compare: Option<String>,

    /// Write a chart here: calls over time by answering model, as SVG
    #[arg(long, value_name = "FILE.svg")]
    pub(crate) chart: Option<PathBuf>,

    /// Draw the chart for dark backgrounds
    #[arg(long, requires = "chart")]
    pub(crate) dark: bool,

    /// Write the report as one JSON object
    #[arg(long)]
    pub(crate) json: bool,
}

/// How calls are spread over the span.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum LoadWord {
    /// Evenly
    Constant,
    /// At random, as from many callers
    Poisson,
    /// From nothing to twice the average
    Ramp,
    /// Half of them in four short bursts
    Burst,
}

impl From<LoadWord> for Load {
    fn from(word: LoadWord) -> Self {
        match word {
            LoadWord::Constant => Self::Constant,
            LoadWord::Poisson => Self::Poisson,
            LoadWord::Ramp => Self::Ramp,
            LoadWord::Burst => Self::Burst,
        }
    }
}

pub(crate) async fn run(session: &Session, arguments: &Rehearse) -> Result<Exit, Stop> {
    if let Some(path) = &arguments.chart {
        let is_svg = path
            .extension()
            .is_some_and(|end| end.eq_ignore_ascii_case("svg"));
        if !is_svg {
            let message = format!("`--chart {}`: a chart is an SVG file", path.display());
            return Err(Stop::new(Exit::Usage, message).hint("let its name end in .svg"));
        }
    }
    let routes = std::iter::once(&arguments.route).chain(&arguments.compare);
    let names: Vec<&str> = routes
        .flat_map(|route| route.split(','))
        .map(str::trim)
        .collect();
    crate::config_check(session, &names).await?;
    let draft = match &arguments.draft {
        Some(path) => Some(crate::routes::whatif::draft(
            session,
            path,
            &arguments.route,
        )?),
        None => None,
    };
    let started: RehearsalProgress = session
        .api(
            "rehearse.start",
            &StartRehearsal {
                route: arguments.route.clone(),
                draft,
                compare: arguments.compare.clone(),
                faults: arguments.fault.clone(),
                calls: arguments.calls,
                seed: arguments.seed,
                span_ms: u64::try_from(arguments.span.as_millis()).unwrap_or(u64::MAX),
                load: arguments.load.into(),
                like_days: arguments.like_days,
            },
        )
        .await?;
    let ended = until_ended(session, "rehearse", started).await?;
    match ended.state {
        RehearsalState::Done => {}
        RehearsalState::Stopped => return Err(Stop::silent(Exit::Interrupted)),
        RehearsalState::None | RehearsalState::Running | RehearsalState::Failed => {
            let why = ended.error.unwrap_or_else(|| "it did not end".to_owned());
            return Err(Stop::new(
                Exit::Internal,
                format!("the rehearsal failed: {why}"),
            ));
        }
    }
    let report: RehearsalReport = session.api("rehearse.report", &Empty {}).await?;
    if arguments.json {
        let text = serde_json::to_string(&report)
            .map_err(|error| Stop::new(Exit::Internal, error.to_string()))?;
        write(&(text + "\n"))?;
    } else {
        write(&render(&report))?;
    }
    if let Some(path) = &arguments.chart {
        chart(session, path, arguments.dark, report.compared.is_some()).await?;
    }
    Ok(Exit::Done)
}

/// Writes the chart; that of the compared route beside it, as `NAME-compared.svg`.
async fn chart(
    session: &Session,
    path: &std::path::Path,
    dark: bool,
    compared: bool,
) -> Result<(), Stop> {
    let mut places = vec![(path.to_owned(), false)];
    if compared {
        let stem = path.file_stem().unwrap_or_default().to_string_lossy();
        places.push((path.with_file_name(format!("{stem}-compared.svg")), true));
    }
    for (path, compared) in places {
        let params = ChartRehearsal {
            compared,
            dark,
            width: 1200,
            height: 420,
        };
        let chart: RehearsalChart = session.api("rehearse.chart", &params).await?;
        std::fs::write(&path, chart.svg).map_err(|error| {
            let message = format!("{} cannot be written: {error}", path.display());
            Stop::new(Exit::Usage, message).hint("choose another place with --chart")
        })?;
        session.terminal.say(&format!("wrote {}", path.display()));
    }
    Ok(())
}
