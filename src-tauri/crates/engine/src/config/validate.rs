//! From a text with places to a valid configuration.

use crate::config::duration::parse_duration;
use crate::config::names::{check_id, check_model_name};
use crate::config::raw::{Field, Problems, Table, place};
use crate::config::read_provider::provider;
use crate::config::settings::{Network, Proxy, Settings, TierTimeouts};
use crate::config::{
    Config, Problem, TEXT_LIMIT, alerts, budgets, gateway, own_prices, read_route,
};
use crate::plan::{Recovery, Tier};
use std::path::PathBuf;
use std::time::Duration;
use toml::de::{DeTable, DeValue};
use url::Url;

pub(super) const TIERS: [(&str, Tier); 4] = [
    ("fast", Tier::Fast),
    ("standard", Tier::Standard),
    ("complex", Tier::Complex),
    ("reasoning", Tier::Reasoning),
];

pub(super) const RECOVERIES: [(&str, Recovery); 3] = [
    ("continue", Recovery::Continue),
    ("restart", Recovery::Restart),
    ("fail", Recovery::Fail),
];

/// Reads a whole configuration.
pub(super) fn config(text: &str) -> Result<Config, Vec<Problem>> {
    if text.len() > TEXT_LIMIT {
        return Err(vec![Problem {
            line: None,
            column: None,
            field: None,
            message: format!(
                "the file has {} bytes; at most {TEXT_LIMIT} are read",
                text.len()
            ),
            fix: None,
        }]);
    }
    let document = DeTable::parse(text).map_err(|error| vec![syntax_problem(text, &error)])?;
    let mut problems = Problems::new(text);
    let mut root = Table::new(String::new(), document.span(), document.get_ref());
    let mut config = Config::default();
    if let Some(field) = root.take("timeouts") {
        config.timeouts = timeouts(&field, &mut problems);
    }
    if let Some(field) = root.take("network") {
        config.network = network(&field, &mut problems);
    }
    // Also of providers with problems: they are told once, not again where routes name them.
    let mut ids = Vec::new();
    if let Some(field) = root.take("providers")
        && let Some(mut table) = field.table(&mut problems)
    {
        for field in table.take_all() {
            ids.push(field.name);
            config.providers.extend(provider(&field, &mut problems));
        }
    }
    if let Some(field) = root.take("prices") {
        own_prices::read(&field, &ids, &mut config.providers, &mut problems);
    }
    if let Some(field) = root.take("settings") {
        config.settings = settings(&field, &mut problems);
    }
    if let Some(field) = root.take("routes") {
        config.routes = read_route::routes(&field, &ids, &mut problems);
    }
    if let Some(field) = root.take("gateway") {
        config.gateway = gateway::gateway(&field, &mut problems);
    }
    if let Some(field) = root.take("budgets") {
        config.budgets = budgets::budgets(&field, &mut problems);
    }
    if let Some(field) = root.take("alerts") {
        config.alerts = alerts::alerts(&field, &mut problems);
    }
    root.finish(&mut problems);
    if problems.is_empty() {
        Ok(config)
    } else {
        Err(problems.into_list())
    }
}

/// Reads nothing but the routes of a text, as [`config`] would read them beside these providers.
pub(super) fn only_routes(text: &str, providers: &[&str]) -> Vec<Problem> {
    let document = match DeTable::parse(text) {
        Ok(document) => document,
        Err(error) => return vec![syntax_problem(text, &error)],
    };
    let mut problems = Problems::new(text);
    let mut root = Table::new(String::new(), document.span(), document.get_ref());
    if let Some(field) = root.take("routes") {
        read_route::routes(&field, providers, &mut problems);
    }
    problems.into_list()
}

/// The parser's own message names tokens it wanted, never the text it read.
fn syntax_problem(text: &str, error: &toml::de::Error) -> Problem {
    let place = error.span().map(|span| place(text, span.start));
    let mut message = error.message().lines().collect::<Vec<_>>().join(", ");
    message.truncate(message.floor_char_boundary(300));
    Problem {
        line: place.map(|(line, _)| line),
        column: place.map(|(_, column)| column),
        field: None,
        message: format!("this is not TOML: {message}"),
        fix: None,
    }
}

fn timeouts(field: &Field<'_>, problems: &mut Problems<'_>) -> TierTimeouts {
    let mut result = TierTimeouts::default();
    let Some(mut table) = field.table(problems) else {
        return result;
    };
    for (name, tier) in TIERS {
        let Some(field) = table.take(name) else {
            continue;
        };
        let Some(mut clocks) = field.table(problems) else {
            continue;
        };
        let values = result.of_mut(tier);
        for (name, value) in [
            ("connect", &mut values.connect),
            ("headers", &mut values.headers),
            ("first_token", &mut values.first_token),
            ("idle", &mut values.idle),
            ("total", &mut values.total),
        ] {
            if let Some(field) = clocks.take(name)
                && let Some(duration) = duration(&field, problems)
            {
                *value = duration;
            }
        }
        if values.first_token > values.total {
            let message = format!(
                "the first token may take {} s but the whole call only {} s",
                values.first_token.as_secs_f64(),
                values.total.as_secs_f64()
            );
            field.problem_fix(problems, message, "raise `total` or lower `first_token`");
        }
        clocks.finish(problems);
    }
    table.finish(problems);
    result
}

