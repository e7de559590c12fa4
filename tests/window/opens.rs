//! The window opens, and its page can do nothing that it should not.

use serde_json::json;
use switchboard_acceptance::window::AppWindow;

#[tokio::test]
async fn the_window_opens_and_shows_its_page() {
    let data = tempfile::tempdir().expect("a folder");
    let window = AppWindow::open(data.path()).await;
    assert_eq!(
        window.client().title().await.expect("a title"),
        "Switchboard"
    );
    window.find("run-all").await;
    window.screenshot("opened").await;
    window.close().await;
}

#[tokio::test]
async fn the_page_can_load_nothing_from_outside() {
    let data = tempfile::tempdir().expect("a folder");
    let window = AppWindow::open(data.path()).await;
    // A server of this machine that would answer: what is refused is refused by the policy.
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0")
        .await
        .expect("a port");
    let address = format!("http://{}/", listener.local_addr().expect("an address"));
    let script = "const done = arguments[1];
        const image = new Promise(settle => {
            const image = new Image();
            image.onload = () => settle('loaded');
            image.onerror = () => settle('refused');
            image.src = arguments[0];
        });
        const code = new Promise(settle => {
            const script = document.createElement('script');
            script.textContent = 'window.injected = true';
            document.head.append(script);
            settle(window.injected === true ? 'ran' : 'refused');
        });
        const request = fetch(arguments[0]).then(() => 'loaded', () => 'refused');
        Promise.all([image, code, request]).then(done);";
    let refused = window
        .client()
        .execute_async(script, vec![json!(address)])
        .await
        .expect("an answer");
    assert_eq!(refused, json!(["refused", "refused", "refused"]));
    let opened = window
        .run(
            "return window.open(arguments[0]) === null",
            vec![json!(address)],
        )
        .await;
    assert_eq!(opened, json!(true), "a page could open another window");
    window
        .run("window.location.href = arguments[0]", vec![json!(address)])
        .await;
    tokio::time::sleep(std::time::Duration::from_millis(300)).await;
    let url = window.client().current_url().await.expect("an address");
    assert_eq!(url.scheme(), "tauri", "the page could go to {url}");
    let asked =
        tokio::time::timeout(std::time::Duration::from_millis(100), listener.accept()).await;
    assert!(asked.is_err(), "something was asked for from outside");
    window.close().await;
}

#[tokio::test]
async fn the_page_can_call_its_own_commands_only() {
    let data = tempfile::tempdir().expect("a folder");
    let window = AppWindow::open(data.path()).await;
    for (command, arguments) in [
        (
            "plugin:opener|open_url",
            json!({ "url": "https://example.com" }),
        ),
        ("plugin:dialog|open", json!({ "options": {} })),
        ("plugin:window|close", json!({ "label": "main" })),
        ("plugin:clipboard-manager|read_text", json!({})),
        ("plugin:fs|read_file", json!({ "path": "/etc/passwd" })),
        ("no_such_command", json!({})),
    ] {
        let error = window.invoke(command, arguments).await.expect_err(command);
        let error = error.as_str().unwrap_or_default().to_owned();
        assert!(
            error.contains("not allowed") || error.contains("not found"),
            "{command}: {error}"
        );
    }
    let refused = window
        .invoke(
            "open_url",
            json!({ "request": { "url": "file:///etc/passwd" } }),
        )
        .await;
    let refused = refused.expect_err("a file is not opened");
    assert_eq!(refused["code"], "invalid_params");
    assert_eq!(refused["field"], "url");
    window.close().await;
}
