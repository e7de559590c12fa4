//! Finding keys that are there already: in the environment, or in a `.env` file the user chose.
//!
//! What is found stays on this side; the window gets names and a token, good for a while.

use super::{ApiError, ErrorCode, Secrets, check_key};
use crate::api::types::{FoundKey, ImportKeys, KeyScan};
use crate::config;
use std::collections::{BTreeMap, VecDeque};
use std::io::Read;
use std::path::Path;
use std::time::Duration;
use switchboard_engine::config::{Preset, SecretRef, SecretSource, presets};
use switchboard_engine::secret::Secret;
use tokio::time::Instant;
use uuid::Uuid;

/// How long a scan can be imported from.
const GOOD_FOR: Duration = Duration::from_secs(10 * 60);
/// Scans kept at once; older ones are wiped.
const KEPT: usize = 4;
/// Longest `.env` file that is read, in bytes.
const FILE_LIMIT: usize = 256 * 1024;
/// What the origin of a scan of the environment is called.
const ENVIRONMENT: &str = "environment";

/// The scans that can still be imported from.
#[derive(Default)]
pub(super) struct Scans(VecDeque<Scan>);

struct Scan {
    token: String,
    made: Instant,
    from_environment: bool,
    values: BTreeMap<String, Secret>,
}

impl Scans {
    fn keep(&mut self, scan: Scan) {
        self.expire();
        self.0.push_back(scan);
        while self.0.len() > KEPT {
            self.0.pop_front();
        }
    }

    fn expire(&mut self) {
        self.0.retain(|scan| scan.made.elapsed() < GOOD_FOR);
    }
}

impl Secrets {
    /// Looks for the key variables of all presets in the environment.
    pub async fn scan_env(&self) -> KeyScan {
        let host = &self.inner.host;
        let known = presets()
            .iter()
            .flat_map(|preset| preset.env.iter().copied());
        let values = known.filter_map(|name| Some((name.to_owned(), host.variable(name)?)));
        self.keep_scan(ENVIRONMENT.to_owned(), values.collect())
            .await
    }

    /// Looks for key variables in a `.env` file.
    ///
    /// # Errors
    /// `InvalidParams` if it cannot be read or is not such a file; never with its content.
    pub async fn scan_dotenv_file(&self, path: &Path) -> Result<KeyScan, ApiError> {
        let unreadable =
            |error: std::io::Error| unfit(&format!("the file cannot be read: {}", error.kind()));
        let owned = path.to_path_buf();
        let read = tokio::task::spawn_blocking(move || {
            let mut text = Vec::new();
            let limit = u64::try_from(FILE_LIMIT)
                .unwrap_or(u64::MAX)
                .saturating_add(1);
            std::fs::File::open(owned)?
                .take(limit)
                .read_to_end(&mut text)?;
            Ok(text)
        });
        let bytes = read
            .await
            .map_err(|_| unfit("the file cannot be read"))?
            .map_err(unreadable)?;
        let text = String::from_utf8(bytes).map_err(|_| unfit("the file is not UTF-8 text"))?;
        self.scan_dotenv_text(&path.display().to_string(), text)
            .await
    }

    /// Looks for key variables in the text of a `.env` file; `name` is shown as its origin.
    ///
    /// # Errors
    /// As for [`Self::scan_dotenv_file`].
    pub async fn scan_dotenv_text(&self, name: &str, text: String) -> Result<KeyScan, ApiError> {
        let text = zeroize_on_drop(text);
        if text.expose().len() > FILE_LIMIT {
            return Err(unfit(&format!(
                "the file is longer than {FILE_LIMIT} bytes"
            )));
        }
        let mut values = BTreeMap::new();
        let mut unread = 0;
        for line in dotenvy::from_read_iter(text.expose().as_bytes()) {
            match line {
                // Like a shell: the last one counts.
                Ok((name, value)) if preset_of(&name).is_some() && !value.is_empty() => {
                    values.insert(name, value);
                }
                Ok(_) => {}
                Err(_) => unread += 1,
            }
        }
        if values.is_empty() && unread > 0 {
            return Err(ApiError {
                hint: Some("each line is written NAME=value".to_owned()),
                ..unfit(&format!(
                    "{unread} lines of the file are not in the form of a .env file"
                ))
            });
        }
        Ok(self.keep_scan(name.to_owned(), values).await)
    }

    async fn keep_scan(&self, origin: String, values: BTreeMap<String, String>) -> KeyScan {
        let mut found = Vec::new();
        let mut kept = BTreeMap::new();
        for (variable, value) in values {
            let secret = Secret::new(value);
            let Some(preset) = preset_of(&variable).filter(|_| check_key(&secret).is_ok()) else {
                continue;
            };
            (self.inner.on_secret)(&secret);
            found.push(FoundKey {
                variable: variable.clone(),
                preset: preset.id.to_owned(),
                label: preset.label.to_owned(),
                last4: secret.last4(),
                already: self.has_key(preset).await,
            });
            kept.insert(variable, secret);
        }
        let place = |found: &FoundKey| presets().iter().position(|one| one.id == found.preset);
        found.sort_by_key(place);
        let token = Uuid::now_v7().to_string();
        self.scans().keep(Scan {
            token: token.clone(),
            made: Instant::now(),
            from_environment: origin == ENVIRONMENT,
            values: kept,
        });
        KeyScan {
            token,
            origin,
            found,
        }
    }

