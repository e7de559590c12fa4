//! Providers as codecs: a request in, HTTP out; stream bytes in, deltas out. They open no socket.

mod anthropic;
mod buckets;
mod classify;
mod codec;
mod count;
mod embed;
mod gemini;
mod header;
mod json;
mod model_rules;
mod models;
mod openai;
mod openai_responses;
pub(crate) mod prefill;
mod rate;
mod raw;
pub(crate) mod requirements;
mod schema;
pub mod sse;
mod tools;
mod url;

use crate::call::{FinishReason, ModelRequest};
use crate::error::CallError;
use crate::price::{PicoUsd, ServiceTier};
use crate::secret::Secret;
use crate::usage::Usage;
use ::url::Url;
use bytes::Bytes;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

pub use count::{count_request, counted};
pub(crate) use model_rules::claude_version;
pub use model_rules::omitted_params;
pub use requirements::check_model;

pub use http::{HeaderMap, Method, StatusCode};

/// The wire format a provider speaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum Wire {
    /// OpenAI Chat Completions, and everything compatible with it.
    OpenaiChat,
    /// OpenAI Responses.
    OpenaiResponses,
    /// Anthropic Messages.
    Anthropic,
    /// Google Gemini `streamGenerateContent?alt=sse`.
    Gemini,
}

/// How the credential is sent.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AuthStyle {
    /// The wire format's own header: `Authorization: Bearer`, `x-api-key` or `x-goog-api-key`; at
    /// Azure OpenAI's hosts `api-key`.
    Native,
    /// `Authorization: Bearer`, whatever the wire format.
    Bearer,
    /// A header of this name holding the bare key (Azure: `api-key`).
    Header(String),
}

/// Where a provider is and how it is spoken to.
#[derive(Debug, Clone, PartialEq)]
pub struct Endpoint {
    pub wire: Wire,
    /// As the user wrote it: with or without `/v1`, with or without a trailing slash.
    pub base_url: Url,
    pub auth: AuthStyle,
    /// Extra headers of every request.
    pub headers: Vec<(String, String)>,
}

/// What a model can take and do. Unknown counts as able: the provider has the last word.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[serde(default, deny_unknown_fields)]
pub struct Capabilities {
    pub images: bool,
    pub tools: bool,
    /// Native JSON-schema answers.
    pub json_schema: bool,
    /// Whether it streams reasoning or takes a reasoning effort.
    pub reasoning: bool,
    /// Parameters (fields of `Params`) the model rejects; they are not sent.
    pub rejected_params: Vec<String>,
    /// Carries on an answer that the request has begun, where the wire format has a way to ask for it.
    /// Unknown counts as not: a model that takes the begun answer for an earlier one would answer twice.
    #[serde(skip)]
    pub prefill: bool,
    /// Input and output together, in tokens; `None` if unknown.
    pub context_window: Option<u64>,
    /// Most output tokens; `None` if unknown.
    pub max_output_tokens: Option<u32>,
}

impl Default for Capabilities {
    fn default() -> Self {
        Self {
            images: true,
            tools: true,
            json_schema: true,
            reasoning: false,
            prefill: false,
            rejected_params: Vec::new(),
            context_window: None,
            max_output_tokens: None,
        }
    }
}

/// A request ready for a transport.
#[derive(Clone)]
pub struct HttpRequest {
    pub method: Method,
    pub url: Url,
    /// Holds the credential, marked sensitive.
    pub headers: HeaderMap,
    pub body: Bytes,
}

impl std::fmt::Debug for HttpRequest {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("HttpRequest")
            .field("method", &self.method)
            .field("url", &self.url.as_str())
            .field("body_bytes", &self.body.len())
            .finish_non_exhaustive()
    }
}

/// A piece of an answer, decoded.
#[derive(Debug, Clone, PartialEq)]
pub enum Delta {
    /// The model that answers, in the provider's words.
    ResponseModel(String),
    Text(String),
    Reasoning(String),
    /// `id` and `name` come once per `index`; `arguments` pieces are joined.
    ToolCall {
        index: u32,
        id: Option<String>,
        name: Option<String>,
        arguments: String,
    },
    /// Replaces what was reported before in this attempt.
    Usage(Usage),
    /// How urgently the request was served, in the provider's words.
    ServiceTier(ServiceTier),
    /// What the provider says it charges for the request.
    Cost(PicoUsd),
    Finish(FinishReason),
}

