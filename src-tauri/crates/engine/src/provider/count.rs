//! How many tokens a request sends, asked of the provider where its API counts them.

use super::{Endpoint, HttpRequest, Method, Wire, header, url};
use crate::call::RawBody;
use crate::error::CallError;
use crate::secret::Secret;
use bytes::Bytes;
use serde_json::{Map, Value, json};

/// Returns the request that asks the provider to count; `None` if its API counts nothing or is not the one
/// the body is written in.
///
/// # Errors
/// `Misconfigured` for a header that is not valid HTTP.
pub fn count_request(
    endpoint: &Endpoint,
    raw: &RawBody,
    model: &str,
    key: Option<&Secret>,
) -> Result<Option<HttpRequest>, CallError> {
    let wire = endpoint.wire;
    let body = match wire {
        _ if raw.wire != wire => return Ok(None),
        Wire::OpenaiChat | Wire::OpenaiResponses => return Ok(None),
        Wire::Anthropic => {
            let mut body = raw.body.clone();
            body.insert("model".into(), model.into());
            Value::Object(body)
        }
        Wire::Gemini => gemini(&raw.body, model),
    };
    let mut headers = header::headers(wire, endpoint, key)?;
    header::add_body_headers(&mut headers);
    Ok(Some(HttpRequest {
        method: Method::POST,
        url: url::count_url(wire, &endpoint.base_url, model),
        headers,
        body: Bytes::from(body.to_string()),
    }))
}

/// Returns the body for Gemini: contents alone, or a whole request, in which the model is named again.
fn gemini(body: &Map<String, Value>, model: &str) -> Value {
    if body.len() == 1 && body.contains_key("contents") {
        return Value::Object(body.clone());
    }
    let mut whole = body.clone();
    let name = match model.contains('/') {
        true => model.to_owned(),
        false => format!("models/{model}"),
    };
    whole.insert("model".into(), name.into());
    json!({ "generateContentRequest": whole })
}

/// Returns the number in the reply to [`count_request`]; `None` if there is none.
pub fn counted(wire: Wire, reply: &[u8]) -> Option<u64> {
    let reply: Value = serde_json::from_slice(reply).ok()?;
    let field = match wire {
        Wire::Anthropic => "input_tokens",
        Wire::Gemini => "totalTokens",
        Wire::OpenaiChat | Wire::OpenaiResponses => return None,
    };
    reply.get(field)?.as_u64()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::call::Act;
    use crate::provider::AuthStyle;

    fn asked(of: Wire, wire: Wire, body: Value) -> Option<HttpRequest> {
        let endpoint = Endpoint {
            wire,
            base_url: "https://api.example/v1".parse().unwrap(),
            auth: AuthStyle::Native,
            headers: Vec::new(),
        };
        let raw = RawBody {
            wire: of,
            act: Act::Generate,
            untranslated: None,
            body: body.as_object().unwrap().clone(),
        };
        count_request(&endpoint, &raw, "m", Some(&Secret::new("k".to_owned()))).unwrap()
    }

    fn body(request: &HttpRequest) -> Value {
        serde_json::from_slice(&request.body).unwrap()
    }

    #[test]
    fn each_api_that_counts_is_asked_at_its_own_address_in_the_callers_words() {
        let sent = json!({"model": "route", "messages": [], "thinking": {"type": "disabled"}});
        let request = asked(Wire::Anthropic, Wire::Anthropic, sent).unwrap();
        assert_eq!(
            request.url.as_str(),
            "https://api.example/v1/messages/count_tokens"
        );
        assert!(request.headers.contains_key("x-api-key"));
        let expected = json!({"model": "m", "messages": [], "thinking": {"type": "disabled"}});
        assert_eq!(body(&request), expected);

        let request = asked(Wire::Gemini, Wire::Gemini, json!({"contents": []})).unwrap();
        assert_eq!(
            request.url.as_str(),
            "https://api.example/v1/models/m:countTokens"
        );
        assert_eq!(body(&request), json!({"contents": []}));
        let sent = json!({"contents": [], "systemInstruction": {"parts": []}});
        let request = asked(Wire::Gemini, Wire::Gemini, sent).unwrap();
        let whole = &body(&request)["generateContentRequest"];
        assert_eq!(whole["model"], "models/m");
        assert!(whole["systemInstruction"].is_object());
    }

    #[test]
    fn an_api_that_counts_nothing_or_is_another_is_not_asked() {
        for (of, wire) in [
            (Wire::OpenaiChat, Wire::OpenaiChat),
            (Wire::Anthropic, Wire::Gemini),
            (Wire::Gemini, Wire::OpenaiResponses),
        ] {
            assert!(asked(of, wire, json!({})).is_none(), "{of:?} {wire:?}");
        }
    }

    #[test]
    fn only_a_number_is_a_count() {
        assert_eq!(counted(Wire::Anthropic, br#"{"input_tokens": 7}"#), Some(7));
        assert_eq!(counted(Wire::Gemini, br#"{"totalTokens": 8}"#), Some(8));
        for reply in ["", "[]", "{}", r#"{"input_tokens": -1}"#, "\u{feff}"] {
            assert_eq!(counted(Wire::Anthropic, reply.as_bytes()), None, "{reply}");
        }
        assert_eq!(counted(Wire::OpenaiChat, br#"{"input_tokens": 7}"#), None);
    }
}
