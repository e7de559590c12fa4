//! Writes calls straight into the tables, many in a transaction.
//!
//! The program itself writes a call as its events come. A million of them, all over already, go in faster this way;
//! a test reads every one back through the store.

use crate::call::Sample;
use crate::world::PROMPTS;
use rusqlite::{Connection, params};
use serde_json::{Value, json};
use std::error::Error;
use std::path::Path;
use switchboard_engine::call::FinishReason;
use switchboard_engine::event::TargetInfo;
use switchboard_engine::usage::Usage;
use switchboard_store::{AttemptRow, EXCERPT_CHARS, Rating};
use uuid::Uuid;

/// Calls in a transaction.
const BATCH: u64 = 20_000;

/// Bits of the number within a millisecond, as the comment on `calls.key` says.
const SLOT_BITS: u32 = 15;

type Done<T> = Result<T, Box<dyn Error>>;

/// An open history of which nobody else writes.
#[derive(Debug)]
pub(crate) struct Writer {
    connection: Connection,
    prompts: Vec<String>,
    last_key: i64,
    in_batch: u64,
}

impl Writer {
    /// Opens a history that the store has made, and writes the prompts that calls will name.
    pub(crate) fn open(path: &Path, start_ms: i64) -> Done<Self> {
        let connection = Connection::open(path)?;
        connection.pragma_update(None, "synchronous", "off")?;
        connection.pragma_update(None, "cache_size", -64_000)?;
        connection.pragma_update(None, "trusted_schema", false)?;
        connection.set_prepared_statement_cache_capacity(32);
        connection.execute_batch("BEGIN IMMEDIATE")?;
        let mut writer = Self {
            connection,
            prompts: Vec::new(),
            last_key: 0,
            in_batch: 0,
        };
        for (place, (title, text)) in PROMPTS.iter().enumerate() {
            let id = writer.prompt(start_ms, u8::try_from(place)?, title, text)?;
            writer.prompts.push(id);
        }
        Ok(writer)
    }

    /// Writes a call. Calls come in the order of their time.
    pub(crate) fn call(&mut self, call: &Sample) -> Done<()> {
        let key = (call.at_ms << SLOT_BITS).max(self.last_key + 1);
        self.last_key = key;
        self.row(key, call)?;
        self.texts(key, call)?;
        for (n, attempt) in call.attempts.iter().enumerate() {
            self.attempt(key, i64::try_from(n)?, attempt)?;
        }
        self.in_batch += 1;
        if self.in_batch >= BATCH {
            self.connection.execute_batch("COMMIT; BEGIN IMMEDIATE")?;
            self.in_batch = 0;
        }
        Ok(())
    }

    /// Writes what is left.
    pub(crate) fn finish(self) -> Done<()> {
        self.connection.execute_batch("COMMIT")?;
        self.connection.close().map_err(|(_, error)| error)?;
        Ok(())
    }

    fn prompt(&self, start_ms: i64, place: u8, title: &str, text: &str) -> Done<String> {
        let millis = u64::try_from(start_ms)?;
        let rest = [place; 10];
        let id = uuid::Builder::from_unix_timestamp_millis(millis, &rest)
            .into_uuid()
            .to_string();
        let body = json!({
            "messages": [message(text)],
            "columns": [{ "id": "column-1", "model": "sandbox/steady" }],
        })
        .to_string();
        self.connection.execute(
            "INSERT INTO prompts(id, title, body, excerpt, version, dirty, created_at_ms, saved_at_ms)
             VALUES (?1, ?2, ?3, ?4, 1, 0, ?5, ?5)",
            params![id, title, body, text, start_ms],
        )?;
        let key = self.connection.last_insert_rowid();
        self.connection.execute(
            "INSERT INTO prompt_versions(prompt, version, body, created_at_ms) VALUES (?1, 1, ?2, ?3)",
            params![key, body, start_ms],
        )?;
        self.connection.execute(
            "INSERT INTO prompt_search(rowid, title, body) VALUES (?1, ?2, ?3)",
            params![key, title, text],
        )?;
        Ok(id)
    }

