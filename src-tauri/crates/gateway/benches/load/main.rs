//! What the gateway adds to a call, beside a bare proxy that does nothing but pass bytes on.
//!
//! `cargo xtask bench --only load` prints one line per number. Gateway and proxy each run in a process of
//! their own, on one core where `taskset` is there; the simulator and the load run in this one, on another.
//! Load is open-loop: a request is due at its time, whether those before it are done or not, and its latency
//! counts from when it was due. `BENCH_RATE` sets the requests a second (300 unless told), `BENCH_SECONDS`
//! how long each run takes (10).
#![expect(
    clippy::disallowed_methods,
    reason = "the bench plays clients, not Switchboard"
)]
#![expect(clippy::print_stdout, reason = "numbers are what a bench is for")]

#[path = "../../tests/it/bare_host.rs"]
mod bare_host;
mod child;
mod numbers;
mod requests;
mod roles;

use child::Child;
use numbers::{Spread, line, ms};
use requests::Load;
use std::error::Error;
use std::time::{Duration, Instant};
use switchboard_sandbox::{Options, Sandbox};

type Outcome<T> = Result<T, Box<dyn Error + Send + Sync>>;

/// Streams at a time when the first token is timed.
const STREAMS: usize = 32;
/// Open streams when memory is read.
const OPEN: usize = 1000;

fn main() -> Outcome<()> {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .worker_threads(1)
        .build()?;
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match arguments.iter().position(|argument| argument == "--role") {
        Some(at) => runtime.block_on(roles::play(arguments.get(at + 1..).unwrap_or_default())),
        None => runtime.block_on(measure()),
    }
}

async fn measure() -> Outcome<()> {
    child::pin_this(1);
    let sandbox = Sandbox::start(Options::default()).await?;
    let upstream = sandbox.base_url().to_owned();
    let folder = tempfile::tempdir()?;
    let began = Instant::now();
    let gateway = Child::start("gateway", &[&upstream, &folder.path().to_string_lossy()])?;
    let load = Load::new()?;
    load.one(&gateway.url, "up/steady?ttft=0&tps=max&tokens=5")
        .await?;
    line("first reply after the start", ms(began.elapsed()), "ms");
    tokio::time::sleep(Duration::from_secs(2)).await;
    line("memory, idle", gateway.memory_mb()?, "MB");
    let floor = Child::start("floor", &[&upstream])?;

    let model = "steady?ttft=0&tps=max&tokens=20";
    let through = format!("up/{model}");
    let ways = [
        ("direct", upstream.as_str(), model, None),
        ("bare proxy", floor.url.as_str(), model, Some(&floor)),
        (
            "gateway",
            gateway.url.as_str(),
            through.as_str(),
            Some(&gateway),
        ),
    ];
    let mut spreads = Vec::new();
    for (name, url, model, process) in &ways {
        // Connections and caches are warm before anything counts.
        load.open_loop(url, model, Duration::from_secs(1)).await?;
        let before = process.map(Child::cpu).transpose()?;
        let run = load.open_loop(url, model, seconds()).await?;
        line(&format!("{name}, p50"), ms(run.at(0.5)), "ms");
        line(&format!("{name}, p99"), ms(run.at(0.99)), "ms");
        if let (Some(process), Some(before)) = (process, before) {
            let cpu = process.cpu()?.saturating_sub(before).as_micros() as f64;
            line(
                &format!("{name}, CPU a request"),
                cpu / run.len() as f64,
                "us",
            );
        }
        spreads.push(run);
    }
    added(&spreads, "");

    let word = "steady?ttft=0&tps=max&say=Blue";
    for (name, prefix, process) in [("bare proxy", "", &floor), ("gateway", "up/", &gateway)] {
        for (what, script) in [("20 tokens", model), ("one word", word)] {
            let asked = format!("{prefix}{script}");
            let (before, began) = (process.cpu()?, Instant::now());
            let long = Duration::from_secs(5);
            let count = load.closed_loop(&process.url, &asked, 32, long).await?;
            let rate = count as f64 / began.elapsed().as_secs_f64();
            line(&format!("{name}, {what}, saturated"), rate, "requests/s");
            let cpu = process.cpu()?.saturating_sub(before).as_micros() as f64;
            line(
                &format!("{name}, {what}, saturated, CPU a request"),
                cpu / count as f64,
                "us",
            );
        }
    }

    let long = "steady?ttft=0&tps=max&tokens=2000";
    for (name, url, model) in [
        ("bare proxy", floor.url.as_str(), long.to_owned()),
        ("gateway", gateway.url.as_str(), format!("up/{long}")),
    ] {
        let began = Instant::now();
        let chunks = load.streams(url, &model, 16).await?;
        let rate = chunks as f64 / began.elapsed().as_secs_f64();
        line(&format!("{name}, stream"), rate, "chunks/s");
    }

    let paced = "steady?ttft=5&tps=20&tokens=20";
    let mut firsts = Vec::new();
    for (url, model) in [
        (upstream.as_str(), paced.to_owned()),
        (floor.url.as_str(), paced.to_owned()),
        (gateway.url.as_str(), format!("up/{paced}")),
    ] {
        firsts.push(load.first_tokens(url, &model, STREAMS, 5).await?);
    }
    added(&firsts, "first token with 32 streams, ");

    let failing = "up/steady?ttft=0&tps=max&tokens=20&fault=503";
    let rescued = load.rescued(&gateway.url, failing, &through).await?;
    line("one fallback, p50", ms(rescued.at(0.5)), "ms");

    let endless = "up/steady?ttft=1&tps=1&tokens=500";
    let open = load.hold_open(&gateway.url, endless, OPEN).await?;
    line("memory, 1,000 open streams", gateway.memory_mb()?, "MB");
    drop(open);
    tokio::time::sleep(Duration::from_secs(3)).await;
    line("memory after they are gone", gateway.memory_mb()?, "MB");
    Ok(())
}

/// Prints what proxy and gateway add to the direct way.
fn added(spreads: &[Spread], what: &str) {
    let [direct, floor, gateway] = spreads else {
        return;
    };
    for (name, share) in [("p50", 0.5), ("p99", 0.99)] {
        let more = |spread: &Spread| ms(spread.at(share)) - ms(direct.at(share));
        line(
            &format!("{what}added by the bare proxy, {name}"),
            more(floor),
            "ms",
        );
        line(
            &format!("{what}added by the gateway, {name}"),
            more(gateway),
            "ms",
        );
    }
}

fn seconds() -> Duration {
    Duration::from_secs(numbers::setting("BENCH_SECONDS", 10))
}
