//! Another program's configuration, added to the configuration file.

mod environment;
#[cfg(test)]
mod tests;

use crate::App;
use crate::api::types::*;
use crate::config::{Change, versions};
use crate::export::losses;
use switchboard_engine::config::Config;
use switchboard_export::import::{FoundKey, Import, ImportProblem as Found, Source, import};
use toml_edit::DocumentMut;

/// Shows what an import would add. Nothing is changed, and no key is shown.
///
/// # Errors
/// `InvalidParams` if the text of an environment cannot be read.
pub async fn preview(app: &App, params: PreviewImport) -> Result<ImportPreview, ApiError> {
    if environment::is(&params.text, params.kind) {
        return environment::preview(app, params.text).await;
    }
    let before = app.config().text();
    let mut read = match read(app, &params.text, params.kind) {
        Ok(read) => read,
        Err(problem) => return Ok(refused(params.kind, problem)),
    };
    if read.problems.is_empty()
        && let Err(problems) = Config::parse(&joined(&before, &read.toml))
    {
        let problem = problems.into_iter().next();
        read.problems.push(Found {
            line: None,
            field: problem.as_ref().and_then(|problem| problem.field.clone()),
            message: problem.map_or_else(
                || "the result would not be valid".to_owned(),
                |problem| problem.message,
            ),
        });
    }
    Ok(ImportPreview {
        kind: kind(read.source),
        toml: read.toml.trim_start().to_owned(),
        providers: read.providers,
        routes: read.routes,
        keys: read.keys.iter().map(named).collect(),
        problems: read.problems.into_iter().map(problem).collect(),
        losses: losses(read.losses),
    })
}

/// Adds what an import found to the configuration file; everything else in it stays as it is written.
///
/// # Errors
/// `InvalidParams` with the first problem of the text, `Config` if the file is broken or cannot be written,
/// `KeychainLocked` or `KeychainNone` if keys of the text cannot be stored: what was added stays.
pub async fn apply(app: &App, params: ApplyImport) -> Result<ImportDone, ApiError> {
    if environment::is(&params.text, params.kind) {
        return environment::apply(app, params.text, params.store_keys).await;
    }
    let read = read(app, &params.text, params.kind).map_err(stopped)?;
    if let Some(problem) = read.problems.into_iter().next() {
        return Err(stopped(problem));
    }
    add(app, read.toml, label(read.source)).await?;
    let mut stored = Vec::new();
    if params.store_keys {
        for key in read.keys {
            let name = named(&key);
            app.secrets()
                .set_key(SetKey {
                    provider: key.provider,
                    name: key.name,
                    key: key.secret.expose().to_owned(),
                    session_only: false,
                })
                .await?;
            stored.push(name);
        }
    }
    Ok(ImportDone {
        providers: read.providers,
        routes: read.routes,
        keys: stored,
    })
}

/// Adds tables at the end of the file.
async fn add(app: &App, tables: String, from: &str) -> Result<(), ApiError> {
    let what = Change {
        note: Some(format!("imported from {from}")),
        restored_from: None,
    };
    let change = move |document: &mut DocumentMut| {
        let whole = joined(&document.to_string(), &tables);
        *document = whole.parse().map_err(|_| {
            let message =
                "the file has `providers` or `routes` in a form that nothing can be added to";
            ApiError::new(ErrorCode::Config, message)
                .with_hint("write them as tables: [providers.NAME] and [routes.NAME]")
        })?;
        Ok(())
    };
    versions::activate(app, what, change).await.map(drop)
}

fn joined(before: &str, tables: &str) -> String {
    format!("{}\n{tables}", before.trim_end())
}

fn read(app: &App, text: &str, kind: ImportKind) -> Result<Import, Found> {
    let source = match kind {
        ImportKind::Auto | ImportKind::Environment => None,
        ImportKind::Litellm => Some(Source::LiteLlm),
        ImportKind::Openrouter => Some(Source::OpenRouter),
        ImportKind::Portkey => Some(Source::Portkey),
    };
    import(text, source, &app.config().current())
}

fn kind(source: Source) -> ImportKind {
    match source {
        Source::LiteLlm => ImportKind::Litellm,
        Source::OpenRouter => ImportKind::Openrouter,
        Source::Portkey => ImportKind::Portkey,
    }
}

fn label(source: Source) -> &'static str {
    match source {
        Source::LiteLlm => "LiteLLM",
        Source::OpenRouter => "OpenRouter",
        Source::Portkey => "Portkey",
    }
}

fn named(key: &FoundKey) -> ImportedKey {
    ImportedKey {
        provider: key.provider.clone(),
        name: key.name.clone(),
    }
}

fn problem(found: Found) -> ImportProblem {
    ImportProblem {
        line: found.line,
        field: found.field,
        message: found.message,
    }
}

fn refused(kind: ImportKind, found: Found) -> ImportPreview {
    ImportPreview {
        kind,
        toml: String::new(),
        providers: Vec::new(),
        routes: Vec::new(),
        keys: Vec::new(),
        problems: vec![problem(found)],
        losses: Vec::new(),
    }
}

fn stopped(found: Found) -> ApiError {
    let error = ApiError::new(ErrorCode::InvalidParams, found.message);
    match (found.field, found.line) {
        (Some(field), _) => error.with_field(field),
        (None, Some(line)) => error.with_hint(format!("look at line {line} of the text")),
        (None, None) => error,
    }
}
