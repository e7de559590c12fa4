use super::features::BUCKETS;
use super::*;
use crate::complexity::Complexity;
use proptest::prelude::*;

const README: &str = include_str!("../../data/README.md");
const HARD: &str = include_str!("../../data/prompts/hard.tsv");
const FILE: &[u8] = include_bytes!("../../data/model.bin");

fn digest<'b>(parts: impl IntoIterator<Item = &'b [u8]>) -> u64 {
    parts
        .into_iter()
        .flatten()
        .fold(0xcbf2_9ce4_8422_2325, |hash, byte| {
            (hash ^ u64::from(*byte)).wrapping_mul(0x0000_0100_0000_01b3)
        })
}

#[test]
fn the_readme_tells_of_these_weights_and_these_data() {
    assert!(
        README.contains(&format!("Weights `{:016x}`", digest([FILE]))),
        "run the trainer"
    );
    let data: [&str; 9] = [
        include_str!("../../data/prompts/classification.txt"),
        include_str!("../../data/prompts/summarization.txt"),
        include_str!("../../data/prompts/code_generation.txt"),
        include_str!("../../data/prompts/complex_reasoning.txt"),
        include_str!("../../data/prompts/translation.txt"),
        include_str!("../../data/prompts/data_extraction.txt"),
        include_str!("../../data/prompts/other.txt"),
        include_str!("../../data/prompts/fillers.txt"),
        HARD,
    ];
    let data = digest(data.iter().map(|text| text.as_bytes()));
    assert!(
        README.contains(&format!("data `{data:016x}`")),
        "run the trainer"
    );
    assert!(
        README.starts_with(include_str!("../../data/README.head.md")),
        "run the trainer"
    );
}

/// Prompts by hand that were used for nothing but trying, with their class.
fn by_hand() -> impl Iterator<Item = (Class, String)> {
    HARD.lines()
        .enumerate()
        .filter(|(at, _)| at % 3 != 0)
        .map(|(_, line)| {
            let parts: Vec<&str> = line.split('\t').collect();
            (Class::of(parts[0]).unwrap(), parts[2].replace("\\n", "\n"))
        })
}

#[test]
fn the_figures_by_hand_in_the_readme_are_those_of_the_weights() {
    let mut all = 0;
    let (mut right, mut sure, mut sure_right) = (0, 0, 0);
    let mut classes = [(0, 0); Class::ALL.len()];
    for (class, text) in by_hand() {
        let found = classify(&text);
        let place = Class::ALL.iter().position(|other| *other == class).unwrap();
        let hit = found.likeliest == class;
        all += 1;
        right += u32::from(hit);
        classes[place].0 += u32::from(hit);
        classes[place].1 += 1;
        if found.probability >= f64::from(Model::bundled().threshold()) {
            sure += 1;
            sure_right += u32::from(hit);
            assert_eq!(found.task, found.likeliest.task());
        } else {
            assert_eq!(found.task, None);
        }
    }
    assert!(all >= 150);
    for (class, (right, of)) in Class::ALL.iter().zip(classes) {
        let row = README
            .lines()
            .find(|line| line.starts_with(&format!("| {} |", class.name())))
            .unwrap();
        assert!(
            row.ends_with(&format!("| {right} of {of} |")),
            "{row}: {right} of {of}"
        );
    }
    assert!(
        README.contains(&format!("| {right} of {all} |")),
        "{right} of {all}"
    );
    let line = format!("sure of {sure} of {all} prompts, and right in {sure_right} of them");
    assert!(README.contains(&line), "{line}");
    // What the routes that come with the program count on.
    assert!(right * 100 >= all * 85, "{right} of {all}");
    assert!(sure_right * 100 >= sure * 90, "{sure_right} of {sure}");
}

