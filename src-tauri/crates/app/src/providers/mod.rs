//! Providers and models as the window sees them, and as calls need them.
//!
//! The configuration says what there is, `Secrets` which credential, and the last outcomes how each is
//! doing. Connection tests go the same way as calls: the same address builder, the same client.

mod connect;
mod edit;
mod handlers;
mod health;
mod models;
mod simulator;
mod target;
#[cfg(test)]
mod tests;
mod waits;

pub use handlers::{delete, find_local, list, models, presets, preview_url, save, test};
pub use health::{Outcome, ProviderHealth};
pub(crate) use simulator::{LABEL as SIMULATOR_LABEL, is_simulator, simulated, wire_of};
pub use simulator::{SIMULATORS, Simulator};

use crate::api::types::{ApiError, ErrorCode, Lamp, ProviderInfo};
use crate::config::ConfigHandle;
use crate::network::Http;
use crate::secrets::Secrets;
use connect::Detected;
use std::collections::HashMap;
use std::sync::{Arc, Mutex};
use switchboard_engine::admit::Health;
use switchboard_engine::config::ProviderConfig;
use switchboard_engine::error::ErrorKind;
use switchboard_engine::provider::provider as codec;
use switchboard_engine::redact::Redactor;
use waits::Waits;

/// The providers of this process. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Providers {
    inner: Arc<Inner>,
}

#[derive(Debug)]
struct Inner {
    config: ConfigHandle,
    secrets: Secrets,
    http: Http,
    redactor: Arc<Redactor>,
    simulator: Arc<dyn Simulator>,
    health: ProviderHealth,
    /// What keeps calls from targets that fail.
    admission: Health,
    waits: Waits,
    /// Models that servers on this machine were found to have, by provider id.
    detected: Mutex<HashMap<String, Detected>>,
}

impl Providers {
    /// Returns the providers of a configuration; nothing is contacted yet.
    pub fn new(
        config: ConfigHandle,
        secrets: Secrets,
        http: Http,
        redactor: Arc<Redactor>,
        simulator: Arc<dyn Simulator>,
        admission: Health,
    ) -> Self {
        Self {
            inner: Arc::new(Inner {
                config,
                secrets,
                http,
                redactor,
                simulator,
                health: ProviderHealth::default(),
                admission,
                waits: Waits::default(),
                detected: Mutex::default(),
            }),
        }
    }

    /// How long each target takes to begin.
    pub(crate) fn waits(&self) -> &Waits {
        &self.inner.waits
    }

    /// Notes how an attempt ended. Returns whether the provider's lamp looks different now.
    pub fn record(&self, provider: &str, outcome: Outcome) -> bool {
        if outcome == Outcome::Failed(ErrorKind::Auth) {
            self.inner.secrets.forget(provider);
        }
        let is_new = self.inner.health.record(provider, outcome);
        let rest = match outcome {
            Outcome::Answered(_) => None,
            Outcome::Failed(_) => self.inner.admission.rest_of(provider),
        };
        self.inner.health.rests(provider, rest) || is_new
    }

    /// Returns every provider, the simulator first.
    pub async fn list(&self) -> Vec<ProviderInfo> {
        let config = self.inner.config.current();
        let mut infos = vec![self.simulator_info()];
        for provider in &config.providers {
            infos.push(self.info(provider).await);
        }
        infos
    }

    /// Returns one configured provider.
    ///
    /// # Errors
    /// `NotFound`.
    pub async fn one(&self, id: &str) -> Result<ProviderInfo, ApiError> {
        if id == simulator::ID {
            return Ok(self.simulator_info());
        }
        Ok(self.info(&self.configured(id)?).await)
    }

    /// Returns whether any provider but the simulator can be called as it stands.
    pub async fn has_real_provider(&self) -> bool {
        for provider in &self.inner.config.current().providers {
            if !provider.needs_key || self.inner.secrets.list(provider).await.active.is_some() {
                return true;
            }
        }
        false
    }

    fn configured(&self, id: &str) -> Result<ProviderConfig, ApiError> {
        let config = self.inner.config.current();
        config.provider(id).cloned().ok_or_else(|| {
            ApiError::new(ErrorCode::NotFound, format!("there is no provider `{id}`"))
                .with_field("id")
        })
    }

    async fn info(&self, provider: &ProviderConfig) -> ProviderInfo {
        let keys = self.inner.secrets.list(provider).await;
        let (lamp, lamp_text) = if provider.needs_key && keys.active.is_none() {
            (Lamp::Idle, "no key".to_owned())
        } else {
            self.inner.health.lamp(&provider.id, provider.local)
        };
        let failed = matches!(lamp, Lamp::Warning | Lamp::Down);
        let rest = failed.then(|| self.inner.admission.rest_of(&provider.id));
        let models: Vec<String> = provider
            .models
            .iter()
            .map(|model| model.name.clone())
            .collect();
        let example = models.first().map_or(MODEL, String::as_str);
        ProviderInfo {
            id: provider.id.clone(),
            label: provider.label.clone(),
            wire: provider.endpoint.wire,
            base_url: provider.endpoint.base_url.to_string(),
            request_url: codec(provider.endpoint.wire)
                .request_url(&provider.endpoint, example)
                .to_string(),
            simulated: false,
            local: provider.local,
            needs_key: provider.needs_key,
            keys: keys.keys,
            active_key: keys.active,
            lamp,
            lamp_text,
            rest_ms: rest
                .flatten()
                .map(|rest| u64::try_from(rest.as_millis()).unwrap_or(u64::MAX)),
            key_url: provider.key_url.clone(),
            models,
        }
    }
}

/// What stands for a model's name in an address that is only shown.
const MODEL: &str = "MODEL";
