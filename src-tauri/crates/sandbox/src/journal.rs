//! What the simulator received and what became of it: the other side's count, for tests.

use crate::fault::Fault;
use crate::wire::Wire;
use serde::Serialize;
use serde_json::Value;
use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use tokio::sync::watch;
use tokio::time::Instant;

/// Most entries kept; the oldest go first.
pub const KEPT: usize = 1000;
/// Longest request body kept with an entry, in bytes.
pub const BODY_KEPT: usize = 64 * 1024;

/// What became of a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// Not over yet.
    Running,
    /// Everything that was to be sent was handed to the connection.
    Sent,
    /// The connection was closed or reset on purpose.
    Broken,
    /// The client went away first.
    ClientLeft,
}

/// One request.
#[derive(Debug, Clone, PartialEq)]
pub struct Entry {
    /// Counts from 0.
    pub id: u64,
    /// Since the simulator started.
    pub at: Duration,
    pub method: String,
    pub path: String,
    pub query: String,
    /// `None` for paths of no wire format.
    pub wire: Option<Wire>,
    /// As requested, options included.
    pub model: Option<String>,
    pub stream: bool,
    /// The header that carried a credential, if any. Its value is not kept.
    pub key_header: Option<&'static str>,
    /// Names of the request's headers, in order.
    pub headers: Vec<String>,
    /// The request's JSON, if it was JSON and at most [`BODY_KEPT`] long.
    pub body: Option<Arc<Value>>,
    /// The fault that was played.
    pub fault: Option<Fault>,
    /// Status of the reply; `None` if none was sent (yet).
    pub status: Option<u16>,
    /// Body bytes handed to the connection.
    pub sent_bytes: u64,
    pub outcome: Outcome,
    /// Since the simulator started; `None` while running.
    pub ended_at: Option<Duration>,
}

/// The requests received so far. Cloning it is cheap, and it outlives the simulator.
#[derive(Debug, Clone)]
pub struct Journal {
    inner: Arc<Inner>,
}

#[derive(Debug)]
struct Inner {
    started: Instant,
    entries: Mutex<Entries>,
    changed: watch::Sender<u64>,
}

#[derive(Debug, Default)]
struct Entries {
    next: u64,
    kept: VecDeque<Entry>,
}

impl Journal {
    pub(crate) fn new() -> Self {
        let inner = Inner {
            started: Instant::now(),
            entries: Mutex::default(),
            changed: watch::Sender::new(0),
        };
        Self {
            inner: Arc::new(inner),
        }
    }

    /// Returns the entries kept, oldest first.
    pub fn entries(&self) -> Vec<Entry> {
        self.lock().kept.iter().cloned().collect()
    }

    /// Returns the entries that asked for `model` (options included), oldest first.
    pub fn of_model(&self, model: &str) -> Vec<Entry> {
        self.entries()
            .into_iter()
            .filter(|entry| entry.model.as_deref() == Some(model))
            .collect()
    }

    /// Returns how many requests were received since the start or the last `clear`.
    pub fn len(&self) -> usize {
        self.lock().kept.len()
    }

    /// Returns whether nothing was received.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Forgets all entries.
    pub fn clear(&self) {
        self.lock().kept.clear();
    }

    /// Waits until `ready` holds for the entries and returns them.
    pub async fn wait_for(&self, mut ready: impl FnMut(&[Entry]) -> bool) -> Vec<Entry> {
        let mut changed = self.inner.changed.subscribe();
        loop {
            changed.borrow_and_update();
            let entries = self.entries();
            if ready(&entries) {
                return entries;
            }
            if changed.changed().await.is_err() {
                return entries;
            }
        }
    }

    /// Writes an entry; the ticket writes what becomes of it.
    pub(crate) fn begin(&self, mut entry: Entry) -> Ticket {
        let mut entries = self.lock();
        entry.id = entries.next;
        entry.at = self.inner.started.elapsed();
        entries.next += 1;
        if entries.kept.len() >= KEPT {
            entries.kept.pop_front();
        }
        let id = entry.id;
        entries.kept.push_back(entry);
        drop(entries);
        self.tell();
        Ticket {
            journal: self.clone(),
            id,
            sent: 0,
            open: true,
        }
    }

    fn edit(&self, id: u64, change: impl FnOnce(&mut Entry)) {
        if let Some(entry) = self.lock().kept.iter_mut().find(|entry| entry.id == id) {
            change(entry);
        }
        self.tell();
    }

    fn tell(&self) {
        self.inner.changed.send_modify(|count| *count += 1);
    }

    fn lock(&self) -> MutexGuard<'_, Entries> {
        self.inner
            .entries
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }
}

/// A running request. Dropped before it ended, the client has gone away.
#[derive(Debug)]
pub(crate) struct Ticket {
    journal: Journal,
    id: u64,
    sent: u64,
    open: bool,
}

impl Ticket {
    pub(crate) fn id(&self) -> u64 {
        self.id
    }

    pub(crate) fn describe(&self, change: impl FnOnce(&mut Entry)) {
        self.journal.edit(self.id, change);
    }

    pub(crate) fn status(&self, status: u16) {
        self.describe(|entry| entry.status = Some(status));
    }

    pub(crate) fn sent(&mut self, bytes: usize) {
        self.sent += bytes as u64;
    }

    pub(crate) fn end(mut self, outcome: Outcome) {
        self.write(outcome);
    }

    fn write(&mut self, outcome: Outcome) {
        if std::mem::take(&mut self.open) {
            let (sent, now) = (self.sent, self.journal.inner.started.elapsed());
            self.journal.edit(self.id, |entry| {
                entry.outcome = outcome;
                entry.sent_bytes = sent;
                entry.ended_at = Some(now);
            });
        }
    }
}

impl Drop for Ticket {
    fn drop(&mut self) {
        self.write(Outcome::ClientLeft);
    }
}
