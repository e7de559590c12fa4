//! Budgets as an export takes them.

use switchboard_engine::price::PicoUsd;

/// Most that may be spent in a window.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Budget {
    /// As in the configuration.
    pub name: String,
    pub scope: BudgetScope,
    pub window: Window,
    pub limit: PicoUsd,
}

/// Whose spend counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BudgetScope {
    /// That of the exported route.
    Route,
    /// That of all calls of the program.
    Global,
}

/// When a budget begins anew.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Window {
    Hour,
    Day,
    Week,
    Month,
    /// Each call alone.
    Call,
}

impl Budget {
    /// Returns its path, as losses name it.
    pub(crate) fn setting(&self) -> String {
        format!("budgets.{}", self.name)
    }

    /// Returns the limit in US dollars.
    pub(crate) fn usd(&self) -> f64 {
        usd(self.limit)
    }
}

/// Returns an amount in US dollars, as near as a float comes.
pub(crate) fn usd(amount: PicoUsd) -> f64 {
    amount.0 as f64 / 1e12
}

impl Window {
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Hour => "hour",
            Self::Day => "day",
            Self::Week => "week",
            Self::Month => "month",
            Self::Call => "call",
        }
    }
}
