//! What a route's step sets: its clocks, its retries, its limits, and the route's word on causes.

use crate::script::{answer, fails, failures, plan, play, shown, status, text, wait, words};
use std::time::Duration;
use switchboard_engine::error::ErrorKind;
use switchboard_engine::event::Event;
use switchboard_engine::plan::{Candidate, Plan, StepClocks, StepRules, Target};

/// A plan of these targets whose first has what a step sets.
fn stepped(names: &[&str], rules: StepRules) -> Plan {
    let mut plan = plan(names);
    if let Some(Candidate::Ready(first)) = plan.candidates.first_mut() {
        *first = Target {
            timeouts: first.timeouts.with(&rules.clocks),
            step: rules,
            ..first.clone()
        };
    }
    plan
}

fn clocks(change: impl FnOnce(&mut StepClocks)) -> StepRules {
    let mut clocks = StepClocks::default();
    change(&mut clocks);
    StepRules {
        clocks,
        retries: None,
    }
}

const SECOND: Duration = Duration::from_secs(1);

#[tokio::test(start_paused = true)]
async fn a_steps_first_token_clock_holds_and_names_the_step() {
    let plan = stepped(
        &["a", "b"],
        clocks(|clocks| clocks.first_token = Some(2 * SECOND)),
    );
    let slow = answer(vec![wait(3000), text("late")]);
    let events = play(&plan, vec![slow, answer(words(&["soon"]))]).await;
    assert_eq!(failures(&events), ["first_token_timeout →b"]);
    assert_eq!(shown(&events), "soon");
    let message = events.iter().find_map(|event| match event {
        Event::AttemptFailed { error, .. } => Some(error.message.clone()),
        _ => None,
    });
    let message = message.unwrap();
    assert!(
        message.contains("`first_token` of its step in the route"),
        "{message}"
    );
}

#[tokio::test(start_paused = true)]
async fn an_attempt_that_outlasts_its_steps_total_is_left_for_the_next() {
    let plan = stepped(
        &["a", "b"],
        clocks(|clocks| clocks.total = Some(4 * SECOND)),
    );
    let mut long = Vec::new();
    for _ in 0..10 {
        long.push(text("a piece of text "));
        long.push(wait(1000));
    }
    let events = play(&plan, vec![answer(long), answer(words(&["whole"]))]).await;
    assert_eq!(failures(&events), ["too_slow →b"]);
    assert_eq!(shown(&events), "whole");
}

#[tokio::test(start_paused = true)]
async fn a_steps_own_idle_clock_is_shorter_than_its_tiers() {
    let plan = stepped(&["a", "b"], clocks(|clocks| clocks.idle = Some(2 * SECOND)));
    let silent = answer(vec![text("begun"), wait(5000), text("late")]);
    let events = play(&plan, vec![silent, answer(words(&["whole"]))]).await;
    assert_eq!(failures(&events), ["idle_timeout →b"]);
}

#[tokio::test(start_paused = true)]
async fn a_step_without_retries_is_left_at_once_and_one_with_more_is_asked_more_often() {
    let rules = |retries| StepRules {
        clocks: StepClocks::default(),
        retries: Some(retries),
    };
    let busy = || status(503, Vec::new());
    let events = play(
        &stepped(&["a", "b"], rules(0)),
        vec![busy(), answer(words(&["b"]))],
    )
    .await;
    assert_eq!(failures(&events), ["overloaded →b"]);
    // By the program's own word a fault of the server is followed by one retry.
    let fault = || status(500, Vec::new());
    let script = vec![fault(), fault(), fault(), answer(words(&["b"]))];
    let events = play(&stepped(&["a", "b"], rules(2)), script).await;
    assert_eq!(
        failures(&events),
        ["server retry", "server retry", "server →b"]
    );
}

#[tokio::test(start_paused = true)]
async fn a_routes_own_word_on_a_cause_is_followed() {
    let mut on = plan(&["a", "b"]);
    on.lists.rulings.fall_back_on = vec![ErrorKind::Auth];
    let refused = status(401, Vec::new());
    let events = play(&on, vec![refused, answer(words(&["b"]))]).await;
    assert_eq!(failures(&events), ["auth →b"]);

    let mut off = plan(&["a", "b"]);
    off.lists.rulings.stop_on = vec![ErrorKind::Connect];
    let events = play(&off, vec![fails(ErrorKind::Connect)]).await;
    assert_eq!(failures(&events), ["connect stop"]);
}
