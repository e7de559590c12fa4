//! The gateway's switch, its keys, and who may use it.

use crate::world::{BareHost, FakeServer, World};
use serde_json::{Value, json};
use std::net::TcpListener;
use std::time::Duration;
use switchboard_app::api::types::{
    CreateGatewayKey, ErrorCode, GatewayAccess, GatewayStatus, Live,
};
use switchboard_app::gateway::{GatewayRefusal, resume};

async fn world(config: &str) -> World {
    let host = BareHost {
        gateway: Some(FakeServer::default()),
        ..BareHost::default()
    };
    World::with_host(config, host).await
}

fn status(value: Value) -> GatewayStatus {
    serde_json::from_value(value).unwrap()
}

fn named(name: &str) -> CreateGatewayKey {
    CreateGatewayKey { name: name.into() }
}

/// Switches the gateway on, at any port.
async fn switched_on(here: &World) -> GatewayStatus {
    let on = here.call("gateway.start", json!({"port": 0})).await;
    status(on.unwrap())
}

#[tokio::test]
async fn the_switch_starts_moves_and_stops_the_server() {
    let world = world("").await;
    let off = status(world.call("gateway.status", json!({})).await.unwrap());
    assert!(!off.running && off.available && off.address.is_none() && off.port == 4141);
    assert_eq!(off.base_urls[0].url, "http://127.0.0.1:4141/v1");

    let on = status(
        world
            .call("gateway.start", json!({"port": 0}))
            .await
            .unwrap(),
    );
    let address = on.address.clone().unwrap();
    assert!(on.running && on.base_urls[1].url == format!("http://{address}"));
    let again = status(world.call("gateway.start", json!({})).await.unwrap());
    assert_eq!(
        again.address,
        Some(address),
        "one that runs stays where it is"
    );

    let free = TcpListener::bind("127.0.0.1:0")
        .unwrap()
        .local_addr()
        .unwrap();
    let port = json!({"port": free.port()});
    let moved = status(world.call("gateway.start", port).await.unwrap());
    assert_eq!(moved.address, Some(free.to_string()));

    let off = status(world.call("gateway.stop", json!({})).await.unwrap());
    assert!(!off.running && off.problem.is_none());
    TcpListener::bind(free).expect("the port is free again");
}

#[tokio::test]
async fn a_gateway_that_was_on_starts_again_with_the_program() {
    let here = world("").await;
    let on = switched_on(&here).await;
    let here = here.reopen().await;
    resume(&here.app).await;
    let again = status(here.call("gateway.status", json!({})).await.unwrap());
    assert_eq!(again.address, on.address, "on the port its clients know");
    here.call("gateway.stop", json!({})).await.unwrap();
    let here = here.reopen().await;
    resume(&here.app).await;
    let off = status(here.call("gateway.status", json!({})).await.unwrap());
    assert!(!off.running);
}

#[tokio::test]
async fn a_port_that_is_taken_is_told_until_the_switch_is_used_again() {
    let world = world("").await;
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = json!({"port": taken.local_addr().unwrap().port()});
    let error = world.call("gateway.start", port).await.unwrap_err();
    assert_eq!(
        (error.code, error.field.as_deref()),
        (ErrorCode::Conflict, Some("port"))
    );
    let status_now = status(world.call("gateway.status", json!({})).await.unwrap());
    assert!(status_now.problem.unwrap().contains("cannot listen on"));
    let on = status(
        world
            .call("gateway.start", json!({"port": 0}))
            .await
            .unwrap(),
    );
    assert!(on.running && on.problem.is_none());
}

/// Opens a program whose gateway was on and finds its port taken; returns it with who took it.
async fn awaiting() -> (World, TcpListener) {
    let here = world("").await;
    let on = switched_on(&here).await;
    let here = here.reopen().await;
    let taken = TcpListener::bind(on.address.unwrap()).unwrap();
    resume(&here.app).await;
    let now = status(here.call("gateway.status", json!({})).await.unwrap());
    assert!(
        !now.running && now.waiting && now.problem.is_some(),
        "{now:?}"
    );
    (here, taken)
}

#[tokio::test]
async fn a_port_that_was_taken_at_the_start_is_used_once_it_is_free() {
    let (world, taken) = awaiting().await;
    let mut live = world.app.subscribe();
    let address = taken.local_addr().unwrap().to_string();
    drop(taken);
    let on = tokio::time::timeout(Duration::from_secs(20), async {
        loop {
            live.next().await.unwrap();
            let now = status(world.call("gateway.status", json!({})).await.unwrap());
            if now.running {
                return now;
            }
        }
    });
    let on = on.await.expect("windows are told");
    assert_eq!(on.address, Some(address));
    assert!(!on.waiting && on.problem.is_none());
}

