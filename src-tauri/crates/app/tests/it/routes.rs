//! Route names in place of models: what they lead to, and calls that take them.

use crate::world::{BareHost, World};
use serde_json::json;
use std::time::Duration;
use switchboard_app::api::types::{CallStatus, Route, RouteSource};
use switchboard_app::plans::{Wanted, complete, plan, rehearsal_plan};
use switchboard_engine::call::{Message, ModelRequest, Params, ResponseFormat, Role};
use switchboard_engine::error::ErrorKind;
use switchboard_engine::plan::{Candidate, Limits, Plan, Recovery, Target, Tier};
use switchboard_engine::provider::Wire;

const KEYED: &str = r#"
    [providers.anthropic]
    preset = "anthropic"
    keys = [{ name = "work", from = "env:CLAUDE" }]
    requests_per_minute = 50
    [providers.openai]
    preset = "openai"
    keys = [{ name = "default", from = "env:UNSET" }]
"#;

async fn keyed(config: &str) -> World {
    let host = BareHost {
        variables: vec![("CLAUDE", "sk-ant-abcdefghijkl")],
        ..BareHost::default()
    };
    World::with_host(&format!("{KEYED}{config}"), host).await
}

fn request() -> ModelRequest {
    ModelRequest {
        model: String::new(),
        messages: vec![Message::text(Role::User, "Why is the sky blue?")],
        tools: Vec::new(),
        tool_choice: Default::default(),
        raw: None,
        response_format: ResponseFormat::Text,
        params: Params::default(),
    }
}

async fn planned(world: &World, model: &str, fallbacks: &[&str]) -> Plan {
    let fallbacks: Vec<String> = fallbacks.iter().map(|name| (*name).to_owned()).collect();
    let wanted = Wanted {
        model,
        fallbacks: &fallbacks,
        recovery: None,
        deadline: None,
        request: &request(),
        sticky: "",
    };
    plan(&world.app, &wanted).await
}

/// Writes a plan's candidates as `provider/model`, with a `!` before those that cannot be used.
fn shown(plan: &Plan) -> Vec<String> {
    let candidates = plan.candidates.iter();
    candidates
        .map(|candidate| {
            let info = candidate.info();
            let mark = match candidate {
                Candidate::Ready(_) => "",
                Candidate::Unusable { .. } => "!",
            };
            format!("{mark}{}/{}", info.provider, info.model)
        })
        .collect()
}

fn ready(plan: &Plan) -> Vec<&Target> {
    let candidates = plan.candidates.iter();
    candidates
        .filter_map(|candidate| match candidate {
            Candidate::Ready(target) => Some(target),
            Candidate::Unusable { .. } => None,
        })
        .collect()
}

#[tokio::test]
async fn a_default_route_passes_over_what_has_no_key_and_says_why() {
    let world = keyed("").await;
    let plan = planned(&world, "standard", &[]).await;
    assert_eq!(
        shown(&plan),
        [
            "!openai/gpt-6.1-terra",
            "anthropic/claude-sonnet-5-5",
            "!gemini/gemini-4-argon"
        ]
    );
    assert_eq!(plan.route.as_deref(), Some("standard"));
    for candidate in &plan.candidates {
        if let Candidate::Unusable { error, .. } = candidate {
            assert_eq!(error.kind, ErrorKind::NoCredential);
            assert!(error.message.contains("OpenAI") || error.message.contains("Gemini"));
        }
    }
    let claude = ready(&plan)[0];
    assert_eq!(claude.credential.as_deref(), Some("work"));
    assert_eq!(claude.limits.requests_per_minute, Some(50));
    assert_eq!(
        plan.lists.auth,
        [0, 1, 2],
        "a refused key goes on to the next maker"
    );
    assert!(plan.lists.content_filter.is_empty());
    assert_eq!(
        plan.reasons,
        [
            "the caller names the built-in route standard: 3 targets",
            "no model was found on this machine"
        ]
    );
}

#[tokio::test]
async fn tasks_bring_their_deadline_and_their_output_limit() {
    let world = keyed("").await;
    let plan = planned(&world, "classification", &[]).await;
    assert_eq!(plan.deadline, Duration::from_secs(10));
    let mut asked = request();
    complete(&world.app, "sim:classification", &mut asked);
    assert_eq!(
        asked.params.max_tokens,
        Some(4100),
        "its models think, which takes tokens of its own"
    );
    asked.params.max_tokens = Some(7);
    complete(&world.app, "classification", &mut asked);
    assert_eq!(asked.params.max_tokens, Some(7), "what the call says holds");
    let mut plain = request();
    complete(&world.app, "standard", &mut plain);
    complete(&world.app, "anthropic/claude-sonnet-5-5", &mut plain);
    assert_eq!(plain.params.max_tokens, None);
}

