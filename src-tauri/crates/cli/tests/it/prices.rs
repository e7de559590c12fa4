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

#[test]
fn a_price_of_ones_own_is_shown_first_and_the_books_as_not_counting() {
    let home = Home::new();
    home.write(
        "data/config.toml",
        "[providers.work]\npreset = \"openai-chat\"\n\n[prices.\"work/gpt-4o\"]\ninput = 1.25\noutput = \"7\"\n",
    );
    let ran = home.run(&["prices", "search", "/gpt-4o"]);
    let first = ran.out.lines().next().unwrap();
    assert!(first.starts_with("work/gpt-4o "), "{first}");
    assert!(
        first.ends_with("$1.25 in, $7 out per million tokens (your own price)"),
        "{first}"
    );
    assert!(ran.out.contains("openai/gpt-4o"), "{}", ran.out);

    let ran = home.run(&["prices", "show", "work/gpt-4o"]);
    assert_eq!(ran.code, 0, "{}", ran.err);
    for text in [
        "your own price counts",
        "1.25",
        "your prices",
        "which do not count",
        "genai-prices",
    ] {
        assert!(ran.out.contains(text), "{text} in {}", ran.out);
    }
    let ran = home.run(&["prices", "show", "work/gpt-4o", "--json"]);
    let shown = &ran.events()[0];
    assert_eq!(
        (&shown["own"], &shown["provider"]),
        (&json!(true), &json!("work"))
    );
    assert_eq!(shown["usd_per_million_tokens"][0]["input"], json!("1.25"));
    assert_eq!(shown["book"]["provider"], json!("openai"));
    // Another model of the same provider goes by the book.
    let ran = home.run(&["prices", "show", "work/gpt-4.1"]);
    assert!(ran.out.starts_with("openai/gpt-4.1\n"), "{}", ran.out);
}

#[test]
fn a_broken_configuration_is_said_and_the_book_is_still_shown() {
    let home = Home::new();
    home.write(
        "data/config.toml",
        "[prices.\"work/m\"]\ninput = \"$2\"\noutput = 1\n",
    );
    let ran = home.run(&["prices", "show", "openai/gpt-4o"]);
    assert_eq!(ran.code, 0);
    assert!(
        ran.err.contains("prices of your own are not shown"),
        "{}",
        ran.err
    );
    assert!(ran.out.starts_with("openai/gpt-4o\n"));
}

#[test]
fn tokens_are_counted_with_the_models_tokenizer_and_nothing_is_sent() {
    let home = Home::new();
    let ran = home.run(&[
        "tokens",
        "tiktoken is great!",
        "-m",
        "openai/gpt-4o",
        "--json",
    ]);
    assert_eq!(ran.code, 0, "{}", ran.err);
    let shown = &ran.events()[0];
    // Six of the text (OpenAI's cookbook), seven around it.
    assert_eq!(
        (&shown["tokens"], &shown["counted"]),
        (&json!(13), &json!(true))
    );
    assert!(shown["cost"].as_i64().unwrap() > 0);
    let ran = home.run(&["tokens", "hello", "-m", "no/such"]);
    assert_eq!(ran.code, 3);
    assert!(
        ran.err.contains("`no/such`") && ran.out.contains("price unknown"),
        "{}",
        ran.out
    );
}
