//! How fast calls are recorded, and how long lists take over a long history.
//!
//! `cargo bench -p switchboard-store` prints one line per number. `BENCH_CALLS` sets the length of
//! the history (100,000 unless told).

use std::time::{Duration, Instant};
use switchboard_engine::call::{CallId, FinishReason};
use switchboard_engine::event::{CallEvent, Event, Outcome, TargetInfo};
use switchboard_engine::usage::Usage;
use switchboard_store::{CallFilter, Labels, NewCall, Store, StoreError};

const WORDS: &[&str] = &[
    "river", "stone", "the", "of", "lamp", "quiet", "engine", "signal", "and", "paper", "window",
    "north", "answer", "model", "a", "to", "in", "glass", "copper", "minute", "token", "garden",
];

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let calls = std::env::var("BENCH_CALLS")
        .ok()
        .and_then(|n| n.parse().ok())
        .unwrap_or(100_000);
    let folder = tempfile::tempdir()?;
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()?;
    runtime.block_on(run(folder.path(), calls))?;
    Ok(())
}

async fn run(folder: &std::path::Path, calls: u64) -> Result<(), StoreError> {
    let (store, _) = Store::open(folder.join("history.sqlite"))?;
    let began = Instant::now();
    let mut last = Duration::ZERO;
    for n in 0..calls {
        record(&store, n).await?;
        if n + 1 == calls.min(10_000) {
            store.flush().await?;
            last = began.elapsed();
            line("insert, first 10,000", rate(n + 1, last), "calls/s");
        }
    }
    store.flush().await?;
    let rest = calls.saturating_sub(10_000);
    if rest > 0 {
        line(
            "insert, the rest",
            rate(rest, began.elapsed() - last),
            "calls/s",
        );
    }
    let stats = store.stats().await?;
    line("history", stats.calls as f64, "calls");
    line("on disk", stats.bytes as f64 / calls as f64, "bytes/call");
    list(&store, "newest 100", "").await?;
    list(&store, "search, rare word", "needle77").await?;
    list(&store, "search, common word", "river").await?;
    list(
        &store,
        "search, two words and a beginning",
        "signal copper gar",
    )
    .await?;
    stream(&store).await
}

/// Records a call of 1.4 KB with one attempt.
async fn record(store: &Store, n: u64) -> Result<(), StoreError> {
    let id = CallId::new();
    let target = TargetInfo {
        provider: "sandbox".into(),
        model: format!("m{}", n % 7),
        simulated: true,
    };
    store.begin_call(new_call(id, &target)).await?;
    let mut seed = n;
    let mut answer = String::with_capacity(900);
    while answer.len() < 800 {
        seed = seed
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        answer.push_str(WORDS[(seed >> 33) as usize % WORDS.len()]);
        answer.push(' ');
    }
    if n.is_multiple_of(10_000) {
        answer.push_str("needle77");
    }
    let events = [
        Event::AttemptStarted {
            hedge: false,
            attempt: 1,
            max_attempts: 3,
            target: target.clone(),
        },
        Event::FirstToken {
            attempt: 1,
            after_ms: 200,
        },
        Event::TextDelta { text: answer },
        finished(target),
    ];
    for (seq, event) in (0..).zip(events) {
        store.append(CallEvent {
            call: id,
            seq,
            at_ms: seq * 10,
            event,
        });
    }
    Ok(())
}

async fn list(store: &Store, name: &str, search: &str) -> Result<(), StoreError> {
    let filter = CallFilter {
        search: search.to_owned(),
        ..CallFilter::default()
    };
    let mut times = Vec::new();
    for _ in 0..200 {
        let began = Instant::now();
        std::hint::black_box(store.calls(&filter).await?);
        times.push(began.elapsed());
    }
    times.sort_unstable();
    line(
        &format!("{name}, p50"),
        times[100].as_secs_f64() * 1e3,
        "ms",
    );
    line(
        &format!("{name}, p99"),
        times[198].as_secs_f64() * 1e3,
        "ms",
    );
    Ok(())
}

/// Six answers of 20,000 characters in pieces of 4: how long the caller's side takes per piece.
async fn stream(store: &Store) -> Result<(), StoreError> {
    let target = TargetInfo {
        provider: "sandbox".into(),
        model: "m".into(),
        simulated: true,
    };
    let ids = [(); 6].map(|()| CallId::new());
    for id in ids {
        store.begin_call(new_call(id, &target)).await?;
    }
    let began = Instant::now();
    for seq in 0..5_000 {
        for call in ids {
            let event = Event::TextDelta {
                text: "abcd".to_owned(),
            };
            store.append(CallEvent {
                call,
                seq,
                at_ms: seq,
                event,
            });
        }
    }
    line(
        "append of a piece",
        began.elapsed().as_secs_f64() * 1e9 / 30_000.0,
        "ns",
    );
    for call in ids {
        store.append(CallEvent {
            call,
            seq: 5_000,
            at_ms: 9,
            event: finished(target.clone()),
        });
    }
    store.flush().await?;
    line(
        "30,000 pieces to the file",
        began.elapsed().as_secs_f64() * 1e3,
        "ms",
    );
    Ok(())
}

fn new_call(id: CallId, target: &TargetInfo) -> NewCall {
    NewCall {
        labels: Labels::default(),
        id,
        started_at_ms: 1_795_000_000_000,
        caller: "cli".to_owned(),
        caller_key: None,
        route: None,
        group: Some(id.to_string()),
        column: Some("1".to_owned()),
        prompt_id: None,
        prompt_version: None,
        requested: target.clone(),
        request_json: format!("{{\"messages\":[{:?}]}}", "q".repeat(400)),
        decision_json: None,
        variant: None,
    }
}

fn finished(target: TargetInfo) -> Event {
    Event::Finished {
        outcome: Outcome {
            cost_source: switchboard_engine::price::CostSource::Computed,
            continued: false,
            fallback_text: false,
            target,
            response_model: None,
            finish_reason: FinishReason::Stop,
            usage: Usage {
                output_visible_tokens: 150,
                ..Usage::default()
            },
            cost: None,
            attempts: 1,
            first_token_ms: 200,
            elapsed_ms: 900,
        },
    }
}

fn rate(count: u64, time: Duration) -> f64 {
    count as f64 / time.as_secs_f64()
}

#[expect(
    clippy::print_stdout,
    reason = "a benchmark's result is what it prints"
)]
fn line(name: &str, value: f64, unit: &str) {
    println!("{name:40} {value:>12.3} {unit}");
}
