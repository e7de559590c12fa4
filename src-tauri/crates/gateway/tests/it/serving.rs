//! What the page gets.

use crate::stand_in::{StandIn, json_of, loopback, sent, served};
use bytes::Bytes;
use futures_util::StreamExt;
use serde_json::{Value, json};
use std::sync::Arc;
use std::time::Duration;
use switchboard_gateway::{Assets, serve_dashboard};

#[tokio::test]
async fn files_have_their_types_and_only_hashed_ones_are_kept() {
    let served = served().await;
    for (path, kind, cache) in [
        ("/", "text/html; charset=utf-8", "no-store"),
        ("/index.html", "text/html; charset=utf-8", "no-store"),
        ("/calls/0190", "text/html; charset=utf-8", "no-store"),
        ("/boot.js", "text/javascript; charset=utf-8", "no-cache"),
        (
            "/assets/main-1a.js",
            "text/javascript; charset=utf-8",
            "private, max-age=31536000, immutable",
        ),
        (
            "/assets/inter.woff2",
            "font/woff2",
            "private, max-age=31536000, immutable",
        ),
    ] {
        let reply = sent(served.get(path)).await;
        assert_eq!(reply.status(), 200, "{path}");
        assert_eq!(reply.headers()["content-type"], kind, "{path}");
        assert_eq!(reply.headers()["cache-control"], cache, "{path}");
    }
    let page = sent(served.get("/calls/0190")).await.text().await.unwrap();
    assert!(page.contains("<title>Switchboard</title>"));
}

#[tokio::test]
async fn no_path_leads_out_of_the_folder() {
    let served = served().await;
    let address = served.dashboard.address();
    for path in [
        "/../secret.txt",
        "/..%2fsecret.txt",
        "/assets/../../secret.txt",
        "//secret.txt",
        "/%2e%2e/secret.txt",
        "/nothing.js",
    ] {
        // Written by hand: clients tidy such paths up.
        let request = format!(
            "GET {path} HTTP/1.1\r\nhost: {address}\r\ncookie: {}\r\nconnection: close\r\n\r\n",
            served.cookie
        );
        let mut stream = tokio::net::TcpStream::connect(address).await.unwrap();
        tokio::io::AsyncWriteExt::write_all(&mut stream, request.as_bytes())
            .await
            .unwrap();
        let mut reply = String::new();
        tokio::io::AsyncReadExt::read_to_string(&mut stream, &mut reply)
            .await
            .unwrap();
        assert!(reply.starts_with("HTTP/1.1 404"), "{path}: {reply}");
    }
}

