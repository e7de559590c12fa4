//! Trying connections: of a provider on request, and of model servers on this machine.

use crate::api::types::{ApiError, ProviderInfo, ProviderTest};
use crate::providers::{Outcome, Providers, simulator};
use futures_util::StreamExt;
use futures_util::future::join_all;
use std::sync::Arc;
use std::time::Duration;
use switchboard_engine::config::{Config, Preset, ProviderConfig, presets};
use switchboard_engine::error::{CallError, ErrorKind};
use switchboard_engine::provider::{Endpoint, HttpRequest, Method, provider as codec};
use switchboard_engine::secret::Secret;
use switchboard_engine::transport::Transport;
use tokio::net::TcpStream;
use tokio::time::{Instant, timeout};
use url::Url;

/// How long a server on this machine has to take a connection.
const LOCAL_CONNECT: Duration = Duration::from_millis(300);
/// How long one that took it has to list its models; it may be busy.
const LOCAL_LIST: Duration = Duration::from_secs(2);
/// How long a provider has to list its models when its connection is tried.
const TEST_LIMIT: Duration = Duration::from_secs(15);
/// Longest list of models that is read, in bytes: OpenRouter's has about half of it.
const LIST_LIMIT: usize = 4 * 1024 * 1024;
/// How long what was found on this machine is believed.
const DETECTED_FOR: Duration = Duration::from_secs(10);

/// What a server on this machine was found to have.
#[derive(Debug, Clone)]
pub(super) struct Detected {
    at: Instant,
    running: bool,
    models: Vec<String>,
}

impl Providers {
    /// Tries a provider's connection by listing its models, the way calls go.
    ///
    /// # Errors
    /// `NotFound`. That the connection fails is a result, not an error.
    pub async fn test(&self, id: &str) -> Result<ProviderTest, ApiError> {
        let started = Instant::now();
        let tried = if let Some(wire) = simulator::wire_of(id) {
            match self.inner.simulator.start().await {
                Ok(base_url) => {
                    self.list_models(&simulator::endpoint(wire, base_url), None)
                        .await
                }
                Err(error) => Err(error),
            }
        } else {
            let provider = self.configured(id)?;
            let tried = self.try_provider(&provider).await;
            let outcome = match &tried {
                Ok(_) => Outcome::Answered(started.elapsed()),
                Err(error) => Outcome::Failed(error.kind),
            };
            self.record(id, outcome);
            if provider.local {
                self.note_detected(id, tried.as_deref().ok());
            }
            tried
        };
        Ok(match tried {
            Ok(models) => ProviderTest::Ok {
                elapsed_ms: u64::try_from(started.elapsed().as_millis()).unwrap_or(u64::MAX),
                models,
            },
            Err(error) => ProviderTest::Failed { error },
        })
    }

    async fn try_provider(&self, provider: &ProviderConfig) -> Result<Vec<String>, CallError> {
        let key = self.inner.secrets.resolve(provider).await?;
        let listed = self.list_models(&provider.endpoint, key.as_ref());
        let listed = timeout(TEST_LIMIT, listed).await.unwrap_or_else(|_| {
            let message = format!(
                "{} gave no list of models within {} s",
                provider.label,
                TEST_LIMIT.as_secs()
            );
            Err(CallError::new(ErrorKind::HeadersTimeout, message))
        });
        listed.map_err(|error| match error.kind {
            ErrorKind::NotFound | ErrorKind::NotAnApi if error.hint.is_none() => {
                let url = codec(provider.endpoint.wire).models_url(&provider.endpoint);
                error.with_hint(format!("check the base URL; asked was {url}"))
            }
            _ => error,
        })
    }

    /// Asks an endpoint for its models.
    async fn list_models(
        &self,
        endpoint: &Endpoint,
        key: Option<&Secret>,
    ) -> Result<Vec<String>, CallError> {
        let listed = self.ask_for_models(endpoint, key).await;
        listed.map_err(|mut error| {
            self.inner.redactor.redact_error(&mut error);
            error
        })
    }

    async fn ask_for_models(
        &self,
        endpoint: &Endpoint,
        key: Option<&Secret>,
    ) -> Result<Vec<String>, CallError> {
        let codec = codec(endpoint.wire);
        let request = HttpRequest {
            method: Method::GET,
            url: codec.models_url(endpoint),
            headers: codec.headers(endpoint, key)?,
            body: Default::default(),
        };
        let client = self.inner.http.client()?;
        let mut response = client.open(request, TEST_LIMIT).await?;
        let mut body = Vec::new();
        while let Some(chunk) = response.body.next().await {
            let chunk = chunk?;
            if body.len() + chunk.len() > LIST_LIMIT {
                return Err(CallError::new(
                    ErrorKind::TooLarge,
                    "the list of models is larger than 4 MiB",
                ));
            }
            body.extend_from_slice(&chunk);
        }
        if response.status.is_success() {
            codec.decode_models(&body)
        } else {
            Err(codec.classify(response.status, &response.headers, &body))
        }
    }

    /// Looks for model servers on this machine, where the local presets have them and nowhere else, and
    /// adds those that answer. Returns them, also those that were configured before.
    ///
    /// # Errors
    /// What editing the configuration file reports.
    pub async fn find_local(&self) -> Result<Vec<ProviderInfo>, ApiError> {
        let local = presets().iter().filter(|preset| preset.local);
        let places = local.filter_map(|preset| Some((preset, preset.base_url.parse().ok()?)));
        self.find_at(places.collect()).await
    }

