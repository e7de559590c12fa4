//! Clients that are too slow, too many, too large, or gone.

use crate::world::{FAST, World, chat, provider, world, world_of};
use axum::body::Body;
use serde_json::{Value, json};
use std::convert::Infallible;
use std::sync::{Arc, Mutex};
use std::time::Duration;
use switchboard_sandbox::{Entry, Outcome};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpSocket, TcpStream};
use tokio::sync::oneshot;
use tokio::time::{Instant, sleep, timeout};

/// Long enough for anything here, short enough to be told.
const LONG: Duration = Duration::from_secs(60);

/// Writes a request by hand, so that it can be left unfinished or its answer unread.
async fn ask_by_hand(world: &World, stream: &mut TcpStream, path: &str, body: &Value) {
    let body = body.to_string();
    let head = format!(
        "POST {path} HTTP/1.1\r\nhost: {}\r\ncontent-length: {}\r\n\r\n",
        world.gateway.address(),
        body.len()
    );
    stream.write_all(head.as_bytes()).await.unwrap();
    stream.write_all(body.as_bytes()).await.unwrap();
}

/// Waits until nothing runs any more.
async fn until_idle(world: &World) {
    let end = Instant::now() + LONG;
    loop {
        let info = switchboard_app::api::dispatch(&world.app, "app.info", json!({})).await;
        let running = info.unwrap()["in_flight"].clone();
        if running == 0 {
            return;
        }
        assert!(Instant::now() < end, "{running} calls run on");
        sleep(Duration::from_millis(20)).await;
    }
}

/// A provider whose answer has no end; returns its address and what resolves when it is left.
async fn endless() -> (String, oneshot::Receiver<()>) {
    let (guard, left) = oneshot::channel::<()>();
    let guard = Arc::new(Mutex::new(Some(guard)));
    let piece = json!({"choices": [{"index": 0, "delta": {"content": "x".repeat(32 * 1024)}}]});
    let piece = format!("data: {piece}\n\n");
    let answer = move || {
        let guard = guard.lock().unwrap().take();
        let piece = piece.clone();
        let pieces = futures_util::stream::unfold(guard, move |guard| {
            let piece = Ok::<_, Infallible>(piece.clone());
            async move { Some((piece, guard)) }
        });
        async move {
            (
                [("content-type", "text/event-stream")],
                Body::from_stream(pieces),
            )
        }
    };
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let router = axum::Router::new().fallback(answer);
    // It ends with the test.
    tokio::spawn(async move { axum::serve(listener, router).await });
    (url, left)
}

#[tokio::test]
async fn a_client_that_takes_nothing_is_dropped_and_its_call_cancelled() {
    let (url, left) = endless().await;
    let world = world_of(&provider("endless", "openai_chat", &url)).await;
    let socket = TcpSocket::new_v4().unwrap();
    socket.set_recv_buffer_size(4096).unwrap();
    let mut stream = socket.connect(world.gateway.address()).await.unwrap();
    ask_by_hand(
        &world,
        &mut stream,
        "/v1/chat/completions",
        &chat("endless/m", true),
    )
    .await;
    let mut first = [0; 16];
    stream.read_exact(&mut first).await.unwrap();
    // The provider's connection is closed, which drops the guard.
    assert!(timeout(LONG, left).await.unwrap().is_err());
    until_idle(&world).await;
    let call = world.newest_ended().await;
    assert_eq!(call["status"], "cancelled", "{call}");
}

#[tokio::test]
async fn a_slow_but_living_client_gets_everything() {
    let world = world().await;
    let mut stream = TcpStream::connect(world.gateway.address()).await.unwrap();
    let model = "up-chat/steady?ttft=1&tps=max&tokens=40&say=Blue";
    ask_by_hand(
        &world,
        &mut stream,
        "/v1/chat/completions",
        &chat(model, true),
    )
    .await;
    let mut text = Vec::new();
    // A byte at a time, over three times as long as one may take nothing.
    let end = Instant::now() + Duration::from_millis(1500);
    while Instant::now() < end {
        let mut byte = [0];
        stream.read_exact(&mut byte).await.unwrap();
        text.push(byte[0]);
        sleep(Duration::from_millis(20)).await;
    }
    while !text.ends_with(b"0\r\n\r\n") {
        let mut rest = [0; 4096];
        let read = timeout(LONG, stream.read(&mut rest))
            .await
            .unwrap()
            .unwrap();
        assert_ne!(read, 0, "{}", String::from_utf8_lossy(&text));
        text.extend_from_slice(&rest[..read]);
    }
    assert!(String::from_utf8_lossy(&text).contains("data: [DONE]"));
}

