//! Where the gateway is served and since when, and its move when the configuration names another place.

use crate::api::types::Live;
use crate::calls::rfc3339;
use crate::config::Snapshot;
use crate::{App, Inner};
use std::net::SocketAddr;
use std::sync::atomic::{AtomicBool, AtomicI64, Ordering};
use std::sync::{Mutex, PoisonError, Weak};
use tokio::sync::watch;

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
        *self.problem() = None;
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

/// Ends what [`serve`] began: the gateway and the calls it runs.
pub async fn serve_no_more(app: &App) {
    if let Some(gateway) = app.host().gateway() {
        let _held = app.gateway_state().switching.lock().await;
        gateway.stop().await;
    }
}

/// Returns what tells whenever the configuration moved the gateway, or could not.
pub fn moves(app: &App) -> watch::Receiver<u64> {
    app.gateway_state().moves.subscribe()
}

/// Moves the gateway whenever the configuration names another place. Ends with the application.
pub(crate) async fn follow(inner: Weak<Inner>, mut changes: watch::Receiver<Snapshot>) {
    let mut known = changes.borrow_and_update().config.gateway.socket();
    while changes.changed().await.is_ok() {
        let wanted = changes.borrow_and_update().config.gateway.socket();
        if wanted == known {
            continue;
        }
        known = wanted;
        let Some(inner) = inner.upgrade() else { return };
        take(&App { inner }, wanted).await;
    }
}

/// Has the gateway listen at `wanted`, if it is on and free to. One that cannot stays where it is.
async fn take(app: &App, wanted: SocketAddr) {
    let (Some(gateway), state) = (app.host().gateway(), app.gateway_state()) else {
        return;
    };
    let _held = state.switching.lock().await;
    let Some(now) = gateway.address() else {
        // It is off; once it is switched on it is there.
        return;
    };
    if state.is_fixed.load(Ordering::Relaxed) {
        return;
    }
    if now == wanted {
        *state.problem() = None;
    } else {
        match gateway.relocate(app.clone(), wanted).await {
            Ok(address) => {
                state.begin();
                super::keep_place(app, address.port()).await;
                tracing::info!(from = %now, to = %address, "the gateway moved");
            }
            Err(problem) => {
                let problem = format!(
                    "the gateway stays at {now}, although the configuration says {wanted}: {problem}; free that port or name another one"
                );
                tracing::warn!("{problem}");
                *state.problem() = Some(problem);
            }
        }
    }
    state.moves.send_modify(|count| *count += 1);
    app.live().publish(&Live::GatewayChanged {});
}
