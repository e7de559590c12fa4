//! Makes a JSON value that fits a JSON Schema, drawn from a seed.
//!
//! It follows what structured-output APIs accept: types, properties, items, enum, const, anyOf,
//! allOf, local `$ref`s and the bounds. It is no validator, and patterns are not followed.

use super::topic::Topic;
use fastrand::Rng;
use serde_json::{Map, Number, Value, json};

/// Deepest nesting that is filled; below it values are the smallest that fit.
const DEPTH: usize = 12;
/// Most values made for one schema.
const VALUES: usize = 2000;

/// Makes values for one schema.
pub(crate) struct Maker<'a> {
    root: &'a Value,
    topic: &'a Topic,
    rng: &'a mut Rng,
    left: usize,
}

/// Returns a value that fits `schema`, about `topic`.
pub(crate) fn value_for(schema: &Value, topic: &Topic, rng: &mut Rng) -> Value {
    let mut maker = Maker {
        root: schema,
        topic,
        rng,
        left: VALUES,
    };
    maker.value(schema, "answer", 0)
}

/// Returns a JSON answer for a request without a schema.
pub(crate) fn free_value(topic: &Topic, rng: &mut Rng) -> Value {
    let points: Vec<Value> = topic
        .words
        .iter()
        .take(4)
        .map(|word| {
            json!({ "name": word, "relevance": (f64::from(rng.u32(40..99)) / 100.0), "known": rng.bool() })
        })
        .collect();
    json!({
        "topic": topic.phrase,
        "summary": format!("{} in {} points", topic.phrase, points.len()),
        "points": points,
        "confidence": f64::from(rng.u32(60..98)) / 100.0,
    })
}

