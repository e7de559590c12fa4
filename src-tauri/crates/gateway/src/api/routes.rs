//! From a request to its reply.

use super::access::token;
use super::body::Bodies;
use super::decode::{self, Outside};
use super::error::Problem;
use super::{Api, call, count, models, vectors};
use crate::guard;
use axum::Json;
use axum::extract::Request;
use axum::http::{HeaderMap, Method, StatusCode};
use axum::response::{IntoResponse, Response};
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;
use switchboard_app::App;
use switchboard_app::calls::api_models;
use switchboard_app::gateway::GatewayRefusal;

/// Names what a call is for.
const PROJECT: &str = "x-switchboard-project";
/// Names tags of a call, between commas.
const TAGS: &str = "x-switchboard-tags";
/// Names a call's deadline in milliseconds.
const DEADLINE: &str = "x-switchboard-deadline-ms";

/// Names what weighted options of a route stay the same for.
const STICKY: &str = "x-switchboard-sticky";

/// Most characters of that name that count.
const STICKY_CHARS: usize = 200;

/// What every request needs.
pub(super) struct Shared {
    pub(super) app: App,
    pub(super) bodies: Bodies,
    /// Where the gateway listens.
    pub(super) address: SocketAddr,
}

/// Where a request goes.
enum Place {
    Health,
    /// All, or the one of that name.
    Models(Api, Option<String>),
    Call(Api, Option<(String, bool)>),
    Embeddings,
    /// Counts the tokens of a request; the model as for a call.
    Count(Api, Option<String>),
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
    let (parts, body) = request.into_parts();
    let (headers, query) = (&parts.headers, parts.uri.query());
    guard::check_program(headers, shared.address)
        .map_err(|refusal| Problem::new(StatusCode::FORBIDDEN, "foreign", refusal.message()))?;
    let place = place(&parts.method, parts.uri.path(), headers)?;
    if let Place::Health = place {
        return Ok("ok\n".into_response());
    }
    let caller_key = admitted(shared, headers, query).await?;
    match place {
        Place::Health => Ok("ok\n".into_response()),
        Place::Models(api, name) => {
            let all = api_models(&shared.app).await?;
            let told = match name {
                Some(name) => models::named(api, &all, &name)?,
                None => models::list(api, &all),
            };
            Ok(Json(told).into_response())
        }
        Place::Call(api, named) => {
            let is_events =
                query.is_some_and(|query| query.split('&').any(|pair| pair == "alt=sse"));
            let outside = Outside {
                array: api == Api::Gemini && !is_events,
                deadline: deadline(headers)?,
                named,
            };
            let (body, room) = shared.bodies.read(headers, body).await?;
            let mut asked = decode::decode(api, body, outside)?;
            asked.call.caller_key = caller_key;
            asked.call.sticky = sticky(headers);
            (asked.call.project, asked.call.tags) = labels(headers)?;
            drop(room);
            call::call(&shared.app, api, asked).await
        }
        Place::Count(api, named) => {
            let outside = Outside {
                named: named.map(|model| (model, false)),
                ..Outside::default()
            };
            let (body, room) = shared.bodies.read(headers, body).await?;
            let mut asked = decode::counted(api, body, outside)?;
            asked.call.caller_key = caller_key;
            drop(room);
            count::count(&shared.app, api, asked).await
        }
        Place::Embeddings => {
            let deadline = deadline(headers)?;
            let (body, room) = shared.bodies.read(headers, body).await?;
            let mut asked = decode::embeddings(body, deadline)?;
            asked.call.caller_key = caller_key;
            (asked.call.project, asked.call.tags) = labels(headers)?;
            drop(room);
            vectors::call(&shared.app, asked).await
        }
    }
}

/// Returns what weighted options of a route stay the same for, as the caller names it: a user, a conversation.
/// `None`: it names nothing, or nothing that can be read.
fn sticky(headers: &HeaderMap) -> Option<String> {
    let text = headers.get(STICKY)?.to_str().ok()?.trim();
    (!text.is_empty()).then(|| text.chars().take(STICKY_CHARS).collect())
}

