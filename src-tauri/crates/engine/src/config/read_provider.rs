//! Reading a provider's table: where it is, how it is spoken to, where its keys live.

use crate::config::limits;
use crate::config::model::model_of;
use crate::config::names::{check_base_url, check_id, check_key_name, is_loopback};
use crate::config::presets::{PLACEHOLDER, Preset, preset, presets};
use crate::config::provider::{ProviderConfig, SecretRef, SecretSource};
use crate::config::raw::{Field, Problems, nearest};
use crate::config::read_model::models;
use crate::provider::{AuthStyle, Endpoint, Wire};
use toml::de::DeValue;
use url::Url;

const WIRES: [(&str, Wire); 4] = [
    ("openai_chat", Wire::OpenaiChat),
    ("openai_responses", Wire::OpenaiResponses),
    ("anthropic", Wire::Anthropic),
    ("gemini", Wire::Gemini),
];

/// Reads a provider's table; `None` if it cannot be used.
pub(super) fn provider(field: &Field<'_>, problems: &mut Problems<'_>) -> Option<ProviderConfig> {
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
