//! Estimates of tokens, held against the tokenizers themselves on texts that the fit has not seen.

use switchboard_engine::tokens::estimate_text_tokens;

const SAMPLES: &str = include_str!("../data/tokens/samples.txt");

/// Encoding, a model that uses it; the mean of errors allowed, the largest, and the largest to the low side.
const TOKENIZERS: [(&str, &str, f64, f64, f64); 4] = [
    ("o200k_base", "gpt-5.2", 0.12, 0.35, 0.20),
    ("cl100k_base", "gpt-4", 0.15, 0.45, 0.30),
    ("qwen2", "qwen2.5-72b", 0.15, 0.60, 0.30),
    ("mistral_v3", "mistral-small", 0.14, 0.45, 0.30),
];

/// Returns name and text of every sample.
fn samples() -> Vec<(&'static str, &'static str)> {
    SAMPLES
        .split("== ")
        .filter_map(|part| part.split_once('\n'))
        .map(|(name, text)| (name.trim(), text.trim_end()))
        .collect()
}

#[test]
fn an_estimate_is_near_the_tokenizers_count_in_every_script() {
    let samples = samples();
    assert!(samples.len() >= 24);
    for (encoding, model, most_mean, most, most_lacking) in TOKENIZERS {
        let tokenizer = tiktoken::get_encoding(encoding).unwrap();
        let mut sum = 0.0;
        for (name, text) in &samples {
            let counted = tokenizer.count(text) as f64;
            let error = estimate_text_tokens(text, model) as f64 / counted - 1.0;
            sum += error.abs();
            assert!(
                error.abs() <= most,
                "{name} at {encoding}: off by {:.0} % of {counted}",
                error * 100.0
            );
            // What budgets set aside on top (a quarter) covers what an estimate of a current OpenAI model lacks.
            assert!(
                error > -most_lacking,
                "{name} at {encoding}: {:.0} %",
                error * 100.0
            );
        }
        let mean = sum / samples.len() as f64;
        assert!(
            mean <= most_mean,
            "{encoding}: {:.1} % on average",
            mean * 100.0
        );
    }
}

#[test]
fn four_characters_a_token_was_off_threefold_where_the_estimate_is_not() {
    let tokenizer = tiktoken::get_encoding("o200k_base").unwrap();
    for (name, text) in samples() {
        if !matches!(name, "chinese" | "japanese" | "traditional_chinese") {
            continue;
        }
        let counted = tokenizer.count(text) as f64;
        let by_four = (text.chars().count() as f64 / 4.0) / counted;
        let estimate = estimate_text_tokens(text, "gpt-5.2") as f64 / counted;
        assert!(by_four < 0.35, "{name}: {by_four}");
        assert!((0.8..1.2).contains(&estimate), "{name}: {estimate}");
    }
}

#[test]
fn a_claude_of_a_new_tokenizer_counts_more_latin_and_the_same_chinese() {
    for (name, text) in samples() {
        let old = estimate_text_tokens(text, "claude-sonnet-4-5") as f64;
        let new = estimate_text_tokens(text, "claude-opus-4-7") as f64;
        let ratio = new / old;
        match name {
            "english" | "german" => assert!((1.15..1.45).contains(&ratio), "{name}: {ratio}"),
            "chinese" | "japanese" | "korean" => {
                assert!((0.99..1.02).contains(&ratio), "{name}: {ratio}")
            }
            _ => assert!((0.99..1.45).contains(&ratio), "{name}: {ratio}"),
        }
    }
    let english = samples().into_iter().find(|(name, _)| *name == "english");
    let text = english.unwrap().1;
    // Measured: 4.33 characters a token before, 3.60 from 4.7.
    let each = |model: &str| text.len() as f64 / estimate_text_tokens(text, model) as f64;
    assert!(
        (4.0..4.8).contains(&each("claude-sonnet-4-5")),
        "{}",
        each("claude-sonnet-4-5")
    );
    assert!(
        (2.9..3.8).contains(&each("claude-opus-4-7")),
        "{}",
        each("claude-opus-4-7")
    );
}
