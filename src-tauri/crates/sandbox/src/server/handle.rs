//! Reads a request and decides what is played.

use super::headers::{hide_key, key_header, scope};
use super::reply::Reply;
use super::response::{Body, plain, refuse};
use super::{MAX_BODY, State};
use crate::catalog;
use crate::embed::Embed;
use crate::journal::{BODY_KEPT, Entry, Outcome, Ticket};
use crate::play::{Break, ResetFlag};
use crate::route::{Route, route};
use crate::script::{Script, ScriptError};
use crate::wire::errors::{Trouble, What};
use crate::wire::{Wire, models};
use bytes::Bytes;
use http::{HeaderMap, Request, Response};
use http_body_util::{BodyExt, LengthLimitError, Limited};
use hyper::body::Incoming;
use serde_json::Value;
use std::sync::Arc;
use std::time::Duration;
use tokio::time::Instant;

/// What is known of a request before its body is read.
pub(super) struct Context {
    pub(super) start: Instant,
    pub(super) headers: HeaderMap,
    pub(super) request_id: String,
}

pub(super) async fn handle(
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
