//! Reading bodies: which kind a 2xx body is, and bounded reads of whole ones.

use crate::error::{CallError, ErrorKind};
use crate::plan::Target;
use crate::provider::HeaderMap;
use crate::transport::Response;
use bytes::Bytes;
use futures_util::StreamExt;
use tokio::time::{Instant, timeout_at};

/// Most bytes read of a reply that is not a stream of answers.
const WHOLE_REPLY_LIMIT: usize = 64 * 1024 * 1024;
/// Most bytes read of an error reply.
const ERROR_REPLY_LIMIT: usize = 256 * 1024;

/// How a 2xx body is to be read.
#[derive(Debug, Clone, Copy)]
pub(super) enum BodyKind {
    Events,
    Whole,
}

impl BodyKind {
    /// `None`: the headers do not say; the first bytes must.
    pub(super) fn of_headers(headers: &HeaderMap) -> Option<Self> {
        let value = headers.get(http::header::CONTENT_TYPE)?.as_bytes();
        let names = |word: &[u8]| {
            value
                .windows(word.len())
                .any(|window| window.eq_ignore_ascii_case(word))
        };
        if names(b"event-stream") {
            Some(Self::Events)
        } else if names(b"json") || names(b"html") {
            Some(Self::Whole)
        } else {
            None
        }
    }

    /// Guesses for servers that name no useful content type.
    pub(super) fn of_first_bytes(chunk: &[u8]) -> Self {
        match chunk.trim_ascii_start().first() {
            Some(b'{' | b'[' | b'<') => Self::Whole,
            _ => Self::Events,
        }
    }
}

pub(super) fn push_bounded(whole: &mut Vec<u8>, chunk: &Bytes) -> Result<(), CallError> {
    if whole.len() + chunk.len() > WHOLE_REPLY_LIMIT {
        return Err(CallError::new(
            ErrorKind::TooLarge,
            format!(
                "the answer is larger than {} MiB",
                WHOLE_REPLY_LIMIT / 1024 / 1024
            ),
        ));
    }
    whole.extend_from_slice(chunk);
    Ok(())
}

pub(super) async fn read_error_reply(response: Response, by: Instant) -> Vec<u8> {
    let mut body = response.body;
    let mut bytes = Vec::new();
    // An error reply that breaks or stalls still has its status: what came is enough.
    while let Ok(Some(Ok(chunk))) = timeout_at(by, body.next()).await {
        let room = ERROR_REPLY_LIMIT - bytes.len();
        bytes.extend_from_slice(&chunk[..chunk.len().min(room)]);
        if bytes.len() >= ERROR_REPLY_LIMIT {
            break;
        }
    }
    bytes
}

/// Returns the provider's own id of the exchange, for its support desk.
pub(super) fn request_id(headers: &HeaderMap) -> Option<String> {
    [
        "x-request-id",
        "request-id",
        "x-goog-request-id",
        "apim-request-id",
        "cf-ray",
    ]
    .iter()
    .find_map(|name| headers.get(*name))
    .and_then(|value| value.to_str().ok())
    .map(|id| id.chars().take(128).collect())
}

pub(super) fn redirect_error(target: &Target, response: &Response) -> CallError {
    let to = response
        .headers
        .get(http::header::LOCATION)
        .and_then(|value| value.to_str().ok())
        .and_then(|location| target.endpoint.base_url.join(location).ok())
        .map(|url| url.origin().ascii_serialization());
    let provider = &target.provider;
    let message = match &to {
        Some(to) => format!("`{provider}` redirects to {to}; redirects are not followed"),
        None => format!("`{provider}` redirects elsewhere; redirects are not followed"),
    };
    let mut error = CallError::new(ErrorKind::NotAnApi, message).with_hint(format!(
        "set `providers.{provider}.base_url` to the final address (https instead of http is the usual cause)"
    ));
    error.status = Some(response.status.as_u16());
    error
}
