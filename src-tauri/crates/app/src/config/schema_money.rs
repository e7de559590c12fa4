//! `[budgets]`, `[alerts]` and `[prices]` in the configuration file's schema.

use super::{table, text, words};
use serde_json::{Value, json};

/// Most of an amount in USD that the reader takes.
const MOST_USD: u64 = 1_000_000;

/// An amount in USD, as text or as a number.
fn usd(about: &str) -> Value {
    json!({
        "description": about,
        "anyOf": [
            { "type": "string", "pattern": r"^\s*\+?[0-9]+(\.[0-9]+)?\s*$" },
            { "type": "number", "minimum": 0, "maximum": MOST_USD },
        ],
    })
}

/// As [`usd`], or `false` for none.
fn usd_or_none(about: &str) -> Value {
    json!({ "description": about, "anyOf": [usd(about), { "type": "boolean", "enum": [false] }] })
}

/// A price in USD per million tokens, as text or as a number: at most six decimals that count.
fn per_million(about: &str) -> Value {
    json!({
        "description": about,
        "anyOf": [
            {
                "type": "string",
                "pattern": r"^\s*\+?(0*[0-9]{1,6}(\.[0-9]{1,6}0*)?|0*1000000(\.0+)?)\s*$",
            },
            { "type": "number", "minimum": 0, "maximum": MOST_USD },
        ],
    })
}

/// `[prices."provider/model"]`. That the provider is one of the file is the reader's to say.
pub(super) fn prices() -> Value {
    let mut price = table(json!({
        "input": per_million("in USD per million tokens; 0: nothing"),
        "output": per_million("in USD per million tokens, reasoning included; 0: nothing"),
        "cache_read": per_million("input from the provider's cache; else as `input`"),
        "cache_creation": per_million("input written to the provider's cache; else as `input`"),
    }));
    price["required"] = json!(["input", "output"]);
    json!({
        "type": "object",
        "propertyNames": { "pattern": r"^[a-z0-9-]{1,40}/\S{1,200}$" },
        "additionalProperties": price,
    })
}

pub(super) fn budgets() -> Value {
    let mut budget = table(json!({
        "limit": usd("in USD; 0 lets nothing through that costs anything"),
        "window": words(&["hour", "day", "week", "month", "call"]),
        "project": text("whose calls count; \"*\": each project's by itself"),
        "route": text("the route whose calls count"),
        "model": text("the model, alone or as provider/model"),
        "provider": text("the provider whose calls count"),
        "key": text("name of the gateway key; \"*\": each key's calls by themselves"),
        "caller": words(&["window", "cli", "gateway", "*"]),
        "degrade_to": text("from 95 % on: \"cheapest\", \"none\", a route or a provider/model"),
        "block": { "type": "boolean", "description": "whether calls are refused at the limit" },
    }));
    budget["required"] = json!(["limit", "window"]);
    json!({
        "type": "object",
        "properties": {
            "zone": text("name of a time zone, as Europe/Berlin"),
            "week_start": words(&[
                "monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday",
            ]),
            "unknown_price": words(&["dearest", "block", "free"]),
        },
        "propertyNames": { "pattern": "^[a-z0-9_-]{1,40}$" },
        "additionalProperties": budget,
    })
}

pub(super) fn alerts() -> Value {
    let on = |about: &str| json!({ "type": "boolean", "description": about });
    table(json!({
        "enabled": on("whether anything is told"),
        "notifications": on("whether the system's notifications are used"),
        "runaway": on("whether callers that run away are looked for"),
        "ladder": {
            "type": "array", "maxItems": 20, "items": usd("spending of a day that is told"),
        },
        "hour": usd_or_none("spending of 60 minutes that is told"),
        "day": usd_or_none("spending of a day that raises the alarm"),
        "webhook": {
            "type": "string",
            "pattern": r"^\s*(keychain|env:[A-Za-z0-9_]{1,128})\s*$",
            "description": "where its address is kept: \"keychain\" or \"env:NAME\"",
        },
    }))
}
