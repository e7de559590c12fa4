//! The real transport: reqwest with every automatism off.
//!
//! HTTP/2 by ALPN, keep-alive, proxy variables and the OS trust roots are honoured; requests to this
//! machine bypass the proxy. Nothing is retried, redirected or timed out here: that is the loop's.

use super::gather::gathered;
use super::{Response, Transport};
use crate::config::Proxy;
use crate::error::{CallError, ErrorKind};
use crate::provider::HttpRequest;
use futures_util::{StreamExt, TryStreamExt};
use reqwest::{Client, redirect, retry};
use std::collections::HashMap;
use std::error::Error as _;
use std::sync::Mutex;
use std::time::Duration;
use url::{Host, Url};

/// How the network is reached, from the configuration's `[network]`.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Network {
    /// Which proxy is used for everything but this machine.
    pub proxy: Proxy,
    /// More root certificates, PEM.
    pub extra_ca: Vec<Vec<u8>>,
    /// Hosts whose certificates are not checked.
    pub insecure_hosts: Vec<String>,
}

/// Sends requests with reqwest. Connections are pooled for the life of the value.
#[derive(Debug)]
pub struct HttpClient {
    network: Network,
    clients: Mutex<HashMap<ClientKey, Client>>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
struct ClientKey {
    connect_timeout: Duration,
    loopback: bool,
    insecure: bool,
}

const USER_AGENT: &str = concat!("switchboard/", env!("CARGO_PKG_VERSION"));

impl HttpClient {
    /// Returns a client for this network; connects to nothing yet.
    pub fn new(network: Network) -> Self {
        Self {
            network,
            clients: Mutex::default(),
        }
    }

    fn client(&self, url: &Url, connect_timeout: Duration) -> Result<Client, CallError> {
        let key = ClientKey {
            connect_timeout,
            loopback: is_loopback(url),
            insecure: url.host_str().is_some_and(|host| {
                self.network
                    .insecure_hosts
                    .iter()
                    .any(|known| known == host)
            }),
        };
        let mut clients = self
            .clients
            .lock()
            .unwrap_or_else(|poisoned| poisoned.into_inner());
        if let Some(client) = clients.get(&key) {
            return Ok(client.clone());
        }
        let client = self.build(key)?;
        clients.insert(key, client.clone());
        Ok(client)
    }

    #[expect(
        clippy::disallowed_methods,
        reason = "the one place where clients are built"
    )]
    fn build(&self, key: ClientKey) -> Result<Client, CallError> {
        let misconfigured = |error: reqwest::Error| {
            CallError::new(
                ErrorKind::Misconfigured,
                format!("the network settings cannot be used: {}", innermost(&error)),
            )
            .with_hint("check `network.proxy` and `network.extra_ca`")
        };
        let mut builder = Client::builder()
            .user_agent(USER_AGENT)
            .redirect(redirect::Policy::none())
            .retry(retry::never())
            .connect_timeout(key.connect_timeout)
            .pool_idle_timeout(Duration::from_secs(90))
            .tcp_nodelay(true)
            .tls_danger_accept_invalid_certs(key.insecure);
        builder = match &self.network.proxy {
            _ if key.loopback => builder.no_proxy(),
            Proxy::Direct => builder.no_proxy(),
            Proxy::System => builder,
            Proxy::Url(url) => {
                let proxy = reqwest::Proxy::all(url.clone()).map_err(misconfigured)?;
                builder.proxy(proxy.no_proxy(reqwest::NoProxy::from_env()))
            }
        };
        for pem in &self.network.extra_ca {
            let certificates = reqwest::Certificate::from_pem_bundle(pem).map_err(misconfigured)?;
            builder = builder.tls_certs_merge(certificates);
        }
        builder.build().map_err(misconfigured)
    }
}

impl Transport for HttpClient {
    async fn open(
        &self,
        request: HttpRequest,
        connect_timeout: Duration,
    ) -> Result<Response, CallError> {
        let HttpRequest {
            method,
            url,
            headers,
            body,
        } = request;
        let client = self.client(&url, connect_timeout)?;
        let host = url.host_str().unwrap_or_default().to_owned();
        let response = client
            .request(method, url)
            .headers(headers)
            .body(body)
            .send()
            .await
            .map_err(|error| explain(&error, &host, connect_timeout))?;
        let (status, headers) = (response.status(), response.headers().clone());
        let body = gathered(response.bytes_stream())
            .map_err(move |error| explain(&error, &host, connect_timeout))
            .boxed();
        Ok(Response {
            status,
            headers,
            body,
        })
    }
}

/// Returns whether the address is this machine, which a proxy cannot reach for us.
pub fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(Host::Domain(name)) => name == "localhost" || name.ends_with(".localhost"),
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    }
}

