//! A route's targets while they are found.

use super::gathered::{Equal, Rung};
use super::{named, without_twins};
use crate::App;
use crate::routes::{Place, absent, no_local, place, twin};
use std::sync::Arc;
use switchboard_engine::config::{Config, RouteConfig, RouteStep, RouteTarget, model_of};
use switchboard_engine::error::CallError;
use switchboard_engine::event::TargetInfo;
use switchboard_engine::plan::{Candidate, StepRules, Target};

/// What targets are for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Mode {
    /// To be called.
    Real,
    /// To be looked at: no key is asked for and no server started.
    Keyless,
}

/// What was found so far.
pub(super) struct Chain<'a> {
    app: &'a App,
    config: &'a Arc<Config>,
    mode: Mode,
    pub(super) rungs: Vec<Rung>,
}

impl<'a> Chain<'a> {
    pub(super) fn new(app: &'a App, config: &'a Arc<Config>, mode: Mode) -> Self {
        Self {
            app,
            config,
            mode,
            rungs: Vec::new(),
        }
    }

    /// Adds what a caller named: a model, or the general targets of a route.
    pub(super) async fn add_named(&mut self, name: &str, reasons: &mut Vec<String>) {
        let (rest, twins) = without_twins(name);
        if twins {
            reasons.push(format!(
                "{rest} is played by simulated twins: nothing real is called"
            ));
        }
        let Some(route) = self.config.route(rest) else {
            let candidate = match self.mode {
                Mode::Real if !twins => self.app.providers().candidate(rest).await,
                Mode::Real | Mode::Keyless => self.keyless(rest, twins).await.map(Candidate::Ready),
            };
            let candidate = candidate.unwrap_or_else(|error| Candidate::Unusable {
                target: named(rest),
                error,
            });
            self.rungs.push(Rung::One(candidate));
            return;
        };
        if route.targets().any(|target| *target == RouteTarget::Local) {
            self.app.providers().keep_local_in_view(self.config).await;
        }
        for (index, step) in route.steps.iter().enumerate() {
            self.add_step(route, index, step, twins, reasons).await;
        }
        if self.rungs.is_empty() {
            self.rungs.push(Rung::One(Candidate::Unusable {
                target: named(rest),
                error: no_local(),
            }));
        }
    }

    /// Adds a step's candidates.
    async fn add_step(
        &mut self,
        route: &RouteConfig,
        index: usize,
        step: &RouteStep,
        twins: bool,
        reasons: &mut Vec<String>,
    ) {
        let mut equals = Vec::new();
        for option in &step.options {
            match self.candidate(route, &option.target, twins).await {
                Some(candidate) => equals.push(Equal {
                    weight: option.weight,
                    candidate: with_step(candidate, step),
                }),
                None => reasons.push("no model was found on this machine".to_owned()),
            }
        }
        if step.options.len() < 2 || equals.is_empty() {
            let ones = equals.into_iter().map(|equal| Rung::One(equal.candidate));
            self.rungs.extend(ones);
            return;
        }
        self.rungs.push(Rung::Equals {
            route: route.name.clone(),
            step: u32::try_from(index).unwrap_or(u32::MAX),
            pick: step.pick,
            equals,
        });
    }

    /// Returns a list's targets.
    pub(super) async fn list(
        &self,
        route: &RouteConfig,
        targets: &[RouteTarget],
        twins: bool,
    ) -> Vec<Candidate> {
        let mut found = Vec::new();
        for target in targets {
            found.extend(self.candidate(route, target, twins).await);
        }
        found
    }

    /// Resolves a route's target; `None`: it stands for this machine, and no model was found there.
    async fn candidate(
        &self,
        route: &RouteConfig,
        target: &RouteTarget,
        twins: bool,
    ) -> Option<Candidate> {
        let candidate = match place(self.app, self.config, target) {
            Place::NoLocal => return None,
            Place::At(places) => self.first_usable(&places, twins).await,
            Place::Absent { provider, model } if twins || self.mode == Mode::Keyless => {
                self.keyless_or_not(&provider, &model, twins).await
            }
            Place::Absent { provider, model } => Candidate::Unusable {
                error: absent(&provider, &model),
                target: TargetInfo {
                    provider,
                    model,
                    simulated: false,
                },
            },
        };
        Some(match (candidate, route.tier) {
            (Candidate::Ready(target), Some(tier)) => Candidate::Ready(Target {
                tier,
                timeouts: self.config.timeouts.of(tier),
                ..target
            }),
            (candidate, _) => candidate,
        })
    }

    /// Takes the first place that can be called, or the first of all with its reason.
    async fn first_usable(&self, places: &[(String, String)], twins: bool) -> Candidate {
        let mut first = None;
        for (provider, model) in places {
            let candidate = if twins || self.mode == Mode::Keyless {
                self.keyless_or_not(provider, model, twins).await
            } else {
                let reference = format!("{provider}/{model}");
                let candidate = self.app.providers().candidate(&reference).await;
                candidate.unwrap_or_else(|error| Candidate::Unusable {
                    target: named(&reference),
                    error,
                })
            };
            if matches!(candidate, Candidate::Ready(_)) {
                return candidate;
            }
            first.get_or_insert(candidate);
        }
        first.unwrap_or_else(|| Candidate::Unusable {
            target: named(""),
            error: no_local(),
        })
    }

    async fn keyless_or_not(&self, provider: &str, model: &str, twins: bool) -> Candidate {
        let reference = format!("{provider}/{model}");
        match self.keyless(&reference, twins).await {
            Ok(target) => Candidate::Ready(target),
            Err(error) => Candidate::Unusable {
                target: named(&reference),
                error,
            },
        }
    }

    /// Returns a target without its key, or its simulated twin.
    async fn keyless(&self, reference: &str, twins: bool) -> Result<Target, CallError> {
        let providers = self.app.providers();
        let (provider, model) = match providers.target_info(reference) {
            // A simulated model is its own twin.
            Ok(info) if info.simulated && self.mode == Mode::Real => {
                return providers.target(reference).await;
            }
            Ok(info) => (info.provider, info.model),
            Err(error) => match reference.split_once('/') {
                Some((provider, model))
                    if switchboard_engine::config::preset(provider).is_some() =>
                {
                    (provider.to_owned(), model.to_owned())
                }
                _ => return Err(error),
            },
        };
        let target = twin::keyless(self.config, &provider, &model)?;
        if !twins || self.mode == Mode::Keyless {
            return Ok(target);
        }
        Ok(twin::twin(target, providers.start_simulator().await?))
    }
}

/// Gives a target what its step sets: clocks, limits and retries.
fn with_step(candidate: Candidate, step: &RouteStep) -> Candidate {
    match candidate {
        Candidate::Ready(target) => Candidate::Ready(Target {
            timeouts: target.timeouts.with(&step.clocks),
            limits: target.limits.narrowed(step.limits),
            step: StepRules {
                clocks: step.clocks,
                retries: step.retries,
            },
            ..target
        }),
        unusable @ Candidate::Unusable { .. } => unusable,
    }
}

/// Returns whether any of a route's targets thinks before it answers.
pub(super) fn thinks(config: &Config, route: &RouteConfig) -> bool {
    route.targets().any(|target| match target {
        RouteTarget::Known { preset, model } => {
            model_of(Some(preset), model).capabilities.reasoning
        }
        RouteTarget::Model { provider, model } => match config.provider(provider) {
            Some(provider) => provider.model(model).capabilities.reasoning,
            None => model_of(Some(provider), model).capabilities.reasoning,
        },
        RouteTarget::Local => false,
    })
}
