//! OpenAI Chat Completions and everything compatible with it: DeepSeek, Groq, Mistral, OpenRouter, xAI,
//! Ollama, llama.cpp, vLLM, Azure and the rest.

mod decode;
mod encode;
mod usage;

use super::{
    Capabilities, Decoder, Delta, Endpoint, HeaderMap, HttpRequest, Provider, RateHint, StatusCode,
    Wire, classify, header, models, rate, url,
};
use crate::call::ModelRequest;
use crate::error::CallError;
use crate::secret::Secret;
use ::url::Url;
use std::time::SystemTime;

/// The Chat Completions wire format.
#[derive(Debug)]
pub(super) struct OpenaiChat;

impl Provider for OpenaiChat {
    fn request_url(&self, endpoint: &Endpoint, model: &str) -> Url {
        url::call_url(Wire::OpenaiChat, &endpoint.base_url, model)
    }

    fn models_url(&self, endpoint: &Endpoint) -> Url {
        url::models_url(Wire::OpenaiChat, &endpoint.base_url)
    }

    fn decode_models(&self, body: &[u8]) -> Result<Vec<String>, CallError> {
        models::names(body)
    }

    fn headers(&self, endpoint: &Endpoint, key: Option<&Secret>) -> Result<HeaderMap, CallError> {
        header::headers(endpoint, key)
    }

    fn encode(
        &self,
        endpoint: &Endpoint,
        request: &ModelRequest,
        capabilities: &Capabilities,
        key: Option<&Secret>,
    ) -> Result<HttpRequest, CallError> {
        let body = encode::body(endpoint, request, capabilities)?;
        super::post(self, endpoint, request, key, &body)
    }

    fn decoder(&self) -> Box<dyn Decoder> {
        Box::<decode::ChatDecoder>::default()
    }

    fn decode_whole(&self, body: &[u8]) -> Result<Vec<Delta>, CallError> {
        super::decode_whole(self.decoder(), body, decode::whole)
    }

    fn classify(&self, status: StatusCode, headers: &HeaderMap, body: &[u8]) -> CallError {
        classify::classify(status, headers, body, SystemTime::now())
    }

    fn rate_headers(&self, headers: &HeaderMap) -> RateHint {
        rate::rate_hint(headers, SystemTime::now())
    }
}
