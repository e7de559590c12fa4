//! What waits for the writer thread. Adding never blocks and never drops.
//!
//! New pieces of text join the one that waits already if it was among the last; when more waits than the
//! bound (the disk stands still), wherever it waits, so the queue grows by bytes of answers only; beginning
//! a call and other work waits for room instead.

use crate::error::{Fault, StoreError};
use crate::rows::NewCall;
use rusqlite::Connection;
use std::collections::VecDeque;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Instant;
use switchboard_engine::event::{CallEvent, Event};
use tokio::sync::Notify;

/// Commands that may wait before callers have to.
pub(crate) const BOUND: usize = 4096;

/// A writer that gathers is woken before its time when this many commands wait.
const WAKING: usize = 512;

/// How many of the last commands are looked at for a piece that a new piece of text can join.
const NEAR: usize = 8;

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

impl Command {
    /// Returns whether a caller waits for its answer.
    fn is_awaited(&self) -> bool {
        match self {
            Self::Begin(_) | Self::Event(_) => false,
            Self::Work(_) | Self::Flush(_) | Self::Sweep(_) => true,
        }
    }
}

/// What the writer does when it does not write.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
enum Sleep {
    /// It is awake.
    #[default]
    None,
    /// The first command wakes it.
    Idle,
    /// It gathers until a time of its own: only who waits for an answer wakes it, or too many commands.
    Gathering,
}

#[derive(Default)]
struct Waiting {
    commands: VecDeque<Command>,
    /// Somebody waits for an answer to one of the commands.
    awaited: bool,
    sleep: Sleep,
    closed: bool,
}

impl Waiting {
    fn add(&mut self, command: Command) {
        self.awaited |= command.is_awaited();
        self.commands.push_back(command);
    }

    /// Returns whether the writer must be woken now: once, a wake-up is a call of the system.
    fn wakes(&mut self) -> bool {
        let wakes = match self.sleep {
            Sleep::None => false,
            Sleep::Idle => true,
            Sleep::Gathering => self.is_enough(),
        };
        if wakes {
            self.sleep = Sleep::None;
        }
        wakes
    }

    /// Returns whether a writer that gathers has to go on.
    fn is_enough(&self) -> bool {
        self.closed || self.awaited || self.commands.len() >= WAKING
    }
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
    /// Adds an event. Returns whether the queue was open.
    pub(crate) fn push_event(&self, event: &CallEvent) -> bool {
        let mut waiting = self.lock();
        if waiting.closed {
            return false;
        }
        let far = match waiting.commands.len() < BOUND {
            true => NEAR,
            false => usize::MAX,
        };
        if !join(&mut waiting.commands, event, far) {
            waiting.add(Command::Event(Box::new(event.clone())));
        }
        self.wake(waiting);
        true
    }

    /// Adds a command without waiting for room. Returns whether the queue was open.
    pub(crate) fn push(&self, command: Command) -> bool {
        let mut waiting = self.lock();
        if waiting.closed {
            return false;
        }
        waiting.add(command);
        self.wake(waiting);
        true
    }

    fn wake(&self, mut waiting: MutexGuard<'_, Waiting>) {
        let wakes = waiting.wakes();
        drop(waiting);
        if wakes {
            self.0.filled.notify_one();
        }
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

    /// Takes up to `most` commands. Without `until` it waits for the first; else commands gather until
    /// then, unless somebody waits for an answer or too many wait. Returns `None` once the queue is closed
    /// and empty.
    pub(crate) fn take(&self, most: usize, until: Option<Instant>) -> Option<Vec<Command>> {
        let mut waiting = self.lock();
        loop {
            if waiting.closed && waiting.commands.is_empty() {
                return None;
            }
            waiting = match until {
                None if waiting.commands.is_empty() => {
                    waiting.sleep = Sleep::Idle;
                    self.0
                        .filled
                        .wait(waiting)
                        .unwrap_or_else(PoisonError::into_inner)
                }
                Some(until) if !waiting.is_enough() => {
                    let left = until.saturating_duration_since(Instant::now());
                    if left.is_zero() {
                        break;
                    }
                    waiting.sleep = Sleep::Gathering;
                    let waited = self.0.filled.wait_timeout(waiting, left);
                    waited.unwrap_or_else(PoisonError::into_inner).0
                }
                None | Some(_) => break,
            };
        }
        waiting.sleep = Sleep::None;
        let count = waiting.commands.len().min(most);
        let taken = waiting.commands.drain(..count).collect();
        waiting.awaited &= !waiting.commands.is_empty();
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

    fn lock(&self) -> MutexGuard<'_, Waiting> {
        // A panic while holding the lock leaves the queue whole: every change is one push or drain.
        self.0
            .waiting
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }
}

/// Adds a piece of text to the call's last waiting event, if that is a piece of the same kind and one of the
/// last `far` commands.
fn join(commands: &mut VecDeque<Command>, event: &CallEvent, far: usize) -> bool {
    if !matches!(
        event.event,
        Event::TextDelta { .. } | Event::ReasoningDelta { .. }
    ) {
        return false;
    }
    let mut newest = commands.iter_mut().rev().take(far);
    let last = newest.find_map(|command| match command {
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
            last.seq = last.seq.max(event.seq);
            last.at_ms = last.at_ms.max(event.at_ms);
            true
        }
        _ => false,
    }
}

#[cfg(test)]
mod tests;
