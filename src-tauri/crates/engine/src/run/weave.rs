//! What the caller has been shown of the answer, over all attempts, and how the next attempt's content
//! joins it.

use super::EventSink;
use crate::event::Event;
use crate::policy::splice::{LONGEST_SHOWN, Splice, Verdict};
use crate::provider::Delta;

/// Most reasoning kept while it is not known whether a new answer replaces what is shown, in bytes.
const MOST_HELD_REASONING: usize = 1024 * 1024;

/// A target that was to carry on and repeats this many characters of the answer's beginning answers anew.
const LEAST_REPEATED: usize = 40;

/// What the caller has been shown of the answer and still holds.
#[derive(Debug, Default)]
pub(super) struct Shown {
    /// The text may have to be carried on.
    keep: bool,
    /// The text, if it is kept and not too long for that; else `None`.
    text: Option<String>,
    /// Characters of text.
    chars: u64,
    reasoning: bool,
    tool_calls: bool,
    /// The attempt that showed it last.
    attempt: u32,
    /// Whether it was carried on after a cut.
    pub(super) continued: bool,
}

impl Shown {
    /// `keep`: the text may have to be carried on.
    pub(super) fn new(keep: bool) -> Self {
        Self {
            keep,
            text: keep.then(String::new),
            ..Self::default()
        }
    }

    /// Returns whether any of the answer has been shown.
    pub(super) fn any(&self) -> bool {
        self.chars > 0 || self.reasoning || self.tool_calls
    }

    /// Returns the text shown, if it can be carried on: tool calls and reasoning cannot.
    pub(super) fn begun(&self) -> Option<&str> {
        self.text
            .as_deref()
            .filter(|text| !text.is_empty() && !self.reasoning && !self.tool_calls)
    }

    fn note(&mut self, attempt: u32, delta: &Delta) {
        self.attempt = attempt;
        match delta {
            Delta::Text(text) => {
                self.chars += text.chars().count() as u64;
                if let Some(kept) = &mut self.text {
                    kept.push_str(text);
                    if kept.len() > LONGEST_SHOWN {
                        self.text = None;
                    }
                }
            }
            Delta::Reasoning(_) => self.reasoning = true,
            Delta::ToolCall { .. } => self.tool_calls = true,
            Delta::ResponseModel(_)
            | Delta::Usage(_)
            | Delta::ServiceTier(_)
            | Delta::Cost(_)
            | Delta::Finish(_) => {}
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
            *self = Self::new(self.keep);
        }
    }

    /// Tells that what was shown stays and is carried on.
    async fn carry_on<S: EventSink>(&mut self, sink: &mut S) {
        self.continued = true;
        sink.emit(Event::Continued {
            attempt: self.attempt,
            kept_chars: self.chars,
        })
        .await;
    }
}

/// How one attempt's content joins what is shown.
#[derive(Debug)]
pub(super) enum Join {
    /// It follows directly.
    Flow,
    /// It replaces what is shown, from its first piece on.
    Replace,
    /// It carries on what is shown. The model was not given the white space at its end, `blank`, and may
    /// write it again. `held`: what reads like the beginning of the whole answer so far, in case the target
    /// answers anew instead.
    CarryOn { blank: String, held: String },
    /// It is a new answer, held back until it is known whether it repeats what is shown.
    Compare { splice: Splice, reasoning: String },
}

impl Join {
    /// Returns the join of an attempt that was given what is shown to carry on.
    pub(super) fn carry_on(begun: &str) -> Self {
        Self::CarryOn {
            blank: begun[begun.trim_end().len()..].to_owned(),
            held: String::new(),
        }
    }

    /// Returns the join of an attempt that answers anew.
    pub(super) fn anew(shown: &Shown) -> Self {
        match shown.begun() {
            Some(begun) => Self::Compare {
                splice: Splice::new(begun),
                reasoning: String::new(),
            },
            None if shown.any() => Self::Replace,
            None => Self::Flow,
        }
    }

    /// Returns whether the attempt's answer stands for itself: its provider's own events may be passed on
    /// as they come.
    pub(super) fn is_whole(&self) -> bool {
        matches!(self, Self::Flow | Self::Replace)
    }

