//! What the gateway panel shows and asks. A gateway key crosses once, in [`CreatedGatewayKey`], when it is
//! made; nothing else here can hold one.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// The gateway as it is now.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct GatewayStatus {
    /// Whether this program serves it.
    pub running: bool,
    /// For example `127.0.0.1:4141`; `None`: it is off.
    pub address: Option<String>,
    /// The port it takes when it is started without one.
    pub port: u16,
    /// Since when it is at that address; `None`: it is off.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub since: Option<String>,
    /// Why it could not be started the last time, or is not where the configuration says; `None`: nothing is
    /// wrong.
    pub problem: Option<String>,
    /// Whether its place is tried again every few seconds until it is free.
    pub waiting: bool,
    /// Whether this program can serve it at all.
    pub available: bool,
    /// What clients of each API are given as base URL; while it is off, what they would be given.
    pub base_urls: Vec<GatewayBaseUrl>,
    pub access: GatewayAccess,
    /// Newest first, revoked ones included.
    pub keys: Vec<GatewayKey>,
}

/// Where clients of one API find the gateway.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct GatewayBaseUrl {
    pub api: GatewayApi,
    pub url: String,
}

/// An API that the gateway speaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum GatewayApi {
    Openai,
    Anthropic,
    Gemini,
}

/// Who may use the gateway.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum GatewayAccess {
    /// Programs on this machine need no key; one that shows a key is known by its name.
    OpenOnLoopback,
    /// Every request needs a key that was made here.
    KeysOnly,
}

/// A key for clients of the gateway, without the key.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[ts(optional_fields)]
pub struct GatewayKey {
    pub id: String,
    /// Shown in history as the caller.
    pub name: String,
    /// The key's first characters, to tell keys apart.
    pub prefix: String,
    /// RFC 3339 with milliseconds, as all times here.
    pub created_at: String,
    /// Exact to a minute; `None`: never used.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_used_at: Option<String>,
    /// `None`: it is valid.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub revoked_at: Option<String>,
}

/// Starts the gateway.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
#[ts(optional_fields)]
pub struct StartGateway {
    /// `None`: the configured one; 0 takes a free one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub port: Option<u16>,
}

/// Makes a gateway key. A command of its own in every host, because the key crosses with its answer.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct CreateGatewayKey {
    /// 1 to 60 characters on one line; not that of another valid key.
    pub name: String,
}

/// A new gateway key. The only time it is shown: what is kept is its hash.
#[derive(Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct CreatedGatewayKey {
    pub key: GatewayKey,
    /// The key itself. Show it once; never keep or log it.
    pub secret: String,
}

impl std::fmt::Debug for CreatedGatewayKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("CreatedGatewayKey")
            .field("key", &self.key)
            .field("secret", &"<redacted>")
            .finish()
    }
}

/// Names a gateway key.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct GatewayKeyId {
    pub id: String,
}
