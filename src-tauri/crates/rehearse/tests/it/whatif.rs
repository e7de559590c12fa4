//! Past calls through other routes.

use crate::support::{plan, target};
use std::collections::HashMap;
use std::time::{Duration, Instant};
use switchboard_engine::error::ErrorKind;
use switchboard_engine::event::TargetInfo;
use switchboard_engine::plan::{Candidate, Plan};
use switchboard_engine::policy::next::RetryLimits;
use switchboard_engine::price::{PicoUsd, ServiceTier};
use switchboard_engine::usage::Usage;
use switchboard_rehearse::whatif::report::*;
use switchboard_rehearse::whatif::*;
use switchboard_rehearse::{Control, Stopped};
use switchboard_routing::compare::Says;

const MINUTE: i64 = 60_000;

fn info(name: &str) -> TargetInfo {
    TargetInfo {
        provider: name.to_owned(),
        model: format!("{name}-model"),
        simulated: false,
    }
}

fn usage() -> Usage {
    Usage {
        input_uncached_tokens: 1000,
        output_visible_tokens: 100,
        ..Usage::default()
    }
}

/// A history of `openai` and `gemini`: a call a minute of each, `openai` at 400 ms and `gemini` at 100 ms.
/// Calls to replay are those of `openai`.
fn past(minutes: i64) -> Past {
    let mut past = Past {
        targets: vec![info("openai"), info("gemini")],
        ..Past::default()
    };
    for minute in 0..minutes {
        for target in [0, 1] {
            let at_ms = 1_790_000_000_000 + minute * MINUTE;
            let (first, elapsed) = if target == 0 { (200, 400) } else { (50, 100) };
            if target == 0 {
                past.calls.push(call(minute, at_ms, past.attempts.len()));
            }
            past.attempts.push(PastAttempt {
                target,
                at_ms,
                first_token_ms: Some(first),
                elapsed_ms: elapsed,
                error: None,
                retry_after_ms: None,
                usage: usage(),
                cost: Some(PicoUsd(9_000_000_000)),
            });
        }
    }
    past
}

fn call(key: i64, at_ms: i64, attempt: usize) -> PastCall {
    PastCall {
        key,
        at_ms,
        end: PastEnd::Answered(0),
        continued: false,
        elapsed_ms: Some(400),
        first_token_ms: Some(200),
        usage: usage(),
        cost: Some(PicoUsd(9_000_000_000)),
        tier: ServiceTier::Standard,
        attempts: (u32::try_from(attempt).unwrap(), 1),
        fallbacks: 0,
        images: false,
        tools: false,
        json_schema: false,
        caller: "cli".to_owned(),
    }
}

fn course(name: &str, plan: Plan) -> Course {
    Course {
        name: name.to_owned(),
        plan,
        planner: None,
        limits: RetryLimits::default(),
        max_tokens: None,
    }
}

fn asked(past: Past, active: &[&str], draft: &[&str]) -> WhatIf {
    WhatIf {
        route: "r".to_owned(),
        past,
        active: Some(course("r", plan(active))),
        draft: Some(course("r (draft)", plan(draft))),
        quality: HashMap::new(),
        seed: 42,
    }
}

fn play(asked: &WhatIf) -> WhatIfReport {
    what_if(asked, &Control::default()).unwrap()
}

fn row(report: &WhatIfReport, measure: WhatIfMeasure) -> &WhatIfRow {
    let mut rows = report.rows.iter();
    rows.find(|row| row.measure == measure).unwrap()
}

#[test]
fn the_same_route_gives_what_happened() {
    let report = play(&asked(past(200), &["openai"], &["openai"]));
    assert_eq!(report.calls, 200);
    for row in &report.rows {
        assert_eq!(row.active.unwrap().value, row.happened.value, "{row:#?}");
        assert_eq!(row.between.unwrap().by, 0.0, "{row:#?}");
    }
    assert_eq!(
        report.quality.words,
        ["the calls stay with the models that had them"]
    );
}

