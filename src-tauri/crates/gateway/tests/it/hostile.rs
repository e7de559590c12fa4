//! What is no request, or hardly one, over raw sockets.

use crate::world::{World, chat, fast, world};
use serde_json::{Value, json};
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::timeout;

/// Sends bytes, as far as they are taken, and reads all that is answered until the gateway closes.
async fn said(world: &World, bytes: &[u8]) -> String {
    let mut stream = TcpStream::connect(world.gateway.address()).await.unwrap();
    let (mut read, mut write) = stream.split();
    let mut answer = Vec::new();
    let both = async {
        // It may be refused before it is sent.
        let sending = async { write.write_all(bytes).await.ok() };
        let (_, read) = tokio::join!(sending, read.read_to_end(&mut answer));
        read
    };
    let ended = timeout(Duration::from_secs(30), both).await;
    let answer = String::from_utf8_lossy(&answer).into_owned();
    assert!(ended.is_ok(), "the connection stays open: {answer}");
    answer
}

/// Returns status and body of the first answer in a text.
fn first(text: &str) -> (u16, Value) {
    let (head, body) = text.split_once("\r\n\r\n").unwrap_or((text, ""));
    let status = head.split(' ').nth(1).unwrap_or_default();
    let body = body.lines().next().unwrap_or_default();
    (
        status.parse().unwrap_or_default(),
        serde_json::from_str(body).unwrap_or_default(),
    )
}

fn head(world: &World, method: &str, path: &str, more: &str) -> String {
    let host = world.gateway.address();
    format!("{method} {path} HTTP/1.1\r\nhost: {host}\r\n{more}\r\n")
}

/// A request with this many bytes of line and headers.
fn padded(world: &World, path: &str, length: usize) -> String {
    let bare = head(world, "GET", path, "connection: close\r\nx-pad: \r\n").len();
    let pad = "x".repeat(length - bare);
    head(
        world,
        "GET",
        path,
        &format!("connection: close\r\nx-pad: {pad}\r\n"),
    )
}

#[tokio::test]
async fn headers_have_a_hard_limit_and_beyond_it_is_431_in_the_apis_shape() {
    let world = world().await;
    const LIMIT: usize = 64 * 1024;
    let fits = said(&world, padded(&world, "/healthz", LIMIT - 1).as_bytes()).await;
    assert!(fits.starts_with("HTTP/1.1 200"), "{fits}");
    for length in [LIMIT + 1, LIMIT + 1000, 2 * LIMIT, 40 * LIMIT] {
        let refused = padded(&world, "/v1/messages", length);
        let (status, body) = first(&said(&world, refused.as_bytes()).await);
        assert_eq!(status, 431, "{length} {body}");
        assert_eq!(
            (&body["type"], &body["error"]["type"]),
            (&json!("error"), &json!("invalid_request_error"))
        );
        let message = body["error"]["message"].as_str().unwrap();
        assert!(message.contains("64 KB"), "{message}");
    }
    let many = "x-many: 1\r\n".repeat(101);
    let refused = head(&world, "POST", "/v1beta/models/m:generateContent", &many);
    let (status, body) = first(&said(&world, refused.as_bytes()).await);
    assert_eq!((status, &body["error"]["code"]), (431, &json!(431)));
    assert_eq!(body["error"]["status"], "INVALID_ARGUMENT");
    let refused = padded(&world, "/v1/chat/completions", LIMIT + 9);
    let (status, body) = first(&said(&world, refused.as_bytes()).await);
    assert_eq!(
        (status, &body["error"]["code"]),
        (431, &json!("headers_too_large"))
    );
    // The next client is served as ever.
    let (status, _) = world
        .json("/v1/chat/completions", chat(&fast(""), false))
        .await;
    assert_eq!(status, 200);
}
