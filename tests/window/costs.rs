//! What calls came to, as a user looks at it: over which time, by what, which calls, and as a file.

use crate::story::{all_ended, api, calls, pictures};
use serde_json::{Value, json};
use switchboard_acceptance::upstream::Upstream;
use switchboard_acceptance::window::AppWindow;

/// Makes a call of each model, of a project each, and waits for their end.
async fn spend(window: &AppWindow, models: &[(&str, &str)]) {
    for (at, (model, project)) in models.iter().enumerate() {
        let text = json!({"type": "text", "text": "Why is the sky blue?"});
        let body = json!({
            "messages": [{"role": "user", "parts": [text]}],
            "variables": {}, "tools": [], "response_format": {"type": "text"},
            "params": {"max_tokens": 60},
            "columns": [{"id": format!("c{at}"), "model": model}],
        });
        let run = json!({"body": body, "project": project});
        let started: Value = api(window, "calls.start", run).await;
        assert_eq!(started["calls"].as_array().map(Vec::len), Some(1));
    }
    all_ended(window).await;
}

/// Chooses an entry of a menu.
async fn choose(window: &AppWindow, menu: &str, entry: &str) {
    window.click(menu).await;
    window.click(entry).await;
}

#[tokio::test]
async fn what_calls_came_to_is_grouped_followed_to_the_calls_and_saved() {
    let data = tempfile::tempdir().expect("a folder");
    let upstream = Upstream::start();
    let config = upstream.config("lab", &["swift", "steady"]);
    std::fs::write(data.path().join("config.toml"), config).expect("the folder can be written");
    let window = AppWindow::open(data.path()).await;
    let size = window.client().set_window_size(1440, 900).await;
    size.expect("a size");
    let runs = [
        ("lab/swift", "alpha"),
        ("lab/steady", "alpha"),
        ("lab/swift", "beta"),
        // Simulated inside the program: it costs nothing and is not counted.
        ("sandbox/swift?tokens=12&ttft=5", "gamma"),
    ];
    spend(&window, &runs).await;

    window.click("nav-costs").await;
    let both = |text: &str| text.contains("swift") && text.contains("steady");
    window
        .wait_for_text("costs-table", "shows both models", both)
        .await;
    let aside = |text: &str| text.contains("1 call of the simulator costs nothing and is left out");
    window
        .wait_for_text("simulated", "says what is left out", aside)
        .await;
    choose(&window, "costs-range", "range-today").await;
    choose(&window, "costs-by", "by-project").await;
    let by_project = |text: &str| text.contains("alpha") && text.contains("beta");
    let table = window
        .wait_for_text("costs-table", "shows both projects", by_project)
        .await;
    assert!(!table.contains("steady"), "{table}");
    pictures(&window, "costs").await;

    // A bar of the chart leads to its calls, and to no others.
    let place = "const chart = document.querySelector('[data-testid=costs-chart]');
        const bars = [...chart.querySelectorAll('svg path, svg rect')]
            .filter(bar => /series/.test(bar.getAttribute('fill') ?? ''))
            .map(bar => bar.getBoundingClientRect())
            .filter(box => box.width > 2 && box.height > 4);
        const [bar] = bars.sort((a, b) => b.height - a.height);
        return bar ? [bar.left + bar.width / 2, bar.top + bar.height / 2] : null";
    let bar = window.run(place, Vec::new()).await;
    let at = |axis: usize| {
        bar[axis]
            .as_f64()
            .unwrap_or_else(|| panic!("no bar: {bar}"))
    };
    window.click_at(at(0), at(1)).await;
    let only = window
        .wait_for_text("calls-only", "says what it shows", |text| {
            text.contains("alpha") || text.contains("beta")
        })
        .await;
    let of_it = if only.contains("alpha") { 2 } else { 1 };
    window
        .wait_until(
            "only its calls are listed",
            &format!(
                "return document.querySelectorAll('[data-testid=calls-row]').length === {of_it}"
            ),
        )
        .await;
    assert_eq!(calls(&window).await.len(), 4, "{:?}", calls(&window).await);

    // The table as a file says what the screen says.
    window.click("nav-costs").await;
    window
        .wait_for_text("costs-table", "shows both projects again", by_project)
        .await;
    choose(&window, "costs-export", "export-csv").await;
    let csv = window.save_as("Save", &data.path().join("costs.csv")).await;
    let lines: Vec<&str> = csv.lines().collect();
    assert!(lines[0].contains("project"), "{csv}");
    for project in ["alpha", "beta"] {
        assert!(lines.iter().any(|line| line.contains(project)), "{csv}");
    }
    window.close().await;
}
