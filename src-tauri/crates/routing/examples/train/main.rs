//! Makes the task classifier's weights from `data/prompts/`, and tells in `data/README.md` what they are worth.
//!
//! `cargo run --release -p switchboard-routing --example train`: a quarter of a minute, and on one kind of machine the same bytes each time.

#![expect(
    clippy::print_stdout,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a program for developers: it prints, and stops on a fault of its data"
)]

mod corpus;
mod fit;
mod measure;
mod report;
mod rng;

use corpus::{Corpus, Sample};
use fit::Dense;
use measure::Outcome;
use std::path::Path;
use switchboard_routing::classify::Class;

/// Prompts made of each family of templates.
const EACH: usize = 100;

/// Parts that families of templates are divided into.
const FOLDS: usize = 5;

/// Least share of right answers among those that are called sure, on the prompts kept for choosing the threshold.
const PRECISION: f64 = 0.95;

fn main() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("data");
    let corpus = Corpus::read(&folder.join("prompts"));
    let all = corpus.expand(EACH, 1, |_| true);
    println!("{} prompts of {} families", all.len(), corpus.families());

    let by_template = held_out(&all, |sample, fold| sample.family % FOLDS == fold, FOLDS);
    println!("new templates: {:.3}", measure::accuracy(&by_template));
    if std::env::args().any(|argument| argument == "--families") {
        let tried = (0..FOLDS).flat_map(|fold| {
            all.iter()
                .filter(move |sample| sample.family % FOLDS == fold)
        });
        let mut families: std::collections::BTreeMap<usize, (usize, usize, String)> =
            Default::default();
        for (sample, outcome) in tried.zip(&by_template) {
            let entry = families.entry(sample.family).or_default();
            entry.1 += 1;
            if outcome.found == sample.class {
                entry.0 += 1
            } else {
                entry.2 = format!("{:?} {}", outcome.found, sample.text)
            }
        }
        for (family, (right, of, text)) in families {
            if right * 2 < of {
                println!(
                    "{family} {right}/{of} {}",
                    text.chars().take(150).collect::<String>()
                );
            }
        }
    }

    // Sources are dealt into two halves; each is tried by weights that never saw it.
    let halves =
        [0, 1].map(|half| corpus.expand(EACH, 2 + half, |source| source % 2 == half as usize));
    let mut by_source = Vec::new();
    let mut by_both = Vec::new();
    for half in 0..2 {
        let (seen, unseen) = (&halves[half], &halves[1 - half]);
        let several = |sample: &&Sample| sample.several_sources;
        let dense = Dense::fit(seen.iter());
        by_source.extend(measure::outcomes(
            &dense.quantised(),
            unseen.iter().filter(several),
        ));
        for fold in 0..FOLDS {
            let dense = Dense::fit(seen.iter().filter(|sample| sample.family % FOLDS != fold));
            let tried = unseen
                .iter()
                .filter(several)
                .filter(|sample| sample.family % FOLDS == fold);
            by_both.extend(measure::outcomes(&dense.quantised(), tried));
        }
    }
    println!(
        "new sources: {:.3}, both: {:.3}",
        measure::accuracy(&by_source),
        measure::accuracy(&by_both)
    );

    let mut model = Dense::fit(all.iter()).quantised();
    let hard = corpus::hard(&folder.join("prompts/hard.tsv"));
    let (kept, test): (Vec<&Sample>, Vec<&Sample>) = hard.iter().partition(|sample| sample.kept);
    model.temperature = measure::temperature(&model, &kept);
    model.threshold =
        measure::threshold(&measure::outcomes(&model, kept.iter().copied()), PRECISION);
    let kept = measure::outcomes(&model, kept.iter().copied());
    let found = measure::outcomes(&model, test.iter().copied());
    println!(
        "by hand: kept {:.3}, temperature {}, threshold {}",
        measure::accuracy(&kept),
        model.temperature,
        model.threshold
    );
    if std::env::args().any(|argument| argument == "--final") {
        println!("by hand: the others {:.3}", measure::accuracy(&found));
    }
    if std::env::args().any(|argument| argument == "--wrong") {
        for (sample, outcome) in hard.iter().filter(|sample| sample.kept).zip(&kept) {
            if outcome.found != sample.class {
                println!(
                    "{:?} as {:?} {:.2}: {}",
                    sample.class, outcome.found, outcome.probability, sample.text
                );
            }
        }
    }

    let file = model.write();
    std::fs::write(folder.join("model.bin"), &file).unwrap();
    let parts = report::Parts {
        prompts: all.len(),
        families: corpus.families(),
        by_template: &by_template,
        by_source: &by_source,
        by_both: &by_both,
        kept: &kept,
        found: &found,
        model: &model,
        digest: report::digest(&file),
        data: corpus.digest(),
    };
    std::fs::write(folder.join("README.md"), report::write(&parts)).unwrap();
}

/// Tries each part by weights made from the others.
fn held_out(all: &[Sample], is_in: impl Fn(&Sample, usize) -> bool, folds: usize) -> Vec<Outcome> {
    let mut outcomes = Vec::new();
    for fold in 0..folds {
        let dense = Dense::fit(all.iter().filter(|sample| !is_in(sample, fold)));
        let tried = all.iter().filter(|sample| is_in(sample, fold));
        outcomes.extend(measure::outcomes(&dense.quantised(), tried));
    }
    outcomes
}

/// Classes by their place.
pub(crate) fn place(class: Class) -> usize {
    Class::ALL.iter().position(|other| *other == class).unwrap()
}
