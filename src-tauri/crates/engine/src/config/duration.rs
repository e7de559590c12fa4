//! Durations as people write them: `15s`, `500ms`, `1m30s`.

use std::time::Duration;

/// Longest duration that is read.
const LIMIT: Duration = Duration::from_secs(24 * 60 * 60);

/// Reads a duration such as `15s`, `1.5s`, `500ms`, `1m30s` or `2h`.
///
/// # Errors
/// One clause that says what does not fit.
pub fn parse_duration(text: &str) -> Result<Duration, &'static str> {
    let form = "a duration is a number with a unit, such as \"15s\", \"500ms\" or \"1m30s\"";
    let mut rest = text.trim();
    if rest.is_empty() {
        return Err(form);
    }
    let mut total = Duration::ZERO;
    while !rest.is_empty() {
        let digits = rest
            .find(|c: char| !c.is_ascii_digit() && c != '.')
            .ok_or(form)?;
        let (number, after) = rest.split_at(digits);
        let letters = after
            .find(|c: char| !c.is_ascii_alphabetic())
            .unwrap_or(after.len());
        let (unit, after) = after.split_at(letters);
        let seconds = match unit {
            "ms" => 0.001,
            "s" => 1.0,
            "m" | "min" => 60.0,
            "h" => 3600.0,
            _ => return Err(form),
        };
        if number.len() > 12 {
            return Err("a duration is at most 24 hours");
        }
        let number: f64 = number.parse().map_err(|_| form)?;
        let part = Duration::try_from_secs_f64(number * seconds).map_err(|_| form)?;
        total = total.saturating_add(part);
        rest = after;
    }
    if total.is_zero() {
        return Err("a duration is longer than zero");
    }
    if total > LIMIT {
        return Err("a duration is at most 24 hours");
    }
    Ok(total)
}
