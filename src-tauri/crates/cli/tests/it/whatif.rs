//! `switchboard-cli routes whatif`.

use crate::program::Home;
use serde_json::Value;

const DRAFT: &str = "[routes.simple]\ntargets = [\"openai/gpt-5.6-luna\"]\n";

/// A home with one simulated call of the route `simple`.
fn home() -> Home {
    let home = Home::new();
    let ran = home.run(&["call", "Why is the sky blue?", "-m", "sim:simple"]);
    assert_eq!(ran.code, 0, "{}", ran.err);
    home
}

#[test]
fn past_calls_are_replayed_through_a_draft_and_told_with_what_the_data_do_not_bear() {
    let home = home();
    let file = home.path().join("draft.toml");
    std::fs::write(&file, DRAFT).unwrap();
    let file = file.to_str().unwrap();
    let arguments = [
        "routes",
        "whatif",
        "simple",
        "--calls",
        "all",
        "--simulated",
        "--draft",
        file,
        "--last",
        "10",
    ];
    let ran = home.run(&arguments);
    assert_eq!(ran.code, 0, "{}", ran.err);
    for text in [
        "1 calls",
        "happened",
        "active",
        "draft",
        "latency p90",
        "was never called",
    ] {
        assert!(ran.out.contains(text), "{text}: {}", ran.out);
    }
    let json: Vec<&str> = arguments.into_iter().chain(["--json"]).collect();
    let (one, other) = (home.run(&json), home.run(&json));
    assert!(one.out == other.out, "two processes differ");
    let report: Value = serde_json::from_str(&one.out).unwrap();
    assert_eq!(
        (report["calls"].as_u64(), report["has_draft"].as_bool()),
        (Some(1), Some(true))
    );
}

#[test]
fn mistakes_are_told_with_their_fix() {
    let home = Home::new();
    let ran = home.run(&["routes", "whatif", "simple"]);
    assert_ne!(ran.code, 0);
    assert!(
        ran.err
            .contains("no call of the history took the route `simple`"),
        "{}",
        ran.err
    );
    let ran = home.run(&["routes", "whatif", "simpel"]);
    assert!(ran.err.contains("did you mean `simple`?"), "{}", ran.err);
    let file = home.path().join("draft.toml");
    std::fs::write(&file, "[routes]\n").unwrap();
    let ran = home.run(&[
        "routes",
        "whatif",
        "simple",
        "--draft",
        file.to_str().unwrap(),
    ]);
    assert!(ran.err.contains("the draft holds no route"), "{}", ran.err);
}
