//! A host for an application without a user: nothing of this machine's matters. Its environment has one
//! variable, `TEST_KEY`.

use switchboard_app::api::types::KeychainState;
use switchboard_app::host::{Host, KeyStore, KeyStoreError};
use switchboard_engine::secret::Secret;

/// A host with next to no environment and no key store.
#[derive(Debug)]
pub(crate) struct BareHost;

impl Host for BareHost {
    fn keys(&self) -> &dyn KeyStore {
        self
    }
    fn variable(&self, name: &str) -> Option<String> {
        (name == "TEST_KEY").then(|| "key-of-the-test".to_owned())
    }
    fn variables(&self) -> Vec<(String, String)> {
        Vec::new()
    }
}

fn no_store() -> KeyStoreError {
    KeyStoreError::None("no key store here".into())
}

impl KeyStore for BareHost {
    fn state(&self) -> KeychainState {
        KeychainState::None {
            message: "no key store here".into(),
            commands: Vec::new(),
        }
    }
    fn get(&self, _account: &str) -> Result<Option<Secret>, KeyStoreError> {
        Err(no_store())
    }
    fn set(&self, _account: &str, _key: &Secret) -> Result<(), KeyStoreError> {
        Err(no_store())
    }
    fn delete(&self, _account: &str) -> Result<(), KeyStoreError> {
        Err(no_store())
    }
}
