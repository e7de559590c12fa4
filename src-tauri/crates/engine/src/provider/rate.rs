//! Rate-limit headers of all providers, and the durations in them.

use super::{HeaderMap, RateHint};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

/// Longest duration taken from outside: a year. Anything longer is nonsense or an attack on a timer.
const LONGEST: Duration = Duration::from_secs(366 * 24 * 3600);

/// Reads the rate-limit headers of any known family.
///
/// `x-ratelimit-{limit,remaining,reset}-{requests,tokens}` (OpenAI, Azure, Groq and alike; reset is a Go
/// duration or seconds), `anthropic-ratelimit-{requests,tokens,input-tokens,output-tokens}-*` (reset is
/// RFC 3339), `x-ratelimit-{limit,remaining,reset}` (OpenRouter; reset is epoch milliseconds) and
/// `ratelimit-*` (IETF draft; reset is seconds). Of Anthropic's three token limits the tightest counts.
pub(crate) fn rate_hint(headers: &HeaderMap, now: SystemTime) -> RateHint {
    let text = |name: &str| {
        headers
            .get(name)
            .and_then(|value| value.to_str().ok())
            .map(str::trim)
    };
    let first = |names: &[&str]| names.iter().find_map(|name| text(name));
    let count = |names: &[&str]| first(names).and_then(whole);
    let reset = |names: &[&str]| first(names).and_then(|value| until(value, now));
    let mut hint = RateHint {
        limit_requests: count(&[
            "x-ratelimit-limit-requests",
            "anthropic-ratelimit-requests-limit",
            "x-ratelimit-limit",
            "ratelimit-limit",
        ]),
        remaining_requests: count(&[
            "x-ratelimit-remaining-requests",
            "anthropic-ratelimit-requests-remaining",
            "x-ratelimit-remaining",
            "ratelimit-remaining",
        ]),
        reset_requests: reset(&[
            "x-ratelimit-reset-requests",
            "anthropic-ratelimit-requests-reset",
            "x-ratelimit-reset",
            "ratelimit-reset",
        ]),
        limit_tokens: count(&["x-ratelimit-limit-tokens"]),
        remaining_tokens: count(&["x-ratelimit-remaining-tokens"]),
        reset_tokens: reset(&["x-ratelimit-reset-tokens"]),
    };
    if hint.limit_tokens.is_none() && hint.remaining_tokens.is_none() {
        let tightest = ["tokens", "input-tokens", "output-tokens"]
            .into_iter()
            .filter_map(|kind| {
                let part = |what: &str| format!("anthropic-ratelimit-{kind}-{what}");
                let remaining = count(&[&part("remaining")])?;
                Some((
                    remaining,
                    count(&[&part("limit")]),
                    reset(&[&part("reset")]),
                ))
            })
            .min_by_key(|(remaining, ..)| *remaining);
        if let Some((remaining, limit, reset)) = tightest {
            hint.remaining_tokens = Some(remaining);
            hint.limit_tokens = limit;
            hint.reset_tokens = reset;
        }
    }
    hint
}

/// Returns how long until the limit that is used up is free again, or `None` if none is used up or no
/// reset is told.
pub(crate) fn spent_reset(headers: &HeaderMap, now: SystemTime) -> Option<Duration> {
    let hint = rate_hint(headers, now);
    let spent = |remaining: Option<u64>, reset| (remaining == Some(0)).then_some(reset).flatten();
    spent(hint.remaining_requests, hint.reset_requests)
        .max(spent(hint.remaining_tokens, hint.reset_tokens))
}

/// Reads a count, which some servers write with a fraction or with policies after it (`100;w=60`).
fn whole(text: &str) -> Option<u64> {
    let number = text.split([',', ';']).next()?.trim();
    if let Ok(count) = number.parse() {
        return Some(count);
    }
    let number: f64 = number.parse().ok()?;
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "saturates"
    )]
    Some(number as u64).filter(|_| number.is_finite() && number >= 0.0)
}

/// Returns the time until a reset given as Go duration, seconds, epoch (s or ms) or RFC 3339; a moment
/// in the past is zero.
pub(crate) fn until(text: &str, now: SystemTime) -> Option<Duration> {
    let text = text.trim();
    if let Ok(number) = text.parse::<f64>() {
        if !number.is_finite() || number < 0.0 {
            return None;
        }
        let epoch = if number > 1e11 {
            Some(number / 1000.0)
        } else {
            (number > 1e9).then_some(number)
        };
        return match epoch {
            Some(seconds) => since_epoch(Duration::try_from_secs_f64(seconds).ok()?, now),
            None => bounded(Duration::try_from_secs_f64(number).ok()?),
        };
    }
    if let Some(wait) = go_duration(text) {
        return Some(wait);
    }
    let moment: jiff::Timestamp = text.parse().ok()?;
    let seconds = u64::try_from(moment.as_second()).ok()?;
    let nanos = u32::try_from(moment.subsec_nanosecond()).unwrap_or(0);
    since_epoch(Duration::new(seconds, nanos), now)
}

fn since_epoch(moment: Duration, now: SystemTime) -> Option<Duration> {
    let moment = UNIX_EPOCH.checked_add(moment)?;
    bounded(moment.duration_since(now).unwrap_or(Duration::ZERO))
}

fn bounded(wait: Duration) -> Option<Duration> {
    (wait <= LONGEST).then_some(wait)
}

/// Reads a duration as Go and protobuf write it: `6m0s`, `1h2m3.5s`, `20ms`, `38s`.
pub(crate) fn go_duration(text: &str) -> Option<Duration> {
    let (wait, used) = leading_duration(text)?;
    (used == text.len()).then_some(wait)
}

/// Reads a Go duration at the start of `text`; returns it and how many bytes it took.
pub(crate) fn leading_duration(text: &str) -> Option<(Duration, usize)> {
    let mut total = 0.0_f64;
    let mut used = 0;
    loop {
        let rest = &text[used..];
        let digits = rest
            .find(|c: char| !c.is_ascii_digit() && c != '.')
            .unwrap_or(rest.len());
        let Ok(number) = rest[..digits].parse::<f64>() else {
            break;
        };
        let unit = &rest[digits..];
        let (seconds, length) = match unit.as_bytes() {
            [b'd', ..] => (86_400.0, 1),
            [b'h', ..] => (3600.0, 1),
            [b'm', b's', ..] => (1e-3, 2),
            [b'm', ..] => (60.0, 1),
            [b's', ..] => (1.0, 1),
            [b'n', b's', ..] => (1e-9, 2),
            [b'u', b's', ..] => (1e-6, 2),
            _ if unit.starts_with("µs") => (1e-6, "µs".len()),
            _ => break,
        };
        total += number * seconds;
        used += digits + length;
    }
    (used > 0).then_some(())?;
    Some((bounded(Duration::try_from_secs_f64(total).ok()?)?, used))
}

#[cfg(test)]
#[path = "rate_tests.rs"]
mod tests;
