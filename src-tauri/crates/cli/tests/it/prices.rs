//! What models cost, on the command line.

use crate::program::Home;
use serde_json::json;

#[test]
fn a_model_is_shown_with_every_price_its_source_and_its_date() {
    let home = Home::new();
    let ran = home.run(&["prices", "show", "gemini/gemini-4-argon"]);
    assert_eq!(ran.code, 0, "{}", ran.err);
    for text in [
        "google/gemini-4-argon\n",
        "context 1048576 tokens",
        "genai-prices 0.2.3 of 2026-",
        "litellm 1.110.2 of 2026-",
    ] {
        assert!(ran.out.contains(text), "{text} in {}", ran.out);
    }
    let dated = ran
        .out
        .lines()
        .find(|line| line.contains("standard") && line.contains("2026-12-01"));
    let dated: Vec<&str> = dated.unwrap().split_whitespace().take(5).collect();
    assert_eq!(dated, ["standard", "2026-12-01", "4", "20", "0.2"]);
}

#[test]
fn other_names_of_a_model_find_it_and_unknown_ones_say_how_to_search() {
    let home = Home::new();
    let ran = home.run(&["prices", "show", "openai/gpt-6.1-terra-20260915", "--json"]);
    let shown = &ran.events()[0];
    assert_eq!(shown["model"], json!("gpt-6.1-terra"));
    let long = &shown["usd_per_million_tokens"].as_array().unwrap();
    let long = long
        .iter()
        .find(|row| row["above"] == json!(272_000) && row["tier"] == json!("standard"));
    assert_eq!(long.unwrap()["output"], json!("7.5"));
    let ran = home.run(&["prices", "show", "openai/gpt-99"]);
    assert_eq!(ran.code, 2);
    assert!(ran.err.contains("prices search gpt-99"), "{}", ran.err);
}

#[test]
fn a_search_lists_models_with_their_usual_price() {
    let home = Home::new();
    let ran = home.run(&["prices", "search", "XIDAO/claude"]);
    assert_eq!(
        ran.out,
        "xidao/claude-4-opus    $15 in, $75 out per million tokens\n\
         xidao/claude-4-sonnet  $3 in, $15 out per million tokens\n"
    );
    let ran = home.run(&["prices", "search", "no such model"]);
    assert_eq!((ran.code, ran.out.as_str()), (0, ""));
    assert!(ran.err.contains("no model of the price book"));
}
