//! Providers that can be added with one click, as data.
//!
//! Addresses, variables and key pages are the providers' own, read on 2026-11-23. Model ids are those of
//! late 2026 (genai-prices 0.2.3, MIT, data of 2026-11). What is known about models stands in `facts`.

use crate::provider::{AuthStyle, Wire};

/// A provider with everything filled in but the key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Preset {
    pub id: &'static str,
    pub label: &'static str,
    pub wire: Wire,
    /// Empty where only the user knows it.
    pub base_url: &'static str,
    /// Name of the header that carries the bare key; `None`: the wire format's own way.
    pub auth_header: Option<&'static str>,
    pub needs_key: bool,
    /// Whether it runs on the user's machine.
    pub local: bool,
    /// Variables in which its users keep the key, most usual first.
    pub env: &'static [&'static str],
    /// Where a key can be made; `None` if there is no such page.
    pub key_url: Option<&'static str>,
    /// Offered until the user lists others.
    pub models: &'static [&'static str],
    /// What must be changed before it can work; `None` if nothing.
    pub note: Option<&'static str>,
}

impl Preset {
    /// Returns how the key is sent.
    pub fn auth_style(&self) -> AuthStyle {
        self.auth_header
            .map_or(AuthStyle::Native, |name| AuthStyle::Header(name.to_owned()))
    }

    /// Returns whether the address holds a placeholder or is missing.
    pub fn must_edit_url(&self) -> bool {
        self.base_url.is_empty() || self.base_url.contains(PLACEHOLDER)
    }
}

/// What stands in a preset's address for what only the user knows.
pub const PLACEHOLDER: &str = "YOUR-RESOURCE";

/// Returns every preset, in the order in which they are offered.
pub fn presets() -> &'static [Preset] {
    &PRESETS
}

/// Returns the preset with this id, or `None`.
pub fn preset(id: &str) -> Option<&'static Preset> {
    PRESETS.iter().find(|preset| preset.id == id)
}

/// An OpenAI-compatible service on the net.
const REMOTE: Preset = Preset {
    id: "",
    label: "",
    wire: Wire::OpenaiChat,
    base_url: "",
    auth_header: None,
    needs_key: true,
    local: false,
    env: &[],
    key_url: None,
    models: &[],
    note: None,
};

/// An OpenAI-compatible server on this machine.
const LOCAL: Preset = Preset {
    needs_key: false,
    local: true,
    ..REMOTE
};

