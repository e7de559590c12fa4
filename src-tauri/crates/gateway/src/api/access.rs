//! Where clients show their key.

use axum::http::HeaderMap;
use axum::http::header::AUTHORIZATION;
use std::borrow::Cow;

/// Returns the key of a request: a bearer token, `x-api-key`, `x-goog-api-key`, or `?key=`.
pub(super) fn token<'a>(headers: &'a HeaderMap, query: Option<&'a str>) -> Option<Cow<'a, str>> {
    let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
    let bearer = text(AUTHORIZATION.as_str()).and_then(|value| {
        let (scheme, token) = value.split_once(' ')?;
        scheme.eq_ignore_ascii_case("bearer").then(|| token.trim())
    });
    let named = bearer
        .or_else(|| text("x-api-key"))
        .or_else(|| text("x-goog-api-key"))
        .map(Cow::Borrowed);
    named.or_else(|| {
        let mut pairs = query?.split('&');
        pairs
            .find_map(|pair| pair.strip_prefix("key="))
            .map(|key| match key.contains('%') {
                true => Cow::Owned(super::routes::unescaped(key)),
                false => Cow::Borrowed(key),
            })
    })
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
            assert_eq!(token(&headers, None).as_deref(), Some("k1"), "{name}");
        }
        for query in ["alt=sse&key=k1", "key=k%31"] {
            let shown = HeaderMap::new();
            assert_eq!(token(&shown, Some(query)).as_deref(), Some("k1"), "{query}");
        }
        assert_eq!(token(&HeaderMap::new(), Some("alt=sse")), None);
    }
}
