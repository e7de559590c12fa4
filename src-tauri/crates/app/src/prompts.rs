//! Prompts: drafts that save themselves, versions made by running or by hand.
//!
//! The functions over a [`Store`] do the work and are what tests call; those over an [`App`] are the
//! API table's.

mod sample;
mod summary;
#[cfg(test)]
mod tests;

use crate::App;
use crate::api::types::{
    ApiError, Empty, ErrorCode, NewPrompt, Prompt, PromptBody, PromptId, PromptQuery,
    PromptSummary, PromptVersion, RestoreVersion, SaveDraft,
};
use summary::{default_title, excerpt, searched};
use switchboard_store::{
    PromptListRow, PromptRow, PromptScope, PromptText, PromptVersionRow, Store,
};

/// Longest title, in characters.
const TITLE_CHARS: usize = 200;

/// Largest prompt, in bytes of JSON: room for a few dozen photographs.
const BODY_BYTES: usize = 64 * 1024 * 1024;

/// Lists prompts, last changed first.
///
/// # Errors
/// `Store`.
pub async fn list(app: &App, params: PromptQuery) -> Result<Vec<PromptSummary>, ApiError> {
    list_prompts(app.store(), &params).await
}

/// Returns a prompt with its draft, deleted or not.
///
/// # Errors
/// `NotFound`, `Store`.
pub async fn get(app: &App, params: PromptId) -> Result<Prompt, ApiError> {
    get_prompt(app.store(), &params.id).await
}

/// Makes a prompt.
///
/// # Errors
/// `InvalidParams` naming the field, `Store`.
pub async fn create(app: &App, params: NewPrompt) -> Result<Prompt, ApiError> {
    create_prompt(app.store(), params).await
}

/// Keeps the draft.
///
/// # Errors
/// `InvalidParams` naming the field, `NotFound`, `Store`.
pub async fn save_draft(app: &App, params: SaveDraft) -> Result<Prompt, ApiError> {
    save_prompt_draft(app.store(), params).await
}

/// Saves the draft as a new version, if it differs from the latest.
///
/// # Errors
/// `NotFound`, `Store`.
pub async fn save_version(app: &App, params: PromptId) -> Result<Prompt, ApiError> {
    save_prompt_version(app.store(), &params.id).await
}

/// Lists a prompt's versions, newest first.
///
/// # Errors
/// `NotFound`, `Store`.
pub async fn versions(app: &App, params: PromptId) -> Result<Vec<PromptVersion>, ApiError> {
    prompt_versions(app.store(), &params.id).await
}

/// Makes an old version the draft.
///
/// # Errors
/// `NotFound`, `Store`.
pub async fn restore(app: &App, params: RestoreVersion) -> Result<Prompt, ApiError> {
    restore_version(app.store(), &params.id, params.version).await
}

/// Copies a prompt's draft to a new prompt.
///
/// # Errors
/// `NotFound`, `Store`.
pub async fn duplicate(app: &App, params: PromptId) -> Result<Prompt, ApiError> {
    duplicate_prompt(app.store(), &params.id).await
}

/// Hides a prompt; its versions and calls stay.
///
/// # Errors
/// `NotFound`, `Store`.
pub async fn delete(app: &App, params: PromptId) -> Result<Empty, ApiError> {
    app.store().delete_prompt(&params.id).await?;
    Ok(Empty {})
}

/// Brings a deleted prompt back.
///
/// # Errors
/// `NotFound`, `Store`.
pub async fn undelete(app: &App, params: PromptId) -> Result<Prompt, ApiError> {
    read(app.store().undelete_prompt(&params.id).await?)
}

/// Adds the prompt that a brand-new history begins with, ready to run on the simulator.
pub(crate) async fn add_sample(store: &Store) -> Result<(), ApiError> {
    create_prompt(store, sample::sample()).await?;
    Ok(())
}

/// Keeps `body` as the prompt's draft and returns the version that holds it, saving a new one if it
/// differs from the latest.
///
/// # Errors
/// `InvalidParams` naming the field, `NotFound`, `Store`.
pub(crate) async fn version_to_run(
    app: &App,
    id: &str,
    body: &PromptBody,
) -> Result<u32, ApiError> {
    run_version(app.store(), id, body).await
}

async fn list_prompts(store: &Store, query: &PromptQuery) -> Result<Vec<PromptSummary>, ApiError> {
    let scope = if query.deleted {
        PromptScope::All
    } else {
        PromptScope::Kept
    };
    Ok(store
        .prompts(&query.search, scope)
        .await?
        .into_iter()
        .map(summarize)
        .collect())
}

async fn get_prompt(store: &Store, id: &str) -> Result<Prompt, ApiError> {
    read(store.prompt(id).await?)
}

async fn create_prompt(store: &Store, new: NewPrompt) -> Result<Prompt, ApiError> {
    let title = given_or(&new.title, || default_title(&new.body));
    read(store.create_prompt(text(title, &new.body)?).await?)
}

