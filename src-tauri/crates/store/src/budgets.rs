//! What of each budget is reserved and spent.

/// What version 3 adds.
pub(crate) const V3: &str = "";
