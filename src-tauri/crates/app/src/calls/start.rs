//! From a comparison asked for to calls that run.

use super::labels::check_labels;
use super::relay::Relay;
use super::view;
use crate::App;
use crate::api::types::*;
use crate::plans::{self, Asked, Wanted, named};
use crate::prompts;
use crate::variables::fill;
use crate::{alerts, budgets};
use futures_util::FutureExt;
use std::panic::AssertUnwindSafe;
use switchboard_engine::admit::Who;
use switchboard_engine::call::{CallId, Message, ModelRequest, Params};
use switchboard_engine::error::{CallError, ErrorKind};
use switchboard_engine::event::{Event, Report};
use switchboard_engine::plan::{Candidate, Plan};
use switchboard_engine::policy::runaway::fingerprint;
use switchboard_engine::run::{Context, EventSink, run};
use switchboard_engine::tokens::Input;
use switchboard_engine::usage::Usage;
use switchboard_store::{Labels, NewCall};
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

/// Most columns of one comparison.
const MAX_COLUMNS: usize = 6;

/// Runs columns of a prompt. Everything that can be wrong with the request is said before any call
/// starts; what goes wrong with a model is that call's own failure.
///
/// # Errors
/// `InvalidParams` naming the field, `NotFound` for the prompt or a column, `Store`.
pub async fn start(app: &App, params: StartRun) -> Result<StartedRun, ApiError> {
    let columns = chosen_columns(&params)?;
    check_labels(params.project.as_deref(), &params.tags)?;
    let messages = fill(&params.body.messages, &params.body.variables).map_err(|missing| {
        let names: Vec<String> = missing.iter().map(|name| format!("`{name}`")).collect();
        invalid(
            format!("variables.{}", missing.first().map_or("", String::as_str)),
            format!("no value for {}", names.join(", ")),
        )
        .with_hint("fill in the variable, or write \\{{ for a literal brace")
    })?;
    check_messages(&messages)?;

    let prompt_version = match &params.prompt_id {
        Some(id) => Some(prompts::version_to_run(app, id, &params.body).await?),
        None => None,
    };
    let group = params
        .group
        .clone()
        .unwrap_or_else(|| Uuid::now_v7().to_string());
    let title = match &params.prompt_id {
        Some(id) if columns.iter().any(|column| plans::is_auto(&column.model)) => {
            Some(app.store().prompt(id).await?.title)
        }
        _ => None,
    };
    let mut calls = Vec::new();
    for column in columns {
        let mut request = ModelRequest {
            model: String::new(),
            messages: messages.clone(),
            tools: params.body.tools.clone(),
            tool_choice: Default::default(),
            raw: None,
            response_format: params.body.response_format.clone(),
            params: merged(&params.body.params, column.params.as_ref()),
        };
        let mut routed = plans::route(
            app,
            &Asked {
                model: &column.model,
                request: &request,
                program: app.caller(),
                caller: None,
                project: params.project.as_deref(),
                tags: &params.tags,
                prompt: title.as_deref(),
                sticky: params.prompt_id.as_deref(),
            },
        )
        .await;
        plans::complete(app, &routed.model, &mut request);
        let wanted = Wanted {
            model: &routed.model,
            fallbacks: &column.fallbacks,
            recovery: params.recovery,
            deadline: None,
            request: &request,
            sticky: &routed.sticky,
        };
        let plan = plans::plan_routed(app, &wanted, &mut routed.decision).await;
        let who = budgets::who(
            app.caller().name(),
            None,
            plan.route.as_deref(),
            params.project.as_deref(),
        );
        let plan = budgets::cheaper(app, plan, &who, &wanted).await;
        let call = CallId::new();
        let new = new_call(
            app,
            call,
            &params,
            column,
            prompt_version,
            &group,
            &request,
            &plan,
            &routed.decision,
        )?;
        begin(app, new, request, plan, who).await?;
        calls.push(StartedCall {
            column: column.id.clone(),
            call,
        });
    }
    Ok(StartedRun {
        group,
        prompt_version,
        calls,
    })
}

/// Records a call, tells the windows, and sets it running.
async fn begin(
    app: &App,
    new: NewCall,
    request: ModelRequest,
    plan: Plan,
    who: Who,
) -> Result<(), ApiError> {
    let call = new.id;
    let summary = view::new_summary(&new);
    app.store().begin_call(new).await?;
    app.live().publish(&Live::CallStarted { summary });
    let relay = Relay::new(
        call,
        app.store().clone(),
        app.live().clone(),
        app.providers().clone(),
    );
    watch(app, &request, &who);
    launch(app, relay, request, plan, who);
    Ok(())
}

/// Sets a recorded call running on a task of its own.
pub(super) fn launch(app: &App, relay: Relay, request: ModelRequest, plan: Plan, who: Who) {
    let app_of_call = app.clone();
    app.running().spawn(relay.call, move |stop| {
        execute(app_of_call, relay, request, plan, who, stop)
    });
}

/// Tells when the caller begins to run away.
pub(super) fn watch(app: &App, request: &ModelRequest, who: &Who) {
    if !app.config().current().alerts.runaway {
        return;
    }
    let caller = who.name();
    if let Some(calls) = app.money().observe(&caller, fingerprint(&request.messages)) {
        let app = app.clone();
        // Ends once the alert is recorded.
        tokio::spawn(async move { alerts::runs_away(&app, caller, calls).await });
    }
}

