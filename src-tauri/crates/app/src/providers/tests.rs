use super::*;
use crate::api::types::{KeyRef, PreviewUrl, ProviderTest, SaveProvider, SetKey};
use crate::host::fake::FakeHost;
use crate::host::{KeyStore, KeyStoreError};
use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use std::time::Duration;
use switchboard_engine::admit::Health;
use switchboard_engine::error::CallError;
use switchboard_engine::plan::{Candidate, Tier};
use switchboard_engine::provider::Wire;
use switchboard_engine::secret::Secret;
use switchboard_sandbox::{Options, Sandbox};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;
use url::Url;

const KEY: &str = "sk-proj-abcdefgh-WXYZ";

/// The real simulator, started on first use.
#[derive(Debug, Default)]
struct TestSimulator(tokio::sync::OnceCell<Sandbox>);

impl Simulator for TestSimulator {
    fn running(&self) -> Option<Url> {
        self.0
            .get()
            .and_then(|sandbox| sandbox.base_url().parse().ok())
    }

    fn start(&self) -> BoxFuture<'_, Result<Url, CallError>> {
        async {
            let start = || Sandbox::start(Options { port: 0, seed: 1 });
            let sandbox = self.0.get_or_try_init(start).await;
            let sandbox =
                sandbox.map_err(|error| CallError::new(ErrorKind::Connect, error.to_string()))?;
            Ok(sandbox.base_url().parse().unwrap())
        }
        .boxed()
    }
}

struct Bench {
    host: Arc<FakeHost>,
    config: ConfigHandle,
    providers: Providers,
    _folder: tempfile::TempDir,
}

fn bench(text: &str) -> Bench {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("config.toml");
    std::fs::write(&path, text).unwrap();
    let host = Arc::new(FakeHost::default());
    let config = ConfigHandle::open(path);
    assert_eq!(config.problem(), None);
    let redactor = Arc::new(Redactor::default());
    let learn = redactor.clone();
    let secrets = Secrets::new(host.clone(), config.clone(), move |secret| {
        learn.learn(secret)
    });
    let providers = Providers::new(
        config.clone(),
        secrets,
        Http::new(config.clone()),
        redactor,
        Arc::new(TestSimulator::default()),
        Health::default(),
    );
    Bench {
        host,
        config,
        providers,
        _folder: folder,
    }
}

impl Bench {
    fn file(&self) -> String {
        std::fs::read_to_string(self.config.path()).unwrap()
    }

    async fn lamp(&self, id: &str) -> (Lamp, String) {
        let info = self.providers.one(id).await.unwrap();
        (info.lamp, info.lamp_text)
    }
}

fn save(id: &str, wire: Wire, base_url: &str) -> SaveProvider {
    SaveProvider {
        id: id.into(),
        label: String::new(),
        wire,
        base_url: base_url.into(),
        needs_key: true,
        preset: None,
        models: None,
    }
}

/// Answers every connection with the same bytes; returns the base URL.
async fn server(reply: impl Into<Vec<u8>>) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let reply = reply.into();
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            let reply = reply.clone();
            tokio::spawn(async move {
                let mut request = vec![0; 64 * 1024];
                let _ = stream.read(&mut request).await;
                let _ = stream.write_all(&reply).await;
                let _ = stream.shutdown().await;
            });
        }
    });
    format!("http://{address}/v1")
}

fn http(status: &str, kind: &str, body: &str) -> String {
    let length = body.len();
    format!(
        "HTTP/1.1 {status}\r\ncontent-type: {kind}\r\ncontent-length: {length}\r\n\
         connection: close\r\n\r\n{body}"
    )
}

#[tokio::test]
async fn the_simulator_stands_first_and_needs_nothing() {
    let bench = bench("[providers.openai]\npreset = \"openai\"\n");
    let list = bench.providers.list().await;
    assert_eq!(
        (list[0].id.as_str(), list[0].simulated, list[0].lamp),
        ("sandbox", true, Lamp::Simulated)
    );
    assert_eq!(list[0].lamp_text, "simulated");
    assert!(list[0].models.contains(&"steady".to_owned()));
    assert_eq!(
        (list[1].lamp, list[1].lamp_text.as_str()),
        (Lamp::Idle, "no key")
    );
    assert_eq!(list[1].request_url, "https://api.openai.com/v1/responses");
    assert_eq!(
        list[1].key_url.as_deref(),
        Some("https://platform.openai.com/api-keys")
    );
    assert!(!bench.providers.has_real_provider().await);
    let tested = bench.providers.test("sandbox").await.unwrap();
    assert!(
        matches!(tested, ProviderTest::Ok { models, .. } if models.iter().any(|one| one == "swift"))
    );
    let sandbox = bench.providers.one("sandbox").await.unwrap();
    assert!(
        sandbox.request_url.starts_with("http://127.0.0.1:"),
        "{}",
        sandbox.request_url
    );
    assert!(
        sandbox.request_url.ends_with("/v1/chat/completions"),
        "{}",
        sandbox.request_url
    );
}

