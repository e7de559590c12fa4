//! What crosses to the user interface and back. Nothing here can hold a credential, but for a gateway key in
//! the answer that makes it.

pub use super::budget_types::*;
pub use super::config_types::*;
pub use super::experiment_types::*;
pub use super::export_types::*;
pub use super::gateway_types::*;
pub use super::price_types::*;
pub use super::route_edit_types::*;
pub use super::routes_types::*;
pub use super::routing_types::*;

pub use super::rehearse_types::*;
pub use super::spend_chart_types::*;
pub use super::spend_types::*;
pub use super::token_types::*;
pub use super::whatif_types::*;

use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use switchboard_engine::call::{CallId, FinishReason, Message, Params, ResponseFormat, Tool};
use switchboard_engine::error::CallError;
use switchboard_engine::event::{CallEvent, Next, TargetInfo};
use switchboard_engine::plan::Recovery;
use switchboard_engine::price::{CostSource, PicoUsd, ServiceTier};
use switchboard_engine::provider::{Capabilities, Wire};
use switchboard_engine::usage::Usage;
use ts_rs::TS;

/// An error of a use-case; the UI switches on `code`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS, thiserror::Error)]
#[error("{message}")]
#[ts(optional_fields)]
pub struct ApiError {
    pub code: ErrorCode,
    /// One sentence: lower case, no final period.
    pub message: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hint: Option<String>,
    /// The field at fault, as a path such as `providers.openai.base_url`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub field: Option<String>,
}

impl ApiError {
    /// Returns an error with its sentence.
    pub fn new(code: ErrorCode, message: impl Into<String>) -> Self {
        Self {
            code,
            message: message.into(),
            hint: None,
            field: None,
        }
    }

    /// Adds what the person can do next.
    #[must_use]
    pub fn with_hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }

    /// Names the field at fault.
    #[must_use]
    pub fn with_field(mut self, field: impl Into<String>) -> Self {
        self.field = Some(field.into());
        self
    }
}

/// The kinds of [`ApiError`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum ErrorCode {
    /// The parameters do not fit the method.
    InvalidParams,
    UnknownMethod,
    NotFound,
    /// Someone else changed the thing meanwhile, or the name is taken.
    Conflict,
    /// The configuration file is broken; the last good one is active.
    Config,
    /// The key store is locked.
    KeychainLocked,
    /// There is no key store.
    KeychainNone,
    /// History could not be read or written.
    Store,
    /// A connection test failed; the message says how.
    Provider,
    Internal,
}

// ---------------------------------------------------------------- application

/// What the shell shows about the program.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct AppInfo {
    pub version: String,
    /// `linux`, `macos` or `windows`.
    pub os: String,
    pub data_dir: String,
    pub config_path: String,
    pub history_path: String,
    pub history_calls: u64,
    pub history_bytes: u64,
    pub in_flight: u32,
    pub keychain: KeychainState,
    /// `None`: the file on disk is the active configuration.
    pub config_error: Option<ConfigProblem>,
    /// Why history is not being written now; `None`: it is. What waits is kept in memory.
    pub history_error: Option<String>,
    /// Whether any provider other than the simulator has a usable credential or needs none.
    pub has_real_provider: bool,
    /// Calls found unfinished at this launch and marked interrupted.
    pub interrupted_at_launch: u32,
}

/// Why the configuration file on disk is not active.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct ConfigProblem {
    pub file: String,
    /// Counted from 1; `None` if the problem has no place.
    pub line: Option<u32>,
    pub column: Option<u32>,
    pub field: Option<String>,
    pub message: String,
    pub fix: Option<String>,
}

