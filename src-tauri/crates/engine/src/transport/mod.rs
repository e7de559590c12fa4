//! The bytes' way out: a trait, so that the shipped pipeline also runs scripted and simulated.

use crate::error::CallError;
use crate::provider::{HeaderMap, HttpRequest, StatusCode};
use bytes::Bytes;
use futures_util::stream::BoxStream;
use std::future::Future;
use std::time::Duration;

mod gather;
pub mod http_client;
pub mod scripted;

/// A response whose body is still to come.
pub struct Response {
    pub status: StatusCode,
    pub headers: HeaderMap,
    /// Chunks as they arrive. Dropping it closes the exchange.
    pub body: BoxStream<'static, Result<Bytes, CallError>>,
}

impl std::fmt::Debug for Response {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Response")
            .field("status", &self.status)
            .finish_non_exhaustive()
    }
}

/// Opens exchanges. Sends nothing twice and follows no redirect.
pub trait Transport: Send + Sync {
    /// Sends the request and returns when response headers are here.
    ///
    /// # Errors
    /// `Dns`, `Connect`, `Tls`, `Reset`, and `ConnectTimeout` after `connect_timeout`.
    fn open(
        &self,
        request: HttpRequest,
        connect_timeout: Duration,
    ) -> impl Future<Output = Result<Response, CallError>> + Send;
}