#[tokio::test]
async fn methods_answer_with_their_result_or_their_error() {
    let served = served().await;
    let reply = sent(served.post("/api/call/echo", r#"{"a":[1,"ä"]}"#)).await;
    assert_eq!(reply.headers()["cache-control"], "no-store");
    assert_eq!(json_of(reply).await, json!({ "a": [1, "ä"] }));
    assert_eq!(
        json_of(sent(served.post("/api/call/echo", "")).await).await,
        Value::Null
    );
    let reply = sent(served.post("/api/call/locked", "{}")).await;
    assert_eq!(reply.status(), 423);
    let error = json_of(reply).await;
    assert_eq!(
        error,
        json!({ "code": "keychain_locked", "message": "it does not work", "hint": "try again" })
    );
    assert_eq!(
        sent(served.post("/api/call/nothing", "{}")).await.status(),
        404
    );
    assert_eq!(sent(served.post("/api/other", "{}")).await.status(), 404);
    assert_eq!(sent(served.get("/api/call/echo")).await.status(), 405);
    let reply = sent(served.post("/api/call/echo", r#"{"key":"sk-secret"#)).await;
    assert_eq!(reply.status(), 400);
    let text = reply.text().await.unwrap();
    assert!(
        text.contains("line 1, column 17") && !text.contains("sk-secret"),
        "{text}"
    );
}

#[tokio::test]
async fn bodies_are_bounded() {
    let served = served().await;
    let large = vec![b' '; 5 * 1024 * 1024];
    let reply = sent(served.post("/api/host/set_key", large.clone())).await;
    assert_eq!(reply.status(), 413);
    assert!(reply.text().await.unwrap().contains("too large"));
    // Prompts carry images: calls take more.
    let image = format!("\"{}\"", "x".repeat(8 * 1024 * 1024));
    assert_eq!(
        sent(served.post("/api/call/echo", image)).await.status(),
        200
    );
}

#[tokio::test]
async fn the_acts_of_the_host_reach_the_application() {
    let served = served().await;
    let key = json!({ "provider": "openai", "name": "default", "key": "sk-secret", "session_only": true });
    let reply = sent(served.post("/api/host/set_key", key.to_string())).await;
    assert_eq!(reply.status(), 503);
    assert!(!reply.text().await.unwrap().contains("sk-secret"));
    let reply = sent(served.post("/api/host/set_key", r#"{"key":"sk-secret","provider":7}"#)).await;
    assert_eq!(reply.status(), 400);
    assert!(!reply.text().await.unwrap().contains("sk-secret"));
    let scan = json!({ "name": ".env", "text": "A=1\nB=2\n" });
    let reply = sent(served.post("/api/host/scan_dotenv", scan.to_string())).await;
    assert_eq!(json_of(reply).await["origin"], ".env");
    assert_eq!(
        sent(served.post("/api/host/set_hidden", r#"{"hidden":true}"#))
            .await
            .status(),
        200
    );
    let asked = served.app.asked.lock().unwrap().clone();
    assert_eq!(asked[0].1, json!({ "provider": "openai", "letters": 9 }));
    assert_eq!(asked[1].1, json!({ "name": ".env", "lines": 2 }));
}

async fn next_data(
    stream: &mut (impl futures_util::Stream<Item = reqwest::Result<Bytes>> + Unpin),
) -> Value {
    let mut text = String::new();
    loop {
        let bytes = tokio::time::timeout(Duration::from_secs(5), stream.next())
            .await
            .unwrap()
            .unwrap()
            .unwrap();
        text.push_str(std::str::from_utf8(&bytes).unwrap());
        if let Some(data) = text.lines().find_map(|line| line.strip_prefix("data: "))
            && text.ends_with("\n\n")
        {
            return serde_json::from_str(data).unwrap();
        }
    }
}

#[tokio::test]
async fn what_happens_arrives_on_the_live_channel_until_the_host_stops() {
    let served = served().await;
    let reply = sent(served.get("/api/live")).await;
    assert_eq!(reply.headers()["content-type"], "text/event-stream");
    let mut stream = reply.bytes_stream();
    served.app.publish();
    let batch = next_data(&mut stream).await;
    assert_eq!(
        batch,
        json!({ "seq": 0, "items": [{ "kind": "providers_changed" }] })
    );
    served.app.publish();
    assert_eq!(next_data(&mut stream).await["seq"], 1);
    served.dashboard.stop().await;
    let rest: Vec<_> = tokio::time::timeout(Duration::from_secs(5), stream.collect())
        .await
        .unwrap();
    assert!(rest.iter().all(Result::is_ok), "the channel ends properly");
}

#[tokio::test]
async fn hiding_the_only_page_slows_its_channel_and_a_second_page_is_never_slowed() {
    let served = served().await;
    let mut first = sent(served.get("/api/live")).await.bytes_stream();
    served.app.publish();
    next_data(&mut first).await;
    assert_eq!(
        sent(served.post("/api/host/set_hidden", r#"{"hidden":true}"#))
            .await
            .status(),
        200
    );
    let mut second = sent(served.get("/api/live")).await.bytes_stream();
    // Nothing but text waits for a tick, so the proof is that both get it at all.
    served.app.publish();
    assert_eq!(next_data(&mut second).await["seq"], 0);
    assert_eq!(next_data(&mut first).await["seq"], 1);
}

#[tokio::test]
async fn files_can_be_part_of_the_program() {
    let find = |path: &str| {
        (path == "index.html").then(|| {
            (
                Bytes::from_static(b"<title>in</title>"),
                "text/html".to_owned(),
            )
        })
    };
    let dashboard = serve_dashboard(
        StandIn::default(),
        Assets::Lookup(Arc::new(find)),
        loopback(),
    )
    .await
    .unwrap();
    let client = reqwest::Client::builder().no_proxy().build().unwrap();
    // This client keeps no cookies: the redirect ends at the sign-in page.
    let reply = client.get(dashboard.url_with_token()).send().await.unwrap();
    assert_eq!(reply.status(), 401);
    assert!(reply.text().await.unwrap().contains("Not signed in"));
}