/// The state of the OS key store.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[serde(tag = "state", rename_all = "snake_case")]
pub enum KeychainState {
    Ok,
    Locked {
        message: String,
    },
    /// `commands`: what to type to get one, per system.
    None {
        message: String,
        commands: Vec<InstallCommand>,
    },
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct InstallCommand {
    /// For example "Debian, Ubuntu".
    pub system: String,
    pub command: String,
}

/// State the UI keeps between launches, by key. Values are the UI's own JSON.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct UiState {
    #[ts(type = "Record<string, unknown>")]
    pub values: BTreeMap<String, serde_json::Value>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct SetUiState {
    pub key: String,
    /// `null` forgets the key.
    #[ts(type = "unknown")]
    pub value: serde_json::Value,
}

/// No parameters, or nothing to say.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, TS)]
pub struct Empty {}

// ---------------------------------------------------------------- providers, models, keys

/// A provider as configured.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct ProviderInfo {
    /// Lower-case id, the part before `/` in a model reference.
    pub id: String,
    pub label: String,
    pub wire: Wire,
    pub base_url: String,
    /// Where a call really goes, for example `https://api.openai.com/v1/chat/completions`.
    pub request_url: String,
    pub simulated: bool,
    /// Runs on this machine and needs no key.
    pub local: bool,
    pub needs_key: bool,
    pub keys: Vec<KeyInfo>,
    /// Name of the credential that calls use; `None` if none is usable.
    pub active_key: Option<String>,
    pub lamp: Lamp,
    /// Short text beside the lamp: "212 ms", "no key", "simulated", "not running".
    pub lamp_text: String,
    /// Where a key can be made; `None` if unknown.
    pub key_url: Option<String>,
    /// Models listed in the configuration (others may exist at the provider).
    pub models: Vec<String>,
}

/// The colour of a provider's lamp. Never the only signal: a text stands beside it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum Lamp {
    /// Answered last time.
    Ok,
    /// Cooling, rate limited or slow.
    Warning,
    /// Failed last time.
    Down,
    /// Not tried yet, or not usable for want of a key.
    Idle,
    Simulated,
}

/// A named credential. There is no way to read the credential itself back.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct KeyInfo {
    pub name: String,
    pub source: KeySource,
    pub present: bool,
    /// Last four characters; `None` if absent or short.
    pub last4: Option<String>,
    /// RFC 3339; `None` if unknown.
    pub updated_at: Option<String>,
}

/// Where a credential lives.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum KeySource {
    Keychain,
    Environment {
        variable: String,
    },
    /// In memory until the program ends.
    Session,
}

/// A provider to add, with everything filled in but the key.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct Preset {
    pub id: String,
    pub label: String,
    pub wire: Wire,
    pub base_url: String,
    pub needs_key: bool,
    pub local: bool,
    /// Environment variable in which its users keep the key.
    pub env: Option<String>,
    pub key_url: Option<String>,
    pub models: Vec<String>,
    /// What must be changed before it can work (Azure's resource name); `None` if nothing.
    pub note: Option<String>,
}

/// A provider to add or change. Written to the configuration file, comments kept.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[ts(optional_fields)]
pub struct SaveProvider {
    pub id: String,
    pub label: String,
    pub wire: Wire,
    pub base_url: String,
    pub needs_key: bool,
    /// Preset the entry came from.
    #[serde(default)]
    pub preset: Option<String>,
    #[serde(default)]
    pub models: Option<Vec<String>>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct ProviderId {
    pub id: String,
}

/// A base URL as typed, to see where calls would go.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct PreviewUrl {
    pub wire: Wire,
    pub base_url: String,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct UrlPreview {
    /// For example `https://host/v1/chat/completions`.
    pub request_url: String,
    /// What was understood differently from what was typed; `None` if nothing.
    pub note: Option<String>,
}

/// The outcome of trying a provider's connection.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[serde(tag = "result", rename_all = "snake_case")]
pub enum ProviderTest {
    Ok {
        elapsed_ms: u64,
        models: Vec<String>,
    },
    Failed {
        error: CallError,
    },
}

/// A credential to store. It crosses once, on entry.
#[derive(Clone, Deserialize, TS)]
pub struct SetKey {
    pub provider: String,
    /// Name of the credential, `default` if the user gives none.
    pub name: String,
    pub key: String,
    /// Keep in memory until the program ends, instead of the OS key store.
    pub session_only: bool,
}

impl std::fmt::Debug for SetKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("SetKey")
            .field("provider", &self.provider)
            .field("name", &self.name)
            .field("session_only", &self.session_only)
            .finish_non_exhaustive()
    }
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct KeyRef {
    pub provider: String,
    pub name: String,
}

/// A credential found in the environment or in a `.env` file.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct FoundKey {
    pub variable: String,
    /// Preset the variable belongs to.
    pub preset: String,
    pub label: String,
    pub last4: Option<String>,
    /// Whether the provider is configured and has a credential already.
    pub already: bool,
}

