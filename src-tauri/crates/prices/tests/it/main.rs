//! The price book from outside.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod bundled;
mod oracle;
mod properties;
mod refuse;
mod rows;
mod support;
