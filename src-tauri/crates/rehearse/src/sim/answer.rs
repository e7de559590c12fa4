//! One simulated answer: few chunks, in the wire format's bytes, at the times a model would send them.

use super::transport::millis;
use super::world::{End, Manner, SimTarget};
use crate::chance::lognormal;
use bytes::Bytes;
use fastrand::Rng;
use std::time::Duration;
use switchboard_engine::error::{CallError, ErrorKind};
use switchboard_engine::provider::Wire;
use switchboard_sandbox::frames::Frames;
use tokio::time::sleep;

/// Longest time between two chunks of an ordinary answer, so that no clock takes it for a stall.
const CHUNK_MS: f64 = 1500.0;
/// Fewest and most chunks of text of an answer.
const CHUNKS: (u64, u64) = (3, 60);
/// Characters of ordinary text a token.
const CHARS: u64 = 4;
/// Longest answer, as a multiple of the 95th percentile.
const LONGEST: f64 = 2.0;

/// Text of answers, read round and round.
const TEXT: &str = "The team agreed to bring the release out on Thursday, once the last two faults are mended. \
    Import of old files stays off until its tests pass on every system. Anna writes the notes for users and Ben \
    asks the three largest customers to try it first. Whoever finds something serious stops the release at once. \
    The next meeting looks at what customers said, and at what it cost. ";

/// What an answer needs to know of its beginning.
#[derive(Debug, Clone, Copy)]
pub(super) struct Begin {
    /// From the headers to the first token.
    pub(super) first_after: Duration,
    /// Hidden tokens before it.
    pub(super) thought: u64,
    /// Size of the request, for the input's tokens.
    pub(super) request_bytes: usize,
    /// Limit of the answer; `None`: none.
    pub(super) most_tokens: Option<u32>,
}

/// An answer under way.
pub(super) struct Answer {
    frames: Frames,
    model: String,
    end: End,
    /// Wait before the next chunk.
    wait: Duration,
    gap: Duration,
    tokens: u64,
    thought: u64,
    chunks: u64,
    sent_chunks: u64,
    /// Chunks after which it breaks, if it does.
    breaks_after: u64,
    over: bool,
}

impl Answer {
    pub(super) fn new(target: &SimTarget, manner: &Manner, begin: Begin, mut rng: Rng) -> Self {
        let behaviour = &target.behaviour;
        let drawn = lognormal(
            &mut rng,
            f64::from(behaviour.output_p50_tokens),
            f64::from(behaviour.output_p95_tokens),
        );
        let most = f64::from(behaviour.output_p95_tokens) * LONGEST;
        let tokens = (drawn.min(most).round() as u64).max(1);
        let tokens = begin
            .most_tokens
            .map_or(tokens, |most| tokens.min(u64::from(most.max(1))));
        let writing =
            tokens as f64 / behaviour.tokens_per_second.max(0.1) * 1000.0 * manner.slowness;
        let chunks = ((writing / CHUNK_MS).ceil() as u64)
            .clamp(CHUNKS.0, CHUNKS.1)
            .min(tokens);
        let input = (begin.request_bytes as u64).div_ceil(CHARS);
        let id = rng.u64(..);
        Self {
            frames: Frames::new(target.simulated_wire(), &target.model, id, input),
            model: target.name.clone(),
            end: manner.end,
            wait: begin.first_after,
            gap: millis(writing / chunks as f64),
            tokens,
            thought: begin.thought,
            chunks,
            sent_chunks: 0,
            breaks_after: 1 + rng.u64(..chunks.max(1)),
            over: false,
        }
    }

    /// Returns the next chunk when it is due, or `None` at the end.
    pub(super) async fn next(mut self) -> Option<(Result<Bytes, CallError>, Self)> {
        if self.over {
            return None;
        }
        sleep(self.wait).await;
        self.wait = self.gap;
        let breaks = self.end != End::Whole && self.sent_chunks >= self.breaks_after;
        if breaks {
            if self.end == End::Stall {
                std::future::pending::<()>().await;
            }
            self.over = true;
            let message = format!("the connection to `{}` broke", self.model);
            return Some((Err(CallError::new(ErrorKind::Reset, message)), self));
        }
        if self.sent_chunks == self.chunks {
            self.over = true;
            let end = self.frames.end(self.tokens, self.thought);
            return Some((Ok(Bytes::from(end)), self));
        }
        let mut bytes = String::new();
        if self.sent_chunks == 0 {
            bytes = self.frames.open();
        }
        let (from, to) = (
            self.place(self.sent_chunks),
            self.place(self.sent_chunks + 1),
        );
        bytes += &self.frames.text(&text(from, to));
        self.sent_chunks += 1;
        Some((Ok(Bytes::from(bytes)), self))
    }

    /// Returns how many characters the first `chunks` chunks hold.
    fn place(&self, chunks: u64) -> u64 {
        self.tokens * CHARS * chunks / self.chunks
    }
}

/// Returns the characters of the endless text in this range.
fn text(from: u64, to: u64) -> String {
    let length = TEXT.len() as u64;
    let mut out = String::new();
    let mut at = from;
    while at < to {
        let start = (at % length) as usize;
        let count = (to - at).min(length - at % length) as usize;
        // The text is ASCII, so every byte is a character.
        out += TEXT.get(start..start + count).unwrap_or_default();
        at += count as u64;
    }
    out
}

impl SimTarget {
    /// Returns the wire format in the sandbox's terms.
    pub(super) fn simulated_wire(&self) -> switchboard_sandbox::Wire {
        match self.wire {
            Wire::OpenaiChat => switchboard_sandbox::Wire::OpenaiChat,
            Wire::OpenaiResponses => switchboard_sandbox::Wire::OpenaiResponses,
            Wire::Anthropic => switchboard_sandbox::Wire::Anthropic,
            Wire::Gemini => switchboard_sandbox::Wire::Gemini,
        }
    }
}
