//! How a year's calls lie over its hours: growth, weekdays, working hours, holidays, good and bad days.

use crate::random::Random;
use jiff::Timestamp;
use jiff::civil::Weekday;
use jiff::tz::TimeZone;

pub(crate) const HOUR_MS: i64 = 3_600_000;
pub(crate) const HOURS: usize = 365 * 24;

/// Milliseconds of a slot of sums.
const SLOT_MS: i64 = switchboard_store::SPEND_SLOT_MS;

/// Share of a working day's busiest hour, by hour of the day in UTC: people in Europe, some in America.
const BY_HOUR: [f64; 24] = [
    0.08, 0.10, 0.30, 0.22, 0.06, 0.10, 0.35, 0.70, 0.95, 1.00, 0.95, 0.70, 0.80, 1.00, 0.95, 0.85,
    0.65, 0.45, 0.35, 0.30, 0.25, 0.20, 0.14, 0.10,
];

/// Returns the whole days of this machine's zone in the year before `until`, as slots from `.0` to before `.1`.
pub(crate) fn days(until: Timestamp) -> Vec<(i64, i64)> {
    let zone = TimeZone::system();
    let today = zone.to_datetime(until).date();
    let start = |ago: i64| {
        let day = today.saturating_sub(jiff::ToSpan::days(ago));
        let midnight = zone.to_timestamp(day.to_datetime(jiff::civil::Time::midnight()));
        midnight.map(|at| at.as_millisecond().div_euclid(SLOT_MS))
    };
    (0..=366)
        .filter_map(|ago| Some((start(ago + 1).ok()?, start(ago).ok()?)))
        .collect()
}

/// Returns how many of `calls` begin in each of the [`HOURS`] from `start_ms` on. They sum up to `calls`.
pub(crate) fn calls_by_hour(calls: u64, start_ms: i64, random: &mut Random) -> Vec<u64> {
    let mut day = 1.0;
    let weights: Vec<f64> = (0..HOURS)
        .map(|hour| {
            if hour % 24 == 0 {
                day = random.around(1.0, 0.18);
            }
            let through = hour as f64 / HOURS as f64;
            // From a fifth of today's traffic, first slowly.
            let growth = 0.2 + 0.8 * through.powf(1.4);
            growth * day * at(start_ms + hour as i64 * HOUR_MS) * random.around(1.0, 0.12)
        })
        .collect();
    let all: f64 = weights.iter().sum();
    let (mut so_far, mut given) = (0.0, 0);
    let mut counts: Vec<u64> = weights
        .iter()
        .map(|weight| {
            so_far += weight;
            let until = ((so_far / all * calls as f64).round() as u64).min(calls);
            let count = until - given;
            given = until;
            count
        })
        .collect();
    if let Some(last) = counts.last_mut() {
        *last += calls - given;
    }
    counts
}

/// Returns how busy an hour is by the calendar alone.
fn at(ms: i64) -> f64 {
    let time = TimeZone::UTC.to_datetime(Timestamp::from_millisecond(ms).unwrap_or_default());
    let weekday = match time.weekday() {
        Weekday::Saturday => 0.14,
        Weekday::Sunday => 0.10,
        Weekday::Friday => 0.82,
        Weekday::Monday | Weekday::Tuesday | Weekday::Wednesday | Weekday::Thursday => 1.0,
    };
    let season = match (time.month(), time.day()) {
        (12, 23..) | (1, 1..=2) => 0.25,
        (8, _) => 0.8,
        _ => 1.0,
    };
    let hour = usize::try_from(time.hour()).unwrap_or(0);
    weekday * season * BY_HOUR.get(hour).copied().unwrap_or(0.1)
}

/// Hours in which a provider was down.
#[derive(Debug, Clone)]
pub(crate) struct Incident {
    pub(crate) provider: &'static str,
    pub(crate) from_ms: i64,
    pub(crate) to_ms: i64,
}

/// Returns a year's incidents: about one a month, most short.
pub(crate) fn incidents(
    start_ms: i64,
    providers: &[&'static str],
    random: &mut Random,
) -> Vec<Incident> {
    (0..12)
        .filter_map(|month| {
            let hours = HOURS as u64 / 12;
            let at = month * hours + random.below(hours);
            let from_ms = start_ms + i64::try_from(at).unwrap_or(0) * HOUR_MS;
            let long = random.around(1.2, 0.7).min(8.0);
            Some(Incident {
                provider: random.one(providers)?,
                from_ms,
                to_ms: from_ms + (long * HOUR_MS as f64) as i64,
            })
        })
        .collect()
}
