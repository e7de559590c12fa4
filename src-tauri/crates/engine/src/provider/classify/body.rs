//! Reads an error body, whatever its shape, into the few fields that matter.

use super::super::{json, rate};
use crate::error::ErrorKind;
use serde_json::Value;
use std::time::Duration;

/// How deep an error may be wrapped in another (a router quoting its upstream).
const WRAPPED: usize = 6;

/// Longest identifier taken over from a body, in bytes.
const IDENTIFIER: usize = 64;

/// What was found in an error body.
#[derive(Debug, Default)]
pub(super) struct ErrorBody {
    /// All codes, types, statuses and reasons, lower case, most specific first.
    pub(super) codes: Vec<String>,
    /// The codes as written, for showing.
    shown: Vec<String>,
    /// All messages, joined: for matching, never for showing.
    pub(super) message: String,
    pub(super) param: Option<String>,
    /// A number in the body that is an HTTP status.
    pub(super) http_status: Option<u16>,
    /// `google.rpc.RetryInfo.retryDelay`, or a field of that meaning.
    pub(super) retry_after: Option<Duration>,
    /// A reset header quoted in the body (OpenRouter).
    pub(super) reset_header: Option<String>,
    /// `quotaId`s of `google.rpc.QuotaFailure`.
    quotas: Vec<String>,
    /// Of each quota of a day or month that is named: whether it counts one model alone.
    long_quotas: Vec<bool>,
    /// Whether the body is a web page.
    pub(super) is_page: bool,
}

impl ErrorBody {
    /// Returns what the JSON says, or `None` if the bytes are not a JSON object or array.
    pub(super) fn parse(bytes: &[u8]) -> Option<Self> {
        let value: Value = serde_json::from_slice(bytes).ok()?;
        if !value.is_object() && !value.is_array() {
            return None;
        }
        let mut body = Self::default();
        body.read(&value, WRAPPED);
        Some(body)
    }

    /// Returns a body that is nothing but text, or a web page, whose text says nothing.
    pub(super) fn plain(bytes: &[u8]) -> Self {
        if json::looks_like_a_page(bytes) {
            return Self {
                is_page: true,
                ..Self::default()
            };
        }
        Self {
            message: String::from_utf8_lossy(bytes).to_lowercase(),
            ..Self::default()
        }
    }

    /// Returns the provider's most specific code.
    pub(super) fn code(&self) -> Option<&str> {
        self.shown
            .iter()
            .find(|code| !code.bytes().all(|byte| byte.is_ascii_digit()))
            .or(self.shown.first())
            .map(String::as_str)
    }

    /// Returns what the named quotas say: one of the day outweighs one of the minute.
    pub(super) fn quota_kind(&self) -> Option<ErrorKind> {
        let any = |word: &str| self.quotas.iter().any(|quota| quota.contains(word));
        if any("freetier") && self.message.contains("limit: 0") {
            return Some(ErrorKind::PlanLimit);
        }
        if any("perday") || any("per_day") || any("permonth") {
            return Some(ErrorKind::QuotaExhausted);
        }
        (any("perminute") || any("per_minute") || any("persecond"))
            .then_some(ErrorKind::RateLimited)
    }

    /// Returns whether a spent quota of a day is that of one model. Google names what each quota counts by;
    /// OpenAI and Groq count every limit by model, in structured types and in their sentence.
    pub(super) fn is_quota_of_model(&self) -> bool {
        if !self.long_quotas.is_empty() {
            return self.long_quotas.iter().all(|of_model| *of_model);
        }
        let has = |code: &str| self.codes.iter().any(|other| other == code);
        let is_bucket = has("rate_limit_exceeded") && (has("requests") || has("tokens"));
        let told = self.message.contains("rate limit reached for ")
            && ["(rpd)", "(tpd)", "per day"]
                .iter()
                .any(|span| self.message.contains(span));
        is_bucket || told
    }