impl Maker<'_> {
    fn value(&mut self, schema: &Value, name: &str, depth: usize) -> Value {
        if self.left == 0 {
            return Value::Null;
        }
        self.left -= 1;
        if let Some(fixed) = schema.get("const") {
            return fixed.clone();
        }
        if let Some(options) = schema.get("enum").and_then(Value::as_array)
            && !options.is_empty()
        {
            return options[self.rng.usize(..options.len())].clone();
        }
        if let Some(target) = schema.get("$ref").and_then(Value::as_str) {
            let resolved = target
                .strip_prefix('#')
                .and_then(|path| self.root.pointer(path));
            return match resolved {
                Some(schema) if depth < DEPTH * 2 => {
                    let schema = schema.clone();
                    self.value(&schema, name, depth + 1)
                }
                _ => Value::Null,
            };
        }
        for key in ["anyOf", "oneOf"] {
            if let Some(options) = schema.get(key).and_then(Value::as_array)
                && !options.is_empty()
            {
                // The deeper, the sooner the plainest way out.
                let pick = if depth < 3 { 0 } else { plainest(options) };
                return self.value(&options[pick], name, depth + 1);
            }
        }
        if let Some(parts) = schema.get("allOf").and_then(Value::as_array) {
            return self.all_of(schema, parts, name, depth);
        }
        match type_of(schema).as_str() {
            "object" => self.object(schema, depth),
            "array" => self.array(schema, name, depth),
            "integer" => Value::from(self.number(schema, true) as i64),
            "number" => {
                Number::from_f64(self.number(schema, false)).map_or(json!(0), Value::Number)
            }
            "boolean" => Value::Bool(self.rng.bool()),
            "null" => Value::Null,
            _ => Value::String(self.string(schema, name)),
        }
    }

    fn all_of(&mut self, schema: &Value, parts: &[Value], name: &str, depth: usize) -> Value {
        let mut merged = Map::new();
        for part in parts.iter().chain([schema]) {
            let value = match part.get("allOf") {
                Some(_) => {
                    let mut own = part.clone();
                    own.as_object_mut().map(|own| own.remove("allOf"));
                    self.value(&own, name, depth + 1)
                }
                None => self.value(part, name, depth + 1),
            };
            match value {
                Value::Object(fields) => merged.extend(fields),
                other if merged.is_empty() && part.get("type").is_some() => return other,
                _ => {}
            }
        }
        Value::Object(merged)
    }

    fn object(&mut self, schema: &Value, depth: usize) -> Value {
        let mut fields = Map::new();
        let required: Vec<&str> = schema
            .get("required")
            .and_then(Value::as_array)
            .map(|names| names.iter().filter_map(Value::as_str).collect())
            .unwrap_or_default();
        if let Some(properties) = schema.get("properties").and_then(Value::as_object) {
            for (name, property) in properties {
                if required.contains(&name.as_str()) || depth < 4 {
                    let value = self.value(property, name, depth + 1);
                    fields.insert(name.clone(), value);
                }
            }
        }
        for name in required {
            if !fields.contains_key(name) {
                let value = Value::String(self.string(&Value::Null, name));
                fields.insert(name.to_owned(), value);
            }
        }
        Value::Object(fields)
    }

    fn array(&mut self, schema: &Value, name: &str, depth: usize) -> Value {
        let bound = |key: &str| {
            schema
                .get(key)
                .and_then(Value::as_u64)
                .map(|n| n.min(200) as usize)
        };
        let least = bound("minItems").unwrap_or(0);
        let wanted = if depth >= DEPTH {
            0
        } else {
            self.rng.usize(2..5)
        };
        let count = wanted
            .max(least)
            .min(bound("maxItems").unwrap_or(200).max(least));
        let any = json!({ "type": "string" });
        let mut items = Vec::new();
        if let Some(prefix) = schema.get("prefixItems").and_then(Value::as_array) {
            for item in prefix {
                items.push(self.value(item, name, depth + 1));
            }
        }
        if schema.get("items") != Some(&Value::Bool(false)) {
            let item = schema.get("items").unwrap_or(&any);
            while items.len() < count && self.left > 0 {
                let value = self.value(item, name, depth + 1);
                items.push(value);
            }
        }
        Value::Array(items)
    }

    fn number(&mut self, schema: &Value, whole: bool) -> f64 {
        let bound = |key: &str| schema.get(key).and_then(Value::as_f64);
        let step = if whole { 1.0 } else { 0.01 };
        let low = bound("minimum").or(bound("exclusiveMinimum").map(|low| low + step));
        let high = bound("maximum").or(bound("exclusiveMaximum").map(|high| high - step));
        let (low, high) = match (low, high) {
            (Some(low), Some(high)) => (low, high.max(low)),
            (Some(low), None) => (low, low + 100.0),
            (None, Some(high)) => (high - 100.0, high),
            (None, None) => (1.0, 100.0),
        };
        let number = low + self.rng.f64() * (high - low);
        match bound("multipleOf").filter(|step| *step > 0.0) {
            Some(step) => (low / step).ceil() * step + ((number - low) / step).floor() * step,
            None if whole => number
                .round()
                .clamp(low.ceil(), high.floor().max(low.ceil())),
            None => ((number * 100.0).round() / 100.0).clamp(low, high),
        }
    }

    fn string(&mut self, schema: &Value, name: &str) -> String {
        let day = self.rng.u32(1..29);
        let text = match schema.get("format").and_then(Value::as_str) {
            Some("date") => return format!("2026-03-{day:02}"),
            Some("date-time") => return format!("2026-03-{day:02}T09:30:00Z"),
            Some("time") => return "09:30:00Z".to_owned(),
            Some("duration") => return format!("PT{day}M"),
            Some("email") => return format!("person{day}@example.com"),
            Some("hostname") => return "example.com".to_owned(),
            Some("uri") => return format!("https://example.com/{day}"),
            Some("uuid") => return format!("00000000-0000-4000-8000-{:012x}", self.rng.u32(..)),
            Some("ipv4") => return "192.0.2.1".to_owned(),
            Some("ipv6") => return "2001:db8::1".to_owned(),
            _ => self.text_for(name),
        };
        let bound = |key: &str| {
            schema
                .get(key)
                .and_then(Value::as_u64)
                .map(|n| n.min(10_000))
        };
        let least = bound("minLength").unwrap_or(0) as usize;
        let most = bound("maxLength").unwrap_or(10_000) as usize;
        let mut text = text;
        while text.chars().count() < least {
            text.push_str(" and more");
        }
        text.chars().take(most).collect()
    }

    fn text_for(&mut self, name: &str) -> String {
        let word = self
            .rng
            .choice(&self.topic.words)
            .cloned()
            .unwrap_or_default();
        let lower = name.to_lowercase();
        let has = |list: &[&str]| list.iter().any(|part| lower.contains(part));
        if has(&["title", "headline", "subject"]) {
            format!("A short look at {}", self.topic.phrase)
        } else if has(&[
            "summary",
            "description",
            "reason",
            "explanation",
            "text",
            "comment",
            "note",
        ]) {
            format!(
                "What matters about {} is {word}, and little else.",
                self.topic.phrase
            )
        } else if has(&["country"]) {
            "Norway".to_owned()
        } else if has(&["city", "location", "place"]) {
            "Oslo".to_owned()
        } else if has(&["language", "locale"]) {
            "en".to_owned()
        } else if has(&["currency"]) {
            "EUR".to_owned()
        } else if has(&["name", "author", "person"]) {
            "Ada Example".to_owned()
        } else if has(&["query", "question", "topic"]) {
            self.topic.phrase.clone()
        } else {
            word
        }
    }
}

