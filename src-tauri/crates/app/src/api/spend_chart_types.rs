//! The Costs screen's chart as a file.

use super::spend_types::SpendQuery;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

pub use switchboard_charts::{ReadBar, ReadBucket, ReadSeries, Sidecar, Theme, Unit};

/// Asks for a chart as a file.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct DrawSpend {
    /// With the size that the chart has on the screen.
    pub query: SpendQuery,
    pub format: SpendPictureFormat,
    /// Whose colours it gets.
    pub theme: Theme,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum SpendPictureFormat {
    Svg,
    /// With two pixels for each of the screen's.
    Png,
}

/// A chart to be saved by `save_text`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct SpendPicture {
    pub suggested_name: String,
    pub text: String,
    /// Whether `text` is Base64 of the file's bytes.
    pub base64: bool,
}
