//! From a text with places to a valid configuration.

use crate::config::decimal::usd_per_million;
use crate::config::duration::parse_duration;
use crate::config::facts::{PARAMS, facts};
use crate::config::model::{ModelConfig, model_of};
use crate::config::presets::{PLACEHOLDER, Preset, preset, presets};
use crate::config::provider::{ProviderConfig, SecretRef, SecretSource};
use crate::config::raw::{Field, Problems, Table, nearest, place};
use crate::config::settings::{Network, Proxy, Settings, TierTimeouts};
use crate::config::{
    Config, Problem, TEXT_LIMIT, alerts, budgets, gateway, limits, own_prices, read_route,
};
use crate::plan::{Recovery, Tier};
use crate::price::{PicoUsd, Tariff, TokenPrice};
use crate::provider::{AuthStyle, Endpoint, Wire};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;
use toml::de::{DeTable, DeValue};
use url::Url;

const WIRES: [(&str, Wire); 4] = [
    ("openai_chat", Wire::OpenaiChat),
    ("openai_responses", Wire::OpenaiResponses),
    ("anthropic", Wire::Anthropic),
    ("gemini", Wire::Gemini),
];
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

// ---------------------------------------------------------------- settings

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
            let Some(text) = item.text(problems) else {
                continue;
            };
            match text.split_once('/') {
                Some((provider, model))
                    if check_id(provider).is_ok() && check_model_name(model).is_ok() =>
                {
                    result.default_models.push(text.to_owned());
                }
                _ => item.problem_fix(
                    problems,
                    "a model is named by provider and model",
                    "write for example \"openai/gpt-6.1-terra\"",
                ),
            }
        }
        if result.default_models.len() > 6 {
            field.problem(problems, "a comparison has at most six models");
        }
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

// ---------------------------------------------------------------- providers

