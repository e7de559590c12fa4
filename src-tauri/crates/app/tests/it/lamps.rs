//! What a provider's lamp shows after attempts that ran beside each other.

use crate::world::World;
use serde_json::{Value, json};
use switchboard_sandbox::{Options, Sandbox};

/// Runs a route whose second target starts beside the first; returns the lamps of both providers.
async fn lamps_after(first: &str, second: &str) -> (Value, Value) {
    let upstream = Sandbox::start(Options::default()).await.unwrap();
    let provider = |name: &str| {
        let url = upstream.base_url();
        format!(
            "[providers.{name}]\nwire = \"openai_chat\"\nbase_url = \"{url}\"\nneeds_key = false\n"
        )
    };
    let config = format!(
        "{}{}[routes.both]\ntargets = [\"one/{first}\", \"other/{second}\"]\nhedge = \"100ms\"\n",
        provider("one"),
        provider("other"),
    );
    let mut world = World::with_config(&config).await;
    // One call in fifty may have two attempts beside each other.
    for _ in 0..13 {
        let run = world.run(&["sandbox/steady?ttft=0&tps=max&tokens=1"; 4], &[]);
        let calls: Vec<_> = run.await.calls.iter().map(|call| call.call).collect();
        world.until_ended(&calls).await;
    }
    let run = world.run(&["both"], &[]).await;
    let call = run.calls[0].call;
    world.until_ended(&[call]).await;
    assert_eq!(
        json!(world.detail(call).await.summary.status),
        "ok",
        "{config}"
    );
    let all = world.call("providers.list", json!({})).await.unwrap();
    let lamp = |id: &str| {
        let mut all = all.as_array().unwrap().iter();
        all.find(|one| one["id"] == id).unwrap()["lamp"].clone()
    };
    (lamp("one"), lamp("other"))
}

#[tokio::test]
async fn a_target_that_only_lost_the_race_is_not_blamed() {
    let lamps = lamps_after(
        "steady?ttft=20000&tokens=5",
        "steady?ttft=1&tps=max&tokens=5",
    );
    assert_eq!(lamps.await, (json!("idle"), json!("ok")));
}

#[tokio::test]
async fn a_target_that_failed_beside_the_one_that_answered_shows_it() {
    let lamps = lamps_after(
        "steady?ttft=600&tps=max&tokens=5",
        "steady?tokens=5&fault=500",
    );
    let (one, other) = lamps.await;
    assert_eq!(one, json!("ok"));
    assert_ne!(other, json!("ok"));
    assert_ne!(other, json!("idle"));
}

#[tokio::test]
async fn a_provider_that_is_left_alone_says_for_how_long_until_it_answers_again() {
    let upstream = Sandbox::start(Options::default()).await.unwrap();
    let url = upstream.base_url();
    let mut world = World::with_config(&format!(
        "[settings]\nretries = 0\n[providers.one]\nwire = \"openai_chat\"\nbase_url = \"{url}\"\nneeds_key = false\n"
    ))
    .await;
    let one = async |world: &World| {
        let all = world.call("providers.list", json!({})).await.unwrap();
        let mut all = all.as_array().unwrap().iter();
        all.find(|one| one["id"] == "one").unwrap().clone()
    };
    for model in [
        "one/steady?fault=503&hint=30000",
        "one/steady?ttft=1&tps=max",
    ] {
        let run = world.run(&[model], &[]).await;
        world.until_ended(&[run.calls[0].call]).await;
        let seen = one(&world).await;
        let rest = seen["rest_ms"].as_u64();
        match model.contains("fault") {
            true => assert!(
                rest.is_some_and(|ms| (20_000..=33_000).contains(&ms)),
                "{seen}"
            ),
            false => assert_eq!(rest, None, "{seen}"),
        }
    }
}
