//! Sentences of every language. The lists of words were not made from them; the two thresholds were set by them.

use super::Language;

/// `language<TAB>text`, about ten a language: prompts, letters, news.
const SENTENCES: &str = include_str!("../../data/languages.tsv");

#[test]
fn languages_are_told_apart_in_short_prompts() {
    let (mut right, mut wrong, mut silent, mut all) = (0, Vec::new(), 0, 0);
    for line in SENTENCES.lines() {
        let (code, text) = line.split_once('\t').unwrap();
        let expected = Language::of(code).unwrap();
        all += 1;
        match Language::detect(text) {
            Some(found) if found == expected => right += 1,
            Some(found) => wrong.push((code, found, text)),
            None => {
                silent += 1;
                println!("silent: {code} {text}");
            }
        }
    }
    println!("{right} of {all} right, {silent} silent, wrong: {wrong:#?}");
    assert!(all >= 200);
    assert!(right * 100 >= all * 95, "{right} of {all} right");
    assert!(wrong.len() * 100 <= all * 2, "{wrong:?}");
}

#[test]
fn it_says_nothing_of_what_it_does_not_know() {
    for text in [
        "",
        "42",
        "{\"a\": [1, 2]}",
        "xkcd",
        "ok",
        "سلام، چطور می‌توانم گزارش را بگیرم؟",
        "Здраво, како се зовеш? Ђорђе и Љиљана су овде.",
    ] {
        assert_eq!(Language::detect(text), None, "{text}");
    }
}

#[test]
fn a_long_text_is_judged_by_its_ends() {
    let long = format!(
        "{}{}",
        "Der Hund und die Katze sind im Haus. ".repeat(100_000),
        "x"
    );
    assert_eq!(Language::detect(&long), Some(Language::De));
}

#[test]
fn codes_and_languages_go_both_ways() {
    for language in Language::ALL {
        assert_eq!(Language::of(language.code()), Some(language));
    }
    assert_eq!(Language::of("xx"), None);
}

/// Prompts written by hand for the task classifier; nothing of the detector was set by them.
const PROMPTS: &str = include_str!("../../data/prompts/hard.tsv");

#[test]
fn languages_of_prompts_that_it_was_not_made_with_are_told() {
    let (mut right, mut wrong, mut silent, mut all) = (0, Vec::new(), Vec::new(), 0);
    for line in PROMPTS.lines() {
        let parts: Vec<&str> = line.split('\t').collect();
        // Those carry a second language.
        if parts[0] == "translation" {
            continue;
        }
        all += 1;
        match Language::detect(parts[2]) {
            Some(found) if found.code() == parts[1] => right += 1,
            Some(found) => wrong.push((parts[1], found, parts[2])),
            None => silent.push((parts[1], parts[2])),
        }
    }
    println!("{right} of {all} right, wrong: {wrong:#?}, silent: {silent:#?}");
    assert!(right * 100 >= all * 90, "{right} of {all} right: {wrong:?}");
    assert!(wrong.len() * 100 <= all * 4, "{wrong:?}");
}
