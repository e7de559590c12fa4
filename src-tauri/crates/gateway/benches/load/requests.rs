//! The load.

use crate::Outcome;
use crate::numbers::{Spread, setting};
use futures_util::StreamExt;
use futures_util::future::try_join_all;
use reqwest::{Client, Response};
use serde_json::{Value, json};
use std::time::{Duration, Instant};
use tokio::task::JoinSet;
use tokio::time::sleep_until;

/// Requests of a chat, all streamed.
#[derive(Clone)]
pub(crate) struct Load {
    http: Client,
}

fn body(model: &str) -> Value {
    json!({
        "model": model, "stream": true,
        "messages": [
            {"role": "system", "content": "You are a helpful assistant that answers briefly."},
            {"role": "user", "content": "Why is the sky blue, and why is it red in the evening?"},
        ],
    })
}

impl Load {
    pub(crate) fn new() -> Outcome<Self> {
        Ok(Self {
            http: Client::builder().no_proxy().tcp_nodelay(true).build()?,
        })
    }

    async fn ask(&self, url: &str, body: &Value) -> Outcome<Response> {
        let request = self.http.post(format!("{url}/v1/chat/completions"));
        let request = request.header("content-type", "application/json");
        let reply = request.body(body.to_string()).send().await?;
        let status = reply.status();
        if !status.is_success() {
            return Err(format!("{status}: {}", reply.text().await?).into());
        }
        Ok(reply)
    }

    /// Makes one request and reads its answer, which must be whole.
    pub(crate) async fn one(&self, url: &str, model: &str) -> Outcome<()> {
        read(self.ask(url, &body(model)).await?).await.map(drop)
    }

    /// Makes requests at a fixed rate; returns how long each took from when it was due.
    pub(crate) async fn open_loop(
        &self,
        url: &str,
        model: &str,
        long: Duration,
    ) -> Outcome<Vec<Duration>> {
        let rate = setting("BENCH_RATE", 300);
        let gap = Duration::from_secs(1) / u32::try_from(rate)?;
        let count = u32::try_from(long.as_millis() / gap.as_millis().max(1))?;
        let began = Instant::now() + gap;
        let mut running = JoinSet::new();
        for index in 0..count {
            let due = began + gap * index;
            sleep_until(due.into()).await;
            let (load, url, model) = (self.clone(), url.to_owned(), model.to_owned());
            running.spawn(async move {
                let done = load.one(&url, &model).await;
                done.map(|()| due.elapsed())
                    .map_err(|error| error.to_string())
            });
        }
        let mut times = Vec::new();
        while let Some(done) = running.join_next().await {
            times.push(done??);
        }
        Ok(times)
    }

    /// Has `clients` ask again as soon as they are answered; returns how many answers there were.
    pub(crate) async fn closed_loop(
        &self,
        url: &str,
        model: &str,
        clients: usize,
        long: Duration,
    ) -> Outcome<u64> {
        let end = Instant::now() + long;
        let client = || async {
            let mut count = 0;
            while Instant::now() < end {
                self.one(url, model).await?;
                count += 1;
            }
            Ok::<u64, Box<dyn std::error::Error + Send + Sync>>(count)
        };
        Ok(try_join_all((0..clients).map(|_| client()))
            .await?
            .iter()
            .sum())
    }

    /// Reads `count` streams at a time; returns how many events they had.
    pub(crate) async fn streams(&self, url: &str, model: &str, count: usize) -> Outcome<usize> {
        let one = || async { read(self.ask(url, &body(model)).await?).await };
        Ok(try_join_all((0..count).map(|_| one())).await?.iter().sum())
    }

    /// Returns how long the first piece of an answer took, with `count` streams at a time.
    pub(crate) async fn first_tokens(
        &self,
        url: &str,
        model: &str,
        count: usize,
    ) -> Outcome<Vec<Duration>> {
        let one = |at: usize| async move {
            // Not all in the same moment: the load's own queue is not to be measured.
            tokio::time::sleep(Duration::from_millis(at as u64 * 7)).await;
            let began = Instant::now();
            let mut reply = self.ask(url, &body(model)).await?;
            let mut first = None;
            while let Some(chunk) = reply.chunk().await? {
                if first.is_none() && contains_text(&chunk) {
                    first = Some(began.elapsed());
                }
            }
            first.ok_or_else(|| "a stream without text".into())
        };
        try_join_all((0..count).map(one)).await
    }

    /// Asks a model that fails, with another to fall back to.
    pub(crate) async fn rescued(&self, url: &str, model: &str, other: &str) -> Outcome<Spread> {
        let mut body = body(model);
        body["fallbacks"] = json!([other]);
        let mut times = Vec::new();
        for _ in 0..50 {
            let began = Instant::now();
            read(self.ask(url, &body).await?).await?;
            times.push(began.elapsed());
        }
        Ok(Spread::new(times))
    }

    /// Opens `count` streams, reads the beginning of each and keeps them open.
    pub(crate) async fn hold_open(
        &self,
        url: &str,
        model: &str,
        count: usize,
    ) -> Outcome<Vec<Response>> {
        let one = || async {
            let mut reply = self.ask(url, &body(model)).await?;
            reply.chunk().await?;
            Ok::<_, Box<dyn std::error::Error + Send + Sync>>(reply)
        };
        let opened = futures_util::stream::iter((0..count).map(|_| one())).buffer_unordered(50);
        opened.collect::<Vec<_>>().await.into_iter().collect()
    }
}

/// Reads an answer to its end; returns how many events it had.
async fn read(reply: Response) -> Outcome<usize> {
    let text = reply.text().await?;
    if !text.ends_with("data: [DONE]\n\n") {
        return Err(format!("the answer is not whole: {text}").into());
    }
    Ok(text.matches("data: ").count())
}

fn contains_text(chunk: &[u8]) -> bool {
    let text = String::from_utf8_lossy(chunk);
    text.contains("\"content\":\"")
        && text
            .split("\"content\":\"")
            .skip(1)
            .any(|rest| !rest.starts_with('"'))
}
