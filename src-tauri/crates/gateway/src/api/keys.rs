//! The keys that were made in the application, as the gateway asks for them.

use super::access::{Access, KeyInfo, Verdict};
use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use std::net::SocketAddr;
use switchboard_app::App;

/// Lets clients in by the application's keys and its configuration.
#[derive(Debug, Clone)]
pub struct AppKeys {
    app: App,
    /// Whether a key is needed whatever the configuration says now: it may have changed since the gateway
    /// began to listen where other machines reach it.
    always: bool,
}

impl AppKeys {
    /// Returns the keys of an application for a gateway at `address`.
    pub fn new(app: App, address: SocketAddr) -> Self {
        Self {
            app,
            always: !address.ip().is_loopback(),
        }
    }
}

impl Access for AppKeys {
    fn check<'a>(&'a self, token: Option<&'a str>) -> BoxFuture<'a, Verdict> {
        async move {
            match self.app.gateway_admit(token).await {
                Ok(None) if self.always => Verdict::Refused,
                Ok(None) => Verdict::Open,
                Ok(Some(caller)) => Verdict::Holder(KeyInfo {
                    name: caller.name.to_string(),
                }),
                Err(_) => Verdict::Refused,
            }
        }
        .boxed()
    }
}
