//! What arrives when nothing goes wrong.

use crate::client::{End, PATIENCE, ask, fold, fold_whole, send};
use serde_json::{Value, json};
use std::time::Duration;
use switchboard_sandbox::{Options, Sandbox, WIRES, Wire};

async fn sandbox() -> Sandbox {
    Sandbox::start(Options::default()).await.unwrap()
}

fn stop_word(wire: Wire) -> &'static str {
    match wire {
        Wire::OpenaiChat => "stop",
        Wire::OpenaiResponses => "completed",
        Wire::Anthropic => "end_turn",
        Wire::Gemini => "STOP",
    }
}

fn length_word(wire: Wire) -> &'static str {
    match wire {
        Wire::OpenaiChat => "length",
        Wire::OpenaiResponses => "max_output_tokens",
        Wire::Anthropic => "max_tokens",
        Wire::Gemini => "MAX_TOKENS",
    }
}

#[tokio::test]
async fn a_stream_and_a_whole_answer_say_the_same_in_every_format() {
    let sandbox = sandbox().await;
    let mut texts = Vec::new();
    for wire in WIRES {
        let question = ask("thinker?ttft=0&tps=max&tokens=120&reasoning=30");
        let reply = question.send(&sandbox, wire).await;
        assert_eq!((reply.status, reply.end), (200, End::Clean), "{wire:?}");
        assert_eq!(reply.headers["x-switchboard-simulated"], "1");
        assert!(reply.headers["content-type"].starts_with("text/event-stream"));
        let streamed = fold(wire, &reply);
        let whole = question.whole().send(&sandbox, wire).await;
        assert_eq!(whole.headers["content-type"], "application/json");
        let whole = fold_whole(wire, &whole.json());
        assert_eq!(streamed, whole, "{wire:?}");
        assert!(streamed.text.contains("tide tables"), "{}", streamed.text);
        assert!(!streamed.reasoning.is_empty());
        assert!(streamed.done);
        assert_eq!(streamed.finish.as_deref(), Some(stop_word(wire)));
        texts.push(streamed.text);
    }
    assert!(
        texts.windows(2).all(|two| two[0] == two[1]),
        "the formats differ in the text"
    );
}

#[tokio::test]
async fn the_length_is_near_what_was_asked_and_usage_agrees_with_the_text() {
    let sandbox = sandbox().await;
    for tokens in [40_u64, 150, 600, 3000] {
        let model = format!("steady?ttft=0&tps=max&tokens={tokens}");
        let reply = ask(&model).send(&sandbox, Wire::OpenaiChat).await;
        let pieces = reply
            .events()
            .iter()
            .filter(|event| {
                event
                    .pointer("/choices/0/delta/content")
                    .is_some_and(|text| text != "")
            })
            .count() as u64;
        let folded = fold(Wire::OpenaiChat, &reply);
        assert_eq!(folded.output, pieces);
        assert!(
            (tokens..tokens + 60).contains(&pieces),
            "{tokens} asked, {pieces} sent"
        );
        assert!(
            folded.text.ends_with(['.', '!', '?', '`']),
            "{}",
            folded.text
        );
    }
}

#[tokio::test]
async fn the_same_seed_gives_the_same_bytes_and_another_does_not() {
    let wire = Wire::Anthropic;
    let (one, two) = (sandbox().await, sandbox().await);
    let question = ask("steady?ttft=0&tps=max&seed=7");
    let first = question.send(&one, wire).await.body();
    assert_eq!(first, question.send(&two, wire).await.body());
    assert_ne!(
        first,
        ask("steady?ttft=0&tps=max&seed=8")
            .send(&one, wire)
            .await
            .body()
    );
    let other = Sandbox::start(Options { port: 0, seed: 9 }).await.unwrap();
    assert_ne!(first, question.send(&other, wire).await.body());
}

#[tokio::test]
async fn the_token_limit_of_the_request_cuts_the_answer() {
    let sandbox = sandbox().await;
    for wire in WIRES {
        let mut question = ask("steady?ttft=0&tps=max&tokens=300");
        question.max_tokens = Some(25);
        let folded = fold(wire, &question.send(&sandbox, wire).await);
        assert_eq!(
            (folded.finish.as_deref(), folded.output),
            (Some(length_word(wire)), 25)
        );
    }
}

