//! Chunks a second through the event-stream parser and the typed decoder, on one core.
//!
//! `cargo bench -p switchboard-engine --bench sse`. Each figure is the best of many short
//! runs. On one core of a small machine busy with other builds (2026-11):
//! 1.0 M Chat Completions chunks of 297 bytes a second, 1.8 M of Responses, 2.1 M of Messages, 0.8 M of
//! Gemini; the parser alone 4.4 M.

#![expect(
    clippy::print_stdout,
    clippy::unwrap_used,
    clippy::disallowed_types,
    reason = "a bench prints, stops on a fault, and measures real time"
)]

use std::fmt::Write as _;
use std::hint::black_box;
use std::time::{Duration, Instant};
use switchboard_engine::provider::sse::SseParser;
use switchboard_engine::provider::{Wire, provider};

/// A run of a few milliseconds fits between two turns of the scheduler on a busy machine.
const CHUNKS: usize = 4_000;

const RUNS: usize = 250;

/// Network reads: whole events, TLS-record sized pieces that cut events anywhere, and slivers.
const READS: [(&str, usize); 3] = [("64 KiB", 65_536), ("1.4 KB", 1_400), ("100 B", 100)];

fn main() {
    println!(
        "{:<18} {:>8} {:>8} {:>14} {:>10}",
        "stream", "B/chunk", "reads of", "chunks/s", "MB/s"
    );
    for (name, wire, chunk) in [
        (
            "openai chat",
            Wire::OpenaiChat,
            chat_chunk as fn(usize) -> String,
        ),
        ("openai responses", Wire::OpenaiResponses, responses_chunk),
        ("anthropic", Wire::Anthropic, anthropic_chunk),
        ("gemini", Wire::Gemini, gemini_chunk),
    ] {
        let mut stream = String::new();
        for at in 0..CHUNKS {
            write!(stream, "{}", chunk(at)).unwrap();
        }
        for (label, size) in READS {
            let best = (0..RUNS)
                .map(|_| time(wire, stream.as_bytes(), size))
                .min()
                .unwrap();
            report(name, stream.len(), label, best);
        }
    }
    let mut stream = String::new();
    for at in 0..CHUNKS {
        write!(stream, "{}", chat_chunk(at)).unwrap();
    }
    let best = (0..RUNS)
        .map(|_| parse(stream.as_bytes(), 65_536))
        .min()
        .unwrap();
    report("parser alone", stream.len(), "64 KiB", best);
}

#[expect(clippy::cast_precision_loss, reason = "figures for people")]
fn report(name: &str, bytes: usize, reads: &str, best: Duration) {
    let seconds = best.as_secs_f64();
    println!(
        "{name:<18} {:>8} {reads:>8} {:>14.0} {:>10.0}",
        bytes / CHUNKS,
        CHUNKS as f64 / seconds,
        bytes as f64 / seconds / 1e6,
    );
}

/// Returns how long a stream takes through parser and decoder, in reads of `size` bytes.
fn time(wire: Wire, stream: &[u8], size: usize) -> Duration {
    let mut parser = SseParser::new();
    let mut decoder = provider(wire).decoder();
    let mut deltas = Vec::new();
    let mut count = 0;
    let started = Instant::now();
    for read in stream.chunks(size) {
        parser
            .push(read, |event| decoder.event(event, &mut deltas))
            .unwrap();
        count += deltas.len();
        black_box(&deltas);
        deltas.clear();
    }
    let elapsed = started.elapsed();
    assert!(count >= CHUNKS, "{count} deltas of {CHUNKS} chunks");
    elapsed
}

fn parse(stream: &[u8], size: usize) -> Duration {
    let mut parser = SseParser::new();
    let mut bytes = 0;
    let started = Instant::now();
    for read in stream.chunks(size) {
        parser
            .push(read, |event| {
                bytes += black_box(event.data).len();
                Ok(())
            })
            .unwrap();
    }
    let elapsed = started.elapsed();
    assert!(bytes > CHUNKS);
    elapsed
}

fn chat_chunk(at: usize) -> String {
    format!(
        "data: {{\"id\":\"chatcmpl-CfVq2kT8mB1nX0aZr7LwYpQeHsJd\",\"object\":\"chat.completion.chunk\",\
         \"created\":1795435200,\"model\":\"gpt-6.1-terra-2026-09-15\",\"service_tier\":\"default\",\
         \"system_fingerprint\":\"fp_5f2a91c03e\",\"choices\":[{{\"index\":0,\"delta\":{{\"content\":\
         \" word{:03}\"}},\"logprobs\":null,\"finish_reason\":null}}]}}\n\n",
        at % 1000
    )
}

fn responses_chunk(at: usize) -> String {
    format!(
        "event: response.output_text.delta\ndata: {{\"type\":\"response.output_text.delta\",\
         \"sequence_number\":{at},\"item_id\":\"msg_68f2a91c03e85f2a91c03e85f2a91c03e\",\
         \"output_index\":1,\"content_index\":0,\"delta\":\" word{:03}\",\"logprobs\":[],\
         \"obfuscation\":\"x7QpA2\"}}\n\n",
        at % 1000
    )
}

fn anthropic_chunk(at: usize) -> String {
    format!(
        "event: content_block_delta\ndata: {{\"type\":\"content_block_delta\",\"index\":0,\"delta\":\
         {{\"type\":\"text_delta\",\"text\":\" word{:03}\"}}   }}\n\n",
        at % 1000
    )
}

fn gemini_chunk(at: usize) -> String {
    format!(
        "data: {{\"candidates\": [{{\"content\": {{\"parts\": [{{\"text\": \" word{:03}\"}}],\"role\": \
         \"model\"}},\"index\": 0}}],\"usageMetadata\": {{\"promptTokenCount\": 8,\
         \"candidatesTokenCount\": {at},\"totalTokenCount\": {},\"promptTokensDetails\": \
         [{{\"modality\": \"TEXT\",\"tokenCount\": 8}}]}},\"modelVersion\": \"gemini-4-argon\",\
         \"responseId\": \"a1b2c3d4e5f6\"}}\r\n\r\n",
        at % 1000,
        at + 8
    )
}
