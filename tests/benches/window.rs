//! Speed and memory of the real window: start, six streaming columns, stop, rest.
//!
//! `cargo xtask bench` runs it on its private desktop with the release build. `--seconds N` sets how long
//! the columns stream (default 60), `--rounds N` how often (2), `--rate N` at how many tokens a second
//! (150). As many tokens as in an hour, in a quarter of one: `--rounds 60 --seconds 15 --rate 600`.
//! Figures go to standard output; only lost text makes it fail.

#![expect(clippy::print_stdout, reason = "figures are what a benchmark is for")]
#![expect(
    clippy::expect_used,
    clippy::panic,
    reason = "a bench that cannot go on must say why"
)]

use serde_json::{Value, json};
use std::path::Path;
use std::time::{Duration, Instant};
use switchboard_acceptance::window::AppWindow;

const COLUMNS: usize = 6;

/// How long, how often and how fast the columns stream.
#[derive(Clone, Copy)]
struct Load {
    seconds: u64,
    rounds: u64,
    /// Tokens a second in each column.
    rate: u64,
}

fn main() {
    let load = Load {
        seconds: number("--seconds").unwrap_or(60),
        rounds: number("--rounds").unwrap_or(2),
        rate: number("--rate").unwrap_or(150),
    };
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    runtime.block_on(measure(load));
}

/// Returns the number that follows `name` on the command line.
fn number(name: &str) -> Option<u64> {
    let value = std::env::args().skip_while(|word| word != name).nth(1)?;
    value.parse().ok()
}

async fn measure(load: Load) {
    let Load {
        seconds,
        rounds,
        rate,
    } = load;
    let data = tempfile::tempdir().expect("a folder");
    // A minute is also the whole of a call's deadline, unless the configuration says otherwise.
    let patience = seconds * 3;
    let config = format!("[settings]\ndeadline = \"{patience}s\"\n");
    std::fs::write(data.path().join("config.toml"), config).expect("the folder can be written");
    let window = AppWindow::open(data.path()).await;
    prepare(&window, load).await;
    window.close().await;

    let window = AppWindow::open(data.path()).await;
    window.find("run-all").await;
    let processes = Processes::of(data.path());
    println!(
        "start: the first column can be run {} ms after launch",
        processes.age_ms()
    );

    tokio::time::sleep(Duration::from_secs(5)).await;
    let before = processes.cpu_ms();
    tokio::time::sleep(Duration::from_secs(10)).await;
    println!("rest: {} ms of CPU in 10 s", processes.cpu_ms() - before);

    println!("resident at rest: {}", processes.resident());
    for round in 1..=rounds {
        let frames = stream(&window, seconds).await;
        let resident = processes.resident();
        println!("stream {round}: {COLUMNS} columns x {rate} tokens/s for {seconds} s: {frames}");
        println!("stream {round}: resident {resident}");
    }
    println!(
        "stop: {:.0} ms from the click to the stopped column",
        stop(&window).await
    );
    window.close().await;
}

async fn api(window: &AppWindow, method: &str, params: Value) -> Value {
    let arguments = json!({ "method": method, "params": params });
    match window.invoke("api", arguments).await {
        Ok(result) => result,
        Err(error) => panic!("{method}: {error}"),
    }
}

/// Gives the sample prompt six columns that stream as long and as fast as `load` says.
async fn prepare(window: &AppWindow, load: Load) {
    let Load { seconds, rate, .. } = load;
    let list = api(window, "prompts.list", json!({ "search": "" })).await;
    let mut prompt = api(window, "prompts.get", json!({ "id": list[0]["id"] })).await;
    let columns: Vec<Value> = (0..COLUMNS)
        .map(|index| {
            let tokens = rate * seconds;
            let model = format!("sandbox/steady?tps={rate}&ttft=100&seed={index}&tokens={tokens}");
            json!({ "id": format!("c{index}"), "model": model })
        })
        .collect();
    prompt["body"]["columns"] = json!(columns);
    let draft = json!({ "id": prompt["id"], "title": prompt["title"], "body": prompt["body"] });
    api(window, "prompts.save_draft", draft).await;
}