#[tokio::test]
async fn a_provider_is_added_tested_and_removed() {
    let list = r#"{"object":"list","data":[{"id":"m-1"},{"id":"m-2"}]}"#;
    let url = server(http("200 OK", "application/json", list)).await;
    let bench = bench("# mine\n");
    let mut request = save("my-server", Wire::OpenaiChat, &url);
    request.label = "My server".into();
    request.models = Some(vec!["m-1".into()]);
    let info = bench.providers.save(request).await.unwrap();
    assert_eq!(
        (info.label.as_str(), info.local, info.needs_key),
        ("My server", true, true)
    );
    assert_eq!(info.request_url, format!("{url}/chat/completions"));
    assert_eq!(info.lamp_text, "no key");
    let tested = bench.providers.test("my-server").await.unwrap();
    let ProviderTest::Failed { error } = tested else {
        panic!("{tested:?}")
    };
    assert_eq!(error.kind, ErrorKind::NoCredential);
    bench
        .host
        .set("my-server/default", &Secret::new(KEY.into()))
        .unwrap();
    bench.providers.inner.secrets.state().await;
    let tested = bench.providers.test("my-server").await.unwrap();
    let ProviderTest::Ok { models, .. } = tested else {
        panic!("{tested:?}")
    };
    assert_eq!(models, ["m-1", "m-2"]);
    let (lamp, text) = bench.lamp("my-server").await;
    assert_eq!(lamp, Lamp::Ok);
    assert!(text.ends_with(" ms"), "{text}");
    assert!(bench.providers.has_real_provider().await);
    bench.providers.delete("my-server").await.unwrap();
    assert_eq!(bench.file().trim(), "# mine");
    assert_eq!(
        bench.providers.delete("my-server").await.unwrap_err().code,
        ErrorCode::NotFound
    );
}

#[tokio::test]
async fn saving_a_preset_writes_only_what_differs() {
    let bench = bench("");
    let preset = |label: &str, models: &[&str]| SaveProvider {
        id: "openai".into(),
        label: label.into(),
        wire: Wire::OpenaiResponses,
        base_url: "https://api.openai.com/v1".into(),
        needs_key: true,
        preset: Some("openai".into()),
        models: Some(models.iter().map(|name| (*name).to_owned()).collect()),
    };
    let usual = ["gpt-6.1-terra", "gpt-6.1-sol", "gpt-5.6-luna"];
    bench
        .providers
        .save(preset("OpenAI", &usual))
        .await
        .unwrap();
    assert_eq!(
        bench.file().trim(),
        "[providers.openai]\npreset = \"openai\""
    );
    bench
        .providers
        .save(preset("Ours", &["gpt-6.1-sol", "extra"]))
        .await
        .unwrap();
    let file = bench.file();
    assert!(file.contains("label = \"Ours\""), "{file}");
    assert!(
        file.contains("models = [\"gpt-6.1-sol\", \"extra\"]"),
        "{file}"
    );
    bench
        .providers
        .save(preset("OpenAI", &usual))
        .await
        .unwrap();
    let info = bench.providers.one("openai").await.unwrap();
    assert_eq!(info.label, "OpenAI");
    assert_eq!(info.models.len(), 3);
}

#[tokio::test]
async fn saving_keeps_what_the_file_says_about_models() {
    let text = "[providers.a]\nwire = \"openai_chat\"\nbase_url = \"https://a.example\"\n\n\
                # dear\n[[providers.a.models]]\nname = \"one\"\nprice = { input = 1, output = 2 }\n\n\
                [[providers.a.models]]\nname = \"two\"\n";
    let bench = bench(text);
    let mut request = save("a", Wire::OpenaiChat, "https://a.example");
    request.label = "a".into();
    request.models = Some(vec!["one".into(), "three".into()]);
    bench.providers.save(request).await.unwrap();
    let file = bench.file();
    assert!(
        file.contains("# dear") && file.contains("output = 2"),
        "{file}"
    );
    let names: Vec<String> = bench.providers.one("a").await.unwrap().models;
    assert_eq!(names, ["one", "three"]);
}

