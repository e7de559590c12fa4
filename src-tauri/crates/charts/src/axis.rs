//! The y axis: from 0, with four or five round steps.

use crate::unit::{Scale, Unit};

/// Steps people read as round, by preference.
const ROUND: [f64; 9] = [1.0, 2.0, 5.0, 2.5, 4.0, 3.0, 1.5, 6.0, 8.0];

/// The y axis of a chart.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Axis {
    /// The axis' end, in the chart's unit. Above 0.
    pub(crate) top: f64,
    /// Lines from 0 up: where, in the chart's unit, and what is written at them.
    pub(crate) lines: Vec<(f64, String)>,
}

impl Axis {
    /// Makes an axis on which `highest`, in the chart's unit, is below the end.
    pub(crate) fn new(unit: Unit, highest: f64) -> Self {
        let highest = match highest {
            some if some.is_finite() && some > 0.0 => some,
            _ => nothing(unit),
        };
        let scale = Scale::new(unit, highest);
        let most = highest / scale.per;
        let (step, steps) = step(most, scale.whole);
        let lines = (0..=steps)
            .map(|line| {
                let at = step * f64::from(line);
                (at * scale.per, scale.label(at, step))
            })
            .collect();
        Self {
            top: step * f64::from(steps) * scale.per,
            lines,
        }
    }
}

/// The end of an axis on which nothing is.
fn nothing(unit: Unit) -> f64 {
    match unit {
        Unit::PicoUsd => 1e12,
        Unit::Ms => 1000.0,
        Unit::Percent => 5.0,
        Unit::Count => 5.0,
    }
}

/// The step, and how many of it reach `most`: four or five, fewer only for whole numbers below four.
fn step(most: f64, whole: bool) -> (f64, u32) {
    let power = 10f64.powf((most / 5.0).log10().floor());
    for round in ROUND {
        for step in [round * power, round * power * 10.0] {
            // A hair of tolerance: 0.3 is not more than three times 0.1.
            let steps = (most / step - 1e-9).ceil();
            if (4.0..=5.0).contains(&steps) && !(whole && step.fract() != 0.0) {
                return (step, steps as u32);
            }
        }
    }
    (
        1.0_f64.max(power),
        (most / 1.0_f64.max(power)).ceil().clamp(1.0, 5.0) as u32,
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn an_axis_has_four_or_five_steps_and_ends_at_or_above_the_highest(exponent in -12.0..22.0f64) {
            let highest = 10f64.powf(exponent);
            let axis = Axis::new(Unit::PicoUsd, highest);
            prop_assert!((5..=6).contains(&axis.lines.len()), "{axis:?}");
            prop_assert!(axis.top >= highest * (1.0 - 1e-8), "{axis:?} {highest}");
            prop_assert!(axis.top <= highest * 1.7, "{axis:?} {highest}");
            let mut labels: Vec<&String> = axis.lines.iter().map(|(_, label)| label).collect();
            labels.dedup();
            prop_assert_eq!(labels.len(), axis.lines.len(), "two lines read alike: {:?}", labels);
        }

        #[test]
        fn whole_numbers_have_whole_steps(highest in 1u32..2_000_000) {
            let axis = Axis::new(Unit::Count, f64::from(highest));
            prop_assert!((2..=6).contains(&axis.lines.len()), "{axis:?}");
            prop_assert!(axis.top >= f64::from(highest));
            if highest < 1_000_000 {
                prop_assert!(axis.lines.iter().all(|(at, _)| at.fract() == 0.0), "{axis:?}");
            }
        }
    }

    #[test]
    fn the_picture_s_axis_is_that_of_the_design() {
        let labels: Vec<String> = Axis::new(Unit::PicoUsd, 20.4e12)
            .lines
            .into_iter()
            .map(|(_, label)| label)
            .collect();
        assert_eq!(labels, ["$0", "$5", "$10", "$15", "$20", "$25"]);
    }

    #[test]
    fn an_axis_without_values_still_stands() {
        for unit in [Unit::PicoUsd, Unit::Ms, Unit::Percent, Unit::Count] {
            for nothing in [0.0, -1.0, f64::NAN, f64::INFINITY] {
                assert!(Axis::new(unit, nothing).lines.len() >= 5);
            }
        }
    }
}
