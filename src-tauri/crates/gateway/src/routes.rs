//! What is where: the page, its files, the API and the live channel.

use crate::app::DashboardApp;
use crate::assets::{Assets, INDEX};
use crate::session::{Listening, Sessions};
use crate::{guard, reply};
use axum::extract::rejection::BytesRejection;
use axum::extract::{DefaultBodyLimit, Path, Request, State};
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE, COOKIE, LOCATION, SET_COOKIE};
use axum::http::{HeaderMap, Method, StatusCode, Uri};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::sse::{Event, KeepAlive, Sse};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Extension, Json, Router};
use bytes::Bytes;
use futures_util::stream::{self, Stream};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::Value;
use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;
use switchboard_app::api::types::{ApiError, CreateGatewayKey, Empty, ErrorCode, SetKey};
use switchboard_app::live::Subscription;
use tokio_util::sync::CancellationToken;

/// Largest parameters of a method, in bytes: prompts carry images.
const CALL_LIMIT: usize = 32 * 1024 * 1024;
/// Largest body of other requests; a `.env` file of 1 MB may triple in JSON.
const HOST_LIMIT: usize = 4 * 1024 * 1024;
/// Between signs of life on a silent live channel.
const KEEP_ALIVE: Duration = Duration::from_secs(15);

/// What every handler shares.
#[derive(Clone)]
pub(crate) struct Shared<A> {
    pub(crate) app: A,
    pub(crate) assets: Assets,
    pub(crate) sessions: Arc<Sessions>,
    pub(crate) port: u16,
    pub(crate) stopping: CancellationToken,
}

/// The session of a request that passed the gate.
#[derive(Debug, Clone)]
struct Session(String);

/// Builds the routes.
pub(crate) fn router<A: DashboardApp>(shared: Shared<A>) -> Router {
    let host = Router::new()
        .route("/set_hidden", post(set_hidden::<A>))
        .route("/set_key", post(set_key::<A>))
        .route("/create_gateway_key", post(create_gateway_key::<A>))
        .route("/scan_dotenv", post(scan_dotenv::<A>))
        .layer(DefaultBodyLimit::max(HOST_LIMIT));
    Router::new()
        .route(
            "/api/call/{method}",
            post(call::<A>).layer(DefaultBodyLimit::max(CALL_LIMIT)),
        )
        .route("/api/live", get(live::<A>))
        .nest("/api/host", host)
        .route("/api/{*rest}", axum::routing::any(no_path))
        .fallback(file::<A>)
        .method_not_allowed_fallback(wrong_method)
        .layer(from_fn_with_state(shared.clone(), gate::<A>))
        .with_state(shared)
}

/// Lets requests of the page itself pass, and begins sessions.
async fn gate<A: DashboardApp>(
    State(shared): State<Shared<A>>,
    mut request: Request,
    next: Next,
) -> Response {
    let mut response = match admit(&shared, &request) {
        Ok(session) => {
            request.extensions_mut().insert(Session(session));
            next.run(request).await
        }
        Err(response) => *response,
    };
    reply::protect(response.headers_mut());
    response
}

fn admit<A: DashboardApp>(shared: &Shared<A>, request: &Request) -> Result<String, Box<Response>> {
    let api = request.uri().path().starts_with("/api/");
    if let Err(refusal) = guard::check(request.method(), request.headers(), shared.port) {
        let message = refusal.message();
        tracing::warn!(
            path = request.uri().path(),
            message,
            "a request was refused"
        );
        let status = match refusal {
            guard::Refusal::Host => StatusCode::MISDIRECTED_REQUEST,
            guard::Refusal::Origin => StatusCode::FORBIDDEN,
            guard::Refusal::ContentType => StatusCode::UNSUPPORTED_MEDIA_TYPE,
        };
        return Err(Box::new(reply::refuse(
            status,
            ErrorCode::InvalidParams,
            message,
        )));
    }
    let session =
        session_of(request.headers(), shared.port).filter(|session| shared.sessions.knows(session));
    if let Some(token) = token_of(request.method(), request.uri()) {
        // Someone who is in already does not spend the token.
        if session.is_some() {
            return Err(Box::new(redirect(None)));
        }
        if let Some(session) = shared.sessions.exchange(token) {
            let cookie = format!(
                "{}={session}; Path=/; HttpOnly; SameSite=Strict",
                cookie_name(shared.port)
            );
            return Err(Box::new(redirect(Some(&cookie))));
        }
        return Err(Box::new(reply::page(
            StatusCode::FORBIDDEN,
            "This address was used already",
            "It works once. Switchboard has printed a fresh one in the terminal it was started from.",
        )));
    }
    match session {
        Some(session) => Ok(session),
        None if api => Err(Box::new(reply::refuse(
            StatusCode::UNAUTHORIZED,
            ErrorCode::InvalidParams,
            "this page is not signed in; open the address that Switchboard printed in the terminal",
        ))),
        None => Err(Box::new(reply::page(
            StatusCode::UNAUTHORIZED,
            "Not signed in",
            "Open the address that Switchboard printed in the terminal it was started from.",
        ))),
    }
}

