//! Taking a tested route to a gateway for production, and bringing another program's configuration here.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// A gateway whose own configuration can be written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, TS)]
#[serde(rename_all = "lowercase")]
pub enum ExportTo {
    Litellm,
    Portkey,
    Envoy,
    Bifrost,
    Tensorzero,
    Openrouter,
}

/// Asks for a route in a gateway's form.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct PreviewExport {
    /// Name of a route, configured or built in.
    pub route: String,
    pub to: ExportTo,
}

/// A route in a gateway's form.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct ExportPreview {
    /// The main file first; never empty.
    pub files: Vec<ExportedFile>,
    /// What does not hold there as it holds here, the gravest first.
    pub losses: Vec<TransferLoss>,
}

/// One file of an export. Holds no key: names of environment variables and secrets only.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct ExportedFile {
    /// A file name without folders.
    pub name: String,
    pub language: ExportLanguage,
    pub text: String,
}

/// How a file is to be coloured.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "lowercase")]
pub enum ExportLanguage {
    Yaml,
    Json,
    Toml,
}

/// A setting that does not mean the same on the other side.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct TransferLoss {
    /// Path in what is taken over, counted from 0, for example `steps[0].clocks.idle`.
    pub setting: String,
    /// One clause: lower case, no final period.
    pub what: String,
    pub severity: LossSeverity,
}

/// How much of a setting is lost.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, TS)]
#[serde(rename_all = "lowercase")]
pub enum LossSeverity {
    /// Nothing of it holds there.
    Dropped,
    /// Something like it holds there.
    Approximated,
    /// It holds there; something about it has to be known or done.
    Note,
}

/// What a text to import is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize, TS)]
#[serde(rename_all = "lowercase")]
pub enum ImportKind {
    /// Found out from the text.
    #[default]
    Auto,
    /// LiteLLM's `config.yaml`.
    Litellm,
    /// The body of a request to OpenRouter.
    Openrouter,
    /// A Portkey config.
    Portkey,
    /// Lines `NAME=value`, as in a `.env` file.
    Environment,
}

/// Asks what an import would add.
#[derive(Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct PreviewImport {
    pub text: String,
    #[serde(default)]
    pub kind: ImportKind,
}

/// Without the text, which may hold keys.
impl std::fmt::Debug for PreviewImport {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("PreviewImport")
            .field("kind", &self.kind)
            .finish_non_exhaustive()
    }
}

/// What an import would add to the configuration file.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[ts(optional_fields)]
pub struct ImportPreview {
    /// What the text was read as; never `auto`.
    pub kind: ImportKind,
    /// The tables that would be added, as TOML. Empty: there is nothing to add.
    pub toml: String,
    /// Ids of providers that would be added.
    pub providers: Vec<String>,
    /// Names of routes that would be added.
    pub routes: Vec<String>,
    /// Keys written in the text itself. They never go into the file.
    pub keys: Vec<ImportedKey>,
    /// What stands in the way; empty: it can be applied.
    pub problems: Vec<ImportProblem>,
    /// What is not taken over, or not as it was.
    pub losses: Vec<TransferLoss>,
}

/// A key found in an imported text, by its place only.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct ImportedKey {
    /// Id of the provider it is for.
    pub provider: String,
    /// Its name within the provider.
    pub name: String,
}

/// Why an import cannot be applied.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[ts(optional_fields)]
pub struct ImportProblem {
    /// Counted from 1.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub line: Option<u32>,
    /// Path in the text, for example `model_list[0].litellm_params.model`; `None`: the text as a whole.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub field: Option<String>,
    /// One clause: lower case, no final period. Repeats no value of the text.
    pub message: String,
}

/// Adds what an import found to the configuration file.
#[derive(Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct ApplyImport {
    /// As given to the preview.
    pub text: String,
    #[serde(default)]
    pub kind: ImportKind,
    /// Puts keys written in the text into the key store; otherwise they are left out.
    #[serde(default)]
    pub store_keys: bool,
}

/// Without the text, which may hold keys.
impl std::fmt::Debug for ApplyImport {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("ApplyImport")
            .field("kind", &self.kind)
            .field("store_keys", &self.store_keys)
            .finish_non_exhaustive()
    }
}

/// What an import added.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct ImportDone {
    pub providers: Vec<String>,
    pub routes: Vec<String>,
    /// Keys that were put into the key store.
    pub keys: Vec<ImportedKey>,
}
