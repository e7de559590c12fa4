//! The list of models, in each API's form.

use super::Api;
use serde_json::{Value, json};
use switchboard_app::api::types::ModelInfo;

/// Lists the models that can be called now.
pub(super) fn list(api: Api, models: &[ModelInfo]) -> Value {
    let callable = models.iter().filter(|model| model.unavailable.is_none());
    match api {
        Api::Chat | Api::Responses => {
            let data: Vec<Value> = callable
                .map(|model| {
                    json!({"id": model.id, "object": "model", "created": 0, "owned_by": model.provider})
                })
                .collect();
            json!({"object": "list", "data": data})
        }
        Api::Anthropic => {
            let data: Vec<Value> = callable
                .map(|model| {
                    json!({
                        "type": "model", "id": model.id, "display_name": model.model,
                        "created_at": "1970-01-01T00:00:00Z",
                    })
                })
                .collect();
            let end = |item: Option<&Value>| item.map(|item| item["id"].clone());
            json!({
                "first_id": end(data.first()), "last_id": end(data.last()),
                "has_more": false, "data": data,
            })
        }
        Api::Gemini => {
            let models: Vec<Value> = callable
                .map(|model| {
                    json!({
                        "name": format!("models/{}", model.id), "displayName": model.model,
                        "supportedGenerationMethods": ["generateContent", "streamGenerateContent"],
                    })
                })
                .collect();
            json!({"models": models})
        }
    }
}
