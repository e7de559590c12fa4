//! What arrives when something goes wrong, fault by fault, in every format.

use crate::client::{End, PATIENCE, Reply, ask, fold, fold_whole};
use serde_json::Value;
use std::time::Duration;
use switchboard_sandbox::{Fault, Options, Sandbox, Strikes, WIRES, Wire};

async fn sandbox() -> Sandbox {
    Sandbox::start(Options::default()).await.unwrap()
}

const FAST: &str = "ttft=0&tps=max&tokens=60";

async fn play(sandbox: &Sandbox, wire: Wire, fault: &str) -> Reply {
    ask(&format!("steady?{FAST}&fault={fault}"))
        .send(sandbox, wire)
        .await
}

/// Returns where a provider's errors say what happened.
fn code(wire: Wire, reply: &Reply) -> String {
    let body = reply.json();
    let place = match wire {
        Wire::OpenaiChat | Wire::OpenaiResponses => "/error/code",
        Wire::Anthropic => "/error/type",
        Wire::Gemini => "/error/status",
    };
    body.pointer(place)
        .and_then(Value::as_str)
        .unwrap_or_default()
        .to_owned()
}

#[tokio::test]
async fn every_error_status_comes_in_the_providers_own_form() {
    let sandbox = sandbox().await;
    let openai = |status, code| (status, code);
    // fault, OpenAI, Anthropic, Gemini
    let table = [
        (
            "429",
            openai(429, "rate_limit_exceeded"),
            (429, "rate_limit_error"),
            (429, "RESOURCE_EXHAUSTED"),
        ),
        (
            "429-no-hint",
            openai(429, "rate_limit_exceeded"),
            (429, "rate_limit_error"),
            (429, "RESOURCE_EXHAUSTED"),
        ),
        (
            "429-daily",
            openai(429, "rate_limit_exceeded"),
            (429, "rate_limit_error"),
            (429, "RESOURCE_EXHAUSTED"),
        ),
        (
            "billing",
            openai(429, "insufficient_quota"),
            (400, "invalid_request_error"),
            (403, "PERMISSION_DENIED"),
        ),
        (
            "400",
            openai(400, "invalid_value"),
            (400, "invalid_request_error"),
            (400, "INVALID_ARGUMENT"),
        ),
        (
            "401",
            openai(401, "invalid_api_key"),
            (401, "authentication_error"),
            (400, "INVALID_ARGUMENT"),
        ),
        (
            "403",
            openai(403, "insufficient_permissions"),
            (403, "permission_error"),
            (403, "PERMISSION_DENIED"),
        ),
        (
            "404",
            openai(404, "model_not_found"),
            (404, "not_found_error"),
            (404, "NOT_FOUND"),
        ),
        (
            "408",
            openai(408, ""),
            (408, "timeout_error"),
            (408, "DEADLINE_EXCEEDED"),
        ),
        (
            "413",
            openai(413, ""),
            (413, "request_too_large"),
            (413, "INVALID_ARGUMENT"),
        ),
        (
            "500",
            openai(500, "server_error"),
            (500, "api_error"),
            (500, "INTERNAL"),
        ),
        (
            "503",
            openai(503, ""),
            (503, "api_error"),
            (503, "UNAVAILABLE"),
        ),
        (
            "529",
            openai(529, ""),
            (529, "overloaded_error"),
            (529, "UNAVAILABLE"),
        ),
        (
            "context",
            openai(400, "context_length_exceeded"),
            (400, "invalid_request_error"),
            (400, "INVALID_ARGUMENT"),
        ),
        (
            "filter",
            openai(400, "content_filter"),
            (400, "invalid_request_error"),
            (200, ""),
        ),
    ];
    for (fault, openai, anthropic, gemini) in table {
        for wire in WIRES {
            let expected = match wire {
                Wire::OpenaiChat | Wire::OpenaiResponses => openai,
                Wire::Anthropic => anthropic,
                Wire::Gemini => gemini,
            };
            for streamed in [true, false] {
                let mut question = ask(&format!("steady?{FAST}&fault={fault}"));
                question.stream = streamed;
                let reply = question.send(&sandbox, wire).await;
                assert_eq!(reply.end, End::Clean);
                assert_eq!(reply.headers["x-switchboard-simulated"], "1");
                if reply.status == 200 {
                    assert!(
                        reply.text().contains("\"blockReason\":\"SAFETY\""),
                        "{fault} {wire:?}"
                    );
                    continue;
                }
                assert_eq!(
                    (reply.status, code(wire, &reply).as_str()),
                    expected,
                    "{fault} {wire:?}"
                );
                assert!(reply.text().contains("(simulated)"), "{fault} {wire:?}");
            }
        }
    }
    let tried: Vec<_> = table
        .iter()
        .map(|row| row.0)
        .chain(["502", "504", "html", "not-json"])
        .collect();
    for fault in Fault::ALL
        .iter()
        .filter(|fault| fault.strikes() == Strikes::Status)
    {
        assert!(
            tried.contains(&fault.name()),
            "{} is not tried",
            fault.name()
        );
    }
}

