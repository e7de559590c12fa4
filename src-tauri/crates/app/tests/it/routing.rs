//! Which route and model a call takes, and why: rules, shares, equals, and the record of it.

use crate::world::World;
use serde_json::{Value, json};
use std::collections::HashMap;
use switchboard_app::Caller;
use switchboard_app::api::types::*;
use switchboard_app::plans::{Asked, Routed, Wanted, plan_routed, route};
use switchboard_engine::call::{Message, ModelRequest, Params, ResponseFormat, Role};
use switchboard_engine::plan::Plan;

const RULES: &str = r#"
[providers.work]
wire = "openai_chat"
base_url = "http://127.0.0.1:9/v1"
needs_key = false
[[providers.work.models]]
name = "dear"
price = { input = 50, output = 100 }
[[providers.work.models]]
name = "cheap"
price = { input = 1, output = 2 }
[[providers.work.models]]
name = "unpriced"

[routes.pictures]
when = "has_images"
targets = ["sandbox/swift"]

[routes.german]
when = 'language == "de"'
targets = ["sandbox/steady"]

[routes.long]
when = "input_chars > 2000"
priority = 5
targets = ["sandbox/chatty"]

[routes.trial]
[[routes.trial.steps]]
options = [{ model = "sandbox/swift", weight = 80 }, { model = "sandbox/steady", weight = 20 }, { model = "sandbox/chatty", weight = 0 }]

[routes.frugal]
[[routes.frugal.steps]]
targets = ["work/unpriced", "work/dear", "work/cheap"]
pick = "cheapest"
[[routes.frugal.steps]]
targets = ["sandbox/swift"]

[routes.quick]
[[routes.quick.steps]]
targets = ["sandbox/steady", "sandbox/swift"]
pick = "fastest"

[routes.liked]
[[routes.liked.steps]]
targets = ["sandbox/steady", "sandbox/swift"]
pick = "best"
"#;

const GERMAN: &str = "Wie lange dauert es, bis die Rechnung für den letzten Monat bezahlt ist?";

fn request(text: &str) -> ModelRequest {
    ModelRequest {
        model: String::new(),
        messages: vec![Message::text(Role::User, text)],
        tools: Vec::new(),
        tool_choice: Default::default(),
        raw: None,
        response_format: ResponseFormat::Text,
        params: Params::default(),
    }
}

async fn routed(world: &World, model: &str, text: &str, sticky: Option<&str>) -> (Routed, Plan) {
    let request = request(text);
    let mut routed = route(
        &world.app,
        &Asked {
            model,
            request: &request,
            program: Caller::Cli,
            caller: Some("ci"),
            project: None,
            tags: &[],
            prompt: None,
            sticky,
        },
    )
    .await;
    let wanted = Wanted {
        model: &routed.model.clone(),
        fallbacks: &[],
        recovery: None,
        deadline: None,
        request: &request,
        sticky: &routed.sticky.clone(),
    };
    let plan = plan_routed(&world.app, &wanted, &mut routed.decision).await;
    (routed, plan)
}

fn models(plan: &Plan) -> Vec<String> {
    plan.candidates
        .iter()
        .map(|candidate| candidate.info().model)
        .collect()
}

