//! Where the gateway is served and since when, and its move when the configuration names another place.

use crate::api::types::Live;
use crate::calls::rfc3339;
use crate::config::Snapshot;
use crate::host::GatewayServer;
use crate::{App, Inner};
use std::net::SocketAddr;
use std::sync::atomic::{AtomicBool, AtomicI64, Ordering};
use std::sync::{Mutex, PoisonError, Weak};
use std::time::Duration;
use tokio::sync::watch;
use tokio::time::sleep;

/// How long until a place that was taken is tried again.
const AGAIN: Duration = Duration::from_secs(3);

/// What the application remembers about the gateway.
#[derive(Debug, Default)]
pub(crate) struct GatewayState {
    /// Why it could not be started the last time, or does not listen where the configuration says.
    problem: Mutex<Option<String>>,
    /// Held while it is started, moved or stopped.
    pub(super) switching: tokio::sync::Mutex<()>,
    /// Since when it is where it is, in milliseconds since 1970; 0: it was never on.
    since_ms: AtomicI64,
    /// Whether its place was named when the program was started: the configuration does not move it.
    is_fixed: AtomicBool,
    /// The place it is to listen at as soon as that is free; `None`: it is where it is to be, or off.
    awaited: watch::Sender<Option<SocketAddr>>,
    /// Counts what the configuration made of it.
    moves: watch::Sender<u64>,
}

impl GatewayState {
    pub(super) fn problem(&self) -> std::sync::MutexGuard<'_, Option<String>> {
        self.problem.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Notes that it listens from now on.
    pub(super) fn begin(&self) {
        let now = jiff::Timestamp::now().as_millisecond();
        self.since_ms.store(now, Ordering::Relaxed);
        self.settle();
    }

    /// Notes that nothing is wrong and nothing waited for.
    pub(super) fn settle(&self) {
        *self.problem() = None;
        self.awaited.send_replace(None);
    }

    /// Notes that it is to listen at `place` as soon as that is free.
    fn wait_for(&self, place: SocketAddr) {
        self.awaited.send_replace(Some(place));
    }

    /// Returns whether a place is waited for.
    pub(super) fn is_waiting(&self) -> bool {
        self.awaited.borrow().is_some()
    }

    /// Returns since when it is where it is.
    pub(super) fn since(&self) -> Option<String> {
        let since = self.since_ms.load(Ordering::Relaxed);
        (since > 0).then(|| rfc3339(since))
    }
}

/// Serves the gateway as long as the program runs, without a word to the switch of the window: at `address`, or
/// where the configuration says, also when that changes.
///
/// # Errors
/// One sentence that says why it cannot be served there.
pub async fn serve(app: &App, address: Option<SocketAddr>) -> Result<SocketAddr, String> {
    let gateway = app
        .host()
        .gateway()
        .ok_or("this program cannot serve the gateway")?;
    let state = app.gateway_state();
    let _held = state.switching.lock().await;
    state.is_fixed.store(address.is_some(), Ordering::Relaxed);
    let wanted = address.unwrap_or_else(|| app.gateway_socket());
    let started = gateway.start(app.clone(), wanted).await;
    match &started {
        Ok(_) => state.begin(),
        Err(problem) => *state.problem() = Some(problem.clone()),
    }
    app.live().publish(&Live::GatewayChanged {});
    started
}

/// Ends what [`serve`] or the switch began: the gateway, the calls it runs, and the wait for its place.
pub async fn serve_no_more(app: &App) {
    if let Some(gateway) = app.host().gateway() {
        let _held = app.gateway_state().switching.lock().await;
        gateway.stop().await;
        app.gateway_state().settle();
    }
}

/// Returns what tells whenever the configuration moved the gateway, or could not.
pub fn moves(app: &App) -> watch::Receiver<u64> {
    app.gateway_state().moves.subscribe()
}

/// Moves the gateway whenever the configuration names another place, and takes a place that was not free once
/// it is. Ends with the application.
pub(crate) async fn follow(inner: Weak<Inner>, mut changes: watch::Receiver<Snapshot>) {
    let mut known = changes.borrow_and_update().config.gateway.socket();
    let Some(mut awaited) = inner
        .upgrade()
        .map(|inner| inner.gateway.awaited.subscribe())
    else {
        return;
    };
    loop {
        let is_waiting = awaited.borrow_and_update().is_some();
        tokio::select! {
            changed = changes.changed() => {
                if changed.is_err() {
                    return;
                }
                let wanted = changes.borrow_and_update().config.gateway.socket();
                if wanted != std::mem::replace(&mut known, wanted) {
                    let Some(inner) = inner.upgrade() else { return };
                    take(&App { inner }, wanted).await;
                }
            }
            changed = awaited.changed() => {
                if changed.is_err() {
                    return;
                }
            }
            () = sleep(AGAIN), if is_waiting => {
                let Some(inner) = inner.upgrade() else { return };
                take_awaited(&App { inner }).await;
            }
        }
    }
}

/// Has the gateway listen at `wanted` from the start of the program on, or as soon as that is free.
pub(super) async fn take_up(app: &App, wanted: SocketAddr) {
    let Some(gateway) = app.host().gateway() else {
        return;
    };
    let _held = app.gateway_state().switching.lock().await;
    reach(app, gateway, wanted).await;
    app.live().publish(&Live::GatewayChanged {});
}

/// Has the gateway listen at `wanted`, if it is on and free to. One that cannot stays where it is.
async fn take(app: &App, wanted: SocketAddr) {
    let (Some(gateway), state) = (app.host().gateway(), app.gateway_state()) else {
        return;
    };
    let _held = state.switching.lock().await;
    if gateway.address().is_none() && !state.is_waiting() {
        // It is off; once it is switched on it is there.
        return;
    }
    if state.is_fixed.load(Ordering::Relaxed) {
        return;
    }
    reach(app, gateway, wanted).await;
    state.moves.send_modify(|count| *count += 1);
    app.live().publish(&Live::GatewayChanged {});
}

/// Tries the place waited for once more. Says nothing as long as nothing changes.
async fn take_awaited(app: &App) {
    let (Some(gateway), state) = (app.host().gateway(), app.gateway_state()) else {
        return;
    };
    let _held = state.switching.lock().await;
    let awaited = *state.awaited.borrow();
    let Some(wanted) = awaited else {
        return;
    };
    let known = state.problem().clone();
    reach(app, gateway, wanted).await;
    if *state.problem() != known {
        state.moves.send_modify(|count| *count += 1);
        app.live().publish(&Live::GatewayChanged {});
    }
}

/// Starts the gateway at `wanted` or moves it there; where it cannot, says so and waits for that place.
async fn reach(app: &App, gateway: &dyn GatewayServer, wanted: SocketAddr) {
    let (state, now) = (app.gateway_state(), gateway.address());
    if now == Some(wanted) {
        return state.settle();
    }
    let reached = match now {
        Some(_) => gateway.relocate(app.clone(), wanted).await,
        None => gateway.start(app.clone(), wanted).await,
    };
    match reached {
        Ok(address) => {
            state.begin();
            super::keep_place(app, address.port()).await;
            tracing::info!(from = ?now, to = %address, "the gateway listens");
        }
        Err(problem) => {
            let problem = match now {
                Some(now) => format!(
                    "the gateway stays at {now}, although the configuration says {wanted}: {problem}; it moves by itself once that port is free, or name another one"
                ),
                None => problem,
            };
            let known = state.problem().replace(problem.clone());
            if known.as_ref() != Some(&problem) {
                tracing::warn!("{problem}");
            }
            state.wait_for(wanted);
        }
    }
}
