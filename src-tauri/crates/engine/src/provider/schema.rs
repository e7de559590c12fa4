//! JSON schemas as the providers' structured outputs want them.

use serde_json::Value;

/// Returns a schema name all providers accept: letters, digits, `_` and `-`, at most 64.
pub(crate) fn name(wanted: &str) -> String {
    let safe = |c: char| {
        if c.is_ascii_alphanumeric() || c == '-' {
            c
        } else {
            '_'
        }
    };
    let name: String = wanted.trim().chars().take(64).map(safe).collect();
    if name.is_empty() {
        "answer".into()
    } else {
        name
    }
}

/// Returns whether OpenAI's strict mode accepts the schema: every object is closed and requires all of
/// its properties (structured outputs guide, 2026-11).
pub(crate) fn is_strict(schema: &Value) -> bool {
    match schema {
        Value::Object(map) => {
            let closed = !is_object_schema(schema)
                || (map.get("additionalProperties") == Some(&Value::Bool(false))
                    && requires_all(map));
            closed && map.values().all(is_strict)
        }
        Value::Array(items) => items.iter().all(is_strict),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => true,
    }
}

/// Returns the schema with every object closed, which Anthropic requires of structured outputs
/// (their guide, 2026-11). Objects that say something about further properties are left alone.
pub(crate) fn closed(schema: &Value) -> Value {
    match schema {
        Value::Object(map) => {
            let mut map: serde_json::Map<String, Value> = map
                .iter()
                .map(|(key, value)| (key.clone(), closed(value)))
                .collect();
            if is_object_schema(schema) && !map.contains_key("additionalProperties") {
                map.insert("additionalProperties".into(), Value::Bool(false));
            }
            Value::Object(map)
        }
        Value::Array(items) => Value::Array(items.iter().map(closed).collect()),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => schema.clone(),
    }
}

fn is_object_schema(schema: &Value) -> bool {
    schema.get("type").and_then(Value::as_str) == Some("object")
}

fn requires_all(map: &serde_json::Map<String, Value>) -> bool {
    let Some(properties) = map.get("properties").and_then(Value::as_object) else {
        return true;
    };
    let required = map.get("required").and_then(Value::as_array);
    properties.keys().all(|key| {
        required.is_some_and(|names| names.iter().any(|name| name.as_str() == Some(key)))
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn only_closed_objects_with_all_properties_required_are_strict() {
        let strict = json!({"type": "object", "properties": {"a": {"type": "string"}},
            "required": ["a"], "additionalProperties": false});
        assert!(is_strict(&strict));
        let mut open = strict.clone();
        open["required"] = json!([]);
        assert!(!is_strict(&open));
        assert!(!is_strict(
            &json!({"type": "array", "items": {"type": "object"}})
        ));
    }

    #[test]
    fn closing_reaches_nested_objects_and_keeps_what_is_said() {
        let schema = json!({"type": "object", "properties": {
            "a": {"type": "object", "additionalProperties": {"type": "string"}},
            "b": {"type": "array", "items": {"type": "object"}}}});
        let closed = closed(&schema);
        assert_eq!(closed["additionalProperties"], json!(false));
        assert_eq!(
            closed["properties"]["a"]["additionalProperties"],
            json!({"type": "string"})
        );
        assert_eq!(
            closed["properties"]["b"]["items"]["additionalProperties"],
            json!(false)
        );
    }

    #[test]
    fn a_schema_name_is_made_acceptable() {
        assert_eq!(name(" city weather! "), "city_weather_");
        assert_eq!(name(""), "answer");
        assert_eq!(name(&"é".repeat(100)).len(), 64);
    }
}
