//! A credential or a model that stays down until somebody mends it.

use crate::error::ErrorKind;
use std::time::Duration;
use tokio::time::Instant;

/// After this long one attempt looks whether it was mended elsewhere, for example at the provider's site.
const RECHECK: Duration = Duration::from_secs(15 * 60);
/// No hint puts the recheck off for longer.
const LONGEST_RECHECK: Duration = Duration::from_secs(24 * 3600);

/// A stop that waiting does not cure: a refused key, an unpaid bill, a spent quota.
#[derive(Debug, Clone, Copy, Default)]
pub struct Outage {
    down: Option<Down>,
}

/// What is wrong and since which key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Down {
    pub kind: ErrorKind,
    /// Stands for the key that was refused; never the key itself.
    pub key: u64,
    /// When it was found out.
    pub since: Instant,
    /// From when on one attempt may look again.
    pub recheck_at: Instant,
}

impl Outage {
    /// Takes in that the key `key` was refused with `kind`; `hint` is when the provider says it is over.
    pub fn begin(&mut self, now: Instant, kind: ErrorKind, key: u64, hint: Option<Duration>) {
        let recheck = hint.map_or(RECHECK, |hint| hint.clamp(RECHECK, LONGEST_RECHECK));
        self.down = Some(Down {
            kind,
            key,
            since: now,
            recheck_at: now + recheck,
        });
    }

    /// Returns what is wrong with `key`, or `None` if it may be used. Another key than the refused one is
    /// not known to be bad.
    pub fn down(&self, key: u64) -> Option<Down> {
        self.down.filter(|down| down.key == key)
    }

    /// Notes that one attempt looks again: the next may after another wait.
    pub fn rechecks(&mut self, now: Instant) {
        if let Some(down) = &mut self.down {
            down.recheck_at = down.recheck_at.max(now + RECHECK);
        }
    }

    /// Ends it: `key` was accepted for an attempt that began at `began`, after it was refused.
    pub fn accepted(&mut self, key: u64, began: Instant) {
        if self.down(key).is_some_and(|down| began >= down.since) {
            self.down = None;
        }
    }

    /// Ends it, whatever the key.
    pub fn clear(&mut self) {
        self.down = None;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_refused_key_is_down_until_it_changes() {
        let now = Instant::now();
        let mut outage = Outage::default();
        outage.begin(now, ErrorKind::Auth, 1, None);
        assert_eq!(outage.down(1).map(|down| down.kind), Some(ErrorKind::Auth));
        assert_eq!(outage.down(2), None);
        outage.accepted(2, now);
        outage.accepted(1, now - Duration::from_secs(1));
        assert!(outage.down(1).is_some());
        outage.accepted(1, now);
        assert_eq!(outage.down(1), None);
    }

    #[test]
    fn it_is_looked_at_again_after_a_long_wait_or_when_the_quota_is_new() {
        let now = Instant::now();
        let mut outage = Outage::default();
        outage.begin(now, ErrorKind::QuotaExhausted, 1, None);
        assert_eq!(
            outage.down(1).map(|down| down.recheck_at),
            Some(now + RECHECK)
        );
        outage.rechecks(now + RECHECK);
        assert_eq!(
            outage.down(1).map(|down| down.recheck_at),
            Some(now + RECHECK * 2)
        );
        let six_hours = Duration::from_secs(6 * 3600);
        outage.begin(now, ErrorKind::QuotaExhausted, 1, Some(six_hours));
        assert_eq!(
            outage.down(1).map(|down| down.recheck_at),
            Some(now + six_hours)
        );
        outage.begin(now, ErrorKind::QuotaExhausted, 1, Some(six_hours * 100));
        assert_eq!(
            outage.down(1).map(|down| down.recheck_at),
            Some(now + LONGEST_RECHECK)
        );
    }
}