/// Returns the name of the key that was shown; `None` where none is needed.
async fn admitted(
    shared: &Shared,
    headers: &HeaderMap,
    query: Option<&str>,
) -> Result<Option<String>, Problem> {
    let token = token(headers, query);
    let caller = match shared.app.gateway_admit(token.as_deref()).await {
        // Whatever the configuration says, other machines are never served without a key.
        Ok(None) if !shared.address.ip().is_loopback() => Err(GatewayRefusal::Missing),
        admitted => admitted,
    };
    match caller {
        Ok(caller) => Ok(caller.map(|caller| caller.name.to_string())),
        Err(refusal) => {
            let status = StatusCode::UNAUTHORIZED;
            Err(Problem::new(status, "invalid_api_key", refusal.to_string()))
        }
    }
}

/// Returns whose API a path belongs to.
pub(super) fn api_of(path: &str, headers: &HeaderMap) -> Api {
    match path {
        _ if path.starts_with("/v1/messages") => Api::Anthropic,
        _ if path.starts_with("/v1/responses") => Api::Responses,
        _ if path.starts_with("/v1beta/") => Api::Gemini,
        _ if path.starts_with("/v1/models") => {
            let is_act = [":generateContent", ":streamGenerateContent", ":countTokens"]
                .iter()
                .any(|act| path.ends_with(act));
            match () {
                () if is_act || headers.contains_key("x-goog-api-key") => Api::Gemini,
                () if headers.contains_key("anthropic-version") => Api::Anthropic,
                () => Api::Chat,
            }
        }
        _ => Api::Chat,
    }
}

fn place(method: &Method, path: &str, headers: &HeaderMap) -> Result<Place, Problem> {
    let api = api_of(path, headers);
    let (place, wanted) = match path {
        "/healthz" => (Place::Health, Method::GET),
        "/v1/models" | "/v1beta/models" => (Place::Models(api, None), Method::GET),
        "/v1/embeddings" => (Place::Embeddings, Method::POST),
        "/v1/chat/completions" | "/v1/responses" | "/v1/messages" => {
            (Place::Call(api, None), Method::POST)
        }
        "/v1/messages/count_tokens" => (Place::Count(api, None), Method::POST),
        _ => {
            let model = path
                .strip_prefix("/v1beta/models/")
                .or_else(|| path.strip_prefix("/v1/models/"));
            if let (Some(model), true) = (model, method == Method::GET) {
                let name = unescaped(model);
                return Ok(Place::Models(api, Some(name)));
            }
            let named = model.and_then(|model| model.rsplit_once(':'));
            let model = named.map(|(model, _)| unescaped(model)).unwrap_or_default();
            let place = match named {
                Some((_, "generateContent")) => Place::Call(api, Some((model, false))),
                Some((_, "streamGenerateContent")) => Place::Call(api, Some((model, true))),
                Some((_, "countTokens")) => Place::Count(api, Some(model)),
                _ => {
                    let message = format!("there is nothing at {path}");
                    return Err(Problem::new(StatusCode::NOT_FOUND, "unknown_path", message));
                }
            };
            (place, Method::POST)
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
pub(super) fn unescaped(text: &str) -> String {
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

/// Returns the project and the tags that headers name. What they may be is checked when the call begins.
fn labels(headers: &HeaderMap) -> Result<(Option<String>, Vec<String>), Problem> {
    let text = |name: &str| match headers
        .get(name)
        .map(|value| std::str::from_utf8(value.as_bytes()))
    {
        None => Ok(None),
        Some(Ok(text)) => Ok(Some(text.trim())),
        Some(Err(_)) => {
            let message = format!("`{name}` must be UTF-8 text");
            Err(Problem::new(
                StatusCode::BAD_REQUEST,
                "invalid_request",
                message,
            ))
        }
    };
    let project = text(PROJECT)?.map(str::to_owned);
    let tags = text(TAGS)?.into_iter().flat_map(|text| text.split(','));
    let tags = tags
        .map(str::trim)
        .filter(|tag| !tag.is_empty())
        .map(str::to_owned);
    Ok((project, tags.collect()))
}
