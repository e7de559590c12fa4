//! The one thread that writes. It folds events in memory and writes what has changed: what a caller
//! waits for at once, beginnings and ends of calls within [`GATHER`], so that many share a transaction,
//! text within [`TEXT_DELAY`].
//!
//! When the file cannot be written, nothing is lost: what is known stays in memory, the cause is told
//! once, and writing is tried again until it works. Only work that a caller waits for (saving a
//! prompt) is answered with the error instead.

use crate::error::{Fault, StoreError};
use crate::owner::{self, Owner};
use crate::persist::{LiveCall, Saved};
use crate::queue::{Command, Queue, Reply, SweepReply, Work};
use rusqlite::{Connection, Transaction, TransactionBehavior};
use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};
use switchboard_engine::call::CallId;
use tokio::sync::watch;

/// Most commands of one transaction.
const BATCH: usize = 256;

/// Longest time that received text waits before it is written.
pub(crate) const TEXT_DELAY: Duration = Duration::from_millis(100);

/// How long beginnings and ends of calls wait for others to share their transaction. A short call begins
/// and ends in one, which costs half of two, and the longer the gathering, the less is merged in the search index. A call
/// must be in the file within 100 ms of its start.
const GATHER: Duration = Duration::from_millis(80);

/// What is due this soon shares a transaction that is made anyway.
const SHARED: Duration = GATHER;

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
    /// When it is to be written; `None`: all of it is in the file.
    due: Option<Instant>,
}

impl Entry {
    /// Notes a change that may wait for `delay`.
    fn changed(&mut self, delay: Duration) -> Instant {
        let due = Instant::now() + delay;
        let due = self.due.map_or(due, |earlier| earlier.min(due));
        self.due = Some(due);
        due
    }
}

/// What one transaction is to hold besides the calls that have changed.
#[derive(Default)]
struct Batch {
    work: Vec<Work>,
    flushes: Vec<Reply>,
    sweeps: Vec<SweepReply>,
    /// When it must be written; `None`: nothing has changed.
    due: Option<Instant>,
}

impl Batch {
    /// Returns whether a caller waits for an answer.
    fn is_awaited(&self) -> bool {
        !(self.work.is_empty() && self.flushes.is_empty() && self.sweeps.is_empty())
    }

    fn due_at(&mut self, due: Instant) {
        self.due = Some(self.due.map_or(due, |earlier| earlier.min(due)));
    }
}

impl Writer {
    /// Runs until the queue is closed and everything is written.
    pub(crate) fn run(mut self) {
        yield_to_calls();
        let mut failures = 0_usize;
        let mut batch = Batch::default();
        while let Some(commands) = self.queue.take(BATCH, batch.due) {
            for command in commands {
                self.accept(command, &mut batch);
            }
            // While the file fails, only the clock decides: no tries in a tight loop.
            let write = if failures == 0 {
                batch.is_awaited()
            } else {
                !batch.work.is_empty()
            };
            let now = Instant::now();
            if !write && batch.due.is_none_or(|due| now < due) {
                continue;
            }
            // Who waits for all, waits for text as well; after a failure all that waits is tried.
            let which = if failures > 0 || !batch.flushes.is_empty() {
                None
            } else {
                Some(now)
            };
            match self.commit(&mut batch, which) {
                Ok(()) => {
                    failures = 0;
                    batch.due = self.live.values().filter_map(|entry| entry.due).min();
                    self.problem
                        .send_if_modified(|problem| problem.take().is_some());
                }
                Err(error) => {
                    batch.due = Some(Instant::now() + RETRY[failures.min(RETRY.len() - 1)]);
                    failures += 1;
                    self.report(error);
                }
            }
        }
        self.finish(batch);
    }

    fn accept(&mut self, command: Command, batch: &mut Batch) {
        match command {
            Command::Begin(call) => {
                self.begun += 1;
                let began = self.begun;
                let entry = self.live.entry(call.id).or_insert_with(|| Entry {
                    call: LiveCall::new(*call),
                    began,
                    due: None,
                });
                batch.due_at(entry.changed(GATHER));
            }
            Command::Event(event) => {
                let Some(entry) = self.live.get_mut(&event.call) else {
                    // After its final event a call says nothing; before its beginning it cannot.
                    tracing::debug!(call = %event.call, "an event of no running call");
                    return;
                };
                let is_final = event.event.is_final();
                entry.call.fold(*event);
                if is_final {
                    batch.due_at(entry.changed(GATHER));
                } else if entry.due.is_none() {
                    batch.due_at(entry.changed(TEXT_DELAY));
                }
            }
            Command::Work(work) => batch.work.push(work),
            Command::Flush(reply) => batch.flushes.push(reply),
            Command::Sweep(reply) => batch.sweeps.push(reply),
        }
    }

