//! Request bodies, within bounds of size, of time, and of memory over all clients together.

use super::error::Problem;
use axum::body::{Body, Bytes};
use axum::http::header::{CONTENT_LENGTH, EXPECT};
use axum::http::{HeaderMap, StatusCode};
use futures_util::StreamExt;
use serde_json::{Map, Value};
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::timeout;

/// Longest body, in bytes.
const MAX_BODY: usize = 32 * 1024 * 1024;
/// How long a client may take to send its body.
const BODY_TIME: Duration = Duration::from_secs(60);
/// All bodies that are being read or decoded, in KiB.
const ROOM_KIB: u32 = 256 * 1024;
/// A body up to this length, in bytes, needs no room of its own: connections are bounded.
const SMALL: usize = 64 * 1024;
/// What is read of a body that is too long, so that its client, still sending, can be told.
const DRAINED: usize = 512 * 1024 * 1024;
/// How long that may take.
const DRAIN_TIME: Duration = Duration::from_secs(20);

/// The memory for bodies.
pub(super) struct Bodies {
    room: Arc<Semaphore>,
}

impl Default for Bodies {
    fn default() -> Self {
        Self {
            room: Arc::new(Semaphore::new(ROOM_KIB as usize)),
        }
    }
}

/// Memory that a body takes. Drop it when the body is decoded.
pub(super) struct Room {
    _permit: Option<OwnedSemaphorePermit>,
}

impl Bodies {
    /// Reads a body that is a JSON object.
    pub(super) async fn read(
        &self,
        headers: &HeaderMap,
        body: Body,
    ) -> Result<(Map<String, Value>, Room), Problem> {
        let told = headers
            .get(CONTENT_LENGTH)
            .and_then(|value| value.to_str().ok()?.parse::<usize>().ok());
        // Not told: it comes in chunks.
        let length = told.unwrap_or(MAX_BODY);
        if length > MAX_BODY {
            // One that asks before it sends needs no more than the answer.
            if !headers.contains_key(EXPECT) {
                drain(body).await;
            }
            return Err(too_large());
        }
        let read = async {
            let room = self.room(length).await?;
            Ok::<_, Problem>((collect(body).await?, room))
        };
        let (bytes, room) = match timeout(BODY_TIME, read).await {
            Ok(read) => read?,
            Err(_) => {
                let message = "the body took longer than 60 s to arrive";
                let status = StatusCode::REQUEST_TIMEOUT;
                return Err(Problem::new(status, "slow_body", message));
            }
        };
        let body = serde_json::from_slice(&bytes).map_err(|error| {
            let message = format!("the body is not a JSON object: {error}");
            Problem::new(StatusCode::BAD_REQUEST, "invalid_json", message)
        })?;
        Ok((body, room))
    }

    async fn room(&self, length: usize) -> Result<Room, Problem> {
        if length <= SMALL {
            return Ok(Room { _permit: None });
        }
        let kib = u32::try_from(length.div_ceil(1024)).unwrap_or(ROOM_KIB);
        let permit = Arc::clone(&self.room).acquire_many_owned(kib).await;
        let permit = permit.map_err(|_| {
            let status = StatusCode::SERVICE_UNAVAILABLE;
            Problem::new(status, "stopping", "the gateway is stopping")
        })?;
        Ok(Room {
            _permit: Some(permit),
        })
    }
}

async fn collect(body: Body) -> Result<Vec<u8>, Problem> {
    let mut chunks = body.into_data_stream();
    let mut bytes = Vec::new();
    while let Some(chunk) = chunks.next().await {
        let chunk: Bytes = chunk.map_err(|_| {
            let message = "the body broke off before its end";
            Problem::new(StatusCode::BAD_REQUEST, "cut_body", message)
        })?;
        if bytes.len() + chunk.len() > MAX_BODY {
            drop(bytes);
            drain(Body::from_stream(chunks)).await;
            return Err(too_large());
        }
        bytes.extend_from_slice(&chunk);
    }
    Ok(bytes)
}

/// Reads on without keeping anything, for a while.
async fn drain(body: Body) {
    let mut chunks = body.into_data_stream();
    let mut more = 0;
    let reading = async {
        while let Some(Ok(chunk)) = chunks.next().await {
            more += chunk.len();
            if more > DRAINED {
                break;
            }
        }
    };
    // Either way the answer is the same.
    let _ = timeout(DRAIN_TIME, reading).await;
}

fn too_large() -> Problem {
    let message = "the body is longer than 32 MB: send less in one request";
    Problem::new(StatusCode::PAYLOAD_TOO_LARGE, "too_large", message)
}