#[tokio::test]
async fn a_429_says_when_to_come_back_or_does_not() {
    let sandbox = sandbox().await;
    for wire in WIRES {
        let reply = play(&sandbox, wire, "429&hint=1200").await;
        assert_eq!(reply.headers["retry-after"], "2", "{wire:?}");
        match wire {
            Wire::OpenaiChat | Wire::OpenaiResponses => {
                assert_eq!(reply.headers["retry-after-ms"], "1200");
                assert_eq!(reply.headers["x-ratelimit-remaining-requests"], "0");
            }
            Wire::Anthropic => {
                assert_eq!(reply.headers["anthropic-ratelimit-requests-remaining"], "0")
            }
            Wire::Gemini => assert!(reply.text().contains("\"retryDelay\":\"1.2s\"")),
        }
        let reply = play(&sandbox, wire, "429-no-hint").await;
        assert!(!reply.headers.contains_key("retry-after"));
        assert!(!reply.text().contains("retryDelay"));
        let reply = play(&sandbox, wire, "429-daily").await;
        assert_eq!(reply.headers["retry-after"], "39600");
    }
}

#[tokio::test]
async fn a_proxys_pages_are_html_whatever_the_format() {
    let sandbox = sandbox().await;
    for wire in WIRES {
        for (fault, status) in [("502", 502), ("504", 504), ("html", 200)] {
            let reply = play(&sandbox, wire, fault).await;
            assert_eq!(reply.status, status);
            assert!(reply.headers["content-type"].starts_with("text/html"));
            assert!(reply.text().starts_with("<!DOCTYPE html>"));
        }
        let reply = play(&sandbox, wire, "not-json").await;
        assert_eq!(
            (reply.status, reply.text().as_str()),
            (200, "It works! (simulated)\n")
        );
    }
}

#[tokio::test]
async fn once_means_one_failure_before_each_answer() {
    let sandbox = sandbox().await;
    for wire in WIRES {
        let question = ask(&format!("steady?{FAST}&fault=500-once&seed={}", wire as u8));
        let mut statuses = Vec::new();
        for _ in 0..4 {
            statuses.push(question.send(&sandbox, wire).await.status);
        }
        assert_eq!(statuses, [500, 200, 500, 200], "{wire:?}");
        let mut question = question;
        question.headers.push(("x-switchboard-scenario", "one"));
        let mut statuses = Vec::new();
        for _ in 0..3 {
            statuses.push(question.send(&sandbox, wire).await.status);
        }
        assert_eq!(statuses, [500, 200, 200], "{wire:?}");
    }
}

#[tokio::test]
async fn no_headers_come_from_a_reset_a_hangup_and_silence() {
    let sandbox = sandbox().await;
    for wire in WIRES {
        for (fault, end) in [
            ("reset", End::Reset),
            ("hangup", End::Closed),
            ("silence", End::Silent),
        ] {
            let reply = play(&sandbox, wire, fault).await;
            assert_eq!((reply.status, reply.end), (0, end), "{fault} {wire:?}");
        }
        let reply = play(&sandbox, wire, "slow-headers&wait=120").await;
        assert!(
            reply.headers_after >= Duration::from_millis(115),
            "{:?}",
            reply.headers_after
        );
        assert!(fold(wire, &reply).done);
    }
}

