//! A provider's own events, passed on to clients that speak its API.

use crate::world::{World, chat, events, provider, text_of, world, world_of};
use axum::Router;
use axum::body::Body;
use axum::http::header::CONTENT_TYPE;
use serde_json::{Value, json};
use std::convert::Infallible;
use std::time::Duration;

/// A provider that answers everything with the same text.
pub(crate) async fn odd(kind: &'static str, body: &'static str) -> String {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let router = Router::new().fallback(move || async move { ([(CONTENT_TYPE, kind)], body) });
    // It ends with the test.
    tokio::spawn(async move { axum::serve(listener, router).await });
    format!("http://{address}")
}

/// A provider that sends the second piece of its stream after a while.
pub(crate) async fn odd_after(pieces: [&'static str; 2], wait: Duration) -> String {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let answer = move || async move {
        let stream = futures_util::stream::unfold(0, move |at| async move {
            if at == 1 {
                tokio::time::sleep(wait).await;
            }
            let piece = pieces.get(at)?;
            Some((Ok::<_, Infallible>(*piece), at + 1))
        });
        (
            [(CONTENT_TYPE, "text/event-stream")],
            Body::from_stream(stream),
        )
    };
    let router = Router::new().fallback(answer);
    // It ends with the test.
    tokio::spawn(async move { axum::serve(listener, router).await });
    format!("http://{address}")
}

async fn world_of_odd(wire: &str, body: &'static str) -> World {
    let base_url = odd("text/event-stream", body).await;
    world_of(&provider("odd", wire, &base_url)).await
}

fn data(events: &[(String, Value)]) -> Vec<&Value> {
    events.iter().map(|(_, data)| data).collect()
}

pub(crate) const CHAT: &str = r#"data: {"id":"c1","created":5,"model":"m-2026","service_tier":"flex","choices":[{"index":0,"delta":{"role":"assistant","content":""},"finish_reason":null}]}

data: {"id":"c1","created":5,"model":"m-2026","choices":[{"index":0,"delta":{"content":"Blue","annotations":[{"x":1}]},"logprobs":{"content":[]},"finish_reason":null}]}

data: {"id":"c1","created":5,"model":"m-2026","choices":[{"index":0,"delta":{},"finish_reason":"stop","stop_reason":7}]}

data: {"id":"c1","created":5,"model":"m-2026","choices":[],"usage":{"prompt_tokens":9,"completion_tokens":1,"total_tokens":10,"extra":{"y":2}}}

data: [DONE]

"#;

#[tokio::test]
async fn a_chat_stream_of_the_same_api_comes_as_the_provider_sent_it() {
    let world = world_of_odd("openai_chat", CHAT).await;
    let chunks = world
        .stream("/v1/chat/completions", chat("odd/m", true))
        .await;
    assert_eq!(data(&chunks), data(&events(CHAT)));

    // Usage is left out where it was not asked for.
    let mut body = chat("odd/m", true);
    body.as_object_mut().unwrap().remove("stream_options");
    let chunks = world.stream("/v1/chat/completions", body).await;
    let mut expected = events(CHAT);
    expected.remove(3);
    assert_eq!(chunks, expected);

    // Whole, it is the same in one piece.
    let (_, whole) = world
        .json("/v1/chat/completions", chat("odd/m", false))
        .await;
    let expected = json!({
        "id": "c1", "created": 5, "model": "m-2026", "service_tier": "flex", "object": "chat.completion",
        "choices": [{
            "index": 0, "logprobs": {"content": []}, "finish_reason": "stop", "stop_reason": 7,
            "message": {"role": "assistant", "content": "Blue", "refusal": null, "annotations": [{"x": 1}]},
        }],
        "usage": {"prompt_tokens": 9, "completion_tokens": 1, "total_tokens": 10, "extra": {"y": 2}},
    });
    assert_eq!(whole, expected);

    // Another API's client gets the same answer in its own form.
    let asked =
        json!({"model": "odd/m", "max_tokens": 9, "messages": [{"role": "user", "content": "hi"}]});
    let (_, whole) = world.json("/v1/messages", asked).await;
    assert_eq!(whole["content"][0]["text"], "Blue");
}

