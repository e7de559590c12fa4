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
use tokio::time::{Instant, timeout, timeout_at};

/// Longest body, in bytes.
const MAX_BODY: usize = 32 * 1024 * 1024;
/// How long a client may take to send its body.
const BODY_TIME: Duration = Duration::from_secs(60);
/// The least that arrives of a body in each [`PACE_TIME`] that does not end it, in bytes: so a client that
/// sends a byte a second holds its connection for no longer than one such time.
const PACE: usize = 4 * 1024;
const PACE_TIME: Duration = Duration::from_secs(10);
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
            Err(_) => return Err(slow("the body took longer than 60 s to arrive")),
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
    let mut paced = Instant::now() + PACE_TIME;
    let mut enough = PACE;
    while let Some(chunk) = timeout_at(paced, chunks.next())
        .await
        .map_err(|_| slow("less than 4 KB of the body arrived in 10 s: send it faster"))?
    {
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
        if bytes.len() >= enough {
            paced = Instant::now() + PACE_TIME;
            enough = bytes.len() + PACE;
        }
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

fn slow(message: &str) -> Problem {
    Problem::new(StatusCode::REQUEST_TIMEOUT, "slow_body", message)
}

fn too_large() -> Problem {
    let message = "the body is longer than 32 MB: send less in one request";
    Problem::new(StatusCode::PAYLOAD_TOO_LARGE, "too_large", message)
}

#[cfg(test)]
mod tests {
    use super::*;
    use futures_util::stream::unfold;
    use std::convert::Infallible;
    use tokio::time::sleep;

    /// A JSON object of `length` bytes that comes in pieces, one after each `pause`.
    fn dripping(length: usize, piece: usize, pause: Duration) -> Body {
        let text = format!("{{\"a\":\"{}\"}}", "x".repeat(length - 8));
        let all = Bytes::from(text);
        Body::from_stream(unfold(all, move |mut rest| async move {
            if rest.is_empty() {
                return None;
            }
            sleep(pause).await;
            let next = rest.split_to(piece.min(rest.len()));
            Some((Ok::<_, Infallible>(next), rest))
        }))
    }

    /// Reads a body; returns its length in bytes or the error's code, and the seconds it took.
    async fn read(body: Body) -> (Result<usize, String>, u64) {
        let begun = Instant::now();
        let read = Bodies::default().read(&HeaderMap::new(), body).await;
        let told = match read {
            Ok((object, _)) => Ok(object["a"].as_str().unwrap_or_default().len() + 8),
            Err(problem) => Err(problem.code),
        };
        (told, begun.elapsed().as_secs())
    }

    const SECOND: Duration = Duration::from_secs(1);

    #[tokio::test(start_paused = true)]
    async fn a_body_at_a_byte_a_second_is_refused_after_ten_of_them() {
        let (told, seconds) = read(dripping(100, 1, SECOND)).await;
        assert_eq!((told, seconds), (Err("slow_body".to_owned()), 10));
    }

    #[tokio::test(start_paused = true)]
    async fn a_short_body_may_take_its_ten_seconds() {
        let (told, _) = read(dripping(100, 12, SECOND)).await;
        assert_eq!(told, Ok(100));
    }

    #[tokio::test(start_paused = true)]
    async fn a_long_body_over_a_thin_line_is_read_to_its_end() {
        let (told, seconds) = read(dripping(30_000, 600, SECOND)).await;
        assert_eq!((told, seconds), (Ok(30_000), 50));
    }

    #[tokio::test(start_paused = true)]
    async fn a_body_that_comes_to_a_stop_is_refused_ten_seconds_after() {
        let ends = futures_util::stream::pending();
        let begins = futures_util::stream::iter([Ok::<_, Infallible>(vec![b' '; PACE])]);
        let (told, seconds) = read(Body::from_stream(begins.chain(ends))).await;
        assert_eq!((told, seconds), (Err("slow_body".to_owned()), 10));
    }

    #[tokio::test(start_paused = true)]
    async fn a_body_just_fast_enough_is_refused_after_a_minute() {
        let (told, seconds) = read(dripping(100_000, 500, SECOND)).await;
        assert_eq!((told, seconds), (Err("slow_body".to_owned()), 60));
    }
}
