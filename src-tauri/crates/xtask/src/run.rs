//! `cargo xtask run`: the program as a user sees it.

use crate::setup::{self, Need};
use crate::{root, split_at_dashes, step, ui};
use std::process::Command;

/// Builds everything and opens the window; without a display, serves the same pages to a browser.
///
/// # Errors
/// What is missing or failed.
pub(crate) fn run(arguments: &[String]) -> Result<(), String> {
    let (own, passed_on) = split_at_dashes(arguments);
    let mut profile: &[&str] = &[];
    for argument in own {
        match argument.as_str() {
            "--release" => profile = &["--release"],
            other => {
                return Err(format!(
                    "`run` does not know `{other}`; arguments of the program stand after `--`"
                ));
            }
        }
    }
    let display = has_display();
    setup::prepare(if display { Need::Window } else { Need::Pages })?;
    ui::build()?;
    let mut command = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    command
        .current_dir(root())
        .arg("run")
        .args(profile)
        .args(["--locked", "--quiet"]);
    let began = step::begin(if display {
        "build and open the window"
    } else {
        "build and serve"
    });
    if display {
        command.args(["--package", "switchboard", "--"]);
    } else {
        println!("There is no display here, so the same pages are served to a browser instead.");
        command.args(["--package", "switchboard-cli", "--", "serve", "--dashboard"]);
    }
    let _ = began;
    // Not through `step::run`: the program keeps the terminal to itself.
    let status = command
        .args(passed_on)
        .status()
        .map_err(|error| format!("cannot start cargo: {error}"))?;
    if status.success() {
        Ok(())
    } else {
        Err(format!("the program ended with {status}"))
    }
}

/// Returns whether a window could be opened here.
fn has_display() -> bool {
    let set = |name: &str| std::env::var_os(name).is_some_and(|value| !value.is_empty());
    cfg!(not(target_os = "linux")) || set("DISPLAY") || set("WAYLAND_DISPLAY")
}
