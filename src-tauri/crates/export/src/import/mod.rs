//! Other programs' configurations, read as providers and routes.
//!
//! A text comes from outside: it is bounded in length and depth, whatever it holds is either taken over,
//! reported as lost or reported as a problem, and no value of it is repeated in a report.

mod draft;
mod litellm;
mod litellm_rules;
mod name;
mod openrouter;
mod place;
mod portkey;
mod value;
mod write;

use crate::loss::Loss;
use draft::Draft;
use serde_json::Value;
use switchboard_engine::config::Config;
use switchboard_engine::secret::Secret;

/// Longest text that is read, in bytes.
pub const TEXT_LIMIT: usize = 1024 * 1024;

/// Whose configuration a text is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Source {
    /// LiteLLM's `config.yaml`.
    LiteLlm,
    /// The body of a request to OpenRouter.
    OpenRouter,
    /// A Portkey config.
    Portkey,
}

/// What a text holds, in this program's terms.
#[derive(Debug)]
pub struct Import {
    pub source: Source,
    /// Tables to add at the end of the configuration file; empty: nothing.
    pub toml: String,
    /// Ids of the providers in `toml`.
    pub providers: Vec<String>,
    /// Names of the routes in `toml`.
    pub routes: Vec<String>,
    /// Keys that stood in the text. They are not in `toml`.
    pub keys: Vec<FoundKey>,
    /// What stands in the way. Empty: `toml` can be added.
    pub problems: Vec<ImportProblem>,
    pub losses: Vec<Loss>,
}

/// A key that stood in the text.
#[derive(Debug)]
pub struct FoundKey {
    /// Id of the provider it is for.
    pub provider: String,
    /// Its name within the provider.
    pub name: String,
    pub secret: Secret,
}

/// Why a text cannot be taken over.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ImportProblem {
    /// Counted from 1; `None` if unknown.
    pub line: Option<u32>,
    /// Path in the text; `None`: the text as a whole.
    pub field: Option<String>,
    /// One clause: lower case, no final period.
    pub message: String,
}

impl ImportProblem {
    pub(crate) fn whole(message: impl Into<String>) -> Self {
        Self {
            line: None,
            field: None,
            message: message.into(),
        }
    }
}

/// Reads a text. `source`: `None` finds out. `config` is what is there already: its providers are used where
/// they fit, its names are not taken again.
///
/// # Errors
/// If the text is no configuration at all: too long, neither YAML nor JSON, or of nobody known.
pub fn import(
    text: &str,
    source: Option<Source>,
    config: &Config,
) -> Result<Import, ImportProblem> {
    let value = value::read(text)?;
    let source = match source.or_else(|| recognized(&value)) {
        Some(source) => source,
        None => {
            let message = "this is no LiteLLM, Portkey or OpenRouter configuration that is known";
            return Err(ImportProblem::whole(message));
        }
    };
    let mut draft = Draft::new(config);
    match source {
        Source::LiteLlm => litellm::read(&value, &mut draft),
        Source::OpenRouter => openrouter::read(&value, &mut draft),
        Source::Portkey => portkey::read(&value, &mut draft),
    }
    Ok(draft.finish(source))
}

/// Tells whose configuration it is by fields that the others do not have.
fn recognized(value: &Value) -> Option<Source> {
    let has = |name: &str| value.get(name).is_some();
    if has("model_list") || has("router_settings") || has("litellm_settings") {
        return Some(Source::LiteLlm);
    }
    if has("strategy") || has("targets") || has("override_params") || has("virtual_key") {
        return Some(Source::Portkey);
    }
    if has("model") || has("models") {
        return Some(Source::OpenRouter);
    }
    None
}
