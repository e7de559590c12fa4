//! Routes as a user makes, tries, activates, takes back, hands on and takes over.

use crate::story::{api, pictures};
use serde_json::{Value, json};
use std::path::Path;
use switchboard_acceptance::window::AppWindow;

/// Opens the window at the size of the design, on the Routes screen.
pub(crate) async fn open(data: &Path) -> AppWindow {
    let window = AppWindow::open(data).await;
    let size = window.client().set_window_size(1440, 900).await;
    size.expect("a size");
    window.find("column-0-model").await;
    window.press("Ctrl+2").await;
    window.find("step-0").await;
    window
}

/// Returns the names of the routes that are active.
async fn names(window: &AppWindow) -> Vec<String> {
    let routes = api(window, "routes.list", json!({})).await;
    let name = |route: &Value| route["name"].as_str().expect("a name").to_owned();
    routes
        .as_array()
        .expect("a list")
        .iter()
        .map(name)
        .collect()
}

/// Waits until an element is gone.
async fn gone(window: &AppWindow, test_id: &str) {
    let script = format!("return document.querySelector('[data-testid=\"{test_id}\"]') === null");
    window
        .wait_until(&format!("`{test_id}` is gone"), &script)
        .await;
}

/// Waits until the rule that is typed is `rule`.
async fn rule_is(window: &AppWindow, rule: &str) {
    let script = format!(
        "return document.querySelector('[data-testid=route-rule]')?.value === {}",
        json!(rule)
    );
    window
        .wait_until(&format!("the rule is `{rule}`"), &script)
        .await;
}

/// Waits until the chain's models are these, from the top.
async fn chain_is(window: &AppWindow, models: &[&str]) {
    let script = format!(
        "return JSON.stringify([...document.querySelectorAll('[data-step]')]
            .map(card => card.querySelector('.name').title)) === {}",
        json!(json!(models).to_string())
    );
    window
        .wait_until(&format!("the chain is {models:?}"), &script)
        .await;
}

/// Opens an action of the palette by its title, by keyboard.
async fn palette(window: &AppWindow, title: &str) {
    window.press("Ctrl+k").await;
    window
        .wait_until(
            "the palette takes keys",
            "return document.activeElement?.closest('dialog') !== null",
        )
        .await;
    window.type_keys(title).await;
    window.press("Enter").await;
}

#[tokio::test]
async fn a_route_is_built_from_nothing_by_keyboard_alone_and_taken_back() {
    let data = tempfile::tempdir().expect("a folder");
    let window = open(data.path()).await;

    // Its name, what it is for, and a rule that is completed while it is typed.
    window.press("Ctrl+n").await;
    window.wait_for_focus("route-name").await;
    window.type_keys("digest").await;
    window.press("Tab").await;
    window.type_keys("Long texts made short").await;
    window.press("Tab").await;
    window.wait_for_focus("route-rule").await;
    window.type_keys("tas").await;
    window.find("offer-task").await;
    window.press("Enter").await;
    rule_is(&window, "task").await;
    window.type_keys(" == \"summ").await;
    window.find("offer-\"summarization\"").await;
    pictures(&window, "routes-rule").await;
    window.press("Enter").await;
    rule_is(&window, "task == \"summarization\"").await;
    window.press("Escape").await;
    window.tab_to("rule-prompt").await;
    window
        .type_keys("Summarize this report for the board in three sentences.")
        .await;
    let said = |text: &str| text.contains("comes here");
    window
        .wait_for_text("rule-test", "says where the prompt goes", said)
        .await;

    // A second step, which becomes the first; what is done can be undone.
    window.press("Shift+F6").await;
    window.tab_to("step-0").await;
    window.press("+").await;
    window.wait_for_focus("target-search").await;
    window.type_keys("sandbox/swift").await;
    window.press("Enter").await;
    chain_is(&window, &["sandbox/steady", "sandbox/swift"]).await;
    window.wait_for_focus("step-1").await;
    window.press("Alt+Up").await;
    chain_is(&window, &["sandbox/swift", "sandbox/steady"]).await;
    window.press("Ctrl+z").await;
    chain_is(&window, &["sandbox/steady", "sandbox/swift"]).await;
    window.press("Ctrl+Shift+Z").await;
    chain_is(&window, &["sandbox/swift", "sandbox/steady"]).await;

    // Reviewed as a difference, then active.
    window.press("Ctrl+Enter").await;
    let added = |text: &str| text.contains("digest") && text.contains("lines");
    window
        .wait_for_text("review", "shows what is added", added)
        .await;
    pictures(&window, "routes-review").await;
    window.tab_to("review-activate").await;
    window.press("Enter").await;
    gone(&window, "review").await;
    gone(&window, "route-draft").await;
    assert!(names(&window).await.contains(&"digest".to_owned()));
    let file = std::fs::read_to_string(data.path().join("config.toml")).expect("a file");
    assert!(
        file.contains("[routes.digest]") && file.contains("sandbox/swift"),
        "{file}"
    );

    // A prompt that names no route goes there, and the reason is said.
    palette(&window, "Where would it go").await;
    window.tab_to("where-prompt").await;
    window
        .type_keys("Summarize this report for the board in three sentences.")
        .await;
    let told = |text: &str| text.contains("digest") && text.contains("swift");
    window.wait_for_text("where", "says why", told).await;
    pictures(&window, "routes-where").await;
    window.press("Escape").await;
    gone(&window, "where").await;

    // The version before is one key away, and the route is gone again.
    palette(&window, "History of the configuration").await;
    window.find("version-1").await;
    window.tab_to("version-1").await;
    window.press("Enter").await;
    pictures(&window, "routes-history").await;
    window.tab_to("version-restore").await;
    window.press("Enter").await;
    gone(&window, "versions").await;
    gone(&window, "route-digest").await;
    assert!(!names(&window).await.contains(&"digest".to_owned()));
    window.close().await;
}

const LITELLM: &str = "model_list:
- model_name: helper
  litellm_params: {model: openai/gpt-6.1-terra, api_key: os.environ/OPENAI_API_KEY}
- model_name: spare
  litellm_params: {model: anthropic/claude-sonnet-5-5, api_key: os.environ/ANTHROPIC_API_KEY}
router_settings:
  fallbacks: [{helper: [spare]}]
";

#[tokio::test]
async fn a_route_is_handed_to_another_gateway_and_one_is_taken_over() {
    let data = tempfile::tempdir().expect("a folder");
    let window = open(data.path()).await;

    window.click("route-standard").await;
    window.click("route-export").await;
    window.click("export-to-litellm").await;
    let read = |text: &str| text.contains("model_list:");
    let shown = window
        .wait_for_text("export-text", "shows the file", read)
        .await;
    pictures(&window, "routes-export").await;
    window.click("export-save").await;
    let path = data.path().join("litellm.yaml");
    let saved = window.save_as("Save", &path).await;
    assert_eq!(saved.trim(), shown.trim());
    window.press("Escape").await;
    gone(&window, "export-text").await;

    window.click("route-menu").await;
    window.click("route-import").await;
    window.click("import-text").await;
    window.type_keys(LITELLM).await;
    let added = |text: &str| text.contains("[routes.helper]");
    window
        .wait_for_text("import-toml", "shows what would be added", added)
        .await;
    pictures(&window, "routes-import").await;
    window.click("import-apply").await;
    gone(&window, "import").await;
    chain_is(
        &window,
        &["openai/gpt-6.1-terra", "anthropic/claude-sonnet-5-5"],
    )
    .await;
    assert!(names(&window).await.contains(&"helper".to_owned()));
    window.close().await;
}
