//! From a range's name to the ends of its bars, in the days of the user's zone.

use crate::api::types::{ApiError, ErrorCode, SpendRange, SpendUnit};
use jiff::civil::{Date, Time};
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp, ToSpan};
use switchboard_store::SPEND_SLOT_MS;

/// Longest range whose bars are hours.
const HOURS: SignedDuration = SignedDuration::from_hours(48);
/// Longest range, in days.
const DAYS: i64 = 400;

/// A stretch of time cut into bars.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Cut {
    /// Ends of the bars in milliseconds since 1970, whole slots; two at least.
    pub(super) edges: Vec<i64>,
    pub(super) unit: SpendUnit,
    /// One a bar.
    pub(super) labels: Vec<String>,
    /// Whether the bar is only a part of its hour or day, one a bar.
    pub(super) partial: Vec<bool>,
}

/// A range as it is reported.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Span {
    pub(super) cut: Cut,
    /// The stretch of the same length before, in milliseconds since 1970.
    pub(super) previous: (i64, i64),
    /// For example `previous 7 days`.
    pub(super) previous_label: String,
}

impl Span {
    /// Resolves a range at a moment.
    ///
    /// # Errors
    /// `InvalidParams` naming `range.from` or `range.to`.
    pub(super) fn of(
        range: &SpendRange,
        now: Timestamp,
        zone: &TimeZone,
    ) -> Result<Self, ApiError> {
        let today = zone.to_datetime(now).date();
        let until = slot_end(now);
        let days_back = |days: i64| start_of(before(today, days), zone);
        let (from, to, previous_label) = match range {
            SpendRange::Today => (
                start_of(today, zone),
                until,
                "yesterday until now".to_owned(),
            ),
            SpendRange::Last24h => {
                let hour = hour_start(now, zone);
                let from = hour.saturating_sub(SignedDuration::from_hours(23));
                (from.unwrap_or(hour), until, "previous 24 hours".to_owned())
            }
            SpendRange::Last7d => (days_back(6), until, "previous 7 days".to_owned()),
            SpendRange::Last30d => (days_back(29), until, "previous 30 days".to_owned()),
            SpendRange::MonthToDate => {
                let first = today.first_of_month();
                (
                    start_of(first, zone),
                    until,
                    "last month until now".to_owned(),
                )
            }
            SpendRange::Custom { from, to } => {
                let from = moment("range.from", from, zone, 0)?;
                let to = moment("range.to", to, zone, 1)?;
                let hours = to.duration_since(from).as_hours();
                let days = hours / 24;
                if days > DAYS {
                    let text = format!("a range is at most {DAYS} days long");
                    return Err(wrong("range.to", text));
                }
                let label = match days {
                    // A day has 23 hours or 25 where clocks change.
                    0 | 1 if (23..=25).contains(&hours) => "previous day".to_owned(),
                    0 | 1 => "the stretch of the same length before".to_owned(),
                    days => format!("previous {days} days"),
                };
                (from, to, label)
            }
        };
        if to <= from {
            return Err(wrong("range.to", "it ends before it begins".to_owned()));
        }
        let previous = match range {
            // The same part of the day or month before, not of the same number of hours.
            SpendRange::Today => shifted(from, to, zone, 1.day()),
            SpendRange::MonthToDate => shifted(from, to, zone, 1.month()),
            SpendRange::Last7d => shifted(from, to, zone, 7.days()),
            SpendRange::Last30d => shifted(from, to, zone, 30.days()),
            SpendRange::Last24h | SpendRange::Custom { .. } => {
                let length = to.duration_since(from);
                (from.saturating_sub(length).unwrap_or(from), from)
            }
        };
        Ok(Self {
            cut: Cut::new(from, to, now, zone),
            previous: (slot_start(previous.0), slot_start(previous.1)),
            previous_label,
        })
    }
}

impl Cut {
    /// Cuts a stretch into hours if it is at most 48 hours long, else into days.
    pub(super) fn new(from: Timestamp, to: Timestamp, now: Timestamp, zone: &TimeZone) -> Self {
        if to.duration_since(from) <= HOURS {
            Self::hours(from, to, now, zone)
        } else {
            Self::days(from, to, now, zone)
        }
    }

    /// Cuts a stretch into days of the zone: one may have 23 or 25 hours.
    pub(super) fn days(from: Timestamp, to: Timestamp, now: Timestamp, zone: &TimeZone) -> Self {
        let mut cut = Self::empty(SpendUnit::Day, from);
        let mut day = zone.to_datetime(from).date();
        let mut begins = start_of(day, zone);
        while begins < to {
            let next = before(day, -1);
            let ends = start_of(next, zone);
            let label = format!("{}", day.strftime("%-d %b"));
            cut.add(begins, ends, from, to, now, label);
            (day, begins) = (next, ends);
        }
        cut
    }

