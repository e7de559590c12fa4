//! `cargo xtask test`: every check, each with its name and time, and the other tasks that run cargo.

use crate::desktop::Desktop;
use crate::setup::{self, Need};
use crate::step::{self, Outcome, Tests};
use crate::{clients, root, target, ui};
use std::process::Command;
use std::time::Instant;

/// The WebDriver proxy for Tauri windows. 3.0 is not released yet and differs.
const TAURI_DRIVER: &str = "2.1.0";

/// A check: what it is called and what it does.
struct Check {
    name: &'static str,
    run: fn() -> Result<Outcome, String>,
}

/// In the order they run: the quick ones first, and each build before the checks that use it.
const CHECKS: &[Check] = &[
    Check {
        name: "format",
        run: format,
    },
    Check {
        name: "ui-lint",
        run: || npm(&["run", "lint"]),
    },
    Check {
        name: "ui-types",
        run: || npm(&["run", "check"]),
    },
    Check {
        name: "ui-tests",
        run: || npm(&["test"]),
    },
    Check {
        name: "rust-tests",
        run: rust_tests,
    },
    Check {
        name: "clippy",
        run: clippy,
    },
    Check {
        name: "deny",
        run: deny,
    },
    Check {
        name: "programs",
        run: programs,
    },
    Check {
        name: "client-tests",
        run: || clients::test(programs),
    },
    Check {
        name: "window-tests",
        run: window_tests,
    },
];

/// Runs every check, or those named, and prints the sum.
///
/// # Errors
/// What is missing, or which checks failed.
pub(crate) fn test(arguments: &[String]) -> Result<(), String> {
    let Some(chosen) = chosen(arguments)? else {
        return Ok(());
    };
    let began = Instant::now();
    setup::prepare(Need::Tests)?;
    // Before anything is compiled: the window's program embeds the pages.
    ui::build()?;
    let (mut tests, mut failures) = (Tests::default(), Vec::new());
    for check in chosen {
        let clock = step::begin(check.name);
        let outcome = (check.run)().unwrap_or_else(|error| {
            println!("{error}");
            Outcome {
                succeeded: false,
                tests: Tests::default(),
            }
        });
        step::end(check.name, clock, outcome.succeeded);
        tests = tests.and(outcome);
        if !outcome.succeeded {
            failures.push(check.name);
        }
    }
    println!("\nAll of it took {:.0} s.", began.elapsed().as_secs_f64());
    if !failures.is_empty() {
        println!(
            "Failed: {}. One alone: cargo xtask test --only {}",
            failures.join(", "),
            failures[0]
        );
    }
    println!("{} passed, {} failed", tests.passed, tests.failed);
    if failures.is_empty() {
        Ok(())
    } else {
        Err(format!("{} failed", failures.join(", ")))
    }
}

/// Returns the checks to run; `None` if they were only to be listed.
fn chosen(arguments: &[String]) -> Result<Option<Vec<&'static Check>>, String> {
    let mut chosen = Vec::new();
    let mut words = arguments.iter();
    while let Some(word) = words.next() {
        match word.as_str() {
            "--list" => {
                CHECKS.iter().for_each(|check| println!("{}", check.name));
                return Ok(None);
            }
            "--only" => {
                let name = words
                    .next()
                    .ok_or("`--only` needs the name of a step; `--list` prints them")?;
                let check = CHECKS.iter().find(|check| check.name == name);
                chosen
                    .push(check.ok_or(format!("there is no step `{name}`; `--list` prints them"))?);
            }
            other => return Err(format!("`test` does not know `{other}`")),
        }
    }
    Ok(Some(if chosen.is_empty() {
        CHECKS.iter().collect()
    } else {
        chosen
    }))
}

fn format() -> Result<Outcome, String> {
    cargo(&["fmt", "--all", "--check"])
}

fn clippy() -> Result<Outcome, String> {
    // `--all-targets` leaves out the window tests, which run by name only.
    let targets = ["--all-targets", "--test", "window"];
    cargo(
        &[
            &["clippy", "--workspace", "--locked", "--quiet"][..],
            &targets,
            &["--", "-D", "warnings"],
        ]
        .concat(),
    )
}

fn rust_tests() -> Result<Outcome, String> {
    cargo(&[
        "test",
        "--workspace",
        "--locked",
        "--no-fail-fast",
        "--quiet",
    ])
}

/// Licences, sources and bans, as `deny.toml` has them. Without cargo-deny, which takes minutes to
/// build, the test package's `licences` test reads the same file; this step says so.
fn deny() -> Result<Outcome, String> {
    if setup::is_on_path("cargo-deny") {
        return cargo(&["deny", "--offline", "check", "licenses", "bans", "sources"]);
    }
    println!(
        "cargo-deny is not installed: `licences.rs` of the test package held deny.toml's licences and sources"
    );
    Ok(Outcome {
        succeeded: true,
        tests: Tests::default(),
    })
}

