//! The HTTP server: listens on loopback, reads requests, decides what is played.

use crate::answer::{self, Answer};
use crate::ask::Ask;
use crate::catalog;
use crate::connection::Connection;
use crate::embed::Embed;
use crate::fault::{Fault, Strikes};
use crate::journal::{BODY_KEPT, Entry, Journal, Outcome, Ticket};
use crate::once::{Counters, SCENARIO_HEADER, Scope};
use crate::play::{Break, Player, ResetFlag};
use crate::route::{Route, route};
use crate::script::{Script, ScriptError};
use crate::timeline;
use crate::wire::errors::{self, ErrorReply, Trouble, What};
use crate::wire::{Head, Wire, models};
use bytes::Bytes;
use futures_util::{StreamExt, stream};
use http::header::{CACHE_CONTROL, CONTENT_LENGTH, CONTENT_TYPE};
use http::{HeaderMap, HeaderValue, Request, Response};
use http_body_util::combinators::UnsyncBoxBody;
use http_body_util::{BodyExt, Full, LengthLimitError, Limited, StreamBody};
use hyper::body::Incoming;
use hyper_util::rt::{TokioIo, TokioTimer};
use serde_json::Value;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;
use tokio::net::{TcpListener, TcpStream};
use tokio::task::{JoinHandle, JoinSet};
use tokio::time::{Instant, sleep_until};
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

type Body = UnsyncBoxBody<Bytes, Break>;

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

/// What is known of a request before its body is read.
struct Context {
    start: Instant,
    headers: HeaderMap,
    request_id: String,
}

async fn handle(
    request: Request<Incoming>,
    state: &State,
    reset: ResetFlag,
) -> Result<Response<Body>, Break> {
    let start = Instant::now();
    let (parts, body) = request.into_parts();
    let path = parts.uri.path();
    let query = parts.uri.query().unwrap_or_default();
    let found = route(&parts.method, path, query, &parts.headers);
    let ticket = state.journal.begin(Entry {
        id: 0,
        at: Duration::ZERO,
        method: parts.method.to_string(),
        path: path.to_owned(),
        query: hide_key(query),
        wire: found.wire(),
        model: None,
        stream: false,
        key_header: key_header(&parts.headers).map(|(name, _)| name),
        headers: parts
            .headers
            .keys()
            .map(|name| name.as_str().to_owned())
            .collect(),
        body: None,
        fault: None,
        status: None,
        sent_bytes: 0,
        outcome: Outcome::Running,
        ended_at: None,
    });
    let context = Context {
        start,
        headers: parts.headers,
        request_id: format!("req_sim{:08x}", ticket.id()),
    };
    match found {
        Route::Home => Ok(plain(
            &context,
            ticket,
            200,
            "text/plain; charset=utf-8",
            crate::HOME,
        )),
        Route::Models(wire) => {
            let list = models::list(wire).to_string();
            Ok(plain(&context, ticket, 200, "application/json", list))
        }
        Route::Model(wire, name) => Ok(match catalog::find(&name) {
            Some(model) => {
                let entry = models::one(wire, model).to_string();
                plain(&context, ticket, 200, "application/json", entry)
            }
            None => {
                let trouble =
                    Trouble::new(What::NoModel, format!("The model `{name}` does not exist."));
                refuse(&context, ticket, wire, &trouble)
            }
        }),
        Route::NoPath(wire) => {
            let trouble = Trouble::new(
                What::NoPath,
                format!("Invalid URL ({} {path}).", parts.method),
            );
            Ok(refuse(&context, ticket, wire, &trouble))
        }
        Route::Call {
            wire,
            model,
            stream,
        } => {
            let bytes = match read(body).await {
                Ok(bytes) => bytes,
                Err(refusal) => return refusal.answer(&context, ticket, wire),
            };
            let place = Asked::Answer(stream);
            call(&context, state, reset, ticket, wire, &bytes, model, place).await
        }
        Route::Embed { wire, model } => {
            let bytes = match read(body).await {
                Ok(bytes) => bytes,
                Err(refusal) => return refusal.answer(&context, ticket, wire),
            };
            call(
                &context,
                state,
                reset,
                ticket,
                wire,
                &bytes,
                model,
                Asked::Vectors,
            )
            .await
        }
    }
}

