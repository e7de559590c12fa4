//! The part of TensorZero's configuration that is written.

use serde::Serialize;
use std::collections::BTreeMap;

#[derive(Debug, Serialize)]
pub(super) struct Config {
    pub(super) gateway: Gateway,
    pub(super) models: BTreeMap<String, Model>,
    pub(super) functions: BTreeMap<String, Function>,
}

#[derive(Debug, Serialize)]
pub(super) struct Gateway {
    pub(super) global_outbound_http_timeout_ms: u64,
}

#[derive(Debug, Serialize)]
pub(super) struct Model {
    pub(super) routing: Vec<&'static str>,
    pub(super) providers: BTreeMap<&'static str, Provider>,
}

#[derive(Debug, Serialize)]
pub(super) struct Provider {
    pub(super) r#type: &'static str,
    pub(super) model_name: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) api_base: Option<String>,
    pub(super) api_key_location: String,
    pub(super) timeouts: Timeouts,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(super) cost: Vec<Cost>,
}

#[derive(Debug, Serialize)]
pub(super) struct Timeouts {
    pub(super) non_streaming: NonStreaming,
    pub(super) streaming: Streaming,
}

#[derive(Debug, Serialize)]
pub(super) struct NonStreaming {
    pub(super) total_ms: u64,
}

#[derive(Debug, Serialize)]
pub(super) struct Streaming {
    pub(super) ttft_ms: u64,
    pub(super) total_ms: u64,
}

/// What a number of the provider's usage costs.
#[derive(Debug, Serialize)]
pub(super) struct Cost {
    pub(super) pointer: &'static str,
    /// In US dollars.
    pub(super) cost_per_million: f64,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub(super) required: bool,
}

#[derive(Debug, Serialize)]
pub(super) struct Function {
    pub(super) r#type: &'static str,
    pub(super) experimentation: Experimentation,
    pub(super) variants: BTreeMap<String, Variant>,
}

#[derive(Debug, Serialize)]
pub(super) struct Experimentation {
    pub(super) r#type: &'static str,
    pub(super) candidate_variants: BTreeMap<String, f64>,
    pub(super) fallback_variants: Vec<String>,
}

#[derive(Debug, Serialize)]
pub(super) struct Variant {
    pub(super) r#type: &'static str,
    pub(super) model: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) max_tokens: Option<u32>,
    pub(super) retries: Retries,
}

#[derive(Debug, Serialize)]
pub(super) struct Retries {
    pub(super) num_retries: u32,
    pub(super) max_delay_s: f64,
}

#[derive(Debug, Serialize)]
pub(super) struct LimitsFile {
    pub(super) rate_limiting: RateLimiting,
}

#[derive(Debug, Serialize)]
pub(super) struct RateLimiting {
    pub(super) enabled: bool,
    pub(super) rules: Vec<Rule>,
}

#[derive(Debug, Default, Serialize)]
pub(super) struct Rule {
    pub(super) always: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) model_inferences_per_minute: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) tokens_per_minute: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) cost_per_hour: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) cost_per_day: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) cost_per_week: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) cost_per_month: Option<f64>,
}
