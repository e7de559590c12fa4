//! A TOML text with the place of every key and value, taken apart field by field.
//!
//! What is taken is remembered, so that leftovers can be reported with the nearest known name. No
//! value is ever repeated in a problem.

use crate::config::Problem;
use std::ops::Range;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

/// Most problems reported at once; more would not be read.
const PROBLEM_LIMIT: usize = 50;

/// Collects problems and knows their places.
pub(super) struct Problems<'t> {
    text: &'t str,
    found: Vec<(usize, Problem)>,
}

impl<'t> Problems<'t> {
    pub(super) fn new(text: &'t str) -> Self {
        Self {
            text,
            found: Vec::new(),
        }
    }

    /// Notes a problem at a byte range of the text.
    pub(super) fn add(
        &mut self,
        span: &Range<usize>,
        field: Option<&str>,
        message: impl Into<String>,
        fix: Option<String>,
    ) {
        if self.found.len() >= PROBLEM_LIMIT {
            return;
        }
        let (line, column) = place(self.text, span.start);
        let problem = Problem {
            line: Some(line),
            column: Some(column),
            field: field.map(str::to_owned),
            message: message.into(),
            fix,
        };
        self.found.push((span.start, problem));
    }

    pub(super) fn is_empty(&self) -> bool {
        self.found.is_empty()
    }

    pub(super) fn count(&self) -> usize {
        self.found.len()
    }

    /// Returns the problems in the order of the text.
    pub(super) fn into_list(mut self) -> Vec<Problem> {
        self.found.sort_by_key(|(start, _)| *start);
        self.found.into_iter().map(|(_, problem)| problem).collect()
    }
}

/// One field of a table: its path, the place of its name, and its value.
pub(super) struct Field<'a> {
    pub(super) path: String,
    /// As written in the text; empty for elements of a list.
    pub(super) name: &'a str,
    pub(super) key_span: Range<usize>,
    pub(super) value: &'a Spanned<DeValue<'a>>,
}

impl<'a> Field<'a> {
    pub(super) fn span(&self) -> Range<usize> {
        self.value.span()
    }

    /// Notes a problem with this field's value.
    pub(super) fn problem(&self, problems: &mut Problems<'_>, message: impl Into<String>) {
        problems.add(&self.span(), Some(&self.path), message, None);
    }

    /// Notes a problem with this field's value and what to write instead.
    pub(super) fn problem_fix(
        &self,
        problems: &mut Problems<'_>,
        message: impl Into<String>,
        fix: impl Into<String>,
    ) {
        problems.add(&self.span(), Some(&self.path), message, Some(fix.into()));
    }

    fn wrong_type(&self, problems: &mut Problems<'_>, wanted: &str) {
        let message = format!(
            "{wanted} is wanted here, not {}",
            type_name(self.value.get_ref())
        );
        self.problem(problems, message);
    }

