//! Counting tokens through the gateway: by the provider, or by estimate.

use crate::world::{World, parsed, world, world_of};
use axum::Router;
use axum::extract::Request;
use axum::http::StatusCode;
use axum::response::IntoResponse;
use serde_json::{Value, json};
use std::sync::{Arc, Mutex};

/// What a provider was asked: path, key and body.
type Asked = Arc<Mutex<Vec<(String, String, Value)>>>;

/// A provider that counts everything as this, and what it was asked.
async fn counter(status: StatusCode, reply: &'static str) -> (String, Asked) {
    let asked = Asked::default();
    let noted = Arc::clone(&asked);
    let answer = move |request: Request| async move {
        let (parts, body) = request.into_parts();
        let body = axum::body::to_bytes(body, 1 << 20).await.unwrap();
        let key = ["x-api-key", "x-goog-api-key"]
            .iter()
            .find_map(|name| parts.headers.get(*name))
            .map(|key| key.to_str().unwrap().to_owned());
        let body = serde_json::from_slice(&body).unwrap_or_default();
        let path = parts.uri.path().to_owned();
        noted
            .lock()
            .unwrap()
            .push((path, key.unwrap_or_default(), body));
        (status, reply).into_response()
    };
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    // It ends with the test.
    let router = Router::new().fallback(answer);
    tokio::spawn(async move { axum::serve(listener, router).await });
    (url, asked)
}

/// Returns a provider with a key and one without.
fn providers(wire: &str, url: &str) -> String {
    let one = |name: &str, from: &str| {
        format!(
            "[providers.{name}]\nwire = \"{wire}\"\nbase_url = \"{url}\"\nkeys = [{{ name = \"k\", from = \"env:{from}\" }}]\n"
        )
    };
    one("keyed", "TEST_KEY") + &one("keyless", "UNSET")
}

fn messages(model: &str) -> Value {
    json!({"model": model, "messages": [{"role": "user", "content": "x".repeat(400)}], "system": "Be brief."})
}

fn contents() -> Value {
    json!({"contents": [{"role": "user", "parts": [{"text": "x".repeat(400)}]}]})
}

const COUNT: &str = "/v1/messages/count_tokens";

/// Returns status, how it was counted, and the body.
async fn count(world: &World, path: &str, body: Value) -> (u16, String, Value) {
    let reply = world.post(path, body).await;
    let status = reply.status().as_u16();
    let by = reply.headers().get("x-switchboard-counted");
    let by = by.map_or("", |by| by.to_str().unwrap()).to_owned();
    (status, by, parsed(reply).await)
}

#[tokio::test]
async fn a_provider_with_a_key_counts_in_its_own_api() {
    let (url, asked) = counter(StatusCode::OK, r#"{"input_tokens": 77}"#).await;
    let world = world_of(&providers("anthropic", &url)).await;
    let (status, by, body) = count(&world, COUNT, messages("keyed/m")).await;
    assert_eq!((status, by.as_str()), (200, "provider"), "{body}");
    assert_eq!(body, json!({"input_tokens": 77}));
    let mut expected = messages("m");
    expected["model"] = "m".into();
    let seen = asked.lock().unwrap().pop().unwrap();
    assert_eq!(seen, (COUNT.into(), "key-of-the-test".into(), expected));

    let (url, asked) = counter(StatusCode::OK, r#"{"totalTokens": 78}"#).await;
    let world = world_of(&providers("gemini", &url)).await;
    for prefix in ["/v1beta", "/v1"] {
        let path = format!("{prefix}/models/keyed%2Fm:countTokens");
        let (status, by, body) = count(&world, &path, contents()).await;
        assert_eq!((status, by.as_str()), (200, "provider"), "{body}");
        assert_eq!(body["totalTokens"], 78);
        let (path, key, sent) = asked.lock().unwrap().pop().unwrap();
        assert_eq!(path, "/v1beta/models/m:countTokens");
        assert_eq!((key.as_str(), sent), ("key-of-the-test", contents()));
    }
    let whole = json!({"generateContentRequest": {
        "model": "models/other", "contents": contents()["contents"],
        "systemInstruction": {"parts": [{"text": "Be brief."}]},
    }});
    let path = "/v1beta/models/keyed%2Fm:countTokens";
    let (status, _, body) = count(&world, path, whole).await;
    assert_eq!((status, &body["totalTokens"]), (200, &json!(78)));
    let (_, _, sent) = asked.lock().unwrap().pop().unwrap();
    assert_eq!(sent["generateContentRequest"]["model"], "models/m");
    assert!(sent["generateContentRequest"]["systemInstruction"].is_object());
}

#[tokio::test]
async fn without_a_key_or_in_another_api_it_is_an_estimate_and_nobody_is_asked() {
    let (url, asked) = counter(StatusCode::OK, r#"{"input_tokens": 77}"#).await;
    let world = world_of(&providers("anthropic", &url)).await;
    for model in [
        "keyless/m",
        "up-anthropic/steady",
        "up-chat/steady",
        "sandbox/swift",
    ] {
        let (status, by, body) = count(&world, COUNT, messages(model)).await;
        assert_eq!((status, by.as_str()), (200, "estimate"), "{model} {body}");
        assert!(body["input_tokens"].as_u64().unwrap() > 20, "{body}");
    }
    let path = "/v1beta/models/keyed%2Fm:countTokens";
    let (status, by, body) = count(&world, path, contents()).await;
    assert_eq!((status, by.as_str()), (200, "estimate"), "{body}");
    assert!(body["totalTokens"].as_u64().unwrap() > 20, "{body}");
    assert!(asked.lock().unwrap().is_empty());
    // Nothing of it is a call.
    let list = json!({"search": "", "limit": 10});
    let page = switchboard_app::api::dispatch(&world.app, "calls.list", list).await;
    assert_eq!(page.unwrap()["calls"], json!([]));
}

#[tokio::test]
async fn a_provider_that_does_not_count_is_replaced_by_an_estimate() {
    for (status, reply) in [
        (StatusCode::NOT_FOUND, "nothing here"),
        (StatusCode::TOO_MANY_REQUESTS, "{}"),
        (StatusCode::OK, "<html>"),
    ] {
        let (url, asked) = counter(status, reply).await;
        let world = world_of(&providers("anthropic", &url)).await;
        let (status, by, body) = count(&world, COUNT, messages("keyed/m")).await;
        assert_eq!((status, by.as_str()), (200, "estimate"), "{body}");
        assert!(body["input_tokens"].as_u64().unwrap() > 20, "{body}");
        assert_eq!(asked.lock().unwrap().len(), 1);
    }
}

#[tokio::test]
async fn what_cannot_be_counted_is_an_error_in_the_apis_shape() {
    let world = world().await;
    let (status, _, body) = count(&world, COUNT, messages("nobody/knows")).await;
    assert_eq!(
        (status, &body["error"]["type"]),
        (404, &json!("not_found_error"))
    );
    let (status, _, body) = count(&world, COUNT, json!({"model": "sandbox/swift"})).await;
    assert_eq!(
        (status, &body["error"]["type"]),
        (400, &json!("invalid_request_error"))
    );
    let path = "/v1beta/models/nobody%2Fknows:countTokens";
    let (status, _, body) = count(&world, path, contents()).await;
    assert_eq!(
        (status, &body["error"]["status"]),
        (404, &json!("NOT_FOUND"))
    );
    let reply = world.http.get(world.url(COUNT)).send().await.unwrap();
    assert_eq!(reply.status().as_u16(), 405);
}
