//! The gateway as the application sees it: a switch, its keys, and who may use it.
//!
//! The server itself is the host's: this crate knows no HTTP.

mod serving;

pub(crate) use serving::{GatewayState, follow};
pub use serving::{moves, serve, serve_no_more};

use crate::api::types::*;
use crate::calls::rfc3339;
use crate::gateway_keys::{GatewayCaller, PREFIX, new_secret};
use crate::{App, Caller};
use serde_json::{Value, json};
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use switchboard_engine::redact::Redactor;
use switchboard_store::{GatewayKeyRow, StoreError};

/// Longest name of a key, in characters.
const NAME_CHARS: usize = 60;

/// Why a request to the gateway is refused. Its sentences are fit to be sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum GatewayRefusal {
    #[error("a gateway key is needed; make one in Switchboard and send it as the API key")]
    Missing,
    #[error("the gateway key is unknown or was revoked; make one in Switchboard")]
    Unknown,
}

impl App {
    /// Decides whether a request may use the gateway. `Ok(None)`: it may, without a key.
    ///
    /// Where no key is needed, what clients send in its place is not looked at, unless it is a gateway key:
    /// a revoked one is refused everywhere.
    ///
    /// # Errors
    /// [`GatewayRefusal`].
    pub async fn gateway_admit(
        &self,
        token: Option<&str>,
    ) -> Result<Option<GatewayCaller>, GatewayRefusal> {
        let ours = token.filter(|token| token.starts_with(PREFIX));
        if let Some(token) = ours {
            let caller = self.gateway_access(token).await;
            return caller.map(Some).ok_or(GatewayRefusal::Unknown);
        }
        if !self.gateway_needs_key().await {
            return Ok(None);
        }
        Err(match token {
            None => GatewayRefusal::Missing,
            Some(_) => GatewayRefusal::Unknown,
        })
    }

    /// Returns whose gateway key `token` is, and notes its use; `None` if it is nobody's or was revoked.
    pub async fn gateway_access(&self, token: &str) -> Option<GatewayCaller> {
        self.gateway_keys().check(token).await
    }

    /// Returns where the gateway is to listen, as configured.
    pub fn gateway_socket(&self) -> SocketAddr {
        self.config().current().gateway.socket()
    }

    /// Returns whether requests to the gateway need a key.
    pub async fn gateway_needs_key(&self) -> bool {
        let config = self.config().current();
        // A rule that says it needs no look at the keys.
        config.gateway.needs_key(false)
            || config.gateway.needs_key(true) && self.gateway_keys().any().await
    }

    /// Makes a gateway key and returns it, this once. Its own command in every host, because the key
    /// crosses with its answer.
    ///
    /// # Errors
    /// `InvalidParams` for the name, `Store`, `Internal` without random numbers.
    pub async fn create_gateway_key(
        &self,
        request: CreateGatewayKey,
    ) -> Result<CreatedGatewayKey, ApiError> {
        let name = checked_name(&request.name, self.redactor())?;
        let secret = new_secret().map_err(|error| {
            let message = format!("the system gives no random numbers: {error}");
            ApiError::new(ErrorCode::Internal, message)
        })?;
        let created = self.gateway_keys().create(name, &secret).await;
        let row = created.map_err(|error| match error {
            StoreError::Invalid(message) => {
                ApiError::new(ErrorCode::InvalidParams, message).with_field("name")
            }
            error => error.into(),
        })?;
        self.live().publish(&Live::GatewayChanged {});
        Ok(CreatedGatewayKey {
            key: key(row),
            secret: secret.expose().to_owned(),
        })
    }
}

/// Key of the UI state under which the switch's last position is kept.
const SWITCH: &str = "gateway.switch";

/// Keeps the switch's position for the next launch.
async fn keep_switch(app: &App, position: Option<u16>) -> Result<(), ApiError> {
    let value = position.map_or(Value::Null, |port| json!({ "port": port }));
    Ok(app.store().set_ui_state(SWITCH, value).await?)
}

/// Keeps a new port for the next launch, if the gateway starts with the program.
async fn keep_place(app: &App, port: u16) {
    let kept = match app.store().ui_state().await {
        Ok(mut values) => values.remove(SWITCH),
        Err(error) => return tracing::warn!(%error, "the gateway's switch could not be read"),
    };
    // The command line serves without a word to the switch.
    if app.caller() == Caller::Window
        && kept.is_some_and(|kept| !kept.is_null())
        && let Err(error) = keep_switch(app, Some(port)).await
    {
        tracing::warn!(%error, "the gateway's port could not be kept");
    }
}

/// Starts the gateway at launch if it was on when the program last ended. What keeps it from starting is
/// told by `gateway.status`; once its port is free it starts by itself.
pub async fn resume(app: &App) {
    let kept = match app.store().ui_state().await {
        Ok(mut values) => values.remove(SWITCH),
        Err(error) => return tracing::warn!(%error, "the gateway's switch could not be read"),
    };
    let Some(port) = kept.as_ref().and_then(|kept| kept.get("port")?.as_u64()) else {
        return;
    };
    let mut place = app.config().current().gateway.socket();
    if let Ok(port) = u16::try_from(port) {
        place.set_port(port);
    }
    serving::take_up(app, place).await;
}

