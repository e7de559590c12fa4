//! Runs a prompt and follows its calls: a fold of the live channel's events.

use crate::arguments::Prompt;
use crate::exit::{Exit, Stop};
use crate::session::Session;
use std::time::Duration;
use switchboard_app::api::types::{
    CallDetail, CallRef, CallStatus, Live, PromptBody, StartRun, StartedRun,
};
use switchboard_app::live::Subscription;
use switchboard_engine::call::{CallId, FinishReason};
use switchboard_engine::error::{CallError, ErrorKind};
use switchboard_engine::event::{CallEvent, Event, Next, TargetInfo};
use switchboard_engine::plan::Recovery;
use switchboard_engine::price::PicoUsd;
use switchboard_engine::usage::Usage;
use tokio::time::Instant;

/// Where a call stands.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Phase {
    /// Nothing has been sent yet.
    Planned,
    /// A request is out; nothing of the answer is here.
    Asked,
    /// Reasoning arrives.
    Thinking,
    /// Text arrives.
    Writing,
    /// A wait before the next attempt.
    Waiting {
        until: Instant,
    },
    Answered(End),
    Failed(CallError),
    Stopped,
}

/// How an answered call ended.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct End {
    pub(crate) target: TargetInfo,
    pub(crate) usage: Usage,
    pub(crate) cost: Option<PicoUsd>,
    pub(crate) attempts: u32,
    pub(crate) first_token_ms: Option<u64>,
    pub(crate) elapsed_ms: u64,
    /// `None` if it was not told.
    pub(crate) finish: Option<FinishReason>,
}

/// One call as known so far.
#[derive(Debug, Clone)]
pub(crate) struct Answer {
    pub(crate) call: CallId,
    /// As asked for.
    pub(crate) model: String,
    pub(crate) text: String,
    pub(crate) reasoning: String,
    pub(crate) target: Option<TargetInfo>,
    pub(crate) attempt: u32,
    pub(crate) phase: Phase,
    pub(crate) started: Instant,
    pub(crate) ended: Option<Instant>,
    seq: Option<u64>,
}

impl Answer {
    pub(crate) fn new(call: CallId, model: String) -> Self {
        Self {
            call,
            model,
            text: String::new(),
            reasoning: String::new(),
            target: None,
            attempt: 0,
            phase: Phase::Planned,
            started: Instant::now(),
            ended: None,
            seq: None,
        }
    }

    pub(crate) fn is_over(&self) -> bool {
        matches!(
            self.phase,
            Phase::Answered(_) | Phase::Failed(_) | Phase::Stopped
        )
    }

    /// Returns the exit code that this call alone would give.
    pub(crate) fn exit(&self) -> Exit {
        match &self.phase {
            Phase::Answered(_) => Exit::Done,
            Phase::Failed(error) => crate::exit::of_call(error),
            Phase::Stopped => Exit::Interrupted,
            Phase::Planned
            | Phase::Asked
            | Phase::Thinking
            | Phase::Writing
            | Phase::Waiting { .. } => Exit::Internal,
        }
    }

