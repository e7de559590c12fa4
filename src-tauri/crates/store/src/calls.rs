//! The table `calls`: one small row per call, all that a list shows. Long texts live in `answers.rs`.

use crate::error::Fault;
use crate::key::{key_floor, newest_key_before};
use crate::rows::{CallFilter, CallPage, CallRow, CallStatus, Rating};
use crate::sql::{id_bytes, int, json_or_none, uint};
use crate::{search, spend};
use rusqlite::{Connection, OptionalExtension, Row, params};
use switchboard_engine::call::{CallId, FinishReason};
use switchboard_engine::event::TargetInfo;
use switchboard_engine::price::{CostSource, PicoUsd, ServiceTier};
use switchboard_engine::usage::Usage;
use uuid::Uuid;

/// Schema of version 1.
pub(crate) const V1: &str = "
CREATE TABLE calls (
    -- Milliseconds since 1970 shifted left by 15, plus a number within the millisecond: see key.rs.
    key INTEGER PRIMARY KEY,
    id BLOB NOT NULL UNIQUE,
    -- owners.id of the process that runs it; owners come and go, so this is no foreign key.
    owner INTEGER,
    status TEXT NOT NULL,
    started_at_ms INTEGER NOT NULL,
    caller TEXT NOT NULL,
    grp TEXT,
    col TEXT,
    prompt_id TEXT,
    prompt_version INTEGER,
    requested_provider TEXT NOT NULL,
    requested_model TEXT NOT NULL,
    requested_simulated INTEGER NOT NULL,
    answered_provider TEXT,
    answered_model TEXT,
    answered_simulated INTEGER,
    response_model TEXT,
    finish_reason TEXT,
    attempts INTEGER NOT NULL DEFAULT 0,
    retries INTEGER NOT NULL DEFAULT 0,
    fallbacks INTEGER NOT NULL DEFAULT 0,
    wait_ms INTEGER NOT NULL DEFAULT 0,
    first_token_ms INTEGER,
    elapsed_ms INTEGER,
    last_ms INTEGER NOT NULL DEFAULT 0,
    input_uncached_tokens INTEGER NOT NULL DEFAULT 0,
    cache_read_input_tokens INTEGER NOT NULL DEFAULT 0,
    cache_creation_input_tokens INTEGER NOT NULL DEFAULT 0,
    cache_creation_1h_input_tokens INTEGER NOT NULL DEFAULT 0,
    output_visible_tokens INTEGER NOT NULL DEFAULT 0,
    reasoning_output_tokens INTEGER NOT NULL DEFAULT 0,
    usage_estimated INTEGER NOT NULL DEFAULT 0,
    cost_pico_usd INTEGER,
    -- The error as JSON, without the raw reply.
    error TEXT,
    rating TEXT,
    excerpt TEXT NOT NULL DEFAULT '',
    seq INTEGER NOT NULL DEFAULT 0
) STRICT;
CREATE INDEX calls_by_group ON calls(grp, key) WHERE grp IS NOT NULL;
CREATE INDEX calls_by_prompt ON calls(prompt_id, key) WHERE prompt_id IS NOT NULL;
CREATE INDEX calls_running ON calls(owner) WHERE status = 'running';
";

/// What version 2 adds.
pub(crate) const V2: &str = "
-- Name of the gateway key the call was made with.
ALTER TABLE calls ADD COLUMN caller_key TEXT;
-- The route that chose the targets.
ALTER TABLE calls ADD COLUMN route TEXT;
";

/// What version 3 adds.
pub(crate) const V3: &str = "
-- What the caller says it works on.
ALTER TABLE calls ADD COLUMN project TEXT;
-- JSON list of words; NULL if there are none.
ALTER TABLE calls ADD COLUMN tags TEXT;
-- How cost_pico_usd is known: 'reported', 'computed', 'estimated' or 'unknown'; NULL: recorded before version 3.
ALTER TABLE calls ADD COLUMN cost_source TEXT;
ALTER TABLE calls ADD COLUMN service_tier TEXT;
-- 1 if no target answered and the text is the route's fallback text.
ALTER TABLE calls ADD COLUMN fallback_text INTEGER NOT NULL DEFAULT 0;
-- 1 if the answer was carried on after a cut.
ALTER TABLE calls ADD COLUMN continued INTEGER NOT NULL DEFAULT 0;
-- The variant of an experiment, as provider/model; NULL: there was no choice.
ALTER TABLE calls ADD COLUMN variant TEXT;
";

