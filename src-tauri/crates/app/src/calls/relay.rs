//! Carries a call's events to all who keep or show them: history, windows, provider lamps.

use super::open::OpenAttempts;
use super::tap::Tap;
use crate::api::types::Live;
use crate::live::{LiveHub, utf16_len};
use crate::providers::{Outcome, Providers};
use std::time::Duration;
use switchboard_engine::call::CallId;
use switchboard_engine::event::{CallEvent, Event, TargetInfo};
use switchboard_engine::provider::{SseEvent, Wire};
use switchboard_engine::run::EventSink;
use switchboard_store::Store;
use tokio::time::Instant;

/// The sink of one call.
#[derive(Debug)]
pub(super) struct Relay {
    pub(super) call: CallId,
    pub(super) store: Store,
    pub(super) live: LiveHub,
    pub(super) providers: Providers,
    started: Instant,
    seq: u64,
    text_units: u64,
    reasoning_units: u64,
    /// By attempt. A hedge runs beside another, so the last started is not always the one that is told of.
    targets: Vec<(u32, TargetInfo)>,
    open: OpenAttempts,
    ended: bool,
    tap: Option<Tap>,
}

impl Relay {
    pub(super) fn new(call: CallId, store: Store, live: LiveHub, providers: Providers) -> Self {
        Self {
            call,
            store,
            live,
            providers,
            started: Instant::now(),
            seq: 0,
            text_units: 0,
            reasoning_units: 0,
            targets: Vec::new(),
            open: OpenAttempts::default(),
            ended: false,
            tap: None,
        }
    }

    /// Adds a listener that may hold the call back.
    pub(super) fn with_tap(mut self, tap: Tap) -> Self {
        self.tap = Some(tap);
        self
    }

    pub(super) fn elapsed_ms(&self) -> u64 {
        u64::try_from(self.started.elapsed().as_millis()).unwrap_or(u64::MAX)
    }

    /// The attempts under way.
    pub(super) fn open(&self) -> &OpenAttempts {
        &self.open
    }

    /// Whether the final event has been told.
    pub(super) fn ended(&self) -> bool {
        self.ended
    }

    /// Returns where a piece of text stands in its text, and counts it in.
    fn offset(&mut self, event: &Event) -> Option<u64> {
        let (units, text) = match event {
            Event::TextDelta { text } => (&mut self.text_units, text),
            Event::ReasoningDelta { text } => (&mut self.reasoning_units, text),
            _ => return None,
        };
        let before = *units;
        *units += utf16_len(text);
        Some(before)
    }

    /// Keeps what later events and the lamps need. Returns whether a lamp may have changed.
    fn note(&mut self, event: &Event) -> bool {
        match event {
            Event::AttemptStarted {
                attempt, target, ..
            } => {
                self.targets.push((*attempt, target.clone()));
                false
            }
            Event::Restarted { .. } => {
                self.text_units = 0;
                self.reasoning_units = 0;
                false
            }
            Event::FirstToken { attempt, after_ms } => {
                let after = Duration::from_millis(*after_ms);
                self.record(*attempt, Outcome::Answered(after))
            }
            Event::AttemptFailed { attempt, error, .. } => {
                self.record(*attempt, Outcome::Failed(error.kind))
            }
            Event::HedgeLost {
                attempt,
                error: Some(error),
                ..
            } => self.record(*attempt, Outcome::Failed(error.kind)),
            Event::Finished { .. } | Event::Failed { .. } | Event::Cancelled { .. } => {
                self.ended = true;
                false
            }
            _ => false,
        }
    }
}

impl Relay {
    /// Tells the lamp of the attempt's provider. Returns whether it may have changed.
    fn record(&self, attempt: u32, outcome: Outcome) -> bool {
        let target = self.targets.iter().rfind(|(number, _)| *number == attempt);
        target.is_some_and(|(_, target)| {
            if let Outcome::Answered(after) = outcome {
                self.providers.waits().add(target, after);
            }
            self.providers.record(&target.provider, outcome)
        })
    }
}

impl EventSink for Relay {
    async fn emit(&mut self, event: Event) {
        let offset = self.offset(&event);
        let lamp_changed = self.note(&event);
        self.open.note(&event);
        let event = CallEvent {
            call: self.call,
            seq: self.seq,
            at_ms: self.elapsed_ms(),
            event,
        };
        self.seq += 1;
        self.store.append(&event);
        self.live.publish_event(&event, offset);
        if lamp_changed {
            self.live.publish(&Live::ProvidersChanged {});
        }
        if let Some(tap) = &mut self.tap
            && !tap.tell(self.call, event.event).await
        {
            self.tap = None;
        }
    }

    fn wire(&mut self, attempt: u32, wire: Wire, event: SseEvent<'_>) {
        if let Some(tap) = &mut self.tap {
            tap.keep(attempt, wire, event);
        }
    }
}
