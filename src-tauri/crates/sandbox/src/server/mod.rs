//! The HTTP server: listens on loopback, reads requests, decides what is played.

mod handle;
mod headers;
mod reply;
mod response;

use crate::connection::Connection;
use crate::journal::Journal;
use crate::once::Counters;
use crate::play::ResetFlag;
use handle::handle;
use hyper_util::rt::{TokioIo, TokioTimer};
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;
use tokio::net::{TcpListener, TcpStream};
use tokio::task::{JoinHandle, JoinSet};
use tokio_util::sync::CancellationToken;

/// Largest request body, in bytes.
pub const MAX_BODY: usize = 32 * 1024 * 1024;
/// Every response has this header, with the value `1`.
pub const SIMULATED_HEADER: &str = "x-switchboard-simulated";
/// How long [`Sandbox::stop`] lets running answers go on.
const GRACE: Duration = Duration::from_millis(500);

/// How a simulator is started.
#[derive(Debug, Clone, Default)]
pub struct Options {
    /// The port on 127.0.0.1; 0 takes a free one.
    pub port: u16,
    /// Chooses among answers, together with each request and its own `seed=`.
    pub seed: u64,
}

/// The simulator could not start.
#[derive(Debug, thiserror::Error)]
#[error("the simulator cannot listen on 127.0.0.1:{port}: {source}")]
pub struct StartError {
    pub port: u16,
    pub source: std::io::Error,
}

/// A running simulator. Dropping it stops it at once.
#[derive(Debug)]
pub struct Sandbox {
    address: SocketAddr,
    base_url: String,
    state: Arc<State>,
    stopping: CancellationToken,
    task: Option<JoinHandle<()>>,
}

#[derive(Debug)]
struct State {
    seed: u64,
    journal: Journal,
    counters: Counters,
}

impl Sandbox {
    /// Starts a simulator on the running tokio runtime.
    ///
    /// # Errors
    /// The port could not be listened on.
    pub async fn start(options: Options) -> Result<Self, StartError> {
        let failed = |source| StartError {
            port: options.port,
            source,
        };
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, options.port))
            .await
            .map_err(failed)?;
        let address = listener.local_addr().map_err(failed)?;
        let state = Arc::new(State {
            seed: options.seed,
            journal: Journal::new(),
            counters: Counters::default(),
        });
        let stopping = CancellationToken::new();
        // Awaited by `stop`, aborted by drop.
        let task = tokio::spawn(listen(listener, Arc::clone(&state), stopping.clone()));
        let base_url = format!("http://{address}");
        tracing::debug!(%address, "simulated providers are listening");
        Ok(Self {
            address,
            base_url,
            state,
            stopping,
            task: Some(task),
        })
    }

    /// Returns `http://127.0.0.1:PORT`, without a trailing slash. The wire formats' paths stand below it.
    pub fn base_url(&self) -> &str {
        &self.base_url
    }

    /// Returns the address listened on.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Returns what was received so far.
    pub fn journal(&self) -> Journal {
        self.state.journal.clone()
    }

    /// Starts all counts of `-once` faults anew and forgets the journal.
    pub fn reset(&self) {
        self.state.counters.forget();
        self.state.journal.clear();
    }

    /// Stops listening, lets running answers end for half a second, then breaks them off.
    pub async fn stop(mut self) {
        self.stopping.cancel();
        if let Some(task) = self.task.take() {
            // A failed join means the task was aborted: stopped as well.
            let _ = task.await;
        }
    }
}

impl Drop for Sandbox {
    fn drop(&mut self) {
        if let Some(task) = &self.task {
            task.abort();
        }
    }
}

async fn listen(listener: TcpListener, state: Arc<State>, stopping: CancellationToken) {
    let mut connections = JoinSet::new();
    loop {
        tokio::select! {
            () = stopping.cancelled() => break,
            Some(_) = connections.join_next() => {}
            accepted = listener.accept() => match accepted {
                Ok((stream, _)) => {
                    connections.spawn(serve(stream, Arc::clone(&state), stopping.clone()));
                }
                // Out of file descriptors, most likely: others must end first.
                Err(error) => {
                    tracing::warn!(%error, "the simulator cannot accept a connection");
                    tokio::time::sleep(Duration::from_millis(50)).await;
                }
            },
        }
    }
    drop(listener);
    let ended = async { while connections.join_next().await.is_some() {} };
    // What is still running after the grace time is dropped with the set.
    let _ = tokio::time::timeout(GRACE, ended).await;
}

async fn serve(stream: TcpStream, state: Arc<State>, stopping: CancellationToken) {
    // Without it a token waits for the acknowledgement of the one before, 40 ms.
    if let Err(error) = stream.set_nodelay(true) {
        tracing::debug!(%error, "TCP_NODELAY was refused");
    }
    let reset = ResetFlag::default();
    let io = TokioIo::new(Connection::new(stream, Arc::clone(&reset)));
    let service = hyper::service::service_fn(move |request| {
        let (state, reset) = (Arc::clone(&state), Arc::clone(&reset));
        async move { handle(request, &state, reset).await }
    });
    let connection = hyper::server::conn::http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(Duration::from_secs(60))
        .serve_connection(io, service);
    let mut connection = std::pin::pin!(connection);
    let result = tokio::select! {
        result = connection.as_mut() => result,
        () = stopping.cancelled() => {
            connection.as_mut().graceful_shutdown();
            connection.await
        }
    };
    if let Err(error) = result {
        tracing::trace!(%error, "a simulated connection ended");
    }
}
