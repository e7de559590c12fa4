//! Past calls by their shape and outcome, without their text, and the attempts made at targets around them.

use crate::calls::named_source;
use crate::error::Fault;
use crate::key::key_floor;
use crate::rows::CallStatus;
use crate::sql::{json_or_none, uint};
use rusqlite::{Connection, Row, params};
use serde::Deserialize;
use switchboard_engine::error::ErrorKind;
use switchboard_engine::event::TargetInfo;
use switchboard_engine::price::{CostSource, PicoUsd, ServiceTier};
use switchboard_engine::usage::Usage;

/// Most calls of one answer.
const MOST_CALLS: u32 = 100_000;
/// Most attempts of one answer.
pub const MOST_ATTEMPTS: u32 = 400_000;

/// Which calls.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct PastFilter {
    /// Only calls begun at this time or later; milliseconds since 1970.
    pub from_ms: Option<i64>,
    /// Only calls before the one with this key.
    pub before: Option<i64>,
    /// Only calls that this route chose the targets of.
    pub route: Option<String>,
    /// At most this many, the newest; held to 100,000.
    pub limit: u32,
    /// Whether to read what was asked too, as its caller's JSON, unless that is very long.
    pub with_request: bool,
}

/// One call that is over.
#[derive(Debug, Clone, PartialEq)]
pub struct PastCallRow {
    /// Sorts calls by their time; attempts name their call by it.
    pub key: i64,
    pub started_at_ms: i64,
    pub status: CallStatus,
    /// The target that answered, or was asked last or first.
    pub target: TargetInfo,
    /// Whether no target answered and the text is the route's fallback text.
    pub fallback_text: bool,
    pub continued: bool,
    pub fallbacks: u32,
    pub first_token_ms: Option<u64>,
    pub elapsed_ms: Option<u64>,
    pub usage: Usage,
    /// `None`: that of one of its attempts is not known.
    pub cost: Option<PicoUsd>,
    pub service_tier: Option<ServiceTier>,
    /// Why it failed; `None`: it did not.
    pub error: Option<ErrorKind>,
    pub caller: String,
    pub caller_key: Option<String>,
    pub route: Option<String>,
    pub project: Option<String>,
    pub tags: Vec<String>,
    pub prompt_title: Option<String>,
    pub images: bool,
    pub tools: bool,
    pub json_schema: bool,
    /// Only where it was asked for, and is not very long.
    pub request_json: Option<String>,
}

/// One attempt that is over.
#[derive(Debug, Clone, PartialEq)]
pub struct PastAttemptRow {
    /// Key of its call.
    pub call: i64,
    pub target: TargetInfo,
    /// Milliseconds since the call began.
    pub started_ms: u64,
    pub first_token_ms: Option<u64>,
    pub ended_ms: u64,
    pub error: Option<PastFault>,
    pub usage: Usage,
    pub cost: Option<PicoUsd>,
}

/// What is read of an attempt's error.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
pub struct PastFault {
    pub kind: ErrorKind,
    #[serde(default)]
    pub retry_after_ms: Option<u64>,
}

/// Returns the newest calls that are over, oldest first.
pub(crate) fn calls(
    connection: &Connection,
    filter: &PastFilter,
) -> Result<Vec<PastCallRow>, Fault> {
    let mut rows = connection
        .prepare_cached(
            "SELECT calls.key, started_at_ms, status,
                    coalesce(answered_provider, requested_provider),
                    coalesce(answered_model, requested_model),
                    coalesce(answered_simulated, requested_simulated),
                    fallback_text, continued, fallbacks, first_token_ms, elapsed_ms,
                    input_uncached_tokens, cache_read_input_tokens, cache_creation_input_tokens,
                    cache_creation_1h_input_tokens, output_visible_tokens, reasoning_output_tokens,
                    usage_estimated, cost_pico_usd, cost_source, service_tier, error, caller, caller_key,
                    route, project, tags,
                    (SELECT title FROM prompts WHERE prompts.id = calls.prompt_id),
                    instr(requests.json, '\"type\":\"image\"') > 0,
                    instr(requests.json, '\"tools\":[{') > 0,
                    instr(requests.json, '\"type\":\"json_schema\"') > 0,
                    CASE WHEN ?4 AND length(requests.json) < 131072 THEN requests.json END
             FROM calls LEFT JOIN requests ON requests.call = calls.key
             WHERE calls.key >= ?1 AND calls.key < ?5 AND (?2 IS NULL OR route = ?2) AND status <> 'running'
             ORDER BY calls.key DESC LIMIT ?3",
        )?
        .query_map(
            params![
                filter.from_ms.map_or(0, key_floor),
                filter.route,
                filter.limit.min(MOST_CALLS),
                filter.with_request,
                filter.before.unwrap_or(i64::MAX),
            ],
            read_call,
        )?
        .collect::<Result<Vec<_>, _>>()?;
    rows.reverse();
    Ok(rows)
}

