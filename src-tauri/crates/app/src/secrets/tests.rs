use super::*;
use crate::api::types::ImportKeys;
use crate::host::fake::FakeHost;
use proptest::prelude::*;
use std::path::Path;
use std::sync::atomic::Ordering;
use std::time::Duration;

const KEY: &str = "sk-proj-abcdefgh-WXYZ";

struct Bench {
    host: Arc<FakeHost>,
    config: ConfigHandle,
    secrets: Secrets,
    learnt: Arc<Mutex<Vec<Secret>>>,
    folder: tempfile::TempDir,
}

fn bench(text: &str) -> Bench {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("config.toml");
    std::fs::write(&path, text).unwrap();
    let host = Arc::new(FakeHost::default());
    let config = ConfigHandle::open(path);
    assert_eq!(config.problem(), None);
    let learnt: Arc<Mutex<Vec<Secret>>> = Arc::default();
    let learn = learnt.clone();
    let secrets = Secrets::new(host.clone(), config.clone(), move |secret| {
        learn.lock().unwrap().push(secret.clone());
    });
    Bench {
        host,
        config,
        secrets,
        learnt,
        folder,
    }
}

impl Bench {
    fn provider(&self, id: &str) -> ProviderConfig {
        self.config.current().provider(id).unwrap().clone()
    }

    async fn resolved(&self, id: &str) -> Result<Option<String>, CallError> {
        let secret = self.secrets.resolve(&self.provider(id)).await?;
        Ok(secret.map(|secret| secret.expose().to_owned()))
    }

    fn file(&self) -> String {
        std::fs::read_to_string(self.config.path()).unwrap()
    }
}

fn set(provider: &str, name: &str, key: &str, session_only: bool) -> SetKey {
    SetKey {
        provider: provider.into(),
        name: name.into(),
        key: key.into(),
        session_only,
    }
}

fn key_ref(provider: &str, name: &str) -> KeyRef {
    KeyRef {
        provider: provider.into(),
        name: name.into(),
    }
}

fn locked() -> Option<KeyStoreError> {
    Some(KeyStoreError::Locked("the key store is locked".into()))
}

const OPENAI: &str = "[providers.openai]\npreset = \"openai\"\n";

#[tokio::test]
async fn a_key_entered_once_is_used_and_never_shown() {
    let bench = bench(OPENAI);
    assert_eq!(
        bench.resolved("openai").await.unwrap_err().kind,
        ErrorKind::NoCredential
    );
    bench
        .secrets
        .set_key(set("openai", "default", &format!("  {KEY}\n"), false))
        .await
        .unwrap();
    assert_eq!(
        bench.resolved("openai").await.unwrap().as_deref(),
        Some(KEY)
    );
    assert_eq!(bench.host.accounts(), ["openai/default"]);
    assert_eq!(
        bench.file(),
        OPENAI,
        "the default name needs no line in the file"
    );
    let keys = bench.secrets.list(&bench.provider("openai")).await;
    assert_eq!(keys.active.as_deref(), Some("default"));
    assert_eq!(keys.keys[0].last4.as_deref(), Some("WXYZ"));
    assert!(!format!("{keys:?}{:?}", bench.secrets).contains(KEY));
    assert!(
        bench
            .learnt
            .lock()
            .unwrap()
            .iter()
            .any(|secret| secret.expose() == KEY)
    );
}

#[tokio::test]
async fn a_named_key_is_written_into_the_file_by_name_only() {
    let bench = bench("[providers.openai] # mine\npreset = \"openai\"\n");
    bench
        .secrets
        .set_key(set("openai", "work", KEY, false))
        .await
        .unwrap();
    let file = bench.file();
    assert!(
        file.contains("# mine") && file.contains("name = \"work\""),
        "{file}"
    );
    assert!(!file.contains(KEY));
    assert_eq!(
        bench.resolved("openai").await.unwrap().as_deref(),
        Some(KEY)
    );
    // A second key does not take over by itself.
    bench
        .secrets
        .set_key(set("openai", "home", "sk-other-key-12345", false))
        .await
        .unwrap();
    assert_eq!(
        bench.resolved("openai").await.unwrap().as_deref(),
        Some(KEY)
    );
    bench
        .secrets
        .activate(&key_ref("openai", "home"))
        .await
        .unwrap();
    let used = bench.resolved("openai").await.unwrap();
    assert_eq!(used.as_deref(), Some("sk-other-key-12345"));
    assert_eq!(bench.provider("openai").active_key.as_deref(), Some("home"));
}

