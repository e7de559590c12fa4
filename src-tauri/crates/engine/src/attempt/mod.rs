//! One attempt: send, wait under the clocks, decode.
//!
//! It decides nothing about retry or fallback and shows nothing; that is [`crate::run`]'s.

mod body;
mod pace;
mod progress;
#[cfg(test)]
mod usage_tests;
mod watch;

pub(crate) use progress::Progress;
pub(crate) use watch::Clocks;

use crate::admit::Permit;
use crate::call::{Act, FinishReason, ModelRequest};
use crate::error::{CallError, ErrorKind, retry_after};
use crate::event::Event;
use crate::plan::Target;
use crate::provider::sse::SseParser;
use crate::provider::{Decoder, Delta, Provider, SseEvent, WHOLE_REPLY, prefill, provider};
use crate::transport::{Response, Transport};
use crate::usage::Meter;
use body::{BodyKind, push_bounded, read_error_reply, redirect_error, request_id};
use bytes::Bytes;
use futures_util::StreamExt;
use futures_util::future::BoxFuture;
use futures_util::stream::BoxStream;
use pace::Pace;
use std::time::Duration;
use tokio::time::{Instant, timeout_at};
use watch::Watch;

/// How long the rest of an error reply is waited for.
const ERROR_REPLY_WAIT: Duration = Duration::from_secs(5);

/// What one step of an attempt brought.
#[derive(Debug)]
pub(crate) enum Step {
    /// Response headers are here.
    Headers(Headers),
    /// A piece of the body was read; what it decodes to is in [`Attempt::deltas`].
    Read,
    /// The answer is whole; its last deltas are in [`Attempt::deltas`].
    Whole,
}

/// What response headers say.
#[derive(Debug)]
pub(crate) struct Headers {
    after: Duration,
    status: u16,
    request_id: Option<String>,
}

impl Headers {
    pub(crate) fn event(self, attempt: u32) -> Event {
        Event::ResponseStarted {
            attempt,
            after_ms: millis(self.after),
            status: self.status,
            request_id: self.request_id,
        }
    }
}

/// An attempt under way. Dropping it closes the exchange, and counts as cancelled.
pub(crate) struct Attempt<'a> {
    pub(crate) target: &'a Target,
    /// Counts from 1 over the whole call.
    pub(crate) number: u32,
    pub(crate) progress: Progress,
    /// Content and usage decoded since they were last drained.
    pub(crate) deltas: Vec<Delta>,
    codec: &'static dyn Provider,
    watch: Watch<'a>,
    permit: Permit,
    stage: Stage<'a>,
    pace: Pace,
    /// The first token has not been told yet.
    first_token_news: bool,
    /// The model was given a begun answer to carry on. To have nothing more to say is an answer then.
    pub(crate) carries_on: bool,
}

