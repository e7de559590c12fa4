//! Rehearsals through the API: started, watched, stopped, read.

use crate::world::World;
use serde_json::{Value, json};
use std::time::{Duration, Instant};
use switchboard_app::api::types::{
    ErrorCode, Live, RehearsalProgress, RehearsalReport, RehearsalState,
};
use switchboard_app::rehearse::render;
use switchboard_sandbox::{Options, Sandbox};

fn start(route: &str, faults: &[&str], calls: u32) -> Value {
    json!({
        "route": route, "faults": faults, "calls": calls, "seed": 42, "span_ms": 3_600_000,
        "load": "poisson",
    })
}

/// Reads the live channel until the rehearsal has ended.
async fn until_ended(world: &mut World) -> Vec<RehearsalProgress> {
    let mut seen = Vec::new();
    let read = async {
        while let Some(batch) = world.live.next().await {
            for item in batch.items {
                if let Live::RehearsalProgress { progress } = item {
                    seen.push(progress);
                }
            }
            let last = seen.last().map(|progress| progress.state);
            if last.is_some_and(|state| state != RehearsalState::Running) {
                return;
            }
        }
    };
    tokio::time::timeout(Duration::from_secs(120), read)
        .await
        .unwrap();
    seen
}

#[tokio::test]
async fn a_route_is_rehearsed_with_no_key_and_its_report_and_chart_are_read() {
    let mut world = World::new().await;
    let none = world.call("rehearse.report", json!({})).await.unwrap_err();
    assert_eq!(none.code, ErrorCode::NotFound);
    let params = start("code_generation", &["anthropic=outage:10m@10m"], 300);
    world.call("rehearse.start", params).await.unwrap();
    let seen = until_ended(&mut world).await;
    assert_eq!(seen[0].state, RehearsalState::Running);
    let last = seen.last().unwrap();
    assert_eq!(
        (last.state, last.done, last.calls),
        (RehearsalState::Done, 300, 300)
    );
    let report = world.call("rehearse.report", json!({})).await.unwrap();
    let report: RehearsalReport = serde_json::from_value(report).unwrap();
    assert_eq!(report.result.targets[0].target.provider, "anthropic");
    assert!(
        report.result.rescued_by_fallback > 20,
        "{}",
        report.result.rescued_by_fallback
    );
    assert_eq!(report.result.calls, 300);
    assert!(report.compared.is_none() && report.differences.is_empty());
    let chart = |compared| json!({"compared": compared, "dark": true, "width": 800, "height": 300});
    let drawn = world.call("rehearse.chart", chart(false)).await.unwrap();
    assert!(drawn["svg"].as_str().unwrap().contains("anthropic=outage"));
    let missing = world.call("rehearse.chart", chart(true)).await.unwrap_err();
    assert_eq!(missing.code, ErrorCode::NotFound);
}

#[tokio::test]
async fn two_routes_are_compared() {
    let mut world = World::new().await;
    let mut params = start("openai/gpt-6.1-terra", &["openai=outage:10m"], 200);
    params["compare"] = json!("openai/gpt-6.1-terra, gemini/gemini-4-argon");
    world.call("rehearse.start", params).await.unwrap();
    let seen = until_ended(&mut world).await;
    assert_eq!(seen.last().unwrap().calls, 400);
    let report = world.call("rehearse.report", json!({})).await.unwrap();
    let report: RehearsalReport = serde_json::from_value(report).unwrap();
    let compared = report.compared.unwrap();
    assert!(compared.answered > report.result.answered);
    assert_eq!(report.differences[0].better, Some(true));
}