fn provider(field: &Field<'_>, problems: &mut Problems<'_>) -> Option<ProviderConfig> {
    let id = field.name;
    if let Err(message) = check_id(id) {
        let fix = "write for example [providers.my-server]".to_owned();
        problems.add(&field.key_span, Some(&field.path), message, Some(fix));
    }
    let mut table = field.table(problems)?;
    let base = table
        .take("preset")
        .map(|field| preset_named(&field, problems));
    // A preset that is not known has its own problem; what it would have filled in is not missed.
    let unknown_preset = matches!(base, Some(None));
    let base = base.flatten();

    let label = table
        .take("label")
        .and_then(|field| label(&field, problems));
    let wire = table
        .take("wire")
        .map(|field| field.one_of(problems, &WIRES));
    let base_url_field = table.take("base_url");
    let base_url = base_url_field.as_ref().map(|field| {
        let text = field.text(problems)?;
        check_base_url(text)
            .map_err(|message| field.problem(problems, message))
            .ok()
    });
    let auth = table.take("auth").map(|field| auth(&field, problems));
    let headers = table.take("headers").map(|field| headers(&field, problems));
    let needs_key = table
        .take("needs_key")
        .and_then(|field| field.boolean(problems));
    let accept_invalid_tls = table
        .take("accept_invalid_tls")
        .and_then(|field| field.boolean(problems));
    let keys = table.take("keys").map(|field| keys(&field, problems));
    let active = table.take("active_key");
    let limits = limits::limits(&mut table, problems);
    let models = table
        .take("models")
        .map(|field| models(&field, base, problems));

    let missing = |problems: &mut Problems<'_>, name: &str, fix: &str| {
        if !unknown_preset {
            let path = format!("{}.{name}", field.path);
            let message = format!("`{name}` is missing");
            problems.add(&field.key_span, Some(&path), message, Some(fix.to_owned()));
        }
    };
    if wire.is_none() && base.is_none() {
        missing(problems, "wire", "add wire = \"openai_chat\" or a preset");
    }
    let preset_url = base.and_then(|preset| Url::parse(preset.base_url).ok());
    if base_url.is_none() && preset_url.is_none() {
        let note = base.and_then(|preset| preset.note);
        missing(
            problems,
            "base_url",
            note.unwrap_or("add base_url = \"https://…/v1\""),
        );
    } else if base_url.is_none() && base.is_some_and(|preset| preset.must_edit_url()) {
        let note = base.and_then(|preset| preset.note).unwrap_or_default();
        missing(problems, "base_url", note);
    }
    if let (Some(field), Some(base)) = (&base_url_field, base)
        && base.must_edit_url()
        && field
            .value
            .get_ref()
            .as_str()
            .is_some_and(holds_placeholder)
    {
        field.problem_fix(
            problems,
            "the address still holds its placeholder",
            base.note.unwrap_or_default(),
        );
    }
    table.finish(problems);

    let base_url = base_url.flatten().or(preset_url)?;
    let wire = wire.flatten().or(base.map(|preset| preset.wire))?;
    let local = is_loopback(&base_url);
    let needs_key = needs_key.unwrap_or(base.map_or(!local, |preset| preset.needs_key));
    let mut keys = keys.unwrap_or_default();
    if keys.is_empty() && needs_key {
        keys.push(SecretRef {
            name: "default".to_owned(),
            from: SecretSource::Keychain,
        });
    }
    let active_key = active.and_then(|field| {
        let name = field.text(problems)?;
        if keys.iter().any(|key| key.name == name) {
            return Some(name.to_owned());
        }
        let names: Vec<&str> = keys.iter().map(|key| key.name.as_str()).collect();
        let fix = nearest(name, &names).map_or_else(
            || "name one of `keys`".to_owned(),
            |name| format!("did you mean \"{name}\"?"),
        );
        field.problem_fix(problems, "there is no key of this name", fix);
        None
    });
    Some(ProviderConfig {
        id: id.to_owned(),
        label: label.unwrap_or_else(|| base.map_or(id, |preset| preset.label).to_owned()),
        preset: base.map(|preset| preset.id.to_owned()),
        endpoint: Endpoint {
            wire,
            base_url,
            auth: auth
                .flatten()
                .or_else(|| base.map(Preset::auth_style))
                .unwrap_or(AuthStyle::Native),
            headers: headers.unwrap_or_default(),
        },
        needs_key,
        local,
        keys,
        active_key,
        accept_invalid_tls: accept_invalid_tls.unwrap_or(false),
        limits,
        models: models.unwrap_or_else(|| {
            let base = base.into_iter();
            base.flat_map(|preset| {
                preset
                    .models
                    .iter()
                    .map(|name| model_of(Some(preset.id), name))
            })
            .collect()
        }),
        prices: Default::default(),
        key_url: base.and_then(|preset| preset.key_url).map(str::to_owned),
    })
}

/// Hosts are not case-sensitive, so neither is the placeholder.
fn holds_placeholder(text: &str) -> bool {
    text.to_ascii_uppercase().contains(PLACEHOLDER)
}

fn preset_named(field: &Field<'_>, problems: &mut Problems<'_>) -> Option<&'static Preset> {
    let name = field.text(problems)?;
    if let Some(found) = preset(name) {
        return Some(found);
    }
    let names: Vec<&str> = presets().iter().map(|preset| preset.id).collect();
    let fix = match nearest(name, &names) {
        Some(name) => format!("did you mean \"{name}\"?"),
        None => format!("known presets: {}", names.join(", ")),
    };
    field.problem_fix(problems, "there is no such preset", fix);
    None
}

fn label(field: &Field<'_>, problems: &mut Problems<'_>) -> Option<String> {
    let text = field.text(problems)?.trim();
    if text.is_empty() || text.chars().count() > 80 || text.chars().any(char::is_control) {
        field.problem(problems, "a label has 1 to 80 characters on one line");
        return None;
    }
    Some(text.to_owned())
}

