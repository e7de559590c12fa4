//! `switchboard-cli rehearse`.

use crate::program::Home;
use serde_json::Value;

const OUTAGE: [&str; 8] = [
    "rehearse",
    "code_generation",
    "--fault",
    "anthropic=outage:10m@10m",
    "--calls",
    "400",
    "--seed",
    "42",
];

#[test]
fn an_outage_is_rehearsed_with_no_key_and_told_in_words() {
    let ran = Home::new().run(&OUTAGE);
    assert_eq!(ran.code, 0, "{}", ran.err);
    for text in [
        "400 calls over 1h",
        "answered",
        "rescued by fallback",
        "amplification",
        "seed 42",
    ] {
        assert!(ran.out.contains(text), "{text}: {}", ran.out);
    }
}

#[test]
fn the_same_seed_gives_the_same_bytes_in_two_processes() {
    let json: Vec<&str> = OUTAGE.into_iter().chain(["--json"]).collect();
    let (one, other) = (Home::new().run(&json), Home::new().run(&json));
    assert_eq!(one.code, 0, "{}", one.err);
    assert!(one.out == other.out, "two processes differ");
    let report: Value = serde_json::from_str(&one.out).unwrap();
    assert_eq!(report["result"]["calls"], 400);
}

#[test]
fn a_chart_is_written_for_each_route() {
    let home = Home::new();
    let chart = home.path().join("out.svg");
    let chart = chart.to_str().unwrap();
    let mut arguments = OUTAGE.to_vec();
    arguments.extend(["--compare", "openai/gpt-6.1-terra", "--chart", chart]);
    let ran = home.run(&arguments);
    assert_eq!(ran.code, 0, "{}", ran.err);
    assert!(
        ran.out.contains("on the same calls and the same chance"),
        "{}",
        ran.out
    );
    for name in ["out.svg", "out-compared.svg"] {
        let text = std::fs::read_to_string(home.path().join(name)).unwrap();
        assert!(text.starts_with("<svg"), "{name}");
    }
}

#[test]
fn mistakes_are_told_with_their_fix() {
    let home = Home::new();
    let ran = home.run(&["rehearse", "code_generation", "--fault", "anthropic=outge"]);
    assert_eq!(ran.code, 2);
    assert!(ran.err.contains("did you mean `outage`?"), "{}", ran.err);
    let ran = home.run(&["rehearse", "code_generation", "--chart", "out.png"]);
    assert_eq!(ran.code, 2);
    assert!(ran.err.contains(".svg"), "{}", ran.err);
    let help = home.run(&["rehearse", "--help"]);
    assert!(
        help.out
            .contains("TARGET=KIND[:ARGUMENTS][@START][+DURATION]"),
        "{}",
        help.out
    );
}
