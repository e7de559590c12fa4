//! From each API's request to one call. Fields that are not read here reach a provider of the same API
//! in the caller's own body.

mod anthropic;
mod chat;
mod fields;
mod gemini;
mod responses;

use super::Api;
use super::asked::{Asked, Bad};
use serde_json::{Map, Value};
use std::time::Duration;
use switchboard_app::calls::ApiCall;
use switchboard_engine::call::{ModelRequest, RawBody};
use switchboard_engine::provider::Wire;

type Body = Map<String, Value>;

/// Decodes a request's body. `named` is the model in the path with whether a stream is wanted, as Gemini
/// has it; the other APIs have both in the body.
///
/// # Errors
/// The first field that cannot be understood.
pub(super) fn decode(
    api: Api,
    mut body: Body,
    named: Option<(String, bool)>,
    deadline: Option<Duration>,
) -> Result<Asked, Bad> {
    let (mut model, stream) = match named {
        Some((model, stream)) => (Some(model), stream),
        None => (
            fields::text(&body, "model")?,
            fields::flag(&body, "stream")?.unwrap_or(false),
        ),
    };
    let mut fallbacks = fields::texts(&body, "fallbacks")?.unwrap_or_default();
    let mut models = fields::texts(&body, "models")?.unwrap_or_default();
    body.remove("fallbacks");
    body.remove("models");
    if model.is_none() && !models.is_empty() {
        model = Some(models.remove(0));
    }
    let model = model
        .filter(|model| !model.is_empty())
        .ok_or_else(|| Bad::new("model", "`model` is missing: name a model or a route"))?;
    // `models` often begins with the model itself.
    models.retain(|other| *other != model);
    fallbacks.splice(0..0, models);
    let include_usage = match body.get("stream_options") {
        Some(Value::Object(options)) => fields::flag(options, "include_usage")?.unwrap_or(false),
        _ => false,
    };
    let mut request = match api {
        Api::Chat => chat::request(&body),
        Api::Responses => responses::request(&body),
        Api::Anthropic => anthropic::request(&body),
        Api::Gemini => gemini::request(&body),
    }?;
    request.raw = Some(RawBody {
        wire: match api {
            Api::Chat => Wire::OpenaiChat,
            Api::Responses => Wire::OpenaiResponses,
            Api::Anthropic => Wire::Anthropic,
            Api::Gemini => Wire::Gemini,
        },
        body,
    });
    Ok(Asked {
        call: ApiCall {
            caller_key: None,
            model,
            fallbacks,
            deadline,
            request,
        },
        stream,
        include_usage,
    })
}

/// Returns a request of nothing but messages.
fn of_messages(messages: Vec<switchboard_engine::call::Message>) -> ModelRequest {
    ModelRequest {
        model: String::new(),
        messages,
        tools: Vec::new(),
        tool_choice: Default::default(),
        response_format: Default::default(),
        params: Default::default(),
        raw: None,
    }
}