    fn hours(from: Timestamp, to: Timestamp, now: Timestamp, zone: &TimeZone) -> Self {
        let mut cut = Self::empty(SpendUnit::Hour, from);
        let mut begins = hour_start(from, zone);
        while begins < to {
            let ends = begins
                .saturating_add(SignedDuration::from_hours(1))
                .unwrap_or(Timestamp::MAX);
            let local = zone.to_datetime(begins);
            let mut label = format!("{}", local.strftime("%H:%M"));
            if cut.labels.last() == Some(&label) {
                // The hour that a clock change repeats.
                label = format!("{label}{}", offset(begins, zone));
            }
            cut.add(begins, ends, from, to, now, label);
            begins = ends;
        }
        cut
    }

    fn empty(unit: SpendUnit, from: Timestamp) -> Self {
        Self {
            edges: vec![slot_start(from)],
            unit,
            labels: Vec::new(),
            partial: Vec::new(),
        }
    }

    fn add(
        &mut self,
        begins: Timestamp,
        ends: Timestamp,
        from: Timestamp,
        to: Timestamp,
        now: Timestamp,
        label: String,
    ) {
        let edge = slot_start(ends.min(to));
        if self.edges.last().is_some_and(|last| edge <= *last) {
            return;
        }
        self.edges.push(edge);
        self.labels.push(label);
        self.partial.push(begins < from || ends > to || ends > now);
    }

    /// Returns the first and the last edge.
    pub(super) fn ends(&self) -> (i64, i64) {
        let first = self.edges.first().copied().unwrap_or_default();
        (first, self.edges.last().copied().unwrap_or(first))
    }

    /// Returns the edges as slots.
    pub(super) fn slots(&self) -> Vec<i64> {
        self.edges.iter().map(|edge| edge / SPEND_SLOT_MS).collect()
    }
}

/// Returns the first moment of a day.
pub(super) fn start_of(day: Date, zone: &TimeZone) -> Timestamp {
    zone.to_timestamp(day.to_datetime(Time::midnight()))
        .unwrap_or(Timestamp::MAX)
}

/// Returns the day so many days before; negative: after.
pub(super) fn before(day: Date, days: i64) -> Date {
    day.saturating_sub(days.days())
}

/// Returns the end of the quarter of an hour that a moment is in.
pub(super) fn slot_end(now: Timestamp) -> Timestamp {
    let ms = (now.as_millisecond().div_euclid(SPEND_SLOT_MS) + 1) * SPEND_SLOT_MS;
    Timestamp::from_millisecond(ms).unwrap_or(now)
}

/// Returns the start of the quarter of an hour that a moment is in, in milliseconds since 1970.
pub(super) fn slot_start(moment: Timestamp) -> i64 {
    moment.as_millisecond().div_euclid(SPEND_SLOT_MS) * SPEND_SLOT_MS
}

/// Returns the start of the zone's hour that a moment is in.
fn hour_start(moment: Timestamp, zone: &TimeZone) -> Timestamp {
    let local = zone.to_datetime(moment);
    let into = SignedDuration::from_mins(i64::from(local.minute()))
        + SignedDuration::from_secs(i64::from(local.second()))
        + SignedDuration::from_nanos(i64::from(local.subsec_nanosecond()));
    moment.saturating_sub(into).unwrap_or(moment)
}

/// Returns a zone's offset at a moment, as `+01:00`.
fn offset(moment: Timestamp, zone: &TimeZone) -> String {
    let seconds = zone.to_offset(moment).seconds();
    let sign = if seconds < 0 { '-' } else { '+' };
    let minutes = seconds.unsigned_abs() / 60;
    format!("{sign}{:02}:{:02}", minutes / 60, minutes % 60)
}

/// Moves a stretch back by days or months of the zone's calendar.
fn shifted(
    from: Timestamp,
    to: Timestamp,
    zone: &TimeZone,
    by: jiff::Span,
) -> (Timestamp, Timestamp) {
    let back = |moment: Timestamp| {
        let local = zone.to_datetime(moment).saturating_sub(by);
        zone.to_timestamp(local).unwrap_or(moment)
    };
    let start = back(from);
    // The 31st of a shorter month, or an hour that is not there: the stretch before ends where this one begins.
    (start, back(to).max(start).min(from))
}

/// Reads a date or a moment; a date stands for its first moment, or `days` later.
fn moment(field: &str, text: &str, zone: &TimeZone, days: i64) -> Result<Timestamp, ApiError> {
    let text = text.trim();
    if let Ok(moment) = text.parse::<Timestamp>() {
        let slot = slot_start(moment);
        return Ok(Timestamp::from_millisecond(slot).unwrap_or(moment));
    }
    match text.parse::<Date>() {
        Ok(day) => Ok(start_of(before(day, -days), zone)),
        Err(_) => Err(wrong(field, "it is no date and no time".to_owned())),
    }
}

