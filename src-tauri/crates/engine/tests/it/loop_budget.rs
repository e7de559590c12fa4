//! Budgets in the loop: money is set aside before an attempt and booked after it.

use crate::script::{KEY, answer, fails, plan, play, request, status, target, text, wait, words};
use std::sync::Arc;
use std::time::Duration;
use switchboard_engine::admit::{Health, Purse, Spender, Who};
use switchboard_engine::call::{CallId, ModelRequest};
use switchboard_engine::config::UnknownPrice;
use switchboard_engine::error::ErrorKind;
use switchboard_engine::event::Event;
use switchboard_engine::plan::{Candidate, Plan, Target};
use switchboard_engine::policy::budget::{Budget, Degrade, Scope};
use switchboard_engine::policy::next::RetryLimits;
use switchboard_engine::policy::period::{Calendar, Period};
use switchboard_engine::price::{PicoUsd, Tariff, TokenPrice};
use switchboard_engine::redact::Redactor;
use switchboard_engine::run::{Context, run};
use switchboard_engine::secret::Secret;
use switchboard_engine::transport::scripted::{Exchange, Scripted, Step};

/// What one output token costs; input is free.
const TOKEN: i64 = 1_000_000_000;
/// Output tokens of every scripted answer.
const ANSWER: i64 = 3;

fn priced(name: &str, output: i64) -> Target {
    let price = TokenPrice {
        input: PicoUsd(0),
        output: PicoUsd(output),
        cache_read: None,
        cache_creation: None,
    };
    Target {
        price: Some(Arc::new(Tariff::flat(name, price, "test"))),
        ..target(name)
    }
}

fn priced_plan(targets: Vec<Target>) -> Plan {
    Plan {
        general: targets.len(),
        candidates: targets.into_iter().map(Candidate::Ready).collect(),
        ..plan(&[])
    }
}

fn purse(tokens: i64) -> Purse {
    let purse = Purse::default();
    let budget = Budget {
        name: "all".into(),
        scope: Scope::Global,
        period: Period::Day,
        limit: Some(PicoUsd(tokens * TOKEN)),
        degrade: Degrade::Never,
        blocks: true,
    };
    purse.configure(Calendar::default(), vec![budget]);
    purse
}

fn limited(max_tokens: u32) -> ModelRequest {
    let mut request = request();
    request.params.max_tokens = Some(max_tokens);
    request
}

async fn pay(
    purse: &Purse,
    transport: &Scripted,
    health: &Health,
    plan: &Plan,
    request: &ModelRequest,
) -> Vec<Event> {
    let redactor = Redactor::default();
    redactor.learn(&Secret::new(KEY.into()));
    let spender = Spender::new(
        purse.clone(),
        CallId::new(),
        Who::default(),
        UnknownPrice::Dearest,
        Vec::new(),
    );
    let context = Context {
        transport,
        redactor: &redactor,
        health,
        spender: Some(&spender),
        limits: RetryLimits::default(),
        chance: fastrand::Rng::with_seed(7),
    };
    let mut events = Vec::new();
    run(request, plan, context, &mut events).await;
    events
}

fn refused(events: &[Event]) -> bool {
    matches!(events.last(), Some(Event::Failed { report }) if report.error.kind == ErrorKind::Budget)
}

fn answered(events: &[Event]) -> bool {
    matches!(events.last(), Some(Event::Finished { .. }))
}

