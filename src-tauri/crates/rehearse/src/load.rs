//! When the calls of a rehearsal begin.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// How calls are spread over the span.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum Load {
    /// Evenly.
    Constant,
    /// At random and independently, as from many callers.
    #[default]
    Poisson,
    /// At random, from nothing to twice the average at the end.
    Ramp,
    /// At random at half the average, and four short bursts that hold the other half.
    Burst,
}
