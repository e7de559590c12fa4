//! The providers' own APIs at the gateway: requests in, answers out, errors in each one's shape.

mod access;
mod answer;
mod asked;
mod body;
mod call;
mod count;
mod decode;
mod error;
mod explain;
mod fold;
mod framing;
mod known;
mod models;
mod pass;
mod render;
mod routes;
mod server;
mod shown;
mod stall;
mod stream;
mod vectors;

pub use server::{Gateway, GatewayError, GatewayOptions, serve_gateway};

/// Whose API a client speaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Api {
    /// OpenAI Chat Completions.
    Chat,
    /// OpenAI Responses.
    Responses,
    /// Anthropic Messages.
    Anthropic,
    /// Google Gemini.
    Gemini,
}
