//! `{{name}}` in messages, replaced by the variable's value.
//!
//! A name begins with a letter or `_` and goes on with letters, digits, `_`, `-` and `.`; spaces inside
//! the braces do not count. Anything else between double braces is plain text, so JSON and other
//! templates pass unharmed. `\{{` stands for two braces. Values are put in as they are: what looks
//! like a variable in a value stays text.

use std::collections::BTreeMap;
use switchboard_engine::call::{Message, Part};

/// Returns the messages with all variables replaced.
///
/// # Errors
/// The names that have no value, each once, in the order in which they first occur.
pub fn fill(
    messages: &[Message],
    values: &BTreeMap<String, String>,
) -> Result<Vec<Message>, Vec<String>> {
    let mut missing = Vec::new();
    let filled = messages
        .iter()
        .map(|message| Message {
            role: message.role,
            parts: message
                .parts
                .iter()
                .map(|part| match part {
                    Part::Text { text } => Part::Text {
                        text: fill_text(text, values, &mut missing),
                    },
                    Part::ToolResult { tool_call_id, text } => Part::ToolResult {
                        tool_call_id: tool_call_id.clone(),
                        text: fill_text(text, values, &mut missing),
                    },
                    // Pictures have no words, and a tool call is the model's own.
                    Part::Image { .. } | Part::ToolCall { .. } => part.clone(),
                })
                .collect(),
        })
        .collect();
    if missing.is_empty() {
        Ok(filled)
    } else {
        Err(missing)
    }
}

/// Returns the messages with all variables replaced that have a value; others stay as they are written.
pub(crate) fn fill_known(messages: &[Message], values: &BTreeMap<String, String>) -> Vec<Message> {
    let mut known = values.clone();
    loop {
        match fill(messages, &known) {
            Ok(filled) => return filled,
            Err(missing) => {
                for name in missing {
                    let braces = format!("{{{{{name}}}}}");
                    known.insert(name, braces);
                }
            }
        }
    }
}

fn fill_text(text: &str, values: &BTreeMap<String, String>, missing: &mut Vec<String>) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find("{{") {
        let (before, braces) = rest.split_at(at);
        if let Some(before) = before.strip_suffix('\\') {
            out.push_str(before);
            out.push_str("{{");
            rest = &braces[2..];
            continue;
        }
        out.push_str(before);
        match variable(braces) {
            Some((name, after)) => {
                match values.get(name) {
                    Some(value) => out.push_str(value),
                    None if missing.iter().any(|known| known == name) => {}
                    None => missing.push(name.to_owned()),
                }
                rest = after;
            }
            None => {
                // Only one brace is plain for certain: in `{{{a}}` the variable begins at the second.
                out.push('{');
                rest = &braces[1..];
            }
        }
    }
    out.push_str(rest);
    out
}

/// Returns the name and what follows, if `text` begins with a variable.
fn variable(text: &str) -> Option<(&str, &str)> {
    let inside = text.strip_prefix("{{")?.trim_start();
    let end = inside.find(|character: char| !is_name_char(character))?;
    let (name, after) = inside.split_at(end);
    let after = after.trim_start().strip_prefix("}}")?;
    name.starts_with(|first: char| first.is_alphabetic() || first == '_')
        .then_some((name, after))
}

fn is_name_char(character: char) -> bool {
    character.is_alphanumeric() || matches!(character, '_' | '-' | '.')
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use switchboard_engine::call::Role;

    /// Fills `text` with `a` = "1", `b c` impossible, `größe` = "{{a}}", and `x.y-z_0` = "".
    #[track_caller]
    fn check(text: &str, expected: Result<&str, &[&str]>) {
        let values: BTreeMap<_, _> = [("a", "1"), ("größe", "{{a}}"), ("x.y-z_0", "")]
            .map(|(name, value)| (name.to_owned(), value.to_owned()))
            .into();
        let filled = fill(&[Message::text(Role::User, text)], &values);
        let expected = expected
            .map(|text| vec![Message::text(Role::User, text)])
            .map_err(|names| {
                names
                    .iter()
                    .map(|name| (*name).to_owned())
                    .collect::<Vec<_>>()
            });
        assert_eq!(filled, expected, "text `{text}`");
    }

    #[test]
    fn variables_are_replaced_once_and_everything_else_stays() {
        check("{{a}} and {{ a\t}}", Ok("1 and 1"));
        check("{{größe}}", Ok("{{a}}"));
        check("<{{x.y-z_0}}>", Ok("<>"));
        check(r"\{{a}} {{a}}", Ok("{{a}} 1"));
        check("{{{a}}}", Ok("{1}"));
        check(
            "{{}} {{ }} {{a b}} {{#if a}} {{\"k\":1}} {{1}} {{-a}} {{a} }",
            Ok("{{}} {{ }} {{a b}} {{#if a}} {{\"k\":1}} {{1}} {{-a}} {{a} }"),
        );
        check("{{a", Ok("{{a"));
        check("{{", Ok("{{"));
        check("}}{{a}}", Ok("}}1"));
        check("{{a{{a}}", Ok("{{a1"));
        check(
            "{{missing}} {{a}} {{other}} {{missing}}",
            Err(&["missing", "other"]),
        );
    }

    #[test]
    fn only_texts_are_filled() {
        let image = Part::Image {
            media_type: "image/png".to_owned(),
            data: "{{a}}".to_owned(),
        };
        let call = Part::ToolCall {
            id: "1".into(),
            name: "n".into(),
            arguments: "{{a}}".into(),
        };
        let message = Message {
            role: Role::Assistant,
            parts: vec![image, call],
        };
        assert_eq!(
            fill(std::slice::from_ref(&message), &BTreeMap::new()),
            Ok(vec![message])
        );
    }

    proptest! {
        #[test]
        fn filling_is_total_and_leaves_text_without_braces_alone(text in "[a{}\\\\ é\\PC]{0,60}") {
            let values = BTreeMap::from([("a".to_owned(), "v".to_owned())]);
            let message = Message::text(Role::User, text.clone());
            let filled = fill(std::slice::from_ref(&message), &values);
            if !text.contains("{{") {
                prop_assert_eq!(filled, Ok(vec![message]));
            }
        }
    }
}
