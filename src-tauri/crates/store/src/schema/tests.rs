use super::*;
use crate::{PromptText, Store, StoreError};
use rusqlite::Connection;
use std::path::PathBuf;

/// The schema of an imaginary next version.
fn next() -> Vec<Migration> {
    let mut migrations = MIGRATIONS.to_vec();
    migrations.push(Migration(&[
        "ALTER TABLE calls ADD COLUMN colour TEXT NOT NULL DEFAULT ''",
    ]));
    migrations
}

async fn older_file(folder: &tempfile::TempDir) -> PathBuf {
    let path = folder.path().join("history.sqlite");
    let (store, _) = Store::open(&path).unwrap();
    let text = PromptText {
        title: "kept".to_owned(),
        ..PromptText::default()
    };
    store.create_prompt(text).await.unwrap();
    store.close().await;
    path
}

fn titles(connection: &Connection) -> Vec<String> {
    let mut statement = connection.prepare("SELECT title FROM prompts").unwrap();
    statement
        .query_map([], |row| row.get(0))
        .unwrap()
        .map(Result::unwrap)
        .collect()
}

/// The newest version there is.
fn known() -> i64 {
    i64::try_from(MIGRATIONS.len()).unwrap()
}

fn version(connection: &Connection) -> i64 {
    connection
        .pragma_query_value(None, "user_version", |row| row.get(0))
        .unwrap()
}

fn backups(folder: &tempfile::TempDir) -> usize {
    let files = std::fs::read_dir(folder.path()).unwrap();
    files
        .filter(|file| {
            file.as_ref()
                .unwrap()
                .path()
                .extension()
                .is_some_and(|e| e == "backup")
        })
        .count()
}

#[tokio::test]
async fn an_older_file_is_copied_then_migrated_with_all_it_holds() {
    let folder = tempfile::tempdir().unwrap();
    let path = older_file(&folder).await;
    let mut connection = Connection::open(&path).unwrap();
    let backup = migrate(&mut connection, &path, &next()).unwrap().unwrap();
    assert_eq!(version(&connection), known() + 1);
    assert_eq!(titles(&connection), ["kept"]);
    connection
        .execute_batch("SELECT colour FROM calls")
        .unwrap();
    let copy = Connection::open(backup).unwrap();
    assert_eq!(
        (version(&copy), titles(&copy)),
        (known(), vec!["kept".to_owned()])
    );
    assert!(
        migrate(&mut connection, &path, &next()).unwrap().is_none(),
        "done once"
    );
}

#[tokio::test]
async fn only_the_last_three_copies_are_kept() {
    let folder = tempfile::tempdir().unwrap();
    let path = older_file(&folder).await;
    let mut migrations = MIGRATIONS.to_vec();
    let mut copies = Vec::new();
    for _ in 0..5 {
        migrations.push(Migration(&["CREATE TABLE IF NOT EXISTS more (x INTEGER)"]));
        let mut connection = Connection::open(&path).unwrap();
        copies.push(
            migrate(&mut connection, &path, &migrations)
                .unwrap()
                .unwrap(),
        );
    }
    assert_eq!(backups(&folder), BACKUPS);
    assert!(copies[2..].iter().all(|copy| copy.exists()));
}

#[tokio::test]
async fn a_migration_that_fails_leaves_the_file_as_it_was() {
    let folder = tempfile::tempdir().unwrap();
    let path = older_file(&folder).await;
    let mut migrations = MIGRATIONS.to_vec();
    migrations.push(Migration(&["CREATE TABLE half (x)", "NOT SQL"]));
    let mut connection = Connection::open(&path).unwrap();
    migrate(&mut connection, &path, &migrations).unwrap_err();
    assert_eq!(
        (version(&connection), titles(&connection)),
        (known(), vec!["kept".to_owned()])
    );
    connection.execute_batch("SELECT * FROM half").unwrap_err();
    drop(connection);
    Store::open(&path).unwrap();
}

#[tokio::test]
async fn an_older_program_refuses_a_migrated_file() {
    let folder = tempfile::tempdir().unwrap();
    let path = older_file(&folder).await;
    migrate(&mut Connection::open(&path).unwrap(), &path, &next()).unwrap();
    let error = Store::open(&path).unwrap_err();
    assert_eq!(
        error,
        StoreError::Newer {
            path,
            found: known() + 1,
            known: known()
        }
    );
}

/// The file as the first released schema made it, with a call and a prompt in it. Never edit the
/// fixture: it stands for the files people have.
#[tokio::test]
async fn a_file_of_the_first_schema_opens() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("history.sqlite");
    let old = Connection::open(&path).unwrap();
    old.execute_batch(include_str!("../../tests/fixtures/history-v1.sql"))
        .unwrap();
    drop(old);
    let (store, opened) = Store::open(&path).unwrap();
    assert_eq!(opened.interrupted, 1);
    let copy = Connection::open(opened.backup.unwrap()).unwrap();
    assert_eq!(version(&copy), 1, "the copy is the file as it was");
    let kept: i64 = copy
        .query_row("SELECT count(*) FROM calls", [], |row| row.get(0))
        .unwrap();
    assert_eq!(kept, 2);
    drop(copy);
    let filter = crate::CallFilter {
        search: "lighthouse".to_owned(),
        ..Default::default()
    };
    let calls = store.calls(&filter).await.unwrap().calls;
    assert_eq!(calls.len(), 1);
    let record = store.call(calls[0].id).await.unwrap().unwrap();
    assert_eq!(record.text, "A lighthouse keeps watch.");
    assert_eq!(record.attempts.len(), 1);
    assert_eq!((record.row.caller_key, record.row.route), (None, None));
    assert_eq!(store.gateway_keys().await.unwrap(), []);
    assert_eq!(
        store.calls(&Default::default()).await.unwrap().calls.len(),
        2
    );
    let prompts = store.prompts("", Default::default()).await.unwrap();
    assert_eq!(prompts[0].title, "Coast");
    assert_eq!(
        store.prompt_versions(&prompts[0].id).await.unwrap()[0].calls,
        2
    );
}
