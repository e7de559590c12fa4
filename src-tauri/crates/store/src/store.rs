//! The store as its users see it.

use crate::config_versions::{self, ConfigVersionRow, NewConfigVersion};
use crate::error::{Fault, StoreError};
use crate::gateway_keys::{self, GatewayKeyRow, NewGatewayKey};
use crate::owner::{self, Owner};
use crate::past::{self, PastAttemptRow, PastCallRow, PastFilter};
use crate::prompts::{self, PromptListRow, PromptRow, PromptScope, PromptText, PromptVersionRow};
use crate::quality::{self, QualityRow};
use crate::queue::{Command, Queue, Reply, Work};
use crate::readers::Readers;
use crate::rows::{CallFilter, CallPage, CallRecord, CallRow, NewCall, Opened, Rating, Stats};
use crate::spend::{self, SpendAnswer, SpendQuery};
use crate::variants::{self, VariantCall};
use crate::votes::{self, Vote, VoteRecord};
use crate::writer::Writer;
use crate::{answers, calls, open, schema, ui_state};
use rusqlite::Connection;
use serde_json::Value;
use std::borrow::Borrow;
use std::collections::{BTreeMap, HashMap};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;
use switchboard_engine::call::CallId;
use switchboard_engine::event::CallEvent;
use tokio::sync::{oneshot, watch};

/// History and prompts in one file. Clones are the same store; the last one dropped closes it.
#[derive(Debug, Clone)]
pub struct Store(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    path: PathBuf,
    /// `owners.id` of this process.
    owner: i64,
    queue: Queue,
    readers: Readers,
    problem: watch::Receiver<Option<StoreError>>,
    thread: Mutex<Option<JoinHandle<()>>>,
}

impl Store {
    /// Opens the history at `path`, makes or migrates it, and marks unfinished calls of programs that
    /// are gone as interrupted. Blocks; call it from a thread that may.
    ///
    /// # Errors
    /// [`StoreError::Newer`] and [`StoreError::NotHistory`] leave the file untouched;
    /// [`StoreError::Damaged`], [`StoreError::ReadOnly`], [`StoreError::DiskFull`],
    /// [`StoreError::Busy`] and [`StoreError::Open`] say what is wrong with it.
    pub fn open(path: impl AsRef<Path>) -> Result<(Self, Opened), StoreError> {
        let path = std::path::absolute(path.as_ref())
            .map_err(|error| StoreError::from_io(&error, path.as_ref()))?;
        let mut connection = open::writable(&path)?;
        let at = |fault: Fault| fault.at(&path);
        open::set_up(&connection).map_err(at)?;
        let known = i64::try_from(schema::MIGRATIONS.len()).unwrap_or(i64::MAX);
        let created = schema::check(&connection, &path, known).map_err(at)? == 0;
        open::set_up_writer(&connection).map_err(at)?;
        let backup = schema::migrate(&mut connection, &path, schema::MIGRATIONS).map_err(at)?;
        spend::prepare(&mut connection).map_err(at)?;
        let interrupted = owner::interrupt_orphans(&mut connection, &path, None).map_err(at)?;
        let owner = Owner::register(&connection, &path)?;
        let owner_id = owner.id;
        let queue = Queue::default();
        let (sender, problem) = watch::channel(None);
        let writer = Writer {
            connection,
            path: path.clone(),
            queue: queue.clone(),
            owner,
            problem: sender,
            live: HashMap::new(),
            begun: 0,
        };
        // Awaited by `close`, or by the drop of the last clone.
        let thread = std::thread::Builder::new()
            .name("history".to_owned())
            .spawn(move || writer.run())
            .map_err(|error| StoreError::from_io(&error, &path))?;
        let readers = Readers::new(&path);
        let thread = Mutex::new(Some(thread));
        let store = Self(Arc::new(Inner {
            path,
            owner: owner_id,
            queue,
            readers,
            problem,
            thread,
        }));
        Ok((
            store,
            Opened {
                interrupted,
                backup,
                created,
            },
        ))
    }

    /// Returns where the history is.
    pub fn path(&self) -> &Path {
        &self.0.path
    }

    /// Returns why history is not being written now, and tells when that changes. `None`: it is.
    ///
    /// A cause is told once. What cannot be written stays in memory and is tried again.
    pub fn problem(&self) -> watch::Receiver<Option<StoreError>> {
        self.0.problem.clone()
    }

