//! `cargo xtask`: everything a developer types, with its set-up.
//!
//! It installs what is missing where it can and says what to type where it cannot. It never changes
//! files of the repository, except where that is the task (`types`, `prices`, `icons`).

#![expect(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a program for the terminal"
)]

mod bench;
mod checks;
mod clients;
mod desktop;
mod prices;
mod run;
mod setup;
mod step;
mod ui;

use std::path::{Path, PathBuf};
use std::process::ExitCode;

const USAGE: &str = "\
Project tasks. Usage: cargo xtask TASK

  run [--release] [-- ARGUMENTS]   build everything and open the window; without a display, serve the
                                   same pages on this machine and print their address
  test [--only STEP]...            run every check; `--list` prints the steps
  desktop -- COMMAND               run a command in the window tests' private desktop
  types                            write ui/src/lib/backend/types.ts from the Rust types
  prices                           write the bundled price file and the figures that it is tested with
  bench [--only NAME]... [-- ARGUMENTS]
                                   run the benchmarks
  icons                            write icons/ from icons/icon.svg
";

fn main() -> ExitCode {
    let mut arguments: Vec<String> = std::env::args().skip(1).collect();
    let task = if arguments.is_empty() {
        String::new()
    } else {
        arguments.remove(0)
    };
    let done = match task.as_str() {
        "run" => run::run(&arguments),
        "test" => checks::test(&arguments),
        "desktop" => desktop::run_in(&arguments),
        "types" => checks::write_types(),
        "prices" => prices::write(),
        "bench" => bench::run(&arguments),
        "icons" => ui::write_icons(),
        "" | "help" | "--help" | "-h" => {
            print!("{USAGE}");
            return ExitCode::SUCCESS;
        }
        unknown => Err(format!("there is no task `{unknown}`\n\n{USAGE}")),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(message) => {
            eprintln!("\nxtask: {message}");
            ExitCode::FAILURE
        }
    }
}

/// Returns the repository's root folder.
fn root() -> PathBuf {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    here.ancestors().nth(3).unwrap_or(here).to_path_buf()
}

/// Returns the folder for what builds leave behind.
fn target() -> PathBuf {
    std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| root().join("target"), PathBuf::from)
}

/// Splits `before -- after`; `after` is empty without `--`.
fn split_at_dashes(arguments: &[String]) -> (&[String], &[String]) {
    match arguments.iter().position(|argument| argument == "--") {
        Some(at) => (&arguments[..at], &arguments[at + 1..]),
        None => (arguments, &[]),
    }
}
