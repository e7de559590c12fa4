//! The price book: what a model's tokens cost at a moment, on a service tier, at a context length.
//!
//! It stands below the engine, which asks it what an answer cost. It has no clock, no files and no network: the
//! moment is passed in, files come as bytes. Which book counts is one per process: [`current`]. `data/` holds the bundled book, its licences, and the list of
//! places where its two sources differ; `cargo xtask prices` writes them.
//!
//! Money is exact. A price is an integer of pico-dollars per token, read from decimal text; what is not known
//! stays unknown and is never 0.

pub mod bill;
pub mod book;
pub mod bundled;
pub mod check;
pub mod conflicts;
pub mod current;
pub mod decimal;
pub mod details;
pub mod hours;
pub mod money;
pub mod parse;
pub mod problem;
pub mod rates;
pub mod rule;
pub mod tariff;
pub mod tier;
pub mod update;
pub mod usage;

pub use bill::{Bill, Breakdown, CostSource, Unpriced};
pub use book::Book;
pub use bundled::bundled;
pub use current::{current, replace_current};
pub use money::PicoUsd;
pub use rates::{Rates, TokenPrice};
pub use tariff::{Tariff, Terms};
pub use tier::ServiceTier;
pub use usage::Usage;
