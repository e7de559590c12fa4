//! The part of LiteLLM's configuration that is written.

use serde::Serialize;
use std::collections::BTreeMap;

/// A group and where its failures go.
pub(super) type Rule = BTreeMap<String, Vec<String>>;

#[derive(Debug, Serialize)]
pub(super) struct Config {
    pub(super) model_list: Vec<Deployment>,
    pub(super) router_settings: RouterSettings,
    pub(super) litellm_settings: LiteLlmSettings,
    pub(super) general_settings: General,
}

#[derive(Debug, Serialize)]
pub(super) struct Deployment {
    pub(super) model_name: String,
    pub(super) litellm_params: Params,
    pub(super) model_info: ModelInfo,
}

#[derive(Debug, Serialize)]
pub(super) struct Params {
    pub(super) model: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) api_base: Option<String>,
    pub(super) api_key: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) weight: Option<u32>,
    /// In seconds, for a whole answer.
    pub(super) timeout: f64,
    /// In seconds, for each read of a stream.
    pub(super) stream_timeout: f64,
    pub(super) max_retries: u32,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) max_tokens: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) rpm: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) tpm: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) max_parallel_requests: Option<u32>,
}

#[derive(Debug, Serialize)]
pub(super) struct ModelInfo {
    pub(super) id: String,
}

#[derive(Debug, Serialize)]
pub(super) struct RouterSettings {
    pub(super) routing_strategy: &'static str,
    pub(super) num_retries: u32,
    pub(super) model_group_retry_policy: BTreeMap<String, RetryPolicy>,
    /// Least wait before a retry, in seconds.
    pub(super) retry_after: u32,
    pub(super) max_fallbacks: usize,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(super) fallbacks: Vec<Rule>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(super) context_window_fallbacks: Vec<Rule>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(super) content_policy_fallbacks: Vec<Rule>,
    pub(super) enable_mid_stream_fallback_continuation: bool,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(super) optional_pre_call_checks: Vec<&'static str>,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub(super) provider_budget_config: BTreeMap<&'static str, ProviderBudget>,
}

/// Retries by what went wrong: none where another attempt changes nothing.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct RetryPolicy {
    timeout_error_retries: u32,
    rate_limit_error_retries: u32,
    internal_server_error_retries: u32,
    service_unavailable_error_retries: u32,
    bad_request_error_retries: u32,
    authentication_error_retries: u32,
    content_policy_violation_error_retries: u32,
    not_found_error_retries: u32,
}

impl RetryPolicy {
    pub(super) fn of(retries: u32) -> Self {
        Self {
            timeout_error_retries: retries,
            rate_limit_error_retries: retries,
            internal_server_error_retries: retries,
            service_unavailable_error_retries: retries,
            bad_request_error_retries: 0,
            authentication_error_retries: 0,
            content_policy_violation_error_retries: 0,
            not_found_error_retries: 0,
        }
    }
}

#[derive(Debug, Clone, Serialize)]
pub(super) struct ProviderBudget {
    pub(super) budget_limit: f64,
    pub(super) time_period: &'static str,
}

#[derive(Debug, Serialize)]
pub(super) struct LiteLlmSettings {
    /// Parameters that a model does not take are left out, as here.
    pub(super) drop_params: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) max_budget: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) budget_duration: Option<&'static str>,
}

#[derive(Debug, Serialize)]
pub(super) struct General {
    pub(super) master_key: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) database_url: Option<&'static str>,
}
