//! Choosing one of several targets that would all do.
//!
//! The figures are given: prices by whoever knows them, times and votes from history. Chance comes from the caller, so
//! a recorded draw makes the same choice again.

mod best;
mod cheapest;
mod fastest;
mod figures;

pub use best::{Quality, Votes};
pub use fastest::PeakEwma;
pub use figures::Figures;

use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// What counts among equals.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
#[ts(rename = "EqualsBy")]
pub enum By {
    /// The least estimated cost of this request.
    Cheapest,
    /// The shortest time to the first token, with what is under way counted.
    Fastest,
    /// The most votes won and schemas kept.
    Best,
}

/// A target that would do, with what is known of it.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Equal {
    /// Its name as it is shown.
    pub target: String,
    /// What this request would cost there, in pico-USD; `None`: no price is known.
    pub cost_pico_usd: Option<u64>,
    /// Its time to the first token; `None`: not asked yet.
    pub first_token: Option<PeakEwma>,
    /// Requests under way there.
    pub in_flight: u32,
    /// How its answers did.
    pub quality: Quality,
}

/// Which one it is, and why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Picked {
    /// Its place among the targets given.
    pub at: usize,
    /// One clause without a subject: `is the cheapest of 3 at about $0.0003`.
    pub why: String,
}

/// Chooses; `None` if there are no targets. Equal figures leave the order as it is given.
///
/// `now_ms` is on the clock of the [`PeakEwma`]s. `draw(n)` returns a number below `n`, and is asked by
/// [`By::Fastest`] alone, at most twice.
pub fn pick(
    by: By,
    equals: &[Equal],
    now_ms: u64,
    draw: impl FnMut(usize) -> usize,
) -> Option<Picked> {
    match equals {
        [] => None,
        [_] => Some(Picked {
            at: 0,
            why: "is the only one".to_owned(),
        }),
        _ => Some(match by {
            By::Cheapest => cheapest::pick(equals),
            By::Fastest => fastest::pick(equals, now_ms, draw),
            By::Best => best::pick(equals),
        }),
    }
}

#[cfg(test)]
mod tests;
