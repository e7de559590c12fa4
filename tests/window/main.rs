//! The real window, driven through WebDriver. `cargo xtask test --only window-tests` runs these.

mod broken_config;
mod costs;
mod gateway;
mod many_routes;
mod opens;
mod routes;
mod story;
