//! Credentials: where they live, which one a call uses, and how they get in. None ever gets out.
//!
//! The key store is asked as seldom as possible, because a locked one asks the user in turn. Nothing
//! here can be printed: errors name providers, keys by name, and variables.

mod handlers;
mod keychain;
mod scan;
#[cfg(test)]
mod tests;

pub use handlers::{activate, delete, import, scan_env, state};
pub use keychain::install_commands;

use crate::api::types::{ApiError, ErrorCode, KeyInfo, KeyRef, KeySource, KeychainState, SetKey};
use crate::config::{self, ConfigHandle};
use crate::host::{Host, KeyStoreError};
use jiff::Timestamp;
use keychain::Keychain;
use scan::Scans;
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard};
use switchboard_engine::config::{ProviderConfig, SecretRef, SecretSource, check_key_name, preset};
use switchboard_engine::error::{CallError, ErrorKind};
use switchboard_engine::secret::Secret;

/// Longest key that is taken, in bytes; real ones are far shorter.
const KEY_LIMIT: usize = 4096;

/// The credentials of this process. Cheap to clone.
#[derive(Clone)]
pub struct Secrets {
    inner: Arc<Inner>,
}

struct Inner {
    host: Arc<dyn Host>,
    config: ConfigHandle,
    keychain: Keychain,
    session: Mutex<Session>,
    scans: Mutex<Scans>,
    /// Told of every credential before it is used, so that it can be redacted.
    on_secret: Box<dyn Fn(&Secret) + Send + Sync>,
}

/// Credentials kept until the program ends.
#[derive(Default)]
struct Session {
    keys: BTreeMap<(String, String), SessionKey>,
    /// Session credentials that calls use, by provider: they outrank the file's choice.
    active: BTreeMap<String, String>,
}

struct SessionKey {
    secret: Secret,
    since: Timestamp,
}

impl std::fmt::Debug for Secrets {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let names: Vec<String> = self
            .session()
            .keys
            .keys()
            .map(|(provider, name)| account(provider, name))
            .collect();
        f.debug_struct("Secrets")
            .field("session", &names)
            .finish_non_exhaustive()
    }
}

/// A provider's credentials, without the credentials.
#[derive(Debug, Clone, PartialEq)]
pub struct ProviderKeys {
    pub keys: Vec<KeyInfo>,
    /// Name of the credential calls use; `None` if none is usable.
    pub active: Option<String>,
}

impl Secrets {
    /// Returns the credentials of a configuration. `on_secret` is told of every credential before its
    /// first use.
    pub fn new(
        host: Arc<dyn Host>,
        config: ConfigHandle,
        on_secret: impl Fn(&Secret) + Send + Sync + 'static,
    ) -> Self {
        let keychain = Keychain::new(host.clone());
        Self {
            inner: Arc::new(Inner {
                host,
                config,
                keychain,
                session: Mutex::default(),
                scans: Mutex::default(),
                on_secret: Box::new(on_secret),
            }),
        }
    }

    /// Returns the credential that calls to a provider use; `Ok(None)` if it needs none and has none.
    ///
    /// # Errors
    /// `NoCredential`, saying where to put one; a call goes on to its next target.
    pub async fn resolve(&self, provider: &ProviderConfig) -> Result<Option<Secret>, CallError> {
        Ok(self
            .resolve_named(provider)
            .await?
            .map(|(_, secret)| secret))
    }

    /// As [`Self::resolve`], with the credential's name.
    ///
    /// # Errors
    /// `NoCredential`.
    pub async fn resolve_named(
        &self,
        provider: &ProviderConfig,
    ) -> Result<Option<(String, Secret)>, CallError> {
        if let Some(named) = self.session_secret(provider) {
            return Ok(Some(named));
        }
        let mut refused = None;
        for key in provider.usable_keys() {
            match self.read(&provider.id, key).await {
                Ok(Some(secret)) => return Ok(Some((key.name.clone(), secret))),
                Ok(None) => {}
                Err(error) => refused = refused.or(Some(error)),
            }
        }
        if !provider.needs_key {
            return Ok(None);
        }
        Err(no_credential(provider, refused))
    }

