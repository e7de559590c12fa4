//! The fields a rule can ask for.

use crate::complexity::Complexity;
use crate::language::Language;
use crate::local_time::Weekday;
use crate::task::Task;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// A field of [`Facts`](crate::Facts) as rules name it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
#[ts(rename = "RuleField")]
pub enum Field {
    Task,
    Tags,
    Text,
    System,
    Language,
    Complexity,
    InputTokens,
    InputChars,
    HasImages,
    Images,
    HasTools,
    Tools,
    JsonSchema,
    Streaming,
    Caller,
    Project,
    Prompt,
    Weekday,
    Hour,
    Time,
    BudgetUsed,
}

/// What a field's values are, and with that what can be asked of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
#[ts(rename = "RuleFieldKind")]
pub enum FieldKind {
    /// Any name.
    Name,
    /// One of some fixed names.
    Choice,
    /// Written text.
    Prose,
    /// Several names.
    Set,
    /// A whole number.
    Count,
    /// A part of a whole, in per cent.
    Share,
    /// An hour of the day.
    Hour,
    /// A time of the day.
    Clock,
    /// Yes or no.
    Flag,
}

impl Field {
    /// Every field, in the order in which they are offered.
    pub const ALL: [Self; 21] = [
        Self::Task,
        Self::Tags,
        Self::Text,
        Self::System,
        Self::Language,
        Self::Complexity,
        Self::InputTokens,
        Self::InputChars,
        Self::HasImages,
        Self::Images,
        Self::HasTools,
        Self::Tools,
        Self::JsonSchema,
        Self::Streaming,
        Self::Caller,
        Self::Project,
        Self::Prompt,
        Self::Weekday,
        Self::Hour,
        Self::Time,
        Self::BudgetUsed,
    ];

