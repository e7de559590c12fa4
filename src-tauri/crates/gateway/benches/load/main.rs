//! What the gateway adds to a call, beside a bare proxy that does nothing but pass bytes on.
//!
//! `cargo xtask bench --only load` prints one line per number. Gateway and proxy each run in a process of
//! their own, on one core where `taskset` is there; the simulator and the load run in this one, on another.
//! Load is open-loop: a request is due at its time, whether those before it are done or not, and its latency
//! counts from when it was due. `BENCH_RATE` sets the requests a second (300 unless told), `BENCH_SECONDS`
//! how long each run takes (10), and names after `--` which parts are run.
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

/// As in the programs themselves.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

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
        None => runtime.block_on(measure(&arguments)),
    }
}

/// Runs the parts that are named, or all.
async fn measure(named: &[String]) -> Outcome<()> {
    let named: Vec<&str> = named.iter().map(String::as_str).collect();
    let named: Vec<&str> = named.into_iter().filter(|n| !n.starts_with("--")).collect();
    if let Some(other) = named.iter().find(|name| !PARTS.contains(name)) {
        return Err(format!(
            "`{other}` is no part of the load bench: {}",
            PARTS.join(", ")
        )
        .into());
    }
    let is_wanted = |part: &str| named.is_empty() || named.contains(&part);
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
    let bench = Bench {
        load,
        upstream,
        floor,
        gateway,
    };
    if is_wanted("latency") {
        bench.latency().await?;
    }
    if is_wanted("saturated") {
        bench.saturated().await?;
    }
    if is_wanted("streams") {
        bench.streams().await?;
    }
    if is_wanted("first-token") {
        bench.first_token().await?;
    }
    if is_wanted("fallback") {
        bench.fallback().await?;
    }
    if is_wanted("memory") {
        bench.memory().await?;
    }
    Ok(())
}

/// What can be run by name: `cargo xtask bench --only load -- saturated memory`.
const PARTS: [&str; 6] = [
    "latency",
    "saturated",
    "streams",
    "first-token",
    "fallback",
    "memory",
];

/// How often direct way, proxy and gateway take turns, so that what else the machine does meets all alike.
const ROUNDS: u32 = 5;

struct Bench {
    load: Load,
    upstream: String,
    floor: Child,
    gateway: Child,
}