async fn explain(world: &World, params: Value) -> RouteExplanation {
    let told = world.call("routes.explain", params).await.unwrap();
    serde_json::from_value(told).unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn auto_takes_the_first_rule_that_holds_by_priority_and_then_by_the_files_order() {
    let world = World::with_config(RULES).await;
    let (german, plan) = routed(&world, "auto", GERMAN, None).await;
    assert_eq!(
        (german.model.as_str(), german.decision.by),
        ("german", RoutedBy::Rule)
    );
    assert_eq!(models(&plan), ["steady"]);
    assert_eq!(plan.route.as_deref(), Some("german"));
    let tried: Vec<(&str, bool)> = german
        .decision
        .rules
        .iter()
        .map(|rule| (rule.route.as_str(), rule.held))
        .collect();
    assert_eq!(
        tried,
        [("long", false), ("pictures", false), ("german", true)]
    );
    // The one of higher priority takes what both would.
    let long = GERMAN.repeat(60);
    assert_eq!(routed(&world, "auto", &long, None).await.0.model, "long");
    // Nothing is kept of the text.
    let facts = german.decision.facts.unwrap();
    assert!(facts.text.is_empty() && facts.input_chars > 20);
    assert_eq!(facts.caller.as_deref(), Some("ci"));
    // Where no rule holds, a built-in route takes the call.
    let (other, _) = routed(&world, "auto", "xyzzy", None).await;
    assert!(other.decision.route.is_some() && other.decision.by != RoutedBy::Rule);
    // Simulated twins of what fits.
    assert_eq!(
        routed(&world, "sim:auto", GERMAN, None).await.0.model,
        "sim:german"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn what_the_caller_names_is_taken_whatever_rules_say() {
    let world = World::with_config(RULES).await;
    let (named, _) = routed(&world, "frugal", GERMAN, None).await;
    assert_eq!(
        (named.decision.by, named.decision.facts),
        (RoutedBy::Name, None)
    );
    let (model, plan) = routed(&world, "sandbox/swift", GERMAN, None).await;
    assert_eq!(model.decision.by, RoutedBy::Model);
    assert_eq!(
        (models(&plan), plan.route),
        (vec!["swift".to_owned()], None)
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn weighted_variants_stick_to_the_caller_and_keep_their_shares() {
    let world = World::with_config(RULES).await;
    let mut counts: HashMap<String, u32> = HashMap::new();
    for number in 0..400 {
        let sticky = format!("user-{number}");
        let (first, plan) = routed(&world, "trial", "hello", Some(&sticky)).await;
        let (again, _) = routed(&world, "trial", "something else", Some(&sticky)).await;
        assert_eq!(first.decision.picks, again.decision.picks);
        assert_eq!(plan.candidates.len(), 1, "the others are not tried");
        *counts.entry(models(&plan).remove(0)).or_default() += 1;
    }
    // 320 expected; five standard deviations are 40.
    assert!((280..=360).contains(&counts["swift"]), "{counts:?}");
    assert!(!counts.contains_key("chatty"), "a weight of 0 gets nobody");
    // Without a name of its own, a conversation stays with its variant as it goes on.
    let turns = |count: usize| {
        let mut request = request("first question");
        for turn in 1..count {
            request
                .messages
                .push(Message::text(Role::Assistant, "answer"));
            request
                .messages
                .push(Message::text(Role::User, format!("question {turn}")));
        }
        request
    };
    let sticky = async |request: ModelRequest| {
        let request = &request;
        let asked = Asked {
            model: "trial",
            request,
            program: Caller::Cli,
            caller: None,
            project: None,
            tags: &[],
            prompt: None,
            sticky: None,
        };
        route(&world.app, &asked).await.sticky
    };
    assert_eq!(sticky(turns(1)).await, sticky(turns(4)).await);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_cheapest_of_equals_comes_first_and_an_unknown_price_last() {
    let world = World::with_config(RULES).await;
    let (routed, plan) = routed(&world, "frugal", "hello", None).await;
    assert_eq!(models(&plan), ["cheap", "dear", "unpriced", "swift"]);
    let pick = &routed.decision.picks[0];
    assert!(pick.why.starts_with("is the cheapest of 3"), "{}", pick.why);
    assert_eq!(pick.options[2].value, None);
    assert!(
        plan.reasons
            .iter()
            .any(|reason| reason.starts_with("work/cheap is the cheapest"))
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn the_fastest_is_known_from_first_tokens_and_the_best_from_votes() {
    let mut world = World::with_config(RULES).await;
    let slow = "sandbox/steady";
    let run = world.run(&[slow, "sandbox/swift"], &[]).await;
    let calls: Vec<_> = run.calls.iter().map(|started| started.call).collect();
    world.until_ended(&calls).await;
    let (quick, plan) = routed(&world, "quick", "hello", None).await;
    assert!(
        quick.decision.picks[0].why.contains("fastest"),
        "{:?}",
        quick.decision.picks
    );
    assert_eq!(models(&plan).len(), 2, "the others follow");
    for call in &calls {
        world.detail(*call).await;
    }
    for (call, rating) in calls.iter().zip(["bad", "good"]) {
        let params = json!({"call": call, "rating": rating});
        world.call("calls.rate", params).await.unwrap();
    }
    let (liked, plan) = routed(&world, "liked", "hello", None).await;
    assert_eq!(
        models(&plan),
        ["swift", "steady"],
        "{:?}",
        liked.decision.picks
    );
    assert_eq!(
        liked.decision.picks[0].options[0].value.as_deref(),
        Some("1 of 1 votes")
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_call_tells_why_it_took_its_model_and_which_path() {
    let mut world = World::with_config(&format!("{RULES}\n[routes.failing]\ntargets = [\"openai/gpt-6.1-terra\", \"work/cheap\", \"sandbox/swift\", \"sandbox/steady\"]\n")).await;
    let run = world.run(&["auto", "trial", "failing"], &[]).await;
    let calls: Vec<_> = run.calls.iter().map(|started| started.call).collect();
    world.until_ended(&calls).await;
    let why = async |index: usize| -> RouteExplanation {
        let told = world
            .call("calls.explain", json!({"call": calls[index]}))
            .await
            .unwrap();
        serde_json::from_value(told).unwrap()
    };
    let auto = why(0).await;
    assert_eq!(auto.decision.as_ref().unwrap().asked, "auto");
    let trial = why(1).await;
    let pick = &trial.decision.as_ref().unwrap().picks[0];
    assert!(
        trial.sentence.contains("of 3 variants"),
        "{}",
        trial.sentence
    );
    assert_eq!(trial.path[0].model, pick.options[0].model);
    let failing = why(2).await;
    let states: Vec<PathState> = failing.path.iter().map(|step| step.state).collect();
    assert_eq!(
        states,
        [
            PathState::Skipped,
            PathState::Failed,
            PathState::Taken,
            PathState::NotReached
        ]
    );
    assert!(failing.sentence.starts_with("Chose sandbox/swift because the caller named the route failing; skipped openai/gpt-6.1-terra (OpenAI is not set up"), "{}", failing.sentence);
    assert_eq!(failing.decision, None);
    let unknown = json!({"call": "00000000-0000-7000-8000-000000000000"});
    let error = world.call("calls.explain", unknown).await.unwrap_err();
    assert_eq!(error.code, ErrorCode::NotFound);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_request_that_is_not_made_is_explained_and_rules_are_tested_and_completed() {
    let world = World::with_config(RULES).await;
    let told = explain(&world, json!({"prompt": GERMAN})).await;
    assert!(
        told.sentence
            .starts_with("sandbox/steady would be asked because the rule of german held"),
        "{}",
        told.sentence
    );
    let told = explain(&world, json!({"facts": {"images": 2}})).await;
    assert_eq!(told.decision.unwrap().route.as_deref(), Some("pictures"));
    let told = explain(&world, json!({"model": "simple", "prompt": "hi"})).await;
    assert!(
        told.path
            .iter()
            .all(|step| step.state == PathState::Skipped),
        "{told:?}"
    );
    assert!(
        told.sentence.starts_with("No model could be asked"),
        "{}",
        told.sentence
    );
    let test = async |rule: &str| -> RuleTest {
        let params = json!({"rule": rule, "request": {"prompt": GERMAN}});
        let test = world.call("routes.test_rule", params).await.unwrap();
        serde_json::from_value(test).unwrap()
    };
    let good = test("language == \"de\" and input_chars < 10").await;
    assert!(!good.holds);
    let parts = good.explained.unwrap().parts;
    assert!(parts[0].holds && !parts[1].holds);
    let bad = test("langage == \"de\"").await;
    assert_eq!(bad.error.unwrap().replacement.as_deref(), Some("language"));
    let offered = world
        .call("routes.complete_rule", json!({"text": "lang", "cursor": 4}))
        .await
        .unwrap();
    assert_eq!(offered[0]["insert"], "language");
    let long = json!({"text": "x".repeat(20_000), "cursor": 4});
    assert!(world.call("routes.complete_rule", long).await.is_err());
}

#[tokio::test(flavor = "multi_thread")]
async fn where_no_rule_holds_the_kind_of_work_decides_and_then_how_demanding_it_is() {
    let world = World::with_config("").await;
    let translate =
        "Translate the following sentence into French: The invoice was paid last month.";
    let (task, _) = routed(&world, "auto", translate, None).await;
    assert_eq!(
        (task.model.as_str(), task.decision.by),
        ("translation", RoutedBy::Task)
    );
    let guess = task.decision.task.unwrap();
    assert!(guess.sure && guess.certainty > 0.5, "{guess:?}");
    let (plain, _) = routed(&world, "auto", "Thanks!", None).await;
    assert_eq!(
        (plain.model.as_str(), plain.decision.by),
        ("simple", RoutedBy::Complexity)
    );
    // A route of the file for that kind of work stands in.
    let world = World::with_config(
        "[routes.translation]\ntask = \"translation\"\ntargets = [\"sandbox/swift\"]\n",
    )
    .await;
    let (own, plan) = routed(&world, "auto", translate, None).await;
    assert_eq!(
        (own.model.as_str(), models(&plan)),
        ("translation", vec!["swift".to_owned()])
    );
    let told = explain(&world, json!({"prompt": translate})).await;
    assert!(
        told.sentence
            .contains("on the route translation because the prompt reads like translation"),
        "{}",
        told.sentence
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn an_experiment_is_reported_by_variant_and_claims_no_more_than_the_data() {
    let even = "[routes.even]\n[[routes.even.steps]]\noptions = [{ model = \"sandbox/swift\" }, { model = \"sandbox/steady\" }]\npick = \"weighted\"\n";
    let mut world = World::with_config(even).await;
    let mut calls = Vec::new();
    for _ in 0..3 {
        let run = world.run(&["even", "even"], &[]).await;
        calls.extend(run.calls.iter().map(|started| started.call));
    }
    world.until_ended(&calls).await;
    for call in &calls {
        world.detail(*call).await;
    }
    let report = world
        .call("routes.experiment", json!({"route": "even"}))
        .await
        .unwrap();
    let report: Experiment = serde_json::from_value(report).unwrap();
    let counted: u32 = report.variants.iter().map(|variant| variant.calls).sum();
    assert_eq!(counted, 6, "{report:?}");
    assert!(
        report
            .variants
            .iter()
            .all(|variant| variant.simulated && variant.answered == variant.calls)
    );
    assert!(report.variants[0].against_first.is_empty());
    for variant in &report.variants[1..] {
        assert!(
            variant
                .against_first
                .iter()
                .all(|one| one.words.starts_with("not enough data")),
            "{variant:?}"
        );
    }
    assert!(
        world
            .call("routes.experiment", json!({"route": "none"}))
            .await
            .is_err()
    );
    assert!(
        world
            .call("routes.experiment", json!({"route": "even", "days": 0}))
            .await
            .is_err()
    );
}

/// A model that says one thing, as the classifier.
fn classified_by(model: &str) -> String {
    format!("[settings]\nclassifier = \"sandbox/{model}\"\n")
}

#[tokio::test(flavor = "multi_thread")]
async fn a_light_model_says_what_kind_of_work_a_prompt_is_where_the_user_wants_it_asked() {
    let prompt = "Thanks!";
    let model = "sandbox/steady?ttft=1&tps=max&say=**code_generation**";
    let world = World::with_config(&classified_by(&model["sandbox/".len()..])).await;
    let (said, _) = routed(&world, "auto", prompt, None).await;
    assert_eq!(said.model, "code_generation");
    assert_eq!(said.decision.by, RoutedBy::Task);
    assert!(
        said.decision
            .why
            .contains("takes the prompt for code generation")
    );
    let guess = said.decision.task.unwrap();
    assert_eq!(guess.by.as_deref(), Some(model));
    // It is a call like any other.
    let page = world
        .call("calls.list", json!({"search": "", "limit": 50}))
        .await
        .unwrap();
    let page: CallPage = serde_json::from_value(page).unwrap();
    assert_eq!(page.calls.len(), 1);
    assert_eq!(page.calls[0].tags, ["classifier"]);
    assert_eq!(page.calls[0].caller, "cli");
    // Nothing is asked where nothing needs to be known.
    routed(&world, "complex", prompt, None).await;
    let (twins, _) = routed(&world, "sim:auto", prompt, None).await;
    assert_eq!(twins.decision.task.unwrap().by, None);
    let page = world
        .call("calls.list", json!({"search": "", "limit": 50}))
        .await
        .unwrap();
    assert_eq!(page["calls"].as_array().unwrap().len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn where_the_light_model_fails_or_says_no_label_this_machine_decides() {
    let translate =
        "Translate the following sentence into French: The invoice was paid last month.";
    for model in [
        "steady?fault=500",
        "steady?ttft=1&say=unsure",
        "steady?ttft=60000",
        "nobody-knows-it",
    ] {
        let world = World::with_config(&classified_by(model)).await;
        let began = std::time::Instant::now();
        let (local, _) = routed(&world, "auto", translate, None).await;
        assert_eq!(local.model, "translation", "{model}");
        assert_eq!(local.decision.task.unwrap().by, None, "{model}");
        assert!(began.elapsed().as_secs() < 10, "{model}");
    }
    // What would be asked is not asked while a prompt is only looked at.
    let world = World::with_config(&classified_by("steady?fault=500")).await;
    let told = explain(&world, json!({"prompt": translate})).await;
    let why = "reads like translation";
    let asks = "a call asks sandbox/steady?fault=500 first";
    assert!(
        told.sentence.contains(why) && told.sentence.contains(asks),
        "{}",
        told.sentence
    );
    // Something else is an answer too: the prompt's demand decides.
    let world = World::with_config(&classified_by("steady?ttft=1&say=other")).await;
    let (other, _) = routed(&world, "auto", translate, None).await;
    assert_eq!(other.decision.by, RoutedBy::Complexity);
}
