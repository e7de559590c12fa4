use crate::support::*;
use switchboard_engine::error::ErrorKind;
use switchboard_store::{CallFilter, CallsOf, PromptScope, PromptText, Store};

async fn found(store: &Store, search: &str) -> Vec<String> {
    let filter = CallFilter {
        search: search.to_owned(),
        ..CallFilter::default()
    };
    let page = store.calls(&filter).await.unwrap();
    page.calls
        .into_iter()
        .map(|row| row.requested.model)
        .collect()
}

async fn filled(place: &Place) -> Store {
    let store = place.open();
    let prompt = PromptText {
        title: "Travel plan".to_owned(),
        ..PromptText::default()
    };
    let prompt = store.create_prompt(prompt).await.unwrap();
    let mut first = new_call("gpt-4o");
    first.prompt_id = Some(prompt.id);
    answered(
        &store,
        first,
        "Die Brücke über den Fluß. C++ is \"quick\" here",
    )
    .await;
    answered(&store, new_call("steady"), "我们在东京的大学学习。").await;
    let failing = new_call("flaky-429");
    store.begin_call(failing.clone()).await.unwrap();
    let events = vec![started(1, "flaky-429"), failed(ErrorKind::RateLimited, &[])];
    for event in numbered(failing.id, events) {
        store.append(event);
    }
    store.begin_call(new_call("thinker")).await.unwrap();
    store.flush().await.unwrap();
    store
}

#[tokio::test]
async fn words_are_found_in_model_title_answer_and_error() {
    let place = Place::new();
    let store = filled(&place).await;
    for (search, expected) in [
        ("", vec!["thinker", "flaky-429", "steady", "gpt-4o"]),
        ("   ", vec!["thinker", "flaky-429", "steady", "gpt-4o"]),
        ("gpt-4o", vec!["gpt-4o"]),
        ("sandbox/gpt-4o", vec!["gpt-4o"]),
        ("travel", vec!["gpt-4o"]),
        ("TRAVEL brucke", vec!["gpt-4o"]),
        ("bruc", vec!["gpt-4o"]),
        ("bruc ", vec![]),
        ("bruc fluß", vec![]),
        ("fluß", vec!["gpt-4o"]),
        ("rate_limited", vec!["flaky-429"]),
        ("went wrong", vec!["flaky-429"]),
        ("thinker", vec!["thinker"]),
        ("东京", vec!["steady"]),
        ("大学学习", vec!["steady"]),
        ("京东", vec![]),
        ("nowhere", vec![]),
    ] {
        assert_eq!(found(&store, search).await, expected, "search `{search}`");
    }
}

#[tokio::test]
async fn typed_syntax_is_only_text() {
    let place = Place::new();
    let store = filled(&place).await;
    for search in [
        "\"quick\"",
        "\"quick",
        "quick\"",
        "quick*",
        "(quick",
        "quick)",
        "c++ quick",
        "-quick",
        "quick:",
        "^quick",
        "{answer}:quick",
    ] {
        let models = found(&store, search).await;
        let expected: &[&str] = if search.starts_with("{answer}") {
            &[]
        } else {
            &["gpt-4o"]
        };
        assert_eq!(models, expected, "search `{search}`");
    }
    for search in [
        "quick OR steady",
        "quick NOT here",
        "answer:quick",
        "NEAR(quick here)",
    ] {
        assert_eq!(found(&store, search).await, [""; 0], "search `{search}`");
    }
    for search in [
        "***",
        "\"\"",
        "\"",
        "🦀",
        "\0",
        "'",
        "--",
        "; DROP TABLE calls",
    ] {
        assert_eq!(found(&store, search).await, [""; 0], "search `{search}`");
    }
}

#[tokio::test]
async fn hits_are_paged_newest_first() {
    let place = Place::new();
    let store = place.open();
    let mut ids = Vec::new();
    for n in 0..30 {
        let answer = if n % 3 == 0 { "needle" } else { "hay" };
        let id = answered(&store, new_call("swift"), answer).await;
        if n % 3 == 0 {
            ids.push(id);
        }
    }
    store.flush().await.unwrap();
    ids.reverse();
    let mut filter = CallFilter {
        search: "needle".to_owned(),
        before: None,
        limit: 4,
        ..CallFilter::default()
    };
    let mut seen = Vec::new();
    loop {
        let page = store.calls(&filter).await.unwrap();
        seen.extend(page.calls.iter().map(|row| row.id));
        filter.before = page.next;
        if filter.before.is_none() {
            break;
        }
    }
    assert_eq!(seen, ids);
}

