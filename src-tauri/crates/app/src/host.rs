//! What a host brings: the operating system's key store, the process environment, and the gateway's
//! server.
//!
//! The port is deliberately narrow: operations, no handles. Folders, dialogs and windows are the
//! host's own affair.

use crate::App;
use crate::api::types::KeychainState;
use futures_util::future::BoxFuture;
use std::net::SocketAddr;
use switchboard_engine::secret::Secret;

/// The program around the application: the window, the command line or a test.
pub trait Host: Send + Sync + std::fmt::Debug {
    /// Returns the operating system's key store.
    fn keys(&self) -> &dyn KeyStore;

    /// Returns an environment variable, or `None` if it is unset, empty or not Unicode.
    fn variable(&self, name: &str) -> Option<String>;

    /// Returns every environment variable that is Unicode.
    fn variables(&self) -> Vec<(String, String)>;

    /// Returns what shows notifications of the system; `None`: nothing does.
    fn notifier(&self) -> Option<&dyn Notifier> {
        None
    }

    /// Returns what serves the gateway in this process; `None` if nothing does.
    fn gateway(&self) -> Option<&dyn GatewayServer> {
        None
    }
}

/// Shows notifications of the system. Its methods block; the application calls them on a thread that may wait.
pub trait Notifier: Send + Sync + std::fmt::Debug {
    /// Shows a notification.
    ///
    /// # Errors
    /// One sentence that says why it could not be shown.
    fn show(&self, title: &str, text: &str) -> Result<(), String>;

    /// Returns why notifications cannot be shown now, or `None` if they can.
    fn problem(&self) -> Option<String>;
}

/// Serves the gateway over HTTP.
pub trait GatewayServer: Send + Sync + std::fmt::Debug {
    /// Starts it and returns where it listens; port 0 takes a free one. It must not run yet.
    ///
    /// # Errors
    /// One sentence that says why it cannot listen there, fit to be shown.
    fn start(&self, app: App, address: SocketAddr) -> BoxFuture<'_, Result<SocketAddr, String>>;

    /// Has one that runs listen at another address and returns that. Connections it has stay until what they
    /// asked is answered.
    ///
    /// # Errors
    /// One sentence that says why it cannot listen there. It stays where it was.
    fn relocate(&self, app: App, address: SocketAddr) -> BoxFuture<'_, Result<SocketAddr, String>>;

    /// Stops it and the calls it runs. Stopping one that is off does nothing.
    fn stop(&self) -> BoxFuture<'_, ()>;

    /// Returns where it listens; `None`: it is off.
    fn address(&self) -> Option<SocketAddr>;
}

/// The operating system's key store. Its methods block; the application calls them on a thread that
/// may wait.
pub trait KeyStore: Send + Sync + std::fmt::Debug {
    /// Returns whether the store can be used now, asked anew.
    fn state(&self) -> KeychainState;

    /// Returns the key of `account`, which is `provider/name`; `None` if there is none.
    ///
    /// # Errors
    /// `Locked`, `None` or `Failed`.
    fn get(&self, account: &str) -> Result<Option<Secret>, KeyStoreError>;

    /// Stores the key of `account`, replacing an older one.
    ///
    /// # Errors
    /// `Locked`, `None` or `Failed`.
    fn set(&self, account: &str, key: &Secret) -> Result<(), KeyStoreError>;

    /// Removes the key of `account`. Removing one that is not there is no error.
    ///
    /// # Errors
    /// `Locked`, `None` or `Failed`.
    fn delete(&self, account: &str) -> Result<(), KeyStoreError>;
}

/// Why the key store did not do what was asked. The sentences are fit to be shown and never hold a
/// key.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum KeyStoreError {
    /// The store must be unlocked by the user first.
    #[error("{0}")]
    Locked(String),
    /// This system has no key store.
    #[error("{0}")]
    None(String),
    /// The store is there and did not do it.
    #[error("{0}")]
    Failed(String),
}

#[cfg(test)]
pub(crate) mod fake;
