//! `call`: answers, files, failures and their exit codes.

use crate::program::{Home, in_terminal, ran, signal};
use serde_json::{Value, json};
use std::io::{BufRead, BufReader, Read};
use std::time::{Duration, Instant};

#[test]
fn the_answer_alone_is_on_standard_output() {
    let home = Home::new();
    let ran = home.run(&["call", "good morning", "-m", "sandbox/echo"]);
    assert_eq!(
        (ran.code, ran.out.as_str(), ran.err.as_str()),
        (0, "good morning\n", "")
    );
    let ran = home.run(&["call", "good morning", "-m", "sandbox/echo", "--verbose"]);
    assert_eq!(ran.out, "good morning\n");
    assert!(
        ran.err.contains("sandbox/echo · first token"),
        "{}",
        ran.err
    );
    assert!(ran.err.contains("simulated"), "{}", ran.err);
}

#[test]
fn without_a_model_a_simulated_one_answers() {
    let ran = Home::new().run(&["call", "hello", "--json"]);
    assert_eq!(ran.code, 0, "{}", ran.err);
    assert_eq!(
        ran.events()[0]["targets"][0],
        json!({ "provider": "sandbox", "model": "steady", "simulated": true })
    );
}

#[test]
fn the_prompt_can_come_from_standard_input() {
    let home = Home::new();
    for arguments in [
        &["call", "-", "-m", "sandbox/echo"][..],
        &["call", "-m", "sandbox/echo"],
    ] {
        let ran = home.run_with_input(arguments, "grüße\nfrom a pipe".as_bytes());
        assert_eq!(
            (ran.code, ran.out.as_str()),
            (0, "grüße\nfrom a pipe\n"),
            "{}",
            ran.err
        );
    }
    let ran = home.run_with_input(&["call", "-", "-m", "sandbox/echo"], b"\xff\xfe");
    assert_eq!(ran.code, 2);
    assert_eq!(
        ran.err,
        "error: the prompt on standard input is not UTF-8 text\n"
    );
    let ran = home.run_with_input(&["call", "-", "-m", "sandbox/echo"], b"  \n");
    assert_eq!(ran.code, 2, "an empty prompt: {}", ran.err);
}

#[test]
fn json_is_the_event_stream_one_object_a_line() {
    let home = Home::new();
    let ran = home.run(&[
        "call",
        "hi",
        "-m",
        "sandbox/thinker?ttft=0&tps=max&tokens=40&reasoning=10",
        "--json",
    ]);
    let events = ran.events();
    let names: Vec<&str> = events
        .iter()
        .map(|event| event["type"].as_str().unwrap())
        .collect();
    assert_eq!(
        &names[..3],
        ["planned", "attempt_started", "response_started"]
    );
    assert_eq!(names.last(), Some(&"finished"));
    assert!(
        names.contains(&"first_token")
            && names.contains(&"reasoning_delta")
            && names.contains(&"text_delta")
    );
    let call = &events[0]["call"];
    let mut last = None;
    for event in &events {
        assert_eq!(&event["call"], call);
        assert!(event["at_ms"].is_u64());
        assert!(
            last < Some(event["seq"].as_u64().unwrap()),
            "seq never goes back"
        );
        last = event["seq"].as_u64();
    }
}

