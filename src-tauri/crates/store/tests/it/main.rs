//! The store over real files.

#![expect(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test fails by panicking"
)]

mod budgets;
mod crash;
mod faults;
mod fold;
mod gateway_keys;
mod history;
mod parts;
mod prompts;
mod property;
mod search;
mod support;
mod taken_for_dead;
mod votes;