#[tokio::test]
async fn one_rehearsal_runs_at_a_time_beside_everything_else_and_can_be_stopped() {
    let mut world = World::new().await;
    let params = start("sandbox/steady", &[], 200_000);
    world.call("rehearse.start", params.clone()).await.unwrap();
    let second = world
        .call("rehearse.start", params.clone())
        .await
        .unwrap_err();
    assert_eq!(second.code, ErrorCode::Conflict);
    let asked = Instant::now();
    world.call("app.info", json!({})).await.unwrap();
    assert!(
        asked.elapsed() < Duration::from_secs(2),
        "{:?}",
        asked.elapsed()
    );
    world.call("rehearse.stop", json!({})).await.unwrap();
    let seen = until_ended(&mut world).await;
    assert_eq!(seen.last().unwrap().state, RehearsalState::Stopped);
    world.call("rehearse.stop", json!({})).await.unwrap();
    // The next one may run.
    world
        .call("rehearse.start", start("sandbox/steady", &[], 10))
        .await
        .unwrap();
    until_ended(&mut world).await;
    let progress = world.call("rehearse.progress", json!({})).await.unwrap();
    assert_eq!(
        (progress["state"].as_str(), progress["id"].as_u64()),
        (Some("done"), Some(2))
    );
}

#[tokio::test]
async fn what_does_not_fit_is_told_by_its_field() {
    let world = World::new().await;
    let cases = [
        ("route", start("", &[], 10)),
        ("route", start("nobody/nothing", &[], 10)),
        ("calls", start("sandbox/steady", &[], 0)),
        ("calls", start("sandbox/steady", &[], 200_001)),
        (
            "faults.1",
            start("sandbox/steady", &["sandbox=auth", "sandbox=outge"], 10),
        ),
        ("faults.0", start("sandbox/steady", &["openai=auth"], 10)),
    ];
    for (field, params) in cases {
        let error = world.call("rehearse.start", params).await.unwrap_err();
        assert_eq!(error.code, ErrorCode::InvalidParams, "{error:?}");
        assert_eq!(error.field.as_deref(), Some(field), "{error:?}");
    }
    // What a prompt would choose is no route yet.
    for route in ["auto", "sim:auto", "sandbox/steady, auto"] {
        let error = world.call("rehearse.start", start(route, &[], 10)).await;
        let error = error.unwrap_err();
        assert_eq!(error.field.as_deref(), Some("route"), "{error:?}");
        assert!(error.message.contains("by its prompt"), "{error:?}");
        assert!(error.hint.unwrap().contains("summarization"));
    }
    // No real call was made, so there are no shapes to take.
    for days in [0, 7] {
        let mut like = start("sandbox/steady", &[], 10);
        like["like_days"] = json!(days);
        let error = world.call("rehearse.start", like).await.unwrap_err();
        assert_eq!(error.field.as_deref(), Some("like_days"), "{error:?}");
    }
    let mut short = start("sandbox/steady", &[], 10);
    short["span_ms"] = json!(10);
    let error = world.call("rehearse.start", short).await.unwrap_err();
    assert_eq!(error.field.as_deref(), Some("span_ms"));
    let mut dense = start("sandbox/steady", &[], 200_000);
    dense["span_ms"] = json!(10_000);
    let error = world.call("rehearse.start", dense).await.unwrap_err();
    assert_eq!(error.field.as_deref(), Some("calls"));
    let progress = world.call("rehearse.progress", json!({})).await.unwrap();
    assert_eq!(progress["state"], "none");
}

#[tokio::test]
async fn a_preview_shows_what_is_assumed_and_what_can_fail() {
    let world = World::new().await;
    let params = json!({"route": "anthropic/claude-sonnet-5-5, gemini/gemini-4-argon"});
    let preview = world.call("rehearse.preview", params).await.unwrap();
    let names = json!([
        "anthropic",
        "gemini",
        "anthropic/claude-sonnet-5-5",
        "gemini/gemini-4-argon"
    ]);
    assert_eq!(preview["fault_targets"], names);
    assert!(
        preview["targets"][0]["behaviour"]["first_token_p50_ms"]
            .as_u64()
            .unwrap()
            > 0
    );
}

