//! The other half of a saving: how the models did that calls would move between.

use super::report::{WhatIfQuality, WhatIfTarget};
use switchboard_routing::compare::{Aim, Rate, Says, Verdict, proportions};

/// Less change of a model's share is none.
const MOVED: f64 = 0.005;

/// So many of so many.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Tally {
    pub won: u32,
    pub of: u32,
}

/// How one model did, over all that is recorded.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct ModelQuality {
    /// Ratings and blind votes.
    pub votes: Tally,
    /// Answers that had to keep a schema.
    pub schema: Tally,
}

/// Compares the models that would get fewer calls than they had with those that would get more.
pub(super) fn judge(targets: &[WhatIfTarget], has_draft: bool) -> WhatIfQuality {
    let share = |target: &WhatIfTarget| {
        let side = if has_draft {
            target.draft
        } else {
            target.active
        };
        side.and_then(|side| side.value)
    };
    let moved = |more: bool| {
        let of = targets.iter().filter(|target| {
            let before = target.happened.value.unwrap_or_default();
            let by = share(target).map_or(0.0, |after| after - before);
            if more { by > MOVED } else { by < -MOVED }
        });
        of.collect::<Vec<_>>()
    };
    let (from, to) = (moved(false), moved(true));
    if from.is_empty() || to.is_empty() {
        return WhatIfQuality {
            words: vec!["the calls stay with the models that had them".to_owned()],
            known: true,
            ..WhatIfQuality::default()
        };
    }
    let sum = |of: &[&WhatIfTarget], rate: &dyn Fn(&WhatIfTarget) -> (u32, u32)| {
        let mut sum = Rate::default();
        for target in of {
            let (won, of) = rate(target);
            sum.hits += u64::from(won);
            sum.of += u64::from(of);
        }
        sum
    };
    type Of = fn(&WhatIfTarget) -> (u32, u32);
    let kinds: [(&str, Of); 3] = [
        ("votes", |target| target.votes),
        ("schemas kept", |target| target.schema),
        ("attempts that did not fail", |target| {
            (
                target.measured - target.failed.min(target.measured),
                target.measured,
            )
        }),
    ];
    let mut words = Vec::new();
    let mut known = false;
    for (at, (name, of)) in kinds.iter().enumerate() {
        let (before, after) = (sum(&from, of), sum(&to, of));
        if before.of == 0 && after.of == 0 {
            words.push(format!("{name}: nothing is recorded"));
            continue;
        }
        if before.of == 0 || after.of == 0 {
            let (of, at) = match before.of {
                0 => (after, "where they would go, none where they were"),
                _ => (before, "where calls were, none where they would go"),
            };
            words.push(format!("{name}: {} of {} {at}", of.hits, of.of));
            continue;
        }
        let verdict = Verdict {
            // Nobody is going to make so many calls on purpose.
            needed: None,
            ..proportions(before, after, Aim::Higher)
        };
        // Failures of attempts are no judgement of answers.
        known |= at < 2 && verdict.says != Says::NotEnoughData;
        words.push(format!(
            "{name}: {} of {} where calls were, {} of {} where they would go, {}",
            before.hits,
            before.of,
            after.hits,
            after.of,
            verdict.words()
        ));
    }
    let names = |of: &[&WhatIfTarget]| {
        let name =
            |target: &&WhatIfTarget| format!("{}/{}", target.target.provider, target.target.model);
        of.iter().map(name).collect()
    };
    WhatIfQuality {
        from: names(&from),
        to: names(&to),
        words,
        known,
    }
}
