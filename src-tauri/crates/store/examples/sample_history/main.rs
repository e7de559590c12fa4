//! Writes a year of made-up calls into an empty history, to look at costs with and to measure by.
//!
//! `cargo xtask sample-history --calls N --data-dir DIR [--seed S] [--until TIME]` starts it. The same seed and
//! `--until` make the same calls.

#![expect(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a program for the terminal"
)]

mod calendar;
mod call;
mod random;
mod world;
mod write;

use calendar::{HOUR_MS, HOURS};
use call::Maker;
use random::Random;
use std::error::Error;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Instant;
use switchboard_store::Store;

const USAGE: &str = "--calls N --data-dir DIR [--seed S] [--until TIME]

  --calls N        how many calls, at most 100,000,000
  --data-dir DIR   the folder for history.sqlite; it may not hold calls already
  --seed S         another number, other calls [default: 42]
  --until TIME     when the year ends, as 2026-11-25T12:00:00Z [default: now]

Whole days of this machine's zone are summed ahead, as the program does.";

/// Most calls: about 100 GB.
const MOST: u64 = 100_000_000;

#[derive(Debug, PartialEq, Eq)]
struct Arguments {
    calls: u64,
    data_dir: PathBuf,
    seed: u64,
    until: jiff::Timestamp,
}

fn main() -> ExitCode {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let arguments = match parse(&words) {
        Ok(arguments) => arguments,
        Err(problem) => {
            eprintln!("{problem}\n\n{USAGE}");
            return ExitCode::from(2);
        }
    };
    let began = Instant::now();
    match write_history(&arguments) {
        Ok(path) => {
            println!(
                "{} calls in {} after {:.1} s; look at them with --data-dir {}",
                arguments.calls,
                path.display(),
                began.elapsed().as_secs_f64(),
                arguments.data_dir.display()
            );
            ExitCode::SUCCESS
        }
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}

fn parse(words: &[String]) -> Result<Arguments, String> {
    let (mut calls, mut data_dir, mut seed, mut until) = (None, None, 42, None);
    let mut words = words.iter();
    while let Some(word) = words.next() {
        let value = words.next().ok_or(format!("`{word}` needs a value"))?;
        let number = || {
            let digits = value.replace(['_', ','], "");
            digits
                .parse::<u64>()
                .map_err(|_| format!("`{word}` takes a whole number, not `{value}`"))
        };
        match word.as_str() {
            "--calls" => calls = Some(number()?),
            "--data-dir" => data_dir = Some(PathBuf::from(value)),
            "--seed" => seed = number()?,
            "--until" => {
                let time = value.parse::<jiff::Timestamp>();
                until = Some(time.map_err(|error| format!("`--until`: {error}"))?);
            }
            other => return Err(format!("`sample-history` does not know `{other}`")),
        }
    }
    let calls = calls.ok_or("`--calls` is missing: how many?")?;
    if !(1..=MOST).contains(&calls) {
        return Err(format!("`--calls` takes 1 to {MOST}, not {calls}"));
    }
    Ok(Arguments {
        calls,
        data_dir: data_dir.ok_or("`--data-dir` is missing: a folder of its own")?,
        seed,
        until: until.unwrap_or_else(jiff::Timestamp::now),
    })
}

/// Writes the history and returns its path.
fn write_history(arguments: &Arguments) -> Result<PathBuf, Box<dyn Error>> {
    let path = arguments.data_dir.join("history.sqlite");
    let (store, _) = Store::open(&path)?;
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    let result = fill(arguments, &store, &runtime);
    runtime.block_on(store.close());
    result.map(|()| path)
}

fn fill(
    arguments: &Arguments,
    store: &Store,
    runtime: &tokio::runtime::Runtime,
) -> Result<(), Box<dyn Error>> {
    let calls = runtime.block_on(store.stats())?.calls;
    if calls > 0 {
        let path = store.path().display();
        return Err(format!(
            "{path} holds {calls} calls already; name a folder without a history, so that made-up calls are \
             never mixed with others"
        )
        .into());
    }
    write_calls(arguments, store.path())?;
    // The one place where the sums beside the calls are made: the rows above were written past the store.
    runtime.block_on(store.rebuild_spend())?;
    // So are the sums of whole days, which the program makes as days end.
    runtime.block_on(store.seal_spend(calendar::days(arguments.until)))?;
    Ok(())
}

fn write_calls(arguments: &Arguments, path: &Path) -> Result<(), Box<dyn Error>> {
    let start_ms = arguments.until.as_millisecond() - i64::try_from(HOURS)? * HOUR_MS;
    let mut random = Random::new(arguments.seed);
    let hours = calendar::calls_by_hour(arguments.calls, start_ms, &mut random);
    let incidents = calendar::incidents(start_ms, &world::PROVIDERS, &mut random);
    let mut maker = Maker::new(Random::new(random.bits()), incidents, start_ms);
    let mut writer = write::Writer::open(path, start_ms)?;
    let mut written = 0;
    for (hour, count) in (0_i64..).zip(hours) {
        let mut times: Vec<i64> = (0..count)
            .map(|_| i64::try_from(random.below(HOUR_MS as u64)))
            .collect::<Result<_, _>>()?;
        times.sort_unstable();
        for time in times {
            let at_ms = start_ms + hour * HOUR_MS + time;
            let call = maker.call(at_ms).ok_or("no job calls at that hour")?;
            writer.call(&call)?;
            written += 1;
            if written % 100_000 == 0 {
                println!("{written} calls");
            }
        }
    }
    writer.finish()
}

#[cfg(test)]
mod tests;
