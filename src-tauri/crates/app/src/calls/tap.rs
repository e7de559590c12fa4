//! A listener of one call that has its events one by one, with the provider's own form of them, and may
//! hold the call back.

use super::running::Running;
use std::time::Duration;
use switchboard_engine::call::CallId;
use switchboard_engine::event::Event;
use switchboard_engine::provider::{SseEvent, Wire};
use tokio::sync::mpsc::{self, error::TrySendError};
use tokio::time::timeout;

/// How long a listener may leave the call waiting before it is stopped.
const STALL: Duration = Duration::from_secs(60);
/// Most bytes of the provider's own events that wait for the next event of ours.
const KEPT_BYTES: usize = 80 * 1024 * 1024;

/// One event of the provider's own stream.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WireEvent {
    /// Which attempt it came in.
    pub attempt: u32,
    /// Empty where the stream names none; [`switchboard_engine::provider::WHOLE_REPLY`] for a reply that
    /// was no stream.
    pub name: String,
    pub data: String,
}

/// What a listener is told: an event, and what the provider had sent since the one before.
#[derive(Debug, Clone, PartialEq)]
pub struct Told {
    pub event: Event,
    /// Empty unless the provider speaks the listener's own format.
    pub wire: Vec<WireEvent>,
}

/// The call's end of the listener.
#[derive(Debug)]
pub(super) struct Tap {
    out: mpsc::Sender<Told>,
    running: Running,
    wants: Wants,
    kept: Vec<WireEvent>,
    kept_bytes: usize,
}

/// Which of the provider's events a listener wants as they came.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Wants {
    Nothing,
    Of(Wire),
    Everything,
}

impl Tap {
    pub(super) fn new(out: mpsc::Sender<Told>, running: Running, wants: Wants) -> Self {
        Self {
            out,
            running,
            wants,
            kept: Vec::new(),
            kept_bytes: 0,
        }
    }

    /// Keeps an event of the provider's for the next [`Self::tell`].
    pub(super) fn keep(&mut self, attempt: u32, wire: Wire, event: SseEvent<'_>) {
        if self.wants != Wants::Everything && self.wants != Wants::Of(wire) {
            return;
        }
        self.kept_bytes += event.name.len() + event.data.len();
        if self.kept_bytes > KEPT_BYTES {
            self.kept = Vec::new();
            return;
        }
        self.kept.push(WireEvent {
            attempt,
            name: event.name.to_owned(),
            data: event.data.to_owned(),
        });
    }

    /// Gives the listener an event. One that is gone or takes nothing for [`STALL`] ends the call, and so
    /// does a provider that sends too much without a word of an answer; then it returns `false`.
    pub(super) async fn tell(&mut self, call: CallId, event: Event) -> bool {
        let wire = std::mem::take(&mut self.kept);
        let fits = std::mem::take(&mut self.kept_bytes) <= KEPT_BYTES;
        let told = Told { event, wire };
        // There is room, mostly: then no clock is asked.
        let taken = fits
            && match self.out.try_send(told) {
                Ok(()) => true,
                Err(TrySendError::Full(told)) => {
                    matches!(timeout(STALL, self.out.send(told)).await, Ok(Ok(())))
                }
                Err(TrySendError::Closed(_)) => false,
            };
        if !taken {
            self.running.stop(call);
        }
        taken
    }
}
