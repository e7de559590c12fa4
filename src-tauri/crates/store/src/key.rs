//! The order of calls in the file: an integer key that sorts like the calls' ids.
//!
//! A UUIDv7 begins with the millisecond it was made in. The key is that millisecond and a running
//! number within it, so newest-first is the table's own order backwards, with no second index, and
//! full-text hits come in the same order.

use crate::error::Fault;
use crate::sql::id_bytes;
use rusqlite::{Connection, OptionalExtension};
use switchboard_engine::call::CallId;

/// Bits of the number within a millisecond.
pub(crate) const SLOT_BITS: u32 = 15;

/// The last millisecond that fits: the year 10889, where UUIDv7 ends as well.
const LAST_MS: i64 = (1 << 48) - 1;

/// Returns the smallest key of a millisecond.
pub(crate) fn key_floor(at_ms: i64) -> i64 {
    at_ms.clamp(0, LAST_MS) << SLOT_BITS
}

/// Returns the millisecond a call was made in: its id's own, or `started_at_ms` where the id is not
/// a UUIDv7.
pub(crate) fn made_at_ms(id: CallId, started_at_ms: i64) -> i64 {
    if id.0.get_version_num() == 7 {
        i64::try_from(id.0.as_u128() >> 80).unwrap_or(LAST_MS)
    } else {
        started_at_ms
    }
}

/// Returns the key below which calls older than `id` lie. For an id that is not recorded, its
/// millisecond decides.
pub(crate) fn newest_key_before(connection: &Connection, id: CallId) -> Result<i64, Fault> {
    let recorded: Option<i64> = connection
        .prepare_cached("SELECT key FROM calls WHERE id = ?1")?
        .query_row([id_bytes(id)], |row| row.get(0))
        .optional()?;
    Ok(recorded.unwrap_or_else(|| key_floor(made_at_ms(id, 0))))
}
