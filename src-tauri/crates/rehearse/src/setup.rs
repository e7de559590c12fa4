//! What is rehearsed, and how it is watched and stopped.

use crate::fault::Fault;
use crate::load::Load;
use crate::planner::Planner;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::time::Duration;
use switchboard_engine::call::{Message, ModelRequest, Params, ResponseFormat, Role, ToolChoice};
use switchboard_engine::plan::Plan;
use switchboard_engine::policy::next::RetryLimits;

/// A rehearsal, whole.
#[derive(Debug)]
pub struct Setup {
    /// One route, or two to be compared.
    pub subjects: Vec<Subject>,
    pub faults: Vec<Fault>,
    /// Of each route.
    pub calls: u32,
    pub seed: u32,
    /// Over how long the calls begin.
    pub span: Duration,
    pub load: Load,
    /// Shapes that calls are drawn from, the same ones on every route; empty: each asks what its subject asks.
    pub shapes: Vec<Shape>,
    pub limits: RetryLimits,
}

/// How much a call asks for, as one of the history did.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Shape {
    pub input_tokens: u64,
    /// Of the answer; hidden ones are the target's own.
    pub output_tokens: u64,
    pub images: bool,
    pub tools: bool,
    pub json_schema: bool,
}

/// One route.
#[derive(Debug)]
pub struct Subject {
    /// As it was asked for.
    pub name: String,
    /// With every target that a call of it may go to.
    pub plan: Plan,
    /// Who plans each call by itself; `None`: every call takes `plan`.
    pub planner: Option<Arc<dyn Planner>>,
    /// What every call asks: [`request`], with what the route sets.
    pub request: ModelRequest,
}

impl Setup {
    /// Returns how many calls there are over all routes.
    pub fn all_calls(&self) -> u32 {
        let subjects = u32::try_from(self.subjects.len()).unwrap_or(u32::MAX);
        self.calls.saturating_mul(subjects)
    }
}

/// The other side of a running rehearsal.
#[derive(Debug, Default)]
pub struct Control {
    done: AtomicU32,
    total: AtomicU32,
    stop: AtomicBool,
}

impl Control {
    /// Asks the rehearsal to end soon, without a report.
    pub fn stop(&self) {
        self.stop.store(true, Ordering::Relaxed);
    }

    /// Returns how many calls have ended.
    pub fn done(&self) -> u32 {
        self.done.load(Ordering::Relaxed)
    }

    /// Returns how many calls there are; 0: that is not known yet.
    pub fn total(&self) -> u32 {
        self.total.load(Ordering::Relaxed)
    }

    /// Says how many calls there are.
    pub fn set_total(&self, calls: u32) {
        self.total.store(calls, Ordering::Relaxed);
    }

    /// Counts a call that has ended.
    pub fn count(&self) {
        self.done.fetch_add(1, Ordering::Relaxed);
    }

    /// Returns whether it was asked to end.
    pub fn is_stopped(&self) -> bool {
        self.stop.load(Ordering::Relaxed)
    }
}

/// Why a rehearsal has no report.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Stopped {
    /// Through [`Control::stop`].
    Asked,
    /// With a sentence for people.
    Failed(String),
}

/// Returns what every rehearsed call asks. Targets that could not take it are passed over as in a real call.
pub fn request() -> ModelRequest {
    let prompt = "Summarise the discussion below in five sentences for somebody who was not there, then list \
                  the decisions and who is to carry them out.\n\n"
        .to_owned()
        + &"The team met to talk over the release and what is still open before it can go out. ".repeat(40);
    ModelRequest {
        model: String::new(),
        messages: vec![
            Message::text(Role::System, "You write short, exact summaries."),
            Message::text(Role::User, prompt),
        ],
        tools: Vec::new(),
        tool_choice: ToolChoice::Auto,
        response_format: ResponseFormat::Text,
        params: Params::default(),
        raw: None,
    }
}
