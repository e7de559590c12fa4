//! All that a routing decision may look at.

use crate::complexity::Complexity;
use crate::input_text::InputText;
use crate::language::Language;
use crate::local_time::LocalTime;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// What is known of a request before a model is chosen. What is not known is `None`, and no rule holds because of it.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, TS)]
#[serde(default)]
#[ts(rename = "RoutingFacts")]
pub struct Facts {
    /// The task's name: told by the caller, or by the classifier where it was sure.
    pub task: Option<String>,
    /// Tags of the request.
    pub tags: Vec<String>,
    /// System prompts and instructions, joined.
    pub system: InputText,
    /// The text of the user's messages, joined; the last message last.
    pub text: InputText,
    /// The language of `text`.
    pub language: Option<Language>,
    /// How demanding the prompt is.
    pub complexity: Option<Complexity>,
    /// Characters of the whole input, also of what `text` does not keep.
    #[ts(type = "number")]
    pub input_chars: u64,
    /// Tokens of the whole input, estimated.
    #[ts(type = "number")]
    pub input_tokens: u64,
    /// Images in the request.
    pub images: u32,
    /// Names of the tools that the model may call.
    pub tools: Vec<String>,
    /// Whether the answer must follow a JSON schema.
    pub json_schema: bool,
    /// Whether the answer is streamed.
    pub streaming: bool,
    /// Who calls: the gateway key's name, or the program.
    pub caller: Option<String>,
    /// The project the call belongs to.
    pub project: Option<String>,
    /// The saved prompt it was made from.
    pub prompt: Option<String>,
    /// The time where the user is.
    pub local_time: Option<LocalTime>,
    /// The share of the narrowest budget that is used: 0 is none, 1 all, more is overspent. `None`: no budget.
    pub budget_used: Option<f64>,
}

impl Facts {
    /// Reads what the texts themselves tell: their length, an estimate of tokens, and the language of `text`.
    pub fn of(system: &str, text: &str) -> Self {
        Self {
            language: Language::detect(text),
            input_chars: (system.chars().count() + text.chars().count()) as u64,
            input_tokens: estimated_tokens(system) + estimated_tokens(text),
            system: InputText::new(system),
            text: InputText::new(text),
            ..Self::default()
        }
    }
}

/// Returns a rough number of tokens: four characters of the ASCII range a token, two of other alphabets, one of
/// scripts without spaces. Off by a third either way for prose; callers with a tokenizer put its figure in.
pub fn estimated_tokens(text: &str) -> u64 {
    let (mut ascii, mut wide, mut other) = (0_u64, 0_u64, 0_u64);
    for character in text.chars() {
        match character {
            '\0'..='\u{7f}' => ascii += 1,
            '\u{2e80}'..='\u{9fff}' | '\u{ac00}'..='\u{d7af}' | '\u{20000}'..='\u{3ffff}' => {
                wide += 1;
            }
            _ => other += 1,
        }
    }
    ascii.div_ceil(4) + wide + other.div_ceil(2)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_tell_their_length_language_and_an_estimate_of_tokens() {
        let facts = Facts::of(
            "Be brief.",
            "Wie lange dauert es, bis die Rechnung bezahlt ist?",
        );
        assert_eq!(facts.input_chars, 59);
        assert_eq!(facts.input_tokens, 3 + 13);
        assert_eq!(facts.language, Some(Language::De));
        assert_eq!(estimated_tokens("你好"), 2);
        assert_eq!(estimated_tokens(""), 0);
    }

    #[test]
    fn a_form_with_some_facts_leaves_the_rest_unknown() {
        let facts: Facts =
            serde_json::from_str(r#"{"task":"translation","language":"de","budget_used":0.5}"#)
                .unwrap();
        assert_eq!(facts.task.as_deref(), Some("translation"));
        assert_eq!(facts.language, Some(Language::De));
        assert_eq!(facts.caller, None);
    }
}
