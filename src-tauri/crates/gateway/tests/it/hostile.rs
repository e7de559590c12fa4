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

/// Sends a text at once and bytes after it, one a second; reads all that is answered until the gateway closes.
async fn dripped(world: &World, at_once: &str, bytes: impl Iterator<Item = u8>) -> String {
    let mut stream = TcpStream::connect(world.gateway.address()).await.unwrap();
    let (mut read, mut write) = stream.split();
    let mut answer = String::new();
    let dripping = async {
        write.write_all(at_once.as_bytes()).await.unwrap();
        for byte in bytes {
            if write.write_all(&[byte]).await.is_err() {
                break;
            }
            tokio::time::sleep(Duration::from_secs(1)).await;
        }
        std::future::pending::<()>().await;
    };
    let reading = timeout(Duration::from_secs(40), read.read_to_string(&mut answer));
    tokio::select! {
        ended = reading => { ended.unwrap().ok(); }
        () = dripping => {}
    }
    answer
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

#[tokio::test]
async fn what_is_no_request_is_refused_in_a_sentence() {
    let world = world().await;
    let host = world.gateway.address();
    for bytes in [
        "\x16\x03\x01\x02\x00\x01\x00\x01\u{fc}\x03\x03".to_owned(),
        "GET\r\n\r\n".to_owned(),
        format!("GET /healthz HTTP/1.1\r\nhost: {host}\r\nno colon\r\n\r\n"),
        format!(
            "POST /v1/messages HTTP/1.1\r\nhost: {host}\r\ncontent-length: 99999999999999999999999\r\n\r\n{{}}"
        ),
        format!("POST /v1/messages HTTP/1.1\r\nhost: {host}\r\ncontent-length: -1\r\n\r\n{{}}"),
        format!(
            "POST /v1/messages HTTP/1.1\r\nhost: {host}\r\ncontent-length: 2\r\ncontent-length: 3\r\n\r\n{{}}"
        ),
        format!("GET /healthz HTTP/7.7\r\nhost: {host}\r\n\r\n"),
    ] {
        let text = said(&world, bytes.as_bytes()).await;
        let (status, body) = first(&text);
        assert!((400..500).contains(&status), "{bytes:?}: {text}");
        let message = body["error"]["message"].as_str().unwrap_or_default();
        assert!(message.len() > 20, "{bytes:?}: {text}");
    }
    // An address without end.
    let long = format!("/v1/models/{}", "m".repeat(70_000));
    let (status, body) = first(&said(&world, head(&world, "GET", &long, "").as_bytes()).await);
    assert!(status == 414 || status == 431, "{status} {body}");
    assert!(body["error"]["message"].is_string(), "{body}");
}

#[tokio::test]
async fn bodies_that_are_no_request_are_400_in_each_apis_shape() {
    let world = world().await;
    let deep = "[".repeat(100_000);
    let bodies: [(&str, &[u8]); 8] = [
        ("nothing", b""),
        ("cut", b"{\"model\": \"sandbox/swift\", \"messages\": ["),
        (
            "utf-8",
            b"{\"model\": \"sandbox/sw\xff\xfeift\", \"messages\": []}",
        ),
        (
            "half a surrogate",
            br#"{"model": "\ud800", "messages": []}"#,
        ),
        ("a list", b"[]"),
        ("two objects", b"{}{}"),
        ("deep", deep.as_bytes()),
        ("number", b"{\"model\": 1e999999, \"messages\": 7}"),
    ];
    let paths = [
        "/v1/chat/completions",
        "/v1/responses",
        "/v1/messages",
        "/v1/messages/count_tokens",
        "/v1beta/models/sandbox%2Fswift:generateContent",
        "/v1/embeddings",
    ];
    for path in paths {
        for (name, body) in &bodies {
            let request = world.http.post(world.url(path)).body(body.to_vec());
            let reply = request.send().await.unwrap();
            let status = reply.status().as_u16();
            let told: Value = serde_json::from_str(&reply.text().await.unwrap()).unwrap();
            assert_eq!(status, 400, "{path} {name}: {told}");
            let error = &told["error"];
            assert!(error["message"].is_string(), "{path} {name}: {told}");
            match path {
                _ if path.starts_with("/v1/messages") => assert_eq!(told["type"], "error"),
                _ if path.starts_with("/v1beta") => assert_eq!(error["status"], "INVALID_ARGUMENT"),
                _ => assert_eq!(error["type"], "invalid_request_error"),
            }
        }
    }
}

#[tokio::test]
async fn a_body_that_ends_early_starts_no_call() {
    let world = world().await;
    let part = head(
        &world,
        "POST",
        "/v1/chat/completions",
        "content-length: 5000\r\n",
    ) + "{\"model\"";
    let mut stream = TcpStream::connect(world.gateway.address()).await.unwrap();
    stream.write_all(part.as_bytes()).await.unwrap();
    stream.shutdown().await.unwrap();
    let mut answer = String::new();
    let read = stream.read_to_string(&mut answer);
    // A half-closed connection may be answered or not; it ends.
    timeout(Duration::from_secs(10), read).await.unwrap().ok();
    assert!(answer.is_empty() || first(&answer).0 == 400, "{answer}");
    let list = json!({"search": "", "limit": 10});
    let page = switchboard_app::api::dispatch(&world.app, "calls.list", list).await;
    assert_eq!(page.unwrap()["calls"], json!([]));
}

#[tokio::test]
async fn headers_a_byte_a_second_are_408_and_an_idle_connection_is_closed_without_a_word() {
    let world = world().await;
    let text = head(&world, "POST", "/v1/messages", "content-length: 2\r\n");
    let slow = dripped(&world, "", text.bytes());
    let idle = async {
        let mut stream = TcpStream::connect(world.gateway.address()).await.unwrap();
        let asks = head(&world, "GET", "/healthz", "");
        stream.write_all(asks.as_bytes()).await.unwrap();
        let mut answer = String::new();
        let reading = timeout(Duration::from_secs(40), stream.read_to_string(&mut answer));
        reading.await.unwrap().unwrap();
        answer
    };
    let (slow, idle) = tokio::join!(slow, idle);
    let (status, body) = first(&slow);
    // So little came that the path is not known.
    assert_eq!(
        (status, &body["error"]["code"]),
        (408, &json!("slow_headers")),
        "{slow}"
    );
    assert!(
        idle.starts_with("HTTP/1.1 200") && idle.ends_with("ok\n"),
        "{idle}"
    );
}

#[tokio::test]
async fn bodies_a_byte_a_second_are_408_and_keep_nobody_else_waiting() {
    const CLIENTS: usize = 100;
    let world = world().await;
    let more = "connection: close\r\ncontent-length: 4000\r\n";
    let head = head(&world, "POST", "/v1/messages", more);
    let slow = futures_util::future::join_all(
        (0..CLIENTS).map(|_| dripped(&world, &head, std::iter::repeat(b' '))),
    );
    let quick = async {
        tokio::time::sleep(Duration::from_secs(2)).await;
        let asked = world.json("/v1/chat/completions", chat(&fast("say=Blue"), false));
        timeout(Duration::from_secs(5), asked).await.unwrap()
    };
    let (slow, (status, body)) = tokio::join!(slow, quick);
    assert_eq!(status, 200, "{body}");
    for answer in slow {
        let (status, body) = first(&answer);
        assert_eq!(
            (status, &body["error"]["type"]),
            (408, &json!("invalid_request_error")),
            "{answer}"
        );
        let told = body["error"]["message"].as_str().unwrap();
        assert!(told.contains("send it faster"), "{told}");
    }
    let list = json!({"search": "", "limit": 10});
    let page = switchboard_app::api::dispatch(&world.app, "calls.list", list).await;
    let calls = page.unwrap();
    assert_eq!(calls["calls"].as_array().unwrap().len(), 1, "{calls}");
}

#[tokio::test]
async fn requests_sent_at_once_are_answered_in_their_order() {
    let world = world().await;
    let mut bytes = String::new();
    for (number, say) in ["One", "Two", "Three"].iter().enumerate() {
        let body = chat(&format!("sandbox/steady?ttft=5&tps=max&say={say}"), false).to_string();
        let last = if number == 2 {
            "connection: close\r\n"
        } else {
            ""
        };
        let more = format!("{last}content-length: {}\r\n", body.len());
        bytes += &(head(&world, "POST", "/v1/chat/completions", &more) + &body);
    }
    let text = said(&world, bytes.as_bytes()).await;
    assert_eq!(text.matches("HTTP/1.1 200").count(), 3, "{text}");
    let at = |say: &str| text.find(&format!("\"content\":\"{say}")).unwrap();
    assert!(at("One") < at("Two") && at("Two") < at("Three"), "{text}");
}

#[tokio::test]
async fn an_old_client_gets_whole_answers_and_streams() {
    let world = world().await;
    let host = world.gateway.address();
    for stream in [false, true] {
        let body = chat(&fast("say=Blue"), stream).to_string();
        let bytes = format!(
            "POST /v1/chat/completions HTTP/1.0\r\nhost: {host}\r\ncontent-length: {}\r\n\r\n{body}",
            body.len()
        );
        let text = said(&world, bytes.as_bytes()).await;
        let (head, body) = text.split_once("\r\n\r\n").unwrap();
        assert!(head.starts_with("HTTP/1.0 200"), "{text}");
        assert!(!head.contains("chunked"), "{text}");
        assert!(body.contains("Blue"), "{text}");
        assert_eq!(body.ends_with("data: [DONE]\n\n"), stream, "{text}");
    }
}

#[tokio::test]
async fn unknown_models_fields_paths_and_methods_are_told_apart() {
    let world = world().await;
    let (status, body) = world
        .json("/v1/chat/completions", chat("nobody/knows-it", false))
        .await;
    assert_eq!(status, 404, "{body}");
    // What this version does not know reaches the provider as it is.
    let mut body = chat("up-chat/steady?ttft=1&tps=max&say=Blue", false);
    body["a_field_of_next_year"] = json!({"deep": [1, null]});
    let (status, _) = world.json("/v1/chat/completions", body).await;
    assert_eq!(status, 200);
    let sent = world.upstream.journal().entries().pop().unwrap();
    assert_eq!(
        sent.body.unwrap()["a_field_of_next_year"],
        json!({"deep": [1, null]})
    );
    for (method, path, wanted) in [
        ("GET", "/v1/chat/completions", 405),
        ("DELETE", "/v1/messages", 405),
        ("POST", "/v1/nothing", 404),
        ("GET", "/../../etc/passwd", 404),
        ("GET", "/v1/models/%00%ff", 404),
    ] {
        let bytes = head(&world, method, path, "connection: close\r\n");
        let (status, body) = first(&said(&world, bytes.as_bytes()).await);
        assert_eq!(status, wanted, "{method} {path} {body}");
        assert!(body["error"]["message"].is_string(), "{method} {path}");
    }
}

#[tokio::test]
async fn a_hundred_megabytes_are_413_and_a_client_that_asks_first_sends_none() {
    let world = world().await;
    let body = vec![b' '; 100 * 1024 * 1024];
    let request = world.http.post(world.url("/v1/messages")).body(body);
    let reply = request.send().await.unwrap();
    assert_eq!(reply.status().as_u16(), 413);
    let told: Value = serde_json::from_str(&reply.text().await.unwrap()).unwrap();
    assert_eq!(told["error"]["type"], "request_too_large");
    let more = format!(
        "expect: 100-continue\r\nconnection: close\r\ncontent-length: {}\r\n",
        u64::MAX / 4
    );
    let asks = head(&world, "POST", "/v1/messages", &more);
    let text = said(&world, asks.as_bytes()).await;
    assert!(text.starts_with("HTTP/1.1 413"), "{text}");
}
