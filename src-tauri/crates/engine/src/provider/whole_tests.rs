//! Answers that come whole although a stream was asked for.

use super::{Delta, Wire, provider};
use crate::call::FinishReason;
use crate::error::ErrorKind;
use serde_json::{Value, json};

fn whole(wire: Wire, body: &Value) -> Vec<Delta> {
    provider(wire)
        .decode_whole(body.to_string().as_bytes())
        .unwrap()
}

fn text(deltas: &[Delta]) -> String {
    deltas
        .iter()
        .filter_map(|delta| {
            if let Delta::Text(text) = delta {
                Some(text.as_str())
            } else {
                None
            }
        })
        .collect()
}

fn has(deltas: &[Delta], wanted: &Delta) -> bool {
    deltas.contains(wanted)
}

fn tool(index: u32, id: Option<&str>, name: Option<&str>, arguments: &str) -> Delta {
    Delta::ToolCall {
        index,
        id: id.map(str::to_owned),
        name: name.map(str::to_owned),
        arguments: arguments.to_owned(),
    }
}

#[test]
fn a_chat_completion_is_read() {
    let deltas = whole(
        Wire::OpenaiChat,
        &json!({
            "object": "chat.completion", "model": "m", "choices": [{"index": 0, "finish_reason": "tool_calls",
            "message": {"role": "assistant", "content": "hi", "reasoning_content": "hm", "refusal": null,
                "tool_calls": [{"id": "c", "type": "function", "function": {"name": "f", "arguments": "{}"}}]}}],
            "usage": {"prompt_tokens": 3, "completion_tokens": 2, "total_tokens": 5},
        }),
    );
    assert_eq!(text(&deltas), "hi");
    assert!(has(&deltas, &Delta::Reasoning("hm".into())));
    assert!(has(&deltas, &tool(0, Some("c"), Some("f"), "{}")));
    assert!(has(&deltas, &Delta::Finish(FinishReason::ToolCalls)));
    assert!(
        deltas
            .iter()
            .any(|delta| matches!(delta, Delta::Usage(usage) if usage.input_tokens() == 3))
    );
}

#[test]
fn a_response_is_read() {
    let deltas = whole(
        Wire::OpenaiResponses,
        &json!({
            "object": "response", "status": "completed", "model": "m", "error": null,
            "output": [{"type": "reasoning", "summary": [{"type": "summary_text", "text": "hm"}]},
                {"type": "message", "content": [{"type": "output_text", "text": "hi"}]}],
            "usage": {"input_tokens": 3, "output_tokens": 2, "total_tokens": 5},
        }),
    );
    assert_eq!(text(&deltas), "hi");
    assert!(has(&deltas, &Delta::Reasoning("hm".into())));
    assert!(has(&deltas, &Delta::Finish(FinishReason::Stop)));
    let failed = json!({"object": "response", "status": "failed", "output": [],
        "error": {"code": "server_error", "message": "x"}});
    let error = provider(Wire::OpenaiResponses).decode_whole(failed.to_string().as_bytes());
    assert_eq!(error.unwrap_err().kind, ErrorKind::Server);
}

#[test]
fn a_message_is_read() {
    let deltas = whole(
        Wire::Anthropic,
        &json!({
            "type": "message", "model": "m", "stop_reason": "tool_use",
            "content": [{"type": "thinking", "thinking": "hm", "signature": "s"}, {"type": "text", "text": "hi"},
                {"type": "tool_use", "id": "t", "name": "f", "input": {"a": 1}}],
            "usage": {"input_tokens": 3, "output_tokens": 2},
        }),
    );
    assert_eq!(text(&deltas), "hi");
    assert!(has(&deltas, &Delta::Reasoning("hm".into())));
    assert!(has(&deltas, &tool(0, Some("t"), Some("f"), "")));
    assert!(has(&deltas, &tool(0, None, None, "{\"a\":1}")));
    assert!(has(&deltas, &Delta::Finish(FinishReason::ToolCalls)));
}

#[test]
fn gemini_answers_with_an_object_or_with_an_array() {
    let one =
        json!({"candidates": [{"content": {"parts": [{"text": "hi"}]}, "finishReason": "STOP"}]});
    assert_eq!(text(&whole(Wire::Gemini, &one)), "hi");
    let array = json!([
        {"candidates": [{"content": {"parts": [{"text": "h"}]}}]},
        {"candidates": [{"content": {"parts": [{"text": "i"}]}, "finishReason": "MAX_TOKENS"}]},
    ]);
    let deltas = whole(Wire::Gemini, &array);
    assert_eq!(text(&deltas), "hi");
    assert!(has(&deltas, &Delta::Finish(FinishReason::Length)));
    let cut = json!([{"candidates": [{"content": {"parts": [{"text": "h"}]}}]}]);
    let error = provider(Wire::Gemini)
        .decode_whole(cut.to_string().as_bytes())
        .unwrap_err();
    assert_eq!(error.kind, ErrorKind::Truncated);
}

#[test]
fn an_event_stream_with_the_wrong_content_type_is_read_as_one() {
    let body = b"\xEF\xBB\xBF: hi\n\ndata: {\"choices\":[{\"delta\":{\"content\":\"hi\"},\"finish_reason\":\"stop\"}]}\n\ndata: [DONE]\n\n";
    assert_eq!(
        text(&provider(Wire::OpenaiChat).decode_whole(body).unwrap()),
        "hi"
    );
}

#[test]
fn what_is_no_answer_is_never_taken_for_one() {
    for wire in [
        Wire::OpenaiChat,
        Wire::OpenaiResponses,
        Wire::Anthropic,
        Wire::Gemini,
    ] {
        let kind = |body: &[u8]| {
            provider(wire)
                .decode_whole(body)
                .map_err(|error| error.kind)
        };
        assert_eq!(
            kind(b"\n <!DOCTYPE html><p>Sign in"),
            Err(ErrorKind::NotAnApi),
            "{wire:?}"
        );
        assert_eq!(
            kind(b"{\"hello\":\"world\"}"),
            Err(ErrorKind::Malformed),
            "{wire:?}"
        );
        assert_eq!(kind(b"hello"), Err(ErrorKind::Malformed), "{wire:?}");
        assert_eq!(
            kind(
                b"{\"type\":\"error\",\"error\":{\"type\":\"overloaded_error\",\"message\":\"x\"}}"
            ),
            Err(ErrorKind::Overloaded),
            "{wire:?}"
        );
        assert!(kind(b"").is_err(), "{wire:?}");
    }
}
