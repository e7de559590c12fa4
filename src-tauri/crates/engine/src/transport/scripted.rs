//! An in-memory transport that plays a script, for tests on the paused clock.

use super::{Response, Transport};
use crate::error::CallError;
use crate::provider::{HeaderMap, HttpRequest, StatusCode};
use bytes::Bytes;
use futures_util::{StreamExt, stream};
use http::{HeaderName, HeaderValue};
use std::collections::VecDeque;
use std::sync::Mutex;
use std::time::Duration;
use tokio::time::sleep;

/// One step of a scripted body.
#[derive(Debug, Clone)]
pub enum Step {
    /// Time passes.
    Wait(Duration),
    Bytes(Bytes),
    Break(CallError),
    /// Nothing more, and no end either.
    Hang,
}

/// One scripted exchange.
#[derive(Debug, Clone)]
pub enum Exchange {
    /// The request fails after a while.
    Fail(Duration, CallError),
    /// Headers after a while, then the body's steps.
    Answer {
        after: Duration,
        status: u16,
        headers: Vec<(&'static str, String)>,
        body: Vec<Step>,
    },
}

/// Plays exchanges in order and keeps the requests. Past the last, requests hang.
#[derive(Debug, Default)]
pub struct Scripted {
    exchanges: Mutex<VecDeque<Exchange>>,
    requests: Mutex<Vec<HttpRequest>>,
}

impl Scripted {
    /// Returns a transport that plays `exchanges`.
    pub fn new(exchanges: impl IntoIterator<Item = Exchange>) -> Self {
        Self {
            exchanges: Mutex::new(exchanges.into_iter().collect()),
            requests: Mutex::default(),
        }
    }

    /// Returns the requests made so far.
    pub fn requests(&self) -> Vec<HttpRequest> {
        self.requests
            .lock()
            .unwrap_or_else(|poisoned| poisoned.into_inner())
            .clone()
    }
}

impl Transport for Scripted {
    async fn open(
        &self,
        request: HttpRequest,
        _connect_timeout: Duration,
    ) -> Result<Response, CallError> {
        self.requests
            .lock()
            .unwrap_or_else(|poisoned| poisoned.into_inner())
            .push(request);
        let exchange = self
            .exchanges
            .lock()
            .unwrap_or_else(|poisoned| poisoned.into_inner())
            .pop_front();
        match exchange {
            None => std::future::pending().await,
            Some(Exchange::Fail(after, error)) => {
                sleep(after).await;
                Err(error)
            }
            Some(Exchange::Answer {
                after,
                status,
                headers,
                body,
            }) => {
                sleep(after).await;
                let mut map = HeaderMap::new();
                for (name, value) in headers {
                    if let Ok(value) = HeaderValue::from_str(&value) {
                        map.append(HeaderName::from_static(name), value);
                    }
                }
                let body = stream::iter(body).filter_map(|step| async move {
                    match step {
                        Step::Wait(time) => {
                            sleep(time).await;
                            None
                        }
                        Step::Bytes(bytes) => Some(Ok(bytes)),
                        Step::Break(error) => Some(Err(error)),
                        Step::Hang => std::future::pending().await,
                    }
                });
                let status =
                    StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
                Ok(Response {
                    status,
                    headers: map,
                    body: body.boxed(),
                })
            }
        }
    }
}
