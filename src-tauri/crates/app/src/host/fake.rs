//! A host for tests: a key store in memory whose state the test sets, and variables of its own.

use super::{Host, KeyStore, KeyStoreError};
use crate::api::types::KeychainState;
use std::collections::BTreeMap;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU32, Ordering};
use switchboard_engine::secret::Secret;

#[derive(Default)]
pub(crate) struct FakeHost {
    pub(crate) state: Mutex<Option<KeyStoreError>>,
    pub(crate) entries: Mutex<BTreeMap<String, Secret>>,
    pub(crate) variables: Mutex<BTreeMap<String, String>>,
    /// How often the store was asked for a key.
    pub(crate) asked: AtomicU32,
}

impl std::fmt::Debug for FakeHost {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("FakeHost")
    }
}

impl FakeHost {
    pub(crate) fn refuse(&self, error: Option<KeyStoreError>) {
        *self.state.lock().unwrap() = error;
    }

    pub(crate) fn set_variable(&self, name: &str, value: &str) {
        self.variables
            .lock()
            .unwrap()
            .insert(name.into(), value.into());
    }

    pub(crate) fn accounts(&self) -> Vec<String> {
        self.entries.lock().unwrap().keys().cloned().collect()
    }

    fn allowed(&self) -> Result<(), KeyStoreError> {
        self.state.lock().unwrap().clone().map_or(Ok(()), Err)
    }
}

impl Host for FakeHost {
    fn keys(&self) -> &dyn KeyStore {
        self
    }

    fn variable(&self, name: &str) -> Option<String> {
        self.variables.lock().unwrap().get(name).cloned()
    }

    fn variables(&self) -> Vec<(String, String)> {
        self.variables.lock().unwrap().clone().into_iter().collect()
    }
}

impl KeyStore for FakeHost {
    fn state(&self) -> KeychainState {
        match self.allowed() {
            Ok(()) => KeychainState::Ok,
            Err(KeyStoreError::Locked(message)) => KeychainState::Locked { message },
            Err(KeyStoreError::None(message) | KeyStoreError::Failed(message)) => {
                KeychainState::None {
                    message,
                    commands: Vec::new(),
                }
            }
        }
    }

    fn get(&self, account: &str) -> Result<Option<Secret>, KeyStoreError> {
        self.asked.fetch_add(1, Ordering::SeqCst);
        self.allowed()?;
        Ok(self.entries.lock().unwrap().get(account).cloned())
    }

    fn set(&self, account: &str, key: &Secret) -> Result<(), KeyStoreError> {
        self.allowed()?;
        self.entries
            .lock()
            .unwrap()
            .insert(account.into(), key.clone());
        Ok(())
    }

    fn delete(&self, account: &str) -> Result<(), KeyStoreError> {
        self.allowed()?;
        self.entries.lock().unwrap().remove(account);
        Ok(())
    }
}
