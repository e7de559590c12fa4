//! LiteLLM's `config.yaml`.
//!
//! A model group is a route of one step; the groups of its `fallbacks` are the steps after it. A group whose
//! name begins with another's, such as `chat-fb1` beside `chat`, is a step of that one only.

use super::draft::{Draft, Key, NewRoute, NewStep, STEPS};
use super::litellm_rules::Rules;
use super::place;
use super::value::Node;
use serde_json::Value;
use std::collections::BTreeMap;
use switchboard_engine::config::check_model_name;
use switchboard_engine::plan::Recovery;
use switchboard_engine::secret::Secret;

/// Fields of a deployment that are taken.
const PARAMS: [&str; 13] = [
    "model",
    "custom_llm_provider",
    "api_base",
    "base_url",
    "api_key",
    "weight",
    "rpm",
    "tpm",
    "max_parallel_requests",
    "timeout",
    "stream_timeout",
    "max_tokens",
    // The SDK's own retries: here there is one loop that retries.
    "max_retries",
];
/// Fields of `router_settings` that are taken.
const ROUTER: [&str; 12] = [
    "routing_strategy",
    "num_retries",
    "retry_policy",
    "model_group_retry_policy",
    "fallbacks",
    "default_fallbacks",
    "context_window_fallbacks",
    "content_policy_fallbacks",
    "enable_mid_stream_fallback_continuation",
    "timeout",
    // What they do is done here anyway.
    "max_fallbacks",
    "retry_after",
];
/// Fields of `litellm_settings` that are taken.
const SETTINGS: [&str; 7] = [
    "num_retries",
    "request_timeout",
    "fallbacks",
    "default_fallbacks",
    "context_window_fallbacks",
    "content_policy_fallbacks",
    // Parameters that a model does not take are left out here in any case.
    "drop_params",
];
/// Fields of the text as a whole that are taken.
const WHOLE: [&str; 3] = ["model_list", "router_settings", "litellm_settings"];

/// A model group as a step, and what its targets say of the route.
#[derive(Debug, Default)]
struct Group {
    at: String,
    step: NewStep,
    max_tokens: Option<u32>,
}

/// Reads the text.
pub(super) fn read(value: &Value, draft: &mut Draft<'_>) {
    let Some(root) = Node::root(value) else {
        return;
    };
    draft.drop_all(root.others(&WHOLE).into_iter().map(str::to_owned));
    let tables = [
        root.table("router_settings"),
        root.table("litellm_settings"),
    ];
    for (table, known) in tables.iter().zip([&ROUTER[..], &SETTINGS[..]]) {
        let table = table.iter();
        let lost = table.flat_map(|table| {
            let names = table.others(known).into_iter();
            names.map(|name| table.at(name)).collect::<Vec<_>>()
        });
        draft.drop_all(lost);
    }
    let settings: Vec<&Node<'_>> = tables.iter().flatten().collect();
    let (groups, order) = groups(&root, &settings, draft);
    let rules = Rules::read(&settings);
    for name in &order {
        let inner = |other: &&String| {
            let begins = name.strip_prefix(other.as_str());
            begins.is_some_and(|rest| rest.starts_with('-')) && rules.names(name)
        };
        if order.iter().any(|other| inner(&other)) {
            continue;
        }
        let Some(group) = groups.get(name) else {
            continue;
        };
        draft.route(route(name, group, &groups, &rules, &settings), &group.at);
    }
}

