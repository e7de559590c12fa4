//! Exports and imports as their users see them.

#![expect(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test fails by panicking"
)]

mod files;
mod import_bounds;
mod imports;
mod secrets;
mod settings;
mod world;