    fn read(&mut self, value: &Value, depth: usize) {
        if depth == 0 {
            return;
        }
        let map = match value {
            Value::Object(map) => map,
            Value::Array(items) => {
                items.iter().take(8).for_each(|item| self.read(item, depth));
                return;
            }
            Value::String(text) => return self.read_text(text, depth),
            Value::Null | Value::Bool(_) | Value::Number(_) => return,
        };
        // What is nested is more specific than what wraps it.
        for key in [
            "innererror",
            "details",
            "metadata",
            "error",
            "errors",
            "detail",
            "base_resp",
        ] {
            match map.get(key) {
                Some(Value::String(text)) => self.read_text(text, depth),
                Some(inner) => self.read(inner, depth.saturating_sub(usize::from(key == "error"))),
                None => {}
            }
        }
        for key in [
            "code",
            "reason",
            "error_code",
            "status_code",
            "statusCode",
            "status",
            "type",
        ] {
            match map.get(key) {
                Some(Value::String(code)) => self.add_code(code),
                Some(Value::Number(number)) => self.add_number(number),
                _ => {}
            }
        }
        if let Some(Value::Object(filter)) = map
            .get("content_filter_result")
            .or_else(|| map.get("content_filter_results"))
            && filter
                .values()
                .any(|result| result.get("filtered") == Some(&Value::Bool(true)))
        {
            self.add_code("content_filter");
        }
        for key in [
            "message",
            "msg",
            "error_msg",
            "status_msg",
            "raw",
            "description",
        ] {
            if let Some(text) = map.get(key).and_then(Value::as_str) {
                self.read_text(text, depth);
            }
        }
        self.read_param(map);
        self.read_google(map);
        if let Some(headers) = map.get("headers").and_then(Value::as_object) {
            let reset = headers
                .iter()
                .find(|(name, _)| name.eq_ignore_ascii_case("x-ratelimit-reset"));
            self.reset_header = reset
                .and_then(|(_, value)| value.as_str())
                .map(str::to_owned)
                .or(self.reset_header.take());
        }
        for key in ["retry_after", "retry_after_seconds"] {
            if let Some(seconds) = map.get(key).and_then(Value::as_f64) {
                self.retry_after = Duration::try_from_secs_f64(seconds)
                    .ok()
                    .or(self.retry_after);
            }
        }
    }

    /// Takes a message in; one that is JSON itself (a quoted upstream error) is read as such.
    fn read_text(&mut self, text: &str, depth: usize) {
        let trimmed = text.trim_start();
        if (trimmed.starts_with('{') || trimmed.starts_with('['))
            && let Ok(inner) = serde_json::from_str::<Value>(trimmed)
        {
            return self.read(&inner, depth - 1);
        }
        if !self.message.is_empty() {
            self.message.push('\n');
        }
        self.message.push_str(&text.to_lowercase());
    }

    fn add_code(&mut self, code: &str) {
        if let Ok(number) = code.parse::<u16>() {
            self.note_status(number);
        }
        if is_identifier(code) && self.codes.len() < 32 {
            self.codes.push(code.to_ascii_lowercase());
            self.shown.push(code.to_owned());
        }
    }

    fn add_number(&mut self, number: &serde_json::Number) {
        if let Some(status) = number
            .as_u64()
            .and_then(|number| u16::try_from(number).ok())
        {
            self.note_status(status);
        }
        self.add_code(&number.to_string());
    }

    fn note_status(&mut self, number: u16) {
        if (400..600).contains(&number) && self.http_status.is_none() {
            self.http_status = Some(number);
        }
    }

    fn read_param(&mut self, map: &serde_json::Map<String, Value>) {
        let named = map
            .get("param")
            .or_else(|| map.get("field"))
            .and_then(Value::as_str);
        // FastAPI names the path to the field: ["body", "temperature"].
        let located = map
            .get("loc")
            .and_then(Value::as_array)
            .and_then(|path| path.iter().rev().find_map(Value::as_str));
        if let Some(param) = named.or(located)
            && is_identifier(param)
            && self.param.is_none()
        {
            self.param = Some(param.to_owned());
        }
    }

    /// Notes by what a quota of a day or month counts.
    fn note_long_quota(&mut self, violation: &Value) {
        let text = |name: &str| violation.get(name).and_then(Value::as_str);
        let names = ["quotaId", "quotaMetric", "subject"].map(|name| {
            let name = text(name).unwrap_or_default().to_ascii_lowercase();
            name.replace('_', "")
        });
        let any = |word: &str| names.iter().any(|name| name.contains(word));
        if any("perday") || any("permonth") {
            let by_model = violation.pointer("/quotaDimensions/model");
            let is_named = by_model
                .and_then(Value::as_str)
                .is_some_and(|model| !model.is_empty());
            self.long_quotas.push(is_named || any("permodel"));
        }
    }

    /// Reads what `google.rpc` puts into `details`.
    fn read_google(&mut self, map: &serde_json::Map<String, Value>) {
        if let Some(delay) = map.get("retryDelay").and_then(Value::as_str) {
            self.retry_after = rate::go_duration(delay).or(self.retry_after);
        }
        for key in ["violations", "fieldViolations"] {
            for violation in map
                .get(key)
                .and_then(Value::as_array)
                .into_iter()
                .flatten()
                .take(16)
            {
                self.note_long_quota(violation);
                for name in ["quotaId", "quotaMetric", "subject"] {
                    if let Some(quota) = violation.get(name).and_then(Value::as_str) {
                        self.quotas
                            .push(quota.to_ascii_lowercase().replace("free_tier", "freetier"));
                    }
                }
                if let Some(violation) = violation.as_object() {
                    self.read_param(violation);
                }
            }
        }
    }
}

/// Returns whether a text is an identifier, fit to be shown: not a sentence, not a key.
pub(super) fn is_identifier(text: &str) -> bool {
    !text.is_empty()
        && text.len() <= IDENTIFIER
        && text
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || b"_.-[]:/".contains(&byte))
}
