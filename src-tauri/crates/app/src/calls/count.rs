//! How many tokens a request sends: as its provider counts, or else by estimate. Nothing is recorded, since
//! nothing is answered and counting costs nothing.

use crate::App;
use crate::plans::{self, Asked, Wanted};
use futures_util::StreamExt;
use std::sync::Arc;
use std::time::Duration;
use switchboard_engine::call::ModelRequest;
use switchboard_engine::error::{CallError, ErrorKind};
use switchboard_engine::event::TargetInfo;
use switchboard_engine::plan::{Candidate, Plan, Target};
use switchboard_engine::provider::{count_request, counted};
use switchboard_engine::tokens::estimate_input_tokens;
use switchboard_engine::transport::Transport;
use tokio::time::timeout;

/// How long a provider may take to count before an estimate is given.
const COUNT_LIMIT: Duration = Duration::from_secs(5);
/// Longest reply that is read, in bytes; a count is a line.
const REPLY_LIMIT: usize = 64 * 1024;

/// What a client of the gateway wants counted.
#[derive(Debug)]
pub struct CountAsked {
    /// `provider/model`, a model's name, or a route's.
    pub model: String,
    /// Name of the gateway key that was shown; `None`: none was.
    pub caller_key: Option<String>,
    pub request: ModelRequest,
}

/// Input tokens of a request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Counted {
    pub tokens: u64,
    /// The target they were counted for.
    pub target: TargetInfo,
    /// Whether the provider counted; else it is an estimate.
    pub exact: bool,
}

/// Counts for the first target that could be called now, or else for the first of all.
///
/// # Errors
/// `Misconfigured` if the name is nobody's.
pub async fn count_tokens(app: &App, mut asked: CountAsked) -> Result<Counted, CallError> {
    let routed = plans::route_here(
        app,
        &Asked {
            model: &asked.model,
            request: &asked.request,
            program: app.caller(),
            caller: asked.caller_key.as_deref(),
            project: None,
            tags: &[],
            prompt: None,
            sticky: None,
        },
    );
    let wanted = Wanted {
        model: &routed.model,
        fallbacks: &[],
        recovery: None,
        deadline: None,
        request: &asked.request,
        sticky: &routed.sticky,
    };
    let plan = plans::plan(app, &wanted).await;
    let ready = plan
        .candidates
        .iter()
        .find_map(|candidate| match candidate {
            Candidate::Ready(target) => Some(target),
            Candidate::Unusable { .. } => None,
        });
    if let Some(target) = ready
        && let Some(tokens) = by_provider(app, target, &asked.request).await
    {
        let target = target.info();
        return Ok(Counted {
            tokens,
            target,
            exact: true,
        });
    }
    let target = match ready {
        Some(target) => target.info(),
        None => first(&plan)?,
    };
    asked.request.model.clone_from(&target.model);
    Ok(Counted {
        tokens: estimate_input_tokens(&asked.request),
        target,
        exact: false,
    })
}

/// Returns the first target of a plan in which none is ready: what keeps it from being called, a key that is
/// missing or a pause, does not keep its tokens from being estimated.
fn first(plan: &Plan) -> Result<TargetInfo, CallError> {
    match plan.candidates.first() {
        Some(Candidate::Unusable { error, .. }) if error.kind == ErrorKind::Misconfigured => {
            Err(error.clone())
        }
        Some(candidate) => Ok(candidate.info()),
        None => Err(CallError::new(
            ErrorKind::Misconfigured,
            "there is no target to count for",
        )),
    }
}

/// Asks the provider, if it has a key and counts in the caller's own API; `None` if it does not count or
/// could not be asked.
async fn by_provider(app: &App, target: &Target, request: &ModelRequest) -> Option<u64> {
    let raw = request.raw.as_ref().filter(|_| !target.simulated)?;
    let key = target.key.as_ref()?;
    let request = count_request(&target.endpoint, raw, &target.model, Some(key)).ok()??;
    let client: Arc<_> = app.http().client().ok()?;
    let asked = async {
        let mut response = client.open(request, COUNT_LIMIT).await.ok()?;
        let mut reply = Vec::new();
        while let Some(chunk) = response.body.next().await {
            reply.extend_from_slice(&chunk.ok()?);
            if reply.len() > REPLY_LIMIT {
                return None;
            }
        }
        let is_told = response.status.is_success();
        let tokens = is_told.then(|| counted(target.endpoint.wire, &reply));
        if !is_told {
            tracing::debug!(status = %response.status, "a provider did not count tokens");
        }
        tokens.flatten()
    };
    timeout(COUNT_LIMIT, asked).await.ok().flatten()
}
