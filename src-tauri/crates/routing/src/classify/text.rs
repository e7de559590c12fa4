//! The part of a prompt that is looked at, as words.

/// Characters looked at, of the beginning and of the end.
const HEAD: usize = 1_600;
const TAIL: usize = 900;

/// Words of either end that may be instructions; those between are taken for the matter.
const FIRST: usize = 40;
const LAST: usize = 30;

/// Longest word, in bytes.
const WORD: usize = 32;

/// Where a word stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Place {
    /// First of a sentence, a line, or a clause after a colon.
    Start,
    /// Another word near either end.
    Near,
    /// In the middle of a long text.
    Body,
}

#[derive(Debug, Clone, Copy)]
pub(super) struct Word {
    start: usize,
    end: usize,
    pub(super) place: Place,
    /// Stands in the first line, or the last.
    pub(super) first_line: bool,
    pub(super) last_line: bool,
}

/// The ends of a prompt in lower case, divided into words.
#[derive(Debug)]
pub struct Seen {
    text: String,
    pub(super) words: Vec<Word>,
}

impl Seen {
    /// Reads a prompt.
    pub fn of(text: &str) -> Self {
        let text = ends(text);
        let words = words(&text);
        Self { text, words }
    }

    pub(super) fn text(&self) -> &str {
        &self.text
    }

    pub(super) fn word(&self, word: &Word) -> &str {
        &self.text[word.start..word.end]
    }
}

fn ends(text: &str) -> String {
    let head = text
        .char_indices()
        .nth(HEAD)
        .map_or(text.len(), |(at, _)| at);
    let rest = &text[head..];
    let tail = rest.char_indices().rev().nth(TAIL).map_or(0, |(at, _)| at);
    let gap = if tail > 0 { "\n" } else { "" };
    let mut lower = String::with_capacity(head + rest.len() - tail + 1);
    for part in [&text[..head], gap, &rest[tail..]] {
        for character in part.chars() {
            match character {
                '0'..='9' => lower.push('0'),
                '’' => lower.push('\''),
                other => lower.extend(other.to_lowercase()),
            }
        }
    }
    lower
}

/// Returns whether a script has no spaces, so that each character is a word.
const fn is_wide(character: char) -> bool {
    matches!(character, '\u{3040}'..='\u{30ff}' | '\u{3400}'..='\u{9fff}' | '\u{e00}'..='\u{e7f}')
}

fn words(text: &str) -> Vec<Word> {
    let mut words: Vec<Word> = Vec::new();
    let (mut begins, mut open, mut first_line) = (true, None::<usize>, true);
    let mut line = 0;
    let last_line = text.trim_end().rfind('\n').map_or(0, |at| at + 1);
    let mut close = |open: &mut Option<usize>, end: usize, begins: &mut bool, first_line: bool| {
        if let Some(start) = open.take()
            && end - start <= WORD
        {
            let place = if *begins { Place::Start } else { Place::Near };
            *begins = false;
            words.push(Word {
                start,
                end,
                place,
                first_line,
                last_line: start >= last_line,
            });
        }
    };
    for (at, character) in text.char_indices() {
        if is_wide(character) {
            close(&mut open, at, &mut begins, first_line);
            open = Some(at);
            close(
                &mut open,
                at + character.len_utf8(),
                &mut begins,
                first_line,
            );
        } else if character.is_alphanumeric() || character == '\'' {
            open.get_or_insert(at);
        } else {
            close(&mut open, at, &mut begins, first_line);
            begins |= matches!(
                character,
                '\n' | '.'
                    | '!'
                    | '?'
                    | ':'
                    | ';'
                    | '¿'
                    | '¡'
                    | '。'
                    | '？'
                    | '：'
                    | '！'
                    | '，'
                    | '、'
                    | '|'
            );
            if character == '\n' {
                // A line of a few words may be a greeting or a heading.
                first_line &= at - line < 12;
                line = at + 1;
            }
        }
    }
    close(&mut open, text.len(), &mut begins, first_line);
    let count = words.len();
    if count > FIRST + LAST {
        for word in &mut words[FIRST..count - LAST] {
            word.place = Place::Body;
        }
    }
    words
}
