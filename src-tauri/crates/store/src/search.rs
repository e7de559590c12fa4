//! Full-text search: what is indexed, and how typed words become a query.
//!
//! Typed text is never FTS5 syntax: every word is quoted. Scripts written without spaces are indexed
//! one character a token, so that a part of a sentence is found there as well.

use crate::error::Fault;
use rusqlite::{Connection, params};
use std::borrow::Cow;

/// Schema of version 1. The tables hold the index only; the texts are in their own tables.
pub(crate) const V1: &str = "
CREATE VIRTUAL TABLE call_search USING fts5(
    model, title, answer, error,
    content='', contentless_delete=1, prefix='2 3',
    tokenize=\"unicode61 remove_diacritics 2\"
);
CREATE VIRTUAL TABLE prompt_search USING fts5(
    title, body,
    content='', contentless_delete=1, prefix='2 3',
    tokenize=\"unicode61 remove_diacritics 2\"
);
";

/// Schema of version 5. Parts of the calls' index are merged eight at a time instead of four: each word is written
/// again less often while calls come in (200,000 took a sixth less time), and a search looks into a few more parts.
pub(crate) const V5: &str = "INSERT INTO call_search(call_search, rank) VALUES ('automerge', 8);";

/// Longest text of one field that is indexed, in bytes. Later words are kept but not found.
const INDEXED_BYTES: usize = 512 * 1024;

/// Most words of a search that count.
const WORDS: usize = 32;

/// A search as typed, ready for `MATCH`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Query {
    /// Nothing was typed.
    All,
    Match(String),
    /// What was typed holds no letter or digit, so nothing can match.
    Nothing,
}

/// Turns typed words into a query in which all must occur, the last one at least in its beginning.
pub(crate) fn query(typed: &str) -> Query {
    if typed.trim().is_empty() {
        return Query::All;
    }
    let words: Vec<String> = typed
        .split_whitespace()
        .filter(|word| word.chars().any(is_token_char))
        .take(WORDS)
        .map(|word| {
            format!(
                "\"{}\"",
                spaced(word).replace('"', "\"\"").replace('\0', " ")
            )
        })
        .collect();
    if words.is_empty() {
        return Query::Nothing;
    }
    let ends_open = typed.chars().next_back().is_some_and(is_token_char);
    Query::Match(words.join(" ") + if ends_open { " *" } else { "" })
}

/// The text of a call that can be found.
#[derive(Debug, Default)]
pub(crate) struct CallText<'a> {
    pub(crate) model: &'a str,
    pub(crate) title: &'a str,
    pub(crate) answer: &'a str,
    pub(crate) error: &'a str,
}

/// Replaces what is indexed for the call.
pub(crate) fn index_call(
    connection: &Connection,
    key: i64,
    text: &CallText<'_>,
) -> Result<(), Fault> {
    put_call(connection, "INSERT OR REPLACE", key, text)
}

/// Indexes a call of which nothing is indexed yet: nothing is looked for that it would replace.
pub(crate) fn index_new_call(
    connection: &Connection,
    key: i64,
    text: &CallText<'_>,
) -> Result<(), Fault> {
    put_call(connection, "INSERT", key, text)
}

fn put_call(
    connection: &Connection,
    verb: &str,
    key: i64,
    text: &CallText<'_>,
) -> Result<(), Fault> {
    connection
        .prepare_cached(&format!(
            "{verb} INTO call_search(rowid, model, title, answer, error)
             VALUES (?1, ?2, ?3, ?4, ?5)"
        ))?
        .execute(params![
            key,
            spaced(text.model),
            spaced(text.title),
            spaced(text.answer),
            spaced(text.error)
        ])?;
    Ok(())
}

/// Replaces what is indexed for the prompt.
pub(crate) fn index_prompt(
    connection: &Connection,
    key: i64,
    title: &str,
    body: &str,
) -> Result<(), Fault> {
    connection
        .prepare_cached(
            "INSERT OR REPLACE INTO prompt_search(rowid, title, body) VALUES (?1, ?2, ?3)",
        )?
        .execute(params![key, spaced(title), spaced(body)])?;
    Ok(())
}

/// Returns the start of `text` with spaces around every character of a script that has none.
fn spaced(text: &str) -> Cow<'_, str> {
    let text = &text[..text.floor_char_boundary(INDEXED_BYTES)];
    if text.is_ascii() {
        return text.into();
    }
    let mut out = String::with_capacity(text.len() + text.len() / 4);
    for character in text.chars() {
        if is_unspaced(character) {
            out.extend([' ', character, ' ']);
        } else {
            out.push(character);
        }
    }
    out.into()
}

/// Returns whether the character belongs to a script that is written without spaces between words.
///
/// Blocks: Thai, Lao, Myanmar, Khmer, kana, CJK ideographs (Unicode 17, block list).
fn is_unspaced(character: char) -> bool {
    matches!(u32::from(character),
        0x0E00..=0x0EFF | 0x1000..=0x109F | 0x1780..=0x17FF
        | 0x3040..=0x30FF | 0x31F0..=0x31FF | 0x3400..=0x4DBF | 0x4E00..=0x9FFF
        | 0xF900..=0xFAFF | 0xFF66..=0xFF9D | 0x1B000..=0x1B16F | 0x20000..=0x323AF)
}

fn is_token_char(character: char) -> bool {
    character.is_alphanumeric() || is_unspaced(character)
}
