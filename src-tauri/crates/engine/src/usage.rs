//! Token usage as providers report it. How many tokens a text has before that: [`crate::tokens`].

pub use switchboard_prices::Usage;
