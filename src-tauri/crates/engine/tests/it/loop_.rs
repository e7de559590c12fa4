//! Retry, fallback, the clocks, the shared deadline and cancellation.

use crate::script::*;
use std::time::Duration;
use switchboard_engine::admit::Health;
use switchboard_engine::call::FinishReason;
use switchboard_engine::error::{CallError, ErrorKind};
use switchboard_engine::event::{Event, Next, TargetInfo};
use switchboard_engine::plan::{Candidate, Recovery};
use switchboard_engine::policy::next::RetryLimits;
use switchboard_engine::redact::Redactor;
use switchboard_engine::run::{Context, run};
use switchboard_engine::transport::scripted::{Exchange, Scripted, Step};
use tokio::time::Instant;

#[tokio::test(start_paused = true)]
async fn an_answer_streams_and_ends_with_its_clocks_and_usage() {
    let body = vec![
        wait(200),
        text("Because "),
        wait(50),
        text("of scattering."),
        finish(),
    ];
    let events = play(&plan(&["a"]), vec![answer(body)]).await;
    assert_eq!(shown(&events), "Because of scattering.");
    let Some(Event::Finished { outcome }) = events.last() else {
        panic!("{events:?}")
    };
    assert_eq!(outcome.finish_reason, FinishReason::Stop);
    assert_eq!((outcome.first_token_ms, outcome.elapsed_ms), (300, 350));
    assert_eq!(
        (outcome.usage.input_tokens(), outcome.usage.output_tokens()),
        (7, 3)
    );
    assert_eq!(outcome.attempts, 1);
}

#[tokio::test(start_paused = true)]
async fn a_429_waits_as_long_as_the_provider_asks() {
    let limited = status(429, vec![("retry-after", "3".into())]);
    let started = Instant::now();
    let events = play(&plan(&["a"]), vec![limited, answer(words(&["ok"]))]).await;
    assert_eq!(failures(&events), ["rate_limited retry"]);
    assert_eq!(shown(&events), "ok");
    let waited = started.elapsed();
    assert!(
        waited >= Duration::from_secs(3) && waited < Duration::from_millis(3500),
        "{waited:?}"
    );
}

#[tokio::test(start_paused = true)]
async fn a_500_is_tried_once_more_and_then_left() {
    let script = vec![
        status(500, vec![]),
        status(500, vec![]),
        answer(words(&["from b"])),
    ];
    let events = play(&plan(&["a", "b"]), script).await;
    assert_eq!(failures(&events), ["server retry", "server →b"]);
    assert_eq!(shown(&events), "from b");
}

#[tokio::test(start_paused = true)]
async fn with_everything_down_the_first_cause_and_all_attempts_are_reported() {
    let script = (0..9).map(|_| status(503, vec![])).collect();
    let events = play(&plan(&["a", "b", "c"]), script).await;
    let Some(Event::Failed { report }) = events.last() else {
        panic!("{events:?}")
    };
    assert_eq!(report.attempts.len(), 5, "five attempts are the most");
    assert_eq!(report.error, report.attempts[0].error);
    assert_eq!(report.attempts[0].target.provider, "a");
}

#[tokio::test(start_paused = true)]
async fn a_wrong_key_stops_and_never_shows_the_key() {
    let body = format!(
        r#"{{"error":{{"message":"Incorrect API key provided: {KEY}","code":"invalid_api_key"}}}}"#
    );
    let refused = Exchange::Answer {
        after: Duration::ZERO,
        status: 401,
        headers: vec![],
        body: vec![Step::Bytes(body.into())],
    };
    let events = play(&plan(&["a", "b"]), vec![refused]).await;
    assert_eq!(failures(&events), ["auth stop"]);
    assert!(!serde_json::to_string(&events).unwrap().contains(KEY));
}

#[tokio::test(start_paused = true)]
async fn silence_after_headers_ends_on_the_first_token_clock_and_is_not_retried() {
    let started = Instant::now();
    let events = play(&plan(&["a"]), vec![answer(vec![Step::Hang])]).await;
    assert_eq!(failures(&events), ["first_token_timeout stop"]);
    assert_eq!(started.elapsed(), Duration::from_secs(15));
    let Some(Event::Failed { report }) = events.last() else {
        panic!("{events:?}")
    };
    assert!(
        report
            .error
            .message
            .contains("timeouts.standard.first_token"),
        "{report:?}"
    );
}

