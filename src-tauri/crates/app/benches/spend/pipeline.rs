//! What recording a call and paying for it take of the call's own time.

use crate::{Outcome, line, spread};
use std::time::{Duration, Instant};
use switchboard_engine::admit::{Purse, Vault};
use switchboard_engine::call::{CallId, FinishReason};
use switchboard_engine::event::{CallEvent, Event, Outcome as Ended, TargetInfo};
use switchboard_engine::policy::budget::{Budget, Degrade, Labels, Scope};
use switchboard_engine::policy::period::{Calendar, Period};
use switchboard_engine::price::{CostSource, PicoUsd};
use switchboard_engine::usage::Usage;
use switchboard_store::{NewCall, Store};

/// Longest that either may take of a call's time.
const GOAL: Duration = Duration::from_micros(20);
const CALLS: usize = 10_000;
/// Pieces of text that an answer comes in: some 150 tokens, a few together as they arrive.
const PIECES: u64 = 40;

/// Measures both, and returns what is above the goal.
pub(crate) async fn measure() -> Outcome<Vec<String>> {
    let mut slow = Vec::new();
    let mut tell = |name: &str, times: Vec<Duration>| {
        let (middle, _) = spread(times);
        line(name, middle.as_secs_f64() * 1e6, "µs");
        if middle > GOAL {
            slow.push(format!("{name}: {:.1} µs", middle.as_secs_f64() * 1e6));
        }
    };
    tell("recording a call, beginning to end", recorded().await?);
    tell("setting aside and settling, 40 budgets", paid());
    Ok(slow)
}

/// Times the caller's side of recording: the beginning, an attempt, its text, the end.
async fn recorded() -> Outcome<Vec<Duration>> {
    let folder = tempfile::tempdir()?;
    let (store, _) = Store::open(folder.path().join("history.sqlite"))?;
    let mut times = Vec::with_capacity(CALLS);
    for number in 0..CALLS {
        let (call, events) = call(number);
        let began = Instant::now();
        store.begin_call(call).await?;
        for event in &events {
            store.append(event);
        }
        times.push(began.elapsed());
        // At some hundred calls a second: the writer works beside, as in the program.
        if number % 100 == 99 {
            store.flush().await?;
        }
    }
    store.close().await;
    Ok(times)
}

fn call(number: usize) -> (NewCall, Vec<CallEvent>) {
    let id = CallId::new();
    let target = TargetInfo {
        provider: "openai".into(),
        model: format!("model-{}", number % 7),
        simulated: false,
    };
    let call = NewCall {
        labels: switchboard_store::Labels {
            project: Some("support".into()),
            ..Default::default()
        },
        id,
        started_at_ms: jiff::Timestamp::now().as_millisecond(),
        caller: "gateway".to_owned(),
        caller_key: Some("ci".to_owned()),
        route: Some("simple".to_owned()),
        group: None,
        column: None,
        prompt_id: None,
        prompt_version: None,
        requested: target.clone(),
        request_json: format!("{{\"messages\":[{:?}]}}", "q".repeat(2_000)),
        decision_json: None,
        variant: None,
    };
    let started = Event::AttemptStarted {
        hedge: false,
        attempt: 1,
        max_attempts: 3,
        target: target.clone(),
    };
    let first = Event::FirstToken {
        attempt: 1,
        after_ms: 200,
    };
    let pieces = (0..PIECES).map(|_| Event::TextDelta {
        text: "a piece of an answer, ".to_owned(),
    });
    let end = Event::Finished {
        outcome: Ended {
            cost_source: CostSource::Computed,
            continued: false,
            fallback_text: false,
            target,
            response_model: None,
            finish_reason: FinishReason::Stop,
            usage: Usage {
                input_uncached_tokens: 500,
                output_visible_tokens: 150,
                ..Usage::default()
            },
            cost: Some(PicoUsd(1_234_000_000)),
            attempts: 1,
            first_token_ms: 200,
            elapsed_ms: 900,
        },
    };
    let events = [started, first].into_iter().chain(pieces).chain([end]);
    let events = (0..).zip(events).map(|(seq, event)| CallEvent {
        call: id,
        seq,
        at_ms: seq * 10,
        event,
    });
    (call, events.collect())
}

/// Another process that never spends.
#[derive(Debug)]
struct Nobody;

impl Vault for Nobody {
    fn agree(&self) -> futures_util::future::BoxFuture<'_, ()> {
        Box::pin(std::future::ready(()))
    }
}

/// Times an attempt's way through the purse, far from any limit.
fn paid() -> Vec<Duration> {
    let purse = Purse::default();
    let budget = |number: usize| Budget {
        name: format!("budget {number}"),
        scope: match number % 4 {
            0 => Scope::Global,
            1 => Scope::Project(format!("project {}", number % 8)),
            2 => Scope::Model(format!("model-{number}")),
            _ => Scope::Key("ci".into()),
        },
        period: [Period::Hour, Period::Day, Period::Week, Period::Month][number / 4 % 4],
        limit: Some(PicoUsd(1_000_000_000_000_000)),
        degrade: Degrade::Cheapest,
        blocks: true,
    };
    purse.configure(Calendar::default(), (0..40).map(budget).collect());
    purse.set_vault(std::sync::Arc::new(Nobody));
    purse.looked(1);
    std::hint::black_box(purse.outgoing());
    purse.written();
    (0..CALLS)
        .map(|number| {
            let labels = Labels {
                project: Some(format!("project {}", number % 20).into()),
                route: Some("simple".into()),
                caller: "gateway".into(),
                key: Some("ci".into()),
                provider: "openai".into(),
                model: format!("model-{}", number % 7).into(),
            };
            let call = CallId::new();
            let began = Instant::now();
            if let Ok(hold) = purse.reserve(call, &labels, PicoUsd(2_000_000)) {
                purse.settle(hold, PicoUsd(1_000_000));
            }
            let took = began.elapsed();
            if number % 500 == 499 {
                // What the file's writer does.
                std::hint::black_box(purse.outgoing());
                purse.written();
                purse.looked_again();
            }
            took
        })
        .collect()
}