/// What a request is for, and for an answer whether the path asks for a stream.
#[derive(Debug, Clone, Copy)]
enum Asked {
    Answer(bool),
    Vectors,
}

/// Why a body was not read to its end.
enum Unread {
    TooLarge,
    /// The client went away while sending.
    Gone,
}

impl Unread {
    fn answer(
        self,
        context: &Context,
        ticket: Ticket,
        wire: Wire,
    ) -> Result<Response<Body>, Break> {
        match self {
            Self::TooLarge => {
                let trouble = Trouble::new(What::TooLarge, "Request exceeds the maximum size.");
                Ok(refuse(context, ticket, wire, &trouble))
            }
            Self::Gone => Err(Break),
        }
    }
}

async fn read(body: Incoming) -> Result<Bytes, Unread> {
    match Limited::new(body, MAX_BODY).collect().await {
        Ok(collected) => Ok(collected.to_bytes()),
        Err(error) if error.is::<LengthLimitError>() => Err(Unread::TooLarge),
        Err(_) => Err(Unread::Gone),
    }
}

#[expect(
    clippy::too_many_arguments,
    reason = "one step of `handle`, cut off for its length"
)]
async fn call(
    context: &Context,
    state: &State,
    reset: ResetFlag,
    ticket: Ticket,
    wire: Wire,
    bytes: &Bytes,
    path_model: Option<String>,
    asked_for: Asked,
) -> Result<Response<Body>, Break> {
    let Ok(body) = serde_json::from_slice::<Value>(bytes) else {
        let trouble = Trouble::new(
            What::Rejected,
            "We could not parse the JSON body of your request.",
        );
        return Ok(refuse(context, ticket, wire, &trouble));
    };
    let asked = match asked_for {
        Asked::Answer(path_stream) => wire.read(&body).map(|mut ask| {
            if let Some(model) = path_model {
                (ask.model, ask.stream) = (model, path_stream);
            }
            (None, ask)
        }),
        Asked::Vectors => {
            Embed::read(wire, &body, path_model).map(|(embed, ask)| (Some(embed), ask))
        }
    };
    let body = (bytes.len() <= BODY_KEPT).then(|| Arc::new(body));
    ticket.describe(|entry| {
        entry.body = body.clone();
        if let Ok((_, ask)) = &asked {
            entry.model = Some(ask.model.clone());
            entry.stream = ask.stream;
        }
    });
    let (embed, ask) = match asked {
        Ok(asked) => asked,
        Err(bad) => return Ok(refuse(context, ticket, wire, &Trouble::bad(bad))),
    };
    if wire == Wire::Anthropic && !context.headers.contains_key("anthropic-version") {
        let trouble = Trouble::new(What::Rejected, "anthropic-version: header is required");
        return Ok(refuse(context, ticket, wire, &trouble));
    }
    let mut script = match Script::parse(&ask.model) {
        Ok(script) => script,
        Err(error @ ScriptError::UnknownModel(_)) => {
            let trouble = Trouble::new(What::NoModel, format!("{error}."));
            return Ok(refuse(context, ticket, wire, &trouble));
        }
        Err(error @ ScriptError::Option { .. }) => {
            let mut trouble = Trouble::new(What::Rejected, format!("{error}."));
            trouble.param = Some("model".to_owned());
            return Ok(refuse(context, ticket, wire, &trouble));
        }
    };
    let sent: Value = serde_json::from_slice(bytes).unwrap_or(Value::Null);
    if let Some(name) = script
        .reject
        .iter()
        .find(|name| wire.has_param(&sent, name))
    {
        let mut trouble = Trouble::new(
            What::Unsupported,
            format!("Unsupported parameter: '{name}' is not supported with this model."),
        );
        trouble.param = Some(name.clone());
        return Ok(refuse(context, ticket, wire, &trouble));
    }
    if let (Some(_), Some(times)) = (script.fault, script.times)
        && !state
            .counters
            .strikes(scope(&context.headers), &ask.model, times)
    {
        script.fault = None;
    }
    ticket.describe(|entry| entry.fault = script.fault);
    let reply = Reply {
        context,
        state,
        reset,
        wire,
        ask,
        embed,
        script,
    };
    reply.send(ticket).await
}

/// A request understood, about to be answered.
struct Reply<'a> {
    context: &'a Context,
    state: &'a State,
    reset: ResetFlag,
    wire: Wire,
    ask: Ask,
    /// Vectors are wanted instead of an answer.
    embed: Option<Embed>,
    script: Script,
}

