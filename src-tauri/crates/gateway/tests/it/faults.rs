//! Every fault that the simulator can play, in every wire format, seen by clients of every API, streaming
//! and not. The other side's journal counts the attempts.

use crate::dialect::{APIS, Api, Seen, read, request};
use crate::world::{CLOCKS, UPSTREAMS, World, world_of};
use std::time::Duration;
use switchboard_sandbox::Fault;
use tokio::time::timeout;

/// Few enough retries that a fault that stays is over soon.
const SETTINGS: &str = "[settings]\nretries = 1\nfallback_retries = 1\ndeadline = \"30s\"\n";
/// What the fallback says.
const RESCUE: &str = "RESCUED";
/// No client waits longer.
const LONG: Duration = Duration::from_secs(120);

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
