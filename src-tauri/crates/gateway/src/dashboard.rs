//! The dashboard host: the same user interface as in the window, for a browser on this machine.

use crate::app::DashboardApp;
use crate::assets::Assets;
use crate::routes::{Shared, router};
use crate::session::{NoRandom, Sessions};
use axum::serve::ListenerExt;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;
use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

/// How long a stopping host waits for requests that are being answered.
const GRACE: Duration = Duration::from_secs(2);

/// Why the dashboard could not be served.
#[derive(Debug, thiserror::Error)]
pub enum ServeError {
    #[error("the dashboard is only served on this machine: {0} is no loopback address")]
    NotLoopback(SocketAddr),
    #[error("the dashboard cannot listen on {address}: {source}")]
    Listen {
        address: SocketAddr,
        source: std::io::Error,
    },
    #[error("the user interface's files are missing ({0:?} has no index.html)")]
    NoAssets(Assets),
    #[error(transparent)]
    NoRandom(#[from] NoRandom),
}

/// A served dashboard. Dropping it stops it at once.
#[derive(Debug)]
pub struct Dashboard {
    address: SocketAddr,
    tokens: watch::Receiver<String>,
    stopping: CancellationToken,
    task: Option<JoinHandle<()>>,
}

/// Serves the dashboard on `address`, which must be a loopback address; port 0 takes a free one.
///
/// # Errors
/// See [`ServeError`].
pub async fn serve_dashboard(
    app: impl DashboardApp,
    assets: Assets,
    address: SocketAddr,
) -> Result<Dashboard, ServeError> {
    if !address.ip().is_loopback() {
        return Err(ServeError::NotLoopback(address));
    }
    if !assets.has_index() {
        return Err(ServeError::NoAssets(assets));
    }
    let failed = |source| ServeError::Listen { address, source };
    let listener = TcpListener::bind(address).await.map_err(failed)?;
    let address = listener.local_addr().map_err(failed)?;
    let sessions = Arc::new(Sessions::new()?);
    let tokens = sessions.tokens();
    let stopping = CancellationToken::new();
    let shared = Shared {
        app,
        assets,
        sessions,
        port: address.port(),
        stopping: stopping.clone(),
    };
    let router = router(shared);
    let listener = listener.tap_io(|stream| {
        // Without it small live messages wait for acknowledgements.
        if let Err(error) = stream.set_nodelay(true) {
            tracing::debug!(%error, "TCP_NODELAY was refused");
        }
    });
    let signal = stopping.clone();
    // Awaited by `stop`, aborted by drop.
    let task = tokio::spawn(async move {
        let served = axum::serve(listener, router)
            .with_graceful_shutdown(async move { signal.cancelled().await });
        if let Err(error) = served.await {
            tracing::error!(%error, "the dashboard stopped");
        }
    });
    Ok(Dashboard {
        address,
        tokens,
        stopping,
        task: Some(task),
    })
}

impl Dashboard {
    /// Returns the address listened on.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Returns the address to open now. It works once.
    pub fn url_with_token(&self) -> String {
        format!(
            "http://{}/?token={}",
            self.address,
            self.tokens.borrow().as_str()
        )
    }

    /// Waits until the address was used and returns the next one.
    pub async fn next_url(&mut self) -> String {
        if self.tokens.changed().await.is_err() {
            // The host has ended: there will be no other.
            std::future::pending::<()>().await;
        }
        self.tokens.mark_unchanged();
        self.url_with_token()
    }

    /// Stops listening, ends the live channels, and waits a moment for what is being answered.
    pub async fn stop(mut self) {
        self.stopping.cancel();
        if let Some(mut task) = self.task.take()
            && tokio::time::timeout(GRACE, &mut task).await.is_err()
        {
            task.abort();
        }
    }
}

impl Drop for Dashboard {
    fn drop(&mut self) {
        self.stopping.cancel();
        if let Some(task) = &self.task {
            task.abort();
        }
    }
}
