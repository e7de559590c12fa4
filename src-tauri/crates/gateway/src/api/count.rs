//! How many tokens a request sends, in the API's own form.

use super::Api;
use super::asked::Asked;
use super::error::Problem;
use axum::Json;
use axum::response::{IntoResponse, Response};
use serde_json::json;
use switchboard_app::App;
use switchboard_app::calls::{CountAsked, count_tokens};

/// Says whether the provider counted or it is an estimate.
const COUNTED: &str = "x-switchboard-counted";

/// Counts what was asked.
pub(super) async fn count(app: &App, api: Api, asked: Asked) -> Result<Response, Problem> {
    let counted = count_tokens(
        app,
        CountAsked {
            model: asked.call.model,
            caller_key: asked.call.caller_key,
            request: asked.call.request,
        },
    )
    .await
    .map_err(|error| Problem::from(&error))?;
    let body = match api {
        Api::Gemini => json!({"totalTokens": counted.tokens}),
        Api::Anthropic | Api::Chat | Api::Responses => json!({"input_tokens": counted.tokens}),
    };
    let by = match counted.exact {
        true => "provider",
        false => "estimate",
    };
    let mut reply = Json(body).into_response();
    let headers = reply.headers_mut();
    headers.insert(COUNTED, axum::http::HeaderValue::from_static(by));
    let target = format!("{}/{}", counted.target.provider, counted.target.model);
    if let Ok(target) = axum::http::HeaderValue::from_str(&target) {
        headers.insert("x-switchboard-target", target);
    }
    Ok(reply)
}
