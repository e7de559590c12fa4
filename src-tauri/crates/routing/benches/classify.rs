//! Time to classify a prompt, to tell its language, and to hold a rule against it, on one core.
//!
//! `cargo bench -p switchboard-routing --bench classify`. Each figure is the median of many runs.

#![expect(
    clippy::print_stdout,
    clippy::unwrap_used,
    reason = "a bench prints, and stops on a fault"
)]

use std::hint::black_box;
use std::time::{Duration, Instant};
use switchboard_routing::{Facts, Language, Rule, classify};

const RUNS: usize = 500;

/// The goal for a prompt of usual size.
const GOAL: Duration = Duration::from_millis(1);

fn main() {
    let line = "Translate the following message into German and keep the tone: ";
    let matter =
        "The parcel was marked delivered on March 3, but nothing arrived; please call me back. ";
    let prompts = [
        ("a line", line.to_owned()),
        (
            "a paragraph (0.5 KB)",
            format!("{line}{}", matter.repeat(5)),
        ),
        ("a page (3 KB)", format!("{line}\n\n{}", matter.repeat(35))),
        (
            "a report (100 KB)",
            format!("{line}\n\n{}", matter.repeat(1_200)),
        ),
        (
            "a book (10 MB)",
            format!("{line}\n\n{}", matter.repeat(120_000)),
        ),
    ];
    let rule = Rule::parse(
        r#"task == "translation" and input_tokens < 100_000 and (text matches "(?i)refund|chargeback" or "vip" in tags)"#,
    )
    .unwrap();
    println!(
        "{:<22} {:>12} {:>12} {:>12}",
        "prompt", "classify", "language", "rule"
    );
    let mut worst = Duration::ZERO;
    for (name, text) in &prompts {
        let facts = Facts {
            task: Some("translation".to_owned()),
            ..Facts::of("", text)
        };
        let classified = median(|| {
            black_box(classify(black_box(text)));
        });
        let language = median(|| {
            black_box(Language::detect(black_box(text)));
        });
        let held = median(|| {
            black_box(rule.matches(black_box(&facts)));
        });
        println!("{name:<22} {classified:>12.1?} {language:>12.1?} {held:>12.1?}");
        worst = worst.max(classified);
    }
    // The slowest way through the regex crate: Unicode word borders in text that is not ASCII.
    let slow = Rule::parse(r#"text matches "(?i)\b(?:refund|chargeback|\w{3,9}back)\b""#).unwrap();
    let facts = Facts::of(
        "",
        &"Die Rückerstattung für das Gerät wäre schön. ".repeat(20_000),
    );
    let held = median(|| {
        black_box(slow.matches(black_box(&facts)));
    });
    println!("a costly pattern on the longest text: {held:.1?}");
    println!(
        "worst of classify: {worst:.1?}; goal {GOAL:?}: {}",
        if worst < GOAL { "met" } else { "missed" }
    );
}

fn median(mut run: impl FnMut()) -> Duration {
    let mut times: Vec<Duration> = (0..RUNS)
        .map(|_| {
            let start = Instant::now();
            run();
            start.elapsed()
        })
        .collect();
    times.sort_unstable();
    times[RUNS / 2]
}
