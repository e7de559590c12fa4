//! How models did in people's eyes and against schemas, over all that is recorded. Read anew at most once a
//! minute; a pick never waits for it.

use crate::App;
use std::collections::HashMap;
use std::sync::{Arc, PoisonError, RwLock};
use std::time::{Duration, Instant};
use switchboard_engine::event::TargetInfo;
use switchboard_routing::equals::{Quality, Votes};
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

/// Returns ratings and votes together; a tie is half a vote won, rounded down over all.
fn judged(row: &QualityRow) -> Quality {
    let number = |number: u32| u64::from(number);
    let won = number(row.wins) + number(row.good) + number(row.ties) / 2;
    let of = won + number(row.ties).div_ceil(2) + number(row.losses) + number(row.bad);
    let passes = number(row.schema_passes);
    Quality {
        votes: Votes { won, of },
        schema: Votes {
            won: passes,
            of: passes + number(row.schema_fails),
        },
    }
}

impl Qualities {
    /// Returns everything that is known, by `provider/model`.
    pub(crate) fn all(&self) -> HashMap<String, Quality> {
        let state = self.state.read().unwrap_or_else(PoisonError::into_inner);
        state.rows.clone()
    }

    /// Returns what is known now, for itself: what is read later does not change it.
    pub(crate) fn frozen(&self) -> Self {
        let state = self.state.read().unwrap_or_else(PoisonError::into_inner);
        let rows = state.rows.clone();
        Self {
            state: Arc::new(RwLock::new(State { rows, read: None })),
        }
    }

    /// Returns how a model did; schemas only where the request has one.
    pub(crate) fn of(&self, target: &TargetInfo, has_schema: bool) -> Quality {
        let name = format!("{}/{}", target.provider, target.model);
        let state = self.state.read().unwrap_or_else(PoisonError::into_inner);
        let known = state.rows.get(&name).copied().unwrap_or_default();
        match has_schema {
            true => known,
            false => Quality {
                schema: Votes::default(),
                ..known
            },
        }
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
                let rows = rows.iter().map(|row| (row.model.clone(), judged(row)));
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
    fn ratings_and_votes_count_together_and_a_tie_for_half() {
        let row = QualityRow {
            wins: 3,
            ties: 2,
            losses: 1,
            good: 4,
            bad: 1,
            schema_passes: 9,
            schema_fails: 1,
            ..QualityRow::default()
        };
        let quality = judged(&row);
        assert_eq!((quality.votes.won, quality.votes.of), (8, 11));
        assert_eq!((quality.schema.won, quality.schema.of), (9, 10));
    }
}