    /// Returns a provider's credentials by name, without asking a locked key store.
    pub async fn list(&self, provider: &ProviderConfig) -> ProviderKeys {
        let mut keys = Vec::new();
        for key in &provider.keys {
            let secret = match &key.from {
                SecretSource::Keychain => {
                    self.inner
                        .keychain
                        .peek(&account(&provider.id, &key.name))
                        .await
                }
                SecretSource::Env(variable) => self.variable(variable),
            };
            if let Some(secret) = &secret {
                (self.inner.on_secret)(secret);
            }
            keys.push(KeyInfo {
                name: key.name.clone(),
                source: match &key.from {
                    SecretSource::Keychain => KeySource::Keychain,
                    SecretSource::Env(variable) => KeySource::Environment {
                        variable: variable.clone(),
                    },
                },
                present: secret.is_some(),
                last4: secret.as_ref().and_then(Secret::last4),
                updated_at: None,
            });
        }
        let session = self.session();
        for ((id, name), key) in &session.keys {
            if *id != provider.id {
                continue;
            }
            let info = KeyInfo {
                name: name.clone(),
                source: KeySource::Session,
                present: true,
                last4: key.secret.last4(),
                updated_at: Some(key.since.to_string()),
            };
            // One name, one key: the session's stands in for the stored one.
            match keys.iter_mut().find(|key| key.name == *name) {
                Some(key) => *key = info,
                None => keys.push(info),
            }
        }
        let chosen = session
            .active
            .get(&provider.id)
            .or(provider.active_key.as_ref());
        let present = |key: &&KeyInfo| key.present && chosen.is_none_or(|name| key.name == *name);
        let active = keys.iter().find(present).map(|key| key.name.clone());
        ProviderKeys { keys, active }
    }

    /// Stores a credential and names it in the configuration file. It becomes the one calls use if none
    /// was usable before.
    ///
    /// # Errors
    /// `InvalidParams` with the field, `NotFound` for the provider, `KeychainLocked`, `KeychainNone`, or
    /// what editing the file reports.
    pub async fn set_key(&self, request: SetKey) -> Result<(), ApiError> {
        let SetKey {
            provider: id,
            name,
            key,
            session_only,
        } = request;
        let secret = Secret::new(key);
        check_key(&secret)?;
        check_key_name(&name).map_err(|message| invalid("name", message))?;
        let provider = self.provider(&id)?;
        (self.inner.on_secret)(&secret);
        if session_only {
            let mut session = self.session();
            let since = Timestamp::now();
            session
                .keys
                .insert((id.clone(), name.clone()), SessionKey { secret, since });
            session.active.insert(id, name);
            return Ok(());
        }
        self.store(&provider, &name, secret).await
    }

    /// Removes a credential: the key itself and its name in the configuration file. A variable of the
    /// environment is only no longer named.
    ///
    /// # Errors
    /// `NotFound`, `KeychainLocked`, `KeychainNone`, or what editing the file reports.
    pub async fn delete(&self, key: &KeyRef) -> Result<(), ApiError> {
        let provider = self.provider(&key.provider)?;
        let was_session = {
            let mut session = self.session();
            if session.active.get(&key.provider) == Some(&key.name) {
                session.active.remove(&key.provider);
            }
            session
                .keys
                .remove(&(key.provider.clone(), key.name.clone()))
                .is_some()
        };
        if was_session {
            return Ok(());
        }
        let Some(known) = provider.keys.iter().find(|known| known.name == key.name) else {
            return Err(unknown_key(key));
        };
        if known.from == SecretSource::Keychain {
            let account = account(&key.provider, &key.name);
            self.inner
                .keychain
                .delete(&account)
                .await
                .map_err(key_store_error)?;
        }
        let (id, name, known) = (
            key.provider.clone(),
            key.name.clone(),
            provider.keys.clone(),
        );
        let edit = move |document: &mut toml_edit::DocumentMut| {
            if let Some(table) = config::provider_table(document, &id) {
                config::unset_key(table, &known, &name);
            }
            Ok(())
        };
        self.inner.config.edit(edit).await.map(drop)
    }

