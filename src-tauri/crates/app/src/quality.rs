//! How models did in people's eyes and against schemas, over all that is recorded. Read anew at most once a
//! minute; a pick never waits for it.

use crate::App;
use std::collections::HashMap;
use std::sync::{Arc, PoisonError, RwLock};
use std::time::{Duration, Instant};
use switchboard_engine::event::TargetInfo;
use switchboard_store::QualityRow;

/// How long what was read is taken as it is.
const FRESH: Duration = Duration::from_secs(60);

/// What is known of every model. Clones share it.
#[derive(Debug, Clone, Default)]
pub(crate) struct Qualities {
    state: Arc<RwLock<State>>,
}

#[derive(Debug, Default)]
struct State {
    rows: HashMap<String, Quality>,
    /// `None`: never.
    read: Option<Instant>,
}

/// How one model did.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Quality {
    /// Votes won and good ratings, in halves: a tie is one.
    liked: u32,
    /// Votes and ratings, in halves.
    judged: u32,
    schema_passes: u32,
    schema_answers: u32,
}

impl Quality {
    fn of(row: &QualityRow) -> Self {
        let (wins, votes) = (
            row.wins + row.good,
            row.wins + row.ties + row.losses + row.good + row.bad,
        );
        Self {
            liked: wins.saturating_mul(2).saturating_add(row.ties),
            judged: votes.saturating_mul(2),
            schema_passes: row.schema_passes,
            schema_answers: row.schema_passes.saturating_add(row.schema_fails),
        }
    }

    /// Returns the share that was good, from 0 to 1, drawn towards one half where little is known.
    pub(crate) fn score(&self) -> f64 {
        let good = f64::from(self.liked) / 2.0 + f64::from(self.schema_passes);
        let all = f64::from(self.judged) / 2.0 + f64::from(self.schema_answers);
        (good + 1.0) / (all + 2.0)
    }

    /// Returns what the score rests on.
    pub(crate) fn words(&self) -> String {
        let mut parts = Vec::new();
        if self.judged > 0 {
            let (liked, judged) = (f64::from(self.liked) / 2.0, self.judged / 2);
            parts.push(format!("{liked} of {judged} votes"));
        }
        if self.schema_answers > 0 {
            let (passes, answers) = (self.schema_passes, self.schema_answers);
            parts.push(format!("{passes} of {answers} answers in their schema"));
        }
        parts.join(" and ")
    }
}

impl Qualities {
    /// Returns how a model did; `None` if nobody has judged it.
    pub(crate) fn of(&self, target: &TargetInfo) -> Option<Quality> {
        let name = format!("{}/{}", target.provider, target.model);
        let state = self.state.read().unwrap_or_else(PoisonError::into_inner);
        state.rows.get(&name).copied()
    }

    /// Reads the history anew if what is known is old.
    pub(crate) async fn refresh(&self, app: &App) {
        {
            let mut state = self.state.write().unwrap_or_else(PoisonError::into_inner);
            if state.read.is_some_and(|read| read.elapsed() < FRESH) {
                return;
            }
            // Who comes meanwhile takes what is there.
            state.read = Some(Instant::now());
        }
        match app.store().quality().await {
            Ok(rows) => {
                let rows = rows.iter().map(|row| (row.model.clone(), Quality::of(row)));
                let mut state = self.state.write().unwrap_or_else(PoisonError::into_inner);
                state.rows = rows.collect();
            }
            Err(error) => tracing::warn!(%error, "votes could not be read; the last ones count"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_model_with_many_good_answers_stands_before_one_with_a_single_one() {
        let quality = |wins, losses| {
            Quality::of(&QualityRow {
                wins,
                losses,
                ..QualityRow::default()
            })
        };
        assert!(quality(20, 2).score() > quality(1, 0).score());
        assert!(quality(1, 0).score() > quality(0, 0).score());
        assert_eq!(quality(20, 2).words(), "20 of 22 votes");
    }
}
