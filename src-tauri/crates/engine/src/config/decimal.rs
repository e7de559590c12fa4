//! Prices as people write them, exactly.

pub use switchboard_prices::decimal::{usd_per_million, usd_per_million_text};
