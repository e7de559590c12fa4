use super::*;
use proptest::prelude::*;
use std::collections::HashSet;

fn open(folder: &tempfile::TempDir) -> GatewayKeys {
    GatewayKeys::new(Store::open(folder.path().join("history.sqlite")).unwrap().0)
}

#[test]
fn a_key_is_the_prefix_and_43_letters_and_digits_and_never_the_same() {
    let mut seen = HashSet::new();
    for _ in 0..1000 {
        let secret = new_secret().unwrap();
        let rest = secret.expose().strip_prefix(PREFIX).unwrap();
        assert!(rest.len() == DIGITS && rest.bytes().all(|b| b.is_ascii_alphanumeric()));
        assert!(seen.insert(rest.to_owned()));
    }
}

proptest! {
    #[test]
    fn different_bytes_make_different_keys(a: [u8; 32], b: [u8; 32]) {
        prop_assert_eq!(base62(a) == base62(b), a == b);
    }
}

#[test]
fn base_62_counts_as_numbers_do() {
    let of = |last: u8, before: u8| {
        let mut bytes = [0; 32];
        (bytes[31], bytes[30]) = (last, before);
        base62(bytes).trim_start_matches('0').to_owned()
    };
    assert_eq!(
        (of(61, 0), of(62, 0), of(0, 1)),
        ("z".into(), "10".into(), "48".into())
    );
    assert_eq!(base62([255; 32]).len(), DIGITS);
}

#[tokio::test]
async fn a_key_is_known_until_it_is_revoked() {
    let folder = tempfile::tempdir().unwrap();
    let keys = open(&folder);
    assert!(!keys.any().await);
    let secret = new_secret().unwrap();
    let row = keys.create("ci", &secret).await.unwrap();
    assert!(secret.expose().starts_with(&row.prefix) && row.prefix.len() == SHOWN);
    let caller = keys.check(secret.expose()).await.unwrap();
    assert_eq!((&*caller.id, &*caller.name), (row.id.as_str(), "ci"));
    let other = new_secret().unwrap();
    for token in [other.expose(), "", PREFIX, "sk-abc", &secret.expose()[..20]] {
        assert_eq!(keys.check(token).await, None, "{token}");
    }
    keys.revoke(&row.id).await.unwrap();
    assert_eq!(keys.check(secret.expose()).await, None, "at once");
    assert!(!keys.any().await);
}

#[tokio::test]
async fn a_key_revoked_by_another_program_is_refused_within_a_second() {
    let folder = tempfile::tempdir().unwrap();
    let (here, there) = (open(&folder), open(&folder));
    let secret = new_secret().unwrap();
    let row = here.create("ci", &secret).await.unwrap();
    assert!(there.check(secret.expose()).await.is_some());
    here.revoke(&row.id).await.unwrap();
    tokio::time::pause();
    tokio::time::advance(BELIEVED).await;
    tokio::time::resume();
    assert_eq!(there.check(secret.expose()).await, None);
}

#[tokio::test]
async fn a_use_is_written_once_a_minute_at_most() {
    let folder = tempfile::tempdir().unwrap();
    let keys = open(&folder);
    let secret = new_secret().unwrap();
    let row = keys.create("ci", &secret).await.unwrap();
    let used = async || {
        keys.inner.store.flush().await.unwrap();
        keys.list().await.unwrap()[0].last_used_at_ms
    };
    assert_eq!(used().await, None);
    keys.check(secret.expose()).await.unwrap();
    let first = loop {
        if let Some(at) = used().await {
            break at;
        }
        tokio::task::yield_now().await;
    };
    let valid = keys.known().valid.values().next().unwrap().clone();
    for _ in 0..100 {
        keys.check(secret.expose()).await.unwrap();
    }
    assert_eq!(valid.noted_ms.load(Ordering::Relaxed), first);
    valid
        .noted_ms
        .store(first - NOTED_EVERY_MS, Ordering::Relaxed);
    keys.inner
        .store
        .note_gateway_key_use(&row.id, 1)
        .await
        .unwrap();
    keys.check(secret.expose()).await.unwrap();
    assert!(valid.noted_ms.load(Ordering::Relaxed) >= first);
}

/// Not a bench, but a bound that a slow hash or a read for each check would break by far.
#[tokio::test]
async fn ten_thousand_checks_take_no_time_to_speak_of() {
    let folder = tempfile::tempdir().unwrap();
    let keys = open(&folder);
    let secret = new_secret().unwrap();
    keys.create("ci", &secret).await.unwrap();
    let begun = std::time::Instant::now();
    for _ in 0..10_000 {
        keys.check(secret.expose()).await.unwrap();
    }
    assert!(
        begun.elapsed() < Duration::from_secs(3),
        "{:?}",
        begun.elapsed()
    );
}