/// Returns the gateway as it is now.
///
/// # Errors
/// `Store`.
pub async fn status(app: &App, _params: Empty) -> Result<GatewayStatus, ApiError> {
    let config = app.config().current();
    let needs_key = app.gateway_needs_key().await;
    let keys = app.gateway_keys().list().await?;
    // What follows is of one moment: nothing waits from here on.
    let address = app.host().gateway().and_then(|gateway| gateway.address());
    let shown = address.unwrap_or_else(|| config.gateway.socket());
    // Other machines are never served without one.
    let needs_key = needs_key || !shown.ip().is_loopback();
    Ok(GatewayStatus {
        running: address.is_some(),
        address: address.map(|address| address.to_string()),
        port: config.gateway.port,
        since: address.and_then(|_| app.gateway_state().since()),
        problem: app.gateway_state().problem().clone(),
        waiting: app.gateway_state().is_waiting(),
        available: app.host().gateway().is_some(),
        base_urls: base_urls(shown),
        access: if needs_key {
            GatewayAccess::KeysOnly
        } else {
            GatewayAccess::OpenOnLoopback
        },
        keys: keys.into_iter().map(key).collect(),
    })
}

/// Starts the gateway; one that runs on another port than the one asked for is moved there, or stays where it
/// is if it cannot be. It starts again with the program until it is stopped.
///
/// # Errors
/// `Conflict` if the address is taken, `Internal` if this program cannot serve it.
pub async fn start(app: &App, params: StartGateway) -> Result<GatewayStatus, ApiError> {
    let Some(gateway) = app.host().gateway() else {
        let error = ApiError::new(ErrorCode::Internal, "this program cannot serve the gateway");
        return Err(error.with_hint("run `switchboard-cli serve`"));
    };
    let held = app.gateway_state().switching.lock().await;
    let mut wanted = app.config().current().gateway.socket();
    if let Some(port) = params.port {
        wanted.set_port(port);
    }
    let running = gateway.address();
    let stays = running.is_some_and(|now| params.port.is_none_or(|port| now.port() == port));
    if !stays {
        let started = match running {
            Some(_) => gateway.relocate(app.clone(), wanted).await,
            None => gateway.start(app.clone(), wanted).await,
        };
        match &started {
            Ok(_) => app.gateway_state().begin(),
            Err(problem) => *app.gateway_state().problem() = Some(problem.clone()),
        }
        app.live().publish(&Live::GatewayChanged {});
        let address = started.map_err(|problem| {
            ApiError::new(ErrorCode::Conflict, problem)
                .with_hint("choose another port")
                .with_field("port")
        })?;
        keep_switch(app, Some(address.port())).await?;
    }
    drop(held);
    status(app, Empty {}).await
}

/// Stops the gateway and the calls it runs. Stopping one that is off is no error.
///
/// # Errors
/// `Store`.
pub async fn stop(app: &App, _params: Empty) -> Result<GatewayStatus, ApiError> {
    if let Some(gateway) = app.host().gateway() {
        let _held = app.gateway_state().switching.lock().await;
        gateway.stop().await;
        app.gateway_state().settle();
        keep_switch(app, None).await?;
        app.live().publish(&Live::GatewayChanged {});
    }
    status(app, Empty {}).await
}

/// Makes a key invalid for ever, at once.
///
/// # Errors
/// `NotFound`, `Store`.
pub async fn revoke_key(app: &App, params: GatewayKeyId) -> Result<GatewayKey, ApiError> {
    let row = app.gateway_keys().revoke(&params.id).await?;
    app.live().publish(&Live::GatewayChanged {});
    Ok(key(row))
}

/// Returns what clients of each API are given. A gateway on every address is reached at this machine's own.
fn base_urls(mut address: SocketAddr) -> Vec<GatewayBaseUrl> {
    if address.ip().is_unspecified() {
        address.set_ip(IpAddr::V4(Ipv4Addr::LOCALHOST));
    }
    let url = |api, path: &str| GatewayBaseUrl {
        api,
        url: format!("http://{address}{path}"),
    };
    vec![
        url(GatewayApi::Openai, "/v1"),
        url(GatewayApi::Anthropic, ""),
        url(GatewayApi::Gemini, ""),
    ]
}

fn checked_name<'a>(name: &'a str, redactor: &Redactor) -> Result<&'a str, ApiError> {
    let name = name.trim();
    let fits = (1..=NAME_CHARS).contains(&name.chars().count()) && !name.contains(char::is_control);
    let invalid =
        |message: String| Err(ApiError::new(ErrorCode::InvalidParams, message).with_field("name"));
    if !fits {
        return invalid(format!(
            "a gateway key's name has 1 to {NAME_CHARS} characters on one line"
        ));
    }
    // Names are shown and kept in history.
    if redactor.redact(name) != name {
        return invalid("the name of a gateway key must not hold a key".to_owned());
    }
    Ok(name)
}

fn key(row: GatewayKeyRow) -> GatewayKey {
    GatewayKey {
        id: row.id,
        name: row.name,
        prefix: row.prefix,
        created_at: rfc3339(row.created_at_ms),
        last_used_at: row.last_used_at_ms.map(rfc3339),
        revoked_at: row.revoked_at_ms.map(rfc3339),
    }
}
