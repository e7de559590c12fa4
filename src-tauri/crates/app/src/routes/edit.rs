//! Routes that are edited: their forms, what changes would make of the file, and making them active.

use super::check::check;
use super::draft::draft;
use super::follow;
use super::write::{ROUTES, Shape, write};
use crate::App;
use crate::api::types::*;
use crate::config::{Change, check_text, tables, versions};
use std::sync::Arc;
use switchboard_engine::config::Config;
use switchboard_engine::config::{default_routes, nearest};
use toml_edit::DocumentMut;

/// Most routes that are changed together.
const MOST_EDITS: usize = 500;

/// Returns a route's whole form, as it is active.
///
/// # Errors
/// `NotFound`, `Store`.
pub async fn form(app: &App, params: RouteName) -> Result<RouteForm, ApiError> {
    let config = app.config().current();
    app.providers().look_at_local(&config).await;
    let route = config
        .route(&params.name)
        .ok_or_else(|| unknown(app, &params.name))?;
    let draft = draft(app, &config, route);
    let original = Some(route.name.as_str());
    Ok(RouteForm {
        check: check(app, original, &draft).await?,
        source: if route.built_in {
            RouteSource::BuiltIn
        } else {
            RouteSource::Config
        },
        replaces_built_in: !route.built_in && is_built_in(&route.name),
        draft,
    })
}

/// Says what is wrong with a form, and what a call of it would cost and take.
///
/// # Errors
/// `Store`.
pub async fn check_form(app: &App, params: CheckRoute) -> Result<RouteCheck, ApiError> {
    check(app, params.original.as_deref(), &params.draft).await
}

/// Shows what changes would make of the file.
///
/// # Errors
/// `Config` if the file on disk is broken, `Conflict` for a name that is taken, `NotFound`, `InvalidParams`
/// with the first problem of the result.
pub async fn diff(app: &App, params: RouteEdits) -> Result<RouteDiff, ApiError> {
    let before = app.config().text();
    let mut document = parsed(&before)?;
    let mut renamed = Vec::new();
    for (from, to) in follow::renames(app, &params) {
        renamed.push(RenamedRoute {
            prompts: follow::prompts(app, &from, None).await?,
            budgets: follow::budgets(&mut document, &from, None),
            from,
            to,
        });
    }
    apply(app, &mut document, &params)?;
    let after = document.to_string();
    check_text(&after).map_err(|error| at_edit(error, &params))?;
    let (diff, added_lines, removed_lines) = crate::diff::lines(&before, &after);
    Ok(RouteDiff {
        before: before.to_string(),
        after,
        diff,
        added_lines,
        removed_lines,
        renamed,
    })
}

/// Returns the change that a file's text describes: its route of the name, or its only one, for the active route.
///
/// # Errors
/// `InvalidParams` if the text is no route, `Config` if the configuration file cannot be taken apart.
pub fn edit_of(app: &App, text: &str, name: &str) -> Result<RouteEdit, ApiError> {
    let invalid = |message: String| {
        let error = ApiError::new(ErrorCode::InvalidParams, message).with_field("draft");
        error.with_hint(
            "write the route as the configuration file has it: [routes.NAME], then its fields",
        )
    };
    let draft_of: DocumentMut = text
        .parse()
        .map_err(|error: toml_edit::TomlError| invalid(error.message().to_owned()))?;
    let tables = draft_of
        .get(ROUTES)
        .and_then(toml_edit::Item::as_table_like);
    let tables: Vec<(&str, &toml_edit::Item)> = tables
        .map(|tables| tables.iter().collect())
        .unwrap_or_default();
    let of_name = tables.iter().find(|(of, _)| *of == name);
    let (of, item) = match (of_name, tables.as_slice()) {
        (Some(found), _) | (None, [found]) => *found,
        (None, []) => return Err(invalid("the draft holds no route".to_owned())),
        (None, _) => {
            return Err(invalid(format!(
                "the draft holds several routes, none of them `{name}`"
            )));
        }
    };
    // In the place of the active one, so that everything else holds as it is.
    let mut document = parsed(&app.config().text())?;
    tables::remove(&mut document, ROUTES, of);
    let table = tables::put(&mut document, ROUTES, of)?;
    for (key, value) in item
        .as_table_like()
        .into_iter()
        .flat_map(|table| table.iter())
    {
        table.insert(key, value.clone());
    }
    let config = check_text(&document.to_string())?;
    let route = config.route(of).ok_or_else(|| unknown(app, of))?;
    let active = app.config().current();
    Ok(RouteEdit {
        original: active.route(name).map(|route| route.name.clone()),
        draft: draft(app, &config, route),
    })
}

