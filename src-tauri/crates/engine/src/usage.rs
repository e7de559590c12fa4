//! Token usage as providers report it. How many tokens a text has before that: [`crate::tokens`].

mod meter;

pub use meter::Meter;
pub use switchboard_prices::Usage;