#[tokio::test(start_paused = true)]
async fn keep_alive_comments_and_a_role_are_no_first_token() {
    let mut body = vec![Step::Bytes(
        "data: {\"choices\":[{\"index\":0,\"delta\":{\"role\":\"assistant\",\"content\":\"\"}}]}\n\n".into(),
    )];
    body.extend((0..40).flat_map(|_| [wait(1000), Step::Bytes(": ping\n\n".into())]));
    let events = play(&plan(&["a"]), vec![answer(body)]).await;
    assert_eq!(failures(&events), ["first_token_timeout stop"]);
}

#[tokio::test(start_paused = true)]
async fn no_response_at_all_ends_on_the_headers_clock() {
    let events = play(&plan(&["a", "b"]), vec![]).await;
    assert_eq!(failures(&events)[0], "headers_timeout →b");
}

#[tokio::test(start_paused = true)]
async fn a_stall_in_the_answer_ends_on_the_idle_clock_and_restarts_elsewhere() {
    let script = vec![
        answer(vec![text("half an ans"), Step::Hang]),
        answer(words(&["whole"])),
    ];
    let events = play(&plan(&["a", "b"]), script).await;
    assert_eq!(
        failures(&events),
        ["too_slow →b"],
        "the floor sees a dead stream before the idle clock"
    );
    assert_eq!(shown(&events), "whole");
    assert!(events.iter().any(|event| matches!(
        event,
        Event::Restarted {
            discarded_chars: 11,
            ..
        }
    )));
}

#[tokio::test(start_paused = true)]
async fn with_no_target_left_a_slow_stream_is_kept_and_a_silent_one_ends_on_the_idle_clock() {
    let mut body: Vec<Step> = (0..30).flat_map(|_| [wait(1000), text("x")]).collect();
    body.push(Step::Hang);
    let events = play(&plan(&["a"]), vec![answer(body)]).await;
    assert_eq!(failures(&events), ["idle_timeout stop"]);
    assert_eq!(shown(&events).len(), 30);
}

#[tokio::test(start_paused = true)]
async fn a_dribbling_stream_is_left_for_another_target() {
    let body: Vec<Step> = (0..60).flat_map(|_| [wait(1000), text("x")]).collect();
    let events = play(
        &plan(&["a", "b"]),
        vec![answer(body), answer(words(&["fast"]))],
    )
    .await;
    assert_eq!(failures(&events), ["too_slow →b"]);
    assert_eq!(shown(&events), "fast");
}

#[tokio::test(start_paused = true)]
async fn a_cut_answer_is_never_a_clean_end() {
    let events = play(
        &plan(&["a"]),
        vec![answer(vec![text("half")]), answer(vec![text("half")])],
    )
    .await;
    assert_eq!(failures(&events), ["truncated retry", "truncated stop"]);
    assert!(matches!(events.last(), Some(Event::Failed { .. })));
}

#[tokio::test(start_paused = true)]
async fn what_is_broken_in_the_middle_is_not_blamed_on_the_wire_format() {
    let broken = || Step::Bytes("data: {\"broken\n\n".into());
    for (before, hint) in [
        (
            vec![],
            "check that the provider is set to the right wire format",
        ),
        (
            vec![text("half")],
            "try again, or add another model to fall back on",
        ),
    ] {
        let mut plan = plan(&["a"]);
        plan.recovery = Recovery::Fail;
        let body = before.into_iter().chain([broken()]).collect();
        let events = play(&plan, vec![answer(body)]).await;
        let Some(Event::Failed { report }) = events.last() else {
            panic!("{events:?}");
        };
        assert_eq!(report.error.kind, ErrorKind::Malformed);
        assert_eq!(report.error.hint.as_deref(), Some(hint));
    }
}

#[tokio::test(start_paused = true)]
async fn with_recovery_fail_a_cut_answer_stays_as_it_was_shown() {
    let mut plan = plan(&["a", "b"]);
    plan.recovery = Recovery::Fail;
    let events = play(&plan, vec![answer(vec![text("half")])]).await;
    assert_eq!(failures(&events), ["truncated stop"]);
    assert_eq!(shown(&events), "half");
}

#[tokio::test(start_paused = true)]
async fn what_a_cut_attempt_produced_is_counted() {
    let events = play(
        &plan(&["a"]),
        vec![answer(vec![text("twelve chars")]), fails(ErrorKind::Auth)],
    )
    .await;
    let usage = events.iter().find_map(|event| match event {
        Event::Usage { usage } => Some(*usage),
        _ => None,
    });
    let usage = usage.unwrap();
    assert!(usage.estimated);
    assert_eq!((usage.input_tokens(), usage.output_tokens()), (13, 2));
}

