//! What waits for the writer thread. Adding never blocks and never drops.
//!
//! When more waits than the bound (the disk stands still), new pieces of text join the one that waits
//! already, so the queue grows by bytes of answers only; beginning a call and other work waits for
//! room instead.

use crate::error::{Fault, StoreError};
use crate::rows::NewCall;
use rusqlite::Connection;
use std::collections::VecDeque;
use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::time::Instant;
use switchboard_engine::event::{CallEvent, Event};
use tokio::sync::Notify;

/// Commands that may wait before callers have to.
pub(crate) const BOUND: usize = 4096;

/// Pieces of answers wait for the writer's own next look until this many commands wait.
const WAKING: usize = 512;

/// Answers a caller once its work is committed (`None`) or known to have failed.
pub(crate) type Reply = Box<dyn FnOnce(Option<StoreError>) + Send>;

/// Work inside the writer's transaction; given an error instead where there can be no transaction.
/// `Err` undoes the work alone.
pub(crate) type Work =
    Box<dyn FnOnce(Result<&Connection, StoreError>) -> Result<Reply, (Reply, Fault)> + Send>;

/// Answers a sweep with the number of calls it marked.
pub(crate) type SweepReply = Box<dyn FnOnce(Result<u32, StoreError>) + Send>;

/// Something for the writer thread.
pub(crate) enum Command {
    Begin(Box<NewCall>),
    Event(Box<CallEvent>),
    Work(Work),
    /// Answered once everything before it is committed.
    Flush(Reply),
    /// Marks calls of dead processes; needs the connection for itself.
    Sweep(SweepReply),
}

#[derive(Default)]
struct Waiting {
    commands: VecDeque<Command>,
    closed: bool,
}

/// The queue; clones are the same queue.
#[derive(Clone, Default)]
pub(crate) struct Queue(Arc<Inner>);

#[derive(Default)]
struct Inner {
    waiting: Mutex<Waiting>,
    filled: Condvar,
    room: Notify,
}

impl std::fmt::Debug for Queue {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Queue")
            .field("waiting", &self.lock().commands.len())
            .finish_non_exhaustive()
    }
}

impl Queue {
    /// Adds an event. Only a final one, or many that wait, wake the writer: it looks by itself while a call
    /// runs. Returns whether the queue was open.
    pub(crate) fn push_event(&self, event: CallEvent) -> bool {
        let mut waiting = self.lock();
        if waiting.closed {
            return false;
        }
        // A writer that is woken for every piece does little else.
        let wakes = event.event.is_final() || waiting.commands.len() >= WAKING;
        if waiting.commands.len() < BOUND || !join(&mut waiting.commands, &event) {
            waiting.commands.push_back(Command::Event(Box::new(event)));
        }
        drop(waiting);
        if wakes {
            self.0.filled.notify_one();
        }
        true
    }

    /// Adds a command without waiting for room. Returns whether the queue was open.
    pub(crate) fn push(&self, command: Command) -> bool {
        let mut waiting = self.lock();
        if waiting.closed {
            return false;
        }
        waiting.commands.push_back(command);
        drop(waiting);
        self.0.filled.notify_one();
        true
    }

    /// Adds a command once there is room. Returns whether the queue was open.
    pub(crate) async fn push_when_room(&self, command: Command) -> bool {
        loop {
            let room = self.0.room.notified();
            if self.lock().commands.len() < BOUND {
                return self.push(command);
            }
            room.await;
        }
    }

    /// Takes up to `most` commands, waiting for the first until `until` (for ever if `None`). Returns
    /// `None` once the queue is closed and empty.
    pub(crate) fn take(&self, most: usize, until: Option<Instant>) -> Option<Vec<Command>> {
        let mut waiting = self.lock();
        while waiting.commands.is_empty() {
            if waiting.closed {
                return None;
            }
            waiting = match until {
                None => self
                    .0
                    .filled
                    .wait(waiting)
                    .unwrap_or_else(PoisonError::into_inner),
                Some(until) => {
                    let left = until.saturating_duration_since(Instant::now());
                    if left.is_zero() {
                        return Some(Vec::new());
                    }
                    let waited = self.0.filled.wait_timeout(waiting, left);
                    waited.unwrap_or_else(PoisonError::into_inner).0
                }
            };
        }
        let count = waiting.commands.len().min(most);
        let taken = waiting.commands.drain(..count).collect();
        if waiting.commands.len() < BOUND {
            self.0.room.notify_waiters();
        }
        Some(taken)
    }

    /// Lets nothing more in; what waits is still written.
    pub(crate) fn close(&self) {
        self.lock().closed = true;
        self.0.filled.notify_all();
        self.0.room.notify_waiters();
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Waiting> {
        // A panic while holding the lock leaves the queue whole: every change is one push or drain.
        self.0
            .waiting
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }
}

/// Adds a piece of text to the call's last waiting event, if that is a piece of the same kind.
fn join(commands: &mut VecDeque<Command>, event: &CallEvent) -> bool {
    let last = commands.iter_mut().rev().find_map(|command| match command {
        Command::Event(waiting) if waiting.call == event.call => Some(waiting),
        Command::Event(_)
        | Command::Begin(_)
        | Command::Work(_)
        | Command::Flush(_)
        | Command::Sweep(_) => None,
    });
    let Some(last) = last else { return false };
    match (&mut last.event, &event.event) {
        (Event::TextDelta { text }, Event::TextDelta { text: more })
        | (Event::ReasoningDelta { text }, Event::ReasoningDelta { text: more }) => {
            text.push_str(more);
            last.seq = event.seq;
            last.at_ms = event.at_ms;
            true
        }
        _ => false,
    }
}

#[cfg(test)]
mod tests;
