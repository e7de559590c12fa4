//! `cargo xtask bench`: the benchmarks, and what has to be built for them.

use crate::checks::{cargo_command, tauri_driver};
use crate::desktop::Desktop;
use crate::{root, sample, split_at_dashes, step};
use std::path::PathBuf;
use std::time::Duration;

/// The bench that needs a desktop.
const WINDOW: &str = "window";
/// The bench that needs a year of calls.
const SPEND: &str = "spend";
/// How old a year of calls may be: ranges end now.
const FRESH: Duration = Duration::from_secs(12 * 60 * 60);

/// `cargo xtask bench`: runs every benchmark, or those that `--only` names.
///
/// # Errors
/// A sentence if one does not compile or fails.
pub(crate) fn run(arguments: &[String]) -> Result<(), String> {
    let (own, passed_on) = split_at_dashes(arguments);
    let only = named(own)?;
    let mut build = cargo_command();
    build.args(["build", "--release", "--locked", "--bins"]);
    if only.is_empty() {
        build.arg("--workspace");
    }
    for package in programs(&only) {
        build.args(["--package", package]);
    }
    if only.is_empty() || programs(&only).next().is_some() {
        step::must(&mut build)?;
    }
    let mut command = cargo_command();
    command.args(["bench", "--workspace", "--locked"]);
    let all = ["*"];
    for name in if only.is_empty() { &all[..] } else { &only } {
        command.args(["--bench", name]);
    }
    command.arg("--").args(passed_on);
    if only.is_empty() || only.contains(&SPEND) {
        command.env("BENCH_HISTORY", year()?);
    }
    if !only.is_empty() && !only.contains(&WINDOW) {
        return step::must(&mut command);
    }
    if !cfg!(target_os = "linux") {
        println!("left out: the bench of the window needs Linux");
        return step::must(&mut command);
    }
    let driver = tauri_driver()?;
    let desktop = Desktop::start()?;
    desktop.enter(&mut command);
    command.env("SWITCHBOARD_TAURI_DRIVER", driver);
    // As the program itself does on a machine without a graphics card, when nobody takes pictures.
    command.env("WEBKIT_DISABLE_COMPOSITING_MODE", "1");
    step::must(&mut command)
}

/// Returns the folder with a year of `BENCH_CALLS` calls, made if there is none of the last hours.
fn year() -> Result<PathBuf, String> {
    let calls = std::env::var("BENCH_CALLS").unwrap_or_else(|_| "1000000".to_owned());
    let folder = root().join("target/bench-history").join(&calls);
    let stamp = folder.join("made");
    let age = std::fs::metadata(&stamp).and_then(|made| made.modified());
    let is_fresh = age.is_ok_and(|made| made.elapsed().is_ok_and(|age| age < FRESH));
    if is_fresh {
        return Ok(folder);
    }
    let told = |error: std::io::Error| format!("{}: {error}", folder.display());
    if folder.exists() {
        std::fs::remove_dir_all(&folder).map_err(told)?;
    }
    std::fs::create_dir_all(&folder).map_err(told)?;
    let path = folder.to_string_lossy().into_owned();
    sample::history(&["--calls".into(), calls, "--data-dir".into(), path])?;
    std::fs::write(&stamp, "").map_err(told)?;
    Ok(folder)
}

/// Returns the packages of the programs that the benches named start.
fn programs<'a>(names: &'a [&str]) -> impl Iterator<Item = &'static str> + 'a {
    names.iter().filter_map(|name| match *name {
        WINDOW => Some("switchboard"),
        "soak" => Some("switchboard-cli"),
        _ => None,
    })
}

/// Returns the benches that are named; none: all.
fn named(arguments: &[String]) -> Result<Vec<&str>, String> {
    let mut names = Vec::new();
    let mut words = arguments.iter();
    while let Some(word) = words.next() {
        match word.as_str() {
            "--only" => names.push(
                words
                    .next()
                    .ok_or("`--only` needs the name of a bench, as `load` or `soak`")?
                    .as_str(),
            ),
            other => {
                return Err(format!(
                    "`bench` does not know `{other}`; what follows `--` goes to the benches"
                ));
            }
        }
    }
    Ok(names)
}

#[cfg(test)]
mod tests {
    use super::{named, programs};

    #[test]
    fn benches_are_run_by_name_with_no_more_built_than_they_start() {
        let words = |text: &str| text.split(' ').map(str::to_owned).collect::<Vec<_>>();
        let given = words("--only load --only soak");
        let names = named(&given).expect("it names two");
        assert_eq!(names, ["load", "soak"]);
        assert_eq!(programs(&names).collect::<Vec<_>>(), ["switchboard-cli"]);
        assert_eq!(named(&[]), Ok(Vec::new()));
        assert!(named(&words("--only")).is_err());
        assert!(named(&words("load")).is_err());
    }
}
