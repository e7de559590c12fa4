//! The host against the real system.

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a test fails by panicking"
)]

#[cfg(target_os = "linux")]
mod notifications;
#[cfg(target_os = "linux")]
mod secret_service;
