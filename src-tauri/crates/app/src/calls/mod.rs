//! Calls: starting, stopping, listing and opening them.

mod api_call;
mod count;
mod explain;
mod labels;
mod open;
mod relay;
mod running;
mod start;
mod tap;
mod view;

pub(crate) use api_call::start_aside;
pub use api_call::{ApiCall, ApiCallHandle, ApiModel, api_models, start_api_call};
pub use count::{CountAsked, Counted, count_tokens};
pub(crate) use running::Running;
pub use start::start;
pub use tap::{Told, WireEvent};
pub(crate) use view::rfc3339;

use crate::App;
use crate::api::types::*;
use switchboard_store::{CallFilter, CallsOf, Vote};

/// Stops a call; one that has ended is left as it is.
pub async fn stop(app: &App, params: CallRef) -> Result<Empty, ApiError> {
    app.running().stop(params.call);
    Ok(Empty {})
}

/// Stops every running call.
pub async fn stop_all(app: &App, _params: Empty) -> Result<Empty, ApiError> {
    app.running().stop_all();
    Ok(Empty {})
}

/// Lists recorded calls, newest first.
///
/// # Errors
/// `InvalidParams` for a time that is none, `Store`.
pub async fn list(app: &App, params: CallQuery) -> Result<CallPage, ApiError> {
    if params.before.is_none() {
        catch_up(app).await;
        // Another program on the same history may have died since.
        if let Err(error) = app.store().interrupt_orphans().await {
            tracing::warn!(%error, "calls of other programs could not be looked at");
        }
    }
    let filter = CallFilter {
        search: params.search,
        before: params.before,
        from_ms: time("from", params.from.as_deref())?,
        to_ms: time("to", params.to.as_deref())?,
        only: only(params.only.unwrap_or_default()),
        limit: params.limit,
    };
    let page = app.store().calls(&filter).await?;
    Ok(CallPage {
        calls: page.calls.into_iter().map(view::summary).collect(),
        next: page.next,
    })
}

fn only(filter: SpendFilter) -> CallsOf {
    CallsOf {
        model: filter.model,
        provider: filter.provider,
        route: filter.route,
        project: filter.project,
        caller: filter.caller,
        prompt: filter.prompt,
        tag: filter.tag,
    }
}

/// Milliseconds since 1970 of a time that was asked for.
fn time(field: &str, text: Option<&str>) -> Result<Option<i64>, ApiError> {
    let Some(text) = text else { return Ok(None) };
    let time: jiff::Timestamp = text.parse().map_err(|_| ApiError {
        code: ErrorCode::InvalidParams,
        message: format!("`{text}` is not a time"),
        hint: Some("write it as `2026-11-25T14:00:00Z`".into()),
        field: Some(field.to_owned()),
    })?;
    Ok(Some(time.as_millisecond()))
}

/// Opens a call, running or not.
///
/// # Errors
/// `NotFound`, `Store`.
pub async fn get(app: &App, params: CallRef) -> Result<CallDetail, ApiError> {
    catch_up(app).await;
    let record = app
        .store()
        .call(params.call)
        .await?
        .ok_or_else(|| ApiError {
            code: ErrorCode::NotFound,
            message: format!("there is no call `{}`", params.call),
            hint: None,
            field: Some("call".into()),
        })?;
    Ok(view::detail(record))
}

/// Waits until what the windows were told can be read back. History that cannot be written now (a full
/// disk) can still be read; the windows are told of it on their own.
async fn catch_up(app: &App) {
    if let Err(error) = app.store().flush().await {
        tracing::warn!(%error, "history is behind");
    }
}

/// Opens the calls of a prompt's latest comparison, in the order they were started; empty if it was
/// never run.
///
/// # Errors
/// `Store`.
pub async fn latest_of_prompt(app: &App, params: PromptId) -> Result<Vec<CallDetail>, ApiError> {
    catch_up(app).await;
    let store = app.store();
    let Some(group) = store.latest_group_of_prompt(&params.id).await? else {
        return Ok(Vec::new());
    };
    let mut calls = Vec::new();
    for row in store.calls_by_group(&group).await? {
        calls.extend(store.call(row.id).await?.map(view::detail));
    }
    Ok(calls)
}

/// Rates an answer, or takes a rating back.
///
/// # Errors
/// `NotFound`, `Store`.
pub async fn rate(app: &App, params: RateCall) -> Result<Empty, ApiError> {
    app.store()
        .rate(params.call, params.rating.map(view::stored_rating))
        .await?;
    Ok(Empty {})
}

/// Records a blind vote and returns the prompt's record with it.
///
/// # Errors
/// `InvalidParams` for a winner that was not compared, `Store`.
pub async fn cast_vote(app: &App, params: CastVote) -> Result<VoteRecord, ApiError> {
    if let Verdict::Winner { call } = params.verdict
        && !params.calls.contains(&call)
    {
        return Err(ApiError {
            code: ErrorCode::InvalidParams,
            message: "the winner is not one of the calls that were compared".into(),
            hint: None,
            field: Some("verdict.call".into()),
        });
    }
    let prompt = params.prompt_id.clone().unwrap_or_default();
    app.store()
        .cast_vote(Vote {
            group: params.group,
            prompt_id: params.prompt_id,
            calls: params.calls,
            verdict: view::stored_verdict(params.verdict),
        })
        .await?;
    record_of(app, &prompt).await
}

/// Returns how models did in a prompt's blind votes.
///
/// # Errors
/// `Store`.
pub async fn vote_record(app: &App, params: PromptId) -> Result<VoteRecord, ApiError> {
    record_of(app, &params.id).await
}

async fn record_of(app: &App, prompt: &str) -> Result<VoteRecord, ApiError> {
    Ok(view::vote_record(app.store().vote_record(prompt).await?))
}
