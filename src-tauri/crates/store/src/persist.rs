//! Writes what the fold of a call says into its rows.

use crate::answers::{REASONING, TEXT};
use crate::calls::{self, finish_reason_name, usage_params};
use crate::error::{Fault, StoreError};
use crate::fold::CallState;
use crate::key::{key_floor, made_at_ms};
use crate::rows::{AttemptRow, NewCall};
use crate::search::{self, CallText};
use crate::sql::{id_bytes, int, json};
use rusqlite::ffi::SQLITE_CONSTRAINT_UNIQUE;
use rusqlite::types::Value;
use rusqlite::{Connection, OptionalExtension, params, params_from_iter};
use std::borrow::Cow;
use std::sync::LazyLock;
use switchboard_engine::error::CallError;
use switchboard_engine::event::{CallEvent, Event};
use switchboard_engine::price::CostSource;

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
    /// Whether the file has a row of `answers` for it.
    saved_answer: bool,
    /// How many of its attempts the file has.
    saved_attempts: usize,
    attempts_changed: bool,
    answer_changed: bool,
}

/// How far one call was written; taken over once the transaction is committed.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Saved {
    key: i64,
    next_piece: i64,
    has_answer: bool,
    attempts: usize,
    /// Another process had marked the call interrupted.
    taken_for_dead: bool,
}

impl Saved {
    pub(crate) fn was_taken_for_dead(&self) -> bool {
        self.taken_for_dead
    }
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
            saved_answer: false,
            saved_attempts: 0,
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
            | Event::Charged { .. }
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

    /// Writes what has changed but for the search: see [`LiveCall::index`]. Changes nothing in memory: see
    /// [`LiveCall::saved`].
    pub(crate) fn write(&self, connection: &Connection, owner: i64) -> Result<Saved, Fault> {
        let (key, taken_for_dead) = match self.key {
            Some(key) => {
                let was_taken = take_back(connection, key, owner)?;
                update(connection, key, &self.state)?;
                (key, was_taken)
            }
            None => (insert(connection, &self.call, owner, &self.state)?, false),
        };
        let mut saved = Saved {
            key,
            next_piece: self.next_piece,
            has_answer: self.saved_answer && !taken_for_dead,
            attempts: self.saved_attempts,
            taken_for_dead,
        };
        if self.state.is_final() {
            self.write_whole(connection, &mut saved)?;
        } else {
            self.write_pieces(connection, &mut saved)?;
            if self.answer_changed || (self.saved_answer && taken_for_dead) {
                self.write_answer(connection, &mut saved, "", "")?;
            }
        }
        if self.attempts_changed || taken_for_dead {
            for (n, attempt) in self.state.attempts.iter().enumerate() {
                let verb = verb(n < self.saved_attempts);
                write_attempt(connection, verb, key, int(n as u64), attempt)?;
            }
            saved.attempts = self.state.attempts.len();
        }
        if self.state.is_final() {
            crate::spend::book(connection, key)?;
        }
        Ok(saved)
    }

    /// Notes that what [`LiveCall::write`] wrote is committed.
    pub(crate) fn saved(&mut self, saved: Saved) {
        self.key = Some(saved.key);
        self.next_piece = saved.next_piece;
        self.saved_answer = saved.has_answer;
        self.saved_attempts = saved.attempts;
        self.saved_text = self.state.text.len();
        self.saved_reasoning = self.state.reasoning.len();
        self.saved_restarts = self.state.restarts;
        self.attempts_changed = false;
        self.answer_changed = false;
    }

