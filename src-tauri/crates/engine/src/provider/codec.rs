//! The one implementation of [`Provider`]: what the wire formats share, around what they do not.

use super::{
    Capabilities, Decoder, Delta, Endpoint, HeaderMap, HttpRequest, Method, Provider, RateHint,
    StatusCode, Wire, classify, embed, header, models, rate, raw, sse, url,
};
use crate::call::{Act, ModelRequest};
use crate::error::CallError;
use crate::secret::Secret;
use ::url::Url;
use bytes::Bytes;
use serde_json::Value;
use std::time::SystemTime;

/// A wire format: its three parts of its own.
pub(super) struct Codec {
    pub(super) wire: Wire,
    /// Returns the body of a streaming request.
    pub(super) body: fn(&Endpoint, &ModelRequest, &Capabilities) -> Result<Value, CallError>,
    pub(super) decoder: fn() -> Box<dyn Decoder>,
    /// Decodes an answer that is one JSON text.
    pub(super) whole: fn(&str) -> Result<Vec<Delta>, CallError>,
}

impl Provider for Codec {
    fn request_url(&self, endpoint: &Endpoint, model: &str) -> Url {
        url::call_url(self.wire, &endpoint.base_url, model)
    }

    fn models_url(&self, endpoint: &Endpoint) -> Url {
        url::models_url(self.wire, &endpoint.base_url)
    }

    fn decode_models(&self, body: &[u8]) -> Result<Vec<String>, CallError> {
        models::names(body)
    }

    fn headers(&self, endpoint: &Endpoint, key: Option<&Secret>) -> Result<HeaderMap, CallError> {
        header::headers(self.wire, endpoint, key)
    }

    fn encode(
        &self,
        endpoint: &Endpoint,
        request: &ModelRequest,
        capabilities: &Capabilities,
        key: Option<&Secret>,
    ) -> Result<HttpRequest, CallError> {
        let (url, body) = match &request.raw {
            Some(raw) if raw.act == Act::Embed => (
                url::embeddings_url(self.wire, &endpoint.base_url, &request.model),
                embed::body(self.wire, &raw.body, &request.model)?,
            ),
            raw => {
                raw::check(raw.as_ref(), self.wire, &request.model)?;
                let body = (self.body)(endpoint, request, capabilities)?;
                let body = raw::merged(raw.as_ref(), self.wire, body, capabilities);
                (self.request_url(endpoint, &request.model), body)
            }
        };
        let mut headers = self.headers(endpoint, key)?;
        header::add_body_headers(&mut headers);
        Ok(HttpRequest {
            method: Method::POST,
            url,
            headers,
            body: Bytes::from(body.to_string()),
        })
    }

    fn decoder(&self) -> Box<dyn Decoder> {
        (self.decoder)()
    }

    fn decode_whole(&self, body: &[u8]) -> Result<Vec<Delta>, CallError> {
        let text = String::from_utf8_lossy(body.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(body));
        let text = text.trim();
        // An event stream whose content type was wrong.
        let starts = [":", "data:", "event:", "id:", "retry:"];
        if !starts.iter().any(|start| text.starts_with(start)) {
            if let Some(embedded) = embed::decode(text) {
                return Ok(embedded);
            }
            return (self.whole)(text);
        }
        let mut decoder = self.decoder();
        let mut out = Vec::new();
        let mut parser = sse::SseParser::new();
        parser.push(body, |event| decoder.event(event, &mut out))?;
        parser.finish(|event| decoder.event(event, &mut out))?;
        decoder.end(&mut out)?;
        Ok(out)
    }

    fn classify(&self, status: StatusCode, headers: &HeaderMap, body: &[u8]) -> CallError {
        classify::classify(status, headers, body, SystemTime::now())
    }

    fn rate_headers(&self, headers: &HeaderMap) -> RateHint {
        rate::rate_hint(headers, SystemTime::now())
    }
}

/// Returns the error for a body that ended before the answer did.
pub(super) fn truncated() -> CallError {
    CallError::cut("the answer was cut off: the stream ended without its end mark")
}
