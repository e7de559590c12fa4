//! The windows of time over which spending is counted, and when they end.
//!
//! Days, weeks and months are those of a zone's calendar: a day may have 23 or 25 hours. The hour slides. The
//! moment a window ends comes from [`Period::span`] alone, whether it is shown or acted on. There is no clock
//! here.

use jiff::civil::{Date, Weekday};
use jiff::tz::TimeZone;
use jiff::{Span, Timestamp};
use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// Length of the sliding hour.
pub const HOUR_MS: i64 = 3_600_000;

/// Over which time a budget counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum Period {
    /// The last 60 minutes at any moment.
    Hour,
    Day,
    Week,
    Month,
    /// One call, all its attempts together.
    Call,
}

/// Whose days and weeks are meant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Calendar {
    pub zone: TimeZone,
    /// First day of a week.
    pub week_start: Weekday,
}

impl Default for Calendar {
    fn default() -> Self {
        Self {
            zone: TimeZone::UTC,
            week_start: Weekday::Monday,
        }
    }
}

/// A half-open stretch of time: `start` is in it, `end` is not. Milliseconds since 1970.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Window {
    pub start: i64,
    pub end: i64,
}

impl Window {
    /// Returns whether a moment is in it.
    pub fn contains(&self, at: i64) -> bool {
        (self.start..self.end).contains(&at)
    }
}

impl Period {
    /// Returns the name used in the configuration.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Hour => "hour",
            Self::Day => "day",
            Self::Week => "week",
            Self::Month => "month",
            Self::Call => "call",
        }
    }

    /// Returns the calendar window that `now` (milliseconds since 1970) is in; `None` for the sliding hour and
    /// for a call, which no calendar ends.
    pub fn window(self, calendar: &Calendar, now: i64) -> Option<Window> {
        let moment = Timestamp::from_millisecond(now).ok()?;
        let day = calendar.zone.to_datetime(moment).date();
        let (first, next) = match self {
            Self::Hour | Self::Call => return None,
            Self::Day => (day, after(day, Span::new().days(1))),
            Self::Week => {
                let since = i64::from(calendar.week_start.until(day.weekday()));
                let first = after(day, Span::new().days(-since));
                (first, after(first, Span::new().days(7)))
            }
            Self::Month => {
                let first = day.first_of_month();
                (first, after(first, Span::new().months(1)))
            }
        };
        Some(Window {
            start: midnight(first, &calendar.zone),
            end: midnight(next, &calendar.zone),
        })
    }
}

/// Returns how long it is until `end`, in two units at most: `2 d 4 h`, `4 h 12 min`, `12 min`, `40 s`.
pub fn remaining(now: i64, end: i64) -> String {
    // A started second counts: at nothing it has ended.
    let seconds = end.saturating_sub(now).max(0).saturating_add(999) / 1000;
    let (days, hours) = (seconds / 86_400, seconds / 3600 % 24);
    let (minutes, seconds) = (seconds / 60 % 60, seconds % 60);
    let two = |one: i64, unit: &str, other: i64, small: &str| match other {
        0 => format!("{one} {unit}"),
        _ => format!("{one} {unit} {other} {small}"),
    };
    match (days, hours, minutes) {
        (0, 0, 0) => format!("{seconds} s"),
        (0, 0, _) => format!("{minutes} min"),
        (0, _, _) => two(hours, "h", minutes, "min"),
        _ => two(days, "d", hours, "h"),
    }
}

/// Returns when a window ends, in words: `Mon 00:00 (Europe/Berlin), in 2 d 4 h`; within a day the clock's time
/// will do.
pub fn resets_text(period: Period, calendar: &Calendar, now: i64, end: i64) -> String {
    let left = remaining(now, end);
    let Ok(moment) = Timestamp::from_millisecond(end) else {
        return format!("in {left}");
    };
    let local = calendar.zone.to_datetime(moment);
    let zone = calendar.zone.iana_name().unwrap_or("local time");
    let form = match period {
        Period::Hour | Period::Call => "%H:%M",
        Period::Day | Period::Week => "%a %H:%M",
        Period::Month => "%-d %b %H:%M",
    };
    format!("{} ({zone}), in {left}", local.strftime(form))
}

fn after(day: Date, span: Span) -> Date {
    day.saturating_add(span)
}

/// Returns the first moment of a day in a zone: not always midnight, where a clock change leaves that out.
fn midnight(day: Date, zone: &TimeZone) -> i64 {
    zone.to_timestamp(day.at(0, 0, 0, 0))
        .unwrap_or(Timestamp::MAX)
        .as_millisecond()
}

#[cfg(test)]
#[path = "period_tests.rs"]
mod tests;