/// What a scan found. `token` names the scan for [`ImportKeys`]; the values stay on the Rust side.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct KeyScan {
    pub token: String,
    /// "environment" or the file's path.
    pub origin: String,
    pub found: Vec<FoundKey>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct ImportKeys {
    pub token: String,
    pub variables: Vec<String>,
    /// Reference environment variables by name instead of copying values to the key store
    /// (only for the environment's own variables).
    pub by_reference: bool,
}

/// A model that can be picked.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct ModelInfo {
    /// `provider/model`: what a column and the command line take.
    pub id: String,
    pub provider: String,
    pub provider_label: String,
    pub model: String,
    pub capabilities: Capabilities,
    /// Pico-USD per input token; `None`: no price is known.
    pub input_price: Option<PicoUsd>,
    pub output_price: Option<PicoUsd>,
    pub local: bool,
    pub simulated: bool,
    /// `None` if it can be called now, else why not ("no key for OpenAI").
    pub unavailable: Option<String>,
    /// One line for simulated models: what they play. `None` for others.
    pub about: Option<String>,
}

// ---------------------------------------------------------------- prompts

/// Everything that makes a prompt: what is asked, in which form, of which models.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, TS)]
#[serde(default)]
pub struct PromptBody {
    pub messages: Vec<Message>,
    /// Values of `{{name}}` in the messages, by name.
    pub variables: BTreeMap<String, String>,
    pub tools: Vec<Tool>,
    pub response_format: ResponseFormat,
    pub params: Params,
    pub columns: Vec<Column>,
}

/// One column of a comparison.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct Column {
    /// Chosen by the UI, stable while the column lives.
    pub id: String,
    /// `provider/model`.
    pub model: String,
    /// Tried in order when `model` fails.
    #[serde(default)]
    pub fallbacks: Vec<String>,
    /// Overrides of the prompt's parameters; `None`: none.
    #[serde(default)]
    pub params: Option<Params>,
}

/// A prompt in the list.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct PromptSummary {
    pub id: String,
    pub title: String,
    /// Latest saved version; 0 before the first.
    pub version: u32,
    /// RFC 3339.
    pub updated_at: String,
    /// Start of the first user message.
    pub excerpt: String,
}

