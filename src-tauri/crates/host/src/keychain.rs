//! The operating system's key store over `keyring`, with an answer in bounded time.
//!
//! A store may ask the user for a password, hang, or be restarted. Every question runs on a thread of
//! its own and is given up after a while; the next one then opens the store anew.

mod state;

use keyring_core::{Entry, Error};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::mpsc;
use std::time::Duration;
use switchboard_app::api::types::KeychainState;
use switchboard_app::host::{KeyStore, KeyStoreError};
use switchboard_app::secrets::install_commands;
use switchboard_engine::secret::Secret;

/// How long a key may take to come: the user may have to type a password first.
const PATIENCE: Duration = Duration::from_secs(60);
/// How long the store has to say how it is.
const STATE_PATIENCE: Duration = Duration::from_secs(3);
/// Questions that may hang at once before new ones are refused.
const MOST_HANGING: usize = 4;

/// The operating system's key store: Secret Service, Keychain or Credential Manager.
#[derive(Debug)]
pub struct SystemKeys {
    service: String,
    patience: Duration,
    shared: Arc<Shared>,
}

#[derive(Debug, Default)]
struct Shared {
    /// Questions that have not come back.
    asking: AtomicUsize,
    /// Whether the store must be opened anew before the next question.
    stale: AtomicBool,
}

impl SystemKeys {
    /// Returns the key store; our entries in it are those of `service`. Nothing is asked yet.
    pub fn new(service: impl Into<String>) -> Self {
        Self {
            service: service.into(),
            patience: PATIENCE,
            shared: Arc::default(),
        }
    }

    /// Changes how long a key may take to come. The default leaves the user a minute to type a password.
    #[must_use]
    pub fn with_patience(mut self, patience: Duration) -> Self {
        self.patience = patience;
        self
    }

    /// Asks about one entry, and once more of a store opened anew if the first is out of order.
    fn ask<T: Send + 'static>(
        &self,
        account: &str,
        question: impl Fn(&Entry) -> Result<T, Error> + Send + 'static,
    ) -> Result<T, KeyStoreError> {
        let (service, account) = (self.service.clone(), account.to_owned());
        let shared = self.shared.clone();
        let answer = self.bounded(self.patience, move || {
            let first = shared
                .entry(&service, &account)
                .and_then(|entry| question(&entry));
            match first {
                Err(Error::PlatformFailure(_)) => {
                    shared.stale.store(true, Ordering::SeqCst);
                    shared
                        .entry(&service, &account)
                        .and_then(|entry| question(&entry))
                }
                answer => answer,
            }
        });
        match answer {
            Some(Ok(value)) => Ok(value),
            Some(Err(error)) => Err(explain(&error)),
            None => {
                // Whoever hangs holds the old connection; the next question gets a new one.
                self.shared.stale.store(true, Ordering::SeqCst);
                Err(KeyStoreError::Failed(NO_ANSWER.to_owned()))
            }
        }
    }

    /// Runs a question on its own thread; `None` if it does not come back in time or cannot be asked.
    fn bounded<T: Send + 'static>(
        &self,
        patience: Duration,
        question: impl FnOnce() -> T + Send + 'static,
    ) -> Option<T> {
        let shared = self.shared.clone();
        if shared.asking.fetch_add(1, Ordering::SeqCst) >= MOST_HANGING {
            shared.asking.fetch_sub(1, Ordering::SeqCst);
            return None;
        }
        let (done, answer) = mpsc::channel();
        let thread = std::thread::Builder::new().name("key-store".to_owned());
        let spawned = thread.spawn(move || {
            let count = Counted(shared);
            let value = question();
            drop(count);
            // Nobody listens any more if it took too long.
            let _ = done.send(value);
        });
        if spawned.is_err() {
            self.shared.asking.fetch_sub(1, Ordering::SeqCst);
            return None;
        }
        answer.recv_timeout(patience).ok()
    }
}

/// Takes one off the count when a question is over, also by a panic.
struct Counted(Arc<Shared>);

