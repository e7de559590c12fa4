//! Routes that are edited: forms, problems, the file that results, and its versions.

use crate::world::World;
use serde_json::{Value, json};
use std::time::Duration;
use switchboard_app::api::types::*;
use switchboard_app::plans::{Wanted, plan};
use switchboard_engine::call::{Message, ModelRequest, Params, ResponseFormat, Role};
use switchboard_engine::plan::Candidate;

const FILE: &str = r#"# Ours.

[providers.openai]
preset = "openai"
keys = [{ name = "default", from = "env:UNSET" }]

# Answers customers; ask before you touch it.
[routes.support]
about = "Answers customers" # one line
targets = [
  "openai/gpt-6.1-terra", # the good one
  "sandbox/steady",
]
deadline = "45s" # agreed with support

[routes.other]
targets = ["sandbox/swift"]

[settings]
retries = 1
"#;

async fn form(world: &World, name: &str) -> RouteForm {
    let form = world
        .call("routes.get", json!({"name": name}))
        .await
        .unwrap();
    serde_json::from_value(form).unwrap()
}

async fn check(world: &World, original: Option<&str>, draft: &RouteDraft) -> RouteCheck {
    let params = json!({"original": original, "draft": draft});
    let check = world.call("routes.check", params).await.unwrap();
    serde_json::from_value(check).unwrap()
}

fn edit(original: Option<&str>, draft: &RouteDraft) -> Value {
    json!({"drafts": [{"original": original, "draft": draft}]})
}

async fn activate(world: &World, original: Option<&str>, draft: &RouteDraft) -> ConfigVersion {
    let version = world.call("routes.activate", edit(original, draft)).await;
    serde_json::from_value(version.unwrap()).unwrap()
}

async fn versions(world: &World) -> Vec<ConfigVersion> {
    let versions = world.call("config.versions", json!({})).await.unwrap();
    serde_json::from_value(versions).unwrap()
}

fn option(model: &str, weight: u32) -> OptionDraft {
    OptionDraft {
        model: model.to_owned(),
        weight,
    }
}

