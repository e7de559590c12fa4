//! What a budget is: whose spending it counts, over which time, up to what, and what happens on the way there.

use super::period::Period;
use crate::price::PicoUsd;
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use ts_rs::TS;

/// Whose spending counts.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize, TS)]
#[serde(tag = "of", content = "name", rename_all = "snake_case")]
pub enum Scope {
    /// Everybody's.
    Global,
    Project(String),
    Route(String),
    /// `provider/model`, or a model's name at any provider.
    Model(String),
    Provider(String),
    /// The name of a gateway key.
    Key(String),
    /// `window`, `cli` or `gateway`.
    Caller(String),
    /// Each project's, every one up to the limit by itself. Calls without a project are not counted.
    EachProject,
    /// Each gateway key's, every one up to the limit by itself. Calls without a key are not counted.
    EachKey,
    /// The window's, the command line's and the gateway's, each up to the limit by itself.
    EachCaller,
}

impl Scope {
    /// Returns whether spending with these labels counts.
    pub fn covers(&self, labels: &Labels) -> bool {
        let is = |label: &Option<Arc<str>>, name: &str| label.as_deref() == Some(name);
        match self {
            Self::Global => true,
            Self::Project(name) => is(&labels.project, name),
            Self::Route(name) => is(&labels.route, name),
            Self::Model(name) => {
                let apart = name.split_once('/');
                *name == *labels.model
                    || apart.is_some_and(|(provider, model)| {
                        provider == &*labels.provider && model == &*labels.model
                    })
            }
            Self::Provider(name) => *name == *labels.provider,
            Self::Key(name) => is(&labels.key, name),
            Self::Caller(name) => *name == *labels.caller,
            // Its parts cover it.
            Self::EachProject | Self::EachKey | Self::EachCaller => false,
        }
    }

    /// Returns whether each of many is counted by itself.
    pub fn is_each(&self) -> bool {
        matches!(self, Self::EachProject | Self::EachKey | Self::EachCaller)
    }

    /// Returns what counts spending with these labels by itself; `None`: nothing, or it is not counted apart.
    pub fn part(&self, labels: &Labels) -> Option<Self> {
        match self {
            Self::EachProject => Some(Self::Project(labels.project.as_deref()?.to_owned())),
            Self::EachKey => Some(Self::Key(labels.key.as_deref()?.to_owned())),
            Self::EachCaller => Some(Self::Caller(labels.caller.to_string())),
            _ => None,
        }
    }

    /// Returns the name of what is counted; `None`: everybody, or each by itself.
    pub fn name(&self) -> Option<&str> {
        match self {
            Self::Project(name)
            | Self::Route(name)
            | Self::Model(name)
            | Self::Provider(name)
            | Self::Key(name)
            | Self::Caller(name) => Some(name),
            Self::Global | Self::EachProject | Self::EachKey | Self::EachCaller => None,
        }
    }

    /// Returns what is counted, in words: `all calls`, `route simple`.
    pub fn words(&self) -> String {
        match self {
            Self::Global => "all calls".to_owned(),
            Self::Project(name) => format!("project {name}"),
            Self::Route(name) => format!("route {name}"),
            Self::Model(name) => format!("model {name}"),
            Self::Provider(name) => format!("provider {name}"),
            Self::Key(name) => format!("gateway key {name}"),
            Self::Caller(name) => format!("caller {name}"),
            Self::EachProject => "each project by itself".to_owned(),
            Self::EachKey => "each gateway key by itself".to_owned(),
            Self::EachCaller => "each caller by itself".to_owned(),
        }
    }
}

/// Who spends, and on what. `None`: there is none.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Labels {
    pub project: Option<Arc<str>>,
    pub route: Option<Arc<str>>,
    pub caller: Arc<str>,
    /// Name of the gateway key.
    pub key: Option<Arc<str>>,
    pub provider: Arc<str>,
    pub model: Arc<str>,
}

impl Labels {
    /// Returns who spends: the gateway key's name as `key:NAME`, else `window`, `cli` or `gateway`.
    pub fn who(&self) -> String {
        match &self.key {
            Some(key) => format!("key:{key}"),
            None => self.caller.to_string(),
        }
    }
}

/// What happens from 95 % of a budget on.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum Degrade {
    /// Nothing.
    Never,
    /// The cheapest targets of a call's own chain are tried first.
    #[default]
    Cheapest,
    /// This route or `provider/model` answers instead.
    To(String),
}

/// A limit on spending.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Budget {
    pub name: String,
    pub scope: Scope,
    pub period: Period,
    /// `None`: spending is only measured. 0 lets nothing through that costs anything.
    pub limit: Option<PicoUsd>,
    pub degrade: Degrade,
    /// Whether calls are refused at the limit. If not, it is only told.
    pub blocks: bool,
}

/// How far a budget is spent. Each step has its consequence.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum Step {
    /// Below half.
    Within,
    /// From 50 %: it is told.
    Notify,
    /// From 80 %: it is told as a warning.
    Warn,
    /// From 95 %: cheaper targets are taken.
    Degrade,
    /// From 100 %: calls are refused.
    Block,
}

