//! The caller's own body on its way to a target of the same wire format.

use super::{Capabilities, Wire};
use crate::call::RawBody;
use crate::error::{CallError, ErrorKind};
use serde_json::{Map, Value};

/// Checks that a target of the format `wire` can be sent what the caller wrote.
///
/// # Errors
/// `Incapable` naming the field that only targets of the caller's own format take.
pub(super) fn check(raw: Option<&RawBody>, wire: Wire, model: &str) -> Result<(), CallError> {
    let Some(raw) = raw.filter(|raw| raw.wire != wire) else {
        return Ok(());
    };
    let Some(field) = &raw.untranslated else {
        return Ok(());
    };
    let api = match raw.wire {
        Wire::OpenaiChat => "OpenAI's Chat Completions",
        Wire::OpenaiResponses => "OpenAI's Responses",
        Wire::Anthropic => "Anthropic's Messages",
        Wire::Gemini => "Gemini's",
    };
    let message = format!("`{field}` cannot be sent to the model `{model}`");
    let mut error = CallError::new(ErrorKind::Incapable, message).with_hint(format!(
        "leave it out, or name a model that speaks {api} API"
    ));
    error.param = Some(field.clone());
    Err(error)
}

/// Returns the caller's own body, if it is of the format `wire`, with the model and the stream switches of
/// `translated` and without the parameters that the model rejects; else `translated`. What this version
/// does not know passes through.
pub(super) fn merged(
    raw: Option<&RawBody>,
    wire: Wire,
    translated: Value,
    capabilities: &Capabilities,
) -> Value {
    let Some(raw) = raw.filter(|raw| raw.wire == wire) else {
        return translated;
    };
    let mut body = raw.body.clone();
    for name in ["model", "stream", "stream_options"] {
        match translated.get(name) {
            Some(value) => body.insert(name.into(), value.clone()),
            None => body.remove(name),
        };
    }
    add_limit(&mut body, &translated);
    for name in &capabilities.rejected_params {
        body.remove(name);
    }
    Value::Object(body)
}

/// Gives a body without a limit of output tokens that of `translated`: a route's.
fn add_limit(body: &mut Map<String, Value>, translated: &Value) {
    const LIMITS: [&str; 3] = ["max_tokens", "max_completion_tokens", "max_output_tokens"];
    let told = |name: &&str| body.get(*name).is_some_and(|value| !value.is_null());
    if !LIMITS.iter().any(told) {
        for name in LIMITS {
            if let Some(limit) = translated.get(name) {
                body.insert(name.into(), limit.clone());
            }
        }
    }
    let Some(limit) = translated.pointer("/generationConfig/maxOutputTokens") else {
        return;
    };
    let name = match body.contains_key("generation_config") {
        true => "generation_config",
        false => "generationConfig",
    };
    let config = body
        .entry(name)
        .or_insert_with(|| Value::Object(Map::new()));
    if let Value::Object(config) = config
        && !config.contains_key("max_output_tokens")
    {
        config.entry("maxOutputTokens").or_insert(limit.clone());
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::call::Act;
    use serde_json::json;

    fn raw(body: Value, untranslated: Option<&str>) -> RawBody {
        RawBody {
            wire: Wire::OpenaiChat,
            act: Act::Generate,
            untranslated: untranslated.map(str::to_owned),
            body: body.as_object().unwrap().clone(),
        }
    }

    #[test]
    fn unknown_fields_pass_and_only_the_switches_and_rejected_parameters_change() {
        let sent = json!({
            "model": "route", "messages": [{"role": "user", "content": "hi", "x": 1}], "logit_bias": {"5": 1},
            "seed": 4, "stream": false,
        });
        let capabilities = Capabilities {
            rejected_params: vec!["seed".into()],
            ..Capabilities::default()
        };
        let translated =
            json!({"model": "m", "stream": true, "stream_options": {"include_usage": true}});
        let raw = raw(sent, None);
        let body = merged(
            Some(&raw),
            Wire::OpenaiChat,
            translated.clone(),
            &capabilities,
        );
        let expected = json!({
            "model": "m", "messages": [{"role": "user", "content": "hi", "x": 1}], "logit_bias": {"5": 1},
            "stream": true, "stream_options": {"include_usage": true},
        });
        assert_eq!(body, expected);
        let other = merged(Some(&raw), Wire::Gemini, translated.clone(), &capabilities);
        assert_eq!(other, translated);
    }

    #[test]
    fn a_routes_limit_holds_where_the_caller_sets_none() {
        let limit = |sent: Value, translated: Value| {
            let raw = raw(sent, None);
            merged(
                Some(&raw),
                Wire::OpenaiChat,
                translated,
                &Capabilities::default(),
            )
        };
        let ours = json!({"max_tokens": 100, "generationConfig": {"maxOutputTokens": 100}});
        let body = limit(json!({}), ours.clone());
        assert_eq!(body, ours);
        let body = limit(
            json!({"max_completion_tokens": 7, "generation_config": {"max_output_tokens": 7}}),
            ours,
        );
        assert_eq!(
            body,
            json!({"max_completion_tokens": 7, "generation_config": {"max_output_tokens": 7}})
        );
    }

    #[test]
    fn what_cannot_be_translated_reaches_targets_of_the_same_format_only() {
        let raw = raw(json!({}), Some("messages.0.content.1"));
        assert_eq!(check(Some(&raw), Wire::OpenaiChat, "m"), Ok(()));
        assert_eq!(check(None, Wire::Anthropic, "m"), Ok(()));
        let error = check(Some(&raw), Wire::Anthropic, "m").unwrap_err();
        assert_eq!(error.kind, ErrorKind::Incapable);
        assert_eq!(error.param.as_deref(), Some("messages.0.content.1"));
    }
}
