//! What if: past calls through a draft. Reads shapes and outcomes from the history; nothing is sent.

mod past;
mod pick;

use super::setup::{Split, drafted, gathered};
use crate::App;
use crate::api::types::*;
use crate::plans;
use crate::quality::Qualities;
use std::collections::HashMap;
use std::sync::Arc;
use switchboard_engine::config::Config;
use switchboard_rehearse::whatif::{Course, MOST_CALLS, ModelQuality, Tally, WhatIf, what_if};
use switchboard_rehearse::{Control, Planner, Stopped};
use tokio::runtime::Handle;

/// Calls where neither a number nor days are asked for.
const USUAL_CALLS: u32 = 10_000;
/// Most days back.
const MOST_DAYS: u32 = 3660;

/// Starts a replay. What it does arrives as `what_if_progress` on the live channel.
///
/// # Errors
/// `InvalidParams` naming the field, `NotFound` if there is no such route, `Conflict` while another one runs.
pub async fn start(app: &App, params: StartWhatIf) -> Result<RehearsalProgress, ApiError> {
    let asked = asked(app, &params).await?;
    let (of_app, runtime) = (app.clone(), Handle::current());
    let work = move |control: &Control| {
        let whole = runtime.block_on(past::read(&of_app, &asked, control))?;
        let quality = asked.quality;
        let replay = WhatIf {
            route: asked.route,
            past: whole,
            active: asked.active,
            draft: asked.draft,
            quality,
            seed: asked.seed,
        };
        control.set_total(replay.all_calls());
        what_if(&replay, control)
    };
    app.what_ifs().start(app.live().clone(), 0, work)
}

/// Returns how far the running or last replay is.
///
/// # Errors
/// None so far.
pub async fn progress(app: &App, _params: Empty) -> Result<RehearsalProgress, ApiError> {
    Ok(app.what_ifs().progress())
}

/// Stops the running replay. Stopping none is no error.
///
/// # Errors
/// None so far.
pub async fn stop(app: &App, _params: Empty) -> Result<Empty, ApiError> {
    app.what_ifs().stop();
    Ok(Empty {})
}

/// Returns what the last finished replay found.
///
/// # Errors
/// `NotFound` if none has finished.
pub async fn report(app: &App, _params: Empty) -> Result<WhatIfReport, ApiError> {
    Ok(Arc::unwrap_or_clone(app.what_ifs().report()?))
}

/// What was asked for, checked and resolved.
struct Asked {
    route: String,
    calls: WhatIfCalls,
    simulated: bool,
    limit: u32,
    from_ms: Option<i64>,
    active: Option<Course>,
    draft: Option<Course>,
    /// The configuration that decides where calls go that name no route.
    config: Arc<Config>,
    /// Under which name the route is in it.
    name: String,
    quality: HashMap<String, ModelQuality>,
    seed: u32,
}

async fn asked(app: &App, params: &StartWhatIf) -> Result<Asked, ApiError> {
    let most = u32::try_from(MOST_CALLS).unwrap_or(u32::MAX);
    let within = |field: &str, value: Option<u32>, most: u32| match value {
        Some(value) if !(1..=most).contains(&value) => {
            let message = format!("`{field}` is from 1 to {most}, not {value}");
            Err(ApiError::new(ErrorCode::InvalidParams, message).with_field(field))
        }
        _ => Ok(()),
    };
    within("last", params.last, most)?;
    within("days", params.days, MOST_DAYS)?;
    let active = app.config().current();
    let is_active = active.route(&params.route).is_some();
    let (config, name) = match &params.draft {
        Some(edit) => (drafted(app, edit)?, edit.draft.name.clone()),
        None if is_active => (Arc::clone(&active), params.route.clone()),
        None => return Err(crate::routes::unknown(app, &params.route).with_field("route")),
    };
    app.quality().refresh(app).await;
    let frozen = app.quality().frozen();
    let quality = judged(&frozen);
    let active_course = match is_active {
        true => Some(course(app, &active, &params.route, params.route.clone(), &frozen).await?),
        false => None,
    };
    let draft = match &params.draft {
        Some(_) => {
            let shown = format!("{name} (draft)");
            Some(course(app, &config, &name, shown, &frozen).await?)
        }
        None => None,
    };
    let now = jiff::Timestamp::now().as_millisecond();
    let day_ms = 86_400_000;
    Ok(Asked {
        route: params.route.clone(),
        calls: params.calls,
        simulated: params.simulated,
        limit: params.last.unwrap_or(if params.days.is_some() {
            most
        } else {
            USUAL_CALLS
        }),
        from_ms: params.days.map(|days| now - i64::from(days) * day_ms),
        active: active_course,
        draft,
        config,
        name,
        quality,
        seed: params.seed,
    })
}

async fn course(
    app: &App,
    config: &Arc<Config>,
    route: &str,
    shown: String,
    quality: &Qualities,
) -> Result<Course, ApiError> {
    let (gathered, _) = gathered(app, config, route, "route").await?;
    let plan = gathered.whole();
    let planner: Option<Arc<dyn Planner>> = match gathered.is_fixed() {
        true => None,
        false => Some(Arc::new(Split {
            quality: quality.frozen(),
            gathered,
        })),
    };
    Ok(Course {
        name: shown,
        plan,
        planner,
        limits: config.settings.retry_limits(),
        max_tokens: plans::output_limit_in(config, route),
    })
}

fn judged(quality: &Qualities) -> HashMap<String, ModelQuality> {
    let count = |count: u64| u32::try_from(count).unwrap_or(u32::MAX);
    let tally = |votes: switchboard_routing::equals::Votes| Tally {
        won: count(votes.won),
        of: count(votes.of),
    };
    let all = quality.all().into_iter();
    all.map(|(model, quality)| {
        let judged = ModelQuality {
            votes: tally(quality.votes),
            schema: tally(quality.schema),
        };
        (model, judged)
    })
    .collect()
}

/// Says why the history gave nothing to replay.
fn failed(error: &switchboard_store::StoreError) -> Stopped {
    Stopped::Failed(format!("the history could not be read: {error}"))
}
