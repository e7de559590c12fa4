//! Keys made in the application, at a running gateway.

use crate::world::{FAST, World, chat, parsed, world};
use serde_json::{Value, json};
use switchboard_app::api::dispatch;
use switchboard_app::api::types::{CreateGatewayKey, CreatedGatewayKey};
use switchboard_app::host::GatewayServer;
use switchboard_gateway::GatewaySwitch;

async fn make(world: &World, name: &str) -> CreatedGatewayKey {
    let request = CreateGatewayKey { name: name.into() };
    world.app.create_gateway_key(request).await.unwrap()
}

/// Sends a chat request to the gateway at `url`; returns status and body.
async fn ask(world: &World, url: &str, token: Option<&str>, model: &str) -> (u16, Value) {
    let mut request = world.http.post(format!("{url}/v1/chat/completions"));
    if let Some(token) = token {
        request = request.bearer_auth(token);
    }
    let reply = request
        .header("content-type", "application/json")
        .body(chat(model, false).to_string())
        .send()
        .await
        .unwrap();
    (reply.status().as_u16(), parsed(reply).await)
}

#[tokio::test]
async fn the_switch_serves_holders_of_keys_and_a_revoked_key_is_refused_at_once() {
    let world = world().await;
    let switch = GatewaySwitch::default();
    let address = switch
        .start(world.app.clone(), ([127, 0, 0, 1], 0).into())
        .await
        .unwrap();
    assert_eq!(switch.address(), Some(address));
    let url = format!("http://{address}");
    assert_eq!(
        ask(&world, &url, None, FAST).await.0,
        200,
        "open until a key is made"
    );
    assert_eq!(ask(&world, &url, Some("sk-any"), FAST).await.0, 200);

    let made = make(&world, "ci").await;
    let (status, error) = ask(&world, &url, None, FAST).await;
    assert_eq!(
        (status, &error["error"]["code"]),
        (401, &json!("invalid_api_key"))
    );
    assert_eq!(ask(&world, &url, Some("sk-any"), FAST).await.0, 401);
    assert_eq!(ask(&world, &url, Some(&made.secret), FAST).await.0, 200);
    let call = world.newest_ended().await;
    assert_eq!(
        (&call["caller"], &call["caller_key"]),
        (&json!("gateway"), &json!("ci"))
    );

    let other = make(&world, "laptop").await;
    let id = json!({"id": made.key.id});
    dispatch(&world.app, "gateway.keys.revoke", id)
        .await
        .unwrap();
    assert_eq!(ask(&world, &url, Some(&made.secret), FAST).await.0, 401);
    assert_eq!(ask(&world, &url, Some(&other.secret), FAST).await.0, 200);

    switch.stop().await;
    assert_eq!(switch.address(), None);
    let request = world.http.get(format!("{url}/healthz"));
    assert!(request.send().await.is_err(), "nobody listens any more");
}

#[tokio::test]
async fn a_port_that_is_taken_is_told_and_nothing_runs() {
    let world = world().await;
    let switch = GatewaySwitch::default();
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap();
    let why = switch.start(world.app.clone(), address).await.unwrap_err();
    assert!(why.contains(&address.to_string()), "{why}");
    assert_eq!(switch.address(), None);
    let everywhere = ([0, 0, 0, 0], 0).into();
    let why = switch
        .start(world.app.clone(), everywhere)
        .await
        .unwrap_err();
    assert!(why.contains("loopback"), "{why}");
}

#[tokio::test]
async fn where_the_file_allows_the_network_every_client_shows_a_key() {
    let config = "[gateway]\naddress = \"0.0.0.0\"\nallow_network = true\n";
    let world = crate::world::world_of(config).await;
    let switch = GatewaySwitch::default();
    let everywhere = ([0, 0, 0, 0], 0).into();
    let address = switch.start(world.app.clone(), everywhere).await.unwrap();
    let url = format!("http://127.0.0.1:{}", address.port());
    assert_eq!(ask(&world, &url, None, FAST).await.0, 401);
    let made = make(&world, "phone").await;
    let request = world
        .http
        .get(format!("{url}/v1/models"))
        .header("host", "switchboard.example:4141")
        .bearer_auth(&made.secret);
    assert_eq!(request.send().await.unwrap().status(), 200);
    switch.stop().await;
}

#[tokio::test]
async fn a_route_is_a_model_to_clients() {
    let world = world().await;
    let url = world.url("");
    let url = url.trim_end_matches('/');
    let (status, whole) = ask(&world, url, None, "sim:translation").await;
    assert_eq!(status, 200, "{whole}");
    let call = world.newest_ended().await;
    assert_eq!(call["route"], "sim:translation");
    // No maker is set up here, but there is a model on this machine, with which every default route ends.
    let (status, whole) = ask(&world, url, None, "translation").await;
    // The provider speaks the client's API: its own words are passed on.
    assert_eq!((status, &whole["model"]), (200, &json!("swift")), "{whole}");
    assert_eq!(
        world.newest_ended().await["answered"]["provider"],
        "up-chat"
    );
    let list = world.http.get(world.url("/v1/models")).send().await;
    let list = parsed(list.unwrap()).await;
    assert!(
        list.to_string().contains("\"id\":\"translation\""),
        "{list}"
    );
}
