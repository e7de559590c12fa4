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