fn auth(field: &Field<'_>, problems: &mut Problems<'_>) -> Option<AuthStyle> {
    if let DeValue::Table(_) = field.value.get_ref() {
        let mut table = field.table(problems)?;
        let name = table.take("header");
        if name.is_none() {
            field.problem_fix(
                problems,
                "`header` is missing",
                "write { header = \"api-key\" }",
            );
        }
        table.finish(problems);
        let name = name?;
        let text = name.text(problems)?;
        if http::HeaderName::try_from(text).is_err() {
            name.problem(problems, "this is not the name of an HTTP header");
            return None;
        }
        return Some(AuthStyle::Header(text.to_ascii_lowercase()));
    }
    match field.text(problems)? {
        "native" => Some(AuthStyle::Native),
        "bearer" => Some(AuthStyle::Bearer),
        _ => {
            let fix = "write \"native\", \"bearer\" or { header = \"api-key\" }";
            field.problem_fix(problems, "this word has no meaning here", fix);
            None
        }
    }
}

/// Headers that carry credentials or that the transport sets itself.
const FORBIDDEN_HEADERS: [&str; 12] = [
    "authorization",
    "proxy-authorization",
    "x-api-key",
    "api-key",
    "x-goog-api-key",
    "cookie",
    "host",
    "content-length",
    "content-type",
    "transfer-encoding",
    "connection",
    "accept-encoding",
];

fn headers(field: &Field<'_>, problems: &mut Problems<'_>) -> Vec<(String, String)> {
    let Some(mut table) = field.table(problems) else {
        return Vec::new();
    };
    let mut result = Vec::new();
    for field in table.take_all() {
        let Some(value) = field.text(problems) else {
            continue;
        };
        let name = field.name.to_ascii_lowercase();
        if FORBIDDEN_HEADERS.contains(&name.as_str()) {
            let fix = "credentials go into `keys`, how they are sent into `auth`".to_owned();
            let message = "this header is set by the program";
            problems.add(&field.key_span, Some(&field.path), message, Some(fix));
        } else if http::HeaderName::try_from(&name).is_err() {
            let message = "this is not the name of an HTTP header";
            problems.add(&field.key_span, Some(&field.path), message, None);
        } else if http::HeaderValue::from_str(value).is_err() {
            field.problem(
                problems,
                "a header's value is one line of visible characters",
            );
        } else {
            result.push((name, value.to_owned()));
        }
    }
    result
}

fn keys(field: &Field<'_>, problems: &mut Problems<'_>) -> Vec<SecretRef> {
    let form = "write keys = [{ name = \"default\", from = \"keychain\" }]";
    let Some(items) = field
        .value
        .get_ref()
        .as_array()
        .and_then(|_| field.array(problems))
    else {
        field.problem_fix(
            problems,
            "a list of key names is wanted, never a key itself",
            form,
        );
        return Vec::new();
    };
    let mut result: Vec<SecretRef> = Vec::new();
    for item in items {
        if !item.value.get_ref().is_table() {
            item.problem_fix(
                problems,
                "the name of a key is wanted, never a key itself",
                form,
            );
            continue;
        }
        let Some(mut table) = item.table(problems) else {
            continue;
        };
        let name = table.take("name");
        let from = table.take("from");
        for (missing, what) in [(name.is_none(), "name"), (from.is_none(), "from")] {
            if missing {
                item.problem_fix(problems, format!("`{what}` is missing"), form);
            }
        }
        table.finish(problems);
        let name = name.and_then(|field| {
            let text = field.text(problems)?;
            check_key_name(text)
                .map_err(|message| field.problem(problems, message))
                .ok()?;
            if result.iter().any(|key| key.name == text) {
                field.problem(problems, "two keys of one provider have this name");
                return None;
            }
            Some(text.to_owned())
        });
        let from = from.and_then(|field| secret_source(&field, problems));
        if let (Some(name), Some(from)) = (name, from) {
            result.push(SecretRef { name, from });
        }
    }
    result
}

fn secret_source(field: &Field<'_>, problems: &mut Problems<'_>) -> Option<SecretSource> {
    let fix = "write \"keychain\" or \"env:\" and the name of a variable, \
               for example \"env:OPENAI_API_KEY\"";
    let text = field.text(problems)?;
    if text == "keychain" {
        return Some(SecretSource::Keychain);
    }
    let Some(variable) = text.strip_prefix("env:") else {
        let message = "this is not a place where keys live; a key itself is never written here";
        field.problem_fix(problems, message, fix);
        return None;
    };
    if !is_variable_name(variable) {
        field.problem_fix(problems, "this is not the name of a variable", fix);
        return None;
    }
    Some(SecretSource::Env(variable.to_owned()))
}

