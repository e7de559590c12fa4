//! The same seed gives the same report, byte for byte.

use crate::support::{plan, play, setup};
use std::process::Command;
use switchboard_engine::plan::Candidate;
use switchboard_rehearse::load::Load;
use switchboard_rehearse::report::RehearsalReport;
use switchboard_rehearse::{Setup, Shape, Subject, request, text};

/// Everything that could tempt chance: two routes, every kind of fault, a load with bursts.
fn busy() -> Setup {
    let faults = [
        "openai=outage:10m@10m",
        "openai=errors:10%,429@25m+10m",
        "anthropic=cut:20%@15m+20m",
        "anthropic=latency:x3@30m",
        "gemini=rate_limit:20@5m",
        "openai=stall:5%",
    ];
    let mut setup = setup(&["openai", "anthropic", "gemini"], &faults);
    setup.subjects.push(Subject {
        planner: None,
        name: "other".into(),
        plan: plan(&["anthropic", "openai"]),
        request: request(),
    });
    setup.load = Load::Burst;
    setup.calls = 400;
    setup
}

fn report() -> String {
    let report = play(&busy());
    serde_json::to_string(&report).unwrap() + &text::render(&report)
}

#[test]
fn the_same_seed_gives_the_same_bytes() {
    let (one, other) = (report(), report());
    assert!(one == other, "two runs in one process differ");
}

#[test]
fn another_seed_gives_another_report() {
    let mut other = busy();
    other.seed += 1;
    assert_ne!(play(&busy()).result.latency, play(&other).result.latency);
}

#[test]
fn another_process_gives_the_same_bytes() {
    const HERE: &str = "SWITCHBOARD_REPORT_TO";
    if let Some(path) = std::env::var_os(HERE) {
        std::fs::write(path, report()).unwrap();
        return;
    }
    let path = std::env::temp_dir().join(format!("rehearsal-{}.txt", std::process::id()));
    let status = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "repeat::another_process_gives_the_same_bytes"])
        .env(HERE, &path)
        .output()
        .unwrap();
    assert!(status.status.success());
    let other = std::fs::read_to_string(&path).unwrap();
    std::fs::remove_file(&path).unwrap();
    assert!(report() == other, "two processes differ");
}

#[test]
fn calls_have_the_shapes_that_they_are_drawn_from() {
    let shape = |input_tokens, output_tokens, images| Shape {
        input_tokens,
        output_tokens,
        images,
        tools: false,
        json_schema: false,
    };
    let mut small = setup(&["openai"], &[]);
    small.shapes = vec![shape(64, 10, false)];
    let mut large = setup(&["openai"], &[]);
    large.shapes = vec![shape(4096, 400, false)];
    let (small, large) = (play(&small), play(&large));
    assert_eq!((small.shapes, large.shapes), (1, 1));
    let cost = |report: &RehearsalReport| report.result.cost.p50.unwrap().0;
    // 4096 tokens in at 1 µ$ and 400 out at 4 µ$, but for the estimate of the input.
    let (little, much) = (cost(&small), cost(&large));
    assert!((5_000_000_000..6_500_000_000).contains(&much), "{much}");
    assert!(little < 250_000_000, "{little}");
    // Of two shapes about half the calls have each; a target without images is passed over for its half.
    let mut mixed = setup(&["openai", "gemini"], &[]);
    mixed.shapes = vec![shape(64, 10, false), shape(64, 10, true)];
    if let Candidate::Ready(first) = &mut mixed.subjects[0].plan.candidates[0] {
        first.capabilities.images = false;
    }
    let report = play(&mixed);
    let series = &report.result.timeline.series;
    let second = series.iter().find(|one| one.label.starts_with("gemini"));
    let calls: u32 = second.unwrap().calls.iter().sum();
    assert!((430..570).contains(&calls), "{calls}");
    assert_eq!(play(&mixed), report);
}
