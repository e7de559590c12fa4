//! What a rehearsal must find, whatever the figures are.

use crate::support::{plan, play, result, setup};
use std::time::Duration;
use switchboard_engine::error::ErrorKind;
use switchboard_engine::plan::{Candidate, Recovery};
use switchboard_rehearse::report::{BreakerState, RouteResult};
use switchboard_rehearse::{Control, Setup, Stopped, Subject, rehearse, request};

/// Every call is in exactly one row, and every row's parts add up.
fn adds_up(result: &RouteResult) {
    assert_eq!(result.answered + result.failed, result.calls);
    let ways = result.first_try
        + result.rescued_by_retry
        + result.rescued_by_fallback
        + result.rescued_by_continuation
        + result.fallback_text;
    assert_eq!(ways, result.answered);
    let kinds: u32 = result.failures.iter().map(|failure| failure.calls).sum();
    assert_eq!(kinds, result.failed);
    assert_eq!(result.attempts.histogram.iter().sum::<u32>(), result.calls);
    let shown = result.timeline.series.iter().flat_map(|one| &one.calls);
    let shown: u32 = shown.chain(&result.timeline.failed).sum();
    assert_eq!(shown, result.calls);
}

#[test]
fn without_a_fault_nearly_every_call_is_answered_at_the_first_try() {
    let result = result(&["openai"], &[]);
    adds_up(&result);
    assert!(result.first_try >= 985, "{}", result.first_try);
    assert!(result.answered >= 999);
    let first_token = result.first_token.unwrap();
    assert!((540..720).contains(&first_token.p50_ms), "{first_token:?}");
    assert!(
        (1600..2300).contains(&first_token.p95_ms),
        "{first_token:?}"
    );
}

#[test]
fn a_busy_provider_is_not_throttled_by_its_ordinary_errors() {
    // Twenty a second: some hundred are under way at any time.
    let busy = Setup {
        calls: 12_000,
        span: Duration::from_secs(600),
        ..setup(&["openai", "anthropic"], &["openai=errors:1%"])
    };
    let result = play(&busy).result;
    let first_token = result.first_token.unwrap();
    assert!((540..720).contains(&first_token.p50_ms), "{first_token:?}");
    assert!(first_token.p95_ms < 2500, "{first_token:?}");
    assert!(result.first_try > 11_500, "{}", result.first_try);
}

#[test]
fn soon_after_an_outage_the_first_target_answers_again() {
    let busy = Setup {
        calls: 15_000,
        span: Duration::from_secs(1500),
        ..setup(&["openai", "anthropic"], &["openai=outage:10m@5m"])
    };
    let series = play(&busy).result.timeline.series;
    let first = &series
        .iter()
        .find(|one| one.label.contains("openai"))
        .unwrap()
        .calls;
    let usual: u32 = first[1..4].iter().sum::<u32>() / 3;
    // Two minutes are the longest the breaker waits, and one more to grow.
    assert!(first[19] > usual * 8 / 10, "{first:?}");
}

#[test]
fn an_outage_makes_nobody_wait_for_a_full_target_while_another_follows() {
    let faults = ["openai=outage:10m@10m"];
    let first_token = result(&["openai", "anthropic"], &faults)
        .first_token
        .unwrap();
    assert!(first_token.p95_ms < 3500, "{first_token:?}");
}

#[test]
fn every_wire_format_is_answered_through_its_codec() {
    for name in ["openai", "anthropic", "gemini", "mistral"] {
        let result = result(&[name], &[]);
        assert!(result.answered >= 999, "{name}: {:?}", result.failures);
        let cost = result.cost;
        assert_eq!(cost.unpriced_calls, 0);
        // The median answer of 220 tokens at 4 dollars a million, and a few hundred tokens of input.
        let p50 = cost.p50.unwrap().0;
        assert!((900_000_000..4_000_000_000).contains(&p50), "{name}: {p50}");
    }
}

#[test]
fn an_outage_of_the_first_target_is_answered_by_the_fallback() {
    let faults = ["openai=outage:10m@10m"];
    let alone = result(&["openai"], &faults);
    let chain = result(&["openai", "anthropic"], &faults);
    adds_up(&alone);
    adds_up(&chain);
    assert!(alone.failed > 100, "{}", alone.failed);
    assert!(chain.answered >= 999, "{:?}", chain.failures);
    assert!(
        chain.rescued_by_fallback > 120,
        "{}",
        chain.rescued_by_fallback
    );
    let outside: u32 = {
        let fallback = &chain.timeline.series[1].calls;
        fallback
            .iter()
            .enumerate()
            .filter(|(minute, _)| !(10..22).contains(minute))
            .map(|(_, calls)| calls)
            .sum()
    };
    assert!(
        outside < 20,
        "{outside} calls left their target outside the outage"
    );
}

#[test]
fn every_way_of_being_down_is_survived_with_a_fallback() {
    for kind in [
        "outage:503",
        "outage:refused",
        "outage:silent",
        "errors:50%,500",
        "errors:100%,502",
        "errors:100%,529",
        "slow_start:40s",
        "cut",
        "stall",
        "rate_limit:5",
        "quota:10",
        "latency:20s/40s",
        "errors:100%,404",
    ] {
        let mut setup = setup(&["openai", "anthropic"], &[&format!("openai={kind}")]);
        setup.calls = 300;
        let result = play(&setup).result;
        adds_up(&result);
        assert!(
            result.answered >= 299,
            "{kind}: {} answered, {:?}",
            result.answered,
            result.failures
        );
        assert!(
            result.rescued_by_fallback + result.rescued_by_retry + result.rescued_by_continuation
                > 90,
            "{kind}"
        );
    }
}

