//! Lists of models, in any provider's form.

use super::json;
use crate::error::{CallError, ErrorKind};
use serde_json::Value;

/// Returns the names in a list of models, in its order, without doubles.
///
/// Reads `{"data": [{"id"}]}` (OpenAI, Anthropic), `{"models": [{"name"}]}` (Google, whose `models/`
/// prefix is dropped, and only models that generate content are named) and a bare array (Together).
///
/// # Errors
/// `NotAnApi` for a web page, `Malformed` for anything else that is no list of models.
pub(crate) fn names(body: &[u8]) -> Result<Vec<String>, CallError> {
    let reply: Value = serde_json::from_slice(body).map_err(|_| json::not_the_format(body))?;
    let list = match &reply {
        Value::Array(list) => Some(list.as_slice()),
        Value::Object(map) => match map.get("data").or_else(|| map.get("models")) {
            Some(Value::Array(list)) => Some(list.as_slice()),
            // Ollama with no model pulled.
            Some(Value::Null) => Some(&[][..]),
            _ => None,
        },
        _ => None,
    };
    let list = list.ok_or_else(|| {
        CallError::new(
            ErrorKind::Malformed,
            "the provider's reply is not a list of models",
        )
        .with_detail(body)
    })?;
    let mut names: Vec<String> = Vec::with_capacity(list.len());
    let mut seen = std::collections::HashSet::new();
    for name in list
        .iter()
        .filter(|model| generates(model))
        .filter_map(name)
    {
        if seen.insert(name) {
            names.push(name.to_owned());
        }
    }
    Ok(names)
}

fn name(model: &Value) -> Option<&str> {
    let name = match model {
        Value::String(name) => name,
        other => ["id", "name", "model"]
            .iter()
            .find_map(|key| other.get(key)?.as_str())?,
    };
    let name = name.strip_prefix("models/").unwrap_or(name);
    (!name.is_empty()).then_some(name)
}

fn generates(model: &Value) -> bool {
    let methods = model
        .get("supportedGenerationMethods")
        .and_then(Value::as_array);
    methods.is_none_or(|methods| {
        methods.iter().any(|method| {
            method
                .as_str()
                .is_some_and(|name| name.contains("enerateContent"))
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_of_every_form_give_names_in_order() {
        for (body, expected) in [
            (
                r#"{"object":"list","data":[{"id":"b"},{"id":"a"},{"id":"b"}]}"#,
                vec!["b", "a"],
            ),
            (
                r#"[{"id":"x"},{"name":"y"},"z",7,{"id":""}]"#,
                vec!["x", "y", "z"],
            ),
            (r#"{"object":"list","data":null}"#, vec![]),
            (
                r#"{"models":[{"name":"models/g","supportedGenerationMethods":["generateContent"]},
                {"name":"models/e","supportedGenerationMethods":["embedContent"]}]}"#,
                vec!["g"],
            ),
        ] {
            assert_eq!(names(body.as_bytes()).unwrap(), expected, "{body}");
        }
    }

    #[test]
    fn a_reply_that_is_no_list_says_what_it_is() {
        assert_eq!(
            names(b"<!doctype html><p>hi").unwrap_err().kind,
            ErrorKind::NotAnApi
        );
        assert_eq!(
            names(b"{\"ok\":true}").unwrap_err().kind,
            ErrorKind::Malformed
        );
        assert_eq!(names(b"\xff").unwrap_err().kind, ErrorKind::Malformed);
    }
}
