//! Places as LiteLLM names them.

use crate::place::Place;
use crate::vendor::Vendor;

/// Returns LiteLLM's provider: what stands before `/` in its names.
pub(super) fn provider(place: &Place) -> &'static str {
    match place.vendor {
        Vendor::Anthropic | Vendor::AnthropicCompatible => "anthropic",
        Vendor::Gemini => "gemini",
        // At another address they are servers with OpenAI's API like any other.
        _ if place.own_address => "openai",
        Vendor::OpenAi | Vendor::Azure | Vendor::Ollama | Vendor::Vllm | Vendor::Compatible => {
            "openai"
        }
        Vendor::DeepSeek => "deepseek",
        Vendor::OpenRouter => "openrouter",
        Vendor::Groq => "groq",
        Vendor::Mistral => "mistral",
        Vendor::XAi => "xai",
        Vendor::Together => "together_ai",
    }
}

/// Returns a model's name with its provider.
pub(super) fn id(place: &Place) -> String {
    format!("{}/{}", provider(place), place.model)
}

/// Returns the address, or `None` where LiteLLM knows it.
pub(super) fn base(place: &Place) -> Option<String> {
    let elsewhere = place.own_address || place.local || provider(place) == "openai";
    let known = place.vendor == Vendor::OpenAi && !place.own_address;
    (elsewhere && !known).then(|| place.base_text())
}