/// A name in one letter case: keys mix them, so a pasted key is never taken for a name and shown.
fn is_variable_name(text: &str) -> bool {
    let allowed = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_';
    let upper = text.bytes().any(|byte| byte.is_ascii_uppercase());
    let lower = text.bytes().any(|byte| byte.is_ascii_lowercase());
    (1..=64).contains(&text.len())
        && !text.starts_with(|c: char| c.is_ascii_digit())
        && text.bytes().all(allowed)
        && upper != lower
}

// ---------------------------------------------------------------- models

fn models(
    field: &Field<'_>,
    base: Option<&'static Preset>,
    problems: &mut Problems<'_>,
) -> Vec<ModelConfig> {
    let mut result: Vec<ModelConfig> = Vec::new();
    for item in field.array(problems).unwrap_or_default() {
        let Some(model) = model(&item, base, problems) else {
            continue;
        };
        if result.iter().any(|other| other.name == model.name) {
            item.problem(problems, "this model is listed twice");
        } else {
            result.push(model);
        }
    }
    result
}

fn model(
    item: &Field<'_>,
    base: Option<&'static Preset>,
    problems: &mut Problems<'_>,
) -> Option<ModelConfig> {
    let base = base.map(|preset| preset.id);
    if !item.value.get_ref().is_table() {
        let name = item.text(problems)?;
        check_model_name(name)
            .map_err(|message| item.problem(problems, message))
            .ok()?;
        return Some(model_of(base, name));
    }
    let mut table = item.table(problems)?;
    let Some(name_field) = table.take("name") else {
        problems.add(&table.span, Some(&table.path), "`name` is missing", None);
        return None;
    };
    let name = name_field.text(problems)?;
    check_model_name(name)
        .map_err(|message| name_field.problem(problems, message))
        .ok()?;
    let mut known = facts(base, name);
    for (key, value) in [
        ("images", &mut known.capabilities.images),
        ("tools", &mut known.capabilities.tools),
        ("json_schema", &mut known.capabilities.json_schema),
        ("reasoning", &mut known.capabilities.reasoning),
        ("prefill", &mut known.capabilities.prefill),
    ] {
        if let Some(flag) = table.take(key).and_then(|field| field.boolean(problems)) {
            *value = flag;
        }
    }
    if let Some(field) = table.take("rejected_params") {
        let params = PARAMS.map(|name| (name, name));
        let items = field.array(problems).unwrap_or_default();
        let names = items
            .iter()
            .filter_map(|item| item.one_of(problems, &params));
        known.capabilities.rejected_params = names.map(str::to_owned).collect();
    }
    if let Some(field) = table.take("context_window") {
        known.capabilities.context_window = field.integer(problems, 1..=1_000_000_000);
    }
    if let Some(field) = table.take("max_output_tokens") {
        let tokens = field.integer(problems, 1..=100_000_000);
        known.capabilities.max_output_tokens = tokens.and_then(|tokens| u32::try_from(tokens).ok());
    }
    if let Some(tier) = table
        .take("tier")
        .and_then(|field| field.one_of(problems, &TIERS))
    {
        known.tier = tier;
    }
    if let Some(field) = table.take("price") {
        known.price = price(&field, problems)
            .map(|price| Arc::new(Tariff::flat(name, price, "your settings")));
    }
    let limits = limits::limits(&mut table, problems);
    table.finish(problems);
    Some(ModelConfig {
        name: name.to_owned(),
        capabilities: known.capabilities,
        tier: known.tier,
        limits,
        price: known.price,
    })
}

pub(super) fn price(field: &Field<'_>, problems: &mut Problems<'_>) -> Option<TokenPrice> {
    let form = "write { input = 2.50, output = 10 }, in USD per million tokens";
    let mut table = field.table(problems)?;
    let (input, output) = (table.take("input"), table.take("output"));
    if input.is_none() || output.is_none() {
        field.problem_fix(problems, "a price has `input` and `output`", form);
    }
    let cache_read = table
        .take("cache_read")
        .and_then(|field| usd(&field, problems));
    let cache_creation = table
        .take("cache_creation")
        .and_then(|field| usd(&field, problems));
    table.finish(problems);
    let input = input.and_then(|field| usd(&field, problems));
    let output = output.and_then(|field| usd(&field, problems));
    Some(TokenPrice {
        input: input?,
        output: output?,
        cache_read,
        cache_creation,
    })
}

