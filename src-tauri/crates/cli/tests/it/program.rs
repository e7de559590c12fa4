//! Runs the program in a folder of its own.

use serde_json::Value;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::path::Path;
use std::process::{Child, ChildStdout, Command, Output, Stdio};
use tempfile::TempDir;

/// A folder that holds history and configuration, and what runs in it.
pub(crate) struct Home(pub(crate) TempDir);

/// What a run left.
#[derive(Debug)]
pub(crate) struct Ran {
    pub(crate) code: i32,
    pub(crate) out: String,
    pub(crate) err: String,
}

impl Home {
    pub(crate) fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    pub(crate) fn path(&self) -> &Path {
        self.0.path()
    }

    pub(crate) fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_switchboard-cli"));
        command
            .arg("--data-dir")
            .arg(self.path().join("data"))
            .args(arguments)
            .env_remove("SWITCHBOARD_DATA_DIR")
            .env_remove("NO_COLOR")
            .env("SWITCHBOARD_LOG", "off")
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        command
    }

    pub(crate) fn run(&self, arguments: &[&str]) -> Ran {
        ran(self.command(arguments).output().unwrap())
    }

    pub(crate) fn run_with_input(&self, arguments: &[&str], input: &[u8]) -> Ran {
        let mut child = self
            .command(arguments)
            .stdin(Stdio::piped())
            .spawn()
            .unwrap();
        // A program that refuses its arguments does not read; the pipe may break.
        let _ = child.stdin.take().unwrap().write_all(input);
        ran(child.wait_with_output().unwrap())
    }

    pub(crate) fn write(&self, name: &str, content: impl AsRef<[u8]>) -> String {
        let path = self.path().join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(&path, content).unwrap();
        path.to_str().unwrap().to_owned()
    }
}

pub(crate) fn ran(output: Output) -> Ran {
    Ran {
        code: output.status.code().unwrap(),
        out: String::from_utf8(output.stdout).unwrap(),
        err: String::from_utf8(output.stderr).unwrap(),
    }
}

impl Ran {
    /// Returns standard output as one JSON object a line.
    pub(crate) fn events(&self) -> Vec<Value> {
        self.out
            .lines()
            .map(|line| serde_json::from_str(line).unwrap())
            .collect()
    }
}

/// A gateway that is served by a process of its own.
pub(crate) struct Gateway {
    child: Child,
    pub(crate) address: String,
    /// Kept open, as a terminal would.
    _out: BufReader<ChildStdout>,
}

impl Gateway {
    pub(crate) fn start(home: &Home) -> Self {
        let mut child = home
            .command(&["serve", "--address", "127.0.0.1:0"])
            .spawn()
            .unwrap();
        let mut line = String::new();
        let mut out = BufReader::new(child.stdout.take().unwrap());
        out.read_line(&mut line).unwrap();
        let address = line.trim().strip_prefix("The gateway is at http://");
        Self {
            address: address.unwrap().to_owned(),
            child,
            _out: out,
        }
    }

    /// Asks for a chat completion; returns the whole reply.
    pub(crate) fn chat(&self, body: &str) -> String {
        let mut stream = TcpStream::connect(&self.address).unwrap();
        let request = format!(
            "POST /v1/chat/completions HTTP/1.1\r\nhost: {}\r\nconnection: close\r\ncontent-length: {}\r\n\r\n{body}",
            self.address,
            body.len()
        );
        stream.write_all(request.as_bytes()).unwrap();
        let mut reply = String::new();
        stream.read_to_string(&mut reply).unwrap();
        reply
    }

    /// Interrupts it and waits for its end.
    pub(crate) fn end(self) -> Ran {
        signal(&self.child, "INT");
        ran(self.child.wait_with_output().unwrap())
    }
}

/// Sends a signal by name.
pub(crate) fn signal(child: &Child, name: &str) {
    let sent = Command::new("kill")
        .arg(format!("-{name}"))
        .arg(child.id().to_string())
        .status();
    assert!(sent.unwrap().success());
}

/// Runs a command line in a terminal of that size and returns everything that was written to it.
pub(crate) fn in_terminal(home: &Home, line: &str, columns: u32, rows: u32) -> (i32, String) {
    let program = env!("CARGO_BIN_EXE_switchboard-cli");
    let data = home.path().join("data");
    let line = format!(
        "stty cols {columns} rows {rows}; exec '{program}' --data-dir '{}' {line}",
        data.display()
    );
    let output = Command::new("script")
        .args([
            "--quiet",
            "--return",
            "--flush",
            "--command",
            &line,
            "/dev/null",
        ])
        .env_remove("NO_COLOR")
        .env("TERM", "xterm-256color")
        .env("SWITCHBOARD_LOG", "off")
        .stdin(Stdio::null())
        .output()
        .unwrap();
    (
        output.status.code().unwrap(),
        String::from_utf8(output.stdout).unwrap(),
    )
}