const COLUMNS: &str = "
    calls.id, calls.status, calls.started_at_ms, calls.caller, calls.grp, calls.col,
    calls.prompt_id, calls.prompt_version,
    requested_provider, requested_model, requested_simulated,
    answered_provider, answered_model, answered_simulated,
    response_model, finish_reason, attempts, retries, fallbacks, wait_ms,
    first_token_ms, elapsed_ms,
    input_uncached_tokens, cache_read_input_tokens, cache_creation_input_tokens,
    cache_creation_1h_input_tokens, output_visible_tokens, reasoning_output_tokens,
    usage_estimated, cost_pico_usd, error, rating, excerpt, seq,
    (SELECT title FROM prompts WHERE prompts.id = calls.prompt_id), caller_key, route,
    cost_source, service_tier, fallback_text, continued, project, tags";

/// Conditions of a filter, from ?4 on; NULL asks for nothing. A model has a part in a call also by an attempt that used
/// something before another model answered, as in `spend/parts.rs`.
const ONLY: &str = "
    AND ((?4 IS NULL AND ?5 IS NULL)
        OR ((?4 IS NULL OR ?4 = coalesce(answered_provider, requested_provider) || '/' ||
                coalesce(answered_model, requested_model))
            AND (?5 IS NULL OR ?5 = coalesce(answered_provider, requested_provider)))
        OR ((calls.attempts > 1 OR fallback_text) AND EXISTS (
            SELECT 1 FROM attempts AS part
            WHERE part.call = calls.key AND (?4 IS NULL OR ?4 = part.provider || '/' || part.model)
                AND (?5 IS NULL OR ?5 = part.provider) AND part.cost_source IS NOT NULL
                AND (part.cost_pico_usd > 0 OR part.input_uncached_tokens > 0
                    OR part.cache_read_input_tokens > 0 OR part.cache_creation_input_tokens > 0
                    OR part.cache_creation_1h_input_tokens > 0
                    OR part.output_visible_tokens > 0 OR part.reasoning_output_tokens > 0))))
    AND (?6 IS NULL OR ?6 = coalesce(calls.route, ''))
    AND (?7 IS NULL OR ?7 = coalesce(project, ''))
    AND (?8 IS NULL OR ?8 = CASE WHEN caller_key IS NULL THEN calls.caller
        ELSE calls.caller || ': ' || caller_key END)
    AND (?9 IS NULL OR ?9 = coalesce(calls.prompt_id, ''))
    AND (?10 IS NULL OR (?10 = '' AND coalesce(tags, '[]') = '[]')
        OR EXISTS (SELECT 1 FROM json_each(coalesce(tags, '[]')) WHERE value = ?10))";

fn read_row(row: &Row<'_>) -> rusqlite::Result<CallRow> {
    let target = |at: usize| -> rusqlite::Result<Option<TargetInfo>> {
        Ok(match (row.get(at)?, row.get(at + 1)?) {
            (Some(provider), Some(model)) => Some(TargetInfo {
                provider,
                model,
                simulated: row.get(at + 2)?,
            }),
            _ => None,
        })
    };
    let tokens = |at: usize| row.get(at).map(uint);
    let requested = TargetInfo {
        provider: row.get(8)?,
        model: row.get(9)?,
        simulated: row.get(10)?,
    };
    Ok(CallRow {
        id: CallId(Uuid::from_bytes(row.get(0)?)),
        status: CallStatus::from_name(row.get_ref(1)?.as_str()?),
        started_at_ms: row.get(2)?,
        caller: row.get(3)?,
        group: row.get(4)?,
        column: row.get(5)?,
        prompt_id: row.get(6)?,
        prompt_version: row.get(7)?,
        requested,
        answered: target(11)?,
        response_model: row.get(14)?,
        finish_reason: row
            .get::<_, Option<String>>(15)?
            .map(|name| finish_reason_from_name(&name)),
        attempts: row.get(16)?,
        retries: row.get(17)?,
        fallbacks: row.get(18)?,
        wait_ms: tokens(19)?,
        first_token_ms: row.get::<_, Option<i64>>(20)?.map(uint),
        elapsed_ms: row.get::<_, Option<i64>>(21)?.map(uint),
        usage: Usage {
            audio_tokens: 0,
            input_uncached_tokens: tokens(22)?,
            cache_read_input_tokens: tokens(23)?,
            cache_creation_input_tokens: tokens(24)?,
            cache_creation_1h_input_tokens: tokens(25)?,
            output_visible_tokens: tokens(26)?,
            reasoning_output_tokens: tokens(27)?,
            estimated: row.get(28)?,
        },
        cost: row.get::<_, Option<i64>>(29)?.map(PicoUsd),
        error: json_or_none(row.get(30)?),
        rating: row
            .get::<_, Option<String>>(31)?
            .and_then(|name| rating_from_name(&name)),
        excerpt: row.get(32)?,
        seq: tokens(33)?,
        prompt_title: row.get(34)?,
        caller_key: row.get(35)?,
        route: row.get(36)?,
        cost_source: named_source(row, 37)?,
        service_tier: row
            .get::<_, Option<String>>(38)?
            .and_then(|name| ServiceTier::named(&name)),
        fallback_text: row.get(39)?,
        continued: row.get(40)?,
        project: row.get(41)?,
        tags: json_or_none(row.get(42)?).unwrap_or_default(),
    })
}

