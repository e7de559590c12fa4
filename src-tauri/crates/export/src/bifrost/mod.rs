//! Bifrost's `config.json`: providers, a virtual key with limits and budgets, and a routing rule.
//!
//! Fields as in Bifrost's published `config.schema.json` (maximhq/bifrost, Apache-2.0), `version` 2: an empty
//! list of models allows none. Clocks and retries are a provider's there; the largest of its targets' is
//! written.

mod form;

use crate::budget::Window;
use crate::gateway::OutFile;
use crate::input::ExportError;
use crate::loss::Losses;
use crate::place::Place;
use crate::resolve::{Route, Step};
use crate::text::{json, label, millis, seconds, shares};
use crate::vendor::Vendor;
use form::{
    AllowedRequests, Budget, Concurrency, Config, Custom, Governance, Key, Network, Provider,
    ProviderConfig, RateLimit, Rule, Store, StoreConfig, Target, VirtualKey,
};
use std::collections::BTreeMap;
use std::time::Duration;
use switchboard_engine::config::Pick;

/// Least wait between two pieces of a stream that Bifrost takes, in seconds.
const LEAST_IDLE: u64 = 5;
/// Longest such wait, in seconds.
const LONGEST_IDLE: u64 = 3600;
/// Shortest wait before a retry that it takes, in milliseconds.
const LEAST_BACKOFF: u64 = 100;
/// Requests that may wait for a provider, for each that is under way.
const BUFFER: u32 = 4;

pub(crate) fn files(route: &Route, losses: &mut Losses) -> Result<Vec<OutFile>, ExportError> {
    let mut providers: BTreeMap<String, Provider> = BTreeMap::new();
    for step in &route.steps {
        for choice in &step.options {
            let made = provider(route, step, &choice.place);
            match providers.get_mut(&name(&choice.place)) {
                Some(known) => merge(known, made, step, &choice.place, losses),
                None => {
                    providers.insert(name(&choice.place), made);
                }
            }
        }
    }
    let allowed = allowed(route);
    report(route, losses);
    let id = label(&route.name);
    let config = Config {
        schema: "https://www.getbifrost.ai/schema",
        version: 2,
        source_of_truth: "config.json",
        providers,
        governance: Governance {
            budgets: budgets(route, &id),
            rate_limits: rate_limits(route, &id),
            virtual_keys: vec![VirtualKey {
                id: format!("vk-{id}"),
                name: route.name.clone(),
                description: (!route.about.is_empty()).then(|| route.about.clone()),
                value: "env.BIFROST_VIRTUAL_KEY",
                is_active: true,
                rate_limit_id: has_limits(route).then(|| format!("{id}-limits")),
                provider_configs: allowed,
            }],
            routing_rules: vec![Rule {
                id: id.clone(),
                name: route.name.clone(),
                enabled: true,
                // Letters, digits, hyphens and underscores only: nothing to escape.
                cel_expression: format!("model == \"{}\"", route.name),
                targets: targets(route),
                fallbacks: fallbacks(route),
                scope: "global",
                priority: 0,
            }],
        },
        config_store: store("./config.db"),
        logs_store: store("./logs.db"),
    };
    Ok(vec![json("bifrost.config.json", &config)?])
}

fn provider(route: &Route, step: &Step, place: &Place) -> Provider {
    let name = name(place);
    let waits = place.clocks.idle.max(place.clocks.first_token);
    let custom = is_custom(place);
    let elsewhere = custom || place.own_address || place.local;
    Provider {
        keys: vec![Key {
            name: format!("{name}-key"),
            value: match &place.variable {
                Some(variable) => format!("env.{variable}"),
                None => String::new(),
            },
            models: vec![place.model.clone()],
            weight: 1.0,
        }],
        network_config: Network {
            base_url: elsewhere.then(|| place.unversioned()),
            allow_private_network: place.local.then_some(true),
            default_request_timeout_in_seconds: seconds(place.clocks.total),
            max_retries: step.retries,
            retry_backoff_initial: millis(Duration::from_millis(500).min(route.backoff_cap))
                .max(LEAST_BACKOFF),
            retry_backoff_max: millis(route.backoff_cap).max(LEAST_BACKOFF),
            stream_idle_timeout_in_seconds: seconds(waits).clamp(LEAST_IDLE, LONGEST_IDLE),
        },
        concurrency_and_buffer_size: step.limits.concurrency.map(|limit| Concurrency {
            concurrency: limit,
            buffer_size: limit.saturating_mul(BUFFER),
        }),
        custom_provider_config: custom.then(|| Custom {
            base_provider_type: base_type(place),
            is_key_less: place.variable.is_none(),
            allowed_requests: AllowedRequests {
                chat_completion: true,
                chat_completion_stream: true,
            },
        }),
    }
}