fn redirect(cookie: Option<&str>) -> Response {
    let mut response = (StatusCode::SEE_OTHER, [(LOCATION, "/")]).into_response();
    if let Some(cookie) = cookie.and_then(|cookie| cookie.parse().ok()) {
        response.headers_mut().insert(SET_COOKIE, cookie);
    }
    response
}

/// Cookies know no ports: each host on this machine needs a name of its own.
fn cookie_name(port: u16) -> String {
    format!("switchboard-{port}")
}

fn session_of(headers: &HeaderMap, port: u16) -> Option<String> {
    let name = cookie_name(port);
    headers
        .get_all(COOKIE)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(';'))
        .filter_map(|pair| pair.trim().split_once('='))
        .find(|(key, _)| *key == name)
        .map(|(_, value)| value.to_owned())
}

fn token_of<'a>(method: &Method, uri: &'a Uri) -> Option<&'a str> {
    (method == Method::GET && uri.path() == "/")
        .then(|| uri.query())
        .flatten()?
        .split('&')
        .find_map(|pair| pair.strip_prefix("token="))
}

async fn call<A: DashboardApp>(
    State(shared): State<Shared<A>>,
    Path(method): Path<String>,
    body: Result<Bytes, BytesRejection>,
) -> Response {
    let params: Value = match read(body) {
        Ok(params) => params,
        Err(response) => return *response,
    };
    match shared.app.dispatch(&method, params).await {
        Ok(result) => Json(result).into_response(),
        Err(error) => reply::error(error),
    }
}

#[derive(Deserialize)]
struct SetHidden {
    hidden: bool,
}

async fn set_hidden<A: DashboardApp>(
    State(shared): State<Shared<A>>,
    Extension(Session(session)): Extension<Session>,
    body: Result<Bytes, BytesRejection>,
) -> Response {
    match read::<SetHidden>(body) {
        Ok(SetHidden { hidden }) => {
            shared.sessions.set_hidden(&session, hidden);
            Json(Empty {}).into_response()
        }
        Err(response) => *response,
    }
}

async fn set_key<A: DashboardApp>(
    State(shared): State<Shared<A>>,
    body: Result<Bytes, BytesRejection>,
) -> Response {
    let key = match read::<SetKey>(body) {
        Ok(key) => key,
        Err(response) => return *response,
    };
    answer(shared.app.set_key(key).await)
}

async fn create_gateway_key<A: DashboardApp>(
    State(shared): State<Shared<A>>,
    body: Result<Bytes, BytesRejection>,
) -> Response {
    let request = match read::<CreateGatewayKey>(body) {
        Ok(request) => request,
        Err(response) => return *response,
    };
    let mut response = answer(shared.app.create_gateway_key(request).await);
    // The key is in it: no cache of the browser may keep it.
    let no_store = axum::http::HeaderValue::from_static("no-store");
    response.headers_mut().insert(CACHE_CONTROL, no_store);
    response
}

#[derive(Deserialize)]
struct ScanDotenv {
    name: String,
    text: String,
}

async fn scan_dotenv<A: DashboardApp>(
    State(shared): State<Shared<A>>,
    body: Result<Bytes, BytesRejection>,
) -> Response {
    let ScanDotenv { name, text } = match read(body) {
        Ok(scan) => scan,
        Err(response) => return *response,
    };
    let name: String = name.chars().filter(|c| !c.is_control()).take(200).collect();
    answer(shared.app.scan_dotenv_text(&name, &text).await)
}

