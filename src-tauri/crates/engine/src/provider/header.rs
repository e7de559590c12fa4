//! Headers of a request: the credential in the provider's style, then the user's own.

use super::{AuthStyle, Endpoint, HeaderMap, Wire};
use crate::error::{CallError, ErrorKind};
use crate::secret::Secret;
use http::header::{ACCEPT, AUTHORIZATION, CONTENT_TYPE, HeaderName, HeaderValue};

/// The version of the Messages API this code is written for (Anthropic's API reference, 2026-11).
const ANTHROPIC_VERSION: &str = "2023-06-01";

/// Azure OpenAI's hosts: `NAME.openai.azure.com`.
const AZURE: &str = ".openai.azure.com";

/// Headers that frame the message; a second opinion on them would break it.
const FRAMING: [&str; 6] = [
    "host",
    "content-length",
    "transfer-encoding",
    "connection",
    "upgrade",
    "te",
];

/// Returns the headers every request to the endpoint carries, values marked sensitive.
///
/// # Errors
/// `Misconfigured` for a key or header that is not valid HTTP.
pub(crate) fn headers(
    wire: Wire,
    endpoint: &Endpoint,
    key: Option<&Secret>,
) -> Result<HeaderMap, CallError> {
    let mut headers = HeaderMap::new();
    if wire == Wire::Anthropic {
        headers.insert(
            "anthropic-version",
            HeaderValue::from_static(ANTHROPIC_VERSION),
        );
    }
    if let Some(key) = key {
        let (name, value) = credential(wire, endpoint, key)?;
        headers.insert(name, value);
    }
    for (name, value) in &endpoint.headers {
        let (name, value) = own_header(name, value)?;
        headers.insert(name, value);
    }
    Ok(headers)
}

/// Adds what a request with a JSON body and a streamed answer carries, unless the user set it.
pub(crate) fn add_body_headers(headers: &mut HeaderMap) {
    headers
        .entry(CONTENT_TYPE)
        .or_insert(HeaderValue::from_static("application/json"));
    headers
        .entry(ACCEPT)
        .or_insert(HeaderValue::from_static("text/event-stream"));
}

fn credential(
    wire: Wire,
    endpoint: &Endpoint,
    key: &Secret,
) -> Result<(HeaderName, HeaderValue), CallError> {
    // Azure reads keys from its own header and takes a bearer for an Entra token.
    let is_azure = endpoint
        .base_url
        .host_str()
        .is_some_and(|host| host.ends_with(AZURE));
    let (name, prefix) = match (&endpoint.auth, wire) {
        (AuthStyle::Header(name), _) => (header_name(name)?, ""),
        (AuthStyle::Native, _) if is_azure => (HeaderName::from_static("api-key"), ""),
        (AuthStyle::Native, Wire::Anthropic) => (HeaderName::from_static("x-api-key"), ""),
        (AuthStyle::Native, Wire::Gemini) => (HeaderName::from_static("x-goog-api-key"), ""),
        (AuthStyle::Bearer, _) | (AuthStyle::Native, _) => (AUTHORIZATION, "Bearer "),
    };
    let mut value = HeaderValue::from_str(&format!("{prefix}{}", key.expose())).map_err(|_| {
        CallError::new(
            ErrorKind::Misconfigured,
            "the key has characters that cannot stand in an HTTP header",
        )
        .with_hint("paste the key again: it may hold a line break or a typographic character")
    })?;
    value.set_sensitive(true);
    Ok((name, value))
}

fn own_header(name: &str, value: &str) -> Result<(HeaderName, HeaderValue), CallError> {
    let name = header_name(name)?;
    if FRAMING.contains(&name.as_str()) {
        return Err(CallError::new(
            ErrorKind::Misconfigured,
            format!("the header `{name}` is set by the connection and cannot be configured"),
        )
        .with_hint("remove it from the provider's `headers`"));
    }
    let mut value = HeaderValue::from_str(value.trim()).map_err(|_| {
        CallError::new(
            ErrorKind::Misconfigured,
            format!("the value of the header `{name}` is not valid HTTP"),
        )
        .with_hint("use visible ASCII characters only in the provider's `headers`")
    })?;
    value.set_sensitive(true);
    Ok((name, value))
}

fn header_name(name: &str) -> Result<HeaderName, CallError> {
    HeaderName::from_bytes(name.trim().as_bytes()).map_err(|_| {
        let shown: String = name.chars().filter(|c| !c.is_control()).take(40).collect();
        CallError::new(
            ErrorKind::Misconfigured,
            format!("`{shown}` is not a valid header name"),
        )
        .with_hint("use letters, digits and hyphens")
    })
}

#[cfg(test)]
#[path = "header_tests.rs"]
mod tests;
