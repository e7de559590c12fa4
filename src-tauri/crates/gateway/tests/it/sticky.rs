//! `x-switchboard-sticky`: the same value takes the same of a route's weighted options.

use crate::world::{World, chat, world_of};
use std::collections::HashMap;

const ROUTE: &str = r#"
[[routes.trial.steps]]
options = [
  { model = "up-chat/steady?ttft=0&tps=max&say=One", weight = 70 },
  { model = "up-chat/swift?ttft=0&tps=max&say=Two", weight = 30 },
]
"#;

/// Returns which target answers.
async fn answered(world: &World, sticky: Option<&str>, question: &str) -> String {
    let mut body = chat("trial", false);
    body["messages"][1]["content"] = question.into();
    let mut request = world
        .http
        .post(world.url("/v1/chat/completions"))
        .body(body.to_string());
    if let Some(sticky) = sticky {
        request = request.header("x-switchboard-sticky", sticky);
    }
    let reply = request.send().await.unwrap();
    assert_eq!(reply.status().as_u16(), 200);
    let headers = reply.headers();
    assert_eq!(headers["x-switchboard-route"], "trial");
    headers["x-switchboard-target"].to_str().unwrap().to_owned()
}

#[tokio::test]
async fn one_value_always_takes_the_same_target_and_values_spread_by_weight() {
    let world = world_of(ROUTE).await;
    let mut counts: HashMap<String, u32> = HashMap::new();
    for user in 0..60 {
        let user = format!("user-{user}");
        let first = answered(&world, Some(&user), "one").await;
        let again = answered(&world, Some(&user), "quite another question").await;
        assert_eq!(first, again, "{user}");
        *counts.entry(first).or_default() += 1;
    }
    // 42 of 60 expected; four standard deviations are 14.
    let one = counts["up-chat/steady?ttft=0&tps=max&say=One"];
    assert!(counts.len() == 2 && (28..=56).contains(&one), "{counts:?}");
    // Blanks around a value are no part of it; a value without content is none.
    let plain = answered(&world, Some("user-1"), "x").await;
    assert_eq!(answered(&world, Some("  user-1 "), "y").await, plain);
    assert_eq!(
        answered(&world, Some(" "), "z").await,
        answered(&world, None, "z").await
    );
}
