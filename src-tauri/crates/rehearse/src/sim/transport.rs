//! One call's way to the simulated providers.

use super::answer::{Answer, Begin, Length};
use super::world::{Fate, Manner, SimTarget, TARGET_HEADER, World};
use crate::behaviour::REPEATS;
use crate::chance::{Purpose, lognormal, source};
use bytes::Bytes;
use fastrand::Rng;
use futures_util::{StreamExt, stream};
use http::{HeaderName, HeaderValue};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use switchboard_engine::error::{CallError, ErrorKind};
use switchboard_engine::provider::{HeaderMap, HttpRequest, StatusCode};
use switchboard_engine::transport::{Response, Transport};
use switchboard_sandbox::frames::{Refusal, refuse};
use tokio::time::sleep;

/// Way to a provider and back, in milliseconds: least and most.
const ROUND_TRIP_MS: (f64, f64) = (20.0, 60.0);

/// The transport of one call.
#[derive(Debug)]
pub(crate) struct SimTransport {
    world: Arc<World>,
    call: u32,
    /// Length of its answer; `None`: as its target usually writes.
    output_tokens: Option<u64>,
    mine: Mutex<Mine>,
}

/// What one call has sent and got.
#[derive(Debug, Default)]
struct Mine {
    /// A target each: requests sent to it.
    sent: Vec<u32>,
}

impl SimTransport {
    pub(crate) fn new(world: Arc<World>, call: u32, output_tokens: Option<u64>) -> Self {
        let mine = Mine {
            sent: vec![0; world.targets.len()],
        };
        Self {
            world,
            call,
            output_tokens,
            mine: Mutex::new(mine),
        }
    }

    /// Returns how many requests went to each provider, in the world's order.
    pub(crate) fn requests(&self) -> Vec<u32> {
        let mine = self.mine.lock().unwrap_or_else(PoisonError::into_inner);
        let mut requests = vec![0; self.world.providers.len()];
        for (target, sent) in self.world.targets.iter().zip(&mine.sent) {
            if let Some(count) = requests.get_mut(target.provider) {
                *count += sent;
            }
        }
        requests
    }

    fn target(&self, request: &HttpRequest) -> Option<(usize, &SimTarget)> {
        let place = request.headers.get(TARGET_HEADER)?.to_str().ok()?;
        let place: usize = place.parse().ok()?;
        Some((place, self.world.targets.get(place)?))
    }

    /// Returns what draws a target's answer. A model that the same call asks once more writes what it wrote
    /// the first time, always at temperature 0, else by chance.
    fn words(&self, target: &SimTarget, nth: u32, request: &HttpRequest) -> Rng {
        let draw = |take| {
            let purpose = Purpose::Words {
                call: self.call,
                target: &target.name,
                take,
            };
            source(self.world.seed, purpose)
        };
        let mut own = draw(nth);
        let repeats = nth > 0 && (is_fixed(request) || own.f64() < REPEATS);
        let mut words = if repeats { draw(0) } else { draw(nth) };
        // The draw above is not one of a word.
        words.f64();
        words
    }

    /// Counts a request to a target; returns how many came before it.
    fn count(&self, place: usize) -> u32 {
        let mut mine = self.mine.lock().unwrap_or_else(PoisonError::into_inner);
        match mine.sent.get_mut(place) {
            Some(sent) => {
                *sent += 1;
                *sent - 1
            }
            None => 0,
        }
    }
}

impl Transport for SimTransport {
    async fn open(
        &self,
        request: HttpRequest,
        _connect_timeout: Duration,
    ) -> Result<Response, CallError> {
        let Some((place, target)) = self.target(&request) else {
            let message = "the request is for no target of the rehearsal";
            return Err(CallError::new(ErrorKind::Misconfigured, message));
        };
        let nth = self.count(place);
        let purpose = Purpose::Request {
            call: self.call,
            target: &target.name,
            nth,
        };
        let mut rng = source(self.world.seed, purpose);
        let (least, most) = ROUND_TRIP_MS;
        let way = millis(least + (most - least) * rng.f64());
        match self.world.meet(target, &mut rng) {
            Fate::NoConnection => {
                sleep(way).await;
                let message = format!("`{}` refuses connections", target.name);
                Err(CallError::new(ErrorKind::Connect, message))
            }
            Fate::Silence => std::future::pending().await,
            Fate::Refused(why) => {
                sleep(way).await;
                Ok(refusal(target, why))
            }
            Fate::Answer(manner) => {
                let words = self.words(target, nth, &request);
                let length = Length {
                    most: self.world.most_tokens,
                    own: self.output_tokens,
                };
                Ok(answer(target, &manner, way, (rng, words), (&request, length)).await)
            }
        }
    }
}

