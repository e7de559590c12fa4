//! How a target is assumed to behave on an ordinary day.

use crate::report::{Behaviour, RehearsedTarget};
use switchboard_engine::plan::{Candidate, Plan, Target, Tier};

/// How often a model that is asked the same again, at a temperature above 0, writes the same again word for
/// word. Short and factual answers mostly do, long and free ones hardly ever; nobody publishes figures.
pub(crate) const REPEATS: f64 = 0.3;

/// Returns what is assumed about a target: from its tier, because providers publish no figures that hold.
///
/// The figures are rounded from what users of such models see; what a rehearsal is for is the difference
/// that a fault or another route makes, not the figure itself.
pub fn behaviour(target: &Target) -> Behaviour {
    let (p50, p95, tokens_per_second, output) = match target.tier {
        Tier::Fast => (350, 900, 140.0, (120, 400)),
        Tier::Standard => (600, 1800, 80.0, (220, 700)),
        Tier::Complex => (1200, 4000, 60.0, (350, 1100)),
        Tier::Reasoning => (6000, 20_000, 70.0, (300, 1000)),
    };
    Behaviour {
        first_token_p50_ms: p50,
        first_token_p95_ms: p95,
        tokens_per_second,
        output_p50_tokens: output.0,
        output_p95_tokens: output.1,
        error_rate: 0.002,
    }
}

/// Returns the targets of a plan that can be tried, in its order.
pub fn targets(plan: &Plan) -> Vec<RehearsedTarget> {
    let ready = plan.candidates.iter().enumerate();
    ready
        .filter_map(|(index, candidate)| match candidate {
            Candidate::Ready(target) => Some(RehearsedTarget {
                target: target.info(),
                provider_label: target.provider_label.clone(),
                tier: target.tier,
                price: target.usual_price(),
                general: index < plan.general,
                behaviour: behaviour(target),
            }),
            Candidate::Unusable { .. } => None,
        })
        .collect()
}