/// Runs all columns to their end and returns how smoothly they were painted.
async fn stream(window: &AppWindow, seconds: u64) -> String {
    window.click("run-all").await;
    tokio::time::sleep(Duration::from_secs(2)).await;
    let count = "window.benchFrames = []; let last = performance.now();
        const tick = (now) => { window.benchFrames.push(now - last); last = now;
            window.benchTick = requestAnimationFrame(tick); };
        window.benchTick = requestAnimationFrame(tick); return true";
    window.run(count, Vec::new()).await;
    tokio::time::sleep(Duration::from_secs(seconds.saturating_sub(4).max(1))).await;
    let read = "cancelAnimationFrame(window.benchTick); return window.benchFrames";
    let frames = window.run(read, Vec::new()).await;
    let mut gaps: Vec<f64> = frames
        .as_array()
        .into_iter()
        .flatten()
        .filter_map(Value::as_f64)
        .collect();
    gaps.sort_by(f64::total_cmp);
    let total: f64 = gaps.iter().sum();
    let at = |share: f64| {
        gaps.get((gaps.len() as f64 * share) as usize)
            .copied()
            .unwrap_or(0.0)
    };
    let fps = gaps.len() as f64 * 1000.0 / total.max(1.0);
    let text = all_text_shown(window).await;
    format!(
        "{fps:.1} frames/s, gap median {:.0} ms, p95 {:.0} ms; {text}",
        at(0.5),
        at(0.95)
    )
}

/// Waits for the calls to end and compares each column with what the engine recorded.
async fn all_text_shown(window: &AppWindow) -> String {
    let began = Instant::now();
    loop {
        let page = api(
            window,
            "calls.list",
            json!({ "search": "", "limit": COLUMNS }),
        )
        .await;
        let calls = page["calls"].as_array().cloned().unwrap_or_default();
        if calls.iter().all(|call| call["status"] != "running") {
            let mut characters = 0;
            for call in &calls {
                assert_eq!(call["status"], "ok", "{call}");
                let detail = api(window, "calls.get", json!({ "call": call["id"] })).await;
                characters += check_column(window, &detail).await;
            }
            return format!("{characters} characters, none lost");
        }
        assert!(
            began.elapsed() < Duration::from_secs(120),
            "calls hang: {calls:?}"
        );
        tokio::time::sleep(Duration::from_millis(500)).await;
    }
}

/// Holds the words painted in the call's column against the recorded answer; returns its length.
async fn check_column(window: &AppWindow, detail: &Value) -> usize {
    let text = detail["text"].as_str().unwrap_or_default();
    let column = detail["summary"]["column"].as_str().unwrap_or_default();
    let index = column.trim_start_matches('c');
    // Markdown's own marks are not painted: words are compared.
    let words = |text: &str| -> String { text.chars().filter(|c| c.is_alphabetic()).collect() };
    let recorded = words(text);
    // Columns out of sight are not painted until they are looked at.
    let script = "const column = document.querySelector(arguments[0]);
        column?.scrollIntoView(); return column?.textContent ?? ''";
    let selector = format!("[data-testid=\"column-{index}-answer\"]");
    let mut shown = String::new();
    for _ in 0..40 {
        let painted = window.run(script, vec![json!(selector)]).await;
        let painted = words(painted.as_str().unwrap_or_default());
        if painted.contains(last(&recorded)) {
            return text.len();
        }
        shown = painted;
        tokio::time::sleep(Duration::from_millis(250)).await;
    }
    panic!(
        "column {index} shows {} letters that end in `{}` instead of {} that end in `{}`",
        shown.len(),
        last(&shown),
        recorded.len(),
        last(&recorded)
    );
}

fn last(text: &str) -> &str {
    &text[text.floor_char_boundary(text.len().saturating_sub(40))..]
}