#[tokio::test]
async fn what_a_provider_leaves_out_of_its_end_is_added() {
    const CUT: &str = r#"data: {"id":"c1","model":"m","choices":[{"index":0,"delta":{"content":"Blue"}}]}

data: {"id":"c1","model":"m","choices":[{"index":0,"delta":{},"finish_reason":"stop"}]}

"#;
    let world = world_of_odd("openai_chat", CUT).await;
    let chunks = world
        .stream("/v1/chat/completions", chat("odd/m", true))
        .await;
    assert_eq!(chunks[..2], events(CUT));
    assert_eq!(chunks[2].1["id"], "c1");
    assert!(chunks[2].1["usage"]["completion_tokens"].as_u64().unwrap() > 0);
    assert_eq!(chunks[3].1, "[DONE]");
}

#[tokio::test]
async fn every_api_passes_its_own_providers_events_on() {
    let world = world().await;
    let hello = json!([{"role": "user", "content": "hello"}]);
    let model =
        |provider: &str| format!("{provider}/steady?ttft=1&tps=max&tokens=30&seed=7&reasoning=10");
    // What the simulator sends to one who asks it without a gateway between.
    let direct = |path: String, body: Value| {
        let request = world
            .http
            .post(format!("{}{path}", world.upstream.base_url()));
        let request = request
            .header("anthropic-version", "2023-06-01")
            .body(body.to_string());
        async move { events(&request.send().await.unwrap().text().await.unwrap()) }
    };
    for (provider, path, body) in [
        ("up-chat", "/v1/chat/completions", chat("", true)),
        (
            "up-responses",
            "/v1/responses",
            json!({"input": "hello", "stream": true}),
        ),
        (
            "up-anthropic",
            "/v1/messages",
            json!({"max_tokens": 999, "stream": true, "messages": hello}),
        ),
    ] {
        let (mut ours, mut theirs) = (body.clone(), body);
        ours["model"] = model(provider).into();
        theirs["model"] = model(provider).split_once('/').unwrap().1.into();
        let passed = world.stream(path, ours).await;
        assert_eq!(passed, direct(path.to_owned(), theirs).await, "{provider}");
    }
    let body = json!({"contents": [{"role": "user", "parts": [{"text": "hello"}]}]});
    let path = |model: &str| {
        let model = model.replace('/', "%2F").replace('?', "%3F");
        format!("/v1beta/models/{model}:streamGenerateContent?alt=sse")
    };
    let named = model("up-gemini");
    let passed = world.stream(&path(&named), body.clone()).await;
    let theirs = path(named.split_once('/').unwrap().1);
    assert_eq!(passed, direct(theirs, body.clone()).await);

    // Without `alt=sse` the same comes as one JSON array.
    let ours = path(&named).replace("?alt=sse", "");
    let (status, list) = world.json(&ours, body).await;
    assert_eq!(status, 200);
    assert_eq!(
        list.as_array().unwrap().iter().collect::<Vec<_>>(),
        data(&passed)
    );
}

