//! Requests of OpenAI's embeddings.

use super::super::asked::{AskedVectors, Bad};
use super::{Body, fields, models, of_messages};
use serde_json::Value;
use std::time::Duration;
use switchboard_app::calls::ApiCall;
use switchboard_engine::call::{Act, Message, RawBody, Role};
use switchboard_engine::provider::Wire;

/// Most texts in a request, as at OpenAI.
const MOST_INPUTS: usize = 2048;

/// Decodes a request for embedding vectors.
///
/// # Errors
/// The first field that cannot be understood.
pub(in super::super) fn embeddings(
    mut body: Body,
    deadline: Option<Duration>,
) -> Result<AskedVectors, Bad> {
    let named = fields::text(&body, "model")?;
    let (model, fallbacks) = models(&mut body, named)?;
    let base64 = match fields::text(&body, "encoding_format")?.as_deref() {
        None | Some("float") => false,
        Some("base64") => true,
        Some(other) => {
            let message = format!("`encoding_format` is `{other}`: it must be float or base64");
            return Err(Bad::new("encoding_format", message));
        }
    };
    fields::count(&body, "dimensions")?;
    let inputs = inputs(fields::given(&body, "input"))?;
    if inputs.len() > MOST_INPUTS {
        let message = format!("`input` may hold {MOST_INPUTS} texts at most");
        return Err(Bad::new("input", message));
    }
    let count = inputs.len();
    let messages = inputs
        .into_iter()
        .map(|text| Message::text(Role::User, text));
    let mut request = of_messages(messages.collect());
    request.raw = Some(RawBody {
        wire: Wire::OpenaiChat,
        act: Act::Embed,
        untranslated: None,
        body,
    });
    Ok(AskedVectors {
        call: ApiCall {
            model,
            fallbacks,
            deadline,
            caller_key: None,
            sticky: None,
            project: None,
            tags: Vec::new(),
            wants_wire: true,
            request,
        },
        base64,
        count,
    })
}

/// Returns the texts; a list of token numbers is one, told by its length.
fn inputs(input: Option<&Value>) -> Result<Vec<String>, Bad> {
    let tokens = |list: &[Value]| {
        let is_tokens = !list.is_empty() && list.iter().all(Value::is_u64);
        is_tokens.then(|| format!("[{} tokens]", list.len()))
    };
    let texts = match input {
        Some(Value::String(text)) => Some(vec![text.clone()]),
        Some(Value::Array(list)) if list.first().is_some_and(Value::is_number) => {
            tokens(list).map(|text| vec![text])
        }
        Some(Value::Array(list)) => list
            .iter()
            .map(|item| match item {
                Value::String(text) => Some(text.clone()),
                Value::Array(list) => tokens(list),
                _ => None,
            })
            .collect(),
        _ => None,
    };
    texts
        .filter(|texts| !texts.is_empty() && texts.iter().all(|text| !text.is_empty()))
        .ok_or_else(|| {
            let message =
                "`input` must be a text, or a list of texts or of tokens, none of them empty";
            Bad::new("input", message)
        })
}