    /// Records that a call begins. Its events follow through [`Store::append`].
    ///
    /// Waits only while thousands of commands wait already. Beginning a recorded call again changes
    /// nothing.
    ///
    /// # Errors
    /// [`StoreError::Closed`].
    pub async fn begin_call(&self, call: NewCall) -> Result<(), StoreError> {
        let open = self
            .0
            .queue
            .push_when_room(Command::Begin(Box::new(call)))
            .await;
        if open {
            Ok(())
        } else {
            Err(StoreError::Closed)
        }
    }

    /// Records an event of a call. Never blocks, never drops; it reaches the file within 200 ms. After
    /// [`Store::close`] nothing is recorded.
    pub fn append(&self, event: impl Borrow<CallEvent>) {
        if !self.0.queue.push_event(event.borrow()) {
            tracing::warn!("an event came after the history was closed");
        }
    }

    /// Waits until everything given before is in the file.
    ///
    /// # Errors
    /// Why it could not be written; it stays in memory and is tried again.
    pub async fn flush(&self) -> Result<(), StoreError> {
        let (sender, receiver) = oneshot::channel();
        let reply: Reply = Box::new(move |error| {
            let _ = sender.send(error.map_or(Ok(()), Err));
        });
        self.0.queue.push(Command::Flush(reply));
        receiver.await.unwrap_or(Err(StoreError::Closed))
    }

    /// Marks unfinished calls of programs that have gone since this store was opened. Returns how
    /// many.
    ///
    /// # Errors
    /// Why the file could not be read or written.
    pub async fn interrupt_orphans(&self) -> Result<u32, StoreError> {
        let (sender, receiver) = oneshot::channel();
        self.0.queue.push(Command::Sweep(Box::new(move |result| {
            let _ = sender.send(result);
        })));
        receiver.await.unwrap_or(Err(StoreError::Closed))
    }

    /// Writes what waits and closes the file. Other clones report [`StoreError::Closed`] from then on.
    pub async fn close(&self) {
        self.0.queue.close();
        let thread = self.0.take_thread();
        // A panic of the thread has been reported by the panic itself.
        let _ = tokio::task::spawn_blocking(move || thread.map(JoinHandle::join)).await;
    }

    /// Lists calls, newest first.
    ///
    /// # Errors
    /// Why the file could not be read.
    pub async fn calls(&self, filter: &CallFilter) -> Result<CallPage, StoreError> {
        let filter = filter.clone();
        self.read(move |connection| calls::list(connection, &filter))
            .await
    }

    /// Returns everything recorded about a call; `None` if it is not recorded. Of a running call the
    /// last 200 ms may be missing: [`Store::flush`] first for all of it.
    ///
    /// # Errors
    /// Why the file could not be read.
    pub async fn call(&self, id: CallId) -> Result<Option<CallRecord>, StoreError> {
        self.read(move |connection| answers::record(connection, id))
            .await
    }

    /// Returns the calls of a group, oldest first: of a column run again, the last one counts.
    ///
    /// # Errors
    /// Why the file could not be read.
    pub async fn calls_by_group(&self, group: &str) -> Result<Vec<CallRow>, StoreError> {
        let group = group.to_owned();
        self.read(move |connection| calls::by_group(connection, &group))
            .await
    }

    /// Returns the group of the prompt's newest comparison; `None` if it was never run.
    ///
    /// # Errors
    /// Why the file could not be read.
    pub async fn latest_group_of_prompt(
        &self,
        prompt_id: &str,
    ) -> Result<Option<String>, StoreError> {
        let id = prompt_id.to_owned();
        self.read(move |connection| calls::latest_group(connection, &id))
            .await
    }

    /// Rates an answer; `None` takes the rating back.
    ///
    /// # Errors
    /// [`StoreError::NotFound`], or why the file could not be written.
    pub async fn rate(&self, id: CallId, rating: Option<Rating>) -> Result<(), StoreError> {
        self.write(move |connection| {
            if calls::rate(connection, id, rating)? {
                Ok(())
            } else {
                Err(StoreError::NotFound {
                    what: "call",
                    id: id.to_string(),
                }
                .into())
            }
        })
        .await
    }

    /// Records a blind vote. Voting again on the same answers replaces the vote.
    ///
    /// # Errors
    /// [`StoreError::Invalid`], [`StoreError::NotFound`], or why the file could not be written.
    pub async fn cast_vote(&self, vote: Vote) -> Result<(), StoreError> {
        self.write(move |connection| votes::cast(connection, &vote))
            .await
    }

