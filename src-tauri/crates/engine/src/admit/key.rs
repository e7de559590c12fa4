//! Names of what is known about: looked up without owning the parts.

use std::borrow::Borrow;
use std::hash::{Hash, Hasher};

/// A (provider, credential, model), or a part of it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Key {
    pub(super) provider: String,
    pub(super) model: String,
    pub(super) credential: Option<String>,
    /// A simulated twin shares nothing with the target it stands for.
    pub(super) simulated: bool,
}

/// The same, borrowed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) struct KeyRef<'a> {
    pub(super) provider: &'a str,
    /// Empty: all models of a credential.
    pub(super) model: &'a str,
    /// `None`: no credential, or all credentials of a model.
    pub(super) credential: Option<&'a str>,
    pub(super) simulated: bool,
}

impl KeyRef<'_> {
    pub(super) fn to_key(self) -> Key {
        Key {
            provider: self.provider.to_owned(),
            model: self.model.to_owned(),
            credential: self.credential.map(str::to_owned),
            simulated: self.simulated,
        }
    }
}

/// What a map of [`Key`]s can be asked with.
pub(super) trait AsKey {
    fn as_key(&self) -> KeyRef<'_>;
}

impl AsKey for Key {
    fn as_key(&self) -> KeyRef<'_> {
        KeyRef {
            provider: &self.provider,
            model: &self.model,
            credential: self.credential.as_deref(),
            simulated: self.simulated,
        }
    }
}

impl AsKey for KeyRef<'_> {
    fn as_key(&self) -> KeyRef<'_> {
        *self
    }
}

impl<'a> Borrow<dyn AsKey + 'a> for Key {
    fn borrow(&self) -> &(dyn AsKey + 'a) {
        self
    }
}

impl Hash for Key {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.as_key().hash(state);
    }
}

impl Hash for dyn AsKey + '_ {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.as_key().hash(state);
    }
}

impl PartialEq for dyn AsKey + '_ {
    fn eq(&self, other: &Self) -> bool {
        self.as_key() == other.as_key()
    }
}

impl Eq for dyn AsKey + '_ {}
