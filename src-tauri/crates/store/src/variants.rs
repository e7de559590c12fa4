//! What the variants of a route's experiment did, call by call.

use crate::error::Fault;
use crate::rows::CallStatus;
use crate::sql::uint;
use rusqlite::{Connection, params};

/// Most calls that are read, the newest first.
const CALLS: u32 = 20_000;

/// One call of an experiment that is over.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VariantCall {
    /// `provider/model` that the caller's share led to.
    pub variant: String,
    pub status: CallStatus,
    pub simulated: bool,
    /// In pico-USD; `None`: no price is known.
    pub cost_pico_usd: Option<i64>,
    pub elapsed_ms: Option<u64>,
    pub retries: u32,
    pub fallbacks: u32,
    /// Whether a person liked the answer; `None`: nobody said.
    pub good: Option<bool>,
}

/// Returns the calls of a route that went by weight and are over, newest first.
pub(crate) fn of_route(
    connection: &Connection,
    route: &str,
    since_ms: i64,
) -> Result<Vec<VariantCall>, Fault> {
    let calls = connection
        .prepare_cached(
            "SELECT variant, status, coalesce(answered_simulated, requested_simulated),
                    cost_pico_usd, elapsed_ms, retries, fallbacks, rating
             FROM calls
             WHERE route = ?1 AND variant IS NOT NULL AND started_at_ms >= ?2
                   AND status IN ('ok', 'failed')
             ORDER BY key DESC LIMIT ?3",
        )?
        .query_map(params![route, since_ms, CALLS], |row| {
            Ok(VariantCall {
                variant: row.get(0)?,
                status: CallStatus::from_name(row.get_ref(1)?.as_str()?),
                simulated: row.get(2)?,
                cost_pico_usd: row.get(3)?,
                elapsed_ms: row.get::<_, Option<i64>>(4)?.map(uint),
                retries: row.get(5)?,
                fallbacks: row.get(6)?,
                good: row
                    .get::<_, Option<String>>(7)?
                    .map(|rating| rating == "good"),
            })
        })?
        .collect::<Result<_, _>>()?;
    Ok(calls)
}
