//! The gateway as a user switches it on, and a program as it uses it.

use crate::story::pictures;
use serde_json::{Value, json};
use switchboard_acceptance::window::AppWindow;
use tokio::io::{AsyncReadExt, AsyncWriteExt};

/// Asks the gateway as any program would; returns the status and the body.
async fn ask(port: u16, key: Option<&str>) -> (u16, Value) {
    let body = json!({
        "model": "sandbox/swift?tokens=12&ttft=5",
        "messages": [{"role": "user", "content": "Why is the sky blue?"}],
    })
    .to_string();
    let key = key.map_or(String::new(), |key| {
        format!("authorization: Bearer {key}\r\n")
    });
    let length = body.len();
    let request = format!(
        "POST /v1/chat/completions HTTP/1.1\r\nhost: 127.0.0.1:{port}\r\nconnection: close\r\n\
         content-type: application/json\r\n{key}content-length: {length}\r\n\r\n{body}"
    );
    let mut stream = tokio::net::TcpStream::connect(("127.0.0.1", port))
        .await
        .expect("the gateway listens");
    stream
        .write_all(request.as_bytes())
        .await
        .expect("it reads");
    let mut reply = String::new();
    stream.read_to_string(&mut reply).await.expect("it answers");
    let (head, body) = reply.split_once("\r\n\r\n").expect("a whole reply");
    let status = head.split(' ').nth(1).and_then(|code| code.parse().ok());
    // A reply in chunks has their lengths around the JSON.
    let json = body
        .find('{')
        .zip(body.rfind('}'))
        .map(|(a, b)| &body[a..=b]);
    let json = json.and_then(|text| serde_json::from_str(text).ok());
    (status.expect("a status"), json.unwrap_or_default())
}

async fn free_port() -> u16 {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await;
    let address = listener.and_then(|listener| listener.local_addr());
    address.expect("a port").port()
}

#[tokio::test]
async fn a_program_uses_the_gateway_that_was_switched_on_and_its_call_appears() {
    let data = tempfile::tempdir().expect("a folder");
    let port = free_port().await;
    let config = format!("[gateway]\nport = {port}\n");
    std::fs::write(data.path().join("config.toml"), config).expect("the folder can be written");
    let window = AppWindow::open(data.path()).await;

    window.click("nav-gateway").await;
    window.click("gateway-switch").await;
    let address = format!("127.0.0.1:{port}");
    window
        .wait_for_text("gateway-status", "says where it serves", |text| {
            text.contains(&address)
        })
        .await;
    let (status, answer) = ask(port, None).await;
    assert_eq!(status, 200, "{answer}");
    assert!(
        answer["choices"][0]["message"]["content"].is_string(),
        "{answer}"
    );
    window
        .wait_for_text("gateway-recent", "shows the call", |text| {
            text.contains("swift")
        })
        .await;

    // The first key closes the gateway to whoever has none; it is shown once and then gone.
    window.click("gateway-new-key").await;
    window.type_into("gateway-key-name", "nightly job").await;
    window.click("gateway-key-create").await;
    let key = window
        .wait_for_text("gateway-secret", "shows the key", |text| {
            text.starts_with("sbk_")
        })
        .await;
    window.click("gateway-key-done").await;
    window
        .wait_for_text("gateway-access", "lists the key", |text| {
            text.contains("nightly job")
        })
        .await;
    let page = window
        .run("return document.documentElement.outerHTML", Vec::new())
        .await;
    assert!(
        !page.to_string().contains(&key),
        "the key is still in the page"
    );
    assert_eq!(ask(port, None).await.0, 401);
    assert_eq!(ask(port, Some(&key)).await.0, 200);
    pictures(&window, "gateway").await;

    window.click("gateway-switch").await;
    window
        .wait_for_text("gateway-status", "says that it is off", |text| {
            text.contains("off")
        })
        .await;
    let refused = tokio::net::TcpStream::connect(("127.0.0.1", port)).await;
    assert!(refused.is_err(), "it still listens");
    window.close().await;
}

#[tokio::test]
async fn an_outage_is_rehearsed_from_the_empty_screen() {
    let data = tempfile::tempdir().expect("a folder");
    let window = AppWindow::open(data.path()).await;
    window.click("nav-rehearse").await;
    pictures(&window, "rehearse-empty").await;
    window.click("rehearse-example").await;
    window
        .wait_for_text("rehearse-headline", "tells the result", |text| {
            text.contains("of 10,000 answered")
        })
        .await;
    pictures(&window, "rehearse").await;
    window.close().await;
}
