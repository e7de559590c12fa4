//! Budgets, alerts and stopped callers as they are shown and set. No address of a webhook crosses here.

use serde::{Deserialize, Serialize};
use switchboard_engine::policy::budget::{Scope, Step};
use switchboard_engine::policy::period::Period;
use switchboard_engine::price::PicoUsd;
use ts_rs::TS;

/// All budgets, and the calendar they go by.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct BudgetList {
    /// In the order of the configuration file.
    pub budgets: Vec<BudgetState>,
    /// The zone whose days count, for example `Europe/Berlin`.
    pub zone: String,
}

/// A budget and how it stands.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[ts(optional_fields)]
pub struct BudgetState {
    pub name: String,
    pub scope: Scope,
    /// The scope in words: `all calls`, `route simple`.
    pub scope_text: String,
    /// The budget that counts each by itself, of which this is one: it is shown beside the others and changed with
    /// that. The whole's own standing is that of the one that is spent furthest.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub part_of: Option<String>,
    pub window: Period,
    /// With a raise that is in force.
    pub limit: PicoUsd,
    /// The limit exactly as text in USD, without a raise: `10.00`.
    pub limit_usd: String,
    /// What is spent in the current window; 0 for single calls.
    pub spent: PicoUsd,
    /// What is set aside for attempts under way, at their worst cost.
    pub reserved: PicoUsd,
    /// `spent` through `limit`, from 0; may be above 1. 1 for a limit of 0.
    pub share: f64,
    pub step: Step,
    /// When spending next leaves: the end of the window; in a sliding hour, when its oldest spending is an hour old.
    /// Milliseconds since 1970. Absent: nothing leaves.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub resets_at_ms: Option<i64>,
    /// `resets Mon 00:00 (Europe/Berlin), in 2 d 4 h`. Absent: nothing leaves.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub resets_text: Option<String>,
    /// Whether calls are refused at the limit; if not, it is only told.
    pub blocks: bool,
    pub degrade: BudgetDegrade,
    /// Until when a raise holds, in milliseconds since 1970. Absent: none is in force.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub raised_until_ms: Option<i64>,
    /// Until when its alerts are muted. Absent: they are not.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub muted_until_ms: Option<i64>,
}

/// What happens from 95 % of a budget on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(tag = "do", rename_all = "snake_case")]
pub enum BudgetDegrade {
    Never,
    /// The cheapest targets of a call's own chain are tried first.
    Cheapest,
    /// This route or `provider/model` answers instead.
    To {
        name: String,
    },
}

/// A budget to be written into the configuration file, in place of one of the same name.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
#[ts(optional_fields)]
pub struct SetBudget {
    pub name: String,
    /// The name it had, if it is to have another.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub old_name: Option<String>,
    pub scope: Scope,
    pub window: Period,
    /// In USD as plain decimal text: `10.00`.
    pub limit_usd: String,
    /// Absent: they are.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub blocks: Option<bool>,
    /// Absent: cheapest.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub degrade: Option<BudgetDegrade>,
}

/// Names a budget.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct BudgetName {
    pub name: String,
}

/// Raises a budget until it resets. The configuration file stays as it is.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
#[ts(optional_fields)]
pub struct RaiseBudget {
    pub name: String,
    /// The limit until then, in USD; absent: the limit and half of it more, or as much as the dearest refused
    /// attempt needs.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub limit_usd: Option<String>,
}

/// How much an alert matters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum AlertLevel {
    Info,
    Warning,
    Alarm,
}

/// Something about spending that a person should know.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[ts(optional_fields)]
pub struct Alert {
    pub id: i64,
    /// Milliseconds since 1970.
    pub at_ms: i64,
    pub level: AlertLevel,
    pub title: String,
    /// One or two sentences.
    pub text: String,
    /// The budget it is about.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub budget: Option<String>,
    /// The caller it is about, who can be stopped.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub caller: Option<String>,
    pub dismissed: bool,
    /// Whether it was kept quiet: no notification, no webhook.
    pub muted: bool,
}

/// Alerts, newest first.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct AlertList {
    pub alerts: Vec<Alert>,
    /// How many are not dismissed.
    pub open: u32,
}

/// Which alerts to dismiss.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
#[ts(optional_fields)]
pub struct DismissAlerts {
    /// Absent: all.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id: Option<i64>,
}

/// Keeps a budget's alerts quiet until it resets.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct MuteAlerts {
    pub budget: String,
    /// False: takes it back.
    pub muted: bool,
}

/// Which alerts there are, and where they go.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[ts(optional_fields)]
pub struct AlertSettings {
    pub enabled: bool,
    /// Spending of a day that is told, in USD as text, rising.
    pub ladder_usd: Vec<String>,
    /// Spending of a sliding hour that is told; absent: none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hour_usd: Option<String>,
    /// Spending of a day that raises the alarm; absent: none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub day_usd: Option<String>,
    pub notifications: bool,
    /// Why this program cannot show notifications now. Absent: it can.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub notifications_problem: Option<String>,
    pub runaway: bool,
    pub webhook: WebhookState,
}

/// The webhook, without its address.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[ts(optional_fields)]
pub struct WebhookState {
    /// Whether one is set.
    pub set: bool,
    /// Its host, for recognition. Absent: none is set.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub host: Option<String>,
    /// Where its address comes from: `keychain` or `env:NAME`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from: Option<String>,
    /// Why the last message was not delivered.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub problem: Option<String>,
}

/// Changes which alerts there are. Absent: as it is.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
#[ts(optional_fields)]
pub struct SetAlerts {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub enabled: Option<bool>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ladder_usd: Option<Vec<String>>,
    /// Empty: none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hour_usd: Option<String>,
    /// Empty: none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub day_usd: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub notifications: Option<bool>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub runaway: Option<bool>,
}

/// A caller whose calls are refused until a person lets it go on.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct StoppedCaller {
    /// `window`, `cli`, `gateway`, or `key:NAME`.
    pub caller: String,
    /// Milliseconds since 1970.
    pub at_ms: i64,
    /// Why, in a few words; may be empty.
    pub reason: String,
}

/// Names a caller to stop or to let go on.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
#[ts(optional_fields)]
pub struct CallerRef {
    /// `window`, `cli`, `gateway`, or `key:NAME`.
    pub caller: String,
    /// Why it is stopped.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
}

/// The address of the webhook. It crosses once, on entry, and is kept in the key store.
#[derive(Clone, Default, Deserialize, TS)]
#[serde(deny_unknown_fields)]
#[ts(optional_fields)]
pub struct SetWebhook {
    /// Absent: it is forgotten.
    #[serde(default)]
    pub url: Option<String>,
}

impl std::fmt::Debug for SetWebhook {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("SetWebhook").finish_non_exhaustive()
    }
}
