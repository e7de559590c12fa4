//! The gateway as the program serves it: what its status says, and its move when the configuration changes.

use crate::bare_host::BareHost;
use crate::world::{chat, fast};
use serde_json::json;
use std::net::{SocketAddr, TcpListener};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;
use switchboard_app::api::types::GatewayStatus;
use switchboard_app::host::{GatewayServer, Host, KeyStore};
use switchboard_app::{App, Caller, Options, api, gateway};
use switchboard_engine::redact::Redactor;
use switchboard_gateway::GatewaySwitch;
use tempfile::TempDir;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::{Instant, sleep, timeout};

/// A host whose program can serve the gateway.
#[derive(Debug, Default)]
struct Serving(GatewaySwitch);

impl Host for Serving {
    fn keys(&self) -> &dyn KeyStore {
        &BareHost
    }
    fn variable(&self, _name: &str) -> Option<String> {
        None
    }
    fn variables(&self) -> Vec<(String, String)> {
        Vec::new()
    }
    fn gateway(&self) -> Option<&dyn GatewayServer> {
        Some(&self.0)
    }
}

struct Program {
    app: App,
    file: PathBuf,
    _folder: TempDir,
}

/// Returns a port that nobody has.
fn free() -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    listener.local_addr().unwrap().port()
}

impl Program {
    async fn open(port: u16) -> Self {
        let folder = TempDir::new().unwrap();
        let file = folder.path().join("config.toml");
        std::fs::write(&file, format!("[gateway]\nport = {port}\n")).unwrap();
        let app = App::open(Options {
            data_dir: folder.path().to_owned(),
            config_path: file.clone(),
            caller: Caller::Gateway,
            host: Arc::new(Serving::default()),
            redactor: Arc::new(Redactor::default()),
        })
        .await
        .unwrap();
        Self {
            app,
            file,
            _folder: folder,
        }
    }

    fn configure(&self, text: &str) {
        std::fs::write(&self.file, text).unwrap();
    }

    async fn status(&self) -> GatewayStatus {
        let told = api::dispatch(&self.app, "gateway.status", json!({})).await;
        serde_json::from_value(told.unwrap()).unwrap()
    }

    /// Waits until the status is as wanted.
    async fn until(&self, wanted: impl Fn(&GatewayStatus) -> bool) -> GatewayStatus {
        let end = Instant::now() + Duration::from_secs(20);
        loop {
            let status = self.status().await;
            if wanted(&status) {
                return status;
            }
            assert!(Instant::now() < end, "{status:?}");
            sleep(Duration::from_millis(20)).await;
        }
    }
}

fn local(port: u16) -> SocketAddr {
    SocketAddr::from(([127, 0, 0, 1], port))
}

/// Returns what `/healthz` answers; `None`: nobody is there.
async fn health(port: u16) -> Option<String> {
    let client = reqwest::Client::builder().no_proxy().build().unwrap();
    let url = format!("http://127.0.0.1:{port}/healthz");
    client.get(url).send().await.ok()?.text().await.ok()
}

/// Begins a stream that takes about a second; returns its connection after the first bytes.
async fn streaming(port: u16) -> TcpStream {
    let model = "sandbox/steady?ttft=0&tps=40&tokens=40&seed=7";
    let body = chat(model, true).to_string();
    let head = format!(
        "POST /v1/chat/completions HTTP/1.1\r\nhost: {}\r\ncontent-length: {}\r\n\r\n",
        local(port),
        body.len()
    );
    let mut stream = TcpStream::connect(local(port)).await.unwrap();
    stream.write_all(head.as_bytes()).await.unwrap();
    stream.write_all(body.as_bytes()).await.unwrap();
    stream.read_exact(&mut [0; 64]).await.unwrap();
    stream
}

async fn rest(mut stream: TcpStream) -> String {
    let mut text = String::new();
    let read = timeout(Duration::from_secs(30), stream.read_to_string(&mut text));
    read.await.unwrap().unwrap();
    text
}

