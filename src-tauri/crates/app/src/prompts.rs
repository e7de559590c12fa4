use crate::App;
use crate::api::types::*;

pub async fn list(_app: &App, _params: PromptQuery) -> Result<Vec<PromptSummary>, ApiError> {
    unreachable!()
}

pub async fn get(_app: &App, _params: PromptId) -> Result<Prompt, ApiError> {
    unreachable!()
}

pub async fn create(_app: &App, _params: NewPrompt) -> Result<Prompt, ApiError> {
    unreachable!()
}

pub async fn save_draft(_app: &App, _params: SaveDraft) -> Result<Prompt, ApiError> {
    unreachable!()
}

pub async fn save_version(_app: &App, _params: PromptId) -> Result<Prompt, ApiError> {
    unreachable!()
}

pub async fn versions(_app: &App, _params: PromptId) -> Result<Vec<PromptVersion>, ApiError> {
    unreachable!()
}

pub async fn restore(_app: &App, _params: RestoreVersion) -> Result<Prompt, ApiError> {
    unreachable!()
}

pub async fn duplicate(_app: &App, _params: PromptId) -> Result<Prompt, ApiError> {
    unreachable!()
}

pub async fn delete(_app: &App, _params: PromptId) -> Result<Empty, ApiError> {
    unreachable!()
}

pub async fn undelete(_app: &App, _params: PromptId) -> Result<Prompt, ApiError> {
    unreachable!()
}

/// Keeps `body` as the prompt's draft and returns the version that holds it, saving a new one if it
/// differs from the latest.
pub(crate) async fn version_to_run(
    app: &App,
    id: &str,
    body: &PromptBody,
) -> Result<u32, ApiError> {
    let store = app.store();
    let title = store.prompt(id).await?.title;
    let body = serde_json::to_string(body).unwrap_or_default();
    store
        .save_draft(
            id,
            switchboard_store::PromptText {
                title,
                body,
                excerpt: String::new(),
                search: String::new(),
            },
        )
        .await?;
    Ok(store.save_version(id).await?.version)
}

/// Puts the sample prompt into a new history.
pub(crate) async fn add_sample(_store: &switchboard_store::Store) -> Result<(), ApiError> {
    Ok(())
}
