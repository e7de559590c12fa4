//! Vectors.

use crate::client::{PATIENCE, Reply, send};
use serde_json::{Value, json};
use switchboard_sandbox::{Options, Sandbox};

async fn post(sandbox: &Sandbox, path: &str, body: Value) -> Reply {
    let body = body.to_string();
    send(sandbox, "POST", path, &[], body.as_bytes(), PATIENCE).await
}

const FAST: &str = "steady?ttft=0";

#[tokio::test]
async fn the_same_text_has_the_same_vector_of_length_one() {
    let sandbox = Sandbox::start(Options::default()).await.unwrap();
    let body = json!({"model": FAST, "input": ["tide", "table", "tide"], "dimensions": 16});
    let reply = post(&sandbox, "/v1/embeddings", body).await;
    assert_eq!(reply.status, 200, "{}", reply.text());
    let reply = reply.json();
    let vector = |index: usize| {
        let list = reply["data"][index]["embedding"].as_array().unwrap();
        list.iter()
            .map(|x| x.as_f64().unwrap())
            .collect::<Vec<f64>>()
    };
    assert_eq!(vector(0).len(), 16);
    assert_eq!(vector(0), vector(2));
    assert_ne!(vector(0), vector(1));
    let length = vector(0).iter().map(|x| x * x).sum::<f64>();
    assert!((length - 1.0).abs() < 1e-4, "{length}");
    assert_eq!(reply["usage"]["prompt_tokens"], 3);

    let part =
        |text: &str| json!({"content": {"parts": [{"text": text}]}, "outputDimensionality": 16});
    let body = json!({"requests": [part("tide")]});
    let path = "/v1beta/models/steady%3Fttft=0:batchEmbedContents";
    let gemini = post(&sandbox, path, body).await.json();
    assert_eq!(
        gemini["embeddings"][0]["values"],
        reply["data"][0]["embedding"]
    );
}

#[tokio::test]
async fn base64_holds_the_same_numbers() {
    let sandbox = Sandbox::start(Options::default()).await.unwrap();
    let body = |format: &str| json!({"model": FAST, "input": "tide", "dimensions": 2, "encoding_format": format});
    let floats = post(&sandbox, "/v1/embeddings", body("float")).await.json();
    let text = post(&sandbox, "/v1/embeddings", body("base64"))
        .await
        .json();
    let text = text["data"][0]["embedding"].as_str().unwrap().to_owned();
    // Eight bytes are eleven characters and a pad.
    assert_eq!(text.len(), 12, "{text}");
    assert_eq!(floats["data"][0]["embedding"].as_array().unwrap().len(), 2);
}

#[tokio::test]
async fn faults_and_bad_requests_are_told_as_everywhere() {
    let sandbox = Sandbox::start(Options::default()).await.unwrap();
    let ask = |model: &str, input: Value| {
        post(
            &sandbox,
            "/v1/embeddings",
            json!({"model": model, "input": input}),
        )
    };
    assert_eq!(ask("steady?fault=429", json!("x")).await.status, 429);
    assert_eq!(ask("nosuch", json!("x")).await.status, 404);
    let reply = ask(FAST, json!([])).await;
    assert_eq!(
        (reply.status, &reply.json()["error"]["param"]),
        (400, &json!("input"))
    );
    assert_eq!(
        ask(FAST, json!([[1, 2], [3]])).await.json()["data"]
            .as_array()
            .unwrap()
            .len(),
        2
    );
}
