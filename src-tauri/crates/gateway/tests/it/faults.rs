//! Every fault that the simulator can play, in every wire format, seen by clients of every API, streaming
//! and not. The other side's journal counts the attempts.

use crate::world::{CLOCKS, UPSTREAMS, World, chat, events, world_of};
use serde_json::{Value, json};
use std::time::Duration;
use switchboard_sandbox::Fault;
use tokio::time::timeout;

/// The APIs clients speak.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Api {
    Chat,
    Responses,
    Anthropic,
    Gemini,
}

const APIS: [Api; 4] = [Api::Chat, Api::Responses, Api::Anthropic, Api::Gemini];

/// Few enough retries that a fault that stays is over soon.
const SETTINGS: &str = "[settings]\nretries = 1\nfallback_retries = 1\ndeadline = \"30s\"\n";
/// What the fallback says.
const RESCUE: &str = "RESCUED";
/// No client waits longer.
const LONG: Duration = Duration::from_secs(120);

/// What a client made of a reply.
#[derive(Debug, PartialEq, Eq)]
enum Seen {
    /// A clean end, after this text.
    Whole(String),
    /// An error in the API's own shape.
    Error(String),
    /// Neither: what no client may ever be given.
    Neither(String),
}

fn request(api: Api, model: &str, fallbacks: &[&str], stream: bool) -> (String, Value) {
    let hello = json!([{"role": "user", "content": "Why is the sky blue?"}]);
    let (path, mut body) = match api {
        Api::Chat => ("/v1/chat/completions".to_owned(), chat(model, stream)),
        Api::Responses => (
            "/v1/responses".to_owned(),
            json!({"model": model, "input": "Why is the sky blue?", "stream": stream}),
        ),
        Api::Anthropic => (
            "/v1/messages".to_owned(),
            json!({"model": model, "max_tokens": 9999, "messages": hello, "stream": stream}),
        ),
        Api::Gemini => {
            let model = model.replace('/', "%2F").replace('?', "%3F");
            let act = match stream {
                true => "streamGenerateContent?alt=sse",
                false => "generateContent",
            };
            let parts = json!([{"text": "Why is the sky blue?"}]);
            (
                format!("/v1beta/models/{model}:{act}"),
                json!({"contents": [{"role": "user", "parts": parts}]}),
            )
        }
    };
    body["fallbacks"] = json!(fallbacks);
    (path, body)
}

/// Reads a reply as a client of the API does.
fn read(api: Api, status: u16, kind: &str, text: &str) -> Seen {
    if !kind.starts_with("text/event-stream") {
        let Ok(body) = serde_json::from_str::<Value>(text) else {
            return Seen::Neither(format!("{status} {text}"));
        };
        return match status {
            200 => whole(api, &body),
            400..=599 if is_error(api, &body) => Seen::Error(text.to_owned()),
            _ => Seen::Neither(format!("{status} {text}")),
        };
    }
    let events = events(text);
    let failed = events
        .iter()
        .any(|(_, data)| is_error(api, data) || (api == Api::Responses && data["type"] == "error"));
    let said = |pick: fn(&Value) -> &Value| {
        let texts = events.iter().filter_map(|(_, data)| pick(data).as_str());
        texts.collect::<String>()
    };
    let (text, ended) = match api {
        Api::Chat => (
            said(|data| &data["choices"][0]["delta"]["content"]),
            events
                .iter()
                .any(|(_, data)| data["choices"][0]["finish_reason"].is_string()),
        ),
        Api::Responses => {
            let deltas = events
                .iter()
                .filter(|(name, _)| name == "response.output_text.delta");
            let text = deltas
                .filter_map(|(_, data)| data["delta"].as_str())
                .collect();
            let last = events.last().map_or("", |(name, _)| name.as_str());
            (
                text,
                matches!(last, "response.completed" | "response.incomplete"),
            )
        }
        Api::Anthropic => (
            said(|data| &data["delta"]["text"]),
            events.iter().any(|(name, _)| name == "message_stop"),
        ),
        Api::Gemini => (
            said(|data| &data["candidates"][0]["content"]["parts"][0]["text"]),
            events
                .iter()
                .any(|(_, data)| data["candidates"][0]["finishReason"].is_string()),
        ),
    };
    match (ended, failed) {
        (true, false) => Seen::Whole(text),
        (false, true) => Seen::Error(format!("{:?}", events.last())),
        _ => Seen::Neither(format!("ended {ended}, failed {failed}: {text}")),
    }
}