    fn write_pieces(&self, connection: &Connection, saved: &mut Saved) -> Result<(), Fault> {
        let restarted = self.saved_restarts != self.state.restarts || saved.taken_for_dead;
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

    fn write_whole(&self, connection: &Connection, saved: &mut Saved) -> Result<(), Fault> {
        let state = &self.state;
        if self.next_piece > 0 {
            delete_pieces(connection, saved.key)?;
        }
        self.write_answer(connection, saved, &state.text, &state.reasoning)
    }

    fn write_answer(
        &self,
        connection: &Connection,
        saved: &mut Saved,
        text: &str,
        reasoning: &str,
    ) -> Result<(), Fault> {
        let state = &self.state;
        let verb = verb(saved.has_answer);
        connection
            .prepare_cached(&format!(
                "{verb} INTO answers(call, text, reasoning, tool_calls, plan, error, decision)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)"
            ))?
            .execute(params![
                saved.key,
                text,
                reasoning,
                (!state.tool_calls.is_empty()).then(|| json(&state.tool_calls)),
                state.plan.as_ref().map(json),
                state.error.as_ref().map(json),
                self.call.decision_json,
            ])?;
        saved.has_answer = true;
        Ok(())
    }

    /// Makes the call found by its words: by model and prompt while it runs, by its answer when it is over.
    ///
    /// Comes after the rows of a whole batch, because the index gathers what it is told until another
    /// statement with a journal of its own makes it write.
    pub(crate) fn index(&self, connection: &Connection, saved: &Saved) -> Result<(), Fault> {
        let (call, state) = (&self.call, &self.state);
        let mut answer = Cow::Borrowed(state.text.as_str());
        match (self.key, state.is_final()) {
            (Some(_), false) => return Ok(()),
            (None, false) => answer = Cow::Borrowed(""),
            (_, true) => {
                for tool in &state.tool_calls {
                    answer
                        .to_mut()
                        .extend([" ", &tool.name, " ", &tool.arguments]);
                }
            }
        }
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
            model.extend([" ", &answered.provider, "/", &answered.model]);
        }
        if let Some(name) = &state.response_model {
            model.extend([" ", name]);
        }
        let error = state.error.as_ref().map(error_text).unwrap_or_default();
        let title = title.unwrap_or_default();
        let text = CallText {
            model: &model,
            title: &title,
            answer: &answer,
            error: &error,
        };
        match self.key {
            Some(_) => search::index_call(connection, saved.key, &text),
            None => search::index_new_call(connection, saved.key, &text),
        }
    }
}

/// Makes a call that another process marked interrupted this one's again: nothing is booked of it, and nothing is
/// left of the answer that it seemed to end with. Returns whether it was so marked.
fn take_back(connection: &Connection, key: i64, owner: i64) -> Result<bool, Fault> {
    let is_running = connection
        .prepare_cached("SELECT 1 FROM calls WHERE key = ?1 AND status = 'running'")?
        .exists([key])?;
    if is_running {
        return Ok(false);
    }
    crate::spend::unbook(connection, key)?;
    connection.execute("UPDATE calls SET owner = ?2 WHERE key = ?1", [key, owner])?;
    connection.execute("DELETE FROM answers WHERE call = ?1", [key])?;
    delete_pieces(connection, key)?;
    Ok(true)
}

/// Returns the words that put a row into a table. Replacing costs a look for the row and a journal of the
/// statement, so what the file does not have is inserted.
fn verb(is_there: bool) -> &'static str {
    match is_there {
        true => "INSERT OR REPLACE",
        false => "INSERT",
    }
}

/// Columns of `calls` that say how a call stands: they change while it runs. As [`standing`] has them.
const STANDING: &str =
    "status, answered_provider, answered_model, answered_simulated, response_model,
    finish_reason, attempts, retries, fallbacks, wait_ms, first_token_ms, elapsed_ms, last_ms,
    input_uncached_tokens, cache_read_input_tokens, cache_creation_input_tokens,
    cache_creation_1h_input_tokens, output_visible_tokens, reasoning_output_tokens,
    usage_estimated, cost_pico_usd, error, excerpt, seq, cost_source, service_tier, fallback_text,
    continued";

/// How many [`STANDING`] are.
const STANDING_COUNT: usize = 28;

/// Returns the values of [`STANDING`].
fn standing(state: &CallState) -> [Value; STANDING_COUNT] {
    let short_error = state.error.as_ref().map(|error| CallError {
        detail: None,
        ..error.clone()
    });
    let answered = state.answered.as_ref();
    let usage = usage_params(&state.usage);
    [
        state.status.name().to_owned().into(),
        answered.map(|target| target.provider.clone()).into(),
        answered.map(|target| target.model.clone()).into(),
        answered.map(|target| target.simulated).into(),
        state.response_model.clone().into(),
        state
            .finish_reason
            .map(|reason| finish_reason_name(reason).to_owned())
            .into(),
        int(state.attempts.len() as u64).into(),
        state.retries.into(),
        state.fallbacks.into(),
        int(state.wait_ms).into(),
        state.first_token_ms.map(int).into(),
        state.elapsed_ms.map(int).into(),
        int(state.last_ms).into(),
        usage[0].into(),
        usage[1].into(),
        usage[2].into(),
        usage[3].into(),
        usage[4].into(),
        usage[5].into(),
        usage[6].into(),
        state.cost.map(|cost| cost.0).into(),
        short_error.as_ref().map(json).into(),
        state.excerpt().into(),
        int(state.seq).into(),
        state
            .cost_source
            .map(|source| source.name().to_owned())
            .into(),
        state.service_tier.map(|tier| tier.name().to_owned()).into(),
        state.fallback_text.into(),
        state.continued.into(),
    ]
}

