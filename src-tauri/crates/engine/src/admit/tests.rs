//! Many calls at one [`Health`] on the paused clock.

use super::*;
use crate::plan::{Limits, Tier};
use crate::provider::{AuthStyle, Capabilities, Endpoint, Wire};
use crate::secret::Secret;
use tokio::time::{advance, sleep};

pub(super) const SECOND: Duration = Duration::from_secs(1);

fn target(name: &str) -> Target {
    Target {
        provider: name.into(),
        provider_label: name.to_uppercase(),
        endpoint: Endpoint {
            wire: Wire::OpenaiChat,
            base_url: url::Url::parse(&format!("https://{name}.example/v1")).unwrap(),
            auth: AuthStyle::Native,
            headers: Vec::new(),
        },
        credential: Some("default".into()),
        key: Some(Secret::new("sk-test-0123456789abcdefghij".into())),
        model: format!("{name}-model"),
        capabilities: Capabilities::default(),
        tier: Tier::Standard,
        timeouts: Tier::Standard.timeouts(),
        limits: Limits::default(),
        price: None,
        simulated: false,
        step: Default::default(),
    }
}

pub(super) fn limited(limits: Limits) -> Target {
    Target {
        limits,
        ..target("p")
    }
}

/// With a fallback, a minute of patience and a draw in the middle.
pub(super) fn need() -> Need {
    Need {
        tokens: 100,
        until: Instant::now() + SECOND * 60,
        has_fallback: true,
        draw: 0.5,
    }
}

fn last_path() -> Need {
    Need {
        has_fallback: false,
        ..need()
    }
}

#[track_caller]
pub(super) fn go(admission: Admission) -> Permit {
    match admission {
        Admission::Go(permit) => permit,
        other => panic!("{other:?}"),
    }
}

#[track_caller]
fn waits(admission: Admission) -> Duration {
    match admission {
        Admission::Wait { wait, .. } => wait,
        other => panic!("{other:?}"),
    }
}

#[track_caller]
fn refused(admission: Admission) -> CallError {
    match admission {
        Admission::Refused(error) => error,
        other => panic!("{other:?}"),
    }
}

pub(super) fn error(kind: ErrorKind) -> CallError {
    CallError::new(kind, "made for a test")
}

fn hinted(kind: ErrorKind, hint: Duration) -> CallError {
    let mut error = error(kind);
    error.retry_after_ms = Some(u64::try_from(hint.as_millis()).unwrap());
    error
}

fn fail(health: &Health, target: &Target, kind: ErrorKind, times: usize) {
    for _ in 0..times {
        go(health.admit(target, last_path())).end(Some(&error(kind)), 0);
    }
}

/// Waits for a turn as the loop does; `None` if refused.
async fn turn_at(health: &Health, target: &Target, need: Need) -> Option<Permit> {
    let mut turn = Turn::default();
    loop {
        match health.admit_in_turn(target, need, &mut turn) {
            Admission::Go(permit) => return Some(permit),
            Admission::Wait { wait, .. } => turn.wait(wait).await,
            Admission::Refused(_) => return None,
        }
    }
}

// --- rates -----------------------------------------------------------------------------------------

#[tokio::test(start_paused = true)]
async fn where_nothing_is_known_a_hundred_requests_a_minute_go() {
    let health = Health::default();
    let target = target("p");
    for _ in 0..100 {
        go(health.admit(&target, need())).end(None, 10);
    }
    assert_eq!(
        waits(health.admit(&target, need())),
        Duration::from_millis(600)
    );
}

