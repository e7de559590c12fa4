//! An application in a folder of its own, and what happens in it.

use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use serde_json::{Value, json};
use std::net::{SocketAddr, TcpListener};
use std::path::Path;
use std::sync::{Arc, Mutex};
use std::time::Duration;
use switchboard_app::api::types::{ApiError, CallDetail, Live, StartedRun};
use switchboard_app::host::{GatewayServer, Host, KeyStore, KeyStoreError, Notifier};
use switchboard_app::live::Subscription;
use switchboard_app::{App, Caller, Options, api};
use switchboard_engine::call::CallId;
use switchboard_engine::event::{CallEvent, Event};
use switchboard_engine::redact::Redactor;
use switchboard_engine::secret::Secret;
use tempfile::TempDir;

/// A host with an environment of its own and no key store.
#[derive(Debug, Default)]
pub(crate) struct BareHost {
    pub(crate) variables: Vec<(&'static str, &'static str)>,
    pub(crate) gateway: Option<FakeServer>,
    pub(crate) notifier: Option<Arc<FakeNotifier>>,
}

/// Keeps what it is shown.
#[derive(Debug, Default)]
pub(crate) struct FakeNotifier(pub(crate) Mutex<Vec<(String, String)>>);

impl Notifier for FakeNotifier {
    fn show(&self, title: &str, text: &str) -> Result<(), String> {
        self.0.lock().unwrap().push((title.into(), text.into()));
        Ok(())
    }
    fn problem(&self) -> Option<String> {
        None
    }
}

impl Host for BareHost {
    fn keys(&self) -> &dyn KeyStore {
        self
    }
    fn variable(&self, name: &str) -> Option<String> {
        let found = self.variables.iter().find(|(known, _)| *known == name);
        found.map(|(_, value)| (*value).to_owned())
    }
    fn variables(&self) -> Vec<(String, String)> {
        Vec::new()
    }
    fn notifier(&self) -> Option<&dyn Notifier> {
        let notifier = self.notifier.as_ref();
        notifier.map(|notifier| notifier.as_ref() as &dyn Notifier)
    }
    fn gateway(&self) -> Option<&dyn GatewayServer> {
        self.gateway
            .as_ref()
            .map(|server| server as &dyn GatewayServer)
    }
}

/// A gateway that takes its port and answers nobody.
#[derive(Debug, Default)]
pub(crate) struct FakeServer(Mutex<Option<TcpListener>>);

impl GatewayServer for FakeServer {
    fn start(&self, _app: App, address: SocketAddr) -> BoxFuture<'_, Result<SocketAddr, String>> {
        async move {
            let listener = TcpListener::bind(address)
                .map_err(|error| format!("cannot listen on {address}: {error}"))?;
            let at = listener.local_addr().unwrap();
            *self.0.lock().unwrap() = Some(listener);
            Ok(at)
        }
        .boxed()
    }
    fn relocate(&self, app: App, address: SocketAddr) -> BoxFuture<'_, Result<SocketAddr, String>> {
        self.start(app, address)
    }
    fn stop(&self) -> BoxFuture<'_, ()> {
        async { drop(self.0.lock().unwrap().take()) }.boxed()
    }
    fn address(&self) -> Option<SocketAddr> {
        let held = self.0.lock().unwrap();
        held.as_ref().map(|listener| listener.local_addr().unwrap())
    }
}

impl KeyStore for BareHost {
    fn state(&self) -> switchboard_app::api::types::KeychainState {
        switchboard_app::api::types::KeychainState::None {
            message: "no key store in tests".into(),
            commands: Vec::new(),
        }
    }
    fn get(&self, _account: &str) -> Result<Option<Secret>, KeyStoreError> {
        Err(KeyStoreError::None("no key store in tests".into()))
    }
    fn set(&self, _account: &str, _key: &Secret) -> Result<(), KeyStoreError> {
        Err(KeyStoreError::None("no key store in tests".into()))
    }
    fn delete(&self, _account: &str) -> Result<(), KeyStoreError> {
        Err(KeyStoreError::None("no key store in tests".into()))
    }
}

pub(crate) struct World {
    pub(crate) app: App,
    pub(crate) live: Subscription,
    pub(crate) folder: TempDir,
}

impl World {
    pub(crate) async fn new() -> Self {
        Self::with_config("").await
    }

    /// An application whose configuration file holds `config`; empty for none yet.
    pub(crate) async fn with_config(config: &str) -> Self {
        Self::with_host(config, BareHost::default()).await
    }

