//! The models that can be called now, in each API's form.

use super::Api;
use serde_json::{Value, json};
use switchboard_app::api::types::ModelInfo;

/// Lists the models that can be called now.
pub(super) fn list(api: Api, models: &[ModelInfo]) -> Value {
    let callable = models.iter().filter(|model| model.unavailable.is_none());
    let data: Vec<Value> = callable.map(|model| entry(api, model)).collect();
    match api {
        Api::Chat | Api::Responses => json!({"object": "list", "data": data}),
        Api::Anthropic => {
            let end = |item: Option<&Value>| item.map(|item| item["id"].clone());
            json!({
                "first_id": end(data.first()), "last_id": end(data.last()),
                "has_more": false, "data": data,
            })
        }
        Api::Gemini => json!({"models": data}),
    }
}

/// Returns the entry of the model `id`; `None` if it is not in the list.
pub(super) fn one(api: Api, models: &[ModelInfo], id: &str) -> Option<Value> {
    let model = models.iter().find(|model| model.id == id)?;
    model.unavailable.is_none().then(|| entry(api, model))
}

fn entry(api: Api, model: &ModelInfo) -> Value {
    match api {
        Api::Chat | Api::Responses => {
            json!({"id": model.id, "object": "model", "created": 0, "owned_by": model.provider})
        }
        Api::Anthropic => json!({
            "type": "model", "id": model.id, "display_name": model.model,
            "created_at": "1970-01-01T00:00:00Z",
        }),
        Api::Gemini => json!({
            "name": format!("models/{}", model.id), "displayName": model.model,
            "supportedGenerationMethods": ["generateContent", "streamGenerateContent"],
        }),
    }
}
