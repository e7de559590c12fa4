//! Keys of the gateway: made, found, used and revoked.

use crate::support::new_call;
use switchboard_store::{NewGatewayKey, Store, StoreError};

fn key(n: u8, name: &str) -> NewGatewayKey {
    NewGatewayKey {
        id: format!("id-{n}"),
        name: name.to_owned(),
        prefix: format!("sbk_{n}"),
        hash: [n; 32],
    }
}

#[tokio::test]
async fn a_key_is_kept_with_its_uses_and_stays_listed_when_revoked() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("history.sqlite");
    let (store, _) = Store::open(&path).unwrap();
    let made = store.create_gateway_key(key(1, "ci")).await.unwrap();
    store.create_gateway_key(key(2, "laptop")).await.unwrap();
    store.note_gateway_key_use("id-1", 5000).await.unwrap();
    store.note_gateway_key_use("id-1", 4000).await.unwrap();
    let revoked = store.revoke_gateway_key("id-1").await.unwrap();
    assert!(revoked.revoked_at_ms.is_some());
    let again = store.revoke_gateway_key("id-1").await.unwrap();
    assert_eq!(again, revoked, "revoking again changes nothing");
    store.close().await;

    let (store, opened) = Store::open(&path).unwrap();
    assert_eq!(opened.backup, None);
    let keys = store.gateway_keys().await.unwrap();
    let names: Vec<&str> = keys.iter().map(|key| key.name.as_str()).collect();
    assert_eq!(names, ["laptop", "ci"], "newest first");
    assert_eq!(keys[1].last_used_at_ms, Some(5000), "the later use counts");
    assert_eq!(keys[1].hash, made.hash);
    assert_eq!(keys[0].revoked_at_ms, None);
}

#[tokio::test]
async fn two_valid_keys_never_have_one_name() {
    let folder = tempfile::tempdir().unwrap();
    let (store, _) = Store::open(folder.path().join("history.sqlite")).unwrap();
    store.create_gateway_key(key(1, "ci")).await.unwrap();
    let error = store.create_gateway_key(key(2, "ci")).await.unwrap_err();
    assert!(
        matches!(&error, StoreError::Invalid(text) if text.contains("`ci`")),
        "{error}"
    );
    store.revoke_gateway_key("id-1").await.unwrap();
    store.create_gateway_key(key(2, "ci")).await.unwrap();
    let error = store.revoke_gateway_key("id-9").await.unwrap_err();
    assert!(matches!(error, StoreError::NotFound { .. }));
}

#[tokio::test]
async fn a_call_keeps_the_key_and_the_route_it_was_made_with() {
    let folder = tempfile::tempdir().unwrap();
    let (store, _) = Store::open(folder.path().join("history.sqlite")).unwrap();
    let mut call = new_call("gpt");
    call.caller_key = Some("ci".to_owned());
    call.route = Some("translation".to_owned());
    let id = call.id;
    store.begin_call(call).await.unwrap();
    store.flush().await.unwrap();
    let row = store.call(id).await.unwrap().unwrap().row;
    assert_eq!(row.caller_key.as_deref(), Some("ci"));
    assert_eq!(row.route.as_deref(), Some("translation"));
}
