//! Rehearsals through the shipped pipeline.

mod invariants;
mod repeat;
mod support;
