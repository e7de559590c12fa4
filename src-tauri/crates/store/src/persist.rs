//! Writes what the fold of a call says into its rows.

use crate::answers::{REASONING, TEXT};
use crate::calls::{self, finish_reason_name, usage_params};
use crate::error::{Fault, StoreError};
use crate::fold::CallState;
use crate::key::{key_floor, made_at_ms};
use crate::rows::{AttemptRow, NewCall};
use crate::search::{self, CallText};
use crate::sql::{id_bytes, int, json};
use rusqlite::{Connection, OptionalExtension, params};
use switchboard_engine::error::CallError;
use switchboard_engine::event::{CallEvent, Event};

/// A call that runs in this process: what is known of it, and how much of that the file has.
#[derive(Debug)]
pub(crate) struct LiveCall {
    pub(crate) call: NewCall,
    pub(crate) state: CallState,
    /// `None` until its row is in the file.
    key: Option<i64>,
    saved_text: usize,
    saved_reasoning: usize,
    saved_restarts: u32,
    /// Number of the next piece.
    next_piece: i64,
    attempts_changed: bool,
    answer_changed: bool,
}

/// How far one call was written; taken over once the transaction is committed.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Saved {
    key: i64,
    next_piece: i64,
}

impl LiveCall {
    pub(crate) fn new(call: NewCall) -> Self {
        Self {
            call,
            state: CallState::default(),
            key: None,
            saved_text: 0,
            saved_reasoning: 0,
            saved_restarts: 0,
            next_piece: 0,
            attempts_changed: false,
            answer_changed: false,
        }
    }

    /// Takes an event in.
    pub(crate) fn fold(&mut self, event: CallEvent) {
        match &event.event {
            Event::TextDelta { .. } | Event::ReasoningDelta { .. } => {}
            Event::Planned { .. } | Event::TargetSkipped { .. } | Event::ToolCallDelta { .. } => {
                self.answer_changed = true
            }
            Event::AttemptStarted { .. }
            | Event::ResponseStarted { .. }
            | Event::FirstToken { .. }
            | Event::Usage { .. }
            | Event::Queued { .. }
            | Event::AttemptFailed { .. }
            | Event::Continued { .. }
            | Event::HedgeLost { .. } => self.attempts_changed = true,
            Event::Restarted { .. }
            | Event::Finished { .. }
            | Event::Failed { .. }
            | Event::Cancelled { .. } => {
                self.attempts_changed = true;
                self.answer_changed = true;
            }
        }
        self.state.fold(event);
    }

    /// Writes what has changed. Changes nothing in memory: see [`LiveCall::saved`].
    pub(crate) fn write(&self, connection: &Connection, owner: i64) -> Result<Saved, Fault> {
        let key = match self.key {
            Some(key) => key,
            None => {
                let key = insert(connection, &self.call, owner)?;
                if !self.state.is_final() {
                    // Found by model and prompt while it runs; the answer is added when it ends.
                    index(connection, key, &self.call, &self.state, "")?;
                }
                key
            }
        };
        update_row(connection, key, &self.state)?;
        let mut saved = Saved {
            key,
            next_piece: self.next_piece,
        };
        if self.state.is_final() {
            self.write_whole(connection, key)?;
        } else {
            self.write_pieces(connection, &mut saved)?;
            if self.answer_changed {
                write_answer(connection, key, &self.state, "", "")?;
            }
        }
        if self.attempts_changed {
            for (n, attempt) in self.state.attempts.iter().enumerate() {
                write_attempt(connection, key, int(n as u64), attempt)?;
            }
        }
        Ok(saved)
    }

    /// Notes that what [`LiveCall::write`] wrote is committed.
    pub(crate) fn saved(&mut self, saved: Saved) {
        self.key = Some(saved.key);
        self.next_piece = saved.next_piece;
        self.saved_text = self.state.text.len();
        self.saved_reasoning = self.state.reasoning.len();
        self.saved_restarts = self.state.restarts;
        self.attempts_changed = false;
        self.answer_changed = false;
    }

