//! From a request to its reply.

use super::access::{Access, token};
use super::answer::{Answer, End};
use super::asked::Asked;
use super::error::Problem;
use super::render::{self, Head, Render};
use super::shown::Shown;
use super::{Api, decode, models};
use crate::guard;
use axum::Json;
use axum::body::{Body, Bytes, to_bytes};
use axum::extract::Request;
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE};
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode};
use axum::response::{IntoResponse, Response};
use serde_json::Value;
use std::convert::Infallible;
use std::sync::Arc;
use std::time::{Duration, SystemTime};
use switchboard_app::App;
use switchboard_app::calls::{ApiCallHandle, api_models, start_api_call};
use switchboard_engine::event::{Event, TargetInfo};

/// Longest body of a request, in bytes.
const MAX_BODY: usize = 32 * 1024 * 1024;
/// How long a client may take to send its body.
const BODY_TIME: Duration = Duration::from_secs(60);
/// A stream that has nothing to say says so this often, so that nothing between takes it for dead.
const KEEP_ALIVE: Duration = Duration::from_secs(15);
/// Names a call's deadline in milliseconds.
const DEADLINE: &str = "x-switchboard-deadline-ms";

/// What every request needs.
pub(super) struct Shared {
    pub(super) app: App,
    pub(super) access: Arc<dyn Access>,
    pub(super) port: u16,
}

/// Where a request goes.
enum Place {
    Health,
    Models(Api),
    Call(Api, Option<(String, bool)>),
}

/// Answers a request. Whatever is wrong is said in the shape of the API whose path it is.
pub(super) async fn answer(shared: Arc<Shared>, request: Request) -> Response {
    let api = api_of(request.uri().path(), request.headers());
    match answer_in(&shared, request).await {
        Ok(reply) => reply,
        Err(problem) => problem.reply(api),
    }
}

async fn answer_in(shared: &Shared, request: Request) -> Result<Response, Problem> {
    guard::check_program(request.headers(), shared.port)
        .map_err(|refusal| Problem::new(StatusCode::FORBIDDEN, "foreign", refusal.message()))?;
    let place = place(request.method(), request.uri().path(), request.headers())?;
    if let Place::Health = place {
        return Ok("ok\n".into_response());
    }
    if shared.access.is_required() {
        let shown = token(request.headers(), request.uri().query());
        if shown.and_then(|token| shared.access.check(token)).is_none() {
            let message = "the gateway key is missing or unknown: send one made in Switchboard";
            return Err(Problem::new(
                StatusCode::UNAUTHORIZED,
                "invalid_api_key",
                message,
            ));
        }
    }
    match place {
        Place::Health => Ok("ok\n".into_response()),
        Place::Models(api) => {
            let list = models::list(api, &api_models(&shared.app).await);
            Ok(Json(list).into_response())
        }
        Place::Call(api, named) => {
            let deadline = deadline(request.headers())?;
            let body = read(request.into_body()).await?;
            let asked = decode::decode(api, body, named, deadline)?;
            call(shared, api, asked).await
        }
    }
}

/// Returns whose API a path belongs to.
fn api_of(path: &str, headers: &HeaderMap) -> Api {
    match path {
        "/v1/messages" => Api::Anthropic,
        "/v1/responses" => Api::Responses,
        "/v1/models" if headers.contains_key("anthropic-version") => Api::Anthropic,
        _ if path.starts_with("/v1beta/") || path.starts_with("/v1/models/") => Api::Gemini,
        _ => Api::Chat,
    }
}

fn place(method: &Method, path: &str, headers: &HeaderMap) -> Result<Place, Problem> {
    let api = api_of(path, headers);
    let (place, wanted) = match path {
        "/healthz" => (Place::Health, Method::GET),
        "/v1/models" | "/v1beta/models" => (Place::Models(api), Method::GET),
        "/v1/chat/completions" | "/v1/responses" | "/v1/messages" => {
            (Place::Call(api, None), Method::POST)
        }
        _ => {
            let model = path
                .strip_prefix("/v1beta/models/")
                .or_else(|| path.strip_prefix("/v1/models/"));
            let named = model.and_then(|model| model.rsplit_once(':'));
            let stream = match named {
                Some((_, "generateContent")) => false,
                Some((_, "streamGenerateContent")) => true,
                _ => {
                    let message = format!("there is nothing at {path}");
                    return Err(Problem::new(StatusCode::NOT_FOUND, "unknown_path", message));
                }
            };
            let model = named.map(|(model, _)| unescaped(model)).unwrap_or_default();
            (Place::Call(api, Some((model, stream))), Method::POST)
        }
    };
    if *method != wanted {
        let message = format!("{path} takes {wanted} only");
        return Err(Problem::new(
            StatusCode::METHOD_NOT_ALLOWED,
            "wrong_method",
            message,
        ));
    }
    Ok(place)
}