#[test]
fn a_schema_gives_json_that_fits_it() {
    let home = Home::new();
    let schema = home.write("person card.json", r#"{"type":"object","properties":{"age":{"type":"integer","minimum":1,"maximum":9}},"required":["age"],"additionalProperties":false}"#);
    let ran = home.run(&[
        "call",
        "who?",
        "-m",
        "sandbox/steady?ttft=0",
        "--schema",
        &schema,
    ]);
    assert_eq!(ran.code, 0, "{}", ran.err);
    let value: Value = serde_json::from_str(&ran.out).unwrap();
    assert!((1..=9).contains(&value["age"].as_i64().unwrap()));
    let broken = home.write("broken.json", "{\n  \"type\": }");
    let ran = home.run(&["call", "who?", "--schema", &broken]);
    assert_eq!(ran.code, 2);
    assert!(
        ran.err
            .contains("broken.json: is not JSON: expected value at line 2 column 11"),
        "{}",
        ran.err
    );
    let ran = home.run(&["call", "who?", "--schema", "nowhere.json"]);
    assert!(
        ran.code == 2 && ran.err.contains("--schema nowhere.json: cannot be read"),
        "{}",
        ran.err
    );
}

#[test]
fn an_image_is_recognised_by_its_content() {
    let home = Home::new();
    let png = home.write("picture.txt", b"\x89PNG\r\n\x1a\n0000");
    let ran = home.run(&[
        "call",
        "what is it?",
        "-m",
        "sandbox/steady?ttft=0&tps=max",
        "--image",
        &png,
    ]);
    assert!(
        ran.out.starts_with("I cannot see the image"),
        "{} {}",
        ran.out,
        ran.err
    );
    let text = home.write("picture.png", "no picture");
    let ran = home.run(&["call", "what is it?", "--image", &text]);
    assert!(
        ran.code == 2
            && ran
                .err
                .contains("picture.png: is no PNG, JPEG, GIF or WebP"),
        "{}",
        ran.err
    );
}

#[test]
fn parameters_are_sent_and_their_bounds_told() {
    let home = Home::new();
    let ran = home.run(&[
        "call",
        "tides",
        "-m",
        "sandbox/steady?ttft=0&tps=max",
        "--max-tokens",
        "7",
        "--json",
    ]);
    let events = ran.events();
    let outcome = &events.last().unwrap()["outcome"];
    assert_eq!(
        (
            &outcome["finish_reason"],
            &outcome["usage"]["output_visible_tokens"]
        ),
        (&json!("length"), &json!(7))
    );
    let ran = home.run(&[
        "call",
        "tides",
        "-m",
        "sandbox/steady?ttft=0&tps=max",
        "--max-tokens",
        "7",
    ]);
    assert!(ran.err.contains("stops at the token limit"), "{}", ran.err);
    for (option, value, sentence) in [
        ("--temperature", "3", "--temperature 3: must be from 0 to 2"),
        ("--top-p", "1.5", "--top-p 1.5: must be from 0 to 1"),
        ("--max-tokens", "0", "--max-tokens 0: must be at least 1"),
        ("--var", "novalue", "--var novalue: is not NAME=VALUE"),
    ] {
        let ran = home.run(&["call", "x", option, value]);
        assert_eq!(ran.code, 2);
        assert!(ran.err.contains(sentence), "{}", ran.err);
    }
}

#[test]
fn exit_codes_tell_failures_apart_and_the_sentence_has_a_hint() {
    let home = Home::new();
    for (model, code) in [
        ("sandbox/unauthorized", 4),
        ("sandbox/forbidden", 4),
        ("sandbox/forgetful", 1),
        ("sandbox/missing", 1),
        ("nosuch/model", 3),
        ("sandbox/reset?fault=html", 1),
    ] {
        let ran = home.run(&["call", "x", "-m", model]);
        assert_eq!(
            (ran.code, ran.out.as_str()),
            (code, ""),
            "{model}: {}",
            ran.err
        );
        assert!(
            ran.err.starts_with(&format!("error: {model}: ")),
            "{}",
            ran.err
        );
    }
    let ran = home.run(&["call", "x", "-m", "sandbox/unauthorized"]);
    assert!(ran.err.contains("\n  hint: "), "{}", ran.err);
    assert_eq!(home.run(&["nonsense"]).code, 2);
    assert_eq!(home.run(&["serve", "--port", "1"]).code, 2);
    let help = home.run(&["--help"]);
    assert_eq!(help.code, 0);
    assert!(help.out.contains("130  interrupted"), "{}", help.out);
}

#[test]
fn a_fallback_answers_when_the_model_fails() {
    let home = Home::new();
    let ran = home.run(&[
        "call",
        "hi",
        "-m",
        "sandbox/unpaid",
        "--fallback",
        "sandbox/echo",
        "--verbose",
    ]);
    assert_eq!((ran.code, ran.out.as_str()), (0, "hi\n"), "{}", ran.err);
    assert!(ran.err.contains("so sandbox/echo is next"), "{}", ran.err);
}

#[test]
fn a_script_never_gets_half_an_answer_unless_it_asks_for_a_stream() {
    let home = Home::new();
    let model = "sandbox/steady?ttft=0&tps=max&fault=cut&say=one two three four five six";
    let ran = home.run(&["call", "x", "-m", model]);
    assert_eq!((ran.code, ran.out.as_str()), (1, ""), "{}", ran.err);
    let ran = home.run(&["call", "x", "-m", model, "--stream"]);
    assert_eq!(
        (ran.code, ran.out.as_str()),
        (1, "one two\n"),
        "{}",
        ran.err
    );
    let rescued = model.replace("fault=cut", "fault=cut-once");
    let ran = home.run(&["call", "x", "-m", &rescued]);
    assert_eq!(
        (ran.code, ran.out.as_str()),
        (0, "one two three four five six\n"),
        "{}",
        ran.err
    );
}

#[test]
fn a_broken_configuration_names_its_line_and_stops_only_what_needs_it() {
    let home = Home::new();
    home.write(
        "data/config.toml",
        "[providers.openai]\npreset = \"openai\"\nbogus = 1\n",
    );
    let ran = home.run(&["call", "x", "-m", "openai/some-model"]);
    assert_eq!(ran.code, 3, "{}", ran.err);
    assert!(ran.err.contains("config.toml:3"), "{}", ran.err);
    let ran = home.run(&["call", "x", "-m", "sandbox/echo"]);
    assert_eq!((ran.code, ran.out.as_str()), (0, "x\n"));
    assert!(
        ran.err.contains("warning: ") && ran.err.contains("config.toml:3"),
        "{}",
        ran.err
    );
}

#[test]
fn ctrl_c_stops_the_call_at_once_and_it_is_in_the_history() {
    let home = Home::new();
    for name in ["INT", "TERM"] {
        let mut child = home
            .command(&[
                "call",
                "x",
                "-m",
                "sandbox/steady?ttft=0&tps=20&tokens=900",
                "--stream",
            ])
            .spawn()
            .unwrap();
        let mut first = [0];
        child
            .stdout
            .as_mut()
            .unwrap()
            .read_exact(&mut first)
            .unwrap();
        let before = Instant::now();
        signal(&child, name);
        let ran = ran(child.wait_with_output().unwrap());
        assert_eq!(ran.code, 130, "{}", ran.err);
        assert!(
            before.elapsed() < Duration::from_secs(4),
            "{:?}",
            before.elapsed()
        );
        assert!(
            ran.err
                .contains("stopped; what had arrived is in the history"),
            "{}",
            ran.err
        );
    }
    // The history is an SQLite file that the window reads; here its bytes must do.
    let history = std::fs::read(home.path().join("data/history.sqlite")).unwrap();
    let count = |word: &str| {
        history
            .windows(word.len())
            .filter(|bytes| *bytes == word.as_bytes())
            .count()
    };
    assert!(count("cancelled") >= 2 && count("cli") >= 2);
}

#[test]
fn a_reader_that_goes_away_is_no_crash() {
    let home = Home::new();
    let mut child = home
        .command(&[
            "call",
            "x",
            "-m",
            "sandbox/steady?ttft=0&tps=400&tokens=4000",
            "--json",
        ])
        .spawn()
        .unwrap();
    let mut out = BufReader::new(child.stdout.take().unwrap());
    let mut line = String::new();
    out.read_line(&mut line).unwrap();
    drop(out);
    let ran = ran(child.wait_with_output().unwrap());
    assert_eq!((ran.code, ran.err.as_str()), (141, ""));
}

#[test]
fn in_a_terminal_the_answer_streams_and_cannot_steer_it() {
    let home = Home::new();
    let (code, seen) = in_terminal(&home, "call 'a\u{1b}[2Jb' -m sandbox/echo", 80, 24);
    assert_eq!(code, 0, "{seen}");
    assert!(seen.contains("a\u{fffd}[2Jb"), "{seen:?}");
    assert!(seen.contains("sandbox/echo · first token"), "{seen:?}");
    assert!(seen.contains("\u{1b}[2m"), "dim figures: {seen:?}");
    let (_, seen) = in_terminal(
        &home,
        "--color never call hello -m 'sandbox/echo?ttft=0'",
        80,
        24,
    );
    assert!(!seen.contains("\u{1b}[2m"), "{seen:?}");
}

#[test]
fn color_is_asked_for_or_refused() {
    let home = Home::new();
    let colored = home.run(&[
        "--color",
        "always",
        "call",
        "x",
        "-m",
        "sandbox/unauthorized",
    ]);
    assert!(
        colored.err.starts_with("\u{1b}[31merror:\u{1b}[0m "),
        "{:?}",
        colored.err
    );
    let plain = home.run(&["call", "x", "-m", "sandbox/unauthorized"]);
    assert!(!plain.err.contains('\u{1b}'));
}

#[test]
fn models_are_listed_with_what_they_play() {
    let home = Home::new();
    let ran = home.run(&["models"]);
    assert!(
        ran.out
            .lines()
            .any(|line| line.starts_with("sandbox/flaky-429 ") && line.ends_with("(simulated)")),
        "{}",
        ran.out
    );
    assert_eq!(home.run(&["models", "list"]).out, ran.out);
    let ran = home.run(&["models", "list", "THINK", "--json"]);
    assert_eq!(home.run(&["models", "THINK", "--json"]).out, ran.out);
    let models = ran.events();
    assert_eq!(models.len(), 1);
    assert_eq!(
        (&models[0]["id"], &models[0]["simulated"]),
        (&json!("sandbox/thinker"), &json!(true))
    );
}

#[test]
fn variables_are_filled_in_and_a_missing_one_is_named() {
    let home = Home::new();
    let arguments = ["call", "Hi {{name}}", "-m", "sandbox/echo"];
    let ran = home.run(&[&arguments[..], &["--var", "name=Ada = Grace"]].concat());
    assert_eq!(
        (ran.code, ran.out.as_str()),
        (0, "Hi Ada = Grace\n"),
        "{}",
        ran.err
    );
    let ran = home.run(&arguments);
    assert_eq!((ran.code, ran.out.as_str()), (2, ""));
    assert!(ran.err.contains("no value for `name`"), "{}", ran.err);
}
