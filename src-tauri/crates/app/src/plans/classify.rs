//! What a prompt's own text tells: the kind of work, and how demanding it is.

use crate::api::types::RouteDecision;
use switchboard_routing::Facts;

/// Finds out the task, unless the caller told it.
pub(super) fn task(facts: &mut Facts, decision: &mut RouteDecision) {
    let _ = (facts, decision);
}

/// Finds out how demanding the prompt is, unless it is told.
pub(super) fn complexity(facts: &mut Facts, decision: &mut RouteDecision) {
    decision.complexity = facts.complexity;
}
