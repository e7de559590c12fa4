//! Rehearsals: a route under load and faults, in virtual time, without network or cost.
//!
//! A rehearsal runs on a thread of its own with a runtime and a paused clock of its own; one at a time.

mod setup;
mod state;
pub mod whatif;

pub(crate) use state::{REHEARSALS, Runs, WHAT_IFS};
pub use switchboard_rehearse::fault::GRAMMAR;
pub use switchboard_rehearse::text::{dollars, render};

use crate::App;
use crate::api::types::*;
use std::sync::Arc;
use switchboard_rehearse::chart::{Look, svg};
use switchboard_rehearse::fault::Fault;
use switchboard_rehearse::{Control, rehearse};

/// Starts a rehearsal. What it does arrives as `rehearsal_progress` on the live channel.
///
/// # Errors
/// `InvalidParams` naming the field, `Conflict` while another one runs.
pub async fn start(app: &App, params: StartRehearsal) -> Result<RehearsalProgress, ApiError> {
    let setup = setup::setup(app, &params).await?;
    let calls = setup.all_calls();
    let work = move |control: &Control| rehearse(&setup, control);
    app.rehearsals().start(app.live().clone(), calls, work)
}

/// Returns how far the running or last rehearsal is.
///
/// # Errors
/// None so far.
pub async fn progress(app: &App, _params: Empty) -> Result<RehearsalProgress, ApiError> {
    Ok(app.rehearsals().progress())
}

/// Stops the running rehearsal. Stopping none is no error.
///
/// # Errors
/// None so far.
pub async fn stop(app: &App, _params: Empty) -> Result<Empty, ApiError> {
    app.rehearsals().stop();
    Ok(Empty {})
}

/// Returns what the last finished rehearsal found.
///
/// # Errors
/// `NotFound` if none has finished.
pub async fn report(app: &App, _params: Empty) -> Result<RehearsalReport, ApiError> {
    Ok(Arc::unwrap_or_clone(app.rehearsals().report()?))
}

/// Draws the last finished rehearsal.
///
/// # Errors
/// `NotFound` if none has finished or nothing was compared; `InvalidParams` for the size.
pub async fn chart(app: &App, params: ChartRehearsal) -> Result<RehearsalChart, ApiError> {
    for (field, pixels, least) in [("width", params.width, 300), ("height", params.height, 150)] {
        if !(least..=4000).contains(&pixels) {
            let message = format!("`{field}` is from {least} to 4000 pixels, not {pixels}");
            return Err(ApiError::new(ErrorCode::InvalidParams, message).with_field(field));
        }
    }
    let report = app.rehearsals().report()?;
    let result = match params.compared {
        false => &report.result,
        true => report.compared.as_ref().ok_or_else(|| {
            ApiError::new(ErrorCode::NotFound, "the last rehearsal compared nothing")
        })?,
    };
    let look = Look {
        dark: params.dark,
        width: params.width,
        height: params.height,
    };
    let svg = svg(result, &report.faults, look)
        .map_err(|message| ApiError::new(ErrorCode::Internal, message))?;
    Ok(RehearsalChart { svg })
}

/// Returns what a rehearsal of a route would run on.
///
/// # Errors
/// `InvalidParams` if there is no such route or model, or if the draft is wrong.
pub async fn preview(app: &App, params: PreviewRehearsal) -> Result<RehearsalPreview, ApiError> {
    let config = match &params.draft {
        Some(edit) => setup::drafted(app, edit)?,
        None => app.config().current(),
    };
    let (gathered, _) = setup::gathered(app, &config, &params.route, "route").await?;
    let plan = gathered.whole();
    let targets = switchboard_rehearse::targets(&plan);
    Ok(RehearsalPreview {
        fault_targets: setup::fault_targets(&targets),
        targets,
        reasons: plan.reasons,
    })
}

/// Says what a fault line means, as it is being typed.
///
/// # Errors
/// None: what is wrong with the line is in the result.
pub async fn parse_fault(_app: &App, params: ParseFault) -> Result<ParsedFault, ApiError> {
    Ok(match Fault::parse(&params.text) {
        Ok(fault) => ParsedFault {
            fault: Some(fault.window()),
            problem: None,
        },
        Err(problem) => ParsedFault {
            fault: None,
            problem: Some(FaultProblem {
                part: problem.part.to_owned(),
                message: problem.message,
                fix: problem.fix,
            }),
        },
    })
}
