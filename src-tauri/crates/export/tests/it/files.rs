//! What is in the files, and that they are the same every time.

use crate::world::{budgets, config, model, out, route, text};
use serde_json::Value;
use switchboard_engine::config::{RouteStep, RouteTarget};
use switchboard_export::{Gateway, Input, Language, Severity, by_name, export};

fn yaml(text: &str) -> Vec<Value> {
    text.split("\n---\n")
        .map(|document| serde_saphyr::from_str(document).unwrap())
        .collect()
}

/// Every file of every gateway, read back.
#[test]
fn every_file_is_well_formed_in_its_language() {
    for to in Gateway::ALL {
        let export = out(&config(), &route(), &budgets(), to);
        assert!(!export.files.is_empty());
        for file in &export.files {
            match file.language {
                Language::Yaml => assert!(yaml(&file.text).iter().all(Value::is_object)),
                Language::Json => {
                    serde_json::from_str::<Value>(&file.text).unwrap();
                }
                Language::Toml => {
                    toml::from_str::<toml::Table>(&file.text).unwrap();
                }
            }
        }
    }
}

#[test]
fn the_same_route_gives_the_same_bytes() {
    for to in Gateway::ALL {
        let once = out(&config(), &route(), &budgets(), to);
        assert_eq!(once, out(&config(), &route(), &budgets(), to));
    }
}

#[test]
fn litellm_splits_limits_by_weight_and_has_a_map_of_one_key_for_each_rule() {
    let export = out(&config(), &route(), &budgets(), Gateway::LiteLlm);
    let config = &yaml(&export.files[0].text)[0];
    let first = &config["model_list"][0]["litellm_params"];
    assert_eq!(first["model"], "openai/gpt-6.1-sol");
    assert_eq!(first["api_key"], "os.environ/OPENAI_API_KEY");
    assert_eq!(
        (&first["weight"], &first["rpm"], &first["tpm"]),
        (&80.into(), &48.into(), &160_000.into())
    );
    assert_eq!(first["max_retries"], 0);
    let router = &config["router_settings"];
    let rules = router["fallbacks"].as_array().unwrap();
    assert_eq!(rules.len(), 1);
    assert_eq!(
        rules[0]["chat-default"],
        serde_json::json!(["chat-default-fb1", "chat-default-fb2"])
    );
    // A list's target that is a step of its own is that step's group.
    assert_eq!(
        router["content_policy_fallbacks"][0]["chat-default"][0],
        "chat-default-fb1"
    );
    assert_eq!(router["routing_strategy"], "simple-shuffle");
}

#[test]
fn envoy_asks_anthropic_at_its_openai_address() {
    let export = out(&config(), &route(), &budgets(), Gateway::Envoy);
    let documents = yaml(&export.files[0].text);
    let schemas: Vec<&Value> = documents
        .iter()
        .filter(|one| one["kind"] == "AIServiceBackend")
        .map(|one| &one["spec"]["schema"])
        .collect();
    assert_eq!(schemas.len(), 4);
    assert!(schemas.iter().all(|schema| schema["name"] == "OpenAI"));
    let traffic = documents
        .iter()
        .filter(|one| one["kind"] == "BackendTrafficPolicy");
    assert_eq!(traffic.count(), 1, "a route takes one policy");
}

#[test]
fn openrouter_has_a_body_for_each_weight_and_dots_in_versions() {
    let export = out(&config(), &route(), &budgets(), Gateway::OpenRouter);
    let names: Vec<&str> = export.files.iter().map(|file| file.name.as_str()).collect();
    assert_eq!(
        names,
        ["openrouter.variantA.json", "openrouter.variantB.json"]
    );
    let body: Value = serde_json::from_str(&export.files[0].text).unwrap();
    assert_eq!(body["model"], "openai/gpt-6.1-sol");
    assert_eq!(
        body["models"],
        serde_json::json!(["anthropic/claude-sonnet-5.5", "google/gemini-3.8-flash"])
    );
    assert!(body["provider"].get("sort").is_none() && body.get("route").is_none());
}

#[test]
fn a_target_that_cannot_be_named_is_left_out_and_reported() {
    let mut route = route();
    route.steps.push(RouteStep::plain(RouteTarget::Local));
    route
        .steps
        .push(RouteStep::plain(model("sandbox", "swift")));
    for to in Gateway::ALL {
        let export = out(&config(), &route, &[], to);
        assert!(!text(&export).contains("swift"));
        for at in [3, 4] {
            let setting = format!("steps[{at}].options[0].target");
            let loss = export.losses.iter().find(|loss| loss.setting == setting);
            assert_eq!(loss.unwrap().severity, Severity::Dropped, "{to:?}");
        }
    }
    route.steps.drain(..3);
    let (config, at) = (config(), "2026-11-25T12:00:00Z".parse().unwrap());
    let input = Input {
        config: &config,
        route: &route,
        place: &by_name,
        budgets: &[],
        at,
    };
    for to in Gateway::ALL {
        let message = export(&input, to).unwrap_err().to_string();
        assert!(
            message.contains("none of the models of `chat-default`"),
            "{message}"
        );
    }
}

#[test]
fn built_in_routes_go_to_every_gateway() {
    for route in switchboard_engine::config::default_routes() {
        for to in Gateway::ALL {
            let export = out(&config(), route, &[], to);
            let RouteTarget::Known { model, .. } = route.targets().next().unwrap() else {
                panic!("{} begins with a known model", route.name);
            };
            let text = text(&export);
            assert!(
                text.contains(model) || text.contains(&model.replace("-5-5", "-5.5")),
                "{to:?}: {text}"
            );
        }
    }
}

#[test]
fn what_stays_behind_of_a_provider_is_reported_by_name() {
    let config = switchboard_engine::config::Config::parse(
        r#"
[providers.house]
preset = "openai-compatible"
base_url = "https://llm.example.com/api/v1?code=abc"
headers = { "X-Team" = "search" }
accept_invalid_tls = true
requests_per_minute = 17
"#,
    )
    .unwrap();
    let mut route = route();
    route.steps = vec![RouteStep::plain(model("house", "m"))];
    (route.content_filter, route.context_too_long, route.auth) = Default::default();
    for to in Gateway::ALL {
        if to == Gateway::OpenRouter {
            continue;
        }
        let export = out(&config, &route, &[], to);
        for name in ["headers.X-Team", "base_url", "accept_invalid_tls"] {
            let setting = format!("providers.house.{name}");
            let dropped = |loss: &&switchboard_export::Loss| {
                loss.setting.eq_ignore_ascii_case(&setting) && loss.severity == Severity::Dropped
            };
            assert!(
                export.losses.iter().any(|loss| dropped(&loss)),
                "{to:?}: {name}"
            );
        }
        // No key is named in the file: one is looked for in a variable made of the provider's id.
        assert!(
            text(&export).contains("HOUSE_API_KEY") || to == Gateway::Portkey,
            "{to:?}"
        );
        let limited = export
            .losses
            .iter()
            .any(|loss| loss.setting == "providers.house.limits");
        assert_eq!(limited, to != Gateway::LiteLlm, "{to:?}");
        assert_eq!(
            text(&export).contains("17"),
            to == Gateway::LiteLlm,
            "{to:?}"
        );
    }
}
