//! The least cost. An unknown price is no price of 0: it comes last.

use super::{Equal, Picked};

pub(super) fn pick(equals: &[Equal]) -> Picked {
    let best = equals
        .iter()
        .enumerate()
        .filter_map(|(at, equal)| Some((equal.cost_pico_usd?, at)))
        .min();
    let unpriced = equals
        .iter()
        .filter(|equal| equal.cost_pico_usd.is_none())
        .count();
    let Some((cost, at)) = best else {
        return Picked {
            at: 0,
            why: "comes first, since no price is known of any".to_owned(),
        };
    };
    let mut why = format!(
        "is the cheapest of {} at about {}",
        equals.len(),
        dollars(cost)
    );
    if unpriced > 0 {
        why.push_str(&format!(" ({unpriced} without a known price)"));
    }
    Picked { at, why }
}

/// Returns an amount with two digits that count, at least in cents.
pub(super) fn dollars(pico: u64) -> String {
    let value = pico as f64 / 1e12;
    if value == 0.0 {
        return "$0".to_owned();
    }
    let mut places = 2;
    while places < 12 && value < 10_f64.powi(1 - places) {
        places += 1;
    }
    format!("${value:.0$}", places.unsigned_abs() as usize)
}
