//! What an ended call adds to the sums.
//!
//! The call itself (that it was, how it ended, how long it took) counts under the model that answered, or was tried
//! last. What it used and cost counts attempt by attempt, each under the model that was asked in it.

use super::SPEND_SLOT_MS;
use super::labels::Named;
use super::parts::{Part, Used, attempts, of_call};
use super::sums::{Count, SpendSums};
use crate::error::Fault;
use crate::sql::uint;
use rusqlite::{Connection, Row};

/// The columns that [`read`] takes, in its order; those from 14 to 19 are of [`super::parts::of_call`] too.
pub(super) const COLUMNS: &str = "
    started_at_ms, status, coalesce(answered_simulated, requested_simulated),
    coalesce(answered_provider, requested_provider), coalesce(answered_model, requested_model),
    coalesce(route, ''), coalesce(project, ''), caller, caller_key, coalesce(prompt_id, ''), tags,
    cost_pico_usd, cost_source, usage_estimated,
    input_uncached_tokens, cache_read_input_tokens, cache_creation_input_tokens,
    cache_creation_1h_input_tokens, output_visible_tokens, reasoning_output_tokens,
    retries, fallbacks, continued, fallback_text, elapsed_ms, first_token_ms, rating,
    key, attempts, answered_model IS NOT NULL";

/// What a call adds to the sums of one set of labels.
#[derive(Debug)]
pub(super) struct Entry {
    /// The labels' name.
    pub(super) labels: String,
    pub(super) sums: SpendSums,
}

/// Returns the slot in which a call of [`COLUMNS`] began.
pub(super) fn slot(row: &Row<'_>) -> rusqlite::Result<i64> {
    Ok(row.get::<_, i64>(0)?.div_euclid(SPEND_SLOT_MS))
}

/// Reads an ended call's row, and its attempts if what it cost may be of more than one model; `sign` is 1, or -1 to
/// take it out. The first entry is the call's own, the others are of other models that were asked in it.
pub(super) fn read(connection: &Connection, row: &Row<'_>, sign: i64) -> Result<Vec<Entry>, Fault> {
    let labels = named(row)?;
    let times = i128::from(sign);
    let mut own = Entry {
        labels: labels.name(),
        sums: of_itself(row, sign)?,
    };
    let mut entries = Vec::new();
    for part in parts(connection, row, &labels)? {
        let sums = part.sums(times);
        if part.is_of(&labels) {
            own.sums.add(&sums);
        } else {
            entries.push(Entry {
                labels: part.labels(&labels).name(),
                sums,
            });
        }
    }
    entries.insert(0, own);
    Ok(entries)
}

fn named<'a>(row: &'a Row<'_>) -> rusqlite::Result<Named<'a>> {
    let text = |at: usize| -> rusqlite::Result<&'a str> { Ok(row.get_ref(at)?.as_str()?) };
    let maybe =
        |at: usize| -> rusqlite::Result<Option<&'a str>> { Ok(row.get_ref(at)?.as_str_or_null()?) };
    Ok(Named {
        simulated: row.get(2)?,
        provider: text(3)?,
        model: text(4)?,
        route: text(5)?,
        project: text(6)?,
        caller: text(7)?,
        caller_key: maybe(8)?,
        prompt: text(9)?,
        tags: maybe(10)?,
    })
}

/// Returns what each model's part in the call used and cost.
fn parts(connection: &Connection, row: &Row<'_>, own: &Named<'_>) -> Result<Vec<Part>, Fault> {
    // The only attempt of a call is the one that its row tells of. A fallback text is of none.
    let may_differ = row.get::<_, i64>(28)? > 1 || row.get::<_, bool>(23)?;
    let has_answer: bool = row.get(29)?;
    let answered = row.get_ref(1)?.as_str().map_err(rusqlite::Error::from)? == "ok";
    if may_differ {
        let own = has_answer.then_some(own);
        if let Some(parts) = attempts(connection, row.get(27)?, own, answered)? {
            return Ok(parts);
        }
    }
    let used: Used = of_call(row)?;
    let mut part = Part::of(own.provider, own.model, own.simulated);
    part.take(&used, true, answered);
    Ok(vec![part])
}

/// Returns what counts of the call itself, whatever its attempts used.
fn of_itself(row: &Row<'_>, sign: i64) -> rusqlite::Result<SpendSums> {
    let times = i128::from(sign);
    let mut sums = SpendSums::default();
    let status = row.get_ref(1)?.as_str()?;
    let answered = status == "ok";
    sums.count(
        match status {
            "ok" => Count::Answered,
            "cancelled" => Count::Cancelled,
            "interrupted" => Count::Interrupted,
            _ => Count::Failed,
        },
        times,
    );
    let retries: i64 = row.get(20)?;
    sums.count(Count::Retries, times * i128::from(retries));
    if row.get::<_, bool>(23)? {
        sums.count(Count::FallbackText, times);
    } else if answered {
        if row.get::<_, bool>(22)? {
            sums.count(Count::RescuedByContinuation, times);
        } else if row.get::<_, i64>(21)? > 0 {
            sums.count(Count::RescuedByFallback, times);
        } else if retries > 0 {
            sums.count(Count::RescuedByRetry, times);
        }
    }
    if answered {
        if let Some(ms) = row.get::<_, Option<i64>>(24)? {
            sums.count_latency(uint(ms), sign);
        }
        if let Some(ms) = row.get::<_, Option<i64>>(25)? {
            sums.count_first_token(uint(ms), sign);
        }
    }
    match row.get_ref(26)?.as_str_or_null()? {
        Some("good") => sums.count(Count::RatedGood, times),
        Some("bad") => sums.count(Count::RatedBad, times),
        _ => {}
    }
    Ok(sums)
}