#[tokio::test]
async fn bad_entries_name_the_field_and_the_fix() {
    let bench = bench("# mine\n");
    for (id, url, field) in [
        ("Bad Id", "https://x.example", "id"),
        ("", "https://x.example", "id"),
        ("sandbox", "https://x.example", "id"),
        ("good", "x.example", "base_url"),
        ("good", "", "base_url"),
        ("good", "https://user:pw@x.example", "base_url"),
        ("good", "https://x.example/?key=abc", "base_url"),
    ] {
        let error = bench
            .providers
            .save(save(id, Wire::OpenaiChat, url))
            .await
            .unwrap_err();
        assert_eq!(error.code, ErrorCode::InvalidParams);
        assert_eq!(error.field.as_deref(), Some(field), "{id} {url} {error:?}");
    }
    let mut request = save(
        "azure",
        Wire::OpenaiChat,
        "https://YOUR-RESOURCE.openai.azure.com/openai/v1",
    );
    request.preset = Some("azure".into());
    let error = bench.providers.save(request).await.unwrap_err();
    assert_eq!(error.field.as_deref(), Some("base_url"));
    assert!(error.hint.unwrap().contains("YOUR-RESOURCE"));
    let mut request = save("good", Wire::OpenaiChat, "https://x.example");
    request.preset = Some("opnai".into());
    let error = bench.providers.save(request).await.unwrap_err();
    assert_eq!(error.field.as_deref(), Some("preset"));
    assert_eq!(bench.file(), "# mine\n");
}

#[test]
fn a_preview_shows_where_calls_go() {
    let preview = |wire, base_url: &str| {
        edit::preview(&PreviewUrl {
            wire,
            base_url: base_url.into(),
        })
        .map(|shown| (shown.request_url, shown.note))
    };
    let (url, note) = preview(Wire::OpenaiChat, "https://api.openai.com").unwrap();
    assert_eq!(url, "https://api.openai.com/v1/chat/completions");
    assert_eq!(note.as_deref(), Some("`/v1` is added"));
    let (url, note) = preview(Wire::OpenaiChat, " https://openrouter.ai/api/v1/ ").unwrap();
    assert_eq!(
        (url.as_str(), note),
        ("https://openrouter.ai/api/v1/chat/completions", None)
    );
    let (url, note) = preview(Wire::Anthropic, "https://api.anthropic.com/v1/messages").unwrap();
    assert_eq!(url, "https://api.anthropic.com/v1/messages");
    assert!(note.unwrap().contains("path of a call"));
    let (url, _) = preview(Wire::Gemini, "https://generativelanguage.googleapis.com").unwrap();
    assert_eq!(
        url,
        "https://generativelanguage.googleapis.com/v1beta/models/{model}:streamGenerateContent?alt=sse"
    );
    let (_, note) = preview(Wire::OpenaiChat, "http://llm.example.com/v1").unwrap();
    assert!(note.unwrap().contains("not encrypted"));
    let (_, note) = preview(Wire::OpenaiChat, "http://localhost:8080/v1").unwrap();
    assert_eq!(note, None);
    let error = preview(Wire::OpenaiChat, "api.openai.com").unwrap_err();
    assert_eq!(error.field.as_deref(), Some("base_url"));
    assert!(error.message.contains("https://"));
}

