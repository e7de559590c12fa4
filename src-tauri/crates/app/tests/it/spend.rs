//! What calls cost, reported.

use crate::world::World;
use serde_json::{Value, json};
use switchboard_app::api::types::{ErrorCode, SpendFile, SpendReport, SpendToday};

async fn report(world: &World, query: Value) -> SpendReport {
    let report = world.call("spend.report", query).await.unwrap();
    serde_json::from_value(report).unwrap()
}

#[tokio::test]
async fn simulated_calls_are_told_apart_and_never_spent() {
    let mut world = World::new().await;
    let run = world
        .run(
            &["sandbox/swift?tokens=40", "sandbox/steady?tokens=20"],
            &[],
        )
        .await;
    let calls: Vec<_> = run.calls.iter().map(|started| started.call).collect();
    world.until_ended(&calls).await;
    for call in calls {
        world.detail(call).await;
    }
    let real = report(&world, json!({"range": {"kind": "today"}, "by": "model"})).await;
    assert_eq!((real.totals.calls, real.simulated_calls), (0, 2));
    assert!(real.rows.is_empty());
    let query = json!({
        "range": {"kind": "today"}, "by": "model", "simulated": true,
        "chart": {"width": 900, "height": 240},
    });
    let simulated = report(&world, query).await;
    assert_eq!(simulated.totals.calls, 2);
    let mut keys: Vec<&str> = simulated.rows.iter().map(|row| row.key.as_str()).collect();
    keys.sort_unstable();
    assert_eq!(
        keys,
        ["sandbox/steady?tokens=20", "sandbox/swift?tokens=40"]
    );
    assert!(simulated.totals.output_tokens > 0);
    let in_bars: u64 = simulated
        .series
        .iter()
        .flat_map(|series| &series.values)
        .map(|point| point.calls)
        .sum();
    assert_eq!(in_bars, 2, "the chart shows what the table shows");
    assert!(simulated.chart.unwrap().svg.starts_with("<svg"));
    let today = world.call("spend.today", json!({})).await.unwrap();
    let today: SpendToday = serde_json::from_value(today).unwrap();
    assert_eq!((today.calls, today.spend.0), (0, 0));
}

#[tokio::test]
async fn an_alert_alone_is_no_scale_for_a_range_without_calls() {
    let world = World::new().await;
    let query = json!({
        "range": {"kind": "last_7d"}, "by": "model",
        "chart": {"width": 900, "height": 240},
    });
    let svg = report(&world, query).await.chart.unwrap().svg;
    assert!(svg.contains("$0"), "{svg}");
    assert!(!svg.contains("alert"), "{svg}");
}

#[tokio::test]
async fn a_report_that_cannot_be_made_names_its_field() {
    let world = World::new().await;
    let range = json!({"kind": "custom", "from": "soon", "to": "2026-11-01"});
    let error = world
        .call("spend.report", json!({"range": range, "by": "model"}))
        .await
        .unwrap_err();
    assert_eq!(error.code, ErrorCode::InvalidParams);
    assert_eq!(error.field.as_deref(), Some("range.from"));
    let tiny = json!({"width": 10, "height": 240});
    let query = json!({"range": {"kind": "today"}, "by": "model", "chart": tiny});
    let error = world.call("spend.report", query).await.unwrap_err();
    assert_eq!(error.field.as_deref(), Some("chart.width"));
}

#[tokio::test]
async fn the_table_is_saved_as_csv_with_its_totals() {
    let world = World::new().await;
    let query = json!({"range": {"kind": "last_7d"}, "by": "project"});
    let file = world
        .call("spend.export", json!({"query": query, "format": "csv"}))
        .await
        .unwrap();
    let file: SpendFile = serde_json::from_value(file).unwrap();
    assert!(file.suggested_name.ends_with(".csv"));
    let lines: Vec<&str> = file.text.lines().collect();
    assert!(lines[0].starts_with("project,key,calls"));
    assert!(lines[1].starts_with("Total,,0"));
}