/// Returns the configuration as changes would make it, without making them.
///
/// # Errors
/// As [`diff`].
pub(crate) fn config_with(app: &App, edits: &RouteEdits) -> Result<Arc<Config>, ApiError> {
    let mut document = parsed(&app.config().text())?;
    apply(app, &mut document, edits)?;
    let config = check_text(&document.to_string()).map_err(|error| at_edit(error, edits))?;
    Ok(Arc::new(config))
}

/// Makes changes active and returns the version of the file that they made.
///
/// # Errors
/// As [`diff`], and `Config` if the file cannot be written, `Store`.
pub async fn activate(app: &App, params: RouteEdits) -> Result<ConfigVersion, ApiError> {
    activate_noted(app, note(&params), params).await
}

/// Takes a route out of the file.
///
/// # Errors
/// `NotFound` if the file has no such route, `Config`, `Store`.
pub async fn remove(app: &App, params: RouteName) -> Result<ConfigVersion, ApiError> {
    let edits = RouteEdits {
        drafts: Vec::new(),
        remove: vec![params.name],
    };
    activate(app, edits).await
}

/// Gives a route another name. A built-in one stays, and its copy gets the name.
///
/// # Errors
/// `NotFound`, `Conflict` if the name is taken, `InvalidParams`, `Config`, `Store`.
pub async fn rename(app: &App, params: RenameRoute) -> Result<ConfigVersion, ApiError> {
    let mut renamed = form_of(app, &params.name)?;
    renamed.name.clone_from(&params.to);
    let edits = RouteEdits {
        drafts: vec![RouteEdit {
            original: Some(params.name.clone()),
            draft: renamed,
        }],
        remove: Vec::new(),
    };
    let note = format!("`{}` is `{}` now", params.name, params.to);
    activate_noted(app, note, edits).await
}

/// Copies a route under another name. A rule stays with the original: two routes would wait for the same.
///
/// # Errors
/// As [`rename`].
pub async fn duplicate(app: &App, params: RenameRoute) -> Result<ConfigVersion, ApiError> {
    let mut copy = form_of(app, &params.name)?;
    copy.name.clone_from(&params.to);
    copy.when = None;
    let edits = RouteEdits {
        drafts: vec![RouteEdit {
            original: None,
            draft: copy,
        }],
        remove: Vec::new(),
    };
    let note = format!("`{}`, a copy of `{}`", params.to, params.name);
    activate_noted(app, note, edits).await
}

async fn activate_noted(
    app: &App,
    note: String,
    params: RouteEdits,
) -> Result<ConfigVersion, ApiError> {
    let what = Change {
        note: Some(note),
        restored_from: None,
    };
    let renames = follow::renames(app, &params);
    let edits = params.clone();
    let of_app = app.clone();
    let change = move |document: &mut DocumentMut| apply(&of_app, document, &edits);
    let activated = versions::activate(app, what, change).await;
    let activated = activated.map_err(|error| at_edit(error, &params))?;
    for (from, to) in renames {
        follow::prompts(app, &from, Some(&to)).await?;
    }
    Ok(activated)
}

fn form_of(app: &App, name: &str) -> Result<RouteDraft, ApiError> {
    let config = app.config().current();
    let route = config.route(name).ok_or_else(|| unknown(app, name))?;
    Ok(draft(app, &config, route))
}