    fn write_pieces(&self, connection: &Connection, saved: &mut Saved) -> Result<(), Fault> {
        let restarted = self.saved_restarts != self.state.restarts;
        if restarted {
            delete_pieces(connection, saved.key)?;
        }
        let from = |offset: usize| if restarted { 0 } else { offset };
        for (kind, whole, offset) in [
            (REASONING, &self.state.reasoning, from(self.saved_reasoning)),
            (TEXT, &self.state.text, from(self.saved_text)),
        ] {
            let new = whole.get(offset..).unwrap_or_default();
            if !new.is_empty() {
                connection
                    .prepare_cached("INSERT INTO pieces(call, n, kind, text) VALUES (?, ?, ?, ?)")?
                    .execute(params![saved.key, saved.next_piece, kind, new])?;
                saved.next_piece += 1;
            }
        }
        Ok(())
    }

    fn write_whole(&self, connection: &Connection, key: i64) -> Result<(), Fault> {
        let state = &self.state;
        if self.next_piece > 0 {
            delete_pieces(connection, key)?;
        }
        write_answer(connection, key, state, &state.text, &state.reasoning)?;
        let tools: String = state
            .tool_calls
            .iter()
            .map(|tool| format!(" {} {}", tool.name, tool.arguments))
            .collect();
        let answer = format!("{}{tools}", state.text);
        index(connection, key, &self.call, state, &answer)
    }
}

fn insert(connection: &Connection, call: &NewCall, owner: i64) -> Result<i64, Fault> {
    let known: Option<i64> = connection
        .prepare_cached("SELECT key FROM calls WHERE id = ?1")?
        .query_row([id_bytes(call.id)], |row| row.get(0))
        .optional()?;
    if known.is_some() {
        let id = call.id;
        return Err(StoreError::Invalid(format!("the call `{id}` is recorded already")).into());
    }
    let key = calls::free_key(
        connection,
        key_floor(made_at_ms(call.id, call.started_at_ms)),
    )?;
    connection
        .prepare_cached(
            "INSERT INTO calls(key, id, owner, status, started_at_ms, caller, grp, col, prompt_id,
                 prompt_version, requested_provider, requested_model, requested_simulated,
                 caller_key, route, variant)
             VALUES (?1, ?2, ?3, 'running', ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15)",
        )?
        .execute(params![
            key,
            id_bytes(call.id),
            owner,
            call.started_at_ms,
            call.caller,
            call.group,
            call.column,
            call.prompt_id,
            call.prompt_version,
            call.requested.provider,
            call.requested.model,
            call.requested.simulated,
            call.caller_key,
            call.route,
            call.variant,
        ])?;
    connection
        .prepare_cached("INSERT INTO requests(call, json) VALUES (?1, ?2)")?
        .execute(params![key, call.request_json])?;
    if let Some(decision) = &call.decision_json {
        connection
            .prepare_cached("INSERT INTO answers(call, decision) VALUES (?1, ?2)")?
            .execute(params![key, decision])?;
    }
    Ok(key)
}

fn update_row(connection: &Connection, key: i64, state: &CallState) -> Result<(), Fault> {
    let short_error = state.error.as_ref().map(|error| CallError {
        detail: None,
        ..error.clone()
    });
    let answered = state.answered.as_ref();
    let usage = usage_params(&state.usage);
    connection
        .prepare_cached(
            "UPDATE calls SET status = ?2, answered_provider = ?3, answered_model = ?4,
                 answered_simulated = ?5, response_model = ?6, finish_reason = ?7, attempts = ?8,
                 retries = ?9, fallbacks = ?10, wait_ms = ?11, first_token_ms = ?12,
                 elapsed_ms = ?13, last_ms = ?14, input_uncached_tokens = ?15,
                 cache_read_input_tokens = ?16, cache_creation_input_tokens = ?17,
                 cache_creation_1h_input_tokens = ?18, output_visible_tokens = ?19,
                 reasoning_output_tokens = ?20, usage_estimated = ?21, cost_pico_usd = ?22,
                 error = ?23, excerpt = ?24, seq = ?25
             WHERE key = ?1",
        )?
        .execute(params![
            key,
            state.status.name(),
            answered.map(|target| &target.provider),
            answered.map(|target| &target.model),
            answered.map(|target| target.simulated),
            state.response_model,
            state.finish_reason.map(finish_reason_name),
            int(state.attempts.len() as u64),
            state.retries,
            state.fallbacks,
            int(state.wait_ms),
            state.first_token_ms.map(int),
            state.elapsed_ms.map(int),
            int(state.last_ms),
            usage[0],
            usage[1],
            usage[2],
            usage[3],
            usage[4],
            usage[5],
            usage[6],
            state.cost.map(|cost| cost.0),
            short_error.as_ref().map(json),
            state.excerpt(),
            int(state.seq),
        ])?;
    Ok(())
}

