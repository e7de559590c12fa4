//! Errors with their HTTP status, in the shape of the caller's own API.

use super::Api;
use super::asked::Bad;
use axum::Json;
use axum::http::header::RETRY_AFTER;
use axum::http::{HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};
use switchboard_app::api::types::ApiError;
use switchboard_engine::error::{CallError, ErrorKind};

/// What went wrong, in nobody's shape yet.
#[derive(Debug, Clone)]
pub(crate) struct Problem {
    pub(crate) status: StatusCode,
    /// Our word for it, like `rate_limited`.
    pub(crate) code: String,
    pub(crate) message: String,
    pub(crate) param: Option<String>,
    pub(crate) retry_after_ms: Option<u64>,
}

impl Problem {
    pub(crate) fn new(status: StatusCode, code: &str, message: impl Into<String>) -> Self {
        Self {
            status,
            code: code.to_owned(),
            message: message.into(),
            param: None,
            retry_after_ms: None,
        }
    }

    /// Returns the body of the error.
    pub(crate) fn body(&self, api: Api) -> Value {
        let status = self.status.as_u16();
        match api {
            Api::Chat | Api::Responses => {
                let kind = match status {
                    401 => "authentication_error",
                    403 => "permission_error",
                    429 => "rate_limit_error",
                    400..=499 => "invalid_request_error",
                    _ => "server_error",
                };
                json!({"error": {
                    "message": self.message, "type": kind, "param": self.param, "code": self.code,
                }})
            }
            Api::Anthropic => {
                let kind = match status {
                    401 => "authentication_error",
                    402 => "billing_error",
                    403 => "permission_error",
                    404 => "not_found_error",
                    413 => "request_too_large",
                    429 => "rate_limit_error",
                    503 | 529 => "overloaded_error",
                    504 => "timeout_error",
                    400..=499 => "invalid_request_error",
                    _ => "api_error",
                };
                json!({"type": "error", "error": {"type": kind, "message": self.message}})
            }
            Api::Gemini => {
                let kind = match status {
                    401 => "UNAUTHENTICATED",
                    403 => "PERMISSION_DENIED",
                    404 => "NOT_FOUND",
                    402 | 429 => "RESOURCE_EXHAUSTED",
                    499 => "CANCELLED",
                    503 => "UNAVAILABLE",
                    504 => "DEADLINE_EXCEEDED",
                    400..=498 => "INVALID_ARGUMENT",
                    _ => "INTERNAL",
                };
                json!({"error": {"code": status, "message": self.message, "status": kind}})
            }
        }
    }

    /// Returns the error as a whole reply.
    pub(crate) fn reply(&self, api: Api) -> Response {
        let mut reply = (self.status, Json(self.body(api))).into_response();
        if let Some(ms) = self.retry_after_ms {
            let seconds = HeaderValue::from(ms.div_ceil(1000));
            reply.headers_mut().insert(RETRY_AFTER, seconds);
        }
        // The official SDKs go by this: asking again at once would be refused again.
        if matches!(self.code.as_str(), "budget" | "caller_stopped") {
            let never = HeaderValue::from_static("false");
            reply.headers_mut().insert("x-should-retry", never);
        }
        reply
    }
}

impl From<Bad> for Problem {
    fn from(bad: Bad) -> Self {
        let mut problem = Self::new(StatusCode::BAD_REQUEST, "invalid_request", bad.message);
        problem.param = Some(bad.field);
        problem
    }
}

impl From<ApiError> for Problem {
    fn from(error: ApiError) -> Self {
        Self::new(crate::reply::status(error.code), "internal", error.message)
    }
}

impl From<&CallError> for Problem {
    fn from(error: &CallError) -> Self {
        let code = serde_json::to_value(error.kind).ok();
        let code = code.as_ref().and_then(Value::as_str).unwrap_or("failed");
        let message = match &error.hint {
            Some(hint) => format!("{}; {hint}", error.message),
            None => error.message.clone(),
        };
        let mut problem = Self::new(status(error.kind), code, message);
        problem.param.clone_from(&error.param);
        problem.retry_after_ms = error.retry_after_ms;
        problem
    }
}

/// Returns the status that tells a client what kind of failure it was.
fn status(kind: ErrorKind) -> StatusCode {
    match kind {
        ErrorKind::RateLimited | ErrorKind::QuotaExhausted | ErrorKind::QueueFull => {
            StatusCode::TOO_MANY_REQUESTS
        }
        ErrorKind::Billing | ErrorKind::PlanLimit | ErrorKind::Budget => {
            StatusCode::PAYMENT_REQUIRED
        }
        ErrorKind::Auth | ErrorKind::NoCredential => StatusCode::UNAUTHORIZED,
        ErrorKind::Permission | ErrorKind::CallerStopped => StatusCode::FORBIDDEN,
        ErrorKind::NotFound | ErrorKind::Misconfigured => StatusCode::NOT_FOUND,
        ErrorKind::Rejected
        | ErrorKind::ContextTooLong
        | ErrorKind::ContentFiltered
        | ErrorKind::Incapable => StatusCode::BAD_REQUEST,
        ErrorKind::Overloaded | ErrorKind::CircuitOpen => StatusCode::SERVICE_UNAVAILABLE,
        ErrorKind::ConnectTimeout
        | ErrorKind::HeadersTimeout
        | ErrorKind::FirstTokenTimeout
        | ErrorKind::IdleTimeout
        | ErrorKind::TooSlow
        | ErrorKind::TotalTimeout => StatusCode::GATEWAY_TIMEOUT,
        ErrorKind::Cancelled | ErrorKind::Interrupted => StatusCode::SERVICE_UNAVAILABLE,
        ErrorKind::Dns
        | ErrorKind::Connect
        | ErrorKind::Tls
        | ErrorKind::Reset
        | ErrorKind::Malformed
        | ErrorKind::Truncated
        | ErrorKind::TooLarge
        | ErrorKind::NotAnApi
        | ErrorKind::Server
        | ErrorKind::EmptyAnswer
        | ErrorKind::OutputInvalid => StatusCode::BAD_GATEWAY,
    }
}