/// Joins a further target into its provider: the largest of each setting holds.
fn merge(known: &mut Provider, made: Provider, step: &Step, place: &Place, losses: &mut Losses) {
    for key in made.keys {
        for model in key.models {
            if let Some(own) = known.keys.first_mut()
                && !own.models.contains(&model)
            {
                own.models.push(model);
            }
        }
    }
    let (own, other) = (&mut known.network_config, made.network_config);
    for (setting, own, other) in [
        (
            "clocks.total",
            &mut own.default_request_timeout_in_seconds,
            other.default_request_timeout_in_seconds,
        ),
        (
            "clocks.idle",
            &mut own.stream_idle_timeout_in_seconds,
            other.stream_idle_timeout_in_seconds,
        ),
    ] {
        if *own != other {
            losses.approximated(
                step.setting(setting),
                format!("one for all models of {}: the longest", place.provider),
            );
            *own = (*own).max(other);
        }
    }
    if own.max_retries != other.max_retries {
        losses.approximated(
            step.setting("retries"),
            format!("one for all models of {}: the most", place.provider),
        );
        own.max_retries = own.max_retries.max(other.max_retries);
    }
    let both = (
        &known.concurrency_and_buffer_size,
        made.concurrency_and_buffer_size,
    );
    known.concurrency_and_buffer_size = match both {
        (Some(own), Some(other)) if other.concurrency < own.concurrency => Some(other),
        (Some(own), _) => Some(own.clone()),
        (None, other) => other,
    };
}

/// Returns Bifrost's name of a provider: a standard one, or that of a custom one.
fn name(place: &Place) -> String {
    if is_custom(place) {
        // A custom provider may not have the name of a standard one.
        return format!("{}-own", label(&place.provider));
    }
    standard(place.vendor).unwrap_or("openai").to_owned()
}

fn is_custom(place: &Place) -> bool {
    standard(place.vendor).is_none() || (place.own_address && !place.local)
}

fn standard(vendor: Vendor) -> Option<&'static str> {
    match vendor {
        Vendor::OpenAi => Some("openai"),
        Vendor::Anthropic => Some("anthropic"),
        Vendor::Gemini => Some("gemini"),
        Vendor::OpenRouter => Some("openrouter"),
        Vendor::Groq => Some("groq"),
        Vendor::Mistral => Some("mistral"),
        Vendor::XAi => Some("xai"),
        Vendor::DeepSeek => Some("deepseek"),
        Vendor::Together
        | Vendor::Azure
        | Vendor::Ollama
        | Vendor::Vllm
        | Vendor::Compatible
        | Vendor::AnthropicCompatible => None,
    }
}

fn base_type(place: &Place) -> &'static str {
    match place.vendor {
        Vendor::Anthropic | Vendor::AnthropicCompatible => "anthropic",
        Vendor::Gemini => "gemini",
        _ => "openai",
    }
}

fn allowed(route: &Route) -> Vec<ProviderConfig> {
    let mut configs: Vec<ProviderConfig> = Vec::new();
    for (number, step) in route.steps.iter().enumerate() {
        for choice in &step.options {
            let provider = name(&choice.place);
            let model = choice.place.model.clone();
            match configs.iter_mut().find(|known| known.provider == provider) {
                Some(known) if known.allowed_models.contains(&model) => {}
                Some(known) => known.allowed_models.push(model),
                None => configs.push(ProviderConfig {
                    provider,
                    // No weight: only the rule sends anything there.
                    weight: (number == 0).then_some(1.0),
                    allowed_models: vec![model],
                    key_ids: ["*"],
                }),
            }
        }
    }
    configs
}

fn targets(route: &Route) -> Vec<Target> {
    let Some(first) = route.steps.first() else {
        return Vec::new();
    };
    let options = first.options.iter().zip(shares(&first.weights()));
    options
        .map(|(choice, weight)| Target {
            provider: name(&choice.place),
            model: choice.place.model.clone(),
            weight,
        })
        .collect()
}