/// The programs that the client and window tests start.
fn programs() -> Result<Outcome, String> {
    // The whole workspace, so that features are the same as in the tests and nothing is built twice.
    cargo(&["build", "--workspace", "--bins", "--locked", "--quiet"])
}

fn window_tests() -> Result<Outcome, String> {
    if !cfg!(target_os = "linux") {
        println!("left out: the window tests need Linux");
        return Ok(Outcome {
            succeeded: true,
            tests: Tests::default(),
        });
    }
    let driver = tauri_driver()?;
    let desktop = Desktop::start()?;
    let mut command = cargo_command();
    command.args([
        "test",
        "--workspace",
        "--locked",
        "--quiet",
        "--test",
        "window",
    ]);
    command.args(["--", "--test-threads=1", "--nocapture"]);
    desktop.enter(&mut command);
    command.env("SWITCHBOARD_TAURI_DRIVER", driver);
    let outcome = step::run(&mut command)?;
    if outcome.succeeded && outcome.tests.passed == 0 {
        return Err("no window test ran".into());
    }
    println!("pictures: {}", target().join("screenshots").display());
    Ok(outcome)
}

/// Returns the path of tauri-driver, built first if it is not there.
pub(crate) fn tauri_driver() -> Result<std::path::PathBuf, String> {
    let tools = target().join("tools");
    let driver = tools.join("bin/tauri-driver");
    if driver.is_file() {
        return Ok(driver);
    }
    println!("building tauri-driver {TAURI_DRIVER} (once, less than a minute)");
    let mut command = cargo_command();
    command.args([
        "install",
        "--quiet",
        "--locked",
        "--version",
        TAURI_DRIVER,
        "--root",
    ]);
    step::must(command.arg(&tools).arg("tauri-driver"))?;
    Ok(driver)
}

fn npm(arguments: &[&str]) -> Result<Outcome, String> {
    step::run(ui::npm().args(arguments))
}

fn cargo(arguments: &[&str]) -> Result<Outcome, String> {
    step::run(cargo_command().args(arguments))
}

pub(crate) fn cargo_command() -> Command {
    let mut command = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    command.current_dir(root());
    command
}

/// `cargo xtask types`: writes the UI's TypeScript types from the Rust types.
///
/// # Errors
/// A sentence if the types do not compile.
pub(crate) fn write_types() -> Result<(), String> {
    let mut command = cargo_command();
    command.args([
        "test",
        "--quiet",
        "--package",
        "switchboard-app",
        "typescript",
    ]);
    step::must(command.env("SWITCHBOARD_WRITE_TYPES", "1"))
}

impl Tests {
    /// Adds a step's tests; a step that counted none counts as one test itself.
    fn and(self, outcome: Outcome) -> Tests {
        let own = outcome.tests;
        let none = own == Tests::default();
        let passed = u32::from(none && outcome.succeeded);
        // A step can fail with all its tests passed, for example because one does not compile.
        let failed = u32::from(!outcome.succeeded && own.failed == 0);
        Tests {
            passed: self.passed + own.passed + passed,
            failed: self.failed + own.failed + failed,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{CHECKS, Outcome, Tests, chosen};

    fn sum(outcomes: &[(bool, u32, u32)]) -> (u32, u32) {
        let sum = outcomes
            .iter()
            .fold(Tests::default(), |sum, (succeeded, passed, failed)| {
                let tests = Tests {
                    passed: *passed,
                    failed: *failed,
                };
                sum.and(Outcome {
                    succeeded: *succeeded,
                    tests,
                })
            });
        (sum.passed, sum.failed)
    }

    #[test]
    fn a_failed_step_is_never_lost_in_the_sum() {
        assert_eq!(sum(&[(true, 0, 0), (true, 10, 0)]), (11, 0));
        assert_eq!(sum(&[(false, 0, 0)]), (0, 1));
        assert_eq!(sum(&[(false, 10, 0)]), (10, 1));
        assert_eq!(sum(&[(false, 10, 2)]), (10, 2));
    }

    #[test]
    fn steps_are_chosen_by_name() {
        let words = |words: &[&str]| words.iter().map(ToString::to_string).collect::<Vec<_>>();
        assert_eq!(chosen(&[]).unwrap().unwrap().len(), CHECKS.len());
        let one = chosen(&words(&["--only", "clippy"])).unwrap().unwrap();
        assert_eq!(
            one.iter().map(|check| check.name).collect::<Vec<_>>(),
            ["clippy"]
        );
        assert!(chosen(&words(&["--only", "clipy"])).is_err());
        assert!(chosen(&words(&["--only"])).is_err());
        assert!(chosen(&words(&["--fast"])).is_err());
    }
}
