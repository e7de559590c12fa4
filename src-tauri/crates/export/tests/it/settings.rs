//! The loss report is exact and complete: what it calls dropped leaves no trace, and what it does not name is
//! found in the files.

use crate::world::{budgets, config, model, out, route, text};
use std::time::Duration;
use switchboard_engine::config::{
    Pick, RouteConfig, RouteOption, RouteStep, RouteTarget, StepClocks, Task,
};
use switchboard_engine::error::ErrorKind;
use switchboard_engine::plan::{Hedge, Limits, Recovery, Rulings, Tier};
use switchboard_export::{Export, Gateway, Severity};

/// A setting by the name that the report uses, and another value for it.
type Setting = (String, Box<dyn Fn(&mut RouteConfig)>);

/// Every setting of a route that has all of them. A new field breaks the build here: give it a change.
fn settings(route: &RouteConfig) -> Vec<Setting> {
    let RouteConfig {
        name: _,
        about: _,
        // Where the route comes from, not what it does.
        built_in: _,
        when: _,
        priority: _,
        steps,
        context_too_long: _,
        content_filter: _,
        auth: _,
        rulings: Rulings {
            fall_back_on: _,
            stop_on: _,
        },
        recovery: _,
        deadline: _,
        tier: _,
        max_tokens: _,
        hedge: _,
        fallback_text: _,
        task: _,
    } = route;
    let other = || model("openai", "gpt-5.6-luna");
    let mut all: Vec<Setting> = vec![
        ("name".into(), Box::new(|r| r.name = "other-name".into())),
        (
            "about".into(),
            Box::new(|r| r.about = "Something else".into()),
        ),
        ("priority".into(), Box::new(|r| r.priority = 8)),
        (
            "fall_back_on".into(),
            Box::new(|r| r.rulings.fall_back_on = vec![ErrorKind::Auth]),
        ),
        (
            "stop_on".into(),
            Box::new(|r| r.rulings.stop_on = vec![ErrorKind::RateLimited]),
        ),
        ("when".into(), Box::new(|r| r.when = None)),
        (
            "context_too_long".into(),
            Box::new(move |r| r.context_too_long = vec![other()]),
        ),
        (
            "content_filter".into(),
            Box::new(move |r| r.content_filter = vec![other()]),
        ),
        ("auth".into(), Box::new(move |r| r.auth = vec![other()])),
        (
            "recovery".into(),
            Box::new(|r| r.recovery = Some(Recovery::Fail)),
        ),
        (
            "deadline".into(),
            Box::new(|r| r.deadline = Some(Duration::from_secs(77))),
        ),
        ("tier".into(), Box::new(|r| r.tier = Some(Tier::Reasoning))),
        ("max_tokens".into(), Box::new(|r| r.max_tokens = Some(1234))),
        (
            "hedge".into(),
            Box::new(|r| {
                r.hedge = Some(Hedge {
                    after: Duration::from_secs(9),
                })
            }),
        ),
        (
            "fallback_text".into(),
            Box::new(|r| r.fallback_text = Some("Another text".into())),
        ),
        (
            "task".into(),
            Box::new(|r| r.task = Some(Task::Translation)),
        ),
    ];
    for (at, step) in steps.iter().enumerate() {
        all.extend(step_settings(at, step));
    }
    all
}

fn step_settings(at: usize, step: &RouteStep) -> Vec<Setting> {
    let RouteStep {
        options,
        pick: _,
        clocks,
        retries: _,
        limits,
    } = step;
    let mut all: Vec<Setting> = Vec::new();
    let mut add = |name: String, change: Box<dyn Fn(&mut RouteStep)>| {
        all.push((
            format!("steps[{at}].{name}"),
            Box::new(move |route: &mut RouteConfig| change(&mut route.steps[at])),
        ));
    };
    for (number, RouteOption { target, weight: _ }) in options.iter().enumerate() {
        let RouteTarget::Model { provider, .. } = target else {
            panic!("the route names models");
        };
        let provider = provider.clone();
        add(
            format!("options[{number}].target"),
            Box::new(move |s| s.options[number].target = model(&provider, "another-model-9")),
        );
        if options.len() > 1 {
            add(
                format!("options[{number}].weight"),
                Box::new(move |s| s.options[number].weight = 37),
            );
        }
    }
    if options.len() > 1 {
        add("pick".into(), Box::new(|s| s.pick = Pick::Cheapest));
    }
    let StepClocks {
        first_token: _,
        idle: _,
        total: _,
    } = clocks;
    let odd = Duration::from_secs(641);
    add(
        "clocks.first_token".into(),
        Box::new(move |s| s.clocks.first_token = Some(odd)),
    );
    add(
        "clocks.idle".into(),
        Box::new(move |s| s.clocks.idle = Some(odd)),
    );
    add(
        "clocks.total".into(),
        Box::new(move |s| s.clocks.total = Some(odd)),
    );
    add("retries".into(), Box::new(|s| s.retries = Some(4)));
    let Limits {
        requests_per_minute,
        tokens_per_minute,
        concurrency,
    } = limits;
    // What is not set has no line in the report; setting it is tried at the steps that have it.
    if requests_per_minute.is_some() {
        let change = |s: &mut RouteStep| s.limits.requests_per_minute = Some(41);
        add("limits.requests_per_minute".into(), Box::new(change));
    }
    if tokens_per_minute.is_some() {
        let change = |s: &mut RouteStep| s.limits.tokens_per_minute = Some(123_456);
        add("limits.tokens_per_minute".into(), Box::new(change));
    }
    if concurrency.is_some() {
        let change = |s: &mut RouteStep| s.limits.concurrency = Some(3);
        add("limits.concurrency".into(), Box::new(change));
    }
    all
}

