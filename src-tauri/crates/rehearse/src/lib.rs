//! Rehearsals: the shipped pipeline ([`switchboard_engine::run::run`] with its real `Health`) in virtual time
//! over simulated providers. No network is used and nothing is paid.

pub mod behaviour;
pub mod chart;
pub mod fault;
pub mod load;
pub mod report;
mod setup;

pub use behaviour::targets;
pub use setup::{Control, Setup, Stopped, Subject, request};

use report::RehearsalReport;

/// Rehearses to the end on the calling thread, which must not be one of a runtime's.
///
/// # Errors
/// [`Stopped`] if it was asked to stop, or if it cannot run at all.
pub fn rehearse(setup: &Setup, control: &Control) -> Result<RehearsalReport, Stopped> {
    let _ = (setup, control);
    Err(Stopped::Failed("this build rehearses nothing yet".into()))
}
