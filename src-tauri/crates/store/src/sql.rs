//! Small conversions between Rust values and what SQLite keeps.

use serde::Serialize;
use serde::de::DeserializeOwned;
use switchboard_engine::call::CallId;

/// Returns the number as SQLite keeps it; what does not fit becomes the largest that does.
pub(crate) fn int(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

/// Returns the number as it was; negative ones, which we never write, become 0.
pub(crate) fn uint(number: i64) -> u64 {
    u64::try_from(number).unwrap_or(0)
}

/// Returns the 16 bytes under which a call is kept.
pub(crate) fn id_bytes(id: CallId) -> [u8; 16] {
    *id.0.as_bytes()
}

/// Reads JSON of our own; `None` if absent or not readable by this version.
pub(crate) fn json_or_none<T: DeserializeOwned>(text: Option<String>) -> Option<T> {
    serde_json::from_str(&text?).ok()
}

/// Writes JSON of our own.
pub(crate) fn json<T: Serialize>(value: &T) -> String {
    // Our types have string keys only, so writing cannot fail.
    serde_json::to_string(value).unwrap_or_default()
}

/// Returns the time now in milliseconds since 1970 (UTC).
pub(crate) fn now_ms() -> i64 {
    jiff::Timestamp::now().as_millisecond()
}
