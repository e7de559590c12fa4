//! What each model's part in a call used and cost.

use super::labels::Named;
use super::sums::{Count, SpendSums};
use crate::error::Fault;
use rusqlite::{Connection, Row};

/// Kinds of tokens, in the order of the columns of `calls` and `attempts`: all of them; those at no known price; those
/// of attempts that did not bring the answer, at a known price.
const TOKENS: [[Count; 3]; 6] = [
    [
        Count::InputUncached,
        Count::UnpricedInputUncached,
        Count::AsideInputUncached,
    ],
    [
        Count::CacheRead,
        Count::UnpricedCacheRead,
        Count::AsideCacheRead,
    ],
    [
        Count::CacheWrite,
        Count::UnpricedCacheWrite,
        Count::AsideCacheWrite,
    ],
    [
        Count::CacheWrite1h,
        Count::UnpricedCacheWrite1h,
        Count::AsideCacheWrite1h,
    ],
    [
        Count::OutputVisible,
        Count::UnpricedOutputVisible,
        Count::AsideOutputVisible,
    ],
    [
        Count::Reasoning,
        Count::UnpricedReasoning,
        Count::AsideReasoning,
    ],
];

/// What an attempt, or a call whose attempts tell nothing, used and cost.
#[derive(Debug)]
pub(super) struct Used {
    tokens: [i128; 6],
    /// In pico-dollars; `None`: not known.
    cost: Option<i64>,
    /// Whether its tokens or its cost are estimated.
    estimated: bool,
}

/// A model's part in a call: its attempts together.
#[derive(Debug)]
pub(super) struct Part {
    provider: String,
    model: String,
    simulated: bool,
    sums: SpendSums,
}

impl Part {
    pub(super) fn of(provider: &str, model: &str, simulated: bool) -> Self {
        Self {
            provider: provider.to_owned(),
            model: model.to_owned(),
            simulated,
            sums: SpendSums::default(),
        }
    }

    /// Adds an attempt. `main`: it is the one that answered, or the last; `answered`: the call has its answer.
    pub(super) fn take(&mut self, used: &Used, main: bool, answered: bool) {
        let unpriced = used.is_unpriced(main, answered);
        for ([all, of_unknown, aside], tokens) in TOKENS.into_iter().zip(used.tokens) {
            self.sums.count(all, tokens);
            if unpriced {
                self.sums.count(of_unknown, tokens);
            } else if !main {
                self.sums.count(aside, tokens);
            }
        }
        if unpriced {
            self.count_once(Count::Unpriced);
        }
        let cost = i128::from(used.cost.unwrap_or(0));
        self.sums.count(Count::Cost, cost);
        if used.estimated {
            self.count_once(Count::Estimated);
            self.sums.count(Count::EstimatedCost, cost);
        }
    }

    /// Counts the call, however many of its attempts are so.
    fn count_once(&mut self, count: Count) {
        if self.sums.get(count) == 0 {
            self.sums.count(count, 1);
        }
    }

    /// Returns what is added to the sums: this, so many times.
    pub(super) fn sums(&self, times: i128) -> SpendSums {
        self.sums.times(times)
    }

    pub(super) fn is_of(&self, labels: &Named<'_>) -> bool {
        self.provider == labels.provider
            && self.model == labels.model
            && self.simulated == labels.simulated
    }

    /// Returns the call's labels with this model's name.
    pub(super) fn labels<'a>(&'a self, call: &Named<'a>) -> Named<'a> {
        Named {
            provider: &self.provider,
            model: &self.model,
            simulated: self.simulated,
            ..*call
        }
    }
}

impl Used {
    /// Returns whether it cost something that nobody knows.
    fn is_unpriced(&self, main: bool, answered: bool) -> bool {
        self.cost.is_none() && ((main && answered) || self.has_tokens())
    }

    fn has_tokens(&self) -> bool {
        self.tokens.iter().any(|tokens| *tokens > 0)
    }

    /// Reads columns from `tokens` on (of which there are six), then the others.
    fn read(
        row: &Row<'_>,
        tokens: usize,
        [estimated, cost, source]: [usize; 3],
    ) -> rusqlite::Result<Self> {
        let mut used = Self {
            tokens: [0; 6],
            cost: row.get(cost)?,
            estimated: row.get::<_, bool>(estimated)?
                || row.get_ref(source)?.as_str_or_null()? == Some("estimated"),
        };
        for (at, count) in used.tokens.iter_mut().enumerate() {
            *count = i128::from(row.get::<_, i64>(tokens + at)?.max(0));
        }
        Ok(used)
    }
}

/// Returns what a call's row says, in the order of [`super::entry::COLUMNS`].
pub(super) fn of_call(row: &Row<'_>) -> rusqlite::Result<Used> {
    Used::read(row, 14, [13, 11, 12])
}

/// Returns the parts of a call's attempts that used something; `None` if they do not tell what they cost, as those of
/// older versions. `own` is what answered or was tried last; `None`: nobody's answer.
pub(super) fn attempts(
    connection: &Connection,
    key: i64,
    own: Option<&Named<'_>>,
    answered: bool,
) -> Result<Option<Vec<Part>>, Fault> {
    let mut statement = connection.prepare_cached(
        "SELECT provider, model, simulated, input_uncached_tokens, cache_read_input_tokens,
                cache_creation_input_tokens, cache_creation_1h_input_tokens,
                output_visible_tokens, reasoning_output_tokens,
                usage_estimated, cost_pico_usd, cost_source
         FROM attempts WHERE call = ?1 ORDER BY n DESC",
    )?;
    let mut rows = statement.query([key])?;
    let mut parts: Vec<Part> = Vec::new();
    let (mut told, mut main_is_found) = (false, false);
    while let Some(row) = rows.next()? {
        let text = |at: usize| -> rusqlite::Result<&str> { Ok(row.get_ref(at)?.as_str()?) };
        let (provider, model, simulated) = (text(0)?, text(1)?, row.get(2)?);
        told |= row
            .get_ref(11)?
            .as_str_or_null()
            .map_err(rusqlite::Error::from)?
            .is_some();
        let is_own = own.is_some_and(|own| {
            own.provider == provider && own.model == model && own.simulated == simulated
        });
        let main = is_own && !main_is_found;
        main_is_found |= main;
        let used = Used::read(row, 3, [9, 10, 11])?;
        let nothing = !used.has_tokens() && used.cost.unwrap_or(0) == 0;
        if nothing && !used.is_unpriced(main, answered) {
            continue;
        }
        let of_it = |part: &Part| {
            part.provider == provider && part.model == model && part.simulated == simulated
        };
        let place = match parts.iter().position(of_it) {
            Some(place) => place,
            None => {
                parts.push(Part::of(provider, model, simulated));
                parts.len() - 1
            }
        };
        parts[place].take(&used, main, answered);
    }
    Ok(told.then_some(parts))
}