#[tokio::test]
async fn what_is_wrong_with_a_connection_is_said_and_shown() {
    let refused = {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        format!("http://{}/v1", listener.local_addr().unwrap())
    };
    let unauthorized = format!(r#"{{"error":{{"message":"Incorrect API key provided: {KEY}"}}}}"#);
    for (url, kind, lamp) in [
        (refused, ErrorKind::Connect, "not running"),
        (
            server(http("401 Unauthorized", "application/json", &unauthorized)).await,
            ErrorKind::Auth,
            "wrong key",
        ),
        (
            server(http(
                "200 OK",
                "text/html",
                "<html><body>Log in</body></html>",
            ))
            .await,
            ErrorKind::NotAnApi,
            "not an API",
        ),
        (
            server(http("503 Service Unavailable", "text/plain", "busy")).await,
            ErrorKind::Overloaded,
            "overloaded",
        ),
    ] {
        let bench = bench("");
        let mut request = save("x", Wire::OpenaiChat, &url);
        request.label = "X".into();
        bench.providers.save(request).await.unwrap();
        bench
            .host
            .set("x/default", &Secret::new(KEY.into()))
            .unwrap();
        bench.providers.inner.secrets.state().await;
        let tested = bench.providers.test("x").await.unwrap();
        let ProviderTest::Failed { error } = tested else {
            panic!("{tested:?}")
        };
        assert_eq!(error.kind, kind, "{error:?}");
        assert!(!format!("{error:?}").contains(KEY), "{error:?}");
        assert_eq!(bench.lamp("x").await.1, lamp);
    }
    let bench = bench("");
    assert_eq!(
        bench.providers.test("nobody").await.unwrap_err().code,
        ErrorCode::NotFound
    );
}

#[tokio::test]
async fn a_huge_list_of_models_is_not_swallowed() {
    let body = "x".repeat(5 * 1024 * 1024);
    let url = server(http("200 OK", "application/json", &body)).await;
    let text =
        format!("[providers.x]\nwire = \"openai_chat\"\nbase_url = \"{url}\"\nneeds_key = false\n");
    let bench = bench(&text);
    let tested = bench.providers.test("x").await.unwrap();
    let ProviderTest::Failed { error } = tested else {
        panic!("{tested:?}")
    };
    assert_eq!(error.kind, ErrorKind::TooLarge);
}

#[tokio::test]
async fn models_come_from_the_simulator_the_file_and_this_machine() {
    let list = r#"{"object":"list","data":[{"id":"known"},{"id":"found-here"}]}"#;
    let url = server(http("200 OK", "application/json", list)).await;
    let gone = {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        format!("http://{}/v1", listener.local_addr().unwrap())
    };
    let bench = bench(&format!(
        "[providers.near]\nwire = \"openai_chat\"\nbase_url = \"{url}\"\nmodels = [\"known\"]\n\
         [providers.gone]\nlabel = \"Gone\"\nwire = \"openai_chat\"\nbase_url = \"{gone}\"\nmodels = [\"m\"]\n\
         [providers.xidao]\npreset = \"xidao\"\n"
    ));
    let models = bench.providers.models().await;
    let of = |id: &str| {
        models
            .iter()
            .find(|model| model.id == id)
            .unwrap_or_else(|| panic!("{id}"))
    };
    assert!(models[0].simulated && models[0].about.is_some() && models[0].unavailable.is_none());
    assert!(of("near/found-here").local && of("near/found-here").unavailable.is_none());
    assert_eq!(
        models
            .iter()
            .filter(|model| model.id == "near/known")
            .count(),
        1
    );
    assert_eq!(
        of("gone/m").unavailable.as_deref(),
        Some("Gone is not running")
    );
    let opus = of("xidao/claude-4-opus");
    assert_eq!(opus.unavailable.as_deref(), Some("no key for XiDao"));
    assert_eq!(opus.input_price.map(|price| price.0), Some(15_000_000));
    assert_eq!(opus.output_price.map(|price| price.0), Some(75_000_000));
}

#[tokio::test]
async fn a_reference_becomes_a_target() {
    let bench = bench(
        "[timeouts.fast]\nfirst_token = \"3s\"\n\
         [providers.openrouter]\npreset = \"openrouter\"\nmodels = [\"anthropic/claude-sonnet-5.5\"]\n\
         [providers.a]\nwire = \"openai_chat\"\nbase_url = \"https://a.example\"\nneeds_key = false\n\
         models = [\"shared\", { name = \"only-a\", tier = \"fast\", price = { input = 1, output = 2 } }]\n\
         [providers.b]\nwire = \"anthropic\"\nbase_url = \"https://b.example\"\nneeds_key = false\n\
         models = [\"shared\"]\n",
    );
    let target = bench.providers.target("a/only-a").await.unwrap();
    assert_eq!(
        (target.provider.as_str(), target.model.as_str()),
        ("a", "only-a")
    );
    assert_eq!(
        (target.tier, target.timeouts.first_token),
        (Tier::Fast, Duration::from_secs(3))
    );
    assert_eq!(target.usual_price().unwrap().output.0, 2_000_000);
    assert!(target.key.is_none() && !target.simulated);
    assert_eq!(
        bench.providers.target("only-a").await.unwrap().provider,
        "a"
    );
    assert_eq!(
        bench.providers.target("b/unlisted").await.unwrap().model,
        "unlisted"
    );

    let error = bench.providers.target("shared").await.unwrap_err();
    assert_eq!(
        error.hint.as_deref(),
        Some("write `a/shared` or `b/shared`")
    );

    // A model whose own name has a slash, with and without its provider.
    for reference in [
        "openrouter/anthropic/claude-sonnet-5.5",
        "anthropic/claude-sonnet-5.5",
    ] {
        let error = bench.providers.target(reference).await.unwrap_err();
        assert_eq!(
            (error.kind, error.message.as_str()),
            (ErrorKind::NoCredential, "no key for OpenRouter")
        );
        let candidate = bench.providers.candidate(reference).await.unwrap();
        let Candidate::Unusable { target, .. } = candidate else {
            panic!("{candidate:?}")
        };
        assert_eq!(target.model, "anthropic/claude-sonnet-5.5");
    }
    bench.host.set_variable("OPENROUTER_API_KEY", KEY);

    for (reference, hint) in [
        ("a/", "name it as"),
        ("opnrouter/x", "did you mean `openrouter/x`?"),
        ("sandbx/steady", "did you mean `sandbox/steady`?"),
        ("only-b", "did you mean `a/only-a`?"),
        ("zzzzzzzzzzzz", "name it as `provider/model`"),
        (
            "zzzzzzzzzzzz/m",
            "configured are: openrouter, a, b, sandbox",
        ),
        ("", "for example `sandbox/steady`"),
    ] {
        let error = bench.providers.candidate(reference).await.unwrap_err();
        assert_eq!(error.kind, ErrorKind::Misconfigured, "{reference}");
        let shown = error.hint.clone().unwrap_or_default();
        assert!(
            shown.contains(hint) || reference == "a/",
            "{reference}: {error:?}"
        );
    }
}

#[tokio::test]
async fn the_simulator_answers_in_every_wire_format() {
    let bench = bench("");
    for (id, wire) in SIMULATORS {
        let target = bench
            .providers
            .target(&format!("{id}/steady?ttft=1"))
            .await
            .unwrap();
        assert_eq!((target.endpoint.wire, target.simulated), (wire, true));
        assert_eq!(target.model, "steady?ttft=1");
        assert!(
            target
                .endpoint
                .base_url
                .as_str()
                .starts_with("http://127.0.0.1:")
        );
    }
    let target = bench.providers.target("thinker").await.unwrap();
    assert!(target.capabilities.reasoning && target.simulated);
    assert_eq!(
        bench.providers.default_models(),
        ["sandbox/swift", "sandbox/steady", "sandbox/thinker"]
    );
}

#[tokio::test]
async fn lamps_follow_the_last_outcome_and_ignore_what_is_not_the_providers_fault() {
    let bench = bench("[providers.a]\npreset = \"ollama\"\n");
    assert_eq!(bench.lamp("a").await, (Lamp::Idle, "not tried".into()));
    assert!(
        bench
            .providers
            .record("a", Outcome::Answered(Duration::from_millis(212)))
    );
    assert_eq!(bench.lamp("a").await, (Lamp::Ok, "212 ms".into()));
    assert!(
        !bench
            .providers
            .record("a", Outcome::Answered(Duration::from_millis(212)))
    );
    for kind in [
        ErrorKind::Cancelled,
        ErrorKind::ContextTooLong,
        ErrorKind::Rejected,
    ] {
        assert!(!bench.providers.record("a", Outcome::Failed(kind)));
    }
    assert_eq!(bench.lamp("a").await.0, Lamp::Ok);
    assert!(
        bench
            .providers
            .record("a", Outcome::Failed(ErrorKind::RateLimited))
    );
    assert_eq!(
        bench.lamp("a").await,
        (Lamp::Warning, "rate limited".into())
    );
    assert!(
        bench
            .providers
            .record("a", Outcome::Failed(ErrorKind::Connect))
    );
    assert_eq!(bench.lamp("a").await, (Lamp::Down, "not running".into()));
}

#[tokio::test]
async fn a_wrong_key_is_looked_up_anew() {
    let bench = bench("[providers.openai]\npreset = \"openai\"\n");
    bench
        .host
        .set("openai/default", &Secret::new(KEY.into()))
        .unwrap();
    let key = async || {
        bench
            .providers
            .target("openai/x")
            .await
            .unwrap()
            .key
            .unwrap()
    };
    assert_eq!(key().await.expose(), KEY);
    bench
        .host
        .set("openai/default", &Secret::new("sk-replaced-key-9".into()))
        .unwrap();
    assert_eq!(key().await.expose(), KEY);
    bench
        .providers
        .record("openai", Outcome::Failed(ErrorKind::Auth));
    assert_eq!(key().await.expose(), "sk-replaced-key-9");
}

#[tokio::test]
async fn a_locked_key_store_makes_a_target_unusable_not_the_call() {
    let bench = bench("[providers.openai]\npreset = \"openai\"\n");
    bench.host.refuse(Some(KeyStoreError::Locked(
        "the key store is locked".into(),
    )));
    let candidate = bench
        .providers
        .candidate("openai/gpt-6.1-terra")
        .await
        .unwrap();
    let Candidate::Unusable { error, .. } = candidate else {
        panic!("{candidate:?}")
    };
    assert!(error.message.contains("locked"));
}

#[tokio::test]
async fn a_certificate_file_that_cannot_be_read_is_named() {
    let bench =
        bench("[network]\nextra_ca = \"missing.pem\"\n[providers.a]\npreset = \"ollama\"\n");
    let tested = bench.providers.test("a").await.unwrap();
    let ProviderTest::Failed { error } = tested else {
        panic!("{tested:?}")
    };
    assert_eq!(error.kind, ErrorKind::Misconfigured);
    assert!(error.message.contains("missing.pem"), "{}", error.message);
    assert!(error.hint.unwrap().contains("network.extra_ca"));
}

#[tokio::test]
async fn keys_set_here_light_the_lamp() {
    let bench = bench("[providers.groq]\npreset = \"groq\"\n");
    let key = SetKey {
        provider: "groq".into(),
        name: "default".into(),
        key: KEY.into(),
        session_only: true,
    };
    bench.providers.inner.secrets.set_key(key).await.unwrap();
    assert_eq!(bench.lamp("groq").await.1, "not tried");
    let info = bench.providers.one("groq").await.unwrap();
    assert_eq!(info.active_key.as_deref(), Some("default"));
    assert!(!serde_json::to_string(&info).unwrap().contains(KEY));
    let key = KeyRef {
        provider: "groq".into(),
        name: "default".into(),
    };
    bench.providers.inner.secrets.delete(&key).await.unwrap();
    assert_eq!(bench.lamp("groq").await.1, "no key");
}

#[tokio::test]
async fn servers_on_this_machine_are_found_and_added_once() {
    let list = r#"{"object":"list","data":[{"id":"llama3.3"},{"id":"qwen3:8b"}]}"#;
    let ollama: Url = server(http("200 OK", "application/json", list))
        .await
        .parse()
        .unwrap();
    let page: Url = server(http("200 OK", "text/html", "<html></html>"))
        .await
        .parse()
        .unwrap();
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let silent: Url = format!("http://{}/v1", listener.local_addr().unwrap())
        .parse()
        .unwrap();
    let preset = |id| switchboard_engine::config::preset(id).unwrap();
    let bench = bench("# mine\n");
    let places = || {
        vec![
            (preset("ollama"), ollama.clone()),
            (preset("llamacpp"), page.clone()),
            (preset("vllm"), silent.clone()),
        ]
    };
    for _ in 0..2 {
        let found = bench.providers.find_at(places()).await.unwrap();
        assert_eq!(found.len(), 1);
        assert_eq!(
            (found[0].id.as_str(), found[0].label.as_str()),
            ("ollama", "Ollama")
        );
        assert_eq!(found[0].models, ["llama3.3", "qwen3:8b"]);
        assert!(found[0].local && !found[0].needs_key);
    }
    assert_eq!(bench.config.current().providers.len(), 1);
    assert!(bench.providers.has_real_provider().await);
    let models = bench.providers.models().await;
    let model = models
        .iter()
        .find(|model| model.id == "ollama/qwen3:8b")
        .unwrap();
    assert_eq!((model.unavailable.as_deref(), model.local), (None, true));
    let target = bench.providers.target("ollama/qwen3:8b").await.unwrap();
    assert_eq!(target.endpoint.base_url, ollama);
}
