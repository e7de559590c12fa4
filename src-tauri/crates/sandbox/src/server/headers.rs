//! Headers, and what of them may be kept.

use crate::once::{SCENARIO_HEADER, Scope};
use crate::wire::Wire;
use http::{HeaderMap, HeaderValue};
use std::hash::{DefaultHasher, Hash, Hasher};

/// Rate-limit headers as each provider sends them, with `remaining` of 60 requests left.
pub(super) fn rate_headers(wire: Wire, remaining: u32) -> Vec<(&'static str, String)> {
    match wire {
        Wire::OpenaiChat | Wire::OpenaiResponses => vec![
            ("x-ratelimit-limit-requests", "60".to_owned()),
            ("x-ratelimit-remaining-requests", remaining.to_string()),
            ("x-ratelimit-reset-requests", "1s".to_owned()),
            ("x-ratelimit-limit-tokens", "150000".to_owned()),
            ("x-ratelimit-remaining-tokens", "149000".to_owned()),
            ("x-ratelimit-reset-tokens", "400ms".to_owned()),
        ],
        Wire::Anthropic => vec![
            ("anthropic-ratelimit-requests-limit", "60".to_owned()),
            (
                "anthropic-ratelimit-requests-remaining",
                remaining.to_string(),
            ),
            (
                "anthropic-ratelimit-requests-reset",
                "2026-01-01T00:00:01Z".to_owned(),
            ),
        ],
        Wire::Gemini => Vec::new(),
    }
}

pub(super) fn key_header(headers: &HeaderMap) -> Option<(&'static str, &HeaderValue)> {
    ["authorization", "x-api-key", "x-goog-api-key", "api-key"]
        .into_iter()
        .find_map(|name| headers.get(name).map(|value| (name, value)))
}

pub(super) fn scope(headers: &HeaderMap) -> Scope {
    if let Some(name) = headers
        .get(SCENARIO_HEADER)
        .and_then(|value| value.to_str().ok())
    {
        return Scope::Scenario(name.chars().take(200).collect());
    }
    let mut hasher = DefaultHasher::new();
    key_header(headers)
        .map(|(_, value)| value.as_bytes())
        .hash(&mut hasher);
    Scope::Key(hasher.finish())
}

/// Google's clients may send the key in the query; the journal does not keep it.
pub(super) fn hide_key(query: &str) -> String {
    query
        .split('&')
        .map(|pair| {
            if pair.starts_with("key=") {
                "key=…"
            } else {
                pair
            }
        })
        .collect::<Vec<_>>()
        .join("&")
}
