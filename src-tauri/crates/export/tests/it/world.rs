//! A configuration and the route of the design's examples.

use std::time::Duration;
use switchboard_engine::config::{
    Config, Pick, RouteConfig, RouteOption, RouteStep, RouteTarget, StepClocks, Task,
};
use switchboard_engine::error::ErrorKind;
use switchboard_engine::plan::{Hedge, Limits, Recovery, Rulings, Tier};
use switchboard_engine::price::PicoUsd;
use switchboard_export::{Budget, BudgetScope, Export, Gateway, Input, Window, by_name, export};

pub(crate) const PROVIDERS: &str = r#"
[providers.openai]
preset = "openai"
keys = [{ name = "ci", from = "env:OPENAI_API_KEY" }]

[providers.anthropic]
preset = "anthropic"

[providers.gemini]
preset = "gemini"
keys = [{ name = "ci", from = "env:GEMINI_API_KEY" }]

[providers.house]
preset = "openai-compatible"
base_url = "https://llm.example.com/api/v1"
headers = { "X-Team" = "search" }
keys = [{ name = "ci", from = "env:HOUSE_KEY" }]
"#;

pub(crate) fn config() -> Config {
    Config::parse(PROVIDERS).unwrap()
}

pub(crate) fn model(provider: &str, model: &str) -> RouteTarget {
    RouteTarget::Model {
        provider: provider.to_owned(),
        model: model.to_owned(),
    }
}

fn step(options: &[(RouteTarget, u32)], clocks: (u64, u64, u64), retries: u32) -> RouteStep {
    let seconds = |seconds| Some(Duration::from_secs(seconds));
    RouteStep {
        options: options
            .iter()
            .map(|(target, weight)| RouteOption {
                target: target.clone(),
                weight: *weight,
            })
            .collect(),
        pick: Pick::Weighted,
        clocks: StepClocks {
            first_token: seconds(clocks.0),
            idle: seconds(clocks.1),
            total: seconds(clocks.2),
        },
        retries: Some(retries),
        limits: Limits {
            requests_per_minute: Some(60),
            tokens_per_minute: Some(200_000),
            concurrency: Some(8),
        },
    }
}

/// A route with every setting set, but for the clocks and retries of its last step.
pub(crate) fn route() -> RouteConfig {
    let mut last = RouteStep::plain(model("gemini", "gemini-3.8-flash"));
    last.limits.requests_per_minute = Some(30);
    RouteConfig {
        name: "chat-default".to_owned(),
        about: "Everyday questions".to_owned(),
        built_in: false,
        when: Some("language == \"en\"".to_owned()),
        priority: 3,
        steps: vec![
            step(
                &[
                    (model("openai", "gpt-6.1-sol"), 80),
                    (model("openai", "gpt-6.1-terra"), 20),
                ],
                (15, 25, 60),
                2,
            ),
            step(
                &[(model("anthropic", "claude-sonnet-5-5"), 1)],
                (20, 30, 120),
                1,
            ),
            last,
        ],
        context_too_long: vec![model("gemini", "gemini-4-argon")],
        content_filter: vec![model("anthropic", "claude-sonnet-5-5")],
        auth: vec![model("anthropic", "claude-sonnet-5-5")],
        rulings: Rulings {
            fall_back_on: vec![ErrorKind::Permission],
            stop_on: vec![ErrorKind::Rejected],
        },
        recovery: Some(Recovery::Continue),
        deadline: Some(Duration::from_secs(180)),
        tier: Some(Tier::Complex),
        max_tokens: Some(4096),
        hedge: Some(Hedge {
            after: Duration::from_secs(2),
        }),
        fallback_text: Some("We will write to you.".to_owned()),
        task: Some(Task::Summarization),
    }
}

pub(crate) fn budgets() -> Vec<Budget> {
    let budget = |name: &str, window, usd: i64| Budget {
        name: name.to_owned(),
        scope: BudgetScope::Route,
        window,
        limit: PicoUsd(usd * 1_000_000_000_000),
    };
    vec![
        budget("day", Window::Day, 10),
        budget("month", Window::Month, 200),
        budget("call", Window::Call, 1),
    ]
}

pub(crate) fn out(config: &Config, route: &RouteConfig, budgets: &[Budget], to: Gateway) -> Export {
    let input = Input {
        config,
        route,
        place: &by_name,
        budgets,
        at: "2026-11-25T12:00:00Z".parse().unwrap(),
    };
    export(&input, to).unwrap()
}

/// Returns the text of all files.
pub(crate) fn text(export: &Export) -> String {
    export.files.iter().map(|file| file.text.as_str()).collect()
}