#[tokio::test]
async fn a_whole_message_keeps_signatures_citations_and_unknown_blocks() {
    const MESSAGE: &str = r#"event: message_start
data: {"type":"message_start","message":{"id":"msg_1","type":"message","role":"assistant","model":"m","content":[],"stop_reason":null,"usage":{"input_tokens":3,"output_tokens":1,"service_tier":"standard"}}}

event: content_block_start
data: {"type":"content_block_start","index":0,"content_block":{"type":"thinking","thinking":"","signature":""}}

event: content_block_delta
data: {"type":"content_block_delta","index":0,"delta":{"type":"thinking_delta","thinking":"Hm."}}

event: content_block_delta
data: {"type":"content_block_delta","index":0,"delta":{"type":"signature_delta","signature":"c2ln"}}

event: content_block_stop
data: {"type":"content_block_stop","index":0}

event: content_block_start
data: {"type":"content_block_start","index":1,"content_block":{"type":"server_tool_use","id":"st_1","name":"web_search","input":{}}}

event: content_block_delta
data: {"type":"content_block_delta","index":1,"delta":{"type":"input_json_delta","partial_json":"{\"query\":\"sky\"}"}}

event: content_block_stop
data: {"type":"content_block_stop","index":1}

event: content_block_start
data: {"type":"content_block_start","index":2,"content_block":{"type":"text","text":""}}

event: content_block_delta
data: {"type":"content_block_delta","index":2,"delta":{"type":"text_delta","text":"Bl"}}

event: content_block_delta
data: {"type":"content_block_delta","index":2,"delta":{"type":"text_delta","text":"ue"}}

event: content_block_delta
data: {"type":"content_block_delta","index":2,"delta":{"type":"citations_delta","citation":{"url":"https://a.example"}}}

event: content_block_stop
data: {"type":"content_block_stop","index":2}

event: message_delta
data: {"type":"message_delta","delta":{"stop_reason":"end_turn","stop_sequence":null,"container":{"id":"c"}},"usage":{"output_tokens":9}}

event: message_stop
data: {"type":"message_stop"}

"#;
    let world = world_of_odd("anthropic", MESSAGE).await;
    let asked =
        json!({"model": "odd/m", "max_tokens": 9, "messages": [{"role": "user", "content": "hi"}]});
    let (_, whole) = world.json("/v1/messages", asked).await;
    let expected = json!({
        "id": "msg_1", "type": "message", "role": "assistant", "model": "m", "stop_reason": "end_turn",
        "content": [
            {"type": "thinking", "thinking": "Hm.", "signature": "c2ln"},
            {"type": "server_tool_use", "id": "st_1", "name": "web_search", "input": {"query": "sky"}},
            {"type": "text", "text": "Blue", "citations": [{"url": "https://a.example"}]},
        ],
        "usage": {"input_tokens": 3, "output_tokens": 9, "service_tier": "standard"}, "container": {"id": "c"},
    });
    assert_eq!(whole, expected);
}

#[tokio::test]
async fn a_whole_gemini_answer_keeps_what_stands_beside_its_text() {
    const ANSWER: &str = r#"data: {"candidates":[{"content":{"role":"model","parts":[{"text":"Bl"}]},"index":0}],"modelVersion":"m"}

data: {"candidates":[{"content":{"role":"model","parts":[{"text":"ue"},{"executableCode":{"code":"1"}},{"functionCall":{"name":"f","args":{}},"thoughtSignature":"c2ln"}]},"index":0}]}

data: {"candidates":[{"content":{"role":"model","parts":[{"text":""}]},"finishReason":"STOP","groundingMetadata":{"x":1}}],"usageMetadata":{"promptTokenCount":3,"candidatesTokenCount":2,"totalTokenCount":5}}

"#;
    let world = world_of_odd("gemini", ANSWER).await;
    let body = json!({"contents": [{"role": "user", "parts": [{"text": "hi"}]}]});
    let (_, whole) = world
        .json("/v1beta/models/odd%2Fm:generateContent", body)
        .await;
    let candidate = &whole["candidates"][0];
    assert_eq!(candidate["groundingMetadata"], json!({"x": 1}), "{whole}");
    assert_eq!(candidate["finishReason"], "STOP");
    assert_eq!(candidate["content"]["parts"][0], json!({"text": "Blue"}));
    assert_eq!(candidate["content"]["parts"][2]["thoughtSignature"], "c2ln");
}

#[tokio::test]
async fn a_whole_response_of_the_same_api_is_the_providers_own() {
    const RESPONSE: &str = r#"event: response.created
data: {"type":"response.created","sequence_number":0,"response":{"id":"resp_1","model":"m","status":"in_progress","output":[]}}

event: response.output_text.delta
data: {"type":"response.output_text.delta","sequence_number":1,"item_id":"msg_1","output_index":0,"content_index":0,"delta":"Blue"}

event: response.completed
data: {"type":"response.completed","sequence_number":2,"response":{"id":"resp_1","model":"m","status":"completed","safety_identifier":"s","output":[{"id":"ws_1","type":"web_search_call"},{"id":"msg_1","type":"message","role":"assistant","status":"completed","content":[{"type":"output_text","text":"Blue","annotations":[]}]}],"usage":{"input_tokens":3,"output_tokens":1,"total_tokens":4}}}

"#;
    let world = world_of_odd("openai_responses", RESPONSE).await;
    let (_, whole) = world
        .json("/v1/responses", json!({"model": "odd/m", "input": "hi"}))
        .await;
    assert_eq!(whole, events(RESPONSE)[2].1["response"]);
}

