//! A call that one model began and another answered: what each cost is booked as each's own.

use crate::support::*;
use switchboard_engine::call::CallId;
use switchboard_engine::error::ErrorKind;
use switchboard_engine::event::Event;
use switchboard_engine::price::{Charge, CostSource, PicoUsd, ServiceTier};
use switchboard_store::{
    CallFilter, CallsOf, Count, Rating, SPEND_SLOT_MS, SpendBy, SpendQuery, Store,
};

fn charged(attempt: u32, cost: i64, output: u64) -> Event {
    Event::Charged {
        attempt,
        charge: Charge {
            usage: usage(output),
            cost: Some(PicoUsd(cost)),
            source: CostSource::Computed,
            service_tier: ServiceTier::Standard,
        },
    }
}

/// `costly` is cut off after 40 tokens, `steady` answers with 3.
async fn rescued(store: &Store) -> CallId {
    let call = new_call("costly");
    store.begin_call(call.clone()).await.unwrap();
    let events = vec![
        planned(&["costly", "steady"]),
        started(1, "costly"),
        text("it was "),
        charged(1, 9_000, 40),
        attempt_failed(1, ErrorKind::Truncated, fallback("steady")),
        started(2, "steady"),
        text("a whole answer"),
        charged(2, 500, 3),
        finished("steady", 3),
    ];
    for event in numbered(call.id, events) {
        store.append(event);
    }
    store.flush().await.unwrap();
    call.id
}

/// By model: calls, cost, output tokens.
async fn by_model(store: &Store, within: &[(SpendBy, &str)]) -> Vec<(String, [i128; 3])> {
    let slot = 1_700_000_000_000 / SPEND_SLOT_MS;
    let within = within.iter().map(|(by, label)| (*by, (*label).to_owned()));
    let query = SpendQuery {
        edges: vec![slot, slot + 1],
        by: SpendBy::Model,
        within: within.collect(),
        simulated: true,
        latency: false,
        timed: 0,
    };
    let answer = store.spend(vec![query]).await.unwrap().remove(0);
    let values = answer.values.into_iter().map(|value| {
        let sums = value.sums;
        let figures = [
            sums.calls(),
            sums.get(Count::Cost),
            sums.get(Count::OutputVisible),
        ];
        (value.value, figures)
    });
    values.collect()
}

#[tokio::test]
async fn each_model_has_its_own_part_of_a_rescued_call_also_after_a_rating_and_a_rebuild() {
    let place = Place::new();
    let store = place.open();
    let id = rescued(&store).await;
    let parts = [
        ("sandbox/costly".to_owned(), [0, 9_000, 40]),
        ("sandbox/steady".to_owned(), [1, 500, 3]),
    ];
    assert_eq!(by_model(&store, &[]).await, parts);
    store.rate(id, Some(Rating::Good)).await.unwrap();
    assert_eq!(by_model(&store, &[]).await, parts);
    assert!(store.check_spend().await.unwrap());
    store.rebuild_spend().await.unwrap();
    assert_eq!(by_model(&store, &[]).await, parts);
    let of_costly = by_model(&store, &[(SpendBy::Model, "sandbox/costly")]).await;
    assert_eq!(of_costly, parts[..1]);
    let row = store.call(id).await.unwrap().unwrap().row;
    assert_eq!(row.cost, Some(PicoUsd(9_500)), "the call's own is the sum");
}

#[tokio::test]
async fn the_calls_behind_a_models_spend_are_those_it_has_a_part_in() {
    let place = Place::new();
    let store = place.open();
    let id = rescued(&store).await;
    // Refused before it cost anything: no part.
    let call = new_call("refused");
    store.begin_call(call.clone()).await.unwrap();
    let events = vec![
        started(1, "refused"),
        Event::Charged {
            attempt: 1,
            charge: Charge::NOTHING,
        },
        attempt_failed(1, ErrorKind::RateLimited, fallback("steady")),
        started(2, "steady"),
        charged(2, 500, 3),
        finished("steady", 3),
    ];
    for event in numbered(call.id, events) {
        store.append(event);
    }
    store.flush().await.unwrap();
    let found = |only: CallsOf, search: &str| {
        let filter = CallFilter {
            only,
            search: search.to_owned(),
            ..CallFilter::default()
        };
        let store = store.clone();
        async move {
            let page = store.calls(&filter).await.unwrap();
            let ids: Vec<CallId> = page.calls.into_iter().map(|row| row.id).collect();
            ids
        }
    };
    let of = |model: &str| CallsOf {
        model: Some(format!("sandbox/{model}")),
        ..CallsOf::default()
    };
    assert_eq!(found(of("costly"), "").await, [id]);
    assert_eq!(found(of("costly"), "whole").await, [id]);
    assert_eq!(found(of("refused"), "").await, []);
    assert_eq!(found(of("steady"), "").await.len(), 2);
    let provider = |provider: &str| CallsOf {
        provider: Some(provider.to_owned()),
        ..of("costly")
    };
    assert_eq!(found(provider("sandbox"), "").await, [id]);
    assert_eq!(found(provider("other"), "").await, []);
}
