//! Switches for WebKitGTK, which draws nothing at all on some Linux graphics drivers.
//!
//! They are environment variables that its helper processes inherit, so they must be set in this
//! process before GTK starts. What the user has set already is left alone. Other systems need none
//! of this.

#![cfg(target_os = "linux")]

use std::ffi::OsString;

/// A switch and its value.
type Switch = (&'static str, &'static str);

/// Sets the switches that this machine needs. Call it before any thread or GTK starts.
///
/// # Errors
/// A sentence for the terminal if there is no display to open a window on.
pub(crate) fn prepare(safe: Safe) -> Result<(), String> {
    let set = |name: &str| std::env::var_os(name).filter(|value| !value.is_empty());
    if set("DISPLAY").is_none() && set("WAYLAND_DISPLAY").is_none() {
        return Err(
            "there is no display to open a window on (DISPLAY and WAYLAND_DISPLAY are \
                    unset); `switchboard-cli serve --dashboard` shows the same pages in a browser"
                .into(),
        );
    }
    let machine = Machine {
        nvidia: std::path::Path::new("/sys/module/nvidia").exists(),
        // WebKitWebDriver ends when it takes a picture of a window that is not composited.
        draws_in_software: !has_render_node() && !crate::is_automated(),
    };
    for (name, value) in switches(set, machine, safe) {
        glib::setenv(name, value, false)
            .map_err(|_| format!("cannot set the environment variable {name}"))?;
    }
    Ok(())
}

/// What of this machine decides how a window is best drawn.
#[derive(Debug, Clone, Copy, Default)]
struct Machine {
    nvidia: bool,
    /// No graphics card: compositing would be emulated, at an eighth of the frames (7-9 a second instead of 64).
    draws_in_software: bool,
}

/// Returns whether the kernel offers a graphics card to draw with.
fn has_render_node() -> bool {
    let Ok(nodes) = std::fs::read_dir("/dev/dri") else {
        return false;
    };
    nodes
        .flatten()
        .any(|node| node.file_name().to_string_lossy().starts_with("renderD"))
}

/// Whether the user asked for drawing without the graphics card.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Safe {
    No,
    Yes,
}

/// Returns the switches to set, none of them set by the user already.
fn switches(set: impl Fn(&str) -> Option<OsString>, machine: Machine, safe: Safe) -> Vec<Switch> {
    let mut switches: Vec<Switch> = Vec::new();
    // NVIDIA's driver and explicit sync on Wayland: an empty window (tauri#9394, webkit bug 280210).
    if machine.nvidia && set("WAYLAND_DISPLAY").is_some() {
        switches.push(("__NV_DISABLE_EXPLICIT_SYNC", "1"));
    }
    if machine.draws_in_software || safe == Safe::Yes {
        switches.push(("WEBKIT_DISABLE_COMPOSITING_MODE", "1"));
    }
    if safe == Safe::Yes {
        switches.push(("WEBKIT_DISABLE_DMABUF_RENDERER", "1"));
    }
    switches.retain(|(name, _)| set(name).is_none());
    switches
}

#[cfg(test)]
mod tests {
    use super::{Machine, Safe, switches};
    use std::ffi::OsString;

    const ORDINARY: Machine = Machine {
        nvidia: false,
        draws_in_software: false,
    };
    const NVIDIA: Machine = Machine {
        nvidia: true,
        draws_in_software: false,
    };
    const NO_CARD: Machine = Machine {
        nvidia: false,
        draws_in_software: true,
    };

    #[test]
    fn without_a_graphics_card_compositing_is_not_emulated() {
        assert_eq!(
            names(&["DISPLAY"], NO_CARD, Safe::No),
            ["WEBKIT_DISABLE_COMPOSITING_MODE"]
        );
    }

    fn names(set: &[&str], machine: Machine, safe: Safe) -> Vec<&'static str> {
        let lookup = |name: &str| set.contains(&name).then(|| OsString::from("1"));
        switches(lookup, machine, safe)
            .into_iter()
            .map(|(name, _)| name)
            .collect()
    }

    #[test]
    fn nothing_is_set_on_an_ordinary_machine() {
        assert!(names(&["DISPLAY"], ORDINARY, Safe::No).is_empty());
        assert!(names(&["WAYLAND_DISPLAY"], ORDINARY, Safe::No).is_empty());
        assert!(names(&["DISPLAY"], NVIDIA, Safe::No).is_empty());
    }

    #[test]
    fn explicit_sync_is_off_on_wayland_with_nvidia() {
        assert_eq!(
            names(&["WAYLAND_DISPLAY"], NVIDIA, Safe::No),
            ["__NV_DISABLE_EXPLICIT_SYNC"]
        );
    }

    #[test]
    fn safe_graphics_turn_the_graphics_card_off() {
        assert_eq!(
            names(&["DISPLAY"], ORDINARY, Safe::Yes),
            [
                "WEBKIT_DISABLE_COMPOSITING_MODE",
                "WEBKIT_DISABLE_DMABUF_RENDERER"
            ]
        );
    }

    #[test]
    fn what_the_user_set_is_left_alone() {
        let set = ["DISPLAY", "WEBKIT_DISABLE_COMPOSITING_MODE"];
        assert_eq!(
            names(&set, ORDINARY, Safe::Yes),
            ["WEBKIT_DISABLE_DMABUF_RENDERER"]
        );
    }
}
