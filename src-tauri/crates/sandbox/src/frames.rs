//! Answers and refusals as bytes, for players with a clock of their own.
//!
//! The server in this crate plays whole scripts over HTTP; who has the time and the connection already needs
//! only what a provider would write.

use crate::answer::{Finish, Tokens};
use crate::wire::errors::{Trouble, What, html};
use crate::wire::{Encoder, Head, Wire};
use std::time::Duration;

/// One answer, written as the stream of server-sent events that its wire format has.
pub struct Frames {
    encoder: Box<dyn Encoder>,
    input: u64,
}

impl std::fmt::Debug for Frames {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Frames").finish_non_exhaustive()
    }
}

impl Frames {
    /// Begins an answer of `model` to `input` tokens; `id` names it.
    pub fn new(wire: Wire, model: &str, id: u64, input: u64) -> Self {
        let usage = Tokens {
            input,
            ..Tokens::default()
        };
        let head = Head {
            model: model.to_owned(),
            id,
            include_usage: true,
            usage,
        };
        Self {
            encoder: wire.encoder(head),
            input,
        }
    }

    /// Returns what comes before any content; empty in formats that begin with content.
    pub fn open(&mut self) -> String {
        self.encoder.open()
    }

    /// Returns a piece of the answer.
    pub fn text(&mut self, piece: &str) -> String {
        self.encoder.text(piece)
    }

    /// Returns a piece of the reasoning before the answer.
    pub fn reasoning(&mut self, piece: &str) -> String {
        self.encoder.reasoning(piece)
    }

    /// Returns the end of a whole answer: why it stopped, what it took, and the end mark.
    pub fn end(&mut self, visible: u64, reasoning: u64) -> String {
        let usage = Tokens {
            input: self.input,
            cached: 0,
            visible,
            reasoning,
        };
        self.encoder.close(Finish::Stop, usage) + &self.encoder.done()
    }
}

/// Why a provider says no.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Refusal {
    /// Too many requests; there is room again after this wait.
    RateLimited(Duration),
    /// The quota of the day is spent; it is renewed after this time.
    DailyQuota(Duration),
    Unauthorized,
    /// An error of this status, 400 to 599, in the provider's words where it has some.
    Status(u16),
}

/// A whole reply other than 2xx.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refused {
    pub status: u16,
    pub headers: Vec<(&'static str, String)>,
    pub content_type: &'static str,
    pub body: String,
}

/// Returns a refusal in the provider's own form.
pub fn refuse(wire: Wire, model: &str, why: Refusal) -> Refused {
    let (what, message, hint) = match why {
        Refusal::RateLimited(wait) => (
            What::RateLimited,
            format!("Rate limit reached for {model} on requests per min (RPM)."),
            Some(wait),
        ),
        Refusal::DailyQuota(wait) => (
            What::DailyQuota,
            format!("Rate limit reached for {model} on requests per day (RPD)."),
            Some(wait),
        ),
        Refusal::Unauthorized => (
            What::Unauthorized,
            "Incorrect API key provided.".to_owned(),
            None,
        ),
        Refusal::Status(status) => match what_of(status) {
            Some((what, message)) => (what, message.to_owned(), None),
            None => return refused(html(status, &format!("{status} Error"))),
        },
    };
    let mut trouble = Trouble::new(what, message);
    trouble.hint = hint;
    refused(trouble.reply(wire, "req_rehearsed"))
}

fn refused(reply: crate::wire::errors::ErrorReply) -> Refused {
    Refused {
        status: reply.status,
        headers: reply.headers,
        content_type: reply.content_type,
        body: reply.body,
    }
}

/// What providers mean by a status; `None`: only proxies in front of them send it.
fn what_of(status: u16) -> Option<(What, &'static str)> {
    Some(match status {
        400 => (What::Rejected, "Invalid value in the request."),
        401 => (What::Unauthorized, "Incorrect API key provided."),
        403 => (What::Forbidden, "Your key does not have access to it."),
        404 => (What::NoModel, "The model does not exist."),
        408 => (What::Timeout, "The request timed out."),
        413 => (What::TooLarge, "The request is too large."),
        429 => (What::RateLimited, "Rate limit reached."),
        500 => (
            What::Internal,
            "The server had an error while processing your request.",
        ),
        503 => (What::Unavailable, "The service is temporarily unavailable."),
        529 => (What::Overloaded, "The model is overloaded."),
        _ => return None,
    })
}
