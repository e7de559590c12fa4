use super::*;
use proptest::prelude::*;

const ZONES: [&str; 9] = [
    "UTC",
    "Europe/Berlin",
    "America/New_York",
    "America/Sao_Paulo",
    "America/Havana",
    "Australia/Lord_Howe",
    "Asia/Kathmandu",
    "Pacific/Apia",
    "Africa/Cairo",
];

fn calendar(zone: &str) -> Calendar {
    Calendar {
        zone: TimeZone::get(zone).unwrap(),
        week_start: Weekday::Monday,
    }
}

fn at(text: &str) -> i64 {
    text.parse::<Timestamp>().unwrap().as_millisecond()
}

fn window(period: Period, zone: &str, now: &str) -> (String, String) {
    let window = period.window(&calendar(zone), at(now)).unwrap();
    let text = |ms| Timestamp::from_millisecond(ms).unwrap().to_string();
    (text(window.start), text(window.end))
}

#[test]
fn a_day_of_a_clock_change_has_23_or_25_hours() {
    let hours = |now: &str| {
        let window = Period::Day
            .window(&calendar("Europe/Berlin"), at(now))
            .unwrap();
        (window.end - window.start) / HOUR_MS
    };
    assert_eq!(hours("2026-03-29T12:00:00Z"), 23);
    assert_eq!(hours("2026-10-25T12:00:00Z"), 25);
    assert_eq!(hours("2026-11-25T12:00:00Z"), 24);
}

#[test]
fn months_end_where_the_calendar_has_their_end() {
    assert_eq!(
        window(Period::Month, "Europe/Berlin", "2028-02-29T22:59:59Z"),
        ("2028-01-31T23:00:00Z".into(), "2028-02-29T23:00:00Z".into())
    );
    assert_eq!(
        window(Period::Month, "Europe/Berlin", "2026-10-31T23:30:00Z"),
        ("2026-10-31T23:00:00Z".into(), "2026-11-30T23:00:00Z".into())
    );
}

#[test]
fn a_week_begins_on_the_day_that_was_chosen() {
    let mut calendar = calendar("UTC");
    // A Wednesday.
    let now = at("2026-11-25T10:00:00Z");
    let start = |calendar: &Calendar| Period::Week.window(calendar, now).unwrap().start;
    assert_eq!(start(&calendar), at("2026-11-23T00:00:00Z"));
    calendar.week_start = Weekday::Sunday;
    assert_eq!(start(&calendar), at("2026-11-22T00:00:00Z"));
    calendar.week_start = Weekday::Wednesday;
    assert_eq!(start(&calendar), at("2026-11-25T00:00:00Z"));
    calendar.week_start = Weekday::Thursday;
    assert_eq!(start(&calendar), at("2026-11-19T00:00:00Z"));
}

#[test]
fn a_day_without_midnight_begins_with_its_first_moment() {
    // Sao Paulo left out 00:00 to 01:00 of this day.
    assert_eq!(
        window(Period::Day, "America/Sao_Paulo", "2018-11-04T12:00:00Z"),
        ("2018-11-04T03:00:00Z".into(), "2018-11-05T02:00:00Z".into())
    );
}

#[test]
fn the_time_left_is_told_in_two_units_at_most() {
    let left = |ms| remaining(0, ms);
    assert_eq!(left(2 * 86_400_000 + 4 * HOUR_MS + 59_000), "2 d 4 h");
    assert_eq!(left(86_400_000), "1 d");
    assert_eq!(left(4 * HOUR_MS + 12 * 60_000), "4 h 12 min");
    assert_eq!(left(3 * HOUR_MS), "3 h");
    assert_eq!(left(61_000), "1 min");
    assert_eq!(left(1), "1 s");
    assert_eq!(left(0), "0 s");
    assert_eq!(left(-5), "0 s");
}

#[test]
fn a_reset_is_told_by_day_and_hour_of_its_zone() {
    let calendar = calendar("Europe/Berlin");
    let now = at("2026-11-28T19:00:00Z");
    let text = |period: Period| {
        let end = period.window(&calendar, now).unwrap().end;
        resets_text(period, &calendar, now, end)
    };
    assert_eq!(text(Period::Week), "Mon 00:00 (Europe/Berlin), in 1 d 4 h");
    assert_eq!(
        text(Period::Month),
        "1 Dec 00:00 (Europe/Berlin), in 2 d 4 h"
    );
}

proptest! {
    #[test]
    fn every_moment_is_in_one_window_and_windows_follow_each_other(
        now in 1_262_304_000_000i64..2_208_988_800_000,
        zone in 0usize..ZONES.len(),
        week_start in 1i8..=7,
        period in prop::sample::select(vec![Period::Day, Period::Week, Period::Month]),
    ) {
        let calendar = Calendar {
            zone: TimeZone::get(ZONES[zone]).unwrap(),
            week_start: Weekday::from_monday_one_offset(week_start).unwrap(),
        };
        let window = period.window(&calendar, now).unwrap();
        prop_assert!(window.contains(now), "{window:?} {now}");
        let last = period.window(&calendar, window.end - 1).unwrap();
        prop_assert_eq!(last, window);
        let next = period.window(&calendar, window.end).unwrap();
        prop_assert_eq!(next.start, window.end);
        let first = period.window(&calendar, window.start).unwrap();
        prop_assert_eq!(first, window);
    }

    #[test]
    fn no_moment_is_too_far_away(now: i64) {
        for period in [Period::Day, Period::Week, Period::Month] {
            let _ = period.window(&Calendar::default(), now);
        }
        let _ = remaining(now, i64::MAX);
        let _ = remaining(i64::MIN, now);
    }
}
