//! Gateways whose own configuration can be written, and the files that make it.

/// A gateway for production.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Gateway {
    LiteLlm,
    Portkey,
    Envoy,
    Bifrost,
    TensorZero,
    OpenRouter,
}

impl Gateway {
    /// Every gateway, in the order in which they are offered.
    pub const ALL: [Self; 6] = [
        Self::LiteLlm,
        Self::Portkey,
        Self::Envoy,
        Self::Bifrost,
        Self::TensorZero,
        Self::OpenRouter,
    ];

    /// Returns its name for people.
    pub const fn label(self) -> &'static str {
        match self {
            Self::LiteLlm => "LiteLLM",
            Self::Portkey => "Portkey",
            Self::Envoy => "Envoy AI Gateway",
            Self::Bifrost => "Bifrost",
            Self::TensorZero => "TensorZero",
            Self::OpenRouter => "OpenRouter",
        }
    }
}

/// One file of an export.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OutFile {
    /// Without folders.
    pub name: String,
    pub language: Language,
    pub text: String,
}

/// What a file is written in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Language {
    Yaml,
    Json,
    Toml,
}
