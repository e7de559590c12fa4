//! What must be on the machine before anything can be built, and how it gets there.

use crate::step;
use std::process::{Command, Stdio};

/// What a task is about to do; more needs more.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Need {
    /// Build the command line and serve the pages to a browser.
    Pages,
    /// Build and open the window.
    Window,
    /// Run every test.
    Tests,
}

/// A Debian package and what it is for.
struct Package {
    name: &'static str,
    need: Need,
}

const fn package(name: &'static str, need: Need) -> Package {
    Package { name, need }
}

/// What Debian 12 needs, beside cargo and Node. Ubuntu 24.04 has the same names.
const PACKAGES: &[Package] = &[
    package("build-essential", Need::Pages),
    package("pkg-config", Need::Pages),
    package("libwebkit2gtk-4.1-dev", Need::Window),
    package("librsvg2-dev", Need::Window),
    package("webkit2gtk-driver", Need::Tests),
    package("xvfb", Need::Tests),
    package("dbus", Need::Tests),
    package("dbus-x11", Need::Tests),
    package("gnome-keyring", Need::Tests),
    package("libsecret-tools", Need::Tests),
    package("dunst", Need::Tests),
    package("xdotool", Need::Tests),
    package("python3", Need::Tests),
    package("python3-venv", Need::Tests),
];

/// The oldest Node that the UI's tools run on: major and minor version (Vite 8's `engines` field,
/// read 2026-11-23).
const NODE: (u32, u32) = (20, 19);

/// Makes sure that everything `need` takes is there.
///
/// # Errors
/// What is missing, with the line to type.
pub(crate) fn prepare(need: Need) -> Result<(), String> {
    node()?;
    system_packages(need)?;
    if need == Need::Tests {
        components()?;
    }
    Ok(())
}

fn node() -> Result<(), String> {
    let get = format!(
        "install Node {}.{} or newer: https://nodejs.org/en/download",
        NODE.0, NODE.1
    );
    let Some(version) = step::output("node", &["--version"]) else {
        return Err(format!(
            "`node` is not there, and the pages are built with it; {get}"
        ));
    };
    match parse_version(&version) {
        Some(found) if found >= NODE => {}
        _ => {
            return Err(format!(
                "Node {version} is too old for the pages' build tools; {get}"
            ));
        }
    }
    match step::output(ui_npm(), &["--version"]) {
        Some(_) => Ok(()),
        None => Err("`npm` is not there; it comes with Node from https://nodejs.org, on Debian in the package `npm`".into()),
    }
}

/// Returns the name under which npm is started.
pub(crate) fn ui_npm() -> &'static str {
    if cfg!(windows) { "npm.cmd" } else { "npm" }
}

/// Reads `v20.19.1` as `(20, 19)`.
pub(crate) fn parse_version(text: &str) -> Option<(u32, u32)> {
    let mut numbers = text.trim_start_matches('v').split('.').map(str::parse);
    Some((numbers.next()?.ok()?, numbers.next()?.ok()?))
}

fn components() -> Result<(), String> {
    let missing: Vec<&str> = [("fmt", "rustfmt"), ("clippy", "clippy")]
        .into_iter()
        .filter(|(command, _)| step::output("cargo", &[command, "--version"]).is_none())
        .map(|(_, component)| component)
        .collect();
    if missing.is_empty() {
        return Ok(());
    }
    let line = format!("rustup component add {}", missing.join(" "));
    step::must(
        Command::new("rustup")
            .args(["component", "add"])
            .args(&missing),
    )
    .map_err(|_| {
        format!(
            "cargo's {} are missing; type: {line}",
            missing.join(" and ")
        )
    })
}

#[cfg(target_os = "macos")]
fn system_packages(need: Need) -> Result<(), String> {
    if step::output("xcode-select", &["-p"]).is_none() {
        return Err("the C compiler is not there; type: xcode-select --install".into());
    }
    no_window_tests_here(need)
}

#[cfg(windows)]
fn system_packages(need: Need) -> Result<(), String> {
    println!(
        "Windows needs the Microsoft C++ Build Tools and the WebView2 runtime (part of Windows 11): \
         https://tauri.app/start/prerequisites/#windows"
    );
    no_window_tests_here(need)
}

#[cfg(not(target_os = "linux"))]
fn no_window_tests_here(need: Need) -> Result<(), String> {
    if need == Need::Tests {
        println!("The window tests need Linux: they are left out here and run wherever CI runs.");
    }
    Ok(())
}