    /// Returns how models did in a prompt's blind votes.
    ///
    /// # Errors
    /// Why the file could not be read.
    pub async fn vote_record(&self, prompt_id: &str) -> Result<VoteRecord, StoreError> {
        let id = prompt_id.to_owned();
        self.read(move |connection| votes::record(connection, &id))
            .await
    }

    /// Returns every valid gateway key and the last revoked ones, newest first.
    ///
    /// # Errors
    /// Why the file could not be read.
    pub async fn gateway_keys(&self) -> Result<Vec<GatewayKeyRow>, StoreError> {
        self.read(gateway_keys::list).await
    }

    /// Records a new gateway key.
    ///
    /// # Errors
    /// [`StoreError::Invalid`] if a valid key has this name or there are too many, or why the file could
    /// not be written.
    pub async fn create_gateway_key(
        &self,
        key: NewGatewayKey,
    ) -> Result<GatewayKeyRow, StoreError> {
        self.write(move |connection| gateway_keys::create(connection, &key))
            .await
    }

    /// Makes a gateway key invalid for ever. Revoking one that is revoked changes nothing.
    ///
    /// # Errors
    /// [`StoreError::NotFound`], or why the file could not be written.
    pub async fn revoke_gateway_key(&self, id: &str) -> Result<GatewayKeyRow, StoreError> {
        let id = id.to_owned();
        self.write(move |connection| gateway_keys::revoke(connection, &id))
            .await
    }

    /// Notes when a gateway key was used (milliseconds since 1970), unless a later use is noted.
    ///
    /// # Errors
    /// Why the file could not be written.
    pub async fn note_gateway_key_use(&self, id: &str, at_ms: i64) -> Result<(), StoreError> {
        let id = id.to_owned();
        self.write(move |connection| gateway_keys::note_use(connection, &id, at_ms))
            .await
    }

    /// Returns the calls of a route that went by weight and are over, newest first; `since_ms` is in
    /// milliseconds since 1970.
    ///
    /// # Errors
    /// Why the file could not be read.
    pub async fn variant_calls(
        &self,
        route: &str,
        since_ms: i64,
    ) -> Result<Vec<VariantCall>, StoreError> {
        let route = route.to_owned();
        self.read(move |connection| variants::of_route(connection, &route, since_ms))
            .await
    }

    /// Returns how every model did that was voted on, rated, or held against a schema.
    ///
    /// # Errors
    /// Why the file could not be read.
    pub async fn quality(&self) -> Result<Vec<QualityRow>, StoreError> {
        self.read(quality::all).await
    }

    /// Returns the newest calls that are over, oldest first, without their text.
    ///
    /// # Errors
    /// Why the file could not be read.
    pub async fn past_calls(&self, filter: PastFilter) -> Result<Vec<PastCallRow>, StoreError> {
        self.read(move |connection| past::calls(connection, &filter))
            .await
    }

    /// Returns the newest [`MOST_ATTEMPTS`](crate::MOST_ATTEMPTS) attempts that are over, of calls whose key is
    /// within `from` and `to`, in the calls' order.
    ///
    /// # Errors
    /// Why the file could not be read.
    pub async fn past_attempts(
        &self,
        from: i64,
        to: i64,
    ) -> Result<Vec<PastAttemptRow>, StoreError> {
        self.read(move |connection| past::attempts(connection, from, to))
            .await
    }

    /// Returns the key that calls made at a time, in milliseconds since 1970, have at least.
    pub fn key_at(at_ms: i64) -> i64 {
        crate::key::key_floor(at_ms)
    }

    /// Returns the time of a key, in milliseconds since 1970.
    pub fn time_of_key(key: i64) -> i64 {
        key >> crate::key::SLOT_BITS
    }

    /// Records a version of the configuration file, unless the last one has the same text. Returns the
    /// version that has the text.
    ///
    /// # Errors
    /// Why the file could not be written.
    pub async fn record_config_version(
        &self,
        version: NewConfigVersion,
    ) -> Result<ConfigVersionRow, StoreError> {
        self.write(move |connection| config_versions::record(connection, &version))
            .await
    }

    /// Returns the last versions of the configuration file, newest first.
    ///
    /// # Errors
    /// Why the file could not be read.
    pub async fn config_versions(&self) -> Result<Vec<ConfigVersionRow>, StoreError> {
        self.read(config_versions::list).await
    }

