//! The use-cases of Switchboard over a small [`Host`](host::Host) port.
//!
//! The window, the command line and the loopback host all call [`api::dispatch`]; what happens to
//! calls reaches them as [`api::types::Batch`]es. No window toolkit, keychain or notification daemon
//! is linked here: hosts bring those.

pub mod api;
pub mod calls;
pub mod config;
pub mod diff;
pub mod host;
pub mod info;
pub mod live;
pub mod network;
pub mod prompts;
pub mod providers;
pub mod secrets;

/// The application: one per process.
#[derive(Debug)]
pub struct App {
    providers: providers::Providers,
    secrets: secrets::Secrets,
}

impl App {
    /// Returns the providers and models.
    pub(crate) fn providers(&self) -> &providers::Providers {
        &self.providers
    }

    /// Returns the credentials.
    pub(crate) fn secrets(&self) -> &secrets::Secrets {
        &self.secrets
    }
}
