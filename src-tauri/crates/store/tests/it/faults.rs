use crate::support::*;
use rusqlite::Connection;
use std::io::{Seek, SeekFrom, Write};
use switchboard_store::{Store, StoreError};

#[test]
fn a_newer_file_is_refused_and_not_touched() {
    let place = Place::new();
    drop(place.open());
    let file = Connection::open(place.file()).unwrap();
    file.pragma_update(None, "user_version", 99).unwrap();
    drop(file);
    let before = std::fs::read(place.file()).unwrap();
    let error = Store::open(place.file()).unwrap_err();
    assert!(
        matches!(error, StoreError::Newer { found: 99, .. }),
        "{error}"
    );
    assert!(
        error
            .to_string()
            .contains("written by a newer version of Switchboard")
    );
    assert_eq!(std::fs::read(place.file()).unwrap(), before);
}

#[test]
fn another_programs_file_is_refused_and_not_touched() {
    let place = Place::new();
    for content in [
        "text, no database".repeat(400).into_bytes(),
        b"SQLite format 3".to_vec(),
    ] {
        std::fs::write(place.file(), &content).unwrap();
        let error = Store::open(place.file()).unwrap_err();
        assert!(matches!(error, StoreError::NotHistory { .. }), "{error}");
        assert_eq!(std::fs::read(place.file()).unwrap(), content);
    }
    std::fs::remove_file(place.file()).unwrap();
    let file = Connection::open(place.file()).unwrap();
    file.execute_batch("CREATE TABLE bookmarks (url TEXT)")
        .unwrap();
    drop(file);
    let error = Store::open(place.file()).unwrap_err();
    assert!(matches!(error, StoreError::NotHistory { .. }), "{error}");
}

#[tokio::test]
async fn damage_is_named_as_such() {
    let place = Place::new();
    let store = place.open();
    for _ in 0..200 {
        answered(&store, new_call("swift"), &"words and words ".repeat(50)).await;
    }
    store.close().await;
    drop(store);
    let mut file = std::fs::OpenOptions::new()
        .write(true)
        .open(place.file())
        .unwrap();
    let length = file.metadata().unwrap().len();
    file.seek(SeekFrom::Start(4096 * 3)).unwrap();
    file.write_all(&vec![0xAB; (length as usize) - 4096 * 3])
        .unwrap();
    drop(file);
    let error = match Store::open(place.file()) {
        Err(error) => error,
        Ok((store, _)) => store.check().await.unwrap_err(),
    };
    assert!(matches!(error, StoreError::Damaged { .. }), "{error}");
    assert!(error.to_string().contains("is damaged"));
}

#[test]
fn a_place_that_cannot_be_a_file_is_named() {
    let place = Place::new();
    let error = Store::open(place.folder.path()).unwrap_err();
    assert!(error.to_string().contains("cannot be opened"), "{error}");
    std::fs::write(place.file(), "").unwrap();
    let error = Store::open(place.file().join("history.sqlite")).unwrap_err();
    assert!(error.to_string().contains("cannot be opened"), "{error}");
}

#[test]
fn an_empty_file_becomes_a_history() {
    let place = Place::new();
    std::fs::write(place.file(), "").unwrap();
    assert!(place.open_with_report().1.created);
    assert!(!place.open_with_report().1.created);
}

#[cfg(unix)]
#[test]
fn only_the_user_can_read_the_file() {
    use std::os::unix::fs::PermissionsExt;
    let place = Place::new();
    let _store = place.open();
    for name in ["history.sqlite", "history.sqlite-wal"] {
        let file = std::fs::metadata(place.folder.path().join(name)).unwrap();
        assert_eq!(file.permissions().mode() & 0o777, 0o600, "{name}");
    }
}

/// A few rounds, because what goes wrong between launches is a matter of moments.
#[test]
fn many_launches_at_once_all_succeed() {
    for _ in 0..20 {
        let place = Place::new();
        let opened: Vec<_> = std::thread::scope(|scope| {
            let launches: Vec<_> = (0..8)
                .map(|_| scope.spawn(|| Store::open(place.file()).unwrap()))
                .collect();
            launches
                .into_iter()
                .map(|launch| launch.join().unwrap())
                .collect()
        });
        assert_eq!(opened.len(), 8);
        assert!(opened.iter().all(|(_, report)| report.backup.is_none()));
    }
}
