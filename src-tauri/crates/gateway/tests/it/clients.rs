//! Clients of each API at the gateway.

use crate::world::{FAST, chat, fast, parsed, text_of, world};
use serde_json::{Value, json};
use std::time::Duration;
use switchboard_app::api::types::CreateGatewayKey;

#[tokio::test]
async fn a_chat_answer_is_the_same_whole_and_streamed() {
    let world = world().await;
    let reply = world.post("/v1/chat/completions", chat(FAST, false)).await;
    let headers = reply.headers().clone();
    let whole = parsed(reply).await;
    let text = whole["choices"][0]["message"]["content"].as_str().unwrap();
    assert!(!text.is_empty(), "{whole}");
    assert_eq!(whole["choices"][0]["finish_reason"], "stop");
    assert!(whole["usage"]["completion_tokens"].as_u64().unwrap() > 0);
    assert_eq!(headers["x-switchboard-attempts"], "1");
    assert!(headers.contains_key("x-switchboard-call-id"));
    assert!(headers.contains_key("x-switchboard-cost"));
    let chunks = world.stream("/v1/chat/completions", chat(FAST, true)).await;
    assert_eq!(text_of(&chunks), text);
    let end = &chunks[chunks.len() - 3..];
    assert_eq!(end[0].1["choices"][0]["finish_reason"], "stop");
    for count in ["prompt_tokens", "completion_tokens", "total_tokens"] {
        assert_eq!(end[1].1["usage"][count], whole["usage"][count]);
    }
    assert_eq!(end[2].1, "[DONE]");
    let call = world.newest_ended().await;
    assert_eq!(call["caller"], "gateway", "{call}");
    assert_eq!(call["status"], "ok", "{call}");
    world.gateway.stop().await;
}

#[tokio::test]
async fn every_api_is_answered_in_its_own_form_by_every_provider() {
    let world = world().await;
    let hello = json!([{"role": "user", "content": "hello"}]);
    for provider in [
        "sandbox",
        "sandbox-responses",
        "sandbox-anthropic",
        "sandbox-gemini",
    ] {
        let model = format!("{provider}/steady?ttft=1&tps=max&tokens=12&say=Blue");
        let (status, whole) = world
            .json(
                "/v1/messages",
                json!({"model": model, "max_tokens": 99, "messages": hello}),
            )
            .await;
        assert_eq!(
            (status, &whole["content"][0]["text"]),
            (200, &json!("Blue")),
            "{model}: {whole}"
        );
        assert_eq!(whole["stop_reason"], "end_turn");
        let asked = json!({"model": model, "max_tokens": 99, "messages": hello, "stream": true});
        let stream = world.stream("/v1/messages", asked).await;
        let names = stream.iter().map(|(name, _)| name.as_str());
        let names: Vec<&str> = names.filter(|name| *name != "ping").collect();
        assert_eq!(names[..2], ["message_start", "content_block_start"]);
        let end = ["content_block_stop", "message_delta", "message_stop"];
        assert_eq!(names[names.len() - 3..], end);

        let (status, whole) = world
            .json("/v1/responses", json!({"model": model, "input": "hello"}))
            .await;
        assert_eq!(
            (status, &whole["status"]),
            (200, &json!("completed")),
            "{model}: {whole}"
        );
        assert_eq!(whole["output"][0]["content"][0]["text"], "Blue");
        let asked = json!({"model": model, "input": "hello", "stream": true});
        let stream = world.stream("/v1/responses", asked).await;
        assert_eq!(stream[0].0, "response.created");
        let (name, last) = stream.last().unwrap();
        assert_eq!(name, "response.completed");
        assert_eq!(last["response"]["output"][0]["content"][0]["text"], "Blue");
        assert_eq!(last["sequence_number"], stream.len() - 1);

        let escaped = model.replace('/', "%2F").replace('?', "%3F");
        let body = json!({"contents": [{"role": "user", "parts": [{"text": "hello"}]}]});
        let path = format!("/v1beta/models/{escaped}:generateContent");
        let (status, whole) = world.json(&path, body.clone()).await;
        assert_eq!(status, 200, "{model}: {whole}");
        assert_eq!(
            whole["candidates"][0]["content"]["parts"][0]["text"],
            "Blue"
        );
        assert_eq!(whole["candidates"][0]["finishReason"], "STOP");
        let path = format!("/v1beta/models/{escaped}:streamGenerateContent?alt=sse");
        let stream = world.stream(&path, body).await;
        let (_, last) = stream.last().unwrap();
        assert_eq!(last["candidates"][0]["finishReason"], "STOP");
        assert!(last["usageMetadata"]["totalTokenCount"].as_u64().unwrap() > 0);

        let (status, whole) = world
            .json("/v1/chat/completions", chat(&model, false))
            .await;
        assert_eq!(status, 200, "{model}: {whole}");
        assert_eq!(whole["choices"][0]["message"]["content"], "Blue");
    }
}

