//! The one redactor for text that leaves the program: errors, logs, history, exports.
//!
//! It knows the values of the secrets in use and the shapes of common keys. It does not try to find
//! personal data.

use crate::error::{CallError, DETAIL_LIMIT};
use crate::secret::Secret;
use std::borrow::Cow;
use std::sync::RwLock;

/// What stands in the place of a secret.
pub const REDACTED: &str = "[redacted]";

/// Shortest secret value that is looked for: shorter ones would blank out ordinary words.
const SHORTEST_SECRET: usize = 6;
/// Beginnings of provider keys, and of the gateway's own. A word that starts so and is at least [`SHORTEST_KEY`] long is a key.
const KEY_PREFIXES: [&str; 13] = [
    "sk-", "sk_", "rk-", "pk-", "gsk_", "xai-", "AIza", "ghp_", "hf_", "r8_", "eyJ", "whsec_",
    "sbk_",
];
const SHORTEST_KEY: usize = 16;

/// Takes secrets out of text.
#[derive(Debug, Default)]
pub struct Redactor {
    secrets: RwLock<Vec<Secret>>,
}

impl Redactor {
    /// Learns a secret in use. Cheap to call again with the same one.
    pub fn learn(&self, secret: &Secret) {
        if secret.expose().len() < SHORTEST_SECRET {
            return;
        }
        // Every call comes by here: only a new secret makes others wait.
        let known = self
            .secrets
            .read()
            .unwrap_or_else(|poisoned| poisoned.into_inner())
            .contains(secret);
        if known {
            return;
        }
        let mut secrets = self
            .secrets
            .write()
            .unwrap_or_else(|poisoned| poisoned.into_inner());
        if !secrets.contains(secret) {
            secrets.push(secret.clone());
        }
    }

    /// Returns `text` without secrets; borrowed if there were none.
    pub fn redact<'a>(&self, text: &'a str) -> Cow<'a, str> {
        let mut text = Cow::Borrowed(text);
        let secrets = self
            .secrets
            .read()
            .unwrap_or_else(|poisoned| poisoned.into_inner());
        for secret in secrets.iter() {
            if text.contains(secret.expose()) {
                text = Cow::Owned(text.replace(secret.expose(), REDACTED));
            }
        }
        match redact_shapes(&text) {
            Some(redacted) => Cow::Owned(redacted),
            None => text,
        }
    }

    /// Takes secrets out of every text of an error.
    pub fn redact_error(&self, error: &mut CallError) {
        let apply = |text: &mut String| {
            if let Cow::Owned(redacted) = self.redact(text) {
                *text = redacted;
            }
        };
        apply(&mut error.message);
        for text in [
            &mut error.hint,
            &mut error.provider_code,
            &mut error.param,
            &mut error.detail,
        ]
        .into_iter()
        .flatten()
        {
            apply(text);
        }
        if let Some(detail) = &mut error.detail {
            detail.truncate(detail.floor_char_boundary(DETAIL_LIMIT));
        }
    }
}

/// Returns `text` with words shaped like keys replaced, or `None` if there are none.
fn redact_shapes(text: &str) -> Option<String> {
    let is_word = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.' | '~' | '+');
    let mut out: Option<String> = None;
    let mut copied = 0;
    let mut after_bearer = false;
    let mut rest = 0;
    while let Some(offset) = text[rest..].find(is_word) {
        let start = rest + offset;
        let end = text[start..]
            .find(|c| !is_word(c))
            .map_or(text.len(), |at| start + at);
        let word = &text[start..end];
        let looks_like_key = word.len() >= SHORTEST_KEY
            && (after_bearer || KEY_PREFIXES.iter().any(|prefix| word.starts_with(prefix)));
        if looks_like_key {
            let out = out.get_or_insert_default();
            out.push_str(&text[copied..start]);
            out.push_str(REDACTED);
            copied = end;
        }
        after_bearer = word.eq_ignore_ascii_case("bearer");
        rest = end;
    }
    out.map(|mut out| {
        out.push_str(&text[copied..]);
        out
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::ErrorKind;
    use proptest::prelude::*;

    #[test]
    fn words_shaped_like_keys_are_taken_out() {
        let redactor = Redactor::default();
        let text = r#"{"error":"Incorrect API key sk-proj-abcdefghijklmnop0123, see docs"}"#;
        assert_eq!(
            redactor.redact(text),
            r#"{"error":"Incorrect API key [redacted], see docs"}"#
        );
        assert_eq!(
            redactor.redact("Authorization: Bearer abcdefghijklmnop1234"),
            "Authorization: Bearer [redacted]"
        );
    }

    #[test]
    fn ordinary_text_is_left_alone() {
        let text = "the key is wrong; see https://example.com/keys?page=1 or task-list";
        assert!(matches!(Redactor::default().redact(text), Cow::Borrowed(_)));
    }

    proptest! {
        #[test]
        fn a_known_secret_never_survives(
            secret in "[A-Za-z0-9_/+=-]{8,60}",
            before in ".{0,40}",
            after in ".{0,40}",
        ) {
            let redactor = Redactor::default();
            redactor.learn(&Secret::new(secret.clone()));
            let mut error = CallError::new(ErrorKind::Auth, format!("{before}{secret}{after}"))
                .with_detail(format!("{after}{secret}{before}").as_bytes());
            redactor.redact_error(&mut error);
            prop_assert!(!error.message.contains(&secret));
            prop_assert!(!error.detail.unwrap_or_default().contains(&secret));
        }

        #[test]
        fn any_text_can_be_redacted(text in "\\PC{0,200}") {
            let _ = Redactor::default().redact(&text);
        }
    }
}