    /// Chooses the credential that a provider's calls use.
    ///
    /// # Errors
    /// `NotFound`, or what editing the file reports.
    pub async fn activate(&self, key: &KeyRef) -> Result<(), ApiError> {
        let provider = self.provider(&key.provider)?;
        {
            let mut session = self.session();
            if session
                .keys
                .contains_key(&(key.provider.clone(), key.name.clone()))
            {
                session
                    .active
                    .insert(key.provider.clone(), key.name.clone());
                return Ok(());
            }
        }
        if !provider.keys.iter().any(|known| known.name == key.name) {
            return Err(unknown_key(key));
        }
        let (id, name, known) = (
            key.provider.clone(),
            key.name.clone(),
            provider.keys.clone(),
        );
        let edit = move |document: &mut toml_edit::DocumentMut| {
            if let Some(table) = config::provider_table(document, &id) {
                // A key that the file left to the default is written out before it is named.
                for key in known.iter().filter(|key| key.name == name) {
                    config::set_key(table, &known, key);
                }
                config::set_active_key(table, &name);
            }
            Ok(())
        };
        self.inner.config.edit(edit).await?;
        self.session().active.remove(&key.provider);
        Ok(())
    }

    /// Returns the state of the key store, asked anew, and forgets what it refused before.
    pub async fn state(&self) -> KeychainState {
        self.inner.keychain.ask_state().await
    }

    /// Forgets what is remembered of a provider's stored keys, so that the key store is asked anew: for
    /// when a provider has said that its key is wrong.
    pub fn forget(&self, provider: &str) {
        self.inner.keychain.forget(&format!("{provider}/"));
    }

    /// Stores a key in the key store first, then names it: a name without a key helps nobody.
    async fn store(
        &self,
        provider: &ProviderConfig,
        name: &str,
        secret: Secret,
    ) -> Result<(), ApiError> {
        let had_usable = self.list(provider).await.active.is_some();
        let account = account(&provider.id, name);
        self.inner
            .keychain
            .set(&account, secret)
            .await
            .map_err(key_store_error)?;
        let key = SecretRef {
            name: name.to_owned(),
            from: SecretSource::Keychain,
        };
        self.name_key(provider, key, !had_usable).await?;
        let mut session = self.session();
        session.keys.remove(&(provider.id.clone(), name.to_owned()));
        if session
            .active
            .get(&provider.id)
            .is_some_and(|active| active == name)
        {
            session.active.remove(&provider.id);
        }
        Ok(())
    }

    /// Names a credential in the configuration file, if it is not named there already.
    async fn name_key(
        &self,
        provider: &ProviderConfig,
        key: SecretRef,
        activate: bool,
    ) -> Result<(), ApiError> {
        let chosen = provider
            .active_key
            .as_ref()
            .is_some_and(|active| *active != key.name);
        let first = provider
            .usable_keys()
            .next()
            .is_none_or(|first| first.name == key.name);
        if provider.keys.contains(&key) && !(activate && (chosen || !first)) {
            return Ok(());
        }
        let (id, known) = (provider.id.clone(), provider.keys.clone());
        let edit = move |document: &mut toml_edit::DocumentMut| {
            let table = config::put_provider(document, &id)?;
            // The key that a file without `keys` implies is not written out while it is missing.
            let implied = activate && !table.contains_key("keys");
            let known = if implied { &[] } else { known.as_slice() };
            if !known.contains(&key) {
                config::set_key(table, known, &key);
            }
            let outranked = known.first().is_some_and(|first| first.name != key.name);
            if activate && (chosen || outranked) {
                config::set_active_key(table, &key.name);
            }
            Ok(())
        };
        self.inner.config.edit(edit).await.map(drop)
    }

    async fn read(&self, id: &str, key: &SecretRef) -> Result<Option<Secret>, KeyStoreError> {
        let secret = match &key.from {
            SecretSource::Keychain => self.inner.keychain.get(&account(id, &key.name)).await?,
            SecretSource::Env(variable) => self.variable(variable),
        };
        if let Some(secret) = &secret {
            (self.inner.on_secret)(secret);
        }
        Ok(secret)
    }

    fn variable(&self, name: &str) -> Option<Secret> {
        let secret = Secret::new(self.inner.host.variable(name)?);
        check_key(&secret).is_ok().then_some(secret)
    }

