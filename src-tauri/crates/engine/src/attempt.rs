//! One attempt: send, wait under the clocks, decode, tell.
//!
//! It decides nothing about retry or fallback; that is [`crate::run`]'s.

use crate::call::{FinishReason, ModelRequest};
use crate::error::{CallError, ErrorKind, retry_after};
use crate::event::Event;
use crate::plan::Target;
use crate::provider::sse::SseParser;
use crate::provider::{Delta, HeaderMap, SseEvent, WHOLE_REPLY, provider};
use crate::run::EventSink;
use crate::transport::{Response, Transport};
use crate::usage::{Usage, estimate_tokens};
use bytes::Bytes;
use futures_util::StreamExt;
use std::time::Duration;
use tokio::time::{Instant, timeout_at};

/// Most bytes read of a reply that is not a stream of answers.
const WHOLE_REPLY_LIMIT: usize = 64 * 1024 * 1024;
/// Most bytes read of an error reply.
const ERROR_REPLY_LIMIT: usize = 256 * 1024;
/// How long the rest of an error reply is waited for.
const ERROR_REPLY_WAIT: Duration = Duration::from_secs(5);
/// The window over which the throughput floor is measured.
const THROUGHPUT_WINDOW: Duration = Duration::from_secs(5);
/// Characters per second below which a stream counts as dribbling (about one token a second).
const THROUGHPUT_FLOOR: f64 = 4.0;

/// What an attempt may use of the call's time.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Clocks {
    /// The call ends here.
    pub(crate) deadline: Instant,
    /// The first token must be here by then, so that a fallback has time left; `None` without one.
    pub(crate) share: Option<Instant>,
}

/// What an attempt has brought so far; readable after it failed.
#[derive(Debug, Default)]
pub(crate) struct Progress {
    pub(crate) first_token: Option<Duration>,
    pub(crate) response_model: Option<String>,
    pub(crate) finish_reason: Option<FinishReason>,
    pub(crate) usage: Option<Usage>,
    pub(crate) text_chars: u64,
    reasoning_chars: u64,
    tool_calls: bool,
}

impl Progress {
    /// Returns whether any of the answer has been shown.
    pub(crate) fn shown(&self) -> bool {
        self.text_chars > 0 || self.reasoning_chars > 0 || self.tool_calls
    }

    /// Returns the reported usage, or an estimate from what was sent and received.
    pub(crate) fn usage_or_estimate(&self, request: &ModelRequest) -> Usage {
        self.usage.unwrap_or_else(|| {
            let input: usize = request
                .messages
                .iter()
                .map(|message| message.joined_text().chars().count())
                .sum();
            Usage {
                input_uncached_tokens: estimate_tokens(input as u64),
                output_visible_tokens: estimate_tokens(self.text_chars),
                reasoning_output_tokens: estimate_tokens(self.reasoning_chars),
                estimated: true,
                ..Usage::default()
            }
        })
    }
}

/// Runs one attempt to its end. Deltas go to `sink` as they come.
///
/// # Errors
/// What went wrong, not yet redacted; `progress` says what had been shown.
pub(crate) async fn attempt<T: Transport, S: EventSink>(
    transport: &T,
    target: &Target,
    request: &ModelRequest,
    number: u32,
    clocks: Clocks,
    progress: &mut Progress,
    sink: &mut S,
) -> Result<(), CallError> {
    let codec = provider(target.endpoint.wire);
    let http = codec.encode(
        &target.endpoint,
        request,
        &target.capabilities,
        target.key.as_ref(),
    )?;
    let watch = Watch {
        target,
        clocks,
        started: Instant::now(),
    };

    let headers_by = watch.headers_by();
    let response =
        match timeout_at(headers_by.at, transport.open(http, target.timeouts.connect)).await {
            Ok(response) => response?,
            Err(_) => return Err(watch.expired(headers_by)),
        };
    sink.emit(Event::ResponseStarted {
        attempt: number,
        after_ms: millis(watch.started.elapsed()),
        status: response.status.as_u16(),
        request_id: request_id(&response.headers),
    })
    .await;

    if response.status.is_redirection() {
        return Err(redirect_error(target, &response));
    }
    if !response.status.is_success() {
        let (status, headers) = (response.status, response.headers.clone());
        let by = (Instant::now() + ERROR_REPLY_WAIT).min(clocks.deadline);
        let body = read_error_reply(response, by).await;
        let mut error = codec.classify(status, &headers, &body);
        if error.retry_after_ms.is_none() {
            error.retry_after_ms = retry_after(&headers, std::time::SystemTime::now()).map(millis);
        }
        return Err(error);
    }
    read_answer(response, &watch, number, progress, sink).await?;
    check_not_empty(target, progress)
}

