//! How models did: votes, ratings, and answers that had to fit a schema.

use crate::error::Fault;
use rusqlite::Connection;
use std::collections::BTreeMap;

/// How far back answers are held against their schemas, in calls.
const SCHEMA_CALLS: u32 = 2000;

/// How one model did.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct QualityRow {
    /// `provider/model`.
    pub model: String,
    /// Blind votes over all prompts.
    pub wins: u32,
    pub ties: u32,
    pub losses: u32,
    /// Ratings of single answers.
    pub good: u32,
    pub bad: u32,
    /// Attempts of the last calls whose answer had to fit a schema.
    pub schema_passes: u32,
    pub schema_fails: u32,
}

/// Returns how every model did that was judged in any way.
pub(crate) fn all(connection: &Connection) -> Result<Vec<QualityRow>, Fault> {
    let mut rows: BTreeMap<String, QualityRow> = BTreeMap::new();
    let mut votes = connection.prepare_cached(
        "SELECT model, sum(result = 'win'), sum(result = 'tie'), sum(result = 'loss')
         FROM vote_calls GROUP BY model",
    )?;
    let mut found = votes.query([])?;
    while let Some(row) = found.next()? {
        let of = rows.entry(row.get(0)?).or_default();
        (of.wins, of.ties, of.losses) = (row.get(1)?, row.get(2)?, row.get(3)?);
    }
    let mut ratings = connection.prepare_cached(
        "SELECT answered_provider || '/' || answered_model, sum(rating = 'good'), sum(rating = 'bad')
         FROM calls WHERE rating IS NOT NULL AND answered_model IS NOT NULL
         GROUP BY answered_provider, answered_model",
    )?;
    let mut found = ratings.query([])?;
    while let Some(row) = found.next()? {
        let of = rows.entry(row.get(0)?).or_default();
        (of.good, of.bad) = (row.get(1)?, row.get(2)?);
    }
    let mut schemas = connection.prepare_cached(
        "SELECT provider || '/' || model,
                sum(error IS NULL AND ended_ms IS NOT NULL),
                sum(error LIKE '%\"output_invalid\"%')
         FROM attempts WHERE call IN (
             SELECT key FROM (SELECT key FROM calls ORDER BY key DESC LIMIT ?1) AS last
             JOIN requests ON requests.call = last.key
             WHERE requests.json LIKE '%\"type\":\"json_schema\"%'
         ) GROUP BY provider, model",
    )?;
    let mut found = schemas.query([SCHEMA_CALLS])?;
    while let Some(row) = found.next()? {
        let of = rows.entry(row.get(0)?).or_default();
        (of.schema_passes, of.schema_fails) = (row.get(1)?, row.get(2)?);
    }
    let named = rows
        .into_iter()
        .map(|(model, row)| QualityRow { model, ..row });
    Ok(named.collect())
}
