//! Error replies in each provider's own shape. Every message says that it is simulated.

use super::Wire;
use crate::ask::BadRequest;
use crate::fault::Fault;
use serde_json::{Value, json};
use std::time::Duration;

/// What went wrong, before it is put in a provider's words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Trouble {
    pub(crate) what: What,
    pub(crate) message: String,
    pub(crate) param: Option<String>,
    /// What `retry-after` says.
    pub(crate) hint: Option<Duration>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum What {
    RateLimited,
    DailyQuota,
    Billing,
    Rejected,
    /// A parameter the model does not take.
    Unsupported,
    Unauthorized,
    Forbidden,
    NoModel,
    NoPath,
    Timeout,
    TooLarge,
    Internal,
    Unavailable,
    Overloaded,
    ContextTooLong,
    Filtered,
}

/// A reply, ready to be sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct ErrorReply {
    pub(crate) status: u16,
    pub(crate) headers: Vec<(&'static str, String)>,
    pub(crate) content_type: &'static str,
    pub(crate) body: String,
}

/// Returns the required `model` field.
pub(crate) fn model_field(body: &Value) -> Result<String, BadRequest> {
    match body.get("model").and_then(Value::as_str) {
        Some(model) if !model.is_empty() => Ok(model.to_owned()),
        _ => Err(BadRequest::new(
            "model",
            "you must provide a model parameter",
        )),
    }
}

impl Trouble {
    pub(crate) fn new(what: What, message: impl Into<String>) -> Self {
        Self {
            what,
            message: message.into() + " (simulated)",
            param: None,
            hint: None,
        }
    }

    pub(crate) fn bad(request: BadRequest) -> Self {
        let mut trouble = Self::new(What::Rejected, request.message);
        trouble.param = request.param;
        trouble
    }

    /// Returns what a status fault says about `model`, or `None` for faults that are no such reply.
    pub(crate) fn of(fault: Fault, model: &str, hint: Duration) -> Option<Self> {
        let mut trouble = match fault {
            Fault::RateLimited | Fault::RateLimitedNoHint => Self::new(
                What::RateLimited,
                format!(
                    "Rate limit reached for {model} on requests per min (RPM): Limit 60, Used 60, Requested 1."
                ),
            ),
            Fault::DailyQuota => Self::new(
                What::DailyQuota,
                format!(
                    "Rate limit reached for {model} on requests per day (RPD): Limit 200, Used 200, Requested 1."
                ),
            ),
            Fault::Billing => Self::new(
                What::Billing,
                "You exceeded your current quota, please check your plan and billing details.",
            ),
            Fault::Rejected => Self::new(What::Rejected, "Invalid value in the request."),
            Fault::Unauthorized => Self::new(What::Unauthorized, "Incorrect API key provided."),
            Fault::Forbidden => Self::new(
                What::Forbidden,
                format!("Your key does not have access to {model}."),
            ),
            Fault::NoModel => Self::new(
                What::NoModel,
                format!("The model `{model}` does not exist."),
            ),
            Fault::RequestTimeout => Self::new(What::Timeout, "The request timed out."),
            Fault::TooLarge => Self::new(What::TooLarge, "The request is too large."),
            Fault::Internal | Fault::ErrorEvent => Self::new(
                What::Internal,
                "The server had an error while processing your request.",
            ),
            Fault::Unavailable => {
                Self::new(What::Unavailable, "The service is temporarily unavailable.")
            }
            Fault::Overloaded => Self::new(
                What::Overloaded,
                "The model is overloaded. Please try again later.",
            ),
            Fault::ContextTooLong => Self::new(
                What::ContextTooLong,
                "This model's maximum context length is 8192 tokens. However, your messages resulted in 9120 tokens.",
            ),
            Fault::Filtered => Self::new(
                What::Filtered,
                "The request was rejected as a result of our content filter.",
            ),
            Fault::BadGateway
            | Fault::GatewayTimeout
            | Fault::Html
            | Fault::NotJson
            | Fault::Reset
            | Fault::Hangup
            | Fault::Silence
            | Fault::SlowHeaders
            | Fault::SlowStart
            | Fault::KeepAlive
            | Fault::RoleOnly
            | Fault::Dribble
            | Fault::Cut
            | Fault::ResetMiddle
            | Fault::Stall
            | Fault::Malformed
            | Fault::NoEnd
            | Fault::FilteredMiddle
            | Fault::HugeChunk
            | Fault::MissingDone
            | Fault::Utf8Cut
            | Fault::Crlf
            | Fault::NotStreamed
            | Fault::Empty
            | Fault::InvalidJson
            | Fault::WrongJson => return None,
        };
        trouble.hint = match fault {
            Fault::RateLimited | Fault::Overloaded | Fault::Unavailable => Some(hint),
            Fault::DailyQuota => Some(Duration::from_secs(11 * 3600)),
            _ => None,
        };
        if fault == Fault::Rejected {
            trouble.param = Some("messages".to_owned());
        }
        Some(trouble)
    }

