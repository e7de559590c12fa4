//! Amounts of money as people write them, exactly.

use crate::config::raw::{Field, Problems};
use crate::price::PicoUsd;
use toml::de::DeValue;

/// Largest amount that is read, in USD. A guard against slips.
const LIMIT_USD: i64 = 1_000_000;

/// What to write instead of something that is no amount.
const FIX: &str = "write for example \"10.00\"; it is in USD, without a sign";

/// Reads an amount in USD, written as plain decimal text such as `10.00`.
///
/// # Errors
/// One clause that says what does not fit.
pub fn usd_amount(text: &str) -> Result<PicoUsd, &'static str> {
    let text = text.trim();
    if text.starts_with('-') {
        return Err("an amount cannot be negative");
    }
    if text.contains(['$', '€', '£', '¥']) || text.to_ascii_lowercase().contains("usd") {
        return Err("an amount is written without a currency sign");
    }
    if text.contains(',') {
        return Err("an amount is written with a decimal point and without commas");
    }
    let (whole, fraction) = text.split_once('.').unwrap_or((text, "0"));
    let digits = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    if !digits(whole) || !digits(fraction) {
        return Err("an amount is a plain decimal number");
    }
    let fraction = fraction.trim_end_matches('0');
    if fraction.len() > 12 {
        return Err("an amount has at most twelve decimals");
    }
    let too_high = "an amount is at most 1000000 USD";
    let whole: i64 = whole.parse().map_err(|_| too_high)?;
    let pico: i64 = format!("{fraction:0<12}").parse().map_err(|_| too_high)?;
    if whole > LIMIT_USD || (whole == LIMIT_USD && pico > 0) {
        return Err(too_high);
    }
    Ok(PicoUsd(whole * 1_000_000_000_000 + pico))
}

/// Reads an amount in USD, written as text or as a number.
pub(super) fn usd(field: &Field<'_>, problems: &mut Problems<'_>) -> Option<PicoUsd> {
    let text = match field.value.get_ref() {
        DeValue::String(text) => text.trim().to_owned(),
        DeValue::Integer(integer) if integer.radix() == 10 => integer.as_str().replace('_', ""),
        DeValue::Float(float) => float.as_str().replace('_', ""),
        _ => {
            field.problem_fix(problems, "an amount is a plain decimal number", FIX);
            return None;
        }
    };
    let text = text.strip_prefix('+').unwrap_or(&text);
    usd_amount(text)
        .map_err(|message| field.problem_fix(problems, message, FIX))
        .ok()
}
