//! What holds for the repository as a whole.

#![expect(clippy::expect_used, reason = "a test fails by panicking")]

mod direction;
mod licences;
mod metadata;