impl Reply<'_> {
    async fn send(self, ticket: Ticket) -> Result<Response<Body>, Break> {
        let start = self.context.start;
        sleep_until(start + self.script.headers).await;
        match self.script.fault {
            Some(Fault::Reset) => {
                self.reset.store(true, Ordering::Release);
                ticket.end(Outcome::Broken);
                return Err(Break);
            }
            Some(Fault::Hangup) => {
                ticket.end(Outcome::Broken);
                return Err(Break);
            }
            Some(Fault::Silence) => std::future::pending::<()>().await,
            Some(Fault::SlowHeaders) => sleep_until(start + self.script.wait).await,
            _ => {}
        }
        if let Some(reply) = self.status_reply() {
            return Ok(error_response(self.context, ticket, reply));
        }
        let seed = answer::seed_of(&self.script, &self.ask, self.state.seed);
        let answer = match self.embed {
            // Only its id and usage are told.
            Some(_) => answer::nothing(seed, self.ask.input_tokens),
            None => answer::answer(&self.script, &self.ask, seed),
        };
        let streams = self.ask.stream && self.script.fault != Some(Fault::NotStreamed);
        Ok(self.play(ticket, answer, seed, streams))
    }

    fn status_reply(&self) -> Option<ErrorReply> {
        let fault = self.script.fault?;
        match fault {
            Fault::BadGateway => return Some(errors::html(502, "502 Bad Gateway")),
            Fault::GatewayTimeout => return Some(errors::html(504, "504 Gateway Time-out")),
            Fault::Html => return Some(errors::html(200, "Sign in to the network")),
            Fault::NotJson => {
                return Some(ErrorReply {
                    status: 200,
                    headers: Vec::new(),
                    content_type: "text/plain; charset=utf-8",
                    body: "It works! (simulated)\n".to_owned(),
                });
            }
            Fault::Filtered if self.wire == Wire::Gemini => {
                let blocked = errors::gemini_blocked(&self.script.name, self.ask.input_tokens);
                let (content_type, body) = if self.ask.stream {
                    ("text/event-stream", crate::wire::data(&blocked))
                } else {
                    ("application/json", blocked.to_string())
                };
                return Some(ErrorReply {
                    status: 200,
                    headers: Vec::new(),
                    content_type,
                    body,
                });
            }
            // Without a stream there is no band for the error to come in.
            Fault::ErrorEvent if self.ask.stream => return None,
            _ if fault.strikes() != Strikes::Status && fault != Fault::ErrorEvent => return None,
            _ => {}
        }
        let trouble = Trouble::of(fault, &self.script.name, self.script.hint)?;
        let mut reply = trouble.reply(self.wire, &self.context.request_id);
        if fault == Fault::RateLimited || fault == Fault::DailyQuota {
            reply.headers.extend(rate_headers(self.wire, 0));
        }
        Some(reply)
    }

    fn play(self, ticket: Ticket, answer: Answer, seed: u64, streams: bool) -> Response<Body> {
        let head = Head {
            model: self.script.name.clone(),
            id: answer.id,
            include_usage: self.ask.include_usage,
            usage: answer.usage,
        };
        let fault = self.script.fault;
        let mut response = builder(self.context, 200);
        for (name, value) in rate_headers(self.wire, 59) {
            response = response.header(name, value);
        }
        let timeline = if streams {
            response = response
                .header(CONTENT_TYPE, "text/event-stream; charset=utf-8")
                .header(CACHE_CONTROL, "no-cache");
            timeline::streamed(&self.script, &answer, fault, seed)
        } else {
            let json = match &self.embed {
                Some(embed) => {
                    let tokens = self.ask.input_tokens;
                    embed.reply(self.wire, &self.script, self.state.seed, tokens)
                }
                None => self.wire.whole(&head, &answer),
            };
            let json = json.to_string();
            // A cut shows only where the length was promised or the chunks are not ended.
            if matches!(
                fault,
                None | Some(Fault::Cut | Fault::ResetMiddle | Fault::Stall)
            ) {
                response = response.header(CONTENT_LENGTH, json.len());
            }
            response = response.header(CONTENT_TYPE, "application/json");
            timeline::whole(&self.script, &answer, fault, &json)
        };
        ticket.status(200);
        let encoder = self.wire.encoder(head);
        let mut player = Player::new(
            self.context.start,
            timeline,
            encoder,
            answer,
            ticket,
            self.reset,
        );
        player.fault = fault;
        player.trouble = Trouble::of(Fault::ErrorEvent, &self.script.name, self.script.hint);
        let body = StreamBody::new(stream::unfold(player, Player::next).boxed());
        finish(response, body.boxed_unsync())
    }
}