fn usd(field: &Field<'_>, problems: &mut Problems<'_>) -> Option<PicoUsd> {
    let text = match field.value.get_ref() {
        DeValue::String(text) => text.trim().to_owned(),
        DeValue::Integer(integer) if integer.radix() == 10 => integer.as_str().replace('_', ""),
        DeValue::Float(float) => float.as_str().replace('_', ""),
        _ => {
            field.problem(
                problems,
                "a price is a decimal number, in USD per million tokens",
            );
            return None;
        }
    };
    let text = text.strip_prefix('+').unwrap_or(&text);
    let fix = "write for example 2.50, in USD per million tokens";
    usd_per_million(text)
        .map_err(|message| field.problem_fix(problems, message, fix))
        .ok()
}

// ---------------------------------------------------------------- names and addresses

/// Checks the id of a provider.
///
/// # Errors
/// One clause that says what does not fit.
pub fn check_id(id: &str) -> Result<(), &'static str> {
    let allowed = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
    if !(1..=40).contains(&id.len()) || !id.bytes().all(allowed) {
        return Err("a provider's id has 1 to 40 lower-case letters, digits and hyphens");
    }
    if id == "sandbox" || id.starts_with("sandbox-") {
        return Err("this id belongs to the built-in simulator");
    }
    Ok(())
}

/// Checks the name of a credential.
///
/// # Errors
/// One clause that says what does not fit.
pub fn check_key_name(name: &str) -> Result<(), &'static str> {
    let allowed = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
    if (1..=40).contains(&name.len()) && name.chars().all(allowed) {
        return Ok(());
    }
    Err("a key's name has 1 to 40 letters, digits, dots, hyphens and underscores")
}

/// Checks the name of a model.
///
/// # Errors
/// One clause that says what does not fit.
pub fn check_model_name(name: &str) -> Result<(), &'static str> {
    let odd = |c: char| c.is_control() || c.is_whitespace();
    if name.is_empty() || name.len() > 200 || name.contains(odd) {
        return Err("a model's name has 1 to 200 characters and no space");
    }
    Ok(())
}

/// Reads the base URL of a provider.
///
/// # Errors
/// One clause that says what does not fit.
pub fn check_base_url(text: &str) -> Result<Url, &'static str> {
    let text = text.trim();
    if text.is_empty() {
        return Err("an address such as https://api.example.com/v1 is wanted");
    }
    if text.len() > 2000 {
        return Err("an address has at most 2000 characters");
    }
    let url = match Url::parse(text) {
        Ok(url) => url,
        Err(_) if !text.contains("://") => {
            return Err("the address must begin with https:// or http://");
        }
        Err(_) => return Err("this is not an address such as https://api.example.com/v1"),
    };
    if !matches!(url.scheme(), "http" | "https") {
        return Err("the address must begin with https:// or http://");
    }
    if !url.has_host() {
        return Err("the address has no host");
    }
    if !url.username().is_empty() || url.password().is_some() {
        return Err("a password is never part of the address; keys have their own place");
    }
    if url.query_pairs().any(|(name, _)| is_credential_name(&name)) {
        return Err("a key is never part of the address; keys have their own place");
    }
    if url.fragment().is_some() {
        return Err("an address has no part after `#`");
    }
    Ok(url)
}

fn is_credential_name(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    ["key", "token", "secret", "password", "sig", "signature"]
        .iter()
        .any(|word| {
            name == *word
                || name.ends_with(&format!("_{word}"))
                || name.ends_with(&format!("-{word}"))
        })
        || name == "apikey"
}

/// Returns whether an address is on this machine.
fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(url::Host::Domain(name)) => name == "localhost" || name.ends_with(".localhost"),
        Some(url::Host::Ipv4(address)) => address.is_loopback(),
        Some(url::Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    }
}
