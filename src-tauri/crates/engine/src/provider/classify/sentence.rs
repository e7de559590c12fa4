//! What a person is told: what failed, for what, and what can be done. Never a word of the body.

use super::super::json;
use super::body::ErrorBody;
use crate::error::ErrorKind;
use std::time::Duration;

/// Returns the sentence for an error: lower case, no final period.
pub(super) fn message(
    kind: ErrorKind,
    status: Option<u16>,
    body: &ErrorBody,
    wait: Option<Duration>,
) -> String {
    let mut text = what(kind, status, body);
    if let Some(status) = status {
        text.push_str(&format!(" (status {status})"));
    }
    let waits = matches!(
        kind,
        ErrorKind::RateLimited | ErrorKind::QuotaExhausted | ErrorKind::Overloaded
    );
    if let Some(wait) = wait.filter(|wait| waits && !wait.is_zero()) {
        text.push_str(&format!("; it asks to wait {}", span(wait)));
    }
    text
}

fn what(kind: ErrorKind, status: Option<u16>, body: &ErrorBody) -> String {
    match kind {
        ErrorKind::RateLimited => "the provider's rate limit is reached".into(),
        ErrorKind::QuotaExhausted if body.is_quota_of_model() => {
            "the provider's quota for this model is spent".into()
        }
        ErrorKind::QuotaExhausted => "the provider's quota for this key is spent".into(),
        ErrorKind::Billing => "the account at the provider cannot pay for this call".into(),
        ErrorKind::PlanLimit => {
            "the plan at the provider does not allow this model or a request of this size".into()
        }
        ErrorKind::Overloaded => match status {
            Some(502 | 504 | 520..=528 | 530) => {
                "a gateway in front of the provider got no answer from it".into()
            }
            Some(408 | 425) => "the provider gave up waiting for the request".into(),
            _ => "the provider is overloaded".into(),
        },
        ErrorKind::Server => "the provider failed on its side".into(),
        ErrorKind::Auth => "the provider does not accept the key".into(),
        ErrorKind::Permission => "the key may not do this at the provider".into(),
        ErrorKind::NotFound => "the provider has no such model or address".into(),
        ErrorKind::ContextTooLong => "the prompt is longer than the model can take".into(),
        ErrorKind::ContentFiltered => "the provider's content filter refused the request".into(),
        ErrorKind::NotAnApi => match status {
            Some(300..=399) => "the address redirects elsewhere".into(),
            Some(407) => "a proxy on the way asks for its own credential".into(),
            _ if body.is_page => json::not_an_api().message,
            _ => "the address does not serve this API".into(),
        },
        _ => match &body.param {
            Some(param) => format!("the provider rejects the request because of `{param}`"),
            None => "the provider rejects the request as it stands".into(),
        },
    }
}

/// Returns what the person can do next, where the reply tells more than its kind.
pub(super) fn hint(kind: ErrorKind, status: Option<u16>, body: &ErrorBody) -> Option<&'static str> {
    match (kind, status) {
        (ErrorKind::Rejected, _) if body.param.is_some() => Some("change or remove that parameter"),
        (ErrorKind::NotAnApi, Some(300..=399)) => Some("set the base URL to where it leads"),
        (ErrorKind::NotAnApi, Some(407)) => Some("put the credential into `network.proxy`"),
        _ => None,
    }
}

/// Returns a duration for people: `450 ms`, `20 s`, `6 min`, `3 h`.
fn span(wait: Duration) -> String {
    let seconds = wait.as_secs();
    match seconds {
        0 if wait.subsec_millis() > 0 => format!("{} ms", wait.subsec_millis()),
        0..120 => format!("{} s", seconds + u64::from(wait.subsec_millis() > 0)),
        120..7200 => format!("{} min", seconds.div_ceil(60)),
        _ => format!("{} h", seconds.div_ceil(3600)),
    }
}
