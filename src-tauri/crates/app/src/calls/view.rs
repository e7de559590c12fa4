//! From rows of the store to what the API gives.

use super::explain::explain;
use crate::api::types as api;
use switchboard_engine::call::Params;
use switchboard_engine::usage::Usage;
use switchboard_store as store;

/// Returns a call as listed at the moment it begins.
pub(super) fn new_summary(new: &store::NewCall) -> api::CallSummary {
    api::CallSummary {
        id: new.id,
        status: api::CallStatus::Running,
        started_at: rfc3339(new.started_at_ms),
        requested: new.requested.clone(),
        answered: None,
        response_model: None,
        finish_reason: None,
        attempts: 0,
        retries: 0,
        fallbacks: 0,
        first_token_ms: None,
        elapsed_ms: None,
        usage: Usage::default(),
        cost: None,
        cost_source: None,
        service_tier: None,
        fallback_text: false,
        continued: false,
        project: new.labels.project.clone(),
        tags: new.labels.tags.clone(),
        prompt_id: new.prompt_id.clone(),
        prompt_title: None,
        prompt_version: new.prompt_version,
        group: new.group.clone(),
        column: new.column.clone(),
        caller: new.caller.clone(),
        caller_key: new.caller_key.clone(),
        route: new.route.clone(),
        error: None,
        rating: None,
        excerpt: String::new(),
    }
}

pub(super) fn summary(row: store::CallRow) -> api::CallSummary {
    api::CallSummary {
        id: row.id,
        status: match row.status {
            store::CallStatus::Running => api::CallStatus::Running,
            store::CallStatus::Ok => api::CallStatus::Ok,
            store::CallStatus::Failed => api::CallStatus::Failed,
            store::CallStatus::Cancelled => api::CallStatus::Cancelled,
            store::CallStatus::Interrupted => api::CallStatus::Interrupted,
        },
        started_at: rfc3339(row.started_at_ms),
        requested: row.requested,
        answered: row.answered,
        response_model: row.response_model,
        finish_reason: row.finish_reason,
        attempts: row.attempts,
        retries: row.retries,
        fallbacks: row.fallbacks,
        first_token_ms: row.first_token_ms,
        elapsed_ms: row.elapsed_ms,
        usage: row.usage,
        cost: row.cost,
        cost_source: row.cost_source,
        service_tier: row.service_tier,
        fallback_text: row.fallback_text,
        continued: row.continued,
        project: row.project,
        tags: row.tags,
        prompt_id: row.prompt_id,
        prompt_title: row.prompt_title,
        prompt_version: row.prompt_version,
        group: row.group,
        column: row.column,
        caller: row.caller,
        caller_key: row.caller_key,
        route: row.route,
        error: row.error,
        rating: row.rating.map(|rating| match rating {
            store::Rating::Good => api::Rating::Good,
            store::Rating::Bad => api::Rating::Bad,
        }),
        excerpt: row.excerpt,
    }
}

pub(super) fn detail(record: store::CallRecord) -> api::CallDetail {
    let explanation = explain(&record);
    let request = serde_json::from_str(&record.request_json).unwrap_or_else(|_| {
        // A request written by another version still shows what is known of it.
        api::CallRequest {
            body: api::PromptBody::default(),
            messages: Vec::new(),
            model: format!(
                "{}/{}",
                record.row.requested.provider, record.row.requested.model
            ),
            fallbacks: Vec::new(),
            params: Params::default(),
        }
    });
    api::CallDetail {
        seq: record.row.seq,
        summary: summary(record.row),
        text: record.text,
        reasoning: record.reasoning,
        tool_calls: record
            .tool_calls
            .into_iter()
            .map(|call| api::ToolCall {
                id: call.id,
                name: call.name,
                arguments: call.arguments,
            })
            .collect(),
        attempts: record.attempts.into_iter().map(attempt).collect(),
        request,
        explanation,
    }
}

fn attempt(row: store::AttemptRow) -> api::AttemptDetail {
    api::AttemptDetail {
        wait_ms: row.wait_ms(),
        attempt: row.attempt,
        target: row.target,
        started_ms: row.started_ms,
        headers_ms: row.headers_ms,
        first_token_ms: row.first_token_ms,
        ended_ms: row.ended_ms,
        next: row.next,
        status: row.status,
        request_id: row.request_id,
        error: row.error,
        usage: row.usage,
        cost: row.cost,
        cost_source: row.cost_source,
        discarded: row.discarded,
    }
}

pub(super) fn stored_rating(rating: api::Rating) -> store::Rating {
    match rating {
        api::Rating::Good => store::Rating::Good,
        api::Rating::Bad => store::Rating::Bad,
    }
}

pub(super) fn stored_verdict(verdict: api::Verdict) -> store::Verdict {
    match verdict {
        api::Verdict::Winner { call } => store::Verdict::Winner(call),
        api::Verdict::Tie => store::Verdict::Tie,
        api::Verdict::AllBad => store::Verdict::AllBad,
    }
}

pub(super) fn vote_record(record: store::VoteRecord) -> api::VoteRecord {
    api::VoteRecord {
        votes: record.votes,
        rows: record
            .rows
            .into_iter()
            .map(|row| api::VoteRow {
                model: row.model,
                wins: row.wins,
                ties: row.ties,
                losses: row.losses,
            })
            .collect(),
    }
}

/// Returns a time for the API: RFC 3339 with milliseconds, UTC.
pub(crate) fn rfc3339(at_ms: i64) -> String {
    jiff::Timestamp::from_millisecond(at_ms)
        .map(|time| format!("{time:.3}"))
        .unwrap_or_default()
}
