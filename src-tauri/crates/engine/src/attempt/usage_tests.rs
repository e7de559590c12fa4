//! Usage and cost of answers as providers send them, from `tests/fixtures/wire`: whole, cut at any byte, streamed and not.

use super::Progress;
use crate::plan::{Target, Tier};
use crate::price::{Charge, CostSource, PicoUsd, ServiceTier, Tariff, TokenPrice};
use crate::provider::sse::SseParser;
use crate::provider::{AuthStyle, Capabilities, Decoder, Delta, Endpoint, Wire, provider};
use crate::usage::Usage;
use proptest::prelude::*;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// What was sent, as estimated.
const SENT: u64 = 77;
const PRICE: TokenPrice = TokenPrice {
    input: PicoUsd(3_000_001),
    output: PicoUsd(15_000_007),
    cache_read: Some(PicoUsd(300_003)),
    cache_creation: Some(PicoUsd(3_750_011)),
};

fn folder(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../../../tests/fixtures/wire")
        .join(name)
}

fn wire_of(name: &str) -> Wire {
    let wires = [
        ("openai_chat", Wire::OpenaiChat),
        ("compatible", Wire::OpenaiChat),
        ("openai_responses", Wire::OpenaiResponses),
        ("anthropic", Wire::Anthropic),
        ("gemini", Wire::Gemini),
    ];
    let of = wires.iter().find(|(start, _)| name.starts_with(start));
    of.unwrap().1
}

/// Every recorded stream: its name and its bytes.
fn streams() -> Vec<(Wire, String, Vec<u8>)> {
    let mut found = Vec::new();
    for of in [
        "openai_chat",
        "compatible",
        "openai_responses",
        "anthropic",
        "gemini",
        "usage",
    ] {
        for entry in fs::read_dir(folder(of)).unwrap() {
            let path = entry.unwrap().path();
            if path.extension().is_some_and(|end| end == "sse") {
                let name = path.file_stem().unwrap().to_str().unwrap();
                let wire = wire_of(if of == "usage" { name } else { of });
                found.push((wire, format!("{of}/{name}"), fs::read(&path).unwrap()));
            }
        }
    }
    found.sort_by(|one, other| one.1.cmp(&other.1));
    found
}

fn target(wire: Wire) -> Target {
    Target {
        provider: "p".into(),
        provider_label: "P".into(),
        endpoint: Endpoint {
            wire,
            base_url: "https://p.example/v1".parse().unwrap(),
            auth: AuthStyle::Native,
            headers: Vec::new(),
        },
        credential: None,
        key: None,
        model: "gpt-5.2".into(),
        capabilities: Capabilities::default(),
        tier: Tier::Standard,
        timeouts: Tier::Standard.timeouts(),
        limits: Default::default(),
        price: Some(Arc::new(Tariff::flat("m", PRICE, "a test"))),
        simulated: false,
        step: Default::default(),
    }
}

/// An answer that is being read, as an attempt reads it.
struct Reading {
    parser: SseParser,
    decoder: Box<dyn Decoder>,
    progress: Progress,
    failed: bool,
    target: Target,
}

impl Reading {
    fn of(wire: Wire) -> Self {
        Self {
            parser: SseParser::new(),
            decoder: provider(wire).decoder(),
            progress: Progress::default(),
            failed: false,
            target: target(wire),
        }
    }

    fn push(&mut self, piece: &[u8]) {
        if self.failed || self.decoder.is_done() {
            return;
        }
        let mut deltas = Vec::new();
        let decoder = &mut self.decoder;
        let read = self
            .parser
            .push(piece, |event| decoder.event(event, &mut deltas));
        self.take(deltas, read);
    }

    /// The body has ended where it is.
    fn end(&mut self) {
        if self.failed || self.decoder.is_done() {
            return;
        }
        let mut deltas = Vec::new();
        let decoder = &mut self.decoder;
        let read = self
            .parser
            .finish(|event| decoder.event(event, &mut deltas))
            .and_then(|()| self.decoder.end(&mut deltas));
        self.take(deltas, read);
    }

    fn take(&mut self, deltas: Vec<Delta>, read: Result<(), crate::error::CallError>) {
        for mut delta in deltas {
            self.progress.count(&delta);
            self.progress.take(&mut delta);
        }
        if let Err(error) = read {
            self.progress.broke(&error);
            self.failed = true;
        }
    }

