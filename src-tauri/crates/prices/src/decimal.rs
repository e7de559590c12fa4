//! Prices as people write them, exactly.

use crate::money::PicoUsd;

/// Dearest price that is read, in USD per million tokens. A guard against slips, not a market figure.
const LIMIT_USD: i64 = 1_000_000;

/// Returns the price of one token for a price in USD per million tokens, written as plain decimal text
/// such as `2.50`.
///
/// A dollar per million tokens is 10^6 pico-USD per token, so six decimals are exact.
///
/// # Errors
/// One clause that says what does not fit.
pub fn usd_per_million(text: &str) -> Result<PicoUsd, &'static str> {
    let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
    if text.starts_with('-') {
        return Err("a price cannot be negative");
    }
    if text.contains(['$', '€', '£', '¥']) || text.to_ascii_lowercase().contains("usd") {
        return Err("a price is written without a currency sign");
    }
    if text.contains(',') {
        return Err("a price is written with a decimal point and without commas");
    }
    if whole.is_empty() || text.ends_with('.') {
        return Err("a price is a plain decimal number");
    }
    if !whole
        .bytes()
        .chain(fraction.bytes())
        .all(|byte| byte.is_ascii_digit())
    {
        return Err("a price is a plain decimal number");
    }
    let fraction = fraction.trim_end_matches('0');
    if fraction.len() > 6 {
        return Err("a price has at most six decimals");
    }
    let too_high = "a price is at most 1000000 USD per million tokens";
    let whole: i64 = whole.parse().map_err(|_| too_high)?;
    let micro: i64 = format!("{fraction:0<6}").parse().map_err(|_| too_high)?;
    let pico = whole
        .checked_mul(1_000_000)
        .and_then(|pico| pico.checked_add(micro));
    pico.filter(|pico| *pico <= LIMIT_USD * 1_000_000)
        .map(PicoUsd)
        .ok_or(too_high)
}

/// Returns the price of one token as USD per million tokens, the inverse of [`usd_per_million`].
pub fn usd_per_million_text(price: PicoUsd) -> String {
    let sign = if price.0 < 0 { "-" } else { "" };
    let pico = price.0.unsigned_abs();
    let text = format!("{sign}{}.{:06}", pico / 1_000_000, pico % 1_000_000);
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}
