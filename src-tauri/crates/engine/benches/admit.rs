//! Attempts a second through the shared health: asked for, begun and ended.
//!
//! `cargo bench -p switchboard-engine --bench admit`. Each figure is the best of many short runs.
//! On a small machine of two cores busy with other builds (2026-11): 0.3 µs an attempt admitted and ended, whether
//! of one target or of 200, by one thread or by four; 0.45 µs with headers, first token and budgets; 0.3 µs an
//! attempt that is refused.

#![expect(
    clippy::print_stdout,
    clippy::unwrap_used,
    clippy::disallowed_types,
    clippy::panic,
    reason = "a bench prints, stops on a fault, and measures real time"
)]

use std::hint::black_box;
use std::time::{Duration, Instant};
use switchboard_engine::admit::{Admission, Health, Need};
use switchboard_engine::plan::{Limits, Target, Tier};
use switchboard_engine::provider::{AuthStyle, Capabilities, Endpoint, RateHint, Wire};
use switchboard_engine::secret::Secret;

/// A run of a few milliseconds fits between two turns of the scheduler on a busy machine.
const ATTEMPTS: u32 = 5_000;

const RUNS: usize = 250;

const THREADS: usize = 4;

fn main() {
    println!("{:<44} {:>12} {:>14}", "admit and end", "ns", "attempts/s");
    let health = Health::default();
    report("one target", 1, best(|| many(&health, &[target(0)])));
    let all: Vec<Target> = (0..200).map(target).collect();
    report("200 targets in turn", 1, best(|| many(&health, &all)));
    report(
        "one target, headers, first token",
        1,
        best(|| whole(&health)),
    );
    let elapsed = best(|| {
        std::thread::scope(|scope| {
            for number in 0..THREADS {
                let health = &health;
                scope.spawn(move || many(health, &[target(number)]));
            }
        });
    });
    report("four threads, a target each", THREADS, elapsed);
    let elapsed = best(|| {
        std::thread::scope(|scope| {
            for _ in 0..THREADS {
                scope.spawn(|| many(&health, &[target(0)]));
            }
        });
    });
    report("four threads, one target", THREADS, elapsed);
    let spent = spent(&health);
    report(
        "refused: the minute's requests are spent",
        1,
        best(|| ask(&health, &spent)),
    );
}

fn best(mut run: impl FnMut()) -> Duration {
    (0..RUNS)
        .map(|_| {
            let started = Instant::now();
            run();
            started.elapsed()
        })
        .min()
        .unwrap()
}

#[expect(clippy::cast_precision_loss, reason = "figures for people")]
fn report(name: &str, threads: usize, elapsed: Duration) {
    let each = elapsed.as_secs_f64() / f64::from(ATTEMPTS) / threads as f64;
    println!("{name:<44} {:>12.0} {:>14.0}", each * 1e9, 1.0 / each);
}

fn many(health: &Health, targets: &[Target]) {
    for at in 0..ATTEMPTS {
        let target = &targets[at as usize % targets.len()];
        let Admission::Go(permit) = health.admit(target, need()) else {
            panic!("not admitted");
        };
        black_box(permit).end(None, 700);
    }
}

fn whole(health: &Health) {
    let target = target(500);
    let hint = RateHint {
        limit_requests: Some(10_000),
        remaining_requests: Some(9_000),
        reset_requests: Some(Duration::from_secs(6)),
        limit_tokens: Some(100_000_000),
        remaining_tokens: Some(90_000_000),
        reset_tokens: Some(Duration::from_secs(6)),
    };
    for _ in 0..ATTEMPTS {
        health.call_begins(&target.provider);
        let Admission::Go(mut permit) = health.admit(&target, need()) else {
            panic!("not admitted");
        };
        permit.headers(&hint);
        permit.first_token(Duration::from_millis(300));
        permit.end(None, 700);
    }
}

/// A target of which a minute's requests are used.
fn spent(health: &Health) -> Target {
    let mut target = target(1_000);
    target.limits.requests_per_minute = Some(1);
    drop(health.admit(&target, need()));
    target
}

fn ask(health: &Health, target: &Target) {
    for _ in 0..ATTEMPTS {
        let admission = health.admit(target, need());
        assert!(!matches!(black_box(admission), Admission::Go(_)));
    }
}

fn need() -> Need {
    Need {
        tokens: 1_500,
        until: tokio::time::Instant::now(),
        has_fallback: true,
        draw: 0.5,
    }
}

fn target(number: usize) -> Target {
    Target {
        provider: format!("provider-{}", number % 20),
        provider_label: "Provider".into(),
        endpoint: Endpoint {
            wire: Wire::OpenaiChat,
            base_url: url::Url::parse("https://api.example/v1").unwrap(),
            auth: AuthStyle::Native,
            headers: Vec::new(),
        },
        credential: Some("default".into()),
        key: Some(Secret::new("sk-bench-0123456789abcdefghijklmnop".into())),
        model: format!("model-{number}"),
        capabilities: Capabilities::default(),
        tier: Tier::Standard,
        timeouts: Tier::Standard.timeouts(),
        limits: Limits {
            requests_per_minute: Some(u32::MAX),
            tokens_per_minute: Some(u32::MAX),
            concurrency: None,
        },
        price: None,
        simulated: false,
        step: Default::default(),
    }
}
