//! What a stream's end says of its call: what was not known yet when its headers went out.

use crate::dialect::{APIS, Api, request};
use crate::passing::{CHAT, odd, odd_after};
use crate::world::{World, fast, provider, world, world_of};
use serde_json::{Value, json};
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::timeout;

/// Asks by hand, with `te: trailers` where `takes` says so; returns head and body as they came.
async fn raw(world: &World, api: Api, model: &str, takes: bool) -> (String, String) {
    let (path, body) = request(api, model, &[], true);
    let body = body.to_string();
    let te = if takes { "te: trailers\r\n" } else { "" };
    let head = format!(
        "POST {path} HTTP/1.1\r\nhost: {}\r\n{te}connection: close\r\ncontent-length: {}\r\n\r\n",
        world.gateway.address(),
        body.len()
    );
    let mut stream = TcpStream::connect(world.gateway.address()).await.unwrap();
    stream.write_all(head.as_bytes()).await.unwrap();
    stream.write_all(body.as_bytes()).await.unwrap();
    let mut text = String::new();
    let read = stream.read_to_string(&mut text);
    timeout(Duration::from_secs(30), read)
        .await
        .unwrap()
        .unwrap();
    let (head, body) = text.split_once("\r\n\r\n").unwrap();
    (head.to_owned(), body.to_owned())
}

/// Returns a header's or trailer's value.
fn field<'a>(text: &'a str, name: &str) -> Option<&'a str> {
    let mut lines = text.lines();
    lines.find_map(|line| line.strip_prefix(name)?.strip_prefix(": "))
}

/// Returns a value in the comment that tells of the call.
fn told<'a>(body: &'a str, name: &str) -> Option<&'a str> {
    let comment = body
        .lines()
        .find_map(|line| line.strip_prefix(": switchboard "))?;
    let mut pairs = comment.split(' ').filter_map(|pair| pair.split_once('='));
    pairs.find_map(|(key, value)| (key == name).then_some(value))
}

#[tokio::test]
async fn a_streams_end_tells_the_cost_that_the_whole_answers_header_tells() {
    let url = odd("text/event-stream", CHAT).await;
    let models = "models = [{ name = \"m\", price = { input = 1, output = 3 } }]\n";
    let world = world_of(&(provider("paid", "openai_chat", &url) + models)).await;
    // Nine tokens in and one out.
    let cost = "0.000012000000";
    for api in APIS {
        let (path, body) = request(api, "paid/m", &[], false);
        let whole = world.post(&path, body).await;
        assert_eq!(whole.headers()["x-switchboard-cost"], cost, "{api:?}");
        let (head, body) = raw(&world, api, "paid/m", true).await;
        let id = field(&head, "x-switchboard-call-id").unwrap();
        assert_eq!(field(&head, "x-switchboard-cost"), None, "{head}");
        let ended = body.split_once("\r\n0\r\n");
        assert!(ended.is_some(), "{head}\n{body}");
        let (_, trailers) = ended.unwrap();
        assert_eq!(field(trailers, "x-switchboard-cost"), Some(cost));
        assert_eq!(field(trailers, "x-switchboard-attempts"), Some("1"));
        assert_eq!(field(trailers, "x-switchboard-call-id"), Some(id));
        if api == Api::Gemini {
            assert!(!body.contains(": switchboard"), "{body}");
            continue;
        }
        assert_eq!(told(&body, "cost"), Some(cost), "{body}");
        assert_eq!(told(&body, "target"), Some("paid/m"));
        assert_eq!(told(&body, "call-id"), Some(id));
        // Clients that stop at the end of the answer have read it.
        let end = match api {
            Api::Chat => "data: [DONE]",
            Api::Responses => "event: response.completed",
            Api::Anthropic | Api::Gemini => "event: message_stop",
        };
        let at = body.find(": switchboard").unwrap();
        assert!(at < body.find(end).unwrap(), "{body}");
    }
}

#[tokio::test]
async fn attempts_after_the_first_piece_are_told_at_the_end() {
    let world = world().await;
    let (path, mut body) = request(Api::Chat, "", &[], true);
    body["model"] = fast("tokens=40&fault=cut&after=9").into();
    body["fallbacks"] = json!(["sandbox-gemini/steady?ttft=1&tps=max&say=Blue"]);
    let reply = world.post(&path, body).await;
    assert_eq!(reply.headers()["x-switchboard-attempts"], "1");
    let text = reply.text().await.unwrap();
    let attempts: u32 = told(&text, "attempts").unwrap().parse().unwrap();
    assert!(attempts > 1, "{text}");
    let target = told(&text, "target").unwrap();
    assert!(target.starts_with("sandbox-gemini/"), "{target}");
}

#[tokio::test]
async fn no_trailer_comes_to_one_who_does_not_ask_for_it() {
    let world = world().await;
    let (_, body) = raw(&world, Api::Gemini, &fast("seed=1"), false).await;
    assert!(body.ends_with("\r\n0\r\n\r\n"), "{body}");
    assert!(!body.contains("x-switchboard"), "{body}");
}

#[tokio::test]
async fn a_stream_that_breaks_tells_of_its_call_before_the_error() {
    let world = world().await;
    let (head, body) = raw(&world, Api::Chat, &fast("fault=cut&after=4"), false).await;
    let id = field(&head, "x-switchboard-call-id");
    assert_eq!(told(&body, "call-id"), id, "{body}");
    assert!(body.find(": switchboard").unwrap() < body.find("\"error\"").unwrap());
}

#[tokio::test]
async fn what_keeps_a_quiet_stream_alive_is_nothing_to_its_client() {
    const PIECES: [&str; 2] = [
        "data: {\"choices\":[{\"delta\":{\"content\":\"Blue\"}}]}\n\n",
        "data: {\"choices\":[{\"delta\":{},\"finish_reason\":\"stop\"}]}\n\ndata: [DONE]\n\n",
    ];
    let url = odd_after(PIECES, Duration::from_millis(16_500)).await;
    let world = world_of(&provider("slow", "openai_chat", &url)).await;
    let chat = raw(&world, Api::Chat, "slow/m", false);
    let gemini = raw(&world, Api::Gemini, "slow/m", false);
    let ((_, chat), (_, gemini)) = tokio::join!(chat, gemini);
    assert!(chat.contains(": keep-alive\n\n"), "{chat}");
    // As Google's own client reads it: each line is empty or data (the rest are lengths of chunks).
    let lines = gemini.split("\r\n").skip(1).step_by(2).collect::<String>();
    assert!(
        lines
            .lines()
            .all(|line| line.is_empty() || line.starts_with("data: {")),
        "{gemini}"
    );
    assert!(gemini.contains("\r\n1\r\n\n\r\n"), "{gemini}");
    let last = lines.lines().rfind(|line| !line.is_empty()).unwrap();
    let last: Value = serde_json::from_str(last.trim_start_matches("data: ")).unwrap();
    assert_eq!(last["candidates"][0]["finishReason"], json!("STOP"));
}