    /// Imports keys of a scan: adds their providers where they are missing, stores the keys or names the
    /// variables, and chooses them where no key was usable.
    ///
    /// # Errors
    /// `NotFound` for a token that is no longer good, `InvalidParams` for a variable the scan has not
    /// found or a reference to a file's variable, `KeychainLocked`, `KeychainNone`, or what editing the
    /// file reports. What was imported before an error stays.
    pub async fn import_keys(&self, request: &ImportKeys) -> Result<(), ApiError> {
        let chosen = self.chosen(request)?;
        for (variable, secret) in chosen {
            let Some(preset) = preset_of(&variable) else {
                continue;
            };
            self.add_provider(preset).await?;
            let provider = self.provider(preset.id)?;
            if request.by_reference {
                let taken = |name: &str| provider.keys.iter().any(|key| key.name == name);
                let from = SecretSource::Env(variable.clone());
                if provider.keys.iter().any(|key| key.from == from) {
                    continue;
                }
                let mut name = "env".to_owned();
                if taken(&name) {
                    name = variable.to_ascii_lowercase();
                }
                let had_usable = self.list(&provider).await.active.is_some();
                self.name_key(&provider, SecretRef { name, from }, !had_usable)
                    .await?;
            } else {
                let keys = self.list(&provider).await.keys;
                let taken = |name: &str| keys.iter().any(|key| key.name == name && key.present);
                let name = if taken("default") {
                    "imported"
                } else {
                    "default"
                };
                self.store(&provider, name, secret).await?;
            }
        }
        Ok(())
    }

    fn chosen(&self, request: &ImportKeys) -> Result<Vec<(String, Secret)>, ApiError> {
        let mut scans = self.scans();
        scans.expire();
        let scan = scans.0.iter().find(|scan| scan.token == request.token);
        let scan = scan.ok_or_else(|| ApiError {
            code: ErrorCode::NotFound,
            message: "what was found is no longer kept".to_owned(),
            hint: Some("look again".to_owned()),
            field: Some("token".to_owned()),
        })?;
        if request.by_reference && !scan.from_environment {
            let message = "only variables of the environment can be referenced; \
                           keys of a file are copied";
            return Err(ApiError {
                field: Some("by_reference".to_owned()),
                ..unfit(message)
            });
        }
        let value = |name: &String| {
            let secret = scan.values.get(name).cloned().ok_or_else(|| ApiError {
                field: Some("variables".to_owned()),
                ..unfit("one of the variables was not found by this scan")
            })?;
            Ok((name.clone(), secret))
        };
        request.variables.iter().map(value).collect()
    }

    async fn add_provider(&self, preset: &'static Preset) -> Result<(), ApiError> {
        if self.inner.config.current().provider(preset.id).is_some() {
            return Ok(());
        }
        if preset.must_edit_url() {
            let message = format!(
                "the address of {} must be known before its key",
                preset.label
            );
            return Err(ApiError {
                hint: Some(format!(
                    "add the provider first: {}",
                    preset.note.unwrap_or_default()
                )),
                ..unfit(&message)
            });
        }
        let edit = move |document: &mut toml_edit::DocumentMut| {
            let table = config::put_provider(document, preset.id)?;
            table.insert("preset", toml_edit::value(preset.id));
            Ok(())
        };
        self.inner.config.edit(edit).await.map(drop)
    }

    async fn has_key(&self, preset: &Preset) -> bool {
        let config = self.inner.config.current();
        for provider in &config.providers {
            if provider.preset.as_deref() == Some(preset.id)
                && self.list(provider).await.active.is_some()
            {
                return true;
            }
        }
        false
    }

    fn scans(&self) -> std::sync::MutexGuard<'_, Scans> {
        self.inner
            .scans
            .lock()
            .unwrap_or_else(|poisoned| poisoned.into_inner())
    }
}

/// Returns the first preset whose users keep their key in this variable.
fn preset_of(variable: &str) -> Option<&'static Preset> {
    presets()
        .iter()
        .find(|preset| preset.env.contains(&variable))
}

/// The text of a `.env` file is all secrets.
fn zeroize_on_drop(text: String) -> Secret {
    Secret::new(text)
}

fn unfit(message: &str) -> ApiError {
    ApiError {
        code: ErrorCode::InvalidParams,
        message: message.to_owned(),
        hint: None,
        field: None,
    }
}
