//! The sandbox server of this process, started on first use and ended with it.

use crate::providers::Simulator;
use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use switchboard_engine::error::{CallError, ErrorKind};
use switchboard_sandbox::{Options, Sandbox};
use tokio::sync::OnceCell;
use url::Url;

/// Keeps the one sandbox of the process.
#[derive(Debug, Default)]
pub(crate) struct SandboxSimulator {
    sandbox: OnceCell<(Sandbox, Url)>,
}

impl Simulator for SandboxSimulator {
    fn running(&self) -> Option<Url> {
        self.sandbox.get().map(|(_, url)| url.clone())
    }

    fn start(&self) -> BoxFuture<'_, Result<Url, CallError>> {
        async {
            let failed = |why: String| {
                CallError::new(
                    ErrorKind::Connect,
                    format!("the simulator could not start: {why}"),
                )
                .with_hint("something on this machine keeps programs from listening on 127.0.0.1")
            };
            let start = async || {
                let sandbox = Sandbox::start(Options::default())
                    .await
                    .map_err(|error| failed(error.to_string()))?;
                let url =
                    Url::parse(sandbox.base_url()).map_err(|error| failed(error.to_string()))?;
                Ok((sandbox, url))
            };
            self.sandbox
                .get_or_try_init(start)
                .await
                .map(|(_, url)| url.clone())
        }
        .boxed()
    }
}