fn step(model: &str) -> StepDraft {
    StepDraft {
        options: vec![option(model, 1)],
        ..StepDraft::default()
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_edited_route_keeps_comments_and_every_line_that_was_not_touched() {
    let world = World::with_config(FILE).await;
    let mut draft = form(&world, "support").await.draft;
    draft.steps.swap(0, 1);
    draft.deadline_ms = Some(30_000);
    draft.max_tokens = Some(900);
    let diff = world
        .call("routes.diff", edit(Some("support"), &draft))
        .await
        .unwrap();
    let diff: RouteDiff = serde_json::from_value(diff).unwrap();
    assert_eq!(diff.before, FILE);
    let version = activate(&world, Some("support"), &draft).await;
    assert_eq!(version.note.as_deref(), Some("changed `support`"));
    assert_eq!(
        (version.origin, version.active),
        (ConfigOrigin::Window, true)
    );
    let text = world.config_text();
    assert_eq!(text, diff.after);
    for kept in [
        "# Ours.\n",
        "# Answers customers; ask before you touch it.\n[routes.support]",
        "about = \"Answers customers\" # one line",
        "# the good one",
        "deadline = \"30s\" # agreed with support",
        "max_tokens = 900",
        "[routes.other]\ntargets = [\"sandbox/swift\"]",
        "[settings]\nretries = 1",
    ] {
        assert!(text.contains(kept), "{kept}\n---\n{text}");
    }
    let steady = text.find("sandbox/steady").unwrap();
    assert!(steady < text.find("gpt-6.1-terra").unwrap(), "{text}");
    // The same form again changes nothing.
    let same = form(&world, "support").await.draft;
    assert_eq!(same, draft);
    activate(&world, Some("support"), &same).await;
    assert_eq!(world.config_text(), text);
}

#[tokio::test(flavor = "multi_thread")]
async fn steps_with_weights_clocks_and_limits_are_written_read_and_hold_in_the_plan() {
    let world = World::with_config(FILE).await;
    let mut draft = form(&world, "other").await.draft;
    draft.steps[0].first_token_ms = Some(15_000);
    draft.steps[0].total_ms = Some(60_000);
    draft.steps[0].retries = Some(4);
    draft.steps[0].requests_per_minute = Some(500);
    draft.steps[0].concurrency = Some(3);
    draft.steps.push(StepDraft {
        options: vec![
            option("sandbox/steady", 80),
            option("sandbox/gibberish", 20),
        ],
        idle_ms: Some(1500),
        ..StepDraft::default()
    });
    draft.steps.push(StepDraft {
        options: vec![option("sandbox/chatty", 1), option("local", 1)],
        pick: RoutePick::Cheapest,
        ..StepDraft::default()
    });
    draft.stop_on = vec![switchboard_engine::error::ErrorKind::Rejected];
    activate(&world, Some("other"), &draft).await;
    let text = world.config_text();
    assert!(text.contains("[[routes.other.steps]]\ntargets = [\"sandbox/swift\"]\nfirst_token = \"15s\"\ntotal = \"1m\"\nretries = 4\n"), "{text}");
    assert!(
        text.contains("{ model = \"sandbox/steady\", weight = 80 },"),
        "{text}"
    );
    assert!(text.find("[[routes.other.steps]]").unwrap() < text.find("[settings]").unwrap());
    assert_eq!(form(&world, "other").await.draft, draft);

    let request = ModelRequest {
        model: String::new(),
        messages: vec![Message::text(Role::User, "Why is the sky blue?")],
        tools: Vec::new(),
        tool_choice: Default::default(),
        raw: None,
        response_format: ResponseFormat::Text,
        params: Params::default(),
    };
    let wanted = Wanted {
        model: "other",
        fallbacks: &[],
        recovery: None,
        deadline: None,
        request: &request,
        sticky: "",
    };
    let plan = plan(&world.app, &wanted).await;
    let Candidate::Ready(first) = &plan.candidates[0] else {
        panic!("{plan:?}")
    };
    assert_eq!(first.timeouts.first_token, Duration::from_secs(15));
    assert_eq!(first.step.retries, Some(4));
    assert_eq!(first.limits.requests_per_minute, Some(500));
    assert_eq!(first.limits.concurrency, Some(3));
    assert_eq!(plan.lists.rulings.stop_on.len(), 1);

    // A step that moves keeps its own comment.
    let commented = text.replacen(
        "[[routes.other.steps]]\ntargets",
        "# first choice\n[[routes.other.steps]]\ntargets",
        1,
    );
    world.write_config(&commented).await;
    draft.steps.rotate_left(1);
    activate(&world, Some("other"), &draft).await;
    let text = world.config_text();
    assert!(
        text.contains("# first choice\n[[routes.other.steps]]\ntargets = [\"sandbox/swift\"]"),
        "{text}"
    );
    assert_eq!(form(&world, "other").await.draft, draft);
    // Back to the short form is not forced; the file stays as the user wrote it.
    draft.steps = vec![step("sandbox/swift")];
    activate(&world, Some("other"), &draft).await;
    assert_eq!(form(&world, "other").await.draft, draft);
}

#[tokio::test(flavor = "multi_thread")]
async fn every_default_task_route_can_be_edited_and_given_back() {
    let world = World::with_config("").await;
    for name in [
        "classification",
        "summarization",
        "code_generation",
        "complex_reasoning",
        "translation",
        "data_extraction",
    ] {
        let mut draft = form(&world, name).await.draft;
        assert!(draft.steps.len() >= 4, "{draft:?}");
        draft.steps.push(step("sandbox/swift"));
        draft.about = "Ours".to_owned();
        activate(&world, Some(name), &draft).await;
        let edited = form(&world, name).await;
        assert_eq!(edited.draft, draft);
        assert!(edited.replaces_built_in && edited.source == RouteSource::Config);
        let check = check(&world, Some(name), &draft).await;
        assert!(
            check.problems.iter().all(|problem| !problem.blocking),
            "{check:?}"
        );
        world
            .call("routes.remove", json!({"name": name}))
            .await
            .unwrap();
        assert_eq!(form(&world, name).await.source, RouteSource::BuiltIn);
    }
    let error = world
        .call("routes.remove", json!({"name": "simple"}))
        .await
        .unwrap_err();
    assert!(
        error.message.contains("comes with the program"),
        "{error:?}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_wrong_with_a_form_is_said_at_its_fields() {
    let world = World::with_config(FILE).await;
    let mut draft = form(&world, "support").await.draft;
    draft.name = "other".to_owned();
    draft.steps.push(StepDraft {
        options: vec![option("opnai/x", 0), option("sandbox/swift", 0)],
        retries: Some(99),
        first_token_ms: Some(9000),
        total_ms: Some(3000),
        ..StepDraft::default()
    });
    draft.lists.auth = vec!["nonsense".to_owned()];
    draft.deadline_ms = Some(0);
    draft.stop_on = vec![switchboard_engine::error::ErrorKind::Cancelled];
    let found = check(&world, Some("support"), &draft).await.problems;
    let blocking: Vec<&str> = found
        .iter()
        .filter(|problem| problem.blocking)
        .map(|problem| problem.field.as_str())
        .collect();
    for field in [
        "name",
        "steps[2].options[0].model",
        "steps[2].retries",
        "steps[2].first_token_ms",
        "lists.auth[0]",
        "deadline_ms",
        "stop_on[0]",
    ] {
        assert!(blocking.contains(&field), "{field}: {found:#?}");
    }
    // A missing key is said and does not keep the form from being activated.
    let missing = found
        .iter()
        .find(|problem| problem.field == "steps[0].options[0].model");
    assert!(
        missing.is_some_and(|problem| !problem.blocking),
        "{found:#?}"
    );
    let error = world
        .call("routes.activate", edit(Some("support"), &draft))
        .await
        .unwrap_err();
    assert_eq!(
        (error.code, error.field.as_deref()),
        (ErrorCode::Conflict, Some("name"))
    );
    draft.name = "support".to_owned();
    let error = world
        .call("routes.activate", edit(Some("support"), &draft))
        .await
        .unwrap_err();
    assert_eq!(error.code, ErrorCode::InvalidParams);
    assert!(error.field.unwrap().starts_with("drafts[0]."));
    assert_eq!(world.config_text(), FILE);
    let empty = RouteDraft {
        name: "new".to_owned(),
        ..RouteDraft::default()
    };
    let found = check(&world, None, &empty).await;
    assert_eq!(found.problems[0].field, "steps");
    assert_eq!((found.worst, found.typical), (None, None));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_route_is_estimated_from_prices_clocks_and_history() {
    let mut world = World::with_config(FILE).await;
    let draft = form(&world, "support").await.draft;
    let first = check(&world, Some("support"), &draft).await;
    let worst = first.worst.unwrap();
    assert!(worst.cost.unwrap().0 > 0);
    assert_eq!(worst.elapsed_ms, Some(45_000), "capped by the deadline");
    assert!(first.typical.unwrap().rests_on.contains("assumed"));
    // Longer answers cost more at most.
    let longer = RouteDraft {
        max_tokens: Some(100_000),
        ..draft.clone()
    };
    let longer = check(&world, Some("support"), &longer).await.worst.unwrap();
    assert!(longer.cost > worst.cost);
    let run = world.run(&["other", "other", "other"], &[]).await;
    let calls: Vec<_> = run.calls.iter().map(|started| started.call).collect();
    world.until_ended(&calls).await;
    // A call is opened with all that was recorded of it.
    for call in calls {
        world.detail(call).await;
    }
    let typical = form(&world, "other").await.check.typical.unwrap();
    assert_eq!(typical.rests_on, "the last 3 calls of this route");
    assert!(typical.elapsed_ms.is_some_and(|ms| ms > 0), "{typical:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn every_version_of_the_file_is_kept_and_can_be_brought_back() {
    let world = World::with_config(FILE).await;
    assert_eq!(versions(&world).await.len(), 1);
    let draft = RouteDraft {
        name: "fresh".to_owned(),
        steps: vec![step("sandbox/swift")],
        ..RouteDraft::default()
    };
    activate(&world, None, &draft).await;
    // By hand, while the program runs; a broken text in between is no version.
    world.write_config("[routes.x]\ntargets = 3\n").await;
    assert!(
        world
            .call("routes.get", json!({"name": "fresh"}))
            .await
            .is_ok(),
        "the last good one stays"
    );
    let broken = world
        .call("routes.activate", edit(Some("fresh"), &draft))
        .await
        .unwrap_err();
    assert_eq!(broken.code, ErrorCode::Config);
    let by_hand = format!(
        "# by hand, key sk-ant-api03-{}\n[settings]\nretries = 3\n",
        "x".repeat(40)
    );
    world.write_config(&by_hand).await;
    let all = versions(&world).await;
    let shown: Vec<(u32, ConfigOrigin, bool)> = all
        .iter()
        .map(|version| (version.id, version.origin, version.active))
        .collect();
    let expected = [
        (3, ConfigOrigin::File, true),
        (2, ConfigOrigin::Window, false),
        (1, ConfigOrigin::File, false),
    ];
    assert_eq!(shown, expected);
    let get = async |id: u32| -> ConfigVersionText {
        let version = world
            .call("config.version", json!({"id": id}))
            .await
            .unwrap();
        serde_json::from_value(version).unwrap()
    };
    assert_eq!(get(1).await.text, FILE);
    assert!(get(1).await.added_lines > 10);
    assert!(
        !get(3).await.text.contains("sk-ant-api03-xxx"),
        "no secret is kept"
    );
    // A version can be brought back over a broken file.
    world.write_config("[routes.x]\n").await;
    let restored = world
        .call("config.restore", json!({"id": 1}))
        .await
        .unwrap();
    let restored: ConfigVersion = serde_json::from_value(restored).unwrap();
    assert_eq!(
        (restored.id, restored.restored_from, restored.active),
        (4, Some(1), true)
    );
    assert_eq!(world.config_text(), FILE);
    let error = world
        .call("config.version", json!({"id": 99}))
        .await
        .unwrap_err();
    assert_eq!(error.code, ErrorCode::NotFound);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_route_is_renamed_copied_and_removed_with_its_comments() {
    let world = World::with_config(FILE).await;
    let to = |name: &str, to: &str| json!({"name": name, "to": to});
    world
        .call("routes.rename", to("support", "help"))
        .await
        .unwrap();
    let text = world.config_text();
    assert!(
        text.contains("# Answers customers; ask before you touch it.\n[routes.help]"),
        "{text}"
    );
    assert!(text.contains("deadline = \"45s\" # agreed with support"));
    assert_eq!(
        world
            .call("routes.get", json!({"name": "support"}))
            .await
            .unwrap_err()
            .code,
        ErrorCode::NotFound
    );
    let error = world
        .call("routes.rename", to("help", "other"))
        .await
        .unwrap_err();
    assert_eq!(error.code, ErrorCode::Conflict);
    world
        .call("routes.duplicate", to("help", "help-2"))
        .await
        .unwrap();
    assert_eq!(
        form(&world, "help-2").await.draft.steps,
        form(&world, "help").await.draft.steps
    );
    world
        .call("routes.duplicate", to("translation", "german"))
        .await
        .unwrap();
    assert_eq!(
        form(&world, "german").await.draft.task,
        Some(RouteTask::Translation)
    );
    world
        .call("routes.remove", json!({"name": "help"}))
        .await
        .unwrap();
    let text = world.config_text();
    assert!(
        !text.contains("ask before") && text.contains("# Ours."),
        "{text}"
    );
    let error = world
        .call("routes.rename", to("helo-2", "x"))
        .await
        .unwrap_err();
    assert_eq!(error.hint.as_deref(), Some("did you mean `help-2`?"));
    let error = world
        .call("routes.rename", to("help-2", "auto"))
        .await
        .unwrap_err();
    assert_eq!(error.code, ErrorCode::InvalidParams);
}

async fn models(world: &World, prompt: &str) -> Vec<String> {
    let prompt = world
        .call("prompts.get", json!({"id": prompt}))
        .await
        .unwrap();
    let columns = prompt["body"]["columns"].as_array().unwrap();
    let model = |column: &Value| column["model"].as_str().unwrap().to_owned();
    columns.iter().map(model).collect()
}

async fn file_of(world: &World) -> String {
    let diff = world.call("routes.diff", json!({"drafts": []})).await;
    diff.unwrap()["before"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn what_names_a_route_gets_its_new_name_with_it_and_back_again() {
    let file = format!(
        "{FILE}\n[budgets.team]\nlimit = 5\nwindow = \"month\"\nroute = \"support\" # theirs\n\n\
         [budgets.all]\nlimit = 50\nwindow = \"month\"\ndegrade_to = \"support\"\n"
    );
    let world = World::with_config(&file).await;
    let column = |id: &str, model: &str| json!({"id": id, "model": model});
    let body = json!({
        "messages": [{"role": "user", "parts": [{"type": "text", "text": "Hello"}]}],
        "variables": {}, "tools": [], "response_format": {"type": "text"}, "params": {},
        "columns": [column("a", "support"), column("b", "sim:support"), column("c", "other")],
    });
    let new = json!({"title": "Greeting", "body": body});
    let made = world.call("prompts.create", new).await.unwrap();
    let id = made["id"].as_str().unwrap();

    let mut draft = form(&world, "support").await.draft;
    draft.name = "help".to_owned();
    let diff = world
        .call("routes.diff", edit(Some("support"), &draft))
        .await
        .unwrap();
    let diff: RouteDiff = serde_json::from_value(diff).unwrap();
    let renamed = &diff.renamed[0];
    assert_eq!(
        (renamed.from.as_str(), renamed.to.as_str()),
        ("support", "help")
    );
    assert_eq!(renamed.prompts, ["Greeting"]);
    assert_eq!(renamed.budgets, ["team", "all"]);
    assert_eq!(
        models(&world, id).await[0],
        "support",
        "a review changes nothing"
    );

    activate(&world, Some("support"), &draft).await;
    assert_eq!(models(&world, id).await, ["help", "sim:help", "other"]);
    let text = file_of(&world).await;
    assert!(text.contains("route = \"help\" # theirs"), "{text}");
    assert!(text.contains("degrade_to = \"help\""), "{text}");

    let back = json!({"name": "help", "to": "support"});
    world.call("routes.rename", back).await.unwrap();
    assert_eq!(
        models(&world, id).await,
        ["support", "sim:support", "other"]
    );
    assert_eq!(file_of(&world).await, file);
}
