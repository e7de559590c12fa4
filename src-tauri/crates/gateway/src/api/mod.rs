//! The providers' own APIs at the gateway: requests in, answers out, errors in each one's shape.

pub(crate) mod access;
pub(crate) mod answer;
pub(crate) mod asked;
mod decode;
pub(crate) mod error;
mod models;
mod render;
mod routes;
mod server;
mod shown;

pub use access::{Access, KeyInfo, NoKeys};
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
