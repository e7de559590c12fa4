//! The part of Bifrost's configuration that is written.

use serde::Serialize;
use std::collections::BTreeMap;

#[derive(Debug, Serialize)]
pub(super) struct Config {
    #[serde(rename = "$schema")]
    pub(super) schema: &'static str,
    pub(super) version: u32,
    pub(super) source_of_truth: &'static str,
    pub(super) providers: BTreeMap<String, Provider>,
    pub(super) governance: Governance,
    pub(super) config_store: Store,
    pub(super) logs_store: Store,
}

#[derive(Debug, Serialize)]
pub(super) struct Provider {
    pub(super) keys: Vec<Key>,
    pub(super) network_config: Network,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) concurrency_and_buffer_size: Option<Concurrency>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) custom_provider_config: Option<Custom>,
}

#[derive(Debug, Serialize)]
pub(super) struct Key {
    pub(super) name: String,
    /// `env.NAME`; empty where no key is needed.
    pub(super) value: String,
    pub(super) models: Vec<String>,
    pub(super) weight: f64,
}

#[derive(Debug, Serialize)]
pub(super) struct Network {
    /// Without `/v1`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) base_url: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) allow_private_network: Option<bool>,
    pub(super) default_request_timeout_in_seconds: u64,
    pub(super) max_retries: u32,
    /// In milliseconds.
    pub(super) retry_backoff_initial: u64,
    /// In milliseconds.
    pub(super) retry_backoff_max: u64,
    pub(super) stream_idle_timeout_in_seconds: u64,
}

#[derive(Debug, Clone, Serialize)]
pub(super) struct Concurrency {
    pub(super) concurrency: u32,
    pub(super) buffer_size: u32,
}

#[derive(Debug, Serialize)]
pub(super) struct Custom {
    pub(super) base_provider_type: &'static str,
    pub(super) is_key_less: bool,
    pub(super) allowed_requests: AllowedRequests,
}

#[derive(Debug, Serialize)]
pub(super) struct AllowedRequests {
    pub(super) chat_completion: bool,
    pub(super) chat_completion_stream: bool,
}

#[derive(Debug, Serialize)]
pub(super) struct Governance {
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(super) budgets: Vec<Budget>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(super) rate_limits: Vec<RateLimit>,
    pub(super) virtual_keys: Vec<VirtualKey>,
    pub(super) routing_rules: Vec<Rule>,
}

#[derive(Debug, Serialize)]
pub(super) struct Budget {
    pub(super) id: String,
    /// In US dollars.
    pub(super) max_limit: f64,
    pub(super) reset_duration: &'static str,
    pub(super) virtual_key_id: String,
}

#[derive(Debug, Serialize)]
pub(super) struct RateLimit {
    pub(super) id: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) request_max_limit: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) request_reset_duration: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) token_max_limit: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) token_reset_duration: Option<&'static str>,
}

#[derive(Debug, Serialize)]
pub(super) struct VirtualKey {
    pub(super) id: String,
    pub(super) name: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) description: Option<String>,
    pub(super) value: &'static str,
    pub(super) is_active: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) rate_limit_id: Option<String>,
    pub(super) provider_configs: Vec<ProviderConfig>,
}

#[derive(Debug, Serialize)]
pub(super) struct ProviderConfig {
    pub(super) provider: String,
    /// `None`: not part of a choice by weight.
    pub(super) weight: Option<f64>,
    pub(super) allowed_models: Vec<String>,
    pub(super) key_ids: [&'static str; 1],
}

#[derive(Debug, Serialize)]
pub(super) struct Rule {
    pub(super) id: String,
    pub(super) name: String,
    pub(super) enabled: bool,
    pub(super) cel_expression: String,
    pub(super) targets: Vec<Target>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(super) fallbacks: Vec<String>,
    pub(super) scope: &'static str,
    pub(super) priority: u32,
}

#[derive(Debug, Serialize)]
pub(super) struct Target {
    pub(super) provider: String,
    pub(super) model: String,
    pub(super) weight: f64,
}

#[derive(Debug, Serialize)]
pub(super) struct Store {
    pub(super) enabled: bool,
    pub(super) r#type: &'static str,
    pub(super) config: StoreConfig,
}

#[derive(Debug, Serialize)]
pub(super) struct StoreConfig {
    pub(super) path: &'static str,
}
