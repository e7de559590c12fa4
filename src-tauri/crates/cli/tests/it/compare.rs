//! `compare`: lines into a pipe, columns in a terminal.

use crate::program::{Home, in_terminal};
use std::collections::BTreeMap;

#[test]
fn without_models_the_three_default_ones_answer_in_prefixed_lines() {
    let ran = Home::new().run(&["compare", "Explain tides in one paragraph"]);
    assert_eq!(ran.code, 0, "{}", ran.err);
    let mut texts: BTreeMap<&str, String> = BTreeMap::new();
    for line in ran.out.lines() {
        let (label, text) = line.split_once(']').unwrap();
        *texts.entry(label).or_default() += text;
    }
    assert_eq!(
        texts.keys().collect::<Vec<_>>(),
        [&"[steady", &"[swift", &"[thinker"]
    );
    assert!(texts.values().all(|text| text.contains("tides")));
}

#[test]
fn lines_are_whole_and_in_order_although_the_models_take_turns() {
    let home = Home::new();
    let say = "one%0Atwo%0A%0Athree";
    let models = ["a", "b"].map(|seed| {
        format!(
            "sandbox/steady?ttft=0&tps=200&say={say}&style={}",
            if seed == "a" { "auto" } else { "prose" }
        )
    });
    let ran = home.run(&["compare", "x", "-m", &models[0], "-m", &models[1]]);
    assert_eq!(ran.code, 0, "{}", ran.err);
    for model in &models {
        let label = format!("[{}]", model.strip_prefix("sandbox/").unwrap());
        let lines: Vec<&str> = ran
            .out
            .lines()
            .filter_map(|line| line.strip_prefix(label.as_str()))
            .map(str::trim)
            .collect();
        assert_eq!(lines, ["one", "two", "", "three"], "{}", ran.out);
    }
}

#[test]
fn one_failure_is_told_and_the_others_still_answer() {
    let home = Home::new();
    let ran = home.run(&[
        "compare",
        "x",
        "-m",
        "sandbox/echo",
        "-m",
        "sandbox/unauthorized",
    ]);
    assert_eq!((ran.code, ran.out.as_str()), (1, "[echo]         x\n"));
    assert!(
        ran.err.starts_with("error: sandbox/unauthorized: "),
        "{}",
        ran.err
    );
    // Calls that fail alike give their own code.
    let ran = home.run(&[
        "compare",
        "x",
        "-m",
        "sandbox/forbidden",
        "-m",
        "sandbox/unauthorized",
    ]);
    assert_eq!(ran.code, 4);
    let many = ["-m", "sandbox/echo"].repeat(7);
    let ran = home.run(&[&["compare", "x"], &many[..]].concat());
    assert!(
        ran.code == 2 && ran.err.contains("at most 6 models"),
        "{}",
        ran.err
    );
}

#[test]
fn json_has_the_events_of_every_call() {
    let ran = Home::new().run(&[
        "compare",
        "x",
        "-m",
        "sandbox/echo",
        "-m",
        "sandbox/instant",
        "--json",
    ]);
    let events = ran.events();
    let finished: Vec<_> = events
        .iter()
        .filter(|event| event["type"] == "finished")
        .collect();
    assert_eq!(finished.len(), 2);
    assert_ne!(finished[0]["call"], finished[1]["call"]);
}

#[test]
fn in_a_terminal_columns_are_redrawn_and_the_whole_answers_stay() {
    let home = Home::new();
    let line =
        "compare x -m 'sandbox/steady?ttft=50&tps=200&tokens=120' -m 'sandbox/echo?ttft=400'";
    let (code, seen) = in_terminal(&home, line, 90, 20);
    assert_eq!(code, 0, "{seen}");
    assert!(
        seen.starts_with("\u{1b}[?1049h"),
        "the alternate screen: {seen:?}"
    );
    let (live, stays) = seen.split_once("\u{1b}[?1049l").unwrap();
    assert!(
        live.matches("\u{1b}[?2026h").count() >= 4,
        "several pictures"
    );
    assert!(live.contains("waiting") && live.contains("writing"));
    assert!(!stays.contains("\u{1b}[?1049h"));
    assert!(
        stays.contains("sandbox/steady") && stays.contains('│') && stays.contains("tokens"),
        "{stays}"
    );
    for width in [12, 40] {
        let (code, seen) = in_terminal(&home, line, width, 8);
        assert_eq!(code, 0, "{seen}");
        assert!(seen.contains("\u{1b}[?1049l"));
    }
}