fn builder(context: &Context, status: u16) -> http::response::Builder {
    Response::builder()
        .status(status)
        .header(SIMULATED_HEADER, "1")
        .header("x-request-id", &context.request_id)
        .header("request-id", &context.request_id)
}

/// Completes a response whose parts are all our own.
fn finish(builder: http::response::Builder, body: Body) -> Response<Body> {
    builder
        .body(body)
        .unwrap_or_else(|_| Response::new(empty()))
}

fn empty() -> Body {
    Full::default()
        .map_err(|never: std::convert::Infallible| match never {})
        .boxed_unsync()
}

fn full(text: impl Into<Bytes>) -> Body {
    Full::new(text.into())
        .map_err(|never| match never {})
        .boxed_unsync()
}

fn plain(
    context: &Context,
    mut ticket: Ticket,
    status: u16,
    content_type: &'static str,
    body: impl Into<Bytes>,
) -> Response<Body> {
    let body = body.into();
    ticket.status(status);
    ticket.sent(body.len());
    ticket.end(Outcome::Sent);
    finish(
        builder(context, status).header(CONTENT_TYPE, content_type),
        full(body),
    )
}

fn refuse(context: &Context, ticket: Ticket, wire: Wire, trouble: &Trouble) -> Response<Body> {
    error_response(context, ticket, trouble.reply(wire, &context.request_id))
}

fn error_response(context: &Context, ticket: Ticket, reply: ErrorReply) -> Response<Body> {
    let mut response = plain(
        context,
        ticket,
        reply.status,
        reply.content_type,
        reply.body,
    );
    for (name, value) in reply.headers {
        if let Ok(value) = HeaderValue::from_str(&value) {
            response.headers_mut().insert(name, value);
        }
    }
    response
}

/// Rate-limit headers as each provider sends them, with `remaining` of 60 requests left.
fn rate_headers(wire: Wire, remaining: u32) -> Vec<(&'static str, String)> {
    match wire {
        Wire::OpenaiChat | Wire::OpenaiResponses => vec![
            ("x-ratelimit-limit-requests", "60".to_owned()),
            ("x-ratelimit-remaining-requests", remaining.to_string()),
            ("x-ratelimit-reset-requests", "1s".to_owned()),
            ("x-ratelimit-limit-tokens", "150000".to_owned()),
            ("x-ratelimit-remaining-tokens", "149000".to_owned()),
            ("x-ratelimit-reset-tokens", "400ms".to_owned()),
        ],
        Wire::Anthropic => vec![
            ("anthropic-ratelimit-requests-limit", "60".to_owned()),
            (
                "anthropic-ratelimit-requests-remaining",
                remaining.to_string(),
            ),
            (
                "anthropic-ratelimit-requests-reset",
                "2026-01-01T00:00:01Z".to_owned(),
            ),
        ],
        Wire::Gemini => Vec::new(),
    }
}

fn key_header(headers: &HeaderMap) -> Option<(&'static str, &HeaderValue)> {
    ["authorization", "x-api-key", "x-goog-api-key", "api-key"]
        .into_iter()
        .find_map(|name| headers.get(name).map(|value| (name, value)))
}

fn scope(headers: &HeaderMap) -> Scope {
    if let Some(name) = headers
        .get(SCENARIO_HEADER)
        .and_then(|value| value.to_str().ok())
    {
        return Scope::Scenario(name.chars().take(200).collect());
    }
    let mut hasher = DefaultHasher::new();
    key_header(headers)
        .map(|(_, value)| value.as_bytes())
        .hash(&mut hasher);
    Scope::Key(hasher.finish())
}

/// Google's clients may send the key in the query; the journal does not keep it.
fn hide_key(query: &str) -> String {
    query
        .split('&')
        .map(|pair| {
            if pair.starts_with("key=") {
                "key=…"
            } else {
                pair
            }
        })
        .collect::<Vec<_>>()
        .join("&")
}