/// Undoes `%2F` and the like; what is no such escape stays.
fn unescaped(text: &str) -> String {
    let mut out = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((first, after)) = rest.split_first() {
        let digits = after.get(..2).and_then(|hex| std::str::from_utf8(hex).ok());
        let byte = digits
            .filter(|hex| *first == b'%' && hex.bytes().all(|digit| digit.is_ascii_hexdigit()))
            .and_then(|hex| u8::from_str_radix(hex, 16).ok());
        match byte {
            Some(byte) => {
                out.push(byte);
                rest = after.get(2..).unwrap_or_default();
            }
            None => {
                out.push(*first);
                rest = after;
            }
        }
    }
    String::from_utf8_lossy(&out).into_owned()
}

fn deadline(headers: &HeaderMap) -> Result<Option<Duration>, Problem> {
    let Some(value) = headers.get(DEADLINE) else {
        return Ok(None);
    };
    let ms = value
        .to_str()
        .ok()
        .and_then(|text| text.trim().parse::<u64>().ok());
    match ms {
        // A day is longer than any call.
        Some(ms) if (1..=86_400_000).contains(&ms) => Ok(Some(Duration::from_millis(ms))),
        _ => {
            let message = format!("`{DEADLINE}` must be milliseconds from 1 to 86400000");
            Err(Problem::new(
                StatusCode::BAD_REQUEST,
                "invalid_request",
                message,
            ))
        }
    }
}

async fn read(body: Body) -> Result<serde_json::Map<String, Value>, Problem> {
    let bytes = match tokio::time::timeout(BODY_TIME, to_bytes(body, MAX_BODY)).await {
        Ok(Ok(bytes)) => bytes,
        Ok(Err(_)) => {
            let message = "the body is longer than 32 MB, or broke off";
            return Err(Problem::new(
                StatusCode::PAYLOAD_TOO_LARGE,
                "too_large",
                message,
            ));
        }
        Err(_) => {
            let message = "the body took longer than 60 s to arrive";
            return Err(Problem::new(
                StatusCode::REQUEST_TIMEOUT,
                "slow_body",
                message,
            ));
        }
    };
    serde_json::from_slice(&bytes).map_err(|error| {
        let message = format!("the body is not a JSON object: {error}");
        Problem::new(StatusCode::BAD_REQUEST, "invalid_json", message)
    })
}

/// What is known of a call when its reply begins.
#[derive(Default)]
struct Known {
    route: Option<String>,
    target: Option<TargetInfo>,
    attempts: u32,
    cost: Option<i64>,
}

impl Known {
    fn note(&mut self, event: &Event) {
        match event {
            Event::Planned { route, .. } => self.route.clone_from(route),
            Event::AttemptStarted {
                attempt, target, ..
            } => {
                self.attempts = *attempt;
                self.target = Some(target.clone());
            }
            Event::Finished { outcome } => {
                self.target = Some(outcome.target.clone());
                self.attempts = outcome.attempts;
                self.cost = outcome.cost.map(|cost| cost.0);
            }
            _ => {}
        }
    }

    /// Returns `provider/model` of the answering target.
    fn model(&self) -> String {
        let name = |target: &TargetInfo| format!("{}/{}", target.provider, target.model);
        self.target.as_ref().map(name).unwrap_or_default()
    }

    fn write(&self, id: &str, headers: &mut HeaderMap) {
        let mut set = |name: &'static str, text: &str| {
            if let Ok(value) = HeaderValue::from_str(text) {
                headers.insert(HeaderName::from_static(name), value);
            }
        };
        set("x-switchboard-call-id", id);
        set("x-switchboard-attempts", &self.attempts.to_string());
        if let Some(route) = &self.route {
            set("x-switchboard-route", route);
        }
        if self.target.is_some() {
            set("x-switchboard-target", &self.model());
        }
        if let Some(pico) = self.cost {
            // US dollars, exact.
            let (dollars, rest) = (pico / 1_000_000_000_000, pico % 1_000_000_000_000);
            set("x-switchboard-cost", &format!("{dollars}.{rest:012}"));
        }
    }
}

