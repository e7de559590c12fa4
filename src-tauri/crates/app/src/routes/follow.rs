//! A route that gets another name: what names it gets the new one with it.
//!
//! In the file those are budgets, by what they count and what they fall back to; beside it the drafts of prompts, by
//! their columns. Saved versions of prompts and recorded calls say what was, and stay.

use super::TWINS;
use crate::App;
use crate::api::types::*;
use toml_edit::{DocumentMut, Item, TableLike, Value};

/// Fields of a budget that name a route.
const BUDGET_FIELDS: [&str; 2] = ["route", "degrade_to"];

/// Gives budgets that name `from` the name `to`; returns the budgets' names. `None`: they are only looked for.
pub(super) fn budgets(document: &mut DocumentMut, from: &str, to: Option<&str>) -> Vec<String> {
    let mut found = Vec::new();
    let budgets = document
        .get_mut("budgets")
        .and_then(Item::as_table_like_mut);
    for (name, budget) in budgets.into_iter().flat_map(|budgets| budgets.iter_mut()) {
        let Some(budget) = budget.as_table_like_mut() else {
            continue;
        };
        let mut names_it = false;
        for field in BUDGET_FIELDS {
            if budget.get(field).and_then(Item::as_str).map(str::trim) == Some(from) {
                names_it = true;
                if let Some(to) = to {
                    set(budget, field, to);
                }
            }
        }
        if names_it {
            found.push(name.get().to_owned());
        }
    }
    found
}

/// Keeps the comment behind the old value.
fn set(table: &mut dyn TableLike, field: &str, text: &str) {
    if let Some(value) = table.get_mut(field).and_then(Item::as_value_mut) {
        let decor = value.decor().clone();
        *value = Value::from(text);
        *value.decor_mut() = decor;
    }
}

/// Gives the columns of prompts' drafts that name `from` the name `to`; returns the prompts' titles. `None`: they are
/// only looked for.
///
/// # Errors
/// `Store`.
pub(super) async fn prompts(
    app: &App,
    from: &str,
    to: Option<&str>,
) -> Result<Vec<String>, ApiError> {
    let mut found = Vec::new();
    let all = PromptQuery {
        search: String::new(),
        deleted: false,
    };
    for summary in crate::prompts::list(app, all).await? {
        let id = PromptId {
            id: summary.id.clone(),
        };
        let mut prompt = crate::prompts::get(app, id).await?;
        let mut names_it = false;
        for column in &mut prompt.body.columns {
            for model in std::iter::once(&mut column.model).chain(&mut column.fallbacks) {
                let (twins, name) = match model.strip_prefix(TWINS) {
                    Some(name) => (TWINS, name),
                    None => ("", model.as_str()),
                };
                if name != from {
                    continue;
                }
                names_it = true;
                if let Some(to) = to {
                    *model = format!("{twins}{to}");
                }
            }
        }
        if !names_it {
            continue;
        }
        found.push(summary.title);
        if to.is_some() {
            let draft = SaveDraft {
                id: prompt.id,
                title: prompt.title,
                body: prompt.body,
            };
            crate::prompts::save_draft(app, draft).await?;
        }
    }
    Ok(found)
}

/// Returns the routes of the file that these changes rename: old and new name.
pub(super) fn renames(app: &App, edits: &RouteEdits) -> Vec<(String, String)> {
    let config = app.config().current();
    let is_own = |name: &str| config.routes.iter().any(|route| route.name == name);
    edits
        .drafts
        .iter()
        .filter_map(|edit| {
            let from = edit.original.as_deref()?;
            // A copy of a built-in route leaves it where it is, and a built-in route comes back under its name.
            let goes = from != edit.draft.name && is_own(from) && !super::edit::is_built_in(from);
            goes.then(|| (from.to_owned(), edit.draft.name.clone()))
        })
        .collect()
}
