//! The gateway as something a host can switch on and off.

use crate::{Gateway, GatewayOptions, serve_gateway};
use futures_util::FutureExt;
use futures_util::future::{BoxFuture, join_all};
use std::net::SocketAddr;
use std::sync::{Mutex, MutexGuard, PoisonError};
use switchboard_app::App;
use switchboard_app::host::GatewayServer;

/// Serves the gateway of one application, or does not.
#[derive(Debug, Default)]
pub struct GatewaySwitch {
    running: Mutex<Option<Gateway>>,
    /// Those that moved away and still answer what they were asked.
    retired: Mutex<Vec<Gateway>>,
}

fn held<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Serves at an address.
async fn served(app: App, address: SocketAddr) -> Result<Gateway, String> {
    let options = GatewayOptions {
        address,
        // Only the configuration file can allow other machines in.
        network: address.ip() == app.gateway_socket().ip(),
        ..GatewayOptions::default()
    };
    let served = serve_gateway(app, options).await;
    served.map_err(|error| error.to_string())
}

impl GatewaySwitch {
    /// Leaves a gateway to answer what it was asked.
    fn leave(&self, gateway: Gateway) {
        let mut retired = held(&self.retired);
        retired.retain(|gateway| !gateway.is_done());
        retired.push(gateway);
    }

    /// Moves where the old place must be free first: another address with the same port.
    async fn swap(&self, app: App, old: Gateway, to: SocketAddr) -> Result<SocketAddr, String> {
        let from = old.address();
        old.retire().await;
        self.leave(old);
        let (gateway, problem) = match served(app.clone(), to).await {
            Ok(gateway) => (gateway, None),
            Err(problem) => (served(app, from).await?, Some(problem)),
        };
        let address = gateway.address();
        *held(&self.running) = Some(gateway);
        problem.map_or(Ok(address), Err)
    }
}

impl GatewayServer for GatewaySwitch {
    fn start(&self, app: App, address: SocketAddr) -> BoxFuture<'_, Result<SocketAddr, String>> {
        async move {
            let gateway = served(app, address).await?;
            let address = gateway.address();
            // Whoever was there before goes without grace: the caller should have stopped it.
            drop(held(&self.running).replace(gateway));
            Ok(address)
        }
        .boxed()
    }

    fn relocate(&self, app: App, address: SocketAddr) -> BoxFuture<'_, Result<SocketAddr, String>> {
        async move {
            let is_same_port = |old: &Gateway| old.address().port() == address.port();
            let in_the_way = held(&self.running).take_if(|old| is_same_port(old));
            if let Some(old) = in_the_way {
                return self.swap(app, old, address).await;
            }
            let gateway = served(app, address).await?;
            let address = gateway.address();
            let old = held(&self.running).replace(gateway);
            if let Some(old) = old {
                old.retire().await;
                self.leave(old);
            }
            Ok(address)
        }
        .boxed()
    }

    fn stop(&self) -> BoxFuture<'_, ()> {
        let running = held(&self.running).take();
        let retired = std::mem::take(&mut *held(&self.retired));
        async {
            let all = retired.into_iter().chain(running);
            join_all(all.map(Gateway::stop)).await;
        }
        .boxed()
    }

    fn address(&self) -> Option<SocketAddr> {
        held(&self.running).as_ref().map(Gateway::address)
    }
}
