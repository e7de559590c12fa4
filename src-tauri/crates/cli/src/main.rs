//! `switchboard-cli`: the same calls as in the window, for terminals and scripts.
//!
//! It reads the same configuration, keys and history as the window, and its calls appear there. It
//! links no window toolkit.

mod arguments;
mod budgets;
mod call;
mod compare;
mod config;
mod exit;
mod export;
mod import;
mod keys;
mod models;
mod prices;
mod prompt;
mod rehearse;
mod report;
mod routes;
mod run;
mod screen;
mod serve;
mod session;
mod spend;
mod terminal;
mod tokens;
mod wait;
mod wrap;

use arguments::{Arguments, Command};
use clap::Parser;
use exit::{Exit, Stop};
use session::{Session, problem_sentence};
use std::process::ExitCode;
use switchboard_app::Caller;
use terminal::Terminal;

/// Streams allocate and free much, in threads that take turns: a tenth less CPU a call than with the system's
/// allocator, and what a burst took is given back.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    let arguments = match Arguments::try_parse() {
        Ok(arguments) => arguments,
        Err(error) => {
            // Help and version are printed on standard output; a broken pipe there is no matter.
            let _ = error.print();
            let exit = if error.use_stderr() {
                Exit::Usage
            } else {
                Exit::Done
            };
            return exit.into();
        }
    };
    let terminal = Terminal::new(arguments.color);
    if let Command::Prices(prices) = &arguments.command
        && let Some(ended) = prices::run_of_book(terminal, arguments.data_dir.as_deref(), prices)
    {
        return ended.map_or_else(
            |stop| {
                terminal.complain(&stop);
                stop.exit.into()
            },
            Into::into,
        );
    }
    let runtime = match tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
    {
        Ok(runtime) => runtime,
        Err(error) => {
            let message = format!("the system gives no threads: {error}");
            terminal.complain(&Stop::new(Exit::Internal, message));
            return Exit::Internal.into();
        }
    };
    let ended = runtime.block_on(perform(arguments, terminal));
    runtime.shutdown_timeout(std::time::Duration::from_millis(200));
    match ended {
        Ok(exit) => exit.into(),
        Err(stop) => {
            terminal.complain(&stop);
            stop.exit.into()
        }
    }
}

async fn perform(arguments: Arguments, terminal: Terminal) -> Result<Exit, Stop> {
    let caller = match &arguments.command {
        Command::Serve(_) => Caller::Gateway,
        Command::Call(_)
        | Command::Compare(_)
        | Command::Models(_)
        | Command::Tokens(_)
        | Command::Prices(_)
        | Command::Routes(_)
        | Command::Export(_)
        | Command::Budgets(_)
        | Command::Spend(_)
        | Command::Import(_)
        | Command::Keys(_)
        | Command::Config(_)
        | Command::Rehearse(_) => Caller::Cli,
    };
    let session = Session::open(arguments.data_dir.as_deref(), caller, terminal).await?;
    let ended = match &arguments.command {
        Command::Call(arguments) => call::run(&session, arguments).await,
        Command::Compare(arguments) => compare::run(&session, arguments).await,
        Command::Serve(arguments) => serve::run(&session, arguments).await,
        Command::Models(arguments) => models::run(&session, arguments).await,
        Command::Tokens(arguments) => tokens::run(&session, arguments).await,
        Command::Prices(arguments) => prices::run(&session, arguments).await,
        Command::Routes(arguments) => routes::run(&session, arguments).await,
        Command::Config(arguments) => config::run(&session, arguments).await,
        Command::Export(arguments) => export::run(&session, arguments).await,
        Command::Budgets(arguments) => budgets::run(&session, arguments).await,
        Command::Spend(arguments) => spend::run(&session, arguments).await,
        Command::Import(arguments) => import::run(&session, arguments).await,
        Command::Keys(arguments) => keys::run(&session, arguments).await,
        Command::Rehearse(arguments) => rehearse::run(&session, arguments).await,
    };
    let interrupted = session.interrupted();
    // Calls that run on after an error or a broken pipe end as stopped, and all is recorded.
    session.close().await;
    match ended {
        Ok(_) if interrupted => Ok(Exit::Interrupted),
        ended => ended,
    }
}

/// Looks at the configuration file before anything is asked of it: a broken one stops what needs it,
/// and is told where only the simulator is used.
async fn config_check(session: &Session, models: &[&str]) -> Result<(), Stop> {
    let Err(stop) = config_holds(session).await else {
        return Ok(());
    };
    let simulated = |model: &&str| {
        model
            .split('/')
            .next()
            .is_some_and(|id| id.starts_with("sandbox"))
    };
    if models.iter().all(simulated) {
        let message = stop.message.unwrap_or_default();
        session.terminal.warn(&message, stop.hint.as_deref());
        return Ok(());
    }
    Err(stop)
}

/// Stops what is only told from a configuration file that can be read.
async fn config_holds(session: &Session) -> Result<(), Stop> {
    let Some(problem) = session.config_problem().await? else {
        return Ok(());
    };
    let stop = Stop::new(Exit::Configuration, problem_sentence(&problem));
    Err(match problem.fix {
        Some(fix) => stop.hint(fix),
        None => stop,
    })
}
