//! A credential that cannot be printed, and the one redactor for text that leaves the program.

use std::fmt;
use zeroize::Zeroize;

/// A credential. It has no `Display` and no `Serialize`, its `Debug` is redacted, and its memory is
/// wiped on drop.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(String);

impl Secret {
    /// Takes ownership of a credential. Surrounding white space, a common paste error, is removed.
    pub fn new(mut text: String) -> Self {
        let secret = Self(text.trim().to_owned());
        text.zeroize();
        secret
    }

    /// Returns the credential for the one purpose of sending it to its provider or its key store.
    pub fn expose(&self) -> &str {
        &self.0
    }

    /// Returns the last four characters for recognition, or `None` for a credential shorter than 12,
    /// of which four would give too much away.
    pub fn last4(&self) -> Option<String> {
        let chars: Vec<char> = self.0.chars().collect();
        (chars.len() >= 12).then(|| chars[chars.len() - 4..].iter().collect())
    }
}

impl Drop for Secret {
    fn drop(&mut self) {
        self.0.zeroize();
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(<redacted>)")
    }
}
