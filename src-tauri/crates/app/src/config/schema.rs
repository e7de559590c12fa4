//! The configuration file's shape as JSON Schema (draft 7, which editors of TOML read), for completion and
//! marks while typing. What it cannot say, the reader of the file says with place and fix.

#[path = "schema_money.rs"]
mod money;

use serde_json::{Map, Value, json};
use switchboard_engine::config::{CAUSES, Pick, Task, presets};
use switchboard_engine::plan::Tier;

const DURATION: &str = r"^\s*([0-9.]+(ms|s|m|min|h))+\s*$";

/// Returns the schema.
pub fn schema() -> Value {
    let names: Vec<&str> = presets().iter().map(|preset| preset.id).collect();
    let root = table(json!({
        "providers": { "type": "object", "additionalProperties": provider(&names) },
        "timeouts": table(tiers(&clocks())),
        "network": table(json!({
            "proxy": text("\"system\", \"none\" or an address"),
            "extra_ca": texts("files of PEM certificates to trust beside the system's own"),
        })),
        "settings": table(settings()),
        "routes": {
            "type": "object",
            "propertyNames": { "pattern": "^[a-z0-9_-]{1,40}$" },
            "additionalProperties": route(),
        },
        "gateway": table(json!({
            "port": { "type": "integer", "minimum": 1, "maximum": 65535 },
            "access": words(&["open", "keys"]),
            "address": text("an IP address of this machine"),
            "allow_network": { "type": "boolean" },
        })),
        "budgets": money::budgets(),
        "alerts": money::alerts(),
        "prices": money::prices(),
    }));
    let mut root = root;
    root["$schema"] = "http://json-schema.org/draft-07/schema#".into();
    root["title"] = "Switchboard configuration".into();
    root
}

fn table(properties: Value) -> Value {
    json!({ "type": "object", "additionalProperties": false, "properties": properties })
}

fn text(about: &str) -> Value {
    json!({ "type": "string", "description": about })
}

fn texts(about: &str) -> Value {
    json!({ "type": "array", "items": { "type": "string" }, "description": about })
}

fn words(words: &[&str]) -> Value {
    json!({ "type": "string", "enum": words })
}

fn duration(about: &str) -> Value {
    json!({ "type": "string", "pattern": DURATION, "description": about })
}

fn number(least: u64, most: u64) -> Value {
    json!({ "type": "integer", "minimum": least, "maximum": most })
}

fn target() -> Value {
    json!({
        "type": "string",
        "pattern": "^(local|[^/\\s]+/\\S+)$",
        "description": "provider/model, or \"local\" for a model on this machine",
    })
}

fn targets(about: &str) -> Value {
    json!({
        "type": "array", "items": target(), "minItems": 1, "maxItems": 16, "description": about,
    })
}

fn tiers(each: &Value) -> Value {
    let tiers = [Tier::Fast, Tier::Standard, Tier::Complex, Tier::Reasoning];
    let named = tiers.map(|tier| (tier.name().to_owned(), each.clone()));
    Value::Object(named.into_iter().collect::<Map<_, _>>())
}

fn clocks() -> Value {
    table(json!({
        "connect": duration("until the connection stands"),
        "headers": duration("until the response's headers"),
        "first_token": duration("until the first content"),
        "idle": duration("between two pieces of content"),
        "total": duration("an answer as a whole"),
    }))
}

fn recovery() -> Value {
    words(&["continue", "restart", "fail"])
}

fn settings() -> Value {
    json!({
        "default_models": texts("models of a comparison that names none"),
        "classifier": text("light model that `auto` asks what kind of work a prompt is, as provider/model"),
        "recovery": recovery(),
        "deadline": duration("for a whole call"),
        "retries": number(0, 10),
        "fallback_retries": number(0, 10),
        "max_attempts": number(1, 20),
        "backoff_cap": duration("longest wait between two attempts"),
    })
}

/// Adds the limits that providers, models and steps share.
fn with_limits(mut properties: Value) -> Value {
    properties["requests_per_minute"] = number(1, 1_000_000);
    properties["tokens_per_minute"] = number(1, 4_000_000_000);
    properties["concurrency"] = number(1, 100_000);
    properties
}

fn provider(presets: &[&str]) -> Value {
    table(with_limits(json!({
        "preset": words(presets),
        "label": text("name for people"),
        "wire": words(&["openai_chat", "openai_responses", "anthropic", "gemini"]),
        "base_url": text("address of the API"),
        "auth": {},
        "headers": { "type": "object" },
        "needs_key": { "type": "boolean" },
        "accept_invalid_tls": { "type": "boolean" },
        "keys": {
            "type": "array",
            "items": table(json!({
                "name": text("name of the key, never the key"),
                "from": text("\"keychain\" or \"env:NAME\""),
            })),
        },
        "active_key": text("name of the key that calls use"),
        // A name, or a table with more about the model.
        "models": { "type": "array" },
    })))
}

fn route() -> Value {
    let causes: Vec<&str> = CAUSES.iter().map(|(name, _)| *name).collect();
    let causes = json!({ "type": "array", "items": { "type": "string", "enum": causes } });
    let tasks = Task::ALL.map(Task::name);
    let tiers = [Tier::Fast, Tier::Standard, Tier::Complex, Tier::Reasoning].map(Tier::name);
    let mut route = table(json!({
        "about": text("one line on what it is for"),
        "when": text("the rule by which calls to the model \"auto\" come here"),
        "priority": number(0, 1000),
        "targets": targets("tried in order"),
        "steps": { "type": "array", "items": step(), "minItems": 1, "maxItems": 16 },
        "context_too_long": targets("for prompts that were too long"),
        "content_filter": targets("for filtered content"),
        "auth": targets("where a key is refused"),
        "fall_back_on": causes.clone(),
        "stop_on": causes,
        "recovery": recovery(),
        "deadline": duration("for the whole call"),
        "tier": words(&tiers),
        "max_tokens": number(1, 100_000_000),
        "hedge": { "anyOf": [{ "type": "boolean" }, duration("least wait before a second request")] },
        "fallback_text": text("the answer when nobody answers"),
        "task": words(&tasks),
    }));
    route["anyOf"] = json!([{ "required": ["targets"] }, { "required": ["steps"] }]);
    route
}

fn step() -> Value {
    let picks = [Pick::Weighted, Pick::Cheapest, Pick::Fastest, Pick::Best].map(Pick::name);
    let mut option = table(json!({ "model": target(), "weight": number(0, 1_000_000) }));
    option["required"] = json!(["model"]);
    let mut step = table(with_limits(json!({
        "targets": targets("one target, or equals of which one is picked"),
        "options": { "type": "array", "items": option, "minItems": 1, "maxItems": 8 },
        "pick": words(&picks),
        "first_token": duration("until the first content of an attempt"),
        "idle": duration("between two pieces of content"),
        "total": duration("one attempt as a whole"),
        "retries": number(0, 10),
    })));
    step["anyOf"] = json!([{ "required": ["targets"] }, { "required": ["options"] }]);
    step
}

#[cfg(test)]
#[path = "schema_tests.rs"]
mod tests;
