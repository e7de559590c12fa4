//! A second request beside one that is slow to begin: the first token wins, and both are accounted for.

use crate::script::*;
use std::time::Duration;
use switchboard_engine::admit::Health;
use switchboard_engine::error::ErrorKind;
use switchboard_engine::event::{Event, Outcome};
use switchboard_engine::plan::{Hedge, Plan};
use switchboard_engine::transport::scripted::{Exchange, Scripted, Step};
use tokio::time::Instant;

/// A plan that sends a second request after two seconds.
fn hedging(names: &[&str]) -> Plan {
    let mut plan = plan(names);
    plan.hedge = Some(Hedge {
        after: Duration::from_secs(2),
    });
    plan
}

/// A health whose budget has room for a hedge: a hundred calls to another provider were made.
fn with_budget() -> Health {
    let health = Health::default();
    for _ in 0..100 {
        health.call_begins("another");
    }
    health
}

async fn call(health: &Health, plan: &Plan, script: Vec<Exchange>) -> Vec<Event> {
    play_on(&Scripted::new(script), health, plan, &request()).await
}

fn slow(ms: u64, said: &str) -> Exchange {
    answer(vec![wait(ms), text(said), finish()])
}

fn outcome(events: &[Event]) -> &Outcome {
    match events.last() {
        Some(Event::Finished { outcome }) => outcome,
        other => panic!("{other:?}"),
    }
}

/// (attempt, provider, its error) of each attempt that lost a race.
fn lost(events: &[Event]) -> Vec<(u32, &str, Option<ErrorKind>)> {
    events
        .iter()
        .filter_map(|event| match event {
            Event::HedgeLost {
                attempt,
                target,
                error,
                ..
            } => Some((
                *attempt,
                target.provider.as_str(),
                error.as_ref().map(|error| error.kind),
            )),
            _ => None,
        })
        .collect()
}

fn hedges(events: &[Event]) -> usize {
    events
        .iter()
        .filter(|event| matches!(event, Event::AttemptStarted { hedge: true, .. }))
        .count()
}

#[tokio::test(start_paused = true)]
async fn the_second_request_wins_where_the_first_is_slow_to_begin() {
    let script = vec![slow(10_000, "late"), slow(300, "from b")];
    let started = Instant::now();
    let events = call(&with_budget(), &hedging(&["a", "b"]), script).await;
    assert_eq!(shown(&events), "from b");
    assert_eq!(outcome(&events).target.provider, "b");
    assert_eq!(outcome(&events).attempts, 2);
    assert_eq!(lost(&events), [(1, "a", None)]);
    assert_eq!(started.elapsed(), Duration::from_millis(2400));
    let cost = events.iter().find_map(|event| match event {
        Event::HedgeLost { usage, .. } => Some(*usage),
        _ => None,
    });
    let cost = cost.unwrap();
    assert!(cost.estimated && cost.input_tokens() == 13, "{cost:?}");
}

#[tokio::test(start_paused = true)]
async fn the_first_still_wins_if_its_token_comes_first() {
    let script = vec![slow(2200, "from a"), slow(3000, "late")];
    let events = call(&with_budget(), &hedging(&["a", "b"]), script).await;
    assert_eq!(shown(&events), "from a");
    assert_eq!(lost(&events), [(2, "b", None)]);
}

#[tokio::test(start_paused = true)]
async fn a_quick_answer_is_asked_for_once() {
    let transport = Scripted::new([slow(300, "quick"), slow(0, "never")]);
    let plan = hedging(&["a", "b"]);
    let events = play_on(&transport, &with_budget(), &plan, &request()).await;
    assert_eq!((hedges(&events), transport.requests().len()), (0, 1));
}

#[tokio::test(start_paused = true)]
async fn without_a_budget_another_provider_or_the_persons_wish_nothing_is_sent_twice() {
    let script = || vec![slow(4000, "late"), slow(0, "never")];
    let events = call(&Health::default(), &hedging(&["a", "b"]), script()).await;
    assert_eq!((hedges(&events), shown(&events).as_str()), (0, "late"));
    let events = call(&with_budget(), &hedging(&["a", "a"]), script()).await;
    assert_eq!((hedges(&events), shown(&events).as_str()), (0, "late"));
    let events = call(&with_budget(), &plan(&["a", "b"]), script()).await;
    assert_eq!((hedges(&events), shown(&events).as_str()), (0, "late"));
}