/// Reads a 2xx reply: a stream of events, or one whole JSON answer.
async fn read_answer<S: EventSink>(
    response: Response,
    watch: &Watch<'_>,
    number: u32,
    progress: &mut Progress,
    sink: &mut S,
) -> Result<(), CallError> {
    let wire = watch.target.endpoint.wire;
    let codec = provider(wire);
    let content_type = content_type(&response.headers);
    let mut body = response.body;
    let mut kind = BodyKind::of_content_type(&content_type);
    let mut parser = SseParser::default();
    let mut decoder = codec.decoder();
    let mut whole: Vec<u8> = Vec::new();
    let mut deltas: Vec<Delta> = Vec::new();
    let mut pace = Pace::default();

    loop {
        let by = watch.next_token_by(progress, &pace);
        let chunk = match timeout_at(by.at, body.next()).await {
            Ok(Some(Ok(chunk))) => chunk,
            Ok(Some(Err(error))) => return Err(broken_body(error, progress)),
            Ok(None) => break,
            Err(_) => return Err(watch.expired(by)),
        };
        let kind = *kind.get_or_insert_with(|| BodyKind::of_first_bytes(&chunk));
        let decoded = match kind {
            // What does not decode is not passed on.
            BodyKind::Events => parser.push(&chunk, |event| {
                decoder.event(event, &mut deltas)?;
                sink.wire(number, wire, event);
                Ok(())
            }),
            BodyKind::Whole => push_bounded(&mut whole, &chunk),
        };
        let content = emit_deltas(&mut deltas, watch, number, progress, sink).await;
        decoded?;
        if content > 0 {
            pace.record(Instant::now(), content);
        }
        if decoder.is_done() {
            return Ok(());
        }
    }
    let ended = match kind {
        Some(BodyKind::Whole) => codec.decode_whole(&whole).map(|decoded| {
            deltas = decoded;
            let (name, data) = (WHOLE_REPLY, String::from_utf8_lossy(&whole));
            sink.wire(number, wire, SseEvent { name, data: &data });
        }),
        Some(BodyKind::Events) | None => parser
            .finish(|event| {
                decoder.event(event, &mut deltas)?;
                sink.wire(number, wire, event);
                Ok(())
            })
            .and_then(|()| decoder.end(&mut deltas)),
    };
    emit_deltas(&mut deltas, watch, number, progress, sink).await;
    ended
}

/// Emits decoded deltas and returns how many characters of content they held.
async fn emit_deltas<S: EventSink>(
    deltas: &mut Vec<Delta>,
    watch: &Watch<'_>,
    number: u32,
    progress: &mut Progress,
    sink: &mut S,
) -> u64 {
    let mut content = 0;
    for delta in deltas.drain(..) {
        let chars = match &delta {
            Delta::Text(text) | Delta::Reasoning(text) => text.chars().count() as u64,
            Delta::ToolCall { arguments, .. } => 1 + arguments.chars().count() as u64,
            Delta::ResponseModel(_) | Delta::Usage(_) | Delta::Finish(_) => 0,
        };
        content += chars;
        if chars > 0 && progress.first_token.is_none() {
            let after = watch.started.elapsed();
            progress.first_token = Some(after);
            sink.emit(Event::FirstToken {
                attempt: number,
                after_ms: millis(after),
            })
            .await;
        }
        match delta {
            Delta::ResponseModel(model) => progress.response_model = Some(model),
            Delta::Text(text) if text.is_empty() => {}
            Delta::Text(text) => {
                progress.text_chars += chars;
                sink.emit(Event::TextDelta { text }).await;
            }
            Delta::Reasoning(text) if text.is_empty() => {}
            Delta::Reasoning(text) => {
                progress.reasoning_chars += chars;
                sink.emit(Event::ReasoningDelta { text }).await;
            }
            Delta::ToolCall {
                index,
                id,
                name,
                arguments,
            } => {
                progress.tool_calls = true;
                sink.emit(Event::ToolCallDelta {
                    index,
                    id,
                    name,
                    arguments,
                })
                .await;
            }
            Delta::Usage(usage) => {
                progress.usage = Some(usage);
                sink.emit(Event::Usage { usage }).await;
            }
            Delta::Finish(reason) => progress.finish_reason = Some(reason),
        }
    }
    content
}

