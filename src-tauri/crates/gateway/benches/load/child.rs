//! A process of its own on a core of its own.

use crate::Outcome;
use std::io::{BufRead, BufReader};
use std::process::{ChildStdin, Command, Stdio};
use std::time::Duration;

/// Clock ticks a second in `/proc` (every Linux that Rust runs on).
const TICKS: f64 = 100.0;

/// A process that serves HTTP. Dropping it ends it.
pub(crate) struct Child {
    process: std::process::Child,
    /// Its end tells the process to end.
    _input: Option<ChildStdin>,
    pub(crate) url: String,
}

impl Child {
    /// Starts this program in another role and waits until it says where it listens.
    pub(crate) fn start(role: &str, arguments: &[&str]) -> Outcome<Self> {
        let program = std::env::current_exe()?;
        // Thousand streams take more files than a shell usually allows.
        let script = "ulimit -n 16384 2>/dev/null; exec \"$@\"";
        let mut command = Command::new("sh");
        command.args(["-c", script, "sh"]);
        if has_taskset() {
            command.args(["taskset", "-c", "0"]);
        }
        command.arg(program).args(["--role", role]).args(arguments);
        let mut process = command
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()?;
        let mut line = String::new();
        if let Some(out) = process.stdout.take() {
            BufReader::new(out).read_line(&mut line)?;
        }
        if line.trim().is_empty() {
            return Err(format!("the {role} did not start").into());
        }
        Ok(Self {
            _input: process.stdin.take(),
            process,
            url: line.trim().to_owned(),
        })
    }

    /// Returns the CPU time used so far.
    pub(crate) fn cpu(&self) -> Outcome<Duration> {
        let text = std::fs::read_to_string(format!("/proc/{}/stat", self.process.id()))?;
        // The program's name stands in parentheses and may hold anything.
        let fields = text.rsplit_once(')').map_or("", |(_, fields)| fields);
        let ticks = |at: usize| {
            fields
                .split_whitespace()
                .nth(at)
                .and_then(|field| field.parse::<u64>().ok())
        };
        let (Some(user), Some(system)) = (ticks(11), ticks(12)) else {
            return Err("the CPU time cannot be read".into());
        };
        Ok(Duration::from_secs_f64((user + system) as f64 / TICKS))
    }

    /// Returns the resident memory in MB.
    pub(crate) fn memory_mb(&self) -> Outcome<f64> {
        let text = std::fs::read_to_string(format!("/proc/{}/status", self.process.id()))?;
        let line = text.lines().find_map(|line| line.strip_prefix("VmRSS:"));
        let kib = line.and_then(|line| line.split_whitespace().next()?.parse::<f64>().ok());
        Ok(kib.ok_or("the memory cannot be read")? / 1024.0)
    }
}

impl Drop for Child {
    fn drop(&mut self) {
        // It may have ended already.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

fn has_taskset() -> bool {
    let found = Command::new("taskset")
        .arg("--version")
        .stdout(Stdio::null())
        .status();
    found.is_ok_and(|status| status.success())
        && std::thread::available_parallelism().is_ok_and(|cores| cores.get() > 1)
}

/// Moves this process to a core.
pub(crate) fn pin_this(core: u32) {
    if !has_taskset() {
        println!("without `taskset` or a second core, processes share their cores");
        return;
    }
    let (core, process) = (core.to_string(), std::process::id().to_string());
    let mut command = Command::new("taskset");
    // All threads.
    command
        .args(["-a", "-c", "-p", &core, &process])
        .stdout(Stdio::null());
    if !command.status().is_ok_and(|status| status.success()) {
        println!("this process stays on all cores");
    }
}
