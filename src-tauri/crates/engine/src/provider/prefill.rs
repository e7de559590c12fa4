//! Carrying on a begun answer: the request again, ending in the text that the model is to go on from.

use super::{Endpoint, HttpRequest, Wire};
use crate::tokens::estimate_text_tokens;
use bytes::Bytes;
use serde_json::{Map, Value, json};

/// Makes `http`, as encoded for the whole answer, ask for the rest of `begun`; `false` leaves it as it was:
/// in this form, or with these settings, no answer can be carried on.
pub(crate) fn carry_on(endpoint: &Endpoint, http: &mut HttpRequest, begun: &str) -> bool {
    let chat = match endpoint.wire {
        Wire::OpenaiChat => true,
        Wire::Anthropic => false,
        Wire::OpenaiResponses | Wire::Gemini => return false,
    };
    let Ok(Value::Object(mut body)) = serde_json::from_slice(&http.body) else {
        return false;
    };
    // Thinking comes before an answer; none can be begun in its place.
    let thinks = body
        .get("thinking")
        .is_some_and(|thinking| thinking["type"] != "disabled");
    let Some(Value::Array(messages)) = body.get_mut("messages") else {
        return false;
    };
    // An answer that the caller has begun already would be a second one in a row.
    let follows = messages
        .last()
        .is_some_and(|last| last["role"] != "assistant");
    // Anthropic refuses text that ends in white space (Messages API reference, 2026-11).
    let begun = begun.trim_end();
    if thinks || !follows || begun.is_empty() {
        return false;
    }
    let mut message = json!({"role": "assistant", "content": begun});
    let host = endpoint.base_url.host_str().unwrap_or_default();
    if chat && takes_prefix(host) {
        message["prefix"] = true.into();
    }
    messages.push(message);
    shorten(&mut body, begun);
    if host == "api.deepseek.com" {
        http.url.set_path("/beta/chat/completions");
    }
    http.body = Bytes::from(Value::Object(body).to_string());
    true
}

/// Returns whether the host wants the begun answer marked (DeepSeek's guide to chat prefix completion,
/// Mistral's API reference, 2026-11).
fn takes_prefix(host: &str) -> bool {
    host == "api.deepseek.com" || host == "api.mistral.ai" || host.ends_with(".mistral.ai")
}

/// Takes what was shown off the output limit, so that the whole stays about within it.
fn shorten(body: &mut Map<String, Value>, begun: &str) {
    let model = body
        .get("model")
        .and_then(Value::as_str)
        .unwrap_or_default();
    let spent = estimate_text_tokens(begun, model);
    for name in ["max_tokens", "max_completion_tokens"] {
        if let Some(limit) = body.get(name).and_then(Value::as_u64) {
            body.insert(name.into(), limit.saturating_sub(spent).max(1).into());
        }
    }
}