#[tokio::test]
async fn a_json_answer_fits_the_schema_of_the_request() {
    let sandbox = sandbox().await;
    for wire in WIRES {
        let mut question = ask("steady?ttft=0&tps=max");
        question.schema = Some(json!({
            "type": "object",
            "properties": {
                "title": { "type": "string" },
                "score": { "type": "integer", "minimum": 1, "maximum": 5 },
            },
            "required": ["title", "score"], "additionalProperties": false,
        }));
        let folded = fold(wire, &question.send(&sandbox, wire).await);
        let value: Value = serde_json::from_str(&folded.text).unwrap();
        assert_eq!(value.as_object().unwrap().len(), 2, "{wire:?}");
        assert!((1..=5).contains(&value["score"].as_i64().unwrap()));
    }
    let folded = fold(
        Wire::OpenaiChat,
        &ask("json?tps=max").send(&sandbox, Wire::OpenaiChat).await,
    );
    assert_eq!(
        serde_json::from_str::<Value>(&folded.text).unwrap()["topic"],
        "tide tables work"
    );
}

#[tokio::test]
async fn an_offered_tool_is_called_with_arguments_that_fit() {
    let sandbox = sandbox().await;
    for wire in WIRES {
        let mut question = ask("tools?ttft=0&tps=max");
        question.tool = Some(
            json!({ "type": "object", "properties": { "city": { "type": "string" } }, "required": ["city"] }),
        );
        let streamed = fold(wire, &question.send(&sandbox, wire).await);
        let arguments: Value = serde_json::from_str(&streamed.arguments).unwrap();
        assert_eq!(arguments, json!({ "city": "Oslo" }), "{wire:?}");
        assert_eq!(streamed.text, "");
        let whole = question.whole().send(&sandbox, wire).await.json();
        assert_eq!(fold_whole(wire, &whole).arguments, streamed.arguments);
    }
}

#[tokio::test]
async fn after_a_tools_result_comes_text() {
    let sandbox = sandbox().await;
    let body = json!({ "model": "tools?ttft=0&tps=max", "messages": [
        { "role": "user", "content": "How warm is it in Oslo?" },
        { "role": "assistant", "content": null, "tool_calls": [{ "id": "c", "type": "function", "function": { "name": "look", "arguments": "{}" } }] },
        { "role": "tool", "tool_call_id": "c", "content": "12 degrees" },
    ], "tools": [{ "type": "function", "function": { "name": "look", "parameters": {} } }] });
    let body = body.to_string();
    let reply = send(
        &sandbox,
        "POST",
        "/v1/chat/completions",
        &[],
        body.as_bytes(),
        PATIENCE,
    )
    .await;
    let folded = fold_whole(Wire::OpenaiChat, &reply.json());
    assert!(
        folded.text.starts_with("The tool returned `12 degrees`."),
        "{}",
        folded.text
    );
    assert_eq!(folded.finish.as_deref(), Some("stop"));
}

#[tokio::test]
async fn tokens_arrive_one_by_one_at_the_speed_of_the_script() {
    let sandbox = sandbox().await;
    let mut question =
        ask("steady?ttft=60&tps=200&say=one two three four five six seven eight nine ten");
    question.patience = Duration::from_secs(2);
    let reply = question.send(&sandbox, Wire::OpenaiChat).await;
    let elapsed = reply.elapsed.as_millis();
    assert!(
        (60 + 30..1500).contains(&elapsed),
        "{elapsed} ms for 10 tokens at 200/s after 60 ms"
    );
    assert!(
        reply.headers_after < Duration::from_millis(55),
        "headers come at once"
    );
    assert_eq!(
        fold(Wire::OpenaiChat, &reply).text,
        "one two three four five six seven eight nine ten"
    );
    // Opening, ten words, finish, usage, [DONE].
    assert_eq!(reply.chunks.len(), 13, "{:#?}", reply.text());
}

#[tokio::test]
async fn usage_is_streamed_by_openai_only_when_asked_for() {
    let sandbox = sandbox().await;
    let body = json!({ "model": "instant", "stream": true, "messages": [{ "role": "user", "content": "hi" }] }).to_string();
    let reply = send(
        &sandbox,
        "POST",
        "/v1/chat/completions",
        &[],
        body.as_bytes(),
        PATIENCE,
    )
    .await;
    assert!(!reply.text().contains("\"usage\""));
    assert!(reply.text().ends_with("data: [DONE]\n\n"));
}

#[tokio::test]
async fn cached_input_is_counted_as_each_provider_counts_it() {
    let sandbox = sandbox().await;
    let question = ask("instant?cached=3").whole();
    let chat = question.send(&sandbox, Wire::OpenaiChat).await.json();
    let input = chat["usage"]["prompt_tokens"].as_u64().unwrap();
    assert_eq!(chat["usage"]["prompt_tokens_details"]["cached_tokens"], 3);
    let anthropic = question.send(&sandbox, Wire::Anthropic).await.json();
    assert_eq!(
        anthropic["usage"]["input_tokens"].as_u64().unwrap() + 3,
        input
    );
    let gemini = question.send(&sandbox, Wire::Gemini).await.json();
    assert_eq!(gemini["usageMetadata"]["cachedContentTokenCount"], 3);
}

