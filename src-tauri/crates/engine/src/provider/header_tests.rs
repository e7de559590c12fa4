use super::*;

fn endpoint(wire: Wire, auth: AuthStyle, headers: &[(&str, &str)]) -> Endpoint {
    Endpoint {
        wire,
        base_url: "https://h.example".parse().unwrap(),
        auth,
        headers: headers
            .iter()
            .map(|(name, value)| ((*name).into(), (*value).into()))
            .collect(),
    }
}

fn of(endpoint: &Endpoint, key: &str) -> Result<HeaderMap, CallError> {
    headers(endpoint.wire, endpoint, Some(&Secret::new(key.into())))
}

#[test]
fn each_style_sends_the_key_where_it_belongs_and_marks_it() {
    for (wire, auth, name, value) in [
        (
            Wire::OpenaiChat,
            AuthStyle::Native,
            "authorization",
            "Bearer my-secret",
        ),
        (
            Wire::OpenaiResponses,
            AuthStyle::Native,
            "authorization",
            "Bearer my-secret",
        ),
        (Wire::Anthropic, AuthStyle::Native, "x-api-key", "my-secret"),
        (
            Wire::Gemini,
            AuthStyle::Native,
            "x-goog-api-key",
            "my-secret",
        ),
        (
            Wire::Anthropic,
            AuthStyle::Bearer,
            "authorization",
            "Bearer my-secret",
        ),
        (
            Wire::OpenaiChat,
            AuthStyle::Header("api-key".into()),
            "api-key",
            "my-secret",
        ),
    ] {
        let headers = of(&endpoint(wire, auth, &[]), "my-secret").unwrap();
        assert_eq!(headers[name], value);
        assert!(headers[name].is_sensitive());
        assert!(!format!("{headers:?}").contains("my-secret"));
    }
    let mut azure = endpoint(Wire::OpenaiChat, AuthStyle::Native, &[]);
    azure.base_url = "https://name.openai.azure.com/openai/v1/".parse().unwrap();
    assert_eq!(of(&azure, "my-secret").unwrap()["api-key"], "my-secret");
    let anthropic = endpoint(Wire::Anthropic, AuthStyle::Native, &[]);
    let without_key = headers(Wire::Anthropic, &anthropic, None).unwrap();
    assert_eq!(without_key["anthropic-version"], "2023-06-01");
    assert!(!without_key.contains_key("x-api-key"));
}

#[test]
fn own_headers_are_sensitive_and_win() {
    let endpoint = endpoint(
        Wire::Anthropic,
        AuthStyle::Native,
        &[
            ("Anthropic-Version", "2030-01-01"),
            ("X-Title", " Switchboard "),
        ],
    );
    let headers = of(&endpoint, "k").unwrap();
    assert_eq!(headers["anthropic-version"], "2030-01-01");
    assert_eq!(headers["x-title"], "Switchboard");
    assert!(headers["x-title"].is_sensitive());
}

#[test]
fn what_is_not_http_is_named_without_its_value() {
    let key = "sk-se\ncret";
    let error = of(&endpoint(Wire::OpenaiChat, AuthStyle::Native, &[]), key).unwrap_err();
    assert_eq!(error.kind, ErrorKind::Misconfigured);
    assert!(!format!("{error:?}").contains("cret"));
    for header in [
        ("bad name", "v"),
        ("x-ok", "se\ncret"),
        ("Host", "h"),
        ("", "v"),
    ] {
        let error = of(
            &endpoint(Wire::OpenaiChat, AuthStyle::Native, &[header]),
            "my-secret",
        )
        .unwrap_err();
        assert_eq!(error.kind, ErrorKind::Misconfigured, "{header:?}");
        assert!(!error.message.contains("cret"), "{error}");
        assert!(error.hint.is_some());
    }
}
