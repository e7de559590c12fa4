//! Short words for rehearsals.

use std::sync::Arc;
use std::time::Duration;
use switchboard_engine::plan::{Candidate, CauseLists, Plan, Recovery, Target, Tier};
use switchboard_engine::policy::next::RetryLimits;
use switchboard_engine::price::{PicoUsd, Tariff, TokenPrice};
use switchboard_engine::provider::{AuthStyle, Capabilities, Endpoint, Wire};
use switchboard_rehearse::fault::Fault;
use switchboard_rehearse::load::Load;
use switchboard_rehearse::report::{RehearsalReport, RouteResult};
use switchboard_rehearse::{Control, Setup, Subject, rehearse, request};
use url::Url;

/// A target `NAME/NAME-model` in the wire format that goes with its name.
pub(crate) fn target(name: &str) -> Target {
    let wire = match name {
        "openai" => Wire::OpenaiResponses,
        "anthropic" => Wire::Anthropic,
        "gemini" => Wire::Gemini,
        _ => Wire::OpenaiChat,
    };
    Target {
        provider: name.into(),
        provider_label: name.to_uppercase(),
        endpoint: Endpoint {
            wire,
            base_url: Url::parse(&format!("https://{name}.example/v1")).unwrap(),
            auth: AuthStyle::Native,
            headers: Vec::new(),
        },
        credential: None,
        key: None,
        model: format!("{name}-model"),
        capabilities: Capabilities::default(),
        tier: Tier::Standard,
        timeouts: Tier::Standard.timeouts(),
        limits: Default::default(),
        price: Some(Arc::new(Tariff::flat(
            "",
            TokenPrice {
                input: PicoUsd(1_000_000),
                output: PicoUsd(4_000_000),
                cache_read: None,
                cache_creation: None,
            },
            "test",
        ))),
        simulated: true,
        step: Default::default(),
    }
}

pub(crate) fn plan(names: &[&str]) -> Plan {
    Plan {
        candidates: names
            .iter()
            .map(|name| Candidate::Ready(target(name)))
            .collect(),
        deadline: Duration::from_secs(60),
        recovery: Recovery::Restart,
        route: None,
        general: names.len(),
        lists: CauseLists::default(),
        hedge: None,
        fallback_text: None,
        reasons: vec!["the test asked for it".into()],
    }
}

pub(crate) fn setup(names: &[&str], faults: &[&str]) -> Setup {
    Setup {
        subjects: vec![Subject {
            name: names.join(","),
            plan: plan(names),
            planner: None,
            request: request(),
        }],
        faults: faults
            .iter()
            .map(|line| Fault::parse(line).unwrap())
            .collect(),
        calls: 1000,
        seed: 42,
        span: Duration::from_secs(3600),
        load: Load::Poisson,
        shapes: Vec::new(),
        limits: RetryLimits::default(),
    }
}

pub(crate) fn play(setup: &Setup) -> RehearsalReport {
    rehearse(setup, &Control::default()).unwrap()
}

pub(crate) fn result(names: &[&str], faults: &[&str]) -> RouteResult {
    play(&setup(names, faults)).result
}
