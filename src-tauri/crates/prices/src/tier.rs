//! Service tiers: the same model, sooner or later, for more or less.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// How urgently a request is served.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize, TS,
)]
#[serde(rename_all = "snake_case")]
pub enum ServiceTier {
    #[default]
    Standard,
    /// Answered within a day.
    Batch,
    /// Answered when there is room.
    Flex,
    /// Served before others.
    Priority,
    /// The model runs faster.
    Fast,
}

impl ServiceTier {
    /// Every tier.
    pub const ALL: [Self; 5] = [
        Self::Standard,
        Self::Batch,
        Self::Flex,
        Self::Priority,
        Self::Fast,
    ];

    /// Returns the tier's name, as in the price file.
    pub fn name(self) -> &'static str {
        match self {
            Self::Standard => "standard",
            Self::Batch => "batch",
            Self::Flex => "flex",
            Self::Priority => "priority",
            Self::Fast => "fast",
        }
    }

    /// Returns the tier of this name, or `None`.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|tier| tier.name() == name)
    }

    /// Returns whether the tier is never dearer than the standard one, so that the standard price bounds it.
    pub fn is_discount(self) -> bool {
        matches!(self, Self::Batch | Self::Flex)
    }
}