/// Reads how a cost is known; a name this version does not know counts as unknown.
pub(crate) fn named_source(row: &Row<'_>, at: usize) -> rusqlite::Result<Option<CostSource>> {
    let name: Option<String> = row.get(at)?;
    Ok(name.map(|name| CostSource::named(&name).unwrap_or(CostSource::Unknown)))
}

/// Returns a page of calls, newest first.
pub(crate) fn list(connection: &Connection, filter: &CallFilter) -> Result<CallPage, Fault> {
    let limit = usize::try_from(filter.limit.clamp(1, 500)).unwrap_or(500);
    let below = match filter.before {
        Some(id) => newest_key_before(connection, id)?,
        None => i64::MAX,
    };
    let below = filter.to_ms.map_or(below, |to| below.min(key_floor(to)));
    let from = filter.from_ms.map_or(0, key_floor);
    let only = &filter.only;
    // One row more than asked tells whether there is a next page.
    let rows = i64::try_from(limit + 1).unwrap_or(i64::MAX);
    let mut calls = match search::query(&filter.search) {
        search::Query::All => connection
            .prepare_cached(&format!(
                "SELECT {COLUMNS} FROM calls WHERE key < ?1 AND key >= ?3 {ONLY}
                 ORDER BY key DESC LIMIT ?2"
            ))?
            .query_map(
                params![
                    below,
                    rows,
                    from,
                    only.model,
                    only.provider,
                    only.route,
                    only.project,
                    only.caller,
                    only.prompt,
                    only.tag,
                ],
                read_row,
            )?
            .collect::<Result<Vec<_>, _>>()?,
        search::Query::Match(words) => connection
            .prepare_cached(&format!(
                "SELECT {COLUMNS} FROM (
                     SELECT rowid AS hit FROM call_search
                     WHERE call_search MATCH ?11 AND rowid < ?1 AND rowid >= ?3 ORDER BY rowid DESC
                 ) CROSS JOIN calls ON calls.key = hit WHERE true {ONLY}
                 ORDER BY hit DESC LIMIT ?2"
            ))?
            .query_map(
                params![
                    below,
                    rows,
                    from,
                    only.model,
                    only.provider,
                    only.route,
                    only.project,
                    only.caller,
                    only.prompt,
                    only.tag,
                    words,
                ],
                read_row,
            )?
            .collect::<Result<Vec<_>, _>>()?,
        search::Query::Nothing => Vec::new(),
    };
    let more = calls.len() > limit;
    calls.truncate(limit);
    let next = calls.last().filter(|_| more).map(|row| row.id);
    Ok(CallPage { calls, next })
}

/// Returns the calls of a group, oldest first.
pub(crate) fn by_group(connection: &Connection, group: &str) -> Result<Vec<CallRow>, Fault> {
    let sql = format!("SELECT {COLUMNS} FROM calls WHERE grp = ?1 ORDER BY key LIMIT 1000");
    Ok(connection
        .prepare_cached(&sql)?
        .query_map([group], read_row)?
        .collect::<Result<_, _>>()?)
}