#[tokio::test]
async fn a_session_key_leaves_no_trace_and_comes_first() {
    let bench = bench(OPENAI);
    bench
        .secrets
        .set_key(set("openai", "default", "sk-stored-key-1234", false))
        .await
        .unwrap();
    bench
        .secrets
        .set_key(set("openai", "try", KEY, true))
        .await
        .unwrap();
    assert_eq!(
        bench.resolved("openai").await.unwrap().as_deref(),
        Some(KEY)
    );
    assert_eq!(bench.host.accounts(), ["openai/default"]);
    assert_eq!(bench.file(), OPENAI);
    let keys = bench.secrets.list(&bench.provider("openai")).await;
    assert_eq!(keys.active.as_deref(), Some("try"));
    let info = keys.keys.iter().find(|key| key.name == "try").unwrap();
    assert_eq!(info.source, KeySource::Session);
    assert!(info.updated_at.is_some());
    bench
        .secrets
        .activate(&key_ref("openai", "default"))
        .await
        .unwrap();
    let used = bench.resolved("openai").await.unwrap();
    assert_eq!(used.as_deref(), Some("sk-stored-key-1234"));
    bench
        .secrets
        .delete(&key_ref("openai", "try"))
        .await
        .unwrap();
    assert_eq!(
        bench
            .secrets
            .list(&bench.provider("openai"))
            .await
            .keys
            .len(),
        1
    );
}

#[tokio::test]
async fn a_session_key_works_without_a_key_store() {
    let bench = bench(OPENAI);
    bench
        .host
        .refuse(Some(KeyStoreError::None("there is no key store".into())));
    let error = bench
        .secrets
        .set_key(set("openai", "default", KEY, false))
        .await
        .unwrap_err();
    assert_eq!(error.code, ErrorCode::KeychainNone);
    assert!(error.hint.unwrap().contains("session"));
    bench
        .secrets
        .set_key(set("openai", "default", KEY, true))
        .await
        .unwrap();
    assert_eq!(
        bench.resolved("openai").await.unwrap().as_deref(),
        Some(KEY)
    );
}

#[tokio::test]
async fn a_locked_store_is_asked_once_for_all_columns() {
    let bench = bench(OPENAI);
    bench.host.refuse(locked());
    let columns = (0..6).map(|_| bench.resolved("openai"));
    for answer in futures_util::future::join_all(columns).await {
        let error = answer.unwrap_err();
        assert_eq!(error.kind, ErrorKind::NoCredential);
        assert!(error.message.contains("locked"), "{}", error.message);
    }
    assert_eq!(bench.host.asked.load(Ordering::SeqCst), 1);
    // "Retry" asks anew.
    bench.host.refuse(None);
    bench
        .host
        .set("openai/default", &Secret::new(KEY.into()))
        .unwrap();
    assert_eq!(bench.secrets.state().await, KeychainState::Ok);
    assert_eq!(
        bench.resolved("openai").await.unwrap().as_deref(),
        Some(KEY)
    );
}

use crate::host::KeyStore;

#[tokio::test]
async fn looking_at_providers_never_makes_a_locked_store_ask_the_user() {
    let bench = bench(OPENAI);
    bench
        .host
        .set("openai/default", &Secret::new(KEY.into()))
        .unwrap();
    bench.host.refuse(locked());
    let keys = bench.secrets.list(&bench.provider("openai")).await;
    assert!(!keys.keys[0].present && keys.active.is_none());
    assert_eq!(bench.host.asked.load(Ordering::SeqCst), 0);
}

#[tokio::test]
async fn a_found_key_is_asked_for_once() {
    let bench = bench(OPENAI);
    bench
        .host
        .set("openai/default", &Secret::new(KEY.into()))
        .unwrap();
    for _ in 0..5 {
        bench.resolved("openai").await.unwrap();
        bench.secrets.list(&bench.provider("openai")).await;
    }
    assert_eq!(bench.host.asked.load(Ordering::SeqCst), 1);
    // A provider that refused the key has it looked up anew.
    bench
        .host
        .set("openai/default", &Secret::new("sk-replaced-key-9".into()))
        .unwrap();
    bench.secrets.forget("openai");
    assert_eq!(
        bench.resolved("openai").await.unwrap().as_deref(),
        Some("sk-replaced-key-9")
    );
}

#[tokio::test(start_paused = true)]
async fn a_key_stored_by_another_program_is_found_soon() {
    let bench = bench(OPENAI);
    assert!(bench.resolved("openai").await.is_err());
    bench
        .host
        .set("openai/default", &Secret::new(KEY.into()))
        .unwrap();
    tokio::time::advance(Duration::from_secs(6)).await;
    assert_eq!(
        bench.resolved("openai").await.unwrap().as_deref(),
        Some(KEY)
    );
}

