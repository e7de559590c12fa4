//! The step `client-tests`: clients of other projects, at fixed versions, driven against the gateway as
//! `switchboard-cli serve` runs it. Their scripts and lock files are in `tests/clients`; what is installed
//! goes to `target/clients`, once for each state of the lock files.

use crate::step::{self, Outcome, Tests};
use crate::{root, setup, target, ui};
use std::ffi::OsStr;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::sync_channel;
use std::time::{Duration, Instant};

/// The oldest Python that the lock file is for.
const PYTHON: (u32, u32) = (3, 11);
/// How long the gateway may take until it says where it is.
const START: Duration = Duration::from_secs(30);
/// What the gateway says before its address.
const SAYS: &str = "The gateway is at ";
/// Variables that clients and gateway get: with no others, nobody's keys, proxies or settings matter.
const VARIABLES: &[&str] = &["PATH", "HOME", "TMPDIR", "TEMP", "LANG", "SYSTEMROOT"];

/// Installs what is not there and runs every client's script against a gateway. `build` builds the
/// programs.
///
/// # Errors
/// What could not be installed, built or started.
pub(crate) fn test(build: fn() -> Result<Outcome, String>) -> Result<Outcome, String> {
    std::fs::create_dir_all(home()).map_err(|error| cannot("make", &home(), &error))?;
    let (python, node, built) = std::thread::scope(|scope| {
        let python = scope.spawn(install_python);
        let node = scope.spawn(install_node);
        let built = build();
        (joined(python), joined(node), built)
    });
    let (python, node) = (python?, node?);
    if !built?.succeeded {
        return Err("the programs do not build".into());
    }
    let (one, other) = std::thread::scope(|scope| {
        let in_node = scope.spawn(|| run(OsStr::new("node"), &node, "mjs"));
        let in_python = run(python.as_os_str(), &sources("python"), "py");
        (in_python, joined(in_node))
    });
    Ok(sum(one?, other?))
}

/// Returns the folder of what is installed.
fn home() -> PathBuf {
    target().join("clients")
}

/// Returns the folder of a language's scripts.
fn sources(language: &str) -> PathBuf {
    root().join("tests/clients").join(language)
}

fn joined<T>(thread: std::thread::ScopedJoinHandle<'_, Result<T, String>>) -> Result<T, String> {
    thread
        .join()
        .unwrap_or_else(|_| Err("a thread of the client tests broke".into()))
}

fn cannot(act: &str, path: &Path, error: &dyn std::fmt::Display) -> String {
    format!("cannot {act} {}: {error}", path.display())
}

fn sum(one: Outcome, other: Outcome) -> Outcome {
    Outcome {
        succeeded: one.succeeded && other.succeeded,
        tests: Tests {
            passed: one.tests.passed + other.tests.passed,
            failed: one.tests.failed + other.tests.failed,
        },
    }
}

/// Makes a virtual environment with the clients in it; returns its Python.
fn install_python() -> Result<PathBuf, String> {
    let system = if cfg!(windows) { "python" } else { "python3" };
    let version = step::output(system, &["--version"]);
    let number = version
        .as_deref()
        .and_then(|text| setup::parse_version(text.trim_start_matches("Python ")));
    let Some(number) = number.filter(|number| *number >= PYTHON) else {
        return Err(format!(
            "the client tests need Python {}.{} or newer as `{system}`; there is {}",
            PYTHON.0,
            PYTHON.1,
            version.as_deref().unwrap_or("none")
        ));
    };
    let folder = home().join("python");
    let program = folder.join(if cfg!(windows) {
        "Scripts/python.exe"
    } else {
        "bin/python"
    });
    let lock = sources("python").join("requirements.txt");
    let state = format!("{number:?} {}", ui::hash(std::slice::from_ref(&lock))?);
    let install = || {
        let _ = std::fs::remove_dir_all(&folder);
        quiet(Command::new(system).args(["-m", "venv"]).arg(&folder))
            .map_err(|error| format!("{error}\non Debian `venv` is in the package python3-venv"))?;
        let options = [
            "--quiet",
            "--disable-pip-version-check",
            "--no-input",
            // The scripts load a part of what is installed: that much is compiled when it is.
            "--no-compile",
            "--only-binary=:all:",
            "--require-hashes",
            // The lock file names everything; `check` below holds it to that.
            "--no-deps",
            "--requirement",
        ];
        let pip = ["-m", "pip", "install"];
        quiet(Command::new(&program).args(pip).args(options).arg(&lock))?;
        quiet(Command::new(&program).args(["-m", "pip", "check"]))
    };
    once(
        "Python clients",
        &folder.join(".lock-stamp"),
        &state,
        install,
    )?;
    Ok(program)
}

