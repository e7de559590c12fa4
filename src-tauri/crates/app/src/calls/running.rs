//! The calls that run now, in this process.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard};
use switchboard_engine::call::CallId;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

/// Knows every running call, to stop it and to wait for it.
#[derive(Debug, Clone, Default)]
pub(crate) struct Running {
    calls: Arc<Mutex<HashMap<CallId, CancellationToken>>>,
    tasks: TaskTracker,
}

impl Running {
    /// Runs a call's future on a task of its own; [`Running::finish`] awaits it. The future is given
    /// the token that asks it to stop.
    pub(crate) fn spawn<F>(&self, call: CallId, run: impl FnOnce(CancellationToken) -> F)
    where
        F: Future<Output = ()> + Send + 'static,
    {
        let stop = CancellationToken::new();
        self.lock().insert(call, stop.clone());
        let task = run(stop);
        let running = self.clone();
        self.tasks.spawn(async move {
            // The entry goes even when the task is dropped or panics.
            let _entry = Entry { running, call };
            task.await;
        });
    }

    pub(crate) fn count(&self) -> u32 {
        u32::try_from(self.lock().len()).unwrap_or(u32::MAX)
    }

    pub(crate) fn stop(&self, call: CallId) {
        if let Some(stop) = self.lock().get(&call) {
            stop.cancel();
        }
    }

    pub(crate) fn stop_all(&self) {
        for stop in self.lock().values() {
            stop.cancel();
        }
    }

    /// Stops every call and waits until each has said so.
    pub(crate) async fn finish(&self) {
        self.stop_all();
        self.tasks.close();
        self.tasks.wait().await;
        self.tasks.reopen();
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<CallId, CancellationToken>> {
        self.calls
            .lock()
            .unwrap_or_else(|poisoned| poisoned.into_inner())
    }
}

struct Entry {
    running: Running,
    call: CallId,
}

impl Drop for Entry {
    fn drop(&mut self) {
        self.running.lock().remove(&self.call);
    }
}
