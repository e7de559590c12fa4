//! A spent budget and a stopped caller, as clients of every API see them.

use crate::world::{World, chat, world_of};
use serde_json::{Value, json};
use switchboard_app::api;

/// Nothing may be spent; the upstream's model has a price.
const CONFIG: &str = "[budgets.all]\nlimit = 0\nwindow = \"day\"\n\n[providers.dear]\nwire = \"openai_chat\"\n\
    base_url = \"http://127.0.0.1:9\"\nneeds_key = false\n\
    models = [{ name = \"m\", price = { input = 1, output = 1 } }]\n";

fn requests(model: &str, stream: bool) -> Vec<(String, Value)> {
    let hello = json!([{"role": "user", "content": "hello"}]);
    let act = if stream {
        "streamGenerateContent?alt=sse"
    } else {
        "generateContent"
    };
    vec![
        ("/v1/chat/completions".into(), chat(model, stream)),
        (
            "/v1/responses".into(),
            json!({"model": model, "input": "hello", "stream": stream}),
        ),
        (
            "/v1/messages".into(),
            json!({"model": model, "max_tokens": 99, "messages": hello, "stream": stream}),
        ),
        (
            format!("/v1beta/models/{}:{act}", model.replace('/', "%2F")),
            json!({"contents": [{"role": "user", "parts": [{"text": "hello"}]}]}),
        ),
    ]
}

#[tokio::test]
async fn a_spent_budget_is_402_in_each_apis_shape_with_when_it_resets() {
    let world = world_of(CONFIG).await;
    for stream in [false, true] {
        for (path, body) in requests("dear/m", stream) {
            let reply = world.post(&path, body).await;
            assert_eq!(reply.status().as_u16(), 402, "{path} {stream}");
            let header = |name: &str| reply.headers()[name].to_str().unwrap().to_owned();
            let seconds: u64 = header("retry-after").parse().unwrap();
            assert!((1..=25 * 3600).contains(&seconds), "{seconds}");
            assert_eq!(header("x-should-retry"), "false");
            let body: Value = serde_json::from_str(&reply.text().await.unwrap()).unwrap();
            let error = &body["error"];
            let message = error["message"].as_str().unwrap();
            for part in ["`all`", "$0.00", "resets"] {
                assert!(message.contains(part), "{message}");
            }
            match path.as_str() {
                "/v1/messages" => assert_eq!(error["type"], "billing_error"),
                path if path.starts_with("/v1beta") => {
                    assert_eq!(error["status"], "RESOURCE_EXHAUSTED");
                    assert_eq!(error["code"], 402);
                }
                _ => assert_eq!(error["code"], "budget"),
            }
        }
    }
}

async fn callers(world: &World, method: &str, caller: &str) {
    api::dispatch(&world.app, method, json!({"caller": caller}))
        .await
        .unwrap();
}

#[tokio::test]
async fn a_stopped_caller_is_403_until_it_may_go_on() {
    let world = world_of("").await;
    callers(&world, "callers.stop", "gateway").await;
    for (path, body) in requests("sandbox/swift", true) {
        let reply = world.post(&path, body).await;
        assert_eq!(reply.status().as_u16(), 403, "{path}");
        assert_eq!(reply.headers()["x-should-retry"], "false");
        let text = reply.text().await.unwrap();
        assert!(text.contains("stopped until a person"), "{text}");
    }
    callers(&world, "callers.resume", "gateway").await;
    let (status, _) = world
        .json("/v1/chat/completions", chat("sandbox/swift", false))
        .await;
    assert_eq!(status, 200);
}
