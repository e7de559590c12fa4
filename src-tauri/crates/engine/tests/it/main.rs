//! The loop on the paused clock, with real codecs over a scripted transport.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod loop_;
mod network;
mod script;