#[tokio::test]
async fn the_model_lists_say_that_they_are_simulated_in_each_form() {
    let sandbox = sandbox().await;
    let list = |path: &'static str, headers: &'static [(&'static str, &'static str)]| {
        let sandbox = &sandbox;
        async move {
            send(sandbox, "GET", path, headers, b"", PATIENCE)
                .await
                .json()
        }
    };
    let openai = list("/v1/models", &[]).await;
    assert_eq!(openai["object"], "list");
    assert_eq!(openai["data"][0]["id"], "swift");
    assert_eq!(openai["data"][0]["simulated"], true);
    let anthropic = list("/v1/models", &[("anthropic-version", "2023-06-01")]).await;
    assert_eq!(anthropic["data"][0]["display_name"], "swift (simulated)");
    let gemini = list("/v1beta/models", &[("x-goog-api-key", "k")]).await;
    assert_eq!(gemini["models"][0]["name"], "models/swift");
    assert_eq!(list("/v1/models/steady", &[]).await["id"], "steady");
    let home = send(&sandbox, "GET", "/", &[], b"", PATIENCE).await;
    assert!(home.text().contains("Nothing here calls a model"));
}

#[tokio::test]
async fn a_request_that_no_provider_would_take_is_refused_with_the_field() {
    let sandbox = sandbox().await;
    let post =
        |path: &'static str, headers: &'static [(&'static str, &'static str)], body: Value| {
            let sandbox = &sandbox;
            async move {
                send(
                    sandbox,
                    "POST",
                    path,
                    headers,
                    body.to_string().as_bytes(),
                    PATIENCE,
                )
                .await
            }
        };
    let chat = "/v1/chat/completions";
    let reply = post(chat, &[], json!({ "messages": [] })).await;
    assert_eq!(
        (reply.status, &reply.json()["error"]["param"]),
        (400, &json!("model"))
    );
    let reply = post(chat, &[], json!({ "model": "swift", "messages": [] })).await;
    assert_eq!(
        (reply.status, &reply.json()["error"]["param"]),
        (400, &json!("messages"))
    );
    let hello = json!([{ "role": "user", "content": "hi" }]);
    let reply = post(
        "/v1/messages",
        &[("anthropic-version", "1")],
        json!({ "model": "swift", "messages": hello }),
    )
    .await;
    assert_eq!(
        reply.json()["error"]["message"],
        "max_tokens: Field required (simulated)"
    );
    let reply = post(
        "/v1/messages",
        &[],
        json!({ "model": "swift", "max_tokens": 9, "messages": hello }),
    )
    .await;
    assert_eq!(
        (reply.status, &reply.json()["type"]),
        (400, &json!("error"))
    );
    let reply = post(chat, &[], json!({ "model": "gpt-9", "messages": hello })).await;
    assert_eq!(
        (reply.status, &reply.json()["error"]["code"]),
        (404, &json!("model_not_found"))
    );
    let reply = post(
        chat,
        &[],
        json!({ "model": "swift?ttft=x", "messages": hello }),
    )
    .await;
    assert!(
        reply.json()["error"]["message"]
            .as_str()
            .unwrap()
            .contains("milliseconds")
    );
    let reply = post(
        chat,
        &[],
        json!({ "model": "swift?reject=temperature", "temperature": 1, "messages": hello }),
    )
    .await;
    assert_eq!(reply.json()["error"]["param"], "temperature");
    let reply = post("/v1/v1/chat/completions", &[], json!({})).await;
    assert_eq!(reply.status, 404);
    let reply = send(&sandbox, "POST", chat, &[], b"{", PATIENCE).await;
    assert_eq!(reply.status, 400);
}

#[tokio::test]
async fn a_body_beyond_the_bound_is_refused() {
    let sandbox = sandbox().await;
    let body = vec![b' '; switchboard_sandbox::MAX_BODY + 1];
    let reply = send(
        &sandbox,
        "POST",
        "/v1/chat/completions",
        &[],
        &body,
        Duration::from_secs(10),
    )
    .await;
    assert_eq!(reply.status, 413);
}

#[tokio::test]
async fn stopping_lets_a_short_answer_end_and_dropping_ends_at_once() {
    let sandbox = sandbox().await;
    let address = sandbox.address();
    let journal = sandbox.journal();
    let question = ask("steady?ttft=100&tps=max&tokens=20");
    let (reply, ()) = tokio::join!(question.send(&sandbox, Wire::OpenaiChat), async {
        journal.wait_for(|entries| entries.len() == 1).await;
    });
    assert!(fold(Wire::OpenaiChat, &reply).done);
    sandbox.stop().await;
    assert!(tokio::net::TcpStream::connect(address).await.is_err());
}
