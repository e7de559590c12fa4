//! A route with every default filled in and every target led to its place.

use crate::budget::{Budget, Window};
use crate::gateway::Gateway;
use crate::input::{ExportError, Input};
use crate::loss::Losses;
use crate::place::Place;
use crate::source::Source;
use crate::vendor::Vendor;
use std::time::Duration;
use switchboard_engine::config::{RouteConfig, RouteOption, RouteStep, RouteTarget, Task};
use switchboard_engine::plan::{Hedge, Limits, Recovery, Rulings, Tier};
use switchboard_engine::redact::Redactor;

/// A route as gateways are told of it. Each field is one setting of [`RouteConfig`], or several.
#[derive(Debug, Clone)]
pub(crate) struct Route {
    pub(crate) gateway: Gateway,
    pub(crate) name: String,
    /// One line; may be empty.
    pub(crate) about: String,
    pub(crate) when: bool,
    pub(crate) priority: u32,
    /// Never empty.
    pub(crate) steps: Vec<Step>,
    pub(crate) context_too_long: Vec<Place>,
    pub(crate) content_filter: Vec<Place>,
    pub(crate) auth: Vec<Place>,
    pub(crate) rulings: Rulings,
    pub(crate) recovery: Recovery,
    /// `None`: from the clocks of its targets.
    pub(crate) deadline: Option<Duration>,
    pub(crate) tier: Option<Tier>,
    pub(crate) max_tokens: Option<u32>,
    pub(crate) hedge: Option<Hedge>,
    pub(crate) fallback_text: bool,
    pub(crate) task: Option<Task>,
    pub(crate) budgets: Vec<Budget>,
    /// Attempts of a call in all.
    pub(crate) max_attempts: u32,
    pub(crate) backoff_cap: Duration,
}

/// A step with at least one target.
#[derive(Debug, Clone)]
pub(crate) struct Step {
    /// Its place in the route as configured, for losses.
    pub(crate) at: usize,
    /// Never empty.
    pub(crate) options: Vec<Choice>,
    pub(crate) pick: switchboard_engine::config::Pick,
    pub(crate) retries: u32,
    pub(crate) limits: Limits,
}

/// One of the equals of a step.
#[derive(Debug, Clone)]
pub(crate) struct Choice {
    /// The step's clocks are in its clocks.
    pub(crate) place: Place,
    pub(crate) weight: u32,
}

impl Step {
    /// Returns the path of one of its settings.
    pub(crate) fn setting(&self, name: &str) -> String {
        format!("steps[{}].{name}", self.at)
    }

    pub(crate) fn weights(&self) -> Vec<u32> {
        self.options.iter().map(|option| option.weight).collect()
    }

    /// Returns its targets, the heaviest first; equals as configured.
    pub(crate) fn by_weight(&self) -> Vec<&Choice> {
        let mut options: Vec<&Choice> = self.options.iter().collect();
        options.sort_by_key(|option| std::cmp::Reverse(option.weight));
        options
    }
}

impl Route {
    /// Returns every target of its steps.
    pub(crate) fn choices(&self) -> impl Iterator<Item = &Choice> {
        self.steps.iter().flat_map(|step| &step.options)
    }

    /// Returns every place it names, each target once, in order.
    pub(crate) fn places(&self) -> Vec<&Place> {
        let lists = [&self.context_too_long, &self.content_filter, &self.auth];
        let listed = lists.into_iter().flatten();
        let mut places: Vec<&Place> = Vec::new();
        for place in self.choices().map(|choice| &choice.place).chain(listed) {
            if !places.iter().any(|known| known.is(place)) {
                places.push(place);
            }
        }
        places
    }

    /// Returns the variables that hold its keys, each once.
    pub(crate) fn variables(&self) -> Vec<&str> {
        let mut names: Vec<&str> = Vec::new();
        for place in self.places() {
            if let Some(name) = place.variable.as_deref()
                && !names.contains(&name)
            {
                names.push(name);
            }
        }
        names
    }

    /// Returns the clock that is the longest of its targets'.
    pub(crate) fn longest(&self, clock: impl Fn(&Place) -> Duration) -> Duration {
        self.choices()
            .map(|choice| clock(&choice.place))
            .max()
            .unwrap_or_default()
    }

    /// Returns lines for the head of a file.
    pub(crate) fn head(&self) -> Vec<String> {
        let mut lines = vec![format!("{}: route \"{}\"", self.gateway.label(), self.name)];
        if !self.about.is_empty() {
            lines.push(self.about.clone());
        }
        let variables = self.variables();
        if !variables.is_empty() {
            lines.push(format!("keys are read from {}", variables.join(", ")));
        }
        lines
    }
}