    pub(crate) async fn with_host(config: &str, host: BareHost) -> Self {
        let folder = TempDir::new().unwrap();
        if !config.is_empty() {
            std::fs::write(folder.path().join("config.toml"), config).unwrap();
        }
        let app = open(folder.path(), host).await;
        let live = app.subscribe();
        Self { app, live, folder }
    }

    /// Ends the application properly and opens it again on the same folder.
    pub(crate) async fn reopen(self) -> Self {
        self.app.shutdown().await;
        drop((self.live, self.app));
        let host = BareHost {
            gateway: Some(FakeServer::default()),
            ..BareHost::default()
        };
        let app = open(self.folder.path(), host).await;
        let live = app.subscribe();
        Self {
            app,
            live,
            folder: self.folder,
        }
    }

    /// The configuration file as it is on disk.
    pub(crate) fn config_text(&self) -> String {
        std::fs::read_to_string(self.folder.path().join("config.toml")).unwrap()
    }

    /// Writes the configuration file as an editor does, and waits until it was read.
    pub(crate) async fn write_config(&self, text: &str) {
        let before = self.call("app.info", json!({})).await.unwrap()["config_error"].clone();
        std::fs::write(self.folder.path().join("config.toml"), text).unwrap();
        for _ in 0..200 {
            tokio::time::sleep(Duration::from_millis(25)).await;
            let versions = self.call("config.versions", json!({})).await.unwrap();
            let newest = versions[0]["id"].clone();
            let version = self
                .call("config.version", json!({"id": newest}))
                .await
                .unwrap();
            let error = self.call("app.info", json!({})).await.unwrap()["config_error"].clone();
            let kept = version["text"].as_str().unwrap().lines().count() == text.lines().count();
            if error.is_null() && kept || !error.is_null() && error != before {
                return;
            }
        }
        panic!("the file was never read");
    }

    pub(crate) async fn call(&self, method: &str, params: Value) -> Result<Value, ApiError> {
        api::dispatch(&self.app, method, params).await
    }

    /// Runs one prompt through `models`, each a column; `fallbacks` holds for every column.
    pub(crate) async fn run(&self, models: &[&str], fallbacks: &[&str]) -> StartedRun {
        let columns: Vec<Value> = models
            .iter()
            .enumerate()
            .map(|(index, model)| {
                json!({"id": format!("c{index}"), "model": model, "fallbacks": fallbacks})
            })
            .collect();
        let body = json!({
            "messages": [{"role": "user", "parts": [{"type": "text", "text": "Why is the sky blue?"}]}],
            "columns": columns,
        });
        let run = self
            .call("calls.start", json!({"body": body}))
            .await
            .unwrap();
        serde_json::from_value(run).unwrap()
    }

    /// Reads the live channel until every one of `calls` has ended; returns their events.
    pub(crate) async fn until_ended(&mut self, calls: &[CallId]) -> Vec<CallEvent> {
        let mut events = Vec::new();
        let mut open: Vec<CallId> = calls.to_vec();
        while !open.is_empty() {
            let batch = tokio::time::timeout(Duration::from_secs(30), self.live.next())
                .await
                .unwrap_or_else(|_| panic!("calls hang; so far: {events:#?}"))
                .unwrap();
            for item in batch.items {
                if let Live::Event { event, .. } = item {
                    if event.event.is_final() {
                        open.retain(|call| *call != event.call);
                    }
                    events.push(event);
                }
            }
        }
        events
    }

    /// Reads the live channel until `call` has shown some text.
    pub(crate) async fn until_text(&mut self, call: CallId) {
        loop {
            let batch = self.live.next().await.unwrap();
            if batch.items.iter().any(|item| {
                matches!(item, Live::Event { event, .. }
                    if event.call == call && matches!(event.event, Event::TextDelta { .. }))
            }) {
                return;
            }
        }
    }

    pub(crate) async fn detail(&self, call: CallId) -> CallDetail {
        let detail = self.call("calls.get", json!({"call": call})).await.unwrap();
        serde_json::from_value(detail).unwrap()
    }
}

pub(crate) async fn open(folder: &Path, host: BareHost) -> App {
    App::open(Options {
        data_dir: folder.to_owned(),
        config_path: folder.join("config.toml"),
        caller: Caller::Window,
        host: Arc::new(host),
        redactor: Arc::new(Redactor::default()),
    })
    .await
    .unwrap()
}

/// The text of `call` as a window that only listens would show it.
pub(crate) fn shown(events: &[CallEvent], call: CallId) -> String {
    let mut text = String::new();
    for event in events.iter().filter(|event| event.call == call) {
        match &event.event {
            Event::TextDelta { text: piece } => text.push_str(piece),
            Event::Restarted { .. } => text.clear(),
            _ => {}
        }
    }
    text
}
