//! The host port over the real system.

use crate::folders::Folders;
use crate::keychain::SystemKeys;
use crate::notifications::SystemNotifier;
use std::sync::Arc;
use switchboard_app::host::{GatewayServer, Host, KeyStore, Notifier};

/// The operating system as host: its key store and this process's environment.
#[derive(Debug)]
pub struct SystemHost {
    keys: SystemKeys,
    notifier: SystemNotifier,
    /// `None`: this program serves no gateway.
    gateway: Option<Arc<dyn GatewayServer>>,
}

impl SystemHost {
    /// Returns the host for these folders. Nothing is asked of the system yet.
    pub fn new(folders: &Folders) -> Self {
        Self {
            keys: SystemKeys::new(folders.key_service.clone()),
            notifier: SystemNotifier,
            gateway: None,
        }
    }

    /// Adds what serves the gateway in this program.
    #[must_use]
    pub fn with_gateway(mut self, gateway: Arc<dyn GatewayServer>) -> Self {
        self.gateway = Some(gateway);
        self
    }
}

impl Host for SystemHost {
    fn keys(&self) -> &dyn KeyStore {
        &self.keys
    }

    fn notifier(&self) -> Option<&dyn Notifier> {
        Some(&self.notifier)
    }

    fn gateway(&self) -> Option<&dyn GatewayServer> {
        self.gateway.as_deref()
    }

    fn variable(&self, name: &str) -> Option<String> {
        std::env::var(name)
            .ok()
            .filter(|value| !value.trim().is_empty())
    }

    fn variables(&self) -> Vec<(String, String)> {
        std::env::vars_os()
            .filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)))
            .collect()
    }
}
