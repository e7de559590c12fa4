//! Streams and error replies as providers send them, from `tests/fixtures/wire`.

use super::{Decoder, Delta, HeaderMap, StatusCode, Wire, classify, provider, sse::SseParser};
use crate::error::CallError;
use proptest::prelude::*;
use serde_json::{Value, json};
use std::fs;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

const WIRES: [(&str, Wire); 5] = [
    ("openai_chat", Wire::OpenaiChat),
    ("compatible", Wire::OpenaiChat),
    ("openai_responses", Wire::OpenaiResponses),
    ("anthropic", Wire::Anthropic),
    ("gemini", Wire::Gemini),
];

fn folder(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../../../tests/fixtures/wire")
        .join(name)
}

fn files(name: &str, extension: &str) -> Vec<PathBuf> {
    let mut files: Vec<PathBuf> = fs::read_dir(folder(name))
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|found| found == extension))
        .collect();
    files.sort();
    assert!(!files.is_empty(), "no .{extension} in {name}");
    files
}

fn streams() -> Vec<(Wire, PathBuf, Vec<u8>)> {
    let of = |(name, wire): (&str, Wire)| {
        files(name, "sse").into_iter().map(move |path| {
            let bytes = fs::read(&path).unwrap();
            (wire, path, bytes)
        })
    };
    WIRES.into_iter().flat_map(of).collect()
}

/// What a stream came to: its deltas, whether it said that it was over, and the error it ended with.
#[derive(Debug, PartialEq)]
struct Decoded {
    deltas: Vec<Delta>,
    done: bool,
    error: Option<CallError>,
}

/// Feeds `pieces` to a parser and a decoder as the loop does, up to the first error.
fn decode<'a>(wire: Wire, pieces: impl IntoIterator<Item = &'a [u8]>) -> Decoded {
    let mut parser = SseParser::new();
    let mut decoder = provider(wire).decoder();
    let mut deltas = Vec::new();
    let error = feed(&mut parser, decoder.as_mut(), pieces, &mut deltas).err();
    Decoded {
        deltas,
        done: decoder.is_done(),
        error,
    }
}

fn feed<'a>(
    parser: &mut SseParser,
    decoder: &mut dyn Decoder,
    pieces: impl IntoIterator<Item = &'a [u8]>,
    deltas: &mut Vec<Delta>,
) -> Result<(), CallError> {
    for piece in pieces {
        parser.push(piece, |event| decoder.event(event, deltas))?;
    }
    parser.finish(|event| decoder.event(event, deltas))?;
    decoder.end(deltas)
}

fn shown(decoded: &Decoded) -> Value {
    let deltas: Vec<Value> = decoded
        .deltas
        .iter()
        .map(|delta| match delta {
            Delta::ResponseModel(name) => json!({"model": name}),
            Delta::Text(text) => json!({"text": text}),
            Delta::Reasoning(text) => json!({"reasoning": text}),
            Delta::ToolCall {
                index,
                id,
                name,
                arguments,
            } => json!({
                "tool": index, "id": id, "name": name, "arguments": arguments,
            }),
            Delta::Usage(usage) => json!({"usage": usage}),
            Delta::ServiceTier(tier) => json!({"service_tier": tier}),
            Delta::Cost(cost) => json!({"cost": cost}),
            Delta::Finish(reason) => json!({"finish": reason}),
        })
        .collect();
    json!({"deltas": deltas, "done": decoded.done, "error": decoded.error})
}

/// Compares with the file beside the fixture, or writes it if told to.
#[expect(
    clippy::disallowed_methods,
    reason = "a switch of the test, not of the engine"
)]
fn check(path: &Path, found: &Value) {
    let beside = path.with_extension("json");
    if std::env::var_os("SWITCHBOARD_WRITE_FIXTURES").is_some() {
        fs::write(&beside, format!("{found:#}\n")).unwrap();
    }
    let expected: Value = serde_json::from_slice(&fs::read(&beside).unwrap()).unwrap();
    assert_eq!(*found, expected, "{}", path.display());
}

#[test]
fn wire_fixtures_of_streams_decode_to_the_deltas_beside_them() {
    for (wire, path, bytes) in streams() {
        check(&path, &shown(&decode(wire, [bytes.as_slice()])));
    }
}

#[test]
fn a_stream_cut_at_any_byte_decodes_to_the_same_deltas() {
    let check = |(wire, path, bytes): &(Wire, PathBuf, Vec<u8>)| {
        let whole = decode(*wire, [bytes.as_slice()]);
        for at in 0..=bytes.len() {
            let (before, after) = bytes.split_at(at);
            assert_eq!(
                decode(*wire, [before, after]),
                whole,
                "{} cut at {at}",
                path.display()
            );
        }
        assert_eq!(
            decode(*wire, bytes.chunks(1)),
            whole,
            "{} byte by byte",
            path.display()
        );
    };
    let streams = streams();
    std::thread::scope(|scope| {
        for some in streams.chunks(streams.len().div_ceil(8)) {
            scope.spawn(move || some.iter().for_each(check));
        }
    });
}

#[test]
fn a_stream_that_ends_early_is_never_a_clean_end() {
    for (wire, path, bytes) in streams() {
        let whole = decode(wire, [bytes.as_slice()]);
        for at in (0..bytes.len()).step_by(3) {
            let cut = decode(wire, [&bytes[..at]]);
            let finished = cut.done
                || cut
                    .deltas
                    .iter()
                    .any(|delta| matches!(delta, Delta::Finish(_)));
            assert!(
                finished || cut.error.is_some(),
                "{} ended at {at}",
                path.display()
            );
            // What came is a beginning of what would have come.
            assert!(
                whole.deltas.starts_with(&cut.deltas),
                "{} ended at {at}",
                path.display()
            );
        }
    }
}