fn answer<T: serde::Serialize>(result: Result<T, ApiError>) -> Response {
    match result {
        Ok(value) => Json(value).into_response(),
        Err(error) => reply::error(error),
    }
}

/// Reads a JSON body; an empty one is `null`. The sentence never repeats what was sent.
fn read<T: DeserializeOwned>(body: Result<Bytes, BytesRejection>) -> Result<T, Box<Response>> {
    let refuse = |status, message: &str| {
        Err(Box::new(reply::refuse(
            status,
            ErrorCode::InvalidParams,
            message,
        )))
    };
    let bytes = match body {
        Ok(bytes) => bytes,
        Err(rejection) if rejection.status() == StatusCode::PAYLOAD_TOO_LARGE => {
            return refuse(StatusCode::PAYLOAD_TOO_LARGE, "the request is too large");
        }
        Err(_) => {
            return refuse(
                StatusCode::BAD_REQUEST,
                "the request could not be read whole",
            );
        }
    };
    let bytes: &[u8] = if bytes.is_empty() { b"null" } else { &bytes };
    serde_json::from_slice(bytes).or_else(|error| {
        let place = format!(
            "the body is not the JSON expected (line {}, column {})",
            error.line(),
            error.column()
        );
        refuse(StatusCode::BAD_REQUEST, &place)
    })
}

/// A page's live channel, as long as its connection lasts.
struct Channel {
    subscription: Subscription,
    stopping: CancellationToken,
    /// Dropped with the channel: the page is gone.
    _listening: Listening,
}

async fn live<A: DashboardApp>(
    State(shared): State<Shared<A>>,
    Extension(Session(session)): Extension<Session>,
) -> Response {
    let subscription = shared.app.subscribe();
    let listening = shared.sessions.listens(&session, subscription.visibility());
    let channel = Channel {
        subscription,
        stopping: shared.stopping,
        _listening: listening,
    };
    Sse::new(events(channel))
        .keep_alive(KeepAlive::new().interval(KEEP_ALIVE))
        .into_response()
}

fn events(channel: Channel) -> impl Stream<Item = Result<Event, Infallible>> {
    // The first bytes leave at once, so that the page knows it is connected.
    let opened = Event::default().comment("connected");
    stream::unfold(
        (channel, Some(opened)),
        |(mut channel, opened)| async move {
            if let Some(opened) = opened {
                return Some((Ok(opened), (channel, None)));
            }
            let batch = tokio::select! {
                batch = channel.subscription.next() => batch?,
                () = channel.stopping.cancelled() => return None,
            };
            // A batch is plain data: it can always be written.
            let event = Event::default().json_data(&batch).unwrap_or_default();
            Some((Ok(event), (channel, None)))
        },
    )
}

async fn no_path() -> Response {
    reply::refuse(
        StatusCode::NOT_FOUND,
        ErrorCode::NotFound,
        "there is nothing at this address",
    )
}

async fn wrong_method() -> Response {
    let message = "this address is used in another way";
    reply::refuse(
        StatusCode::METHOD_NOT_ALLOWED,
        ErrorCode::InvalidParams,
        message,
    )
}

/// Sends a file of the user interface; addresses without an ending are places in the page.
async fn file<A: DashboardApp>(
    State(shared): State<Shared<A>>,
    method: Method,
    uri: Uri,
) -> Response {
    if method != Method::GET && method != Method::HEAD {
        return wrong_method().await;
    }
    let path = uri.path().trim_start_matches('/');
    let last = path.rsplit('/').next().unwrap_or_default();
    let path = if last.contains('.') { path } else { INDEX };
    let Some(asset) = shared.assets.get(path).await else {
        return reply::page(
            StatusCode::NOT_FOUND,
            "Not found",
            "There is nothing at this address.",
        );
    };
    // Vite puts a hash of the content into the names below `assets/`.
    let cache = match path {
        INDEX => "no-store",
        _ if path.starts_with("assets/") => "private, max-age=31536000, immutable",
        _ => "no-cache",
    };
    (
        [
            (CONTENT_TYPE, asset.mime),
            (CACHE_CONTROL, cache.to_owned()),
        ],
        asset.bytes,
    )
        .into_response()
}
