//! Exact money, and what a model's tokens cost.

pub use switchboard_prices::bundled;
pub use switchboard_prices::{PicoUsd, Tariff, Terms, TokenPrice};

/// Returns the terms of a request on the standard tier that is answered now.
pub fn terms_now() -> Terms {
    Terms::standard(jiff::Timestamp::now())
}

/// Returns who sells the models of a preset, by the price book's name.
pub fn seller(preset: &str) -> &str {
    match preset {
        "openai-chat" => "openai",
        "gemini" => "google",
        "xai" => "x-ai",
        same => same,
    }
}
