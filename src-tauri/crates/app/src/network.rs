//! The one HTTP client of the program, made anew when the configuration says the network is different.

use crate::config::ConfigHandle;
use std::io::Read;
use std::path::Path;
use std::sync::{Arc, Mutex};
use switchboard_engine::config::{self, Config};
use switchboard_engine::error::{CallError, ErrorKind};
use switchboard_engine::transport::http_client::{HttpClient, Network};

/// Largest certificate file that is read, in bytes.
const CA_LIMIT: u64 = 4 * 1024 * 1024;

/// Gives out the HTTP client that fits the active configuration. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Http {
    config: ConfigHandle,
    current: Arc<Mutex<Option<Current>>>,
}

#[derive(Debug)]
struct Current {
    network: config::Network,
    insecure_hosts: Vec<String>,
    client: Arc<HttpClient>,
}

impl Http {
    /// Returns a source of clients for a configuration; nothing is opened yet.
    pub fn new(config: ConfigHandle) -> Self {
        Self {
            config,
            current: Arc::default(),
        }
    }

    /// Returns the client for calls, tests of a connection and everything else that leaves the program.
    /// The same one, with its open connections, as long as the network settings stay the same.
    ///
    /// # Errors
    /// `Misconfigured`, naming the file, if a certificate file cannot be read.
    pub fn client(&self) -> Result<Arc<HttpClient>, CallError> {
        let config = self.config.current();
        let insecure_hosts = insecure_hosts(&config);
        let mut current = self
            .current
            .lock()
            .unwrap_or_else(|poisoned| poisoned.into_inner());
        if let Some(current) = current.as_ref()
            && current.network == config.network
            && current.insecure_hosts == insecure_hosts
        {
            return Ok(current.client.clone());
        }
        let folder = self.config.folder();
        let files = config.network.extra_ca.iter();
        let client = Arc::new(HttpClient::new(Network {
            proxy: config.network.proxy.clone(),
            extra_ca: files
                .map(|file| certificates(&folder.join(file)))
                .collect::<Result<_, _>>()?,
            insecure_hosts: insecure_hosts.clone(),
        }));
        let network = config.network.clone();
        *current = Some(Current {
            network,
            insecure_hosts,
            client: client.clone(),
        });
        Ok(client)
    }
}

fn insecure_hosts(config: &Config) -> Vec<String> {
    let insecure = config
        .providers
        .iter()
        .filter(|provider| provider.accept_invalid_tls);
    insecure
        .filter_map(|one| one.endpoint.base_url.host_str().map(str::to_owned))
        .collect()
}

fn certificates(path: &Path) -> Result<Vec<u8>, CallError> {
    let mut bytes = Vec::new();
    let read = std::fs::File::open(path)
        .and_then(|file| file.take(CA_LIMIT).read_to_end(&mut bytes))
        .map_err(|error| error.kind().to_string());
    let read = read.and_then(|_| {
        let is_pem = bytes.windows(11).any(|window| window == b"-----BEGIN ");
        if is_pem {
            Ok(())
        } else {
            Err("it holds no PEM certificate".to_owned())
        }
    });
    read.map_err(|why| {
        let message = format!(
            "the certificate file `{}` cannot be used: {why}",
            path.display()
        );
        CallError::new(ErrorKind::Misconfigured, message).with_hint("check `network.extra_ca`")
    })?;
    Ok(bytes)
}
