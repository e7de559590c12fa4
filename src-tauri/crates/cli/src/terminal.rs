//! Writing to standard output and error: color or not, broken pipes, text that cannot steer the
//! terminal.

use crate::arguments::When;
use crate::exit::{Exit, Stop};
use std::io::{self, IsTerminal, Write};

/// Where the program writes.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Terminal {
    pub(crate) stdout_is_terminal: bool,
    pub(crate) stderr_is_terminal: bool,
    color: When,
    no_color: bool,
}

/// The few ways in which text is set off.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Style {
    Bold,
    Dim,
    Red,
    Green,
    Yellow,
    Blue,
}

impl Style {
    fn code(self) -> &'static str {
        match self {
            Self::Bold => "1",
            Self::Dim => "2",
            Self::Red => "31",
            Self::Green => "32",
            Self::Yellow => "33",
            Self::Blue => "34",
        }
    }
}

impl Terminal {
    pub(crate) fn new(color: When) -> Self {
        let set = |name: &str| std::env::var_os(name).is_some_and(|value| !value.is_empty());
        let dumb = std::env::var_os("TERM").is_some_and(|term| term == "dumb");
        Self {
            stdout_is_terminal: io::stdout().is_terminal() && !dumb,
            stderr_is_terminal: io::stderr().is_terminal(),
            color,
            // https://no-color.org
            no_color: set("NO_COLOR") || dumb,
        }
    }

    fn colors(self, terminal: bool) -> bool {
        match self.color {
            When::Always => true,
            When::Never => false,
            When::Auto => terminal && !self.no_color,
        }
    }

    /// Sets text off on standard output, if color is wanted there.
    pub(crate) fn out(self, style: Style, text: &str) -> String {
        paint(self.colors(self.stdout_is_terminal), style, text)
    }

    /// Sets text off on standard error, if color is wanted there.
    pub(crate) fn err(self, style: Style, text: &str) -> String {
        paint(self.colors(self.stderr_is_terminal), style, text)
    }

    /// Says why the program ends.
    pub(crate) fn complain(self, stop: &Stop) {
        let Some(message) = &stop.message else { return };
        self.say(&format!(
            "{} {}",
            self.err(Style::Red, "error:"),
            clean(message)
        ));
        if let Some(hint) = &stop.hint {
            self.say(&format!(
                "  {} {}",
                self.err(Style::Blue, "hint:"),
                clean(hint)
            ));
        }
    }

    /// Writes over the line that standard error stands in; only for terminals.
    pub(crate) fn replace_line(self, line: &str) {
        let mut err = io::stderr().lock();
        let _ = write!(err, "\r\x1b[K{line}").and_then(|()| err.flush());
    }

    /// Says something about the run on standard error.
    pub(crate) fn say(self, line: &str) {
        // If even standard error is gone there is nobody to tell.
        let _ = writeln!(io::stderr().lock(), "{line}");
    }

    /// Warns of what does not stop the run, with what can be done about it.
    pub(crate) fn warn(self, message: &str, hint: Option<&str>) {
        self.say(&self.err(Style::Yellow, &format!("warning: {message}")));
        if let Some(hint) = hint {
            self.say(&format!("  hint: {hint}"));
        }
    }
}

fn paint(on: bool, style: Style, text: &str) -> String {
    if on {
        format!("\x1b[{}m{text}\x1b[0m", style.code())
    } else {
        text.to_owned()
    }
}

/// Writes to standard output and flushes.
pub(crate) fn write(text: &str) -> Result<(), Stop> {
    let mut out = io::stdout().lock();
    out.write_all(text.as_bytes())
        .and_then(|()| out.flush())
        .map_err(failed)
}

fn failed(error: io::Error) -> Stop {
    if error.kind() == io::ErrorKind::BrokenPipe {
        Stop::silent(Exit::ReaderGone)
    } else {
        Stop::new(
            Exit::Internal,
            format!("standard output cannot be written: {error}"),
        )
    }
}

/// Replaces what could steer a terminal: escape sequences, other controls, and marks that turn the
/// direction of text around. Line ends and tabs stay.
pub(crate) fn clean(text: &str) -> String {
    text.chars()
        .filter(|character| *character != '\r')
        .map(|character| match character {
            '\n' | '\t' => character,
            _ if character.is_control() => '\u{fffd}',
            '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' => '\u{fffd}',
            _ => character,
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_cannot_steer_the_terminal() {
        assert_eq!(
            clean("a\x1b[2Jb\x07\u{9b}31m\r\n\tc\u{202e}"),
            "a\u{fffd}[2Jb\u{fffd}\u{fffd}31m\n\tc\u{fffd}"
        );
    }
}