    fn session_secret(&self, provider: &ProviderConfig) -> Option<(String, Secret)> {
        let session = self.session();
        let name = session.active.get(&provider.id)?;
        let key = session.keys.get(&(provider.id.clone(), name.clone()))?;
        Some((name.clone(), key.secret.clone()))
    }

    fn session(&self) -> MutexGuard<'_, Session> {
        self.inner
            .session
            .lock()
            .unwrap_or_else(|poisoned| poisoned.into_inner())
    }

    fn provider(&self, id: &str) -> Result<ProviderConfig, ApiError> {
        let config = self.inner.config.current();
        config.provider(id).cloned().ok_or_else(|| ApiError {
            code: ErrorCode::NotFound,
            message: format!("there is no provider `{id}` in the configuration"),
            hint: None,
            field: Some("provider".to_owned()),
        })
    }
}

/// Returns the name under which the key store knows a credential.
fn account(provider: &str, name: &str) -> String {
    format!("{provider}/{name}")
}

/// A key must fit into an HTTP header. The sentences never repeat it.
fn check_key(secret: &Secret) -> Result<(), ApiError> {
    let text = secret.expose();
    if text.is_empty() {
        return Err(invalid("key", "the key is empty"));
    }
    if text.len() > KEY_LIMIT {
        return Err(invalid("key", "the key is longer than 4096 characters"));
    }
    if !text.bytes().all(|byte| byte.is_ascii_graphic()) {
        let message = "the key holds a space or a character that keys do not have";
        return Err(ApiError {
            hint: Some("copy it again, without the text around it".to_owned()),
            ..invalid("key", message)
        });
    }
    Ok(())
}

fn invalid(field: &str, message: &str) -> ApiError {
    ApiError {
        code: ErrorCode::InvalidParams,
        message: message.to_owned(),
        hint: None,
        field: Some(field.to_owned()),
    }
}

fn unknown_key(key: &KeyRef) -> ApiError {
    ApiError {
        code: ErrorCode::NotFound,
        message: format!("`{}` has no key of this name", key.provider),
        hint: None,
        field: Some("name".to_owned()),
    }
}

fn no_credential(provider: &ProviderConfig, refused: Option<KeyStoreError>) -> CallError {
    let label = &provider.label;
    if let Some(refused) = refused {
        let message = format!("the key for {label} could not be read: {refused}");
        let hint = match refused {
            KeyStoreError::Locked(_) => "unlock the key store and try again",
            KeyStoreError::None(_) => "install a key store, or name a variable of the environment",
            KeyStoreError::Failed(_) => "see the state of the key store in Settings",
        };
        return CallError::new(ErrorKind::NoCredential, message).with_hint(hint);
    }
    if let Some(chosen) = &provider.active_key {
        let message = format!("the chosen key `{chosen}` of {label} is missing");
        return CallError::new(ErrorKind::NoCredential, message)
            .with_hint("enter it in Settings, or choose another");
    }
    let mut hint = "enter one in Settings".to_owned();
    let variables = provider.keys.iter().filter_map(|key| match &key.from {
        SecretSource::Env(variable) => Some(variable.as_str()),
        SecretSource::Keychain => None,
    });
    let usual = provider
        .preset
        .as_deref()
        .and_then(preset)
        .and_then(|preset| preset.env.first());
    if let Some(variable) = variables.into_iter().next() {
        hint = format!("set the variable {variable}, or {hint}");
    } else if let Some(variable) = usual {
        hint = format!("{hint}, or import {variable} from the environment");
    }
    CallError::new(ErrorKind::NoCredential, format!("no key for {label}")).with_hint(hint)
}

/// Returns what a use-case reports when the key store refuses.
fn key_store_error(error: KeyStoreError) -> ApiError {
    let (code, hint) = match &error {
        KeyStoreError::Locked(_) => (ErrorCode::KeychainLocked, "unlock it and try again"),
        KeyStoreError::None(_) => (
            ErrorCode::KeychainNone,
            "keep the key for this session, or use a variable",
        ),
        KeyStoreError::Failed(_) => (
            ErrorCode::Internal,
            "try again, or keep the key for this session",
        ),
    };
    ApiError {
        code,
        message: error.to_string(),
        hint: Some(hint.to_owned()),
        field: None,
    }
}