#[test]
fn a_failure_is_told_with_its_kind_and_what_happened() {
    let result = result(&["openai"], &["openai=auth"]);
    assert_eq!(result.failed, 1000);
    let failure = &result.failures[0];
    assert_eq!(failure.kind, ErrorKind::Auth);
    assert!(!failure.examples.is_empty() && failure.examples.len() <= 3);
    let trail = &failure.examples[0].trail;
    assert!(
        trail[0].text.contains("asks openai/openai-model"),
        "{trail:?}"
    );
    assert!(
        trail.last().unwrap().text.starts_with("failed"),
        "{trail:?}"
    );
}

#[test]
fn two_routes_meet_the_same_luck() {
    let mut both = setup(&["openai"], &["openai=errors:20%"]);
    both.subjects.push(Subject {
        planner: None,
        name: "the same".into(),
        plan: plan(&["openai"]),
        request: request(),
    });
    let report = play(&both);
    let compared = report.compared.unwrap();
    assert_eq!(report.result.latency, compared.latency);
    assert_eq!(report.result.failures, compared.failures);
    assert!(report.differences.len() > 15);
    for row in &report.differences {
        assert_eq!(row.from, row.to, "{}", row.figure);
        assert_eq!(row.better, None);
    }
}

#[test]
fn a_fallback_is_told_to_be_better_than_none() {
    let mut both = setup(&["openai"], &["openai=outage:10m@5m"]);
    both.subjects.push(Subject {
        planner: None,
        name: "with a fallback".into(),
        plan: plan(&["openai", "gemini"]),
        request: request(),
    });
    let report = play(&both);
    let row = |figure: &str| {
        report
            .differences
            .iter()
            .find(|row| row.figure == figure)
            .unwrap()
    };
    assert_eq!(row("answered").better, Some(true));
    assert_eq!(row("failed").better, Some(true));
}

#[test]
fn a_rehearsal_that_is_stopped_ends_without_a_report() {
    let control = Control::default();
    control.stop();
    assert_eq!(
        rehearse(&setup(&["openai"], &[]), &control),
        Err(Stopped::Asked)
    );
}

#[test]
fn many_calls_at_once_are_all_made() {
    let mut burst = setup(&["openai", "anthropic"], &[]);
    burst.calls = 2000;
    burst.span = Duration::from_secs(2);
    let result = play(&burst).result;
    adds_up(&result);
    assert_eq!(result.calls, 2000);
}

#[test]
fn an_outage_opens_the_breaker_and_closes_it_again() {
    let result = result(&["openai", "anthropic"], &["openai=outage:10m@10m"]);
    let spans = &result.breakers;
    assert!(
        spans.iter().all(|span| span.target.provider == "openai"),
        "{spans:?}"
    );
    let open = spans
        .iter()
        .find(|span| span.state == BreakerState::Open)
        .unwrap();
    assert!((600_000..660_000).contains(&open.from_ms), "{open:?}");
    let last = spans.last().unwrap().to_ms.unwrap();
    assert!((1_140_000..1_500_000).contains(&last), "{spans:?}");
}

#[test]
fn a_refused_key_is_left_alone_until_it_is_mended() {
    let result = result(&["openai", "anthropic"], &["openai=auth@10m"]);
    let down = result
        .breakers
        .iter()
        .find(|span| span.state == BreakerState::Down);
    assert!(down.is_some(), "{:?}", result.breakers);
    let openai = &result.providers[0];
    // 168 calls or so before the key is refused; after that hardly any.
    assert!(openai.requests < 250, "{openai:?}");
}

#[test]
fn an_outage_is_not_made_worse_by_retries() {
    let result = result(&["openai", "anthropic"], &["openai=outage:30m@10m"]);
    for load in &result.providers {
        assert!(load.amplification < 1.25, "{load:?}");
    }
    assert!(result.answered >= 999);
}

#[test]
fn what_was_thrown_away_is_paid_for_too() {
    let whole = result(&["mistral", "gemini"], &[]).cost;
    let cut = result(&["mistral", "gemini"], &["mistral=cut:20%"]).cost;
    assert_eq!(whole.wasted.0, 0);
    assert!(cut.wasted.0 > 0 && cut.wasted < cut.total, "{cut:?}");
    assert!(cut.total > whole.total, "{cut:?} {whole:?}");
}

/// Returns the result of 300 calls, a third of whose answers break, carried on where that is possible.
fn broken(prefill: bool, temperature: Option<f64>) -> RouteResult {
    let mut setup = setup(&["mistral", "openai"], &["mistral=cut:33%"]);
    setup.calls = 300;
    let subject = &mut setup.subjects[0];
    subject.plan.recovery = Recovery::Continue;
    subject.request.params.temperature = temperature;
    for candidate in &mut subject.plan.candidates {
        if let Candidate::Ready(target) = candidate {
            target.capabilities.prefill = prefill;
        }
    }
    let result = play(&setup).result;
    adds_up(&result);
    result
}

#[test]
fn without_prefill_an_answer_is_carried_on_where_the_model_says_the_same_again() {
    let fixed = broken(false, Some(0.0)).rescued_by_continuation;
    let free = broken(false, None).rescued_by_continuation;
    let warm = broken(false, Some(0.7)).rescued_by_continuation;
    assert!(free > 0 && warm > 0, "{free} {warm}");
    assert!(
        fixed > 2 * free,
        "at temperature 0 it always does: {fixed} {free}"
    );
    let taken_up = broken(true, None).rescued_by_continuation;
    assert!(taken_up > free, "{taken_up} {free}");
    assert_eq!(
        free,
        broken(false, None).rescued_by_continuation,
        "same seed"
    );
}
