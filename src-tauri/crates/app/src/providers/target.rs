//! From a name such as `openai/gpt-6.1-terra` to something a call can be sent to.

use crate::providers::{Providers, simulator};
use switchboard_engine::config::{Config, ProviderConfig, nearest};
use switchboard_engine::error::{CallError, ErrorKind};
use switchboard_engine::event::TargetInfo;
use switchboard_engine::plan::{Candidate, Target};

/// Models of a comparison that names none and has no configuration: the simulator's.
fn first_models() -> Vec<String> {
    let names = switchboard_sandbox::DEFAULT_MODELS;
    names
        .iter()
        .map(|name| format!("{}/{name}", simulator::ID))
        .collect()
}

impl Providers {
    /// Returns the models of a comparison that names none.
    pub fn default_models(&self) -> Vec<String> {
        let config = self.inner.config.current();
        let configured = &config.settings.default_models;
        if configured.is_empty() {
            first_models()
        } else {
            configured.clone()
        }
    }

    /// Returns the target that `provider/model` names; a model's name alone will do if only one provider
    /// lists it.
    ///
    /// # Errors
    /// `Misconfigured` with what was probably meant if there is no such provider or model;
    /// `NoCredential` if the provider needs a key and has none; `Connect` if the simulator cannot start.
    pub async fn target(&self, reference: &str) -> Result<Target, CallError> {
        let config = self.inner.config.current();
        match find(&config, reference)? {
            Found::Simulated { id, wire, model } => {
                self.simulated_target(id, wire, model, &config.timeouts)
                    .await
            }
            Found::Configured { provider, model } => {
                let (credential, key) = self.inner.secrets.resolve_named(provider).await?.unzip();
                let known = provider.model(model);
                Ok(Target {
                    provider: provider.id.clone(),
                    provider_label: provider.label.clone(),
                    endpoint: provider.endpoint.clone(),
                    credential,
                    key,
                    model: known.name,
                    capabilities: known.capabilities,
                    tier: known.tier,
                    timeouts: config.timeouts.of(known.tier),
                    limits: known.limits,
                    price: known.price,
                    simulated: false,
                    step: Default::default(),
                })
            }
        }
    }

    /// Returns the place in a plan that `provider/model` takes: a missing key makes it unusable, so that
    /// the call goes on to the next.
    ///
    /// # Errors
    /// As [`Self::target`], but for `NoCredential`.
    pub async fn candidate(&self, reference: &str) -> Result<Candidate, CallError> {
        match self.target(reference).await {
            Ok(target) => Ok(Candidate::Ready(target)),
            Err(error) if error.kind == ErrorKind::NoCredential => Ok(Candidate::Unusable {
                target: self.target_info(reference)?,
                error,
            }),
            Err(error) => Err(error),
        }
    }

    /// Returns the target that `provider/model` names as shown to people, without asking for its key.
    ///
    /// # Errors
    /// `Misconfigured` as for [`Self::target`].
    pub fn target_info(&self, reference: &str) -> Result<TargetInfo, CallError> {
        let config = self.inner.config.current();
        Ok(match find(&config, reference)? {
            Found::Simulated { id, model, .. } => TargetInfo {
                provider: id.to_owned(),
                model: model.to_owned(),
                simulated: true,
            },
            Found::Configured { provider, model } => TargetInfo {
                provider: provider.id.clone(),
                model: model.to_owned(),
                simulated: false,
            },
        })
    }
}

enum Found<'a> {
    Simulated {
        id: &'a str,
        wire: switchboard_engine::provider::Wire,
        model: &'a str,
    },
    Configured {
        provider: &'a ProviderConfig,
        model: &'a str,
    },
}

fn find<'a>(config: &'a Config, reference: &'a str) -> Result<Found<'a>, CallError> {
    let reference = reference.trim();
    if reference.is_empty() || reference.len() > 300 || reference.contains(char::is_control) {
        return Err(CallError::new(
            ErrorKind::Misconfigured,
            "a model is named `provider/model`",
        )
        .with_hint("for example `sandbox/steady`"));
    }
    if let Some((id, model)) = reference.split_once('/')
        && !model.is_empty()
    {
        if let Some(wire) = simulator::wire_of(id) {
            return Ok(Found::Simulated { id, wire, model });
        }
        if let Some(provider) = config.provider(id) {
            return Ok(Found::Configured { provider, model });
        }
    }
    let lists =
        |provider: &&ProviderConfig| provider.models.iter().any(|model| model.name == reference);
    let mut listing = config.providers.iter().filter(lists);
    match (listing.next(), listing.next()) {
        (Some(provider), None) => {
            return Ok(Found::Configured {
                provider,
                model: reference,
            });
        }
        (Some(first), Some(second)) => {
            let message = format!("several providers list the model `{reference}`");
            let hint = format!(
                "write `{}/{reference}` or `{}/{reference}`",
                first.id, second.id
            );
            return Err(CallError::new(ErrorKind::Misconfigured, message).with_hint(hint));
        }
        (None, _) => {}
    }
    let name = reference.split('?').next().unwrap_or(reference);
    if switchboard_sandbox::find(name).is_some() {
        let wire = simulator::SIMULATORS[0].1;
        return Ok(Found::Simulated {
            id: simulator::ID,
            wire,
            model: reference,
        });
    }
    Err(unknown(config, reference))
}

fn unknown(config: &Config, reference: &str) -> CallError {
    let simulated = switchboard_sandbox::catalog().iter();
    let mut known: Vec<String> = simulated
        .map(|model| format!("{}/{}", simulator::ID, model.name))
        .collect();
    for provider in &config.providers {
        known.extend(
            provider
                .models
                .iter()
                .map(|model| format!("{}/{}", provider.id, model.name)),
        );
    }
    let known: Vec<&str> = known.iter().map(String::as_str).collect();
    let shown: String = reference.chars().take(80).collect();
    if let Some((id, model)) = reference.split_once('/')
        && !id.is_empty()
    {
        let mut ids: Vec<&str> = config
            .providers
            .iter()
            .map(|provider| provider.id.as_str())
            .collect();
        ids.push(simulator::ID);
        let hint = match (nearest(reference, &known), nearest(id, &ids)) {
            (Some(near), _) => format!("did you mean `{near}`?"),
            (None, Some(near)) => format!("did you mean `{near}/{model}`?"),
            (None, None) => format!("configured are: {}", ids.join(", ")),
        };
        let id: String = id.chars().take(80).collect();
        let message = format!("there is no provider `{id}` for the model `{shown}`");
        return CallError::new(ErrorKind::Misconfigured, message).with_hint(hint);
    }
    let tails: Vec<&str> = known
        .iter()
        .filter_map(|name| Some(name.split_once('/')?.1))
        .collect();
    let near = nearest(reference, &tails).and_then(|tail| {
        known
            .iter()
            .find(|name| name.split_once('/').is_some_and(|n| n.1 == tail))
    });
    let hint = match near {
        Some(near) => format!("did you mean `{near}`?"),
        None => "name it as `provider/model`".to_owned(),
    };
    CallError::new(
        ErrorKind::Misconfigured,
        format!("no provider lists the model `{shown}`"),
    )
    .with_hint(hint)
}
