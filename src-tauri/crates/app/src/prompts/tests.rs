use super::*;
use crate::api::types::Column;
use crate::variables::fill;
use proptest::prelude::*;
use switchboard_engine::call::{Message, Role};

async fn open(folder: &tempfile::TempDir) -> Store {
    Store::open(folder.path().join("history.sqlite")).unwrap().0
}

fn body(user: &str) -> PromptBody {
    PromptBody {
        messages: vec![
            Message::text(Role::System, "Be kind."),
            Message::text(Role::User, user),
        ],
        ..PromptBody::default()
    }
}

async fn made(store: &Store, user: &str) -> Prompt {
    create_prompt(
        store,
        NewPrompt {
            title: String::new(),
            body: body(user),
        },
    )
    .await
    .unwrap()
}

async fn saved(store: &Store, prompt: &Prompt, title: &str, user: &str) -> Prompt {
    let draft = SaveDraft {
        id: prompt.id.clone(),
        title: title.to_owned(),
        body: body(user),
    };
    save_prompt_draft(store, draft).await.unwrap()
}

#[tokio::test]
async fn a_title_nobody_chose_follows_the_first_user_message() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(&folder).await;
    let prompt = made(&store, "").await;
    assert_eq!(prompt.title, "Untitled prompt");
    let prompt = saved(
        &store,
        &prompt,
        "Untitled prompt",
        "\n  Write a poem\nabout rain",
    )
    .await;
    assert_eq!(prompt.title, "Write a poem");
    let prompt = saved(&store, &prompt, &prompt.title, "Write a long poem").await;
    assert_eq!(prompt.title, "Write a long poem");
    let prompt = saved(&store, &prompt, "Rain", "Write a long poem").await;
    assert_eq!(prompt.title, "Rain");
    let prompt = saved(&store, &prompt, "Rain", "Something else").await;
    assert_eq!(prompt.title, "Rain", "a chosen title stays");
    let prompt = saved(&store, &prompt, "  ", "Something else").await;
    assert_eq!(
        prompt.title, "Something else",
        "an emptied title is made anew"
    );
}

#[tokio::test]
async fn a_draft_is_dirty_exactly_while_it_differs_from_the_latest_version() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(&folder).await;
    let prompt = made(&store, "one").await;
    assert_eq!((prompt.version, prompt.dirty), (0, true));
    let prompt = save_prompt_version(&store, &prompt.id).await.unwrap();
    assert_eq!((prompt.version, prompt.dirty), (1, false));
    let prompt = saved(&store, &prompt, &prompt.title, "two").await;
    assert!(prompt.dirty);
    let prompt = saved(&store, &prompt, &prompt.title, "one").await;
    assert!(!prompt.dirty);
    let prompt = saved(&store, &prompt, "only the title", "one").await;
    assert!(!prompt.dirty, "a title is not part of a version");
}

#[tokio::test]
async fn an_old_version_comes_back_as_the_draft() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(&folder).await;
    let prompt = made(&store, "one").await;
    save_prompt_version(&store, &prompt.id).await.unwrap();
    saved(&store, &prompt, &prompt.title, "two").await;
    save_prompt_version(&store, &prompt.id).await.unwrap();
    let restored = restore_version(&store, &prompt.id, 1).await.unwrap();
    assert_eq!(
        (restored.body, restored.version, restored.dirty),
        (body("one"), 2, true)
    );
    let versions = prompt_versions(&store, &prompt.id).await.unwrap();
    assert_eq!(
        versions.iter().map(|v| v.version).collect::<Vec<_>>(),
        [2, 1]
    );
    let error = restore_version(&store, &prompt.id, 7).await.unwrap_err();
    assert_eq!(error.code, ErrorCode::NotFound);
}

#[tokio::test]
async fn a_run_saves_a_version_only_of_what_is_new() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(&folder).await;
    let prompt = made(&store, "one").await;
    for (user, version) in [("one", 1), ("one", 1), ("two", 2), ("one", 3)] {
        assert_eq!(
            run_version(&store, &prompt.id, &body(user)).await,
            Ok(version)
        );
    }
    assert_eq!(
        get_prompt(&store, &prompt.id).await.unwrap().body,
        body("one")
    );
}

