//! The loop on the paused clock, with real codecs over a scripted transport.

#![expect(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test fails by panicking"
)]

mod loop_;
mod loop_causes;
mod network;
mod script;