static PRESETS: [Preset; 18] = [
    Preset {
        id: "openai",
        label: "OpenAI",
        wire: Wire::OpenaiResponses,
        base_url: "https://api.openai.com/v1",
        env: &["OPENAI_API_KEY"],
        key_url: Some("https://platform.openai.com/api-keys"),
        models: &["gpt-6.1-terra", "gpt-6.1-sol", "gpt-5.6-luna"],
        ..REMOTE
    },
    Preset {
        id: "openai-chat",
        label: "OpenAI (Chat Completions)",
        base_url: "https://api.openai.com/v1",
        env: &["OPENAI_API_KEY"],
        key_url: Some("https://platform.openai.com/api-keys"),
        models: &["gpt-6.1-terra", "gpt-6.1-sol", "gpt-5.6-luna"],
        ..REMOTE
    },
    Preset {
        id: "anthropic",
        label: "Anthropic",
        wire: Wire::Anthropic,
        base_url: "https://api.anthropic.com",
        env: &["ANTHROPIC_API_KEY"],
        key_url: Some("https://platform.claude.com/settings/keys"),
        models: &["claude-sonnet-5-5", "claude-opus-5-5"],
        ..REMOTE
    },
    Preset {
        id: "gemini",
        label: "Google Gemini",
        wire: Wire::Gemini,
        base_url: "https://generativelanguage.googleapis.com",
        env: &["GEMINI_API_KEY", "GOOGLE_API_KEY"],
        key_url: Some("https://aistudio.google.com/apikey"),
        models: &["gemini-4-argon", "gemini-3.8-flash"],
        ..REMOTE
    },
    Preset {
        id: "deepseek",
        label: "DeepSeek",
        base_url: "https://api.deepseek.com/v1",
        env: &["DEEPSEEK_API_KEY"],
        key_url: Some("https://platform.deepseek.com/api_keys"),
        models: &["deepseek-v4-flash", "deepseek-v4-pro"],
        ..REMOTE
    },
    Preset {
        id: "xidao",
        label: "XiDao",
        base_url: "https://api.xidao.online/v1",
        env: &["XIDAO_API_KEY"],
        models: &[
            "claude-4-opus",
            "claude-4-sonnet",
            "gpt-5-turbo",
            "gemini-2.5-pro",
            "gemini-2.5-flash",
            "deepseek-v4",
        ],
        ..REMOTE
    },
    Preset {
        id: "openrouter",
        label: "OpenRouter",
        base_url: "https://openrouter.ai/api/v1",
        env: &["OPENROUTER_API_KEY"],
        key_url: Some("https://openrouter.ai/settings/keys"),
        models: &[
            "openai/gpt-6.1-terra",
            "anthropic/claude-sonnet-5.5",
            "google/gemini-4-argon",
            "deepseek/deepseek-v4-flash",
        ],
        ..REMOTE
    },
    Preset {
        id: "groq",
        label: "Groq",
        base_url: "https://api.groq.com/openai/v1",
        env: &["GROQ_API_KEY"],
        key_url: Some("https://console.groq.com/keys"),
        models: &[
            "openai/gpt-oss-120b",
            "openai/gpt-oss-20b",
            "qwen/qwen3.8-27b",
        ],
        ..REMOTE
    },
    Preset {
        id: "mistral",
        label: "Mistral",
        base_url: "https://api.mistral.ai/v1",
        env: &["MISTRAL_API_KEY"],
        key_url: Some("https://console.mistral.ai/api-keys"),
        models: &["mistral-large-4", "mistral-medium-3-5", "codestral-2508"],
        ..REMOTE
    },
    Preset {
        id: "xai",
        label: "xAI",
        base_url: "https://api.x.ai/v1",
        env: &["XAI_API_KEY"],
        key_url: Some("https://console.x.ai"),
        models: &["grok-4.7"],
        ..REMOTE
    },
    Preset {
        id: "together",
        label: "Together AI",
        base_url: "https://api.together.xyz/v1",
        env: &["TOGETHER_API_KEY"],
        key_url: Some("https://api.together.ai/settings/api-keys"),
        models: &[
            "deepseek-ai/DeepSeek-V4.1-Flash",
            "moonshotai/Kimi-K3",
            "zai-org/GLM-5.3",
        ],
        ..REMOTE
    },
    Preset {
        id: "azure",
        label: "Azure OpenAI",
        base_url: "https://YOUR-RESOURCE.openai.azure.com/openai/v1",
        auth_header: Some("api-key"),
        env: &["AZURE_OPENAI_API_KEY"],
        key_url: Some("https://portal.azure.com"),
        note: Some(
            "put the name of your Azure resource in place of YOUR-RESOURCE, and list your deployments as models",
        ),
        ..REMOTE
    },
    Preset {
        id: "ollama",
        label: "Ollama",
        base_url: "http://127.0.0.1:11434/v1",
        ..LOCAL
    },
    Preset {
        id: "lmstudio",
        label: "LM Studio",
        base_url: "http://127.0.0.1:1234/v1",
        ..LOCAL
    },
    Preset {
        id: "llamacpp",
        label: "llama.cpp",
        base_url: "http://127.0.0.1:8080/v1",
        ..LOCAL
    },
    Preset {
        id: "vllm",
        label: "vLLM",
        base_url: "http://127.0.0.1:8000/v1",
        ..LOCAL
    },
    Preset {
        id: "openai-compatible",
        label: "OpenAI-compatible server",
        note: Some("enter the address of the server, for example https://api.example.com/v1"),
        ..REMOTE
    },
    Preset {
        id: "anthropic-compatible",
        label: "Anthropic-compatible server",
        wire: Wire::Anthropic,
        note: Some("enter the address of the server, for example https://api.example.com"),
        ..REMOTE
    },
];
