//! Routes, limits and the gateway in the configuration file.

use super::*;
use crate::error::ErrorKind;
use crate::plan::{Hedge, Limits, Recovery, Rulings, Tier};
use std::net::{IpAddr, Ipv4Addr};
use std::time::Duration;

fn good(text: &str) -> Config {
    Config::parse(text).unwrap_or_else(|problems| panic!("{problems:?}"))
}

/// Returns the only problem: its line, field, message and fix.
fn problem(text: &str) -> (u32, String, String, String) {
    let mut found = Config::parse(text).expect_err("a problem");
    assert_eq!(found.len(), 1, "{found:?}");
    let one = found.remove(0);
    (
        one.line.unwrap(),
        one.field.unwrap(),
        one.message,
        one.fix.unwrap_or_default(),
    )
}

fn model(provider: &str, model: &str) -> RouteTarget {
    RouteTarget::Model {
        provider: provider.into(),
        model: model.into(),
    }
}

#[test]
fn a_route_is_read_with_everything_it_can_say() {
    let config = good(
        r#"
        [providers.work]
        preset = "openai"
        [routes.support]
        about = "Answers customers"
        when = 'language == "de"'
        priority = 7
        fall_back_on = ["auth"]
        stop_on = ["rejected", "not_found"]
        targets = ["work/gpt-6.1-terra", "anthropic/claude-sonnet-5-5", "local"]
        context_too_long = ["gemini/gemini-4-argon"]
        content_filter = ["sandbox/steady"]
        auth = ["anthropic/claude-sonnet-5-5"]
        recovery = "restart"
        deadline = "45s"
        tier = "fast"
        max_tokens = 700
        hedge = "3s"
        fallback_text = "We will write to you."
        task = "summarization"
        "#,
    );
    let route = config.route("support").unwrap();
    let claude = model("anthropic", "claude-sonnet-5-5");
    assert_eq!(
        *route,
        RouteConfig {
            name: "support".into(),
            about: "Answers customers".into(),
            built_in: false,
            when: Some("language == \"de\"".into()),
            priority: 7,
            rulings: Rulings {
                fall_back_on: vec![ErrorKind::Auth],
                stop_on: vec![ErrorKind::Rejected, ErrorKind::NotFound],
            },
            steps: [
                model("work", "gpt-6.1-terra"),
                claude.clone(),
                RouteTarget::Local
            ]
            .map(RouteStep::plain)
            .to_vec(),
            context_too_long: vec![model("gemini", "gemini-4-argon")],
            content_filter: vec![model("sandbox", "steady")],
            auth: vec![claude],
            recovery: Some(Recovery::Restart),
            deadline: Some(Duration::from_secs(45)),
            tier: Some(Tier::Fast),
            max_tokens: Some(700),
            hedge: Some(Hedge {
                after: Duration::from_secs(3)
            }),
            fallback_text: Some("We will write to you.".into()),
            task: Some(Task::Summarization),
        }
    );
    assert_eq!(
        route.output_limit(),
        Some(700),
        "its own limit stands before its task's"
    );
    assert_eq!(route.time_limit(), Some(Duration::from_secs(45)));
}

#[test]
fn a_configured_route_stands_in_for_the_built_in_one_of_its_name() {
    let config = good("[routes.translation]\ntargets = [\"sandbox/swift\"]\n");
    assert!(!config.route("translation").unwrap().built_in);
    assert!(config.route("simple").unwrap().built_in);
    assert!(config.route("no-such").is_none());
    let names: Vec<&str> = config
        .all_routes()
        .map(|route| route.name.as_str())
        .collect();
    assert_eq!(names.len(), 9);
    assert_eq!(names[0], "translation");
}

#[test]
fn hedging_is_off_unless_written() {
    let hedge = |text: &str| {
        let text =
            format!("[routes.r]\ntargets = [\"sandbox/swift\", \"sandbox/steady\"]\n{text}\n");
        good(&text).route("r").unwrap().hedge
    };
    assert_eq!(hedge(""), None);
    assert_eq!(hedge("hedge = false"), None);
    let two = Duration::from_secs(2);
    assert_eq!(hedge("hedge = true"), Some(Hedge { after: two }));
    let one = "[routes.r]\ntargets = [\"sandbox/swift\"]\nhedge = true\n";
    assert_eq!(problem(one).2, "a second request needs a second target");
}