    /// Returns the reply in the provider's own form.
    pub(crate) fn reply(&self, wire: Wire, request_id: &str) -> ErrorReply {
        let mut headers = Vec::new();
        if let Some(hint) = self.hint {
            // Whole seconds for every provider; OpenAI's milliseconds are the exact word.
            headers.push(("retry-after", hint.as_millis().div_ceil(1000).to_string()));
            if matches!(wire, Wire::OpenaiChat | Wire::OpenaiResponses) {
                headers.push(("retry-after-ms", hint.as_millis().to_string()));
            }
        }
        let (status, body) = match wire {
            Wire::OpenaiChat | Wire::OpenaiResponses => (self.openai_status(), openai_body(self)),
            Wire::Anthropic => (
                self.anthropic_status(),
                anthropic_body(self, Some(request_id)),
            ),
            Wire::Gemini => (self.gemini_status(), gemini_body(self)),
        };
        ErrorReply {
            status,
            headers,
            content_type: "application/json",
            body: body.to_string(),
        }
    }

    fn openai_status(&self) -> u16 {
        match self.what {
            What::RateLimited | What::DailyQuota | What::Billing => 429,
            What::Rejected | What::Unsupported | What::ContextTooLong | What::Filtered => 400,
            What::Unauthorized => 401,
            What::Forbidden => 403,
            What::NoModel | What::NoPath => 404,
            What::Timeout => 408,
            What::TooLarge => 413,
            What::Internal => 500,
            What::Unavailable => 503,
            What::Overloaded => 529,
        }
    }

    fn anthropic_status(&self) -> u16 {
        match self.what {
            // Anthropic answers an empty balance with 400.
            What::Billing => 400,
            _ => self.openai_status(),
        }
    }

    fn gemini_status(&self) -> u16 {
        match self.what {
            // Google answers a wrong API key with 400 and a disabled account with 403.
            What::Unauthorized => 400,
            What::Billing => 403,
            _ => self.openai_status(),
        }
    }

    pub(crate) fn openai_code(&self) -> Option<&'static str> {
        Some(match self.what {
            What::RateLimited | What::DailyQuota => "rate_limit_exceeded",
            What::Billing => "insufficient_quota",
            What::Unsupported => "unsupported_parameter",
            What::Unauthorized => "invalid_api_key",
            What::Forbidden => "insufficient_permissions",
            What::NoModel => "model_not_found",
            What::ContextTooLong => "context_length_exceeded",
            What::Filtered => "content_filter",
            What::Internal => "server_error",
            What::Rejected => "invalid_value",
            What::NoPath
            | What::Timeout
            | What::TooLarge
            | What::Unavailable
            | What::Overloaded => {
                return None;
            }
        })
    }

    fn openai_type(&self) -> &'static str {
        match self.what {
            What::RateLimited | What::DailyQuota => "requests",
            What::Billing => "insufficient_quota",
            What::Internal | What::Unavailable | What::Overloaded | What::Timeout => "server_error",
            What::Rejected
            | What::Unsupported
            | What::Unauthorized
            | What::Forbidden
            | What::NoModel
            | What::NoPath
            | What::TooLarge
            | What::ContextTooLong
            | What::Filtered => "invalid_request_error",
        }
    }
}

/// `{"error": {"message", "type", "param", "code"}}`
pub(crate) fn openai_body(trouble: &Trouble) -> Value {
    json!({ "error": {
        "message": trouble.message,
        "type": trouble.openai_type(),
        "param": trouble.param,
        "code": trouble.openai_code(),
    } })
}

