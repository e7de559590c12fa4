//! How quoted text is written.

/// Writes text in double quotes so that it reads back the same.
pub(super) fn quoted(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 2);
    out.push('"');
    let mut characters = text.chars().peekable();
    while let Some(character) = characters.next() {
        match character {
            '"' => out.push_str("\\\""),
            // Single where it stands for itself, so that patterns stay readable.
            '\\' => match characters.peek() {
                None | Some('\\' | '"' | '\'') => out.push_str("\\\\"),
                Some(_) => out.push('\\'),
            },
            other => out.push(other),
        }
    }
    out.push('"');
    out
}