    fn prompt_id(&self, call: &Sample) -> Option<&str> {
        self.prompts.get(call.prompt?).map(String::as_str)
    }

    fn row(&self, key: i64, call: &Sample) -> Done<()> {
        let job = call.job;
        let answered = call.answered.as_ref();
        let grouped = job.caller != "gateway";
        let prompt = self.prompt_id(call);
        let tokens = tokens(&call.usage)?;
        let excerpt: String = call.text.chars().take(EXCERPT_CHARS).collect();
        let last_ms = i64::try_from(call.elapsed_ms)?;
        let first_token = call.first_token_ms.map(i64::try_from).transpose()?;
        self.connection
            .prepare_cached(
                "INSERT INTO calls(key, id, status, started_at_ms, caller, caller_key, grp, col,
                     prompt_id, prompt_version, requested_provider, requested_model,
                     requested_simulated, answered_provider, answered_model, answered_simulated,
                     response_model, finish_reason, attempts, retries, fallbacks, wait_ms,
                     first_token_ms, elapsed_ms, last_ms, input_uncached_tokens,
                     cache_read_input_tokens, cache_creation_input_tokens,
                     cache_creation_1h_input_tokens, output_visible_tokens,
                     reasoning_output_tokens, usage_estimated, cost_pico_usd, cost_source, error,
                     rating, excerpt, seq, route, project, tags, service_tier, continued)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16,
                     ?17, ?18, ?19, ?20, ?21, ?22, ?23, ?24, ?25, ?26, ?27, ?28, ?29, ?30, ?31,
                     ?32, ?33, ?34, ?35, ?36, ?37, ?38, ?39, ?40, ?41, ?42, ?43)",
            )?
            .execute(params![
                key,
                call.id.0.as_bytes().as_slice(),
                call.status.name(),
                call.at_ms,
                job.caller,
                job.key,
                grouped.then(|| group(call.id.0)),
                grouped.then_some("column-1"),
                prompt,
                prompt.map(|_| 1),
                call.requested.provider,
                call.requested.model,
                call.requested.simulated,
                answered.map(|target| &target.provider),
                answered.map(|target| &target.model),
                answered.map(|target| target.simulated),
                call.finish.and(answered).map(|target| &target.model),
                call.finish.map(finish_name),
                i64::try_from(call.attempts.len())?,
                call.retries,
                call.fallbacks,
                i64::try_from(call.wait_ms)?,
                first_token,
                last_ms,
                last_ms,
                tokens[0],
                tokens[1],
                tokens[2],
                tokens[3],
                tokens[4],
                tokens[5],
                call.usage.estimated,
                call.bill.cost.map(|cost| cost.0),
                call.bill.source().name(),
                call.error.as_ref().map(serde_json::to_string).transpose()?,
                call.rating.map(|rating| match rating {
                    Rating::Good => "good",
                    Rating::Bad => "bad",
                }),
                excerpt,
                i64::try_from(call.attempts.len() * 4 + 2)?,
                job.route,
                job.project,
                (!job.tags.is_empty())
                    .then(|| serde_json::to_string(job.tags))
                    .transpose()?,
                job.tier.name(),
                call.continued,
            ])?;
        Ok(())
    }

    fn texts(&self, key: i64, call: &Sample) -> Done<()> {
        let named = |target: &TargetInfo| format!("{}/{}", target.provider, target.model);
        let prompt = call.prompt.and_then(|place| PROMPTS.get(place));
        let asked = prompt.map_or("Please answer this customer.", |(_, text)| text);
        let model = call
            .job
            .route
            .map_or_else(|| named(&call.requested), str::to_owned);
        let request = json!({
            "body": {},
            "messages": [message(asked)],
            "model": model,
            "fallbacks": [],
            "params": {},
        });
        let error = call.error.as_ref();
        self.connection
            .prepare_cached("INSERT INTO requests(call, json) VALUES (?1, ?2)")?
            .execute(params![key, request.to_string()])?;
        self.connection
            .prepare_cached("INSERT INTO answers(call, text, error) VALUES (?1, ?2, ?3)")?
            .execute(params![
                key,
                call.text,
                error.map(serde_json::to_string).transpose()?
            ])?;
        let mut models = named(&call.requested);
        if let Some(answered) = call.answered.as_ref().filter(|one| **one != call.requested) {
            models.push(' ');
            models.push_str(&named(answered));
        }
        self.connection
            .prepare_cached(
                "INSERT INTO call_search(rowid, model, title, answer, error)
                 VALUES (?1, ?2, ?3, ?4, ?5)",
            )?
            .execute(params![
                key,
                models,
                prompt.map_or("", |(title, _)| title),
                call.text,
                error.map_or("", |error| error.message.as_str())
            ])?;
        Ok(())
    }

    fn attempt(&self, key: i64, n: i64, attempt: &AttemptRow) -> Done<()> {
        let tokens = tokens(&attempt.usage)?;
        let ms = |ms: Option<u64>| ms.map(i64::try_from).transpose();
        self.connection
            .prepare_cached(
                "INSERT INTO attempts(call, n, attempt, max_attempts, provider, model, simulated,
                     started_ms, headers_ms, first_token_ms, ended_ms, status, request_id, error,
                     next, input_uncached_tokens, cache_read_input_tokens,
                     cache_creation_input_tokens, cache_creation_1h_input_tokens,
                     output_visible_tokens, reasoning_output_tokens, usage_estimated,
                     cost_pico_usd, cost_source)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16,
                     ?17, ?18, ?19, ?20, ?21, ?22, ?23, ?24)",
            )?
            .execute(params![
                key,
                n,
                attempt.attempt,
                attempt.max_attempts,
                attempt.target.provider,
                attempt.target.model,
                attempt.target.simulated,
                i64::try_from(attempt.started_ms)?,
                ms(attempt.headers_ms)?,
                ms(attempt.first_token_ms)?,
                ms(attempt.ended_ms)?,
                attempt.status,
                attempt.request_id,
                attempt
                    .error
                    .as_ref()
                    .map(serde_json::to_string)
                    .transpose()?,
                attempt
                    .next
                    .as_ref()
                    .map(serde_json::to_string)
                    .transpose()?,
                tokens[0],
                tokens[1],
                tokens[2],
                tokens[3],
                tokens[4],
                tokens[5],
                attempt.usage.estimated,
                attempt.cost.map(|cost| cost.0),
                attempt.cost_source.map(|source| source.name()),
            ])?;
        Ok(())
    }
}

/// Returns the buckets in the order of the tables' columns.
fn tokens(usage: &Usage) -> Done<[i64; 6]> {
    Ok([
        i64::try_from(usage.input_uncached_tokens)?,
        i64::try_from(usage.cache_read_input_tokens)?,
        i64::try_from(usage.cache_creation_input_tokens)?,
        i64::try_from(usage.cache_creation_1h_input_tokens)?,
        i64::try_from(usage.output_visible_tokens)?,
        i64::try_from(usage.reasoning_output_tokens)?,
    ])
}

/// Returns the id of the comparison that a call alone makes up: another one than its own.
fn group(call: Uuid) -> String {
    let mut bytes = *call.as_bytes();
    if let Some(last) = bytes.last_mut() {
        *last ^= 1;
    }
    Uuid::from_bytes(bytes).to_string()
}

fn message(text: &str) -> Value {
    json!({ "role": "user", "parts": [{ "type": "text", "text": text }] })
}

fn finish_name(reason: FinishReason) -> &'static str {
    match reason {
        FinishReason::Stop => "stop",
        FinishReason::Length => "length",
        FinishReason::ToolCalls => "tool_calls",
        FinishReason::ContentFilter => "content_filter",
        FinishReason::Other => "other",
    }
}
