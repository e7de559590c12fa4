//! The process under test: the command line program, as users run it.

use crate::Outcome;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdout, Command, Stdio};
use std::time::{Duration, Instant};

/// What the program says before its address.
const SAYS: &str = "The gateway is at ";
/// What a program returns that ended because it was interrupted.
const INTERRUPTED: i32 = 130;
/// How long it may take to end.
const END: Duration = Duration::from_secs(20);

/// `switchboard-cli serve`. Dropping it ends it.
pub(crate) struct Served {
    process: Child,
    pub(crate) url: String,
    /// Kept open: the program may say more.
    _out: BufReader<ChildStdout>,
}

/// What a process holds.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Held {
    /// Resident memory.
    pub(crate) mb: f64,
    pub(crate) files: usize,
}

impl Served {
    /// Starts the program with its data in `folder` and waits until it listens.
    pub(crate) fn start(folder: &Path) -> Outcome<Self> {
        let program = program()?;
        let mut process = Command::new(&program)
            .args(["serve", "--address", "127.0.0.1:0"])
            // Nobody's keys, proxies or settings matter.
            .env_clear()
            .env("HOME", folder)
            .env("SWITCHBOARD_DATA_DIR", folder)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .spawn()
            .map_err(|error| format!("{}: {error}", program.display()))?;
        let out = process.stdout.take().ok_or("the program has no output")?;
        let mut out = BufReader::new(out);
        let mut line = String::new();
        out.read_line(&mut line)?;
        let url = line.trim().strip_prefix(SAYS).map(str::to_owned);
        Ok(Self {
            process,
            url: url.ok_or(format!("the program did not start: {line}"))?,
            _out: out,
        })
    }

    pub(crate) fn held(&self) -> Outcome<Held> {
        let process = format!("/proc/{}", self.process.id());
        let text = std::fs::read_to_string(format!("{process}/status"))?;
        let line = text.lines().find_map(|line| line.strip_prefix("VmRSS:"));
        let kib = line.and_then(|line| line.split_whitespace().next()?.parse::<f64>().ok());
        Ok(Held {
            mb: kib.ok_or("the memory cannot be read")? / 1024.0,
            files: std::fs::read_dir(format!("{process}/fd"))?.count(),
        })
    }

    /// Asks the program to end, as Ctrl-C does, and waits until it has.
    pub(crate) fn end(mut self) -> Outcome<()> {
        let id = self.process.id().to_string();
        if !Command::new("kill").args(["-INT", &id]).status()?.success() {
            return Err("the program could not be told to end".into());
        }
        let begun = Instant::now();
        while begun.elapsed() < END {
            if let Some(status) = self.process.try_wait()? {
                return match status.code() {
                    Some(0 | INTERRUPTED) => Ok(()),
                    _ => Err(format!("the program ended with {status}").into()),
                };
            }
            std::thread::sleep(Duration::from_millis(50));
        }
        Err("the program does not end".into())
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        // It may have ended already.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// Returns the release build that `cargo xtask bench` makes first, or what `SOAK_PROGRAM` names.
fn program() -> Outcome<PathBuf> {
    if let Some(named) = std::env::var_os("SOAK_PROGRAM") {
        return Ok(named.into());
    }
    let own = std::env::current_exe()?;
    let folder = own.parent().and_then(Path::parent);
    let program = folder.map(|folder| folder.join("switchboard-cli"));
    program.filter(|program| program.is_file()).ok_or_else(|| {
        "build the program first: `cargo build --release -p switchboard-cli`, or name it in SOAK_PROGRAM"
            .into()
    })
}