#[tokio::test(start_paused = true)]
async fn an_empty_answer_is_a_failure() {
    let events = play(
        &plan(&["a", "b"]),
        vec![
            answer(vec![finish()]),
            answer(vec![finish()]),
            answer(words(&["something"])),
        ],
    )
    .await;
    assert_eq!(failures(&events), ["empty_answer retry", "empty_answer →b"]);
}

#[tokio::test(start_paused = true)]
async fn a_missing_done_after_a_finish_reason_is_a_normal_end() {
    let last = "data: {\"choices\":[{\"index\":0,\"delta\":{},\"finish_reason\":\"length\"}]}\n\n";
    let events = play(
        &plan(&["a"]),
        vec![answer(vec![
            text("cut at the limit"),
            Step::Bytes(last.into()),
        ])],
    )
    .await;
    let Some(Event::Finished { outcome }) = events.last() else {
        panic!("{events:?}")
    };
    assert_eq!(outcome.finish_reason, FinishReason::Length);
}

#[tokio::test(start_paused = true)]
async fn a_whole_json_answer_is_taken_although_a_stream_was_asked_for() {
    let reply = r#"{"model":"m","choices":[{"index":0,"message":{"role":"assistant","content":"all at once"},"finish_reason":"stop"}],"usage":{"prompt_tokens":1,"completion_tokens":2,"total_tokens":3}}"#;
    let whole = Exchange::Answer {
        after: Duration::ZERO,
        status: 200,
        headers: vec![("content-type", "application/json".into())],
        body: vec![Step::Bytes(reply.into())],
    };
    let events = play(&plan(&["a"]), vec![whole]).await;
    assert_eq!(shown(&events), "all at once");
    assert!(matches!(events.last(), Some(Event::Finished { .. })));
}

#[tokio::test(start_paused = true)]
async fn a_web_page_is_told_from_the_api() {
    let page = Exchange::Answer {
        after: Duration::ZERO,
        status: 200,
        headers: vec![("content-type", "text/html".into())],
        body: vec![Step::Bytes("<!doctype html><title>Sign in</title>".into())],
    };
    let events = play(&plan(&["a"]), vec![page]).await;
    assert_eq!(failures(&events), ["not_an_api stop"]);
}

#[tokio::test(start_paused = true)]
async fn a_redirect_is_not_followed_and_says_where_it_points() {
    let moved = Exchange::Answer {
        after: Duration::ZERO,
        status: 301,
        headers: vec![("location", "https://elsewhere.example/v1".into())],
        body: vec![],
    };
    let events = play(&plan(&["a"]), vec![moved]).await;
    let Some(Event::Failed { report }) = events.last() else {
        panic!("{events:?}")
    };
    assert!(
        report.error.message.contains("https://elsewhere.example"),
        "{report:?}"
    );
}

#[tokio::test(start_paused = true)]
async fn a_hint_beyond_a_minute_goes_to_the_next_target_at_once() {
    let limited = status(429, vec![("retry-after", "300".into())]);
    let started = Instant::now();
    let events = play(&plan(&["a", "b"]), vec![limited, answer(words(&["ok"]))]).await;
    assert!(started.elapsed() < Duration::from_secs(1));
    assert_eq!(shown(&events), "ok");
}

#[tokio::test(start_paused = true)]
async fn the_deadline_is_shared_so_that_a_fallback_has_time_left() {
    let mut plan = plan(&["a", "b"]);
    plan.deadline = Duration::from_secs(20);
    let started = Instant::now();
    let events = play(
        &plan,
        vec![answer(vec![Step::Hang]), answer(words(&["in time"]))],
    )
    .await;
    assert_eq!(failures(&events), ["first_token_timeout →b"]);
    assert_eq!(shown(&events), "in time");
    assert!(started.elapsed() < Duration::from_secs(11));
}

#[tokio::test(start_paused = true)]
async fn a_call_ends_at_its_deadline() {
    let body: Vec<Step> = (0..400)
        .flat_map(|_| [wait(500), text("still talking ")])
        .collect();
    let started = Instant::now();
    let events = play(&plan(&["a"]), vec![answer(body)]).await;
    assert_eq!(started.elapsed(), Duration::from_secs(60));
    assert_eq!(failures(&events), ["total_timeout stop"]);
}

