//! A rule's text as words, quoted texts, numbers and signs.

use super::error::RuleError;
use super::limits;
use super::number::{MOST, Number};

#[derive(Debug, Clone, PartialEq)]
pub(super) enum Kind {
    Word(String),
    Quoted(String),
    Number(Number),
    /// Written with `%`; the number is the share.
    Percent(Number),
    /// Minutes of the day.
    Clock(u16),
    /// One of `( ) [ ] , == != < <= > >=`.
    Sign(&'static str),
    /// Where the user types; only when completing.
    Cursor,
}

#[derive(Debug, Clone, PartialEq)]
pub(super) struct Token {
    pub(super) kind: Kind,
    pub(super) start: usize,
    pub(super) end: usize,
}

/// Signs, the longer first.
const SIGNS: [&str; 11] = ["==", "!=", "<=", ">=", "<", ">", "(", ")", "[", "]", ","];

/// What other languages write, and what it is here.
const FOREIGN: [(&str, &str); 7] = [
    ("&&", "and"),
    ("||", "or"),
    ("<>", "!="),
    ("=~", "matches"),
    ("=", "=="),
    ("!", "not"),
    ("~", "matches"),
];

/// Why a text does not divide into tokens.
pub(super) struct Fault {
    pub(super) error: RuleError,
    /// The fault is a quoted text without its end: what was read of it.
    pub(super) open: Option<String>,
}

impl From<RuleError> for Fault {
    fn from(error: RuleError) -> Self {
        Self { error, open: None }
    }
}

/// Divides a text into tokens; those before a fault are kept.
pub(super) fn tokens(text: &str) -> (Vec<Token>, Option<Fault>) {
    let mut found = Vec::new();
    if text.len() > limits::TEXT {
        let end = text.floor_char_boundary(limits::TEXT);
        let error = RuleError::new(
            end,
            text.len(),
            format!("a rule has at most {} bytes", limits::TEXT),
        )
        .fix("divide it among several routes");
        return (found, Some(error.into()));
    }
    let mut at = 0;
    while let Some(first) = text[at..].chars().next() {
        if first.is_whitespace() {
            at += first.len_utf8();
            continue;
        }
        match one(text, at, first) {
            Ok((kind, end)) => {
                found.push(Token {
                    kind,
                    start: at,
                    end,
                });
                at = end;
            }
            Err(fault) => return (found, Some(fault)),
        }
    }
    (found, None)
}

/// Reads the token that begins here; returns it with its end.
fn one(text: &str, at: usize, first: char) -> Result<(Kind, usize), Fault> {
    let rest = &text[at..];
    match first {
        '"' | '\'' => quoted(text, at, first),
        '0'..='9' => number(rest, at).map_err(Fault::from),
        'a'..='z' | 'A'..='Z' | '_' => {
            let end = rest
                .find(|c: char| !(c.is_alphanumeric() || c == '_'))
                .unwrap_or(rest.len());
            Ok((Kind::Word(rest[..end].to_owned()), at + end))
        }
        _ => sign(rest, at, first).map_err(Fault::from),
    }
}

fn sign(rest: &str, at: usize, first: char) -> Result<(Kind, usize), RuleError> {
    // The longest sign that stands here decides: "=" must not take the beginning of "==".
    let ours = SIGNS.into_iter().find(|sign| rest.starts_with(sign));
    let foreign = FOREIGN.into_iter().find(|(sign, _)| rest.starts_with(sign));
    if let Some((foreign, meant)) = foreign
        && ours.is_none_or(|ours| foreign.len() > ours.len())
    {
        let end = at + foreign.len();
        return Err(
            RuleError::new(at, end, format!("`{foreign}` is not used here")).replace(meant),
        );
    }
    if let Some(sign) = ours {
        return Ok((Kind::Sign(sign), at + sign.len()));
    }
    let end = at + first.len_utf8();
    Err(match first {
        '-' => RuleError::new(at, end, "numbers here are never negative").fix("leave the sign out"),
        '“' | '”' | '„' | '«' | '»' => {
            RuleError::new(at, end, format!("`{first}` is no quotation mark here")).replace("\"")
        }
        '\u{2018}' | '\u{2019}' => {
            RuleError::new(at, end, format!("`{first}` is no quotation mark here")).replace("'")
        }
        _ => RuleError::new(
            at,
            end,
            format!("`{}` does not belong here", first.escape_debug()),
        )
        .fix("put text in quotes"),
    })
}

/// Reads text in quotes: `\` before a quote or another `\` takes its meaning away.
fn quoted(text: &str, at: usize, quote: char) -> Result<(Kind, usize), Fault> {
    let mut value = String::new();
    let mut characters = text[at + 1..].char_indices().peekable();
    while let Some((offset, character)) = characters.next() {
        let end = at + 1 + offset + character.len_utf8();
        if character == quote {
            if value.len() > limits::QUOTED {
                let error = RuleError::new(
                    at,
                    end,
                    format!("a quoted text has at most {} bytes", limits::QUOTED),
                )
                .fix("shorten it");
                return Err(error.into());
            }
            return Ok((Kind::Quoted(value), end));
        }
        if character == '\\'
            && let Some((_, next @ ('\\' | '"' | '\''))) = characters.peek().copied()
        {
            value.push(next);
            characters.next();
        } else {
            value.push(character);
        }
    }
    let mut error = RuleError::new(at, text.len(), "the quoted text has no end")
        .fix(format!("close it with `{quote}`"));
    if text.len() - at <= limits::QUOTED {
        error.replacement = Some(super::name::quoted(&value));
    }
    Err(Fault {
        error,
        open: Some(value),
    })
}

fn number(rest: &str, at: usize) -> Result<(Kind, usize), RuleError> {
    let end = rest
        .find(|c: char| !(c.is_alphanumeric() || matches!(c, '_' | '.' | ':' | '%')))
        .unwrap_or(rest.len());
    let written = &rest[..end];
    let wrong = |message: &str| RuleError::new(at, at + end, message);
    if written.contains(':') {
        let minutes = written
            .split_once(':')
            .filter(|(_, minute)| minute.len() == 2)
            .and_then(|(hour, minute)| {
                Some((hour.parse::<u16>().ok()?, minute.parse::<u16>().ok()?))
            })
            .filter(|(hour, minute)| *hour < 24 && *minute < 60);
        return minutes
            .map(|(hour, minute)| (Kind::Clock(hour * 60 + minute), at + end))
            .ok_or_else(|| {
                wrong("a time is written from 00:00 to 23:59").fix("write it like `08:30`")
            });
    }
    let (digits, times, percent) = match written.as_bytes().last() {
        Some(b'%') => (&written[..end - 1], 10_000, true),
        Some(b'k' | b'K') => (&written[..end - 1], 1_000_000_000, false),
        Some(b'm' | b'M') => (&written[..end - 1], 1_000_000_000_000, false),
        _ => (written, 1_000_000, false),
    };
    let malformed =
        || wrong("this is not a number").fix("write it like `800`, `100_000`, `100k` or `80%`");
    let (whole, part) = digits.split_once('.').unwrap_or((digits, ""));
    let point = digits.contains('.');
    let well_formed = whole.starts_with(|c: char| c.is_ascii_digit())
        && !whole.ends_with('_')
        && whole.bytes().all(|b| b.is_ascii_digit() || b == b'_')
        && part.bytes().all(|b| b.is_ascii_digit())
        && point != part.is_empty();
    if !well_formed {
        return Err(malformed());
    }
    let too_large = || wrong("this number is too large").fix("1,000,000,000,000 is the most");
    let whole: u64 = whole.replace('_', "").parse().map_err(|_| too_large())?;
    let mut value = u128::from(whole) * times;
    let mut unit = times;
    for digit in part.bytes() {
        if unit % 10 != 0 {
            return Err(wrong("this number has too many places").fix("leave out the last ones"));
        }
        unit /= 10;
        value += unit * u128::from(digit - b'0');
    }
    let value = u64::try_from(value)
        .ok()
        .filter(|value| *value <= MOST)
        .ok_or_else(too_large)?;
    let kind = if percent {
        Kind::Percent(Number(value))
    } else {
        Kind::Number(Number(value))
    };
    Ok((kind, at + end))
}