/// Runs a call. The reply begins with its first content, so that everything before can still change the
/// target or the status.
async fn call(shared: &Shared, api: Api, asked: Asked) -> Result<Response, Problem> {
    let is_text = asked.call.request.response_format == Default::default();
    let mut handle = start_api_call(&shared.app, asked.call).await?;
    let id = handle.id.to_string();
    let mut known = Known::default();
    let mut answer = Answer::default();
    let (first, end) = loop {
        let Some(event) = handle.events.recv().await else {
            return Err(cut_short());
        };
        known.note(&event);
        answer.add(&event);
        match event {
            Event::Failed { report } => {
                let problem = Problem::from(&report.error);
                let mut reply = problem.reply(api);
                known.write(&id, reply.headers_mut());
                return Ok(reply);
            }
            Event::Cancelled { .. } => return Err(cut_short()),
            Event::Finished { outcome } => {
                let end = End {
                    finish: outcome.finish_reason,
                    usage: outcome.usage,
                };
                break (None, Some(end));
            }
            Event::TextDelta { .. }
            | Event::ReasoningDelta { .. }
            | Event::ToolCallDelta { .. }
                if asked.stream =>
            {
                break (Some(event), None);
            }
            _ => {}
        }
    };
    let head = Head {
        id: id.replace('-', ""),
        model: known.model(),
        created: SystemTime::now()
            .duration_since(SystemTime::UNIX_EPOCH)
            .map_or(0, |since| since.as_secs()),
        include_usage: asked.include_usage,
    };
    let mut reply = match (asked.stream, end) {
        (false, Some(end)) => Json(render::whole(api, &head, &answer, end)).into_response(),
        (_, end) => {
            let mut writer = Writer {
                handle,
                render: render::stream(api, head),
                answer: Answer::default(),
                shown: Shown::default(),
                is_text,
                restarted: false,
                ended: false,
            };
            let mut begun = String::new();
            writer.render.begin(&mut begun);
            if let Some(event) = first {
                writer.write(&event, &mut begun);
            }
            if let Some(end) = end {
                writer.render.end(&answer, end, &mut begun);
                writer.ended = true;
            }
            streamed(begun, writer)
        }
    };
    known.write(&id, reply.headers_mut());
    Ok(reply)
}

fn cut_short() -> Problem {
    let message = "the call was stopped before its answer was whole";
    Problem::new(StatusCode::SERVICE_UNAVAILABLE, "cancelled", message)
}

fn streamed(begun: String, writer: Writer) -> Response {
    let stream = futures_util::stream::unfold((Some(begun), writer), |(begun, mut writer)| async {
        let text = match begun {
            Some(text) if !text.is_empty() => text,
            _ => writer.next().await?,
        };
        Some((Ok::<_, Infallible>(Bytes::from(text)), (None, writer)))
    });
    let headers = [
        (CONTENT_TYPE, "text/event-stream; charset=utf-8"),
        (CACHE_CONTROL, "no-cache"),
    ];
    (headers, Body::from_stream(stream)).into_response()
}

/// Writes a call's events as a stream. Dropping it, when the client is gone, cancels the call.
struct Writer {
    handle: ApiCallHandle,
    render: Box<dyn Render>,
    answer: Answer,
    shown: Shown,
    /// Whether the answer is free text, in which a break can be marked.
    is_text: bool,
    restarted: bool,
    ended: bool,
}

impl Writer {
    /// Returns what to send next: all that waits; `None` after the end.
    async fn next(&mut self) -> Option<String> {
        let mut out = String::new();
        while out.is_empty() {
            if self.ended {
                return None;
            }
            match tokio::time::timeout(KEEP_ALIVE, self.handle.events.recv()).await {
                Err(_) => return Some(": keep-alive\n\n".to_owned()),
                Ok(None) => self.fail(&cut_short(), &mut out),
                Ok(Some(event)) => self.write(&event, &mut out),
            }
            while !self.ended
                && let Ok(event) = self.handle.events.try_recv()
            {
                self.write(&event, &mut out);
            }
        }
        Some(out)
    }

    fn fail(&mut self, problem: &Problem, out: &mut String) {
        self.render.fail(problem, out);
        self.ended = true;
    }

    fn write(&mut self, event: &Event, out: &mut String) {
        match event {
            Event::TextDelta { text } => {
                let (text, departs) = self.shown.add(text);
                if departs && !self.is_text {
                    return self.fail(&starts_over(), out);
                }
                if !text.is_empty() {
                    self.render.text(&text, out);
                }
            }
            // Thoughts of an answer that starts over would stand behind its text.
            Event::ReasoningDelta { text } if !self.restarted => self.render.reasoning(text, out),
            Event::Restarted { .. } => {
                if !self.answer.tools.is_empty() {
                    return self.fail(&starts_over(), out);
                }
                self.restarted = true;
                self.shown.restart();
            }
            _ => {}
        }
        self.answer.add(event);
        match event {
            Event::ToolCallDelta {
                index, arguments, ..
            } => {
                let tool = self.answer.tools.iter().find(|tool| tool.index == *index);
                if let Some(tool) = tool {
                    self.render
                        .tool(*index, &tool.id, &tool.name, arguments, out);
                }
            }
            Event::Finished { outcome } => {
                if let Some(rest) = self.shown.end() {
                    if !self.is_text {
                        return self.fail(&starts_over(), out);
                    }
                    self.render.text(&rest, out);
                }
                let end = End {
                    finish: outcome.finish_reason,
                    usage: outcome.usage,
                };
                self.render.end(&self.answer, end, out);
                self.ended = true;
            }
            Event::Failed { report } => self.fail(&Problem::from(&report.error), out),
            Event::Cancelled { .. } => self.fail(&cut_short(), out),
            _ => {}
        }
    }
}

fn starts_over() -> Problem {
    let message = "the answer broke off and what came next does not continue it; ask again";
    Problem::new(StatusCode::BAD_GATEWAY, "truncated", message)
}
