//! Which steps of something that is watched have been told: each once a window, and again only after it fell well
//! below.

use serde::{Deserialize, Serialize};

/// A step is told again in the same window once the value has been this much below it, in percent of the step.
const FALLEN_PERCENT: i128 = 10;

/// How something that is watched stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Measure {
    /// When the current window began, in milliseconds since 1970; `None`: it slides.
    pub window: Option<i64>,
    pub value: i64,
    /// Rising.
    pub steps: Vec<i64>,
}

/// What has been told.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Marks {
    window: Option<i64>,
    /// The highest step told.
    told: Option<i64>,
}

/// A step that was reached for the first time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Crossing {
    /// Index of the highest step reached.
    pub step: usize,
}

impl Marks {
    /// Takes in how it stands now. Steps that are passed together are told as one, the highest.
    pub fn advance(&mut self, measure: &Measure) -> Option<Crossing> {
        // A clock that goes back begins no new window.
        if measure.window > self.window {
            self.told = None;
        }
        self.window = self.window.max(measure.window);
        let reached = |step: i64| measure.value >= step;
        if let Some(told) = self.told {
            let fallen = |step: i64| {
                i128::from(measure.value) * 100 < i128::from(step) * (100 - FALLEN_PERCENT)
            };
            if fallen(told) {
                self.told = measure.steps.iter().copied().rfind(|step| !fallen(*step));
            }
        }
        let highest = measure.steps.iter().rposition(|step| reached(*step))?;
        let step = measure.steps[highest];
        if self.told.is_some_and(|told| step <= told) {
            return None;
        }
        self.told = Some(step);
        Some(Crossing { step: highest })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn at(window: Option<i64>, value: i64) -> Measure {
        Measure {
            window,
            value,
            steps: vec![50, 80, 100],
        }
    }

    fn told(marks: &mut Marks, measure: &Measure) -> Option<usize> {
        marks.advance(measure).map(|crossing| crossing.step)
    }

    #[test]
    fn each_step_is_told_once_a_window() {
        let mut marks = Marks::default();
        let day = Some(1000);
        let steps: Vec<_> = [10, 50, 60, 85, 99, 100, 500]
            .map(|value| told(&mut marks, &at(day, value)))
            .into();
        assert_eq!(steps, [None, Some(0), None, Some(1), None, Some(2), None]);
        assert_eq!(told(&mut marks, &at(Some(2000), 60)), Some(0), "a new day");
        assert_eq!(told(&mut marks, &at(day, 60)), None, "a clock set back");
    }

    #[test]
    fn steps_passed_together_are_one_alert() {
        assert_eq!(told(&mut Marks::default(), &at(None, 99)), Some(1));
    }

    #[test]
    fn a_value_that_wavers_around_a_step_is_told_once_and_one_that_fell_is_told_again() {
        let mut marks = Marks::default();
        assert_eq!(told(&mut marks, &at(None, 51)), Some(0));
        for value in [49, 50, 46, 51] {
            assert_eq!(told(&mut marks, &at(None, value)), None);
        }
        assert_eq!(told(&mut marks, &at(None, 44)), None);
        assert_eq!(told(&mut marks, &at(None, 50)), Some(0));
    }

    #[test]
    fn marks_survive_being_written() {
        let mut marks = Marks::default();
        told(&mut marks, &at(Some(5), 85));
        let text = serde_json::to_string(&marks).unwrap();
        let mut read: Marks = serde_json::from_str(&text).unwrap();
        assert_eq!(told(&mut read, &at(Some(5), 86)), None);
        assert_eq!(told(&mut read, &at(Some(5), 100)), Some(2));
    }

    proptest! {
        #[test]
        fn in_a_window_in_which_spending_only_grows_no_step_is_told_twice(
            mut values in prop::collection::vec(0i64..200, 1..50),
        ) {
            values.sort_unstable();
            let mut marks = Marks::default();
            let told: Vec<_> = values.iter().filter_map(|value| told(&mut marks, &at(Some(1), *value))).collect();
            prop_assert!(told.windows(2).all(|pair| pair[0] < pair[1]));
        }
    }
}