#[tokio::test]
async fn variables_are_read_when_they_are_needed() {
    let bench = bench(
        "[providers.a]\npreset = \"openai\"\nkeys = [{ name = \"ci\", from = \"env:CI_KEY\" }]\n",
    );
    let error = bench.resolved("a").await.unwrap_err();
    assert_eq!(error.message, "no key for OpenAI");
    assert!(error.hint.unwrap().contains("CI_KEY"));
    bench.host.set_variable("CI_KEY", KEY);
    assert_eq!(bench.resolved("a").await.unwrap().as_deref(), Some(KEY));
    let keys = bench.secrets.list(&bench.provider("a")).await;
    let source = KeySource::Environment {
        variable: "CI_KEY".into(),
    };
    assert_eq!(
        (&keys.keys[0].source, keys.keys[0].present),
        (&source, true)
    );
}

#[tokio::test]
async fn a_chosen_key_that_is_missing_is_not_replaced_by_another() {
    let bench = bench(
        "[providers.a]\npreset = \"openai\"\nactive_key = \"work\"\nkeys = [\
         { name = \"work\", from = \"keychain\" }, { name = \"ci\", from = \"env:CI_KEY\" }]\n",
    );
    bench.host.set_variable("CI_KEY", KEY);
    let error = bench.resolved("a").await.unwrap_err();
    assert!(error.message.contains("`work`"), "{}", error.message);
    assert_eq!(bench.secrets.list(&bench.provider("a")).await.active, None);
}

#[tokio::test]
async fn a_provider_that_needs_no_key_gets_none() {
    let bench = bench("[providers.ollama]\npreset = \"ollama\"\n");
    assert_eq!(bench.resolved("ollama").await.unwrap(), None);
    assert_eq!(bench.host.asked.load(Ordering::SeqCst), 0);
    bench
        .secrets
        .set_key(set("ollama", "proxy", KEY, false))
        .await
        .unwrap();
    assert_eq!(
        bench.resolved("ollama").await.unwrap().as_deref(),
        Some(KEY)
    );
}

#[tokio::test]
async fn a_deleted_key_is_gone_from_store_and_file() {
    let bench = bench(OPENAI);
    bench
        .secrets
        .set_key(set("openai", "work", KEY, false))
        .await
        .unwrap();
    bench
        .secrets
        .activate(&key_ref("openai", "work"))
        .await
        .unwrap();
    bench
        .secrets
        .delete(&key_ref("openai", "work"))
        .await
        .unwrap();
    assert!(bench.host.accounts().is_empty());
    assert!(!bench.file().contains("work"), "{}", bench.file());
    assert_eq!(
        bench.resolved("openai").await.unwrap_err().message,
        "no key for OpenAI"
    );
    for (provider, name) in [("openai", "work"), ("nobody", "default")] {
        let error = bench
            .secrets
            .delete(&key_ref(provider, name))
            .await
            .unwrap_err();
        assert_eq!(error.code, ErrorCode::NotFound);
        let error = bench
            .secrets
            .activate(&key_ref(provider, name))
            .await
            .unwrap_err();
        assert_eq!(error.code, ErrorCode::NotFound);
    }
}

#[tokio::test]
async fn bad_keys_are_refused_with_the_field_and_without_the_key() {
    let bench = bench(OPENAI);
    let long = "k".repeat(5000);
    for (name, key, field) in [
        ("default", "", "key"),
        ("default", "   ", "key"),
        ("default", "two words", "key"),
        ("default", "schlüssel", "key"),
        ("default", long.as_str(), "key"),
        ("a b", KEY, "name"),
        ("", KEY, "name"),
    ] {
        let error = bench
            .secrets
            .set_key(set("openai", name, key, false))
            .await
            .unwrap_err();
        assert_eq!(error.code, ErrorCode::InvalidParams);
        assert_eq!(error.field.as_deref(), Some(field), "{name} {key}");
    }
    let error = bench
        .secrets
        .set_key(set("nobody", "default", KEY, false))
        .await
        .unwrap_err();
    assert_eq!(
        (error.code, error.field.as_deref()),
        (ErrorCode::NotFound, Some("provider"))
    );
    assert!(bench.host.accounts().is_empty());
}