fn check_not_empty(target: &Target, progress: &Progress) -> Result<(), CallError> {
    if progress.text_chars > 0 || progress.tool_calls {
        return Ok(());
    }
    let label = &target.provider_label;
    let error = match progress.finish_reason {
        Some(FinishReason::ContentFilter) => CallError::new(
            ErrorKind::ContentFiltered,
            format!("{label} filtered the whole answer"),
        ),
        Some(FinishReason::Length) => {
            let mut error = CallError::new(
                ErrorKind::EmptyAnswer,
                format!("{label} used the whole token limit before the answer began"),
            )
            .with_hint("raise `max_tokens`, or lower the reasoning effort");
            error.should_retry = Some(false);
            error
        }
        _ => CallError::new(
            ErrorKind::EmptyAnswer,
            format!("{label} sent an empty answer"),
        ),
    };
    Err(error)
}

/// Says which limit a wait is under, so that its end can be told by name.
#[derive(Debug, Clone, Copy)]
struct Limit {
    at: Instant,
    kind: ErrorKind,
    /// The clock's length, for the message.
    length: Duration,
}

/// The clocks of one attempt.
struct Watch<'a> {
    target: &'a Target,
    clocks: Clocks,
    started: Instant,
}

impl Watch<'_> {
    fn limit(&self, from: Instant, length: Duration, kind: ErrorKind) -> Limit {
        let at = from + length;
        if self.clocks.deadline <= at {
            let length = self.clocks.deadline.saturating_duration_since(self.started);
            return Limit {
                at: self.clocks.deadline,
                kind: ErrorKind::TotalTimeout,
                length,
            };
        }
        Limit { at, kind, length }
    }

    /// Applies the share of the deadline that ends with the first token.
    fn shared(&self, limit: Limit) -> Limit {
        match self.clocks.share {
            Some(share) if share < limit.at => Limit {
                at: share,
                kind: ErrorKind::FirstTokenTimeout,
                length: share.saturating_duration_since(self.started),
            },
            Some(_) | None => limit,
        }
    }

    fn headers_by(&self) -> Limit {
        let length = self.target.timeouts.headers;
        self.shared(self.limit(self.started, length, ErrorKind::HeadersTimeout))
    }

    fn next_token_by(&self, progress: &Progress, pace: &Pace) -> Limit {
        let timeouts = self.target.timeouts;
        let Some(last) = pace.last else {
            let first = self.limit(
                self.started,
                timeouts.first_token,
                ErrorKind::FirstTokenTimeout,
            );
            return self.shared(first);
        };
        let idle = self.limit(last, timeouts.idle, ErrorKind::IdleTimeout);
        // A slow answer is better than none: the floor holds only while another target could do better.
        let floor = (self.clocks.share.is_some() && progress.finish_reason.is_none())
            .then(|| pace.too_slow_at())
            .flatten();
        match floor {
            Some(at) if at < idle.at => Limit {
                at,
                kind: ErrorKind::TooSlow,
                length: THROUGHPUT_WINDOW,
            },
            Some(_) | None => idle,
        }
    }

    fn expired(&self, limit: Limit) -> CallError {
        let provider = &self.target.provider;
        let tier = self.target.tier.name();
        let length = human(limit.length);
        let message = match limit.kind {
            ErrorKind::HeadersTimeout => {
                format!("no response from `{provider}` within {length} (`timeouts.{tier}.headers`)")
            }
            ErrorKind::FirstTokenTimeout => format!(
                "no first token from `{provider}` within {length} (`timeouts.{tier}.first_token`)"
            ),
            ErrorKind::IdleTimeout => format!(
                "`{provider}` fell silent for {length} in the middle of its answer \
                 (`timeouts.{tier}.idle`)"
            ),
            ErrorKind::TooSlow => format!(
                "`{provider}` sent fewer than {THROUGHPUT_FLOOR} characters a second over {length}"
            ),
            _ => format!(
                "the call was not finished within its deadline; `{provider}` had {length} of it \
                 (`timeouts.{tier}.total`)"
            ),
        };
        CallError::new(limit.kind, message)
    }
}

/// When content came lately, for the idle clock and the throughput floor.
#[derive(Debug, Default)]
struct Pace {
    last: Option<Instant>,
    /// (when, characters) within the last window, and when measuring began.
    recent: std::collections::VecDeque<(Instant, u64)>,
    began: Option<Instant>,
}

impl Pace {
    fn record(&mut self, now: Instant, chars: u64) {
        self.last = Some(now);
        self.began.get_or_insert(now);
        match self.recent.back_mut() {
            // A bound on the memory: pieces within 50 ms count as one.
            Some((at, count)) if now.duration_since(*at) < Duration::from_millis(50) => {
                *count += chars;
            }
            Some(_) | None => self.recent.push_back((now, chars)),
        }
        while self
            .recent
            .front()
            .is_some_and(|(at, _)| now.duration_since(*at) > THROUGHPUT_WINDOW)
        {
            self.recent.pop_front();
        }
    }