impl Step {
    /// Every step that something happens at, lowest first.
    pub const TOLD: [Self; 4] = [Self::Notify, Self::Warn, Self::Degrade, Self::Block];

    /// Returns where it begins, in percent of the limit.
    pub const fn percent(self) -> u8 {
        match self {
            Self::Within => 0,
            Self::Notify => 50,
            Self::Warn => 80,
            Self::Degrade => 95,
            Self::Block => 100,
        }
    }

    /// Returns the step that `spent` is at. A limit of 0 is reached from the beginning.
    pub fn of(spent: PicoUsd, limit: PicoUsd) -> Self {
        let hundredfold = i128::from(spent.0) * 100;
        let reached =
            |step: &&Self| hundredfold >= i128::from(limit.0) * i128::from(step.percent());
        Self::TOLD
            .iter()
            .rev()
            .find(reached)
            .copied()
            .unwrap_or(Self::Within)
    }
}

/// Returns how much of `limit` is spent, from 0; 1 for a limit of 0.
pub fn share(spent: PicoUsd, limit: PicoUsd) -> f64 {
    if limit.0 <= 0 {
        return 1.0;
    }
    #[expect(
        clippy::cast_precision_loss,
        reason = "a share is shown with two digits"
    )]
    let share = spent.0 as f64 / limit.0 as f64;
    share
}

/// Returns an amount in USD exactly, with two decimals at least: `10.00`, `0.000125`.
pub fn usd_text(amount: PicoUsd) -> String {
    let sign = if amount.0 < 0 { "-" } else { "" };
    let pico = amount.0.unsigned_abs();
    let fraction = format!("{:012}", pico % 1_000_000_000_000);
    let kept = fraction.trim_end_matches('0').len().max(2);
    format!("{sign}{}.{}", pico / 1_000_000_000_000, &fraction[..kept])
}

/// Returns an amount in USD as it is read in a sentence: to the cent from a dollar on, below that to four
/// digits, rounded half up.
pub fn usd_short(amount: PicoUsd) -> String {
    let pico = i128::from(amount.0.max(0));
    let (unit, decimals) = match pico {
        1_000_000_000_000.. => (10_000_000_000i128, 2usize),
        1_000_000_000.. => (100_000_000, 4),
        0 => (10_000_000_000, 2),
        _ => (1_000_000, 6),
    };
    let rounded = (pico + unit / 2) / unit;
    let whole = 10i128.pow(u32::try_from(decimals).unwrap_or(0));
    format!("${}.{:0decimals$}", rounded / whole, rounded % whole)
}

#[cfg(test)]
mod tests {
    use super::*;

    const USD: i64 = 1_000_000_000_000;

    #[test]
    fn steps_begin_exactly_at_their_percent() {
        let limit = PicoUsd(10 * USD);
        assert_eq!(Step::of(PicoUsd(5 * USD - 1), limit), Step::Within);
        assert_eq!(Step::of(PicoUsd(5 * USD), limit), Step::Notify);
        assert_eq!(Step::of(PicoUsd(8 * USD), limit), Step::Warn);
        assert_eq!(Step::of(PicoUsd(95 * USD / 10), limit), Step::Degrade);
        assert_eq!(Step::of(PicoUsd(10 * USD - 1), limit), Step::Degrade);
        assert_eq!(Step::of(PicoUsd(i64::MAX), limit), Step::Block);
    }

    #[test]
    fn a_limit_of_nothing_is_reached_from_the_beginning() {
        assert_eq!(Step::of(PicoUsd(0), PicoUsd(0)), Step::Block);
    }

    #[test]
    fn amounts_are_written_exactly() {
        assert_eq!(usd_text(PicoUsd(10 * USD)), "10.00");
        assert_eq!(usd_text(PicoUsd(125_000_000)), "0.000125");
        assert_eq!(usd_text(PicoUsd(-1)), "-0.000000000001");
        assert_eq!(usd_short(PicoUsd(9_995_000_000_000)), "$10.00");
        assert_eq!(usd_short(PicoUsd(0)), "$0.00");
        assert_eq!(usd_short(PicoUsd(12_340_000_000)), "$0.0123");
        assert_eq!(usd_short(PicoUsd(4_200_000)), "$0.000004");
    }

    #[test]
    fn a_scope_covers_what_it_names() {
        let labels = Labels {
            project: Some("research".into()),
            route: None,
            caller: "gateway".into(),
            key: Some("ci".into()),
            provider: "openai".into(),
            model: "gpt-6.1-terra".into(),
        };
        let covers = |scope: Scope| scope.covers(&labels);
        assert!(covers(Scope::Global));
        assert!(covers(Scope::Project("research".into())));
        assert!(!covers(Scope::Route("simple".into())));
        assert!(covers(Scope::Model("gpt-6.1-terra".into())));
        assert!(covers(Scope::Model("openai/gpt-6.1-terra".into())));
        assert!(!covers(Scope::Model("azure/gpt-6.1-terra".into())));
        assert!(covers(Scope::Key("ci".into())));
        assert!(!covers(Scope::Key("gateway".into())));
        assert!(covers(Scope::Caller("gateway".into())));
        assert!(covers(Scope::Provider("openai".into())));
    }
}
