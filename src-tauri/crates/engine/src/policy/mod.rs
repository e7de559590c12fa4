//! Small pure policies: what to do next, decided from facts and an injected draw.

pub mod backoff;
pub mod next;
pub(crate) mod order;
