//! The tables behind one opened call: what was asked, what came, attempt by attempt.
//!
//! While a call runs its text is kept as `pieces`, so that a long answer is not written anew with
//! every word; when it ends they are joined into `answers`.

use crate::calls::{self, named_source};
use crate::error::Fault;
use crate::rows::{AttemptRow, CallRecord};
use crate::sql::{json_or_none, uint};
use rusqlite::{Connection, OptionalExtension, Row};
use switchboard_engine::call::CallId;
use switchboard_engine::event::TargetInfo;
use switchboard_engine::price::PicoUsd;
use switchboard_engine::usage::Usage;

/// Schema of version 1.
pub(crate) const V1: &str = "
CREATE TABLE requests (
    call INTEGER PRIMARY KEY REFERENCES calls(key) ON DELETE CASCADE,
    json TEXT NOT NULL
) STRICT;
CREATE TABLE answers (
    call INTEGER PRIMARY KEY REFERENCES calls(key) ON DELETE CASCADE,
    text TEXT NOT NULL DEFAULT '',
    reasoning TEXT NOT NULL DEFAULT '',
    -- JSON; NULL if no tool was called.
    tool_calls TEXT,
    -- JSON; NULL before the call is planned.
    plan TEXT,
    -- The error as JSON, with the raw reply.
    error TEXT
) STRICT;
CREATE TABLE pieces (
    call INTEGER NOT NULL REFERENCES calls(key) ON DELETE CASCADE,
    n INTEGER NOT NULL,
    -- 0: text, 1: reasoning.
    kind INTEGER NOT NULL,
    text TEXT NOT NULL,
    PRIMARY KEY (call, n)
) STRICT, WITHOUT ROWID;
CREATE TABLE attempts (
    call INTEGER NOT NULL REFERENCES calls(key) ON DELETE CASCADE,
    -- Place in the call's list of attempts.
    n INTEGER NOT NULL,
    attempt INTEGER NOT NULL,
    max_attempts INTEGER NOT NULL,
    provider TEXT NOT NULL,
    model TEXT NOT NULL,
    simulated INTEGER NOT NULL,
    started_ms INTEGER NOT NULL,
    headers_ms INTEGER,
    first_token_ms INTEGER,
    ended_ms INTEGER,
    status INTEGER,
    request_id TEXT,
    error TEXT,
    next TEXT,
    input_uncached_tokens INTEGER NOT NULL,
    cache_read_input_tokens INTEGER NOT NULL,
    cache_creation_input_tokens INTEGER NOT NULL,
    cache_creation_1h_input_tokens INTEGER NOT NULL,
    output_visible_tokens INTEGER NOT NULL,
    reasoning_output_tokens INTEGER NOT NULL,
    usage_estimated INTEGER NOT NULL,
    discarded TEXT NOT NULL DEFAULT '',
    discarded_reasoning TEXT NOT NULL DEFAULT '',
    PRIMARY KEY (call, n)
) STRICT, WITHOUT ROWID;
";

/// What version 3 adds.
pub(crate) const V3: &str = "
-- What each attempt cost, and how that is known: as in calls.
ALTER TABLE attempts ADD COLUMN cost_pico_usd INTEGER;
ALTER TABLE attempts ADD COLUMN cost_source TEXT;
-- Why these targets: the decision as JSON; NULL: it is as old as version 2.
ALTER TABLE answers ADD COLUMN decision TEXT;
";

/// Values of `pieces.kind`.
pub(crate) const TEXT: i64 = 0;
pub(crate) const REASONING: i64 = 1;