#[tokio::test(start_paused = true)]
async fn a_target_that_cannot_be_used_is_skipped_with_its_reason() {
    let mut plan = plan(&["b"]);
    let skipped = TargetInfo {
        provider: "a".into(),
        model: "m".into(),
        simulated: false,
    };
    plan.candidates.insert(
        0,
        Candidate::Unusable {
            target: skipped.clone(),
            error: CallError::new(ErrorKind::NoCredential, "no key for A"),
        },
    );
    plan.general += 1;
    let events = play(&plan, vec![answer(words(&["from b"]))]).await;
    assert!(
        events.iter().any(
            |event| matches!(event, Event::TargetSkipped { target, .. } if *target == skipped)
        )
    );
    assert_eq!(shown(&events), "from b");
}

#[tokio::test(start_paused = true)]
async fn with_no_usable_target_the_reason_is_the_calls_failure() {
    let mut plan = plan(&[]);
    plan.general = 1;
    plan.candidates.push(Candidate::Unusable {
        target: TargetInfo {
            provider: "a".into(),
            model: "m".into(),
            simulated: false,
        },
        error: CallError::new(ErrorKind::NoCredential, "no key for A"),
    });
    let events = play(&plan, vec![]).await;
    let Some(Event::Failed { report }) = events.last() else {
        panic!("{events:?}")
    };
    assert_eq!(report.error.kind, ErrorKind::NoCredential);
}

#[tokio::test(start_paused = true)]
async fn the_same_seed_gives_the_same_events() {
    let script = || {
        vec![
            status(503, vec![]),
            status(503, vec![]),
            answer(words(&["a", "b"])),
        ]
    };
    assert_eq!(
        play(&plan(&["a"]), script()).await,
        play(&plan(&["a"]), script()).await
    );
}

#[tokio::test(start_paused = true)]
async fn dropping_the_run_drops_the_connection() {
    struct Sentinel(std::sync::Arc<std::sync::atomic::AtomicBool>);
    impl Drop for Sentinel {
        fn drop(&mut self) {
            self.0.store(true, std::sync::atomic::Ordering::SeqCst);
        }
    }
    let dropped = std::sync::Arc::new(std::sync::atomic::AtomicBool::default());
    let sentinel = Sentinel(dropped.clone());
    let transport = Scripted::new([answer(vec![text("x"), Step::Hang])]);
    let redactor = Redactor::default();
    let plan = plan(&["a"]);
    let request = request();
    let context = Context {
        transport: &transport,
        redactor: &redactor,
        health: &Health::default(),
        spender: None,
        limits: RetryLimits::default(),
        chance: fastrand::Rng::with_seed(1),
    };
    let mut events = Vec::new();
    let run = async {
        let _sentinel = sentinel;
        run(&request, &plan, context, &mut events).await;
    };
    assert!(
        tokio::time::timeout(Duration::from_millis(500), run)
            .await
            .is_err()
    );
    assert!(dropped.load(std::sync::atomic::Ordering::SeqCst));
    assert!(
        !events.iter().any(Event::is_final),
        "nothing is emitted after the drop"
    );
    assert_eq!(shown(&events), "x");
}

#[tokio::test(start_paused = true)]
async fn every_script_ends_with_exactly_one_final_event() {
    let faults = || {
        vec![
            fails(ErrorKind::Dns),
            fails(ErrorKind::Connect),
            fails(ErrorKind::Tls),
            fails(ErrorKind::Reset),
            status(400, vec![]),
            status(404, vec![]),
            status(429, vec![]),
            status(529, vec![]),
            answer(vec![Step::Bytes("data: {broken\n\n".into())]),
            answer(vec![
                text("x"),
                Step::Break(CallError::new(ErrorKind::Reset, "scripted")),
            ]),
        ]
    };
    for first in 0..faults().len() {
        let script: Vec<Exchange> = faults().into_iter().cycle().skip(first).take(9).collect();
        let events = play(&plan(&["a", "b", "c"]), script).await;
        assert_eq!(
            events.iter().filter(|event| event.is_final()).count(),
            1,
            "{events:?}"
        );
        assert!(events.last().is_some_and(Event::is_final));
        assert!(matches!(events[0], Event::Planned { .. }));
        for event in &events {
            if let Event::AttemptFailed {
                next: Next::Retry { after_ms },
                ..
            } = event
            {
                assert!(*after_ms <= 8000);
            }
        }
    }
}