fn write_answer(
    connection: &Connection,
    key: i64,
    state: &CallState,
    text: &str,
    reasoning: &str,
) -> Result<(), Fault> {
    connection
        .prepare_cached(
            "INSERT INTO answers(call, text, reasoning, tool_calls, plan, error)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6)
             ON CONFLICT(call) DO UPDATE SET text = excluded.text, reasoning = excluded.reasoning,
                 tool_calls = excluded.tool_calls, plan = excluded.plan, error = excluded.error",
        )?
        .execute(params![
            key,
            text,
            reasoning,
            (!state.tool_calls.is_empty()).then(|| json(&state.tool_calls)),
            state.plan.as_ref().map(json),
            state.error.as_ref().map(json),
        ])?;
    Ok(())
}

fn write_attempt(
    connection: &Connection,
    key: i64,
    n: i64,
    attempt: &AttemptRow,
) -> Result<(), Fault> {
    let usage = usage_params(&attempt.usage);
    connection
        .prepare_cached(
            "INSERT OR REPLACE INTO attempts(call, n, attempt, max_attempts, provider, model,
                 simulated, started_ms, headers_ms, first_token_ms, ended_ms, status, request_id,
                 error, next, input_uncached_tokens, cache_read_input_tokens,
                 cache_creation_input_tokens, cache_creation_1h_input_tokens,
                 output_visible_tokens, reasoning_output_tokens, usage_estimated, discarded,
                 discarded_reasoning)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17,
                 ?18, ?19, ?20, ?21, ?22, ?23, ?24)",
        )?
        .execute(params![
            key,
            n,
            attempt.attempt,
            attempt.max_attempts,
            attempt.target.provider,
            attempt.target.model,
            attempt.target.simulated,
            int(attempt.started_ms),
            attempt.headers_ms.map(int),
            attempt.first_token_ms.map(int),
            attempt.ended_ms.map(int),
            attempt.status,
            attempt.request_id,
            attempt.error.as_ref().map(json),
            attempt.next.as_ref().map(json),
            usage[0],
            usage[1],
            usage[2],
            usage[3],
            usage[4],
            usage[5],
            usage[6],
            attempt.discarded,
            attempt.discarded_reasoning,
        ])?;
    Ok(())
}

pub(crate) fn delete_pieces(connection: &Connection, key: i64) -> Result<(), Fault> {
    connection
        .prepare_cached("DELETE FROM pieces WHERE call = ?1")?
        .execute([key])?;
    Ok(())
}

fn index(
    connection: &Connection,
    key: i64,
    call: &NewCall,
    state: &CallState,
    answer: &str,
) -> Result<(), Fault> {
    let title: Option<String> = match &call.prompt_id {
        Some(id) => connection
            .prepare_cached("SELECT title FROM prompts WHERE id = ?1")?
            .query_row([id], |row| row.get(0))
            .optional()?,
        None => None,
    };
    let mut model = format!("{}/{}", call.requested.provider, call.requested.model);
    if let Some(answered) = state
        .answered
        .as_ref()
        .filter(|target| **target != call.requested)
    {
        model.push_str(&format!(" {}/{}", answered.provider, answered.model));
    }
    if let Some(name) = &state.response_model {
        model.push_str(&format!(" {name}"));
    }
    let error = state.error.as_ref().map(error_text).unwrap_or_default();
    let title = title.unwrap_or_default();
    search::index_call(
        connection,
        key,
        &CallText {
            model: &model,
            title: &title,
            answer,
            error: &error,
        },
    )
}

/// Returns the words by which an error can be found.
pub(crate) fn error_text(error: &CallError) -> String {
    let kind = json(&error.kind).replace(['"', '_'], " ");
    let code = error.provider_code.as_deref().unwrap_or_default();
    let status = error
        .status
        .map(|status| status.to_string())
        .unwrap_or_default();
    format!("{} {kind} {code} {status}", error.message)
}
