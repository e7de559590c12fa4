//! The clients.

use crate::dialect::{read, request};
use crate::mix::Case;
use crate::tally::{End, Tally};
use crate::{Outcome, number};
use futures_util::future::join_all;
use reqwest::Client;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};
use tokio::time::timeout;

/// A call that takes longer hangs: its deadline is 20 s.
const HANGS: Duration = Duration::from_secs(60);

/// Clients that ask one call after another.
pub(crate) struct Clients {
    http: Client,
    url: String,
    next: AtomicU64,
}

impl Clients {
    pub(crate) fn new(url: &str) -> Outcome<Self> {
        Ok(Self {
            // One that vanishes closes its connection; others keep theirs for a second.
            http: Client::builder()
                .no_proxy()
                .pool_idle_timeout(Duration::from_secs(1))
                .build()?,
            url: url.to_owned(),
            next: AtomicU64::default(),
        })
    }

    /// Plays the mix for a time, and waits for what is under way then.
    pub(crate) async fn play(&self, long: Duration, tally: &mut Tally) {
        let end = Instant::now() + long;
        let client = || async {
            let mut ends = Vec::new();
            while Instant::now() < end {
                let case = Case::of(self.next.fetch_add(1, Ordering::Relaxed));
                ends.push(self.one(case).await);
            }
            ends
        };
        let clients = (0..number("SOAK_CLIENTS", 32)).map(|_| client());
        for (case, id, end) in join_all(clients).await.into_iter().flatten() {
            tally.add(case, id, end);
        }
    }

    /// Makes one call; returns the id it was given and how it ended.
    async fn one(&self, case: Case) -> (Case, Option<String>, End) {
        let mut id = None;
        let exchange = self.exchange(case, &mut id);
        let end = match case.leaves_after {
            Some(after) => match timeout(after, exchange).await {
                Ok(end) => end,
                Err(_) => End::Left,
            },
            None => match timeout(HANGS, exchange).await {
                Ok(end) => end,
                Err(_) => End::Hung,
            },
        };
        (case, id, end)
    }

    async fn exchange(&self, case: Case, id: &mut Option<String>) -> End {
        let (model, fallback) = case.models();
        let fallbacks: Vec<&str> = fallback.iter().map(String::as_str).collect();
        let (path, body) = request(case.api, &model, &fallbacks, case.stream);
        let sent = self.http.post(format!("{}{path}", self.url));
        let reply = match sent.body(body.to_string()).send().await {
            Ok(reply) => reply,
            Err(error) => return End::Broken(error.to_string()),
        };
        let header = |name: &str| {
            let value = reply.headers().get(name)?;
            value.to_str().ok().map(str::to_owned)
        };
        *id = header("x-switchboard-call-id");
        let kind = header("content-type").unwrap_or_default();
        let status = reply.status().as_u16();
        match reply.text().await {
            Ok(text) => End::Read(read(case.api, status, &kind, &text)),
            Err(error) => End::Broken(error.to_string()),
        }
    }
}
