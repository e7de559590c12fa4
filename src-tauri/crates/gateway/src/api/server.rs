//! Listens for clients of the gateway, within bounds.

use super::body::Bodies;
use super::explain::Explained;
use super::routes::{self, Shared};
use super::stall::Unstalled;
use axum::body::Body;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use std::convert::Infallible;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;
use switchboard_app::App;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

/// Most connections at a time; further ones wait to be accepted.
const CONNECTIONS: usize = 4096;
/// How long a client may take to send its headers.
const HEADER_TIME: Duration = Duration::from_secs(15);
/// Most bytes of a request's line and headers before they are refused.
const HEADER_BYTES: usize = 64 * 1024;
/// How long a stopping gateway waits for answers under way.
const GRACE: Duration = Duration::from_secs(2);

/// How long a client may take nothing when the options do not say.
const PATIENCE: Duration = Duration::from_secs(30);

/// How the gateway is served.
#[derive(Debug)]
pub struct GatewayOptions {
    /// Port 0 takes a free one.
    pub address: SocketAddr,
    /// Whether `address` may be one that other machines reach. They always need a key.
    pub network: bool,
    /// How long a client may take none of what is sent to it before it is dropped and its call cancelled.
    pub patience: Duration,
}

impl GatewayOptions {
    /// The port when none is given.
    pub const PORT: u16 = 4141;
}

impl Default for GatewayOptions {
    fn default() -> Self {
        Self {
            address: SocketAddr::from((Ipv4Addr::LOCALHOST, Self::PORT)),
            network: false,
            patience: PATIENCE,
        }
    }
}

/// Why the gateway could not be served.
#[derive(Debug, thiserror::Error)]
pub enum GatewayError {
    #[error(
        "the gateway is only served on this machine: {0} is no loopback address and not the configured one"
    )]
    NotLoopback(SocketAddr),
    #[error("the gateway cannot listen on {address}: {source}")]
    Listen {
        address: SocketAddr,
        source: std::io::Error,
    },
}

/// A served gateway. Dropping it stops it at once; the calls it runs are cancelled.
#[derive(Debug)]
pub struct Gateway {
    address: SocketAddr,
    stopping: CancellationToken,
    killed: CancellationToken,
    /// Set when the address is free again.
    released: CancellationToken,
    tasks: TaskTracker,
}

/// Serves the gateway.
///
/// # Errors
/// See [`GatewayError`].
pub async fn serve_gateway(app: App, options: GatewayOptions) -> Result<Gateway, GatewayError> {
    let address = options.address;
    if !address.ip().is_loopback() && !options.network {
        return Err(GatewayError::NotLoopback(address));
    }
    let failed = |source| GatewayError::Listen { address, source };
    let listener = TcpListener::bind(address).await.map_err(failed)?;
    let address = listener.local_addr().map_err(failed)?;
    let shared = Arc::new(Shared {
        app,
        bodies: Bodies::default(),
        address,
    });
    let gateway = Gateway {
        address,
        stopping: CancellationToken::new(),
        killed: CancellationToken::new(),
        released: CancellationToken::new(),
        tasks: TaskTracker::new(),
    };
    let (stopping, killed) = (gateway.stopping.clone(), gateway.killed.clone());
    let tasks = gateway.tasks.clone();
    let released = gateway.released.clone();
    gateway.tasks.spawn(async move {
        let room = Arc::new(Semaphore::new(CONNECTIONS));
        while let Some((stream, permit)) = next(&listener, &room, &stopping).await {
            let client = Client {
                stream,
                _permit: permit,
                patience: options.patience,
            };
            let connection = connection(client, Arc::clone(&shared), stopping.clone());
            let killed = killed.clone();
            tasks.spawn(async move {
                tokio::select! {
                    () = killed.cancelled() => {}
                    () = connection => {}
                }
            });
        }
        drop(listener);
        released.cancel();
    });
    Ok(gateway)
}

/// Returns the next connection; `None` when stopping.
async fn next(
    listener: &TcpListener,
    room: &Arc<Semaphore>,
    stopping: &CancellationToken,
) -> Option<(TcpStream, OwnedSemaphorePermit)> {
    let accepted = async {
        let permit = Arc::clone(room).acquire_owned().await.ok()?;
        loop {
            match listener.accept().await {
                Ok((stream, _)) => return Some((stream, permit)),
                Err(error) => {
                    // Too many open files, mostly: others have to close first.
                    tracing::warn!(%error, "a connection was not accepted");
                    tokio::time::sleep(Duration::from_millis(50)).await;
                }
            }
        }
    };
    tokio::select! {
        () = stopping.cancelled() => None,
        accepted = accepted => accepted,
    }
}

/// A connection accepted, with its place among all of them.
struct Client {
    stream: TcpStream,
    _permit: OwnedSemaphorePermit,
    patience: Duration,
}

async fn connection(client: Client, shared: Arc<Shared>, stopping: CancellationToken) {
    // Without it small pieces of a stream wait for acknowledgements.
    if let Err(error) = client.stream.set_nodelay(true) {
        tracing::debug!(%error, "TCP_NODELAY was refused");
    }
    let service = service_fn(move |request: hyper::Request<hyper::body::Incoming>| {
        let shared = Arc::clone(&shared);
        async move { Ok::<_, Infallible>(routes::answer(shared, request.map(Body::new)).await) }
    });
    let mut builder = http1::Builder::new();
    builder
        .timer(TokioTimer::new())
        .header_read_timeout(HEADER_TIME)
        .max_header_size(HEADER_BYTES)
        .max_buf_size(HEADER_BYTES);
    let stream = Explained::new(Unstalled::new(client.stream, client.patience));
    let mut served = builder.serve_connection(TokioIo::new(stream), service);
    let ended = tokio::select! {
        ended = &mut served => ended,
        () = stopping.cancelled() => {
            Pin::new(&mut served).graceful_shutdown();
            (&mut served).await
        }
    };
    if let Err(error) = ended {
        tracing::debug!(%error, "a client's connection broke");
        if error.is_parse() {
            served.into_parts().io.into_inner().close().await;
        } else if error.is_timeout() {
            served.into_parts().io.into_inner().time_out().await;
        }
    }
}

impl Gateway {
    /// Returns the address listened on.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Stops listening; answers under way go on, and their connections end with them.
    pub async fn retire(&self) {
        self.stopping.cancel();
        self.tasks.close();
        self.released.cancelled().await;
    }

    /// Returns whether a retired gateway has nothing left to do.
    pub fn is_done(&self) -> bool {
        self.tasks.is_empty()
    }

    /// Stops listening, waits a moment for answers under way, and cancels the others.
    pub async fn stop(self) {
        self.stopping.cancel();
        self.tasks.close();
        if tokio::time::timeout(GRACE, self.tasks.wait())
            .await
            .is_err()
        {
            self.killed.cancel();
            self.tasks.wait().await;
        }
    }
}

impl Drop for Gateway {
    fn drop(&mut self) {
        self.stopping.cancel();
        self.killed.cancel();
    }
}
