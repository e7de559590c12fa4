//! Exact money, and what a model's tokens cost.

pub use switchboard_prices::{PicoUsd, TokenPrice};
