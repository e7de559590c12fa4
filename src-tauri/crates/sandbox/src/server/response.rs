//! Responses as they leave.

use super::SIMULATED_HEADER;
use super::handle::Context;
use crate::journal::{Outcome, Ticket};
use crate::play::Break;
use crate::wire::Wire;
use crate::wire::errors::{ErrorReply, Trouble};
use bytes::Bytes;
use http::header::CONTENT_TYPE;
use http::{HeaderValue, Response};
use http_body_util::combinators::UnsyncBoxBody;
use http_body_util::{BodyExt, Full};

pub(super) type Body = UnsyncBoxBody<Bytes, Break>;

pub(super) fn builder(context: &Context, status: u16) -> http::response::Builder {
    Response::builder()
        .status(status)
        .header(SIMULATED_HEADER, "1")
        .header("x-request-id", &context.request_id)
        .header("request-id", &context.request_id)
}

/// Completes a response whose parts are all our own.
pub(super) fn finish(builder: http::response::Builder, body: Body) -> Response<Body> {
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

pub(super) fn plain(
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

pub(super) fn refuse(
    context: &Context,
    ticket: Ticket,
    wire: Wire,
    trouble: &Trouble,
) -> Response<Body> {
    error_response(context, ticket, trouble.reply(wire, &context.request_id))
}

pub(super) fn error_response(
    context: &Context,
    ticket: Ticket,
    reply: ErrorReply,
) -> Response<Body> {
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