#[test]
fn wire_fixtures_of_errors_are_classified_as_told_beside_them() {
    let now = UNIX_EPOCH + Duration::from_secs(1_795_435_200);
    for path in files("errors", "http") {
        let (status, headers, body) = reply(&fs::read_to_string(&path).unwrap());
        let mut error = classify::classify(status, &headers, body.as_bytes(), now);
        assert_eq!(error.status, Some(status.as_u16()));
        // Nothing of the body in what is shown; `detail` holds it and is shown as raw text.
        for word in ["verysecret", "diary", "sk-"] {
            let said = format!(
                "{}{:?}{:?}{:?}",
                error.message, error.hint, error.provider_code, error.param
            );
            assert!(!said.contains(word), "{}: {said}", path.display());
        }
        assert_eq!(
            error.detail.take().unwrap_or_default(),
            body,
            "{}",
            path.display()
        );
        check(&path, &json!(error));
    }
}

fn reply(text: &str) -> (StatusCode, HeaderMap, String) {
    let (head, body) = text.split_once("\n\n").unwrap_or((text.trim_end(), ""));
    let mut lines = head.lines();
    let status = lines.next().unwrap().parse().unwrap();
    let mut headers = HeaderMap::new();
    for line in lines {
        let (name, value) = line.split_once(": ").unwrap();
        let name: http::HeaderName = name.parse().unwrap();
        headers.insert(name, value.parse().unwrap());
    }
    (status, headers, body.to_owned())
}

fn any_wire() -> impl Strategy<Value = Wire> {
    prop::sample::select(vec![
        Wire::OpenaiChat,
        Wire::OpenaiResponses,
        Wire::Anthropic,
        Wire::Gemini,
    ])
}

/// JSON a hostile server might send: the right names with anything in them.
fn odd_json() -> impl Strategy<Value = String> {
    let leaf = prop_oneof![
        Just(json!(null)),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        "[a-z._]{0,12}".prop_map(Value::from),
        prop::sample::select(vec![
            "content_block_delta",
            "response.completed",
            "message_delta",
            "tool_use",
            "function_call",
            "response.output_item.done",
            "STOP",
            "stop",
            "error",
            "429",
            "text_delta",
            "thinking",
        ])
        .prop_map(Value::from),
    ];
    let name = prop::sample::select(vec![
        "choices",
        "delta",
        "content",
        "tool_calls",
        "function",
        "arguments",
        "index",
        "usage",
        "error",
        "type",
        "message",
        "item",
        "response",
        "output",
        "output_index",
        "candidates",
        "parts",
        "functionCall",
        "args",
        "finishReason",
        "finish_reason",
        "usageMetadata",
        "promptFeedback",
        "content_block",
        "text",
        "thinking",
        "model",
        "x_groq",
        "id",
        "name",
        "status",
        "code",
        "details",
        "metadata",
        "reasoning_details",
        "prompt_tokens_details",
        "input",
        "object",
    ]);
    leaf.prop_recursive(6, 64, 6, move |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            prop::collection::btree_map(name.clone().prop_map(str::to_owned), inner, 0..6)
                .prop_map(|map| Value::Object(map.into_iter().collect())),
        ]
    })
    .prop_map(|value| value.to_string())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, ..ProptestConfig::default() })]

    #[test]
    fn any_bytes_end_in_deltas_or_an_error(wire in any_wire(), bytes: Vec<u8>) {
        let decoded = decode(wire, [bytes.as_slice()]);
        prop_assert!(decoded.done || decoded.error.is_some());
        let _ = provider(wire).decode_whole(&bytes);
        let _ = provider(wire).decode_models(&bytes);
    }

    #[test]
    fn odd_events_never_panic_and_cuts_change_nothing(
        wire in any_wire(), events in prop::collection::vec(odd_json(), 1..4), at: prop::sample::Index,
    ) {
        let text: String = events.iter().map(|event| format!("data: {event}\n\n")).collect();
        let (before, after) = text.as_bytes().split_at(at.index(text.len()));
        prop_assert_eq!(decode(wire, [text.as_bytes()]), decode(wire, [before, after]));
        let _ = provider(wire).decode_whole(events[0].as_bytes());
        let _ = provider(wire).decode_models(events[0].as_bytes());
    }

    #[test]
    fn fixtures_with_garbage_put_in_never_panic(
        which: prop::sample::Index, at: prop::sample::Index, garbage: Vec<u8>,
    ) {
        let streams = streams();
        let (wire, _, bytes) = &streams[which.index(streams.len())];
        let (before, after) = bytes.split_at(at.index(bytes.len()));
        decode(*wire, [before, &garbage, after]);
    }

    #[test]
    fn any_reply_is_classified(
        status in 100_u16..1000, body: Vec<u8>, value in "\\PC{0,20}", odd in odd_json(),
    ) {
        let status = StatusCode::from_u16(status).unwrap();
        let mut headers = HeaderMap::new();
        for name in ["retry-after", "retry-after-ms", "x-ratelimit-reset", "x-should-retry",
            "anthropic-ratelimit-tokens-reset", "x-ratelimit-remaining-tokens"] {
            if let Ok(value) = http::HeaderValue::from_str(&value) {
                headers.insert(name, value);
            }
        }
        for body in [body.as_slice(), odd.as_bytes(), format!("{{\"error\":{odd}}}").as_bytes()] {
            let error = classify::classify(status, &headers, body, SystemTime::now());
            prop_assert!(!error.message.is_empty());
            let _ = classify::in_band(&String::from_utf8_lossy(body));
        }
    }
}
