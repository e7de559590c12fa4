//! Who gets in.

use crate::stand_in::{StandIn, json_of, loopback, sent, served, ui};
use switchboard_gateway::{Assets, ServeError, serve_dashboard};

#[tokio::test]
async fn the_token_is_exchanged_once_for_a_cookie_that_scripts_and_other_sites_do_not_get() {
    let mut served = served().await;
    // `served` has spent the first token; the next one is announced.
    let url = served.dashboard.next_url().await;
    let reply = sent(served.client.get(&url)).await;
    assert_eq!(
        (reply.status().as_u16(), &reply.headers()["location"]),
        (303, &"/".parse().unwrap())
    );
    let cookie = reply.headers()["set-cookie"].to_str().unwrap().to_owned();
    assert!(
        cookie.contains("; HttpOnly") && cookie.contains("; SameSite=Strict"),
        "{cookie}"
    );
    assert!(cookie.starts_with(&format!(
        "switchboard-{}=",
        served.dashboard.address().port()
    )));
    let again = sent(served.client.get(&url)).await;
    assert_eq!(again.status(), 403);
    assert!(again.headers().get("set-cookie").is_none());
    assert!(again.text().await.unwrap().contains("works once"));
    // Someone who is in is sent on.
    let again = sent(served.client.get(&url).header("cookie", &served.cookie)).await;
    assert_eq!(again.status(), 303);
}

#[tokio::test]
async fn nothing_is_served_without_the_cookie() {
    let served = served().await;
    for path in ["/", "/boot.js", "/api/live", "/calls/1"] {
        let reply = sent(served.client.get(served.url(path))).await;
        assert_eq!(reply.status(), 401, "{path}");
    }
    let forged = format!(
        "switchboard-{}={}",
        served.dashboard.address().port(),
        "0".repeat(64)
    );
    for cookie in ["", "other=1", &forged] {
        let reply = sent(
            served
                .post("/api/call/app.info", "{}")
                .header("cookie", cookie),
        );
        // The helper's cookie comes first: build one without it.
        drop(reply);
        let reply = served
            .client
            .post(served.url("/api/call/app.info"))
            .header("origin", served.origin())
            .header("content-type", "application/json")
            .header("cookie", cookie)
            .body("{}");
        let reply = sent(reply).await;
        assert_eq!(reply.status(), 401);
        let error = json_of(reply).await;
        assert!(
            error["message"]
                .as_str()
                .unwrap()
                .contains("open the address")
        );
    }
    assert!(served.app.methods().is_empty());
}

#[tokio::test]
async fn foreign_hosts_and_origins_are_refused_even_with_the_cookie() {
    let served = served().await;
    let reply = sent(served.get("/").header("host", "rebound.example")).await;
    assert_eq!(reply.status(), 421);
    let call = |name: &'static str, value: &str| {
        served
            .client
            .post(served.url("/api/call/app.info"))
            .header("cookie", &served.cookie)
            .header("content-type", "application/json")
            .header(name, value.to_owned())
            .body("{}")
    };
    for origin in ["http://evil.example", "null", "http://127.0.0.1:1"] {
        assert_eq!(sent(call("origin", origin)).await.status(), 403, "{origin}");
    }
    assert_eq!(sent(call("x-nothing", "1")).await.status(), 403);
    assert_eq!(
        sent(call("sec-fetch-site", "same-origin")).await.status(),
        200
    );
    let form = served
        .client
        .post(served.url("/api/call/app.info"))
        .header("cookie", &served.cookie)
        .header("origin", served.origin())
        .header("content-type", "text/plain")
        .body("{}");
    assert_eq!(sent(form).await.status(), 415);
    assert_eq!(served.app.methods(), ["app.info"]);
}

#[tokio::test]
async fn every_reply_forbids_scripts_from_elsewhere_and_framing() {
    let served = served().await;
    let refused = served.client.get(served.url("/"));
    for request in [
        served.get("/"),
        served.get("/nothing.js"),
        served.post("/api/call/x", ""),
        refused,
    ] {
        let reply = sent(request).await;
        let headers = reply.headers();
        let policy = headers["content-security-policy"].to_str().unwrap();
        for part in [
            "default-src 'none'",
            "script-src 'self'",
            "connect-src 'self'",
            "frame-ancestors 'none'",
        ] {
            assert!(policy.contains(part), "{part}");
        }
        assert!(!policy.contains("unsafe"));
        assert_eq!(headers["x-content-type-options"], "nosniff");
        assert_eq!(headers["x-frame-options"], "DENY");
        assert_eq!(headers["referrer-policy"], "no-referrer");
    }
}

#[tokio::test]
async fn it_listens_on_loopback_only_and_says_what_is_missing() {
    let (_folder, dist) = ui();
    let everywhere = "0.0.0.0:0".parse().unwrap();
    let error = serve_dashboard(StandIn::default(), Assets::Folder(dist.clone()), everywhere)
        .await
        .unwrap_err();
    assert!(matches!(error, ServeError::NotLoopback(_)), "{error}");
    let missing = Assets::Folder(dist.join("nothing"));
    let error = serve_dashboard(StandIn::default(), missing, loopback())
        .await
        .unwrap_err();
    assert!(error.to_string().contains("has no index.html"), "{error}");
    let first = serve_dashboard(StandIn::default(), Assets::Folder(dist.clone()), loopback())
        .await
        .unwrap();
    let error = serve_dashboard(StandIn::default(), Assets::Folder(dist), first.address())
        .await
        .unwrap_err();
    assert!(matches!(error, ServeError::Listen { .. }), "{error}");
}
