//! `spend`: what calls cost, as the Costs screen has it.

use crate::program::Home;
use switchboard_sandbox::{Options, Sandbox};

const MODEL: &str = "swift?tokens=20&ttft=5";

#[test]
fn calls_are_in_the_table_at_once_and_simulated_ones_apart() {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(1)
        .enable_all()
        .build()
        .unwrap();
    let upstream = runtime
        .block_on(Sandbox::start(Options::default()))
        .unwrap();
    let home = Home::new();
    home.write(
        "data/config.toml",
        format!(
            "[providers.paid]\nwire = \"openai_chat\"\nbase_url = \"{url}/v1\"\nneeds_key = false\nmodels = [\n\
             {{ name = \"{MODEL}\", price = {{ input = 0, output = 1000 }} }},\n]\n\
             [providers.free]\nwire = \"openai_chat\"\nbase_url = \"{url}/v1\"\nneeds_key = false\n\
             models = [{{ name = \"{MODEL}\" }}]\n",
            url = upstream.base_url()
        ),
    );
    let none = home.run(&["spend"]);
    assert_eq!((none.code, none.out.as_str()), (0, ""), "{}", none.err);
    assert!(none.err.contains("no call ended"), "{}", none.err);

    for (model, project) in [("paid", "shop"), ("free", "shop"), ("paid", "other")] {
        let model = format!("{model}/{MODEL}");
        let ran = home.run(&[
            "call",
            "hello",
            "-m",
            &model,
            "--max-tokens",
            "20",
            "--project",
            project,
        ]);
        assert_eq!(ran.code, 0, "{}", ran.err);
    }
    let simulated = home.run(&["call", "hello", "-m", "sandbox/swift"]);
    assert_eq!(simulated.code, 0, "{}", simulated.err);

    let by_project = home.run(&["spend", "--by", "project", "--range", "24h", "--json"]);
    assert_eq!(by_project.code, 0, "{}", by_project.err);
    let report: serde_json::Value = serde_json::from_str(&by_project.out).unwrap();
    // Each answer of 20 tokens costs 0.02 USD.
    assert_eq!(report["totals"]["spend"], 40_000_000_000_i64, "{report}");
    assert_eq!(report["totals"]["unpriced"], 1, "{report}");
    assert_eq!(report["simulated_calls"], 1, "{report}");
    assert_eq!(report["rows"].as_array().unwrap().len(), 2, "{report}");

    let table = home.run(&[
        "spend",
        "--by",
        "provider",
        "--days",
        "3",
        "--project",
        "shop",
    ]);
    assert_eq!(table.code, 0, "{}", table.err);
    let lines: Vec<Vec<&str>> = table
        .out
        .lines()
        .map(|line| line.split_whitespace().collect())
        .collect();
    assert!(table.out.contains(" UTC, days of "), "{}", table.out);
    assert_eq!(lines[1][..3], ["provider", "calls", "failed"]);
    assert_eq!(lines[2][..3], ["paid", "1", "0"], "{}", table.out);
    assert!(lines[2].contains(&"$0.02"), "{}", table.out);
    assert_eq!(lines[3][..3], ["free", "1", "0"], "{}", table.out);
    assert!(lines[3].contains(&"unknown"), "{}", table.out);
    assert_eq!(lines[4][..3], ["total", "2", "0"], "{}", table.out);
    assert!(
        table.out.contains("1 call has no known price"),
        "{}",
        table.out
    );

    let csv = home.run(&["spend", "--csv"]);
    assert!(
        csv.out.starts_with("model,key,calls,failed,"),
        "{}",
        csv.out
    );
    let only = home.run(&["spend", "--simulated"]);
    assert!(only.out.contains("\nsandbox/swift "), "{}", only.out);
}

#[test]
fn a_date_that_is_none_is_a_mistake_of_the_command_line() {
    let ran = Home::new().run(&["spend", "--from", "soon", "--to", "2026-11-25"]);
    assert_eq!(ran.code, 2, "{}", ran.err);
    assert!(
        ran.err.contains("--from soon --to 2026-11-25: "),
        "{}",
        ran.err
    );
}
