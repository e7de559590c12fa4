//! The task that keeps the purse and the file in step, and has alerts looked at.

use super::Money;
use crate::App;
use crate::alerts;
use crate::api::types::Live;
use std::time::Duration;
use tokio::time::{Instant, MissedTickBehavior, interval, sleep};
use tokio_util::sync::CancellationToken;

/// What is set aside and spent is gathered for this long before it is written: no more than that is lost by a crash.
const GATHERED: Duration = Duration::from_millis(50);
/// How often others' spending is looked at. One small read, if there is none.
const LOOKED_AT: Duration = Duration::from_millis(500);
/// How often what changes without spending is looked at: hours that slide, the system's zone.
const SLOW: Duration = Duration::from_secs(30);
/// How often old spending is summed.
const TIDIED: Duration = Duration::from_secs(6 * 3600);
/// Windows are told at most this often.
const TOLD: Duration = Duration::from_millis(500);

impl Money {
    /// Keeps the purse in step until `end`. Ends with the application.
    pub(crate) async fn keep_in_step(
        self,
        app: std::sync::Weak<crate::Inner>,
        end: CancellationToken,
    ) {
        let mut look = interval(LOOKED_AT);
        look.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let (mut slow, mut tidied, mut told) = (Instant::now(), Instant::now(), None);
        let mut changed = true;
        loop {
            tokio::select! {
                () = end.cancelled() => return,
                () = self.purse().changed() => {
                    sleep(GATHERED).await;
                    changed |= self.write().await;
                }
                _ = look.tick() => changed |= self.poll().await,
            }
            if tidied.elapsed() >= TIDIED {
                tidied = Instant::now();
                self.tidy().await;
            }
            let due = slow.elapsed() >= SLOW;
            if due {
                slow = Instant::now();
                self.follow_zone();
            }
            let may_tell = told.is_none_or(|told: Instant| told.elapsed() >= TOLD);
            if (changed && may_tell) || due {
                let Some(inner) = app.upgrade() else { return };
                let app = App { inner };
                if changed {
                    app.live().publish(&Live::BudgetsChanged {});
                }
                changed = false;
                told = Some(Instant::now());
                alerts::look(&app).await;
                if due {
                    alerts::look_at_hours(&app).await;
                }
            }
        }
    }
}