#[tokio::test]
async fn tool_calls_come_in_every_form() {
    let world = world().await;
    let hello = json!([{"role": "user", "content": "hello"}]);
    let schema = json!({"type": "object", "properties": {"city": {"type": "string"}}});
    for provider in ["sandbox", "sandbox-anthropic", "sandbox-gemini"] {
        let model = format!("{provider}/steady?ttft=1&tps=max&tools=1");
        let mut body = chat(&model, false);
        body["tools"] =
            json!([{"type": "function", "function": {"name": "weather", "parameters": schema}}]);
        let (_, whole) = world.json("/v1/chat/completions", body.clone()).await;
        let choice = &whole["choices"][0];
        assert_eq!(choice["finish_reason"], "tool_calls", "{whole}");
        let call = &choice["message"]["tool_calls"][0];
        assert_eq!(call["function"]["name"], "weather");
        let arguments = call["function"]["arguments"].as_str().unwrap();
        assert!(
            serde_json::from_str::<Value>(arguments)
                .unwrap()
                .is_object()
        );
        body["stream"] = true.into();
        let chunks = world.stream("/v1/chat/completions", body.clone()).await;
        let pieces = chunks.iter().filter_map(|(_, chunk)| {
            chunk["choices"][0]["delta"]["tool_calls"][0]["function"]["arguments"].as_str()
        });
        assert_eq!(pieces.collect::<String>(), arguments);

        let tools = json!([{"name": "weather", "input_schema": schema}]);
        let asked = json!({"model": model, "max_tokens": 99, "tools": tools, "messages": hello});
        let (_, whole) = world.json("/v1/messages", asked).await;
        assert_eq!(whole["stop_reason"], "tool_use", "{whole}");
        let tool = whole["content"].as_array().unwrap().last().unwrap();
        assert!(
            tool["input"].is_object() && tool["name"] == "weather",
            "{tool}"
        );

        let tools = json!([{"type": "function", "name": "weather", "parameters": schema}]);
        let asked = json!({"model": model, "tools": tools, "input": "hello"});
        let (_, whole) = world.json("/v1/responses", asked).await;
        let tool = whole["output"].as_array().unwrap().last().unwrap();
        assert!(
            tool["type"] == "function_call" && tool["name"] == "weather",
            "{whole}"
        );

        // Some of Gemini's clients write the one field in camel case and the other in snake case.
        let city = json!({
            "type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"],
        });
        for field in [
            "parameters",
            "parametersJsonSchema",
            "parameters_json_schema",
        ] {
            let body = json!({
                "contents": [{"parts": [{"text": "hello"}]}],
                "tools": [{"functionDeclarations": [{"name": "weather", field: city}]}],
            });
            let path = format!(
                "/v1beta/models/{}:generateContent",
                model.replace('?', "%3F")
            );
            let (_, whole) = world.json(&path, body).await;
            let parts = whole["candidates"][0]["content"]["parts"].as_array();
            let mut parts = parts.unwrap().iter();
            let is_call = parts.any(|part| part["functionCall"]["args"]["city"].is_string());
            assert!(is_call, "{field}: {whole}");
        }
    }
}