#[tokio::test]
async fn a_copy_has_the_draft_and_a_life_of_its_own() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(&folder).await;
    let prompt = made(&store, "one").await;
    save_prompt_version(&store, &prompt.id).await.unwrap();
    let copy = duplicate_prompt(&store, &prompt.id).await.unwrap();
    assert_eq!((copy.title.as_str(), copy.version), ("one copy", 0));
    saved(&store, &copy, &copy.title, "changed").await;
    assert_eq!(
        get_prompt(&store, &prompt.id).await.unwrap().body,
        body("one")
    );
}

#[tokio::test]
async fn lists_show_excerpts_and_find_words_of_messages_and_variables() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(&folder).await;
    let mut with_variable = body("Tell me about {{place}}");
    with_variable
        .variables
        .insert("place".to_owned(), "Reykjavík".to_owned());
    let new = NewPrompt {
        title: "Travel".to_owned(),
        body: with_variable,
    };
    let prompt = create_prompt(&store, new).await.unwrap();
    made(&store, "other").await;
    for search in ["travel", "kind tell", "reykjavik", "pla"] {
        let query = PromptQuery {
            search: search.to_owned(),
            deleted: false,
        };
        let found = list_prompts(&store, &query).await.unwrap();
        assert_eq!(found.len(), 1, "search `{search}`");
        assert_eq!(found[0].excerpt, "Tell me about {{place}}");
        assert!(found[0].updated_at.ends_with('Z') && found[0].updated_at.len() == 24);
    }
    store.delete_prompt(&prompt.id).await.unwrap();
    let query = |deleted| PromptQuery {
        search: "travel".to_owned(),
        deleted,
    };
    assert!(
        list_prompts(&store, &query(false))
            .await
            .unwrap()
            .is_empty()
    );
    assert_eq!(list_prompts(&store, &query(true)).await.unwrap().len(), 1);
}

#[tokio::test]
async fn what_does_not_fit_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(&folder).await;
    let new = NewPrompt {
        title: "t".repeat(201),
        body: body(""),
    };
    let error = create_prompt(&store, new).await.unwrap_err();
    assert_eq!(
        (error.code, error.field.as_deref()),
        (ErrorCode::InvalidParams, Some("title"))
    );
    let error = get_prompt(&store, "nope").await.unwrap_err();
    assert_eq!(
        (error.code, error.message.as_str()),
        (ErrorCode::NotFound, "there is no prompt `nope`")
    );
}

#[tokio::test]
async fn a_brand_new_history_has_a_prompt_that_can_be_run_at_once() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(&folder).await;
    add_sample(&store).await.unwrap();
    let query = PromptQuery {
        search: String::new(),
        deleted: false,
    };
    let listed = list_prompts(&store, &query).await.unwrap().remove(0);
    assert_eq!(listed.title, "Release note, retold");
    let sample = get_prompt(&store, &listed.id).await.unwrap();
    let filled = fill(&sample.body.messages, &sample.body.variables).unwrap();
    assert!(
        filled
            .iter()
            .all(|message| !message.joined_text().contains("{{"))
    );
    let models: Vec<_> = sample
        .body
        .columns
        .iter()
        .map(|column: &Column| &column.model)
        .collect();
    assert_eq!(
        models,
        ["sandbox/swift", "sandbox/steady", "sandbox/thinker"]
    );
    // Every variable given is used.
    for name in sample.body.variables.keys() {
        let mut without = sample.body.variables.clone();
        without.remove(name);
        assert_eq!(
            fill(&sample.body.messages, &without),
            Err(vec![name.clone()])
        );
    }
}

proptest! {
    #[test]
    fn titles_and_excerpts_are_short_lines(text in "\\PC{0,300}|[a-z \n]{0,300}") {
        let body = body(&text);
        let (title, excerpt) = (default_title(&body), excerpt(&body));
        prop_assert!(title.chars().count() <= 60 && !title.is_empty());
        prop_assert!(excerpt.chars().count() <= 160 && !excerpt.contains('\n'));
    }
}
