//! Whether one variant did better than another, and whether the data can tell.
//!
//! Rates (answered, schema kept, votes won) are compared by Newcombe's interval, means (cost, latency) by Welch's.
//! Both say "not enough data" below [`LEAST`] calls a side, and "no difference shown" while the interval holds 0. That
//! is not the same as "no difference": the interval tells how large one could be.
//!
//! The figures hold for one look at the end. Who looks again and again and stops at the first verdict finds
//! differences that are not there far more often than one time in twenty; nothing here corrects for that. Costs and
//! latencies have long tails, so that their interval of the mean is rough until there are a few hundred calls.

mod means;
mod normal;
mod proportions;
mod student;

pub use means::{Sample, means};
pub use proportions::{Rate, proportions};

use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// Fewest calls of each side for any verdict.
pub const LEAST: u64 = 30;

/// The level of intervals and verdicts.
pub const LEVEL: f64 = 0.95;

/// Which way is better.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
#[ts(rename = "CompareAim")]
pub enum Aim {
    /// Success, votes, schemas kept.
    Higher,
    /// Cost, latency, retries.
    Lower,
}

/// What the data bear.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
#[ts(rename = "CompareSays")]
pub enum Says {
    Better,
    Worse,
    NoDifferenceShown,
    NotEnoughData,
}

/// The second side against the first.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, TS)]
#[ts(rename = "CompareVerdict")]
pub struct Verdict {
    /// Second less first, in the unit of the figures; rates from -1 to 1. 0 where a side has no data.
    pub difference: f64,
    /// Lower end of the 95 % interval of the difference; `None` where there is none.
    pub low: Option<f64>,
    /// Upper end of it.
    pub high: Option<f64>,
    /// How often a difference like this comes by chance alone, 0 to 1; `None` where it cannot be said.
    pub p: Option<f64>,
    pub says: Says,
    /// Calls of the first and the second side.
    #[ts(type = "[number, number]")]
    pub counts: (u64, u64),
    /// Calls a side that would show a difference of this size four times in five, roughly; `None` where the data have
    /// no difference, or the verdict is given.
    #[ts(type = "number | null")]
    pub needed: Option<u64>,
}

impl Verdict {
    /// Returns the verdict as one clause about the second side.
    pub fn words(&self) -> String {
        let level = LEVEL * 100.0;
        let range = match (self.low, self.high) {
            (Some(low), Some(high)) => {
                format!(" ({level:.0} % interval {} to {})", short(low), short(high))
            }
            _ => String::new(),
        };
        let (first, second) = self.counts;
        let more = self.needed.map_or_else(String::new, |needed| {
            format!("; about {needed} calls a side would show one this large")
        });
        match self.says {
            Says::Better => format!("better by {}{range}", short(self.difference.abs())),
            Says::Worse => format!("worse by {}{range}", short(self.difference.abs())),
            Says::NoDifferenceShown => format!("no difference shown{range}{more}"),
            Says::NotEnoughData => {
                format!("not enough data: {first} and {second} calls, {LEAST} each are the least")
            }
        }
    }
}

/// Returns a figure with three digits that count.
fn short(value: f64) -> String {
    if value == 0.0 || value.abs() >= 100.0 {
        format!("{value:.0}")
    } else {
        let places = (2.0 - value.abs().log10().floor()).clamp(0.0, 12.0);
        format!("{value:.0$}", places as usize)
    }
}

/// Fills in the verdict from an interval, and what it would take to reach one.
fn verdict(
    difference: f64,
    interval: Option<(f64, f64)>,
    p: Option<f64>,
    counts: (u64, u64),
    aim: Aim,
    variances: f64,
) -> Verdict {
    let enough = counts.0 >= LEAST && counts.1 >= LEAST;
    let says = match (interval, p) {
        (Some((low, high)), Some(p)) if enough => {
            let shown = (low > 0.0 || high < 0.0) && p < 1.0 - LEVEL;
            match (shown, difference > 0.0, aim) {
                (false, ..) => Says::NoDifferenceShown,
                (true, true, Aim::Higher) | (true, false, Aim::Lower) => Says::Better,
                (true, ..) => Says::Worse,
            }
        }
        _ => Says::NotEnoughData,
    };
    // The usual formula for 5 % and a power of 80 %: (1.96 + 0.84)^2.
    let needed = (variances / (difference * difference) * 7.849).ceil();
    let open = says == Says::NoDifferenceShown && difference != 0.0;
    Verdict {
        difference,
        low: interval.map(|(low, _)| low),
        high: interval.map(|(_, high)| high),
        p,
        says,
        counts,
        needed: (open && needed.is_finite() && needed < 1e12).then_some(needed as u64),
    }
}

#[cfg(test)]
mod tests;