    /// What it costs if it goes no further.
    fn charge(&self, failed: bool) -> Charge {
        self.progress.charge(&self.target, failed, SENT)
    }
}

fn read<'a>(wire: Wire, pieces: impl IntoIterator<Item = &'a [u8]>) -> Charge {
    let mut reading = Reading::of(wire);
    pieces.into_iter().for_each(|piece| reading.push(piece));
    reading.end();
    let failed = reading.failed;
    reading.charge(failed)
}

fn read_whole(wire: Wire, body: &[u8]) -> Charge {
    let mut reading = Reading::of(wire);
    let deltas = provider(wire).decode_whole(body).unwrap();
    reading.take(deltas, Ok(()));
    reading.charge(false)
}

#[test]
fn a_stream_cut_at_any_byte_is_charged_exactly_or_as_a_marked_estimate_and_never_as_nothing() {
    let mut exact = 0;
    for (wire, name, bytes) in streams() {
        let whole = read(wire, [bytes.as_slice()]);
        let mut reading = Reading::of(wire);
        for (at, byte) in bytes.iter().enumerate() {
            reading.push(std::slice::from_ref(byte));
            let charge = reading.charge(true);
            let usage = charge.usage;
            let place = format!("{name} cut after byte {at}: {charge:?}");
            let reported = reading.progress.meter.reported().unwrap_or_default();
            assert!(usage.input_tokens() >= reported.input_tokens(), "{place}");
            assert!(usage.output_tokens() >= reported.output_tokens(), "{place}");
            assert!(
                usage.cache_read_input_tokens >= reported.cache_read_input_tokens,
                "{place}"
            );
            if !reading.progress.produced() {
                continue;
            }
            assert!(
                usage.input_tokens() > 0 && usage.output_tokens() > 0,
                "{place}"
            );
            // This tariff has no price of the dearer tier.
            if usage.audio_tokens > 0 || charge.service_tier == ServiceTier::Priority {
                assert_eq!(
                    (charge.cost, charge.source),
                    (None, CostSource::Unknown),
                    "{place}"
                );
            } else {
                assert!(charge.cost.is_some_and(|cost| cost.0 > 0), "{place}");
            }
            if usage.estimated {
                assert!(
                    matches!(
                        charge.source,
                        CostSource::Estimated | CostSource::Unknown | CostSource::Reported
                    ),
                    "{place}"
                );
            } else {
                exact += 1;
                assert_eq!(usage, whole.usage, "{place}");
            }
        }
    }
    assert!(exact > 500, "{exact}");
}

#[test]
fn a_body_that_ends_early_after_any_line_is_an_estimate_unless_the_provider_had_its_last_word() {
    for (wire, name, bytes) in streams() {
        let whole = read(wire, [bytes.as_slice()]);
        let ends = bytes.iter().enumerate().filter(|(_, byte)| **byte == b'\n');
        for (at, _) in ends {
            let charge = read(wire, [&bytes[..=at]]);
            let sure = !charge.usage.estimated && charge.usage.output_tokens() > 0;
            assert!(
                !sure || charge.usage == whole.usage,
                "{name} ended at {at}: {charge:?}"
            );
        }
    }
}

#[test]
fn the_input_that_anthropic_reports_first_is_kept_and_the_output_estimated_on_top() {
    let (wire, bytes) = (
        Wire::Anthropic,
        fs::read(folder("usage/anthropic.sse")).unwrap(),
    );
    let text = String::from_utf8(bytes).unwrap();
    let at = text.find("event: message_delta").unwrap();
    let charge = read(wire, [&text.as_bytes()[..at]]);
    let usage = charge.usage;
    assert!(usage.estimated);
    assert_eq!(
        (
            usage.input_uncached_tokens,
            usage.cache_read_input_tokens,
            usage.cache_creation_input_tokens,
            usage.cache_creation_1h_input_tokens,
        ),
        (472, 2048, 356, 100)
    );
    // 12 words and a call, and some words of thinking; 2 were reported at the start.
    assert!((16..45).contains(&usage.output_visible_tokens), "{usage:?}");
    assert!((3..9).contains(&usage.reasoning_output_tokens), "{usage:?}");
    assert_eq!(charge.source, CostSource::Estimated);
}

fn usage(input: [u64; 4], output: [u64; 2]) -> Usage {
    Usage {
        input_uncached_tokens: input[0],
        cache_read_input_tokens: input[1],
        cache_creation_input_tokens: input[2],
        cache_creation_1h_input_tokens: input[3],
        output_visible_tokens: output[0],
        reasoning_output_tokens: output[1],
        ..Usage::default()
    }
}