fn refusal(target: &SimTarget, why: Refusal) -> Response {
    let refused = refuse(target.simulated_wire(), &target.model, why);
    let mut headers = HeaderMap::new();
    for (name, value) in &refused.headers {
        if let Ok(value) = HeaderValue::from_str(value) {
            headers.append(HeaderName::from_static(name), value);
        }
    }
    let content_type = HeaderValue::from_static(refused.content_type);
    headers.insert(http::header::CONTENT_TYPE, content_type);
    let body = Bytes::from(refused.body);
    Response {
        status: StatusCode::from_u16(refused.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR),
        headers,
        body: stream::iter([Ok(body)]).boxed(),
    }
}

/// Waits for the headers and returns an answer whose body comes in its own time.
async fn answer(
    target: &SimTarget,
    manner: &Manner,
    way: Duration,
    (mut rng, words): (Rng, Rng),
    (request, length): (&HttpRequest, Length),
) -> Response {
    let (p50, p95) = manner.first_token;
    let drawn = lognormal(&mut rng, p50, p95) * manner.slowness;
    let (headers_after, first_after) = match manner.slow_start {
        Some(first) => (way, first.saturating_sub(way)),
        // Most providers send headers when the model begins to write; some a little before.
        None => (way + millis(drawn * 0.75), millis(drawn * 0.25)),
    };
    sleep(headers_after).await;
    let mut headers = HeaderMap::new();
    headers.insert(
        http::header::CONTENT_TYPE,
        HeaderValue::from_static("text/event-stream"),
    );
    let answer = Answer::new(
        target,
        manner,
        Begin {
            first_after,
            thought: if target.thinks {
                (drawn / 1000.0 * target.behaviour.tokens_per_second) as u64
            } else {
                0
            },
            request_bytes: request.body.len(),
            begun_chars: begun_chars(request),
            length,
        },
        rng,
        words,
    );
    Response {
        status: StatusCode::OK,
        headers,
        body: stream::unfold(answer, Answer::next).boxed(),
    }
}

/// Returns how many characters of an answer the request has begun: its last message is the assistant's.
fn begun_chars(request: &HttpRequest) -> u64 {
    // Far cheaper than reading every request; only what it finds is read.
    const MARK: &[u8] = b"\"assistant\"";
    if memchr::memmem::find(&request.body, MARK).is_none() {
        return 0;
    }
    let Ok(body) = serde_json::from_slice::<serde_json::Value>(&request.body) else {
        return 0;
    };
    let messages = body
        .get("messages")
        .and_then(|messages| messages.as_array());
    let begun = messages
        .and_then(|messages| messages.last())
        .filter(|last| last["role"] == "assistant")
        .and_then(|last| last["content"].as_str());
    begun.map_or(0, |text| text.chars().count() as u64)
}

/// Returns whether a request asks for the same words each time: temperature 0.
fn is_fixed(request: &HttpRequest) -> bool {
    const MARK: &[u8] = b"\"temperature\":";
    memchr::memmem::find_iter(&request.body, MARK).any(|at| {
        let value = request.body.get(at + MARK.len()..).unwrap_or_default();
        let number = value
            .split(|byte| matches!(byte, b',' | b'}'))
            .next()
            .and_then(|number| std::str::from_utf8(number).ok());
        number.is_some_and(|number| number.trim().parse::<f64>() == Ok(0.0))
    })
}

pub(super) fn millis(ms: f64) -> Duration {
    Duration::from_millis(ms.clamp(0.0, 86_400_000.0).round() as u64)
}
