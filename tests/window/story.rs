//! The main job, whole, as a user does it: compose, compare, stop, be rescued, diff, come back.

use serde_json::{Value, json};
use switchboard_acceptance::window::AppWindow;

const TITLE: &str = "Explain rate limits";
const QUESTION: &str = "Explain rate limits to a new colleague, in three sentences.";

/// Calls a use-case as the page would.
pub(crate) async fn api(window: &AppWindow, method: &str, params: Value) -> Value {
    let arguments = json!({ "method": method, "params": params });
    window
        .invoke("api", arguments)
        .await
        .unwrap_or_else(|error| panic!("{method}: {error}"))
}

/// Returns the recorded calls, newest first.
pub(crate) async fn calls(window: &AppWindow) -> Vec<Value> {
    let page = api(window, "calls.list", json!({ "search": "", "limit": 100 })).await;
    page["calls"].as_array().expect("a list of calls").clone()
}

/// Chooses a model for a column in its picker.
async fn choose(window: &AppWindow, column: usize, model: &str) {
    window.click(&format!("column-{column}-model")).await;
    window.find("model-picker").await;
    let name = model.rsplit('/').next().unwrap_or(model);
    window.type_into("target-search", name).await;
    window.click(&format!("target-{model}")).await;
    window
        .wait_for_text(
            &format!("column-{column}-model"),
            "shows the chosen model",
            |text| text.contains(name),
        )
        .await;
}

/// Waits until no call runs.
pub(crate) async fn all_ended(window: &AppWindow) {
    for _ in 0..400 {
        if calls(window)
            .await
            .iter()
            .all(|call| call["status"] != "running")
        {
            return;
        }
        tokio::time::sleep(std::time::Duration::from_millis(100)).await;
    }
    panic!("calls still run: {:?}", calls(window).await);
}

/// Pictures of what is shown now, in both themes.
pub(crate) async fn pictures(window: &AppWindow, name: &str) {
    for theme in ["dark", "light"] {
        let script = "document.documentElement.dataset.theme = arguments[0]; return true";
        window.run(script, vec![json!(theme)]).await;
        tokio::time::sleep(std::time::Duration::from_millis(250)).await;
        window.screenshot(&format!("{name}-{theme}")).await;
    }
}

#[tokio::test]
async fn a_prompt_is_compared_stopped_rescued_and_found_again_after_a_restart() {
    let data = tempfile::tempdir().expect("a folder");
    let window = AppWindow::open(data.path()).await;
    window
        .client()
        .set_window_size(1440, 900)
        .await
        .expect("a size");

    // Compose.
    window.click("prompt-title").await;
    window
        .type_into("prompt-title-input", &format!("{TITLE}\u{E007}"))
        .await;
    let message = last_message(&window).await;
    window.type_into(&message, QUESTION).await;
    choose(&window, 0, "sandbox/swift").await;
    choose(&window, 1, "sandbox/verbose").await;
    choose(&window, 2, "sandbox/flaky-429").await;

    // Run three columns, stop one in the middle of its answer.
    window.click("run-all").await;
    window
        .wait_for_text("column-1-answer", "shows text", |text| text.len() > 80)
        .await;
    pictures(&window, "streaming").await;
    window.click("column-1-stop").await;
    all_ended(&window).await;
    let recorded = calls(&window).await;
    assert_eq!(recorded.len(), 3, "{recorded:?}");
    let of = |model: &str| {
        let is_it = |call: &&Value| {
            call["requested"]["model"]
                .as_str()
                .is_some_and(|name| name.starts_with(model))
        };
        recorded
            .iter()
            .find(is_it)
            .unwrap_or_else(|| panic!("no call of {model}: {recorded:?}"))
    };
    assert_eq!(of("swift")["status"], "ok");
    assert_eq!(of("verbose")["status"], "cancelled");
    // The one that failed was rescued by trying again.
    assert_eq!(of("flaky-429")["status"], "ok");
    assert_eq!(of("flaky-429")["retries"], 1);

    // What is shown is what was received.
    let received = api(&window, "calls.get", json!({ "call": of("swift")["id"] })).await;
    let received = words(received["text"].as_str().expect("a text"));
    let shown = window.wait_for_text("column-0-answer", "shows the whole answer", |text| {
        received.iter().all(|word| text.contains(word.as_str()))
    });
    shown.await;
    window.find("rescued").await;
    pictures(&window, "compared").await;

    // Compare two answers word by word.
    window.click("diff-toggle").await;
    window
        .wait_until(
            "differences are marked",
            "return document.querySelector('[data-testid=diff-view] ins') !== null",
        )
        .await;
    pictures(&window, "diff").await;
    window.click("diff-toggle").await;

    // Start again: the prompt is there, and the calls are found.
    window.close().await;
    let window = AppWindow::open(data.path()).await;
    window
        .client()
        .set_window_size(1440, 900)
        .await
        .expect("a size");
    window
        .wait_for_text("prompt-title", "shows the title again", |text| {
            text.trim() == TITLE
        })
        .await;
    window.click("nav-calls").await;
    window.type_into("calls-search", "flaky").await;
    window
        .wait_until(
            "one call is found",
            "return document.querySelectorAll('[data-testid=calls-row]').length === 1",
        )
        .await;
    window.click("calls-row").await;
    window
        .wait_for_text("calls-detail", "shows the call", |text| {
            text.contains("flaky-429")
        })
        .await;
    pictures(&window, "found").await;
    window.close().await;
}

/// Returns the `data-testid` of the last message's text.
async fn last_message(window: &AppWindow) -> String {
    window.find("message-0-text").await;
    let mut index = 0;
    while window.count(&format!("message-{}-text", index + 1)).await > 0 {
        index += 1;
    }
    format!("message-{index}-text")
}

/// Returns words that markdown leaves as they are.
fn words(markdown: &str) -> Vec<String> {
    let plain = |word: &&str| word.len() > 3 && word.chars().all(char::is_alphabetic);
    markdown
        .split_whitespace()
        .filter(plain)
        .map(str::to_owned)
        .collect()
}