#[tokio::test]
async fn a_passed_stream_that_breaks_goes_on_in_our_form_and_ends_as_one_answer() {
    let world = world().await;
    let cut = "steady?ttft=1&tps=max&tokens=40&seed=7&fault=cut&after=5";
    let rescue = "sandbox-gemini/steady?ttft=1&tps=max&say=Blue";
    let hello = json!([{"role": "user", "content": "hello"}]);

    let mut body = chat(&format!("up-chat/{cut}"), true);
    body["fallbacks"] = json!([rescue]);
    let chunks = world.stream("/v1/chat/completions", body).await;
    let id = chunks[0].1["id"].clone();
    let own = |(_, chunk): &(String, Value)| chunk["id"] == id;
    assert!(chunks[..chunks.len() - 1].iter().all(own), "{chunks:?}");
    assert!(text_of(&chunks).ends_with("Blue"));
    assert_eq!(chunks.last().unwrap().1, "[DONE]");

    let body = json!({
        "model": format!("up-anthropic/{cut}"), "fallbacks": [rescue], "max_tokens": 999,
        "messages": hello, "stream": true,
    });
    let stream = world.stream("/v1/messages", body).await;
    let count = |kind: &str| stream.iter().filter(|(name, _)| name == kind).count();
    assert_eq!(count("message_start"), 1);
    assert_eq!(count("content_block_start"), count("content_block_stop"));
    assert_eq!(stream.last().unwrap().0, "message_stop");
    let text = stream
        .iter()
        .filter_map(|(_, data)| data["delta"]["text"].as_str());
    assert!(text.collect::<String>().ends_with("Blue"));

    let body = json!({
        "model": format!("up-responses/{cut}"), "fallbacks": [rescue], "input": "hello", "stream": true,
    });
    let stream = world.stream("/v1/responses", body).await;
    let (name, last) = stream.last().unwrap();
    assert_eq!(name, "response.completed");
    assert_eq!(last["response"]["id"], stream[0].1["response"]["id"]);
    for (at, (_, data)) in stream.iter().enumerate() {
        assert_eq!(data["sequence_number"], at, "{stream:?}");
    }
    let output = last["response"]["output"].as_array().unwrap();
    assert_eq!(output.len(), 1, "{output:?}");
    let said = stream
        .iter()
        .filter(|(name, _)| name == "response.output_text.delta");
    let said: String = said
        .filter_map(|(_, data)| data["delta"].as_str())
        .collect();
    assert_eq!(output[0]["content"][0]["text"], said);
    assert!(said.ends_with("Blue"));
}

#[tokio::test]
async fn what_only_one_api_knows_reaches_its_providers_and_is_refused_for_others() {
    let world = world().await;
    let fast = "steady?ttft=1&tps=max&say=Blue";
    let part = json!({"type": "input_audio", "input_audio": {"data": "AAAA", "format": "wav"}});
    let body = |provider: &str| {
        json!({
            "model": format!("{provider}/{fast}"), "messages": [{"role": "user", "content": [part]}],
        })
    };
    let (status, whole) = world.json("/v1/chat/completions", body("up-chat")).await;
    assert_eq!(status, 200, "{whole}");
    let sent = world
        .upstream
        .journal()
        .entries()
        .pop()
        .unwrap()
        .body
        .unwrap();
    assert_eq!(sent["messages"][0]["content"][0], part);
    let (status, error) = world
        .json("/v1/chat/completions", body("up-anthropic"))
        .await;
    assert_eq!(
        (status, &error["error"]["param"]),
        (400, &json!("messages.0.content.0")),
        "{error}"
    );

    let body = |provider: &str| {
        json!({
            "model": format!("{provider}/{fast}"), "input": "and now?", "previous_response_id": "resp_1",
        })
    };
    let (status, whole) = world.json("/v1/responses", body("up-responses")).await;
    assert_eq!(status, 200, "{whole}");
    let sent = world
        .upstream
        .journal()
        .entries()
        .pop()
        .unwrap()
        .body
        .unwrap();
    assert_eq!(sent["previous_response_id"], "resp_1");
    let (status, error) = world.json("/v1/responses", body("up-chat")).await;
    assert_eq!(
        (status, &error["error"]["param"]),
        (400, &json!("previous_response_id")),
        "{error}"
    );
}