    /// Returns when the stream counts as dribbling if nothing more comes; `None` before it began.
    fn too_slow_at(&self) -> Option<Instant> {
        let began = self.began?;
        let needed = THROUGHPUT_FLOOR * THROUGHPUT_WINDOW.as_secs_f64();
        let mut chars = 0;
        // The newest pieces that together reach the floor keep the stream alive for one window.
        for (at, count) in self.recent.iter().rev() {
            chars += count;
            if chars as f64 >= needed {
                return Some((*at).max(began) + THROUGHPUT_WINDOW);
            }
        }
        Some(began + THROUGHPUT_WINDOW)
    }
}

/// How a 2xx body is to be read.
#[derive(Debug, Clone, Copy)]
enum BodyKind {
    Events,
    Whole,
}

impl BodyKind {
    fn of_content_type(content_type: &str) -> Option<Self> {
        if content_type.contains("event-stream") {
            Some(Self::Events)
        } else if content_type.contains("json") || content_type.contains("html") {
            Some(Self::Whole)
        } else {
            None
        }
    }

    /// Guesses for servers that name no useful content type.
    fn of_first_bytes(chunk: &[u8]) -> Self {
        match chunk.trim_ascii_start().first() {
            Some(b'{' | b'[' | b'<') => Self::Whole,
            _ => Self::Events,
        }
    }
}

fn content_type(headers: &HeaderMap) -> String {
    headers
        .get(http::header::CONTENT_TYPE)
        .and_then(|value| value.to_str().ok())
        .unwrap_or_default()
        .to_ascii_lowercase()
}

fn request_id(headers: &HeaderMap) -> Option<String> {
    [
        "x-request-id",
        "request-id",
        "x-goog-request-id",
        "apim-request-id",
        "cf-ray",
    ]
    .iter()
    .find_map(|name| headers.get(*name))
    .and_then(|value| value.to_str().ok())
    .map(|id| id.chars().take(128).collect())
}

fn push_bounded(whole: &mut Vec<u8>, chunk: &Bytes) -> Result<(), CallError> {
    if whole.len() + chunk.len() > WHOLE_REPLY_LIMIT {
        return Err(CallError::new(
            ErrorKind::TooLarge,
            format!(
                "the answer is larger than {} MiB",
                WHOLE_REPLY_LIMIT / 1024 / 1024
            ),
        ));
    }
    whole.extend_from_slice(chunk);
    Ok(())
}

async fn read_error_reply(response: Response, by: Instant) -> Vec<u8> {
    let mut body = response.body;
    let mut bytes = Vec::new();
    // An error reply that breaks or stalls still has its status: what came is enough.
    while let Ok(Some(Ok(chunk))) = timeout_at(by, body.next()).await {
        let room = ERROR_REPLY_LIMIT - bytes.len();
        bytes.extend_from_slice(&chunk[..chunk.len().min(room)]);
        if bytes.len() >= ERROR_REPLY_LIMIT {
            break;
        }
    }
    bytes
}

/// Names a connection that broke inside the body by what it means for the answer.
fn broken_body(error: CallError, progress: &Progress) -> CallError {
    if progress.shown() && error.kind == ErrorKind::Reset {
        return CallError {
            message: "the connection broke in the middle of the answer".into(),
            kind: ErrorKind::Truncated,
            ..error
        };
    }
    error
}

fn redirect_error(target: &Target, response: &Response) -> CallError {
    let to = response
        .headers
        .get(http::header::LOCATION)
        .and_then(|value| value.to_str().ok())
        .and_then(|location| target.endpoint.base_url.join(location).ok())
        .map(|url| url.origin().ascii_serialization());
    let provider = &target.provider;
    let message = match &to {
        Some(to) => format!("`{provider}` redirects to {to}; redirects are not followed"),
        None => format!("`{provider}` redirects elsewhere; redirects are not followed"),
    };
    let mut error = CallError::new(ErrorKind::NotAnApi, message).with_hint(format!(
        "set `providers.{provider}.base_url` to the final address (https instead of http is the usual cause)"
    ));
    error.status = Some(response.status.as_u16());
    error
}

/// Returns a duration as whole milliseconds.
pub(crate) fn millis(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}

fn human(duration: Duration) -> String {
    let seconds = duration.as_secs_f64();
    if seconds < 10.0 && duration.subsec_millis() != 0 {
        format!("{seconds:.1} s")
    } else {
        format!("{seconds:.0} s")
    }
}