#[tokio::test(start_paused = true)]
async fn a_target_that_is_usually_late_is_given_its_usual_time() {
    let health = with_budget();
    for _ in 0..25 {
        call(&health, &plan(&["a"]), vec![slow(3900, "ok")]).await;
    }
    let script = vec![slow(4500, "late"), slow(100, "from b")];
    let started = Instant::now();
    let events = call(&health, &hedging(&["a", "b"]), script).await;
    assert_eq!(shown(&events), "from b");
    assert_eq!(started.elapsed(), Duration::from_millis(4200));
}

#[tokio::test(start_paused = true)]
async fn when_the_first_fails_the_second_goes_on_alone() {
    let failing = Exchange::Answer {
        after: Duration::from_secs(3),
        status: 500,
        headers: vec![],
        body: vec![Step::Bytes("{}".into())],
    };
    let script = vec![failing, slow(4000, "from b")];
    let events = call(&with_budget(), &hedging(&["a", "b"]), script).await;
    assert_eq!(lost(&events), [(1, "a", Some(ErrorKind::Server))]);
    assert_eq!(shown(&events), "from b");
}

#[tokio::test(start_paused = true)]
async fn when_the_second_fails_the_first_goes_on_alone_and_a_third_target_may_follow() {
    let script = || {
        vec![
            slow(5000, "from a"),
            status(500, vec![]),
            answer(words(&["from c"])),
        ]
    };
    let plan = hedging(&["a", "b", "c"]);
    let events = call(&with_budget(), &plan, script()).await;
    assert_eq!(lost(&events), [(2, "b", Some(ErrorKind::Server))]);
    assert_eq!(shown(&events), "from a");

    let mut script = script();
    script[0] = answer(vec![Step::Hang]);
    let events = call(&with_budget(), &plan, script).await;
    assert_eq!(failures(&events), ["first_token_timeout →c"]);
    assert_eq!(shown(&events), "from c");
}

#[tokio::test(start_paused = true)]
async fn when_both_fail_every_attempt_is_reported() {
    let script = vec![answer(vec![Step::Hang]), fails(ErrorKind::Tls)];
    let events = call(&with_budget(), &hedging(&["a", "b"]), script).await;
    let Some(Event::Failed { report }) = events.last() else {
        panic!("{events:?}")
    };
    let kinds: Vec<ErrorKind> = report
        .attempts
        .iter()
        .map(|attempt| attempt.error.kind)
        .collect();
    assert_eq!(kinds, [ErrorKind::Tls, ErrorKind::FirstTokenTimeout]);
}

#[tokio::test(start_paused = true)]
async fn a_winner_that_is_cut_is_retried_as_itself() {
    let script = vec![
        slow(20_000, "late"),
        answer(vec![text("half")]),
        answer(words(&["whole ", "from b"])),
    ];
    let events = call(&with_budget(), &hedging(&["a", "b"]), script).await;
    assert_eq!(failures(&events), ["truncated retry"]);
    assert_eq!(shown(&events), "whole from b");
    assert_eq!(outcome(&events).target.provider, "b");
}

#[tokio::test(start_paused = true)]
async fn nothing_of_the_loser_is_shown() {
    let role = Step::Bytes(
        "data: {\"choices\":[{\"index\":0,\"delta\":{\"role\":\"assistant\",\"content\":\"\"}}],\
         \"usage\":{\"prompt_tokens\":99,\"completion_tokens\":0,\"total_tokens\":99}}\n\n"
            .into(),
    );
    let script = vec![answer(vec![role, Step::Hang]), slow(100, "from b")];
    let events = call(&with_budget(), &hedging(&["a", "b"]), script).await;
    let usages: Vec<u64> = events
        .iter()
        .filter_map(|event| match event {
            Event::Usage { usage } => Some(usage.input_tokens()),
            _ => None,
        })
        .collect();
    assert_eq!(usages, [7], "the winner's only");
    let Some(Event::HedgeLost { usage, .. }) = events
        .iter()
        .find(|event| matches!(event, Event::HedgeLost { .. }))
    else {
        panic!("{events:?}")
    };
    assert_eq!(usage.input_tokens(), 99);
}
