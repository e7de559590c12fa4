//! Every version of the configuration file that was activated.

/// What version 3 adds.
pub(crate) const V3: &str = "";
