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

/// Words of answers. Their order is drawn for each model and call, so that no model repeats what another wrote:
/// an answer that breaks is joined by a model that takes it up, or by the same one if it says the same again.
/// Each with the blank behind it.
const WORDS: [&str; 60] = [
    "the ",
    "team ",
    "agreed ",
    "to ",
    "bring ",
    "release ",
    "out ",
    "on ",
    "Thursday ",
    "once ",
    "last ",
    "two ",
    "faults ",
    "are ",
    "mended ",
    "import ",
    "of ",
    "old ",
    "files ",
    "stays ",
    "off ",
    "until ",
    "tests ",
    "pass ",
    "every ",
    "system ",
    "Anna ",
    "writes ",
    "notes ",
    "for ",
    "users ",
    "and ",
    "Ben ",
    "asks ",
    "three ",
    "largest ",
    "customers ",
    "try ",
    "it ",
    "first ",
    "whoever ",
    "finds ",
    "something ",
    "serious ",
    "stops ",
    "at ",
    "next ",
    "meeting ",
    "looks ",
    "what ",
    "they ",
    "said ",
    "cost ",
    "support ",
    "budget ",
    "invoice ",
    "delay ",
    "because ",
    "before ",
    "after ",
];

/// What an answer needs to know of its beginning.
#[derive(Debug, Clone, Copy)]
pub(super) struct Begin {
    /// From the headers to the first token.
    pub(super) first_after: Duration,
    /// Hidden tokens before it.
    pub(super) thought: u64,
    /// Size of the request, for the input's tokens.
    pub(super) request_bytes: usize,
    /// Characters of the answer that the request has begun.
    pub(super) begun_chars: u64,
    pub(super) length: Length,
}

/// How long an answer is, in tokens that are shown.
#[derive(Debug, Clone, Copy)]
pub(super) struct Length {
    /// Limit of the answer; `None`: none.
    pub(super) most: Option<u32>,
    /// That of the call it is like; `None`: as the target usually writes.
    pub(super) own: Option<u64>,
}

/// An answer under way.
pub(super) struct Answer {
    frames: Frames,
    words: Words,
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
    pub(super) fn new(
        target: &SimTarget,
        manner: &Manner,
        begin: Begin,
        mut rng: Rng,
        mut words: Rng,
    ) -> Self {
        let behaviour = &target.behaviour;
        let drawn = lognormal(
            &mut words,
            f64::from(behaviour.output_p50_tokens),
            f64::from(behaviour.output_p95_tokens),
        );
        let most = f64::from(behaviour.output_p95_tokens) * LONGEST;
        let usual = drawn.min(most).round() as u64;
        let tokens = begin.length.own.unwrap_or(usual).max(1);
        let tokens = begin
            .length
            .most
            .map_or(tokens, |most| tokens.min(u64::from(most.max(1))));
        // What is begun already need not be written; something always is left.
        let left = tokens.saturating_sub(begin.begun_chars / CHARS);
        let tokens = left.max(tokens.div_ceil(10));
        let writing =
            tokens as f64 / behaviour.tokens_per_second.max(0.1) * 1000.0 * manner.slowness;
        let chunks = ((writing / CHUNK_MS).ceil() as u64)
            .clamp(CHUNKS.0, CHUNKS.1)
            .min(tokens);
        let input = (begin.request_bytes as u64).div_ceil(CHARS);
        let id = rng.u64(..);
        let breaks_after = 1 + rng.u64(..chunks.max(1));
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
            breaks_after,
            over: false,
            words: Words {
                rng: words,
                rest: "",
            },
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
        let length = self.place(self.sent_chunks + 1) - self.place(self.sent_chunks);
        bytes += &self.frames.text(&self.words.text(length as usize));
        self.sent_chunks += 1;
        Some((Ok(Bytes::from(bytes)), self))
    }

    /// Returns how many characters the first `chunks` chunks hold.
    fn place(&self, chunks: u64) -> u64 {
        self.tokens * CHARS * chunks / self.chunks
    }
}

/// What a model writes: the same text however it is cut into pieces.
struct Words {
    rng: Rng,
    /// What of the last word did not fit into the last piece.
    rest: &'static str,
}

impl Words {
    /// Returns the next characters; words are ASCII, so every byte is one.
    fn text(&mut self, length: usize) -> String {
        let mut out = String::with_capacity(length + 10);
        out.push_str(self.rest);
        while out.len() < length {
            let word = self.rng.choice(&WORDS).copied().unwrap_or("a ");
            out.push_str(word);
            self.rest = word;
        }
        let over = out.len() - length;
        self.rest = self
            .rest
            .get(self.rest.len().saturating_sub(over)..)
            .unwrap_or_default();
        out.truncate(length);
        out
    }
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_is_the_same_however_it_is_cut() {
        let words = || Words {
            rng: Rng::with_seed(7),
            rest: "",
        };
        let whole = words().text(600);
        for step in [1, 3, 7, 100] {
            let mut pieces = words();
            let mut text = String::new();
            while text.len() < 600 {
                text += &pieces.text(step.min(600 - text.len()));
            }
            assert_eq!(text, whole, "{step}");
        }
        assert!(whole.split(' ').count() > 60, "{whole}");
    }
}
