use super::*;
use proptest::prelude::*;

const WIRES: [Wire; 4] = [
    Wire::OpenaiChat,
    Wire::OpenaiResponses,
    Wire::Anthropic,
    Wire::Gemini,
];

fn call(wire: Wire, base: &str) -> String {
    call_url(wire, &base.parse().unwrap(), "m-1").into()
}

#[test]
fn every_way_to_write_a_base_url_leads_to_the_call() {
    for (base, expected) in [
        (
            "https://api.openai.com",
            "https://api.openai.com/v1/chat/completions",
        ),
        (
            "https://api.openai.com/",
            "https://api.openai.com/v1/chat/completions",
        ),
        (
            "https://api.openai.com/v1",
            "https://api.openai.com/v1/chat/completions",
        ),
        (
            "https://api.openai.com/v1/",
            "https://api.openai.com/v1/chat/completions",
        ),
        (
            "https://api.openai.com//v1//",
            "https://api.openai.com/v1/chat/completions",
        ),
        (
            "https://api.openai.com/v1/v1",
            "https://api.openai.com/v1/chat/completions",
        ),
        (
            "https://api.openai.com/v1/chat/completions",
            "https://api.openai.com/v1/chat/completions",
        ),
        (
            "https://api.openai.com/v1/chat/completions/",
            "https://api.openai.com/v1/chat/completions",
        ),
        (
            "https://api.openai.com/v1/models",
            "https://api.openai.com/v1/chat/completions",
        ),
        (
            "https://api.openai.com/v1/responses",
            "https://api.openai.com/v1/chat/completions",
        ),
        (
            "https://api.openai.com/v1#frag",
            "https://api.openai.com/v1/chat/completions",
        ),
        (
            "http://localhost:11434",
            "http://localhost:11434/v1/chat/completions",
        ),
        (
            "http://localhost:11434/api",
            "http://localhost:11434/v1/chat/completions",
        ),
        (
            "http://[::1]:8080/v1?x=1&y=%20",
            "http://[::1]:8080/v1/chat/completions?x=1&y=%20",
        ),
        (
            "https://openrouter.ai/api/v1",
            "https://openrouter.ai/api/v1/chat/completions",
        ),
        (
            "https://openrouter.ai/api",
            "https://openrouter.ai/api/v1/chat/completions",
        ),
        (
            "https://api.groq.com/openai/v1",
            "https://api.groq.com/openai/v1/chat/completions",
        ),
        (
            "https://api.deepseek.com",
            "https://api.deepseek.com/v1/chat/completions",
        ),
        (
            "https://api.deepseek.com/chat/completions",
            "https://api.deepseek.com/chat/completions",
        ),
        (
            "https://api.perplexity.ai",
            "https://api.perplexity.ai/chat/completions",
        ),
        (
            "https://models.github.ai/inference",
            "https://models.github.ai/inference/chat/completions",
        ),
        (
            "https://open.bigmodel.cn/api/paas/v4/",
            "https://open.bigmodel.cn/api/paas/v4/chat/completions",
        ),
        (
            "https://generativelanguage.googleapis.com/v1beta/openai/",
            "https://generativelanguage.googleapis.com/v1beta/openai/chat/completions",
        ),
        (
            "https://x.openai.azure.com",
            "https://x.openai.azure.com/openai/v1/chat/completions",
        ),
        (
            "https://x.openai.azure.com/openai",
            "https://x.openai.azure.com/openai/v1/chat/completions",
        ),
        (
            "https://x.openai.azure.com/openai/v1/?api-version=preview",
            "https://x.openai.azure.com/openai/v1/chat/completions?api-version=preview",
        ),
        (
            "https://x.openai.azure.com/openai/deployments/my-gpt?api-version=2024-10-21",
            "https://x.openai.azure.com/openai/deployments/my-gpt/chat/completions?api-version=2024-10-21",
        ),
        (
            "https://x.openai.azure.com/openai/deployments/my-gpt/chat/completions?api-version=2024-10-21",
            "https://x.openai.azure.com/openai/deployments/my-gpt/chat/completions?api-version=2024-10-21",
        ),
        (
            "https://x.services.ai.azure.com/models?api-version=2024-05-01-preview",
            "https://x.services.ai.azure.com/models/chat/completions?api-version=2024-05-01-preview",
        ),
        (
            "https://h.example/a%2Fb/v1",
            "https://h.example/a%2Fb/v1/chat/completions",
        ),
    ] {
        assert_eq!(call(Wire::OpenaiChat, base), expected, "{base}");
    }
}

