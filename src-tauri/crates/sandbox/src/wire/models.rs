//! Model lists in each provider's form.

use super::{CREATED, Wire};
use crate::catalog::{SandboxModel, catalog};
use serde_json::{Value, json};

/// Returns the whole list.
pub(crate) fn list(wire: Wire) -> Value {
    let models: Vec<Value> = catalog().iter().map(|model| one(wire, model)).collect();
    match wire {
        Wire::OpenaiChat | Wire::OpenaiResponses => json!({ "object": "list", "data": models }),
        Wire::Anthropic => json!({
            "data": models, "has_more": false,
            "first_id": catalog().first().map(|model| model.name),
            "last_id": catalog().last().map(|model| model.name),
        }),
        Wire::Gemini => json!({ "models": models }),
    }
}

/// Returns one model's entry.
pub(crate) fn one(wire: Wire, model: &SandboxModel) -> Value {
    match wire {
        Wire::OpenaiChat | Wire::OpenaiResponses => json!({
            "id": model.name, "object": "model", "created": CREATED,
            "owned_by": "switchboard-sandbox (simulated)",
            "simulated": true, "description": model.about,
        }),
        Wire::Anthropic => json!({
            "type": "model", "id": model.name, "created_at": "2026-01-01T00:00:00Z",
            "display_name": format!("{} (simulated)", model.name),
            "simulated": true, "description": model.about,
        }),
        Wire::Gemini => json!({
            "name": format!("models/{}", model.name), "version": "simulated",
            "displayName": format!("{} (simulated)", model.name), "description": model.about,
            "inputTokenLimit": 128_000, "outputTokenLimit": 100_000, "simulated": true,
            "supportedGenerationMethods": ["generateContent", "streamGenerateContent"],
        }),
    }
}
