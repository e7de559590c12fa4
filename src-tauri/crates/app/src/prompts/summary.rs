//! What is shown and searched of a prompt: its title, the start of its first message, its words.

use crate::api::types::PromptBody;
use switchboard_engine::call::{Part, Role};

/// Longest title made from a message, in characters.
const TITLE_CHARS: usize = 60;

/// Longest excerpt, in characters.
const EXCERPT_CHARS: usize = 160;

/// Title of a prompt that says nothing yet.
const UNTITLED: &str = "Untitled prompt";

/// Returns the title of a prompt that nobody named: the first line of its first user message.
pub(super) fn default_title(body: &PromptBody) -> String {
    let first = first_user_text(body);
    let line = first
        .lines()
        .map(str::trim)
        .find(|line| !line.is_empty())
        .unwrap_or(UNTITLED);
    shortened(line, TITLE_CHARS)
}

/// Returns the start of the first user message on one line.
pub(super) fn excerpt(body: &PromptBody) -> String {
    shortened(&first_user_text(body), EXCERPT_CHARS)
}

/// Returns the words by which a prompt is found besides its title: messages and variables' values.
pub(super) fn searched(body: &PromptBody) -> String {
    let mut words = String::new();
    for part in body.messages.iter().flat_map(|message| &message.parts) {
        match part {
            Part::Text { text } | Part::ToolResult { text, .. } => {
                words.push_str(text);
                words.push('\n');
            }
            Part::ToolCall {
                name, arguments, ..
            } => {
                words.push_str(&format!("{name} {arguments}\n"));
            }
            Part::Image { .. } => {}
        }
    }
    for value in body.variables.values() {
        words.push_str(value);
        words.push('\n');
    }
    words
}

fn first_user_text(body: &PromptBody) -> String {
    let texts = body
        .messages
        .iter()
        .filter(|message| message.role == Role::User);
    texts
        .map(|message| message.joined_text())
        .find(|text| !text.trim().is_empty())
        .unwrap_or_default()
}

/// Returns the text on one line, cut after a word where it is too long.
fn shortened(text: &str, most: usize) -> String {
    let mut line = String::new();
    let mut chars = 0;
    for word in text.split_whitespace() {
        let length = word.chars().count();
        if chars == 0 && length > most {
            line.extend(word.chars().take(most - 1));
            line.push('…');
            return line;
        }
        let gap = usize::from(chars > 0);
        if chars + gap + length > most {
            // The mark replaces the gap, so it always fits.
            if chars == most {
                line.pop();
            }
            line.push('…');
            return line;
        }
        if chars > 0 {
            line.push(' ');
        }
        line.push_str(word);
        chars += gap + length;
    }
    line
}