#[tokio::test]
async fn a_thousand_clients_that_vanish_leave_nothing_behind() {
    let world = world().await;
    let journal = world.upstream.journal();
    // Not all at once: that takes more open files than many systems allow.
    for wave in 1..=4 {
        let mut streams = Vec::new();
        for index in 0..250 {
            let mut stream = TcpStream::connect(world.gateway.address()).await.unwrap();
            let is_stream = index % 2 == 0;
            let model = "up-chat/steady?ttft=20&tps=4&tokens=2000";
            let body = chat(model, is_stream);
            ask_by_hand(&world, &mut stream, "/v1/chat/completions", &body).await;
            streams.push(stream);
        }
        let all = journal.wait_for(|entries| entries.len() == wave * 250);
        timeout(LONG, all).await.unwrap();
        drop(streams);
        let over = |entry: &Entry| entry.outcome != Outcome::Running;
        let gone = journal.wait_for(|entries| entries.iter().all(over));
        let entries = timeout(LONG, gone).await.unwrap();
        let left = |entry: &Entry| entry.outcome == Outcome::ClientLeft;
        assert!(entries.iter().all(left));
    }
    until_idle(&world).await;
    let mut calls = Vec::new();
    let mut before = Value::Null;
    loop {
        let page = json!({"search": "", "limit": 500, "before": before});
        let page = switchboard_app::api::dispatch(&world.app, "calls.list", page);
        let page = page.await.unwrap();
        calls.extend(page["calls"].as_array().unwrap().clone());
        before = page["next"].clone();
        if before.is_null() {
            break;
        }
    }
    assert_eq!(calls.len(), 1000);
    assert!(calls.iter().all(|call| call["status"] == "cancelled"));
    // Others are served as before.
    let (status, _) = world.json("/v1/chat/completions", chat(FAST, false)).await;
    assert_eq!(status, 200);
}

#[tokio::test]
async fn a_body_of_a_hundred_megabytes_is_refused_in_the_apis_own_shape() {
    let world = world().await;
    let body = || vec![b' '; 100 * 1024 * 1024];
    for (path, pointer, expected) in [
        ("/v1/messages", "/error/type", json!("request_too_large")),
        ("/v1/responses", "/error/code", json!("too_large")),
        (
            "/v1beta/models/m:generateContent",
            "/error/code",
            json!(413),
        ),
    ] {
        let request = world.http.post(world.url(path)).body(body());
        let reply = timeout(LONG, request.send()).await.unwrap().unwrap();
        assert_eq!(reply.status().as_u16(), 413);
        let error: Value = serde_json::from_str(&reply.text().await.unwrap()).unwrap();
        assert_eq!(error.pointer(pointer), Some(&expected), "{error}");
    }
    // In chunks, so that the length is not told before.
    let chunks = (0..50).map(|_| Ok::<_, std::io::Error>(vec![b' '; 1024 * 1024]));
    let body = reqwest::Body::wrap_stream(futures_util::stream::iter(chunks));
    let request = world.http.post(world.url("/v1/embeddings")).body(body);
    let reply = timeout(LONG, request.send()).await.unwrap().unwrap();
    assert_eq!(reply.status().as_u16(), 413);
}

#[tokio::test]
async fn too_many_headers_are_refused() {
    let world = world().await;
    let request = world.http.get(world.url("/v1/models"));
    let reply = request
        .header("x-padding", "x".repeat(200_000))
        .send()
        .await;
    assert_eq!(reply.unwrap().status().as_u16(), 431);
}

#[tokio::test]
async fn headers_and_the_first_piece_come_at_once() {
    let world = world().await;
    // The rest takes a minute.
    let model = "up-chat/steady?ttft=1&tps=1&tokens=60";
    let begun = Instant::now();
    let reply = world.post("/v1/chat/completions", chat(model, true)).await;
    let mut reply = timeout(LONG, async { reply }).await.unwrap();
    assert!(reply.chunk().await.unwrap().is_some());
    assert!(
        begun.elapsed() < Duration::from_secs(5),
        "{:?}",
        begun.elapsed()
    );
}

#[tokio::test]
async fn a_stopping_gateway_lets_answers_end_and_cancels_what_takes_too_long() {
    let world = world().await;
    let short = world.post(
        "/v1/chat/completions",
        chat("up-chat/steady?ttft=1&tps=60&tokens=30", true),
    );
    let short = short.await;
    let long = world.post(
        "/v1/chat/completions",
        chat("up-chat/steady?ttft=1&tps=5&tokens=5000", true),
    );
    let long = long.await;
    let World {
        app,
        gateway,
        upstream,
        ..
    } = world;
    let stopped = tokio::spawn(gateway.stop());
    let text = timeout(LONG, short.text()).await.unwrap().unwrap();
    assert!(text.ends_with("data: [DONE]\n\n"), "{text}");
    timeout(LONG, stopped).await.unwrap().unwrap();
    // Its body breaks off; there is no clean end.
    assert!(timeout(LONG, long.text()).await.unwrap().is_err());
    let journal = upstream.journal();
    let entries = journal.wait_for(|entries| {
        entries
            .iter()
            .all(|entry| entry.outcome != Outcome::Running)
    });
    timeout(LONG, entries).await.unwrap();
    app.shutdown().await;
}