#[tokio::test]
async fn the_status_of_a_program_that_serves_says_where_and_since_when() {
    let port = free();
    let program = Program::open(port).await;
    let off = program.status().await;
    assert!(!off.running && off.address.is_none() && off.since.is_none());

    gateway::serve(&program.app, None).await.unwrap();
    let on = program.status().await;
    assert!(on.running && on.problem.is_none());
    assert_eq!(on.address, Some(local(port).to_string()));
    assert!(on.base_urls[0].url.ends_with(&format!(":{port}/v1")));
    let since = on.since.unwrap();
    assert!(since.starts_with("20") && since.ends_with('Z'), "{since}");
    assert_eq!(program.status().await.since.as_ref(), Some(&since));
    assert_eq!(health(port).await.as_deref(), Some("ok\n"));
    assert_eq!(on.keys.len(), 0);
    let made = switchboard_app::api::types::CreateGatewayKey { name: "ci".into() };
    program.app.create_gateway_key(made).await.unwrap();
    assert_eq!(program.status().await.keys[0].name, "ci");

    gateway::serve_no_more(&program.app).await;
    let off = program.status().await;
    assert!(!off.running && off.address.is_none() && off.since.is_none());
    assert_eq!(health(port).await, None);
}

#[tokio::test]
async fn a_new_port_in_the_file_moves_it_and_old_connections_finish() {
    let (from, to) = (free(), free());
    let program = Program::open(from).await;
    gateway::serve(&program.app, None).await.unwrap();
    let first = program.status().await.since;
    let old = streaming(from).await;
    let moves = gateway::moves(&program.app);
    program.configure(&format!("[gateway]\nport = {to}\n"));
    let moved = local(to).to_string();
    let status = program
        .until(|status| status.address.as_ref() == Some(&moved))
        .await;
    assert!(status.problem.is_none() && status.since > first);
    assert_eq!(status.port, to);
    assert_eq!(health(to).await.as_deref(), Some("ok\n"));
    assert_eq!(health(from).await, None, "nobody new comes to the old port");
    let text = rest(old).await;
    assert!(text.ends_with("data: [DONE]\n\n\r\n0\r\n\r\n"), "{text}");
    assert!(*moves.borrow() >= 1);
    gateway::serve_no_more(&program.app).await;
}

#[tokio::test]
async fn a_port_that_is_taken_leaves_it_where_it_is_and_says_so() {
    let from = free();
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let to = taken.local_addr().unwrap().port();
    let program = Program::open(from).await;
    gateway::serve(&program.app, None).await.unwrap();
    let old = streaming(from).await;
    program.configure(&format!("[gateway]\nport = {to}\n"));
    let status = program.until(|status| status.problem.is_some()).await;
    let problem = status.problem.unwrap();
    for part in [&format!("stays at {}", local(from)), &local(to).to_string()] {
        assert!(problem.contains(part), "{problem}");
    }
    assert!(status.running);
    assert_eq!(status.address, Some(local(from).to_string()));
    assert_eq!(health(from).await.as_deref(), Some("ok\n"));
    assert!(rest_is_whole(old).await);

    // Taken back in the file, nothing is wrong any more.
    program.configure(&format!("[gateway]\nport = {from}\n"));
    let status = program.until(|status| status.problem.is_none()).await;
    assert_eq!(status.address, Some(local(from).to_string()));

    // A file that cannot be read moves nothing.
    program.configure("[gateway]\nport = \"here\"\n");
    sleep(Duration::from_millis(700)).await;
    assert_eq!(health(from).await.as_deref(), Some("ok\n"));
    gateway::serve_no_more(&program.app).await;
}

