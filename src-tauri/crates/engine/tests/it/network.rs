//! The real transport against real sockets: certificates, proxies and names.

use bytes::Bytes;
use rcgen::{CertificateParams, CertifiedIssuer, KeyPair, date_time_ymd};
use std::sync::Arc;
use std::time::Duration;
use switchboard_engine::config::Proxy;
use switchboard_engine::error::{CallError, ErrorKind};
use switchboard_engine::provider::{HttpRequest, Method};
use switchboard_engine::transport::Transport;
use switchboard_engine::transport::http_client::{HttpClient, Network};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::pki_types::PrivateKeyDer;
use url::Url;

const REPLY: &[u8] = b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\nconnection: close\r\n\r\nok";

async fn open(network: Network, url: &str) -> Result<u16, CallError> {
    let request = HttpRequest {
        method: Method::POST,
        url: Url::parse(url).unwrap(),
        headers: Default::default(),
        body: Bytes::from_static(b"{}"),
    };
    let response = HttpClient::new(network)
        .open(request, Duration::from_secs(5))
        .await?;
    Ok(response.status.as_u16())
}

/// Serves TLS on loopback with a certificate for `host` that ends in `last_year`; returns the port and the
/// issuer's certificate.
async fn tls_server(host: &str, last_year: i32) -> (u16, Vec<u8>) {
    let mut authority = CertificateParams::new(Vec::new()).unwrap();
    authority.is_ca = rcgen::IsCa::Ca(rcgen::BasicConstraints::Unconstrained);
    let issuer = CertifiedIssuer::self_signed(authority, KeyPair::generate().unwrap()).unwrap();
    let key = KeyPair::generate().unwrap();
    let mut params = CertificateParams::new(vec![host.to_owned()]).unwrap();
    params.not_before = date_time_ymd(2020, 1, 1);
    params.not_after = date_time_ymd(last_year, 1, 1);
    let certificate = params.signed_by(&key, &issuer).unwrap();
    let config = ServerConfig::builder()
        .with_no_client_auth()
        .with_single_cert(
            vec![certificate.der().clone()],
            PrivateKeyDer::try_from(key.serialize_der()).unwrap(),
        )
        .unwrap();
    let acceptor = TlsAcceptor::from(Arc::new(config));
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    tokio::spawn(async move {
        while let Ok((socket, _)) = listener.accept().await {
            let Ok(mut stream) = acceptor.accept(socket).await else {
                continue;
            };
            let mut buffer = [0; 4096];
            let _ = stream.read(&mut buffer).await;
            let _ = stream.write_all(REPLY).await;
            let _ = stream.shutdown().await;
        }
    });
    (port, issuer.pem().into_bytes())
}

fn trusting(pem: Vec<u8>) -> Network {
    Network {
        extra_ca: vec![pem],
        ..Network::default()
    }
}

#[tokio::test]
async fn a_certificate_of_an_added_authority_is_trusted() {
    let (port, issuer) = tls_server("localhost", 2090).await;
    assert_eq!(
        open(trusting(issuer), &format!("https://localhost:{port}/")).await,
        Ok(200)
    );
}

#[tokio::test]
async fn an_unknown_authority_is_named_with_the_way_to_add_it() {
    let (port, _) = tls_server("localhost", 2090).await;
    let error = open(Network::default(), &format!("https://localhost:{port}/"))
        .await
        .unwrap_err();
    assert_eq!(error.kind, ErrorKind::Tls);
    assert!(error.message.contains("does not trust"), "{error:?}");
    assert!(error.hint.unwrap().contains("network.extra_ca"));
}

#[tokio::test]
async fn an_expired_certificate_is_said_to_have_expired() {
    let (port, issuer) = tls_server("localhost", 2021).await;
    let error = open(trusting(issuer), &format!("https://localhost:{port}/"))
        .await
        .unwrap_err();
    assert_eq!(error.kind, ErrorKind::Tls);
    assert!(error.message.contains("has expired"), "{error:?}");
}

#[tokio::test]
async fn a_certificate_for_another_host_says_so() {
    let (port, issuer) = tls_server("elsewhere.example", 2090).await;
    let error = open(trusting(issuer), &format!("https://localhost:{port}/"))
        .await
        .unwrap_err();
    assert_eq!(error.kind, ErrorKind::Tls);
    assert!(error.message.contains("another host"), "{error:?}");
}

#[tokio::test]
async fn a_certificate_may_go_unchecked_for_one_host_only() {
    let (port, _) = tls_server("localhost", 2021).await;
    let network = Network {
        insecure_hosts: vec!["localhost".into()],
        ..Network::default()
    };
    assert_eq!(
        open(network.clone(), &format!("https://localhost:{port}/")).await,
        Ok(200)
    );
    assert!(
        open(network, &format!("https://127.0.0.1:{port}/"))
            .await
            .is_err()
    );
}

#[tokio::test]
async fn a_name_that_does_not_exist_is_called_so() {
    let error = open(
        Network {
            proxy: Proxy::Direct,
            ..Network::default()
        },
        "http://no-such-host.invalid/",
    )
    .await
    .unwrap_err();
    assert_eq!(error.kind, ErrorKind::Dns, "{error:?}");
    assert!(error.message.contains("no-such-host.invalid"));
}

/// A proxy that answers every request itself and remembers the first line of each.
async fn proxy() -> (Url, Arc<std::sync::Mutex<Vec<String>>>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://127.0.0.1:{}", listener.local_addr().unwrap().port());
    let seen = Arc::new(std::sync::Mutex::new(Vec::new()));
    let lines = Arc::clone(&seen);
    tokio::spawn(async move {
        while let Ok((mut socket, _)) = listener.accept().await {
            let mut buffer = [0; 4096];
            let read = socket.read(&mut buffer).await.unwrap_or(0);
            let text = String::from_utf8_lossy(&buffer[..read]).into_owned();
            lines
                .lock()
                .unwrap()
                .push(text.lines().next().unwrap_or_default().to_owned());
            let _ = socket.write_all(REPLY).await;
        }
    });
    (Url::parse(&url).unwrap(), seen)
}

#[tokio::test]
async fn a_configured_proxy_carries_everything_but_this_machine() {
    let (url, seen) = proxy().await;
    let network = Network {
        proxy: Proxy::Url(url.clone()),
        ..Network::default()
    };
    assert_eq!(
        open(network.clone(), "http://provider.example/v1").await,
        Ok(200)
    );
    assert_eq!(
        *seen.lock().unwrap(),
        ["POST http://provider.example/v1 HTTP/1.1"]
    );
    assert_eq!(open(network, url.as_str()).await, Ok(200));
    assert_eq!(
        seen.lock().unwrap()[1],
        "POST / HTTP/1.1",
        "asked directly, not as a proxy"
    );
}
