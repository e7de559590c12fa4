//! Helpers of the acceptance tests.
//!
//! [`window::AppWindow`] drives the real window through WebDriver, as a user's hands and eyes.

#![expect(
    clippy::expect_used,
    clippy::panic,
    reason = "a test that cannot go on must fail, with its reason"
)]

pub mod driver;
mod file_dialog;
mod keys;
pub mod upstream;
pub mod window;
