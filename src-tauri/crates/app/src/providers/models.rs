//! The models that can be picked: simulated, configured, and found on this machine.

use crate::api::types::ModelInfo;
use crate::providers::{Providers, simulator};
use switchboard_engine::config::ProviderConfig;
use switchboard_engine::price::{PicoUsd, terms_now};

impl Providers {
    /// Returns the models that can be picked, the simulator's last among equals of a picker's search but
    /// first in the list. Servers on this machine that are configured are asked what they have now.
    pub async fn models(&self) -> Vec<ModelInfo> {
        let config = self.inner.config.current();
        self.look_at_local(&config).await;
        let mut models = simulated();
        for provider in &config.providers {
            let unavailable = self.unavailable(provider).await;
            let mut names: Vec<String> = provider
                .models
                .iter()
                .map(|model| model.name.clone())
                .collect();
            for name in self.detected_models(&provider.id) {
                if !names.contains(&name) {
                    names.push(name);
                }
            }
            let info = |name: &String| model_info(provider, name, unavailable.clone());
            models.extend(names.iter().map(info));
        }
        models
    }

    /// Returns why a provider's models cannot be called now; `None`: they can.
    pub(crate) async fn unavailable(&self, provider: &ProviderConfig) -> Option<String> {
        if provider.needs_key && self.inner.secrets.list(provider).await.active.is_none() {
            return Some(format!("no key for {}", provider.label));
        }
        self.is_down(&provider.id)
            .then(|| format!("{} is not running", provider.label))
    }
}

fn model_info(provider: &ProviderConfig, name: &str, unavailable: Option<String>) -> ModelInfo {
    let known = provider.model(name);
    let price = known.price.as_deref();
    let usual = price.and_then(|price| price.usual(terms_now().at));
    ModelInfo {
        id: format!("{}/{name}", provider.id),
        provider: provider.id.clone(),
        provider_label: provider.label.clone(),
        model: known.name,
        capabilities: known.capabilities,
        input_price: usual.and_then(|usual| usual.input),
        output_price: usual.and_then(|usual| usual.output),
        local: provider.local,
        simulated: false,
        unavailable,
        about: None,
    }
}

fn simulated() -> Vec<ModelInfo> {
    let info = |model: &switchboard_sandbox::SandboxModel| ModelInfo {
        id: format!("{}/{}", simulator::ID, model.name),
        provider: simulator::ID.to_owned(),
        provider_label: simulator::LABEL.to_owned(),
        model: model.name.to_owned(),
        capabilities: simulator::capabilities(model.name),
        input_price: Some(PicoUsd(0)),
        output_price: Some(PicoUsd(0)),
        local: true,
        simulated: true,
        unavailable: None,
        about: Some(model.about.to_owned()),
    };
    switchboard_sandbox::catalog().iter().map(info).collect()
}
