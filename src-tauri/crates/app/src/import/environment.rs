//! Lines `NAME=value`: the keys of known providers in them, by the same look as at a `.env` file.

use super::add;
use crate::App;
use crate::api::types::*;
use switchboard_engine::config::{Config, preset};

/// Returns whether a text is to be read as an environment: said so, or each of its lines is an assignment.
pub(super) fn is(text: &str, kind: ImportKind) -> bool {
    match kind {
        ImportKind::Environment => true,
        ImportKind::Auto => {
            let lines = text.lines().map(str::trim);
            let mut lines = lines.filter(|line| !line.is_empty() && !line.starts_with('#'));
            let assigns = |line: &str| {
                let line = line.strip_prefix("export ").unwrap_or(line);
                line.split_once('=').is_some_and(|(name, _)| {
                    !name.is_empty()
                        && name
                            .bytes()
                            .all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
                })
            };
            lines.clone().next().is_some() && lines.all(assigns)
        }
        ImportKind::Litellm | ImportKind::Openrouter | ImportKind::Portkey => false,
    }
}

/// What stands in the text, by name.
struct Seen {
    scan: KeyScan,
    /// Ids of providers that are not configured yet; each is a preset's.
    new: Vec<String>,
}

async fn look(app: &App, text: String) -> Result<Seen, ApiError> {
    let scan = app.secrets().scan_dotenv_text("text", text).await?;
    let config = app.config().current();
    let mut new: Vec<String> = Vec::new();
    for key in &scan.found {
        let known = config.provider(&key.preset).is_some();
        if !known && !new.contains(&key.preset) {
            new.push(key.preset.clone());
        }
    }
    Ok(Seen { scan, new })
}

/// Shows the providers whose keys stand in a text.
pub(super) async fn preview(app: &App, text: String) -> Result<ImportPreview, ApiError> {
    let seen = look(app, text).await?;
    let config = app.config().current();
    let mut problems = Vec::new();
    if seen.scan.found.is_empty() {
        problems.push(ImportProblem {
            line: None,
            field: None,
            message: "no variable of a known provider stands in it".to_owned(),
        });
    }
    Ok(ImportPreview {
        kind: ImportKind::Environment,
        toml: tables(&seen.new),
        keys: seen
            .scan
            .found
            .iter()
            .map(|key| ImportedKey {
                provider: key.preset.clone(),
                name: key.variable.clone(),
            })
            .collect(),
        losses: losses(&config, &seen.scan),
        providers: seen.new,
        routes: Vec::new(),
        problems,
    })
}

/// Adds the providers; their keys go to the key store if asked for.
pub(super) async fn apply(
    app: &App,
    text: String,
    store_keys: bool,
) -> Result<ImportDone, ApiError> {
    let seen = look(app, text).await?;
    if seen.scan.found.is_empty() {
        let message = "no variable of a known provider stands in the text";
        return Err(ApiError::new(ErrorCode::InvalidParams, message).with_field("text"));
    }
    let mut keys = Vec::new();
    if store_keys {
        let variables: Vec<String> = seen
            .scan
            .found
            .iter()
            .map(|key| key.variable.clone())
            .collect();
        let request = ImportKeys {
            token: seen.scan.token,
            variables,
            by_reference: false,
        };
        // It adds the providers, too.
        app.secrets().import_keys(&request).await?;
        keys.extend(seen.scan.found.into_iter().map(|key| ImportedKey {
            provider: key.preset,
            name: key.variable,
        }));
    } else if !seen.new.is_empty() {
        add(app, tables(&seen.new), "an environment").await?;
    }
    Ok(ImportDone {
        providers: seen.new,
        routes: Vec::new(),
        keys,
    })
}

fn tables(ids: &[String]) -> String {
    let known = ids.iter().filter_map(|id| preset(id));
    let table = |preset: &switchboard_engine::config::Preset| {
        format!("[providers.{0}]\npreset = \"{0}\"\n", preset.id)
    };
    known.map(table).collect::<Vec<_>>().join("\n")
}

fn losses(config: &Config, scan: &KeyScan) -> Vec<TransferLoss> {
    let there = scan
        .found
        .iter()
        .filter(|key| config.provider(&key.preset).is_some());
    there
        .map(|key| TransferLoss {
            setting: key.variable.clone(),
            what: format!("the provider `{}` is there already", key.preset),
            severity: LossSeverity::Note,
        })
        .collect()
}
