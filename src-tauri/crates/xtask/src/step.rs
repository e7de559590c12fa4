//! Running one command of a task: named, timed, and with the tests it ran counted.

use std::io::{BufRead, BufReader, Write};
use std::process::{Command, Stdio};
use std::time::Instant;

/// What a step's command did.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Outcome {
    pub(crate) succeeded: bool,
    pub(crate) tests: Tests,
}

/// Tests counted in a command's output; both zero for commands that run none.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Tests {
    pub(crate) passed: u32,
    pub(crate) failed: u32,
}

/// Runs a command to its end, showing what it prints.
///
/// # Errors
/// A sentence if the command cannot be started.
pub(crate) fn run(command: &mut Command) -> Result<Outcome, String> {
    let name = command.get_program().to_string_lossy().into_owned();
    let not_started = |error| format!("cannot start `{name}`: {error}");
    let mut child = command
        .stdout(Stdio::piped())
        .spawn()
        .map_err(not_started)?;
    let mut tests = Tests::default();
    if let Some(stdout) = child.stdout.take() {
        let mut out = std::io::stdout().lock();
        for line in BufReader::new(stdout).split(b'\n').map_while(Result::ok) {
            let line = String::from_utf8_lossy(&line);
            let _ = writeln!(out, "{line}");
            tests.count(&line);
        }
    }
    let status = child.wait().map_err(not_started)?;
    Ok(Outcome {
        succeeded: status.success(),
        tests,
    })
}

/// Runs a command that must succeed.
///
/// # Errors
/// A sentence with the command if it cannot be started or fails.
pub(crate) fn must(command: &mut Command) -> Result<(), String> {
    let shown = shown(command);
    match run(command)? {
        Outcome {
            succeeded: true, ..
        } => Ok(()),
        _ => Err(format!("`{shown}` failed")),
    }
}

/// Returns what a quiet command prints, without the line's end; `None` if it cannot be started or
/// fails.
pub(crate) fn output(program: &str, arguments: &[&str]) -> Option<String> {
    let output = Command::new(program)
        .args(arguments)
        .stderr(Stdio::null())
        .output()
        .ok()?;
    let text = String::from_utf8(output.stdout).ok()?;
    output.status.success().then(|| text.trim().to_owned())
}

/// Prints what begins now, and returns its clock.
pub(crate) fn begin(name: &str) -> Instant {
    println!("\n── {name}");
    Instant::now()
}

/// Prints how long what began has taken.
pub(crate) fn end(name: &str, began: Instant, succeeded: bool) {
    let word = if succeeded { "ok" } else { "FAILED" };
    println!("── {name}: {word} ({:.1} s)", began.elapsed().as_secs_f64());
}

/// Returns a command as it would be typed.
fn shown(command: &Command) -> String {
    let words = std::iter::once(command.get_program()).chain(command.get_args());
    words
        .map(|word| word.to_string_lossy().into_owned())
        .collect::<Vec<_>>()
        .join(" ")
}

impl Tests {
    /// Adds the counts of a closing line of cargo's or Vitest's test runner.
    fn count(&mut self, line: &str) {
        let line = without_colours(line);
        let line = line.trim();
        let closing = line.strip_prefix("test result: ").or_else(|| {
            line.strip_prefix("Tests ")
                .filter(|rest| rest.contains("passed") || rest.contains("failed"))
        });
        let Some(closing) = closing else { return };
        let words: Vec<&str> = closing
            .split(|c: char| !c.is_alphanumeric())
            .filter(|word| !word.is_empty())
            .collect();
        for pair in words.windows(2) {
            match (pair[0].parse::<u32>(), pair[1]) {
                (Ok(count), "passed") => self.passed += count,
                (Ok(count), "failed") => self.failed += count,
                _ => {}
            }
        }
    }
}

/// Removes the terminal's colour codes.
fn without_colours(line: &str) -> String {
    let mut plain = String::with_capacity(line.len());
    let mut rest = line.chars();
    while let Some(c) = rest.next() {
        if c == '\u{1b}' {
            rest.by_ref().find(char::is_ascii_alphabetic);
        } else {
            plain.push(c);
        }
    }
    plain
}

#[cfg(test)]
mod tests {
    use super::Tests;

    fn counted(lines: &[&str]) -> (u32, u32) {
        let mut tests = Tests::default();
        lines.iter().for_each(|line| tests.count(line));
        (tests.passed, tests.failed)
    }

    #[test]
    fn closing_lines_of_cargo_are_summed() {
        let ok = "test result: ok. 12 passed; 0 failed; 1 ignored; 0 measured; 0 filtered out";
        let failed = "test result: FAILED. 3 passed; 2 failed; 0 ignored; 0 measured";
        assert_eq!(counted(&["running 12 tests", ok, failed]), (15, 2));
    }

    #[test]
    fn closing_lines_of_vitest_are_summed() {
        assert_eq!(
            counted(&["      Tests  2 failed | 40 passed (42)"]),
            (40, 2)
        );
        assert_eq!(
            counted(&["\u{1b}[2m      Tests \u{1b}[22m \u{1b}[1m\u{1b}[32m7 passed\u{1b}[39m (7)"]),
            (7, 0)
        );
        assert_eq!(counted(&[" Test Files  3 passed (3)"]), (0, 0));
    }

    #[test]
    fn other_lines_count_nothing() {
        assert_eq!(
            counted(&["5 passed", "Tests are fun", "", "test result"]),
            (0, 0)
        );
    }
}