#[tokio::test]
async fn keys_of_the_environment_are_found_and_referenced_by_name() {
    let bench = bench("");
    bench.host.set_variable("OPENAI_API_KEY", KEY);
    bench
        .host
        .set_variable("GOOGLE_API_KEY", "AIzaSyExampleExample");
    bench.host.set_variable("HOME", "/home/me");
    let scan = bench.secrets.scan_env().await;
    let found: Vec<(&str, &str, bool)> = scan
        .found
        .iter()
        .map(|found| {
            (
                found.variable.as_str(),
                found.preset.as_str(),
                found.already,
            )
        })
        .collect();
    assert_eq!(
        found,
        [
            ("OPENAI_API_KEY", "openai", false),
            ("GOOGLE_API_KEY", "gemini", false)
        ]
    );
    assert!(!format!("{scan:?}").contains(KEY));
    let request = ImportKeys {
        token: scan.token,
        variables: vec!["OPENAI_API_KEY".into(), "GOOGLE_API_KEY".into()],
        by_reference: true,
    };
    bench.secrets.import_keys(&request).await.unwrap();
    bench.secrets.import_keys(&request).await.unwrap();
    assert_eq!(
        bench.resolved("openai").await.unwrap().as_deref(),
        Some(KEY)
    );
    assert_eq!(
        bench.resolved("gemini").await.unwrap().as_deref(),
        Some("AIzaSyExampleExample")
    );
    assert!(bench.host.accounts().is_empty());
    assert!(!bench.file().contains(KEY));
    let names: Vec<String> = bench
        .provider("openai")
        .keys
        .into_iter()
        .map(|key| key.name)
        .collect();
    assert_eq!(names, ["env"]);
    assert!(
        bench
            .secrets
            .scan_env()
            .await
            .found
            .iter()
            .all(|found| found.already)
    );
}

#[tokio::test]
async fn keys_of_a_file_are_copied_into_the_key_store() {
    let bench = bench("");
    let path = bench.folder.path().join(".env");
    let text = format!(
        "\u{feff}# keys\nexport ANTHROPIC_API_KEY=\"{KEY}\"\nUNRELATED=1\nXIDAO_API_KEY=old\n\
         XIDAO_API_KEY='xd-newer-key-4321' # new\nGROQ_API_KEY=\n"
    );
    std::fs::write(&path, text).unwrap();
    let scan = bench.secrets.scan_dotenv_file(&path).await.unwrap();
    assert_eq!(scan.origin, path.display().to_string());
    let found: Vec<&str> = scan
        .found
        .iter()
        .map(|found| found.variable.as_str())
        .collect();
    assert_eq!(found, ["ANTHROPIC_API_KEY", "XIDAO_API_KEY"]);
    let mut request = ImportKeys {
        token: scan.token,
        variables: found.into_iter().map(str::to_owned).collect(),
        by_reference: true,
    };
    let error = bench.secrets.import_keys(&request).await.unwrap_err();
    assert_eq!(error.field.as_deref(), Some("by_reference"));
    request.by_reference = false;
    bench.secrets.import_keys(&request).await.unwrap();
    assert_eq!(
        bench.host.accounts(),
        ["anthropic/default", "xidao/default"]
    );
    assert_eq!(
        bench.resolved("xidao").await.unwrap().as_deref(),
        Some("xd-newer-key-4321")
    );
    // A second import of the same does not overwrite the first.
    bench.secrets.import_keys(&request).await.unwrap();
    assert!(bench.host.accounts().contains(&"xidao/imported".to_owned()));
}

#[tokio::test(start_paused = true)]
async fn a_scan_is_good_for_ten_minutes_and_names_what_is_wrong() {
    let bench = bench("");
    bench.host.set_variable("OPENAI_API_KEY", KEY);
    let scan = bench.secrets.scan_env().await;
    let import = |token: &str, variable: &str| ImportKeys {
        token: token.into(),
        variables: vec![variable.into()],
        by_reference: true,
    };
    let error = bench
        .secrets
        .import_keys(&import(&scan.token, "XAI_API_KEY"))
        .await
        .unwrap_err();
    assert_eq!(error.field.as_deref(), Some("variables"));
    let error = bench
        .secrets
        .import_keys(&import("nonsense", "XAI_API_KEY"))
        .await
        .unwrap_err();
    assert_eq!(error.code, ErrorCode::NotFound);
    tokio::time::advance(Duration::from_secs(601)).await;
    let error = bench
        .secrets
        .import_keys(&import(&scan.token, "OPENAI_API_KEY"))
        .await;
    assert_eq!(error.unwrap_err().code, ErrorCode::NotFound);
}

