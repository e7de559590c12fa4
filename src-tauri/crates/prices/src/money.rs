//! Exact money.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// An amount of money in pico-USD: 1 USD = 10^12. Rounded only when shown.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize, TS,
)]
#[serde(transparent)]
#[ts(type = "number")]
pub struct PicoUsd(pub i64);
