//! Every attempt is charged once, with what it used and how its cost is known.

use crate::script::{answer, plan, play, status, target, text, words};
use std::sync::Arc;
use switchboard_engine::event::Event;
use switchboard_engine::plan::{Candidate, Plan, Recovery};
use switchboard_engine::price::{Charge, CostSource, PicoUsd, ServiceTier, Tariff, TokenPrice};
use switchboard_engine::transport::scripted::Step;

fn priced(names: &[&str]) -> Plan {
    let price = TokenPrice {
        input: PicoUsd(1),
        output: PicoUsd(100),
        cache_read: None,
        cache_creation: None,
    };
    let candidate = |name: &&str| {
        let mut target = target(name);
        target.price = Some(Arc::new(Tariff::flat(name, price, "test")));
        Candidate::Ready(target)
    };
    Plan {
        candidates: names.iter().map(candidate).collect(),
        recovery: Recovery::Restart,
        ..plan(names)
    }
}

fn charges(events: &[Event]) -> Vec<(u32, Charge)> {
    let charged = events.iter().filter_map(|event| match event {
        Event::Charged { attempt, charge } => Some((*attempt, *charge)),
        _ => None,
    });
    charged.collect()
}

fn total(events: &[Event]) -> (Option<PicoUsd>, CostSource) {
    let Some(Event::Finished { outcome }) = events.last() else {
        panic!("{events:?}");
    };
    (outcome.cost, outcome.cost_source)
}

#[tokio::test(start_paused = true)]
async fn an_answer_costs_its_reported_usage() {
    let events = play(&priced(&["a"]), vec![answer(words(&["blue"]))]).await;
    let [(1, charge)] = charges(&events)[..] else {
        panic!("{events:?}");
    };
    // 7 in, 3 out.
    assert_eq!(charge.cost, Some(PicoUsd(307)));
    assert_eq!(charge.source, CostSource::Computed);
    assert_eq!(total(&events), (Some(PicoUsd(307)), CostSource::Computed));
}

#[tokio::test(start_paused = true)]
async fn a_refusal_costs_nothing_and_leaves_the_rest_as_sure_as_it_is() {
    let script = vec![status(503, Vec::new()), answer(words(&["blue"]))];
    let events = play(&priced(&["a", "b"]), script).await;
    let all = charges(&events);
    assert_eq!(all.len(), 2, "{events:?}");
    assert_eq!(all[0].1, Charge::NOTHING);
    assert_eq!(total(&events), (Some(PicoUsd(307)), CostSource::Computed));
}

#[tokio::test(start_paused = true)]
async fn a_cut_attempt_costs_what_it_produced_and_is_marked_as_an_estimate() {
    let cut = answer(vec![
        text("twelve chars"),
        Step::Break(switchboard_engine::error::CallError::new(
            switchboard_engine::error::ErrorKind::Reset,
            "scripted",
        )),
    ]);
    let events = play(&priced(&["a"]), vec![cut, answer(words(&["blue"]))]).await;
    let all = charges(&events);
    assert_eq!(all.len(), 2, "{events:?}");
    let (first, second) = (all[0].1, all[1].1);
    assert!(first.usage.estimated);
    assert_eq!(first.source, CostSource::Estimated);
    assert!(
        first.cost.unwrap().0 >= 200,
        "two tokens of output: {first:?}"
    );
    let sum = first.cost.unwrap().0 + second.cost.unwrap().0;
    assert_eq!(total(&events), (Some(PicoUsd(sum)), CostSource::Estimated));
}

#[tokio::test(start_paused = true)]
async fn an_unknown_price_is_unknown_and_never_zero() {
    let events = play(&plan(&["a"]), vec![answer(words(&["blue"]))]).await;
    assert_eq!(total(&events), (None, CostSource::Unknown));
}

#[tokio::test(start_paused = true)]
async fn the_service_tier_and_the_cost_that_a_provider_reports_count() {
    let last = "data: {\"service_tier\":\"flex\",\"choices\":[{\"index\":0,\"delta\":{},\"finish_reason\":\"stop\"}]}\n\n\
        data: {\"choices\":[],\"usage\":{\"prompt_tokens\":7,\"completion_tokens\":3,\"cost\":0.0000000025}}\n\n\
        data: [DONE]\n\n";
    let body = vec![text("blue"), Step::Bytes(last.into())];
    let events = play(&priced(&["a"]), vec![answer(body)]).await;
    let (_, charge) = charges(&events)[0];
    assert_eq!(charge.service_tier, ServiceTier::Flex);
    assert_eq!(charge.cost, Some(PicoUsd(2500)));
    assert_eq!(charge.source, CostSource::Reported);
}

#[tokio::test(start_paused = true)]
async fn usage_that_cannot_be_true_is_taken_as_none_and_estimated() {
    for usage in [
        r#"{"prompt_tokens":7,"completion_tokens":-3}"#,
        r#"{"prompt_tokens":7,"completion_tokens":9000000000}"#,
        r#"{"prompt_tokens":-1,"completion_tokens":3}"#,
        r#"{"prompt_tokens":7,"completion_tokens":3,"completion_tokens_details":{"reasoning_tokens":-2}}"#,
    ] {
        let last = format!(
            "data: {{\"choices\":[{{\"index\":0,\"delta\":{{}},\"finish_reason\":\"stop\"}}],\"usage\":{usage}}}\n\ndata: [DONE]\n\n"
        );
        let body = vec![text("blue"), Step::Bytes(last.into())];
        let events = play(&priced(&["a"]), vec![answer(body)]).await;
        let (_, charge) = charges(&events)[0];
        assert!(charge.usage.estimated, "{usage}: {charge:?}");
        assert_eq!(charge.source, CostSource::Estimated, "{usage}");
        assert!(charge.cost.is_some_and(|cost| cost.0 > 0), "{usage}");
    }
}
