//! OpenAI Chat Completions and everything compatible with it: DeepSeek, Groq, Mistral, OpenRouter, xAI,
//! Ollama, llama.cpp, vLLM, Azure and the rest.

mod content;
mod decode;
mod encode;
mod usage;

use super::Wire;
use super::codec::Codec;

/// The Chat Completions wire format.
pub(super) static CODEC: Codec = Codec {
    wire: Wire::OpenaiChat,
    body: encode::body,
    decoder: || Box::<decode::ChatDecoder>::default(),
    whole: decode::whole,
};
