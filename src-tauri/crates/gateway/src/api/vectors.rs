//! One request for embedding vectors.

use super::Api;
use super::asked::AskedVectors;
use super::call::cut_short;
use super::error::Problem;
use super::known::Known;
use axum::Json;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};
use switchboard_app::App;
use switchboard_app::calls::start_api_call;
use switchboard_engine::event::{Event, Outcome};

/// Runs a call for vectors, with the retries and fallbacks of every call.
pub(super) async fn call(app: &App, asked: AskedVectors) -> Result<Response, Problem> {
    let mut handle = start_api_call(app, asked.call).await?;
    let id = handle.id.to_string();
    let mut known = Known::default();
    let mut last = None;
    loop {
        let Some(told) = handle.events.recv().await else {
            return Err(cut_short());
        };
        known.note(&told.event);
        if let Some(event) = told.wire.into_iter().next_back() {
            last = Some(event);
        }
        let mut reply = match told.event {
            Event::Failed { report } => Problem::from(&report.error).reply(Api::Chat),
            Event::Cancelled { .. } => return Err(cut_short()),
            Event::Finished { outcome } => {
                let sent = last.map(|event| event.data).unwrap_or_default();
                match vectors(&sent, &outcome, asked.base64, asked.count) {
                    Some(list) => Json(list).into_response(),
                    None => not_vectors().reply(Api::Chat),
                }
            }
            _ => continue,
        };
        known.write(&id, reply.headers_mut());
        return Ok(reply);
    }
}

fn not_vectors() -> Problem {
    let message = "the provider answered without one vector for each input";
    Problem::new(StatusCode::BAD_GATEWAY, "malformed", message)
}

/// Returns the provider's reply in OpenAI's form; `None` if it is no reply with `count` vectors. A reply
/// that has the form already is left as it is, but for vectors in the other encoding.
fn vectors(sent: &str, outcome: &Outcome, base64: bool, count: usize) -> Option<Value> {
    let mut reply: Value = serde_json::from_str(sent).ok()?;
    if let Some(embeddings) = reply["embeddings"].as_array_mut() {
        let data = embeddings.iter_mut().enumerate().map(|(index, one)| {
            json!({"object": "embedding", "index": index, "embedding": one["values"].take()})
        });
        let read = outcome.usage.input_tokens();
        reply = json!({
            "object": "list", "data": data.collect::<Vec<Value>>(), "model": outcome.target.model,
            "usage": {"prompt_tokens": read, "total_tokens": read},
        });
    }
    let data = reply["data"].as_array_mut()?;
    if data.len() != count {
        return None;
    }
    for one in data {
        let vector = one.get_mut("embedding")?;
        let other = match (&*vector, base64) {
            (Value::Array(numbers), true) => encoded(numbers)?,
            (Value::String(text), false) => decoded(text)?,
            (Value::Array(_) | Value::String(_), _) => continue,
            _ => return None,
        };
        *vector = other;
    }
    Some(reply)
}

#[expect(
    clippy::cast_possible_truncation,
    reason = "vectors are told in single precision"
)]
fn encoded(numbers: &[Value]) -> Option<Value> {
    let mut bytes = Vec::with_capacity(numbers.len() * 4);
    for number in numbers {
        bytes.extend_from_slice(&(number.as_f64()? as f32).to_le_bytes());
    }
    Some(Value::String(STANDARD.encode(bytes)))
}

fn decoded(text: &str) -> Option<Value> {
    let bytes = STANDARD.decode(text).ok()?;
    let (numbers, rest) = bytes.as_chunks::<4>();
    let numbers: Vec<f32> = numbers
        .iter()
        .map(|four| f32::from_le_bytes(*four))
        .collect();
    rest.is_empty().then(|| json!(numbers))
}