impl Drop for Counted {
    fn drop(&mut self) {
        self.0.asking.fetch_sub(1, Ordering::SeqCst);
    }
}

const NO_ANSWER: &str = "the key store gave no answer in time";

impl Shared {
    /// Returns our entry of an account, opening the store if it is not open or out of order.
    fn entry(&self, service: &str, account: &str) -> Result<Entry, Error> {
        let stale = self.stale.swap(false, Ordering::SeqCst);
        // `keyring` opens the platform's store once and keeps its first answer for ever.
        let first = keyring::Entry::store_status().is_ok();
        let opened = if stale || (!first && keyring_core::get_default_store().is_none()) {
            reopen()
        } else {
            Ok(())
        };
        if let Err(error) = opened {
            self.stale.store(true, Ordering::SeqCst);
            return Err(error);
        }
        Entry::new(service, account)
    }
}

/// Opens the platform's store anew.
#[cfg(all(
    unix,
    not(any(target_os = "macos", target_os = "ios", target_os = "android"))
))]
fn reopen() -> Result<(), Error> {
    // Whatever the reason, a store that cannot be opened is none.
    let store =
        zbus_secret_service_keyring_store::Store::new().map_err(|_| Error::NoDefaultStore)?;
    keyring_core::set_default_store(store);
    Ok(())
}

/// Elsewhere the store is part of the system and has no connection that could break.
#[cfg(not(all(
    unix,
    not(any(target_os = "macos", target_os = "ios", target_os = "android"))
)))]
fn reopen() -> Result<(), Error> {
    if keyring_core::get_default_store().is_some() {
        Ok(())
    } else {
        Err(Error::NoDefaultStore)
    }
}

impl KeyStore for SystemKeys {
    fn state(&self) -> KeychainState {
        self.bounded(STATE_PATIENCE, state::ask)
            .unwrap_or_else(|| KeychainState::None {
                message: NO_ANSWER.to_owned(),
                commands: install_commands(),
            })
    }

    fn get(&self, account: &str) -> Result<Option<Secret>, KeyStoreError> {
        self.ask(account, |entry| match entry.get_password() {
            Ok(key) => Ok(Some(Secret::new(key))),
            Err(Error::NoEntry) => Ok(None),
            Err(error) => Err(error),
        })
    }

    fn set(&self, account: &str, key: &Secret) -> Result<(), KeyStoreError> {
        let key = key.clone();
        self.ask(account, move |entry| entry.set_password(key.expose()))
    }

    fn delete(&self, account: &str) -> Result<(), KeyStoreError> {
        self.ask(account, |entry| match entry.delete_credential() {
            Err(Error::NoEntry) => Ok(()),
            done => done,
        })
    }
}

/// Returns the sentence for what went wrong. The errors of `keyring` can hold the key itself
/// (`BadEncoding`), so none of them is ever printed whole.
fn explain(error: &Error) -> KeyStoreError {
    match error {
        Error::NoStorageAccess(_) => KeyStoreError::Locked(state::LOCKED.to_owned()),
        Error::NoDefaultStore => KeyStoreError::None(state::NONE.to_owned()),
        Error::PlatformFailure(_) => match state::ask() {
            KeychainState::None { message, .. } => KeyStoreError::None(message),
            KeychainState::Locked { message } => KeyStoreError::Locked(message),
            KeychainState::Ok => {
                KeyStoreError::Failed("the key store reported a failure".to_owned())
            }
        },
        Error::BadEncoding(_) | Error::BadDataFormat(..) | Error::BadStoreFormat(_) => {
            KeyStoreError::Failed("the key store holds something that is not a key".to_owned())
        }
        Error::TooLong(_, limit) => KeyStoreError::Failed(format!(
            "the key is longer than the {limit} characters the key store takes"
        )),
        Error::Ambiguous(_) => KeyStoreError::Failed(
            "the key store holds several keys of this name; remove one".to_owned(),
        ),
        _ => KeyStoreError::Failed("the key store could not do this".to_owned()),
    }
}
