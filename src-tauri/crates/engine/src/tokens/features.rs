//! What of a text decides how many tokens it has: words, letters by script, digits, signs. Counted in one pass, piece
//! by piece, so that a streamed text counts like a whole one.

/// What is counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(usize)]
pub(crate) enum Feature {
    /// Words of Latin letters.
    LatinWord,
    /// Words of Latin letters that follow a sign, or begin with a capital after a small letter (`camelCase`).
    JoinedWord,
    /// Latin letters of a word after its sixth.
    LongTail,
    /// Letters of Latin-1 beyond ASCII: a sign of other languages than English.
    Accented,
    /// Latin letters beyond Latin-1: Czech, Polish, Turkish and others.
    Extended,
    /// Latin letters of Vietnamese.
    Vietnamese,
    /// Words of other alphabets.
    OtherWord,
    Cyrillic,
    /// Greek, Armenian, Georgian.
    Greek,
    /// Arabic, Hebrew, Syriac.
    Semitic,
    /// Devanagari to Sinhala.
    Indic,
    /// Thai, Lao, Tibetan, Burmese, Khmer, Ethiopic and what else has letters.
    Unspaced,
    /// Runs of letters of scripts that put no blanks between words.
    UnspacedRun,
    Han,
    Kana,
    Hangul,
    /// Groups of up to three digits.
    DigitGroup,
    Digit,
    /// ASCII signs that follow no sign.
    Sign,
    /// ASCII signs that follow another.
    MoreSigns,
    /// Signs of the Basic Multilingual Plane beyond ASCII.
    WideSign,
    /// Emoji and all else beyond the Basic Multilingual Plane.
    Astral,
    /// Runs of line breaks.
    Break,
    /// Runs of two and more blanks.
    Blanks,
}

pub(crate) const FEATURES: usize = 24;

/// The class of a character.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
enum Class {
    #[default]
    Start,
    Small,
    Capital,
    /// Another Latin letter.
    Letter(Feature),
    Digit,
    Sign,
    Space,
    Newline,
    Alphabet(Feature),
    Alone(Feature),
}

/// Letters of a word that are not counted one by one.
const SHORT_WORD: u32 = 6;

const ASCII: [Class; 128] = {
    let mut table = [Class::Sign; 128];
    let mut byte = 0;
    while byte < 128 {
        table[byte] = match byte as u8 {
            b'a'..=b'z' => Class::Small,
            b'A'..=b'Z' => Class::Capital,
            b'0'..=b'9' => Class::Digit,
            b'\n' | b'\r' => Class::Newline,
            b' ' | b'\t' => Class::Space,
            _ => Class::Sign,
        };
        byte += 1;
    }
    table
};

fn class(character: char) -> Class {
    if let Some(class) = ASCII.get(character as usize) {
        return *class;
    }
    match character {
        '\u{a0}' | '\u{2000}'..='\u{200b}' => Class::Space,
        '\u{aa}' | '\u{b5}' | '\u{ba}' | '\u{c0}'..='\u{ff}' => Class::Letter(Feature::Accented),
        '\u{1a0}' | '\u{1a1}' | '\u{1af}' | '\u{1b0}' | '\u{1ea0}'..='\u{1ef9}' => {
            Class::Letter(Feature::Vietnamese)
        }
        '\u{100}'..='\u{24f}' | '\u{1e00}'..='\u{1eff}' => Class::Letter(Feature::Extended),
        '\u{250}'..='\u{36f}' => Class::Alphabet(Feature::Unspaced),
        '\u{370}'..='\u{3ff}'
        | '\u{530}'..='\u{58f}'
        | '\u{10a0}'..='\u{10ff}'
        | '\u{1f00}'..='\u{1fff}' => Class::Alphabet(Feature::Greek),
        '\u{400}'..='\u{52f}' => Class::Alphabet(Feature::Cyrillic),
        '\u{590}'..='\u{8ff}' => Class::Alphabet(Feature::Semitic),
        '\u{900}'..='\u{dff}' => Class::Alphabet(Feature::Indic),
        '\u{1100}'..='\u{11ff}' | '\u{3130}'..='\u{318f}' | '\u{ac00}'..='\u{d7af}' => {
            Class::Alphabet(Feature::Hangul)
        }
        '\u{e00}'..='\u{1dff}' => Class::Alphabet(Feature::Unspaced),
        '\u{3040}'..='\u{30ff}' => Class::Alphabet(Feature::Kana),
        '\u{2e80}'..='\u{2fdf}'
        | '\u{3400}'..='\u{9fff}'
        | '\u{f900}'..='\u{faff}'
        | '\u{20000}'..='\u{3ffff}' => Class::Alphabet(Feature::Han),
        '\u{10000}'.. => Class::Alone(Feature::Astral),
        _ => Class::Alone(Feature::WideSign),
    }
}

