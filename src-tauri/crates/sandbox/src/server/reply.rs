//! Plays what was decided.

use super::State;
use super::handle::Context;
use super::headers::rate_headers;
use super::response::{Body, builder, error_response, finish};
use crate::answer::{self, Answer};
use crate::ask::Ask;
use crate::embed::Embed;
use crate::fault::{Fault, Strikes};
use crate::journal::{Outcome, Ticket};
use crate::play::{Break, Player, ResetFlag};
use crate::script::Script;
use crate::timeline;
use crate::wire::errors::{self, ErrorReply, Trouble};
use crate::wire::{Head, Wire};
use futures_util::{StreamExt, stream};
use http::Response;
use http::header::{CACHE_CONTROL, CONTENT_LENGTH, CONTENT_TYPE};
use http_body_util::{BodyExt, StreamBody};
use std::sync::atomic::Ordering;
use tokio::time::sleep_until;

/// A request understood, about to be answered.
pub(super) struct Reply<'a> {
    pub(super) context: &'a Context,
    pub(super) state: &'a State,
    pub(super) reset: ResetFlag,
    pub(super) wire: Wire,
    pub(super) ask: Ask,
    /// Vectors are wanted instead of an answer.
    pub(super) embed: Option<Embed>,
    pub(super) script: Script,
}

impl Reply<'_> {
    pub(super) async fn send(self, ticket: Ticket) -> Result<Response<Body>, Break> {
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