    /// Shows what an attempt decoded.
    pub(super) async fn show<S: EventSink>(
        &mut self,
        attempt: u32,
        deltas: &mut Vec<Delta>,
        shown: &mut Shown,
        sink: &mut S,
    ) {
        for delta in deltas.drain(..) {
            match (&mut *self, delta) {
                (_, Delta::Usage(usage)) => sink.emit(Event::Usage { usage }).await,
                (Self::Flow, delta) => emit(attempt, delta, shown, sink).await,
                (Self::Replace, delta) => {
                    shown.discard(sink).await;
                    *self = Self::Flow;
                    emit(attempt, delta, shown, sink).await;
                }
                // What a model thinks before it goes on is no part of the answer that goes on.
                (Self::CarryOn { .. }, Delta::Reasoning(_)) => {}
                (Self::CarryOn { held, .. }, Delta::Text(text)) => {
                    held.push_str(&text);
                    let begun = shown.begun().unwrap_or_default();
                    match is_anew(begun, held) {
                        None => {}
                        Some(false) => self.carried_on(attempt, shown, sink).await,
                        Some(true) => {
                            let text = std::mem::take(held);
                            let mut splice = Splice::new(begun);
                            let verdict = splice.push(begun, &text);
                            *self = Self::Compare {
                                splice,
                                reasoning: String::new(),
                            };
                            self.settle(attempt, verdict, shown, sink).await;
                        }
                    }
                }
                (Self::CarryOn { .. }, delta) => {
                    self.carried_on(attempt, shown, sink).await;
                    emit(attempt, delta, shown, sink).await;
                }
                (Self::Compare { reasoning, .. }, Delta::Reasoning(text)) => {
                    if reasoning.len() + text.len() <= MOST_HELD_REASONING {
                        reasoning.push_str(&text);
                    }
                }
                (Self::Compare { splice, .. }, Delta::Text(text)) => {
                    let verdict = splice.push(shown.begun().unwrap_or_default(), &text);
                    self.settle(attempt, verdict, shown, sink).await;
                }
                (Self::Compare { .. }, delta) => {
                    self.apart(attempt, shown, sink).await;
                    emit(attempt, delta, shown, sink).await;
                }
            }
        }
    }

    /// The attempt's answer is whole: what is still held back of it is shown.
    pub(super) async fn finish<S: EventSink>(
        &mut self,
        attempt: u32,
        shown: &mut Shown,
        sink: &mut S,
    ) {
        match self {
            Self::Flow | Self::Replace => {}
            // Without a word more the answer had been whole but for its end.
            Self::CarryOn { .. } => self.carried_on(attempt, shown, sink).await,
            Self::Compare { .. } => self.apart(attempt, shown, sink).await,
        }
    }

    async fn settle<S: EventSink>(
        &mut self,
        attempt: u32,
        verdict: Verdict,
        shown: &mut Shown,
        sink: &mut S,
    ) {
        match verdict {
            Verdict::Hold => {}
            Verdict::Joined(at) => self.joined(attempt, at, shown, sink).await,
            Verdict::Apart => self.apart(attempt, shown, sink).await,
        }
    }

    /// Shows what was held back of an answer that carries on, without the white space shown already.
    async fn carried_on<S: EventSink>(&mut self, attempt: u32, shown: &mut Shown, sink: &mut S) {
        let Self::CarryOn { blank, mut held } = std::mem::replace(self, Self::Flow) else {
            return;
        };
        shown.carry_on(sink).await;
        held.drain(..common(&blank, &held));
        if !held.is_empty() {
            emit(attempt, Delta::Text(held), shown, sink).await;
        }
    }

    async fn joined<S: EventSink>(
        &mut self,
        attempt: u32,
        at: usize,
        shown: &mut Shown,
        sink: &mut S,
    ) {
        let Self::Compare { splice, .. } = std::mem::replace(self, Self::Flow) else {
            return;
        };
        shown.carry_on(sink).await;
        let mut text = splice.into_held();
        text.drain(..at);
        if !text.is_empty() {
            emit(attempt, Delta::Text(text), shown, sink).await;
        }
    }

    async fn apart<S: EventSink>(&mut self, attempt: u32, shown: &mut Shown, sink: &mut S) {
        let Self::Compare { splice, reasoning } = std::mem::replace(self, Self::Flow) else {
            return;
        };
        shown.discard(sink).await;
        if !reasoning.is_empty() {
            emit(attempt, Delta::Reasoning(reasoning), shown, sink).await;
        }
        let text = splice.into_held();
        if !text.is_empty() {
            emit(attempt, Delta::Text(text), shown, sink).await;
        }
    }
}

/// Returns whether a target that was to carry on answers anew: it repeats how the answer began. `None`: that
/// cannot be told yet.
fn is_anew(begun: &str, new: &str) -> Option<bool> {
    let new = new.trim_start();
    let same = common(begun, new);
    if begun[..same].chars().nth(LEAST_REPEATED - 1).is_some() {
        return Some(true);
    }
    (same < new.len() || same == begun.len()).then_some(false)
}

/// Returns how many bytes two texts have in common at their beginnings.
fn common(one: &str, other: &str) -> usize {
    one.chars()
        .zip(other.chars())
        .take_while(|(one, other)| one == other)
        .map(|(char, _)| char.len_utf8())
        .sum()
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
        Delta::ResponseModel(_) | Delta::ServiceTier(_) | Delta::Cost(_) | Delta::Finish(_) => {
            return;
        }
    };
    sink.emit(event).await;
}
