//! Alerts to a webhook, as `{"text": …}`, which Slack and many others take.
//!
//! Its address lets anybody write there, so it is kept like a key: in the key store or a variable, never in the file, a
//! log or an error.

use crate::App;
use crate::api::types::{ApiError, ErrorCode, WebhookState};
use std::time::Duration;
use switchboard_engine::config::WebhookSource;
use switchboard_engine::error::retry_after;
use switchboard_engine::provider::{HeaderMap, HttpRequest, Method};
use switchboard_engine::secret::Secret;
use switchboard_engine::transport::Transport;
use switchboard_engine::transport::http_client::is_loopback;
use tokio::time::{sleep, timeout};
use url::Url;

/// Its entry in the key store.
pub(super) const ACCOUNT: &str = "alerts/webhook";
/// Waits between the tries of one message.
const WAITS: [Duration; 2] = [Duration::from_secs(1), Duration::from_secs(4)];
/// The longest that a webhook may have us wait.
const LONGEST_WAIT: Duration = Duration::from_secs(30);
/// For one try.
const PATIENCE: Duration = Duration::from_secs(10);

/// Checks the address of a webhook.
///
/// # Errors
/// One sentence that does not repeat it.
pub(super) fn check(text: &str) -> Result<Url, ApiError> {
    let wrong = |message: &str| {
        ApiError::new(ErrorCode::InvalidParams, message)
            .with_hint("for example https://hooks.slack.com/services/…")
            .with_field("url")
    };
    if text.len() > 2000 {
        return Err(wrong("this address is too long"));
    }
    let url = Url::parse(text.trim()).map_err(|_| wrong("this is not an address"))?;
    match url.scheme() {
        "https" => Ok(url),
        "http" if is_loopback(&url) => Ok(url),
        _ => Err(wrong(
            "a webhook outside this machine is reached over https only",
        )),
    }
}

/// Returns the address; `None`: none is set, or the key store cannot be asked.
pub(super) async fn address(app: &App) -> Option<Url> {
    let source = app.config().current().alerts.webhook.clone()?;
    let host = app.host_handle();
    let found = tokio::task::spawn_blocking(move || match source {
        WebhookSource::Env(name) => host.variable(&name),
        WebhookSource::Keychain => {
            let stored = host.keys().get(ACCOUNT).ok().flatten();
            stored.map(|secret| secret.expose().to_owned())
        }
    });
    let text = found.await.ok().flatten()?;
    app.redactor().learn(&Secret::new(text.clone()));
    check(&text).ok()
}

/// Returns what is shown of the webhook.
pub(super) async fn state(app: &App) -> WebhookState {
    let source = app.config().current().alerts.webhook.clone();
    let url = address(app).await;
    let unset = source.is_some() && url.is_none();
    WebhookState {
        set: url.is_some(),
        host: url.and_then(|url| url.host_str().map(str::to_owned)),
        from: source.map(|source| match source {
            WebhookSource::Keychain => "keychain".to_owned(),
            WebhookSource::Env(name) => format!("env:{name}"),
        }),
        problem: if unset {
            Some("its address is not there, or is no https address".to_owned())
        } else {
            app.deliveries().problem()
        },
    }
}

/// Sends a text, with two more tries. Returns whether it was taken; `None`: there is no webhook.
pub(super) async fn send(app: &App, text: &str) -> Option<bool> {
    let url = address(app).await?;
    let mut last = String::new();
    for wait in WAITS.into_iter().map(Some).chain([None]) {
        let (problem, asked) = match post(app, &url, text).await {
            Ok(()) => {
                app.deliveries().set_problem(None);
                return Some(true);
            }
            Err(Failed::ForGood(problem)) => {
                last = problem;
                break;
            }
            Err(Failed::ForNow(problem, asked)) => (problem, asked),
        };
        last = problem;
        if let Some(wait) = wait {
            sleep(asked.unwrap_or(wait).min(LONGEST_WAIT)).await;
        }
    }
    tracing::warn!(problem = last, "an alert could not be sent to the webhook");
    app.deliveries().set_problem(Some(last));
    Some(false)
}

enum Failed {
    /// Trying again cannot help.
    ForGood(String),
    /// With how long it asks to wait.
    ForNow(String, Option<Duration>),
}

async fn post(app: &App, url: &Url, text: &str) -> Result<(), Failed> {
    let client = app
        .http()
        .client()
        .map_err(|error| Failed::ForGood(error.message))?;
    let mut headers = HeaderMap::new();
    if let Ok(json) = "application/json".parse() {
        headers.insert("content-type", json);
    }
    let body = serde_json::json!({ "text": text }).to_string();
    let request = HttpRequest {
        method: Method::POST,
        url: url.clone(),
        headers,
        body: body.into(),
    };
    let opened = timeout(PATIENCE, client.open(request, PATIENCE)).await;
    let response = match opened {
        Err(_) => {
            let problem = format!("it did not answer within {} s", PATIENCE.as_secs());
            return Err(Failed::ForNow(problem, None));
        }
        Ok(Err(error)) => {
            let mut error = error;
            app.redactor().redact_error(&mut error);
            return Err(Failed::ForNow(error.message, None));
        }
        Ok(Ok(response)) => response,
    };
    let status = response.status;
    let problem = format!("it answered {}", status.as_u16());
    if status.is_success() {
        Ok(())
    } else if status.as_u16() == 429 || status.is_server_error() {
        let asked = retry_after(&response.headers, std::time::SystemTime::now());
        Err(Failed::ForNow(problem, asked))
    } else {
        Err(Failed::ForGood(problem))
    }
}