impl Bench {
    /// Returns each way to the simulator: its name, where it begins, what its model is called, its process.
    fn ways(&self, model: &str) -> [(&'static str, &str, String, Option<&Child>); 3] {
        [
            ("direct", &self.upstream, model.to_owned(), None),
            (
                "bare proxy",
                &self.floor.url,
                model.to_owned(),
                Some(&self.floor),
            ),
            (
                "gateway",
                &self.gateway.url,
                format!("up/{model}"),
                Some(&self.gateway),
            ),
        ]
    }

    async fn latency(&self) -> Outcome<()> {
        let ways = self.ways("steady?ttft=0&tps=max&tokens=20");
        let mut times: [Vec<Duration>; 3] = Default::default();
        let mut cpu = [Duration::ZERO; 3];
        for (_, url, model, _) in &ways {
            // Connections and caches are warm before anything counts.
            let warm = Duration::from_secs(1);
            self.load.open_loop(url, model, warm).await?;
        }
        for _ in 0..ROUNDS {
            for (at, (_, url, model, process)) in ways.iter().enumerate() {
                let before = process.map(Child::cpu).transpose()?;
                times[at].extend(self.load.open_loop(url, model, seconds() / ROUNDS).await?);
                if let (Some(process), Some(before)) = (process, before) {
                    cpu[at] += process.cpu()?.saturating_sub(before);
                }
            }
        }
        let spreads = times.map(Spread::new);
        for ((name, _, _, process), (spread, cpu)) in ways.iter().zip(spreads.iter().zip(cpu)) {
            line(&format!("{name}, p50"), ms(spread.at(0.5)), "ms");
            line(&format!("{name}, p99"), ms(spread.at(0.99)), "ms");
            if process.is_some() {
                let each = cpu.as_micros() as f64 / spread.len() as f64;
                line(&format!("{name}, CPU a request"), each, "us");
            }
        }
        added(&spreads, "");
        Ok(())
    }

    async fn saturated(&self) -> Outcome<()> {
        for (what, script) in [
            ("20 tokens", "steady?ttft=0&tps=max&tokens=20"),
            ("one word", "steady?ttft=0&tps=max&say=Blue"),
        ] {
            let [_, ways @ ..] = self.ways(script);
            let mut count = [0_u64; 2];
            let (mut cpu, mut took) = ([Duration::ZERO; 2], [Duration::ZERO; 2]);
            for _ in 0..ROUNDS {
                for (at, (_, url, model, process)) in ways.iter().enumerate() {
                    let Some(process) = process else { continue };
                    let (before, began) = (process.cpu()?, Instant::now());
                    let long = seconds() / ROUNDS;
                    count[at] += self.load.closed_loop(url, model, 32, long).await?;
                    took[at] += began.elapsed();
                    cpu[at] += process.cpu()?.saturating_sub(before);
                }
            }
            for (at, (name, ..)) in ways.iter().enumerate() {
                let rate = count[at] as f64 / took[at].as_secs_f64();
                line(&format!("{name}, {what}, saturated"), rate, "requests/s");
                let each = cpu[at].as_micros() as f64 / count[at] as f64;
                line(&format!("{name}, {what}, saturated, CPU"), each, "us");
            }
        }
        Ok(())
    }

    async fn streams(&self) -> Outcome<()> {
        let [_, ways @ ..] = self.ways("steady?ttft=0&tps=max&tokens=2000");
        for (name, url, model, _) in ways {
            let began = Instant::now();
            let chunks = self.load.streams(url, &model, 16).await?;
            let rate = chunks as f64 / began.elapsed().as_secs_f64();
            line(&format!("{name}, stream"), rate, "chunks/s");
        }
        Ok(())
    }

    async fn first_token(&self) -> Outcome<()> {
        let ways = self.ways("steady?ttft=5&tps=20&tokens=20");
        let mut times: [Vec<Duration>; 3] = Default::default();
        for _ in 0..ROUNDS {
            for (times, (_, url, model, _)) in times.iter_mut().zip(&ways) {
                times.extend(self.load.first_tokens(url, model, STREAMS).await?);
            }
        }
        added(
            &times.map(Spread::new),
            &format!("first token with {STREAMS} streams, "),
        );
        Ok(())
    }

    async fn fallback(&self) -> Outcome<()> {
        let good = "up/steady?ttft=0&tps=max&tokens=20";
        let failing = format!("{good}&fault=503");
        let rescued = self.load.rescued(&self.gateway.url, &failing, good).await?;
        line("one fallback, p50", ms(rescued.at(0.5)), "ms");
        Ok(())
    }

    async fn memory(&self) -> Outcome<()> {
        let endless = "up/steady?ttft=1&tps=1&tokens=500";
        let url = &self.gateway.url;
        let open = self.load.hold_open(url, endless, OPEN).await?;
        line(
            "memory, 1,000 open streams",
            self.gateway.memory_mb()?,
            "MB",
        );
        drop(open);
        // What is free is given back as others ask, not by a clock.
        for _ in 0..30 {
            tokio::time::sleep(Duration::from_millis(100)).await;
            self.load
                .one(url, "up/steady?ttft=0&tps=max&tokens=5")
                .await?;
        }
        line(
            "memory after they are gone",
            self.gateway.memory_mb()?,
            "MB",
        );
        Ok(())
    }
}

/// Prints what proxy and gateway add to the direct way.
fn added([direct, floor, gateway]: &[Spread; 3], what: &str) {
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
