//! The same seed gives the same report, byte for byte.

use crate::support::{plan, play, setup};
use std::process::Command;
use switchboard_rehearse::load::Load;
use switchboard_rehearse::{Setup, Subject, request, text};

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
