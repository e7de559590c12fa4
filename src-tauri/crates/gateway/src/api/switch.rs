//! The gateway as a switch of the host it runs in.

use super::server::{Gateway, GatewayOptions, serve_gateway};
use futures_util::future::BoxFuture;
use std::net::SocketAddr;
use std::sync::{Mutex, MutexGuard, PoisonError};
use switchboard_app::App;
use switchboard_app::host::GatewayServer;

/// Serves the gateway in this process when it is switched on.
#[derive(Debug, Default)]
pub struct GatewaySwitch {
    running: Mutex<Option<Gateway>>,
}

impl GatewaySwitch {
    fn running(&self) -> MutexGuard<'_, Option<Gateway>> {
        self.running.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl GatewayServer for GatewaySwitch {
    fn start(&self, app: App, address: SocketAddr) -> BoxFuture<'_, Result<SocketAddr, String>> {
        Box::pin(async move {
            let options = GatewayOptions {
                address,
                // Only the configuration file can allow other machines in.
                network: address.ip() == app.gateway_socket().ip(),
                ..GatewayOptions::default()
            };
            let started = serve_gateway(app, options).await;
            let gateway = started.map_err(|error| error.to_string())?;
            let address = gateway.address();
            *self.running() = Some(gateway);
            Ok(address)
        })
    }

    fn stop(&self) -> BoxFuture<'_, ()> {
        Box::pin(async move {
            let gateway = self.running().take();
            if let Some(gateway) = gateway {
                gateway.stop().await;
            }
        })
    }

    fn address(&self) -> Option<SocketAddr> {
        self.running().as_ref().map(Gateway::address)
    }
}
