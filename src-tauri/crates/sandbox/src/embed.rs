//! Simulated embedding vectors: OpenAI's `/v1/embeddings` and Gemini's `batchEmbedContents`.
//!
//! A vector's direction is drawn from the text, the model's name and its `seed=`: the same text has the
//! same vector, and different texts have nothing in common. They mean nothing.

use crate::answer::count;
use crate::ask::{Ask, BadRequest};
use crate::script::Script;
use crate::wire::Wire;
use crate::wire::errors::model_field;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use fastrand::Rng;
use serde_json::{Value, json};
use std::hash::{DefaultHasher, Hash, Hasher};

/// Numbers in a vector when the request does not say.
const DIMENSIONS: usize = 256;
/// Most numbers in a vector.
const MOST_DIMENSIONS: u64 = 4096;
/// Most texts in a request, as at OpenAI.
const MOST_INPUTS: usize = 2048;

/// What is to be embedded.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Embed {
    /// Texts, or what stands for token numbers.
    inputs: Vec<String>,
    dimensions: usize,
    /// OpenAI only: little-endian `f32`s in base64 instead of a list.
    base64: bool,
}

impl Embed {
    /// Reads a request, and what of it a call needs.
    pub(crate) fn read(
        wire: Wire,
        body: &Value,
        path_model: Option<String>,
    ) -> Result<(Self, Ask), BadRequest> {
        let (inputs, dimensions) = match wire {
            Wire::Gemini => gemini_inputs(body)?,
            _ => (openai_inputs(body.get("input"))?, body.get("dimensions")),
        };
        if inputs.len() > MOST_INPUTS {
            let message = format!("'input' may hold {MOST_INPUTS} texts at most");
            return Err(BadRequest::new("input", message));
        }
        let dimensions = match dimensions.filter(|value| !value.is_null()) {
            None => DIMENSIONS,
            Some(value) => value
                .as_u64()
                .filter(|count| (1..=MOST_DIMENSIONS).contains(count))
                .and_then(|count| usize::try_from(count).ok())
                .ok_or_else(|| {
                    let message = format!("'dimensions' must be from 1 to {MOST_DIMENSIONS}");
                    BadRequest::new("dimensions", message)
                })?,
        };
        let base64 = match body.get("encoding_format").and_then(Value::as_str) {
            None | Some("float") => false,
            Some("base64") => true,
            Some(other) => {
                let message = format!("'encoding_format' is '{other}': use 'float' or 'base64'");
                return Err(BadRequest::new("encoding_format", message));
            }
        };
        let ask = Ask {
            model: match path_model {
                Some(model) => model,
                None => model_field(body)?,
            },
            input_tokens: inputs.iter().map(|text| count(text)).sum(),
            ..Ask::default()
        };
        let embed = Self {
            inputs,
            dimensions,
            base64,
        };
        Ok((embed, ask))
    }

    /// Returns the whole reply.
    pub(crate) fn reply(&self, wire: Wire, script: &Script, base: u64, tokens: u64) -> Value {
        let vectors = self
            .inputs
            .iter()
            .map(|text| self.vector(script, base, text));
        if wire == Wire::Gemini {
            let embeddings: Vec<Value> = vectors.map(|vector| json!({"values": vector})).collect();
            return json!({"embeddings": embeddings});
        }
        let data: Vec<Value> = vectors
            .enumerate()
            .map(|(index, vector)| {
                let embedding = match self.base64 {
                    true => {
                        let bytes: Vec<u8> = vector.iter().flat_map(|x| x.to_le_bytes()).collect();
                        Value::String(STANDARD.encode(bytes))
                    }
                    false => json!(vector),
                };
                json!({"object": "embedding", "index": index, "embedding": embedding})
            })
            .collect();
        json!({
            "object": "list", "data": data, "model": script.name,
            "usage": {"prompt_tokens": tokens, "total_tokens": tokens},
        })
    }

    /// Returns the text's vector, of length 1.
    fn vector(&self, script: &Script, base: u64, text: &str) -> Vec<f32> {
        // `DefaultHasher::new` has fixed keys, so a text has the same vector in every run.
        let mut hasher = DefaultHasher::new();
        (base, script.seed, &script.name, text).hash(&mut hasher);
        let mut rng = Rng::with_seed(hasher.finish());
        let mut vector: Vec<f32> = (0..self.dimensions).map(|_| rng.f32() - 0.5).collect();
        let length = vector.iter().map(|x| x * x).sum::<f32>().sqrt();
        if length > 0.0 {
            vector.iter_mut().for_each(|x| *x /= length);
        }
        vector
    }
}

fn openai_inputs(input: Option<&Value>) -> Result<Vec<String>, BadRequest> {
    let bad = || {
        BadRequest::new(
            "input",
            "'input' must be a text, or a list of texts or tokens",
        )
    };
    // A list of token numbers is one input.
    let tokens = |list: &[Value]| {
        let numbers: Option<Vec<String>> = list
            .iter()
            .map(|number| number.as_u64().map(|number| number.to_string()))
            .collect();
        numbers.map(|numbers| numbers.join(" "))
    };
    let texts = match input {
        Some(Value::String(text)) => Some(vec![text.clone()]),
        Some(Value::Array(list)) if list.first().is_some_and(Value::is_number) => {
            tokens(list).map(|one| vec![one])
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
        .ok_or_else(bad)
}

fn gemini_inputs(body: &Value) -> Result<(Vec<String>, Option<&Value>), BadRequest> {
    let bad = || {
        BadRequest::new(
            "requests",
            "* BatchEmbedContentsRequest.requests: not specified",
        )
    };
    let requests = body
        .get("requests")
        .and_then(Value::as_array)
        .ok_or_else(bad)?;
    let text = |request: &Value| {
        let parts = request.get("content")?.get("parts")?.as_array()?;
        let texts: Option<Vec<&str>> = parts
            .iter()
            .map(|part| part.get("text")?.as_str())
            .collect();
        texts.map(|texts| texts.concat())
    };
    let texts: Option<Vec<String>> = requests.iter().map(text).collect();
    let texts = texts.filter(|texts| !texts.is_empty()).ok_or_else(bad)?;
    let dimensions = requests
        .first()
        .and_then(|one| one.get("outputDimensionality"));
    Ok((texts, dimensions))
}