fn whole(api: Api, body: &Value) -> Seen {
    let (text, end) = match api {
        Api::Chat => ("/choices/0/message/content", "/choices/0/finish_reason"),
        Api::Responses => ("/output/0/content/0/text", "/status"),
        Api::Anthropic => ("/content/0/text", "/stop_reason"),
        Api::Gemini => (
            "/candidates/0/content/parts/0/text",
            "/candidates/0/finishReason",
        ),
    };
    let field = |pointer: &str| body.pointer(pointer).and_then(Value::as_str);
    match (field(text), field(end)) {
        (Some(text), Some(_)) => Seen::Whole(text.to_owned()),
        _ => Seen::Neither(body.to_string()),
    }
}

fn is_error(api: Api, body: &Value) -> bool {
    let error = &body["error"];
    let word = match api {
        Api::Chat | Api::Responses => &error["type"],
        Api::Anthropic => {
            if body["type"] != "error" {
                return false;
            }
            &error["type"]
        }
        Api::Gemini => &error["status"],
    };
    word.is_string()
        && error["message"]
            .as_str()
            .is_some_and(|text| !text.is_empty())
}

/// One call, and how many requests the providers had for it.
struct Played {
    name: String,
    fault: Fault,
    seen: Seen,
    /// As the reply's headers have it; they stand before later attempts of a stream.
    told_attempts: Option<usize>,
    is_stream: bool,
    attempts: usize,
}

/// Plays every fault in the wire format `upstream` for every API, with `fallbacks`.
async fn play(world: &World, upstream: &str, fallbacks: &[&str]) -> Vec<Played> {
    let mut all = Vec::new();
    for faults in Fault::ALL.chunks(8) {
        let one = |fault: Fault, api: Api, stream: bool| async move {
            // The seed is the call's own, so that the journal knows it.
            let seed = number_of(&format!(
                "{upstream}{fault:?}{api:?}{stream}{}",
                fallbacks.len()
            ));
            let script = format!(
                "steady?tokens=40&tps=400&ttft=20&wait=20000&size=64&hint=20&seed={seed}&fault={}",
                fault.name()
            );
            let rescue = format!("up-chat/steady?ttft=1&tps=max&seed={seed}&say={RESCUE}");
            let fallbacks: Vec<&str> = fallbacks.iter().map(|_| rescue.as_str()).collect();
            let (path, body) = request(api, &format!("{upstream}/{script}"), &fallbacks, stream);
            let reply = timeout(LONG, world.post(&path, body)).await;
            let reply = reply.unwrap_or_else(|_| panic!("{fault:?} {api:?}: no reply"));
            let status = reply.status().as_u16();
            let header = |name: &str| {
                let value = reply.headers().get(name);
                value
                    .and_then(|value| value.to_str().ok())
                    .unwrap_or_default()
                    .to_owned()
            };
            let kind = header("content-type");
            let told_attempts = header("x-switchboard-attempts").parse().ok();
            let text = timeout(LONG, reply.text()).await;
            let text = text
                .unwrap_or_else(|_| panic!("{fault:?} {api:?}: no end"))
                .unwrap();
            let entries = world.upstream.journal().entries();
            let mark = format!("seed={seed}");
            let own = |model: &str| model.split('&').any(|option| option == mark);
            let attempts = entries
                .iter()
                .filter(|entry| entry.model.as_deref().is_some_and(own));
            Played {
                name: format!(
                    "{} at {upstream} for {api:?}, stream {stream}",
                    fault.name()
                ),
                fault,
                seen: read(api, status, &kind, &text),
                told_attempts,
                is_stream: kind.starts_with("text/event-stream"),
                attempts: attempts.count(),
            }
        };
        let mut calls = Vec::new();
        for fault in faults {
            for api in APIS {
                calls.extend([one(*fault, api, true), one(*fault, api, false)]);
            }
        }
        all.extend(futures_util::future::join_all(calls).await);
    }
    all
}