/// Runs one call to its final event, whatever happens: stop, failure or a fault of the program.
async fn execute(
    app: App,
    mut relay: Relay,
    mut request: ModelRequest,
    plan: Plan,
    who: Who,
    stop: CancellationToken,
) {
    // A request that names its target's model is not copied for it.
    if let Some(Candidate::Ready(first)) = plan.candidates.first() {
        request.model.clone_from(&first.model);
    }
    let config = app.config().current();
    let transport = match app.http().client() {
        Ok(transport) => transport,
        Err(error) => return fail(&mut relay, error).await,
    };
    let spender = budgets::spender(&app, relay.call, who, &plan);
    let context = Context {
        transport: transport.as_ref(),
        redactor: app.redactor(),
        health: app.health(),
        spender: Some(&spender),
        limits: config.settings.retry_limits(),
        chance: fastrand::Rng::new(),
    };
    let ran = {
        let run = Box::pin(run(&request, &plan, context, &mut relay));
        tokio::select! {
            biased;
            // Dropping the run closes its connection.
            () = stop.cancelled() => None,
            ran = AssertUnwindSafe(run).catch_unwind() => Some(ran),
        }
    };
    if relay.ended() {
        return;
    }
    match ran {
        None => {
            let charges = relay.open().charges(&plan, &Input::of(&request));
            let usage = charges
                .last()
                .map_or(Usage::default(), |(_, charge)| charge.usage);
            for (attempt, charge) in charges {
                relay.emit(Event::Charged { attempt, charge }).await;
            }
            let elapsed_ms = relay.elapsed_ms();
            relay.emit(Event::Cancelled { elapsed_ms, usage }).await;
        }
        Some(_) => {
            let error = CallError::new(
                ErrorKind::Misconfigured,
                "a fault inside Switchboard ended the call",
            );
            fail(
                &mut relay,
                error.with_hint("the log says more; please report it"),
            )
            .await;
        }
    }
}

async fn fail(relay: &mut Relay, error: CallError) {
    let report = Report {
        error,
        attempts: Vec::new(),
        elapsed_ms: relay.elapsed_ms(),
    };
    relay.emit(Event::Failed { report }).await;
}

/// Returns the columns asked for, in the prompt's order.
fn chosen_columns(params: &StartRun) -> Result<Vec<&Column>, ApiError> {
    let all = &params.body.columns;
    let chosen: Vec<&Column> = match &params.columns {
        None => all.iter().collect(),
        Some(ids) => {
            if let Some(id) = ids
                .iter()
                .find(|id| !all.iter().any(|column| column.id == **id))
            {
                return Err(invalid("columns", format!("there is no column `{id}`")));
            }
            all.iter()
                .filter(|column| ids.contains(&column.id))
                .collect()
        }
    };
    if chosen.is_empty() {
        return Err(invalid("columns", "there is no model to run").with_hint("add a column"));
    }
    if chosen.len() > MAX_COLUMNS {
        return Err(invalid(
            "columns",
            format!("at most {MAX_COLUMNS} columns can run together"),
        ));
    }
    Ok(chosen)
}

fn check_messages(messages: &[Message]) -> Result<(), ApiError> {
    if messages
        .iter()
        .all(|message| message.parts.is_empty() || is_blank(message))
    {
        return Err(invalid("messages", "the prompt is empty").with_hint("write a message first"));
    }
    Ok(())
}

fn is_blank(message: &Message) -> bool {
    use switchboard_engine::call::Part;
    message.parts.iter().all(|part| match part {
        Part::Text { text } => text.trim().is_empty(),
        Part::Image { .. } | Part::ToolCall { .. } | Part::ToolResult { .. } => false,
    })
}

#[expect(
    clippy::too_many_arguments,
    reason = "the parts of one row, gathered once"
)]
fn new_call(
    app: &App,
    call: CallId,
    params: &StartRun,
    column: &Column,
    prompt_version: Option<u32>,
    group: &str,
    request: &ModelRequest,
    plan: &Plan,
    decision: &RouteDecision,
) -> Result<NewCall, ApiError> {
    let kept = CallRequest {
        body: params.body.clone(),
        messages: request.messages.clone(),
        model: column.model.clone(),
        fallbacks: column.fallbacks.clone(),
        params: request.params.clone(),
    };
    Ok(NewCall {
        id: call,
        started_at_ms: jiff::Timestamp::now().as_millisecond(),
        caller: app.caller().name().to_owned(),
        caller_key: None,
        labels: Labels {
            project: params.project.clone(),
            tags: params.tags.clone(),
        },
        route: plan.route.clone(),
        group: Some(group.to_owned()),
        column: Some(column.id.clone()),
        prompt_id: params.prompt_id.clone(),
        prompt_version,
        requested: plan
            .candidates
            .first()
            .map_or_else(|| named(&column.model), Candidate::info),
        request_json: serde_json::to_string(&kept).map_err(|error| ApiError {
            code: ErrorCode::Internal,
            message: format!("the request could not be recorded: {error}"),
            hint: None,
            field: None,
        })?,
        decision_json: plans::recorded(decision),
        variant: plans::variant(decision),
    })
}

/// Returns the prompt's parameters with a column's own in their place.
fn merged(prompt: &Params, column: Option<&Params>) -> Params {
    let Some(column) = column.cloned() else {
        return prompt.clone();
    };
    let prompt = prompt.clone();
    Params {
        temperature: column.temperature.or(prompt.temperature),
        top_p: column.top_p.or(prompt.top_p),
        max_tokens: column.max_tokens.or(prompt.max_tokens),
        stop: column.stop.or(prompt.stop),
        seed: column.seed.or(prompt.seed),
        reasoning_effort: column.reasoning_effort.or(prompt.reasoning_effort),
    }
}

fn invalid(field: impl Into<String>, message: impl Into<String>) -> ApiError {
    ApiError {
        code: ErrorCode::InvalidParams,
        message: message.into(),
        hint: None,
        field: Some(field.into()),
    }
}
