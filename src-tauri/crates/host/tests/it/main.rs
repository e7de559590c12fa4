//! The host against the real system.

#[cfg(target_os = "linux")]
mod secret_service;