fn route(
    name: &str,
    group: &Group,
    groups: &BTreeMap<String, Group>,
    rules: &Rules,
    settings: &[&Node<'_>],
) -> NewRoute {
    let mut steps = vec![group.step.clone()];
    for next in rules.fallbacks(name) {
        if let Some(next) = groups.get(&next)
            && steps.len() <= STEPS
        {
            steps.push(next.step.clone());
        }
    }
    let list = |rule: &BTreeMap<String, Vec<String>>| {
        let names = rule.get(name).into_iter().flatten();
        let steps = names.filter_map(|name| groups.get(name));
        let options = steps.flat_map(|group| &group.step.options);
        options.map(|(target, _)| target.clone()).collect()
    };
    let continued = settings
        .iter()
        .find_map(|table| table.get("enable_mid_stream_fallback_continuation"))
        .and_then(Value::as_bool);
    NewRoute {
        name: name.to_owned(),
        steps,
        context_too_long: list(&rules.too_long),
        content_filter: list(&rules.filtered),
        recovery: continued.map(|on| {
            if on {
                Recovery::Continue
            } else {
                Recovery::Fail
            }
        }),
        max_tokens: group.max_tokens,
        ..NewRoute::default()
    }
}

/// Returns the groups by name, and their names in the order of the text.
fn groups(
    root: &Node<'_>,
    settings: &[&Node<'_>],
    draft: &mut Draft<'_>,
) -> (BTreeMap<String, Group>, Vec<String>) {
    let mut groups: BTreeMap<String, Group> = BTreeMap::new();
    let mut order = Vec::new();
    for entry in root.tables("model_list") {
        let (Some(name), Some(params)) = (entry.text("model_name"), entry.table("litellm_params"))
        else {
            draft.losses.dropped(
                entry.path.clone(),
                "a deployment without `model_name` or `litellm_params`",
            );
            continue;
        };
        let others = entry.others(&["model_name", "litellm_params", "model_info"]);
        draft.drop_all(others.into_iter().map(|name| entry.at(name)));
        if name.contains('*') {
            draft
                .losses
                .dropped(entry.at("model_name"), "a pattern of names is no route");
            continue;
        }
        let Some(target) = target(&params, draft) else {
            continue;
        };
        if !groups.contains_key(name) {
            order.push(name.to_owned());
        }
        let group = groups.entry(name.to_owned()).or_insert_with(|| Group {
            at: entry.path.clone(),
            ..Group::default()
        });
        add(group, target, &params, draft);
    }
    for (name, group) in &mut groups {
        group.step.retries = retries(name, settings);
        let clock = |name: &str| settings.iter().find_map(|table| table.seconds(name));
        let general = clock("timeout").or_else(|| clock("request_timeout"));
        group.step.total = group.step.total.or(general);
        group.step.pick = pick(settings, &mut draft.losses);
    }
    (groups, order)
}

fn pick(settings: &[&Node<'_>], losses: &mut crate::loss::Losses) -> Option<&'static str> {
    let table = settings.first()?;
    match table.text("routing_strategy")? {
        "cost-based-routing" => Some("cheapest"),
        "latency-based-routing" => Some("fastest"),
        "simple-shuffle" => None,
        _ => {
            losses.approximated(
                table.at("routing_strategy"),
                "there is no such strategy here: by weight",
            );
            None
        }
    }
}

/// Returns the retries of a group: its own policy's most, the general policy's, or the general number.
fn retries(group: &str, settings: &[&Node<'_>]) -> Option<u32> {
    let most = |policy: Node<'_>| {
        let numbers = [
            "TimeoutErrorRetries",
            "RateLimitErrorRetries",
            "InternalServerErrorRetries",
            "ServiceUnavailableErrorRetries",
            "DefaultRetries",
        ];
        numbers.iter().filter_map(|name| policy.number(name)).max()
    };
    let own = settings
        .iter()
        .find_map(|table| table.table("model_group_retry_policy")?.table(group));
    let general = || {
        settings
            .iter()
            .find_map(|table| table.table("retry_policy"))
    };
    let number = || {
        settings
            .iter()
            .find_map(|table| table.number("num_retries"))
    };
    own.or_else(general).and_then(most).or_else(number)
}

/// Returns a deployment's target, or `None` if it has none here.
fn target(params: &Node<'_>, draft: &mut Draft<'_>) -> Option<String> {
    let at = params.at("model");
    let Some(full) = params.text("model") else {
        draft.losses.dropped(at, "a deployment without a model");
        return None;
    };
    let said = params.text("custom_llm_provider");
    let apart = full
        .split_once('/')
        .filter(|(provider, _)| place::preset_of(provider).is_some());
    let (preset, model) = match (said, apart) {
        (Some(provider), _) => (
            place::preset_of(provider),
            apart.map_or(full, |(_, model)| model),
        ),
        (None, Some((provider, model))) => (place::preset_of(provider), model),
        (None, None) => (place::maker_of(full), full),
    };
    let Some(preset) = preset else {
        draft
            .losses
            .dropped(at, "its provider has no preset here: add it by hand");
        return None;
    };
    if check_model_name(model).is_err() {
        draft.losses.dropped(at, "this is no name of a model here");
        return None;
    }
    let address = params.get("api_base").or_else(|| params.get("base_url"));
    let (preset, base) = match address {
        None if preset == "azure" => {
            draft.losses.dropped(
                params.at("api_base"),
                "a deployment at Azure needs its address",
            );
            return None;
        }
        None => (preset, None),
        Some(address) => {
            let address = address.as_str().unwrap_or_default();
            let address = if preset == "azure" && !address.contains("/openai") {
                format!("{}/openai/v1", address.trim_end_matches('/'))
            } else {
                address.to_owned()
            };
            match place::at(preset, &address) {
                Some((preset, url)) => (preset, Some(url)),
                None => {
                    draft.losses.dropped(
                        params.at("api_base"),
                        "this address cannot be used: a variable in its place, or no address",
                    );
                    return None;
                }
            }
        }
    };
    let key = key(params.text("api_key"));
    let wanted = wanted(preset, base.as_ref());
    let id = draft.provider(&wanted, preset, base, key, &params.at("api_key"));
    Some(format!("{id}/{model}"))
}

/// Returns a name for a provider: its preset's, or its host's.
pub(super) fn wanted(preset: &str, base: Option<&url::Url>) -> String {
    match base.and_then(url::Url::host_str) {
        Some(host) if preset.ends_with("-compatible") => {
            let host = host.trim_start_matches("api.").trim_start_matches("www.");
            host.to_owned()
        }
        _ => preset.to_owned(),
    }
}

/// Reads a key as LiteLLM writes one. What a server without keys is given for one is none.
fn key(text: Option<&str>) -> Key {
    match text {
        None => Key::Unsaid,
        Some(text) => match text.strip_prefix("os.environ/") {
            Some(name) if is_variable(name) => Key::Variable(name.to_owned()),
            Some(_) => Key::Unsaid,
            None if matches!(
                text,
                "not-needed" | "none" | "dummy" | "fake-key" | "anything"
            ) =>
            {
                Key::Unsaid
            }
            None => Key::Literal(Secret::new(text.to_owned())),
        },
    }
}

/// Returns whether a text is the name of an environment variable.
pub(super) fn is_variable(name: &str) -> bool {
    let mut bytes = name.bytes();
    let first = bytes.next();
    name.len() <= 100
        && first.is_some_and(|byte| byte.is_ascii_alphabetic() || byte == b'_')
        && bytes.all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
}

/// Adds a deployment to its group.
fn add(group: &mut Group, target: String, params: &Node<'_>, draft: &mut Draft<'_>) {
    let others = params.others(&PARAMS);
    draft.drop_all(others.into_iter().map(|name| params.at(name)));
    let weight = params.float("weight");
    let weight = weight.map_or(1, |weight| super::portkey::weight(weight, 1.0));
    let step = &mut group.step;
    let first = step.options.is_empty();
    let old = (step.total, step.first_token, group.max_tokens);
    step.total = step.total.max(params.seconds("timeout"));
    step.first_token = step.first_token.max(params.seconds("stream_timeout"));
    group.max_tokens = group.max_tokens.max(
        params
            .number("max_tokens")
            .filter(|tokens| (1..=100_000_000).contains(tokens)),
    );
    if !first && old != (step.total, step.first_token, group.max_tokens) {
        draft.losses.approximated(
            params.path.clone(),
            "clocks and most tokens are a step's here: the longest and most of its models",
        );
    }
    // The most that the configuration takes stands behind each.
    let sum = |own: Option<u32>, name: &str, most: u32| match (own, params.number(name)) {
        (own, None | Some(0)) => own,
        (own, Some(more)) => Some(own.unwrap_or(0).saturating_add(more).min(most)),
    };
    let limits = &mut step.limits;
    limits.requests_per_minute = sum(limits.requests_per_minute, "rpm", 1_000_000);
    limits.tokens_per_minute = sum(limits.tokens_per_minute, "tpm", 4_000_000_000);
    limits.concurrency = sum(limits.concurrency, "max_parallel_requests", 100_000);
    if !first && params.get("rpm").or_else(|| params.get("tpm")).is_some() {
        draft.losses.approximated(
            params.path.clone(),
            "limits are a step's here: the sum of its models'",
        );
    }
    step.options.push((target, weight));
}
