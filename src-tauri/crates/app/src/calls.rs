use crate::App;
use crate::api::types::*;

pub async fn start(_app: &App, _params: StartRun) -> Result<StartedRun, ApiError> {
    unreachable!()
}

pub async fn stop(_app: &App, _params: CallRef) -> Result<Empty, ApiError> {
    unreachable!()
}

pub async fn stop_all(_app: &App, _params: Empty) -> Result<Empty, ApiError> {
    unreachable!()
}

pub async fn list(_app: &App, _params: CallQuery) -> Result<CallPage, ApiError> {
    unreachable!()
}

pub async fn get(_app: &App, _params: CallRef) -> Result<CallDetail, ApiError> {
    unreachable!()
}

pub async fn rate(_app: &App, _params: RateCall) -> Result<Empty, ApiError> {
    unreachable!()
}

pub async fn cast_vote(_app: &App, _params: CastVote) -> Result<VoteRecord, ApiError> {
    unreachable!()
}

pub async fn vote_record(_app: &App, _params: PromptId) -> Result<VoteRecord, ApiError> {
    unreachable!()
}

pub async fn latest_of_prompt(_app: &App, _params: PromptId) -> Result<Vec<CallDetail>, ApiError> {
    unreachable!()
}