    pub(super) fn text(&self, problems: &mut Problems<'_>) -> Option<&'a str> {
        let text = self.value.get_ref().as_str();
        if text.is_none() {
            self.wrong_type(problems, "text in quotes");
        }
        text
    }

    pub(super) fn boolean(&self, problems: &mut Problems<'_>) -> Option<bool> {
        let value = self.value.get_ref().as_bool();
        if value.is_none() {
            self.wrong_type(problems, "`true` or `false`");
        }
        value
    }

    /// Reads a whole number within `range`.
    pub(super) fn integer(
        &self,
        problems: &mut Problems<'_>,
        range: std::ops::RangeInclusive<u64>,
    ) -> Option<u64> {
        let DeValue::Integer(integer) = self.value.get_ref() else {
            self.wrong_type(problems, "a whole number");
            return None;
        };
        let digits = integer.as_str().replace('_', "");
        let number = u64::from_str_radix(&digits, integer.radix()).ok();
        let number = number.filter(|number| range.contains(number));
        if number.is_none() {
            let message = format!(
                "a number from {} to {} is wanted",
                range.start(),
                range.end()
            );
            self.problem(problems, message);
        }
        number
    }

    pub(super) fn table(&self, problems: &mut Problems<'_>) -> Option<Table<'a>> {
        let DeValue::Table(table) = self.value.get_ref() else {
            self.wrong_type(problems, "a table");
            return None;
        };
        Some(Table::new(self.path.clone(), self.span(), table))
    }

    /// Reads a list; its elements' paths end in `[0]`, `[1]`, ….
    pub(super) fn array(&self, problems: &mut Problems<'_>) -> Option<Vec<Field<'a>>> {
        let DeValue::Array(array) = self.value.get_ref() else {
            self.wrong_type(problems, "a list in square brackets");
            return None;
        };
        let element = |(index, value): (usize, &'a Spanned<DeValue<'a>>)| Field {
            path: format!("{}[{index}]", self.path),
            name: "",
            key_span: value.span(),
            value,
        };
        Some(array.iter().enumerate().map(element).collect())
    }

    /// Reads one of several words.
    pub(super) fn one_of<T: Copy>(
        &self,
        problems: &mut Problems<'_>,
        words: &[(&'static str, T)],
    ) -> Option<T> {
        let text = self.text(problems)?;
        if let Some((_, value)) = words.iter().find(|(word, _)| *word == text) {
            return Some(*value);
        }
        let names: Vec<&str> = words.iter().map(|(word, _)| *word).collect();
        let fix = match nearest(text, &names) {
            Some(name) => format!("did you mean \"{name}\"?"),
            None => format!("write one of {}", quoted_list(&names)),
        };
        self.problem_fix(problems, "this word has no meaning here", fix);
        None
    }
}

/// A table being taken apart.
pub(super) struct Table<'a> {
    pub(super) path: String,
    pub(super) span: Range<usize>,
    entries: Vec<Field<'a>>,
    known: Vec<&'static str>,
}

impl<'a> Table<'a> {
    pub(super) fn new(path: String, span: Range<usize>, table: &'a DeTable<'a>) -> Self {
        let mut entries: Vec<(usize, Field<'a>)> = table
            .iter()
            .map(|(key, value)| {
                let shown = shown_key(key.get_ref());
                let path = if path.is_empty() {
                    shown
                } else {
                    format!("{path}.{shown}")
                };
                let name = key.get_ref().as_ref();
                (
                    key.span().start,
                    Field {
                        path,
                        name,
                        key_span: key.span(),
                        value,
                    },
                )
            })
            .collect();
        entries.sort_by_key(|(start, _)| *start);
        let entries = entries.into_iter().map(|(_, field)| field).collect();
        Self {
            path,
            span,
            entries,
            known: Vec::new(),
        }
    }

    /// Takes out a field, or returns `None` if it is not there.
    pub(super) fn take(&mut self, name: &'static str) -> Option<Field<'a>> {
        self.known.push(name);
        let at = self.entries.iter().position(|field| field.name == name)?;
        Some(self.entries.remove(at))
    }

    /// Takes out every field, for tables whose keys are the user's own names.
    pub(super) fn take_all(&mut self) -> Vec<Field<'a>> {
        std::mem::take(&mut self.entries)
    }

    /// Reports what was not taken.
    pub(super) fn finish(self, problems: &mut Problems<'_>) {
        for field in self.entries {
            let name = field.name;
            let lower = name.to_ascii_lowercase();
            if PASTED_KEYS.contains(&lower.as_str()) {
                let fix = "remove it, then enter the key in the program, or name a variable: \
                           keys = [{ name = \"default\", from = \"env:MY_API_KEY\" }]";
                let message = "a key is never written in this file";
                problems.add(
                    &field.key_span,
                    Some(&field.path),
                    message,
                    Some(fix.to_owned()),
                );
                continue;
            }
            let fix = match nearest(name, &self.known) {
                Some(known) => format!("did you mean `{known}`?"),
                None => {
                    let mut known = self.known.clone();
                    known.sort_unstable();
                    let known: Vec<String> = known.iter().map(|name| format!("`{name}`")).collect();
                    format!("known here: {}", known.join(", "))
                }
            };
            let message = "there is no such field";
            problems.add(&field.key_span, Some(&field.path), message, Some(fix));
        }
    }
}

/// Names under which people write a key into a configuration file.
const PASTED_KEYS: [&str; 9] = [
    "key",
    "api_key",
    "apikey",
    "api-key",
    "token",
    "secret",
    "password",
    "access_token",
    "bearer",
];

/// Returns the candidate that `word` is most likely a slip of, or `None` if none is near.
pub fn nearest<'c>(word: &str, candidates: &[&'c str]) -> Option<&'c str> {
    // Distances over long words cost time in proportion to their product; no real name is longer.
    if word.len() > 128 {
        return None;
    }
    let allowed = (word.chars().count() / 3).clamp(1, 3);
    candidates
        .iter()
        .map(|candidate| {
            (
                strsim::osa_distance(&word.to_lowercase(), candidate),
                *candidate,
            )
        })
        .filter(|(distance, _)| *distance <= allowed)
        .min()
        .map(|(_, candidate)| candidate)
}

/// Returns a key for use in a path: dots and odd characters made harmless, its length bounded.
fn shown_key(key: &str) -> String {
    let plain = |c: char| c.is_alphanumeric() || matches!(c, '_' | '-' | '/' | ':');
    let shown: String = key
        .chars()
        .take(64)
        .map(|c| if plain(c) { c } else { '_' })
        .collect();
    if key.chars().count() > 64 {
        format!("{shown}…")
    } else {
        shown
    }
}

/// Returns line and column, both from 1, of a byte offset.
pub(super) fn place(text: &str, offset: usize) -> (u32, u32) {
    let mut offset = offset.min(text.len());
    while !text.is_char_boundary(offset) {
        offset -= 1;
    }
    let before = &text[..offset];
    let line = before.matches('\n').count() + 1;
    let column = before
        .rsplit('\n')
        .next()
        .map_or(0, |start| start.chars().count())
        + 1;
    (
        u32::try_from(line).unwrap_or(u32::MAX),
        u32::try_from(column).unwrap_or(u32::MAX),
    )
}

/// Returns `"a", "b" or "c"`.
pub(super) fn quoted_list(names: &[&str]) -> String {
    let quoted: Vec<String> = names.iter().map(|name| format!("\"{name}\"")).collect();
    match quoted.split_last() {
        Some((last, [])) => last.clone(),
        Some((last, rest)) => format!("{} or {last}", rest.join(", ")),
        None => String::new(),
    }
}

fn type_name(value: &DeValue<'_>) -> &'static str {
    match value {
        DeValue::String(_) => "text",
        DeValue::Integer(_) => "a whole number",
        DeValue::Float(_) => "a decimal number",
        DeValue::Boolean(_) => "`true` or `false`",
        DeValue::Datetime(_) => "a date",
        DeValue::Array(_) => "a list",
        DeValue::Table(_) => "a table",
    }
}