#[tokio::test]
async fn a_fault_is_explained_as_it_is_typed() {
    let world = World::new().await;
    let parse = |text: &str| world.call("rehearse.parse_fault", json!({"text": text}));
    let good = parse("openai=outage:10m@5m").await.unwrap();
    assert_eq!(good["fault"]["from_ms"], 300_000);
    assert_eq!(good["fault"]["to_ms"], 900_000);
    assert!(good["fault"]["means"].as_str().unwrap().contains("503"));
    let bad = parse("openai=outge").await.unwrap();
    assert_eq!(bad["problem"]["part"], "kind");
    assert_eq!(bad["problem"]["fix"], "did you mean `outage`?");
}

const SPLIT: &str = r#"
[providers.openai]
preset = "openai"

[[routes.split.steps]]
options = [
  { model = "openai/gpt-6.1-terra", weight = 80 },
  { model = "sandbox/swift", weight = 20 },
]

[[routes.split.steps]]
targets = ["sandbox/steady"]

[[routes.cheap.steps]]
targets = ["openai/gpt-6.1-sol", "openai/gpt-5.6-luna"]
pick = "cheapest"

[[routes.quick.steps]]
targets = ["sandbox/steady", "openai/gpt-6.1-terra"]
pick = "fastest"
"#;

async fn report(world: &mut World, params: Value) -> RehearsalReport {
    world.call("rehearse.start", params).await.unwrap();
    let seen = until_ended(world).await;
    assert_eq!(
        seen.last().unwrap().state,
        RehearsalState::Done,
        "{seen:#?}"
    );
    let report = world.call("rehearse.report", json!({})).await.unwrap();
    serde_json::from_value(report).unwrap()
}

fn answered_by(report: &RehearsalReport, label: &str) -> u32 {
    let series = &report.result.timeline.series;
    let of = series.iter().find(|series| series.label == label);
    of.map_or(0, |series| series.calls.iter().sum())
}

#[tokio::test]
async fn variants_split_a_rehearsal_by_their_weights_and_the_one_not_taken_is_not_asked() {
    let mut world = World::with_config(SPLIT).await;
    let found = report(&mut world, start("split", &["sandbox/swift=outage"], 1000)).await;
    let first = answered_by(&found, "openai/gpt-6.1-terra");
    assert!((750..850).contains(&first), "{first}");
    // A failed variant falls to the next step, never to the other variant.
    assert_eq!(
        answered_by(&found, "sandbox/steady") + first,
        found.result.answered
    );
    assert_eq!(found.result.targets.len(), 3);
    let rescued = found.result.rescued_by_fallback;
    assert!((150..260).contains(&rescued), "{rescued}");
    let again = report(&mut world, start("split", &["sandbox/swift=outage"], 1000)).await;
    assert_eq!(again, found);
}

#[tokio::test]
async fn the_cheapest_of_equals_is_rehearsed_first_and_the_fastest_as_it_is_measured() {
    let mut world = World::with_config(SPLIT).await;
    let cheap = report(&mut world, start("cheap", &[], 300)).await;
    assert!(answered_by(&cheap, "openai/gpt-5.6-luna") > 290);
    // Close together: what was measured is soon forgotten, so that a slow target is tried again.
    let slow = start("quick", &["openai=latency:x8"], 3000);
    let quick = report(&mut world, slow).await;
    let fast = answered_by(&quick, "sandbox/steady");
    assert!(fast > 2300, "{fast}");
    assert!(answered_by(&quick, "openai/gpt-6.1-terra") > 0);
}

