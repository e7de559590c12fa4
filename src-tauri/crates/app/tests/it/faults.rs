//! Every fault of the simulator over real HTTP, in every wire format.

use crate::world::{World, shown};
use std::collections::BTreeMap;
use switchboard_app::api::types::{CallStatus, StartedRun};
use switchboard_engine::error::ErrorKind;
use switchboard_engine::event::CallEvent;
use switchboard_sandbox::Fault;

const WIRES: [&str; 4] = [
    "sandbox",
    "sandbox-responses",
    "sandbox-anthropic",
    "sandbox-gemini",
];

/// Clocks short enough for a test; what they are does not matter to what they do.
const SHORT_CLOCKS: &str = r#"
[timeouts.fast]
headers = "2s"
first_token = "2500ms"
idle = "2500ms"
[timeouts.standard]
headers = "2s"
first_token = "2500ms"
idle = "2500ms"
[timeouts.complex]
headers = "2s"
first_token = "2500ms"
idle = "2500ms"
[timeouts.reasoning]
headers = "2s"
first_token = "2500ms"
idle = "2500ms"
"#;

/// Plays every fault in every wire format, with `fallbacks`; all at once.
async fn play_all(
    fallbacks: &[&str],
) -> (World, BTreeMap<&'static str, StartedRun>, Vec<CallEvent>) {
    let mut world = World::with_config(SHORT_CLOCKS).await;
    let mut runs = BTreeMap::new();
    let mut events = Vec::new();
    for faults in Fault::ALL.chunks(8) {
        let mut calls = Vec::new();
        for fault in faults {
            let models: Vec<String> = WIRES
                .iter()
                .map(|wire| {
                    format!(
                        "{wire}/steady?tokens=40&tps=400&ttft=20&wait=5000&size=512&fault={}",
                        fault.name()
                    )
                })
                .collect();
            let models: Vec<&str> = models.iter().map(String::as_str).collect();
            let run = world.run(&models, fallbacks).await;
            calls.extend(run.calls.iter().map(|started| started.call));
            runs.insert(fault.name(), run);
        }
        events.extend(world.until_ended(&calls).await);
    }
    (world, runs, events)
}

/// The faults that stop a call instead of moving on to the fallback, with their kind.
fn stops(fault: &str) -> Option<ErrorKind> {
    Some(match fault {
        "401" => ErrorKind::Auth,
        "403" => ErrorKind::Permission,
        "filter" => ErrorKind::ContentFiltered,
        _ => return None,
    })
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_fault_is_rescued_by_a_healthy_fallback_or_stops_with_its_own_kind() {
    let (world, runs, events) = play_all(&["sandbox/swift?tokens=20&ttft=5"]).await;
    let mut wrong = Vec::new();
    for (fault, run) in runs {
        for (started, wire) in run.calls.iter().zip(WIRES) {
            let detail = world.detail(started.call).await;
            let summary = &detail.summary;
            let kind = summary.error.as_ref().map(|error| error.kind);
            let right = match stops(fault) {
                Some(expected) => {
                    summary.status == CallStatus::Failed
                        && kind == Some(expected)
                        && summary.attempts == 1
                }
                None => summary.status == CallStatus::Ok && !detail.text.is_empty(),
            };
            if !right || detail.text != shown(&events, started.call) {
                wrong.push(format!(
                    "{wire} {fault}: {:?} {kind:?} after {} attempts: {:?}",
                    summary.status, summary.attempts, detail.explanation
                ));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn without_a_fallback_no_fault_hangs_or_looks_like_a_whole_answer() {
    let (world, runs, _) = play_all(&[]).await;
    let mut wrong = Vec::new();
    for (fault, run) in runs {
        for (started, wire) in run.calls.iter().zip(WIRES) {
            let detail = world.detail(started.call).await;
            let whole = detail.text.chars().count() > 20;
            let ok = match detail.summary.status {
                CallStatus::Ok => whole || detail.summary.finish_reason.is_some(),
                CallStatus::Failed => detail.summary.error.is_some(),
                CallStatus::Running | CallStatus::Cancelled | CallStatus::Interrupted => false,
            };
            let cut = ["cut", "reset-middle", "stall", "no-end"].contains(&fault);
            if !ok || (cut && detail.summary.status == CallStatus::Ok) {
                wrong.push(format!(
                    "{wire} {fault}: {:?}: {:?}",
                    detail.summary.status, detail.explanation
                ));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