fn wrong(field: &str, message: String) -> ApiError {
    ApiError {
        code: ErrorCode::InvalidParams,
        message,
        hint: Some("write for example 2026-11-01".to_owned()),
        field: Some(field.to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn zone(name: &str) -> TimeZone {
        TimeZone::get(name).unwrap()
    }

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    fn hours(cut: &Cut) -> Vec<i64> {
        let lengths = cut.edges.windows(2).map(|edges| edges[1] - edges[0]);
        lengths.map(|ms| ms / 3_600_000).collect()
    }

    #[test]
    fn seven_days_are_today_and_the_six_before_in_the_users_zone() {
        let now = at("2026-11-25T22:40:00Z");
        let span = Span::of(&SpendRange::Last7d, now, &zone("Europe/Berlin")).unwrap();
        assert_eq!(span.cut.labels.first().unwrap(), "19 Nov");
        assert_eq!(span.cut.labels.last().unwrap(), "25 Nov");
        assert_eq!(
            span.cut.partial,
            [false, false, false, false, false, false, true]
        );
        assert_eq!(
            span.cut.ends().1,
            at("2026-11-25T22:45:00Z").as_millisecond()
        );
        // An hour later it is the 26th in Berlin.
        let later = Span::of(
            &SpendRange::Last7d,
            at("2026-11-25T23:10:00Z"),
            &zone("Europe/Berlin"),
        );
        assert_eq!(later.unwrap().cut.labels.last().unwrap(), "26 Nov");
    }

    #[test]
    fn days_on_which_clocks_change_have_23_and_25_hours() {
        let berlin = zone("Europe/Berlin");
        let custom = |from: &str, to: &str| SpendRange::Custom {
            from: from.into(),
            to: to.into(),
        };
        let now = at("2026-12-01T12:00:00Z");
        let spring = Span::of(&custom("2026-03-28", "2026-03-30"), now, &berlin).unwrap();
        assert_eq!(hours(&spring.cut), [24, 23, 24]);
        let autumn = Span::of(&custom("2026-10-24", "2026-10-26"), now, &berlin).unwrap();
        assert_eq!(hours(&autumn.cut), [24, 25, 24]);
        let day = Span::of(&custom("2026-10-25", "2026-10-25"), now, &berlin).unwrap();
        assert_eq!(day.cut.labels.len(), 25);
        assert_eq!(&day.cut.labels[2..4], ["02:00", "02:00+01:00"]);
    }

    #[test]
    fn zones_with_quarters_of_an_hour_cut_whole_slots() {
        for name in ["Asia/Kathmandu", "Australia/Lord_Howe", "America/St_Johns"] {
            let span = Span::of(
                &SpendRange::Last30d,
                at("2026-11-25T22:40:00Z"),
                &zone(name),
            )
            .unwrap();
            assert_eq!(span.cut.labels.len(), 30, "{name}");
            assert!(
                span.cut.edges.iter().all(|edge| edge % SPEND_SLOT_MS == 0),
                "{name}"
            );
        }
    }

    #[test]
    fn the_month_before_ends_at_the_same_day_and_hour_or_at_its_end() {
        let utc = TimeZone::UTC;
        let span = Span::of(&SpendRange::MonthToDate, at("2026-03-31T10:00:00Z"), &utc).unwrap();
        let (from, to) = span.previous;
        assert_eq!(from, at("2026-02-01T00:00:00Z").as_millisecond());
        assert!(to <= at("2026-03-01T00:00:00Z").as_millisecond());
        let span = Span::of(&SpendRange::MonthToDate, at("2026-11-10T10:00:00Z"), &utc).unwrap();
        assert_eq!(span.previous.1, at("2026-10-10T10:15:00Z").as_millisecond());
    }

    #[test]
    fn one_day_is_compared_with_the_day_before_also_where_clocks_change() {
        let label = |from: &str, to: &str| {
            let range = SpendRange::Custom {
                from: from.into(),
                to: to.into(),
            };
            let now = at("2026-11-25T22:40:00Z");
            let span = Span::of(&range, now, &zone("Europe/Berlin")).unwrap();
            span.previous_label
        };
        assert_eq!(label("2026-11-03", "2026-11-03"), "previous day");
        assert_eq!(label("2026-03-29", "2026-03-29"), "previous day");
        assert_eq!(label("2026-10-25", "2026-10-25"), "previous day");
        assert_eq!(label("2026-11-03", "2026-11-04"), "previous 2 days");
        assert!(label("2026-11-03T10:00:00Z", "2026-11-03T12:00:00Z").contains("same length"));
    }

    #[test]
    fn what_is_wrong_with_a_range_names_its_field() {
        let wrong = |from: &str, to: &str| {
            let range = SpendRange::Custom {
                from: from.into(),
                to: to.into(),
            };
            let now = at("2026-11-25T22:40:00Z");
            let error = Span::of(&range, now, &TimeZone::UTC).unwrap_err();
            error.field.unwrap()
        };
        assert_eq!(wrong("soon", "2026-11-01"), "range.from");
        assert_eq!(wrong("2026-11-01", "31.11."), "range.to");
        assert_eq!(wrong("2026-11-03", "2026-11-01"), "range.to");
        assert_eq!(wrong("2020-01-01", "2026-11-01"), "range.to");
    }
}