#[test]
fn every_slip_in_a_route_is_told_with_place_field_and_fix() {
    let of = |line: &str| {
        problem(&format!(
            "[routes.support]\ntargets = [\"sandbox/swift\"]\n{line}\n"
        ))
    };
    let (line, field, _, fix) = of("deadlin = \"3s\"");
    assert_eq!((line, field.as_str()), (3, "routes.support.deadlin"));
    assert!(fix.contains("`deadline`"), "{fix}");
    let (_, field, message, fix) = of("auth = [\"opnai/gpt\"]");
    assert_eq!(field, "routes.support.auth[0]");
    assert_eq!(message, "there is no provider of this name");
    assert_eq!(fix, "did you mean `openai`?");
    assert!(
        of("auth = [\"gpt-6.1-terra\"]")
            .3
            .contains("\"openai/gpt-6.1-terra\"")
    );
    assert!(of("auth = []").2.contains("empty"));
    assert!(of("auth = [\"local\", \"local\"]").2.contains("twice"));
    assert!(of("deadline = 3").3.contains("\"15s\""));
    assert!(of("recovery = \"retry\"").3.contains("\"restart\""));
    assert!(of("task = \"translate\"").3.contains("\"translation\""));
    assert!(of("max_tokens = 0").2.contains("from 1"));
    assert!(of("hedge = 2").3.contains("\"2s\""));
    assert!(of("fallback_text = \" \"").2.contains("characters"));
    assert!(problem("[routes.support]\n").1.ends_with("targets"));
    for name in ["auto", "local", "Support", "\"a/b\""] {
        let text = format!("[routes.{name}]\ntargets = [\"sandbox/swift\"]\n");
        assert!(problem(&text).3.contains("[routes.support]"), "{name}");
    }
}

#[test]
fn a_broken_provider_is_told_once_and_not_again_by_routes() {
    let text = "[providers.mine]\nwire = \"openai_chat\"\n[routes.r]\ntargets = [\"mine/m\"]\n";
    assert_eq!(problem(text).1, "providers.mine.base_url");
}

#[test]
fn a_models_own_limits_stand_before_its_providers() {
    let config = good(
        r#"
        [providers.openai]
        preset = "openai"
        requests_per_minute = 60
        concurrency = 8
        [[providers.openai.models]]
        name = "gpt-6.1-sol"
        requests_per_minute = 10
        tokens_per_minute = 40_000
        "#,
    );
    let provider = config.provider("openai").unwrap();
    let limits = |requests, tokens| Limits {
        requests_per_minute: Some(requests),
        tokens_per_minute: tokens,
        concurrency: Some(8),
    };
    assert_eq!(
        provider.model("gpt-6.1-sol").limits,
        limits(10, Some(40_000))
    );
    assert_eq!(provider.model("not-listed").limits, limits(60, None));
    let (line, field, message, _) =
        problem("[providers.openai]\npreset = \"openai\"\nconcurrency = 0\n");
    assert_eq!((line, field.as_str()), (3, "providers.openai.concurrency"));
    assert!(message.contains("from 1"), "{message}");
}

#[test]
fn the_gateway_listens_on_this_machine_unless_the_file_allows_the_network() {
    let gateway = good("").gateway;
    assert_eq!(gateway.socket().to_string(), "127.0.0.1:4141");
    assert!(!gateway.needs_key(false) && gateway.needs_key(true));
    let open = good("[gateway]\naccess = \"open\"\nport = 5000\n").gateway;
    assert!(!open.needs_key(true) && open.port == 5000);
    assert!(
        good("[gateway]\naccess = \"keys\"\n")
            .gateway
            .needs_key(false)
    );

    let (line, field, message, fix) = problem("[gateway]\naddress = \"0.0.0.0\"\n");
    assert_eq!((line, field.as_str()), (2, "gateway.address"));
    assert!(
        message.contains("other machines") && fix.contains("allow_network"),
        "{message}"
    );
    let network = good("[gateway]\naddress = \"0.0.0.0\"\nallow_network = true\n").gateway;
    assert_eq!(network.address, IpAddr::V4(Ipv4Addr::UNSPECIFIED));
    assert!(network.needs_key(false), "never open to other machines");
    let open = "[gateway]\naddress = \"::\"\nallow_network = true\naccess = \"open\"\n";
    assert!(problem(open).2.contains("never open"));
    assert!(
        problem("[gateway]\naddress = \"here\"\n")
            .2
            .contains("IP address")
    );
    assert!(problem("[gateway]\nport = 0\n").2.contains("from 1"));
}

