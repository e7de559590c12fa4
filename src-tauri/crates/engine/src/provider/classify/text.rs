//! The text of an error, read last: its kind, the wait it asks for, the parameter it names.

use super::super::rate;
use super::phrases::{PHRASES, VAGUE_QUOTA};
use crate::error::ErrorKind;
use std::time::Duration;

/// Returns the kind the text speaks of, or `None`. Limits of size and rate are believed only where the
/// status allows them: a 404 page that mentions rate limits is still a 404.
pub(super) fn kind(status: u16, message: &str) -> Option<ErrorKind> {
    if message.is_empty() {
        return None;
    }
    let (kind, _) = PHRASES.iter().find(|(kind, phrases)| {
        plausible(*kind, status) && phrases.iter().any(|phrase| message.contains(phrase))
    })?;
    Some(*kind)
}

/// Returns whether the text speaks of some quota without saying of what span.
pub(super) fn is_vague_quota(status: u16, message: &str) -> bool {
    plausible(ErrorKind::QuotaExhausted, status)
        && VAGUE_QUOTA.iter().any(|phrase| message.contains(phrase))
}

fn plausible(kind: ErrorKind, status: u16) -> bool {
    match kind {
        ErrorKind::ContentFiltered => matches!(status, 400 | 403 | 422 | 451 | 500),
        ErrorKind::ContextTooLong => matches!(status, 400 | 413 | 422 | 500),
        ErrorKind::Billing => matches!(status, 400 | 402 | 403 | 429 | 500),
        ErrorKind::PlanLimit => matches!(status, 400 | 402 | 403 | 413 | 429),
        ErrorKind::QuotaExhausted => matches!(status, 400 | 402 | 403 | 429 | 500),
        ErrorKind::RateLimited => matches!(status, 400 | 403 | 413 | 429 | 500 | 503),
        ErrorKind::Auth => matches!(status, 400 | 401 | 403 | 500),
        ErrorKind::Overloaded => matches!(status, 400 | 429 | 500..=599),
        ErrorKind::NotFound => matches!(status, 400 | 404 | 422 | 500 | 503),
        _ => false,
    }
}

/// Words a wait follows, lower case.
const WAIT_WORDS: [&str; 12] = [
    "try again in ",
    "retry in ",
    "retry after ",
    "wait ",
    "reset after ",
    "available in ",
    "请在",
    "请等待",
    "erneut in ",
    "réessayez dans ",
    "intente de nuevo en ",
    "повторите через ",
];

/// Returns the wait the text asks for ("try again in 6m0s", "retry after 20 seconds"), or `None`.
pub(super) fn wait(message: &str) -> Option<Duration> {
    WAIT_WORDS.iter().find_map(|word| {
        let at = message.find(word)? + word.len();
        wait_at(message[at..].trim_start())
    })
}

fn wait_at(text: &str) -> Option<Duration> {
    let digits = text
        .find(|c: char| !c.is_ascii_digit() && c != '.')
        .unwrap_or(text.len());
    let number: f64 = text[..digits].trim_end_matches('.').parse().ok()?;
    let unit = text[digits..].trim_start();
    let units = [
        (1e-3, &["milli", "毫秒"][..]),
        (60.0, &["min", "分", "мин"]),
        (
            3600.0,
            &[
                "hour", "stunde", "heure", "hora", "час", "小时", "時間", "시간",
            ],
        ),
        (86_400.0, &["day", "tag", "jour", "día", "dia", "天", "日"]),
        (1.0, &["sec", "sek", "seg", "сек", "秒", "초"]),
    ];
    for (seconds, words) in units {
        if words.iter().any(|word| unit.starts_with(word)) {
            return Duration::try_from_secs_f64(number * seconds).ok();
        }
    }
    rate::leading_duration(text).map(|(wait, _)| wait)
}

/// Marks a parameter's name follows, lower case.
const PARAM_WORDS: [&str; 7] = [
    "unsupported parameter: ",
    "unsupported value: ",
    "unknown parameter: ",
    "unknown name ",
    "unrecognized request argument supplied: ",
    "unexpected keyword argument ",
    "missing required parameter: ",
];

/// Returns the parameter a rejection names in its text, or `None`.
pub(super) fn param(message: &str) -> Option<String> {
    let quoted = |text: &str| {
        let text = text.trim_start_matches(['\'', '"', '`']);
        let end = text.find(|c: char| !is_param_char(c)).unwrap_or(text.len());
        let name = text[..end].trim_end_matches('.');
        (name.len() > 1 && name.len() <= 40).then(|| name.to_owned())
    };
    if let Some(found) = PARAM_WORDS.iter().find_map(|word| {
        message
            .find(word)
            .and_then(|at| quoted(&message[at + word.len()..]))
    }) {
        return Some(found);
    }
    // "`temperature` is deprecated for this model"
    if let Some((_, rest)) = message.split_once('`')
        && let Some((name, _)) = rest.split_once('`')
        && name.chars().all(is_param_char)
    {
        return quoted(name);
    }
    // "max_tokens: 99999 > 8192", "messages.0.content: field required"
    let (name, _) = message.split_once(": ")?;
    (name.contains(['_', '.']) && name.chars().all(is_param_char))
        .then(|| quoted(name))
        .flatten()
}

fn is_param_char(c: char) -> bool {
    c.is_ascii_alphanumeric() || "_.-[]".contains(c)
}