#[tokio::test]
async fn a_slow_start_has_headers_but_no_token() {
    let sandbox = sandbox().await;
    for wire in WIRES {
        for fault in ["slow-start", "keep-alive", "role-only"] {
            let reply = play(&sandbox, wire, &format!("{fault}&wait=60000")).await;
            assert_eq!(
                (reply.status, reply.end),
                (200, End::Silent),
                "{fault} {wire:?}"
            );
            assert_eq!(fold(wire, &reply).text, "");
            match fault {
                "slow-start" => assert_eq!(reply.text(), ""),
                "keep-alive" => assert!(reply.text().starts_with(": keep-alive\n\n")),
                _ => assert!(!reply.events().is_empty(), "{wire:?}"),
            }
            let reply = play(&sandbox, wire, &format!("{fault}&wait=100")).await;
            assert!(fold(wire, &reply).done, "after the wait the answer comes");
        }
    }
}

#[tokio::test]
async fn an_answer_that_breaks_in_the_middle_has_no_end() {
    let sandbox = sandbox().await;
    for wire in WIRES {
        for (fault, end) in [
            ("cut", End::Closed),
            ("reset-middle", End::Reset),
            ("stall", End::Silent),
            ("no-end", End::Clean),
        ] {
            let reply = play(&sandbox, wire, fault).await;
            let folded = fold(wire, &reply);
            assert_eq!((reply.status, reply.end), (200, end), "{fault} {wire:?}");
            // A reset may overtake bytes that were not read yet.
            assert!(
                !folded.text.is_empty() || fault == "reset-middle",
                "{fault} {wire:?}"
            );
            assert_eq!(
                (folded.done, folded.finish),
                (false, None),
                "{fault} {wire:?}"
            );
            let whole = ask(&format!("steady?{FAST}&fault={fault}"))
                .whole()
                .send(&sandbox, wire)
                .await;
            assert_eq!(whole.end, end, "{fault} {wire:?}");
            assert!(
                serde_json::from_slice::<Value>(&whole.body()).is_err(),
                "{fault} {wire:?}"
            );
        }
    }
}

#[tokio::test]
async fn where_the_middle_is_can_be_said() {
    let sandbox = sandbox().await;
    let reply = play(
        &sandbox,
        Wire::OpenaiChat,
        "stall&after=2&say=one two three four",
    )
    .await;
    assert_eq!(fold(Wire::OpenaiChat, &reply).text, "one two");
    let reply = play(
        &sandbox,
        Wire::OpenaiChat,
        "cut&after=9&say=one two three four",
    )
    .await;
    let folded = fold(Wire::OpenaiChat, &reply);
    assert_eq!(
        (folded.text.as_str(), folded.finish),
        ("one two three four", None)
    );
}

#[tokio::test]
async fn a_broken_chunk_an_error_event_and_a_filter_come_in_the_middle() {
    let sandbox = sandbox().await;
    for wire in WIRES {
        let reply = play(&sandbox, wire, "malformed").await;
        assert!(reply.text().contains("oops\n\n"));
        assert!(fold(wire, &reply).done, "what follows is whole");

        let reply = play(&sandbox, wire, "error-event").await;
        let folded = fold(wire, &reply);
        assert!(
            folded.error.unwrap().contains("The server had an error"),
            "{wire:?}"
        );
        assert!(!folded.done && !folded.text.is_empty());
        let whole = ask("steady?fault=error-event")
            .whole()
            .send(&sandbox, wire)
            .await;
        assert_eq!(whole.status, 500);

        let reply = play(&sandbox, wire, "filter-middle").await;
        let folded = fold(wire, &reply);
        let word = match wire {
            Wire::OpenaiChat | Wire::OpenaiResponses => "content_filter",
            Wire::Anthropic => "refusal",
            Wire::Gemini => "SAFETY",
        };
        assert_eq!(folded.finish.as_deref(), Some(word), "{wire:?}");
        assert!(!folded.text.is_empty());

        let mut question = ask(&format!("steady?{FAST}&fault=huge&size=300"));
        question.patience = Duration::from_secs(5);
        let reply = question.send(&sandbox, wire).await;
        assert!(
            reply.chunks.iter().any(|chunk| chunk.len() > 300 * 1024),
            "{wire:?}"
        );
        assert!(fold(wire, &reply).done);
    }
}