/// Answers that were recorded streamed and not: their usage and tier, and what the provider charges.
fn pairs() -> Vec<(&'static str, Usage, ServiceTier, Option<PicoUsd>)> {
    let audio = |audio_tokens, usage| Usage {
        audio_tokens,
        ..usage
    };
    let standard = ServiceTier::Standard;
    vec![
        (
            "openai_chat",
            usage([86, 1920, 0, 0], [108, 192]),
            ServiceTier::Flex,
            None,
        ),
        (
            "openai_chat_audio",
            audio(199, usage([178, 0, 0, 0], [61, 0])),
            standard,
            None,
        ),
        (
            "openai_responses",
            usage([200, 128, 0, 0], [32, 64]),
            ServiceTier::Priority,
            None,
        ),
        (
            "anthropic",
            usage([472, 2048, 356, 100], [69, 120]),
            standard,
            None,
        ),
        ("gemini", usage([516, 1024, 0, 0], [21, 86]), standard, None),
        (
            "gemini_audio",
            audio(320, usage([331, 0, 0, 0], [18, 0])),
            standard,
            None,
        ),
        (
            "compatible_deepseek",
            usage([36, 64, 0, 0], [8, 12]),
            standard,
            None,
        ),
        (
            "compatible_xai",
            usage([39, 2, 0, 0], [9, 87]),
            standard,
            None,
        ),
        (
            "compatible_openrouter",
            usage([74, 100, 20, 0], [12, 10]),
            standard,
            Some(PicoUsd(950_000_000)),
        ),
    ]
}

fn pair(name: &str) -> (Vec<u8>, Vec<u8>) {
    let read = |end: &str| fs::read(folder("usage").join(format!("{name}.{end}"))).unwrap();
    (read("sse"), read("whole.json"))
}

#[test]
fn an_answer_costs_the_same_to_the_pico_dollar_streamed_and_not() {
    let pairs = pairs();
    let recorded = streams()
        .iter()
        .filter(|(_, name, _)| name.starts_with("usage/"))
        .count();
    assert_eq!(pairs.len(), recorded);
    for (name, usage, tier, reported) in pairs {
        let (stream, whole) = pair(name);
        let wire = wire_of(name);
        let streamed = read(wire, [stream.as_slice()]);
        assert_eq!(streamed, read_whole(wire, &whole), "{name}");
        assert_eq!(
            (streamed.usage, streamed.service_tier),
            (usage, tier),
            "{name}"
        );
        let price = PRICE;
        let tokens = |count: u64, price: PicoUsd| i64::try_from(count).unwrap() * price.0;
        let written = usage.cache_creation_input_tokens + usage.cache_creation_1h_input_tokens;
        let by_hand = tokens(usage.input_uncached_tokens, price.input)
            + tokens(usage.cache_read_input_tokens, price.cache_read.unwrap())
            + tokens(written, price.cache_creation.unwrap())
            + tokens(usage.output_tokens(), price.output);
        let expected = match (reported, tier) {
            (Some(cost), _) => (Some(cost), CostSource::Reported),
            _ if usage.audio_tokens > 0 => (None, CostSource::Unknown),
            // This tariff has no price of other tiers: a discount is bounded, a surcharge is not known.
            (None, ServiceTier::Flex) => (Some(PicoUsd(by_hand)), CostSource::Estimated),
            (None, ServiceTier::Priority) => (None, CostSource::Unknown),
            _ => (Some(PicoUsd(by_hand)), CostSource::Computed),
        };
        assert_eq!((streamed.cost, streamed.source), expected, "{name}");
    }
}

proptest! {
    #[test]
    fn how_a_stream_is_split_into_chunks_changes_no_usage_and_no_cost(
        cuts in prop::collection::vec(any::<prop::sample::Index>(), 0..12),
    ) {
        for (wire, name, bytes) in streams() {
            if bytes.is_empty() {
                continue;
            }
            let mut places: Vec<usize> = cuts.iter().map(|cut| cut.index(bytes.len())).collect();
            places.extend([0, bytes.len()]);
            places.sort_unstable();
            let pieces = places.windows(2).map(|ends| &bytes[ends[0]..ends[1]]);
            prop_assert_eq!(read(wire, pieces), read(wire, [bytes.as_slice()]), "{}", name);
        }
    }
}
