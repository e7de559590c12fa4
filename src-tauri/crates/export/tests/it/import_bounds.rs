//! An import takes any text: it ends, repeats no value, and what it adds is valid.

use proptest::prelude::*;
use serde_json::{Value, json};
use switchboard_engine::config::Config;
use switchboard_export::import::{Source, TEXT_LIMIT, import};

const SOURCES: [Option<Source>; 4] = [
    None,
    Some(Source::LiteLlm),
    Some(Source::Portkey),
    Some(Source::OpenRouter),
];

/// Reads a text as everything; what is added must be valid, beside a file that is there already too.
fn holds(text: &str) {
    for before in ["", crate::world::PROVIDERS] {
        let config = Config::parse(before).unwrap();
        for source in SOURCES {
            let Ok(import) = import(text, source, &config) else {
                continue;
            };
            if import.problems.is_empty() {
                let whole = format!("{before}\n{}", import.toml);
                let parsed = Config::parse(&whole);
                assert!(parsed.is_ok(), "{:#?}\n{whole}", parsed.unwrap_err());
            }
        }
    }
}

/// Values of the kind that these fields hold, and others.
fn leaf() -> impl Strategy<Value = Value> {
    prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        (0_u32..400).prop_map(Value::from),
        prop::sample::select(vec![
            "openai/gpt-6.1-sol",
            "anthropic/claude-sonnet-5-5",
            "gpt-x",
            "a",
            "b",
            "a-fb1",
            "azure/d",
            "@openai-prod",
            "@openai/m",
            "openai",
            "anthropic",
            "os.environ/KEY",
            "${KEY}",
            "sk-0123456789abcdef",
            "https://llm.example.com/v1?code=x",
            "http://127.0.0.1:1/",
            "not an address",
            "fallback",
            "loadbalance",
            "single",
            "cost-based-routing",
            "1e9",
            "",
            " ",
            "local",
            "*",
            "\"]\n[evil]",
            "é\u{0}\u{7f}",
        ])
        .prop_map(Value::from),
        "\\PC{0,12}".prop_map(Value::from),
    ]
}

fn fields(inner: impl Strategy<Value = Value> + 'static) -> impl Strategy<Value = Value> {
    let names = prop::sample::select(vec![
        "model",
        "models",
        "model_name",
        "litellm_params",
        "api_key",
        "api_base",
        "weight",
        "rpm",
        "tpm",
        "timeout",
        "stream_timeout",
        "max_tokens",
        "fallbacks",
        "context_window_fallbacks",
        "num_retries",
        "retry_policy",
        "model_group_retry_policy",
        "router_settings",
        "litellm_settings",
        "strategy",
        "mode",
        "targets",
        "provider",
        "virtual_key",
        "custom_host",
        "override_params",
        "request_timeout",
        "retry",
        "attempts",
        "metadata",
        "route",
        "name",
        "preferred_max_latency",
        "p90",
        "custom_llm_provider",
        "a",
        "b",
        "max_parallel_requests",
        "routing_strategy",
        "default_fallbacks",
    ]);
    prop::collection::vec((names, inner), 0..8).prop_map(|fields| {
        Value::Object(
            fields
                .into_iter()
                .map(|(name, value)| (name.to_owned(), value))
                .collect(),
        )
    })
}

fn tree() -> impl Strategy<Value = Value> {
    leaf().prop_recursive(5, 60, 6, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..5).prop_map(Value::from),
            fields(inner),
        ]
    })
}

/// A list of deployments or targets in the right form with odd values in it.
fn likely() -> impl Strategy<Value = Value> {
    let name = || prop::sample::select(vec!["a", "b", "a-fb1", "GPT 4", "auto", ""]);
    let deployment = (name(), fields(leaf())).prop_map(|(name, mut params)| {
        if params.get("model").is_none_or(|model| !model.is_string()) {
            params["model"] = json!("openai/gpt-6.1-sol");
        }
        json!({ "model_name": name, "litellm_params": params })
    });
    let list = prop::collection::vec(deployment, 0..24);
    let targets = prop::collection::vec(fields(leaf()), 0..24);
    (list, targets, fields(tree()), name()).prop_map(|(list, mut targets, router, name)| {
        for (at, target) in targets.iter_mut().enumerate() {
            target["override_params"] = json!({ "model": format!("m{}", at % 20) });
        }
        json!({
            "model_list": list, "router_settings": router, "targets": targets,
            "strategy": { "mode": if targets.len() % 2 == 0 { "fallback" } else { "loadbalance" } },
            "model": "x/y", "models": [name, "x/z"],
        })
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn any_tree_of_these_fields_is_taken_or_refused(value in tree()) {
        holds(&value.to_string());
    }

    #[test]
    fn odd_values_in_the_right_form_give_a_valid_configuration(value in likely()) {
        holds(&value.to_string());
    }

    #[test]
    fn any_text_is_taken_or_refused(text in "\\PC{0,200}|[ -~\n\t]{0,400}") {
        holds(&text);
    }

    #[test]
    fn a_key_anywhere_in_a_value_of_a_key_is_repeated_nowhere(key in "[A-Za-z0-9]{20,60}", at in 0_usize..3) {
        let text = match at {
            0 => format!("model_list:\n- model_name: a\n  litellm_params: {{ model: openai/m, api_key: '{key}' }}\ngeneral_settings: {{ master_key: '{key}' }}\nenvironment_variables: {{ X: '{key}' }}\n"),
            1 => json!({ "provider": "openai", "api_key": key, "override_params": { "model": "m" }, "cache": { "k": key } }).to_string(),
            _ => format!("model_list: [\n  api_key: '{key}'\n : x"),
        };
        let config = Config::default();
        match import(&text, None, &config) {
            Ok(found) => {
                prop_assert!(found.keys.iter().all(|one| one.secret.expose() == key));
                let shown = format!("{:?}", found);
                prop_assert!(!shown.contains(&key));
                prop_assert!(!found.toml.contains(&key));
            }
            Err(problem) => prop_assert!(!problem.message.contains(&key)),
        }
    }
}

#[test]
fn what_would_take_too_long_is_refused() {
    let config = Config::default();
    let long = format!("{{\"model\": \"{}\"}}", "x".repeat(TEXT_LIMIT));
    assert!(import(&long, None, &config).is_err());
    for deep in [
        format!("{}{}", "[".repeat(5000), "]".repeat(5000)),
        format!("a: {}1{}", "[".repeat(500), "]".repeat(500)),
        // Each alias doubles what the one before it holds.
        (0..40).fold("a0: &a0 [x]\n".to_owned(), |text, n| {
            format!("{text}a{}: &a{} [*a{n}, *a{n}]\n", n + 1, n + 1)
        }),
    ] {
        assert!(import(&deep, None, &config).is_err(), "{}", &deep[..20]);
    }
}
