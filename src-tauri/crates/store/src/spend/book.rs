//! Booking an ended call under its quarter of an hour and its labels.

use super::SPEND_SLOT_MS;
use super::labels::{self, Named};
use super::sums::{Count, SpendSums};
use crate::error::Fault;
use crate::sql::uint;
use rusqlite::{Connection, OptionalExtension, Row, params};

/// The columns that [`read`] takes, in its order.
pub(super) const COLUMNS: &str = "
    started_at_ms, status, coalesce(answered_simulated, requested_simulated),
    coalesce(answered_provider, requested_provider), coalesce(answered_model, requested_model),
    coalesce(route, ''), coalesce(project, ''), caller, caller_key, coalesce(prompt_id, ''), tags,
    cost_pico_usd, cost_source, usage_estimated,
    input_uncached_tokens, cache_read_input_tokens, cache_creation_input_tokens,
    cache_creation_1h_input_tokens, output_visible_tokens, reasoning_output_tokens,
    retries, fallbacks, continued, fallback_text, elapsed_ms, first_token_ms, rating";

/// Books a call that has ended. Once a call, in the transaction that writes its end; a running call is not booked.
pub(crate) fn book(connection: &Connection, key: i64) -> Result<(), Fault> {
    change(connection, key, 1)
}

/// Takes an ended call out again, before its row is changed; [`book`] it afterwards.
pub(crate) fn unbook(connection: &Connection, key: i64) -> Result<(), Fault> {
    change(connection, key, -1)
}

fn change(connection: &Connection, key: i64, sign: i64) -> Result<(), Fault> {
    let sql = format!("SELECT {COLUMNS} FROM calls WHERE key = ?1 AND status <> 'running'");
    let entry = connection
        .prepare_cached(&sql)?
        .query_row([key], |row| read(row, sign))
        .optional()?;
    match entry {
        Some(entry) => {
            let labels = labels::id(connection, &entry.labels)?;
            add(connection, entry.slot, labels, entry.sums)?;
            unseal(connection, entry.slot)
        }
        None => Ok(()),
    }
}

/// What a call adds to the sums.
#[derive(Debug)]
pub(super) struct Entry {
    pub(super) slot: i64,
    /// The labels' name.
    pub(super) labels: String,
    pub(super) sums: SpendSums,
}

/// Reads an ended call's row; `sign` is 1, or -1 to take it out.
pub(super) fn read(row: &Row<'_>, sign: i64) -> rusqlite::Result<Entry> {
    let text = |at: usize| -> rusqlite::Result<&str> { Ok(row.get_ref(at)?.as_str()?) };
    let maybe =
        |at: usize| -> rusqlite::Result<Option<&str>> { Ok(row.get_ref(at)?.as_str_or_null()?) };
    let labels = Named {
        simulated: row.get(2)?,
        provider: text(3)?,
        model: text(4)?,
        route: text(5)?,
        project: text(6)?,
        caller: text(7)?,
        caller_key: maybe(8)?,
        prompt: text(9)?,
        tags: maybe(10)?,
    }
    .name();
    let times = i128::from(sign);
    let mut sums = SpendSums::default();
    let status = text(1)?;
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
    const TOKENS: [(Count, Count); 6] = [
        (Count::InputUncached, Count::UnpricedInputUncached),
        (Count::CacheRead, Count::UnpricedCacheRead),
        (Count::CacheWrite, Count::UnpricedCacheWrite),
        (Count::CacheWrite1h, Count::UnpricedCacheWrite1h),
        (Count::OutputVisible, Count::UnpricedOutputVisible),
        (Count::Reasoning, Count::UnpricedReasoning),
    ];
    let mut tokens = [0_i128; 6];
    for (at, tokens) in tokens.iter_mut().enumerate() {
        *tokens = i128::from(row.get::<_, i64>(14 + at)?.max(0));
    }
    let cost: Option<i64> = row.get(11)?;
    let unpriced = cost.is_none() && (answered || tokens.iter().any(|tokens| *tokens > 0));
    for ((count, again), tokens) in TOKENS.into_iter().zip(tokens) {
        sums.count(count, times * tokens);
        if unpriced {
            sums.count(again, times * tokens);
        }
    }
    if unpriced {
        sums.count(Count::Unpriced, times);
    }
    let cost = i128::from(cost.unwrap_or(0));
    sums.count(Count::Cost, times * cost);
    if maybe(12)? == Some("estimated") || row.get::<_, bool>(13)? {
        sums.count(Count::Estimated, times);
        sums.count(Count::EstimatedCost, times * cost);
    }
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
    match maybe(26)? {
        Some("good") => sums.count(Count::RatedGood, times),
        Some("bad") => sums.count(Count::RatedBad, times),
        _ => {}
    }
    Ok(Entry {
        slot: row.get::<_, i64>(0)?.div_euclid(SPEND_SLOT_MS),
        labels,
        sums,
    })
}

/// Adds sums to a slot's labels.
pub(super) fn add(
    connection: &Connection,
    slot: i64,
    labels: i64,
    mut sums: SpendSums,
) -> Result<(), Fault> {
    let before: Option<Vec<u8>> = connection
        .prepare_cached("SELECT sums FROM spend_slots WHERE slot = ?1 AND labels = ?2")?
        .query_row([slot, labels], |row| row.get(0))
        .optional()?;
    if let Some(before) = &before {
        sums.add_packed(&mut before.as_slice())?;
    }
    if sums.is_empty() {
        connection
            .prepare_cached("DELETE FROM spend_slots WHERE slot = ?1 AND labels = ?2")?
            .execute([slot, labels])?;
        return Ok(());
    }
    let mut packed = Vec::with_capacity(96);
    sums.pack(&mut packed);
    connection
        .prepare_cached(
            "INSERT INTO spend_slots(slot, labels, sums) VALUES (?1, ?2, ?3)
             ON CONFLICT(slot, labels) DO UPDATE SET sums = excluded.sums",
        )?
        .execute(params![slot, labels, packed])?;
    Ok(())
}

/// Takes the seal off the day that holds a slot, if one does.
fn unseal(connection: &Connection, slot: i64) -> Result<(), Fault> {
    connection
        .prepare_cached(
            "DELETE FROM spend_days
             WHERE first = (SELECT max(first) FROM spend_days WHERE first <= ?1) AND after > ?1",
        )?
        .execute([slot])?;
    Ok(())
}