/// Features of a text so far.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Features {
    counts: [u64; FEATURES],
    last: Class,
    begun: bool,
    /// Characters of the word, digit group or run of blanks that is under way.
    run: u32,
}

impl Features {
    /// Counts the next piece of the text.
    pub(crate) fn add(&mut self, text: &str) {
        self.begun |= !text.is_empty();
        for character in text.chars() {
            self.next(class(character));
        }
    }

    /// Begins another text: a word does not go on across.
    pub(crate) fn separate(&mut self) {
        self.last = Class::Start;
        self.run = 0;
    }

    /// Returns whether nothing was counted yet.
    pub(crate) fn is_empty(&self) -> bool {
        !self.begun
    }

    /// Adds another text's features, `whole`/`part` times as many.
    pub(crate) fn add_scaled(&mut self, other: &Self, whole: usize, part: usize) {
        self.begun |= other.begun;
        let (whole, part) = (whole as u64, (part as u64).max(1));
        for (count, more) in self.counts.iter_mut().zip(other.counts) {
            *count = count.saturating_add(more.saturating_mul(whole) / part);
        }
    }

    pub(crate) fn counts(&self) -> &[u64; FEATURES] {
        &self.counts
    }

    fn count(&mut self, feature: Feature) {
        if let Some(count) = self.counts.get_mut(feature as usize) {
            *count += 1;
        }
    }

    fn next(&mut self, now: Class) {
        use Class::*;
        let last = std::mem::replace(&mut self.last, now);
        match now {
            Small | Capital | Letter(_) => {
                let in_word = matches!(last, Small | Capital | Letter(_));
                let hump = now == Capital && last == Small;
                if in_word && !hump {
                    self.run = self.run.saturating_add(1);
                    if self.run > SHORT_WORD {
                        self.count(Feature::LongTail);
                    }
                } else {
                    self.run = 1;
                    self.count(if hump || last == Sign {
                        Feature::JoinedWord
                    } else {
                        Feature::LatinWord
                    });
                }
                if let Letter(feature) = now {
                    self.count(feature);
                }
            }
            Digit => {
                self.run = if last == Digit {
                    self.run.wrapping_add(1)
                } else {
                    0
                };
                if self.run.is_multiple_of(3) {
                    self.count(Feature::DigitGroup);
                }
                self.count(Feature::Digit);
            }
            Sign => self.count(if last == Sign {
                Feature::MoreSigns
            } else {
                Feature::Sign
            }),
            Space => {
                self.run = if last == Space {
                    self.run.saturating_add(1)
                } else {
                    1
                };
                if self.run == 2 {
                    self.count(Feature::Blanks);
                }
            }
            Newline => {
                if last != Newline {
                    self.count(Feature::Break);
                }
            }
            Alphabet(feature) => {
                if !matches!(last, Alphabet(_)) {
                    self.count(match feature {
                        Feature::Han | Feature::Kana | Feature::Unspaced => Feature::UnspacedRun,
                        _ => Feature::OtherWord,
                    });
                }
                self.count(feature);
            }
            Alone(feature) => self.count(feature),
            Start => {}
        }
    }
}
