//! Text that a decision looks at, bounded.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// Most bytes kept of either end of a long text.
const END: usize = 32 * 1024;

/// What stands for the middle that is not kept.
const GAP: &str = "\n…\n";

/// Text of a request, whole up to 64 KiB (about 16,000 tokens), else its first and last 32 KiB: instructions stand at
/// either end, and no rule may take long because somebody pasted a book.
#[derive(Clone, PartialEq, Eq, Default, Serialize, Deserialize, TS)]
#[serde(from = "String", into = "String")]
#[ts(type = "string")]
pub struct InputText(String);

impl InputText {
    /// Keeps a text, or its ends.
    pub fn new(text: &str) -> Self {
        if text.len() <= 2 * END {
            return Self(text.to_owned());
        }
        let head = &text[..text.floor_char_boundary(END)];
        let tail = &text[text.ceil_char_boundary(text.len() - END)..];
        Self([head, GAP, tail].concat())
    }

    /// Returns what is kept.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Returns whether there is no text.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl From<String> for InputText {
    fn from(text: String) -> Self {
        if text.len() <= 2 * END {
            Self(text)
        } else {
            Self::new(&text)
        }
    }
}

impl From<&str> for InputText {
    fn from(text: &str) -> Self {
        Self::new(text)
    }
}

impl From<InputText> for String {
    fn from(text: InputText) -> Self {
        text.0
    }
}

/// Tells the size only: prompts do not belong in logs.
impl std::fmt::Debug for InputText {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(out, "InputText({} bytes)", self.0.len())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_text_keeps_both_ends_and_cuts_no_character() {
        let text = InputText::new(&"ü".repeat(1_000_000));
        assert!(text.as_str().len() <= 2 * END + GAP.len());
        assert!(text.as_str().starts_with('ü') && text.as_str().ends_with('ü'));
        let end = format!("{}translate this", "x".repeat(3 * END));
        assert!(InputText::new(&end).as_str().ends_with("translate this"));
    }

    #[test]
    fn its_debug_form_does_not_tell_the_text() {
        assert_eq!(
            format!("{:?}", InputText::new("secret")),
            "InputText(6 bytes)"
        );
    }
}
