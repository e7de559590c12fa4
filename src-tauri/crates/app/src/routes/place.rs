//! Where a target of a route leads, as the configuration is now.

use crate::App;
use switchboard_engine::config::{Config, ProviderConfig, RouteTarget, preset};
use switchboard_engine::error::{CallError, ErrorKind};

/// Where a target leads.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Place {
    /// Provider and model, best first; never empty. The first whose key is there is taken.
    At(Vec<(String, String)>),
    /// No such provider is configured.
    Absent { provider: String, model: String },
    /// No model was found on this machine.
    NoLocal,
}

/// Why a target on this machine is passed over.
pub(super) const NO_LOCAL: &str = "no model was found on this machine";

/// Finds a target's place. Nothing is asked of any server.
pub(crate) fn place(app: &App, config: &Config, target: &RouteTarget) -> Place {
    match target {
        RouteTarget::Model { provider, model } => {
            if config.provider(provider).is_some() || crate::providers::is_simulator(provider) {
                return Place::At(vec![(provider.clone(), model.clone())]);
            }
            Place::Absent {
                provider: provider.clone(),
                model: model.clone(),
            }
        }
        RouteTarget::Known { preset, model } => {
            let places = known(config, preset, model);
            if places.is_empty() {
                return Place::Absent {
                    provider: (*preset).to_owned(),
                    model: (*model).to_owned(),
                };
            }
            Place::At(places)
        }
        RouteTarget::Local => {
            local(app, config).map_or(Place::NoLocal, |found| Place::At(vec![found]))
        }
    }
}

/// The maker's own provider first, then whoever lists the model.
fn known(config: &Config, preset: &str, model: &str) -> Vec<(String, String)> {
    let is_makers = |provider: &&ProviderConfig| {
        let from = provider.preset.as_deref();
        // OpenAI has two presets: one for each of its APIs.
        from == Some(preset) || (preset == "openai" && from == Some("openai-chat"))
    };
    let lists = |provider: &&ProviderConfig| provider.models.iter().any(|one| one.name == model);
    let makers = config.providers.iter().filter(is_makers);
    let others = config
        .providers
        .iter()
        .filter(|provider| !is_makers(provider) && lists(provider));
    makers
        .chain(others)
        .map(|provider| (provider.id.clone(), model.to_owned()))
        .collect()
}

/// The first model of the first server on this machine that is not known to be down.
fn local(app: &App, config: &Config) -> Option<(String, String)> {
    let up = |provider: &&ProviderConfig| provider.local && !app.providers().is_down(&provider.id);
    config.providers.iter().filter(up).find_map(|provider| {
        let listed = provider.models.first().map(|model| model.name.clone());
        let model = listed.or_else(|| {
            let detected = app.providers().detected_models(&provider.id);
            // Model servers list models for embeddings among the others; those answer nothing.
            detected.into_iter().find(|name| !name.contains("embed"))
        });
        Some((provider.id.clone(), model?))
    })
}

/// Returns the error of a target whose provider is not configured.
pub(crate) fn absent(provider: &str, model: &str) -> CallError {
    let provider: String = provider.chars().take(80).collect();
    let label = preset(&provider).map_or(provider.as_str(), |preset| preset.label);
    let model: String = model.chars().take(80).collect();
    CallError::new(
        ErrorKind::NoCredential,
        format!("{label} is not set up, so `{model}` is passed over"),
    )
    .with_hint(format!("add {label} in Settings"))
}

/// Returns the error of a route that names this machine only, where no model was found.
pub(crate) fn no_local() -> CallError {
    CallError::new(ErrorKind::Misconfigured, NO_LOCAL)
        .with_hint("start a model server such as Ollama, then find it in Settings")
}
