use super::{apply, preview};
use crate::api::types::*;
use crate::host::KeyStoreError;
use crate::host::fake::FakeHost;
use crate::{App, Caller, Options};
use std::sync::Arc;
use switchboard_engine::redact::Redactor;

const KEY: &str = "sk-proj-0123456789abcdefghij";

fn litellm() -> String {
    format!(
        "model_list:\n- model_name: chat\n  litellm_params: {{ model: openai/gpt-6.1-sol, api_key: {KEY} }}\n"
    )
}

struct Bench {
    app: App,
    host: Arc<FakeHost>,
    folder: tempfile::TempDir,
}

async fn bench(text: &str) -> Bench {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("config.toml"), text).unwrap();
    let host = Arc::new(FakeHost::default());
    let app = App::open(Options {
        data_dir: folder.path().to_path_buf(),
        config_path: folder.path().join("config.toml"),
        caller: Caller::Cli,
        host: host.clone(),
        redactor: Arc::new(Redactor::default()),
    })
    .await
    .unwrap();
    Bench { app, host, folder }
}

impl Bench {
    fn file(&self) -> String {
        std::fs::read_to_string(self.folder.path().join("config.toml")).unwrap()
    }
}

fn asked(text: String, store_keys: bool) -> ApplyImport {
    ApplyImport {
        text,
        kind: ImportKind::Auto,
        store_keys,
    }
}

#[tokio::test]
async fn a_key_of_the_text_goes_to_the_key_store_only_when_asked() {
    let bench = bench("").await;
    let request = PreviewImport {
        text: litellm(),
        kind: ImportKind::Auto,
    };
    assert!(!format!("{request:?}").contains(KEY));
    let shown = preview(&bench.app, request).await.unwrap();
    assert_eq!(
        (shown.kind, shown.routes.as_slice()),
        (ImportKind::Litellm, ["chat".to_owned()].as_slice())
    );
    assert_eq!(
        (shown.keys[0].provider.as_str(), shown.keys.len()),
        ("openai", 1)
    );
    assert!(!serde_json::to_string(&shown).unwrap().contains(KEY));
    assert_eq!(bench.file(), "", "a preview changes nothing");

    let done = apply(&bench.app, asked(litellm(), false)).await.unwrap();
    assert!(done.keys.is_empty() && bench.host.accounts().is_empty());
    assert!(!bench.file().contains(KEY));

    // The same again: the provider is there, the route gets another name, the key is left alone.
    let done = apply(&bench.app, asked(litellm(), true)).await.unwrap();
    assert_eq!(
        (done.routes.as_slice(), done.providers.len()),
        (["chat-2".to_owned()].as_slice(), 0)
    );
    assert!(bench.host.accounts().is_empty());
    bench.app.shutdown().await;
}

#[tokio::test]
async fn a_stored_key_is_the_one_that_calls_use() {
    let bench = bench("# mine\n").await;
    let done = apply(&bench.app, asked(litellm(), true)).await.unwrap();
    assert_eq!(done.keys.len(), 1);
    assert_eq!(bench.host.accounts().len(), 1);
    assert!(bench.file().starts_with("# mine\n") && !bench.file().contains(KEY));
    let provider = bench
        .app
        .config()
        .current()
        .provider("openai")
        .unwrap()
        .clone();
    assert_eq!(
        bench.app.secrets().list(&provider).await.active.as_deref(),
        Some("default")
    );
    bench.app.shutdown().await;
}

#[tokio::test]
async fn a_locked_key_store_leaves_what_was_added_and_says_so() {
    let bench = bench("").await;
    bench
        .host
        .refuse(Some(KeyStoreError::Locked("locked".to_owned())));
    let error = apply(&bench.app, asked(litellm(), true)).await.unwrap_err();
    assert_eq!(error.code, ErrorCode::KeychainLocked);
    assert!(bench.app.config().current().route("chat").is_some());
    bench.app.shutdown().await;
}

#[tokio::test]
async fn an_environment_adds_providers_and_their_keys() {
    let bench = bench("[providers.gemini]\npreset = \"gemini\"\n").await;
    let text = format!(
        "# keys\nOPENAI_API_KEY={KEY}\nGEMINI_API_KEY=AIza0123456789abcdefghij\nPATH=/bin\n"
    );
    let request = PreviewImport {
        text: text.clone(),
        kind: ImportKind::Auto,
    };
    let shown = preview(&bench.app, request).await.unwrap();
    assert_eq!(
        (shown.kind, shown.providers),
        (ImportKind::Environment, vec!["openai".to_owned()])
    );
    assert_eq!(shown.toml, "[providers.openai]\npreset = \"openai\"\n");
    assert_eq!((shown.keys.len(), shown.losses.len()), (2, 1));
    let done = apply(&bench.app, asked(text, true)).await.unwrap();
    assert_eq!((done.keys.len(), bench.host.accounts().len()), (2, 2));
    assert!(!bench.file().contains("0123456789"));
    bench.app.shutdown().await;
}

#[tokio::test]
async fn a_file_that_nothing_can_be_added_to_stays_as_it_is() {
    let inline = "providers = { mine = { preset = \"anthropic\" } }\n";
    let bench = bench(inline).await;
    let error = apply(&bench.app, asked(litellm(), false))
        .await
        .unwrap_err();
    assert_eq!(error.code, ErrorCode::Config, "{error:?}");
    assert_eq!(bench.file(), inline);
    bench.app.shutdown().await;
}
