//! Who may use the gateway.

use axum::http::HeaderMap;
use axum::http::header::AUTHORIZATION;

/// The key a client showed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeyInfo {
    pub name: String,
}

/// Knows the keys that were made for clients.
pub trait Access: std::fmt::Debug + Send + Sync + 'static {
    /// Whether a key is needed: without one made, clients on this machine need none.
    fn is_required(&self) -> bool;

    /// Returns whose key `token` is; `None` if it is nobody's or was revoked.
    fn check(&self, token: &str) -> Option<KeyInfo>;
}

/// No key was made.
#[derive(Debug, Clone, Copy, Default)]
pub struct NoKeys;

impl Access for NoKeys {
    fn is_required(&self) -> bool {
        false
    }

    fn check(&self, _token: &str) -> Option<KeyInfo> {
        None
    }
}

/// Returns the key of a request: a bearer token, `x-api-key`, `x-goog-api-key`, or `?key=`.
pub(super) fn token<'a>(headers: &'a HeaderMap, query: Option<&'a str>) -> Option<&'a str> {
    let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
    let bearer = text(AUTHORIZATION.as_str()).and_then(|value| {
        let (scheme, token) = value.split_once(' ')?;
        scheme.eq_ignore_ascii_case("bearer").then(|| token.trim())
    });
    bearer
        .or_else(|| text("x-api-key"))
        .or_else(|| text("x-goog-api-key"))
        .or_else(|| query?.split('&').find_map(|pair| pair.strip_prefix("key=")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_api_shows_its_key_in_its_own_place() {
        for (name, value) in [
            ("authorization", "Bearer k1"),
            ("x-api-key", "k1"),
            ("x-goog-api-key", "k1"),
        ] {
            let mut headers = HeaderMap::new();
            headers.insert(name, value.parse().unwrap());
            assert_eq!(token(&headers, None), Some("k1"), "{name}");
        }
        assert_eq!(token(&HeaderMap::new(), Some("alt=sse&key=k1")), Some("k1"));
        assert_eq!(token(&HeaderMap::new(), Some("alt=sse")), None);
    }
}