#[tokio::test]
async fn who_switches_it_off_or_takes_another_port_waits_for_none() {
    let (world, _taken) = awaiting().await;
    let off = status(world.call("gateway.stop", json!({})).await.unwrap());
    assert!(!off.running && !off.waiting && off.problem.is_none());
    let (world, _taken) = awaiting().await;
    let on = status(
        world
            .call("gateway.start", json!({"port": 0}))
            .await
            .unwrap(),
    );
    assert!(on.running && !on.waiting && on.problem.is_none());
}

#[tokio::test]
async fn the_end_of_the_program_ends_the_gateway() {
    let world = world("").await;
    let on = status(
        world
            .call("gateway.start", json!({"port": 0}))
            .await
            .unwrap(),
    );
    world.app.shutdown().await;
    TcpListener::bind(on.address.unwrap()).expect("nobody listens there any more");
}

#[tokio::test]
async fn a_program_without_a_server_says_how_to_get_one() {
    let world = World::new().await;
    let off = status(world.call("gateway.status", json!({})).await.unwrap());
    assert!(!off.available);
    let error = world.call("gateway.start", json!({})).await.unwrap_err();
    assert!(error.hint.unwrap().contains("serve"));
}

#[tokio::test]
async fn a_keys_secret_is_in_the_answer_that_makes_it_and_nowhere_else() {
    let world = world("").await;
    let made = world.app.create_gateway_key(named(" ci ")).await.unwrap();
    assert_eq!(made.key.name, "ci");
    assert!(!format!("{made:?}").contains(&made.secret));
    let shown = world.call("gateway.status", json!({})).await.unwrap();
    assert!(!shown.to_string().contains(&made.secret));
    assert_eq!(shown["keys"][0]["prefix"], made.secret[..10]);
    let error = world
        .call("gateway.keys.create", json!({"name": "x"}))
        .await
        .unwrap_err();
    assert_eq!(
        error.code,
        ErrorCode::UnknownMethod,
        "it is a command of its own"
    );
    for name in ["", "  ", "two\nlines", &"x".repeat(61), &made.secret] {
        let error = world.app.create_gateway_key(named(name)).await.unwrap_err();
        assert_eq!(
            (error.code, error.field.as_deref()),
            (ErrorCode::InvalidParams, Some("name"))
        );
        assert!(!error.message.contains(&made.secret));
    }
    let error = world.app.create_gateway_key(named("ci")).await.unwrap_err();
    assert_eq!(
        (error.code, error.field.as_deref()),
        (ErrorCode::InvalidParams, Some("name"))
    );
}

#[tokio::test]
async fn without_a_key_made_clients_on_this_machine_need_none() {
    let mut world = world("").await;
    assert_eq!(world.app.gateway_admit(None).await, Ok(None));
    assert_eq!(world.app.gateway_admit(Some("sk-anything")).await, Ok(None));

    let made = world.app.create_gateway_key(named("ci")).await.unwrap();
    assert_eq!(
        world.app.gateway_admit(None).await,
        Err(GatewayRefusal::Missing)
    );
    let other = world.app.gateway_admit(Some("sk-anything")).await;
    assert_eq!(other, Err(GatewayRefusal::Unknown));
    let caller = world
        .app
        .gateway_admit(Some(&made.secret))
        .await
        .unwrap()
        .unwrap();
    assert_eq!((&*caller.id, &*caller.name), (made.key.id.as_str(), "ci"));
    let shown = status(world.call("gateway.status", json!({})).await.unwrap());
    assert_eq!(shown.access, GatewayAccess::KeysOnly);

    let id = json!({"id": made.key.id});
    let revoked = world.call("gateway.keys.revoke", id).await.unwrap();
    assert!(revoked["revoked_at"].is_string());
    assert_eq!(world.app.gateway_admit(None).await, Ok(None));
    let after = world.app.gateway_admit(Some(&made.secret)).await;
    assert_eq!(
        after,
        Err(GatewayRefusal::Unknown),
        "a revoked key opens nothing, not even an open door"
    );
    let told = world.live.next().await.unwrap();
    assert!(told.items.contains(&Live::GatewayChanged {}));
}

#[tokio::test]
async fn the_file_decides_who_may_come_in() {
    let open = world("[gateway]\naccess = \"open\"\n").await;
    open.app.create_gateway_key(named("ci")).await.unwrap();
    assert_eq!(open.app.gateway_admit(None).await, Ok(None));
    let keys = world("[gateway]\naccess = \"keys\"\nport = 4999\n").await;
    assert_eq!(
        keys.app.gateway_admit(None).await,
        Err(GatewayRefusal::Missing)
    );
    let shown = status(keys.call("gateway.status", json!({})).await.unwrap());
    assert_eq!((shown.port, shown.access), (4999, GatewayAccess::KeysOnly));
}
