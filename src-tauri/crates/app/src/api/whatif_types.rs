//! What is asked of a replay of past calls. What it found is the replay's own types.

use super::route_edit_types::RouteEdit;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

pub use switchboard_routing::compare::Says;

pub use switchboard_rehearse::whatif::report::{
    LeftOut, WhatIfBasis, WhatIfChange, WhatIfFigure, WhatIfMeasure, WhatIfQuality, WhatIfReport,
    WhatIfRow, WhatIfTarget,
};

/// Replays past calls through a route.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
#[ts(optional_fields)]
pub struct StartWhatIf {
    /// The route's name as it is active, or the draft's of a new one.
    pub route: String,
    /// The form that calls are replayed through, beside the active one; `None`: the active one alone.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub draft: Option<RouteEdit>,
    /// At most this many of the newest calls, 1 to 100,000; `None`: 10,000, or all of `days`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last: Option<u32>,
    /// Only calls of so many days back, 1 to 3,660; `None`: of any time.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub days: Option<u32>,
    #[serde(default)]
    pub seed: u32,
    #[serde(default)]
    pub calls: WhatIfCalls,
    /// Whether to replay calls that the simulator answered, in place of real ones.
    #[serde(default)]
    pub simulated: bool,
}

/// Which calls are replayed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum WhatIfCalls {
    /// Those that the route took.
    #[default]
    Route,
    /// Those that would come to the route if they named none: by its rule, or by what they are about.
    Auto,
    /// Every call.
    All,
}