#[test]
fn a_route_is_read_step_by_step_with_weights_clocks_and_limits() {
    let config = good(
        r#"
        [routes.standard]
        [[routes.standard.steps]]
        options = [
          { model = "openai/gpt-6.1-sol", weight = 80 },
          { model = "openai/gpt-5.6-luna", weight = 20 },
        ]
        first_token = "15s"
        total = "60s"
        retries = 2
        requests_per_minute = 500
        tokens_per_minute = 200_000
        [[routes.standard.steps]]
        targets = ["anthropic/claude-sonnet-5-5", "gemini/gemini-4-argon"]
        pick = "cheapest"
        idle = "5s"
        concurrency = 4
        [[routes.standard.steps]]
        targets = ["local"]
        "#,
    );
    let route = config.route("standard").unwrap();
    let [first, second, third] = &route.steps[..] else {
        panic!("{:?}", route.steps)
    };
    let weighed = |name: &str, weight| RouteOption {
        target: model("openai", name),
        weight,
    };
    let options = [weighed("gpt-6.1-sol", 80), weighed("gpt-5.6-luna", 20)];
    assert_eq!(first.options, options);
    assert_eq!((first.pick, first.retries), (Pick::Weighted, Some(2)));
    let seconds = |seconds| Some(Duration::from_secs(seconds));
    assert_eq!(
        (first.clocks.first_token, first.clocks.total),
        (seconds(15), seconds(60))
    );
    assert_eq!(first.limits.requests_per_minute, Some(500));
    assert_eq!(first.limits.tokens_per_minute, Some(200_000));
    assert_eq!(
        (second.pick, second.clocks.idle),
        (Pick::Cheapest, seconds(5))
    );
    assert_eq!(
        (second.options.len(), second.limits.concurrency),
        (2, Some(4))
    );
    assert_eq!(*third, RouteStep::plain(RouteTarget::Local));
    assert_eq!(route.targets().count(), 5);
}

#[test]
fn every_slip_in_a_step_is_told_with_place_field_and_fix() {
    let of = |lines: &str| problem(&format!("[routes.r]\n[[routes.r.steps]]\n{lines}\n"));
    let (line, field, message, fix) = of("targets = [\"sandbox/swift\"]\nretires = 2");
    assert_eq!((line, field.as_str()), (4, "routes.r.steps[0].retires"));
    assert_eq!(
        (message.as_str(), fix.as_str()),
        ("there is no such field", "did you mean `retries`?")
    );
    assert_eq!(of("retries = 1").1, "routes.r.steps[0].targets");
    assert!(
        of("targets = [\"sandbox/swift\", \"sandbox/steady\"]")
            .3
            .contains("pick = \"cheapest\"")
    );
    let both = "targets = [\"sandbox/swift\"]\noptions = [{ model = \"sandbox/swift\" }]";
    assert!(of(both).2.contains("not both"));
    let options = |inner: &str| of(&format!("options = [{inner}]"));
    let (_, field, message, _) = options("{ weight = 3 }");
    assert_eq!(
        (field.as_str(), message.as_str()),
        ("routes.r.steps[0].options[0].model", "`model` is missing")
    );
    assert_eq!(
        options("{ model = \"opnai/x\" }").3,
        "did you mean `openai`?"
    );
    assert!(
        options("{ model = \"sandbox/swift\", weight = 0 }")
            .2
            .contains("every weight")
    );
    assert!(
        options("{ model = \"sandbox/swift\" }, { model = \"sandbox/swift\" }")
            .2
            .contains("already")
    );
    assert!(options("").2.contains("empty"));
    assert!(
        of("options = [{ model = \"sandbox/swift\", weight = 3 }]\npick = \"best\"")
            .2
            .contains("weights")
    );
    assert!(
        of("targets = [\"sandbox/swift\"]\npick = \"cheap\"")
            .3
            .contains("\"cheapest\"")
    );
    assert!(
        of("targets = [\"sandbox/swift\"]\nretries = 11")
            .2
            .contains("0 to 10")
    );
    let (_, field, _, _) =
        of("targets = [\"sandbox/swift\"]\nfirst_token = \"9s\"\ntotal = \"3s\"");
    assert_eq!(field, "routes.r.steps[0].first_token");
    let route = |line: &str| {
        problem(&format!(
            "[routes.r]\ntargets = [\"sandbox/swift\"]\n{line}\n"
        ))
    };
    assert!(
        route("[[routes.r.steps]]\ntargets = [\"local\"]")
            .2
            .contains("not both")
    );
    assert!(route("when = \"  \"").2.contains("1 to 4000"));
    assert!(
        route("stop_on = [\"rate_limit\"]")
            .3
            .contains("\"rate_limited\"")
    );
    assert!(
        route("stop_on = [\"cancelled\"]")
            .3
            .contains("write one of")
    );
    assert!(
        route("stop_on = [\"server\"]\nfall_back_on = [\"server\"]")
            .2
            .contains("too")
    );
    assert!(
        route("fall_back_on = [\"auth\", \"auth\"]")
            .2
            .contains("twice")
    );
    assert_eq!(problem("[routes.r]\nsteps = []\n").1, "routes.r.steps");
    let many = "[[routes.r.steps]]\ntargets = [\"sandbox/swift\"]\n".repeat(17);
    assert!(
        problem(&format!("[routes.r]\n{many}"))
            .2
            .contains("at most 16")
    );
}
