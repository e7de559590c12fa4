use crate::support::*;
use switchboard_store::{PromptScope, PromptText, StoreError};

fn draft(body: &str) -> PromptText {
    PromptText {
        title: format!("title of {body}"),
        body: format!("\"{body}\""),
        excerpt: body.to_owned(),
        search: body.to_owned(),
    }
}

#[tokio::test]
async fn a_version_is_saved_only_when_the_draft_differs() {
    let place = Place::new();
    let store = place.open();
    let prompt = store.create_prompt(draft("one")).await.unwrap();
    assert_eq!((prompt.version, prompt.dirty), (0, true));
    let saved = store.save_version(&prompt.id).await.unwrap();
    assert_eq!((saved.version, saved.dirty), (1, false));
    let again = store.save_version(&prompt.id).await.unwrap();
    assert_eq!(again.version, 1);
    let changed = store.save_draft(&prompt.id, draft("two")).await.unwrap();
    assert!(changed.dirty);
    let back = store.save_draft(&prompt.id, draft("one")).await.unwrap();
    assert!(!back.dirty, "the draft is the latest version again");
    store.save_draft(&prompt.id, draft("two")).await.unwrap();
    store.save_version(&prompt.id).await.unwrap();
    let versions = store.prompt_versions(&prompt.id).await.unwrap();
    let bodies: Vec<_> = versions
        .iter()
        .map(|v| (v.version, v.body.as_str()))
        .collect();
    assert_eq!(bodies, [(2, "\"two\""), (1, "\"one\"")]);
    assert_eq!(store.version_body(&prompt.id, 1).await.unwrap(), "\"one\"");
    let error = store.version_body(&prompt.id, 9).await.unwrap_err();
    assert_eq!(error.to_string(), "there is no version of the prompt `9`");
}

#[tokio::test]
async fn versions_count_their_calls() {
    let place = Place::new();
    let store = place.open();
    let prompt = store.create_prompt(draft("one")).await.unwrap();
    store.save_version(&prompt.id).await.unwrap();
    for _ in 0..3 {
        let mut call = new_call("swift");
        call.prompt_id = Some(prompt.id.clone());
        call.prompt_version = Some(1);
        answered(&store, call, "hi").await;
    }
    store.flush().await.unwrap();
    assert_eq!(store.prompt_versions(&prompt.id).await.unwrap()[0].calls, 3);
    let row = store
        .calls(&Default::default())
        .await
        .unwrap()
        .calls
        .remove(0);
    assert_eq!(row.prompt_title.as_deref(), Some("title of one"));
}

#[tokio::test]
async fn the_last_changed_prompt_comes_first_and_saving_the_same_is_no_change() {
    let place = Place::new();
    let store = place.open();
    let first = store.create_prompt(draft("one")).await.unwrap();
    let second = store.create_prompt(draft("two")).await.unwrap();
    let order = async || -> Vec<String> {
        let rows = store.prompts("", PromptScope::Kept).await.unwrap();
        rows.into_iter().map(|row| row.id).collect()
    };
    assert_eq!(order().await, [second.id.clone(), first.id.clone()]);
    let same = store.save_draft(&first.id, draft("one")).await.unwrap();
    assert_eq!(same.saved_at_ms, first.saved_at_ms);
    // Times have milliseconds: two saves within one keep the order of creation.
    while store
        .save_draft(&first.id, draft("1"))
        .await
        .unwrap()
        .saved_at_ms
        <= second.saved_at_ms
    {
        store.save_draft(&first.id, draft("one")).await.unwrap();
    }
    assert_eq!(order().await, [first.id, second.id]);
}

#[tokio::test]
async fn a_deleted_prompt_comes_back_whole() {
    let place = Place::new();
    let store = place.open();
    let prompt = store.create_prompt(draft("one")).await.unwrap();
    store.save_version(&prompt.id).await.unwrap();
    store.delete_prompt(&prompt.id).await.unwrap();
    assert!(
        store
            .prompts("", PromptScope::Kept)
            .await
            .unwrap()
            .is_empty()
    );
    assert_eq!(
        store.prompts("one", PromptScope::All).await.unwrap().len(),
        1
    );
    let back = store.undelete_prompt(&prompt.id).await.unwrap();
    assert_eq!((back.deleted_at_ms, back.version), (None, 1));
    assert_eq!(
        store.prompts("one", PromptScope::Kept).await.unwrap().len(),
        1
    );
}

#[tokio::test]
async fn an_unknown_prompt_is_named() {
    let place = Place::new();
    let store = place.open();
    let unknown = StoreError::NotFound {
        what: "prompt",
        id: "nope".to_owned(),
    };
    assert_eq!(store.prompt("nope").await, Err(unknown.clone()));
    assert_eq!(
        store.save_draft("nope", draft("x")).await,
        Err(unknown.clone())
    );
    assert_eq!(store.save_version("nope").await, Err(unknown.clone()));
    assert_eq!(store.delete_prompt("nope").await, Err(unknown));
}