/// Returns the group of the prompt's newest call that has one; `None` if there is none.
pub(crate) fn latest_group(
    connection: &Connection,
    prompt_id: &str,
) -> Result<Option<String>, Fault> {
    Ok(connection
        .prepare_cached(
            "SELECT grp FROM calls WHERE prompt_id = ?1 AND grp IS NOT NULL
             ORDER BY key DESC LIMIT 1",
        )?
        .query_row([prompt_id], |row| row.get(0))
        .optional()?)
}

/// Returns one row and its key; `None` if the call is not recorded.
pub(crate) fn one(connection: &Connection, id: CallId) -> Result<Option<(i64, CallRow)>, Fault> {
    let sql = format!("SELECT {COLUMNS}, key FROM calls WHERE id = ?1");
    Ok(connection
        .prepare_cached(&sql)?
        .query_row([id_bytes(id)], |row| Ok((row.get("key")?, read_row(row)?)))
        .optional()?)
}

/// Sets or takes back a rating. Returns whether the call exists.
pub(crate) fn rate(
    connection: &Connection,
    id: CallId,
    rating: Option<Rating>,
) -> Result<bool, Fault> {
    let key: Option<i64> = connection
        .prepare_cached("SELECT key FROM calls WHERE id = ?1")?
        .query_row([id_bytes(id)], |row| row.get(0))
        .optional()?;
    let Some(key) = key else {
        return Ok(false);
    };
    spend::unbook(connection, key)?;
    connection
        .prepare_cached("UPDATE calls SET rating = ?2 WHERE key = ?1")?
        .execute(params![key, rating.map(rating_name)])?;
    spend::book(connection, key)?;
    Ok(true)
}

/// Returns how many calls are recorded.
pub(crate) fn count(connection: &Connection) -> Result<u64, Fault> {
    Ok(connection
        .query_row("SELECT count(*) FROM calls", [], |row| row.get(0))
        .map(uint)?)
}

/// Returns a free key for a call made at `started_at_ms` or, better, at its id's own time.
pub(crate) fn free_key(connection: &Connection, floor: i64) -> Result<i64, Fault> {
    let mut floor = floor;
    loop {
        let ceiling = key_floor_after(floor);
        let last: Option<i64> = connection
            .prepare_cached("SELECT max(key) FROM calls WHERE key >= ?1 AND key < ?2")?
            .query_row([floor, ceiling], |row| row.get(0))?;
        match last {
            None => return Ok(floor),
            Some(last) if last.saturating_add(1) < ceiling => return Ok(last + 1),
            Some(_) => floor = ceiling,
        }
    }
}

fn key_floor_after(floor: i64) -> i64 {
    key_floor((floor >> crate::key::SLOT_BITS).saturating_add(1))
}

fn rating_name(rating: Rating) -> &'static str {
    match rating {
        Rating::Good => "good",
        Rating::Bad => "bad",
    }
}

fn rating_from_name(name: &str) -> Option<Rating> {
    match name {
        "good" => Some(Rating::Good),
        "bad" => Some(Rating::Bad),
        _ => None,
    }
}

pub(crate) fn finish_reason_name(reason: FinishReason) -> &'static str {
    match reason {
        FinishReason::Stop => "stop",
        FinishReason::Length => "length",
        FinishReason::ToolCalls => "tool_calls",
        FinishReason::ContentFilter => "content_filter",
        FinishReason::Other => "other",
    }
}

fn finish_reason_from_name(name: &str) -> FinishReason {
    match name {
        "stop" => FinishReason::Stop,
        "length" => FinishReason::Length,
        "tool_calls" => FinishReason::ToolCalls,
        "content_filter" => FinishReason::ContentFilter,
        _ => FinishReason::Other,
    }
}

/// Parameters of the columns that usage fills, in the table's order.
pub(crate) fn usage_params(usage: &Usage) -> [i64; 7] {
    [
        int(usage.input_uncached_tokens),
        int(usage.cache_read_input_tokens),
        int(usage.cache_creation_input_tokens),
        int(usage.cache_creation_1h_input_tokens),
        int(usage.output_visible_tokens),
        int(usage.reasoning_output_tokens),
        i64::from(usage.estimated),
    ]
}