/// Turns reqwest's error into a sentence a person understands.
fn explain(error: &reqwest::Error, host: &str, connect_timeout: Duration) -> CallError {
    let chain = chain(error);
    let said = |words: &[&str]| words.iter().any(|word| chain.contains(word));
    if error.is_connect() && error.is_timeout() {
        return CallError::new(
            ErrorKind::ConnectTimeout,
            format!(
                "no connection to `{host}` within {:.0} s (`timeouts.*.connect`)",
                connect_timeout.as_secs_f64()
            ),
        )
        .with_hint("check the network, the proxy and the base URL");
    }
    if said(&[
        "dns error",
        "failed to lookup address",
        "name or service not known",
    ]) {
        return CallError::new(
            ErrorKind::Dns,
            format!("the host `{host}` could not be found"),
        )
        .with_hint("check the spelling of the base URL and the network connection")
        .with_detail(chain.as_bytes());
    }
    if said(&[
        "certificate",
        "handshake",
        "tls",
        "invalid peer",
        "corrupt message",
        "fatal alert",
    ]) {
        return tls_error(&chain, host);
    }
    if error.is_connect() {
        let (message, hint) = if said(&["connection refused"]) {
            (
                format!("nothing answers at `{host}`: the connection was refused"),
                "start the server, or check host and port of the base URL",
            )
        } else if said(&["proxy", "tunnel"]) {
            (
                format!("the proxy did not let the connection to `{host}` through"),
                "check HTTPS_PROXY, NO_PROXY and `network.proxy`",
            )
        } else {
            (
                format!("no connection to `{host}` could be made"),
                "check the network, the proxy and the base URL",
            )
        };
        return CallError::new(ErrorKind::Connect, message)
            .with_hint(hint)
            .with_detail(chain.as_bytes());
    }
    if error.is_builder() {
        return CallError::new(
            ErrorKind::Misconfigured,
            format!("the request to `{host}` could not be built"),
        )
        .with_detail(chain.as_bytes());
    }
    CallError::new(ErrorKind::Reset, format!("`{host}` broke the connection"))
        .with_detail(chain.as_bytes())
}

fn tls_error(chain: &str, host: &str) -> CallError {
    let said = |words: &[&str]| words.iter().any(|word| chain.contains(word));
    let (message, hint) = if said(&["expired"]) {
        (
            format!("the certificate of `{host}` has expired"),
            "the server's owner must renew it; check this machine's clock too",
        )
    } else if said(&["notvalidforname", "not valid for name", "not valid for"]) {
        (
            format!("the certificate of `{host}` was made for another host"),
            "check the host in the base URL",
        )
    } else if said(&[
        "unknownissuer",
        "unknown issuer",
        "self-signed",
        "self signed",
    ]) {
        (
            format!(
                "the certificate of `{host}` was signed by an authority this machine does not trust"
            ),
            "a proxy that inspects traffic? add its certificate with `network.extra_ca`",
        )
    } else {
        (
            format!("no secure connection to `{host}` could be agreed on"),
            "is the base URL's scheme right (http or https)?",
        )
    };
    CallError::new(ErrorKind::Tls, message)
        .with_hint(hint)
        .with_detail(chain.as_bytes())
}

/// Returns the causes of an error, outermost first, in lower case and without the request's address.
fn chain(error: &reqwest::Error) -> String {
    let mut text = String::new();
    let mut source = error.source();
    while let Some(cause) = source {
        if !text.is_empty() {
            text.push_str(": ");
        }
        text.push_str(&cause.to_string().to_lowercase());
        source = cause.source();
    }
    text
}

fn innermost(error: &reqwest::Error) -> String {
    let mut last = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        last = cause.to_string();
        source = cause.source();
    }
    last
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::provider::Method;
    use bytes::Bytes;

    async fn open(url: &str) -> CallError {
        let request = HttpRequest {
            method: Method::GET,
            url: Url::parse(url).unwrap(),
            headers: Default::default(),
            body: Bytes::new(),
        };
        HttpClient::new(Network::default())
            .open(request, Duration::from_secs(2))
            .await
            .err()
            .unwrap()
    }

    /// Returns a port on which nothing listens.
    fn closed_port() -> u16 {
        std::net::TcpListener::bind("127.0.0.1:0")
            .unwrap()
            .local_addr()
            .unwrap()
            .port()
    }

    #[tokio::test]
    async fn a_refused_connection_says_that_nothing_answers() {
        let error = open(&format!("http://127.0.0.1:{}/", closed_port())).await;
        assert_eq!(error.kind, ErrorKind::Connect);
        assert!(error.message.contains("nothing answers"), "{error:?}");
    }

    #[tokio::test]
    async fn a_connection_closed_before_an_answer_is_a_reset() {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        tokio::spawn(async move {
            let (mut socket, _) = listener.accept().await.unwrap();
            let mut buffer = [0; 1024];
            let _ = tokio::io::AsyncReadExt::read(&mut socket, &mut buffer).await;
        });
        let error = open(&format!("http://127.0.0.1:{port}/")).await;
        assert_eq!(error.kind, ErrorKind::Reset, "{error:?}");
    }

    #[tokio::test]
    async fn plain_text_where_tls_is_expected_says_to_check_the_scheme() {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        tokio::spawn(async move {
            let (mut socket, _) = listener.accept().await.unwrap();
            let _ =
                tokio::io::AsyncWriteExt::write_all(&mut socket, b"HTTP/1.1 400 no\r\n\r\n").await;
        });
        let error = open(&format!("https://127.0.0.1:{port}/")).await;
        assert_eq!(error.kind, ErrorKind::Tls, "{error:?}");
    }

    #[test]
    fn only_this_machine_bypasses_the_proxy() {
        for (url, expected) in [
            ("http://localhost:1/", true),
            ("http://127.0.0.9/", true),
            ("http://[::1]/", true),
            ("https://api.localhost.example/", false),
            ("https://api.openai.com/", false),
        ] {
            assert_eq!(is_loopback(&Url::parse(url).unwrap()), expected, "{url}");
        }
    }
}