/// What a report says of a setting. `steps[*]` stands for every step.
fn said(export: &Export, setting: &str) -> Vec<Severity> {
    let any = |name: &str| {
        let mut parts = name.splitn(2, ']');
        let (head, tail) = (parts.next().unwrap_or_default(), parts.next());
        match (head.starts_with("steps["), tail) {
            (true, Some(tail)) => format!("steps[*]{tail}"),
            _ => name.to_owned(),
        }
    };
    export
        .losses
        .iter()
        .filter(|loss| loss.setting == setting || loss.setting == any(setting))
        .map(|loss| loss.severity)
        .collect()
}

#[test]
fn every_setting_is_in_the_files_or_named_in_the_loss_report() {
    let (config, base, budgets) = (config(), route(), budgets());
    let mut wrong = Vec::new();
    for to in Gateway::ALL {
        let before = out(&config, &base, &budgets, to);
        for (name, change) in settings(&base) {
            let mut changed = base.clone();
            change(&mut changed);
            assert_ne!(changed, base, "{name} was not changed");
            let after = out(&config, &changed, &budgets, to);
            let carried = text(&before) != text(&after);
            let said = said(&before, &name);
            let (lost, like) = (
                said.contains(&Severity::Dropped),
                said.contains(&Severity::Approximated),
            );
            match (carried, lost, like) {
                (true, false, _) | (false, _, true) | (false, true, _) => {}
                (true, true, _) => {
                    wrong.push(format!("{to:?}: {name} is dropped, and yet in the files"))
                }
                (false, false, false) => wrong.push(format!("{to:?}: {name} is nowhere")),
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn every_budget_is_in_the_files_or_named_in_the_loss_report() {
    let (config, route, budgets) = (config(), route(), budgets());
    for to in Gateway::ALL {
        let before = out(&config, &route, &budgets, to);
        for at in 0..budgets.len() {
            let mut changed = budgets.clone();
            changed[at].limit.0 *= 3;
            let carried = text(&before) != text(&out(&config, &route, &changed, to));
            let said = said(&before, &format!("budgets.{}", budgets[at].name));
            assert_eq!(
                carried,
                !said.contains(&Severity::Dropped),
                "{to:?}: budget {at}"
            );
            assert!(!said.is_empty(), "{to:?}: budget {at}");
        }
    }
}

#[test]
fn a_route_with_nothing_of_its_own_has_a_short_report() {
    let config = config();
    let mut plain = route();
    plain.steps = vec![RouteStep::plain(model("openai", "gpt-6.1-terra"))];
    for (name, change) in [
        (
            "when",
            Box::new(|r: &mut RouteConfig| r.when = None) as Box<dyn Fn(&mut RouteConfig)>,
        ),
        ("hedge", Box::new(|r| r.hedge = None)),
        ("fallback_text", Box::new(|r| r.fallback_text = None)),
        ("task", Box::new(|r| r.task = None)),
        ("max_tokens", Box::new(|r| r.max_tokens = None)),
        ("tier", Box::new(|r| r.tier = None)),
        ("deadline", Box::new(|r| r.deadline = None)),
        ("context_too_long", Box::new(|r| r.context_too_long.clear())),
        ("content_filter", Box::new(|r| r.content_filter.clear())),
        ("auth", Box::new(|r| r.auth.clear())),
    ] {
        change(&mut plain);
        for to in Gateway::ALL {
            let said = said(&out(&config, &plain, &[], to), name);
            assert!(
                !said.contains(&Severity::Dropped),
                "{to:?}: {name}: {said:?}"
            );
        }
    }
}