#[tokio::test]
async fn a_429_is_rescued_before_the_client_sees_anything() {
    let world = world().await;
    let body = chat(&fast("fault=429-once&hint=50&seed=91"), true);
    let reply = world.post("/v1/chat/completions", body).await;
    assert_eq!(
        (
            reply.status().as_u16(),
            &reply.headers()["x-switchboard-attempts"]
        ),
        (200, &"2".parse().unwrap())
    );
    assert!(reply.text().await.unwrap().ends_with("data: [DONE]\n\n"));
}

#[tokio::test]
async fn a_fallback_of_the_request_answers_when_the_first_model_cannot() {
    let world = world().await;
    for list in ["models", "fallbacks"] {
        let mut body = chat(&fast("fault=401"), false);
        body["model"] = fast("fault=malformed").into();
        body[list] = json!(["sandbox-anthropic/steady?ttft=1&tps=max&say=Blue"]);
        let (status, whole) = world.json("/v1/chat/completions", body).await;
        assert_eq!(
            (status, &whole["choices"][0]["message"]["content"]),
            (200, &json!("Blue")),
            "{list}: {whole}"
        );
    }
}

#[tokio::test]
async fn a_cut_answer_is_never_ended_as_if_it_were_whole() {
    let world = world().await;
    let model = fast("tokens=40&fault=cut&after=5");
    let chunks = world
        .stream("/v1/chat/completions", chat(&model, true))
        .await;
    let is_finished = chunks
        .iter()
        .any(|(_, chunk)| chunk["choices"][0]["finish_reason"].is_string());
    assert!(!is_finished, "{chunks:?}");
    assert!(
        chunks[chunks.len() - 2].1["error"]["message"].is_string(),
        "{chunks:?}"
    );
    let asked = json!({"model": model, "max_tokens": 999, "messages": chat("", true)["messages"], "stream": true});
    let stream = world.stream("/v1/messages", asked).await;
    assert_eq!(stream.last().unwrap().0, "error");
    assert!(stream.iter().all(|(name, _)| name != "message_stop"));
    let (status, error) = world
        .json("/v1/chat/completions", chat(&model, false))
        .await;
    assert!(
        status == 502 && error["error"]["type"] == "server_error",
        "{error}"
    );
}

#[tokio::test]
async fn a_cut_answer_is_carried_on_by_the_fallback() {
    let world = world().await;
    let mut body = chat(&fast("tokens=40&fault=cut&after=5"), true);
    body["fallbacks"] = json!(["sandbox-anthropic/steady?ttft=1&tps=max&say=Blue"]);
    let chunks = world.stream("/v1/chat/completions", body).await;
    assert!(text_of(&chunks).ends_with("Blue"), "{chunks:?}");
    assert_eq!(chunks.last().unwrap().1, "[DONE]");
    assert!(
        chunks.iter().all(|(_, chunk)| chunk.get("error").is_none()),
        "{chunks:?}"
    );
}

