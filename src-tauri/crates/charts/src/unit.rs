//! Units of values, and how values are written.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// What a chart's values are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
#[ts(rename = "ChartUnit")]
pub enum Unit {
    /// 10^-12 USD.
    PicoUsd,
    /// Milliseconds.
    Ms,
    /// 0 to 100.
    Percent,
    Count,
}

/// The unit in which an axis' round numbers read well.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Scale {
    /// How much of the chart's unit one of the axis' unit is.
    pub(crate) per: f64,
    before: &'static str,
    after: &'static str,
    /// Steps below one say nothing.
    pub(crate) whole: bool,
    /// One decimal is written as two.
    cents: bool,
}

const fn scale(per: f64, before: &'static str, after: &'static str) -> Scale {
    Scale {
        per,
        before,
        after,
        whole: false,
        cents: false,
    }
}

impl Scale {
    /// Chooses the unit for an axis that ends at about `highest`.
    pub(crate) fn new(unit: Unit, highest: f64) -> Self {
        match unit {
            Unit::PicoUsd => match highest / 1e12 {
                usd if usd >= 1e9 => scale(1e21, "$", "B"),
                usd if usd >= 1e6 => scale(1e18, "$", "M"),
                usd if usd >= 1e4 => scale(1e15, "$", "k"),
                _ => Scale {
                    cents: true,
                    ..scale(1e12, "$", "")
                },
            },
            Unit::Ms => match highest {
                ms if ms >= 1.8e7 => scale(3.6e6, "", " h"),
                ms if ms >= 3e5 => scale(6e4, "", " min"),
                ms if ms >= 2e3 => scale(1e3, "", " s"),
                _ => scale(1.0, "", " ms"),
            },
            Unit::Percent => scale(1.0, "", " %"),
            Unit::Count => match highest {
                calls if calls >= 1e6 => scale(1e6, "", " M"),
                _ => Scale {
                    whole: true,
                    ..scale(1.0, "", "")
                },
            },
        }
    }

    /// Writes a line of the axis, given in its own unit, as precisely as `step` needs.
    pub(crate) fn label(self, value: f64, step: f64) -> String {
        let Self { before, after, .. } = self;
        if value == 0.0 {
            return format!("{before}0{}", if before.is_empty() { after } else { "" });
        }
        if step < 1e-6 {
            return format!("{before}{value:.1e}{after}").replace(".0e", "e");
        }
        let mut digits = digits(step);
        if self.cents && digits == 1 {
            digits = 2;
        }
        format!("{before}{}{after}", grouped(value, digits))
    }
}

/// Decimals that show multiples of `step` exactly, at most 7.
fn digits(step: f64) -> usize {
    (0..7)
        .find(|digits| {
            let shifted = step * 10f64.powi(*digits);
            (shifted - shifted.round()).abs() < 1e-6 * shifted.max(1e-300)
        })
        .map_or(7, |digits| usize::try_from(digits).unwrap_or(0))
}

/// Writes a number with separators of thousands.
fn grouped(value: f64, digits: usize) -> String {
    let text = format!("{value:.digits$}");
    let (whole, rest) = text.split_at(text.find('.').unwrap_or(text.len()));
    let mut out = String::with_capacity(text.len() + 4);
    for (place, digit) in whole.char_indices() {
        if place > 0 && (whole.len() - place) % 3 == 0 && !out.ends_with('-') {
            out.push(',');
        }
        out.push(digit);
    }
    out + rest
}

impl Unit {
    /// Writes a value for a readout, as the interface does: `$3.12`, `212 ms`, `0.9 %`, `12,408`.
    pub fn text(self, value: f64) -> String {
        match self {
            Self::PicoUsd => money(value / 1e12),
            Self::Ms if value < 999.5 => format!("{value:.0} ms"),
            Self::Ms if value < 59_950.0 => format!("{:.1} s", value / 1e3),
            Self::Ms => {
                let seconds = (value / 1e3).round();
                let (minutes, hours) = ((seconds / 60.0).floor(), (seconds / 3600.0).floor());
                match hours {
                    0.0 => format!("{minutes:.0} m {:02.0} s", seconds % 60.0),
                    _ => format!("{hours:.0} h {:02.0} m", minutes % 60.0),
                }
            }
            Self::Percent => match value {
                0.0 => "0 %".to_owned(),
                small if small < 0.05 => "<0.1 %".to_owned(),
                _ => format!("{value:.1} %"),
            },
            Self::Count => grouped(value, 0),
        }
    }
}

/// Writes dollars: two digits that count, and never 0 for something.
fn money(usd: f64) -> String {
    match usd {
        0.0 => "$0.00".to_owned(),
        small if small < 0.000_001 => "<$0.000001".to_owned(),
        large if large >= 1.0 => format!("${}", grouped(large, 2)),
        cents if cents >= 0.01 => {
            let text = format!("${cents:.3}");
            text.strip_suffix('0').map_or(text.clone(), str::to_owned)
        }
        small => {
            let digits = (1.0 - small.log10().floor()).clamp(2.0, 6.0);
            format!("${small:.*}", digits as usize)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_read_as_in_the_interface() {
        let usd = |usd: f64| Unit::PicoUsd.text(usd * 1e12);
        assert_eq!(usd(0.0), "$0.00");
        assert_eq!(usd(1e-9), "<$0.000001");
        assert_eq!(usd(0.0041), "$0.0041");
        assert_eq!(usd(0.31), "$0.31");
        assert_eq!(usd(3.12), "$3.12");
        assert_eq!(usd(1e9), "$1,000,000,000.00");
        assert_eq!(Unit::Ms.text(212.0), "212 ms");
        assert_eq!(Unit::Ms.text(2_140.0), "2.1 s");
        assert_eq!(Unit::Ms.text(64_000.0), "1 m 04 s");
        assert_eq!(Unit::Ms.text(7_500_000.0), "2 h 05 m");
        assert_eq!(Unit::Percent.text(0.93), "0.9 %");
        assert_eq!(Unit::Percent.text(0.01), "<0.1 %");
        assert_eq!(Unit::Count.text(12_408.0), "12,408");
    }

    #[test]
    fn an_axis_writes_huge_and_tiny_amounts_shortly() {
        let usd = |highest: f64, value: f64, step: f64| {
            Scale::new(Unit::PicoUsd, highest * 1e12).label(value, step)
        };
        assert_eq!(usd(25.0, 5.0, 5.0), "$5");
        assert_eq!(usd(2.0, 0.5, 0.5), "$0.50");
        assert_eq!(usd(1e9, 2.5, 0.5), "$2.5B");
        assert_eq!(usd(1e-9, 2e-10, 2e-10), "$2e-10");
        assert_eq!(usd(25.0, 0.0, 5.0), "$0");
        assert_eq!(Scale::new(Unit::Ms, 900.0).label(0.0, 200.0), "0 ms");
        assert_eq!(Scale::new(Unit::Count, 9e4).label(20_000.0, 2e4), "20,000");
    }
}
