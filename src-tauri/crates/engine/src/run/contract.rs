//! What was promised about the form of the answer.

use crate::call::{ModelRequest, RawBody, ResponseFormat};
use serde_json::Value;

/// Returns whether the answer may be any text: only then can a cut one be carried on. Two halves of JSON
/// from two attempts are not one value.
pub(super) fn is_free_text(request: &ModelRequest) -> bool {
    request.response_format == ResponseFormat::Text
        && request.raw.as_ref().is_none_or(|raw| !asks_for_json(raw))
}

/// Returns whether a body in any of the wire formats asks for JSON.
fn asks_for_json(raw: &RawBody) -> bool {
    let at = |path: &[&str]| {
        let (first, rest) = path.split_first()?;
        rest.iter()
            .try_fold(raw.body.get(*first)?, |value, name| value.get(name))
            .and_then(Value::as_str)
    };
    let typed = [
        at(&["response_format", "type"]),
        at(&["text", "format", "type"]),
        at(&["output_config", "format", "type"]),
        at(&["output_format", "type"]),
    ];
    let mime = [
        at(&["generationConfig", "responseMimeType"]),
        at(&["generation_config", "response_mime_type"]),
    ];
    typed.into_iter().flatten().any(|form| form != "text")
        || mime.into_iter().flatten().any(|form| form != "text/plain")
}