/// Returns a number of its own for a text.
fn number_of(text: &str) -> u32 {
    text.bytes().fold(2_166_136_261, |hash: u32, byte| {
        (hash ^ u32::from(byte)).wrapping_mul(16_777_619)
    })
}

/// Faults after which the answer of the very provider is whole, whatever form it came in.
fn is_harmless(fault: Fault) -> bool {
    matches!(
        fault,
        Fault::MissingDone
            | Fault::Utf8Cut
            | Fault::Crlf
            | Fault::NotStreamed
            | Fault::HugeChunk
            | Fault::InvalidJson
            | Fault::WrongJson
            | Fault::Dribble
            // A filter's end is an end: the client is told the reason.
            | Fault::FilteredMiddle
    )
}

/// Faults that another provider would meet as well, or that only the user can mend.
fn stops(fault: Fault) -> bool {
    matches!(
        fault,
        Fault::Rejected
            | Fault::Unauthorized
            | Fault::Forbidden
            | Fault::Filtered
            | Fault::TooLarge
    )
}

fn check_counts(played: &Played) {
    let Played {
        name,
        attempts,
        told_attempts,
        ..
    } = played;
    assert!((1..=5).contains(attempts), "{name}: {attempts} attempts");
    // A stream's headers leave before attempts that come after its first token.
    let told = told_attempts.unwrap_or_default();
    match played.is_stream {
        true => assert!(told <= *attempts, "{name}: told {told}, made {attempts}"),
        false => assert_eq!(told, *attempts, "{name}"),
    }
}

async fn rescued(upstream: &str) {
    let world = world_of(&format!("{SETTINGS}{CLOCKS}")).await;
    for played in play(&world, upstream, &[RESCUE]).await {
        check_counts(&played);
        let Played {
            name, fault, seen, ..
        } = &played;
        match seen {
            Seen::Whole(text) if is_harmless(*fault) => assert!(!text.is_empty(), "{name}"),
            // Its own retry or its fallback.
            Seen::Whole(text) => assert!(text.ends_with(RESCUE), "{name}: {text}"),
            Seen::Error(what) => assert!(stops(*fault), "{name}: not rescued: {what}"),
            Seen::Neither(what) => panic!("{name}: {what}"),
        }
    }
}

async fn alone(upstream: &str) {
    let world = world_of(&format!("{SETTINGS}{CLOCKS}")).await;
    for played in play(&world, upstream, &[]).await {
        check_counts(&played);
        let Played {
            name, fault, seen, ..
        } = &played;
        match seen {
            Seen::Whole(text) => {
                assert!(!text.is_empty(), "{name}");
                let slow = matches!(
                    fault,
                    Fault::SlowStart | Fault::KeepAlive | Fault::RoleOnly | Fault::SlowHeaders
                );
                assert!(is_harmless(*fault) || slow, "{name}: a clean end: {text}");
            }
            Seen::Error(what) => assert!(
                !is_harmless(*fault) || *fault == Fault::Dribble,
                "{name}: an error: {what}"
            ),
            Seen::Neither(what) => panic!("{name}: {what}"),
        }
    }
}

macro_rules! every_upstream {
    ($( $at:literal: $rescued:ident, $alone:ident; )*) => { $(
        #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
        async fn $rescued() {
            rescued(UPSTREAMS[$at]).await;
        }

        #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
        async fn $alone() {
            alone(UPSTREAMS[$at]).await;
        }
    )* };
}

every_upstream! {
    0: a_fallback_rescues_every_fault_of_openai_chat, every_fault_of_openai_chat_alone_ends_honestly;
    1: a_fallback_rescues_every_fault_of_openai_responses, every_fault_of_openai_responses_alone_ends_honestly;
    2: a_fallback_rescues_every_fault_of_anthropic, every_fault_of_anthropic_alone_ends_honestly;
    3: a_fallback_rescues_every_fault_of_gemini, every_fault_of_gemini_alone_ends_honestly;
}
