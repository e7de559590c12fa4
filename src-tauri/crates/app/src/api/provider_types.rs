//! Providers, their models and their keys, as the user interface shows and changes them. A credential crosses only
//! inwards, in [`SetKey`].

use serde::{Deserialize, Serialize};
use switchboard_engine::error::CallError;
use switchboard_engine::price::PicoUsd;
use switchboard_engine::provider::{Capabilities, Wire};
use ts_rs::TS;

/// A provider as configured.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct ProviderInfo {
    /// Lower-case id, the part before `/` in a model reference.
    pub id: String,
    pub label: String,
    pub wire: Wire,
    pub base_url: String,
    /// Where a call really goes, for example `https://api.openai.com/v1/chat/completions`.
    pub request_url: String,
    pub simulated: bool,
    /// Runs on this machine and needs no key.
    pub local: bool,
    pub needs_key: bool,
    pub keys: Vec<KeyInfo>,
    /// Name of the credential that calls use; `None` if none is usable.
    pub active_key: Option<String>,
    pub lamp: Lamp,
    /// Short text beside the lamp: "212 ms", "no key", "simulated", "not running".
    pub lamp_text: String,
    /// For how long models of it are still left alone, in milliseconds from now: they failed too often, or asked for
    /// it. `None`: none is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub rest_ms: Option<u64>,
    /// Where a key can be made; `None` if unknown.
    pub key_url: Option<String>,
    /// Models listed in the configuration (others may exist at the provider).
    pub models: Vec<String>,
}

/// The colour of a provider's lamp. Never the only signal: a text stands beside it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum Lamp {
    /// Answered last time.
    Ok,
    /// Cooling, rate limited or slow.
    Warning,
    /// Failed last time.
    Down,
    /// Not tried yet, or not usable for want of a key.
    Idle,
    Simulated,
}

/// A named credential. There is no way to read the credential itself back.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct KeyInfo {
    pub name: String,
    pub source: KeySource,
    pub present: bool,
    /// Last four characters; `None` if absent or short.
    pub last4: Option<String>,
    /// RFC 3339; `None` if unknown.
    pub updated_at: Option<String>,
}

/// Where a credential lives.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum KeySource {
    Keychain,
    Environment {
        variable: String,
    },
    /// In memory until the program ends.
    Session,
}

/// A provider to add, with everything filled in but the key.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct Preset {
    pub id: String,
    pub label: String,
    pub wire: Wire,
    pub base_url: String,
    pub needs_key: bool,
    pub local: bool,
    /// Environment variable in which its users keep the key.
    pub env: Option<String>,
    pub key_url: Option<String>,
    pub models: Vec<String>,
    /// What must be changed before it can work (Azure's resource name); `None` if nothing.
    pub note: Option<String>,
}

/// A provider to add or change. Written to the configuration file, comments kept.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[ts(optional_fields)]
pub struct SaveProvider {
    pub id: String,
    pub label: String,
    pub wire: Wire,
    pub base_url: String,
    pub needs_key: bool,
    /// Preset the entry came from.
    #[serde(default)]
    pub preset: Option<String>,
    #[serde(default)]
    pub models: Option<Vec<String>>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct ProviderId {
    pub id: String,
}

/// A base URL as typed, to see where calls would go.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct PreviewUrl {
    pub wire: Wire,
    pub base_url: String,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct UrlPreview {
    /// For example `https://host/v1/chat/completions`.
    pub request_url: String,
    /// What was understood differently from what was typed; `None` if nothing.
    pub note: Option<String>,
}

/// The outcome of trying a provider's connection.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[serde(tag = "result", rename_all = "snake_case")]
pub enum ProviderTest {
    Ok {
        elapsed_ms: u64,
        models: Vec<String>,
    },
    Failed {
        error: CallError,
    },
}

/// A credential to store. It crosses once, on entry.
#[derive(Clone, Deserialize, TS)]
pub struct SetKey {
    pub provider: String,
    /// Name of the credential, `default` if the user gives none.
    pub name: String,
    pub key: String,
    /// Keep in memory until the program ends, instead of the OS key store.
    pub session_only: bool,
}

impl std::fmt::Debug for SetKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("SetKey")
            .field("provider", &self.provider)
            .field("name", &self.name)
            .field("session_only", &self.session_only)
            .finish_non_exhaustive()
    }
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct KeyRef {
    pub provider: String,
    pub name: String,
}

/// A credential found in the environment or in a `.env` file.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct FoundKey {
    pub variable: String,
    /// Preset the variable belongs to.
    pub preset: String,
    pub label: String,
    pub last4: Option<String>,
    /// Whether the provider is configured and has a credential already.
    pub already: bool,
}

/// What a scan found. `token` names the scan for [`ImportKeys`]; the values stay on the Rust side.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct KeyScan {
    pub token: String,
    /// "environment" or the file's path.
    pub origin: String,
    pub found: Vec<FoundKey>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct ImportKeys {
    pub token: String,
    pub variables: Vec<String>,
    /// Reference environment variables by name instead of copying values to the key store
    /// (only for the environment's own variables).
    pub by_reference: bool,
}

/// A model that can be picked.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct ModelInfo {
    /// `provider/model`: what a column and the command line take.
    pub id: String,
    pub provider: String,
    pub provider_label: String,
    pub model: String,
    pub capabilities: Capabilities,
    /// Pico-USD per input token; `None`: no price is known.
    pub input_price: Option<PicoUsd>,
    pub output_price: Option<PicoUsd>,
    pub local: bool,
    pub simulated: bool,
    /// `None` if it can be called now, else why not ("no key for OpenAI").
    pub unavailable: Option<String>,
    /// One line for simulated models: what they play. `None` for others.
    pub about: Option<String>,
}
