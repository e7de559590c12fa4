//! Other gateways' names of providers, as presets.

use switchboard_engine::config::check_base_url;
use url::Url;

/// Returns the preset of a provider by the name that LiteLLM or Portkey has for it, or `None`.
pub(super) fn preset_of(name: &str) -> Option<&'static str> {
    Some(match name {
        "openai" | "text-completion-openai" => "openai",
        "anthropic" | "anthropic_text" => "anthropic",
        "gemini" | "google" | "google_ai_studio" => "gemini",
        "deepseek" => "deepseek",
        "openrouter" => "openrouter",
        "groq" => "groq",
        "mistral" | "mistral-ai" | "codestral" => "mistral",
        "xai" | "x-ai" => "xai",
        "together_ai" | "together-ai" | "together" => "together",
        "azure" | "azure-openai" | "azure_ai" => "azure",
        "ollama" | "ollama_chat" => "ollama",
        "lm_studio" => "lmstudio",
        "hosted_vllm" | "vllm" => "vllm",
        "openai_like" | "custom_openai" | "openai-compatible" => "openai-compatible",
        _ => return None,
    })
}

/// Returns the preset of a model's maker by its name alone, as LiteLLM guesses it, or `None`.
pub(super) fn maker_of(model: &str) -> Option<&'static str> {
    let begins = |starts: &[&str]| starts.iter().any(|start| model.starts_with(start));
    if begins(&["gpt-", "o1", "o3", "o4", "chatgpt-"]) {
        Some("openai")
    } else if begins(&["claude-"]) {
        Some("anthropic")
    } else if begins(&["gemini-"]) {
        Some("gemini")
    } else if begins(&["mistral-", "codestral-"]) {
        Some("mistral")
    } else if begins(&["deepseek-"]) {
        Some("deepseek")
    } else if begins(&["grok-"]) {
        Some("xai")
    } else {
        None
    }
}

/// Returns an address without what may be a secret, and the preset for it: that of a server with the same
/// API where the address is not the preset's own. `None`: the address cannot be used.
pub(super) fn at(preset: &'static str, address: &str) -> Option<(&'static str, Url)> {
    let mut url = check_base_url(address).ok()?;
    url.set_query(None);
    let usual = switchboard_engine::config::preset(preset);
    let own = usual.and_then(|preset| Url::parse(preset.base_url).ok());
    let same = own.is_some_and(|own| own.host() == url.host());
    let general = match preset {
        _ if same => preset,
        "anthropic" => "anthropic-compatible",
        "openai" | "deepseek" | "openrouter" | "groq" | "mistral" | "xai" | "together" => {
            "openai-compatible"
        }
        other => other,
    };
    Some((general, url))
}
