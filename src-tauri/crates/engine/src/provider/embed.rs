//! Embedding vectors: OpenAI's `/v1/embeddings` and Gemini's `batchEmbedContents` (both API references,
//! 2026-11). The caller's form is OpenAI's.

use super::buckets::absurd;
use super::json::{Count, Str};
use super::{Delta, Wire};
use crate::call::FinishReason;
use crate::error::{CallError, ErrorKind};
use crate::usage::Usage;
use serde::Deserialize;
use serde::de::IgnoredAny;
use serde_json::{Map, Value, json};

/// Returns the body that asks `model` for what `raw`, a body in OpenAI's form, asks for.
///
/// # Errors
/// `Incapable` where the format has no embeddings or none for this input.
pub(super) fn body(wire: Wire, raw: &Map<String, Value>, model: &str) -> Result<Value, CallError> {
    match wire {
        Wire::OpenaiChat | Wire::OpenaiResponses => {
            let mut body = raw.clone();
            body.insert("model".into(), model.into());
            Ok(Value::Object(body))
        }
        Wire::Gemini => gemini(raw, model),
        Wire::Anthropic => Err(CallError::new(
            ErrorKind::Incapable,
            format!("the model `{model}` makes no embeddings: Anthropic's API has none"),
        )
        .with_hint("name an embedding model of another provider")),
    }
}

fn gemini(raw: &Map<String, Value>, model: &str) -> Result<Value, CallError> {
    let name = match model.contains('/') {
        true => model.to_owned(),
        false => format!("models/{model}"),
    };
    let one = |text: &Value| {
        let text = text.as_str()?;
        let mut request = json!({"model": name, "content": {"parts": [{"text": text}]}});
        if let Some(dimensions) = raw.get("dimensions").filter(|value| !value.is_null()) {
            request["outputDimensionality"] = dimensions.clone();
        }
        Some(request)
    };
    let requests = match raw.get("input") {
        Some(Value::Array(texts)) => texts.iter().map(one).collect::<Option<Vec<Value>>>(),
        Some(text) => one(text).map(|request| vec![request]),
        None => None,
    };
    let requests = requests.ok_or_else(|| {
        let message = format!("`input` must be a text or a list of texts for the model `{model}`");
        let mut error = CallError::new(ErrorKind::Incapable, message)
            .with_hint("send texts instead of token numbers");
        error.param = Some("input".into());
        error
    })?;
    Ok(json!({"requests": requests}))
}

#[derive(Deserialize)]
struct Reply<'a> {
    #[serde(borrow, default)]
    object: Str<'a>,
    #[serde(default)]
    data: Option<Vec<Vector>>,
    #[serde(default)]
    embeddings: Option<Vec<Values>>,
    #[serde(default)]
    usage: Option<Tokens>,
}

#[derive(Deserialize)]
struct Vector {
    #[expect(dead_code, reason = "only its presence is of interest")]
    embedding: IgnoredAny,
}

#[derive(Deserialize)]
struct Values {
    #[expect(dead_code, reason = "only its presence is of interest")]
    values: IgnoredAny,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Tokens {
    prompt_tokens: Count,
    total_tokens: Count,
}

/// Decodes a reply with embeddings, or returns `None` if it is something else. The vectors themselves are
/// no text: the answer says how many there are, and hosts take them from the reply itself.
pub(super) fn decode(text: &str) -> Option<Vec<Delta>> {
    memchr::memmem::find(text.as_bytes(), b"\"embedding")?;
    let reply: Reply<'_> = serde_json::from_str(text).ok()?;
    let count = match (&reply.data, &reply.embeddings) {
        (Some(data), _) if reply.object.filled().is_none_or(|kind| kind == "list") => data.len(),
        (_, Some(embeddings)) => embeddings.len(),
        _ => return None,
    };
    let mut deltas = Vec::new();
    match count {
        0 => {}
        1 => deltas.push(Delta::Text("1 embedding".into())),
        _ => deltas.push(Delta::Text(format!("{count} embeddings"))),
    }
    if let Some(tokens) = reply.usage {
        let read = tokens.prompt_tokens.or_zero();
        let usage = Usage {
            input_uncached_tokens: read.max(tokens.total_tokens.or_zero()),
            ..Usage::default()
        };
        let counts = [tokens.prompt_tokens, tokens.total_tokens];
        if !absurd(&counts, &usage) {
            deltas.push(Delta::Usage(usage));
        }
    }
    deltas.push(Delta::Finish(FinishReason::Stop));
    Some(deltas)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn raw(body: Value) -> Map<String, Value> {
        body.as_object().unwrap().clone()
    }

    #[test]
    fn openai_is_sent_the_callers_body_with_the_targets_model() {
        let asked = raw(json!({"model": "route", "input": [[1, 2]], "user": "x"}));
        let sent = body(Wire::OpenaiResponses, &asked, "m").unwrap();
        assert_eq!(sent, json!({"model": "m", "input": [[1, 2]], "user": "x"}));
    }

    #[test]
    fn gemini_is_sent_one_request_a_text() {
        let asked = raw(json!({"input": ["a", "b"], "dimensions": 8}));
        let sent = body(Wire::Gemini, &asked, "m").unwrap();
        let one = |text: &str| {
            json!({
                "model": "models/m", "content": {"parts": [{"text": text}]}, "outputDimensionality": 8,
            })
        };
        assert_eq!(sent, json!({"requests": [one("a"), one("b")]}));
        let error = body(Wire::Gemini, &raw(json!({"input": [1, 2]})), "m").unwrap_err();
        assert_eq!(error.param.as_deref(), Some("input"));
        let error = body(Wire::Anthropic, &asked, "m").unwrap_err();
        assert_eq!(error.kind, ErrorKind::Incapable);
    }

    #[test]
    fn only_replies_with_vectors_are_taken_for_embeddings() {
        let reply = r#"{"object":"list","data":[{"object":"embedding","embedding":[0.5],"index":0}],"usage":{"prompt_tokens":3,"total_tokens":3}}"#;
        let deltas = decode(reply).unwrap();
        assert_eq!(deltas[0], Delta::Text("1 embedding".into()));
        assert!(matches!(&deltas[1], Delta::Usage(usage) if usage.input_uncached_tokens == 3));
        for odd in ["-3", "9e17"] {
            let deltas = decode(&reply.replace(":3", &format!(":{odd}"))).unwrap();
            let told = deltas.iter().any(|delta| matches!(delta, Delta::Usage(_)));
            assert!(!told, "{odd}: {deltas:?}");
        }
        let reply = r#"{"embeddings":[{"values":[0.5]},{"values":[0.1]}]}"#;
        assert_eq!(
            decode(reply).unwrap()[0],
            Delta::Text("2 embeddings".into())
        );
        for other in [
            r#"{"choices":[{"message":{"content":"\"embedding"}}]}"#,
            r#"{"error":{"message":"the \"embedding\" failed"}}"#,
            r#""embedding"#,
        ] {
            assert_eq!(decode(other), None, "{other}");
        }
    }
}