/// Fills in a route for a gateway. What cannot be named there is left out and reported.
pub(crate) fn route(
    input: &Input<'_>,
    gateway: Gateway,
    losses: &mut Losses,
) -> Result<Route, ExportError> {
    // Exhaustive: a new setting must be carried or reported before this compiles.
    let RouteConfig {
        name,
        about,
        built_in: _,
        when,
        priority,
        steps,
        context_too_long,
        content_filter,
        auth,
        rulings,
        recovery,
        deadline: _,
        tier,
        max_tokens: _,
        hedge,
        fallback_text,
        task,
    } = input.route;
    let settings = &input.config.settings;
    let mut resolver = Resolver {
        input,
        gateway,
        losses,
    };
    let mut found = Vec::new();
    for (at, step) in steps.iter().enumerate() {
        let retries = if at == 0 {
            settings.retries
        } else {
            settings.fallback_retries
        };
        found.extend(resolver.step(at, step, retries));
    }
    if found.is_empty() {
        return Err(ExportError::NoTarget {
            route: name.clone(),
            gateway: gateway.label(),
        });
    }
    Ok(Route {
        gateway,
        name: name.clone(),
        about: Redactor::default().redact(about).into_owned(),
        when: when.is_some(),
        priority: *priority,
        steps: found,
        context_too_long: resolver.list("context_too_long", context_too_long),
        content_filter: resolver.list("content_filter", content_filter),
        auth: resolver.list("auth", auth),
        rulings: rulings.clone(),
        recovery: recovery.unwrap_or(settings.recovery),
        deadline: input.route.time_limit().or(settings.deadline),
        tier: *tier,
        max_tokens: input.route.output_limit(),
        hedge: *hedge,
        fallback_text: fallback_text.is_some(),
        task: *task,
        budgets: windowed(input.budgets, losses),
        max_attempts: settings.max_attempts,
        backoff_cap: settings.backoff_cap,
    })
}

/// Returns the budgets that have a window; one of a single call has none.
fn windowed(budgets: &[Budget], losses: &mut Losses) -> Vec<Budget> {
    let (kept, single): (Vec<&Budget>, Vec<&Budget>) = budgets
        .iter()
        .partition(|budget| budget.window != Window::Call);
    for budget in single {
        losses.dropped(
            budget.setting(),
            "what a single call may cost is not limited there",
        );
    }
    kept.into_iter().cloned().collect()
}

struct Resolver<'a, 'b> {
    input: &'a Input<'a>,
    gateway: Gateway,
    losses: &'b mut Losses,
}

impl Resolver<'_, '_> {
    fn step(&mut self, at: usize, step: &RouteStep, default_retries: u32) -> Option<Step> {
        let RouteStep {
            options,
            pick,
            clocks,
            retries,
            limits,
        } = step;
        let mut found = Vec::new();
        for (number, RouteOption { target, weight }) in options.iter().enumerate() {
            let setting = format!("steps[{at}].options[{number}].target");
            if let Some(mut place) = self.place(&setting, target) {
                place.clocks = place.clocks.with(clocks);
                found.push(Choice {
                    place,
                    weight: *weight,
                });
            }
        }
        (!found.is_empty()).then_some(Step {
            at,
            options: found,
            pick: *pick,
            retries: retries.unwrap_or(default_retries),
            limits: *limits,
        })
    }

    fn list(&mut self, name: &str, targets: &[RouteTarget]) -> Vec<Place> {
        let mut places: Vec<Place> = Vec::new();
        for (number, target) in targets.iter().enumerate() {
            if let Some(place) = self.place(&format!("{name}[{number}]"), target)
                && !places.iter().any(|known| known.is(&place))
            {
                places.push(place);
            }
        }
        places
    }

    fn place(&mut self, setting: &str, target: &RouteTarget) -> Option<Place> {
        let Some((id, model)) = (self.input.place)(target) else {
            self.losses
                .dropped(setting, "no model was found on this machine");
            return None;
        };
        let Some(source) = Source::find(self.input, &id) else {
            let what = format!("`{id}/{model}` is simulated, or its provider is not known");
            self.losses.dropped(setting, what);
            return None;
        };
        let mut place = source.place(self.input, id, model)?;
        if let Some(why) = unfit(self.gateway, &place) {
            let what = format!("{} is left out: {why}", place.name());
            self.losses.dropped(setting, what);
            return None;
        }
        if let Some(tier) = self.input.route.tier {
            place.clocks = self.input.config.timeouts.of(tier);
        }
        source.report(self.gateway, &place, setting, self.losses);
        Some(place)
    }
}

/// Why a place cannot be named in a gateway; `None`: it can.
fn unfit(gateway: Gateway, place: &Place) -> Option<&'static str> {
    if gateway != Gateway::OpenRouter {
        return None;
    }
    match place.vendor {
        Vendor::Ollama | Vendor::Vllm | Vendor::Compatible | Vendor::AnthropicCompatible => {
            Some("OpenRouter reaches no servers of your own")
        }
        Vendor::Azure => Some("OpenRouter does not know your deployments"),
        _ if place.own_address => Some("OpenRouter reaches no servers of your own"),
        _ => None,
    }
}
