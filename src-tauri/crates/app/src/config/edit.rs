//! Changes the program makes to the file. Everything it does not change stays as the user wrote it.

use crate::api::types::{ApiError, ErrorCode};
use crate::config::{file, shown, tables};
use std::path::{Path, PathBuf};
use switchboard_engine::config::{Config, SecretRef, SecretSource};
use toml_edit::{Array, DocumentMut, InlineTable, Item, TableLike, Value, value};

/// How often a change is applied anew because somebody else wrote the file meanwhile.
const TRIES: usize = 3;

/// Applies `change` to the file on disk and replaces it, if the result is valid. Returns the text too.
pub(super) fn edit_file(
    path: &Path,
    change: &dyn Fn(&mut DocumentMut) -> Result<(), ApiError>,
) -> Result<(Config, String), ApiError> {
    file::create_if_missing(path).map_err(|problem| config_error(problem.message, problem.fix))?;
    for _ in 0..TRIES {
        let before = read(path)?;
        let mut document = before
            .parse::<DocumentMut>()
            .map_err(|_| broken(path, &before))?;
        if Config::parse(&before).is_err() {
            return Err(broken(path, &before));
        }
        change(&mut document)?;
        let after = document.to_string();
        let config = check(&after)?;
        if after == before {
            return Ok((config, after));
        }
        if read(path)? != before {
            continue;
        }
        replace_file(path, &after, false)?;
        return Ok((config, after));
    }
    Err(ApiError {
        code: ErrorCode::Conflict,
        message: "another program keeps changing the configuration file".to_owned(),
        hint: Some("try again".to_owned()),
        field: None,
    })
}

/// Replaces the file in one step. `keep`: what is there is kept beside it first; returns where.
///
/// # Errors
/// `Config` if it cannot be written.
pub(crate) fn replace_file(
    path: &Path,
    text: &str,
    keep: bool,
) -> Result<Option<PathBuf>, ApiError> {
    let replaced = if keep {
        file::replace_kept(path, text)
    } else {
        file::replace(path, text).map(|()| None)
    };
    replaced.map_err(|error| {
        config_error(
            format!(
                "the configuration file could not be written: {}",
                error.kind()
            ),
            Some("check that the file and its folder are writable".to_owned()),
        )
    })
}

/// Reads the text a change has made.
///
/// # Errors
/// `InvalidParams` with the first problem and its field.
pub(crate) fn check(text: &str) -> Result<Config, ApiError> {
    Config::parse(text).map_err(|problems| {
        let problem = problems.into_iter().next();
        ApiError {
            code: ErrorCode::InvalidParams,
            message: problem.as_ref().map_or_else(
                || "the change is not valid".to_owned(),
                |p| p.message.clone(),
            ),
            hint: problem.as_ref().and_then(|p| p.fix.clone()),
            field: problem.and_then(|p| p.field),
        }
    })
}

fn read(path: &Path) -> Result<String, ApiError> {
    file::read(path).map_err(|problem| config_error(problem.message, problem.fix))
}

fn broken(path: &Path, text: &str) -> ApiError {
    let problem = Config::parse(text)
        .err()
        .map(|problems| shown(path, &problems));
    let place = problem.as_ref().and_then(|problem| problem.line);
    let place = place.map_or_else(String::new, |line| format!(" in line {line}"));
    ApiError {
        code: ErrorCode::Config,
        message: format!("the configuration file has a problem{place} that must be repaired first"),
        hint: problem.as_ref().map(|problem| problem.message.clone()),
        field: problem.and_then(|problem| problem.field),
    }
}

fn config_error(message: String, hint: Option<String>) -> ApiError {
    ApiError {
        code: ErrorCode::Config,
        message,
        hint,
        field: None,
    }
}

// ---------------------------------------------------------------- providers

/// Returns the table of a provider, or `None` if the file has none of this id.
pub fn provider_table<'d>(
    document: &'d mut DocumentMut,
    id: &str,
) -> Option<&'d mut dyn TableLike> {
    tables::get(document, "providers", id)
}

/// Returns the table of a provider, made at the end of the file's providers if need be.
pub fn put_provider<'d>(
    document: &'d mut DocumentMut,
    id: &str,
) -> Result<&'d mut dyn TableLike, ApiError> {
    tables::put(document, "providers", id)
}

/// Takes a provider out of the file. Returns whether it was there. A comment right above its header goes
/// with it; what stands further up stays.
pub fn remove_provider(document: &mut DocumentMut, id: &str) -> bool {
    // Prices of a provider that is gone would be a slip of the file.
    let prices = document.get("prices").and_then(Item::as_table_like);
    let own: Vec<String> = prices
        .into_iter()
        .flat_map(|prices| prices.iter())
        .map(|(name, _)| name.to_owned())
        .filter(|name| name.split_once('/').is_some_and(|(of, _)| of == id))
        .collect();
    for name in own {
        tables::remove(document, "prices", &name);
    }
    tables::remove(document, "providers", id)
}

// ---------------------------------------------------------------- names of keys

/// Writes a credential's name and place into a provider's `keys`, replacing one of the same name.
/// `known` are the keys the provider has now, written out if the file left them to the default.
pub fn set_key(provider: &mut dyn TableLike, known: &[SecretRef], key: &SecretRef) {
    let Some(array) = provider.get_mut("keys").and_then(Item::as_array_mut) else {
        let mut keys: Vec<&SecretRef> = known.iter().filter(|old| old.name != key.name).collect();
        keys.push(key);
        provider.insert(
            "keys",
            value(keys.into_iter().map(inline).collect::<Array>()),
        );
        return;
    };
    let named = array.iter_mut().find_map(|entry| {
        entry
            .as_inline_table_mut()
            .filter(|table| name_of(table) == Some(key.name.as_str()))
    });
    match named {
        Some(table) => {
            table.insert("from", Value::from(source(&key.from)));
        }
        None => array.push(inline(key)),
    }
}

/// Takes a credential's name out of a provider's `keys`.
pub fn unset_key(provider: &mut dyn TableLike, known: &[SecretRef], name: &str) {
    let left: Vec<&SecretRef> = known.iter().filter(|key| key.name != name).collect();
    if left.is_empty() {
        provider.remove("keys");
    } else if let Some(array) = provider.get_mut("keys").and_then(Item::as_array_mut) {
        array.retain(|entry| entry.as_inline_table().and_then(name_of) != Some(name));
    } else {
        provider.insert(
            "keys",
            value(left.into_iter().map(inline).collect::<Array>()),
        );
    }
    if provider.get("active_key").and_then(Item::as_str) == Some(name) {
        provider.remove("active_key");
    }
}

/// Chooses the credential that calls use.
pub fn set_active_key(provider: &mut dyn TableLike, name: &str) {
    provider.insert("active_key", value(name));
}

fn name_of(table: &InlineTable) -> Option<&str> {
    table.get("name")?.as_str()
}

fn inline(key: &SecretRef) -> InlineTable {
    let mut table = InlineTable::new();
    table.insert("name", Value::from(key.name.as_str()));
    table.insert("from", Value::from(source(&key.from)));
    table
}

fn source(from: &SecretSource) -> String {
    match from {
        SecretSource::Keychain => "keychain".to_owned(),
        SecretSource::Env(variable) => format!("env:{variable}"),
    }
}
