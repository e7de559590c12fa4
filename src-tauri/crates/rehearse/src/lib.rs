//! Rehearsals: the shipped pipeline ([`switchboard_engine::run::run`] with its real `Health`) in virtual time
//! over simulated providers. No network is used and nothing is paid.
//!
//! [`rehearse`] makes the calls of a load profile on a runtime whose clock is paused: it jumps to the next
//! timer whenever nothing is left to do, so an hour of calls takes seconds. Providers are a
//! [`Transport`](switchboard_engine::transport::Transport) that answers in each target's real wire format;
//! everything from encoding a request to the last event is what real calls go through. Chance comes from the
//! seed alone, so the same seed gives the same report.

pub mod behaviour;
mod breakers;
mod chance;
pub mod chart;
mod compare;
mod drive;
pub mod fault;
pub mod load;
mod planner;
mod record;
pub mod report;
mod requests;
mod setup;
mod sim;
mod sum;
pub mod text;
mod trail;
pub mod whatif;

pub use behaviour::targets;
pub use planner::{Asked, Planner};
pub use setup::{Control, Setup, Shape, Stopped, Subject, request};

use report::RehearsalReport;

/// Rehearses to the end on the calling thread, which must not be one of a runtime's.
///
/// # Errors
/// [`Stopped`] if it was asked to stop, or if it cannot run at all.
pub fn rehearse(setup: &Setup, control: &Control) -> Result<RehearsalReport, Stopped> {
    let span_ms = u64::try_from(setup.span.as_millis()).unwrap_or(u64::MAX);
    let mut results = Vec::new();
    for subject in &setup.subjects {
        let course = drive::drive(setup, subject, control)?;
        results.push(sum::sum(subject, span_ms, course));
    }
    let mut results = results.into_iter();
    let Some(result) = results.next() else {
        return Err(Stopped::Failed("no route is to be rehearsed".to_owned()));
    };
    let compared = results.next();
    let differences = match &compared {
        Some(other) => compare::differences(&result, other),
        None => Vec::new(),
    };
    Ok(RehearsalReport {
        calls: setup.calls,
        seed: setup.seed,
        span_ms,
        load: setup.load,
        shapes: u32::try_from(setup.shapes.len()).unwrap_or(u32::MAX),
        faults: setup.faults.iter().map(fault::Fault::window).collect(),
        result,
        compared,
        differences,
    })
}
