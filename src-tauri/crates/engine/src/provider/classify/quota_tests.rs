//! Whose quota is spent: the key's, or that of one model.

use super::classify;
use crate::error::{CallError, ErrorKind};
use crate::provider::{HeaderMap, StatusCode};
use serde_json::{Value, json};
use std::time::SystemTime;

fn of(body: &Value) -> CallError {
    let body = body.to_string();
    let now = SystemTime::UNIX_EPOCH;
    classify(
        StatusCode::TOO_MANY_REQUESTS,
        &HeaderMap::new(),
        body.as_bytes(),
        now,
    )
}

fn google(violations: &Value) -> CallError {
    of(
        &json!({"error": {"code": 429, "status": "RESOURCE_EXHAUSTED", "message": "Kontingent erschöpft.", "details": [
            {"@type": "type.googleapis.com/google.rpc.QuotaFailure", "violations": violations},
            {"@type": "type.googleapis.com/google.rpc.RetryInfo", "retryDelay": "31s"},
        ]}}),
    )
}

#[test]
fn google_says_by_what_a_quota_of_the_day_counts() {
    let of_model = json!([{
        "quotaMetric": "generativelanguage.googleapis.com/generate_content_free_tier_requests",
        "quotaId": "GenerateRequestsPerDayPerProjectPerModel-FreeTier",
        "quotaDimensions": {"location": "global", "model": "gemini-3-pro"}, "quotaValue": "50",
    }]);
    let named = json!([{"quotaId": "TokensPerDay", "quotaDimensions": {"model": "gemini-3-pro"}}]);
    let snake = json!([{"subject": "requests_per_day_per_project_per_model"}]);
    // The minute's quota beside it does not count.
    let both = json!([
        {"quotaId": "GenerateRequestsPerMinutePerProject"},
        {"quotaId": "GenerateRequestsPerDayPerProjectPerModel"},
    ]);
    for violations in [of_model, named, snake, both] {
        let error = google(&violations);
        assert_eq!(error.kind, ErrorKind::QuotaExhausted, "{violations}");
        assert!(error.model_only, "{violations}");
        assert!(error.message.contains("for this model"), "{error:?}");
        assert_eq!(error.retry_after_ms, None);
    }
    let of_project = json!([{"quotaId": "GenerateRequestsPerDayPerProject"}]);
    let any_of_project = json!([
        {"quotaId": "GenerateRequestsPerDayPerProjectPerModel"},
        {"quotaId": "GenerateRequestsPerDayPerProject", "quotaDimensions": {"model": ""}},
    ]);
    for violations in [of_project, any_of_project] {
        let error = google(&violations);
        assert_eq!(error.kind, ErrorKind::QuotaExhausted, "{violations}");
        assert!(!error.model_only, "{violations}");
        assert!(error.message.contains("for this key"), "{error:?}");
    }
    let of_the_minute =
        google(&json!([{"quotaId": "GenerateRequestsPerMinutePerProjectPerModel"}]));
    assert_eq!(of_the_minute.kind, ErrorKind::RateLimited);
    assert!(!of_the_minute.model_only);
}

#[test]
fn openais_limits_of_the_day_are_of_one_model() {
    for (kind, message) in [
        (
            "requests",
            "Rate limit reached for gpt-5 in organization org-1 on requests per day (RPD): Limit 200, Used 200.",
        ),
        (
            "tokens",
            "Rate limit reached for gpt-5 on tokens per day (TPD): Limit 9, Used 9.",
        ),
    ] {
        let error = of(
            &json!({"error": {"message": message, "type": kind, "param": null, "code": "rate_limit_exceeded"}}),
        );
        assert_eq!(error.kind, ErrorKind::QuotaExhausted, "{message}");
        assert!(error.model_only, "{message}");
    }
    // A limit of the account, in whatever words, stops all of it.
    for message in [
        "You have exceeded your daily quota.",
        "Daily limit reached: 1000 requests per day for free accounts.",
    ] {
        let error = of(&json!({"error": {"message": message, "type": "quota"}}));
        assert_eq!(error.kind, ErrorKind::QuotaExhausted, "{message}");
        assert!(!error.model_only, "{message}");
    }
}
