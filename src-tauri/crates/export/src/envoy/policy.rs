//! Envoy's policies: keys, retries and limits, quotas.

use super::form::{
    BackOff, CircuitBreaker, GlobalLimit, KindRef, LimitRule, LimitValue, PerRetry, RateLimit,
    Resource, Retry, RetryOn, Traffic,
};
use super::{AI, AI_ALPHA, Backend, ENVOY, resource, secret, secret_ref};
use crate::budget::{Budget, Window};
use crate::loss::Losses;
use crate::resolve::Route;
use crate::text::{label, span};
use serde_json::json;
use std::time::Duration;
use switchboard_engine::price::{PicoUsd, TokenPrice};

/// Answers that another attempt or another backend may mend. 529 is Anthropic's "overloaded".
const PASSING: [u16; 6] = [429, 500, 502, 503, 504, 529];
/// Answers that refuse the key.
const REFUSED: [u16; 2] = [401, 403];
/// The unit of quotas in pico-USD: a tenth of a millionth of a dollar. Limits there are of 32 bits, so that a
/// finer one overflows.
const UNIT: i64 = 100_000;

/// Returns a policy and a Secret for each variable.
pub(super) fn keys(backends: &[Backend<'_>]) -> Vec<Resource> {
    let mut variables: Vec<&str> = Vec::new();
    for backend in backends {
        if let Some(name) = backend.choice.place.variable.as_deref()
            && !variables.contains(&name)
        {
            variables.push(name);
        }
    }
    let mut resources = Vec::new();
    for variable in variables {
        let name = label(variable);
        let of =
            |backend: &&Backend<'_>| backend.choice.place.variable.as_deref() == Some(variable);
        let targets: Vec<KindRef> = backends
            .iter()
            .filter(of)
            .map(|backend| KindRef {
                name: backend.name.clone(),
                kind: "AIServiceBackend",
                group: "aigateway.envoyproxy.io",
            })
            .collect();
        let spec = json!({
            "targetRefs": targets,
            "type": "APIKey",
            "apiKey": { "secretRef": secret_ref(&name) },
        });
        resources.push(resource(AI, "BackendSecurityPolicy", &name, spec));
        resources.push(secret(&name, variable));
    }
    resources
}

/// Returns the one policy of retries and limits that a route may have.
pub(super) fn traffic(route: &Route, losses: &mut Losses) -> Resource {
    let mut codes = PASSING.to_vec();
    if !route.auth.is_empty() {
        codes.extend(REFUSED);
    }
    let retries: u32 = route
        .steps
        .iter()
        .map(|step| step.retries)
        .fold(0, u32::saturating_add);
    let moves = u32::try_from(route.steps.len().saturating_sub(1)).unwrap_or(u32::MAX);
    let first = route.steps.first().map_or(0, |step| step.retries);
    let spec = Traffic {
        // The HTTPRoute that is made of an AIGatewayRoute has its name.
        target_refs: [KindRef {
            name: label(&route.name),
            kind: "HTTPRoute",
            group: "gateway.networking.k8s.io",
        }],
        retry: Retry {
            num_attempts_per_priority: first.saturating_add(1),
            num_retries: retries.saturating_add(moves),
            per_retry: PerRetry {
                back_off: BackOff {
                    base_interval: span(Duration::from_millis(500).min(route.backoff_cap)),
                    max_interval: span(route.backoff_cap),
                },
                timeout: span(route.longest(|place| place.clocks.total)),
            },
            retry_on: RetryOn {
                http_status_codes: codes,
                triggers: ["connect-failure", "retriable-status-codes", "reset"],
            },
        },
        circuit_breaker: circuit_breaker(route, losses),
        rate_limit: rate_limit(route, losses),
    };
    resource(
        ENVOY,
        "BackendTrafficPolicy",
        &label(&route.name),
        json!(spec),
    )
}

fn circuit_breaker(route: &Route, losses: &mut Losses) -> Option<CircuitBreaker> {
    let mut least: Option<u32> = None;
    for step in &route.steps {
        if let Some(limit) = step.limits.concurrency {
            least = Some(least.map_or(limit, |other| other.min(limit)));
            losses.approximated(
                step.setting("limits.concurrency"),
                "one limit for each backend in each Envoy, the lowest of all steps",
            );
        }
    }
    least.map(|limit| CircuitBreaker {
        max_parallel_requests: limit,
    })
}

fn rate_limit(route: &Route, losses: &mut Losses) -> Option<RateLimit> {
    for (number, step) in route.steps.iter().enumerate() {
        for (setting, limit) in [
            (
                "limits.requests_per_minute",
                step.limits.requests_per_minute,
            ),
            ("limits.tokens_per_minute", step.limits.tokens_per_minute),
        ] {
            match (limit, number) {
                (None, _) => {}
                (Some(_), 0) => losses.approximated(
                    step.setting(setting),
                    "counts every request of the route, at whatever step; Envoy Gateway needs Redis for it",
                ),
                (Some(_), _) => losses.dropped(
                    step.setting(setting),
                    "a route has one limit: the first step's is written",
                ),
            }
        }
    }
    let limits = route.steps.first()?.limits;
    let mut rules = Vec::new();
    if let Some(requests) = limits.requests_per_minute {
        rules.push(LimitRule {
            limit: LimitValue {
                requests,
                unit: "Minute",
            },
            cost: None,
        });
    }
    if let Some(tokens) = limits.tokens_per_minute {
        rules.push(LimitRule {
            limit: LimitValue {
                requests: tokens,
                unit: "Minute",
            },
            cost: Some(json!({
                "request": { "from": "Number", "number": 0 },
                "response": {
                    "from": "Metadata",
                    "metadata": { "namespace": "io.envoy.ai_gateway", "key": "llm_total_token" },
                },
            })),
        });
    }
    (!rules.is_empty()).then_some(RateLimit {
        r#type: "Global",
        global: GlobalLimit { rules },
    })
}

/// Returns a quota for each model whose price is known, for the budget of the shortest window.
pub(super) fn quotas(
    route: &Route,
    backends: &[Backend<'_>],
    losses: &mut Losses,
) -> Vec<Resource> {
    let written = route
        .budgets
        .iter()
        .filter(|budget| duration(budget.window).is_some())
        .min_by_key(|budget| budget.window);
    for budget in &route.budgets {
        let setting = budget.setting();
        if Some(budget) == written {
            losses.approximated(
                setting,
                "counted for each model alone, by today's price of a short request; QuotaPolicy is alpha",
            );
        } else if duration(budget.window).is_none() {
            losses.dropped(setting, "a quota's window is a day at most");
        } else {
            losses.dropped(
                setting,
                "a model has one quota: that of the shortest window",
            );
        }
    }
    let Some(budget) = written else {
        return Vec::new();
    };
    let mut quotas = Vec::new();
    for backend in backends {
        let place = &backend.choice.place;
        match place.price.and_then(cost) {
            Some(cost) => quotas.push(quota(backend, budget, &cost)),
            None => losses.note(
                "budgets",
                format!(
                    "{} has no quota: its price is not known, or below the unit",
                    place.name()
                ),
            ),
        }
    }
    quotas
}

fn quota(backend: &Backend<'_>, budget: &Budget, cost: &str) -> Resource {
    let limit = u32::try_from(budget.limit.0 / UNIT).unwrap_or(u32::MAX);
    let spec = json!({
        "targetRefs": [KindRef {
            name: backend.name.clone(),
            kind: "AIServiceBackend",
            group: "aigateway.envoyproxy.io",
        }],
        "perModelQuotas": [{
            "modelName": backend.choice.place.model,
            "quota": {
                "costExpression": cost,
                "defaultBucket": { "limit": limit, "duration": duration(budget.window) },
            },
        }],
    });
    let name = format!("{}-{}", backend.name, budget.window.name());
    resource(AI_ALPHA, "QuotaPolicy", &name, spec)
}

/// Returns what a request costs in units, in Common Expression Language; its numbers are unsigned. `None`: a
/// price is less than half a unit.
fn cost(price: TokenPrice) -> Option<String> {
    let units = |price: PicoUsd| {
        let units = price.0.saturating_add(UNIT / 2) / UNIT;
        (units > 0).then_some(units)
    };
    let (input, output) = (units(price.input)?, units(price.output)?);
    let cached = price
        .cache_read
        .map_or(input, |cached| cached.0.saturating_add(UNIT / 2) / UNIT);
    Some(format!(
        "(input_tokens - cached_input_tokens) * {input}u + cached_input_tokens * {cached}u + output_tokens * {output}u"
    ))
}

fn duration(window: Window) -> Option<&'static str> {
    match window {
        Window::Hour => Some("1h"),
        Window::Day => Some("1d"),
        Window::Week | Window::Month | Window::Call => None,
    }
}
