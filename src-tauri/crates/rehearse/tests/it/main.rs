//! Rehearsals through the shipped pipeline.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod invariants;
mod repeat;
mod support;
mod whatif;