/// Applies changes to a file: what is removed first, so that its names are free.
pub(super) fn apply(
    app: &App,
    document: &mut DocumentMut,
    edits: &RouteEdits,
) -> Result<(), ApiError> {
    if edits.drafts.len().saturating_add(edits.remove.len()) > MOST_EDITS {
        let message = format!("`drafts` and `remove` have more than {MOST_EDITS} routes");
        return Err(ApiError::new(ErrorCode::InvalidParams, message).with_field("drafts"));
    }
    for name in &edits.remove {
        if !tables::remove(document, ROUTES, name) {
            return Err(match is_built_in(name) {
                true => ApiError::new(
                    ErrorCode::InvalidParams,
                    format!("the route `{name}` comes with the program and cannot be removed"),
                )
                .with_hint("change it: the file's route of this name stands in for it")
                .with_field("remove"),
                false => unknown(app, name),
            });
        }
    }
    for edit in &edits.drafts {
        let there = |name: &&str| tables::contains(document, ROUTES, name);
        let original = edit.original.as_deref().filter(there);
        if let (Some(name), None) = (&edit.original, original)
            && !is_built_in(name)
        {
            return Err(unknown(app, name));
        }
        write(document, original, &edit.draft, Shape::Shortest)?;
    }
    for (from, to) in follow::renames(app, edits) {
        follow::budgets(document, &from, Some(&to));
    }
    Ok(())
}

pub(super) fn parsed(text: &str) -> Result<DocumentMut, ApiError> {
    text.parse().map_err(|_| {
        ApiError::new(
            ErrorCode::Config,
            "the configuration file cannot be taken apart",
        )
    })
}

/// Names the form and its field where the result would not be valid.
fn at_edit(mut error: ApiError, edits: &RouteEdits) -> ApiError {
    let Some(field) = error.field.take() else {
        return error;
    };
    let found = edits.drafts.iter().enumerate().find_map(|(index, edit)| {
        let prefix = format!("{ROUTES}.{}", edit.draft.name);
        let rest = field.strip_prefix(&prefix)?;
        (rest.is_empty() || rest.starts_with('.')).then(|| {
            let rest = super::check::form_field(rest.trim_start_matches('.'));
            format!("drafts[{index}].{rest}")
        })
    });
    error.field = Some(found.unwrap_or(field));
    error
}

fn note(edits: &RouteEdits) -> String {
    let mut parts: Vec<String> = Vec::new();
    let names = |names: Vec<&str>| -> String {
        let shown: Vec<String> = names
            .iter()
            .take(4)
            .map(|name| format!("`{name}`"))
            .collect();
        match names.len().saturating_sub(shown.len()) {
            0 => shown.join(", "),
            more => format!("{} and {more} more", shown.join(", ")),
        }
    };
    let (old, new): (Vec<&RouteEdit>, Vec<&RouteEdit>) = edits
        .drafts
        .iter()
        .partition(|edit| edit.original.is_some());
    for (verb, edits) in [("changed", old), ("added", new)] {
        if !edits.is_empty() {
            let of = edits.iter().map(|edit| edit.draft.name.as_str()).collect();
            parts.push(format!("{verb} {}", names(of)));
        }
    }
    if !edits.remove.is_empty() {
        let of = edits.remove.iter().map(String::as_str).collect();
        parts.push(format!("removed {}", names(of)));
    }
    parts.join(", ")
}

pub(super) fn is_built_in(name: &str) -> bool {
    default_routes().iter().any(|route| route.name == name)
}

pub(crate) fn unknown(app: &App, name: &str) -> ApiError {
    let config = app.config().current();
    let names: Vec<&str> = config
        .all_routes()
        .map(|route| route.name.as_str())
        .collect();
    let shown: String = name.chars().take(60).collect();
    let error = ApiError::new(ErrorCode::NotFound, format!("there is no route `{shown}`"));
    match nearest(name, &names) {
        Some(near) => error.with_hint(format!("did you mean `{near}`?")),
        None => error,
    }
}
