//! What is taken over from other programs' configurations.

use crate::world::{config, model, out, route};
use switchboard_engine::config::{Config, Pick, RouteConfig, RouteTarget};
use switchboard_engine::plan::Recovery;
use switchboard_export::import::{Import, Source, import};
use switchboard_export::{Gateway, Severity};

/// Reads a text beside a configuration, and adds what it holds to that.
pub(crate) fn taken(text: &str, before: &str) -> (Import, Config) {
    let config = Config::parse(before).unwrap();
    let import = import(text, None, &config).unwrap();
    assert!(import.problems.is_empty(), "{:?}", import.problems);
    let whole = format!("{before}\n{}", import.toml);
    let config = Config::parse(&whole).unwrap_or_else(|problems| panic!("{problems:#?}\n{whole}"));
    (import, config)
}

fn named(config: &Config, name: &str) -> RouteConfig {
    config
        .routes
        .iter()
        .find(|route| route.name == name)
        .unwrap()
        .clone()
}

const LITELLM: &str = r#"
model_list:
  - model_name: gpt-4.1
    litellm_params:
      model: azure/my-deployment
      api_base: https://house.openai.azure.com
      api_key: os.environ/AZURE_KEY
      rpm: 60
      weight: 3
  - model_name: gpt-4.1
    litellm_params:
      model: gpt-6.1-sol
      api_key: sk-literal-0123456789abcdef
      rpm: 40
      timeout: 45
      stream_timeout: "7.5"
      temperature: 0.2
  - model_name: claude
    litellm_params: { model: anthropic/claude-sonnet-5-5, api_key: os.environ/ANTHROPIC_API_KEY }
  - model_name: anything/*
    litellm_params: { model: openai/* }
  - model_name: bedrock
    litellm_params: { model: bedrock/anthropic.claude }
router_settings:
  routing_strategy: latency-based-routing
  num_retries: 3
  model_group_retry_policy:
    claude: { RateLimitErrorRetries: 1, AuthenticationErrorRetries: 9 }
  fallbacks: [{"gpt-4.1": ["claude", "bedrock"]}]
  context_window_fallbacks: [{"gpt-4.1": ["claude"]}]
  redis_host: os.environ/REDIS_HOST
litellm_settings:
  request_timeout: 600
  callbacks: [langfuse]
general_settings:
  master_key: sk-master-0123456789abcdef
"#;

#[test]
fn a_litellm_proxy_becomes_routes_with_its_fallbacks_as_steps() {
    let (import, config) = taken(LITELLM, "");
    assert_eq!(import.source, Source::LiteLlm);
    assert_eq!(import.routes, ["gpt-4-1", "claude"]);
    assert_eq!(import.providers, ["azure", "openai", "anthropic"]);
    let route = named(&config, "gpt-4-1");
    assert_eq!(route.steps.len(), 2);
    let first = &route.steps[0];
    assert_eq!(first.options[0].target, model("azure", "my-deployment"));
    // It is not by weight that they are picked.
    assert_eq!((first.options[0].weight, first.options[1].weight), (1, 1));
    assert_eq!(first.pick, Pick::Fastest);
    assert_eq!((first.retries, route.steps[1].retries), (Some(3), Some(1)));
    assert_eq!(first.limits.requests_per_minute, Some(100));
    assert_eq!(first.clocks.first_token.unwrap().as_millis(), 7500);
    assert_eq!(route.steps[1].clocks.total.unwrap().as_secs(), 600);
    assert_eq!(
        route.context_too_long,
        [model("anthropic", "claude-sonnet-5-5")]
    );
    let azure = config.provider("azure").unwrap();
    assert_eq!(
        azure.endpoint.base_url.as_str(),
        "https://house.openai.azure.com/openai/v1"
    );
    for (setting, severity) in [
        ("general_settings", Severity::Dropped),
        ("router_settings.redis_host", Severity::Dropped),
        (
            "model_list[1].litellm_params.temperature",
            Severity::Dropped,
        ),
        ("model_list[3].model_name", Severity::Dropped),
        ("model_list[4].litellm_params.model", Severity::Dropped),
        ("model_list[1].litellm_params", Severity::Approximated),
        ("model_list[0]", Severity::Note),
    ] {
        let found = import
            .losses
            .iter()
            .any(|loss| loss.setting == setting && loss.severity == severity);
        assert!(found, "{setting}: {:#?}", import.losses);
    }
}

#[test]
fn a_key_in_the_text_is_handed_over_alone_and_shown_nowhere() {
    let (import, config) = taken(LITELLM, "");
    assert_eq!(import.keys.len(), 1);
    assert_eq!(
        (
            import.keys[0].provider.as_str(),
            import.keys[0].name.as_str()
        ),
        ("openai", "default")
    );
    assert_eq!(
        import.keys[0].secret.expose(),
        "sk-literal-0123456789abcdef"
    );
    for text in [
        import.toml.clone(),
        format!("{import:?}"),
        format!("{config:?}"),
    ] {
        assert!(!text.contains("0123456789abcdef"), "{text}");
    }
}

#[test]
fn providers_and_names_that_are_there_are_used_and_not_taken_again() {
    let before = "[providers.mine]\npreset = \"anthropic\"\n\n[routes.claude]\ntargets = [\"mine/claude-opus-5-5\"]\n";
    let (import, config) = taken(LITELLM, before);
    assert_eq!(import.providers, ["azure", "openai"]);
    assert_eq!(import.routes, ["gpt-4-1", "claude-2"]);
    let route = named(&config, "claude-2");
    assert_eq!(
        route.targets().next(),
        Some(&model("mine", "claude-sonnet-5-5"))
    );
    let said = import
        .losses
        .iter()
        .any(|loss| loss.what.contains("`mine` is there already"));
    assert!(said, "{:#?}", import.losses);
}

#[test]
fn an_openrouter_body_becomes_a_chain() {
    let body = r#"{"model": "openai/gpt-6.1-sol", "models": ["anthropic/claude-sonnet-5.5"], "temperature": 1,
        "messages": [{"role": "user", "content": "hello"}], "max_tokens": 900, "provider": {"sort": "price"}}"#;
    let (import, config) = taken(body, "");
    assert_eq!(
        (import.source, import.providers.as_slice()),
        (Source::OpenRouter, ["openrouter".to_owned()].as_slice())
    );
    let route = named(&config, "openrouter-chain");
    assert_eq!(route.max_tokens, Some(900));
    let targets: Vec<&RouteTarget> = route.targets().collect();
    assert_eq!(
        targets,
        [
            &model("openrouter", "openai/gpt-6.1-sol"),
            &model("openrouter", "anthropic/claude-sonnet-5.5")
        ]
    );
    for setting in ["temperature", "messages", "provider.sort"] {
        assert!(
            import.losses.iter().any(|loss| loss.setting == setting),
            "{setting}"
        );
    }
}

#[test]
fn a_portkey_config_becomes_a_route_with_its_strategies_as_steps() {
    let text = r#"{
        "retry": {"attempts": 4},
        "strategy": {"mode": "fallback", "on_status_codes": [429]},
        "targets": [
            {"strategy": {"mode": "loadbalance"}, "targets": [
                {"provider": "@openai-prod", "override_params": {"model": "gpt-6.1-sol"}, "weight": 0.75},
                {"provider": "openai", "api_key": "sk-literal-0123456789abcdef", "override_params": {"model": "gpt-6.1-terra"}, "weight": 0.25}
            ]},
            {"provider": "@anthropic-prod", "retry": {"attempts": 0}, "request_timeout": 30000, "override_params": {"model": "claude-sonnet-5-5", "max_tokens": 512}},
            {"virtual_key": "unheard-of", "override_params": {"model": "m"}}
        ]
    }"#;
    let (import, config) = taken(text, "");
    let route = named(&config, "portkey");
    assert_eq!(route.steps.len(), 2);
    let weights: Vec<u32> = route.steps[0]
        .options
        .iter()
        .map(|option| option.weight)
        .collect();
    assert_eq!(weights, [75, 25]);
    assert_eq!(
        (route.steps[0].retries, route.steps[1].retries),
        (Some(4), Some(0))
    );
    assert_eq!(route.steps[1].clocks.total.unwrap().as_secs(), 30);
    assert_eq!(route.max_tokens, Some(512));
    assert_eq!(import.keys.len(), 1);
    assert!(
        import
            .losses
            .iter()
            .any(|loss| loss.setting == "targets[2]"),
        "{:#?}",
        import.losses
    );
}

#[test]
fn what_an_export_keeps_comes_back_by_an_import() {
    let (before, mut route) = (config(), route());
    // The loss report names these; they are not kept.
    route.tier = None;
    for to in [Gateway::LiteLlm, Gateway::Portkey, Gateway::OpenRouter] {
        let export = out(&before, &route, &[], to);
        let text = match to {
            Gateway::Portkey => &export.files[1].text,
            _ => &export.files[0].text,
        };
        let (import, config) = taken(text, "");
        let back = named(&config, import.routes.first().unwrap());
        let models = |route: &RouteConfig| -> Vec<String> {
            let model = |target: &RouteTarget| match target {
                RouteTarget::Model { model, .. } => {
                    model.rsplit('/').next().unwrap().replace("5.5", "5-5")
                }
                other => panic!("{other:?}"),
            };
            route.targets().map(model).collect()
        };
        if to == Gateway::OpenRouter {
            // A body is one of the first step's targets.
            assert_eq!(
                models(&back),
                ["gpt-6.1-sol", "claude-sonnet-5-5", "gemini-3.8-flash"]
            );
            assert_eq!(
                (back.name.as_str(), back.max_tokens),
                ("chat-default", Some(4096))
            );
            assert_eq!(
                back.steps[0].clocks.first_token,
                route.steps[0].clocks.first_token
            );
            continue;
        }
        assert_eq!(models(&back), models(&route), "{to:?}");
        assert_eq!(back.max_tokens, Some(4096), "{to:?}");
        for (back, step) in back.steps.iter().zip(&route.steps) {
            let weights = |step: &switchboard_engine::config::RouteStep| -> Vec<u32> {
                step.options.iter().map(|option| option.weight).collect()
            };
            if step.options.len() > 1 {
                assert_eq!(weights(back), weights(step), "{to:?}");
            }
            if step.retries.is_some() {
                assert_eq!(back.retries, step.retries, "{to:?}");
                assert_eq!(back.clocks.total, step.clocks.total, "{to:?}");
            }
            if to == Gateway::LiteLlm {
                assert_eq!(back.limits, step.limits, "{to:?}");
                if step.clocks.first_token.is_some() {
                    assert_eq!(back.clocks.first_token, step.clocks.first_token);
                }
            }
        }
        if to == Gateway::LiteLlm {
            assert_eq!(back.recovery, Some(Recovery::Continue));
            assert_eq!(back.context_too_long.len(), 1);
            assert_eq!(
                import.routes,
                ["chat-default"],
                "groups of fallbacks are no routes of their own"
            );
        }
        let keys: Vec<&str> = import.keys.iter().map(|key| key.name.as_str()).collect();
        assert!(keys.is_empty(), "an export holds no key: {keys:?}");
    }
}