#[tokio::test]
async fn errors_have_the_callers_shape_and_status() {
    let world = world().await;
    let hello = json!([{"role": "user", "content": "hello"}]);
    let unknown = "nobody/nothing";
    let (status, error) = world
        .json("/v1/chat/completions", chat(unknown, true))
        .await;
    assert_eq!(
        (status, &error["error"]["type"]),
        (404, &json!("invalid_request_error")),
        "{error}"
    );
    let asked = json!({"model": unknown, "max_tokens": 9, "messages": hello});
    let (status, error) = world.json("/v1/messages", asked).await;
    assert_eq!(
        (status, &error["error"]["type"]),
        (404, &json!("not_found_error")),
        "{error}"
    );
    let body = json!({"contents": [{"parts": [{"text": "hello"}]}]});
    let (status, error) = world
        .json("/v1beta/models/nothing:generateContent", body)
        .await;
    assert_eq!(
        (status, &error["error"]["status"]),
        (404, &json!("NOT_FOUND")),
        "{error}"
    );

    let (status, error) = world
        .json(
            "/v1/chat/completions",
            json!({"model": FAST, "messages": "hi"}),
        )
        .await;
    assert_eq!(
        (status, &error["error"]["param"]),
        (400, &json!("messages")),
        "{error}"
    );
    for broken in [
        &b"{\"model\": "[..],
        &b"[]"[..],
        &b"{\"model\": \"\xff\"}"[..],
    ] {
        let request = world
            .http
            .post(world.url("/v1/messages"))
            .body(broken.to_vec());
        let reply = request.send().await.unwrap();
        assert_eq!(reply.status().as_u16(), 400);
        assert_eq!(
            parsed(reply).await["error"]["type"],
            "invalid_request_error"
        );
    }
    let nested = "[".repeat(100_000);
    let request = world.http.post(world.url("/v1/responses")).body(nested);
    assert_eq!(request.send().await.unwrap().status().as_u16(), 400);
    let (status, _) = world.json("/v1/nothing", json!({})).await;
    assert_eq!(status, 404);
}

#[tokio::test]
async fn a_body_over_the_bound_is_refused() {
    let world = world().await;
    let body = vec![b' '; 33 * 1024 * 1024];
    let sent = world
        .http
        .post(world.url("/v1/messages"))
        .body(body)
        .send()
        .await;
    // The refusal may overtake the rest of the body, which then has nobody to take it.
    if let Ok(reply) = sent {
        assert_eq!(reply.status().as_u16(), 413);
    }
    assert_eq!(
        world
            .http
            .get(world.url("/healthz"))
            .send()
            .await
            .unwrap()
            .status()
            .as_u16(),
        200
    );
}

#[tokio::test]
async fn foreign_hosts_and_pages_are_refused() {
    let world = world().await;
    for (name, value) in [("host", "evil.example"), ("origin", "http://evil.example")] {
        let request = world.http.post(world.url("/v1/chat/completions"));
        let reply = request
            .header(name, value)
            .body(chat(FAST, false).to_string())
            .send();
        assert_eq!(reply.await.unwrap().status().as_u16(), 403, "{name}");
    }
}

#[tokio::test]
async fn once_a_key_was_made_only_its_holders_are_served() {
    let world = world().await;
    let name = CreateGatewayKey {
        name: "laptop".into(),
    };
    let made = world.app.create_gateway_key(name).await.unwrap();
    let (status, error) = world.json("/v1/chat/completions", chat(FAST, false)).await;
    assert_eq!(
        (status, &error["error"]["code"]),
        (401, &json!("invalid_api_key"))
    );
    let url = world.url("/v1/chat/completions");
    for (header, token, status) in [
        ("authorization", format!("Bearer {}", made.secret), 200),
        ("x-api-key", made.secret.clone(), 200),
        ("x-goog-api-key", made.secret.clone(), 200),
        ("authorization", "Bearer sk-bad".into(), 401),
    ] {
        let request = world.http.post(&url).header(header, token);
        let reply = request.body(chat(FAST, false).to_string()).send();
        assert_eq!(reply.await.unwrap().status().as_u16(), status, "{header}");
    }
    let url = world.url(&format!("/v1beta/models?key={}", made.secret));
    assert_eq!(world.http.get(url).send().await.unwrap().status(), 200);
    assert_eq!(world.newest_ended().await["caller_key"], "laptop");
}

