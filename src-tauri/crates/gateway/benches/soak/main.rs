//! Mixed faults for some minutes: nothing hangs, no half answer is passed off as a whole one, every call is in
//! the history, and what the program held it gives back.
//!
//! `cargo xtask bench --only soak` runs it. The program under test is the release build of `switchboard-cli
//! serve`; the simulated providers and the clients are in this process. Calls in every wire format, streamed
//! and not, meet every fault of the simulator (but the huge one), with a second provider to fall back to or
//! none; some clients vanish. `SOAK_SECONDS` says how long (180 unless told), `SOAK_CLIENTS` how many clients
//! at a time (32). It ends with an error if anything is not as it must be.
#![expect(
    clippy::disallowed_methods,
    reason = "the bench plays clients, not Switchboard"
)]
#![expect(clippy::print_stdout, reason = "numbers are what a bench is for")]

#[path = "../../tests/it/bare_host.rs"]
mod bare_host;
#[path = "../../tests/it/dialect.rs"]
mod dialect;
mod history;
mod mix;
mod play;
mod served;
mod tally;

use mix::UPSTREAMS;
use play::Clients;
use served::{Held, Served};
use std::error::Error;
use std::time::{Duration, Instant};
use switchboard_sandbox::{Options, Sandbox};
use tally::Tally;

type Outcome<T> = Result<T, Box<dyn Error + Send + Sync>>;

/// Few tries and short clocks: the more calls there are in the time.
const CONFIG: &str = r#"
[settings]
retries = 1
fallback_retries = 1
deadline = "20s"

[timeouts.standard]
headers = "1.5s"
first_token = "2s"
idle = "1.5s"
"#;
/// How long the mix runs before it is noted what the program holds.
const WARM_UP: Duration = Duration::from_secs(10);
/// How long the program may take to give back what it held: unused connections are closed after 90 s.
const CALM: Duration = Duration::from_secs(120);
/// Memory that may stay above what was held after the warm-up: pages that the allocator keeps, and what is
/// remembered of targets.
const KEPT_MB: f64 = 24.0;
/// Files that may stay open beyond those after the warm-up.
const KEPT_FILES: usize = 8;

fn main() -> Outcome<()> {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()?;
    if !cfg!(target_os = "linux") {
        println!("left out: the soak needs Linux");
        return Ok(());
    }
    runtime.block_on(soak())
}

async fn soak() -> Outcome<()> {
    let folder = tempfile::tempdir()?;
    let upstream = Sandbox::start(Options::default()).await?;
    let mut config = CONFIG.to_owned();
    for (name, wire) in UPSTREAMS {
        let url = upstream.base_url();
        config += &format!(
            "[providers.{name}]\nwire = \"{wire}\"\nbase_url = \"{url}\"\nneeds_key = false\n"
        );
    }
    std::fs::write(folder.path().join("config.toml"), config)?;
    let served = Served::start(folder.path())?;
    let clients = Clients::new(&served.url)?;

    let mut tally = Tally::default();
    clients.play(WARM_UP, &mut tally).await;
    let before = calm(&served, None).await?;
    clients.play(seconds("SOAK_SECONDS", 180), &mut tally).await;
    let busy = served.held()?;
    let after = calm(&served, Some(before)).await?;
    served.end()?;
    tally.compare(&history::statuses(folder.path()).await?);

    tally.print();
    for (when, held) in [("before", before), ("under load", busy), ("after", after)] {
        line(&format!("memory {when}"), held.mb, "MB");
        line(&format!("open files {when}"), held.files as f64, "");
    }
    if !is_back(after, before) {
        tally.blame("the program did not give back what it held".to_owned());
    }
    tally.verdict()
}

/// Waits until the program holds what it held at `aim`, or no less for a while; returns what it holds.
async fn calm(served: &Served, aim: Option<Held>) -> Outcome<Held> {
    let end = Instant::now() + CALM;
    let mut last = served.held()?;
    loop {
        tokio::time::sleep(Duration::from_secs(2)).await;
        let now = served.held()?;
        let is_calm = match aim {
            Some(aim) => is_back(now, aim),
            None => now.files == last.files,
        };
        if is_calm || Instant::now() > end {
            return Ok(now);
        }
        last = now;
    }
}

fn is_back(now: Held, before: Held) -> bool {
    now.mb <= before.mb + KEPT_MB && now.files <= before.files + KEPT_FILES
}

/// Prints one number.
fn line(name: &str, value: f64, unit: &str) {
    println!("{name:<52} {value:>12.2} {unit}");
}

/// Reads a number of seconds from the environment.
fn seconds(name: &str, usual: u64) -> Duration {
    Duration::from_secs(number(name, usual))
}

/// Reads a number from the environment.
fn number(name: &str, usual: u64) -> u64 {
    let text = std::env::var(name).ok();
    text.and_then(|text| text.parse().ok()).unwrap_or(usual)
}