    /// Returns a version of the configuration file and its text.
    ///
    /// # Errors
    /// [`StoreError::NotFound`], or why the file could not be read.
    pub async fn config_version(&self, id: u32) -> Result<(ConfigVersionRow, String), StoreError> {
        self.read(move |connection| config_versions::get(connection, id))
            .await
    }

    /// Returns the UI's state.
    ///
    /// # Errors
    /// Why the file could not be read.
    pub async fn ui_state(&self) -> Result<BTreeMap<String, Value>, StoreError> {
        self.read(ui_state::all).await
    }

    /// Keeps one value of UI state; `null` forgets the key.
    ///
    /// # Errors
    /// [`StoreError::Invalid`] for what is too large, or why the file could not be written.
    pub async fn set_ui_state(&self, key: &str, value: Value) -> Result<(), StoreError> {
        let key = key.to_owned();
        self.write(move |connection| ui_state::set(connection, &key, &value))
            .await
    }

    /// Lists prompts, last changed first; `search` as in [`CallFilter::search`].
    ///
    /// # Errors
    /// Why the file could not be read.
    pub async fn prompts(
        &self,
        search: &str,
        scope: PromptScope,
    ) -> Result<Vec<PromptListRow>, StoreError> {
        let search = search.to_owned();
        self.read(move |connection| prompts::list(connection, &search, scope))
            .await
    }

    /// Returns a prompt, deleted or not.
    ///
    /// # Errors
    /// [`StoreError::NotFound`], or why the file could not be read.
    pub async fn prompt(&self, id: &str) -> Result<PromptRow, StoreError> {
        let id = id.to_owned();
        self.read(move |connection| prompts::get(connection, &id))
            .await
    }

    /// Makes a prompt with a new id.
    ///
    /// # Errors
    /// Why the file could not be written.
    pub async fn create_prompt(&self, text: PromptText) -> Result<PromptRow, StoreError> {
        self.write(move |connection| prompts::create(connection, &text))
            .await
    }

    /// Writes a prompt's draft; what is there already changes nothing, not even the time.
    ///
    /// # Errors
    /// [`StoreError::NotFound`], or why the file could not be written.
    pub async fn save_draft(&self, id: &str, text: PromptText) -> Result<PromptRow, StoreError> {
        let id = id.to_owned();
        self.write(move |connection| prompts::save_draft(connection, &id, &text))
            .await
    }

    /// Saves the draft as a new version, if it differs from the latest.
    ///
    /// # Errors
    /// [`StoreError::NotFound`], or why the file could not be written.
    pub async fn save_version(&self, id: &str) -> Result<PromptRow, StoreError> {
        let id = id.to_owned();
        self.write(move |connection| prompts::save_version(connection, &id))
            .await
    }

    /// Returns a prompt's versions, newest first.
    ///
    /// # Errors
    /// [`StoreError::NotFound`], or why the file could not be read.
    pub async fn prompt_versions(&self, id: &str) -> Result<Vec<PromptVersionRow>, StoreError> {
        let id = id.to_owned();
        self.read(move |connection| prompts::versions(connection, &id))
            .await
    }

    /// Returns the body of one version of a prompt.
    ///
    /// # Errors
    /// [`StoreError::NotFound`], or why the file could not be read.
    pub async fn version_body(&self, id: &str, version: u32) -> Result<String, StoreError> {
        let id = id.to_owned();
        self.read(move |connection| prompts::version_body(connection, &id, version))
            .await
    }

    /// Hides a prompt. Its versions and calls stay.
    ///
    /// # Errors
    /// [`StoreError::NotFound`], or why the file could not be written.
    pub async fn delete_prompt(&self, id: &str) -> Result<PromptRow, StoreError> {
        let id = id.to_owned();
        let now = crate::sql::now_ms();
        self.write(move |connection| prompts::set_deleted(connection, &id, Some(now)))
            .await
    }

    /// Brings a hidden prompt back.
    ///
    /// # Errors
    /// [`StoreError::NotFound`], or why the file could not be written.
    pub async fn undelete_prompt(&self, id: &str) -> Result<PromptRow, StoreError> {
        let id = id.to_owned();
        self.write(move |connection| prompts::set_deleted(connection, &id, None))
            .await
    }

    /// Reads sums of spend, all of the same moment.
    ///
    /// # Errors
    /// [`StoreError::Invalid`] if `edges` do not ascend, or why the file could not be read.
    pub async fn spend(&self, queries: Vec<SpendQuery>) -> Result<Vec<SpendAnswer>, StoreError> {
        self.read(move |connection| spend::answer(connection, &queries))
            .await
    }

