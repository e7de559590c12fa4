//! The crate from outside: what charts promise.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod files;
mod golden;
mod make;
mod promises;
mod shapes;
