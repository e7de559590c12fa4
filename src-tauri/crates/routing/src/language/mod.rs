//! The language a text is written in.
//!
//! A small detector of our own: scripts first; among languages that share a script, frequent words, endings of words
//! and letters that only some of them use. It says nothing rather than guess, and does not tell apart languages that
//! it does not know.

mod detect;
mod traits;

use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// A language that rules can name, by its ISO 639-1 code.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
#[ts(rename = "PromptLanguage")]
pub enum Language {
    Ar,
    Cs,
    Da,
    De,
    El,
    En,
    Es,
    Fi,
    Fr,
    He,
    Hi,
    Hu,
    It,
    Ja,
    Ko,
    Nl,
    Pl,
    Pt,
    Ro,
    Ru,
    Sv,
    Th,
    Tr,
    Uk,
    Zh,
}

impl Language {
    /// Every language, by code.
    pub const ALL: [Self; 25] = [
        Self::Ar,
        Self::Cs,
        Self::Da,
        Self::De,
        Self::El,
        Self::En,
        Self::Es,
        Self::Fi,
        Self::Fr,
        Self::He,
        Self::Hi,
        Self::Hu,
        Self::It,
        Self::Ja,
        Self::Ko,
        Self::Nl,
        Self::Pl,
        Self::Pt,
        Self::Ro,
        Self::Ru,
        Self::Sv,
        Self::Th,
        Self::Tr,
        Self::Uk,
        Self::Zh,
    ];

    /// Returns the language of a text; `None` if there is too little of it, or it could be several.
    ///
    /// Looks at no more than some thousand characters of the beginning and the end.
    pub fn detect(text: &str) -> Option<Self> {
        detect::detect(text)
    }

    /// Returns the two letters used in rules.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Ar => "ar",
            Self::Cs => "cs",
            Self::Da => "da",
            Self::De => "de",
            Self::El => "el",
            Self::En => "en",
            Self::Es => "es",
            Self::Fi => "fi",
            Self::Fr => "fr",
            Self::He => "he",
            Self::Hi => "hi",
            Self::Hu => "hu",
            Self::It => "it",
            Self::Ja => "ja",
            Self::Ko => "ko",
            Self::Nl => "nl",
            Self::Pl => "pl",
            Self::Pt => "pt",
            Self::Ro => "ro",
            Self::Ru => "ru",
            Self::Sv => "sv",
            Self::Th => "th",
            Self::Tr => "tr",
            Self::Uk => "uk",
            Self::Zh => "zh",
        }
    }

    /// Returns the English name.
    pub const fn words(self) -> &'static str {
        match self {
            Self::Ar => "Arabic",
            Self::Cs => "Czech",
            Self::Da => "Danish",
            Self::De => "German",
            Self::El => "Greek",
            Self::En => "English",
            Self::Es => "Spanish",
            Self::Fi => "Finnish",
            Self::Fr => "French",
            Self::He => "Hebrew",
            Self::Hi => "Hindi",
            Self::Hu => "Hungarian",
            Self::It => "Italian",
            Self::Ja => "Japanese",
            Self::Ko => "Korean",
            Self::Nl => "Dutch",
            Self::Pl => "Polish",
            Self::Pt => "Portuguese",
            Self::Ro => "Romanian",
            Self::Ru => "Russian",
            Self::Sv => "Swedish",
            Self::Th => "Thai",
            Self::Tr => "Turkish",
            Self::Uk => "Ukrainian",
            Self::Zh => "Chinese",
        }
    }

    /// Returns the language of a code; `None` for any other text.
    pub fn of(code: &str) -> Option<Self> {
        Self::ALL
            .into_iter()
            .find(|language| language.code() == code)
    }
}

#[cfg(test)]
mod tests;
