//! Every view of the Costs screen.

use crate::{Outcome, line, spread};
use serde_json::{Value, json};
use std::time::{Duration, Instant};
use switchboard_app::{App, api};

/// Looks at each view.
const LOOKS: usize = 15;
/// Longest a view may take, up to a million calls and above.
const GOALS: [(u64, Duration); 2] = [
    (1_000_000, Duration::from_millis(20)),
    (u64::MAX, Duration::from_millis(60)),
];
const KINDS: [&str; 7] = [
    "model", "provider", "route", "project", "caller", "prompt", "tag",
];
const VIEWS: [&str; 3] = ["spend", "latency", "errors"];

/// Measures the views, and returns what is above the goal.
pub(crate) async fn measure(app: &App) -> Outcome<Vec<String>> {
    let today = jiff::tz::TimeZone::system()
        .to_datetime(jiff::Timestamp::now())
        .date();
    let ago = |days: i64| today.saturating_sub(jiff::ToSpan::days(days)).to_string();
    let custom =
        |first: i64, last: i64| json!({"kind": "custom", "from": ago(first), "to": ago(last)});
    let year = custom(364, 0);
    let calls = ask(app, &query(&year, "model", "spend")).await?["tiles"]["calls"]
        .as_u64()
        .unwrap_or_default();
    line("calls of the year", calls as f64, "");
    let goal = GOALS.iter().find(|(most, _)| calls <= *most);
    let goal = goal.map_or(Duration::ZERO, |(_, goal)| *goal);
    let ranges = [
        ("the year", year),
        ("30 days", json!({"kind": "last_30d"})),
        ("month", json!({"kind": "month_to_date"})),
        ("7 days", json!({"kind": "last_7d"})),
        ("24 hours", json!({"kind": "last_24h"})),
        ("today", json!({"kind": "today"})),
        ("two whole days", custom(8, 7)),
    ];
    let mut slow = Vec::new();
    let mut all = Vec::new();
    for (name, range) in &ranges {
        for by in KINDS {
            for view in VIEWS {
                all.push((format!("{name} by {by}, {view}"), query(range, by, view)));
            }
        }
        for (what, filter) in filters(app, range).await? {
            let mut narrowed = query(range, "model", "spend");
            narrowed["filter"] = filter;
            all.push((format!("{name} by model, {what}"), narrowed));
        }
    }
    let mut longest = Duration::ZERO;
    for (name, query) in &all {
        let (middle, most) = look(app, query).await?;
        line(name, ms(middle), "ms");
        longest = longest.max(most);
        if middle > goal {
            slow.push(format!("{name} takes {:.1} ms", ms(middle)));
        }
    }
    line("the longest of all looks", ms(longest), "ms");
    Ok(slow)
}

/// Narrowed to the dearest project, and to that and the dearest caller in it.
async fn filters(app: &App, range: &Value) -> Outcome<Vec<(String, Value)>> {
    let first = |report: &Value| report["rows"][0]["key"].clone();
    let project = first(&ask(app, &query(range, "project", "spend")).await?);
    let caller = first(&ask(app, &query(range, "caller", "spend")).await?);
    Ok(vec![
        ("of one project".to_owned(), json!({"project": project})),
        (
            "of one project and caller".to_owned(),
            json!({"project": project, "caller": caller}),
        ),
    ])
}

fn query(range: &Value, by: &str, view: &str) -> Value {
    json!({
        "range": range, "by": by, "view": view, "baseline": "openai/gpt-6.1-sol",
        "chart": {"width": 1160, "height": 240},
    })
}

async fn look(app: &App, query: &Value) -> Outcome<(Duration, Duration)> {
    let mut times = Vec::with_capacity(LOOKS);
    for _ in 0..LOOKS {
        let began = Instant::now();
        std::hint::black_box(ask(app, query).await?);
        times.push(began.elapsed());
    }
    Ok(spread(times))
}

async fn ask(app: &App, query: &Value) -> Outcome<Value> {
    let report = api::dispatch(app, "spend.report", query.clone()).await;
    Ok(report.map_err(|error| error.message)?)
}

fn ms(time: Duration) -> f64 {
    time.as_secs_f64() * 1e3
}
