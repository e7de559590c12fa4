//! Embedding vectors through the gateway.

use crate::world::world;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

fn floats(vector: &Value) -> Vec<f32> {
    match vector {
        Value::String(text) => {
            let bytes = STANDARD.decode(text).unwrap();
            let (numbers, rest) = bytes.as_chunks::<4>();
            assert!(rest.is_empty());
            numbers
                .iter()
                .map(|four| f32::from_le_bytes(*four))
                .collect()
        }
        list => {
            let list = list.as_array().unwrap().iter();
            list.map(|x| x.as_f64().unwrap() as f32).collect()
        }
    }
}

#[tokio::test]
async fn every_provider_that_has_vectors_gives_the_same_ones_in_openais_form() {
    let world = world().await;
    let mut all = Vec::new();
    for provider in ["up-chat", "up-responses", "up-gemini"] {
        for format in ["float", "base64"] {
            let asked = json!({
                "model": format!("{provider}/steady?ttft=1"), "input": ["tide", "table"],
                "dimensions": 8, "encoding_format": format,
            });
            let (status, list) = world.json("/v1/embeddings", asked).await;
            assert_eq!(
                (status, &list["object"]),
                (200, &json!("list")),
                "{provider}: {list}"
            );
            assert!(
                list["usage"]["prompt_tokens"].as_u64().unwrap() > 0,
                "{list}"
            );
            let vector = &list["data"][1]["embedding"];
            assert_eq!(vector.is_string(), format == "base64", "{provider}");
            assert_eq!(list["data"][1]["index"], 1);
            all.push(floats(vector));
        }
    }
    assert!(
        all.iter()
            .all(|vector| vector.len() == 8 && *vector == all[0]),
        "{all:?}"
    );
    let call = world.newest_ended().await;
    assert_eq!(call["status"], "ok", "{call}");
    // The vectors themselves are not kept.
    assert_eq!(call["excerpt"], "2 embeddings", "{call}");
}

#[tokio::test]
async fn vectors_are_tried_again_and_elsewhere_as_answers_are() {
    let world = world().await;
    let input = "tide";
    let model = "up-chat/steady?ttft=1&fault=429-once&hint=20";
    let reply = world
        .post("/v1/embeddings", json!({"model": model, "input": input}))
        .await;
    assert_eq!(
        (
            reply.status().as_u16(),
            &reply.headers()["x-switchboard-attempts"]
        ),
        (200, &"2".parse().unwrap())
    );
    let asked = json!({
        "model": "up-anthropic/steady", "input": input, "fallbacks": ["up-gemini/steady?ttft=1"],
    });
    let (status, list) = world.json("/v1/embeddings", asked).await;
    assert_eq!(status, 200, "{list}");
    assert_eq!(list["data"].as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn errors_of_vectors_are_clear() {
    let world = world().await;
    for (body, field) in [
        (json!({"input": "x"}), "model"),
        (json!({"model": "m"}), "input"),
        (json!({"model": "m", "input": []}), "input"),
        (json!({"model": "m", "input": ["x", 1]}), "input"),
        (
            json!({"model": "m", "input": "x", "encoding_format": "int8"}),
            "encoding_format",
        ),
        (
            json!({"model": "up-gemini/steady", "input": [1, 2]}),
            "input",
        ),
    ] {
        let (status, error) = world.json("/v1/embeddings", body).await;
        assert_eq!(
            (status, &error["error"]["param"]),
            (400, &json!(field)),
            "{error}"
        );
    }
    let asked = json!({"model": "up-anthropic/steady", "input": "x"});
    let (status, error) = world.json("/v1/embeddings", asked).await;
    assert_eq!(status, 400, "{error}");
    let asked = json!({"model": "up-chat/steady?ttft=1&fault=malformed", "input": "x"});
    let (status, error) = world.json("/v1/embeddings", asked).await;
    assert_eq!(status, 502, "{error}");
}
