//! Calls made through a provider's own API at the gateway: one request, its events, and an end to the
//! call when nobody listens any more.

use super::labels::check_labels;
use super::relay::Relay;
use super::start::{launch, watch};
use super::tap::{Tap, Told, Wants};
use crate::api::types::*;
use crate::budgets;
use crate::plans::{self, Asked, Wanted, named};
use crate::{App, Caller};
use std::collections::BTreeMap;
use std::pin::Pin;
use std::time::Duration;
use switchboard_engine::call::{Act, CallId, ModelRequest};
use switchboard_engine::plan::Candidate;
use switchboard_store::{Labels, NewCall};
use tokio::sync::mpsc;

/// Events that wait for a listener before the provider's connection is held back.
const WAITING: usize = 64;

/// What a client of the gateway asks.
#[derive(Debug)]
pub struct ApiCall {
    /// `provider/model`, a model's name, or a route's.
    pub model: String,
    /// Tried in order after `model`.
    pub fallbacks: Vec<String>,
    /// For the whole call; `None`: as the route or the settings have it.
    pub deadline: Option<Duration>,
    /// Whether the provider's own events are wanted beside ours where it speaks the API of the request.
    pub wants_wire: bool,
    /// Name of the gateway key that was shown; `None`: none was.
    pub caller_key: Option<String>,
    /// What weighted options of a route stay the same for; `None`: the conversation, told by its beginning.
    pub sticky: Option<String>,
    /// What it works on, in its own words; `None`: it does not say.
    pub project: Option<String>,
    pub tags: Vec<String>,
    pub request: ModelRequest,
}

/// A call under way. Dropping it cancels the call; what it produced so far stays booked.
#[derive(Debug)]
pub struct ApiCallHandle {
    pub id: CallId,
    /// The call's events in order; the last one is final. It ends early only when the listener was so
    /// slow that the call was stopped.
    pub events: mpsc::Receiver<Told>,
    app: App,
}

impl Drop for ApiCallHandle {
    fn drop(&mut self) {
        // A call that has ended is no longer there to be stopped.
        self.app.running().stop(self.id);
    }
}

/// Records a call and sets it running. What goes wrong with the model is told by the events.
///
/// # Errors
/// `InvalidParams` for a label, `Store`, `Internal`.
pub async fn start_api_call(app: &App, asked: ApiCall) -> Result<ApiCallHandle, ApiError> {
    start(app, Caller::Gateway, asked, true).await
}

/// Starts a call that serves another one. It is not held against its caller when many are alike.
///
/// # Errors
/// As [`start_api_call`].
pub(crate) fn start_aside<'a>(
    app: &'a App,
    caller: Caller,
    asked: ApiCall,
) -> Pin<Box<dyn Future<Output = Result<ApiCallHandle, ApiError>> + Send + 'a>> {
    Box::pin(start(app, caller, asked, false))
}

