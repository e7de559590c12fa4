//! A gateway over real HTTP with the simulated providers, and what its clients do.

use crate::bare_host::BareHost;
pub(crate) use crate::dialect::{chat, events};
use reqwest::{Client, Response};
use serde_json::{Value, json};
use std::sync::Arc;
use std::time::Duration;
use switchboard_app::{App, Caller, Options, api};
use switchboard_engine::redact::Redactor;
use switchboard_gateway::{Gateway, GatewayOptions, serve_gateway};
use switchboard_sandbox::Sandbox;
use tempfile::TempDir;

/// How long a client may take nothing.
const PATIENCE: Duration = Duration::from_millis(500);

pub(crate) struct World {
    pub(crate) app: App,
    pub(crate) gateway: Gateway,
    pub(crate) http: Client,
    /// Simulated providers whose journal can be read: `up-chat`, `up-responses`, `up-anthropic` and
    /// `up-gemini`.
    pub(crate) upstream: Sandbox,
    _folder: TempDir,
}

/// The upstream providers, one of each wire format.
pub(crate) const UPSTREAMS: [&str; 4] = ["up-chat", "up-responses", "up-anthropic", "up-gemini"];

/// Clocks short enough for a test; what they are does not matter to what they do.
pub(crate) const CLOCKS: &str = r#"
[timeouts.standard]
headers = "4s"
first_token = "5s"
idle = "5s"
"#;

/// Returns the configuration of a provider without a key.
pub(crate) fn provider(name: &str, wire: &str, base_url: &str) -> String {
    format!("[providers.{name}]\nwire = \"{wire}\"\nbase_url = \"{base_url}\"\nneeds_key = false\n")
}

/// A gateway over a configuration that holds `more`.
pub(crate) async fn world_of(more: &str) -> World {
    let folder = TempDir::new().unwrap();
    let upstream = Sandbox::start(switchboard_sandbox::Options::default());
    let upstream = upstream.await.unwrap();
    let mut config = more.to_owned();
    let wires = ["openai_chat", "openai_responses", "anthropic", "gemini"];
    for (name, wire) in UPSTREAMS.iter().zip(wires) {
        config += &provider(name, wire, upstream.base_url());
    }
    std::fs::write(folder.path().join("config.toml"), config).unwrap();
    let app = App::open(Options {
        data_dir: folder.path().to_owned(),
        config_path: folder.path().join("config.toml"),
        caller: Caller::Gateway,
        host: Arc::new(BareHost),
        redactor: Arc::new(Redactor::default()),
    })
    .await
    .unwrap();
    let options = GatewayOptions {
        address: ([127, 0, 0, 1], 0).into(),
        network: false,
        patience: PATIENCE,
    };
    let gateway = serve_gateway(app.clone(), options).await.unwrap();
    World {
        app,
        gateway,
        http: Client::builder().no_proxy().build().unwrap(),
        upstream,
        _folder: folder,
    }
}

pub(crate) async fn world() -> World {
    world_of("").await
}

impl World {
    pub(crate) fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.gateway.address())
    }

    pub(crate) async fn post(&self, path: &str, body: Value) -> Response {
        let request = self.http.post(self.url(path)).body(body.to_string());
        request.send().await.unwrap()
    }

    pub(crate) async fn json(&self, path: &str, body: Value) -> (u16, Value) {
        let reply = self.post(path, body).await;
        (reply.status().as_u16(), parsed(reply).await)
    }

    /// Asks for a stream; returns its events' names and data, `[DONE]` as a text.
    pub(crate) async fn stream(&self, path: &str, body: Value) -> Vec<(String, Value)> {
        let reply = self.post(path, body).await;
        let kind = reply.headers()["content-type"].to_str().unwrap().to_owned();
        let text = reply.text().await.unwrap();
        assert!(kind.starts_with("text/event-stream"), "{kind}: {text}");
        events(&text)
    }

    /// Waits until history's newest call has ended; returns it.
    pub(crate) async fn newest_ended(&self) -> Value {
        let patience = tokio::time::Instant::now() + Duration::from_secs(20);
        loop {
            let page =
                api::dispatch(&self.app, "calls.list", json!({"search": "", "limit": 10})).await;
            let call = page.unwrap()["calls"][0].clone();
            if !call.is_null() && call["status"] != "running" {
                return call;
            }
            let late = tokio::time::Instant::now() > patience;
            assert!(!late, "the call runs on: {call}");
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }
}

pub(crate) async fn parsed(reply: Response) -> Value {
    let text = reply.text().await.unwrap();
    let value = serde_json::from_str(&text);
    assert!(value.is_ok(), "no JSON: {text}");
    value.unwrap()
}

pub(crate) fn text_of(chunks: &[(String, Value)]) -> String {
    let piece = |(_, data): &(String, Value)| {
        data["choices"][0]["delta"]["content"]
            .as_str()
            .map(str::to_owned)
    };
    chunks.iter().filter_map(piece).collect()
}

pub(crate) const FAST: &str = "sandbox/steady?ttft=1&tps=max&tokens=12&seed=7";

pub(crate) fn fast(options: &str) -> String {
    format!("{FAST}&{options}")
}