/// A prompt opened for editing.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct Prompt {
    pub id: String,
    pub title: String,
    pub version: u32,
    /// Whether `body` differs from the latest version.
    pub dirty: bool,
    pub body: PromptBody,
    /// RFC 3339; when the draft was last written.
    pub saved_at: String,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct PromptQuery {
    /// Words that must occur in title or messages; empty for all.
    pub search: String,
    /// Include deleted ones (for undo).
    #[serde(default)]
    pub deleted: bool,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct PromptId {
    pub id: String,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct NewPrompt {
    pub title: String,
    pub body: PromptBody,
}

/// An autosaved draft.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct SaveDraft {
    pub id: String,
    pub title: String,
    pub body: PromptBody,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct PromptVersion {
    pub version: u32,
    /// RFC 3339.
    pub created_at: String,
    pub body: PromptBody,
    /// Calls made with this version.
    pub calls: u32,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct RestoreVersion {
    pub id: String,
    pub version: u32,
}

// ---------------------------------------------------------------- calls

/// A comparison to run: the named columns of a prompt.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[ts(optional_fields)]
pub struct StartRun {
    /// The prompt, saved as a new version first if its draft differs; `None` for a loose run.
    #[serde(default)]
    pub prompt_id: Option<String>,
    /// What to run. Saved as the prompt's draft before it runs.
    pub body: PromptBody,
    /// Columns to run; all if absent.
    #[serde(default)]
    pub columns: Option<Vec<String>>,
    /// Continue this run's group (re-run of one column); a new group if absent.
    #[serde(default)]
    pub group: Option<String>,
    #[serde(default)]
    pub recovery: Option<Recovery>,
    /// What it is for: 1 to 64 characters.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub project: Option<String>,
    /// At most 16, of 1 to 64 characters.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[ts(optional, as = "Option<Vec<String>>")]
    pub tags: Vec<String>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct StartedRun {
    /// Groups the columns of one comparison.
    pub group: String,
    /// The version that ran; `None` for a loose run.
    pub prompt_version: Option<u32>,
    pub calls: Vec<StartedCall>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct StartedCall {
    pub column: String,
    pub call: CallId,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct CallRef {
    pub call: CallId,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct CallQuery {
    /// Words looked for in model, prompt, answer and error; empty for all.
    pub search: String,
    /// Only calls older than this one (keyset paging); newest first.
    #[serde(default)]
    pub before: Option<CallId>,
    /// 1 to 500.
    pub limit: u32,
    /// Only calls begun at this time or later (RFC 3339).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub from: Option<String>,
    /// Only calls begun before this time (RFC 3339).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub to: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub only: Option<SpendFilter>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct CallPage {
    pub calls: Vec<CallSummary>,
    /// Pass as `before` for the next page; `None` at the end.
    pub next: Option<CallId>,
}

/// Where a call stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum CallStatus {
    Running,
    Ok,
    Failed,
    Cancelled,
    Interrupted,
}

/// A call in the list.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct CallSummary {
    pub id: CallId,
    pub status: CallStatus,
    /// RFC 3339 with milliseconds.
    pub started_at: String,
    /// The first target.
    pub requested: TargetInfo,
    /// The target that answered (or was tried last); `None` before the first attempt.
    pub answered: Option<TargetInfo>,
    /// The model that answered, in the provider's words; `None` if it did not say.
    pub response_model: Option<String>,
    /// `None` unless the answer is whole.
    pub finish_reason: Option<FinishReason>,
    pub attempts: u32,
    /// Same target again.
    pub retries: u32,
    /// Changes of target.
    pub fallbacks: u32,
    pub first_token_ms: Option<u64>,
    pub elapsed_ms: Option<u64>,
    pub usage: Usage,
    /// What its attempts cost together so far; `None`: that of one of them is not known, or nothing is charged yet.
    pub cost: Option<PicoUsd>,
    /// How the cost is known; `None`: nothing is charged yet, or it was recorded by an older version.
    #[ts(optional)]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cost_source: Option<CostSource>,
    /// How urgently the last attempt was served; `None` as for `cost_source`.
    #[ts(optional)]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub service_tier: Option<ServiceTier>,
    /// Whether no target answered and the text is the route's fallback text.
    pub fallback_text: bool,
    /// Whether the answer was carried on after a cut.
    pub continued: bool,
    /// What it was for, in its caller's words.
    #[ts(optional)]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub project: Option<String>,
    pub tags: Vec<String>,
    pub prompt_id: Option<String>,
    pub prompt_title: Option<String>,
    pub prompt_version: Option<u32>,
    /// Groups the columns of one comparison.
    pub group: Option<String>,
    pub column: Option<String>,
    /// `window`, `cli` or `gateway`.
    pub caller: String,
    /// Name of the gateway key it was made with; `None`: without one.
    #[ts(optional)]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub caller_key: Option<String>,
    /// The route that chose the targets; `None`: they were named.
    #[ts(optional)]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub route: Option<String>,
    /// The first cause, for failed calls.
    pub error: Option<CallError>,
    pub rating: Option<Rating>,
    /// Start of the answer.
    pub excerpt: String,
}

/// A call opened.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct CallDetail {
    pub summary: CallSummary,
    /// The answer so far, or whole.
    pub text: String,
    pub reasoning: String,
    pub tool_calls: Vec<ToolCall>,
    pub attempts: Vec<AttemptDetail>,
    /// What was asked, after variables were filled in.
    pub request: CallRequest,
    /// Last event's `seq`; live batches continue after it.
    pub seq: u64,
    /// Sentences that say what happened, in order.
    pub explanation: Vec<String>,
}

/// A tool call of an answer, whole.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct ToolCall {
    pub id: String,
    pub name: String,
    /// JSON text as the model wrote it.
    pub arguments: String,
}

/// What a call asked, kept so that it can be opened in Compose and run again.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct CallRequest {
    /// As edited, with `{{variables}}`.
    pub body: PromptBody,
    /// As sent.
    pub messages: Vec<Message>,
    pub model: String,
    pub fallbacks: Vec<String>,
    pub params: Params,
}

/// One attempt of a recorded call. Times are milliseconds since the call began.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct AttemptDetail {
    pub attempt: u32,
    pub target: TargetInfo,
    pub started_ms: u64,
    pub headers_ms: Option<u64>,
    pub first_token_ms: Option<u64>,
    /// `None` while it runs.
    pub ended_ms: Option<u64>,
    /// Wait after this attempt before the next; 0 if none.
    pub wait_ms: u64,
    /// What was done after it failed; `None` if it did not fail.
    pub next: Option<Next>,
    pub status: Option<u16>,
    pub request_id: Option<String>,
    pub error: Option<CallError>,
    pub usage: Usage,
    /// What it cost; `None`: not known, or it runs.
    #[ts(optional)]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cost: Option<PicoUsd>,
    /// How the cost is known; `None`: it runs, or it was recorded by an older version.
    #[ts(optional)]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cost_source: Option<CostSource>,
    /// Text this attempt had shown before it was discarded; empty if none.
    pub discarded: String,
}

/// What a person thought of an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum Rating {
    Good,
    Bad,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct RateCall {
    pub call: CallId,
    /// `None` takes the rating back.
    pub rating: Option<Rating>,
}

/// A vote of a blind comparison.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct CastVote {
    pub group: String,
    pub prompt_id: Option<String>,
    /// The calls that were compared, in the order shown.
    pub calls: Vec<CallId>,
    pub verdict: Verdict,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(tag = "verdict", rename_all = "snake_case")]