    pub(super) async fn find_at(
        &self,
        places: Vec<(&'static Preset, Url)>,
    ) -> Result<Vec<ProviderInfo>, ApiError> {
        let found = join_all(places.into_iter().map(async |(preset, base_url)| {
            let endpoint = Endpoint {
                wire: preset.wire,
                base_url,
                auth: preset.auth_style(),
                headers: Vec::new(),
            };
            let models = self.probe(&endpoint).await?;
            Some((preset, endpoint.base_url, models))
        }));
        let mut infos = Vec::new();
        for (preset, base_url, models) in found.await.into_iter().flatten() {
            let id = self.local_provider(preset, base_url).await?;
            self.note_detected(&id, Some(&models));
            let mut info = self.one(&id).await?;
            for model in models {
                if !info.models.contains(&model) {
                    info.models.push(model);
                }
            }
            infos.push(info);
        }
        Ok(infos)
    }

    /// Returns the models of a server on this machine, or `None` if none answers there.
    async fn probe(&self, endpoint: &Endpoint) -> Option<Vec<String>> {
        let host = endpoint
            .base_url
            .host_str()?
            .trim_matches(['[', ']'])
            .to_owned();
        let port = endpoint.base_url.port_or_known_default()?;
        let connected = timeout(LOCAL_CONNECT, TcpStream::connect((host, port))).await;
        connected.ok()?.ok()?;
        timeout(LOCAL_LIST, self.list_models(endpoint, None))
            .await
            .ok()?
            .ok()
    }

    /// Returns the id of the provider at this address, adding it from the preset if there is none.
    async fn local_provider(
        &self,
        preset: &'static Preset,
        base_url: Url,
    ) -> Result<String, ApiError> {
        let config = self.inner.config.current();
        let place = |url: &Url| {
            let host = url
                .host_str()
                .unwrap_or_default()
                .replace("localhost", "127.0.0.1");
            (host, url.port_or_known_default())
        };
        let same = |one: &&ProviderConfig| place(&one.endpoint.base_url) == place(&base_url);
        if let Some(provider) = config.providers.iter().find(same) {
            return Ok(provider.id.clone());
        }
        let mut id = preset.id.to_owned();
        if config.provider(&id).is_some() {
            id = format!("{id}-local");
        }
        let name = id.clone();
        let edit = move |document: &mut toml_edit::DocumentMut| {
            let table = crate::config::put_provider(document, &name)?;
            table.insert("preset", toml_edit::value(preset.id));
            if base_url.as_str() != preset.base_url {
                table.insert("base_url", toml_edit::value(base_url.as_str()));
            }
            Ok(())
        };
        self.inner.config.edit(edit).await?;
        Ok(id)
    }

    /// Asks the configured servers on this machine what they have, unless that is known.
    pub(crate) async fn look_at_local(&self, config: &Config) {
        let stale = |provider: &&ProviderConfig| {
            let detected = self.detected();
            let known = detected.get(&provider.id);
            provider.local && known.is_none_or(|known| known.at.elapsed() >= DETECTED_FOR)
        };
        let stale: Vec<&ProviderConfig> = config.providers.iter().filter(stale).collect();
        let looks = stale.into_iter().map(|provider| async {
            let key = self.inner.secrets.list(provider).await.active;
            if provider.needs_key && key.is_none() {
                return;
            }
            let models = self.probe(&provider.endpoint).await;
            self.note_detected(&provider.id, models.as_deref());
        });
        join_all(looks).await;
    }

    /// Knows what servers on this machine have, for a call that is about to begin: waits only for those
    /// that were never asked, and asks the others again beside the call.
    pub(crate) async fn keep_local_in_view(&self, config: &Arc<Config>) {
        let mut local = config.providers.iter().filter(|provider| provider.local);
        let (unknown, stale) = {
            let detected = self.detected();
            let unknown = local
                .clone()
                .any(|provider| !detected.contains_key(&provider.id));
            let stale = local.any(|provider| {
                let known = detected.get(&provider.id);
                known.is_some_and(|known| known.at.elapsed() >= DETECTED_FOR)
            });
            (unknown, stale)
        };
        if unknown {
            self.look_at_local(config).await;
        } else if stale {
            let (providers, config) = (self.clone(), Arc::clone(config));
            tokio::spawn(async move { providers.look_at_local(&config).await });
        }
    }

    pub(crate) fn detected_models(&self, id: &str) -> Vec<String> {
        self.detected()
            .get(id)
            .map(|known| known.models.clone())
            .unwrap_or_default()
    }

    /// Returns whether a server on this machine was found not to run.
    pub(crate) fn is_down(&self, id: &str) -> bool {
        self.detected().get(id).is_some_and(|known| !known.running)
    }

    fn note_detected(&self, id: &str, models: Option<&[String]>) {
        let detected = Detected {
            at: Instant::now(),
            running: models.is_some(),
            models: models.map(<[String]>::to_vec).unwrap_or_default(),
        };
        self.detected().insert(id.to_owned(), detected);
    }

    pub(super) fn detected(
        &self,
    ) -> std::sync::MutexGuard<'_, std::collections::HashMap<String, Detected>> {
        self.inner
            .detected
            .lock()
            .unwrap_or_else(|poisoned| poisoned.into_inner())
    }
}
