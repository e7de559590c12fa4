//! What a reply that says no means: one classifier for all wire formats, since gateways mix them.
//!
//! Structured fields decide first, then the size of the retry hint, then the text (in several
//! languages), then the HTTP status. It is total: any bytes give some kind. Sentences never quote the
//! body; the body is in `detail`.

mod body;
mod codes;
mod phrases;
mod sentence;
mod text;

use super::{HeaderMap, StatusCode, rate};
use crate::error::{CallError, ErrorKind, retry_after};
use body::ErrorBody;
use std::time::{Duration, SystemTime};

/// A hint at least this long is no rate limit: a quota of the day (or longer) is spent.
const QUOTA_HINT: Duration = Duration::from_secs(3600);

/// Longest part of a body that is looked at, in bytes.
const BODY_LIMIT: usize = 256 * 1024;

/// Says what a response other than 2xx means.
pub(crate) fn classify(
    status: StatusCode,
    headers: &HeaderMap,
    body: &[u8],
    now: SystemTime,
) -> CallError {
    let shown = &body[..body.len().min(BODY_LIMIT)];
    let parsed = ErrorBody::parse(shown);
    let parsed = parsed.unwrap_or_else(|| ErrorBody::plain(shown));
    let hint = retry_after(headers, now)
        .or(parsed.retry_after)
        .or_else(|| text::wait(&parsed.message))
        .or_else(|| rate::spent_reset(headers, now))
        .or_else(|| {
            parsed
                .reset_header
                .as_deref()
                .and_then(|value| rate::until(value, now))
        });
    let kind = if parsed.is_page {
        kind_of_page(status.as_u16())
    } else {
        kind_of(status.as_u16(), &parsed, hint)
    };
    let mut error = finish(kind, Some(status.as_u16()), parsed, hint, body);
    error.should_retry = headers
        .get("x-should-retry")
        .and_then(|value| value.to_str().ok())
        .and_then(|value| value.trim().parse().ok());
    error
}

/// Says what an error event inside a stream means; its HTTP status was 200 and says nothing.
pub(crate) fn in_band(data: &str) -> CallError {
    let parsed =
        ErrorBody::parse(data.as_bytes()).unwrap_or_else(|| ErrorBody::plain(data.as_bytes()));
    let hint = parsed.retry_after.or_else(|| text::wait(&parsed.message));
    let status = parsed.http_status.unwrap_or(500);
    let kind = kind_of(status, &parsed, hint);
    finish(kind, None, parsed, hint, data.as_bytes())
}

fn finish(
    kind: ErrorKind,
    status: Option<u16>,
    mut parsed: ErrorBody,
    mut hint: Option<Duration>,
    body: &[u8],
) -> CallError {
    // No pause passes a plan's limit, and Google tells the pause of the minute with a quota of the day.
    if kind == ErrorKind::PlanLimit
        || (kind == ErrorKind::QuotaExhausted && parsed.quota_kind() == Some(kind))
    {
        hint = None;
    }
    if kind == ErrorKind::Rejected && parsed.param.is_none() {
        parsed.param = text::param(&parsed.message);
    }
    let parsed = &parsed;
    let mut error = CallError::new(kind, sentence::message(kind, status, parsed, hint));
    if let Some(hint) = sentence::hint(kind, status, parsed) {
        error.hint = Some(hint.to_owned());
    }
    error.status = status;
    error.provider_code = parsed.code().map(str::to_owned);
    error.param = parsed.param.clone();
    error.model_only = kind == ErrorKind::QuotaExhausted && parsed.is_quota_of_model();
    error.retry_after_ms = hint.map(|wait| u64::try_from(wait.as_millis()).unwrap_or(u64::MAX));
    error.with_detail(body)
}

fn kind_of(status: u16, body: &ErrorBody, hint: Option<Duration>) -> ErrorKind {
    let kind = codes::specific(&body.codes)
        .or_else(|| body.quota_kind())
        .or_else(|| text::kind(status, &body.message))
        .or_else(|| vague_quota(status, body, hint))
        .or_else(|| codes::generic(&body.codes))
        .unwrap_or_else(|| kind_of_status(status));
    match kind {
        // A rate limit whose pause is hours is the day's quota; one that a retry cannot pass is the
        // plan's size.
        ErrorKind::RateLimited if hint.is_some_and(|wait| wait >= QUOTA_HINT) => {
            ErrorKind::QuotaExhausted
        }
        // Providers say "invalid request" for nearly everything; the status can know better.
        ErrorKind::Rejected => match kind_of_status(status) {
            ErrorKind::Server => ErrorKind::Rejected,
            better => better,
        },
        other => other,
    }
}

/// Returns the kind of a quota of unnamed span: one that frees up soon is a rate limit.
fn vague_quota(status: u16, body: &ErrorBody, hint: Option<Duration>) -> Option<ErrorKind> {
    text::is_vague_quota(status, &body.message).then_some(match hint {
        Some(wait) if wait < QUOTA_HINT => ErrorKind::RateLimited,
        _ => ErrorKind::QuotaExhausted,
    })
}

fn kind_of_status(status: u16) -> ErrorKind {
    match status {
        401 => ErrorKind::Auth,
        402 => ErrorKind::Billing,
        403 | 451 => ErrorKind::Permission,
        404 | 410 => ErrorKind::NotFound,
        // The path exists but is not this API's; or a proxy asks for its own credential.
        200..=399 | 405 | 407 | 501 => ErrorKind::NotAnApi,
        413 => ErrorKind::ContextTooLong,
        429 => ErrorKind::RateLimited,
        // 408 and 425 ask for another try; 498 is Groq's "flex capacity exceeded"; 502 to 504, 520 to
        // 530 (Cloudflare) and 529 (Anthropic) say that the far side did not manage.
        408 | 425 | 498 | 502..=504 | 520..=530 => ErrorKind::Overloaded,
        400..=499 => ErrorKind::Rejected,
        _ => ErrorKind::Server,
    }
}

/// A web page instead of an error object: a proxy or load balancer speaks. Its 429 and 5xx mean what
/// they say; otherwise the address is not an API's.
fn kind_of_page(status: u16) -> ErrorKind {
    match kind_of_status(status) {
        kind @ (ErrorKind::Overloaded | ErrorKind::RateLimited | ErrorKind::Server) => kind,
        ErrorKind::Auth => ErrorKind::Auth,
        ErrorKind::ContextTooLong => ErrorKind::Rejected,
        _ => ErrorKind::NotAnApi,
    }
}

#[cfg(test)]
mod quota_tests;
