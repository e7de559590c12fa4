//! The gateway as something a host can switch on and off.

use crate::{Gateway, GatewayOptions, serve_gateway};
use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use std::net::SocketAddr;
use std::sync::{Mutex, MutexGuard, PoisonError};
use switchboard_app::App;
use switchboard_app::host::GatewayServer;

/// Serves the gateway of one application, or does not.
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
        async move {
            let options = GatewayOptions {
                address,
                // Only the configuration file can allow other machines in.
                network: address.ip() == app.gateway_socket().ip(),
                ..GatewayOptions::default()
            };
            let gateway = serve_gateway(app, options)
                .await
                .map_err(|error| error.to_string())?;
            let address = gateway.address();
            // Whoever was there before goes without grace: the caller should have stopped it.
            drop(self.running().replace(gateway));
            Ok(address)
        }
        .boxed()
    }

    fn stop(&self) -> BoxFuture<'_, ()> {
        let running = self.running().take();
        async {
            if let Some(gateway) = running {
                gateway.stop().await;
            }
        }
        .boxed()
    }

    fn address(&self) -> Option<SocketAddr> {
        self.running().as_ref().map(Gateway::address)
    }
}