#[test]
fn another_model_has_its_own_price_and_the_times_that_it_took() {
    let report = play(&asked(past(200), &["openai"], &["gemini"]));
    let cost = row(&report, WhatIfMeasure::Cost);
    // 1000 tokens at 1 µ$ and 100 at 4 µ$, exactly.
    assert_eq!(cost.happened.value, Some(200.0 * 9_000_000_000.0));
    assert_eq!(cost.draft.unwrap().value, Some(200.0 * 1_400_000_000.0));
    assert_eq!(cost.draft_change.unwrap().says, Says::Better);
    let p50 = row(&report, WhatIfMeasure::LatencyP50);
    assert_eq!(
        (p50.happened.value, p50.draft.unwrap().value),
        (Some(400.0), Some(100.0))
    );
    let first = row(&report, WhatIfMeasure::FirstTokenP90);
    assert_eq!(first.draft.unwrap().value, Some(50.0));
    let gemini = report
        .targets
        .iter()
        .find(|one| one.target == info("gemini"))
        .unwrap();
    assert_eq!(gemini.basis, WhatIfBasis::Measured);
    assert_eq!(gemini.draft.unwrap().value, Some(1.0));
}

#[test]
fn a_saving_is_told_together_with_what_is_known_of_quality() {
    let mut unknown = asked(past(200), &["openai"], &["gemini"]);
    let told = play(&unknown);
    assert!(told.summary[0].contains("less"), "{:?}", told.summary);
    assert!(told.summary[0].contains("whether the answers would be as good is not known"));
    assert!(!told.quality.known);
    let judged = |won| ModelQuality {
        votes: Tally { won, of: 50 },
        schema: Tally::default(),
    };
    unknown
        .quality
        .insert("openai/openai-model".to_owned(), judged(45));
    unknown
        .quality
        .insert("gemini/gemini-model".to_owned(), judged(20));
    let told = play(&unknown);
    assert!(told.quality.known);
    assert!(
        told.summary[0].contains("45 of 50 where calls were, 20 of 50 where they would go, worse")
    );
}

#[test]
fn a_target_that_failed_in_a_minute_fails_in_that_minute() {
    let mut history = past(100);
    for attempt in &mut history.attempts {
        let minute = (attempt.at_ms - 1_790_000_000_000) / MINUTE;
        if attempt.target == 1 && (40..60).contains(&minute) {
            attempt.error = Some(ErrorKind::Overloaded);
            attempt.first_token_ms = None;
        }
    }
    let report = play(&asked(history.clone(), &["openai"], &["gemini"]));
    assert_eq!(
        row(&report, WhatIfMeasure::Failed).draft.unwrap().value,
        Some(0.2)
    );
    // With the old model behind it each of those calls is rescued.
    let report = play(&asked(history, &["openai"], &["gemini", "openai"]));
    assert_eq!(
        row(&report, WhatIfMeasure::Failed).draft.unwrap().value,
        Some(0.0)
    );
    assert_eq!(
        row(&report, WhatIfMeasure::Rescued).draft.unwrap().value,
        Some(0.2)
    );
}

#[test]
fn a_call_that_failed_at_its_target_fails_there_again_and_is_rescued_elsewhere() {
    let mut history = past(100);
    history.calls[7].end = PastEnd::Failed(ErrorKind::Auth);
    let place = history.calls[7].attempts.0 as usize;
    history.attempts[place].error = Some(ErrorKind::Overloaded);
    // The minute has nothing else: what follows is the same failure again.
    let report = play(&asked(history, &["openai"], &["openai", "gemini"]));
    assert_eq!(
        row(&report, WhatIfMeasure::Failed).happened.value,
        Some(0.01)
    );
    assert_eq!(
        row(&report, WhatIfMeasure::Failed).active.unwrap().value,
        Some(0.01)
    );
    assert_eq!(
        row(&report, WhatIfMeasure::Failed).draft.unwrap().value,
        Some(0.0)
    );
    assert!(
        report
            .notes
            .iter()
            .any(|note| note.contains("1 calls were never answered"))
    );
}

