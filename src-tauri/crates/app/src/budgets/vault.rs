//! The history file as the place where processes agree on what they set aside near a limit.

use super::Money;
use super::money::{Inner, tell_once};
use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use std::sync::atomic::Ordering;
use std::sync::{Arc, Mutex, PoisonError, Weak};
use switchboard_engine::admit::{Outgoing, Vault};

/// The purse holds it, so it does not hold the purse.
#[derive(Debug)]
pub(super) struct File(Weak<Inner>);

impl File {
    pub(super) fn of(money: &Money) -> Arc<Self> {
        Arc::new(Self(Arc::downgrade(&money.inner)))
    }
}

impl Vault for File {
    fn agree(&self) -> BoxFuture<'_, ()> {
        async {
            let Some(inner) = self.0.upgrade() else {
                return;
            };
            // A call that leaves meanwhile must not take a round's end with it: others rely on what is noted there.
            let round = tokio::spawn(async { Money { inner }.agree().await });
            if let Err(error) = round.await {
                tracing::error!(%error, "a round in which processes agree on budgets failed");
            }
        }
        .boxed()
    }
}

impl Money {
    async fn agree(&self) {
        let begun = &self.inner.rounds;
        let before = begun.load(Ordering::SeqCst);
        let mut look = self.inner.looking.lock().await;
        // Who waited in line was decided on by a round that began meanwhile.
        if begun.load(Ordering::SeqCst) > before {
            return;
        }
        begun.fetch_add(1, Ordering::SeqCst);
        let taken = Arc::new(Mutex::new(Outgoing::default()));
        let (money, kept) = (self.clone(), Arc::clone(&taken));
        let decided = self.inner.store.agree_money(look.seen, move |news| {
            if let Some(news) = news {
                money.take_in(news, false);
            }
            let outgoing = money.purse().decide();
            // A clone is kept for the case that it fails; it is small.
            kept.lock()
                .unwrap_or_else(PoisonError::into_inner)
                .clone_from(&outgoing);
            outgoing
        });
        match decided.await {
            Ok(seen) => {
                look.seen = seen;
                look.failing = false;
                self.purse().written();
            }
            Err(error) => {
                let taken =
                    std::mem::take(&mut *taken.lock().unwrap_or_else(PoisonError::into_inner));
                self.purse().restore(taken);
                // What was taken in may be taken in again: next time all is read.
                look.at_ms = i64::MIN / 2;
                tell_once(&mut look, &error);
            }
        }
    }
}

#[cfg(test)]
#[path = "vault_tests.rs"]
mod tests;