    /// Writes what is due at `now` (`None`: all that has changed) in one transaction, then answers.
    fn commit(&mut self, batch: &mut Batch, now: Option<Instant>) -> Result<(), StoreError> {
        let mut replies = Vec::new();
        let work = std::mem::take(&mut batch.work);
        let result = self.transact(work, &mut replies, now);
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

    fn transact(
        &mut self,
        work: Vec<Work>,
        replies: &mut Vec<Reply>,
        now: Option<Instant>,
    ) -> Result<(), StoreError> {
        let path = &self.path;
        let mut work = work.into_iter();
        let mut changed: Vec<_> = self
            .live
            .iter()
            .filter(|(_, entry)| {
                entry
                    .due
                    .is_some_and(|due| now.is_none_or(|now| due <= now + SHARED))
            })
            .collect();
        changed.sort_unstable_by_key(|(_, entry)| entry.began);
        let mut saved = Vec::new();
        let result = (|| {
            let owner = self.owner.id;
            let mut transaction = immediate(&self.connection)?;
            saved = match write_together(&transaction, &changed, owner) {
                Err(fault) if !fault.is_environment() => {
                    transaction.rollback()?;
                    transaction = immediate(&self.connection)?;
                    write_apart(&transaction, &changed, owner, path)?
                }
                written => written?,
            };
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
        let is_taken = |(_, mark): &Mark| mark.is_some_and(|mark| mark.was_taken_for_dead());
        if saved.iter().any(is_taken) {
            tracing::warn!("another program took this one for dead; its calls are taken back");
            if let Err(fault) = self.owner.register_again(&self.connection) {
                let error = fault.at(&self.path);
                tracing::warn!(%error, "this program could not be registered again");
            }
        }
        for (id, mark) in saved {
            let ended = match (self.live.get_mut(&id), mark) {
                (Some(entry), Some(mark)) => {
                    entry.call.saved(mark);
                    entry.due = None;
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
            match self.commit(&mut batch, None) {
                Ok(()) => break,
                Err(error) => {
                    self.report(error);
                    std::thread::sleep(wait);
                }
            }
        }
        let lost = self
            .live
            .values()
            .filter(|entry| entry.due.is_some())
            .count();
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

/// How far a call was written; `None` where SQLite will not take it.
type Mark = (CallId, Option<Saved>);

/// Begins a transaction that may write.
fn immediate(connection: &Connection) -> Result<Transaction<'_>, Fault> {
    // Unchecked: one thread has this connection, and nothing here begins a second one inside.
    let behavior = TransactionBehavior::Immediate;
    Ok(Transaction::new_unchecked(connection, behavior)?)
}

/// How much less than others this thread counts where threads compete for a core: about a third.
#[cfg(target_os = "linux")]
const NICE: i32 = 5;

/// Gives way to the threads that carry calls: an answer must not wait for a transaction of others, while
/// history has time. Elsewhere than on Linux all threads count alike.
fn yield_to_calls() {
    // On Linux each thread has a value of its own, and no thread is named: this one.
    #[cfg(target_os = "linux")]
    if let Err(error) = rustix::process::setpriority_process(None, NICE) {
        tracing::debug!(%error, "the history keeps the usual priority");
    }
}

/// Writes calls without savepoints. Each savepoint makes the search index write down what it has
/// gathered, which costs more than all the rest of a call.
fn write_together(
    connection: &Connection,
    changed: &[(&CallId, &Entry)],
    owner: i64,
) -> Result<Vec<Mark>, Fault> {
    let mut marks = Vec::with_capacity(changed.len());
    for (id, entry) in changed {
        marks.push((**id, Some(entry.call.write(connection, owner)?)));
    }
    for ((_, entry), (_, mark)) in changed.iter().zip(&marks) {
        if let Some(mark) = mark {
            entry.call.index(connection, mark)?;
        }
    }
    Ok(marks)
}

/// Writes calls each for itself: one that SQLite will not take must not hold up the others.
fn write_apart(
    connection: &Connection,
    changed: &[(&CallId, &Entry)],
    owner: i64,
    path: &Path,
) -> Result<Vec<Mark>, Fault> {
    let write = |(id, entry): &(&CallId, &Entry)| {
        let written = in_savepoint(connection, |inner| {
            let mark = entry.call.write(inner, owner)?;
            entry.call.index(inner, &mark)?;
            Ok(mark)
        });
        let mark = match written {
            Ok(mark) => Some(mark),
            Err(fault) if fault.is_environment() => return Err(fault),
            Err(fault) => {
                let error = fault.at(path);
                tracing::error!(call = %id, %error, "a call could not be recorded");
                None
            }
        };
        Ok((**id, mark))
    };
    changed.iter().map(write).collect()
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
