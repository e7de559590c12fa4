//! Days that are over, summed by every label before anybody looks at them.
//!
//! A program that stays open sums them by itself; one that makes a single report sums what it met, for the next.

use super::range::{Cut, before, start_of};
use crate::{App, Caller, Inner};
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use std::sync::Weak;
use std::time::Duration;
use switchboard_store::{SPEND_SLOT_MS, Store};
use tokio_util::task::TaskTracker;

/// Days back that are summed: the longest range.
const DAYS: i64 = 400;
/// Calls that began on a day may end after it. A late one takes the seal away again, at no loss but the work.
const LATE: SignedDuration = SignedDuration::from_hours(1);
/// A launch has better things to do first.
const AT_FIRST: Duration = Duration::from_secs(5);
/// How often it is looked for days that have ended or lost their seal.
const OFTEN: Duration = Duration::from_secs(15 * 60);
/// How long a program that ends goes on summing.
const AT_LAST: Duration = Duration::from_secs(1);

/// Work of summing that is under way.
#[derive(Debug, Clone, Default)]
pub(crate) struct Ahead(TaskTracker);

impl Ahead {
    /// Sums whole days, slots from `.0` to before `.1`, in a task of its own.
    pub(super) fn seal(&self, store: Store, days: Vec<(i64, i64)>) {
        if !days.is_empty() {
            self.0.spawn(async move { seal(&store, days).await });
        }
    }

    /// Waits a moment for what is under way. What is cut off is summed another time.
    pub(crate) async fn finish(&self) {
        self.0.close();
        // Over time is as good as done.
        let _ = tokio::time::timeout(AT_LAST, self.0.wait()).await;
    }
}

/// Sums ended days for as long as the application is open. Nothing is done in programs that only make a report.
pub(crate) async fn work(app: Weak<Inner>) {
    let mut wait = AT_FIRST;
    loop {
        tokio::time::sleep(wait).await;
        wait = OFTEN;
        let Some(inner) = app.upgrade() else { return };
        let app = App { inner };
        if app.caller() == Caller::Cli {
            return;
        }
        let days = ended(Timestamp::now(), &super::zone(&app));
        let store = app.store().clone();
        drop(app);
        seal(&store, days).await;
    }
}

async fn seal(store: &Store, days: Vec<(i64, i64)>) {
    if let Err(error) = store.seal_spend(days).await {
        tracing::debug!(%error, "days of spend could not be summed ahead");
    }
}

/// Returns the days that are over, newest first, as slots.
fn ended(now: Timestamp, zone: &TimeZone) -> Vec<(i64, i64)> {
    let now = now.saturating_sub(LATE).unwrap_or(now);
    let today = zone.to_datetime(now).date();
    let (first, last) = (start_of(before(today, DAYS), zone), start_of(today, zone));
    let slots = Cut::days(first, last, last, zone).slots();
    let days = slots.windows(2).map(|edges| (edges[0], edges[1]));
    days.rev().collect()
}

/// Returns whether a bucket is over for as long as it takes for a seal to last.
pub(super) fn is_over(after: i64, now: Timestamp) -> bool {
    after.saturating_mul(SPEND_SLOT_MS) <= now.as_millisecond() - LATE.as_millis() as i64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_are_summed_once_they_are_over_for_an_hour_the_newest_first() {
        let zone = TimeZone::get("Europe/Berlin").unwrap();
        let days = |now: &str| ended(now.parse().unwrap(), &zone);
        let slot = |at: &str| {
            let at: Timestamp = at.parse().unwrap();
            at.as_millisecond() / SPEND_SLOT_MS
        };
        // Half past midnight, then past one.
        let before = days("2026-11-24T23:30:00Z");
        assert_eq!(before[0].1, slot("2026-11-23T23:00:00Z"));
        let after = days("2026-11-25T00:10:00Z");
        assert_eq!(after[0].1, slot("2026-11-24T23:00:00Z"));
        assert_eq!(after.len(), 400);
        // The day on which clocks went back has 25 hours.
        let long = slot("2026-10-24T22:00:00Z");
        let day = after.iter().find(|day| day.0 == long).unwrap();
        assert_eq!(day.1 - day.0, 100);
    }
}