/// Installs the clients and copies their scripts beside them, where Node finds the one from the other;
/// returns that folder.
fn install_node() -> Result<PathBuf, String> {
    let (from, folder) = (sources("node"), home().join("node"));
    std::fs::create_dir_all(&folder).map_err(|error| cannot("make", &folder, &error))?;
    let lock = from.join("package-lock.json");
    let version = step::output("node", &["--version"]).ok_or("`node` is not there")?;
    let state = format!(
        "{version} {}",
        ui::hash(&[lock, from.join("package.json")])?
    );
    for path in files(&from, None)? {
        let to = folder.join(path.file_name().unwrap_or_default());
        std::fs::copy(&path, &to).map_err(|error| cannot("write", &to, &error))?;
    }
    let install = || {
        let arguments = ["ci", "--ignore-scripts", "--no-audit", "--no-fund"];
        let mut npm = Command::new(setup::ui_npm());
        quiet(npm.args(arguments).current_dir(&folder))
    };
    once("Node clients", &folder.join(".lock-stamp"), &state, install)?;
    Ok(folder)
}

/// Does `install` unless the stamp says that it was done in this state.
fn once(
    name: &str,
    stamp: &Path,
    state: &str,
    install: impl FnOnce() -> Result<(), String>,
) -> Result<(), String> {
    if ui::is(stamp, state) {
        return Ok(());
    }
    println!("installing the {name} (once for each state of their lock file)");
    let began = Instant::now();
    install().map_err(|error| format!("the {name} could not be installed: {error}"))?;
    println!(
        "installed the {name} in {:.0} s",
        began.elapsed().as_secs_f64()
    );
    ui::write(stamp, state)
}

/// Runs a command whose output matters only when it fails.
fn quiet(command: &mut Command) -> Result<(), String> {
    let name = command.get_program().to_string_lossy().into_owned();
    let output = command
        .stdin(Stdio::null())
        .output()
        .map_err(|error| format!("cannot start `{name}`: {error}"))?;
    if output.status.success() {
        return Ok(());
    }
    let said = |bytes: &[u8]| String::from_utf8_lossy(bytes).trim().to_owned();
    Err(format!(
        "`{name}` failed ({})\n{}\n{}",
        output.status,
        said(&output.stdout),
        said(&output.stderr)
    ))
}

/// Returns the files of a folder, in order; only tests (`test_….ENDING`) if an ending is given.
fn files(folder: &Path, ending: Option<&str>) -> Result<Vec<PathBuf>, String> {
    let entries = std::fs::read_dir(folder).map_err(|error| cannot("read", folder, &error))?;
    let is_wanted = |path: &PathBuf| {
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        path.is_file()
            && ending.is_none_or(|ending| {
                name.starts_with("test_") && path.extension() == Some(OsStr::new(ending))
            })
    };
    let mut found: Vec<PathBuf> = entries
        .filter_map(Result::ok)
        .map(|entry| entry.path())
        .filter(is_wanted)
        .collect();
    found.sort();
    Ok(found)
}

/// Runs the scripts of a folder one after another, each with a gateway of its own: the failures that one
/// provokes must not make the gateway careful with the next.
fn run(program: &OsStr, folder: &Path, ending: &str) -> Result<Outcome, String> {
    let mut all = Outcome {
        succeeded: true,
        tests: Tests::default(),
    };
    for script in files(folder, Some(ending))? {
        let gateway = Gateway::start(&format!("data-{ending}"))?;
        let mut command = Command::new(program);
        bare(&mut command)
            .arg(&script)
            .env("SWITCHBOARD_GATEWAY", &gateway.url)
            .env("SWITCHBOARD_TEST_DATA", &gateway.data)
            .env("SWITCHBOARD_PROGRAM", gateway_program())
            .env("PYTHONPYCACHEPREFIX", home().join("pycache"))
            .env("PYTHONUTF8", "1");
        let mut outcome = step::run(&mut command)?;
        if !outcome.succeeded {
            println!("{} failed", script.display());
            // It may have broken before its first case.
            outcome.tests.failed = outcome.tests.failed.max(1);
        } else if outcome.tests.passed == 0 {
            return Err(format!("no case of {} ran", script.display()));
        }
        all = sum(all, outcome);
    }
    if all.tests == Tests::default() {
        return Err(format!("there are no scripts in {}", folder.display()));
    }
    Ok(all)
}

