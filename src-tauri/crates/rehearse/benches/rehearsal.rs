//! How long a rehearsal of 10,000 calls takes. Promised: under five seconds.

#![expect(
    clippy::print_stdout,
    clippy::expect_used,
    reason = "a bench prints, and stops on a fault"
)]

use std::time::{Duration, Instant};
use switchboard_engine::plan::{Candidate, CauseLists, Plan, Recovery, Target, Tier};
use switchboard_engine::policy::next::RetryLimits;
use switchboard_engine::provider::{AuthStyle, Capabilities, Endpoint, Wire};
use switchboard_rehearse::fault::Fault;
use switchboard_rehearse::load::Load;
use switchboard_rehearse::{Control, Setup, Subject, rehearse, request};

const CALLS: u32 = 10_000;
const PROMISED: Duration = Duration::from_secs(5);

fn target(provider: &str, wire: Wire) -> Candidate {
    Candidate::Ready(Target {
        provider: provider.to_owned(),
        provider_label: provider.to_owned(),
        endpoint: Endpoint {
            wire,
            base_url: "https://provider.example/v1".parse().expect("a URL"),
            auth: AuthStyle::Native,
            headers: Vec::new(),
        },
        credential: None,
        key: None,
        model: "model".to_owned(),
        capabilities: Capabilities::default(),
        tier: Tier::Standard,
        timeouts: Tier::Standard.timeouts(),
        limits: Default::default(),
        price: None,
        simulated: true,
        step: Default::default(),
    })
}

fn setup(load: Load, faults: &[&str]) -> Setup {
    let candidates = vec![
        target("openai", Wire::OpenaiResponses),
        target("anthropic", Wire::Anthropic),
        target("gemini", Wire::Gemini),
    ];
    Setup {
        subjects: vec![Subject {
            name: "bench".to_owned(),
            planner: None,
            plan: Plan {
                route: None,
                general: candidates.len(),
                candidates,
                lists: CauseLists::default(),
                hedge: None,
                fallback_text: None,
                deadline: Duration::from_secs(60),
                recovery: Recovery::default(),
                reasons: Vec::new(),
            },
            request: request(),
        }],
        faults: faults
            .iter()
            .map(|line| Fault::parse(line).expect("a fault"))
            .collect(),
        calls: CALLS,
        seed: 42,
        span: Duration::from_secs(3600),
        load,
        shapes: Vec::new(),
        limits: RetryLimits::default(),
    }
}

/// Returns how long other runtimes take to read the clock, in nanoseconds. After the first rehearsal of a
/// process they ask their own clock whether it is paused.
fn clock_read() -> f64 {
    const READS: u32 = 2_000_000;
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_time()
        .build()
        .expect("a runtime");
    runtime.block_on(async {
        let started = Instant::now();
        for _ in 0..READS {
            std::hint::black_box(tokio::time::Instant::now());
        }
        started.elapsed().as_secs_f64() * 1e9 / f64::from(READS)
    })
}

fn main() {
    let before = clock_read();
    let cases = [
        ("nothing wrong", Load::Poisson, &[][..]),
        (
            "an outage of ten minutes",
            Load::Poisson,
            &["openai=outage:10m@10m"][..],
        ),
        (
            "bursts, cuts, errors and a rate limit",
            Load::Burst,
            &[
                "openai=cut:20%",
                "anthropic=errors:20%",
                "gemini=rate_limit:60",
            ][..],
        ),
    ];
    let mut slowest = Duration::ZERO;
    for (name, load, faults) in cases {
        let setup = setup(load, faults);
        let started = Instant::now();
        let report = rehearse(&setup, &Control::default()).expect("a report");
        let took = started.elapsed();
        slowest = slowest.max(took);
        println!(
            "rehearsal of {CALLS} calls, {name}: {took:.2?} ({:.0} µs a call, {} answered)",
            took.as_secs_f64() * 1e6 / f64::from(CALLS),
            report.result.answered
        );
    }
    println!(
        "reading the clock of another runtime: {before:.0} ns before a rehearsal, {:.0} ns after",
        clock_read()
    );
    assert!(
        slowest < PROMISED,
        "promised: under {PROMISED:?}; it took {slowest:.2?}"
    );
}
