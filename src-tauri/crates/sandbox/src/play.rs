//! Plays a timeline as a response body, on tokio's clock.

use crate::answer::Answer;
use crate::fault::Fault;
use crate::journal::{Outcome, Ticket};
use crate::timeline::{Beat, Timeline};
use crate::wire::Encoder;
use crate::wire::errors::Trouble;
use bytes::Bytes;
use http_body::Frame;
use std::collections::VecDeque;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;
use tokio::time::{Instant, sleep, sleep_until};

/// Between the parts of a chunk that is cut on purpose, so that each is a packet of its own.
const PART_GAP: Duration = Duration::from_millis(1);
/// Between dribbled bytes.
const DRIBBLE_GAP: Duration = Duration::from_millis(50);
/// Bytes dribbled at a time.
const DRIBBLE_BYTES: usize = 2;

/// The connection is to be broken.
#[derive(Debug, thiserror::Error)]
#[error("the simulated provider breaks the connection")]
pub(crate) struct Break;

/// Asks the connection to be reset instead of closed.
pub(crate) type ResetFlag = Arc<AtomicBool>;

/// An answer being sent.
pub(crate) struct Player {
    pub(crate) start: Instant,
    pub(crate) timeline: std::vec::IntoIter<(Duration, Beat)>,
    pub(crate) encoder: Box<dyn Encoder>,
    pub(crate) answer: Answer,
    pub(crate) fault: Option<Fault>,
    pub(crate) trouble: Option<Trouble>,
    pub(crate) ticket: Option<Ticket>,
    pub(crate) reset: ResetFlag,
    parts: VecDeque<Bytes>,
    gap: Duration,
    dribble: bool,
    frames: u32,
}

impl Player {
    pub(crate) fn new(
        start: Instant,
        timeline: Timeline,
        encoder: Box<dyn Encoder>,
        answer: Answer,
        ticket: Ticket,
        reset: ResetFlag,
    ) -> Self {
        Self {
            start,
            timeline: timeline.into_iter(),
            encoder,
            answer,
            fault: None,
            trouble: None,
            ticket: Some(ticket),
            reset,
            parts: VecDeque::new(),
            gap: Duration::ZERO,
            dribble: false,
            frames: 0,
        }
    }

    /// Returns the next frame when it is due, or `None` at the end.
    pub(crate) async fn next(mut self) -> Option<(Result<Frame<Bytes>, Break>, Self)> {
        loop {
            if let Some(part) = self.parts.pop_front() {
                if !self.gap.is_zero() {
                    sleep(self.gap).await;
                }
                self.gap = if self.dribble { DRIBBLE_GAP } else { PART_GAP };
                // An answer without pauses must not keep others from theirs.
                self.frames = self.frames.wrapping_add(1);
                if self.frames.is_multiple_of(32) {
                    tokio::task::yield_now().await;
                }
                if let Some(ticket) = &mut self.ticket {
                    ticket.sent(part.len());
                }
                return Some((Ok(Frame::data(part)), self));
            }
            let Some((due, beat)) = self.timeline.next() else {
                if let Some(ticket) = self.ticket.take() {
                    ticket.end(Outcome::Sent);
                }
                return None;
            };
            sleep_until(self.start + due).await;
            match beat {
                Beat::Cut | Beat::Reset => {
                    // What was sent so far leaves first.
                    sleep(Duration::from_millis(5)).await;
                    self.reset.store(beat == Beat::Reset, Ordering::Release);
                    if let Some(ticket) = self.ticket.take() {
                        ticket.end(Outcome::Broken);
                    }
                    return Some((Err(Break), self));
                }
                Beat::Hang => std::future::pending::<()>().await,
                Beat::Dribble => self.dribble = true,
                Beat::Raw(bytes) => self.cut(bytes),
                Beat::Open
                | Beat::RoleOnly
                | Beat::Reasoning(_)
                | Beat::Text(_)
                | Beat::ToolOpen(_)
                | Beat::ToolArguments(..)
                | Beat::Close(..)
                | Beat::Done
                | Beat::Comment
                | Beat::Broken
                | Beat::ErrorEvent
                | Beat::Huge(_) => {
                    let text = self.encode(&beat);
                    self.cut(Bytes::from(text));
                }
            }
        }
    }

    fn encode(&mut self, beat: &Beat) -> String {
        match beat {
            Beat::Open => self.encoder.open(),
            Beat::RoleOnly => {
                let opening = self.encoder.open();
                if opening.is_empty() {
                    self.encoder.text("")
                } else {
                    opening
                }
            }
            Beat::Reasoning(piece) => self.encoder.reasoning(piece),
            Beat::Text(piece) => self.encoder.text(piece),
            Beat::ToolOpen(index) => match self.answer.tool_calls.get(*index) {
                Some(call) => self.encoder.tool_open(*index, call),
                None => String::new(),
            },
            Beat::ToolArguments(index, piece) => self.encoder.tool_arguments(*index, piece),
            Beat::Close(finish, usage) => self.encoder.close(*finish, *usage),
            Beat::Done => self.encoder.done(),
            Beat::Comment => ": keep-alive\n\n".to_owned(),
            Beat::Broken => "data: {\"choices\":[{\"delta\":{\"content\":\"oops\n\n".to_owned(),
            Beat::ErrorEvent => match &self.trouble {
                Some(trouble) => self.encoder.error(trouble),
                None => String::new(),
            },
            Beat::Huge(size) => self.encoder.text(&"x".repeat(*size)),
            Beat::Raw(_) | Beat::Dribble | Beat::Cut | Beat::Reset | Beat::Hang => String::new(),
        }
    }

    /// Queues a chunk in the parts it is to be sent in.
    fn cut(&mut self, mut bytes: Bytes) {
        self.gap = Duration::ZERO;
        if bytes.is_empty() {
            return;
        }
        if self.fault == Some(Fault::Crlf) {
            bytes = Bytes::from(String::from_utf8_lossy(&bytes).replace('\n', "\r\n"));
        }
        if self.dribble {
            while !bytes.is_empty() {
                self.parts
                    .push_back(bytes.split_to(DRIBBLE_BYTES.min(bytes.len())));
            }
            return;
        }
        let place = match self.fault {
            Some(Fault::Crlf) => bytes
                .iter()
                .rposition(|byte| *byte == b'\r')
                .map(|at| at + 1),
            Some(Fault::Utf8Cut) => {
                let inside = bytes.iter().position(|byte| *byte >= 0x80).map(|at| at + 1);
                Some(inside.unwrap_or(bytes.len() / 2))
            }
            _ => None,
        };
        if let Some(place) = place {
            self.parts.push_back(bytes.split_to(place.min(bytes.len())));
        }
        if !bytes.is_empty() {
            self.parts.push_back(bytes);
        }
    }
}
