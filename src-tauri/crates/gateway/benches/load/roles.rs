//! What the processes beside the load do: the gateway with its history, or a bare proxy.

use crate::Outcome;
use crate::bare_host::BareHost;
use axum::body::Body;
use axum::extract::{Request, State};
use axum::response::{IntoResponse, Response};
use axum::serve::ListenerExt;
use std::io::Read;
use std::path::Path;
use std::sync::Arc;
use switchboard_app::{App, Caller, Options};
use switchboard_engine::redact::Redactor;
use switchboard_gateway::{GatewayOptions, serve_gateway};

/// Plays the role that the arguments name.
pub(crate) async fn play(arguments: &[String]) -> Outcome<()> {
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match arguments.as_slice() {
        ["gateway", upstream, folder, ..] => gateway(upstream, Path::new(folder)).await,
        ["floor", upstream, ..] => floor(upstream).await,
        _ => Err("there is no such role".into()),
    }
}

async fn gateway(upstream: &str, folder: &Path) -> Outcome<()> {
    let config = format!(
        "[providers.up]\nwire = \"openai_chat\"\nbase_url = \"{upstream}\"\nneeds_key = false\n"
    );
    // Apart from the history, as installed: the configuration's folder is watched.
    let config_dir = folder.join("config");
    std::fs::create_dir_all(&config_dir)?;
    let config_path = config_dir.join("config.toml");
    std::fs::write(&config_path, config)?;
    let app = App::open(Options {
        data_dir: folder.join("data"),
        config_path,
        caller: Caller::Gateway,
        host: Arc::new(BareHost),
        redactor: Arc::new(Redactor::default()),
    })
    .await
    .map_err(|error| error.message)?;
    let options = GatewayOptions {
        address: ([127, 0, 0, 1], 0).into(),
        ..GatewayOptions::default()
    };
    let gateway = serve_gateway(app.clone(), options).await?;
    println!("http://{}", gateway.address());
    until_told().await;
    gateway.stop().await;
    app.shutdown().await;
    Ok(())
}

#[derive(Clone)]
struct Floor {
    http: reqwest::Client,
    upstream: Arc<str>,
}

/// The least a proxy can do: every request is sent on, and every piece of its answer.
async fn floor(upstream: &str) -> Outcome<()> {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await?;
    let address = listener.local_addr()?;
    let listener = listener.tap_io(|stream| {
        if let Err(error) = stream.set_nodelay(true) {
            println!("TCP_NODELAY was refused: {error}");
        }
    });
    let floor = Floor {
        http: reqwest::Client::builder().no_proxy().build()?,
        upstream: upstream.into(),
    };
    let router = axum::Router::new().fallback(pass).with_state(floor);
    println!("http://{address}");
    let served = axum::serve(listener, router);
    tokio::select! {
        served = async { served.await } => Ok(served?),
        () = until_told() => Ok(()),
    }
}

async fn pass(State(floor): State<Floor>, request: Request) -> Response {
    let (parts, body) = request.into_parts();
    let path = parts.uri.path_and_query().map_or("/", |path| path.as_str());
    let sent = floor
        .http
        .request(parts.method, format!("{}{path}", floor.upstream))
        .header("content-type", "application/json")
        .body(reqwest::Body::wrap_stream(body.into_data_stream()))
        .send();
    match sent.await {
        Ok(reply) => {
            let (status, headers) = (reply.status(), reply.headers().clone());
            let mut response = (status, Body::from_stream(reply.bytes_stream())).into_response();
            if let Some(kind) = headers.get("content-type") {
                response.headers_mut().insert("content-type", kind.clone());
            }
            response
        }
        Err(error) => (axum::http::StatusCode::BAD_GATEWAY, error.to_string()).into_response(),
    }
}

/// Waits until the other end of standard input is gone.
async fn until_told() {
    let told = tokio::task::spawn_blocking(|| {
        let mut bytes = [0; 64];
        while std::io::stdin().read(&mut bytes).is_ok_and(|read| read > 0) {}
    });
    // Either way it is time to end.
    let _ = told.await;
}