#[tokio::test(start_paused = true)]
async fn simulated_and_local_targets_have_no_default_limit() {
    let health = Health::default();
    let mut simulated = target("p");
    simulated.simulated = true;
    let mut local = target("ollama");
    local.endpoint.base_url = url::Url::parse("http://127.0.0.1:11434/v1").unwrap();
    for target in [simulated, local] {
        for _ in 0..1000 {
            go(health.admit(&target, need())).end(None, 10);
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_reservation_is_given_back_when_the_call_used_less() {
    let health = Health::default();
    let target = limited(Limits {
        tokens_per_minute: Some(1000),
        ..Limits::default()
    });
    let need = Need {
        tokens: 1000,
        ..need()
    };
    let permit = go(health.admit(&target, need));
    assert_eq!(waits(health.admit(&target, need)), SECOND * 60);
    permit.end(None, 100);
    assert_eq!(waits(health.admit(&target, need)), SECOND * 6);
}

#[tokio::test(start_paused = true)]
async fn a_dropped_attempt_counts_what_it_reserved() {
    let health = Health::default();
    let target = limited(Limits {
        tokens_per_minute: Some(1000),
        ..Limits::default()
    });
    let need = Need {
        tokens: 1000,
        ..need()
    };
    drop(go(health.admit(&target, need)));
    assert_eq!(waits(health.admit(&target, need)), SECOND * 60);
}

#[tokio::test(start_paused = true)]
async fn a_wait_longer_than_the_time_there_is_is_refused_at_once_with_the_honest_wait() {
    let health = Health::default();
    let target = limited(Limits {
        requests_per_minute: Some(2),
        ..Limits::default()
    });
    for _ in 0..2 {
        go(health.admit(&target, need())).end(None, 10);
    }
    let until = Instant::now() + SECOND * 29;
    let error = refused(health.admit(&target, Need { until, ..need() }));
    assert_eq!(error.kind, ErrorKind::QueueFull);
    assert_eq!(error.retry_after_ms, Some(30_000));
    assert!(error.message.contains("requests_per_minute"), "{error}");
    advance(SECOND * 30).await;
    go(health.admit(&target, need())).end(None, 10);
}

#[tokio::test(start_paused = true)]
async fn what_headers_say_is_left_is_spread_until_the_reset() {
    let health = Health::default();
    let target = target("p");
    let mut permit = go(health.admit(&target, need()));
    permit.headers(&RateHint {
        limit_requests: Some(1000),
        remaining_requests: Some(4),
        reset_requests: Some(SECOND * 40),
        ..RateHint::default()
    });
    permit.end(None, 10);
    let started = Instant::now();
    let mut at = Vec::new();
    for _ in 0..4 {
        turn_at(&health, &target, need())
            .await
            .unwrap()
            .end(None, 10);
        at.push(started.elapsed().as_secs());
    }
    assert_eq!(at, [0, 10, 20, 30]);
    let wait = waits(health.admit(&target, need()));
    assert_eq!(wait, SECOND * 10);
}

#[tokio::test(start_paused = true)]
async fn limits_the_provider_tells_replace_the_default() {
    let health = Health::default();
    let target = target("p");
    let mut permit = go(health.admit(&target, need()));
    permit.headers(&RateHint {
        limit_requests: Some(5000),
        remaining_requests: Some(4999),
        reset_requests: Some(Duration::from_millis(12)),
        ..RateHint::default()
    });
    permit.end(None, 10);
    for _ in 0..1000 {
        go(health.admit(&target, need())).end(None, 10);
    }
}

// --- the line --------------------------------------------------------------------------------------

#[tokio::test(start_paused = true)]
async fn those_who_wait_are_served_in_the_order_they_came() {
    let health = Health::default();
    let target = limited(Limits {
        requests_per_minute: Some(60),
        ..Limits::default()
    });
    for _ in 0..60 {
        go(health.admit(&target, need())).end(None, 1);
    }
    let order = Arc::new(Mutex::new(Vec::new()));
    let started = Instant::now();
    let mut tasks = Vec::new();
    for number in 0..30u64 {
        let (health, target, order) = (health.clone(), target.clone(), Arc::clone(&order));
        tasks.push(tokio::spawn(async move {
            turn_at(&health, &target, need())
                .await
                .unwrap()
                .end(None, 1);
            lock(&order).push((number, started.elapsed().as_secs()));
        }));
        tokio::task::yield_now().await;
    }
    for task in tasks {
        task.await.unwrap();
    }
    let expected: Vec<(u64, u64)> = (0..30).map(|number| (number, number + 1)).collect();
    assert_eq!(*lock(&order), expected);
}

#[tokio::test(start_paused = true)]
async fn a_freed_place_wakes_the_next_at_once() {
    let health = Health::default();
    let target = limited(Limits {
        concurrency: Some(1),
        ..Limits::default()
    });
    let first = go(health.admit(&target, need()));
    let waiting = {
        let (health, target) = (health.clone(), target.clone());
        tokio::spawn(async move {
            let started = Instant::now();
            turn_at(&health, &target, need())
                .await
                .unwrap()
                .end(None, 1);
            started.elapsed()
        })
    };
    sleep(Duration::from_millis(300)).await;
    first.end(None, 1);
    assert_eq!(waiting.await.unwrap(), Duration::from_millis(300));
}

#[tokio::test(start_paused = true)]
async fn no_more_are_under_way_than_configured() {
    let health = Health::default();
    let target = limited(Limits {
        concurrency: Some(7),
        ..Limits::default()
    });
    let most = Arc::new(Mutex::new((0, 0)));
    let tasks: Vec<_> = (0..60)
        .map(|_| {
            let (health, target, most) = (health.clone(), target.clone(), Arc::clone(&most));
            tokio::spawn(async move {
                let permit = turn_at(&health, &target, need()).await.unwrap();
                {
                    let mut most = lock(&most);
                    most.0 += 1;
                    most.1 = most.1.max(most.0);
                }
                sleep(SECOND).await;
                lock(&most).0 -= 1;
                permit.end(None, 1);
            })
        })
        .collect();
    for task in tasks {
        task.await.unwrap();
    }
    assert_eq!(*lock(&most), (0, 7));
}

#[tokio::test(start_paused = true)]
async fn the_line_is_bounded_and_a_place_that_is_dropped_is_free() {
    let health = Health::default();
    let target = limited(Limits {
        concurrency: Some(1),
        ..Limits::default()
    });
    let patient = Need {
        until: Instant::now() + SECOND * 100_000,
        ..need()
    };
    let first = go(health.admit(&target, patient));
    let mut turns: Vec<Turn> = (0..line::LONGEST_LINE).map(|_| Turn::default()).collect();
    for turn in &mut turns {
        waits(health.admit_in_turn(&target, patient, turn));
    }
    let mut late = Turn::default();
    let error = refused(health.admit_in_turn(&target, patient, &mut late));
    assert_eq!(error.kind, ErrorKind::QueueFull);
    assert_eq!(health.snapshot()[0].waiting, 512);
    turns.pop();
    waits(health.admit_in_turn(&target, patient, &mut late));
    drop(turns);
    first.end(None, 1);
    go(health.admit_in_turn(&target, patient, &mut late)).end(None, 1);
    assert_eq!(health.snapshot()[0].waiting, 0);
}

// --- breaker, cooling, outage ----------------------------------------------------------------------

#[tokio::test(start_paused = true)]
async fn three_failures_in_a_row_close_the_path_while_there_is_another() {
    let health = Health::default();
    let target = target("p");
    fail(&health, &target, ErrorKind::Server, 3);
    let error = refused(health.admit(&target, need()));
    assert_eq!(error.kind, ErrorKind::CircuitOpen);
    assert_eq!(error.retry_after_ms, Some(15_000));
}

#[tokio::test(start_paused = true)]
async fn the_last_healthy_path_is_never_closed() {
    let health = Health::default();
    let target = target("p");
    for kind in [ErrorKind::Server, ErrorKind::Auth, ErrorKind::PlanLimit] {
        fail(&health, &target, kind, 10);
        refused(health.admit(&target, need()));
        drop(go(health.admit(&target, last_path())));
    }
}

#[tokio::test(start_paused = true)]
async fn one_probe_at_a_time_is_let_through() {
    let health = Health::default();
    let target = target("p");
    fail(&health, &target, ErrorKind::Connect, 3);
    advance(SECOND * 15).await;
    let probe = go(health.admit(&target, need()));
    for _ in 0..20 {
        refused(health.admit(&target, need()));
    }
    // Cancelled, the probe says nothing: the next one probes.
    drop(probe);
    let probe = go(health.admit(&target, need()));
    refused(health.admit(&target, need()));
    probe.end(None, 10);
    for _ in 0..20 {
        go(health.admit(&target, need())).end(None, 10);
    }
}

#[tokio::test(start_paused = true)]
async fn what_the_request_caused_costs_the_provider_nothing() {
    let health = Health::default();
    let target = target("p");
    for kind in [
        ErrorKind::ContextTooLong,
        ErrorKind::ContentFiltered,
        ErrorKind::Rejected,
        ErrorKind::Cancelled,
    ] {
        fail(&health, &target, kind, 10);
    }
    let seen = &health.snapshot()[0];
    assert_eq!((seen.circuit, seen.last_error), (Circuit::Closed, None));
    go(health.admit(&target, need())).end(None, 10);
}

#[tokio::test(start_paused = true)]
async fn a_target_is_left_alone_for_as_long_as_it_asked() {
    let health = Health::default();
    let target = target("p");
    let busy = hinted(ErrorKind::RateLimited, SECOND * 20);
    go(health.admit(&target, need())).end(Some(&busy), 0);
    assert_eq!(waits(health.admit(&target, need())), SECOND * 20);
    let hurried = Need {
        until: Instant::now() + SECOND * 5,
        ..need()
    };
    let error = refused(health.admit(&target, hurried));
    assert_eq!(error.kind, ErrorKind::CircuitOpen);
    assert_eq!(error.retry_after_ms, Some(20_000));
    advance(SECOND * 20).await;
    go(health.admit(&target, hurried)).end(None, 10);
}

#[tokio::test(start_paused = true)]
async fn a_quota_of_one_model_stops_that_model_and_a_quota_of_the_key_all() {
    let first = target("p");
    let second = Target {
        model: "another".into(),
        ..target("p")
    };
    for model_only in [true, false] {
        let health = Health::default();
        let mut spent = error(ErrorKind::QuotaExhausted);
        spent.model_only = model_only;
        go(health.admit(&first, need())).end(Some(&spent), 0);
        let refusal = refused(health.admit(&first, need()));
        assert_eq!(refusal.kind, ErrorKind::CircuitOpen);
        let sibling = health.admit(&second, need());
        assert_eq!(matches!(sibling, Admission::Go(_)), model_only);
    }
}

#[tokio::test(start_paused = true)]
async fn a_refused_key_stops_all_models_of_the_credential_until_the_key_changes() {
    let health = Health::default();
    let first = target("p");
    let second = Target {
        model: "another".into(),
        ..target("p")
    };
    fail(&health, &first, ErrorKind::Auth, 1);
    for target in [&first, &second] {
        let error = refused(health.admit(target, need()));
        assert_eq!(error.kind, ErrorKind::CircuitOpen);
        assert!(error.hint.is_some());
    }
    let other_credential = Target {
        credential: Some("work".into()),
        ..first.clone()
    };
    go(health.admit(&other_credential, need())).end(None, 1);
    let mended = Target {
        key: Some(Secret::new("sk-new-0123456789abcdefghijk".into())),
        ..second.clone()
    };
    go(health.admit(&mended, need())).end(None, 1);
    refused(health.admit(&second, need()));
}

#[tokio::test(start_paused = true)]
async fn an_unpaid_bill_is_looked_at_again_after_a_long_wait_by_one() {
    let health = Health::default();
    let target = target("p");
    fail(&health, &target, ErrorKind::Billing, 1);
    advance(SECOND * 60 * 14).await;
    refused(health.admit(&target, need()));
    advance(SECOND * 60).await;
    let look = go(health.admit(&target, need()));
    refused(health.admit(&target, need()));
    look.end(None, 1);
    go(health.admit(&target, need())).end(None, 1);
}

#[tokio::test(start_paused = true)]
async fn try_again_now_opens_every_path_of_the_provider_and_of_no_other() {
    let health = Health::default();
    let (p, q) = (target("p"), target("q"));
    for target in [&p, &q] {
        fail(&health, target, ErrorKind::Auth, 1);
        fail(&health, target, ErrorKind::Server, 3);
    }
    let long = hinted(ErrorKind::RateLimited, SECOND * 3600);
    go(health.admit(&p, last_path())).end(Some(&long), 0);
    health.reset("p");
    go(health.admit(&p, need())).end(None, 1);
    refused(health.admit(&q, need()));
}

#[tokio::test(start_paused = true)]
async fn a_simulated_twin_shares_nothing_with_its_original() {
    let health = Health::default();
    let twin = Target {
        simulated: true,
        ..target("p")
    };
    fail(&health, &twin, ErrorKind::Auth, 1);
    fail(&health, &twin, ErrorKind::Server, 3);
    go(health.admit(&target("p"), need())).end(None, 1);
}

#[tokio::test(start_paused = true)]
async fn a_wrong_key_that_one_simulated_model_plays_leaves_the_others_alone() {
    let health = Health::default();
    let simulated = |model: &str| Target {
        simulated: true,
        model: model.into(),
        ..target("p")
    };
    fail(&health, &simulated("wrong key"), ErrorKind::Auth, 1);
    go(health.admit(&simulated("healthy"), need())).end(None, 1);
    refused(health.admit(&simulated("wrong key"), need()));
}

#[tokio::test(start_paused = true)]
async fn a_request_to_come_back_is_surer_than_what_is_told_to_be_left() {
    let health = Health::default();
    let target = target("p");
    let mut permit = go(health.admit(&target, need()));
    permit.headers(&RateHint {
        limit_tokens: Some(10_000),
        remaining_tokens: Some(0),
        reset_tokens: Some(SECOND * 360),
        ..RateHint::default()
    });
    permit.end(Some(&hinted(ErrorKind::RateLimited, SECOND)), 0);
    assert!(waits(health.admit(&target, need())) <= SECOND);
    advance(SECOND).await;
    go(health.admit(&target, need())).end(None, 1);
}

#[tokio::test(start_paused = true)]
async fn a_wrong_header_stops_the_last_path_for_no_longer_than_a_minute() {
    let health = Health::default();
    let target = target("p");
    let mut permit = go(health.admit(&target, last_path()));
    permit.headers(&RateHint {
        limit_requests: Some(1000),
        remaining_requests: Some(0),
        reset_requests: Some(SECOND * 36_000),
        ..RateHint::default()
    });
    permit.end(None, 10);
    assert_eq!(waits(health.admit(&target, last_path())), SECOND * 60);
    let error = refused(health.admit(&target, need()));
    assert_eq!(error.retry_after_ms, Some(36_000_000));
    advance(SECOND * 60).await;
    go(health.admit(&target, last_path())).end(None, 10);
}

#[tokio::test(start_paused = true)]
async fn a_snapshot_names_the_credential_and_never_holds_it() {
    let health = Health::default();
    let target = target("p");
    fail(&health, &target, ErrorKind::Auth, 1);
    fail(&health, &target, ErrorKind::Server, 3);
    let seen = serde_json::to_value(health.snapshot()).unwrap();
    assert_eq!(
        seen,
        serde_json::json!([{
            "target": { "provider": "p", "model": "p-model", "simulated": false },
            "credential": "default",
            "circuit": "down_until_fixed",
            "circuit_ms": 900_000,
            "down": "auth",
            "requests": { "limit": 100, "remaining": 96, "source": "assumed" },
            "in_flight": 0,
            "waiting": 0,
            "last_error": "server",
        }])
    );
    let inside = format!("{health:?}");
    assert!(!inside.contains("sk-test"), "{inside}");
}

// --- budgets ---------------------------------------------------------------------------------------

#[tokio::test(start_paused = true)]
async fn a_hundred_calls_that_all_get_a_429_do_not_come_back_together() {
    let health = Health::default();
    let target = target("p");
    let mut permits = Vec::new();
    for _ in 0..100 {
        health.call_begins("p");
        permits.push(go(health.admit(&target, last_path())));
    }
    sleep(SECOND).await;
    let busy = hinted(ErrorKind::RateLimited, SECOND * 2);
    for permit in permits {
        permit.end(Some(&busy), 0);
    }
    let started = Instant::now();
    let back = Arc::new(Mutex::new(Vec::new()));
    let mut tasks = Vec::new();
    for _ in 0..100 {
        if !health.take_retry("p") {
            continue;
        }
        let (health, target, back) = (health.clone(), target.clone(), Arc::clone(&back));
        tasks.push(tokio::spawn(async move {
            let permit = turn_at(&health, &target, last_path()).await.unwrap();
            lock(&back).push(started.elapsed());
            permit.end(None, 10);
        }));
    }
    for task in tasks {
        task.await.unwrap();
    }
    let back = lock(&back);
    assert_eq!(back.len(), 20, "a fifth may retry");
    assert!(back.iter().all(|at| *at >= SECOND * 2), "{back:?}");
    for at in back.iter() {
        let together = back
            .iter()
            .filter(|other| other.abs_diff(*at) < Duration::from_millis(100))
            .count();
        assert!(together <= 2, "{back:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn retries_are_bounded_per_provider_and_over_all() {
    let health = Health::default();
    for provider in ["a", "b"] {
        for _ in 0..50 {
            health.call_begins(provider);
        }
    }
    let granted = |provider| (0..100).filter(|_| health.take_retry(provider)).count();
    assert_eq!(granted("a"), 10);
    assert_eq!(granted("b"), 10);
    assert_eq!(granted("c"), 0, "the whole's budget is spent");
    advance(SECOND * 61).await;
    assert_eq!(granted("c"), 3);
}

#[tokio::test(start_paused = true)]
async fn one_call_in_fifty_may_be_hedged() {
    let health = Health::default();
    assert!(!health.take_hedge());
    for _ in 0..50 {
        health.call_begins("p");
    }
    assert!(health.take_hedge());
    assert!(!health.take_hedge());
}

// --- what is learned -------------------------------------------------------------------------------

#[tokio::test(start_paused = true)]
async fn pushback_halves_how_many_are_under_way_and_only_where_nothing_is_configured() {
    let health = Health::default();
    let configured = Target {
        limits: Limits {
            concurrency: Some(50),
            ..Limits::default()
        },
        ..target("q")
    };
    // The first pushback may be chance; nineteen are under way at the second.
    for (target, limit) in [(target("p"), 9), (configured, 50)] {
        let permits: Vec<Permit> = (0..20)
            .map(|_| go(health.admit(&target, last_path())))
            .collect();
        advance(SECOND).await;
        for permit in permits {
            permit.end(Some(&error(ErrorKind::Overloaded)), 0);
        }
        let seen = health.snapshot();
        let seen = seen
            .iter()
            .find(|seen| seen.target.provider == target.provider)
            .unwrap();
        assert_eq!(seen.concurrency.unwrap().limit, Some(limit));
    }
}

#[tokio::test(start_paused = true)]
async fn first_token_times_are_shared_by_the_credentials_of_a_model() {
    let health = Health::default();
    let target = target("p");
    let other = Target {
        credential: None,
        ..target.clone()
    };
    for ms in 1..=10 {
        for target in [&target, &other] {
            let mut permit = go(health.admit(target, need()));
            permit.first_token(Duration::from_millis(ms * 100));
            permit.end(None, 1);
        }
    }
    let percentile = |percentile| health.first_token_percentile(&target.info(), percentile);
    assert_eq!(percentile(0.5), Some(Duration::from_millis(500)));
    assert_eq!(percentile(0.99), Some(Duration::from_millis(1000)));
    let seen = &health.snapshot()[1];
    assert_eq!(seen.first_token_p50_ms, Some(500));
}

#[tokio::test(start_paused = true)]
async fn targets_that_nobody_uses_are_forgotten() {
    let health = Health::default();
    for number in 0..500 {
        go(health.admit(&target(&format!("p{number}")), need())).end(None, 1);
    }
    advance(SECOND * 3600 * 2).await;
    for number in 0..600 {
        go(health.admit(&target(&format!("q{number}")), need())).end(None, 1);
    }
    let seen = health.snapshot();
    assert!(
        seen.iter()
            .all(|seen| seen.target.provider.starts_with('q'))
    );
    for number in 0..10_000 {
        go(health.admit(&target(&format!("r{number}")), need())).end(None, 1);
    }
    assert!(health.snapshot().len() <= 4096);
}