enum Stage<'a> {
    Opening(BoxFuture<'a, Result<Response, CallError>>),
    /// The rest of an error reply is awaited.
    Refused(BoxFuture<'static, CallError>),
    Reading(Reader),
    /// Nothing more comes; the error of a request that could not be made.
    Over(Option<CallError>),
}

struct Reader {
    body: BoxStream<'static, Result<Bytes, CallError>>,
    kind: Option<BodyKind>,
    parser: SseParser,
    decoder: Box<dyn Decoder>,
    whole: Vec<u8>,
}

impl<'a> Attempt<'a> {
    /// Makes the request. `begun` is the text the answer is to carry on, if the request lets it.
    pub(crate) fn start<T: Transport>(
        transport: &'a T,
        target: &'a Target,
        request: &ModelRequest,
        number: u32,
        begun: Option<&str>,
        clocks: Clocks,
        permit: Permit,
    ) -> Self {
        let mut carries_on = false;
        let codec = provider(target.endpoint.wire);
        let http = codec.encode(
            &target.endpoint,
            request,
            &target.capabilities,
            target.key.as_ref(),
        );
        let mut progress = Progress::default();
        if request
            .raw
            .as_ref()
            .is_some_and(|raw| raw.act == Act::Embed)
        {
            *progress.meter = Meter::of_vectors();
        }
        let stage = match http {
            Ok(mut http) => {
                if let Some(begun) = begun {
                    carries_on = prefill::carry_on(&target.endpoint, &mut http, begun);
                }
                Stage::Opening(Box::pin(transport.open(http, target.timeouts.connect)))
            }
            Err(error) => Stage::Over(Some(error)),
        };
        Self {
            target,
            number,
            progress,
            deltas: Vec::new(),
            codec,
            watch: Watch::start(target, clocks),
            permit,
            stage,
            pace: Pace::default(),
            first_token_news: false,
            carries_on,
        }
    }

    pub(crate) fn elapsed(&self) -> Duration {
        self.watch.started.elapsed()
    }

    /// Returns when the first content came, counted from the attempt's start; once only.
    pub(crate) fn first_token_news(&mut self) -> Option<Duration> {
        std::mem::take(&mut self.first_token_news)
            .then_some(self.progress.first_token)
            .flatten()
    }

    /// Tells the target's limits and health how the attempt ended, and returns what it brought.
    pub(crate) fn end(self, error: Option<&CallError>, input_tokens: u64) -> Progress {
        // A request that failed before any content is not known to have cost anything.
        let tokens = if error.is_some() && !self.progress.produced() {
            self.progress.meter.reported().unwrap_or_default()
        } else {
            self.progress.meter.usage(&self.target.model, input_tokens)
        };
        let tokens = tokens.input_tokens().saturating_add(tokens.output_tokens());
        self.permit.end(self.watch.blame(error).as_deref(), tokens);
        self.progress
    }

    /// Waits for the next thing to happen. Dropping the future loses nothing: the next call goes on.
    ///
    /// `wire` is shown each event of the provider's stream before it is decoded. What was decoded
    /// before an error stays in [`Attempt::deltas`].
    ///
    /// # Errors
    /// Whatever ended the attempt. After an error or [`Step::Whole`] nothing more comes.
    pub(crate) async fn step(
        &mut self,
        wire: &mut (dyn FnMut(SseEvent<'_>) + Send),
    ) -> Result<Step, CallError> {
        match &mut self.stage {
            Stage::Opening(open) => {
                let by = self.watch.headers_by();
                match timeout_at(by.at, open).await {
                    Ok(response) => self.opened(response?),
                    Err(_) => Err(self.watch.expired(by)),
                }
            }
            Stage::Refused(reply) => Err(reply.await),
            Stage::Reading(reader) => {
                let ending = self.progress.finish_reason.is_some();
                let by = self.watch.next_token_by(&self.pace, ending);
                let chunk = match timeout_at(by.at, reader.body.next()).await {
                    Ok(Some(Ok(chunk))) => Some(chunk),
                    Ok(Some(Err(error))) => return Err(in_the_middle(error, &self.progress)),
                    Ok(None) => None,
                    Err(_) => return Err(self.watch.expired(by)),
                };
                let read = match chunk {
                    Some(chunk) => reader.read(&chunk, &mut self.deltas, wire),
                    None => reader
                        .end(self.codec, &mut self.deltas, wire)
                        .map(|()| true),
                };
                self.note();
                let read = read.map_err(|error| in_the_middle(error, &self.progress));
                if let Err(error) = &read {
                    self.progress.broke(error);
                }
                if read? {
                    self.stage = Stage::Over(None);
                    self.check_not_empty()?;
                    return Ok(Step::Whole);
                }
                Ok(Step::Read)
            }
            Stage::Over(error) => Err(error.take().unwrap_or_else(|| {
                CallError::new(ErrorKind::Truncated, "the attempt has already ended")
            })),
        }
    }

    fn opened(&mut self, response: Response) -> Result<Step, CallError> {
        self.permit
            .headers(&self.codec.rate_headers(&response.headers));
        let (status, id) = (response.status, request_id(&response.headers));
        self.stage = if status.is_redirection() {
            Stage::Over(Some(redirect_error(self.target, &response)))
        } else if status.is_success() {
            Stage::Reading(Reader {
                kind: BodyKind::of_headers(&response.headers),
                body: response.body,
                parser: SseParser::default(),
                decoder: self.codec.decoder(),
                whole: Vec::new(),
            })
        } else {
            let by = (Instant::now() + ERROR_REPLY_WAIT).min(self.watch.deadline());
            Stage::Refused(Box::pin(refusal(self.codec, response, by)))
        };
        Ok(Step::Headers(Headers {
            after: self.elapsed(),
            status: status.as_u16(),
            request_id: id,
        }))
    }

    /// Counts what was just decoded; content and usage stay in `deltas` to be shown.
    fn note(&mut self) {
        let mut content = 0;
        let progress = &mut self.progress;
        self.deltas.retain_mut(|delta| {
            content += progress.count(delta);
            progress.take(delta)
        });
        join_texts(&mut self.deltas);
        if content == 0 {
            return;
        }
        self.pace.record(Instant::now(), content);
        if progress.first_token.is_none() {
            let after = self.watch.started.elapsed();
            progress.first_token = Some(after);
            self.first_token_news = true;
            self.permit.first_token(after);
        }
    }

    fn check_not_empty(&self) -> Result<(), CallError> {
        let progress = &self.progress;
        if progress.text_chars > 0 || progress.tool_calls {
            return Ok(());
        }
        let label = &self.target.provider_label;
        let error = match progress.finish_reason {
            Some(FinishReason::Stop) if self.carries_on => return Ok(()),
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
}

/// Makes one piece of pieces that came together: each is an event for everybody who follows the call.
fn join_texts(deltas: &mut Vec<Delta>) {
    deltas.dedup_by(|next, last| match (last, next) {
        (Delta::Text(text), Delta::Text(more))
        | (Delta::Reasoning(text), Delta::Reasoning(more)) => {
            text.push_str(more);
            true
        }
        _ => false,
    });
}

impl Reader {
    /// Decodes a chunk and returns whether the answer is whole.
    fn read(
        &mut self,
        chunk: &Bytes,
        deltas: &mut Vec<Delta>,
        wire: &mut (dyn FnMut(SseEvent<'_>) + Send),
    ) -> Result<bool, CallError> {
        let kind = *self
            .kind
            .get_or_insert_with(|| BodyKind::of_first_bytes(chunk));
        match kind {
            BodyKind::Events => {
                let decoder = &mut self.decoder;
                self.parser.push(chunk, |event| {
                    // What does not decode is not passed on.
                    decoder.event(event, deltas)?;
                    wire(event);
                    Ok(())
                })?;
            }
            BodyKind::Whole => push_bounded(&mut self.whole, chunk)?,
        }
        Ok(self.decoder.is_done())
    }

    /// Decodes what is left when the body has ended.
    fn end(
        &mut self,
        codec: &'static dyn Provider,
        deltas: &mut Vec<Delta>,
        wire: &mut (dyn FnMut(SseEvent<'_>) + Send),
    ) -> Result<(), CallError> {
        if let Some(BodyKind::Whole) = self.kind {
            deltas.extend(codec.decode_whole(&self.whole)?);
            let (name, data) = (WHOLE_REPLY, String::from_utf8_lossy(&self.whole));
            wire(SseEvent { name, data: &data });
            return Ok(());
        }
        let decoder = &mut self.decoder;
        self.parser.finish(|event| {
            // What does not decode is not passed on.
            decoder.event(event, deltas)?;
            wire(event);
            Ok(())
        })?;
        decoder.end(deltas)
    }
}

/// Reads an error reply and says what it means.
async fn refusal(codec: &'static dyn Provider, response: Response, by: Instant) -> CallError {
    let (status, headers) = (response.status, response.headers.clone());
    let body = read_error_reply(response, by).await;
    let mut error = codec.classify(status, &headers, &body);
    if error.retry_after_ms.is_none() {
        error.retry_after_ms = retry_after(&headers, std::time::SystemTime::now()).map(millis);
    }
    error
}

/// Tells a failure after some of the answer by what it means for it.
fn in_the_middle(error: CallError, progress: &Progress) -> CallError {
    if !progress.produced() {
        return error;
    }
    let cut = CallError::cut("the connection broke in the middle of the answer");
    match error.kind {
        ErrorKind::Reset => CallError {
            kind: cut.kind,
            message: cut.message,
            hint: cut.hint,
            ..error
        },
        // What came before was read, so the wire format is the right one.
        ErrorKind::Malformed => CallError {
            hint: cut.hint,
            ..error
        },
        _ => error,
    }
}

/// Returns a duration as whole milliseconds.
pub(crate) fn millis(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}
