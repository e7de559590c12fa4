//! The system's file dialog, which is no part of the page: it is worked with `xdotool`, as by hand.

use crate::window::AppWindow;
use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

/// Longest wait for the dialog, and for the file after it.
const PATIENCE: Duration = Duration::from_secs(20);
/// Time between two looks.
const GLANCE: Duration = Duration::from_millis(100);

impl AppWindow {
    /// Answers the file dialog that has come up, or is about to, with `path`, and waits for the file.
    /// Returns what is in it.
    ///
    /// # Panics
    /// If no dialog comes up, or no file.
    pub async fn save_as(&self, title: &str, path: &Path) -> String {
        let began = Instant::now();
        let dialog = loop {
            let found = xdotool(&["search", "--onlyvisible", "--name", title]);
            if let Some(id) = found.lines().last() {
                break id.to_owned();
            }
            assert!(began.elapsed() < PATIENCE, "no dialog `{title}` comes up");
            tokio::time::sleep(GLANCE).await;
        };
        // The desktop has no window manager: nobody else gives the dialog the focus.
        xdotool(&["windowfocus", "--sync", &dialog]);
        xdotool(&["key", "--clearmodifiers", "ctrl+a"]);
        let path = path.to_str().expect("a path of a test is text");
        xdotool(&["type", "--delay", "4", path]);
        xdotool(&["key", "Return"]);
        loop {
            if let Ok(text) = std::fs::read_to_string(path)
                && !text.is_empty()
            {
                return text;
            }
            assert!(began.elapsed() < PATIENCE, "no file comes to {path}");
            tokio::time::sleep(GLANCE).await;
        }
    }
}

/// Runs `xdotool` and returns what it prints; finding nothing is no failure.
fn xdotool(arguments: &[&str]) -> String {
    let output = Command::new("xdotool").args(arguments).output();
    let output = output.expect("xdotool is installed");
    String::from_utf8_lossy(&output.stdout).into_owned()
}