#[tokio::test]
async fn a_route_of_the_file_sets_all_that_a_plan_can_hold() {
    let world = keyed(
        r#"
        [routes.support]
        targets = ["anthropic/claude-sonnet-5-5", "sandbox/swift"]
        context_too_long = ["sandbox-gemini/verbose"]
        auth = ["sandbox/swift"]
        recovery = "fail"
        deadline = "20s"
        tier = "fast"
        hedge = "3s"
        fallback_text = "Later."
        "#,
    )
    .await;
    let plan = planned(&world, "support", &["sandbox/steady", "sandbox/swift"]).await;
    assert_eq!(
        shown(&plan),
        [
            "anthropic/claude-sonnet-5-5",
            "sandbox/swift",
            "sandbox/steady",
            "sandbox-gemini/verbose"
        ],
        "each target once, those of lists after the general ones"
    );
    assert_eq!(plan.general, 3);
    assert_eq!(
        (plan.lists.context_too_long, plan.lists.auth),
        (vec![3], vec![1])
    );
    assert_eq!(
        (plan.deadline, plan.recovery),
        (Duration::from_secs(20), Recovery::Fail)
    );
    assert_eq!(plan.hedge.unwrap().after, Duration::from_secs(3));
    assert_eq!(plan.fallback_text.as_deref(), Some("Later."));
    let Candidate::Ready(claude) = &plan.candidates[0] else {
        panic!("the first target has its key");
    };
    assert_eq!(
        (claude.tier, claude.timeouts),
        (Tier::Fast, Tier::Fast.timeouts())
    );
}

#[tokio::test]
async fn what_a_caller_asks_stands_before_what_a_route_says() {
    let world = World::with_config(
        "[routes.r]\ntargets = [\"sandbox/swift\"]\ndeadline = \"20s\"\nrecovery = \"fail\"\n",
    )
    .await;
    let wanted = Wanted {
        model: "r",
        fallbacks: &[],
        recovery: Some(Recovery::Restart),
        deadline: Some(Duration::from_secs(3)),
        request: &request(),
        sticky: "",
    };
    let plan = plan(&world.app, &wanted).await;
    assert_eq!(
        (plan.deadline, plan.recovery),
        (Duration::from_secs(3), Recovery::Restart)
    );
}

#[tokio::test]
async fn a_route_may_stand_among_fallbacks() {
    let world = keyed("").await;
    let plan = planned(&world, "sandbox/swift", &["translation"]).await;
    assert_eq!(plan.route, None, "the caller named a model");
    assert_eq!(
        shown(&plan)[..2],
        ["sandbox/swift", "!deepseek/deepseek-v4-flash"]
    );
    assert!(
        plan.lists.auth.is_empty(),
        "lists are those of a route that is named first"
    );
}

#[tokio::test]
async fn a_makers_model_is_found_wherever_it_can_be_called() {
    let world = keyed(
        r#"
        [providers.claude-eu]
        preset = "anthropic-compatible"
        base_url = "https://eu.example.com"
        models = ["claude-opus-5-5"]
        needs_key = false
        [providers.anthropic-team]
        preset = "anthropic"
        keys = [{ name = "team", from = "env:UNSET" }]
        [providers.openai-two]
        preset = "openai-chat"
        keys = [{ name = "two", from = "env:CLAUDE" }]
        "#,
    )
    .await;
    let plan = planned(&world, "complex", &[]).await;
    assert_eq!(
        shown(&plan)[..2],
        ["anthropic/claude-opus-5-5", "openai-two/gpt-6.1-sol"],
        "the maker's own first, and one with a key before one without"
    );
}

#[tokio::test]
async fn every_default_route_answers_on_simulated_twins_with_no_key() {
    let mut world = World::new().await;
    let routes: Vec<Route> =
        serde_json::from_value(world.call("routes.list", json!({})).await.unwrap()).unwrap();
    let names: Vec<&str> = routes.iter().map(|route| route.name.as_str()).collect();
    assert_eq!(
        names,
        [
            "simple",
            "standard",
            "complex",
            "classification",
            "summarization",
            "code_generation",
            "complex_reasoning",
            "translation",
            "data_extraction"
        ]
    );
    for chunk in names.chunks(5) {
        let models: Vec<String> = chunk.iter().map(|name| format!("sim:{name}")).collect();
        let models: Vec<&str> = models.iter().map(String::as_str).collect();
        let run = world.run(&models, &[]).await;
        let calls: Vec<_> = run.calls.iter().map(|started| started.call).collect();
        world.until_ended(&calls).await;
        for (call, name) in calls.into_iter().zip(&models) {
            let detail = world.detail(call).await;
            assert_eq!(detail.summary.status, CallStatus::Ok, "{name}: {detail:#?}");
            assert_eq!(detail.summary.route.as_deref(), Some(*name));
            assert!(detail.summary.requested.simulated && !detail.text.is_empty());
        }
    }
}

