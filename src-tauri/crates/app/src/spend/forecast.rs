//! What a day or month will have cost at its end.
//!
//! The days still to come are drawn, with a fixed seed, from the whole days before of the same kind (working days and
//! weekends apart), two thousand times; the forecast is the middle of those futures, and 8 of 10 of them end between
//! its bounds. Little history gives no forecast rather than a bold one.

use jiff::civil::{Date, Weekday};

/// Fewest whole days of history.
pub(super) const LEAST_DAYS: usize = 7;
/// Most whole days of history.
pub(super) const MOST_DAYS: usize = 56;
/// Futures that are drawn.
const FUTURES: usize = 2_000;
const SEED: u64 = 0x5377_4264;

/// What is known.
#[derive(Debug, Clone)]
pub(super) struct Known<'a> {
    /// Whole days before today, in any order, from the first with a call on.
    pub(super) days: &'a [(Date, i128)],
    /// In the window, today included, in pico-dollars.
    pub(super) so_far: i128,
    /// Part of today that is still to come, 0 to 1.
    pub(super) rest_of_today: f64,
    pub(super) today: Date,
    /// Days of the window after today.
    pub(super) to_come: &'a [Date],
}

/// The end of the window in pico-dollars.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Forecast {
    pub(super) low: i128,
    pub(super) middle: i128,
    pub(super) high: i128,
}

/// Forecasts, or says why not.
pub(super) fn forecast(known: &Known<'_>) -> Result<Forecast, String> {
    if known.days.len() < LEAST_DAYS {
        return Err(format!(
            "a forecast needs {LEAST_DAYS} whole days of calls; there are {}",
            known.days.len()
        ));
    }
    let of_kind = |weekend: bool| -> Vec<i128> {
        let days = known
            .days
            .iter()
            .filter(|(day, _)| is_weekend(*day) == weekend);
        days.map(|(_, spend)| *spend).collect()
    };
    let (work, rest) = (of_kind(false), of_kind(true));
    let all: Vec<i128> = known.days.iter().map(|(_, spend)| *spend).collect();
    let like = |day: Date| {
        let days = if is_weekend(day) { &rest } else { &work };
        if days.len() < 2 { &all } else { days }
    };
    let mut chance = fastrand::Rng::with_seed(SEED);
    let mut ends: Vec<i128> = (0..FUTURES)
        .map(|_| {
            let mut draw = |day: Date| {
                let days = like(day);
                days.get(chance.usize(..days.len())).copied().unwrap_or(0)
            };
            let rest = draw(known.today) as f64 * known.rest_of_today.clamp(0.0, 1.0);
            let later: i128 = known.to_come.iter().map(|day| draw(*day)).sum();
            known.so_far + rest as i128 + later
        })
        .collect();
    ends.sort_unstable();
    let at = |share: f64| {
        let place = ((FUTURES - 1) as f64 * share).round() as usize;
        ends.get(place).copied().unwrap_or(known.so_far)
    };
    Ok(Forecast {
        low: at(0.1),
        middle: at(0.5),
        high: at(0.9),
    })
}

fn is_weekend(day: Date) -> bool {
    matches!(day.weekday(), Weekday::Saturday | Weekday::Sunday)
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::ToSpan;

    fn day(number: i64) -> Date {
        Date::constant(2026, 11, 1).saturating_add(number.days())
    }

    fn history(spend: impl Fn(Date) -> i128) -> Vec<(Date, i128)> {
        (0..14).map(|at| (day(at), spend(day(at)))).collect()
    }

    fn known<'a>(days: &'a [(Date, i128)], to_come: &'a [Date]) -> Known<'a> {
        Known {
            days,
            so_far: 1000,
            rest_of_today: 0.5,
            today: day(15),
            to_come,
        }
    }

    #[test]
    fn steady_days_give_a_narrow_forecast() {
        let days = history(|_| 100);
        let to_come: Vec<Date> = (16..30).map(day).collect();
        let found = forecast(&known(&days, &to_come)).unwrap();
        assert_eq!((found.low, found.middle, found.high), (2450, 2450, 2450));
    }

    #[test]
    fn weekends_are_drawn_from_weekends() {
        let days = history(|day| if is_weekend(day) { 0 } else { 100 });
        // A Saturday and a Sunday.
        let to_come = [day(20), day(21)];
        let found = forecast(&known(&days, &to_come)).unwrap();
        assert_eq!((found.low, found.high), (1050, 1050));
    }

    #[test]
    fn uneven_days_give_a_wide_one_with_its_middle_inside_and_the_same_each_time() {
        let days = history(|day| if day.day() % 3 == 0 { 1000 } else { 10 });
        let to_come: Vec<Date> = (16..30).map(day).collect();
        let found = forecast(&known(&days, &to_come)).unwrap();
        assert!(
            found.low < found.middle && found.middle < found.high,
            "{found:?}"
        );
        assert_eq!(found, forecast(&known(&days, &to_come)).unwrap());
    }

    #[test]
    fn little_history_gives_none_and_says_so() {
        let days = history(|_| 1);
        let error = forecast(&known(&days[..6], &[])).unwrap_err();
        assert!(error.contains("7 whole days"), "{error}");
    }
}
