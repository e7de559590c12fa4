//! The one thread that writes. It folds events in memory at once and writes what has changed:
//! beginnings, ends and other work at once (together with all that waits), text within
//! [`TEXT_DELAY`].
//!
//! When the file cannot be written, nothing is lost: what is known stays in memory, the cause is told
//! once, and writing is tried again until it works. Only work that a caller waits for (saving a
//! prompt) is answered with the error instead.

use crate::error::{Fault, StoreError};
use crate::owner::{self, Owner};
use crate::persist::{LiveCall, Saved};
use crate::queue::{Command, Queue, Reply, SweepReply, Work};
use rusqlite::{Connection, TransactionBehavior};
use std::collections::HashMap;
use std::path::PathBuf;
use std::time::{Duration, Instant};
use switchboard_engine::call::CallId;
use tokio::sync::watch;

/// Most commands of one transaction.
const BATCH: usize = 256;

/// Longest time that received text waits before it is written.
pub(crate) const TEXT_DELAY: Duration = Duration::from_millis(100);

/// How often the writer looks for events while calls run: nothing wakes it for a piece of an answer.
const LOOK: Duration = Duration::from_millis(50);

/// How long beginnings and ends of calls wait for others to share their transaction.
const GATHER: Duration = Duration::from_millis(3);

/// Waits between tries after a failure.
const RETRY: [Duration; 4] = [
    Duration::from_millis(100),
    Duration::from_millis(300),
    Duration::from_secs(1),
    Duration::from_secs(2),
];

/// Tries left to a closing store whose file cannot be written.
const LAST_TRIES: usize = 3;

pub(crate) struct Writer {
    pub(crate) connection: Connection,
    pub(crate) path: PathBuf,
    pub(crate) queue: Queue,
    pub(crate) owner: Owner,
    /// The cause for which nothing can be written now.
    pub(crate) problem: watch::Sender<Option<StoreError>>,
    pub(crate) live: HashMap<CallId, Entry>,
    /// Calls begun so far.
    pub(crate) begun: u64,
}

/// A call in memory.
pub(crate) struct Entry {
    call: LiveCall,
    /// Calls are written in the order in which they began.
    began: u64,
    /// Whether anything is not yet in the file.
    changed: bool,
}

/// What one transaction is to hold besides the calls that have changed.
#[derive(Default)]
struct Batch {
    work: Vec<Work>,
    flushes: Vec<Reply>,
    sweeps: Vec<SweepReply>,
    /// Whether something may not wait.
    urgent: bool,
}

impl Batch {
    /// Returns whether only calls wait for it: nobody waits for an answer.
    fn may_gather(&self) -> bool {
        self.work.is_empty() && self.flushes.is_empty() && self.sweeps.is_empty()
    }
}

impl Writer {
    /// Runs until the queue is closed and everything is written.
    pub(crate) fn run(mut self) {
        // When what has changed must be written; `None`: nothing has.
        let mut due: Option<Instant> = None;
        let mut failures = 0_usize;
        let mut batch = Batch::default();
        while let Some(commands) = self.queue.take(BATCH, self.next_look(due)) {
            for command in commands {
                self.accept(command, &mut batch);
            }
            if batch.urgent && failures == 0 && batch.may_gather() {
                std::thread::sleep(GATHER);
                // What waits now is there already: this does not wait.
                let now = Some(Instant::now());
                for command in self.queue.take(BATCH, now).unwrap_or_default() {
                    self.accept(command, &mut batch);
                }
            }
            let now = Instant::now();
            let changed = self.live.values().any(|entry| entry.changed);
            let waits = batch.urgent || changed;
            if waits && due.is_none() {
                // It has waited for the look already.
                due = Some(now + TEXT_DELAY - LOOK);
            }
            // While the file fails, only the clock decides: no tries in a tight loop.
            let write = if failures == 0 {
                batch.urgent
            } else {
                !batch.work.is_empty()
            };
            if !write && due.is_none_or(|due| now < due) {
                continue;
            }
            match self.commit(&mut batch) {
                Ok(()) => {
                    failures = 0;
                    due = None;
                    self.problem
                        .send_if_modified(|problem| problem.take().is_some());
                }
                Err(error) => {
                    due = Some(Instant::now() + RETRY[failures.min(RETRY.len() - 1)]);
                    failures += 1;
                    self.report(error);
                }
            }
        }
        self.finish(batch);
    }

    /// Returns until when to wait for commands: `due`, or while calls run the next look, if that is sooner.
    fn next_look(&self, due: Option<Instant>) -> Option<Instant> {
        if self.live.is_empty() {
            return due;
        }
        let look = Instant::now() + LOOK;
        Some(due.map_or(look, |due| due.min(look)))
    }

    fn accept(&mut self, command: Command, batch: &mut Batch) {
        match command {
            Command::Begin(call) => {
                batch.urgent = true;
                self.begun += 1;
                let began = self.begun;
                self.live.entry(call.id).or_insert_with(|| Entry {
                    call: LiveCall::new(*call),
                    began,
                    changed: true,
                });
            }
            Command::Event(event) => {
                let Some(entry) = self.live.get_mut(&event.call) else {
                    // After its final event a call says nothing; before its beginning it cannot.
                    tracing::debug!(call = %event.call, "an event of no running call");
                    return;
                };
                batch.urgent |= event.event.is_final();
                entry.call.fold(*event);
                entry.changed = true;
            }
            Command::Work(work) => {
                batch.urgent = true;
                batch.work.push(work);
            }
            Command::Flush(reply) => {
                batch.urgent = true;
                batch.flushes.push(reply);
            }
            Command::Sweep(reply) => {
                batch.urgent = true;
                batch.sweeps.push(reply);
            }
        }
    }