/// One event of a `text/event-stream`, as the WHATWG rules dispatch it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SseEvent<'a> {
    /// Empty for the default `message`.
    pub name: &'a str,
    pub data: &'a str,
}

/// Name under which [`crate::run::EventSink::wire`] is given a reply that was no stream but one JSON text.
pub const WHOLE_REPLY: &str = "whole reply";

/// Turns the events of one response stream into deltas.
pub trait Decoder: Send {
    /// Decodes one event, appending to `out`. Unknown events and fields pass silently.
    ///
    /// # Errors
    /// `Malformed` for data that is not the wire format's; the provider's own kind for an error event
    /// in band.
    fn event(&mut self, event: SseEvent<'_>, out: &mut Vec<Delta>) -> Result<(), CallError>;

    /// Returns whether the stream has said that it is over (`[DONE]`, `message_stop`, …): the rest of
    /// the body need not be read.
    fn is_done(&self) -> bool;

    /// Is told that the body has ended, appending what was held back to `out`.
    ///
    /// # Errors
    /// `Truncated` unless a finish reason or the end mark had come.
    fn end(&mut self, out: &mut Vec<Delta>) -> Result<(), CallError>;
}

/// What response headers say about rate limits; `None` where a header is absent.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct RateHint {
    pub limit_requests: Option<u64>,
    pub remaining_requests: Option<u64>,
    pub reset_requests: Option<std::time::Duration>,
    pub limit_tokens: Option<u64>,
    pub remaining_tokens: Option<u64>,
    pub reset_tokens: Option<std::time::Duration>,
}

/// Returns the codec of a wire format.
pub fn provider(wire: Wire) -> &'static dyn Provider {
    match wire {
        Wire::OpenaiChat => &openai::CODEC,
        Wire::OpenaiResponses => &openai_responses::CODEC,
        Wire::Anthropic => &anthropic::CODEC,
        Wire::Gemini => &gemini::CODEC,
    }
}

/// A wire format: pure functions over bytes.
pub trait Provider: Send + Sync {
    /// Returns the address a call to `model` is sent to: the one builder, also behind previews and tests
    /// of a connection.
    fn request_url(&self, endpoint: &Endpoint, model: &str) -> Url;

    /// Returns the address that lists the provider's models.
    fn models_url(&self, endpoint: &Endpoint) -> Url;

    /// Returns the model names in a reply from [`Provider::models_url`], in the reply's order.
    ///
    /// # Errors
    /// `Malformed` or `NotAnApi` if the reply is not a list of models.
    fn decode_models(&self, body: &[u8]) -> Result<Vec<String>, CallError>;

    /// Returns the headers every request to the endpoint carries, credential included (marked sensitive).
    ///
    /// # Errors
    /// `Misconfigured` for a header that is not valid HTTP.
    fn headers(&self, endpoint: &Endpoint, key: Option<&Secret>) -> Result<HeaderMap, CallError>;

    /// Returns the streaming request. Parameters the model rejects are left out.
    ///
    /// # Errors
    /// `Incapable` if the request needs what the model lacks; `Misconfigured` as for `headers`.
    fn encode(
        &self,
        endpoint: &Endpoint,
        request: &ModelRequest,
        capabilities: &Capabilities,
        key: Option<&Secret>,
    ) -> Result<HttpRequest, CallError>;

    /// Returns a decoder for one response stream.
    fn decoder(&self) -> Box<dyn Decoder>;

    /// Decodes an answer that came whole although a stream was asked for.
    ///
    /// # Errors
    /// `Malformed` or `NotAnApi` if it is not an answer.
    fn decode_whole(&self, body: &[u8]) -> Result<Vec<Delta>, CallError>;

    /// Says what a response other than 2xx means. Total: any bytes give some kind.
    fn classify(&self, status: StatusCode, headers: &HeaderMap, body: &[u8]) -> CallError;

    /// Reads the rate-limit headers.
    fn rate_headers(&self, headers: &HeaderMap) -> RateHint;
}

#[cfg(test)]
mod encode_tests;
#[cfg(test)]
mod fixture_tests;
#[cfg(test)]
mod whole_tests;