#[tokio::test]
async fn a_port_that_was_taken_is_moved_to_once_it_is_free() {
    let from = free();
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let to = taken.local_addr().unwrap().port();
    let program = Program::open(from).await;
    gateway::serve(&program.app, None).await.unwrap();
    program.configure(&format!("[gateway]\nport = {to}\n"));
    let status = program.until(|status| status.problem.is_some()).await;
    assert!(status.waiting);
    drop(taken);
    let status = program.until(|status| status.problem.is_none()).await;
    assert_eq!(status.address, Some(local(to).to_string()));
    assert!(!status.waiting);
    assert_eq!(health(to).await.as_deref(), Some("ok\n"));
    gateway::serve_no_more(&program.app).await;
}

/// Returns whether a stream comes to its end although its connection could live on.
async fn rest_is_whole(mut stream: TcpStream) -> bool {
    let mut text = Vec::new();
    let reading = async {
        let mut piece = [0; 4096];
        while !text.ends_with(b"\r\n0\r\n\r\n") {
            match stream.read(&mut piece).await {
                Ok(0) | Err(_) => return false,
                Ok(read) => text.extend_from_slice(&piece[..read]),
            }
        }
        true
    };
    timeout(Duration::from_secs(30), reading).await.unwrap()
}

#[tokio::test]
async fn another_address_on_the_same_port_is_taken_too() {
    let port = free();
    let program = Program::open(port).await;
    gateway::serve(&program.app, None).await.unwrap();
    program.configure(&format!(
        "[gateway]\nport = {port}\naddress = \"0.0.0.0\"\nallow_network = true\n"
    ));
    let everywhere = format!("0.0.0.0:{port}");
    let status = program
        .until(|status| status.address.as_ref() == Some(&everywhere))
        .await;
    assert!(status.problem.is_none());
    let client = reqwest::Client::builder().no_proxy().build().unwrap();
    let url = format!("http://127.0.0.1:{port}/v1/chat/completions");
    let body = chat(&fast(""), false).to_string();
    let reply = client.post(url).body(body).send().await.unwrap();
    assert_eq!(reply.status().as_u16(), 401, "the network needs a key");
    gateway::serve_no_more(&program.app).await;
}

#[tokio::test]
async fn an_address_named_at_the_start_is_kept_whatever_the_file_says() {
    let (named, to) = (free(), free());
    let program = Program::open(free()).await;
    let at = gateway::serve(&program.app, Some(local(named))).await;
    assert_eq!(at, Ok(local(named)));
    program.configure(&format!("[gateway]\nport = {to}\n"));
    program.until(|status| status.port == to).await;
    sleep(Duration::from_millis(200)).await;
    let status = program.status().await;
    assert_eq!(status.address, Some(local(named).to_string()));
    assert_eq!(health(to).await, None);
    assert_eq!(health(named).await.as_deref(), Some("ok\n"));
    gateway::serve_no_more(&program.app).await;
}

#[tokio::test]
async fn what_is_under_way_when_it_stops_for_good_is_stopped_too() {
    let (from, to) = (free(), free());
    let program = Program::open(from).await;
    gateway::serve(&program.app, None).await.unwrap();
    let model = "sandbox/steady?ttft=0&tps=10&tokens=2000&seed=7";
    let client = reqwest::Client::builder().no_proxy().build().unwrap();
    let url = format!("http://127.0.0.1:{from}/v1/chat/completions");
    let mut long = client
        .post(url)
        .body(chat(model, true).to_string())
        .send()
        .await
        .unwrap();
    assert!(long.chunk().await.unwrap().is_some());
    program.configure(&format!("[gateway]\nport = {to}\n"));
    let moved = local(to).to_string();
    program
        .until(|status| status.address.as_ref() == Some(&moved))
        .await;
    timeout(
        Duration::from_secs(10),
        gateway::serve_no_more(&program.app),
    )
    .await
    .unwrap();
    let left = async { while let Ok(Some(_)) = long.chunk().await {} };
    timeout(Duration::from_secs(10), left).await.unwrap();
    let info = api::dispatch(&program.app, "app.info", json!({})).await;
    assert_eq!(info.unwrap()["in_flight"], 0);
}
