//! The configuration file, read: providers, their models, routes, clocks and settings.
//!
//! [`Config::parse`] is total and strict: a text is either a whole configuration or a list of
//! [`Problem`]s with place, field and fix. A configuration names credentials and never holds one, so
//! it can be shown to anybody. Nothing here opens a file or reads the environment.

mod alerts;
mod amount;
mod budgets;
mod decimal;
mod default_routes;
mod duration;
mod facts;
mod gateway;
mod ladder;
mod limits;
mod model;
mod names;
mod own_prices;
pub mod presets;
mod provider;
mod raw;
mod read_model;
mod read_provider;
mod read_route;
mod read_step;
mod route;
mod settings;
mod validate;

#[cfg(test)]
mod budget_tests;
#[cfg(test)]
mod route_tests;
#[cfg(test)]
mod tests;

pub use alerts::{AlertsConfig, WebhookSource};
pub use amount::usd_amount;
pub use budgets::{BudgetsConfig, UnknownPrice, check_budget_name};
pub use decimal::{usd_per_million, usd_per_million_text};
pub use default_routes::default_routes;
pub use duration::parse_duration;
pub use facts::facts;
pub use gateway::{AccessRule, GatewayConfig};
pub use ladder::{CAUSES, cause_name};
pub use model::{ModelConfig, model_of};
pub use names::{check_base_url, check_id, check_key_name, check_model_name};
pub use own_prices::OWN_PRICES;
pub use presets::{Preset, preset, presets};
pub use provider::{ProviderConfig, SecretRef, SecretSource};
pub use raw::nearest;
pub use read_route::check_route_name;
pub use route::{
    LOCAL, Pick, RouteConfig, RouteOption, RouteStep, RouteTarget, StepClocks, Task, task_limits,
};
pub use settings::{Network, Proxy, Settings, TierTimeouts};

/// Longest configuration text that is read, in bytes.
pub const TEXT_LIMIT: usize = 1024 * 1024;

/// A whole, valid configuration.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Config {
    /// In the order of the file.
    pub providers: Vec<ProviderConfig>,
    pub timeouts: TierTimeouts,
    pub network: Network,
    pub settings: Settings,
    /// In the order of the file; built-in routes are not among them.
    pub routes: Vec<RouteConfig>,
    pub gateway: GatewayConfig,
    pub budgets: BudgetsConfig,
    pub alerts: AlertsConfig,
}

impl Config {
    /// Reads a configuration.
    ///
    /// # Errors
    /// Every problem found, in the order of the text; never an empty list. A syntax error is reported
    /// alone, because what follows it cannot be trusted.
    pub fn parse(text: &str) -> Result<Self, Vec<Problem>> {
        validate::config(text)
    }

    /// Returns what is wrong with the routes of a text, where there are these providers. The rest of the text is not
    /// looked at: a form can be judged without reading the whole file again.
    pub fn check_routes(text: &str, providers: &[&str]) -> Vec<Problem> {
        validate::only_routes(text, providers)
    }

    /// Returns the provider with this id, or `None`.
    pub fn provider(&self, id: &str) -> Option<&ProviderConfig> {
        self.providers.iter().find(|provider| provider.id == id)
    }
}

/// What is wrong with a configuration text. No value of the text is repeated in it, because a key may
/// have been pasted anywhere.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub struct Problem {
    /// Counted from 1; `None` if the problem has no place.
    pub line: Option<u32>,
    /// In characters, counted from 1.
    pub column: Option<u32>,
    /// For example `providers.openai.base_url`; `None` for a syntax error.
    pub field: Option<String>,
    /// One sentence: lower case, no final period.
    pub message: String,
    /// What to write instead; `None` if the sentence says it all.
    pub fix: Option<String>,
}

impl std::fmt::Display for Problem {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        if let (Some(line), Some(column)) = (self.line, self.column) {
            write!(f, "line {line}, column {column}: ")?;
        }
        if let Some(field) = &self.field {
            write!(f, "`{field}`: ")?;
        }
        f.write_str(&self.message)?;
        match &self.fix {
            Some(fix) => write!(f, "; {fix}"),
            None => Ok(()),
        }
    }
}