/// Returns milliseconds from a click on Stop to the column that shows it.
async fn stop(window: &AppWindow) -> f64 {
    window.click("run-all").await;
    tokio::time::sleep(Duration::from_secs(2)).await;
    let script = "const done = arguments[0]; const began = performance.now();
        const state = document.querySelector('[data-testid=\"column-0-state\"]');
        document.querySelector('[data-testid=\"column-0-stop\"]').click();
        const look = () => state.isConnected && state.dataset.state !== 'cancelled'
            ? requestAnimationFrame(look) : done(performance.now() - began);
        look();";
    let took = window
        .client()
        .execute_async(script, Vec::new())
        .await
        .expect("the script runs");
    api(window, "calls.stop_all", json!({})).await;
    took.as_f64().unwrap_or(f64::NAN)
}

/// The program and the web processes it started.
struct Processes {
    ids: Vec<u32>,
}

impl Processes {
    /// Finds the program that was started with this data folder, and its children.
    fn of(data: &Path) -> Self {
        let all: Vec<u32> = std::fs::read_dir("/proc")
            .into_iter()
            .flatten()
            .flatten()
            .filter_map(|entry| entry.file_name().to_str()?.parse().ok())
            .collect();
        let data = data.display().to_string();
        let is_program = |id: &u32| {
            std::fs::read_to_string(format!("/proc/{id}/cmdline"))
                .is_ok_and(|line| line.contains(&data) && line.contains("switchboard\0"))
        };
        let program = all
            .iter()
            .copied()
            .filter(is_program)
            .max()
            .expect("the program runs");
        let mut ids = vec![program];
        ids.extend(
            all.iter()
                .copied()
                .filter(|id| field(*id, 3) == Some(u64::from(program))),
        );
        Self { ids }
    }

    fn age_ms(&self) -> u64 {
        let uptime = std::fs::read_to_string("/proc/uptime").unwrap_or_default();
        let uptime: f64 = uptime
            .split(' ')
            .next()
            .and_then(|text| text.parse().ok())
            .unwrap_or(0.0);
        let started = field(self.ids[0], 21).unwrap_or(0) as f64 / TICKS;
        ((uptime - started) * 1000.0) as u64
    }

    fn cpu_ms(&self) -> u64 {
        let ticks: u64 = self
            .ids
            .iter()
            .map(|id| field(*id, 13).unwrap_or(0) + field(*id, 14).unwrap_or(0))
            .sum();
        (ticks as f64 / TICKS * 1000.0) as u64
    }

    /// Says what each process holds, largest first.
    fn resident(&self) -> String {
        let mib = |id: &u32| field(*id, 23).unwrap_or(0) * PAGE / 1024 / 1024;
        let mut held: Vec<(u64, String)> =
            self.ids.iter().map(|id| (mib(id), name_of(*id))).collect();
        held.sort_unstable_by(|a, b| b.cmp(a));
        let total: u64 = held.iter().map(|(mib, _)| mib).sum();
        let each: Vec<String> = held
            .iter()
            .map(|(mib, name)| format!("{name} {mib}"))
            .collect();
        format!("{total} MiB ({})", each.join(", "))
    }
}

fn name_of(id: u32) -> String {
    let name = std::fs::read_to_string(format!("/proc/{id}/comm"));
    name.unwrap_or_default().trim_end().to_owned()
}

/// Clock ticks a second and bytes a page, as on every Linux this runs on (`getconf CLK_TCK PAGESIZE`).
const TICKS: f64 = 100.0;
const PAGE: u64 = 4096;

/// Returns a field of `/proc/ID/stat`, counted from 0 as in `proc(5)` less one.
fn field(id: u32, index: usize) -> Option<u64> {
    let stat = std::fs::read_to_string(format!("/proc/{id}/stat")).ok()?;
    // The name in parentheses may hold spaces.
    let (_, rest) = stat.rsplit_once(") ")?;
    rest.split(' ').nth(index - 2)?.parse().ok()
}
