//! The detector itself.

use super::Language;
use super::traits::{CYRILLIC, LATIN, Traits};
use std::collections::HashMap;
use std::sync::OnceLock;

/// Characters looked at, of the beginning and of the end.
const HEAD: usize = 1_200;
const TAIL: usize = 600;

/// Words longer than this are no words.
const LONGEST_WORD: usize = 40;

/// Least points of the best language, and its least lead over the second as a share of its own points.
const LEAST: f32 = 0.6;
const LEAD: f32 = 0.1;

/// Points of an ending and of an own letter; a letter that the language does not use costs more.
const ENDING: f32 = 0.3;
const LETTER: f32 = 0.15;
const FOREIGN: f32 = -0.6;

pub(super) fn detect(text: &str) -> Option<Language> {
    let sample = sample(text);
    let scripts = Scripts::count(&sample);
    // A character of these scripts is worth about three of an alphabet.
    let syllables = 3 * (scripts.han + scripts.kana + scripts.hangul);
    let all = syllables + scripts.alphabets();
    if all < 3 {
        return None;
    }
    let most = |count: usize| 2 * count > all;
    if most(3 * (scripts.han + scripts.kana)) {
        // Japanese text is never far without kana.
        let japanese = 12 * scripts.kana > scripts.han + scripts.kana;
        return Some(if japanese { Language::Ja } else { Language::Zh });
    }
    if most(3 * scripts.hangul) {
        return Some(Language::Ko);
    }
    if most(scripts.arabic) {
        // Persian and Urdu write Arabic letters of their own.
        return (20 * scripts.persian <= scripts.arabic).then_some(Language::Ar);
    }
    for (count, language) in [
        (scripts.devanagari, Language::Hi),
        (scripts.greek, Language::El),
        (scripts.hebrew, Language::He),
        (scripts.thai, Language::Th),
    ] {
        if most(count) {
            return Some(language);
        }
    }
    if most(scripts.cyrillic) {
        return (30 * scripts.south_slavic <= scripts.cyrillic)
            .then(|| by_words(&sample, cyrillic(), CYRILLIC))
            .flatten();
    }
    most(scripts.latin)
        .then(|| by_words(&sample, latin(), LATIN))
        .flatten()
}

/// Returns the ends of a text in lower case.
fn sample(text: &str) -> String {
    let head = text
        .char_indices()
        .nth(HEAD)
        .map_or(text.len(), |(at, _)| at);
    let rest = &text[head..];
    let tail = rest.char_indices().rev().nth(TAIL).map_or(0, |(at, _)| at);
    let ends = [&text[..head], " ", &rest[tail..]].concat();
    ends.to_lowercase().replace('’', "'")
}

/// Letters by script.
#[derive(Default)]
struct Scripts {
    latin: usize,
    cyrillic: usize,
    /// Of `cyrillic`: letters of Serbian, Macedonian and Belarusian.
    south_slavic: usize,
    greek: usize,
    arabic: usize,
    /// Of `arabic`: letters that Arabic does not have.
    persian: usize,
    hebrew: usize,
    devanagari: usize,
    thai: usize,
    han: usize,
    kana: usize,
    hangul: usize,
}

impl Scripts {
    fn count(text: &str) -> Self {
        let mut scripts = Self::default();
        for character in text.chars() {
            match character {
                'a'..='z' | 'à'..='ÿ' | 'ā'..='ɏ' | 'ḁ'..='ỿ' => scripts.latin += 1,
                'а'..='џ' | 'ґ' => {
                    scripts.cyrillic += 1;
                    scripts.south_slavic += usize::from(matches!(
                        character,
                        'ј' | 'љ' | 'њ' | 'ћ' | 'ђ' | 'џ' | 'ѓ' | 'ќ' | 'ѕ' | 'ў'
                    ));
                }
                'ά'..='ώ' | 'ἀ'..='῾' => scripts.greek += 1,
                '\u{620}'..='\u{6ff}' => {
                    scripts.arabic += 1;
                    scripts.persian += usize::from(matches!(
                        character,
                        'پ' | 'چ' | 'ژ' | 'گ' | 'ک' | 'ی' | 'ٹ' | 'ڈ' | 'ے'
                    ));
                }
                '\u{5d0}'..='\u{5ea}' => scripts.hebrew += 1,
                '\u{900}'..='\u{97f}' => scripts.devanagari += 1,
                '\u{e00}'..='\u{e7f}' => scripts.thai += 1,
                '\u{3040}'..='\u{30ff}' => scripts.kana += 1,
                '\u{3400}'..='\u{9fff}' | '\u{20000}'..='\u{3134f}' => scripts.han += 1,
                '\u{ac00}'..='\u{d7a3}' => scripts.hangul += 1,
                _ => {}
            }
        }
        scripts
    }

    fn alphabets(&self) -> usize {
        self.latin
            + self.cyrillic
            + self.greek
            + self.arabic
            + self.hebrew
            + self.devanagari
            + self.thai
    }
}

/// The languages of a script by their words: bits are places in the list of traits.
type Words = HashMap<&'static str, u32>;

fn words(traits: &[Traits]) -> Words {
    let mut words = Words::new();
    for (at, of) in traits.iter().enumerate() {
        for word in of.words.split_whitespace() {
            *words.entry(word).or_default() |= 1 << at;
        }
    }
    words
}

fn latin() -> &'static Words {
    static WORDS: OnceLock<Words> = OnceLock::new();
    WORDS.get_or_init(|| words(LATIN))
}

fn cyrillic() -> &'static Words {
    static WORDS: OnceLock<Words> = OnceLock::new();
    WORDS.get_or_init(|| words(CYRILLIC))
}

/// Returns the language with the most points, if it has enough and leads by enough.
fn by_words(text: &str, words: &Words, traits: &[Traits]) -> Option<Language> {
    let mut points = vec![0.0_f32; traits.len()];
    let parts = text
        .split(|character: char| {
            !(character.is_alphabetic() || character == '\'' || character == '-')
        })
        .filter(|word| !word.is_empty() && word.len() <= LONGEST_WORD);
    for word in parts {
        let known = words.get(word).copied().or_else(|| {
            // French and Italian join articles: what stands after the apostrophe counts too.
            let (_, after) = word.split_once('\'')?;
            words.get(after).copied()
        });
        if let Some(bits) = known {
            // A word that many languages have says little.
            let shared = bits.count_ones() as f32;
            for (at, points) in points.iter_mut().enumerate() {
                if bits & (1 << at) != 0 {
                    *points += 1.0 / shared;
                }
            }
        }
        let long = word.chars().nth(4).is_some();
        for (of, points) in traits.iter().zip(&mut points) {
            if long && of.endings.split(' ').any(|ending| word.ends_with(ending)) {
                *points += ENDING;
            }
        }
    }
    // What the script's languages do not all share.
    for character in text.chars().filter(|character| {
        !character.is_ascii() && traits.iter().any(|of| of.letters.contains(*character))
    }) {
        for (of, points) in traits.iter().zip(&mut points) {
            *points += if of.letters.contains(character) {
                LETTER
            } else {
                FOREIGN
            };
        }
    }
    let mut best = (0, f32::MIN);
    let mut second = f32::MIN;
    for (at, points) in points.into_iter().enumerate() {
        if points > best.1 {
            second = best.1;
            best = (at, points);
        } else {
            second = second.max(points);
        }
    }
    let (at, most) = best;
    (most >= LEAST && most - second.max(0.0) >= LEAD * most).then(|| traits[at].language)
}