/// Leaves a command only the variables that every program needs.
fn bare(command: &mut Command) -> &mut Command {
    command.env_clear().stdin(Stdio::null());
    for name in VARIABLES {
        if let Some(value) = std::env::var_os(name) {
            command.env(name, value);
        }
    }
    command
}

/// Returns the program that serves the gateway.
fn gateway_program() -> PathBuf {
    target().join("debug").join(if cfg!(windows) {
        "switchboard-cli.exe"
    } else {
        "switchboard-cli"
    })
}

/// A gateway, served by the program over a fresh folder. It ends with this value.
struct Gateway {
    url: String,
    data: PathBuf,
    program: Child,
}

impl Gateway {
    /// Serves it over the folder of that name, emptied first.
    fn start(folder: &str) -> Result<Self, String> {
        let data = home().join(folder);
        let _ = std::fs::remove_dir_all(&data);
        std::fs::create_dir_all(&data).map_err(|error| cannot("make", &data, &error))?;
        let path = gateway_program();
        let mut command = Command::new(&path);
        bare(&mut command).arg("--data-dir").arg(&data);
        let mut program = command
            .args(["serve", "--address", "127.0.0.1:0"])
            .stdout(Stdio::piped())
            .spawn()
            .map_err(|error| cannot("start", &path, &error))?;
        let (tell, says) = sync_channel(16);
        if let Some(stdout) = program.stdout.take() {
            std::thread::spawn(move || {
                for line in BufReader::new(stdout).lines().map_while(Result::ok) {
                    // Read on when nobody listens, or the program could not write.
                    let _ = tell.send(line);
                }
            });
        }
        let mut gateway = Self {
            url: String::new(),
            data,
            program,
        };
        let until = Instant::now() + START;
        while gateway.url.is_empty() {
            let left = until.saturating_duration_since(Instant::now());
            let line = says.recv_timeout(left).map_err(|_| {
                format!("`switchboard-cli serve` did not say its address within {START:?}")
            })?;
            if let Some(url) = line.strip_prefix(SAYS) {
                gateway.url = url.trim().to_owned();
            }
        }
        Ok(gateway)
    }
}

impl Drop for Gateway {
    fn drop(&mut self) {
        let _ = self.program.kill();
        let _ = self.program.wait();
        let _ = std::fs::remove_dir_all(&self.data);
    }
}

#[cfg(test)]
mod tests {
    use super::{files, once, sources};
    use std::cell::Cell;

    #[test]
    fn every_language_has_scripts_and_their_helper_is_none() {
        for (language, ending) in [("python", "py"), ("node", "mjs")] {
            let scripts = files(&sources(language), Some(ending)).unwrap();
            assert!(!scripts.is_empty(), "{language}");
            let names = scripts.iter().map(|path| path.file_stem().unwrap());
            assert!(names.clone().all(|name| name != "cases"), "{language}");
        }
    }

    #[test]
    fn what_is_installed_is_installed_once_for_each_state_and_again_after_a_failure() {
        let stamp = crate::target().join(format!("xtask-stamp-{}", std::process::id()));
        let count = Cell::new(0);
        let install = |state: &str, done: Result<(), String>| {
            once("clients", &stamp, state, || {
                count.set(count.get() + 1);
                done
            })
        };
        assert!(install("a", Err("no network".into())).is_err());
        install("a", Ok(())).unwrap();
        install("a", Ok(())).unwrap();
        install("b", Ok(())).unwrap();
        std::fs::remove_file(&stamp).unwrap();
        assert_eq!(count.get(), 3);
    }
}