#[test]
fn the_other_wire_formats_have_their_own_paths() {
    let gemini = "https://generativelanguage.googleapis.com";
    for (wire, base, expected) in [
        (
            Wire::OpenaiResponses,
            "https://api.openai.com/v1/chat/completions",
            "https://api.openai.com/v1/responses".into(),
        ),
        (
            Wire::Anthropic,
            "https://api.anthropic.com",
            "https://api.anthropic.com/v1/messages".into(),
        ),
        (
            Wire::Anthropic,
            "https://api.anthropic.com/v1/messages",
            "https://api.anthropic.com/v1/messages".into(),
        ),
        (
            Wire::Anthropic,
            "https://api.deepseek.com/anthropic",
            "https://api.deepseek.com/anthropic/v1/messages".into(),
        ),
        (
            Wire::Gemini,
            gemini,
            format!("{gemini}/v1beta/models/m-1:streamGenerateContent?alt=sse"),
        ),
        (
            Wire::Gemini,
            &format!("{gemini}/v1"),
            format!("{gemini}/v1/models/m-1:streamGenerateContent?alt=sse"),
        ),
        (
            Wire::Gemini,
            &format!("{gemini}/v1beta/"),
            format!("{gemini}/v1beta/models/m-1:streamGenerateContent?alt=sse"),
        ),
        (
            Wire::Gemini,
            &format!("{gemini}/v1beta/models"),
            format!("{gemini}/v1beta/models/m-1:streamGenerateContent?alt=sse"),
        ),
        (
            Wire::Gemini,
            &format!("{gemini}/v1beta/models/other:generateContent?alt=json&a=1"),
            format!("{gemini}/v1beta/models/m-1:streamGenerateContent?a=1&alt=sse"),
        ),
    ] {
        assert_eq!(call(wire, base), expected, "{base}");
    }
    let base = Url::parse(gemini).unwrap();
    for model in ["models/m", "tunedModels/my tune", "a?b#c"] {
        let url = call_url(Wire::Gemini, &base, model);
        assert!(
            url.path().starts_with("/v1beta/") && url.query() == Some("alt=sse"),
            "{url}"
        );
        assert!(!url.path().contains("models/models"), "{url}");
    }
}

#[test]
fn lists_of_models_stand_beside_the_calls() {
    for (wire, base, expected) in [
        (
            Wire::OpenaiChat,
            "https://api.openai.com/v1/chat/completions",
            "https://api.openai.com/v1/models",
        ),
        (
            Wire::OpenaiChat,
            "http://localhost:11434",
            "http://localhost:11434/v1/models",
        ),
        (
            Wire::OpenaiChat,
            "https://x.openai.azure.com/openai/deployments/d?api-version=2024-10-21",
            "https://x.openai.azure.com/openai/models?api-version=2024-10-21",
        ),
        (
            Wire::Anthropic,
            "https://api.anthropic.com",
            "https://api.anthropic.com/v1/models",
        ),
        (
            Wire::Gemini,
            "https://g.example/v1beta",
            "https://g.example/v1beta/models",
        ),
        (
            Wire::Gemini,
            "https://g.example/v1beta/models/m:streamGenerateContent?alt=sse",
            "https://g.example/v1beta/models",
        ),
    ] {
        assert_eq!(
            models_url(wire, &base.parse().unwrap()).as_str(),
            expected,
            "{base}"
        );
    }
}

#[test]
fn a_url_without_a_path_of_its_own_comes_back_unharmed() {
    let base = Url::parse("mailto:a@example.org").unwrap();
    assert_eq!(call_url(Wire::OpenaiChat, &base, "m").scheme(), "mailto");
}

proptest! {
    #[test]
    fn a_built_url_as_base_builds_itself(
        wire in prop::sample::select(WIRES.to_vec()),
        path in prop::collection::vec(
            prop::sample::select(vec![
                "v1", "v1", "v1beta", "v4", "api", "openai", "models", "chat", "completions", "messages",
                "responses", "deployments", "d", "", "a b", "%2F", "x:generateContent", "inference",
            ]),
            0..6,
        ),
        query in prop::option::of("[a-z]{1,3}=[a-z]{0,3}"),
        host in prop::sample::select(vec![
            "h.example", "localhost:11434", "x.openai.azure.com", "api.perplexity.ai",
            "x.services.ai.azure.com",
        ]),
    ) {
        let mut base = format!("https://{host}/{}", path.join("/"));
        if let Some(query) = &query {
            base.push('?');
            base.push_str(query);
        }
        let base: Url = base.parse().unwrap();
        let once = call_url(wire, &base, "m");
        prop_assert_eq!(call_url(wire, &once, "m"), once.clone());
        prop_assert_eq!(once.host_str(), base.host_str());
        let parts: Vec<&str> = once.path().split('/').collect();
        prop_assert!(!parts.windows(2).any(|pair| pair == ["v1", "v1"]), "{}", once);
        prop_assert!(!once.path().contains("//"), "{}", once);
        if let Some(query) = query.filter(|query| !query.starts_with("alt=")) {
            prop_assert!(once.query().is_some_and(|found| found.contains(&query)), "{}", once);
        }
        models_url(wire, &base);
    }
}
