//! `[alerts]`: what is told about spending, and where to.

use crate::config::amount::usd;
use crate::config::raw::{Field, Problems};
use crate::price::PicoUsd;

const USD: i64 = 1_000_000_000_000;

/// Most amounts of a ladder.
const MOST: usize = 20;

/// Alerts, as configured.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AlertsConfig {
    pub enabled: bool,
    /// Spending of a day that is told, rising. Default 10, 50, 100, 500 and 1000 USD.
    pub ladder: Vec<PicoUsd>,
    /// Spending of a sliding hour that is told. Default 50 USD; `None`: none.
    pub hour: Option<PicoUsd>,
    /// Spending of a day that raises the alarm. Default 500 USD; `None`: none.
    pub day: Option<PicoUsd>,
    /// Whether the system's notifications are used.
    pub notifications: bool,
    /// Whether runaway callers are looked for.
    pub runaway: bool,
    /// `None`: no messages are sent.
    pub webhook: Option<WebhookSource>,
}

/// Where the address of the webhook is kept. It lets anybody write to a channel, so it is never in the file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum WebhookSource {
    Keychain,
    /// The name of an environment variable.
    Env(String),
}

impl Default for AlertsConfig {
    fn default() -> Self {
        Self {
            enabled: true,
            ladder: [10, 50, 100, 500, 1000]
                .map(|usd| PicoUsd(usd * USD))
                .into(),
            hour: Some(PicoUsd(50 * USD)),
            day: Some(PicoUsd(500 * USD)),
            notifications: true,
            runaway: true,
            webhook: None,
        }
    }
}

/// Reads `[alerts]`.
pub(super) fn alerts(field: &Field<'_>, problems: &mut Problems<'_>) -> AlertsConfig {
    let mut result = AlertsConfig::default();
    let Some(mut table) = field.table(problems) else {
        return result;
    };
    for (name, value) in [
        ("enabled", &mut result.enabled),
        ("notifications", &mut result.notifications),
        ("runaway", &mut result.runaway),
    ] {
        if let Some(field) = table.take(name)
            && let Some(on) = field.boolean(problems)
        {
            *value = on;
        }
    }
    if let Some(field) = table.take("ladder")
        && let Some(steps) = field.array(problems)
    {
        if steps.len() > MOST {
            field.problem(problems, format!("a ladder has at most {MOST} amounts"));
        }
        let amounts = steps.iter().take(MOST);
        let mut ladder: Vec<PicoUsd> = amounts.filter_map(|step| usd(step, problems)).collect();
        ladder.retain(|amount| amount.0 > 0);
        ladder.sort_unstable();
        ladder.dedup();
        result.ladder = ladder;
    }
    for (name, value) in [("hour", &mut result.hour), ("day", &mut result.day)] {
        if let Some(field) = table.take(name) {
            *value = match field.value.get_ref().as_bool() {
                Some(false) => None,
                _ => usd(&field, problems).or(*value),
            };
        }
    }
    if let Some(field) = table.take("webhook") {
        result.webhook = webhook(&field, problems);
    }
    table.finish(problems);
    result
}

fn webhook(field: &Field<'_>, problems: &mut Problems<'_>) -> Option<WebhookSource> {
    let text = field.text(problems)?.trim();
    if text == "keychain" {
        return Some(WebhookSource::Keychain);
    }
    let name = text.strip_prefix("env:").filter(|name| {
        let fits = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_';
        !name.is_empty() && name.len() <= 128 && name.bytes().all(fits)
    });
    if name.is_none() {
        field.problem_fix(
            problems,
            "the address of a webhook is never written in this file",
            "enter it in the program and write \"keychain\", or name a variable: \"env:ALERT_WEBHOOK\"",
        );
    }
    name.map(|name| WebhookSource::Env(name.to_owned()))
}
