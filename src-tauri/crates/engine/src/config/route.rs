//! Routes: named chains of targets that a call can name in place of a model.

use crate::config::Config;
use crate::plan::{Hedge, Limits, Recovery, Rulings, Tier};

pub use crate::plan::StepClocks;
use std::time::Duration;
pub use switchboard_routing::Task;

/// A route, as configured or built in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RouteConfig {
    /// What a call names.
    pub name: String,
    /// One line on what it is for; may be empty.
    pub about: String,
    /// Whether it comes with the program.
    pub built_in: bool,
    /// When a call that names no route comes here: a rule as the crate of routing reads it; `None`: only by name.
    pub when: Option<String>,
    /// Among rules that fit, the route of the highest priority is taken; of equals, the one that stands first
    /// in the file. 0 where the file does not say.
    pub priority: u32,
    /// Tried in order; never empty.
    pub steps: Vec<RouteStep>,
    /// For prompts that were too long; empty: the general order, only to larger windows.
    pub context_too_long: Vec<RouteTarget>,
    /// For filtered content; empty: it is sent to nobody else.
    pub content_filter: Vec<RouteTarget>,
    /// For a refused key; empty: the call stops.
    pub auth: Vec<RouteTarget>,
    /// What it does about single causes of failure, where it differs from what is done in general.
    pub rulings: Rulings,
    /// `None`: as the settings have it.
    pub recovery: Option<Recovery>,
    /// For the whole call; `None`: as the settings have it.
    pub deadline: Option<Duration>,
    /// How patient its attempts are; `None`: as each model's.
    pub tier: Option<Tier>,
    /// Most tokens of an answer where the call does not say; `None`: the provider's own limit.
    pub max_tokens: Option<u32>,
    /// `None`: no second request beside a slow one.
    pub hedge: Option<Hedge>,
    /// The answer when no target answers; `None`: the call fails.
    pub fallback_text: Option<String>,
    /// `None`: it is for no special kind of work.
    pub task: Option<Task>,
}

/// One step of a route.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RouteStep {
    /// Equals, of which one is picked for a call; never empty.
    pub options: Vec<RouteOption>,
    /// How one of several is picked.
    pub pick: Pick,
    pub clocks: StepClocks,
    /// Retries at this step; `None`: as the settings have it.
    pub retries: Option<u32>,
    /// The narrower of these and the provider's holds for the model, whoever calls it.
    pub limits: Limits,
}

/// One of the equals of a step.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RouteOption {
    pub target: RouteTarget,
    /// Its share is this over the sum of the step's weights. 1 where the file does not say.
    pub weight: u32,
}

/// How one of a step's equals is picked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Pick {
    /// By weight, the same one for the same caller: variants of an experiment. The others are not tried.
    #[default]
    Weighted,
    /// What this request costs least at; the others follow by cost.
    Cheapest,
    /// What begins to answer soonest; the others follow.
    Fastest,
    /// What users voted for and what fits its schema; the others follow.
    Best,
}

impl RouteStep {
    /// Returns a step of one target with nothing of its own.
    pub fn plain(target: RouteTarget) -> Self {
        Self {
            options: vec![RouteOption { target, weight: 1 }],
            pick: Pick::default(),
            clocks: StepClocks::default(),
            retries: None,
            limits: Limits::default(),
        }
    }
}

/// One place in a route.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum RouteTarget {
    /// A model of a configured provider.
    Model { provider: String, model: String },
    /// A maker's model wherever it is configured: at a provider made from this preset, else at another
    /// that lists it.
    Known {
        preset: &'static str,
        model: &'static str,
    },
    /// A model that runs on this machine, if one is found.
    Local,
}

/// The word in a route's targets that stands for a model on this machine.
pub const LOCAL: &str = "local";

/// Returns most tokens of an answer and the deadline of a call that suit a kind of work.
pub const fn task_limits(task: Task) -> (u32, Duration) {
    let (tokens, seconds) = match task {
        Task::Classification => (100, 10),
        Task::Summarization => (1000, 30),
        Task::CodeGeneration => (4000, 60),
        Task::ComplexReasoning => (8000, 120),
        Task::Translation => (2000, 30),
        Task::DataExtraction => (4000, 30),
    };
    (tokens, Duration::from_secs(seconds))
}

impl RouteConfig {
    /// Returns every target of its steps in order.
    pub fn targets(&self) -> impl Iterator<Item = &RouteTarget> {
        let options = self.steps.iter().flat_map(|step| &step.options);
        options.map(|option| &option.target)
    }

    /// Returns most tokens of an answer where the call does not say: the route's own, else its task's.
    pub fn output_limit(&self) -> Option<u32> {
        self.max_tokens
            .or(self.task.map(|task| task_limits(task).0))
    }

    /// Returns the deadline of a call: the route's own, else its task's.
    pub fn time_limit(&self) -> Option<Duration> {
        self.deadline.or(self.task.map(|task| task_limits(task).1))
    }
}

impl Config {
    /// Returns the route of this name, configured or built in, or `None`. A configured one stands in for
    /// a built-in one of the same name.
    pub fn route(&self, name: &str) -> Option<&RouteConfig> {
        let configured = self.routes.iter().find(|route| route.name == name);
        configured.or_else(|| built_in(name))
    }

    /// Returns every route: those of the file in its order, then the built-in ones.
    pub fn all_routes(&self) -> impl Iterator<Item = &RouteConfig> {
        let shadowed = |name: &str| self.routes.iter().any(|route| route.name == name);
        let own = self.routes.iter();
        own.chain(
            super::default_routes::default_routes()
                .iter()
                .filter(move |route| !shadowed(&route.name)),
        )
    }
}

fn built_in(name: &str) -> Option<&'static RouteConfig> {
    super::default_routes::default_routes()
        .iter()
        .find(|route| route.name == name)
}