/// Returns the schema's type in lower case (Gemini writes `OBJECT`); guessed if it has none.
fn type_of(schema: &Value) -> String {
    let named = match schema.get("type") {
        Some(Value::String(name)) => Some(name.to_lowercase()),
        Some(Value::Array(names)) => names
            .iter()
            .filter_map(Value::as_str)
            .find(|name| *name != "null")
            .map(str::to_lowercase),
        _ => None,
    };
    named.unwrap_or_else(|| {
        if schema.get("properties").is_some() || schema.get("required").is_some() {
            "object".to_owned()
        } else if schema.get("items").is_some() || schema.get("prefixItems").is_some() {
            "array".to_owned()
        } else {
            "string".to_owned()
        }
    })
}

/// Returns the place of the option least likely to nest: null, then a scalar, then the first.
fn plainest(options: &[Value]) -> usize {
    let place = |wanted: &[&str]| {
        options.iter().position(|option| {
            option.get("$ref").is_none() && wanted.contains(&type_of(option).as_str())
        })
    };
    place(&["null"])
        .or_else(|| place(&["string", "integer", "number", "boolean"]))
        .unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::proptest;

    fn make(schema: &Value, seed: u64) -> Value {
        value_for(
            schema,
            &Topic::of("Explain tidal energy"),
            &mut Rng::with_seed(seed),
        )
    }

    #[test]
    fn required_fields_are_there_and_bounds_hold() {
        let schema = json!({
            "type": "object",
            "properties": {
                "score": { "type": "integer", "minimum": 1, "maximum": 5 },
                "ratio": { "type": "number", "minimum": 0, "maximum": 1 },
                "kind": { "enum": ["a", "b"] },
                "tags": { "type": "array", "items": { "type": "string", "maxLength": 3 }, "minItems": 3, "maxItems": 3 },
                "when": { "type": "string", "format": "date" },
                "maybe": { "type": ["string", "null"] },
                "by": { "$ref": "#/$defs/person" }
            },
            "required": ["score", "kind", "tags", "extra"],
            "$defs": { "person": { "type": "object", "properties": { "name": { "type": "string" } }, "required": ["name"] } }
        });
        for seed in 0..50 {
            let value = make(&schema, seed);
            assert!((1..=5).contains(&value["score"].as_i64().unwrap()));
            assert!((0.0..=1.0).contains(&value["ratio"].as_f64().unwrap()));
            assert!(["a", "b"].contains(&value["kind"].as_str().unwrap()));
            assert_eq!(value["tags"].as_array().unwrap().len(), 3);
            assert!(value["tags"][0].as_str().unwrap().len() <= 3);
            assert!(value["extra"].is_string());
            assert_eq!(value["by"]["name"], "Ada Example");
        }
    }

    #[test]
    fn a_schema_that_refers_to_itself_ends() {
        let tree = json!({
            "$ref": "#/$defs/node",
            "$defs": { "node": {
                "type": "object",
                "properties": { "children": { "type": "array", "items": { "$ref": "#/$defs/node" } } },
                "required": ["children"]
            } }
        });
        assert!(make(&tree, 1)["children"].is_array());
        let endless = json!({ "$ref": "#" });
        assert_eq!(make(&endless, 1), Value::Null);
    }

    #[test]
    fn geminis_upper_case_types_are_understood() {
        let schema = json!({ "type": "OBJECT", "properties": { "n": { "type": "INTEGER" } } });
        assert!(make(&schema, 3)["n"].is_i64());
    }

    proptest! {
        #[test]
        fn any_json_is_survived_as_a_schema(text in "\\PC{0,80}", least in 0u64..1000) {
            let schema = json!({ "type": text, "minItems": least, "anyOf": [{ "allOf": [{ "items": { "minLength": least } }] }] });
            let _ = make(&schema, 1);
        }
    }
}
