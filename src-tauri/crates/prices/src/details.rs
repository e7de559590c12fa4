//! What else the book knows about a model.

use jiff::civil::Date;

/// Limits, abilities and retirement of a model. Unknown is `None`, and an ability that is not named may still be
/// there.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Details {
    /// Tokens.
    pub context_window: Option<u64>,
    /// Tokens.
    pub max_output: Option<u64>,
    pub abilities: Abilities,
    /// First day on which the provider no longer serves it.
    pub retires: Option<Date>,
    /// Whether the provider advises against it already.
    pub deprecated: bool,
}

/// Abilities that a source names, as letters of the price file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Abilities(u8);

/// Letters and what they stand for.
const LETTERS: [(u8, &str); 6] = [
    (b'c', "prompt cache"),
    (b'f', "prefill"),
    (b'j', "JSON schema"),
    (b'r', "reasoning"),
    (b't', "tools"),
    (b'v', "images"),
];

impl Abilities {
    /// Reads letters.
    ///
    /// # Errors
    /// One clause that says what does not fit.
    pub fn parse(text: &str) -> Result<Self, &'static str> {
        let mut bits = 0;
        for byte in text.bytes() {
            let at = LETTERS.iter().position(|(letter, _)| *letter == byte);
            bits |= 1 << at.ok_or("abilities are letters out of c f j r t v")?;
        }
        Ok(Self(bits))
    }

    /// Returns the abilities in words.
    pub fn names(self) -> impl Iterator<Item = &'static str> {
        let named = LETTERS.iter().enumerate();
        named.filter_map(move |(at, (_, name))| (self.0 & (1 << at) != 0).then_some(*name))
    }
}
