//! What is wrong with a price file, where, and how to put it right.

use std::fmt;

/// Most problems that are listed of one file.
pub(crate) const MOST_PROBLEMS: usize = 20;

/// Longest part of a row that is shown, in characters.
const SHOWN: usize = 120;

/// One problem of a price file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// From 1; 0: the file as a whole.
    pub line: usize,
    /// The row, cut if it is long, control characters left out.
    pub row: String,
    /// What does not fit and how to put it right, as a clause.
    pub what: String,
}

impl Problem {
    pub(crate) fn new(line: usize, row: &str, what: impl Into<String>) -> Self {
        let mut shown: String = row
            .chars()
            .take(SHOWN)
            .map(|c| if c.is_control() { ' ' } else { c })
            .collect();
        if row.chars().nth(SHOWN).is_some() {
            shown.push('…');
        }
        Self {
            line,
            row: shown,
            what: what.into(),
        }
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.line == 0 {
            write!(f, "price file: {}", self.what)
        } else {
            write!(
                f,
                "price file, line {}: {} (`{}`)",
                self.line, self.what, self.row
            )
        }
    }
}

/// The problems of a price file that is refused; at least one, at most twenty.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refused(pub Vec<Problem>);

impl fmt::Display for Refused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (at, problem) in self.0.iter().enumerate() {
            write!(f, "{}{problem}", if at > 0 { "; " } else { "" })?;
        }
        Ok(())
    }
}

impl std::error::Error for Refused {}

/// Collects problems up to the limit.
#[derive(Debug, Default)]
pub(crate) struct Problems(Vec<Problem>);

impl Problems {
    pub(crate) fn add(&mut self, line: usize, row: &str, what: impl Into<String>) {
        if self.0.len() < MOST_PROBLEMS {
            self.0.push(Problem::new(line, row, what));
        }
    }

    pub(crate) fn is_full(&self) -> bool {
        self.0.len() >= MOST_PROBLEMS
    }

    /// Returns `value` if there are no problems.
    pub(crate) fn none_or<T>(self, value: T) -> Result<T, Refused> {
        if self.0.is_empty() {
            Ok(value)
        } else {
            Err(Refused(self.0))
        }
    }
}