#[tokio::test]
async fn a_draft_is_rehearsed_beside_the_active_version_on_the_same_seed() {
    let mut world = World::with_config(SPLIT).await;
    let form = world.call("routes.get", json!({"name": "split"})).await;
    let mut draft = form.unwrap()["draft"].clone();
    draft["steps"] = json!([{"options": [{"model": "openai/gpt-6.1-terra"}], "pick": "weighted"}]);
    let mut params = start("split", &["openai=outage:20m"], 400);
    params["draft"] = json!({"original": "split", "draft": draft});
    params["compare"] = json!("split");
    let found = report(&mut world, params.clone()).await;
    assert_eq!(found.result.route, "split (draft)");
    assert_eq!(found.result.targets.len(), 1);
    let active = found.compared.unwrap();
    assert_eq!((active.route.as_str(), active.targets.len()), ("split", 3));
    assert!(active.answered > found.result.answered);
    // Nothing of it became active.
    assert!(world.config_text().contains("weight = 20"));
    params["draft"]["draft"]["steps"][0]["options"][0]["model"] = json!("nobody/nothing");
    let error = world.call("rehearse.start", params).await.unwrap_err();
    let field = error.field.as_deref().unwrap_or_default();
    assert!(field.starts_with("draft.steps[0]"), "{error:?}");
}

#[tokio::test]
async fn a_preview_of_a_draft_names_what_the_draft_asks() {
    let world = World::with_config(SPLIT).await;
    let form = world.call("routes.get", json!({"name": "split"})).await;
    let mut draft = form.unwrap()["draft"].clone();
    draft["steps"] = json!([{"options": [{"model": "sandbox/steady"}], "pick": "weighted"}]);
    let mut params = json!({"route": "split", "draft": {"original": "split", "draft": draft}});
    let preview = world.call("rehearse.preview", params.clone()).await;
    let names = json!(["sandbox", "sandbox/steady"]);
    assert_eq!(preview.unwrap()["fault_targets"], names);
    params["draft"]["draft"]["steps"][0]["options"][0]["model"] = json!("nobody/nothing");
    let error = world.call("rehearse.preview", params).await.unwrap_err();
    let field = error.field.as_deref().unwrap_or_default();
    assert!(field.starts_with("draft.steps[0]"), "{error:?}");
}

/// A provider on this machine that is asked over HTTP, as a real one: its answers have one length, and a token of
/// them costs a thousandth of a dollar.
const MODEL: &str = "swift?tokens=20&ttft=5";

#[tokio::test]
async fn rehearsed_calls_have_the_shapes_of_the_real_calls_of_some_days_back() {
    let upstream = Sandbox::start(Options::default()).await.unwrap();
    let config = format!(
        "[providers.paid]\nwire = \"openai_chat\"\nbase_url = \"{}/v1\"\nneeds_key = false\n\
         models = [{{ name = \"{MODEL}\", price = {{ input = 0, output = 1000 }} }}]\n",
        upstream.base_url()
    );
    let mut world = World::with_config(&config).await;
    let model = format!("paid/{MODEL}");
    // What the simulator answered is no shape of a real call.
    let asked = [&model, &model, &model, "sandbox/swift"];
    let run = world.run(&asked, &[]).await;
    let calls: Vec<_> = run.calls.iter().map(|call| call.call).collect();
    world.until_ended(&calls).await;
    for call in &calls {
        world.detail(*call).await;
    }
    let cost = world.detail(calls[0]).await.summary.cost;
    assert!(cost.is_some_and(|cost| cost.0 > 0), "{cost:?}");
    let made_up = report(&mut world, start(&model, &[], 300)).await;
    assert_eq!(made_up.shapes, 0);
    assert_ne!(made_up.result.cost.p5, made_up.result.cost.p95);
    let mut like = start(&model, &[], 300);
    like["like_days"] = json!(1);
    let found = report(&mut world, like.clone()).await;
    assert_eq!((found.shapes, found.result.answered), (3, 300));
    // Free to ask, so that an answer's length alone makes the cost.
    assert_eq!((found.result.cost.p5, found.result.cost.p95), (cost, cost));
    let text = render(&found);
    assert!(
        text.contains("as long as those of 3 calls of the history"),
        "{text}"
    );
    let again = report(&mut world, like).await;
    assert_eq!(render(&again), text);
    assert_eq!(again, found);
}
