//! What the caller has been shown of the answer, over all attempts, and how the next attempt's content
//! joins it.

use super::EventSink;
use crate::event::Event;
use crate::provider::Delta;

/// What the caller has been shown of the answer and still holds.
#[derive(Debug, Default)]
pub(super) struct Shown {
    /// Characters of text.
    chars: u64,
    reasoning: bool,
    tool_calls: bool,
    /// The attempt that showed it last.
    attempt: u32,
}

impl Shown {
    /// Returns whether any of the answer has been shown.
    pub(super) fn any(&self) -> bool {
        self.chars > 0 || self.reasoning || self.tool_calls
    }

    fn note(&mut self, attempt: u32, delta: &Delta) {
        self.attempt = attempt;
        match delta {
            Delta::Text(text) => self.chars += text.chars().count() as u64,
            Delta::Reasoning(_) => self.reasoning = true,
            Delta::ToolCall { .. } => self.tool_calls = true,
            Delta::ResponseModel(_) | Delta::Usage(_) | Delta::Finish(_) => {}
        }
    }

    /// Tells that what was shown is void, if anything was.
    pub(super) async fn discard<S: EventSink>(&mut self, sink: &mut S) {
        if self.any() {
            sink.emit(Event::Restarted {
                attempt: self.attempt,
                discarded_chars: self.chars,
            })
            .await;
            *self = Self::default();
        }
    }
}

/// How one attempt's content joins what is shown.
#[derive(Debug)]
pub(super) enum Join {
    /// It follows directly.
    Flow,
    /// It replaces what is shown, from its first piece on.
    Replace,
}

impl Join {
    /// Shows what an attempt decoded.
    pub(super) async fn show<S: EventSink>(
        &mut self,
        attempt: u32,
        deltas: &mut Vec<Delta>,
        shown: &mut Shown,
        sink: &mut S,
    ) {
        for delta in deltas.drain(..) {
            if let Delta::Usage(usage) = delta {
                sink.emit(Event::Usage { usage }).await;
                continue;
            }
            match self {
                Self::Flow => {}
                Self::Replace => {
                    shown.discard(sink).await;
                    *self = Self::Flow;
                }
            }
            emit(attempt, delta, shown, sink).await;
        }
    }
}

async fn emit<S: EventSink>(attempt: u32, delta: Delta, shown: &mut Shown, sink: &mut S) {
    shown.note(attempt, &delta);
    let event = match delta {
        Delta::Text(text) => Event::TextDelta { text },
        Delta::Reasoning(text) => Event::ReasoningDelta { text },
        Delta::ToolCall {
            index,
            id,
            name,
            arguments,
        } => Event::ToolCallDelta {
            index,
            id,
            name,
            arguments,
        },
        Delta::Usage(usage) => Event::Usage { usage },
        Delta::ResponseModel(_) | Delta::Finish(_) => return,
    };
    sink.emit(event).await;
}