#[test]
fn a_clear_prompt_is_told_with_its_reasons() {
    for (text, task) in [
        (
            "Translate this letter into German: Dear Ms Roth, thank you.",
            Task::Translation,
        ),
        (
            "Summarize the following article in three sentences.",
            Task::Summarization,
        ),
        (
            "Write a Python function that sorts a list of dicts by a key.",
            Task::CodeGeneration,
        ),
        (
            "Classify this review as positive or negative: I loved it.",
            Task::Classification,
        ),
        (
            "Extract the invoice number and the total as JSON.",
            Task::DataExtraction,
        ),
        (
            "Prove that the sum of two odd numbers is even.",
            Task::ComplexReasoning,
        ),
        (
            "Fasse den Bericht bitte kurz zusammen.",
            Task::Summarization,
        ),
        (
            "Traduis ce message en anglais : à bientôt",
            Task::Translation,
        ),
    ] {
        let found = classify(text);
        assert_eq!(found.task, Some(task), "{text}: {found:?}");
        assert!(
            !found.because.is_empty() && found.because.len() <= 3,
            "{found:?}"
        );
    }
    let found = classify("Translate this letter into German: Dear Ms Roth, thank you.");
    let told = found.because.join(", ");
    assert!(
        told.contains("translat") || told.contains("language"),
        "{told}"
    );
}

#[test]
fn it_is_not_sure_of_what_says_nothing() {
    for text in ["", "   ", "qwer tzui", "12345", "…"] {
        assert_eq!(classify(text).task, None, "{text:?}: {:?}", classify(text));
    }
}

#[test]
fn instructions_are_found_at_either_end_of_a_long_text() {
    let matter = "The committee met on Tuesday and talked about the bridge. ".repeat(20_000);
    let first = format!("Translate the following text into French:\n\n{matter}");
    let last = format!("{matter}\n\nTranslate the text above into French.");
    assert_eq!(classify(&first).likeliest, Class::Translation);
    assert_eq!(classify(&last).likeliest, Class::Translation);
}

#[test]
fn a_file_of_other_weights_is_refused() {
    assert!(Model::read(FILE).is_some());
    assert!(Model::read(&FILE[1..]).is_none());
    assert!(Model::read(b"").is_none());
    let mut other = FILE.to_vec();
    other[0] = b'X';
    assert!(Model::read(&other).is_none());
    assert_eq!(Model::read(FILE).unwrap().write(), FILE);
    assert_eq!(FILE.len(), 44 + BUCKETS * 7);
}

#[test]
fn demand_grows_with_what_makes_a_prompt_hard() {
    for (text, tier) in [
        ("hi", Complexity::Simple),
        ("What is the capital of France?", Complexity::Simple),
        ("Translate to German: good morning", Complexity::Simple),
        (
            "Compare these two offers and justify your choice: A costs 3 a month, B 30 a year.",
            Complexity::Standard,
        ),
        (
            "Prove step by step that the greedy schedule is optimal. It must run without preemption, use at most three \
             machines, and never leave one idle. Why does the exchange argument hold? What changes with deadlines?",
            Complexity::Complex,
        ),
    ] {
        let found = classify(text).demand;
        assert_eq!(found.tier, tier, "{text}: {found:?}");
        assert_eq!(found.points == 0, found.because.is_empty());
    }
    let long = demand(&"word ".repeat(40_000));
    assert_eq!((long.tier, long.points), (Complexity::Standard, 3));
    let list = demand("1. read it\n2. mark it\n3. send it");
    assert_eq!(list.because, ["several steps"]);
}

proptest! {
    #[test]
    fn any_text_gets_probabilities_that_add_up(text in prop_oneof![".{0,400}", "[a-z。？ \n:{}\"]{0,400}"]) {
        let found = classify(&text);
        prop_assert!((0.0..=1.0).contains(&found.probability));
        let seen = features::Seen::of(&text);
        let all = features::of(&seen);
        let sum: f32 = Model::bundled().probabilities(&all).iter().sum();
        prop_assert!((sum - 1.0).abs() < 1e-4);
        let length: f32 = all.0.iter().map(|(_, value)| value * value).sum();
        prop_assert!(all.0.is_empty() || (length - 1.0).abs() < 1e-3);
        prop_assert!(found.demand.points <= 14);
    }
}