/// `{"type": "error", "error": {"type", "message"}, "request_id"}`
pub(crate) fn anthropic_body(trouble: &Trouble, request_id: Option<&str>) -> Value {
    let (kind, message) = match trouble.what {
        What::RateLimited | What::DailyQuota => ("rate_limit_error", None),
        What::Billing => (
            "invalid_request_error",
            Some(
                "Your credit balance is too low to access the Anthropic API. Please go to Plans & Billing to upgrade or purchase credits. (simulated)",
            ),
        ),
        What::Unauthorized => (
            "authentication_error",
            Some("invalid x-api-key (simulated)"),
        ),
        What::Forbidden => ("permission_error", None),
        What::NoModel | What::NoPath => ("not_found_error", None),
        What::TooLarge => ("request_too_large", None),
        What::Timeout => ("timeout_error", None),
        What::Internal | What::Unavailable => ("api_error", None),
        What::Overloaded => ("overloaded_error", Some("Overloaded (simulated)")),
        What::ContextTooLong => (
            "invalid_request_error",
            Some("prompt is too long: 213462 tokens > 200000 maximum (simulated)"),
        ),
        What::Filtered => (
            "invalid_request_error",
            Some("Output blocked by content filtering policy (simulated)"),
        ),
        What::Rejected | What::Unsupported => ("invalid_request_error", None),
    };
    let mut body = json!({ "type": "error", "error": {
        "type": kind, "message": message.unwrap_or(&trouble.message),
    } });
    if let Some(id) = request_id {
        body["request_id"] = json!(id);
    }
    body
}

/// `{"error": {"code", "message", "status", "details"}}`
pub(crate) fn gemini_body(trouble: &Trouble) -> Value {
    let info = |reason: &str| {
        json!({ "@type": "type.googleapis.com/google.rpc.ErrorInfo", "reason": reason,
                "domain": "googleapis.com" })
    };
    let quota = |id: &str| {
        json!({ "@type": "type.googleapis.com/google.rpc.QuotaFailure", "violations": [{
            "quotaMetric": "generativelanguage.googleapis.com/generate_content_free_tier_requests",
            "quotaId": id, "quotaValue": "200" }] })
    };
    let mut message = trouble.message.as_str();
    let (status, mut details) = match trouble.what {
        What::RateLimited => (
            "RESOURCE_EXHAUSTED",
            vec![quota("GenerateRequestsPerMinutePerProjectPerModel")],
        ),
        What::DailyQuota => (
            "RESOURCE_EXHAUSTED",
            vec![quota("GenerateRequestsPerDayPerProjectPerModel-FreeTier")],
        ),
        What::Billing => ("PERMISSION_DENIED", vec![info("BILLING_DISABLED")]),
        What::Unauthorized => {
            message = "API key not valid. Please pass a valid API key. (simulated)";
            ("INVALID_ARGUMENT", vec![info("API_KEY_INVALID")])
        }
        What::Forbidden => ("PERMISSION_DENIED", Vec::new()),
        What::NoModel | What::NoPath => ("NOT_FOUND", Vec::new()),
        What::Internal => ("INTERNAL", Vec::new()),
        What::Unavailable | What::Overloaded => ("UNAVAILABLE", Vec::new()),
        What::Timeout => ("DEADLINE_EXCEEDED", Vec::new()),
        What::ContextTooLong => {
            message = "The input token count (1200000) exceeds the maximum number of tokens allowed (1048576). (simulated)";
            ("INVALID_ARGUMENT", Vec::new())
        }
        What::Rejected | What::Unsupported | What::TooLarge | What::Filtered => {
            ("INVALID_ARGUMENT", Vec::new())
        }
    };
    if let Some(hint) = trouble.hint {
        details.push(json!({ "@type": "type.googleapis.com/google.rpc.RetryInfo",
            "retryDelay": format!("{}s", hint.as_secs_f64()) }));
    }
    json!({ "error": {
        "code": trouble.gemini_status(), "message": message, "status": status, "details": details,
    } })
}

/// The reply of a proxy that knows nothing of the API.
pub(crate) fn html(status: u16, title: &str) -> ErrorReply {
    ErrorReply {
        status,
        headers: Vec::new(),
        content_type: "text/html; charset=utf-8",
        body: format!(
            "<!DOCTYPE html>\n<html><head><title>{title}</title></head>\n<body><h1>{title}</h1><p>This page is simulated.</p></body></html>\n"
        ),
    }
}

/// What Gemini answers in place of a candidate when it refuses a prompt.
pub(crate) fn gemini_blocked(model: &str, input: u64) -> Value {
    json!({
        "promptFeedback": { "blockReason": "SAFETY",
            "safetyRatings": [{ "category": "HARM_CATEGORY_DANGEROUS_CONTENT", "probability": "HIGH" }] },
        "usageMetadata": { "promptTokenCount": input, "totalTokenCount": input },
        "modelVersion": model,
    })
}
