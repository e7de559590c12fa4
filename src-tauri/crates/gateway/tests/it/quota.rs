//! A spent quota of the day stops what it counts: one model, or the whole key.

use crate::world::{World, chat, world};

fn model(provider: &str, name: &str, options: &str) -> String {
    format!("{provider}/{name}?ttft=1&tps=max&say=Blue{options}")
}

/// Returns the status of a call, and how often the provider was asked.
async fn asked(world: &World, model: &str) -> (u16, usize) {
    let before = world.upstream.journal().entries().len();
    let (status, _) = world.json("/v1/chat/completions", chat(model, false)).await;
    (status, world.upstream.journal().entries().len() - before)
}

#[tokio::test]
async fn a_quota_that_counts_one_model_leaves_its_siblings_alone() {
    for provider in ["up-gemini", "up-chat", "up-responses"] {
        let world = world().await;
        let spent = model(provider, "steady", "&fault=429-daily");
        assert_eq!(asked(&world, &spent).await, (429, 1), "{provider}");
        // Another model of the same key is sent, also with something to fall back on.
        let sibling = model(provider, "swift", "");
        assert_eq!(asked(&world, &sibling).await, (200, 1), "{provider}");
        let mut body = chat(&spent, false);
        body["fallbacks"] = serde_json::json!([sibling]);
        let before = world.upstream.journal().entries().len();
        let reply = world.post("/v1/chat/completions", body).await;
        assert_eq!(reply.status().as_u16(), 200, "{provider}");
        let target = reply.headers()["x-switchboard-target"].to_str().unwrap();
        assert_eq!(target, sibling, "{provider}");
        let entries = world.upstream.journal().entries().len() - before;
        assert_eq!(entries, 1, "{provider}: the spent model is not asked again");
    }
}