/// Returns everything recorded about a call; `None` if it is not recorded.
pub(crate) fn record(connection: &Connection, id: CallId) -> Result<Option<CallRecord>, Fault> {
    // One transaction: the row and its texts must be of the same moment.
    let snapshot = connection.unchecked_transaction()?;
    let Some((key, mut row)) = calls::one(&snapshot, id)? else {
        return Ok(None);
    };
    let request_json: Option<String> = snapshot
        .prepare_cached("SELECT json FROM requests WHERE call = ?1")?
        .query_row([key], |row| row.get(0))
        .optional()?;
    let mut record = CallRecord {
        text: String::new(),
        reasoning: String::new(),
        tool_calls: Vec::new(),
        attempts: attempts(&snapshot, key)?,
        plan: None,
        request_json: request_json.unwrap_or_default(),
        decision_json: None,
        row: row.clone(),
    };
    let mut answers = snapshot.prepare_cached(
        "SELECT text, reasoning, tool_calls, plan, error, decision FROM answers WHERE call = ?1",
    )?;
    let mut found = answers.query([key])?;
    if let Some(answer) = found.next()? {
        record.text = answer.get(0)?;
        record.reasoning = answer.get(1)?;
        record.tool_calls = json_or_none(answer.get(2)?).unwrap_or_default();
        record.plan = json_or_none(answer.get(3)?);
        record.decision_json = answer.get(5)?;
        if let Some(full) = json_or_none(answer.get(4)?) {
            row.error = Some(full);
        }
    }
    record.row = row;
    let (text, reasoning) = joined_pieces(&snapshot, key)?;
    record.text.push_str(&text);
    record.reasoning.push_str(&reasoning);
    Ok(Some(record))
}

/// Returns the text and the reasoning that a running call's pieces make.
pub(crate) fn joined_pieces(connection: &Connection, key: i64) -> Result<(String, String), Fault> {
    let (mut text, mut reasoning) = (String::new(), String::new());
    let mut pieces =
        connection.prepare_cached("SELECT kind, text FROM pieces WHERE call = ?1 ORDER BY n")?;
    let mut rows = pieces.query([key])?;
    while let Some(piece) = rows.next()? {
        let into = if piece.get::<_, i64>(0)? == TEXT {
            &mut text
        } else {
            &mut reasoning
        };
        into.push_str(piece.get_ref(1)?.as_str().map_err(rusqlite::Error::from)?);
    }
    Ok((text, reasoning))
}

fn attempts(connection: &Connection, key: i64) -> Result<Vec<AttemptRow>, Fault> {
    Ok(connection
        .prepare_cached(
            "SELECT attempt, max_attempts, provider, model, simulated, started_ms, headers_ms,
                    first_token_ms, ended_ms, status, request_id, error, next,
                    input_uncached_tokens, cache_read_input_tokens, cache_creation_input_tokens,
                    cache_creation_1h_input_tokens, output_visible_tokens,
                    reasoning_output_tokens, usage_estimated, discarded, discarded_reasoning,
                    cost_pico_usd, cost_source
             FROM attempts WHERE call = ?1 ORDER BY n",
        )?
        .query_map([key], read_attempt)?
        .collect::<Result<_, _>>()?)
}

fn read_attempt(row: &Row<'_>) -> rusqlite::Result<AttemptRow> {
    let number = |at: usize| row.get(at).map(uint);
    let maybe = |at: usize| row.get::<_, Option<i64>>(at).map(|number| number.map(uint));
    Ok(AttemptRow {
        attempt: row.get(0)?,
        max_attempts: row.get(1)?,
        target: TargetInfo {
            provider: row.get(2)?,
            model: row.get(3)?,
            simulated: row.get(4)?,
        },
        started_ms: number(5)?,
        headers_ms: maybe(6)?,
        first_token_ms: maybe(7)?,
        ended_ms: maybe(8)?,
        status: row.get(9)?,
        request_id: row.get(10)?,
        error: json_or_none(row.get(11)?),
        next: json_or_none(row.get(12)?),
        usage: Usage {
            audio_tokens: 0,
            input_uncached_tokens: number(13)?,
            cache_read_input_tokens: number(14)?,
            cache_creation_input_tokens: number(15)?,
            cache_creation_1h_input_tokens: number(16)?,
            output_visible_tokens: number(17)?,
            reasoning_output_tokens: number(18)?,
            estimated: row.get(19)?,
        },
        discarded: row.get(20)?,
        discarded_reasoning: row.get(21)?,
        cost: row.get::<_, Option<i64>>(22)?.map(PicoUsd),
        cost_source: named_source(row, 23)?,
    })
}