#[tokio::test]
async fn bytes_dribble_in() {
    let sandbox = sandbox().await;
    for wire in WIRES {
        let mut question = ask(&format!("steady?{FAST}&fault=dribble"));
        question.patience = Duration::from_millis(30);
        let reply = question.send(&sandbox, wire).await;
        assert_eq!(reply.end, End::Silent, "50 ms between dribbled bytes");
        assert!(fold(wire, &reply).text.split_whitespace().count() <= 2);
    }
}

#[tokio::test]
async fn peculiar_forms_carry_the_whole_answer() {
    let sandbox = sandbox().await;
    for wire in WIRES {
        for fault in ["utf8-cut", "crlf", "missing-done"] {
            let mut question = ask(&format!("steady?{FAST}&fault={fault}&seed=3"));
            question.patience = Duration::from_secs(2);
            let reply = question.send(&sandbox, wire).await;
            let folded = fold(wire, &reply);
            assert_eq!(reply.end, End::Clean);
            assert!(folded.finish.is_some(), "{fault} {wire:?}");
            let mut question = question.whole();
            question.model = question
                .model
                .replace("missing-done", "none")
                .replace("crlf", "none");
            let whole = question.send(&sandbox, wire).await;
            assert_eq!(
                folded.text,
                fold_whole(wire, &whole.json()).text,
                "{fault} {wire:?}"
            );
            match fault {
                "utf8-cut" => {
                    let broken = reply
                        .chunks
                        .iter()
                        .any(|part| std::str::from_utf8(part).is_err());
                    assert!(broken && folded.text.contains("東京, Ελλάδα"));
                }
                "crlf" => {
                    assert!(reply.chunks.iter().any(|part| part.ends_with(b"\r")));
                    assert!(!reply.text().replace("\r\n", "").contains('\n'));
                }
                _ => assert!(
                    !reply.text().contains("[DONE]") && !reply.text().contains("message_stop")
                ),
            }
        }
        let reply = play(&sandbox, wire, "not-streamed").await;
        assert_eq!(reply.headers["content-type"], "application/json");
        assert!(!fold_whole(wire, &reply.json()).text.is_empty());
    }
}

#[tokio::test]
async fn useless_answers_end_properly() {
    let sandbox = sandbox().await;
    for wire in WIRES {
        let folded = fold(wire, &play(&sandbox, wire, "empty").await);
        assert!(folded.done && folded.text.is_empty(), "{wire:?}");
        for (fault, parses) in [("invalid-json", false), ("wrong-json", true)] {
            let folded = fold(wire, &play(&sandbox, wire, fault).await);
            assert!(folded.done && folded.text.starts_with('{'), "{wire:?}");
            assert_eq!(
                serde_json::from_str::<Value>(&folded.text).is_ok(),
                parses,
                "{fault}"
            );
        }
    }
}

#[tokio::test]
async fn every_fault_leaves_the_simulator_able_to_answer() {
    let sandbox = sandbox().await;
    for fault in Fault::ALL {
        let mut question = ask(&format!(
            "steady?{FAST}&wait=30&size=64&fault={}",
            fault.name()
        ));
        question.patience = Duration::from_millis(40);
        let _ = question.send(&sandbox, Wire::OpenaiChat).await;
    }
    let mut question = ask(&format!("steady?{FAST}"));
    question.patience = PATIENCE * 4;
    assert!(
        fold(
            Wire::OpenaiChat,
            &question.send(&sandbox, Wire::OpenaiChat).await
        )
        .done
    );
}