fn read_call(row: &Row<'_>) -> rusqlite::Result<PastCallRow> {
    let error: Option<PastFault> = json_or_none(row.get(21)?);
    let source = named_source(row, 19)?;
    let cost = row.get::<_, Option<i64>>(18)?.map(PicoUsd);
    Ok(PastCallRow {
        key: row.get(0)?,
        started_at_ms: row.get(1)?,
        status: CallStatus::from_name(row.get_ref(2)?.as_str()?),
        target: target(row, 3)?,
        fallback_text: row.get(6)?,
        continued: row.get(7)?,
        fallbacks: row.get(8)?,
        first_token_ms: row.get::<_, Option<i64>>(9)?.map(uint),
        elapsed_ms: row.get::<_, Option<i64>>(10)?.map(uint),
        usage: usage(row, 11)?,
        cost: cost.filter(|_| source != Some(CostSource::Unknown)),
        service_tier: row
            .get::<_, Option<String>>(20)?
            .and_then(|name| ServiceTier::named(&name)),
        error: error.map(|error| error.kind),
        caller: row.get(22)?,
        caller_key: row.get(23)?,
        route: row.get(24)?,
        project: row.get(25)?,
        tags: json_or_none(row.get(26)?).unwrap_or_default(),
        prompt_title: row.get(27)?,
        images: row.get::<_, Option<bool>>(28)?.unwrap_or_default(),
        tools: row.get::<_, Option<bool>>(29)?.unwrap_or_default(),
        json_schema: row.get::<_, Option<bool>>(30)?.unwrap_or_default(),
        request_json: row.get(31)?,
    })
}

/// Returns the newest attempts that are over, of calls with a key from `from` to `to`, in the calls' order.
pub(crate) fn attempts(
    connection: &Connection,
    from: i64,
    to: i64,
) -> Result<Vec<PastAttemptRow>, Fault> {
    let mut rows = connection
        .prepare_cached(
            "SELECT call, provider, model, simulated, started_ms, first_token_ms, ended_ms, error,
                    input_uncached_tokens, cache_read_input_tokens, cache_creation_input_tokens,
                    cache_creation_1h_input_tokens, output_visible_tokens, reasoning_output_tokens,
                    usage_estimated, cost_pico_usd, cost_source
             FROM attempts WHERE call >= ?1 AND call <= ?2 AND ended_ms IS NOT NULL
             ORDER BY call DESC, n DESC LIMIT ?3",
        )?
        .query_map(params![from, to, MOST_ATTEMPTS], |row| {
            let source = named_source(row, 16)?;
            let cost = row.get::<_, Option<i64>>(15)?.map(PicoUsd);
            Ok(PastAttemptRow {
                call: row.get(0)?,
                target: target(row, 1)?,
                started_ms: uint(row.get(4)?),
                first_token_ms: row.get::<_, Option<i64>>(5)?.map(uint),
                ended_ms: uint(row.get(6)?),
                error: fault(row.get(7)?),
                usage: usage(row, 8)?,
                cost: cost.filter(|_| source != Some(CostSource::Unknown)),
            })
        })?
        .collect::<Result<Vec<_>, _>>()?;
    rows.reverse();
    Ok(rows)
}

/// An error that this version cannot read is still an error.
fn fault(text: Option<String>) -> Option<PastFault> {
    let text = text?;
    Some(serde_json::from_str(&text).unwrap_or(PastFault {
        kind: ErrorKind::Server,
        retry_after_ms: None,
    }))
}

fn target(row: &Row<'_>, at: usize) -> rusqlite::Result<TargetInfo> {
    Ok(TargetInfo {
        provider: row.get(at)?,
        model: row.get(at + 1)?,
        simulated: row.get(at + 2)?,
    })
}

fn usage(row: &Row<'_>, at: usize) -> rusqlite::Result<Usage> {
    let tokens = |place: usize| row.get(at + place).map(uint);
    Ok(Usage {
        audio_tokens: 0,
        input_uncached_tokens: tokens(0)?,
        cache_read_input_tokens: tokens(1)?,
        cache_creation_input_tokens: tokens(2)?,
        cache_creation_1h_input_tokens: tokens(3)?,
        output_visible_tokens: tokens(4)?,
        reasoning_output_tokens: tokens(5)?,
        estimated: row.get(at + 6)?,
    })
}
