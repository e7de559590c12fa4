//! Cuts text into the pieces that are streamed and counted as tokens.
//!
//! The cuts resemble those of real tokenizers (a word with the space before it, long words in
//! several pieces, punctuation apart) without being any provider's.

/// Longest run of letters in one piece, in characters.
const LETTERS: usize = 9;
/// Longest run of digits in one piece.
const DIGITS: usize = 3;

#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Letters,
    Digits,
    Newlines,
    Spaces,
    Other,
}

fn kind(character: char) -> Kind {
    match character {
        '\n' | '\r' => Kind::Newlines,
        ' ' | '\t' => Kind::Spaces,
        _ if character.is_ascii_digit() => Kind::Digits,
        _ if character.is_alphabetic() && (character as u32) < 0x0600 => Kind::Letters,
        _ => Kind::Other,
    }
}

/// Iterates over the pieces of a text; joined they are the text.
#[derive(Debug, Clone)]
pub(crate) struct Pieces<'a> {
    rest: &'a str,
}

/// Returns the pieces of `text`.
pub(crate) fn pieces(text: &str) -> Pieces<'_> {
    Pieces { rest: text }
}

/// Returns how many tokens `text` counts as.
pub(crate) fn count(text: &str) -> u64 {
    pieces(text).count() as u64
}

impl<'a> Iterator for Pieces<'a> {
    type Item = &'a str;

    fn next(&mut self) -> Option<&'a str> {
        let mut chars = self.rest.char_indices().peekable();
        let (_, first) = chars.next()?;
        let mut run = kind(first);
        let mut length = 1;
        // One space belongs to the word that follows it.
        if first == ' '
            && let Some(&(_, second)) = chars.peek()
            && matches!(kind(second), Kind::Letters | Kind::Digits | Kind::Other)
        {
            run = kind(second);
            chars.next();
        }
        let most = match run {
            Kind::Letters => LETTERS,
            Kind::Digits => DIGITS,
            Kind::Newlines | Kind::Spaces => 16,
            Kind::Other => 1,
        };
        while length < most
            && let Some(&(_, next)) = chars.peek()
            && kind(next) == run
        {
            chars.next();
            length += 1;
        }
        let end = chars.peek().map_or(self.rest.len(), |&(at, _)| at);
        let (piece, rest) = self.rest.split_at(end);
        self.rest = rest;
        Some(piece)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::{prop_assert, prop_assert_eq, proptest};

    #[test]
    fn words_keep_their_space_and_long_words_are_cut() {
        let cut: Vec<_> = pieces("Hello, wonderfully 12345 x\n\n- é→").collect();
        assert_eq!(
            cut,
            [
                "Hello",
                ",",
                " wonderful",
                "ly",
                " 123",
                "45",
                " x",
                "\n\n",
                "-",
                " é",
                "→"
            ]
        );
    }

    proptest! {
        #[test]
        fn the_pieces_joined_are_the_text(text in "\\PC{0,200}|[ \n\ta-z0-9é東.]{0,200}") {
            prop_assert_eq!(pieces(&text).collect::<String>(), text.clone());
            prop_assert!(pieces(&text).all(|piece| !piece.is_empty()));
        }
    }
}