    /// Takes an event in. Returns the piece of text or reasoning that is new, or `Missed` if
    /// something before it never came.
    pub(crate) fn apply(&mut self, event: &CallEvent, offset: Option<u64>) -> Taken {
        let seen = self.seq.is_some_and(|seq| event.seq <= seq);
        self.seq = Some(self.seq.map_or(event.seq, |seq| seq.max(event.seq)));
        match &event.event {
            Event::TextDelta { text } => {
                let taken = append(&mut self.text, text, offset);
                if !matches!(taken, Taken::Missed) {
                    self.phase = Phase::Writing;
                }
                return taken;
            }
            Event::ReasoningDelta { text } => {
                let taken = append(&mut self.reasoning, text, offset);
                if !matches!(taken, Taken::Missed) && self.phase != Phase::Writing {
                    self.phase = Phase::Thinking;
                }
                return match taken {
                    Taken::Text(piece) => Taken::Reasoning(piece),
                    other => other,
                };
            }
            _ if seen => return Taken::Nothing,
            _ => {}
        }
        match &event.event {
            Event::AttemptStarted {
                attempt, target, ..
            } => {
                self.attempt = *attempt;
                self.target = Some(target.clone());
                self.phase = Phase::Asked;
            }
            Event::AttemptFailed {
                next: Next::Retry { after_ms },
                ..
            } => {
                let until = Instant::now() + Duration::from_millis(*after_ms);
                self.phase = Phase::Waiting { until };
            }
            Event::Restarted { .. } => {
                self.text.clear();
                self.reasoning.clear();
            }
            Event::Finished { outcome } => {
                self.end(Phase::Answered(End {
                    target: outcome.target.clone(),
                    usage: outcome.usage,
                    cost: outcome.cost,
                    attempts: outcome.attempts,
                    first_token_ms: Some(outcome.first_token_ms),
                    elapsed_ms: outcome.elapsed_ms,
                    finish: Some(outcome.finish_reason),
                }));
            }
            Event::Failed { report } => self.end(Phase::Failed(report.error.clone())),
            Event::Cancelled { .. } => self.end(Phase::Stopped),
            _ => {}
        }
        Taken::Nothing
    }

    fn end(&mut self, phase: Phase) {
        self.phase = phase;
        self.ended = Some(Instant::now());
    }

    /// Takes over what is recorded, after events were missed.
    fn take_over(&mut self, detail: CallDetail) {
        let CallDetail {
            summary,
            text,
            reasoning,
            seq,
            ..
        } = detail;
        self.text = text;
        self.reasoning = reasoning;
        self.seq = Some(seq);
        let failed = || CallError::new(ErrorKind::Interrupted, "the call ended without a reason");
        match summary.status {
            CallStatus::Running => {}
            CallStatus::Ok => self.end(Phase::Answered(End {
                target: summary.answered.unwrap_or(summary.requested),
                usage: summary.usage,
                cost: summary.cost,
                attempts: summary.attempts,
                first_token_ms: summary.first_token_ms,
                elapsed_ms: summary.elapsed_ms.unwrap_or_default(),
                finish: None,
            })),
            CallStatus::Failed | CallStatus::Interrupted => {
                self.end(Phase::Failed(summary.error.unwrap_or_else(failed)));
            }
            CallStatus::Cancelled => self.end(Phase::Stopped),
        }
    }
}

/// What an event brought.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Taken {
    Nothing,
    Text(String),
    Reasoning(String),
    Missed,
}

/// Appends the part of `piece` that is not there yet; `offset` counts UTF-16 units.
fn append(text: &mut String, piece: &str, offset: Option<u64>) -> Taken {
    let known: u64 = text.chars().map(|c| c.len_utf16() as u64).sum();
    let offset = offset.unwrap_or(known);
    if offset > known {
        return Taken::Missed;
    }
    let mut overlap = known - offset;
    let new: String = piece
        .chars()
        .skip_while(|c| {
            let skip = overlap > 0;
            overlap = overlap.saturating_sub(c.len_utf16() as u64);
            skip
        })
        .collect();
    text.push_str(&new);
    if new.is_empty() {
        Taken::Nothing
    } else {
        Taken::Text(new)
    }
}

/// A change that a command may want to show.
#[derive(Debug, Clone)]
pub(crate) struct Change {
    /// Place of the call among the answers.
    pub(crate) index: usize,
    pub(crate) event: CallEvent,
    pub(crate) taken: Taken,
}

/// The calls of one run.
pub(crate) struct Run {
    session: Session,
    subscription: Subscription,
    next_batch: u64,
    pub(crate) answers: Vec<Answer>,
}

