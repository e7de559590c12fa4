//! One turn of everything that is ready to run.

use futures_util::task::AtomicWaker;
use std::future::{Future, poll_fn};
use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll, Wake, Waker};

/// Waits until the tasks that are ready now have had their turn; for nothing else, and for no time.
///
/// What a provider sends in one go passes several tasks, piece by piece. Who goes on after a turn goes on
/// with all of it at once. As [`tokio::task::yield_now`], but it holds also where the future is polled again
/// before its turn is over, as hyper does with the body of a reply.
pub async fn turn() {
    let turn = Arc::new(Turn::default());
    let waker = Waker::from(Arc::clone(&turn));
    // Hands the waker to the scheduler; what it returns is always that it waits.
    let _ = pin!(tokio::task::yield_now()).poll(&mut Context::from_waker(&waker));
    poll_fn(|context| {
        turn.task.register(context.waker());
        match turn.is_over.load(Ordering::Acquire) {
            true => Poll::Ready(()),
            false => Poll::Pending,
        }
    })
    .await;
}

#[derive(Default)]
struct Turn {
    is_over: AtomicBool,
    task: AtomicWaker,
}

impl Wake for Turn {
    fn wake(self: Arc<Self>) {
        self.is_over.store(true, Ordering::Release);
        self.task.wake();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use futures_util::FutureExt;

    #[tokio::test]
    async fn polled_again_at_once_it_still_waits_for_all_that_is_ready() {
        let ready = tokio::spawn(std::future::ready(()));
        let mut waits = pin!(turn());
        for _ in 0..3 {
            assert!(waits.as_mut().now_or_never().is_none());
        }
        assert!(!ready.is_finished());
        waits.await;
        assert!(ready.is_finished());
    }
}
