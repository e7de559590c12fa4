//! Past calls replayed through drafts, over the API.

use crate::world::World;
use serde_json::{Value, json};
use std::time::Duration;
use switchboard_app::api::types::*;

const FILE: &str = r#"
[providers.openai]
preset = "openai"

[routes.tried]
targets = ["sandbox/swift"]

[routes.ruled]
when = 'input_chars < 100000'
priority = 1000
targets = ["openai/gpt-5.6-luna"]
"#;

async fn ended(world: &mut World) -> RehearsalProgress {
    let read = async {
        loop {
            let progress = world.call("what_if.progress", json!({})).await.unwrap();
            let progress: RehearsalProgress = serde_json::from_value(progress).unwrap();
            if progress.state != RehearsalState::Running {
                return progress;
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(60), read)
        .await
        .unwrap()
}

async fn replayed(world: &mut World, params: Value) -> WhatIfReport {
    world.call("what_if.start", params).await.unwrap();
    let progress = ended(world).await;
    assert_eq!(progress.state, RehearsalState::Done, "{progress:?}");
    let report = world.call("what_if.report", json!({})).await.unwrap();
    serde_json::from_value(report).unwrap()
}

#[tokio::test]
async fn without_calls_it_is_said_what_could_be_replayed_instead() {
    let mut world = World::with_config(FILE).await;
    let none = world.call("what_if.report", json!({})).await.unwrap_err();
    assert_eq!(none.code, ErrorCode::NotFound);
    let params = json!({"route": "tried", "last": 100});
    world.call("what_if.start", params).await.unwrap();
    let progress = ended(&mut world).await;
    assert_eq!(progress.state, RehearsalState::Failed);
    assert!(
        progress
            .error
            .unwrap()
            .contains("no call of the history took the route `tried`")
    );
}

#[tokio::test]
async fn what_does_not_fit_is_told_by_its_field() {
    let world = World::with_config(FILE).await;
    let mut draft = world
        .call("routes.get", json!({"name": "tried"}))
        .await
        .unwrap()["draft"]
        .clone();
    draft["steps"][0]["options"][0]["model"] = json!("nobody/nothing");
    let cases = [
        ("last", json!({"route": "tried", "last": 0})),
        ("last", json!({"route": "tried", "last": 100_001})),
        ("days", json!({"route": "tried", "days": 4000})),
        ("route", json!({"route": "tired"})),
        (
            "draft.steps[0].options[0].model",
            json!({"route": "tried", "draft": {"original": "tried", "draft": draft}}),
        ),
    ];
    for (field, params) in cases {
        let error = world.call("what_if.start", params).await.unwrap_err();
        assert_eq!(error.field.as_deref(), Some(field), "{error:?}");
    }
}

/// Three calls of the route `tried`, answered by the simulator.
async fn three_calls(world: &mut World) {
    for _ in 0..3 {
        let run = world.run(&["tried"], &[]).await;
        let calls: Vec<_> = run.calls.iter().map(|started| started.call).collect();
        world.until_ended(&calls).await;
        world.detail(calls[0]).await;
    }
}

#[tokio::test]
async fn recorded_calls_are_replayed_through_the_draft_beside_the_active_route() {
    let mut world = World::with_config(FILE).await;
    three_calls(&mut world).await;
    let mut draft = world
        .call("routes.get", json!({"name": "tried"}))
        .await
        .unwrap()["draft"]
        .clone();
    draft["steps"][0]["options"][0]["model"] = json!("openai/gpt-5.6-luna");
    let params = json!({
        "route": "tried", "seed": 7, "simulated": true, "last": 2,
        "draft": {"original": "tried", "draft": draft},
    });
    let report = replayed(&mut world, params.clone()).await;
    assert_eq!(
        (report.calls, report.has_active, report.has_draft),
        (2, true, true)
    );
    let shares: Vec<(String, Option<f64>, Option<f64>)> = report
        .targets
        .iter()
        .map(|one| {
            let share = |figure: Option<WhatIfFigure>| figure.and_then(|figure| figure.value);
            (
                one.target.model.clone(),
                share(one.active),
                share(one.draft),
            )
        })
        .collect();
    assert!(
        shares.contains(&("swift".to_owned(), Some(1.0), Some(0.0))),
        "{shares:?}"
    );
    assert!(
        shares.contains(&("gpt-5.6-luna".to_owned(), Some(0.0), Some(1.0))),
        "{shares:?}"
    );
    let cost = report
        .rows
        .iter()
        .find(|row| row.measure == WhatIfMeasure::Cost)
        .unwrap();
    // The simulator is free, as it was; the other model is not.
    assert_eq!(
        (cost.happened.value, cost.active.unwrap().value),
        (Some(0.0), Some(0.0))
    );
    assert!(cost.draft.unwrap().value.unwrap() > 0.0);
    assert_eq!(cost.draft_change.unwrap().says, Says::NotEnoughData);
    assert!(
        report
            .notes
            .iter()
            .any(|note| note.starts_with("openai/gpt-5.6-luna was never called"))
    );
    assert_eq!(replayed(&mut world, params).await, report);
    // Real calls were asked for, and there are none.
    let real = json!({"route": "tried"});
    world.call("what_if.start", real).await.unwrap();
    assert_eq!(ended(&mut world).await.state, RehearsalState::Failed);
}

#[tokio::test]
async fn calls_that_name_no_route_come_to_the_one_whose_rule_holds() {
    let mut world = World::with_config(FILE).await;
    three_calls(&mut world).await;
    let params = json!({"route": "ruled", "calls": "auto", "simulated": true});
    let report = replayed(&mut world, params).await;
    assert_eq!(report.calls, 3);
    // With a rule that holds for none of them nothing is left to replay.
    let mut draft = world
        .call("routes.get", json!({"name": "ruled"}))
        .await
        .unwrap()["draft"]
        .clone();
    draft["when"] = json!("input_chars > 100000");
    let params = json!({
        "route": "ruled", "calls": "auto", "simulated": true,
        "draft": {"original": "ruled", "draft": draft},
    });
    world.call("what_if.start", params).await.unwrap();
    let progress = ended(&mut world).await;
    assert!(
        progress
            .error
            .unwrap()
            .contains("would come to `ruled` by itself")
    );
    let all = json!({"route": "ruled", "calls": "all", "simulated": true});
    assert_eq!(replayed(&mut world, all).await.calls, 3);
}
