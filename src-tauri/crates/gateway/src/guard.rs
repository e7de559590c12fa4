//! Refuses requests that do not come from this host's own page: a web site that resolves its name to
//! 127.0.0.1, or that posts here from elsewhere.

use axum::http::header::{CONTENT_TYPE, HOST, ORIGIN};
use axum::http::{HeaderMap, Method};
use std::net::SocketAddr;

/// Why a request is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Refusal {
    /// The `Host` header names someone else.
    Host,
    /// The request comes from a page of another origin.
    Origin,
    /// A post that is not JSON: forms of other sites can send anything else.
    ContentType,
}

impl Refusal {
    pub(crate) fn message(self) -> &'static str {
        match self {
            Self::Host => "this address is only served as 127.0.0.1 or localhost",
            Self::Origin => "the request comes from a page of another origin",
            Self::ContentType => "the body must be sent as application/json",
        }
    }
}

/// Checks the headers of a program's request to the gateway at `address`: this machine's name and no page
/// of another origin. Programs send no `Origin`. What other machines call this one is not known: where they
/// can reach it a key is needed, which no page has.
pub(crate) fn check_program(headers: &HeaderMap, address: SocketAddr) -> Result<(), Refusal> {
    let hosts = own_hosts(address.port());
    let is_own = |host: &str| hosts.iter().any(|own| own.eq_ignore_ascii_case(host));
    let mut named = headers.get_all(HOST).iter();
    let host = named.next().and_then(|host| host.to_str().ok());
    let host = host.unwrap_or_default();
    if named.next().is_some() || (address.ip().is_loopback() && !is_own(host)) {
        return Err(Refusal::Host);
    }
    let is_foreign = |origin: &axum::http::HeaderValue| {
        let origin = origin
            .to_str()
            .ok()
            .and_then(|origin| origin.strip_prefix("http://"));
        !origin.is_some_and(|origin| origin.eq_ignore_ascii_case(host))
    };
    if headers.get_all(ORIGIN).iter().any(is_foreign) {
        return Err(Refusal::Origin);
    }
    Ok(())
}

fn own_hosts(port: u16) -> [String; 3] {
    [
        format!("127.0.0.1:{port}"),
        format!("localhost:{port}"),
        format!("[::1]:{port}"),
    ]
}

/// Checks the headers of a request to the port `port`.
pub(crate) fn check(method: &Method, headers: &HeaderMap, port: u16) -> Result<(), Refusal> {
    let text = |name| {
        headers
            .get(name)
            .and_then(|value: &axum::http::HeaderValue| value.to_str().ok())
    };
    let hosts = own_hosts(port);
    let host = text(HOST).unwrap_or_default();
    if headers.get_all(HOST).iter().count() != 1
        || !hosts.iter().any(|own| own.eq_ignore_ascii_case(host))
    {
        return Err(Refusal::Host);
    }
    // Browsers say where a request comes from; `none` is the address bar.
    let site = headers
        .get("sec-fetch-site")
        .and_then(|value| value.to_str().ok());
    let own_site = site.is_none_or(|site| site == "same-origin" || site == "none");
    let origin = text(ORIGIN);
    let own_origin = origin.is_none_or(|origin| {
        origin
            .strip_prefix("http://")
            .is_some_and(|origin| origin.eq_ignore_ascii_case(host))
    });
    if !own_origin || (!own_site && (method != Method::GET || !is_navigation(headers))) {
        return Err(Refusal::Origin);
    }
    if method == Method::GET || method == Method::HEAD {
        return Ok(());
    }
    // Every browser sends at least one of the two with a post.
    if origin.is_none() && site.is_none() {
        return Err(Refusal::Origin);
    }
    let json = text(CONTENT_TYPE).is_some_and(|kind| {
        kind.split(';')
            .next()
            .is_some_and(|kind| kind.trim().eq_ignore_ascii_case("application/json"))
    });
    if json {
        Ok(())
    } else {
        Err(Refusal::ContentType)
    }
}

/// Returns whether the user follows a link to here, which shows a page and reads nothing.
fn is_navigation(headers: &HeaderMap) -> bool {
    headers
        .get("sec-fetch-mode")
        .is_some_and(|mode| mode == "navigate")
        && headers
            .get("sec-fetch-dest")
            .is_some_and(|dest| dest == "document")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(pairs: &[(&'static str, &'static str)]) -> HeaderMap {
        let mut map = HeaderMap::new();
        for (name, value) in pairs {
            map.append(*name, value.parse().unwrap());
        }
        map
    }

    fn checked(method: Method, pairs: &[(&'static str, &'static str)]) -> Result<(), Refusal> {
        check(&method, &headers(pairs), 4140)
    }

    #[test]
    fn only_this_machines_names_with_the_right_port_are_served() {
        for host in [
            "127.0.0.1:4140",
            "localhost:4140",
            "LOCALHOST:4140",
            "[::1]:4140",
        ] {
            assert_eq!(checked(Method::GET, &[("host", host)]), Ok(()), "{host}");
        }
        for host in [
            "evil.example:4140",
            "127.0.0.1",
            "127.0.0.1:80",
            "localhost.evil.example:4140",
            "",
        ] {
            assert_eq!(
                checked(Method::GET, &[("host", host)]),
                Err(Refusal::Host),
                "{host}"
            );
        }
        assert_eq!(checked(Method::GET, &[]), Err(Refusal::Host));
        let two = [("host", "127.0.0.1:4140"), ("host", "evil.example")];
        assert_eq!(checked(Method::GET, &two), Err(Refusal::Host));
    }

    #[test]
    fn a_post_must_come_from_the_page_itself_and_be_json() {
        let host = ("host", "127.0.0.1:4140");
        let json = ("content-type", "application/json");
        let own = ("origin", "http://127.0.0.1:4140");
        assert_eq!(checked(Method::POST, &[host, json, own]), Ok(()));
        assert_eq!(
            checked(
                Method::POST,
                &[host, json, ("sec-fetch-site", "same-origin")]
            ),
            Ok(())
        );
        let refused = Err(Refusal::Origin);
        for origin in [
            "null",
            "http://evil.example",
            "https://127.0.0.1:4140",
            "http://127.0.0.1:80",
            "http://localhost:4140",
        ] {
            assert_eq!(
                checked(Method::POST, &[host, json, ("origin", origin)]),
                refused,
                "{origin}"
            );
        }
        assert_eq!(checked(Method::POST, &[host, json]), refused);
        assert_eq!(
            checked(Method::POST, &[host, json, ("sec-fetch-site", "same-site")]),
            refused
        );
        assert_eq!(
            checked(Method::POST, &[host, own]),
            Err(Refusal::ContentType)
        );
        let form = ("content-type", "text/plain");
        assert_eq!(
            checked(Method::POST, &[host, own, form]),
            Err(Refusal::ContentType)
        );
    }

    #[test]
    fn other_sites_may_link_here_but_not_fetch_or_frame() {
        let host = ("host", "127.0.0.1:4140");
        let cross = ("sec-fetch-site", "cross-site");
        assert_eq!(checked(Method::GET, &[host, cross]), Err(Refusal::Origin));
        let link = [
            host,
            cross,
            ("sec-fetch-mode", "navigate"),
            ("sec-fetch-dest", "document"),
        ];
        assert_eq!(checked(Method::GET, &link), Ok(()));
        let frame = [
            host,
            cross,
            ("sec-fetch-mode", "navigate"),
            ("sec-fetch-dest", "iframe"),
        ];
        assert_eq!(checked(Method::GET, &frame), Err(Refusal::Origin));
    }
}
