//! Codes, types and statuses of providers' errors, mapped to kinds.
//!
//! Sources, read 2026-11: OpenAI error codes guide; Anthropic errors page; `google.rpc.Code` and
//! `ErrorInfo` reasons; Azure OpenAI content filtering; OpenRouter, Groq, Mistral, DeepSeek, Moonshot,
//! DashScope and Zhipu error pages.

use crate::error::ErrorKind;

/// Returns the kind of the first code that means one thing only.
pub(super) fn specific(codes: &[String]) -> Option<ErrorKind> {
    codes.iter().find_map(|code| specific_kind(code))
}

/// Returns the kind of the first code that is a mere class of errors; text may know better.
pub(super) fn generic(codes: &[String]) -> Option<ErrorKind> {
    codes.iter().find_map(|code| generic_kind(code))
}

fn specific_kind(code: &str) -> Option<ErrorKind> {
    Some(match code {
        "insufficient_quota"
        | "billing_hard_limit_reached"
        | "billing_not_active"
        | "billing_error"
        | "insufficient_credits"
        | "insufficient_balance"
        | "payment_required"
        | "arrearage"
        | "exceeded_current_quota_error"
        | "contract_spend_limit_reached"
        | "linked_organization_spend_limit_reached"
        | "linked_organization_billing_unavailable"
        | "billing_disabled"
        | "1113"
        | "credit_balance_too_low" => ErrorKind::Billing,

        "enforced_spend_limit_reached"
        | "quota_exceeded"
        | "daily_limit_exceeded"
        | "insufficient_daily_quota"
        | "dailylimitexceeded"
        | "ratelimitexceeded.daily" => ErrorKind::QuotaExhausted,

        "plan_limit"
        | "upgrade_required"
        | "subscription_required"
        | "model_not_in_plan"
        | "plan_not_supported" => ErrorKind::PlanLimit,

        "overloaded_error"
        | "overloaded"
        | "engine_overloaded"
        | "engine_overloaded_error"
        | "server_overloaded"
        | "server_is_overloaded"
        | "model_overloaded"
        | "slow_down"
        | "insufficient_system_resource"
        | "unavailable"
        | "service_unavailable"
        | "service_unavailable_error"
        | "compaction_unavailable"
        | "timeout_error"
        | "gateway_timeout"
        | "deadline_exceeded"
        | "noavailablecapacity"
        | "nocapacity"
        | "cmek_key_unreachable" => ErrorKind::Overloaded,

        "invalid_api_key"
        | "authentication_error"
        | "invalid_authentication"
        | "invalid_authentication_error"
        | "unauthenticated"
        | "unauthorized"
        | "api_key_invalid"
        | "api_key_expired"
        | "access_token_expired"
        | "invalid_token"
        | "token_expired"
        | "account_deactivated"
        | "invalidapikey"
        | "incorrect_api_key_provided"
        | "incorrect_api_key_error"
        | "no_api_key" => ErrorKind::Auth,

        "permission_denied"
        | "permission_error"
        | "forbidden"
        | "insufficient_permissions"
        | "unsupported_country_region_territory"
        | "service_disabled"
        | "api_key_service_blocked"
        | "organization_on_hold"
        | "model_terms_required"
        | "access_denied"
        | "accessdenied"
        | "permission_denied_error"
        | "organization_not_verified"
        | "permissiondenied" => ErrorKind::Permission,

        "model_not_found"
        | "not_found_error"
        | "not_found"
        | "deploymentnotfound"
        | "model_decommissioned"
        | "unknown_model"
        | "unknown_url"
        | "invalid_model"
        | "model_not_exist"
        | "modelnotfound"
        | "model_not_supported"
        | "resource_not_found_error"
        | "operationnotsupported"
        | "1211" => ErrorKind::NotFound,

        "context_length_exceeded"
        | "string_above_max_length"
        | "model_context_window_exceeded"
        | "context_window_exceeded"
        | "tokens_limit_reached"
        | "request_too_large"
        | "input_too_long"
        | "prompt_too_long"
        | "exceed_context_size_error"
        | "request_body_too_large_after_decoding"
        | "1261" => ErrorKind::ContextTooLong,

        "content_filter"
        | "content_policy_violation"
        | "responsibleaipolicyviolation"
        | "data_inspection_failed"
        | "datainspectionfailed"
        | "bio_policy"
        | "misalignment_policy_violation"
        | "image_content_policy_violation"
        | "content_filtered"
        | "prohibited_content"
        | "moderation_blocked"
        | "1301"
        | "safety"
        | "content_filter_error"
        | "cyber_policy" => ErrorKind::ContentFiltered,

        _ => return None,
    })
}

fn generic_kind(code: &str) -> Option<ErrorKind> {
    Some(match code {
        "rate_limit_error"
        | "rate_limit_exceeded"
        | "rate_limited"
        | "too_many_requests"
        | "rate_limit_reached_error"
        | "ramp_limit_exceeded"
        | "throttling"
        | "throttling.ratequota"
        | "resource_exhausted"
        | "toomanyrequests"
        | "1302"
        | "429"
        | "requests"
        | "tokens" => ErrorKind::RateLimited,
        "server_error"
        | "internal_error"
        | "internal_server_error"
        | "internal"
        | "api_error"
        | "unknown"
        | "data_loss"
        | "aborted" => ErrorKind::Server,
        "invalid_request_error"
        | "invalid_argument"
        | "failed_precondition"
        | "out_of_range"
        | "bad_request"
        | "badrequest"
        | "unsupported_parameter"
        | "unsupported_value"
        | "unknown_parameter"
        | "missing_required_parameter"
        | "invalid_value"
        | "invalid_type"
        | "invalid_prompt"
        | "unprocessable_entity"
        | "invalidparameter"
        | "invalid_parameter"
        | "unimplemented" => ErrorKind::Rejected,
        _ => return None,
    })
}