pub(super) fn duration(field: &Field<'_>, problems: &mut Problems<'_>) -> Option<Duration> {
    if field.value.get_ref().is_integer() || field.value.get_ref().is_float() {
        field.problem_fix(
            problems,
            "a duration needs a unit",
            "write for example \"15s\"",
        );
        return None;
    }
    let text = field.text(problems)?;
    parse_duration(text)
        .map_err(|message| field.problem(problems, message))
        .ok()
}

fn network(field: &Field<'_>, problems: &mut Problems<'_>) -> Network {
    let mut result = Network::default();
    let Some(mut table) = field.table(problems) else {
        return result;
    };
    if let Some(field) = table.take("proxy")
        && let Some(proxy) = proxy(&field, problems)
    {
        result.proxy = proxy;
    }
    if let Some(field) = table.take("extra_ca") {
        let files = match field.value.get_ref() {
            DeValue::Array(_) => field.array(problems).unwrap_or_default(),
            _ => vec![field],
        };
        for file in files {
            match file.text(problems) {
                Some("") => file.problem(problems, "the path of a PEM file is wanted"),
                Some(path) => result.extra_ca.push(PathBuf::from(path)),
                None => {}
            }
        }
    }
    table.finish(problems);
    result
}

fn proxy(field: &Field<'_>, problems: &mut Problems<'_>) -> Option<Proxy> {
    let forms = "write \"system\", \"none\" or an address such as \"http://proxy.example:3128\"";
    match field.text(problems)? {
        "system" => return Some(Proxy::System),
        "none" => return Some(Proxy::Direct),
        _ => {}
    }
    let url = field.text(problems).and_then(|text| Url::parse(text).ok());
    let url = url.filter(|url| {
        matches!(url.scheme(), "http" | "https" | "socks5" | "socks5h") && url.has_host()
    });
    let Some(url) = url else {
        field.problem_fix(problems, "this is not the address of a proxy", forms);
        return None;
    };
    if !url.username().is_empty() || url.password().is_some() {
        let fix = "set it in the variable HTTPS_PROXY and write proxy = \"system\"";
        field.problem_fix(problems, "a password is never written in this file", fix);
        return None;
    }
    Some(Proxy::Url(url))
}

fn settings(field: &Field<'_>, problems: &mut Problems<'_>) -> Settings {
    let mut result = Settings::default();
    let Some(mut table) = field.table(problems) else {
        return result;
    };
    if let Some(field) = table.take("default_models") {
        for item in field.array(problems).unwrap_or_default() {
            result.default_models.extend(full_name(&item, problems));
        }
        if result.default_models.len() > 6 {
            field.problem(problems, "a comparison has at most six models");
        }
    }
    if let Some(field) = table.take("classifier") {
        result.classifier = full_name(&field, problems);
    }
    if let Some(field) = table.take("recovery") {
        result.recovery = field.one_of(problems, &RECOVERIES).unwrap_or_default();
    }
    if let Some(field) = table.take("deadline") {
        result.deadline = duration(&field, problems);
    }
    for (name, value, range) in [
        ("retries", &mut result.retries, 0..=10),
        ("fallback_retries", &mut result.fallback_retries, 0..=10),
        ("max_attempts", &mut result.max_attempts, 1..=20),
    ] {
        if let Some(field) = table.take(name)
            && let Some(number) = field.integer(problems, range)
            && let Ok(number) = u32::try_from(number)
        {
            *value = number;
        }
    }
    if let Some(field) = table.take("backoff_cap")
        && let Some(cap) = duration(&field, problems)
    {
        if cap > Duration::from_secs(60) {
            field.problem(problems, "a wait between attempts is at most 60 s");
        }
        result.backoff_cap = cap;
    }
    table.finish(problems);
    result
}

/// Reads a model's name with its provider.
fn full_name(field: &Field<'_>, problems: &mut Problems<'_>) -> Option<String> {
    let text = field.text(problems)?;
    let is_provider = |id: &str| check_id(id).is_ok() || id == "sandbox";
    let named = text.split_once('/');
    if named.is_some_and(|(id, model)| is_provider(id) && check_model_name(model).is_ok()) {
        return Some(text.to_owned());
    }
    field.problem_fix(
        problems,
        "a model is named by provider and model",
        "write for example \"openai/gpt-6.1-terra\"",
    );
    None
}