    /// Returns the name written in rules.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Task => "task",
            Self::Tags => "tags",
            Self::Text => "text",
            Self::System => "system",
            Self::Language => "language",
            Self::Complexity => "complexity",
            Self::InputTokens => "input_tokens",
            Self::InputChars => "input_chars",
            Self::HasImages => "has_images",
            Self::Images => "images",
            Self::HasTools => "has_tools",
            Self::Tools => "tools",
            Self::JsonSchema => "json_schema",
            Self::Streaming => "streaming",
            Self::Caller => "caller",
            Self::Project => "project",
            Self::Prompt => "prompt",
            Self::Weekday => "weekday",
            Self::Hour => "hour",
            Self::Time => "time",
            Self::BudgetUsed => "budget_used",
        }
    }

    /// Returns what its values are.
    pub const fn kind(self) -> FieldKind {
        match self {
            Self::Task | Self::Caller | Self::Project | Self::Prompt => FieldKind::Name,
            Self::Language | Self::Complexity | Self::Weekday => FieldKind::Choice,
            Self::Text | Self::System => FieldKind::Prose,
            Self::Tags | Self::Tools => FieldKind::Set,
            Self::InputTokens | Self::InputChars | Self::Images => FieldKind::Count,
            Self::BudgetUsed => FieldKind::Share,
            Self::Hour => FieldKind::Hour,
            Self::Time => FieldKind::Clock,
            Self::HasImages | Self::HasTools | Self::JsonSchema | Self::Streaming => {
                FieldKind::Flag
            }
        }
    }

    /// Returns one clause on what it is, for lists of fields.
    pub const fn about(self) -> &'static str {
        match self {
            Self::Task => "what the caller or the classifier says the prompt asks for",
            Self::Tags => "tags of the request",
            Self::Text => "the text of the user's messages",
            Self::System => "the system prompt",
            Self::Language => "the language of the text",
            Self::Complexity => "how demanding the prompt is: simple, standard or complex",
            Self::InputTokens => "estimated tokens of the input",
            Self::InputChars => "characters of the input",
            Self::HasImages => "whether there are images",
            Self::Images => "how many images there are",
            Self::HasTools => "whether the model is offered tools",
            Self::Tools => "names of the tools the model is offered",
            Self::JsonSchema => "whether the answer must follow a JSON schema",
            Self::Streaming => "whether the answer is streamed",
            Self::Caller => "the gateway key or program that calls",
            Self::Project => "the project the call belongs to",
            Self::Prompt => "the saved prompt it was made from",
            Self::Weekday => "the day of the week where you are",
            Self::Hour => "the hour of the day where you are, 0 to 23",
            Self::Time => "the time of the day where you are, like 08:30",
            Self::BudgetUsed => "how much of the narrowest budget is used, like 80%",
        }
    }

    /// Returns the field of a name; `None` for any other text.
    pub fn of(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|field| field.name() == name)
    }

    /// Returns the field that a wrong name probably means.
    pub(super) fn meant_by(name: &str) -> Option<Self> {
        let lower = name.to_lowercase().replace('-', "_");
        if let Some(field) = Self::of(&lower) {
            return Some(field);
        }
        let other = match lower.as_str() {
            "tag" | "label" | "labels" => Some(Self::Tags),
            "tokens" | "token" | "token_count" => Some(Self::InputTokens),
            "length" | "len" | "chars" | "characters" | "size" => Some(Self::InputChars),
            "lang" | "locale" => Some(Self::Language),
            "tier" | "difficulty" => Some(Self::Complexity),
            "content" | "message" | "messages" | "input" | "user_text" => Some(Self::Text),
            "system_prompt" | "instructions" => Some(Self::System),
            "image" | "attachments" | "image_count" | "vision" => Some(Self::Images),
            "tool" | "functions" | "function" => Some(Self::Tools),
            "schema" | "json" | "structured" => Some(Self::JsonSchema),
            "stream" | "is_streaming" => Some(Self::Streaming),
            "key" | "user" | "client" | "app" => Some(Self::Caller),
            "prompt_id" | "template" => Some(Self::Prompt),
            "day" | "day_of_week" | "dow" => Some(Self::Weekday),
            "clock" | "time_of_day" | "now" => Some(Self::Time),
            "budget" | "spend" | "spent" | "used" => Some(Self::BudgetUsed),
            _ => None,
        };
        other.or_else(|| nearest(&lower, Self::ALL, Self::name))
    }

    /// Returns whether it can be missing, so that `is known` means something.
    pub(super) const fn can_be_missing(self) -> bool {
        match self.kind() {
            FieldKind::Name
            | FieldKind::Choice
            | FieldKind::Share
            | FieldKind::Hour
            | FieldKind::Clock => true,
            FieldKind::Prose | FieldKind::Set | FieldKind::Count | FieldKind::Flag => false,
        }
    }

    /// Returns the names it can have, if they are fixed, or usual ones; with their words.
    pub(super) fn values(self) -> Vec<(&'static str, &'static str)> {
        match self {
            Self::Task => Task::ALL.map(|task| (task.name(), "")).to_vec(),
            Self::Language => Language::ALL
                .map(|language| (language.code(), language.words()))
                .to_vec(),
            Self::Complexity => Complexity::ALL.map(|tier| (tier.name(), "")).to_vec(),
            Self::Weekday => Weekday::ALL.map(|day| (day.name(), day.words())).to_vec(),
            _ => Vec::new(),
        }
    }

    /// Returns the operators it takes.
    pub(super) const fn operators(self) -> &'static [&'static str] {
        match self.kind() {
            FieldKind::Name => &[
                "==",
                "!=",
                "in",
                "not in",
                "contains",
                "startswith",
                "endswith",
                "matches",
                "is known",
                "is unknown",
            ],
            FieldKind::Choice => &["==", "!=", "in", "not in", "is known", "is unknown"],
            FieldKind::Prose => &["contains", "startswith", "endswith", "matches"],
            FieldKind::Set => &["contains", "not contains"],
            FieldKind::Count => &["<", "<=", ">", ">=", "==", "!=", "between"],
            FieldKind::Share | FieldKind::Hour | FieldKind::Clock => &[
                "<",
                "<=",
                ">",
                ">=",
                "==",
                "!=",
                "between",
                "is known",
                "is unknown",
            ],
            FieldKind::Flag => &[],
        }
    }
}

/// Returns the one of some things whose name is nearest, if it is near.
pub(super) fn nearest<T: Copy>(
    name: &str,
    all: impl IntoIterator<Item = T>,
    of: impl Fn(T) -> &'static str,
) -> Option<T> {
    all.into_iter()
        .map(|one| (strsim::jaro_winkler(name, of(one)), one))
        .filter(|(likeness, _)| *likeness > 0.8)
        .max_by(|(a, _), (b, _)| a.total_cmp(b))
        .map(|(_, one)| one)
}