#[tokio::test]
async fn twins_speak_their_makers_format_and_keep_its_clocks_and_abilities() {
    let world = keyed("").await;
    let plan = planned(&world, "sim:complex", &[]).await;
    let targets = ready(&plan);
    let wires: Vec<Wire> = targets.iter().map(|target| target.endpoint.wire).collect();
    assert_eq!(
        wires,
        [
            Wire::Anthropic,
            Wire::OpenaiResponses,
            Wire::Gemini,
            Wire::OpenaiChat
        ]
    );
    assert!(
        targets
            .iter()
            .all(|target| target.simulated && target.key.is_none())
    );
    let claude = targets[0];
    assert!(
        claude.model.ends_with("&of=claude-opus-5-5"),
        "{}",
        claude.model
    );
    assert_eq!(
        claude.limits,
        Limits {
            requests_per_minute: Some(50),
            ..Limits::default()
        }
    );
    assert_eq!(claude.capabilities.context_window, Some(1_000_000));
    assert_eq!(claude.tier, Tier::Complex);
    assert!(
        plan.reasons
            .iter()
            .any(|reason| reason.contains("simulated twins"))
    );
}

#[tokio::test]
async fn a_twin_falls_over_to_the_next_as_its_maker_would() {
    let mut world = World::with_config(
        "[routes.r]\ntargets = [\"sandbox/unavailable\", \"openai/gpt-6.1-terra\"]\n",
    )
    .await;
    let run = world.run(&["sim:r"], &[]).await;
    let call = run.calls[0].call;
    world.until_ended(&[call]).await;
    let detail = world.detail(call).await;
    assert_eq!(detail.summary.status, CallStatus::Ok, "{detail:#?}");
    let answered = detail.summary.answered.unwrap();
    assert_eq!(answered.provider, "sandbox-responses");
    assert!(answered.model.contains("of=gpt-6.1-terra"));
}

#[tokio::test]
async fn a_rehearsal_has_every_target_with_no_key_and_no_server() {
    let world = World::new().await;
    let request = request();
    let wanted = Wanted {
        model: "simple",
        fallbacks: &["sandbox/swift".to_owned()],
        recovery: None,
        deadline: None,
        request: &request,
        sticky: "",
    };
    let plan = rehearsal_plan(&world.app, &wanted).await;
    assert_eq!(
        shown(&plan),
        [
            "gemini/gemini-3.8-flash",
            "deepseek/deepseek-v4-flash",
            "openai/gpt-5.6-luna",
            "sandbox/swift"
        ]
    );
    assert!(
        ready(&plan)
            .iter()
            .all(|target| target.key.is_none() && target.simulated)
    );
    let providers = world.call("providers.list", json!({})).await.unwrap();
    assert_eq!(
        providers[0]["base_url"], "",
        "the simulator was not started"
    );
}

#[tokio::test]
async fn the_list_of_routes_says_what_is_ready_and_why_the_rest_is_not() {
    let world = keyed(
        "[routes.mine]\nabout = \"My own\"\ntargets = [\"openai/x\", \"sandbox/swift\", \"local\"]\n",
    )
    .await;
    let routes: Vec<Route> =
        serde_json::from_value(world.call("routes.list", json!({})).await.unwrap()).unwrap();
    let mine = &routes[0];
    assert_eq!(
        (mine.name.as_str(), mine.about.as_str()),
        ("mine", "My own")
    );
    assert_eq!(mine.source, RouteSource::Config);
    let why: Vec<Option<&str>> = mine.targets.iter().map(|t| t.why_not.as_deref()).collect();
    assert_eq!(
        why,
        [
            Some("no key for OpenAI"),
            None,
            Some("no model was found on this machine")
        ]
    );
    let standard = routes
        .iter()
        .find(|route| route.name == "standard")
        .unwrap();
    let ready: Vec<bool> = standard.targets.iter().map(|target| target.ready).collect();
    assert_eq!(ready, [false, true, false]);
    assert_eq!(
        standard.targets[0].preset, None,
        "OpenAI is configured: only its key is missing"
    );
    assert_eq!(standard.targets[2].preset.as_deref(), Some("gemini"));
    let task = routes
        .iter()
        .find(|route| route.name == "translation")
        .unwrap();
    assert_eq!(task.settings.deadline_ms, Some(30_000));
    assert_eq!(task.settings.max_tokens, Some(2000));
}

#[tokio::test]
async fn a_route_that_names_only_this_machine_fails_with_the_reason() {
    let mut world = World::with_config("[routes.home]\ntargets = [\"local\"]\n").await;
    let run = world.run(&["home"], &[]).await;
    let call = run.calls[0].call;
    world.until_ended(&[call]).await;
    let error = world.detail(call).await.summary.error.unwrap();
    assert_eq!(error.message, "no model was found on this machine");
}