    /// Writes everything that has changed in one transaction, then answers.
    fn commit(&mut self, batch: &mut Batch) -> Result<(), StoreError> {
        batch.urgent = false;
        let mut replies = Vec::new();
        let work = std::mem::take(&mut batch.work);
        let result = self.transact(work, &mut replies);
        let error = result.as_ref().err().cloned();
        for reply in replies {
            reply(error.clone());
        }
        for sweep in batch.sweeps.drain(..) {
            let swept =
                owner::interrupt_orphans(&mut self.connection, &self.path, Some(self.owner.id));
            sweep(swept.map_err(|fault| fault.at(&self.path)));
        }
        for reply in batch.flushes.drain(..) {
            reply(error.clone());
        }
        result
    }

    fn transact(&mut self, work: Vec<Work>, replies: &mut Vec<Reply>) -> Result<(), StoreError> {
        let path = &self.path;
        let mut work = work.into_iter();
        let mut changed: Vec<_> = self
            .live
            .iter()
            .filter(|(_, entry)| entry.changed)
            .collect();
        changed.sort_unstable_by_key(|(_, entry)| entry.began);
        let mut saved: Vec<(CallId, Option<Saved>)> = Vec::new();
        let result = (|| {
            let transaction = self
                .connection
                .transaction_with_behavior(TransactionBehavior::Immediate)?;
            for (id, entry) in changed {
                match in_savepoint(&transaction, |inner| entry.call.write(inner, self.owner.id)) {
                    Ok(mark) => saved.push((*id, Some(mark))),
                    Err(fault) if fault.is_environment() => return Err(fault),
                    Err(fault) => {
                        // One call that SQLite will not take must not hold up the others.
                        let error = fault.at(path);
                        tracing::error!(call = %id, %error, "a call could not be recorded");
                        saved.push((*id, None));
                    }
                }
            }
            for work in work.by_ref() {
                run(&transaction, work, replies)?;
            }
            transaction.commit()?;
            Ok(())
        })();
        let result = result.map_err(|fault: Fault| fault.at(path));
        if let Err(error) = &result {
            for work in work {
                let (Ok(reply) | Err((reply, _))) = work(Err(error.clone()));
                replies.push(reply);
            }
        }
        result?;
        for (id, mark) in saved {
            let ended = match (self.live.get_mut(&id), mark) {
                (Some(entry), Some(mark)) => {
                    entry.call.saved(mark);
                    entry.changed = false;
                    entry.call.state.is_final()
                }
                (Some(_), None) => true,
                (None, _) => false,
            };
            if ended {
                self.live.remove(&id);
            }
        }
        Ok(())
    }

    /// Tells a cause once, until it goes away or another takes its place.
    fn report(&self, error: StoreError) {
        self.problem.send_if_modified(|problem| {
            if problem.as_ref() == Some(&error) {
                return false;
            }
            tracing::error!(%error, "history is not being written; it is kept in memory");
            *problem = Some(error);
            true
        });
    }

    /// Writes the rest, however the file is.
    fn finish(mut self, mut batch: Batch) {
        for wait in RETRY.into_iter().take(LAST_TRIES) {
            match self.commit(&mut batch) {
                Ok(()) => break,
                Err(error) => {
                    self.report(error);
                    std::thread::sleep(wait);
                }
            }
        }
        let lost = self.live.values().filter(|entry| entry.changed).count();
        if lost > 0 {
            tracing::error!(
                calls = lost,
                "the program ends before these calls could be written"
            );
        }
        if let Err(fault) = self.owner.leave(&self.connection) {
            let error = fault.at(&self.path);
            tracing::warn!(%error, "the history could not be closed cleanly");
        }
    }
}

/// Runs a piece of work. `Err` only if the whole transaction cannot go on.
fn run(connection: &Connection, work: Work, replies: &mut Vec<Reply>) -> Result<(), Fault> {
    let mut reply = None;
    let result = in_savepoint(connection, |inner| match work(Ok(inner)) {
        Ok(done) => {
            reply = Some(done);
            Ok(())
        }
        Err((done, fault)) => {
            reply = Some(done);
            Err(fault)
        }
    });
    replies.extend(reply);
    match result {
        Err(fault) if fault.is_environment() => Err(fault),
        // Undone and known to its reply already.
        Ok(()) | Err(_) => Ok(()),
    }
}

/// Does `work` and undoes it alone if it fails.
fn in_savepoint<T>(
    connection: &Connection,
    work: impl FnOnce(&Connection) -> Result<T, Fault>,
) -> Result<T, Fault> {
    connection.prepare_cached("SAVEPOINT one")?.execute([])?;
    match work(connection) {
        Ok(value) => {
            connection.prepare_cached("RELEASE one")?.execute([])?;
            Ok(value)
        }
        Err(fault) => {
            // Where SQLite has rolled everything back already (disk full), there is no savepoint.
            if !connection.is_autocommit() {
                connection.execute_batch("ROLLBACK TO one; RELEASE one")?;
            }
            Err(fault)
        }
    }
}

#[cfg(test)]
mod tests;