#[cfg(target_os = "linux")]
fn system_packages(need: Need) -> Result<(), String> {
    if step::output("dpkg-query", &["--version"]).is_none() {
        return other_linux(need);
    }
    let missing: Vec<&str> = wanted(need).filter(|name| !is_installed(name)).collect();
    if missing.is_empty() {
        return Ok(());
    }
    let line = format!(
        "sudo apt-get update && sudo apt-get install -y {}",
        missing.join(" ")
    );
    println!("Missing system packages: {}", missing.join(" "));
    let Some(mut prefix) = superuser() else {
        return Err(format!("system packages are missing; type:\n\n  {line}\n"));
    };
    prefix.extend(["env", "DEBIAN_FRONTEND=noninteractive", "apt-get"]);
    let apt = |arguments: &[&str]| {
        let mut command = Command::new(prefix[0]);
        command
            .args(&prefix[1..])
            .args(arguments)
            .stdin(Stdio::null());
        step::must(&mut command)
    };
    apt(&["update", "-q"])
        .and_then(|()| {
            let install = ["install", "-y", "-q", "--no-install-recommends"];
            apt(&[&install[..], &missing].concat())
        })
        .map_err(|error| format!("{error}; the packages can be installed by hand:\n\n  {line}\n"))
}

fn wanted(need: Need) -> impl Iterator<Item = &'static str> {
    let needed = move |package: &&Package| match need {
        Need::Pages => package.need == Need::Pages,
        Need::Window => package.need != Need::Tests,
        Need::Tests => true,
    };
    PACKAGES.iter().filter(needed).map(|package| package.name)
}

#[cfg(target_os = "linux")]
fn is_installed(package: &str) -> bool {
    let status = step::output("dpkg-query", &["-W", "-f=${Status}", package]);
    status.is_some_and(|status| status == "install ok installed")
}

/// Returns what to put before a command to run it as root; `None` if that would ask for a password.
#[cfg(target_os = "linux")]
fn superuser() -> Option<Vec<&'static str>> {
    if step::output("id", &["-u"])? == "0" {
        return Some(Vec::new());
    }
    step::output("sudo", &["-n", "true"]).map(|_| vec!["sudo", "-n"])
}

/// Other systems than Debian: says what is missing, and installs nothing.
#[cfg(target_os = "linux")]
fn other_linux(need: Need) -> Result<(), String> {
    if need == Need::Pages {
        return Ok(());
    }
    if step::output("pkg-config", &["--exists", "webkit2gtk-4.1"]).is_none() {
        return Err(
            "the window needs WebKitGTK 4.1 with its headers (and pkg-config):\n\
                    \n  Fedora: sudo dnf install webkit2gtk4.1-devel librsvg2-devel gcc pkgconf\
                    \n  Arch:   sudo pacman -S webkit2gtk-4.1 librsvg base-devel\n"
                .into(),
        );
    }
    let tools = [
        "Xvfb",
        "WebKitWebDriver",
        "dbus-daemon",
        "gnome-keyring-daemon",
        "dunst",
        "xdotool",
        "python3",
    ];
    let missing: Vec<&str> = tools
        .into_iter()
        .filter(|tool| need == Need::Tests && !is_on_path(tool))
        .collect();
    if missing.is_empty() {
        return Ok(());
    }
    Err(format!(
        "the tests need these programs, which are not there: {}",
        missing.join(", ")
    ))
}

/// Returns whether a program can be started by its name.
pub(crate) fn is_on_path(program: &str) -> bool {
    let path = std::env::var_os("PATH").unwrap_or_default();
    std::env::split_paths(&path).any(|folder| folder.join(program).is_file())
}

#[cfg(test)]
mod tests {
    use super::{Need, parse_version, wanted};

    #[test]
    fn versions_are_read_as_node_prints_them() {
        assert_eq!(parse_version("v20.19.1"), Some((20, 19)));
        assert_eq!(parse_version("24.1.0"), Some((24, 1)));
        assert_eq!(parse_version("nightly"), None);
    }

    #[test]
    fn serving_pages_needs_no_window_system() {
        assert!(wanted(Need::Pages).all(|name| !name.contains("webkit")));
        assert!(wanted(Need::Window).any(|name| name == "libwebkit2gtk-4.1-dev"));
        assert!(wanted(Need::Window).all(|name| name != "xvfb"));
        assert!(wanted(Need::Tests).any(|name| name == "xvfb"));
    }
}
