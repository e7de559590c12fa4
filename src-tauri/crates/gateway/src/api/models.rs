//! What can be named in place of a model, in each API's form.

use super::Api;
use super::error::Problem;
use axum::http::StatusCode;
use serde_json::{Value, json};
use switchboard_app::calls::ApiModel;

/// Lists what can be named now.
pub(super) fn list(api: Api, models: &[ApiModel]) -> Value {
    let data: Vec<Value> = models.iter().map(|model| one(api, model)).collect();
    match api {
        Api::Chat | Api::Responses => json!({"object": "list", "data": data}),
        Api::Anthropic => {
            let id = |item: Option<&Value>| item.map(|item| item["id"].clone());
            json!({
                "first_id": id(data.first()), "last_id": id(data.last()), "has_more": false, "data": data,
            })
        }
        Api::Gemini => json!({"models": data}),
    }
}

/// Returns the one of that name.
///
/// # Errors
/// 404.
pub(super) fn named(api: Api, models: &[ApiModel], name: &str) -> Result<Value, Problem> {
    let found = models.iter().find(|model| model.id == name);
    found.map(|model| one(api, model)).ok_or_else(|| {
        let shown: String = name.chars().take(80).collect();
        let message = format!("there is no model or route `{shown}` that can be called now");
        Problem::new(StatusCode::NOT_FOUND, "model_not_found", message)
    })
}

fn one(api: Api, model: &ApiModel) -> Value {
    match api {
        Api::Chat | Api::Responses => {
            json!({"id": model.id, "object": "model", "created": 0, "owned_by": model.owner})
        }
        Api::Anthropic => json!({
            "type": "model", "id": model.id, "display_name": model.label,
            "created_at": "1970-01-01T00:00:00Z",
        }),
        Api::Gemini => json!({
            "name": format!("models/{}", model.id), "displayName": model.label,
            "supportedGenerationMethods": ["generateContent", "streamGenerateContent", "countTokens"],
        }),
    }
}
