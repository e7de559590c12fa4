//! What only a provider of the caller's own API can take.

use switchboard_engine::call::Part;

/// The first field of a request that cannot be translated for other APIs. Providers of the same API get
/// it in the caller's own body.
#[derive(Debug, Default)]
pub(super) struct Untranslated(pub(super) Option<String>);

impl Untranslated {
    /// Notes a field.
    pub(super) fn note(&mut self, field: impl Into<String>) {
        self.0.get_or_insert_with(|| field.into());
    }

    /// Notes a piece of content of the kind `kind`; returns what history shows in its place.
    pub(super) fn part(&mut self, field: impl Into<String>, kind: &str) -> Part {
        self.note(field);
        let kind: String = kind.chars().take(60).collect();
        Part::Text {
            text: format!("[{kind}]"),
        }
    }
}
