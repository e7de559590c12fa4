//! Sums of what calls cost, kept beside the calls so that a year is read in milliseconds.

/// What version 3 adds.
pub(crate) const V3: &str = "";
