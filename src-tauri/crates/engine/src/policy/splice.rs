//! Where a new answer repeats the end of the one that was cut, so that the two can be joined.
//!
//! A deterministic model repeats the whole text; another may come back to the same words after a
//! different beginning. What repeats nothing is never joined.

/// Longest cut text that is compared, in bytes.
pub(crate) const LONGEST_SHOWN: usize = 1024 * 1024;

/// Lengths of the end of the shown text that are looked for, in characters: the shortest that stands
/// only once in it is taken.
const ANCHORS: [usize; 4] = [48, 96, 192, 384];

/// Least letters and digits of an anchor. Blank lines, rules and brackets repeat by chance.
const LEAST_WORDS: usize = 24;

/// What may come before the repeated end beyond what was shown, in bytes; also a quarter of the shown
/// text.
const SLACK: usize = 512;

/// What is known of a join so far.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Verdict {
    /// More of the new answer is needed.
    Hold,
    /// The new answer repeats the shown text up to this byte of itself; what follows is new.
    Joined(usize),
    /// It does not repeat it.
    Apart,
}

/// A new answer held against the shown text, which must stay the same from call to call.
#[derive(Debug)]
pub(crate) struct Splice {
    held: String,
    /// The new answer repeats the shown text from its beginning, so far.
    repeats: bool,
    /// Where in the shown text the anchor begins; `None` if no end of it stands out.
    anchor: Option<usize>,
}

impl Splice {
    pub(crate) fn new(shown: &str) -> Self {
        Self {
            held: String::new(),
            repeats: true,
            anchor: anchor(shown),
        }
    }

    /// Takes a piece of the new answer in.
    pub(crate) fn push(&mut self, shown: &str, piece: &str) -> Verdict {
        let before = self.held.len();
        self.held.push_str(piece);
        if self.repeats {
            if self.held.len() >= shown.len() {
                if self.held.as_bytes()[before..].starts_with(&shown.as_bytes()[before..]) {
                    return Verdict::Joined(shown.len());
                }
                self.repeats = false;
            } else if shown.as_bytes()[before..].starts_with(piece.as_bytes()) {
                return Verdict::Hold;
            } else {
                self.repeats = false;
            }
        }
        let Some(anchor) = self.anchor.and_then(|at| shown.get(at..)) else {
            return Verdict::Apart;
        };
        // The anchor may have begun in an earlier piece.
        let mut from = before.saturating_sub(anchor.len());
        while !self.held.is_char_boundary(from) {
            from -= 1;
        }
        if let Some(found) = self.held[from..].find(anchor) {
            return Verdict::Joined(from + found + anchor.len());
        }
        if self.held.len() > shown.len() + shown.len() / 4 + SLACK {
            return Verdict::Apart;
        }
        Verdict::Hold
    }

    /// Returns what was held back of the new answer.
    pub(crate) fn into_held(self) -> String {
        self.held
    }
}

/// Returns where the shortest end of the text begins that stands once in it and has words enough.
fn anchor(shown: &str) -> Option<usize> {
    ANCHORS.into_iter().find_map(|length| {
        let (at, _) = shown.char_indices().rev().nth(length - 1)?;
        let end = &shown[at..];
        let words = end.chars().filter(|char| char.is_alphanumeric()).count();
        (words >= LEAST_WORDS && shown.find(end) == Some(at)).then_some(at)
    })
}

#[cfg(test)]
#[path = "splice_tests.rs"]
mod tests;
