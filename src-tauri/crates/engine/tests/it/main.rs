//! The loop on the paused clock, with real codecs over a scripted transport.

#![expect(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test fails by panicking"
)]

mod loop_;
mod loop_admission;
mod loop_budget;
mod loop_causes;
mod loop_charges;
mod loop_hedge;
mod loop_property;
mod loop_recovery;
mod loop_steps;
mod network;
mod script;
mod tokens;
