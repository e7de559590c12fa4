//! `data/README.md`.

use crate::measure::{Outcome, accuracy, calibration_error};
use std::fmt::Write as _;
use switchboard_routing::classify::Class;
use switchboard_routing::classify::model::Model;

pub(crate) struct Parts<'a> {
    pub(crate) prompts: usize,
    pub(crate) families: usize,
    pub(crate) by_template: &'a [Outcome],
    pub(crate) by_source: &'a [Outcome],
    pub(crate) by_both: &'a [Outcome],
    pub(crate) kept: &'a [Outcome],
    pub(crate) found: &'a [Outcome],
    pub(crate) model: &'a Model,
    pub(crate) digest: u64,
    pub(crate) data: u64,
}

pub(crate) fn write(parts: &Parts<'_>) -> String {
    let mut out = String::from(include_str!("../../data/README.head.md"));
    let threshold = f64::from(parts.model.threshold);
    let mut line = |text: String| writeln!(out, "{text}").unwrap();
    line(format!(
        "Weights `{:016x}`, data `{:016x}`.",
        parts.digest, parts.data
    ));
    line(format!(
        "Made from {} prompts of {} families of templates.\n",
        parts.prompts, parts.families
    ));
    line(
        "| class | new templates | new sources | both new | by hand | by hand, prompts |"
            .to_owned(),
    );
    line("| --- | --- | --- | --- | --- | --- |".to_owned());
    for class in Class::ALL {
        let of = |outcomes: &[Outcome]| {
            let (mut right, mut all) = (0, 0);
            for one in outcomes.iter().filter(|one| one.class == class) {
                all += 1;
                right += usize::from(one.found == class);
            }
            (right, all)
        };
        let share = |outcomes| {
            let (right, all) = of(outcomes);
            format!("{:.1} %", 100.0 * right as f64 / all as f64)
        };
        let (right, all) = of(parts.found);
        line(format!(
            "| {} | {} | {} | {} | {} | {right} of {all} |",
            class.name(),
            share(parts.by_template),
            share(parts.by_source),
            share(parts.by_both),
            share(parts.found)
        ));
    }
    let right = parts
        .found
        .iter()
        .filter(|one| one.class == one.found)
        .count();
    line(format!(
        "| all | {:.1} % | {:.1} % | {:.1} % | {:.1} % | {right} of {} |\n",
        100.0 * accuracy(parts.by_template),
        100.0 * accuracy(parts.by_source),
        100.0 * accuracy(parts.by_both),
        100.0 * accuracy(parts.found),
        parts.found.len()
    ));
    line(format!(
        "On the {} prompts by hand that were kept for choosing temperature and threshold: {:.1} %.\n",
        parts.kept.len(),
        100.0 * accuracy(parts.kept)
    ));
    line("| language | new templates | by hand |".to_owned());
    line("| --- | --- | --- |".to_owned());
    for language in ["en", "de fr es", "others"] {
        let of = |outcomes: &[Outcome]| {
            let within = outcomes.iter().filter(|one| one.language == language);
            let right = within.clone().filter(|one| one.class == one.found).count();
            (right, within.count())
        };
        let ((right, all), (by_hand, prompts)) = (of(parts.by_template), of(parts.found));
        line(format!(
            "| {language} | {:.1} % | {by_hand} of {prompts} |",
            100.0 * right as f64 / all as f64
        ));
    }
    line("\n## When it is sure\n".to_owned());
    let sure: Vec<&Outcome> = parts
        .found
        .iter()
        .filter(|one| one.probability >= threshold)
        .collect();
    let sure_right = sure.iter().filter(|one| one.class == one.found).count();
    line(format!(
        "It is sure from a probability of {threshold:.2} on (temperature {:.2}). By hand: sure of {} of {} prompts, and right in {sure_right} of them ({:.1} %).\n",
        parts.model.temperature,
        sure.len(),
        parts.found.len(),
        100.0 * sure_right as f64 / sure.len() as f64
    ));
    line("## Calibration, by hand\n".to_owned());
    line("| probability | prompts | said | right |".to_owned());
    line("| --- | --- | --- | --- |".to_owned());
    for fifth in 0..5 {
        let within: Vec<&Outcome> = parts
            .found
            .iter()
            .filter(|one| ((one.probability * 5.0) as usize).min(4) == fifth)
            .collect();
        if within.is_empty() {
            continue;
        }
        let right = within.iter().filter(|one| one.class == one.found).count() as f64;
        let said = within.iter().map(|one| one.probability).sum::<f64>();
        line(format!(
            "| {:.1} to {:.1} | {} | {:.0} % | {:.0} % |",
            fifth as f64 / 5.0,
            (fifth + 1) as f64 / 5.0,
            within.len(),
            100.0 * said / within.len() as f64,
            100.0 * right / within.len() as f64
        ));
    }
    line(format!(
        "\nExpected calibration error over tenths: {:.3}.\n",
        calibration_error(parts.found)
    ));
    line("## What is taken for what, by hand\n".to_owned());
    let mut head = "| is \\ taken for |".to_owned();
    for class in Class::ALL {
        write!(head, " {} |", class.name()).unwrap();
    }
    line(head);
    line(format!("|{}", " --- |".repeat(Class::ALL.len() + 1)));
    for class in Class::ALL {
        let mut row = format!("| {} |", class.name());
        for found in Class::ALL {
            let count = parts
                .found
                .iter()
                .filter(|one| one.class == class && one.found == found)
                .count();
            write!(row, " {count} |").unwrap();
        }
        line(row);
    }
    out
}

/// FNV-1a of bytes.
pub(crate) fn digest(bytes: &[u8]) -> u64 {
    bytes.iter().fold(0xcbf2_9ce4_8422_2325, |hash, byte| {
        (hash ^ u64::from(*byte)).wrapping_mul(0x0000_0100_0000_01b3)
    })
}
