//! Limits, breakers and budgets over several calls that share one health.

use crate::script::*;
use std::time::Duration;
use switchboard_engine::admit::Health;
use switchboard_engine::error::ErrorKind;
use switchboard_engine::event::{Event, Next, Outcome};
use switchboard_engine::plan::{Candidate, Limits, Plan};
use switchboard_engine::transport::scripted::{Exchange, Scripted, Step};
use tokio::time::Instant;

async fn call(health: &Health, plan: &Plan, script: Vec<Exchange>) -> Vec<Event> {
    play_on(&Scripted::new(script), health, plan, &request()).await
}

fn limited(plan: &mut Plan, limits: Limits) {
    match &mut plan.candidates[0] {
        Candidate::Ready(target) => target.limits = limits,
        Candidate::Unusable { .. } => panic!("not ready"),
    }
}

fn outcome(events: &[Event]) -> &Outcome {
    match events.last() {
        Some(Event::Finished { outcome }) => outcome,
        other => panic!("{other:?}"),
    }
}

fn queued(events: &[Event]) -> Vec<(u64, &str)> {
    events
        .iter()
        .filter_map(|event| match event {
            Event::Queued { wait_ms, why, .. } => Some((*wait_ms, why.as_str())),
            _ => None,
        })
        .collect()
}

fn skipped(events: &[Event]) -> Vec<(&str, ErrorKind)> {
    events
        .iter()
        .filter_map(|event| match event {
            Event::TargetSkipped { target, error } => Some((target.provider.as_str(), error.kind)),
            _ => None,
        })
        .collect()
}

#[tokio::test(start_paused = true)]
async fn a_call_waits_its_turn_at_a_full_target_and_says_so_once() {
    let health = Health::default();
    let mut plan = plan(&["a"]);
    limited(
        &mut plan,
        Limits {
            concurrency: Some(1),
            ..Limits::default()
        },
    );
    let long = vec![text("begun "), wait(4000), text("done"), finish()];
    let started = Instant::now();
    let (first, second) = tokio::join!(
        call(&health, &plan, vec![answer(long)]),
        call(&health, &plan, vec![answer(words(&["ok"]))]),
    );
    assert!(queued(&first).is_empty());
    assert_eq!(queued(&second).len(), 1, "{second:?}");
    assert_eq!(shown(&second), "ok");
    assert!(started.elapsed() >= Duration::from_millis(4200));
    let place = |events: &[Event], wanted: fn(&Event) -> bool| events.iter().position(wanted);
    assert!(
        place(&second, |event| matches!(event, Event::Queued { .. }))
            < place(&second, |event| matches!(
                event,
                Event::AttemptStarted { .. }
            ))
    );
}

#[tokio::test(start_paused = true)]
async fn a_wait_longer_than_the_targets_share_is_a_skip_and_costs_no_attempt() {
    let health = Health::default();
    let mut plan = plan(&["a", "b"]);
    plan.deadline = Duration::from_secs(4);
    limited(
        &mut plan,
        Limits {
            requests_per_minute: Some(1),
            ..Limits::default()
        },
    );
    call(&health, &plan, vec![answer(words(&["one"]))]).await;
    let mut last = Vec::new();
    for _ in 0..3 {
        last = call(&health, &plan, vec![answer(words(&["more"]))]).await;
    }
    assert_eq!(skipped(&last), [("a", ErrorKind::QueueFull)]);
    assert_eq!(outcome(&last).target.provider, "b");
    assert_eq!(outcome(&last).attempts, 1);
}

#[tokio::test(start_paused = true)]
async fn with_nobody_else_to_ask_a_refusal_is_the_calls_error_with_the_honest_wait() {
    let health = Health::default();
    let mut plan = plan(&["a"]);
    plan.deadline = Duration::from_secs(2);
    limited(
        &mut plan,
        Limits {
            requests_per_minute: Some(1),
            ..Limits::default()
        },
    );
    let mut last = Vec::new();
    for _ in 0..3 {
        last = call(&health, &plan, vec![answer(words(&["one"]))]).await;
    }
    let Some(Event::Failed { report }) = last.last() else {
        panic!("{last:?}")
    };
    assert_eq!(report.error.kind, ErrorKind::QueueFull);
    assert!(report.error.retry_after_ms.is_some_and(|ms| ms > 2000));
    assert!(report.attempts.is_empty());
}

#[tokio::test(start_paused = true)]
async fn a_target_that_failed_too_often_is_skipped_visibly_by_later_calls() {
    let health = Health::default();
    let plan = plan(&["a", "b"]);
    for _ in 0..3 {
        let script = vec![fails(ErrorKind::Dns), answer(words(&["ok"]))];
        call(&health, &plan, script).await;
    }
    let events = call(&health, &plan, vec![answer(words(&["from b"]))]).await;
    assert_eq!(skipped(&events), [("a", ErrorKind::CircuitOpen)]);
    assert_eq!(outcome(&events).attempts, 1);
}

#[tokio::test(start_paused = true)]
async fn a_hint_too_long_to_wait_for_keeps_later_calls_away_too() {
    let health = Health::default();
    let plan = plan(&["a", "b"]);
    let busy = status(429, vec![("retry-after", "300".into())]);
    let events = call(&health, &plan, vec![busy, answer(words(&["ok"]))]).await;
    assert_eq!(failures(&events), ["rate_limited →b"]);
    let events = call(&health, &plan, vec![answer(words(&["from b"]))]).await;
    assert_eq!(skipped(&events).len(), 1, "{events:?}");
    assert_eq!(outcome(&events).target.provider, "b");
}

#[tokio::test(start_paused = true)]
async fn once_the_retry_budget_is_spent_the_next_target_is_tried_at_once() {
    let health = Health::default();
    let plan = plan(&["a", "b"]);
    let mut whys = Vec::new();
    for _ in 0..4 {
        let script = vec![
            status(500, vec![]),
            answer(words(&["ok"])),
            answer(words(&["ok"])),
        ];
        let events = call(&health, &plan, script).await;
        assert_eq!(shown(&events), "ok");
        // So that the breaker stays closed.
        call(&health, &plan, vec![answer(words(&["ok"]))]).await;
        whys.extend(events.into_iter().filter_map(|event| match event {
            Event::AttemptFailed {
                next: Next::Fallback { why, .. },
                ..
            } => Some(why),
            _ => None,
        }));
    }
    assert_eq!(
        whys,
        ["retry budget spent"],
        "three retries a minute are free"
    );
}

#[tokio::test(start_paused = true)]
async fn a_target_known_to_be_quick_is_left_sooner_when_it_is_silent() {
    let health = Health::default();
    let plan = plan(&["a", "b"]);
    for _ in 0..25 {
        call(&health, &plan, vec![answer(words(&["ok"]))]).await;
    }
    let started = Instant::now();
    let silent = || vec![answer(vec![Step::Hang]), answer(words(&["from b"]))];
    let events = call(&health, &plan, silent()).await;
    assert_eq!(failures(&events), ["first_token_timeout →b"]);
    let took = started.elapsed();
    assert!(took >= Duration::from_secs(3) && took < Duration::from_millis(3500));

    let mut alone = plan;
    alone.general = 1;
    let started = Instant::now();
    let events = call(&health, &alone, silent()).await;
    assert_eq!(failures(&events), ["first_token_timeout stop"]);
    assert_eq!(
        started.elapsed(),
        Duration::from_secs(15),
        "nobody is faster"
    );
}
