//! How fast costs are shown over a long history, and what recording and paying take of a call's own time.
//!
//! `cargo xtask bench --only spend` makes the history and prints a line per number: every view of the Costs screen
//! from the query to the drawn chart, as a window asks for it. `BENCH_CALLS` sets how many calls the year has
//! (1,000,000 unless told). It fails if a figure is above its goal.
#![expect(clippy::print_stdout, reason = "numbers are what a bench is for")]

#[path = "../../../gateway/tests/it/bare_host.rs"]
mod bare_host;
mod pipeline;
mod views;

use std::error::Error;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;
use switchboard_app::{App, Caller, Options};
use switchboard_engine::redact::Redactor;

type Outcome<T> = Result<T, Box<dyn Error + Send + Sync>>;

fn main() -> Outcome<()> {
    let Some(folder) = std::env::var_os("BENCH_HISTORY").map(PathBuf::from) else {
        return Err(
            "BENCH_HISTORY is not set: start it with `cargo xtask bench --only spend`".into(),
        );
    };
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()?;
    let slow = runtime.block_on(measure(&folder))?;
    if slow.is_empty() {
        return Ok(());
    }
    Err(format!("above the goal: {}", slow.join("; ")).into())
}

/// Measures all, and returns what is above its goal.
async fn measure(folder: &Path) -> Outcome<Vec<String>> {
    let app = App::open(Options {
        data_dir: folder.to_owned(),
        config_path: folder.join("config.toml"),
        caller: Caller::Window,
        host: Arc::new(bare_host::BareHost),
        redactor: Arc::new(Redactor::default()),
    })
    .await
    .map_err(|error| error.message)?;
    let mut slow = views::measure(&app).await?;
    app.shutdown().await;
    slow.extend(pipeline::measure().await?);
    Ok(slow)
}

/// Sorts times and returns the middle one and the longest.
fn spread(mut times: Vec<Duration>) -> (Duration, Duration) {
    times.sort_unstable();
    let at = |place: usize| times.get(place).copied().unwrap_or_default();
    (at(times.len() / 2), at(times.len().saturating_sub(1)))
}

fn line(name: &str, value: f64, unit: &str) {
    println!("{name:58} {value:>10.2} {unit}");
}