fn fallbacks(route: &Route) -> Vec<String> {
    let later = route.steps.iter().skip(1);
    later
        .flat_map(|step| step.by_weight())
        .map(|choice| format!("{}/{}", name(&choice.place), choice.place.model))
        .collect()
}

fn budgets(route: &Route, id: &str) -> Vec<Budget> {
    let budgets = route.budgets.iter();
    budgets
        .map(|budget| Budget {
            id: format!("{id}-{}", label(&budget.name)),
            max_limit: budget.usd(),
            reset_duration: match budget.window {
                Window::Hour => "1h",
                Window::Day => "1d",
                Window::Week => "1w",
                Window::Month | Window::Call => "1M",
            },
            virtual_key_id: format!("vk-{id}"),
        })
        .collect()
}

fn has_limits(route: &Route) -> bool {
    route.steps.first().is_some_and(|step| {
        step.limits.requests_per_minute.is_some() || step.limits.tokens_per_minute.is_some()
    })
}

fn rate_limits(route: &Route, id: &str) -> Vec<RateLimit> {
    let first = route.steps.first().filter(|_| has_limits(route));
    first
        .map(|step| {
            let (requests, tokens) = (
                step.limits.requests_per_minute,
                step.limits.tokens_per_minute,
            );
            RateLimit {
                id: format!("{id}-limits"),
                request_max_limit: requests,
                request_reset_duration: requests.map(|_| "1m"),
                token_max_limit: tokens,
                token_reset_duration: tokens.map(|_| "1m"),
            }
        })
        .into_iter()
        .collect()
}

fn store(path: &'static str) -> Store {
    Store {
        enabled: true,
        r#type: "sqlite",
        config: StoreConfig { path },
    }
}

fn report(route: &Route, losses: &mut Losses) {
    losses.note(
        "name",
        "callers show the virtual key of BIFROST_VIRTUAL_KEY (it begins with `sk-bf-`) and name the route as the model",
    );
    for (number, step) in route.steps.iter().enumerate() {
        let several = step.options.len() > 1;
        if several {
            let what = match (number, step.pick) {
                (0, Pick::Weighted) => {
                    "by weight for each request: the same caller may get another one"
                }
                (0, _) => "Bifrost picks by weight",
                _ => "later steps are tried in order, the heaviest first",
            };
            losses.approximated(step.setting("pick"), what);
            if number > 0 {
                for (at, _) in step.options.iter().enumerate() {
                    losses.approximated(
                        format!("steps[{}].options[{at}].weight", step.at),
                        "tried in order, the heaviest first",
                    );
                }
            }
        }
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
                    "counts every request of the virtual key, at whatever step",
                ),
                (Some(_), _) => losses.dropped(
                    step.setting(setting),
                    "a virtual key has one limit: the first step's is written",
                ),
            }
        }
        if step.limits.concurrency.is_some() {
            losses.approximated(
                step.setting("limits.concurrency"),
                "counts every request to the provider, the lowest of its steps",
            );
        }
    }
    losses.approximated(
        "steps[*].clocks.first_token",
        format!(
            "one clock for every wait in a stream, the longer of both and at least {LEAST_IDLE} s"
        ),
    );
    losses.approximated(
        "steps[*].clocks.idle",
        format!(
            "one clock for every wait in a stream, the longer of both and at least {LEAST_IDLE} s"
        ),
    );
    for (name, list) in [
        ("context_too_long", &route.context_too_long),
        ("content_filter", &route.content_filter),
        ("auth", &route.auth),
    ] {
        if !list.is_empty() {
            losses.dropped(name, "the next fallback is tried whatever the reason");
        } else if route.steps.len() > 1 {
            losses.approximated(name, "the next fallback is tried whatever the reason");
        }
    }
    losses.dropped("recovery", "a stream that breaks stays broken");
    if route.deadline.is_some() {
        losses.dropped(
            "deadline",
            "Bifrost has no clock over retries and fallbacks",
        );
    }
    if route.max_tokens.is_some() {
        losses.dropped("max_tokens", "Bifrost sets no parameters: callers say it");
    }
    for budget in &route.budgets {
        losses.note(
            budget.setting(),
            "counts every call of the virtual key, by Bifrost's own prices",
        );
    }
}
