//! Budgets and alerts of a whole application, against a priced provider over real HTTP.

use crate::world::{BareHost, FakeNotifier, World, open};
use serde_json::{Value, json};
use std::io::{Read, Write};
use std::net::TcpListener;
use std::sync::{Arc, Mutex};
use std::time::Duration;
use switchboard_app::api::types::{
    AlertList, AlertSettings, BudgetList, BudgetState, ErrorCode, StartedRun, StoppedCaller,
};
use switchboard_app::{App, api};
use switchboard_engine::call::CallId;
use switchboard_engine::error::{CallError, ErrorKind};
use switchboard_engine::event::{CallEvent, Event};
use switchboard_engine::policy::budget::Step;
use switchboard_engine::price::PicoUsd;
use switchboard_sandbox::{Options, Sandbox};

/// What an answer of 20 tokens at 1,000 USD a million costs.
const ANSWER: i64 = 20_000_000_000;
const MODEL: &str = "swift?tokens=20&ttft=5";

/// A provider on this machine whose model has a price, and the configuration that names it.
async fn paid(budgets: &str) -> (Sandbox, String) {
    let upstream = Sandbox::start(Options::default()).await.unwrap();
    let config = format!(
        "[providers.paid]\nwire = \"openai_chat\"\nbase_url = \"{}/v1\"\nneeds_key = false\nmodels = [\n\
         {{ name = \"{MODEL}\", price = {{ input = 0, output = 1000 }} }},\n\
         {{ name = \"slow\", price = {{ input = 0, output = 1000 }} }},\n\
         {{ name = \"steady?tokens=20&tps=2000\", price = {{ input = 0, output = 1 }} }},\n]\n\n{budgets}",
        upstream.base_url()
    );
    (upstream, config)
}

async fn call(app: &App, method: &str, params: Value) -> Value {
    api::dispatch(app, method, params)
        .await
        .unwrap_or_else(|error| panic!("{method}: {error:?}"))
}

async fn start(app: &App, models: &[&str], max_tokens: u32) -> Vec<CallId> {
    let columns: Vec<Value> = models
        .iter()
        .enumerate()
        .map(|(index, model)| json!({"id": format!("c{index}"), "model": model}))
        .collect();
    let body = json!({
        "messages": [{"role": "user", "parts": [{"type": "text", "text": "Why is the sky blue?"}]}],
        "params": {"max_tokens": max_tokens},
        "columns": columns,
    });
    let run = call(app, "calls.start", json!({"body": body})).await;
    let run: StartedRun = serde_json::from_value(run).unwrap();
    run.calls.iter().map(|call| call.call).collect()
}

async fn ask(world: &mut World, model: &str) -> Result<(), CallError> {
    let calls = start(&world.app, &[model], 20).await;
    end_of(&world.until_ended(&calls).await, calls[0])
}

fn end_of(events: &[CallEvent], call: CallId) -> Result<(), CallError> {
    let last = events.iter().rfind(|event| event.call == call).unwrap();
    match &last.event {
        Event::Finished { .. } => Ok(()),
        Event::Failed { report } => Err(report.error.clone()),
        other => panic!("{other:?}"),
    }
}

async fn budgets(app: &App) -> Vec<BudgetState> {
    let list: BudgetList =
        serde_json::from_value(call(app, "budgets.list", json!({})).await).unwrap();
    list.budgets
}

async fn alerts(app: &App) -> AlertList {
    serde_json::from_value(call(app, "alerts.list", json!({})).await).unwrap()
}

