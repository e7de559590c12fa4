use crate::support::*;
use switchboard_engine::call::CallId;
use switchboard_engine::error::ErrorKind;
use switchboard_engine::event::{Event, Next};
use switchboard_engine::price::{Charge, CostSource, PicoUsd, ServiceTier};
use switchboard_engine::usage::Usage;
use switchboard_store::{CallState, CallStatus};

fn fold(events: Vec<Event>) -> CallState {
    let mut state = CallState::default();
    for event in numbered(CallId::new(), events) {
        state.fold(event);
    }
    state
}

/// Checks one line of a table: the events, and what about the state must hold.
#[track_caller]
fn check<T: PartialEq + std::fmt::Debug>(
    events: Vec<Event>,
    what: impl FnOnce(&CallState) -> T,
    expected: T,
) {
    assert_eq!(what(&fold(events)), expected);
}

#[test]
fn each_kind_of_end_gives_its_status() {
    check(vec![], |s| s.status, CallStatus::Running);
    check(
        vec![started(1, "a"), finished("a", 1)],
        |s| s.status,
        CallStatus::Ok,
    );
    check(
        vec![failed(ErrorKind::Auth, &[])],
        |s| s.status,
        CallStatus::Failed,
    );
    check(vec![cancelled()], |s| s.status, CallStatus::Cancelled);
}

#[test]
fn after_its_end_a_call_does_not_change() {
    check(
        vec![text("a"), cancelled(), text("b"), finished("a", 9)],
        |s| (s.status, s.text.clone(), s.seq),
        (CallStatus::Cancelled, "a".to_owned(), 1),
    );
}

#[test]
fn an_answer_is_its_deltas_joined() {
    let events = vec![
        started(1, "a"),
        reasoning("hm"),
        reasoning("m"),
        text("one "),
        text("two"),
        tool(1, Some("x"), "{\"c"),
        tool(0, Some("y"), "{}"),
        tool(1, None, "ity\":1}"),
    ];
    let state = fold(events);
    assert_eq!(
        (state.text.as_str(), state.reasoning.as_str()),
        ("one two", "hmm")
    );
    let tools: Vec<_> = state
        .tool_calls
        .iter()
        .map(|t| (t.index, t.id.as_str(), t.arguments.as_str()))
        .collect();
    assert_eq!(tools, [(1, "x", "{\"city\":1}"), (0, "y", "{}")]);
}

#[test]
fn clocks_of_an_attempt_count_from_the_start_of_the_call() {
    let events = vec![
        planned(&["a"]),
        started(1, "a"),
        headers(1, 200),
        first_token(1),
        finished("a", 1),
    ];
    let state = fold(events);
    let attempt = &state.attempts[0];
    assert_eq!(attempt.started_ms, 10);
    assert_eq!(attempt.headers_ms, Some(17));
    assert_eq!(attempt.first_token_ms, Some(19));
    assert_eq!(attempt.ended_ms, Some(40));
    assert_eq!(
        (attempt.status, attempt.request_id.as_deref()),
        (Some(200), Some("req-1"))
    );
    // The outcome's word wins over our own count.
    assert_eq!(
        (state.first_token_ms, state.elapsed_ms),
        (Some(30), Some(90))
    );
}

#[test]
fn retries_fallbacks_and_waits_are_counted_apart() {
    let events = vec![
        started(1, "a"),
        attempt_failed(1, ErrorKind::RateLimited, retry(300)),
        started(2, "a"),
        attempt_failed(2, ErrorKind::RateLimited, retry(500)),
        started(3, "a"),
        attempt_failed(3, ErrorKind::Overloaded, fallback("b")),
        started(4, "b"),
        finished("b", 4),
    ];
    check(
        events,
        |s| (s.retries, s.fallbacks, s.wait_ms, s.attempts.len()),
        (2, 1, 800, 4),
    );
}

#[test]
fn a_planned_retry_that_never_starts_is_not_counted() {
    let events = vec![
        started(1, "a"),
        attempt_failed(1, ErrorKind::RateLimited, retry(300)),
        cancelled(),
    ];
    check(events, |s| (s.retries, s.fallbacks), (0, 0));
}

#[test]
fn discarded_text_stays_with_the_attempt_that_wrote_it() {
    // The restart may be told before or after the next attempt starts.
    let failure = attempt_failed(1, ErrorKind::Truncated, fallback("b"));
    let restart = |attempt| Event::Restarted {
        attempt,
        discarded_chars: 4,
    };
    for middle in [
        vec![failure.clone(), restart(1), started(2, "b")],
        vec![failure.clone(), started(2, "b"), restart(2)],
    ] {
        let mut events = vec![
            started(1, "a"),
            reasoning("why"),
            text("half"),
            tool(0, Some("x"), "{"),
        ];
        events.extend(middle);
        events.extend([text("whole"), finished("b", 2)]);
        let state = fold(events);
        assert_eq!(state.text, "whole");
        assert_eq!(state.reasoning, "");
        assert!(state.tool_calls.is_empty());
        assert_eq!(state.attempts[0].discarded, "half");
        assert_eq!(state.attempts[0].discarded_reasoning, "why");
        assert_eq!(state.attempts[1].discarded, "");
    }
}