    /// Sums whole days (slots from `.0` to before `.1`) by every label, so that long ranges are read fast. A day a
    /// transaction, so that calls are recorded meanwhile. Days that are sealed already, and those before the first
    /// call, cost nothing.
    ///
    /// # Errors
    /// Why the file could not be read or written.
    pub async fn seal_spend(&self, days: Vec<(i64, i64)>) -> Result<(), StoreError> {
        let open = self
            .read(move |connection| spend::unsealed(connection, days))
            .await?;
        let mut moved = 0;
        for (first, after) in open {
            moved += self
                .write(move |connection| spend::seal(connection, first, after))
                .await?;
        }
        if moved > 0 {
            self.write(spend::sweep).await?;
        }
        Ok(())
    }

    /// Makes the sums of spend anew from the calls. Returns how many calls they hold.
    ///
    /// # Errors
    /// Why the file could not be read or written.
    pub async fn rebuild_spend(&self) -> Result<u64, StoreError> {
        self.write(spend::rebuild).await
    }

    /// Returns whether the sums of spend equal the calls. Reads all of them, and holds the sums in memory.
    ///
    /// # Errors
    /// Why the file could not be read.
    pub async fn check_spend(&self) -> Result<bool, StoreError> {
        self.read(spend::check).await
    }

    /// Returns how much is kept.
    ///
    /// # Errors
    /// Why the file could not be read.
    pub async fn stats(&self) -> Result<Stats, StoreError> {
        let path = self.0.path.clone();
        self.read(move |connection| {
            let calls = calls::count(connection)?;
            let prompts = prompts::count(connection)?;
            let size = |end: &str| {
                let mut name = path.clone().into_os_string();
                name.push(end);
                std::fs::metadata(name).map_or(0, |file| file.len())
            };
            Ok(Stats {
                calls,
                prompts,
                bytes: size("").saturating_add(size("-wal")),
            })
        })
        .await
    }

    /// Looks through the whole file for damage. Takes as long as reading all of it.
    ///
    /// # Errors
    /// [`StoreError::Damaged`] with the first finding, or why the file could not be read.
    pub async fn check(&self) -> Result<(), StoreError> {
        let path = self.0.path.clone();
        self.read(move |connection| {
            let detail: String =
                connection.query_row("PRAGMA quick_check(1)", [], |row| row.get(0))?;
            if detail == "ok" {
                Ok(())
            } else {
                Err(StoreError::Damaged { path, detail }.into())
            }
        })
        .await
    }

    /// Returns this process's number among those that have the history open.
    pub(crate) fn owner(&self) -> i64 {
        self.0.owner
    }

    pub(crate) async fn read<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Connection) -> Result<T, Fault> + Send + 'static,
    ) -> Result<T, StoreError> {
        self.0.readers.read(work).await
    }

    /// Does `work` in the writer's next transaction; returns once it is committed.
    pub(crate) async fn write<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Connection) -> Result<T, Fault> + Send + 'static,
    ) -> Result<T, StoreError> {
        let (sender, receiver) = oneshot::channel();
        let path = self.0.path.clone();
        let work: Work =
            Box::new(
                move |connection| match connection.map_err(Fault::Ours).and_then(work) {
                    Ok(value) => Ok(Box::new(move |error: Option<StoreError>| {
                        let _ = sender.send(error.map_or(Ok(value), Err));
                    }) as Reply),
                    Err(fault) => {
                        let reply: Reply = if fault.is_environment() {
                            // The transaction fails with it, and tells every reply why.
                            Box::new(move |error| {
                                let _ = sender.send(Err(error.unwrap_or(StoreError::Closed)));
                            })
                        } else {
                            let own = match &fault {
                                Fault::Ours(error) => error.clone(),
                                Fault::Sqlite(error) => StoreError::from_sqlite(error, &path),
                            };
                            Box::new(move |_| {
                                let _ = sender.send(Err(own));
                            })
                        };
                        Err((reply, fault))
                    }
                },
            );
        self.0.queue.push_when_room(Command::Work(work)).await;
        receiver.await.unwrap_or(Err(StoreError::Closed))
    }
}

impl Inner {
    fn take_thread(&self) -> Option<JoinHandle<()>> {
        self.thread
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .take()
    }
}

impl Drop for Inner {
    fn drop(&mut self) {
        self.queue.close();
        if let Some(thread) = self.take_thread() {
            // A panic of the thread has been reported by the panic itself.
            let _ = thread.join();
        }
    }
}