/// Waits until something is so.
async fn until<F: Future<Output = bool>>(what: &str, so: impl Fn() -> F) {
    for _ in 0..400 {
        if so().await {
            return;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    panic!("never: {what}");
}

fn model(name: &str) -> String {
    format!("paid/{name}")
}

#[tokio::test(flavor = "multi_thread")]
async fn a_spent_budget_refuses_what_costs_and_lets_through_what_is_free() {
    let (_upstream, config) = paid("[budgets.all]\nlimit = \"0.05\"\nwindow = \"day\"\n").await;
    let mut world = World::with_config(&config).await;
    ask(&mut world, &model(MODEL)).await.unwrap();
    ask(&mut world, &model(MODEL)).await.unwrap();
    let refused = ask(&mut world, &model(MODEL)).await.unwrap_err();
    assert_eq!(refused.kind, ErrorKind::Budget);
    assert_eq!(refused.budget.as_deref(), Some("all"));
    assert!(refused.retry_after_ms.unwrap() <= 25 * 3_600_000);
    for part in ["`all`", "$0.0400", "$0.0200", "resets"] {
        assert!(refused.message.contains(part), "{}", refused.message);
    }
    ask(&mut world, "sandbox/swift").await.unwrap();
    let state = budgets(&world.app).await.remove(0);
    assert_eq!(state.spent, PicoUsd(2 * ANSWER));
    assert_eq!(state.reserved, PicoUsd(0));
    assert_eq!(state.step, Step::Warn);
    assert_eq!(state.limit_usd, "0.05");
    assert!(state.resets_text.unwrap().starts_with("resets "));
}

#[tokio::test(flavor = "multi_thread")]
async fn many_calls_at_once_never_spend_more_than_the_budget() {
    let (_upstream, config) = paid("[budgets.all]\nlimit = \"0.40\"\nwindow = \"day\"\n").await;
    let mut world = World::with_config(&config).await;
    let name = model(MODEL);
    let mut calls = Vec::new();
    for _ in 0..34 {
        calls.extend(start(&world.app, &[name.as_str(); 6], 20).await);
    }
    let events = world.until_ended(&calls).await;
    let ends = calls.iter().map(|call| end_of(&events, *call));
    let answered = ends.filter(Result::is_ok).count();
    assert_eq!(answered, 20, "as many as fit");
    assert_eq!(budgets(&world.app).await[0].spent, PicoUsd(20 * ANSWER));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_spent_is_known_after_a_restart() {
    let (_upstream, config) = paid("[budgets.all]\nlimit = \"0.05\"\nwindow = \"month\"\n").await;
    let mut world = World::with_config(&config).await;
    ask(&mut world, &model(MODEL)).await.unwrap();
    let mut world = world.reopen().await;
    assert_eq!(budgets(&world.app).await[0].spent, PicoUsd(ANSWER));
    ask(&mut world, &model(MODEL)).await.unwrap();
    assert!(ask(&mut world, &model(MODEL)).await.is_err());
}

#[tokio::test(flavor = "multi_thread")]
async fn another_programs_spending_and_calls_under_way_count_within_a_second() {
    let config = "[budgets.all]\nlimit = \"0.10\"\nwindow = \"day\"\n";
    let (_upstream, config) = paid(config).await;
    let mut world = World::with_config(&config).await;
    let other = open(world.folder.path(), BareHost::default()).await;
    let mut listening = other.subscribe();
    // Under way for a second, and at worst 60 tokens of it.
    let slow = model("slow");
    start(&other, &[&slow], 60).await;
    until("the other's call is seen", || async {
        budgets(&world.app).await[0].reserved == PicoUsd(3 * ANSWER)
    })
    .await;
    loop {
        let batch = listening.next().await.unwrap();
        let over = |item: &switchboard_app::api::types::Live| matches!(item, switchboard_app::api::types::Live::Event { event, .. } if event.event.is_final());
        if batch.items.iter().any(over) {
            break;
        }
    }
    until("the other's spending is seen", || async {
        let state = budgets(&world.app).await.remove(0);
        state.reserved == PicoUsd(0) && state.spent > PicoUsd(0)
    })
    .await;
    let spent = budgets(&other).await[0].spent;
    assert_eq!(budgets(&world.app).await[0].spent, spent);
    other.shutdown().await;
    while budgets(&world.app).await[0].spent.0 + ANSWER <= 5 * ANSWER {
        ask(&mut world, &model(MODEL)).await.unwrap();
    }
    assert!(ask(&mut world, &model(MODEL)).await.is_err());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_nearly_spent_budget_takes_the_cheaper_model_and_says_why() {
    let (_upstream, config) =
        paid("[budgets.all]\nlimit = \"0.0201\"\nwindow = \"day\"\ndegrade_to = \"paid/steady?tokens=20&tps=2000\"\n")
            .await;
    let mut world = World::with_config(&config).await;
    ask(&mut world, &model(MODEL)).await.unwrap();
    let calls = start(&world.app, &[&model(MODEL)], 20).await;
    let events = world.until_ended(&calls).await;
    end_of(&events, calls[0]).unwrap();
    let planned = events.iter().find_map(|event| match &event.event {
        Event::Planned {
            targets, reasons, ..
        } => Some((targets[0].model.clone(), reasons[0].clone())),
        _ => None,
    });
    assert_eq!(
        planned.unwrap(),
        (
            "steady?tokens=20&tps=2000".to_owned(),
            "the budget all is spent to 95 % or more: paid/steady?tokens=20&tps=2000 answers instead".to_owned()
        )
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_raise_holds_until_the_reset_and_survives_a_restart() {
    let (_upstream, config) = paid("[budgets.all]\nlimit = \"0.02\"\nwindow = \"day\"\n").await;
    let mut world = World::with_config(&config).await;
    ask(&mut world, &model(MODEL)).await.unwrap();
    assert!(ask(&mut world, &model(MODEL)).await.is_err());
    let wrong = json!({"name": "all", "limit_usd": "0.01"});
    let error = world.call("budgets.raise", wrong).await.unwrap_err();
    assert_eq!(error.field.as_deref(), Some("limit_usd"));
    let raise = json!({"name": "all", "limit_usd": "0.04"});
    call(&world.app, "budgets.raise", raise).await;
    ask(&mut world, &model(MODEL)).await.unwrap();
    let world = world.reopen().await;
    let state = budgets(&world.app).await.remove(0);
    assert_eq!(state.limit, PicoUsd(2 * ANSWER));
    assert_eq!(state.limit_usd, "0.02", "the file stays as it is");
    assert_eq!(state.raised_until_ms, state.resets_at_ms);
    let error = world
        .call("budgets.raise", json!({"name": "none"}))
        .await
        .unwrap_err();
    assert_eq!(error.code, ErrorCode::NotFound);
}

#[tokio::test(flavor = "multi_thread")]
async fn budgets_are_written_into_the_file_and_taken_out_again() {
    let (_upstream, config) = paid("# money\n").await;
    let mut world = World::with_config(&config).await;
    ask(&mut world, &model(MODEL)).await.unwrap();
    let budget = json!({
        "name": "paid", "scope": {"of": "provider", "name": "paid"}, "window": "hour",
        "limit_usd": "0.02", "degrade": {"do": "never"},
    });
    let list = call(&world.app, "budgets.set", budget.clone()).await;
    assert_eq!(
        list["budgets"][0]["spent"],
        json!(ANSWER),
        "it counts at once"
    );
    assert!(world.config_text().contains("# money"));
    assert!(ask(&mut world, &model(MODEL)).await.is_err());
    for (field, value, named) in [
        ("limit_usd", "$5", "limit_usd"),
        ("limit_usd", "-1", "limit_usd"),
        ("name", "My budget", "name"),
    ] {
        let mut wrong = budget.clone();
        wrong[field] = json!(value);
        let error = world.call("budgets.set", wrong).await.unwrap_err();
        assert_eq!(error.code, ErrorCode::InvalidParams);
        assert_eq!(error.field.as_deref(), Some(named));
    }
    let error = world.call("budgets.set", budget.clone()).await.unwrap_err();
    assert_eq!(error.code, ErrorCode::Conflict);
    call(&world.app, "budgets.remove", json!({"name": "paid"})).await;
    assert!(budgets(&world.app).await.is_empty());
    ask(&mut world, &model(MODEL)).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stopped_caller_is_refused_until_it_may_go_on() {
    let mut world = World::new().await;
    let stop = json!({"caller": "window", "reason": "a loop"});
    let stopped = call(&world.app, "callers.stop", stop).await;
    let stopped: Vec<StoppedCaller> = serde_json::from_value(stopped).unwrap();
    assert_eq!(stopped[0].reason, "a loop");
    let refused = ask(&mut world, "sandbox/swift").await.unwrap_err();
    assert_eq!(refused.kind, ErrorKind::CallerStopped);
    let mut world = world.reopen().await;
    assert!(ask(&mut world, "sandbox/swift").await.is_err());
    call(&world.app, "callers.resume", json!({"caller": "window"})).await;
    ask(&mut world, "sandbox/swift").await.unwrap();
    let error = world
        .call("callers.stop", json!({"caller": "nobody"}))
        .await
        .unwrap_err();
    assert_eq!(error.field.as_deref(), Some("caller"));
}

/// Answers each request with the next status and keeps the bodies.
fn webhook(statuses: Vec<u16>) -> (String, Arc<Mutex<Vec<Value>>>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!(
        "http://{}/services/T0/secretpart",
        listener.local_addr().unwrap()
    );
    let bodies: Arc<Mutex<Vec<Value>>> = Arc::default();
    let kept = Arc::clone(&bodies);
    std::thread::spawn(move || {
        for status in statuses {
            let (mut stream, _) = listener.accept().unwrap();
            let (mut bytes, mut chunk) = (Vec::new(), [0; 4096]);
            loop {
                let count = stream.read(&mut chunk).unwrap();
                bytes.extend_from_slice(&chunk[..count]);
                let text = String::from_utf8_lossy(&bytes).into_owned();
                if let Some((_, body)) = text.split_once("\r\n\r\n")
                    && let Ok(body) = serde_json::from_str(body)
                {
                    kept.lock().unwrap().push(body);
                    break;
                }
            }
            let reply = format!(
                "HTTP/1.1 {status} x\r\ncontent-length: 0\r\nretry-after: 0\r\nconnection: close\r\n\r\n"
            );
            stream.write_all(reply.as_bytes()).unwrap();
        }
    });
    (url, bodies)
}

#[tokio::test(flavor = "multi_thread")]
async fn each_step_is_told_once_by_notification_and_webhook_also_over_a_restart() {
    let (url, bodies) = webhook(vec![503, 200, 200, 200]);
    let (_upstream, config) = paid(
        "[budgets.all]\nlimit = \"0.04\"\nwindow = \"day\"\n\n[alerts]\nwebhook = \"env:HOOK\"\nladder = []\n",
    )
    .await;
    let notifier = Arc::new(FakeNotifier::default());
    let hook: &'static str = Box::leak(url.into_boxed_str());
    let host = || BareHost {
        variables: vec![("HOOK", hook)],
        notifier: Some(Arc::clone(&notifier)),
        ..BareHost::default()
    };
    let mut world = World::with_host(&config, host()).await;
    ask(&mut world, &model(MODEL)).await.unwrap();
    until("the first step is told, after a second try", || async {
        bodies.lock().unwrap().len() == 2
    })
    .await;
    let list = alerts(&world.app).await;
    assert_eq!((list.alerts.len(), list.open), (1, 1));
    assert_eq!(list.alerts[0].title, "Budget all: 50 % spent");
    let text = bodies.lock().unwrap()[1]["text"]
        .as_str()
        .unwrap()
        .to_owned();
    assert!(
        text.starts_with("Budget all: 50 % spent. $0.0200 of $0.0400 (all calls, day). It resets "),
        "{text}"
    );
    assert_eq!(notifier.0.lock().unwrap().len(), 1);
    // Opened again: nothing new has happened.
    world.app.shutdown().await;
    let folder = world.folder.path().to_owned();
    let app = open(&folder, host()).await;
    tokio::time::sleep(Duration::from_millis(700)).await;
    assert_eq!(alerts(&app).await.alerts.len(), 1);
    let mut world = World {
        live: app.subscribe(),
        app,
        folder: world.folder,
    };
    ask(&mut world, &model(MODEL)).await.unwrap();
    until("the limit is told", || async {
        bodies.lock().unwrap().len() == 3
    })
    .await;
    let list = alerts(&world.app).await;
    assert_eq!(list.alerts[0].title, "Budget all: 100 % spent");
    assert_eq!(list.alerts.len(), 2, "steps passed together are one alert");
    assert_eq!(notifier.0.lock().unwrap().len(), 2);
    let id = list.alerts[0].id;
    call(&world.app, "alerts.dismiss", json!({"id": id})).await;
    assert_eq!(alerts(&world.app).await.open, 1);
    // The address is shown nowhere.
    let settings = call(&world.app, "alerts.settings", json!({})).await;
    assert!(!settings.to_string().contains("secretpart"), "{settings}");
    let settings: AlertSettings = serde_json::from_value(settings).unwrap();
    assert_eq!(settings.webhook.host.as_deref(), Some("127.0.0.1"));
    call(&world.app, "alerts.test", json!({})).await;
    assert_eq!(bodies.lock().unwrap().len(), 4);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_projects_budget_counts_its_calls_and_no_others() {
    let (_upstream, config) =
        paid("[budgets.research]\nproject = \"research\"\nlimit = \"0.03\"\nwindow = \"week\"\n")
            .await;
    let mut world = World::with_config(&config).await;
    let body = json!({
        "messages": [{"role": "user", "parts": [{"type": "text", "text": "Why is the sky blue?"}]}],
        "params": {"max_tokens": 20},
        "columns": [{"id": "c", "model": model(MODEL)}],
    });
    let mut ends = Vec::new();
    for project in ["research", "other", "research"] {
        let run = json!({"body": body.clone(), "project": project});
        let run: StartedRun =
            serde_json::from_value(call(&world.app, "calls.start", run).await).unwrap();
        let id = run.calls[0].call;
        let events = world.until_ended(&[id]).await;
        ends.push(end_of(&events, id).is_ok());
    }
    assert_eq!(ends, [true, true, false]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_program_that_ends_after_its_call_has_told_of_it() {
    let (_upstream, config) = paid("[alerts]\nladder = [\"0.01\"]\n").await;
    let notifier = Arc::new(FakeNotifier::default());
    let host = BareHost {
        notifier: Some(Arc::clone(&notifier)),
        ..BareHost::default()
    };
    let mut world = World::with_host(&config, host).await;
    ask(&mut world, &model(MODEL)).await.unwrap();
    world.app.shutdown().await;
    assert_eq!(notifier.0.lock().unwrap().len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_muted_budget_is_listed_and_not_sent() {
    let (_upstream, config) =
        paid("[budgets.all]\nlimit = \"0.02\"\nwindow = \"day\"\n[alerts]\nladder = [\"0.01\"]\n")
            .await;
    let notifier = Arc::new(FakeNotifier::default());
    let host = BareHost {
        notifier: Some(Arc::clone(&notifier)),
        ..BareHost::default()
    };
    let mut world = World::with_host(&config, host).await;
    call(
        &world.app,
        "alerts.mute",
        json!({"budget": "all", "muted": true}),
    )
    .await;
    ask(&mut world, &model(MODEL)).await.unwrap();
    until("both are listed", || async {
        alerts(&world.app).await.alerts.len() == 2
    })
    .await;
    until("the ladder's is shown", || async {
        notifier.0.lock().unwrap().len() == 1
    })
    .await;
    assert_eq!(notifier.0.lock().unwrap()[0].0, "$0.0100 spent today");
    let muted = alerts(&world.app).await.alerts;
    assert!(
        muted
            .iter()
            .any(|alert| alert.muted && alert.budget.is_some())
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_caller_that_asks_the_same_forty_times_is_told_of_and_can_be_stopped() {
    let mut world = World::new().await;
    for _ in 0..7 {
        let calls = start(&world.app, &["sandbox/swift?tokens=3&ttft=1"; 6], 20).await;
        world.until_ended(&calls).await;
    }
    until("it is told", || async {
        !alerts(&world.app).await.alerts.is_empty()
    })
    .await;
    let list = alerts(&world.app).await;
    assert_eq!(list.alerts.len(), 1);
    assert_eq!(list.alerts[0].caller.as_deref(), Some("window"));
    assert!(list.alerts[0].text.starts_with("40 nearly identical calls"));
}

#[tokio::test(flavor = "multi_thread")]
async fn alerts_are_set_in_the_file_and_wrong_amounts_are_named() {
    let world = World::with_config("# mine\n").await;
    let set = json!({"ladder_usd": ["5", "25.50"], "hour_usd": "", "notifications": false});
    let settings = call(&world.app, "alerts.set", set).await;
    let settings: AlertSettings = serde_json::from_value(settings).unwrap();
    assert_eq!(settings.ladder_usd, ["5.00", "25.50"]);
    assert_eq!(settings.hour_usd, None);
    assert!(!settings.notifications);
    assert!(world.config_text().starts_with("# mine\n"));
    let error = world
        .call("alerts.set", json!({"day_usd": "5€"}))
        .await
        .unwrap_err();
    assert_eq!(error.field.as_deref(), Some("day_usd"));
    // It would be raised before anything is spent.
    for (field, nothing) in [
        ("day_usd", json!({"day_usd": "0"})),
        ("hour_usd", json!({"hour_usd": "0.00"})),
        ("ladder_usd", json!({"ladder_usd": ["0", "5"]})),
    ] {
        let error = world.call("alerts.set", nothing).await.unwrap_err();
        assert_eq!(error.field.as_deref(), Some(field));
        assert!(error.message.contains("more than 0"), "{error:?}");
    }
    for url in ["http://hooks.example/x", "ftp://x", "nonsense"] {
        let error = world
            .call("alerts.set_webhook", json!({"url": url}))
            .await
            .unwrap_err();
        assert_eq!(error.field.as_deref(), Some("url"), "{url}");
        assert!(!format!("{error:?}").contains(url));
    }
}

#[tokio::test]
async fn a_budget_for_each_project_stops_one_and_lets_another_go_on() {
    let (_upstream, config) =
        paid("[budgets.team]\nlimit = \"0.03\"\nwindow = \"day\"\nproject = \"*\"\n").await;
    let mut world = World::with_config(&config).await;
    let of = |project: &str| {
        json!({
            "body": {
                "messages": [{"role": "user", "parts": [{"type": "text", "text": "hello"}]}],
                "columns": [{"id": "1", "model": format!("paid/{MODEL}")}],
                "params": {"max_tokens": 20},
            },
            "project": project,
        })
    };
    for project in ["support", "research"] {
        let first: StartedRun =
            serde_json::from_value(call(&world.app, "calls.start", of(project)).await).unwrap();
        world.until_ended(&[first.calls[0].call]).await;
        let second: StartedRun =
            serde_json::from_value(call(&world.app, "calls.start", of(project)).await).unwrap();
        world.until_ended(&[second.calls[0].call]).await;
        let refused = world.detail(second.calls[0].call).await;
        let error = refused.summary.error.unwrap();
        assert_eq!(error.kind, ErrorKind::Budget, "{error:?}");
        assert_eq!(error.budget.as_deref(), Some(&*format!("team: {project}")));
    }
    let list = budgets(&world.app).await;
    let names: Vec<&str> = list.iter().map(|budget| budget.name.as_str()).collect();
    assert_eq!(names, ["team", "team: research", "team: support"]);
    assert_eq!(list[0].spent, PicoUsd(ANSWER));
    assert_eq!(list[0].scope_text, "each project by itself; most: research");
    assert_eq!(list[1].part_of.as_deref(), Some("team"));
}