/// Inserts the call as it stands; one that is over already needs no second statement.
fn insert(
    connection: &Connection,
    call: &NewCall,
    owner: i64,
    state: &CallState,
) -> Result<i64, Fault> {
    let key = calls::free_key(
        connection,
        key_floor(made_at_ms(call.id, call.started_at_ms)),
    )?;
    static SQL: LazyLock<String> = LazyLock::new(|| {
        let fixed = "key, id, owner, started_at_ms, caller, grp, col, prompt_id, prompt_version,
             requested_provider, requested_model, requested_simulated, caller_key, route, project, tags,
             variant";
        let marks = marks(FIXED_COUNT + STANDING_COUNT);
        format!("INSERT INTO calls({fixed}, {STANDING}) VALUES ({marks})")
    });
    let fixed: [Value; FIXED_COUNT] = [
        key.into(),
        id_bytes(call.id).to_vec().into(),
        owner.into(),
        call.started_at_ms.into(),
        call.caller.clone().into(),
        call.group.clone().into(),
        call.column.clone().into(),
        call.prompt_id.clone().into(),
        call.prompt_version.into(),
        call.requested.provider.clone().into(),
        call.requested.model.clone().into(),
        call.requested.simulated.into(),
        call.caller_key.clone().into(),
        call.route.clone().into(),
        call.labels.project.clone().into(),
        (!call.labels.tags.is_empty())
            .then(|| json(&call.labels.tags))
            .into(),
        call.variant.clone().into(),
    ];
    connection
        .prepare_cached(&SQL)?
        .execute(params_from_iter(fixed.into_iter().chain(standing(state))))
        .map_err(|error| match error.sqlite_extended_error_code() {
            Some(SQLITE_CONSTRAINT_UNIQUE) => {
                let id = call.id;
                StoreError::Invalid(format!("the call `{id}` is recorded already")).into()
            }
            _ => Fault::from(error),
        })?;
    connection
        .prepare_cached("INSERT INTO requests(call, json) VALUES (?1, ?2)")?
        .execute(params![key, call.request_json])?;
    Ok(key)
}

/// Columns of `calls` that are known when a call begins.
const FIXED_COUNT: usize = 17;

/// Returns `count` places for values.
fn marks(count: usize) -> String {
    vec!["?"; count].join(", ")
}

fn update(connection: &Connection, key: i64, state: &CallState) -> Result<(), Fault> {
    static SQL: LazyLock<String> = LazyLock::new(|| {
        let marks = marks(STANDING_COUNT);
        format!("UPDATE calls SET ({STANDING}) = ({marks}) WHERE key = ?")
    });
    let values = standing(state).into_iter().chain([key.into()]);
    connection
        .prepare_cached(&SQL)?
        .execute(params_from_iter(values))?;
    Ok(())
}

fn write_attempt(
    connection: &Connection,
    verb: &str,
    key: i64,
    n: i64,
    attempt: &AttemptRow,
) -> Result<(), Fault> {
    let usage = usage_params(&attempt.usage);
    connection
        .prepare_cached(&format!(
            "{verb} INTO attempts(call, n, attempt, max_attempts, provider, model,
                 simulated, started_ms, headers_ms, first_token_ms, ended_ms, status, request_id,
                 error, next, input_uncached_tokens, cache_read_input_tokens,
                 cache_creation_input_tokens, cache_creation_1h_input_tokens,
                 output_visible_tokens, reasoning_output_tokens, usage_estimated, discarded,
                 discarded_reasoning, cost_pico_usd, cost_source)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17,
                 ?18, ?19, ?20, ?21, ?22, ?23, ?24, ?25, ?26)",
        ))?
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
            attempt.cost.map(|cost| cost.0),
            attempt.cost_source.map(CostSource::name),
        ])?;
    Ok(())
}

pub(crate) fn delete_pieces(connection: &Connection, key: i64) -> Result<(), Fault> {
    connection
        .prepare_cached("DELETE FROM pieces WHERE call = ?1")?
        .execute([key])?;
    Ok(())
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
