//! The result in sentences, and what the data do not bear.

use super::replay::Basis;
use super::report::*;
use super::{Course, WhatIf};
use crate::text::{self, millis};
use switchboard_engine::plan::Candidate;
use switchboard_engine::price::PicoUsd;
use switchboard_routing::compare::Says;

/// Returns the result in a few sentences. A saving is never told without what is known of quality.
pub(super) fn summary(rows: &[WhatIfRow], quality: &WhatIfQuality, has_draft: bool) -> Vec<String> {
    let row = |measure| rows.iter().find(|row| row.measure == measure);
    let change = |measure| {
        let row = row(measure)?;
        let change = if has_draft {
            row.draft_change
        } else {
            row.active_change
        };
        Some((row, change?))
    };
    let mut told = Vec::new();
    match change(WhatIfMeasure::Cost) {
        None => {
            told.push("the cost cannot be told: the prices of some models are not known".to_owned())
        }
        Some((row, change)) => {
            let before = row.happened.value.unwrap_or_default();
            let between = format!(
                "between {} and {}",
                dollars(change.low.abs().min(change.high.abs())),
                dollars(change.low.abs().max(change.high.abs()))
            );
            let percent = if before > 0.0 {
                change.by.abs() / before * 100.0
            } else {
                0.0
            };
            told.push(match change.says {
                Says::Better => format!(
                    "{} less ({percent:.0} %), {between}; {}",
                    dollars(change.by.abs()),
                    quality_words(quality)
                ),
                Says::Worse => format!("{} more ({percent:.0} %), {between}", dollars(change.by)),
                Says::NoDifferenceShown => "no difference in cost is shown".to_owned(),
                Says::NotEnoughData => "too few calls to tell a difference in cost".to_owned(),
            });
        }
    }
    if let Some((row, change)) = change(WhatIfMeasure::LatencyP50) {
        let before = row.happened.value.unwrap_or_default();
        told.push(match change.says {
            Says::NotEnoughData => "too few calls to tell a difference in latency".to_owned(),
            Says::NoDifferenceShown => "no difference in the median latency is shown".to_owned(),
            Says::Better | Says::Worse => format!(
                "half the answers within {} instead of {}",
                time(before + change.by),
                time(before)
            ),
        });
    }
    if let Some((row, change)) = change(WhatIfMeasure::Failed) {
        let before = row.happened.value.unwrap_or_default();
        told.push(match change.says {
            Says::NotEnoughData => "too few calls to tell a difference in failures".to_owned(),
            Says::NoDifferenceShown => "no difference in failed calls is shown".to_owned(),
            Says::Better | Says::Worse => format!(
                "{:.2} % of calls fail instead of {:.2} %",
                (before + change.by) * 100.0,
                before * 100.0
            ),
        });
    }
    told
}

fn quality_words(quality: &WhatIfQuality) -> String {
    match quality.known {
        true => quality.words.join("; "),
        false => "whether the answers would be as good is not known: too few votes and schemas are recorded of these \
                  models"
            .to_owned(),
    }
}

/// Returns what is assumed, and where the data are thin.
pub(super) fn notes(
    asked: &WhatIf,
    targets: &[WhatIfTarget],
    basis: &[(&str, &Basis)],
) -> Vec<String> {
    let mut notes = Vec::new();
    for target in targets {
        let Some(p50) = target.first_token_p50_ms else {
            continue;
        };
        let name = format!("{}/{}", target.target.provider, target.target.model);
        let asked_of = [target.active, target.draft].into_iter().flatten();
        let used = asked_of
            .filter_map(|side| side.value)
            .any(|value| value > 0.0);
        match target.basis {
            WhatIfBasis::Measured => {}
            WhatIfBasis::TooFew if used => notes.push(format!(
                "{name} answered {} times in the time looked at: too few to tell how long it takes; its few times are \
                 used as they are",
                target.measured - target.failed.min(target.measured)
            )),
            WhatIfBasis::Assumed if used => notes.push(format!(
                "{name} was never called in the time looked at: its times ({} to a first token as a rule) and \
                 failures are those assumed of its tier, not measured",
                millis(u64::from(p50))
            )),
            WhatIfBasis::TooFew | WhatIfBasis::Assumed => {}
        }
    }
    for (side, basis) in basis {
        let all = basis.own + basis.minute + basis.rate + basis.assumed + basis.refused_again;
        if all > 0 {
            let share = |part: u32, how: &str| {
                let percent = f64::from(part) / f64::from(all) * 100.0;
                match part {
                    0 => None,
                    _ if percent < 1.0 => Some(format!("under 1 % {how}")),
                    _ => Some(format!("{percent:.0} % {how}")),
                }
            };
            let parts = [
                share(
                    basis.own + basis.refused_again,
                    "are as the call itself made them",
                ),
                share(basis.minute, "as the target met others in that minute"),
                share(basis.rate, "drawn from all that is known of it"),
                share(basis.assumed, "assumed"),
            ];
            let parts: Vec<String> = parts.into_iter().flatten().collect();
            notes.push(format!("{side}: of its attempts {}", parts.join(", ")));
        }
    }
    let most = |of: fn(&Basis) -> u32| basis.iter().map(|(_, basis)| of(basis)).max();
    let counted = |of, words: &str| {
        most(of)
            .filter(|count| *count > 0)
            .map(|count| format!("{count} {words}"))
    };
    notes.push(
        "every model is taken to write as much as the one that answered; another may write more or less".to_owned(),
    );
    notes.extend(counted(
        |basis| basis.uncached,
        "attempts had cached input that counts as fresh at a provider that did not serve it",
    ));
    notes.extend(counted(
        |basis| basis.refused_again,
        "attempts repeat a refusal of the request itself, though another model might have taken it",
    ));
    notes.extend(counted(
        |basis| basis.borrowed,
        "calls were never answered; their answers are as long as those of other calls",
    ));
    notes.extend(counted(
        |basis| basis.priced_today,
        "attempts are priced as of today: no price of their time is known",
    ));
    let courses: Vec<&Course> = [&asked.active, &asked.draft]
        .into_iter()
        .flatten()
        .collect();
    let unpriced = courses
        .iter()
        .flat_map(|course| &course.plan.candidates)
        .filter_map(|candidate| match candidate {
            Candidate::Ready(target) if target.price.is_none() => Some(target.model.clone()),
            Candidate::Ready(_) | Candidate::Unusable { .. } => None,
        });
    let mut unpriced: Vec<String> = unpriced.collect();
    unpriced.sort();
    unpriced.dedup();
    if !unpriced.is_empty() {
        notes.push(format!(
            "no price is known of {}: calls that it would answer are left out of the cost on every side",
            unpriced.join(", ")
        ));
    }
    if courses.iter().any(|course| course.planner.is_some()) {
        notes.push(
            "variants are dealt by call here, by caller and conversation in real calls; their shares are the same"
                .to_owned(),
        );
    }
    if courses.iter().any(|course| course.plan.hedge.is_some()) {
        notes.push("second requests beside slow ones (hedging) are not replayed".to_owned());
    }
    notes.push(
        "rate limits, breakers and the retry budget of many calls together are not replayed; intervals tell how much \
         depends on which calls were made, not whether an assumption holds"
            .to_owned(),
    );
    notes
}

fn dollars(pico: f64) -> String {
    text::dollars(PicoUsd(pico.round() as i64))
}

fn time(ms: f64) -> String {
    millis(ms.max(0.0).round() as u64)
}