#[tokio::test]
async fn models_are_listed_in_the_callers_form() {
    let world = world().await;
    let get = |path: &str, header: &'static str| {
        let request = world.http.get(world.url(path)).header(header, "2023-06-01");
        async move { parsed(request.send().await.unwrap()).await }
    };
    let list = get("/v1/models", "x-nothing").await;
    assert!(
        list["object"] == "list" && list["data"][0]["object"] == "model",
        "{list}"
    );
    let id = list["data"].as_array().unwrap().last().unwrap()["id"]
        .as_str()
        .unwrap();
    let one = get(
        &format!("/v1/models/{}", id.replace('/', "%2F")),
        "x-nothing",
    )
    .await;
    assert_eq!(one["id"], id);
    let none = get("/v1/models/nobody%2Fnothing", "x-nothing").await;
    assert_eq!(none["error"]["code"], "model_not_found");
    let one = get(&format!("/v1beta/models/{id}"), "x-nothing").await;
    assert_eq!(one["name"], format!("models/{id}"));
    let list = get("/v1/models", "anthropic-version").await;
    assert_eq!(list["data"][0]["type"], "model");
    for (path, header) in [
        ("/v1beta/models", "x-nothing"),
        ("/v1/models", "x-goog-api-key"),
    ] {
        let list = get(path, header).await;
        let name = list["models"][0]["name"].as_str().unwrap();
        assert!(name.starts_with("models/"), "{list}");
    }
}

#[tokio::test]
async fn a_model_is_looked_up_by_its_id_in_the_callers_form() {
    let world = world().await;
    let get = |path: &str, header: &'static str| {
        let request = world.http.get(world.url(path)).header(header, "1");
        async move {
            let reply = request.send().await.unwrap();
            (reply.status().as_u16(), parsed(reply).await)
        }
    };
    for (path, header, field, value) in [
        (
            "/v1/models/sandbox%2Fsteady",
            "x-nothing",
            "id",
            "sandbox/steady",
        ),
        (
            "/v1/models/sandbox/steady",
            "anthropic-version",
            "id",
            "sandbox/steady",
        ),
        (
            "/v1/models/sandbox/steady",
            "x-goog-api-key",
            "name",
            "models/sandbox/steady",
        ),
        (
            "/v1beta/models/sandbox/steady",
            "x-nothing",
            "name",
            "models/sandbox/steady",
        ),
    ] {
        let (status, model) = get(path, header).await;
        assert_eq!((status, &model[field]), (200, &json!(value)), "{path}");
    }
    let (status, error) = get("/v1/models/nobody%2Fknows-it", "anthropic-version").await;
    assert_eq!(
        (status, &error["error"]["type"]),
        (404, &json!("not_found_error"))
    );
    let (status, error) = get("/v1/models/nobody/knows-it", "x-goog-api-key").await;
    assert_eq!(
        (status, &error["error"]["status"]),
        (404, &json!("NOT_FOUND"))
    );
    let (status, error) = get("/v1/messages/batches", "x-nothing").await;
    assert_eq!((status, &error["type"]), (404, &json!("error")));
}

#[tokio::test]
async fn a_client_that_goes_away_cancels_its_call() {
    let world = world().await;
    let slow = "sandbox/steady?ttft=1&tps=20&tokens=2000";
    let mut reply = world.post("/v1/chat/completions", chat(slow, true)).await;
    assert!(reply.chunk().await.unwrap().is_some());
    drop(reply);
    assert_eq!(world.newest_ended().await["status"], "cancelled");

    let waiting = world
        .http
        .post(world.url("/v1/chat/completions"))
        .body(chat(slow, false).to_string());
    let left = tokio::time::timeout(Duration::from_millis(400), waiting.send()).await;
    assert!(left.is_err());
    assert_eq!(world.newest_ended().await["status"], "cancelled");
}

#[tokio::test]
async fn a_deadline_of_the_request_holds() {
    let world = world().await;
    let slow = chat("sandbox/steady?ttft=20000&tokens=20", false).to_string();
    let request = world
        .http
        .post(world.url("/v1/chat/completions"))
        .body(slow);
    let reply = request
        .header("x-switchboard-deadline-ms", "200")
        .send()
        .await
        .unwrap();
    assert_eq!(reply.status().as_u16(), 504);
}