/// Runs 200 calls at once on several threads and returns how many were answered and refused.
async fn two_hundred(purse: &Purse, max_tokens: u32) -> (usize, usize) {
    let script = (0..200).map(|_| answer(words(&["one ", "two"])));
    let transport = Arc::new(Scripted::new(script));
    let health = Health::default();
    let calls: Vec<_> = (0..200)
        .map(|_| {
            let (purse, transport, health) =
                (purse.clone(), Arc::clone(&transport), health.clone());
            tokio::spawn(async move {
                let plan = priced_plan(vec![priced("a", TOKEN)]);
                pay(&purse, &transport, &health, &plan, &limited(max_tokens)).await
            })
        })
        .collect();
    let (mut good, mut bad) = (0, 0);
    for call in calls {
        let events = call.await.unwrap();
        good += usize::from(answered(&events));
        bad += usize::from(refused(&events));
    }
    (good, bad)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_two_hundred_calls_at_once_the_twenty_that_fit_are_answered() {
    let purse = purse(20 * ANSWER);
    let (answered, refused) = two_hundred(&purse, 3).await;
    assert_eq!((answered, refused), (20, 180));
    let standing = purse.standings().remove(0);
    assert_eq!(standing.spent, PicoUsd(20 * ANSWER * TOKEN));
    assert_eq!(standing.reserved, PicoUsd(0));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn calls_that_cost_less_than_their_worst_leave_room_for_those_that_wait() {
    // Set aside are ten tokens a call, and three are used: 28 calls use 84, and then ten no longer fit into 93.
    let purse = purse(93);
    let (answered, refused) = two_hundred(&purse, 10).await;
    let spent = purse.standings()[0].spent.0 / TOKEN;
    assert_eq!(answered + refused, 200);
    assert_eq!(spent, i64::try_from(answered).unwrap() * ANSWER);
    assert!((84..=93).contains(&spent), "{spent}");
}

#[tokio::test(start_paused = true)]
async fn a_cheaper_target_of_the_chain_answers_what_the_first_is_too_dear_for() {
    let purse = purse(100);
    let plan = priced_plan(vec![priced("dear", 50 * TOKEN), priced("cheap", TOKEN)]);
    let transport = Scripted::new([answer(words(&["yes"]))]);
    let events = pay(&purse, &transport, &Health::default(), &plan, &limited(10)).await;
    assert!(answered(&events), "{events:?}");
    assert!(
        events.iter().any(|event| matches!(event,
            Event::TargetSkipped { target, error }
                if target.provider == "dear" && error.kind == ErrorKind::Budget
                    && error.budget.as_deref() == Some("all"))),
        "{events:?}"
    );
    assert_eq!(purse.standings()[0].spent, PicoUsd(ANSWER * TOKEN));
}

#[tokio::test(start_paused = true)]
async fn what_failed_without_an_answer_costs_nothing_and_is_not_kept_aside() {
    let purse = purse(100);
    let plan = priced_plan(vec![priced("a", TOKEN)]);
    let transport = Scripted::new([
        status(503, vec![]),
        fails(ErrorKind::Reset),
        answer(words(&["yes"])),
    ]);
    let events = pay(&purse, &transport, &Health::default(), &plan, &limited(100)).await;
    assert!(answered(&events), "{events:?}");
    let standing = purse.standings().remove(0);
    assert_eq!(
        (standing.spent, standing.reserved),
        (PicoUsd(ANSWER * TOKEN), PicoUsd(0))
    );
}

#[tokio::test(start_paused = true)]
async fn every_attempt_that_brought_tokens_is_paid_for() {
    let purse = purse(1000);
    let plan = priced_plan(vec![priced("a", TOKEN)]);
    let cut = vec![
        text(&"word ".repeat(16)),
        Step::Wait(Duration::from_millis(5)),
    ];
    let transport = Scripted::new([answer(cut), answer(words(&["yes"]))]);
    let events = pay(&purse, &transport, &Health::default(), &plan, &limited(100)).await;
    assert!(answered(&events), "{events:?}");
    // 16 words are about 15 tokens.
    assert_eq!(purse.standings()[0].spent, PicoUsd((15 + ANSWER) * TOKEN));
}

#[tokio::test(start_paused = true)]
async fn a_call_that_is_cancelled_is_charged_what_had_arrived() {
    let purse = purse(1000);
    let plan = priced_plan(vec![priced("a", TOKEN)]);
    let script = vec![text(&"word ".repeat(16)), wait(60_000)];
    let transport = Scripted::new([answer(script)]);
    let (health, request) = (Health::default(), limited(100));
    let call = pay(&purse, &transport, &health, &plan, &request);
    assert!(
        tokio::time::timeout(Duration::from_secs(1), call)
            .await
            .is_err()
    );
    let standing = purse.standings().remove(0);
    assert_eq!(
        (standing.spent, standing.reserved),
        (PicoUsd(15 * TOKEN), PicoUsd(0))
    );
}

#[tokio::test(start_paused = true)]
async fn a_call_waits_a_while_for_money_set_aside_and_says_so() {
    let purse = purse(100);
    let plan = priced_plan(vec![priced("a", TOKEN)]);
    let slow = |ms| Exchange::Answer {
        after: Duration::from_millis(ms),
        status: 200,
        headers: vec![("content-type", "text/event-stream".into())],
        body: words(&["yes"]),
    };
    let transport = Scripted::new([slow(2000), slow(10)]);
    let (health, request) = (Health::default(), limited(60));
    let (first, second) = tokio::join!(
        pay(&purse, &transport, &health, &plan, &request),
        pay(&purse, &transport, &health, &plan, &request)
    );
    assert!(answered(&first) && answered(&second), "{second:?}");
    let waits = |events: &[Event]| {
        let told = |event: &&Event| {
            matches!(event, Event::Queued { why, .. }
                if why == "the rest of the budget `all` is set aside for calls under way")
        };
        events.iter().filter(told).count()
    };
    assert_eq!(waits(&first) + waits(&second), 1);
}

#[tokio::test(start_paused = true)]
async fn without_a_purse_nothing_is_asked() {
    let events = play(&plan(&["a"]), vec![answer(words(&["yes"]))]).await;
    assert!(answered(&events));
}