pub enum Verdict {
    Winner { call: CallId },
    Tie,
    AllBad,
}

/// How models did in blind votes over one prompt.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct VoteRecord {
    pub rows: Vec<VoteRow>,
    pub votes: u32,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct VoteRow {
    /// `provider/model`.
    pub model: String,
    pub wins: u32,
    pub ties: u32,
    pub losses: u32,
}

/// A piece of a comparison of two texts.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct DiffSpan {
    pub kind: DiffKind,
    pub text: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum DiffKind {
    Same,
    /// Only in the first text.
    Removed,
    /// Only in the second text.
    Added,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct DiffTexts {
    pub before: String,
    pub after: String,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct Diff {
    /// In reading order. Word by word; line by line when the texts are long.
    pub spans: Vec<DiffSpan>,
}

// ---------------------------------------------------------------- the live channel

/// One message of the live channel: at most one per ~33 ms, under 6 KB.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct Batch {
    /// Counts from 0 per subscription; a gap means: fetch open calls anew with `calls.get`.
    pub seq: u64,
    pub items: Vec<Live>,
}

/// Something a window must know at once.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[serde(tag = "kind", rename_all = "snake_case")]
#[expect(
    clippy::large_enum_variant,
    reason = "most of what is told is the largest: events"
)]
pub enum Live {
    /// A call began, here or through another host.
    CallStarted {
        summary: CallSummary,
    },
    /// Something that happened to a call. Pieces of text that follow each other come joined.
    Event {
        event: CallEvent,
        /// For text and reasoning deltas: how many UTF-16 units of that text came before this piece
        /// since the call (or its last restart) began. A piece that overlaps what is known already
        /// is cut by the reader; a piece beyond it means that something was missed.
        #[ts(optional)]
        #[serde(default, skip_serializing_if = "Option::is_none")]
        offset: Option<u64>,
    },
    /// The configuration changed: providers and models must be read anew.
    ConfigChanged {
        error: Option<ConfigProblem>,
    },
    /// History cannot be written, or can again.
    HistoryChanged {
        error: Option<String>,
    },
    /// A provider's lamp changed.
    ProvidersChanged {},
    KeychainChanged {
        keychain: KeychainState,
    },
    /// A rehearsal went on, or ended.
    RehearsalProgress {
        progress: RehearsalProgress,
    },
    /// A replay of past calls went on, or ended.
    WhatIfProgress {
        progress: RehearsalProgress,
    },
    /// The gateway was started or stopped, or its keys changed.
    GatewayChanged {},
    /// Spending, budgets, raises or stopped callers changed: `budgets.list` says how they stand. At most twice a
    /// second.
    BudgetsChanged {},
    /// Something about spending that a person should know now.
    AlertRaised {
        alert: Alert,
    },
}

// ---------------------------------------------------------------- acts of the host

/// Asks the host to let the user choose a file and to save text there.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct SaveText {
    pub suggested_name: String,
    pub text: String,
    /// Whether `text` is Base64 of the file's bytes.
    #[serde(default)]
    #[ts(optional, as = "Option<bool>")]
    pub base64: bool,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct SavedFile {
    /// `None`: the user cancelled.
    pub path: Option<String>,
}

/// Asks the host to open a web address in the user's browser (after the UI had it confirmed).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct OpenUrl {
    pub url: String,
}
