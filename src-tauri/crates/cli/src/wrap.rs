//! Breaks text into lines of a width, counted in the cells that a terminal gives each character.

use unicode_segmentation::UnicodeSegmentation;
use unicode_width::UnicodeWidthStr;

/// Cells a tab advances by.
const TAB: &str = "    ";

/// Returns how many cells `text` takes.
pub(crate) fn width(text: &str) -> usize {
    text.graphemes(true).map(UnicodeWidthStr::width).sum()
}

/// Returns `text` in lines of at most `most` cells (at least 2), broken between words where it can be.
pub(crate) fn wrap(text: &str, most: usize) -> Vec<String> {
    let mut lines = Vec::new();
    for line in text.split('\n') {
        wrap_line(line, most.max(2), &mut lines);
    }
    lines
}

/// Returns the last `rows` lines of what [`wrap`] gives, without wrapping all of a long text.
pub(crate) fn tail(text: &str, most: usize, rows: usize) -> Vec<String> {
    let mut kept: Vec<Vec<String>> = Vec::new();
    let mut count = 0;
    for line in text.rsplit('\n') {
        let mut lines = Vec::new();
        wrap_line(line, most.max(2), &mut lines);
        count += lines.len();
        kept.push(lines);
        if count >= rows {
            break;
        }
    }
    let lines: Vec<String> = kept.into_iter().rev().flatten().collect();
    let skip = lines.len().saturating_sub(rows);
    lines.into_iter().skip(skip).collect()
}

/// Returns `text` cut to `most` cells, with `…` where something is missing.
pub(crate) fn fit(text: &str, most: usize) -> String {
    if width(text) <= most {
        return text.to_owned();
    }
    let mut out = String::new();
    let mut used = 0;
    for grapheme in text.graphemes(true) {
        used += grapheme.width();
        if used + 1 > most {
            break;
        }
        out.push_str(grapheme);
    }
    if most > 0 {
        out.push('…');
    }
    out
}

fn wrap_line(line: &str, most: usize, lines: &mut Vec<String>) {
    let line = line.replace('\t', TAB);
    // Continuation lines keep the indent, so that lists and code stay readable.
    let indent = line.len() - line.trim_start_matches(' ').len();
    let indent = if indent * 2 < most { indent } else { 0 };
    let mut current = String::new();
    let mut used = 0;
    let mut only_indent = true;
    for word in words(&line) {
        let cells = width(word);
        let blank = word.chars().all(|c| c == ' ');
        if used + cells <= most {
            current.push_str(word);
            used += cells;
            only_indent &= blank;
            continue;
        }
        if blank {
            // The space at which a line is broken is not shown.
            continue;
        }
        // A word that fits no line begins where it stands.
        if !only_indent && cells <= most {
            lines.push(std::mem::take(&mut current).trim_end().to_owned());
            current = " ".repeat(indent);
            used = indent;
        }
        for grapheme in pieces(word, most - indent) {
            let cells = grapheme.width();
            if used + cells > most {
                lines.push(std::mem::take(&mut current).trim_end().to_owned());
                current = " ".repeat(indent);
                used = indent;
            }
            current.push_str(grapheme);
            used += cells;
        }
        only_indent = false;
    }
    lines.push(current.trim_end().to_owned());
}

/// Cuts a word into what a terminal shows as one character each; one with more marks than `most` cells
/// hold is cut up further.
fn pieces(word: &str, most: usize) -> impl Iterator<Item = &str> {
    word.graphemes(true).flat_map(move |grapheme| {
        let is_whole = grapheme.width() <= most;
        let count = if is_whole { 1 } else { usize::MAX };
        grapheme
            .char_indices()
            .take(count)
            .map(move |(at, c)| match is_whole {
                true => grapheme,
                false => &grapheme[at..at + c.len_utf8()],
            })
    })
}

/// Cuts a line into runs of spaces and of everything else.
fn words(mut line: &str) -> impl Iterator<Item = &str> {
    std::iter::from_fn(move || {
        let spaces = line.starts_with(' ');
        let end = line
            .find(|c: char| (c == ' ') != spaces)
            .unwrap_or(line.len());
        let (word, rest) = line.split_at(end);
        line = rest;
        (!word.is_empty()).then_some(word)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::{prop_assert, prop_assert_eq, proptest};

    #[test]
    fn lines_break_between_words_and_wide_characters_count_twice() {
        assert_eq!(wrap("one two three", 8), ["one two", "three"]);
        assert_eq!(wrap("  - alpha beta", 9), ["  - alpha", "  beta"]);
        assert_eq!(wrap("東京東京", 5), ["東京", "東京"]);
        assert_eq!(wrap("unbreakable", 4), ["unbr", "eaka", "ble"]);
        assert_eq!(wrap("a\n\nb", 4), ["a", "", "b"]);
        assert_eq!(width("👩‍💻é"), 3);
        assert_eq!(wrap("see `a`. now", 8), ["see `a`.", "now"]);
        assert_eq!(fit("abcdef", 4), "abc…");
        // A wide character with a mark that takes a cell of its own.
        assert_eq!(wrap("𪜀ැ", 2), ["𪜀", "ැ"]);
    }

    proptest! {
        #[test]
        fn no_line_is_too_wide_and_no_letter_is_lost(text in "\\PC{0,80}|[ab東é\n -]{0,80}", most in 2usize..30) {
            let lines = wrap(&text, most);
            for line in &lines {
                prop_assert!(width(line) <= most, "{line:?} in {most}");
            }
            let letters = |text: &str| text.chars().filter(|c| !c.is_whitespace()).collect::<String>();
            prop_assert_eq!(letters(&lines.concat()), letters(&text));
        }

        #[test]
        fn the_tail_is_the_end_of_the_whole(text in "[ab\n ]{0,120}", most in 2usize..12, rows in 1usize..9) {
            let whole = wrap(&text, most);
            let end = whole[whole.len().saturating_sub(rows)..].to_vec();
            prop_assert_eq!(tail(&text, most, rows), end);
        }
    }
}
