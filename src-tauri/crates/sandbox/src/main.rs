//! Runs the simulated providers until interrupted.

use std::io::Write;
use std::process::ExitCode;
use switchboard_sandbox::{Options, Sandbox, catalog};

const HELP: &str = "Simulated LLM providers over loopback HTTP

Usage: switchboard-sandbox [--port PORT] [--seed SEED] [--models]

  --port PORT   the port on 127.0.0.1 (default 4142; 0 takes a free one)
  --seed SEED   chooses among answers (default 0)
  --models      lists the ready-made models and ends
";

#[tokio::main]
async fn main() -> ExitCode {
    let mut options = Options {
        port: 4142,
        seed: 0,
    };
    let mut arguments = std::env::args().skip(1);
    while let Some(argument) = arguments.next() {
        let value = argument.split_once('=').map(|(_, value)| value.to_owned());
        let name = argument.split('=').next().unwrap_or_default();
        let known = match name {
            "--help" | "-h" => {
                say(HELP);
                return ExitCode::SUCCESS;
            }
            "--models" => {
                for model in catalog() {
                    say(&format!("{:<14} {}\n", model.name, model.about));
                }
                return ExitCode::SUCCESS;
            }
            "--port" => set(&mut options.port, value.or_else(|| arguments.next())),
            "--seed" => set(&mut options.seed, value.or_else(|| arguments.next())),
            _ => false,
        };
        if !known {
            complain(&format!("`{name}` is unknown or lacks a number\n\n{HELP}"));
            return ExitCode::from(2);
        }
    }
    let sandbox = match Sandbox::start(options).await {
        Ok(sandbox) => sandbox,
        Err(error) => {
            complain(&format!("{error}\n"));
            return ExitCode::FAILURE;
        }
    };
    say(&format!(
        "simulated providers at {} (stop with Ctrl-C)\n",
        sandbox.base_url()
    ));
    // Without a signal handler there is nothing to wait for, and the program ends.
    let _ = tokio::signal::ctrl_c().await;
    sandbox.stop().await;
    ExitCode::SUCCESS
}

fn set<T: std::str::FromStr>(place: &mut T, value: Option<String>) -> bool {
    match value.and_then(|value| value.parse().ok()) {
        Some(value) => {
            *place = value;
            true
        }
        None => false,
    }
}

/// Writes to standard output; a reader that has gone away is no reason to crash.
fn say(text: &str) {
    let _ = std::io::stdout().write_all(text.as_bytes());
}

fn complain(text: &str) {
    let _ = std::io::stderr().write_all(text.as_bytes());
}
