//! Targets without their makers: for trying a route with no key, and for rehearsing it.

use crate::providers::{SIMULATOR_LABEL, SIMULATORS, simulated, wire_of};
use std::sync::Arc;
use switchboard_engine::config::{Config, ModelConfig, ProviderConfig, model_of, preset};
use switchboard_engine::error::CallError;
use switchboard_engine::plan::Target;
use switchboard_engine::price::Tariff;
use switchboard_engine::provider::{AuthStyle, Endpoint, Wire};
use url::Url;

/// What answers in the place of a real model: short and quick, so that every route's deadline holds it.
const MODEL: &str = "swift";

/// The address of simulated models that are only looked at.
const NOWHERE: &str = "http://127.0.0.1:1/v1";

/// Returns the target as it would be with a key: clocks, limits, abilities and price of the real model. It
/// is marked as simulated, because nothing real can be sent to it.
///
/// # Errors
/// [`super::absent`] if the provider is neither configured nor one that a preset stands for.
pub(crate) fn keyless(config: &Config, provider: &str, model: &str) -> Result<Target, CallError> {
    if let Some(wire) = wire_of(provider) {
        let nowhere = Url::parse(NOWHERE).map_err(|_| super::absent(provider, model))?;
        return Ok(simulated(provider, wire, model, &config.timeouts, nowhere));
    }
    if let Some(configured) = config.provider(provider) {
        let known = configured.model(model);
        return Ok(target(config, configured, known));
    }
    let known = preset(provider).ok_or_else(|| super::absent(provider, model))?;
    let base_url = Url::parse(known.base_url).map_err(|_| super::absent(provider, model))?;
    let configured = ProviderConfig {
        id: provider.to_owned(),
        label: known.label.to_owned(),
        preset: Some(known.id.to_owned()),
        endpoint: Endpoint {
            wire: known.wire,
            base_url,
            auth: known.auth_style(),
            headers: Vec::new(),
        },
        needs_key: known.needs_key,
        local: known.local,
        keys: Vec::new(),
        active_key: None,
        accept_invalid_tls: false,
        limits: Default::default(),
        models: Vec::new(),
        prices: Default::default(),
        key_url: None,
    };
    Ok(target(config, &configured, model_of(Some(known.id), model)))
}

fn target(config: &Config, provider: &ProviderConfig, model: ModelConfig) -> Target {
    Target {
        provider: provider.id.clone(),
        provider_label: provider.label.clone(),
        endpoint: provider.endpoint.clone(),
        credential: None,
        key: None,
        model: model.name,
        timeouts: config.timeouts.of(model.tier),
        capabilities: model.capabilities,
        tier: model.tier,
        limits: model.limits,
        price: model.price,
        simulated: true,
        step: Default::default(),
    }
}

/// Returns the simulator's stand-in for a target: it speaks the same wire format, has the same clocks,
/// limits and abilities, and its name says whose twin it is.
pub(crate) fn twin(of: Target, base_url: Url) -> Target {
    let wire = of.endpoint.wire;
    let id = SIMULATORS
        .iter()
        .find(|(_, speaks)| *speaks == wire)
        .map_or(SIMULATORS[0].0, |(id, _)| *id);
    let reasoning = if of.capabilities.reasoning { 40 } else { 0 };
    Target {
        provider: id.to_owned(),
        provider_label: SIMULATOR_LABEL.to_owned(),
        model: format!("{MODEL}?reasoning={reasoning}&of={}", plain(&of.model)),
        endpoint: Endpoint {
            wire: if id == SIMULATORS[0].0 {
                Wire::OpenaiChat
            } else {
                wire
            },
            base_url,
            auth: AuthStyle::Native,
            headers: Vec::new(),
        },
        price: Some(Arc::new(Tariff::free(MODEL, "simulated"))),
        credential: None,
        key: None,
        simulated: true,
        ..of
    }
}

/// A model's name as it may stand among the options of a simulated one.
fn plain(model: &str) -> String {
    let allowed = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_');
    let chars = model.chars().take(80);
    chars.map(|c| if allowed(c) { c } else { '-' }).collect()
}
