//! The built-in simulator as a provider: always there, never asked for a key, always labelled.

use crate::api::types::{Lamp, ProviderInfo};
use crate::providers::{MODEL, Providers};
use futures_util::future::BoxFuture;
use std::sync::Arc;
use switchboard_engine::config::TierTimeouts;
use switchboard_engine::error::CallError;
use switchboard_engine::plan::{Target, Tier};
use switchboard_engine::price::Tariff;
use switchboard_engine::provider::{AuthStyle, Capabilities, Endpoint, Wire, provider as codec};
use url::Url;

/// Where simulated providers are. The server starts on first use.
pub trait Simulator: Send + Sync + std::fmt::Debug {
    /// Returns the base URL if the server runs.
    fn running(&self) -> Option<Url>;

    /// Returns the base URL, starting the server if need be.
    ///
    /// # Errors
    /// `Connect` if it cannot be started.
    fn start(&self) -> BoxFuture<'_, Result<Url, CallError>>;
}

/// Provider ids of the simulator and the wire format each speaks. The first is the one that is listed;
/// the others are the same server in other formats, for those who ask.
pub const SIMULATORS: [(&str, Wire); 4] = [
    (ID, Wire::OpenaiChat),
    ("sandbox-responses", Wire::OpenaiResponses),
    ("sandbox-anthropic", Wire::Anthropic),
    ("sandbox-gemini", Wire::Gemini),
];

/// Provider id of the simulator.
pub(super) const ID: &str = "sandbox";
/// Its name for people.
pub(crate) const LABEL: &str = "Simulator";

/// Returns the wire format of a simulator's provider id, or `None` if it is none.
pub(crate) fn wire_of(id: &str) -> Option<Wire> {
    SIMULATORS
        .iter()
        .find(|(name, _)| *name == id)
        .map(|(_, wire)| *wire)
}

/// Returns whether a provider id is the simulator's.
pub(crate) fn is_simulator(id: &str) -> bool {
    wire_of(id).is_some()
}

impl Providers {
    /// Returns the simulator's base URL, starting it if need be.
    ///
    /// # Errors
    /// `Connect` if it cannot be started.
    pub(crate) async fn start_simulator(&self) -> Result<Url, CallError> {
        self.inner.simulator.start().await
    }

    pub(super) fn simulator_info(&self) -> ProviderInfo {
        let base_url = self.inner.simulator.running();
        let shown = base_url.as_ref().map_or_else(String::new, Url::to_string);
        let request_url = base_url.map_or_else(String::new, |base_url| {
            let endpoint = endpoint(Wire::OpenaiChat, base_url);
            codec(endpoint.wire)
                .request_url(&endpoint, MODEL)
                .to_string()
        });
        ProviderInfo {
            id: ID.to_owned(),
            label: LABEL.to_owned(),
            wire: Wire::OpenaiChat,
            base_url: shown,
            request_url,
            simulated: true,
            local: true,
            needs_key: false,
            keys: Vec::new(),
            active_key: None,
            lamp: Lamp::Simulated,
            lamp_text: "simulated".to_owned(),
            rest_ms: None,
            key_url: None,
            models: switchboard_sandbox::catalog()
                .iter()
                .map(|one| one.name.to_owned())
                .collect(),
        }
    }

    pub(super) async fn simulated_target(
        &self,
        id: &str,
        wire: Wire,
        model: &str,
        timeouts: &TierTimeouts,
    ) -> Result<Target, CallError> {
        let base_url = self.inner.simulator.start().await?;
        Ok(simulated(id, wire, model, timeouts, base_url))
    }
}

/// Returns the simulator's model of that name at a server of it.
pub(crate) fn simulated(
    id: &str,
    wire: Wire,
    model: &str,
    timeouts: &TierTimeouts,
    base_url: Url,
) -> Target {
    Target {
        provider: id.to_owned(),
        provider_label: LABEL.to_owned(),
        endpoint: endpoint(wire, base_url),
        credential: None,
        key: None,
        model: model.to_owned(),
        capabilities: capabilities(model),
        tier: Tier::Standard,
        timeouts: timeouts.of(Tier::Standard),
        limits: Default::default(),
        price: Some(Arc::new(Tariff::free(model, "simulated"))),
        simulated: true,
        step: Default::default(),
    }
}

/// Returns what a simulated model can do; its name may carry options after `?`.
pub(super) fn capabilities(model: &str) -> Capabilities {
    let name = model.split('?').next().unwrap_or(model);
    let reasoning = switchboard_sandbox::find(name).is_some_and(|found| found.reasoning)
        || model.contains("reasoning=");
    Capabilities {
        reasoning,
        ..Capabilities::default()
    }
}

pub(super) fn endpoint(wire: Wire, base_url: Url) -> Endpoint {
    Endpoint {
        wire,
        base_url,
        auth: AuthStyle::Native,
        headers: Vec::new(),
    }
}
