//! Exact money, and what a model's tokens cost.

pub use switchboard_prices::{PicoUsd, Tariff, Terms, TokenPrice};

/// Returns the terms of a request on the standard tier that is answered now.
pub fn terms_now() -> Terms {
    Terms::standard(jiff::Timestamp::now())
}
