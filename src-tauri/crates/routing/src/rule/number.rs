//! Numbers of rules: decimal, exact, with six places.

use super::field::FieldKind;

/// A number that is never negative, in millionths.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Number(pub(super) u64);

/// One, in the unit of [`Number`].
const ONE: u64 = 1_000_000;

/// The largest number, 10^12.
pub(super) const MOST: u64 = ONE * ONE * ONE;

impl Number {
    pub(super) const fn whole(value: u64) -> Self {
        Self(value.saturating_mul(ONE))
    }

    pub(super) fn is_whole(self) -> bool {
        self.0.is_multiple_of(ONE)
    }

    pub(super) fn value(self) -> f64 {
        self.0 as f64 / ONE as f64
    }

    /// Returns it as written in a rule for a field of this kind.
    pub(super) fn written(self, kind: FieldKind) -> String {
        match kind {
            FieldKind::Share => format!("{}%", self.percent()),
            FieldKind::Clock => clock(self.0 / ONE),
            _ if self.0 / ONE >= 10_000 => grouped(&self.decimal(), '_'),
            _ => self.decimal(),
        }
    }

    /// Returns it as read by people.
    pub(super) fn words(self, kind: FieldKind) -> String {
        match kind {
            FieldKind::Share => format!("{}%", self.percent()),
            FieldKind::Clock => clock(self.0 / ONE),
            _ => grouped(&self.decimal(), ','),
        }
    }

    fn percent(self) -> String {
        // A hundred times as much; six places less two.
        places(self.0 / (ONE / 100), self.0 % (ONE / 100), 4)
    }

    fn decimal(self) -> String {
        places(self.0 / ONE, self.0 % ONE, 6)
    }
}

fn places(whole: u64, part: u64, digits: usize) -> String {
    if part == 0 {
        return whole.to_string();
    }
    let part = format!("{part:0digits$}");
    format!("{whole}.{}", part.trim_end_matches('0'))
}

/// Returns minutes of the day as `08:30`.
pub(super) fn clock(minutes: u64) -> String {
    format!("{:02}:{:02}", minutes / 60, minutes % 60)
}

/// Puts a mark between groups of three digits before the point.
pub(super) fn grouped(decimal: &str, mark: char) -> String {
    let whole = decimal.find('.').unwrap_or(decimal.len());
    let mut text = String::with_capacity(decimal.len() + 4);
    for (at, digit) in decimal.char_indices() {
        if at > 0 && at < whole && (whole - at).is_multiple_of(3) {
            text.push(mark);
        }
        text.push(digit);
    }
    text
}