impl Run {
    /// Starts the columns of `body`; `labels` says what they are for.
    pub(crate) async fn start(
        session: &Session,
        body: PromptBody,
        recovery: Option<Recovery>,
        labels: &Prompt,
    ) -> Result<Self, Stop> {
        // Before the calls, so that no event is missed.
        let subscription = session.app.subscribe();
        let models: Vec<(String, String)> = body
            .columns
            .iter()
            .map(|column| (column.id.clone(), column.model.clone()))
            .collect();
        let request = StartRun {
            project: labels.project.clone(),
            tags: labels.tags.clone(),
            prompt_id: None,
            body,
            columns: None,
            group: None,
            recovery,
        };
        let started: StartedRun = session.api("calls.start", &request).await?;
        let answers = started
            .calls
            .into_iter()
            .map(|started| {
                let model = models.iter().find(|(id, _)| *id == started.column);
                let model = model.map_or_else(String::new, |(_, model)| model.clone());
                Answer::new(started.call, model)
            })
            .collect();
        Ok(Self {
            session: session.clone(),
            subscription,
            next_batch: 0,
            answers,
        })
    }

    pub(crate) fn is_over(&self) -> bool {
        self.answers.iter().all(Answer::is_over)
    }

    /// Waits for the next events of this run's calls and takes them in. Safe to drop while waiting.
    pub(crate) async fn next(&mut self) -> Result<Vec<Change>, Stop> {
        let Some(batch) = self.subscription.next().await else {
            return Err(Stop::new(
                Exit::Internal,
                "Switchboard was closed while the call ran",
            ));
        };
        let mut missed = batch.seq != self.next_batch;
        self.next_batch = batch.seq + 1;
        let mut changes = Vec::new();
        for item in batch.items {
            let Live::Event { event, offset } = item else {
                continue;
            };
            let Some(index) = self
                .answers
                .iter()
                .position(|answer| answer.call == event.call)
            else {
                continue;
            };
            let taken = self.answers[index].apply(&event, offset);
            missed |= taken == Taken::Missed;
            changes.push(Change {
                index,
                event,
                taken,
            });
        }
        if missed {
            self.read_anew().await?;
        }
        Ok(changes)
    }

    /// Reads the calls that still run from what is recorded.
    async fn read_anew(&mut self) -> Result<(), Stop> {
        for answer in self.answers.iter_mut().filter(|answer| !answer.is_over()) {
            let detail = self
                .session
                .api("calls.get", &CallRef { call: answer.call })
                .await?;
            answer.take_over(detail);
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn event(seq: u64, event: Event) -> CallEvent {
        CallEvent {
            call: CallId::new(),
            seq,
            at_ms: 0,
            event,
        }
    }

    fn text(seq: u64, text: &str) -> CallEvent {
        event(seq, Event::TextDelta { text: text.into() })
    }

    #[test]
    fn text_that_comes_twice_counts_once_and_a_hole_is_noticed() {
        let mut answer = Answer::new(CallId::new(), "m".into());
        assert_eq!(
            answer.apply(&text(1, "Hi 🚀"), Some(0)),
            Taken::Text("Hi 🚀".into())
        );
        assert_eq!(
            answer.apply(&text(2, "🚀 go"), Some(3)),
            Taken::Text(" go".into())
        );
        assert_eq!(answer.apply(&text(2, "go"), Some(6)), Taken::Nothing);
        assert_eq!(answer.text, "Hi 🚀 go");
        assert_eq!(answer.apply(&text(9, "later"), Some(99)), Taken::Missed);
    }

    #[test]
    fn a_restart_empties_the_answer() {
        let mut answer = Answer::new(CallId::new(), "m".into());
        answer.apply(&text(1, "half"), Some(0));
        answer.apply(
            &event(
                2,
                Event::Restarted {
                    attempt: 2,
                    discarded_chars: 4,
                },
            ),
            None,
        );
        answer.apply(&text(3, "whole"), Some(0));
        assert_eq!(answer.text, "whole");
        assert!(!answer.is_over());
    }
}
