//! Hours of the week in which a price holds, in UTC.

use jiff::civil::DateTime;
use std::fmt;

/// Minutes of a day.
const DAY: u16 = 24 * 60;

/// Part of a day on some days of the week.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Window {
    /// Bit 0 is Monday.
    days: u8,
    /// First minute of the day.
    from: u16,
    /// First minute after it; at most [`DAY`].
    to: u16,
}

/// When a price holds. Empty: at any hour.
///
/// Written as `12345@00:00-01:00,10:00-24:00;67@00:00-24:00`; 1 is Monday, and no window passes midnight.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Default)]
pub struct Hours(Vec<Window>);

impl Hours {
    /// Reads the written form; empty text is "at any hour".
    ///
    /// # Errors
    /// One clause that says what does not fit.
    pub fn parse(text: &str) -> Result<Self, &'static str> {
        let mut windows = Vec::new();
        if text.is_empty() {
            return Ok(Self(windows));
        }
        for group in text.split(';') {
            let (days, spans) = group
                .split_once('@')
                .ok_or("hours are written like 12345@01:00-04:00")?;
            let mut mask = 0_u8;
            for day in days.bytes() {
                if !(b'1'..=b'7').contains(&day) {
                    return Err("days of the week are digits from 1 (Monday) to 7 (Sunday)");
                }
                mask |= 1 << (day - b'1');
            }
            if mask == 0 {
                return Err("hours need at least one day of the week");
            }
            for span in spans.split(',') {
                let (from, to) = span
                    .split_once('-')
                    .and_then(|(from, to)| Some((minute(from)?, minute(to)?)))
                    .ok_or("an hour is written like 01:00-04:00, up to 24:00")?;
                if from >= to {
                    return Err("hours end after they begin; split them at midnight");
                }
                windows.push(Window {
                    days: mask,
                    from,
                    to,
                });
            }
        }
        windows.sort_unstable();
        let hours = Self(windows);
        for (at, window) in hours.0.iter().enumerate() {
            if hours.0[at + 1..].iter().any(|other| window.meets(other)) {
                return Err("hours must not overlap");
            }
        }
        Ok(hours)
    }

    /// Returns whether this is "at any hour".
    pub fn is_always(&self) -> bool {
        self.0.is_empty()
    }

    /// Returns whether a moment, as a UTC date and time, is within the hours.
    pub fn contain(&self, moment: DateTime) -> bool {
        let day = 1_u8 << moment.weekday().to_monday_zero_offset().clamp(0, 6);
        let minute = u16::try_from(i32::from(moment.hour()) * 60 + i32::from(moment.minute()));
        self.is_always()
            || minute.is_ok_and(|minute| {
                self.0.iter().any(|window| {
                    window.days & day != 0 && (window.from..window.to).contains(&minute)
                })
            })
    }

    /// Returns whether some moment is within both.
    pub fn overlap(&self, other: &Self) -> bool {
        self.is_always()
            || other.is_always()
            || self
                .0
                .iter()
                .any(|window| other.0.iter().any(|theirs| window.meets(theirs)))
    }
}

impl Window {
    fn meets(&self, other: &Self) -> bool {
        self.days & other.days != 0 && self.from < other.to && other.from < self.to
    }
}

/// Reads `HH:MM`, up to 24:00.
fn minute(text: &str) -> Option<u16> {
    let (hour, minute) = text.split_once(':')?;
    let number = |text: &str| -> Option<u16> {
        (text.len() == 2 && text.bytes().all(|byte| byte.is_ascii_digit()))
            .then(|| text.parse().ok())
            .flatten()
    };
    let (hour, minute) = (number(hour)?, number(minute)?);
    let total = hour * 60 + minute;
    (minute < 60 && total <= DAY).then_some(total)
}

impl fmt::Display for Hours {
    /// The written form.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (at, window) in self.0.iter().enumerate() {
            let same = at > 0 && self.0[at - 1].days == window.days;
            if same {
                f.write_str(",")?;
            } else {
                f.write_str(if at > 0 { ";" } else { "" })?;
                for day in (0..7_u8).filter(|day| window.days & (1 << day) != 0) {
                    write!(f, "{}", day + 1)?;
                }
                f.write_str("@")?;
            }
            let (from, to) = (window.from, window.to);
            write!(
                f,
                "{:02}:{:02}-{:02}:{:02}",
                from / 60,
                from % 60,
                to / 60,
                to % 60
            )?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;
    use proptest::prelude::*;

    const OFF_PEAK: &str = "12345@00:00-01:00,04:00-06:00,10:00-24:00;67@00:00-24:00";

    #[test]
    fn a_weekend_is_off_peak_all_day_and_a_weekday_in_its_hours() {
        let hours = Hours::parse(OFF_PEAK).unwrap();
        let friday = date(2026, 11, 20);
        assert!(hours.contain(friday.at(0, 59, 59, 0)));
        assert!(!hours.contain(friday.at(1, 0, 0, 0)));
        assert!(!hours.contain(friday.at(9, 59, 59, 0)));
        assert!(hours.contain(friday.at(23, 59, 59, 0)));
        assert!(hours.contain(date(2026, 11, 21).at(2, 0, 0, 0)));
    }

    #[test]
    fn hours_that_cannot_be_are_refused_with_their_fix() {
        for (text, fix) in [
            ("1@05:00-04:00", "split them at midnight"),
            ("8@01:00-02:00", "1 (Monday)"),
            ("@01:00-02:00", "at least one day"),
            ("1@01:00-25:00", "up to 24:00"),
            ("1@01:60-02:00", "up to 24:00"),
            ("1@01:00-03:00;1@02:00-04:00", "must not overlap"),
            ("01:00-02:00", "12345@"),
        ] {
            assert!(Hours::parse(text).unwrap_err().contains(fix), "{text}");
        }
    }

    proptest! {
        #[test]
        fn any_text_is_read_or_refused(text in ".{0,40}") {
            let _ = Hours::parse(&text);
        }

        #[test]
        fn the_written_form_reads_back(days in "[1-7]{1,7}", from in 0_u16..1439, length in 1_u16..600) {
            let to = (from + length).min(DAY);
            let text = format!("{days}@{:02}:{:02}-{:02}:{:02}", from / 60, from % 60, to / 60, to % 60);
            let hours = Hours::parse(&text).unwrap();
            prop_assert_eq!(Hours::parse(&hours.to_string()), Ok(hours));
        }
    }

    #[test]
    fn written_form_is_kept() {
        assert_eq!(Hours::parse(OFF_PEAK).unwrap().to_string(), OFF_PEAK);
    }
}