async fn start(
    app: &App,
    caller: Caller,
    mut asked: ApiCall,
    is_watched: bool,
) -> Result<ApiCallHandle, ApiError> {
    check_labels(asked.project.as_deref(), &asked.tags)?;
    if plans::is_auto(&asked.model)
        && asked
            .request
            .raw
            .as_ref()
            .is_some_and(|raw| raw.act == Act::Embed)
    {
        let message = "`auto` chooses models that answer; for embeddings a model is named";
        return Err(ApiError::new(ErrorCode::InvalidParams, message).with_field("model"));
    }
    let mut routed = plans::route(
        app,
        &Asked {
            model: &asked.model,
            request: &asked.request,
            program: caller,
            caller: asked.caller_key.as_deref(),
            project: asked.project.as_deref(),
            tags: &asked.tags,
            prompt: None,
            sticky: asked.sticky.as_deref(),
        },
    )
    .await;
    plans::complete(app, &routed.model, &mut asked.request);
    let wanted = Wanted {
        model: &routed.model,
        fallbacks: &asked.fallbacks,
        recovery: None,
        deadline: asked.deadline,
        request: &asked.request,
        sticky: &routed.sticky,
    };
    let plan = plans::plan_routed(app, &wanted, &mut routed.decision).await;
    let who = budgets::who(
        caller.name(),
        asked.caller_key.as_deref(),
        plan.route.as_deref(),
        asked.project.as_deref(),
    );
    let plan = budgets::cheaper(app, plan, &who, &wanted).await;
    let id = CallId::new();
    let new = NewCall {
        id,
        started_at_ms: jiff::Timestamp::now().as_millisecond(),
        caller: caller.name().to_owned(),
        caller_key: asked.caller_key.clone(),
        labels: Labels {
            project: asked.project.clone(),
            tags: asked.tags.clone(),
        },
        route: plan.route.clone(),
        group: None,
        column: None,
        prompt_id: None,
        prompt_version: None,
        requested: plan
            .candidates
            .first()
            .map_or_else(|| named(&asked.model), Candidate::info),
        request_json: kept(&asked)?,
        decision_json: plans::recorded(&routed.decision),
        variant: plans::variant(&routed.decision),
    };
    let (out, events) = mpsc::channel(WAITING);
    let wants = match asked.request.raw.as_ref().filter(|_| asked.wants_wire) {
        Some(raw) if raw.act == Act::Embed => Wants::Everything,
        Some(raw) => Wants::Of(raw.wire),
        None => Wants::Nothing,
    };
    let summary = super::view::new_summary(&new);
    app.store().begin_call(new).await?;
    app.live().publish(&Live::CallStarted { summary });
    let relay = Relay::new(
        id,
        app.store().clone(),
        app.live().clone(),
        app.providers().clone(),
    )
    .with_tap(Tap::new(out, app.running().clone(), wants));
    if is_watched {
        watch(app, &asked.request, &who);
    }
    launch(app, relay, asked.request, plan, who);
    Ok(ApiCallHandle {
        id,
        events,
        app: app.clone(),
    })
}

/// Returns what history keeps, so that the call can be opened in Compose.
fn kept(asked: &ApiCall) -> Result<String, ApiError> {
    let request = &asked.request;
    let kept = CallRequest {
        body: PromptBody {
            messages: request.messages.clone(),
            variables: BTreeMap::new(),
            tools: request.tools.clone(),
            response_format: request.response_format.clone(),
            params: request.params.clone(),
            columns: vec![Column {
                id: "gateway".into(),
                model: asked.model.clone(),
                fallbacks: asked.fallbacks.clone(),
                params: None,
            }],
        },
        messages: request.messages.clone(),
        model: asked.model.clone(),
        fallbacks: asked.fallbacks.clone(),
        params: request.params.clone(),
    };
    serde_json::to_string(&kept).map_err(|error| ApiError {
        code: ErrorCode::Internal,
        message: format!("the request could not be recorded: {error}"),
        hint: None,
        field: None,
    })
}

/// Something a client can name in place of a model.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ApiModel {
    /// `provider/model`, or a route's name.
    pub id: String,
    /// For people.
    pub label: String,
    /// The provider's id; `switchboard` for a route.
    pub owner: String,
}

/// Lists what a client can name now: routes with a target that is ready, then models.
///
/// # Errors
/// As the lists of routes and models.
pub async fn api_models(app: &App) -> Result<Vec<ApiModel>, ApiError> {
    let routes = crate::routes::list(app, Empty {}).await?;
    let ready = routes
        .into_iter()
        .filter(|route| route.targets.iter().any(|target| target.ready));
    // What the program chooses by rules, kind of work and difficulty.
    let auto = ApiModel {
        id: plans::AUTO.to_owned(),
        label: "The route that fits".to_owned(),
        owner: "switchboard".to_owned(),
    };
    let mut named: Vec<ApiModel> = ready
        .map(|route| ApiModel {
            label: format!("Route {}", route.name),
            id: route.name,
            owner: "switchboard".to_owned(),
        })
        .collect();
    let models = app.providers().models().await;
    let callable = models
        .into_iter()
        .filter(|model| model.unavailable.is_none());
    if !named.is_empty() {
        named.insert(0, auto);
    }
    named.extend(callable.map(|model| ApiModel {
        id: model.id,
        label: model.model,
        owner: model.provider,
    }));
    Ok(named)
}
