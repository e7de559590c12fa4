//! An application that notes what it is asked, with the real live channel.

use reqwest::{Client, RequestBuilder, Response, redirect};
use serde_json::{Value, json};
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::{Arc, Mutex};
use switchboard_app::api::types::{
    ApiError, CreateGatewayKey, CreatedGatewayKey, ErrorCode, GatewayKey, KeyScan, Live,
    ProviderInfo, SetKey,
};
use switchboard_app::live::{LiveHub, Subscription};
use switchboard_gateway::{Assets, Dashboard, DashboardApp, serve_dashboard};
use tempfile::TempDir;

#[derive(Debug, Clone, Default)]
pub(crate) struct StandIn {
    pub(crate) hub: LiveHub,
    pub(crate) asked: Arc<Mutex<Vec<(String, Value)>>>,
}

pub(crate) fn refused(code: ErrorCode) -> ApiError {
    ApiError {
        code,
        message: "it does not work".into(),
        hint: Some("try again".into()),
        field: None,
    }
}

impl DashboardApp for StandIn {
    async fn dispatch(&self, method: &str, params: Value) -> Result<Value, ApiError> {
        self.asked
            .lock()
            .unwrap()
            .push((method.to_owned(), params.clone()));
        match method {
            "app.info" => Ok(json!({ "version": "1" })),
            "echo" => Ok(params),
            "locked" => Err(refused(ErrorCode::KeychainLocked)),
            _ => Err(refused(ErrorCode::UnknownMethod)),
        }
    }

    fn subscribe(&self) -> Subscription {
        self.hub.subscribe()
    }

    async fn set_key(&self, key: SetKey) -> Result<ProviderInfo, ApiError> {
        let noted = json!({ "provider": key.provider, "letters": key.key.len() });
        self.asked.lock().unwrap().push(("set_key".into(), noted));
        Err(refused(ErrorCode::KeychainNone))
    }

    async fn create_gateway_key(
        &self,
        request: CreateGatewayKey,
    ) -> Result<CreatedGatewayKey, ApiError> {
        Ok(CreatedGatewayKey {
            key: GatewayKey {
                id: "1".into(),
                name: request.name,
                prefix: "sbk_1".into(),
                created_at: "2026-11-25T12:00:00.000Z".into(),
                last_used_at: None,
                revoked_at: None,
            },
            secret: "sbk_12".into(),
        })
    }

    async fn scan_dotenv_text(&self, name: &str, text: &str) -> Result<KeyScan, ApiError> {
        let lines = text.lines().count();
        self.asked
            .lock()
            .unwrap()
            .push(("scan".into(), json!({ "name": name, "lines": lines })));
        Ok(KeyScan {
            token: "t".into(),
            origin: name.into(),
            found: Vec::new(),
        })
    }
}

impl StandIn {
    pub(crate) fn publish(&self) {
        self.hub.publish(&Live::ProvidersChanged {});
    }

    pub(crate) fn methods(&self) -> Vec<String> {
        self.asked
            .lock()
            .unwrap()
            .iter()
            .map(|(method, _)| method.clone())
            .collect()
    }
}

/// A served stand-in and a browser of sorts.
pub(crate) struct Served {
    pub(crate) app: StandIn,
    pub(crate) dashboard: Dashboard,
    pub(crate) client: Client,
    pub(crate) cookie: String,
    _folder: TempDir,
}

pub(crate) fn ui() -> (TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let dist = folder.path().join("dist");
    std::fs::create_dir_all(dist.join("assets")).unwrap();
    std::fs::write(
        dist.join("index.html"),
        "<!doctype html><title>Switchboard</title>",
    )
    .unwrap();
    std::fs::write(dist.join("boot.js"), "1").unwrap();
    std::fs::write(dist.join("assets/main-1a.js"), "export {}").unwrap();
    std::fs::write(dist.join("assets/inter.woff2"), [0_u8; 4]).unwrap();
    std::fs::write(folder.path().join("secret.txt"), "secret").unwrap();
    (folder, dist)
}

pub(crate) fn loopback() -> SocketAddr {
    "127.0.0.1:0".parse().unwrap()
}

/// Serves and signs in.
pub(crate) async fn served() -> Served {
    let (folder, dist) = ui();
    let app = StandIn::default();
    let dashboard = serve_dashboard(app.clone(), Assets::Folder(dist), loopback())
        .await
        .unwrap();
    let client = Client::builder()
        .redirect(redirect::Policy::none())
        .no_proxy()
        .build()
        .unwrap();
    let reply = client.get(dashboard.url_with_token()).send().await.unwrap();
    assert_eq!(reply.status(), 303);
    let cookie = reply.headers()["set-cookie"].to_str().unwrap();
    let cookie = cookie.split(';').next().unwrap().to_owned();
    Served {
        app,
        dashboard,
        client,
        cookie,
        _folder: folder,
    }
}

impl Served {
    pub(crate) fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.dashboard.address())
    }

    pub(crate) fn origin(&self) -> String {
        self.url("")
    }

    pub(crate) fn get(&self, path: &str) -> RequestBuilder {
        self.client
            .get(self.url(path))
            .header("cookie", &self.cookie)
    }

    pub(crate) fn post(&self, path: &str, body: impl Into<reqwest::Body>) -> RequestBuilder {
        self.client
            .post(self.url(path))
            .header("cookie", &self.cookie)
            .header("origin", self.origin())
            .header("content-type", "application/json")
            .body(body)
    }
}

pub(crate) async fn sent(request: RequestBuilder) -> Response {
    request.send().await.unwrap()
}

/// Reads a reply's JSON.
pub(crate) async fn json_of(reply: Response) -> Value {
    serde_json::from_slice(&reply.bytes().await.unwrap()).unwrap()
}