#[test]
fn of_two_attempts_beside_each_other_the_answer_is_the_one_that_brought_a_token() {
    let beside = |attempt, at: &str| match started(attempt, at) {
        Event::AttemptStarted {
            attempt,
            max_attempts,
            target,
            ..
        } => Event::AttemptStarted {
            attempt,
            max_attempts,
            target,
            hedge: true,
        },
        event => event,
    };
    let lost = |attempt, at: &str| Event::HedgeLost {
        attempt,
        target: target(at),
        error: None,
        usage: usage(9),
    };
    let first_token = |attempt| Event::FirstToken {
        attempt,
        after_ms: 5,
    };
    let won_by_second = vec![
        started(1, "a"),
        beside(2, "b"),
        lost(1, "a"),
        first_token(2),
        text("from b"),
        Event::Usage { usage: usage(3) },
        finished("b", 2),
    ];
    let state = fold(won_by_second);
    assert_eq!((state.retries, state.fallbacks), (0, 1));
    assert_eq!(state.attempts[0].usage, usage(9), "what lost is booked too");
    assert!(state.attempts[0].ended_ms.is_some());
    let won_by_first = vec![
        started(1, "a"),
        beside(2, "b"),
        lost(2, "b"),
        first_token(1),
        text("half"),
        attempt_failed(1, ErrorKind::Truncated, retry(1)),
        started(3, "a"),
        Event::Restarted {
            attempt: 1,
            discarded_chars: 4,
        },
        text("whole"),
        finished("a", 3),
    ];
    let state = fold(won_by_first);
    assert_eq!((state.retries, state.fallbacks), (1, 0));
    assert_eq!(state.attempts[0].discarded, "half");
    assert_eq!(state.attempts[1].usage, usage(9));
}

#[test]
fn a_fallback_text_is_nobodys_answer() {
    let mut end = finished("a", 1);
    if let Event::Finished { outcome } = &mut end {
        outcome.fallback_text = true;
    }
    let state = fold(vec![
        started(1, "a"),
        attempt_failed(1, ErrorKind::Dns, fallback("b")),
        text("sorry"),
        end,
    ]);
    assert_eq!((state.answered, state.text.as_str()), (None, "sorry"));
}

#[test]
fn usage_belongs_to_the_attempt_that_reported_it() {
    let events = vec![
        started(1, "a"),
        Event::Usage { usage: usage(1) },
        Event::Usage { usage: usage(2) },
        attempt_failed(1, ErrorKind::Reset, retry(1)),
        started(2, "a"),
    ];
    let state = fold(events);
    assert_eq!(state.attempts[0].usage, usage(2));
    assert_eq!(state.attempts[1].usage, Usage::default());
    assert_eq!(state.usage, Usage::default());
}

#[test]
fn a_failure_before_anything_was_sent_is_an_attempt_as_well() {
    let events = vec![
        started(1, "a"),
        attempt_failed(
            1,
            ErrorKind::Server,
            Next::Stop {
                why: "no more".to_owned(),
            },
        ),
        failed(ErrorKind::Server, &[(1, "a"), (2, "b")]),
    ];
    let state = fold(events);
    assert_eq!(state.attempts.len(), 2);
    assert_eq!(state.attempts[1].target, target("b"));
    assert_eq!(
        state.attempts[1].error.as_ref().unwrap().kind,
        ErrorKind::Server
    );
    assert_eq!(state.error.unwrap().kind, ErrorKind::Server);
}

#[test]
fn what_a_cancelled_call_had_stays() {
    let state = fold(vec![started(1, "a"), text("so far"), cancelled()]);
    assert_eq!(state.text, "so far");
    assert_eq!(state.usage, usage(3));
    assert_eq!(state.attempts[0].ended_ms, Some(20));
    assert_eq!(state.elapsed_ms, Some(55));
}

#[test]
fn an_excerpt_is_one_short_line() {
    check(
        vec![text(" one\n\n two\t")],
        CallState::excerpt,
        "one two".to_owned(),
    );
    check(
        vec![text(&"é ".repeat(500))],
        |s| s.excerpt().chars().count() <= 160,
        true,
    );
    check(
        vec![text(&"x".repeat(500))],
        |s| s.excerpt().chars().count(),
        160,
    );
    check(
        vec![tool(0, Some("t"), "{\"a\": 1}")],
        CallState::excerpt,
        "weather({\"a\": 1})".into(),
    );
}

#[test]
fn a_call_costs_what_all_its_attempts_cost_and_is_as_sure_as_the_least_sure() {
    let charged = |attempt, cost: Option<i64>, source| Event::Charged {
        attempt,
        charge: Charge {
            usage: usage(5),
            cost: cost.map(PicoUsd),
            source,
            service_tier: ServiceTier::Flex,
        },
    };
    let mut events = vec![
        started(1, "a"),
        charged(1, Some(40), CostSource::Estimated),
        attempt_failed(1, ErrorKind::Truncated, fallback("b")),
        started(2, "b"),
        charged(2, Some(2), CostSource::Computed),
        finished("b", 5),
    ];
    let state = fold(events.clone());
    assert_eq!(state.cost, Some(PicoUsd(42)));
    assert_eq!(state.cost_source, Some(CostSource::Estimated));
    assert_eq!(state.service_tier, Some(ServiceTier::Flex));
    assert_eq!(state.attempts[0].cost, Some(PicoUsd(40)));
    assert_eq!(state.attempts[0].usage, usage(5));
    events[1] = charged(1, None, CostSource::Unknown);
    let state = fold(events);
    assert_eq!(
        (state.cost, state.cost_source),
        (None, Some(CostSource::Unknown))
    );
}

#[test]
fn a_history_of_an_older_version_keeps_the_cost_it_told() {
    let state = fold(vec![started(1, "a"), finished("a", 2)]);
    assert_eq!(state.cost, Some(PicoUsd(5_000)));
}