#[tokio::test]
async fn prompts_are_found_by_their_words_of_now() {
    let place = Place::new();
    let store = place.open();
    let text = |title: &str, search: &str| PromptText {
        title: title.to_owned(),
        search: search.to_owned(),
        body: format!("\"{search}\""),
        excerpt: String::new(),
    };
    let first = store
        .create_prompt(text("Mail", "Write a polite answer"))
        .await
        .unwrap();
    store
        .create_prompt(text("Poem", "About the sea"))
        .await
        .unwrap();
    let titles = async |search: &str| -> Vec<String> {
        let rows = store.prompts(search, PromptScope::Kept).await.unwrap();
        rows.into_iter().map(|row| row.title).collect()
    };
    assert_eq!(titles("polite").await, ["Mail"]);
    assert_eq!(titles("poe").await, ["Poem"]);
    store
        .save_draft(&first.id, text("Letter", "Write a rude answer"))
        .await
        .unwrap();
    assert_eq!(titles("polite").await, [""; 0]);
    assert_eq!(titles("letter rude").await, ["Letter"]);
}

#[tokio::test]
async fn calls_are_listed_by_time_and_by_what_they_belong_to() {
    let place = Place::new();
    let store = place.open();
    let mut routed = new_call("gpt-4o");
    routed.route = Some("standard".to_owned());
    routed.caller = "gateway".to_owned();
    routed.caller_key = Some("laptop".to_owned());
    // A call's place in the list is the time its id was made.
    let since_1970 = std::time::SystemTime::UNIX_EPOCH.elapsed().unwrap();
    let now_ms = i64::try_from(since_1970.as_millis()).unwrap();
    answered(&store, routed, "one").await;
    answered(&store, new_call("steady"), "two").await;
    store.flush().await.unwrap();
    let listed = async |search: &str, from: i64, only: CallsOf| {
        let filter = CallFilter {
            search: search.to_owned(),
            from_ms: Some(now_ms + from),
            to_ms: Some(now_ms + from + 86_400_000),
            only,
            ..CallFilter::default()
        };
        store.calls(&filter).await.unwrap().calls.len()
    };
    let some = |text: &str| Some(text.to_owned());
    assert_eq!(listed("", -3_600_000, CallsOf::default()).await, 2);
    assert_eq!(
        listed("", 3_600_000, CallsOf::default()).await,
        0,
        "all are older"
    );
    assert_eq!(
        listed("", -90_000_000, CallsOf::default()).await,
        0,
        "all are newer"
    );
    for (only, expected) in [
        (
            CallsOf {
                model: some("sandbox/steady"),
                ..CallsOf::default()
            },
            1,
        ),
        (
            CallsOf {
                model: some("sandbox/other"),
                ..CallsOf::default()
            },
            0,
        ),
        (
            CallsOf {
                provider: some("sandbox"),
                ..CallsOf::default()
            },
            2,
        ),
        (
            CallsOf {
                route: some("standard"),
                ..CallsOf::default()
            },
            1,
        ),
        (
            CallsOf {
                route: some(""),
                ..CallsOf::default()
            },
            1,
        ),
        (
            CallsOf {
                caller: some("gateway: laptop"),
                ..CallsOf::default()
            },
            1,
        ),
        (
            CallsOf {
                prompt: some(""),
                ..CallsOf::default()
            },
            2,
        ),
        (
            CallsOf {
                project: some("billing"),
                ..CallsOf::default()
            },
            0,
        ),
        (
            CallsOf {
                tag: some(""),
                ..CallsOf::default()
            },
            2,
        ),
        (
            CallsOf {
                tag: some("nightly"),
                ..CallsOf::default()
            },
            0,
        ),
    ] {
        assert_eq!(
            listed("", -3_600_000, only.clone()).await,
            expected,
            "{only:?}"
        );
    }
    let only = CallsOf {
        route: some("standard"),
        ..CallsOf::default()
    };
    assert_eq!(listed("one", -3_600_000, only.clone()).await, 1);
    assert_eq!(listed("two", -3_600_000, only).await, 0);
}