#[tokio::test]
async fn a_provider_whose_address_only_the_user_knows_is_not_made_up() {
    let bench = bench("");
    bench.host.set_variable("AZURE_OPENAI_API_KEY", KEY);
    let token = bench.secrets.scan_env().await.token;
    let variables = vec!["AZURE_OPENAI_API_KEY".to_owned()];
    let request = ImportKeys {
        token,
        variables,
        by_reference: false,
    };
    let error = bench.secrets.import_keys(&request).await.unwrap_err();
    assert!(error.message.contains("address"), "{error:?}");
    assert!(error.hint.unwrap().contains("YOUR-RESOURCE"));
    assert!(bench.host.accounts().is_empty());
}

#[tokio::test]
async fn odd_files_are_refused_without_repeating_them() {
    let bench = bench("");
    let path = bench.folder.path().join("odd");
    for bytes in [
        vec![0xff, 0xfe],
        vec![b'A'; 300_000],
        format!("{KEY} {KEY}").into_bytes(),
    ] {
        std::fs::write(&path, bytes).unwrap();
        let error = bench.secrets.scan_dotenv_file(&path).await.unwrap_err();
        assert_eq!(error.code, ErrorCode::InvalidParams);
        assert!(!format!("{error:?}").contains(KEY));
    }
    let error = bench
        .secrets
        .scan_dotenv_file(Path::new("/nonexistent"))
        .await
        .unwrap_err();
    assert!(error.message.contains("cannot be read"));
}

fn block_on<T>(future: impl Future<Output = T>) -> T {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    runtime.block_on(future)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn any_text_can_be_scanned(text in "(?s).{0,300}") {
        let bench = bench("");
        let _ = block_on(bench.secrets.scan_dotenv_text("x", text));
    }

    #[test]
    fn any_lines_of_a_dotenv_file_can_be_scanned(
        lines in proptest::collection::vec("(OPENAI_API_KEY|A|export |#|'|\"|\\$\\{|\\}|=|\\\\|\n| ){1,8}", 0..10)
    ) {
        let bench = bench("");
        let _ = block_on(bench.secrets.scan_dotenv_text("x", lines.join("\n")));
    }

    /// Whatever fails, the key is in no text that could be shown, logged or written.
    #[test]
    fn a_key_leaves_no_trace_on_any_path(
        key in "[A-Za-z0-9_~+/-]{24,60}",
        state in 0..4usize,
        session in any::<bool>(),
    ) {
        let texts = block_on(async {
            let bench = bench(OPENAI);
            let mut texts = Vec::new();
            let refusals = [
                None,
                locked(),
                Some(KeyStoreError::None("there is none".into())),
                Some(KeyStoreError::Failed("it broke".into())),
            ];
            bench.host.refuse(refusals[state].clone());
            bench.host.set_variable("OPENAI_API_KEY", &key);
            let secrets = &bench.secrets;
            for (provider, name) in [("openai", "default"), ("openai", "a b"), ("nobody", "x")] {
                let request = set(provider, name, &key, session);
                texts.push(format!("{request:?}"));
                texts.push(format!("{:?}", secrets.set_key(request).await));
            }
            texts.push(format!("{:?}", secrets.set_key(set("openai", "x", &format!("{key} {key}"), session)).await));
            texts.push(format!("{:?}", secrets.resolve(&bench.provider("openai")).await));
            texts.push(format!("{:?}", secrets.list(&bench.provider("openai")).await));
            texts.push(format!("{:?}", secrets.state().await));
            let scan = secrets.scan_env().await;
            texts.push(serde_json::to_string(&scan).unwrap());
            let variables = vec!["OPENAI_API_KEY".to_owned(), key.clone()];
            for by_reference in [true, false] {
                for variables in [variables.clone(), variables[..1].to_vec()] {
                    let token = scan.token.clone();
                    let request = ImportKeys { token, variables, by_reference };
                    texts.push(format!("{:?}", secrets.import_keys(&request).await));
                }
            }
            for text in [format!("OPENAI_API_KEY={key}\n"), key.clone(), format!("'{key}")] {
                texts.push(format!("{:?}", secrets.scan_dotenv_text("f", text).await));
            }
            for name in ["default", "env", "nothing"] {
                texts.push(format!("{:?}", secrets.activate(&key_ref("openai", name)).await));
                texts.push(format!("{:?}", secrets.delete(&key_ref("openai", name)).await));
            }
            texts.push(format!("{secrets:?}"));
            texts.push(bench.file());
            texts
        });
        for text in texts {
            prop_assert!(!text.contains(&key), "{}", text);
        }
    }
}
