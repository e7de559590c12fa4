//! Whose API a place speaks, as other gateways name it.

use switchboard_engine::provider::Wire;

/// Who is behind an address.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Vendor {
    OpenAi,
    Anthropic,
    Gemini,
    DeepSeek,
    OpenRouter,
    Groq,
    Mistral,
    XAi,
    Together,
    Azure,
    Ollama,
    Vllm,
    /// Anybody that speaks OpenAI's Chat Completions.
    Compatible,
    /// Anybody that speaks Anthropic's Messages.
    AnthropicCompatible,
}

impl Vendor {
    /// Returns the vendor of a provider: by its preset, else by the API it speaks.
    pub(crate) fn of(preset: Option<&str>, wire: Wire) -> Self {
        match (preset, wire) {
            (Some("openai" | "openai-chat"), _) => Self::OpenAi,
            (Some("anthropic"), _) => Self::Anthropic,
            (Some("gemini"), _) | (None, Wire::Gemini) => Self::Gemini,
            (Some("deepseek"), _) => Self::DeepSeek,
            (Some("openrouter"), _) => Self::OpenRouter,
            (Some("groq"), _) => Self::Groq,
            (Some("mistral"), _) => Self::Mistral,
            (Some("xai"), _) => Self::XAi,
            (Some("together"), _) => Self::Together,
            (Some("azure"), _) => Self::Azure,
            (Some("ollama"), _) => Self::Ollama,
            (Some("vllm"), _) => Self::Vllm,
            (_, Wire::Anthropic) => Self::AnthropicCompatible,
            (_, Wire::Gemini) => Self::Gemini,
            (_, Wire::OpenaiChat | Wire::OpenaiResponses) => Self::Compatible,
        }
    }

    /// Returns whether its API is OpenAI's Chat Completions.
    pub(crate) const fn speaks_openai(self) -> bool {
        !matches!(
            self,
            Self::Anthropic | Self::Gemini | Self::AnthropicCompatible
        )
    }
}