#[test]
fn a_refused_request_is_refused_by_every_target() {
    let mut history = past(100);
    history.calls[7].end = PastEnd::Failed(ErrorKind::Rejected);
    let place = history.calls[7].attempts.0 as usize;
    history.attempts[place].error = Some(ErrorKind::Rejected);
    let report = play(&asked(history, &["openai"], &["gemini", "openai"]));
    assert_eq!(
        row(&report, WhatIfMeasure::Failed).draft.unwrap().value,
        Some(0.01)
    );
    assert!(
        report
            .notes
            .iter()
            .any(|note| note.contains("repeat a refusal"))
    );
}

#[test]
fn a_model_that_was_never_called_is_said_to_be_assumed() {
    let report = play(&asked(past(100), &["openai"], &["anthropic"]));
    let anthropic = report
        .targets
        .iter()
        .find(|one| one.target.provider == "anthropic")
        .unwrap();
    assert_eq!(
        (anthropic.basis, anthropic.measured),
        (WhatIfBasis::Assumed, 0)
    );
    let note = "anthropic/anthropic-model was never called in the time looked at";
    assert!(
        report.notes.iter().any(|said| said.starts_with(note)),
        "{:#?}",
        report.notes
    );
    let few = play(&asked(past(10), &["openai"], &["gemini"]));
    assert!(
        few.notes
            .iter()
            .any(|said| said.contains("too few to tell how long it takes"))
    );
    assert_eq!(
        row(&few, WhatIfMeasure::Cost).draft_change.unwrap().says,
        Says::NotEnoughData
    );
}

#[test]
fn a_shorter_clock_cuts_off_what_took_longer() {
    let mut asked = asked(past(100), &["openai"], &["openai", "gemini"]);
    let draft = asked.draft.as_mut().unwrap();
    if let Candidate::Ready(first) = &mut draft.plan.candidates[0] {
        first.timeouts.first_token = Duration::from_millis(150);
    }
    let report = play(&asked);
    assert_eq!(
        row(&report, WhatIfMeasure::Rescued).draft.unwrap().value,
        Some(1.0)
    );
    let p50 = row(&report, WhatIfMeasure::LatencyP50).draft.unwrap();
    assert_eq!(p50.value, Some(250.0));
}

#[test]
fn a_target_without_images_is_passed_over_for_calls_with_one() {
    let mut history = past(100);
    for call in history.calls.iter_mut().take(30) {
        call.images = true;
    }
    let mut asked = asked(history, &["openai"], &["gemini", "openai"]);
    let draft = asked.draft.as_mut().unwrap();
    let mut blind = target("gemini");
    blind.capabilities.images = false;
    draft.plan.candidates[0] = Candidate::Ready(blind);
    let report = play(&asked);
    let share = |name: &str| {
        let of = report
            .targets
            .iter()
            .find(|one| one.target.provider == name);
        of.unwrap().draft.unwrap().value.unwrap()
    };
    assert_eq!((share("gemini"), share("openai")), (0.7, 0.3));
}

#[test]
fn the_same_seed_gives_the_same_report_and_it_can_be_stopped() {
    let history = asked(past(300), &["openai"], &["anthropic", "gemini"]);
    let (one, two) = (play(&history), play(&history));
    assert_eq!(
        serde_json::to_string(&one).unwrap(),
        serde_json::to_string(&two).unwrap()
    );
    let control = Control::default();
    control.stop();
    assert_eq!(what_if(&history, &control), Err(Stopped::Asked));
    let nothing = asked(Past::default(), &["openai"], &["gemini"]);
    assert!(matches!(
        what_if(&nothing, &Control::default()),
        Err(Stopped::Failed(_))
    ));
}

#[test]
fn many_calls_take_little_time() {
    let history = asked(past(20_000), &["openai"], &["gemini", "openai"]);
    let began = Instant::now();
    assert_eq!(play(&history).calls, 20_000);
    // Unoptimised and on a busy machine; the bench holds the promise.
    assert!(
        began.elapsed() < Duration::from_secs(60),
        "{:?}",
        began.elapsed()
    );
}
