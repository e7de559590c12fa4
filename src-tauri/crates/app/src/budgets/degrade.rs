//! From 95 % of a budget on: a cheaper plan.

use crate::App;
use crate::plans::{self, Wanted};
use switchboard_engine::admit::Who;
use switchboard_engine::plan::{Candidate, Plan, Target};
use switchboard_engine::policy::budget::{Budget, Degrade};

/// Returns the plan, or a cheaper one where a budget that it falls under is nearly spent. The reason is told with it.
pub(crate) async fn cheaper(app: &App, plan: Plan, who: &Who, wanted: &Wanted<'_>) -> Plan {
    let Some(first) = plan.candidates.first().map(Candidate::info) else {
        return plan;
    };
    let near = app
        .money()
        .purse()
        .nearly_spent(&who.labels(&first.provider, &first.model));
    let acts = |budget: &&Budget| budget.degrade != Degrade::Never;
    let Some(budget) = near.iter().find(acts) else {
        return plan;
    };
    match &budget.degrade {
        Degrade::Never => plan,
        Degrade::Cheapest => cheapest_first(plan, budget),
        Degrade::To(name) if name == wanted.model => plan,
        Degrade::To(name) => {
            let wanted = Wanted {
                model: name,
                fallbacks: &[],
                ..*wanted
            };
            let mut cheaper = plans::plan(app, &wanted).await;
            let is_ready = |candidate: &Candidate| matches!(candidate, Candidate::Ready(_));
            if !cheaper.candidates.iter().any(is_ready) {
                return plan;
            }
            cheaper
                .reasons
                .insert(0, why(budget, &format!("{name} answers instead")));
            cheaper
        }
    }
}

/// Puts the general targets in the order of what they cost, those without a price last; of equals the first stays
/// first.
fn cheapest_first(mut plan: Plan, budget: &Budget) -> Plan {
    let general = plan.general.min(plan.candidates.len());
    let mut order: Vec<usize> = (0..general).collect();
    order.sort_by_key(|at| cost(&plan.candidates[*at]));
    if order.is_sorted() {
        return plan;
    }
    let mut places = vec![0; general];
    for (new, old) in order.iter().enumerate() {
        places[*old] = new;
    }
    // The lists for causes name targets by their place.
    for list in [
        &mut plan.lists.context_too_long,
        &mut plan.lists.content_filter,
        &mut plan.lists.auth,
    ] {
        for at in list.iter_mut() {
            *at = places.get(*at).copied().unwrap_or(*at);
        }
    }
    let mut rest: Vec<Option<Candidate>> = plan.candidates.into_iter().map(Some).collect();
    let sorted = order.iter().filter_map(|at| rest[*at].take());
    let mut candidates: Vec<Candidate> = sorted.collect();
    candidates.extend(rest.into_iter().flatten());
    plan.candidates = candidates;
    plan.reasons
        .insert(0, why(budget, "the cheapest target is tried first"));
    plan
}

fn why(budget: &Budget, what: &str) -> String {
    format!(
        "the budget {} is spent to 95 % or more: {what}",
        budget.name
    )
}

/// Returns something that grows with what an answer costs.
fn cost(candidate: &Candidate) -> i64 {
    match candidate {
        Candidate::Unusable { .. } => i64::MAX,
        Candidate::Ready(target) => of(target),
    }
}

fn of(target: &Target) -> i64 {
    if target.simulated {
        return 0;
    }
    // Most calls have some three times as much input as output.
    let price = target.usual_price();
    price.map_or(i64::MAX - 1, |price| {
        price
            .input
            .0
            .saturating_mul(3)
            .saturating_add(price.output.0)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::Arc;
    use switchboard_engine::event::TargetInfo;
    use switchboard_engine::plan::{CauseLists, Recovery, Tier};
    use switchboard_engine::policy::budget::Scope;
    use switchboard_engine::policy::period::Period;
    use switchboard_engine::price::{PicoUsd, Tariff, TokenPrice};
    use switchboard_engine::provider::{AuthStyle, Endpoint, Wire};

    fn candidate(name: &str, output: Option<i64>) -> Candidate {
        Candidate::Ready(Target {
            provider: name.into(),
            provider_label: name.into(),
            endpoint: Endpoint {
                wire: Wire::OpenaiChat,
                base_url: "https://api.example/v1".parse().unwrap(),
                auth: AuthStyle::Native,
                headers: Vec::new(),
            },
            credential: None,
            key: None,
            model: "m".into(),
            capabilities: Default::default(),
            tier: Tier::Standard,
            timeouts: Tier::Standard.timeouts(),
            limits: Default::default(),
            step: Default::default(),
            price: output.map(|output| {
                let price = TokenPrice {
                    input: PicoUsd(0),
                    output: PicoUsd(output),
                    cache_read: None,
                    cache_creation: None,
                };
                Arc::new(Tariff::flat("m", price, "test"))
            }),
            simulated: false,
        })
    }

    #[test]
    fn the_cheapest_comes_first_and_lists_for_causes_still_name_the_same_targets() {
        let unusable = Candidate::Unusable {
            target: TargetInfo {
                provider: "no-key".into(),
                model: "m".into(),
                simulated: false,
            },
            error: switchboard_engine::error::CallError::new(
                switchboard_engine::error::ErrorKind::NoCredential,
                "no key",
            ),
        };
        let plan = Plan {
            route: None,
            candidates: vec![
                candidate("dear", Some(50)),
                candidate("unknown", None),
                unusable,
                candidate("cheap", Some(1)),
                candidate("middle", Some(9)),
                candidate("long", Some(3)),
            ],
            general: 5,
            lists: CauseLists {
                context_too_long: vec![5, 0],
                auth: vec![3],
                ..CauseLists::default()
            },
            hedge: None,
            fallback_text: None,
            deadline: std::time::Duration::from_secs(1),
            recovery: Recovery::Restart,
            reasons: vec!["the caller names them".into()],
        };
        let budget = Budget {
            name: "all".into(),
            scope: Scope::Global,
            period: Period::Day,
            limit: Some(PicoUsd(1)),
            degrade: Degrade::Cheapest,
            blocks: true,
        };
        let plan = cheapest_first(plan, &budget);
        let names: Vec<String> = plan.candidates.iter().map(|c| c.info().provider).collect();
        assert_eq!(
            names,
            ["cheap", "middle", "dear", "unknown", "no-key", "long"]
        );
        let named =
            |list: &[usize]| -> Vec<&str> { list.iter().map(|at| names[*at].as_str()).collect() };
        assert_eq!(named(&plan.lists.context_too_long), ["long", "dear"]);
        assert_eq!(named(&plan.lists.auth), ["cheap"]);
        assert!(plan.reasons[0].starts_with("the budget all is spent to 95 % or more"));
    }
}
