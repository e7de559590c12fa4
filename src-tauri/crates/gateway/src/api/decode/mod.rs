//! From each API's request to one call. Fields that are not read here reach a provider of the same API
//! in the caller's own body.

mod anthropic;
mod chat;
mod embeddings;
mod fields;
mod gemini;
mod responses;
mod untranslated;

pub(super) use embeddings::embeddings;

use super::Api;
use super::asked::{Asked, Bad};
use serde_json::{Map, Value};
use std::time::Duration;
use switchboard_app::calls::ApiCall;
use switchboard_engine::call::{Act, Message, ModelRequest, RawBody};
use switchboard_engine::provider::Wire;

use untranslated::Untranslated;

/// Most models that one request may name after its first.
const MOST_FALLBACKS: usize = 16;

type Body = Map<String, Value>;

/// What of a request is told outside its body.
#[derive(Debug, Default)]
pub(super) struct Outside {
    /// The model in the path with whether a stream is wanted, as Gemini has it; the other APIs have both
    /// in the body.
    pub(super) named: Option<(String, bool)>,
    pub(super) deadline: Option<Duration>,
    /// Whether a stream is wanted as one JSON array instead of events.
    pub(super) array: bool,
}

/// Decodes a request for an answer.
///
/// # Errors
/// The first field that cannot be understood.
pub(super) fn decode(api: Api, mut body: Body, outside: Outside) -> Result<Asked, Bad> {
    let (model, stream) = match outside.named {
        Some((model, stream)) => (Some(model), stream),
        None => (
            fields::text(&body, "model")?,
            fields::flag(&body, "stream")?.unwrap_or(false),
        ),
    };
    let (model, fallbacks) = models(&mut body, model)?;
    let include_usage = match body.get("stream_options") {
        Some(Value::Object(options)) => fields::flag(options, "include_usage")?.unwrap_or(false),
        _ => false,
    };
    let mut untranslated = Untranslated::default();
    let mut request = match api {
        Api::Chat => chat::request(&body, &mut untranslated),
        Api::Responses => responses::request(&body, &mut untranslated),
        Api::Anthropic => anthropic::request(&body, &mut untranslated),
        Api::Gemini => gemini::request(&body, &mut untranslated),
    }?;
    request.raw = Some(RawBody {
        wire: wire(api),
        act: Act::Generate,
        untranslated: untranslated.0,
        body,
    });
    Ok(Asked {
        call: ApiCall {
            model,
            fallbacks,
            deadline: outside.deadline,
            caller_key: None,
            sticky: None,
            project: None,
            tags: Vec::new(),
            wants_wire: true,
            request,
        },
        stream,
        array: outside.array,
        include_usage,
    })
}

/// Decodes a request whose tokens are to be counted. Gemini's may hold the request it asks about whole.
///
/// # Errors
/// The first field that cannot be understood.
pub(super) fn counted(api: Api, mut body: Body, outside: Outside) -> Result<Asked, Bad> {
    if api == Api::Gemini {
        for name in ["generateContentRequest", "generate_content_request"] {
            if let Some(Value::Object(mut whole)) = body.remove(name) {
                // The path names it.
                whole.remove("model");
                return decode(api, whole, outside);
            }
        }
    }
    decode(api, body, outside)
}

/// Returns the wire format that is an API's.
fn wire(api: Api) -> Wire {
    match api {
        Api::Chat => Wire::OpenaiChat,
        Api::Responses => Wire::OpenaiResponses,
        Api::Anthropic => Wire::Anthropic,
        Api::Gemini => Wire::Gemini,
    }
}

/// Takes the models out of a body: the first, and those tried after it.
fn models(body: &mut Body, named: Option<String>) -> Result<(String, Vec<String>), Bad> {
    let mut fallbacks = fields::texts(body, "fallbacks")?.unwrap_or_default();
    let mut models = fields::texts(body, "models")?.unwrap_or_default();
    body.remove("fallbacks");
    body.remove("models");
    let mut model = named;
    if model.is_none() && !models.is_empty() {
        model = Some(models.remove(0));
    }
    let model = model
        .filter(|model| !model.is_empty())
        .ok_or_else(|| Bad::new("model", "`model` is missing: name a model or a route"))?;
    // `models` often begins with the model itself.
    models.retain(|other| *other != model);
    fallbacks.splice(0..0, models);
    if fallbacks.len() > MOST_FALLBACKS {
        let message = format!("`fallbacks` may name {MOST_FALLBACKS} models at most");
        return Err(Bad::new("fallbacks", message));
    }
    Ok((model, fallbacks))
}

/// Returns a request of nothing but messages.
fn of_messages(messages: Vec<Message>) -> ModelRequest {
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

#[cfg(test)]
mod tests;
