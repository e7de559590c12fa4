//! One provider, as configured.

use crate::config::limits::over;
use crate::config::model::{ModelConfig, model_of};
use crate::plan::Limits;
use crate::price::Tariff;
use crate::provider::Endpoint;
use std::collections::BTreeMap;
use std::sync::Arc;

/// A provider: where it is, how it is spoken to, and the names of its credentials.
#[derive(Debug, Clone, PartialEq)]
pub struct ProviderConfig {
    /// Lower-case letters, digits and hyphens: the part before `/` in a model reference.
    pub id: String,
    /// Name for people.
    pub label: String,
    /// Preset the entry builds on; `None` if it stands alone.
    pub preset: Option<String>,
    pub endpoint: Endpoint,
    /// Whether calls need a credential.
    pub needs_key: bool,
    /// Whether it runs on this machine.
    pub local: bool,
    /// Never empty where a key is needed.
    pub keys: Vec<SecretRef>,
    /// The credential calls use; `None`: the first of `keys` that is there.
    pub active_key: Option<String>,
    /// Whether certificates that cannot be verified are accepted. Off unless written.
    pub accept_invalid_tls: bool,
    /// What may be sent to each of its models; a model's own limits stand before them.
    pub limits: Limits,
    /// Models to offer; others of the provider can be called too.
    pub models: Vec<ModelConfig>,
    /// The user's own prices, by model; they stand before all others.
    pub prices: BTreeMap<String, Arc<Tariff>>,
    /// Where a key can be made; `None` if unknown.
    pub key_url: Option<String>,
}

impl ProviderConfig {
    /// Returns what is known about one of the provider's models, listed or not, with the limits that hold
    /// for it.
    pub fn model(&self, name: &str) -> ModelConfig {
        let listed = self.models.iter().find(|model| model.name == name);
        let mut model = listed
            .cloned()
            .unwrap_or_else(|| model_of(self.preset.as_deref(), name));
        model.limits = over(model.limits, self.limits);
        if let Some(own) = self.prices.get(name) {
            model.price = Some(Arc::clone(own));
        }
        model
    }

    /// Returns the credentials a call may use: the chosen one alone, or all in order if none is chosen.
    /// A chosen key that is missing is not silently replaced, because another may bill somebody else.
    pub fn usable_keys(&self) -> impl Iterator<Item = &SecretRef> {
        let chosen = self.active_key.as_deref();
        self.keys
            .iter()
            .filter(move |key| chosen.is_none_or(|name| key.name == name))
    }
}

/// The name of a credential and where it lives; never the credential.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct SecretRef {
    /// Name within the provider, for example `default`.
    pub name: String,
    pub from: SecretSource,
}

/// Where a credential lives.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum SecretSource {
    /// The operating system's key store.
    Keychain,
    /// An environment variable of this name.
    Env(String),
}
