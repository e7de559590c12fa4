//! Requests from anybody: whatever is sent, a request or a clear refusal comes of it.

use super::super::Api;
use super::{Body, Outside, decode, embeddings};
use proptest::prelude::{Just, Strategy, any, prop, prop_assert, prop_oneof, proptest};
use serde_json::{Map, Value, json};

const APIS: [Api; 4] = [Api::Chat, Api::Responses, Api::Anthropic, Api::Gemini];

/// Words that mean something to at least one API, and some that mean nothing.
const WORDS: &[&str] = &[
    "model",
    "models",
    "fallbacks",
    "messages",
    "role",
    "content",
    "type",
    "text",
    "user",
    "assistant",
    "system",
    "tool",
    "image_url",
    "url",
    "input_image",
    "tool_calls",
    "function",
    "name",
    "arguments",
    "id",
    "tools",
    "parameters",
    "tool_choice",
    "response_format",
    "json_schema",
    "schema",
    "stream",
    "stream_options",
    "include_usage",
    "stop",
    "seed",
    "n",
    "max_tokens",
    "temperature",
    "input",
    "instructions",
    "output",
    "function_call",
    "function_call_output",
    "call_id",
    "reasoning",
    "effort",
    "previous_response_id",
    "source",
    "data",
    "media_type",
    "tool_use",
    "tool_result",
    "tool_use_id",
    "thinking",
    "stop_sequences",
    "contents",
    "parts",
    "systemInstruction",
    "inlineData",
    "mimeType",
    "functionCall",
    "functionResponse",
    "args",
    "generationConfig",
    "responseSchema",
    "functionDeclarations",
    "encoding_format",
    "base64",
    "dimensions",
    "data:image/png;base64,AAAA",
    "message",
    "format",
    "x",
    "",
];

fn word() -> impl Strategy<Value = String> {
    prop_oneof![
        8 => prop::sample::select(WORDS).prop_map(str::to_owned),
        1 => "\\PC{0,12}",
    ]
}

fn value() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        word().prop_map(Value::from),
    ];
    leaf.prop_recursive(5, 60, 6, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..5).prop_map(Value::from),
            prop::collection::vec((word(), inner), 0..7)
                .prop_map(|pairs| Value::Object(pairs.into_iter().collect())),
        ]
    })
}

fn body() -> impl Strategy<Value = Body> {
    prop::collection::vec((word(), value()), 0..10).prop_map(|pairs| pairs.into_iter().collect())
}

/// Puts a value at a place of a request that is otherwise sound.
fn sound(api: Api) -> Body {
    let body = match api {
        Api::Chat => json!({
            "model": "m", "messages": [{"role": "user", "content": [{"type": "text", "text": "hi"}]}],
            "tools": [{"type": "function", "function": {"name": "f", "parameters": {}}}],
        }),
        Api::Anthropic => json!({
            "model": "m", "max_tokens": 9,
            "messages": [{"role": "user", "content": [{"type": "text", "text": "hi"}]}],
            "tools": [{"name": "f", "input_schema": {}}],
        }),
        Api::Responses => json!({
            "model": "m", "input": [{"role": "user", "content": [{"type": "input_text", "text": "hi"}]}],
            "tools": [{"type": "function", "name": "f", "parameters": {}}],
        }),
        Api::Gemini => json!({
            "contents": [{"role": "user", "parts": [{"text": "hi"}]}],
            "tools": [{"functionDeclarations": [{"name": "f"}]}], "generationConfig": {"temperature": 1},
        }),
    };
    body.as_object().cloned().unwrap_or_default()
}

/// Replaces the value that `path` leads to.
fn put(value: &mut Value, path: &[usize], new: Value) {
    let Some((step, rest)) = path.split_first() else {
        *value = new;
        return;
    };
    let inner = match value {
        Value::Array(list) if !list.is_empty() => {
            let at = step % list.len();
            list.get_mut(at)
        }
        Value::Object(map) if !map.is_empty() => {
            let at = step % map.len();
            map.values_mut().nth(at)
        }
        _ => None,
    };
    match inner {
        Some(inner) => put(inner, rest, new),
        None => *value = new,
    }
}

fn outside(api: Api) -> Outside {
    Outside {
        named: (api == Api::Gemini).then(|| ("m".to_owned(), true)),
        ..Outside::default()
    }
}

proptest! {
    #[test]
    fn any_object_is_a_request_or_refused_by_name(body in body()) {
        for api in APIS {
            if let Err(bad) = decode(api, body.clone(), outside(api)) {
                prop_assert!(!bad.field.is_empty() && bad.message.contains('`'), "{bad:?}");
            }
        }
        if let Err(bad) = embeddings(body, None) {
            prop_assert!(!bad.field.is_empty() && bad.message.contains('`'), "{bad:?}");
        }
    }

    #[test]
    fn a_sound_request_with_one_odd_place_is_one_too(path in prop::collection::vec(0usize..8, 1..6), new in value()) {
        for api in APIS {
            let mut body = Value::Object(sound(api));
            put(&mut body, &path, new.clone());
            let Value::Object(body) = body else { continue };
            match decode(api, body.clone(), outside(api)) {
                // What the caller wrote is what a provider of the same API is sent.
                Ok(asked) => {
                    let raw = asked.call.request.raw.map(|raw| raw.body).unwrap_or_default();
                    let mut body = body;
                    body.remove("models");
                    body.remove("fallbacks");
                    prop_assert!(raw == body);
                }
                Err(bad) => prop_assert!(!bad.field.is_empty(), "{bad:?}"),
            }
        }
    }
}

#[test]
fn sound_requests_are_understood_in_every_api() {
    for api in APIS {
        let asked = decode(api, sound(api), outside(api));
        let request = asked.map(|asked| asked.call.request);
        assert!(
            request
                .as_ref()
                .is_ok_and(|request| request.tools.len() == 1 && request.messages.len() == 1),
            "{api:?}: {request:?}"
        );
    }
    assert!(decode(Api::Chat, Map::new(), Outside::default()).is_err());
}
