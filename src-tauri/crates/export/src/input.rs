//! What an export is made from.

use crate::budget::Budget;
use jiff::Timestamp;
use switchboard_engine::config::{Config, RouteConfig, RouteTarget};

/// A route and what it stands on.
#[derive(Clone, Copy)]
pub struct Input<'a> {
    pub config: &'a Config,
    pub route: &'a RouteConfig,
    /// Leads a target to a provider's id and a model; `None`: no model was found on this machine. An id
    /// that is not configured is taken for that of a preset.
    pub place: &'a dyn Fn(&RouteTarget) -> Option<(String, String)>,
    /// Those of the route and of the whole program.
    pub budgets: &'a [Budget],
    /// Whose prices are written where a gateway wants some.
    pub at: Timestamp,
}

impl std::fmt::Debug for Input<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Input")
            .field("route", &self.route.name)
            .finish_non_exhaustive()
    }
}

/// Leads a target to what its name says, wherever it is configured.
pub fn by_name(target: &RouteTarget) -> Option<(String, String)> {
    match target {
        RouteTarget::Model { provider, model } => Some((provider.clone(), model.clone())),
        RouteTarget::Known { preset, model } => Some(((*preset).to_owned(), (*model).to_owned())),
        RouteTarget::Local => None,
    }
}

/// Why there is no export.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ExportError {
    #[error("none of the models of `{route}` can be named in {gateway}")]
    NoTarget {
        route: String,
        gateway: &'static str,
    },
    /// A serializer refused; not seen.
    #[error("the file could not be written: {0}")]
    Unwritable(String),
}
