//! The operating system's key store, asked from a thread that may wait, and remembered.

use crate::api::types::{InstallCommand, KeychainState};
use crate::host::{Host, KeyStore, KeyStoreError};
use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Duration;
use switchboard_engine::secret::Secret;
use tokio::time::Instant;

/// How long "there is none" is believed: another program may store the key meanwhile.
const ABSENT_FOR: Duration = Duration::from_secs(5);
/// How long a refusal is believed, so that a locked store does not ask the user once per column.
const REFUSED_FOR: Duration = Duration::from_secs(30);

/// Asks the key store and remembers what it said.
pub(super) struct Keychain {
    host: Arc<dyn Host>,
    known: Mutex<HashMap<String, Known>>,
    /// One question at a time: whoever waits finds the answer remembered.
    asking: tokio::sync::Mutex<()>,
}

enum Known {
    Found(Secret),
    Absent(Instant),
    Refused(KeyStoreError, Instant),
}

impl Keychain {
    pub(super) fn new(host: Arc<dyn Host>) -> Self {
        Self {
            host,
            known: Mutex::default(),
            asking: tokio::sync::Mutex::default(),
        }
    }

    /// Returns a key, asking the user to unlock the store if need be.
    pub(super) async fn get(&self, account: &str) -> Result<Option<Secret>, KeyStoreError> {
        if let Some(known) = self.remembered(account) {
            return known;
        }
        let _turn = self.asking.lock().await;
        if let Some(known) = self.remembered(account) {
            return known;
        }
        self.fetch(account).await
    }

    /// Returns a key if the store gives it without asking the user.
    pub(super) async fn peek(&self, account: &str) -> Option<Secret> {
        if let Some(known) = self.remembered(account) {
            return known.ok().flatten();
        }
        let _turn = self.asking.lock().await;
        if let Some(known) = self.remembered(account) {
            return known.ok().flatten();
        }
        if self.on_thread(|keys| keys.state()).await != Some(KeychainState::Ok) {
            return None;
        }
        self.fetch(account).await.ok().flatten()
    }

    pub(super) async fn set(&self, account: &str, key: Secret) -> Result<(), KeyStoreError> {
        let _turn = self.asking.lock().await;
        let (name, copy) = (account.to_owned(), key.clone());
        let done = self.on_thread(move |keys| keys.set(&name, &copy)).await;
        done.unwrap_or_else(|| Err(gave_no_answer()))?;
        self.remember(account, Known::Found(key));
        Ok(())
    }

    pub(super) async fn delete(&self, account: &str) -> Result<(), KeyStoreError> {
        let _turn = self.asking.lock().await;
        let name = account.to_owned();
        let done = self.on_thread(move |keys| keys.delete(&name)).await;
        done.unwrap_or_else(|| Err(gave_no_answer()))?;
        self.remember(account, Known::Absent(Instant::now()));
        Ok(())
    }

    /// Asks for the store's state and forgets its refusals: the user may have unlocked it.
    pub(super) async fn ask_state(&self) -> KeychainState {
        self.known()
            .retain(|_, known| matches!(known, Known::Found(_)));
        self.on_thread(|keys| keys.state())
            .await
            .unwrap_or_else(|| KeychainState::None {
                message: gave_no_answer().to_string(),
                commands: install_commands(),
            })
    }

    pub(super) fn forget(&self, prefix: &str) {
        self.known()
            .retain(|account, _| !account.starts_with(prefix));
    }

    async fn fetch(&self, account: &str) -> Result<Option<Secret>, KeyStoreError> {
        let name = account.to_owned();
        let answer = self.on_thread(move |keys| keys.get(&name)).await;
        let answer = answer.unwrap_or_else(|| Err(gave_no_answer()));
        let known = match &answer {
            Ok(Some(secret)) => Known::Found(secret.clone()),
            Ok(None) => Known::Absent(Instant::now()),
            Err(error) => Known::Refused(error.clone(), Instant::now()),
        };
        self.remember(account, known);
        answer
    }

    fn remembered(&self, account: &str) -> Option<Result<Option<Secret>, KeyStoreError>> {
        match self.known().get(account)? {
            Known::Found(secret) => Some(Ok(Some(secret.clone()))),
            Known::Absent(since) if since.elapsed() < ABSENT_FOR => Some(Ok(None)),
            Known::Refused(error, since) if since.elapsed() < REFUSED_FOR => {
                Some(Err(error.clone()))
            }
            Known::Absent(_) | Known::Refused(..) => None,
        }
    }

    fn remember(&self, account: &str, known: Known) {
        self.known().insert(account.to_owned(), known);
    }

    fn known(&self) -> MutexGuard<'_, HashMap<String, Known>> {
        self.known
            .lock()
            .unwrap_or_else(|poisoned| poisoned.into_inner())
    }

    /// Runs a blocking question; `None` if its thread died.
    async fn on_thread<T: Send + 'static>(
        &self,
        ask: impl FnOnce(&dyn KeyStore) -> T + Send + 'static,
    ) -> Option<T> {
        let host = self.host.clone();
        tokio::task::spawn_blocking(move || ask(host.keys()))
            .await
            .ok()
    }
}

fn gave_no_answer() -> KeyStoreError {
    KeyStoreError::Failed("the key store gave no answer".to_owned())
}

/// Returns what to type to get a key store, per system.
pub fn install_commands() -> Vec<InstallCommand> {
    let command = |system: &str, command: &str| InstallCommand {
        system: system.to_owned(),
        command: command.to_owned(),
    };
    vec![
        command(
            "Debian, Ubuntu",
            "sudo apt install gnome-keyring libsecret-1-0",
        ),
        command("Fedora", "sudo dnf install gnome-keyring"),
        command("Arch Linux", "sudo pacman -S gnome-keyring"),
        command("openSUSE", "sudo zypper install gnome-keyring"),
        command(
            "KDE Plasma on Debian, Ubuntu",
            "sudo apt install kwalletmanager",
        ),
    ]
}
