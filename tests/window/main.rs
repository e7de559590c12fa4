//! The real window, driven through WebDriver. `cargo xtask test --only window-tests` runs these.

mod gateway;
mod opens;
mod story;
