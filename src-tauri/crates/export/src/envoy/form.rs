//! The part of the resources that is written.

use serde::Serialize;
use serde_json::Value;
use std::collections::BTreeMap;

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Resource {
    pub(super) api_version: &'static str,
    pub(super) kind: &'static str,
    pub(super) metadata: Metadata,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) r#type: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) spec: Option<Value>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) string_data: Option<BTreeMap<&'static str, String>>,
}

#[derive(Debug, Serialize)]
pub(super) struct Metadata {
    pub(super) name: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) namespace: Option<&'static str>,
}

#[derive(Debug, Serialize)]
pub(super) struct Listener {
    pub(super) name: &'static str,
    pub(super) protocol: &'static str,
    pub(super) port: u16,
}

#[derive(Debug, Serialize)]
pub(super) struct ParentRef {
    pub(super) name: &'static str,
    pub(super) kind: &'static str,
    pub(super) group: &'static str,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct RouteRule {
    pub(super) matches: [Match; 1],
    pub(super) backend_refs: Vec<BackendRef>,
    pub(super) timeouts: RouteTimeouts,
    pub(super) stream_idle_timeout: String,
}

#[derive(Debug, Serialize)]
pub(super) struct Match {
    pub(super) headers: [Header; 1],
}

#[derive(Debug, Serialize)]
pub(super) struct Header {
    pub(super) r#type: &'static str,
    pub(super) name: &'static str,
    pub(super) value: String,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct BackendRef {
    pub(super) name: String,
    pub(super) model_name_override: String,
    pub(super) weight: u32,
    /// A higher one is asked when those below fail.
    pub(super) priority: u32,
}

#[derive(Debug, Serialize)]
pub(super) struct RouteTimeouts {
    pub(super) request: String,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct AiBackend {
    pub(super) schema: Schema,
    pub(super) backend_ref: KindRef,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) body_mutation: Option<BodyMutation>,
}

#[derive(Debug, Serialize)]
pub(super) struct Schema {
    pub(super) name: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) prefix: Option<String>,
}

#[derive(Debug, Clone, Serialize)]
pub(super) struct KindRef {
    pub(super) name: String,
    pub(super) kind: &'static str,
    pub(super) group: &'static str,
}

#[derive(Debug, Serialize)]
pub(super) struct BodyMutation {
    pub(super) set: [BodyField; 1],
}

#[derive(Debug, Serialize)]
pub(super) struct BodyField {
    pub(super) path: &'static str,
    /// As JSON.
    pub(super) value: String,
}

#[derive(Debug, Serialize)]
#[serde(untagged)]
pub(super) enum Endpoint {
    Fqdn { fqdn: Fqdn },
    Ip { ip: Ip },
}

#[derive(Debug, Serialize)]
pub(super) struct Fqdn {
    pub(super) hostname: String,
    pub(super) port: u16,
}

#[derive(Debug, Serialize)]
pub(super) struct Ip {
    pub(super) address: String,
    pub(super) port: u16,
}

#[derive(Debug, Serialize)]
pub(super) struct Validation {
    #[serde(rename = "wellKnownCACertificates")]
    pub(super) well_known_ca_certificates: &'static str,
    pub(super) hostname: String,
}

#[derive(Debug, Serialize)]
pub(super) struct SecretRef {
    pub(super) name: String,
    pub(super) namespace: &'static str,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Traffic {
    pub(super) target_refs: [KindRef; 1],
    pub(super) retry: Retry,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) circuit_breaker: Option<CircuitBreaker>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) rate_limit: Option<RateLimit>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Retry {
    /// Attempts at one priority before the next is taken.
    pub(super) num_attempts_per_priority: u32,
    pub(super) num_retries: u32,
    pub(super) per_retry: PerRetry,
    pub(super) retry_on: RetryOn,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct PerRetry {
    pub(super) back_off: BackOff,
    pub(super) timeout: String,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct BackOff {
    pub(super) base_interval: String,
    pub(super) max_interval: String,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct RetryOn {
    pub(super) http_status_codes: Vec<u16>,
    pub(super) triggers: [&'static str; 3],
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct CircuitBreaker {
    pub(super) max_parallel_requests: u32,
}

#[derive(Debug, Serialize)]
pub(super) struct RateLimit {
    pub(super) r#type: &'static str,
    pub(super) global: GlobalLimit,
}

#[derive(Debug, Serialize)]
pub(super) struct GlobalLimit {
    pub(super) rules: Vec<LimitRule>,
}

#[derive(Debug, Serialize)]
pub(super) struct LimitRule {
    pub(super) limit: LimitValue,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) cost: Option<Value>,
}

#[derive(Debug, Serialize)]
pub(super) struct LimitValue {
    pub(super) requests: u32,
    pub(super) unit: &'static str,
}