/// Keeps the draft. A title that nobody chose follows the first message.
async fn save_prompt_draft(store: &Store, draft: SaveDraft) -> Result<Prompt, ApiError> {
    let old = get_prompt(store, &draft.id).await?;
    let chosen = draft.title != old.title || old.title != default_title(&old.body);
    let given = if chosen { draft.title.as_str() } else { "" };
    let title = given_or(given, || default_title(&draft.body));
    read(
        store
            .save_draft(&draft.id, text(title, &draft.body)?)
            .await?,
    )
}

async fn save_prompt_version(store: &Store, id: &str) -> Result<Prompt, ApiError> {
    read(store.save_version(id).await?)
}

async fn run_version(store: &Store, id: &str, body: &PromptBody) -> Result<u32, ApiError> {
    let title = store.prompt(id).await?.title;
    let draft = SaveDraft {
        id: id.to_owned(),
        title,
        body: body.clone(),
    };
    save_prompt_draft(store, draft).await?;
    Ok(save_prompt_version(store, id).await?.version)
}

async fn prompt_versions(store: &Store, id: &str) -> Result<Vec<PromptVersion>, ApiError> {
    store
        .prompt_versions(id)
        .await?
        .into_iter()
        .map(read_version)
        .collect()
}

async fn restore_version(store: &Store, id: &str, version: u32) -> Result<Prompt, ApiError> {
    let body = parse(&store.version_body(id, version).await?)?;
    let title = store.prompt(id).await?.title;
    save_prompt_draft(
        store,
        SaveDraft {
            id: id.to_owned(),
            title,
            body,
        },
    )
    .await
}

async fn duplicate_prompt(store: &Store, id: &str) -> Result<Prompt, ApiError> {
    let Prompt { title, body, .. } = get_prompt(store, id).await?;
    let room = TITLE_CHARS - " copy".len();
    let title: String = title.chars().take(room).chain(" copy".chars()).collect();
    create_prompt(store, NewPrompt { title, body }).await
}

/// Returns what the store keeps of a prompt.
fn text(title: String, body: &PromptBody) -> Result<PromptText, ApiError> {
    if title.chars().count() > TITLE_CHARS {
        return Err(invalid(
            "title",
            format!("`title` may have at most {TITLE_CHARS} characters"),
        ));
    }
    // Fields in their order and maps by name: equal bodies give equal text.
    let json = serde_json::to_string(body).map_err(|error| ApiError {
        code: ErrorCode::Internal,
        message: format!("the prompt could not be written: {error}"),
        hint: None,
        field: None,
    })?;
    if json.len() > BODY_BYTES {
        let size = json.len() / (1024 * 1024);
        let most = BODY_BYTES / (1024 * 1024);
        let sentence = format!("`body` has {size} MB; a prompt may have at most {most} MB");
        return Err(ApiError {
            hint: Some("use smaller images".to_owned()),
            ..invalid("body", sentence)
        });
    }
    Ok(PromptText {
        title,
        excerpt: excerpt(body),
        search: searched(body),
        body: json,
    })
}

fn read(row: PromptRow) -> Result<Prompt, ApiError> {
    Ok(Prompt {
        body: parse(&row.body)?,
        saved_at: rfc_3339(row.saved_at_ms),
        id: row.id,
        title: row.title,
        version: row.version,
        dirty: row.dirty,
    })
}

fn read_version(row: PromptVersionRow) -> Result<PromptVersion, ApiError> {
    Ok(PromptVersion {
        version: row.version,
        created_at: rfc_3339(row.created_at_ms),
        body: parse(&row.body)?,
        calls: row.calls,
    })
}

fn summarize(row: PromptListRow) -> PromptSummary {
    PromptSummary {
        id: row.id,
        title: row.title,
        version: row.version,
        updated_at: rfc_3339(row.saved_at_ms),
        excerpt: row.excerpt,
    }
}

fn parse(body: &str) -> Result<PromptBody, ApiError> {
    serde_json::from_str(body).map_err(|error| ApiError {
        code: ErrorCode::Store,
        message: format!("the saved prompt cannot be read: {error}"),
        hint: Some("it may have been saved by a newer version of Switchboard".to_owned()),
        field: None,
    })
}

fn given_or(title: &str, default: impl FnOnce() -> String) -> String {
    let title = title.trim();
    if title.is_empty() {
        default()
    } else {
        title.to_owned()
    }
}

fn invalid(field: &str, message: String) -> ApiError {
    ApiError {
        code: ErrorCode::InvalidParams,
        message,
        hint: None,
        field: Some(field.to_owned()),
    }
}

/// Returns a moment as RFC 3339 text in UTC with milliseconds.
fn rfc_3339(at_ms: i64) -> String {
    let moment = jiff::Timestamp::from_millisecond(at_ms).unwrap_or_default();
    moment.strftime("%Y-%m-%dT%H:%M:%S%.3fZ").to_string()
}
