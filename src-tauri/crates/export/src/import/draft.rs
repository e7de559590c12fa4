//! Providers and routes while they are gathered.

use super::{FoundKey, Import, ImportProblem, Source, name, write};
use crate::loss::Losses;
use std::time::Duration;
use switchboard_engine::config::{Config, SecretSource, preset};
use switchboard_engine::plan::{Limits, Recovery};
use switchboard_engine::secret::Secret;
use url::Url;

/// Most steps of a route, and targets of a list, that the configuration takes.
pub(super) const STEPS: usize = 16;
/// Most equals of a step that the configuration takes.
pub(super) const OPTIONS: usize = 8;
/// Most routes that are taken from one text.
const ROUTES: usize = 200;
/// Longest path that is shown, in characters: a field's name may be anything.
const PATH_CHARS: usize = 120;
/// Most retries of a step that the configuration takes.
const RETRIES: u32 = 10;

/// Where a key is.
#[derive(Debug, Clone)]
pub(super) enum Key {
    /// The text says nothing of it.
    Unsaid,
    /// In an environment variable of this name.
    Variable(String),
    /// In the text.
    Literal(Secret),
}

/// A provider to add.
#[derive(Debug)]
pub(super) struct NewProvider {
    pub(super) id: String,
    pub(super) preset: &'static str,
    /// `None`: the preset's.
    pub(super) base: Option<Url>,
    /// `None`: in the key store.
    pub(super) variable: Option<String>,
    /// Whether a key of the text goes with it.
    pub(super) literal: bool,
}

/// A route to add.
#[derive(Debug, Default)]
pub(super) struct NewRoute {
    pub(super) name: String,
    pub(super) about: String,
    pub(super) steps: Vec<NewStep>,
    pub(super) context_too_long: Vec<String>,
    pub(super) content_filter: Vec<String>,
    pub(super) auth: Vec<String>,
    pub(super) recovery: Option<Recovery>,
    pub(super) deadline: Option<Duration>,
    pub(super) max_tokens: Option<u32>,
}

/// A step of a route to add.
#[derive(Debug, Clone, Default)]
pub(super) struct NewStep {
    /// Targets with their weights.
    pub(super) options: Vec<(String, u32)>,
    pub(super) pick: Option<&'static str>,
    pub(super) first_token: Option<Duration>,
    pub(super) total: Option<Duration>,
    pub(super) retries: Option<u32>,
    pub(super) limits: Limits,
}

/// What was gathered.
pub(super) struct Draft<'a> {
    pub(super) config: &'a Config,
    pub(super) losses: Losses,
    providers: Vec<NewProvider>,
    routes: Vec<NewRoute>,
    keys: Vec<FoundKey>,
    problems: Vec<ImportProblem>,
}

impl<'a> Draft<'a> {
    pub(super) fn new(config: &'a Config) -> Self {
        Self {
            config,
            losses: Losses::default(),
            providers: Vec::new(),
            routes: Vec::new(),
            keys: Vec::new(),
            problems: Vec::new(),
        }
    }

    /// Reports fields that have no place here.
    pub(super) fn drop_all(&mut self, paths: impl IntoIterator<Item = String>) {
        for path in paths {
            let shown: String = path.chars().take(PATH_CHARS).collect();
            self.losses.dropped(shown, "there is no such setting here");
        }
    }

    /// Returns the id of a provider: one that is there and fits, else a new one. `at` is where the text names
    /// its key.
    pub(super) fn provider(
        &mut self,
        wanted: &str,
        preset_id: &'static str,
        base: Option<Url>,
        key: Key,
        at: &str,
    ) -> String {
        if let Some(id) = self.existing(preset_id, base.as_ref()) {
            if !matches!(key, Key::Unsaid) && !self.has_key(&id, &key) {
                self.losses.note(
                    at,
                    format!("the provider `{id}` is there already: its own key is used"),
                );
            }
            return id;
        }
        let variable = match &key {
            Key::Variable(name) => Some(name.clone()),
            Key::Unsaid | Key::Literal(_) => None,
        };
        let literal = match key {
            Key::Literal(secret) => Some(secret),
            Key::Unsaid | Key::Variable(_) => None,
        };
        let same = self.providers.iter().position(|known| {
            known.preset == preset_id
                && known.base == base
                && known.variable == variable
                && self.same_literal(known, literal.as_ref())
        });
        if let Some(at) = same {
            return self.providers[at].id.clone();
        }
        let taken = |id: &str| {
            self.config.provider(id).is_some()
                || self.providers.iter().any(|known| known.id == id)
                || id.starts_with("sandbox")
                || id == "local"
        };
        let id = name::free(&name::name(wanted), taken);
        if literal.is_some() {
            self.losses.note(
                at,
                "a key stands in the text: it can go to the key store, never into the file",
            );
        }
        self.providers.push(NewProvider {
            id: id.clone(),
            preset: preset_id,
            base,
            variable,
            literal: literal.is_some(),
        });
        self.keys.extend(literal.map(|secret| FoundKey {
            provider: id.clone(),
            name: "default".to_owned(),
            secret,
        }));
        id
    }

    fn same_literal(&self, known: &NewProvider, literal: Option<&Secret>) -> bool {
        let own = self.keys.iter().find(|key| key.provider == known.id);
        own.map(|key| &key.secret) == literal
    }

    fn existing(&self, preset_id: &str, base: Option<&Url>) -> Option<String> {
        let usual = preset(preset_id).and_then(|preset| Url::parse(preset.base_url).ok());
        let wanted = base.cloned().or(usual);
        let fits = |provider: &&switchboard_engine::config::ProviderConfig| {
            let is = provider.preset.as_deref();
            let same =
                is == Some(preset_id) || (preset_id == "openai" && is == Some("openai-chat"));
            same && wanted.as_ref().is_some_and(|wanted| {
                let bare = |url: &Url| url.as_str().trim_end_matches('/').to_owned();
                bare(wanted) == bare(&provider.endpoint.base_url)
            })
        };
        let found = self.config.providers.iter().find(fits);
        found.map(|provider| provider.id.clone())
    }

    fn has_key(&self, id: &str, key: &Key) -> bool {
        let Key::Variable(name) = key else {
            return false;
        };
        self.config.provider(id).is_some_and(|provider| {
            let of = |from: &SecretSource| *from == SecretSource::Env(name.clone());
            provider.keys.iter().any(|key| of(&key.from))
        })
    }

    /// Adds a route, within what the configuration takes. `at` is where the text names it.
    pub(super) fn route(&mut self, mut route: NewRoute, at: &str) {
        if self.routes.len() >= ROUTES {
            self.losses.dropped(
                at,
                format!("at most {ROUTES} routes are taken from one text"),
            );
            return;
        }
        let wanted = name::route(&route.name);
        let taken = |name: &str| {
            self.config.routes.iter().any(|known| known.name == name)
                || self.routes.iter().any(|known| known.name == name)
        };
        let free = name::free(&wanted, taken);
        if free != route.name {
            self.losses
                .note(at, format!("the route is named `{free}` here"));
        }
        route.name = free;
        self.bound(&mut route, at);
        if route.steps.is_empty() {
            self.losses
                .dropped(at, "none of its models can be named here");
            return;
        }
        self.routes.push(route);
    }

    fn bound(&mut self, route: &mut NewRoute, at: &str) {
        route.steps.retain(|step| !step.options.is_empty());
        if route.steps.len() > STEPS {
            route.steps.truncate(STEPS);
            self.losses
                .dropped(at, format!("a route has at most {STEPS} steps"));
        }
        // The configuration takes each target once over a route.
        let mut seen: Vec<String> = Vec::new();
        for step in &mut route.steps {
            let mut fresh = |(target, _): &(String, u32)| {
                let new = !seen.contains(target);
                if new {
                    seen.push(target.clone());
                }
                new
            };
            let before = step.options.len();
            step.options.retain(&mut fresh);
            if step.options.len() < before {
                self.losses
                    .approximated(at, "a model that stands in it twice is taken once");
            }
            if step.options.len() > OPTIONS {
                step.options.truncate(OPTIONS);
                self.losses
                    .dropped(at, format!("a step has at most {OPTIONS} models"));
            }
            let weighed = step.options.iter().any(|(_, weight)| *weight != 1);
            if step.pick.is_some() && weighed && step.options.len() > 1 {
                self.losses
                    .dropped(at, "weights count only where the choice is by weight");
            }
            if let (Some(first), Some(total)) = (step.first_token, step.total)
                && first > total
            {
                step.first_token = Some(total);
                self.losses.approximated(
                    at,
                    "the first token may take no longer than the whole answer here",
                );
            }
            if let Some(retries) = step.retries.as_mut()
                && *retries > RETRIES
            {
                *retries = RETRIES;
                self.losses
                    .approximated(at, format!("a step has at most {RETRIES} retries"));
            }
        }
        route.steps.retain(|step| !step.options.is_empty());
        for list in [
            &mut route.context_too_long,
            &mut route.content_filter,
            &mut route.auth,
        ] {
            let mut once: Vec<String> = Vec::new();
            for target in list.drain(..) {
                if !once.contains(&target) && once.len() < STEPS {
                    once.push(target);
                }
            }
            *list = once;
        }
    }

    pub(super) fn finish(mut self, source: Source) -> Import {
        if self.routes.is_empty() && self.problems.is_empty() {
            self.problems.push(ImportProblem::whole(
                "the text names no model that can be asked here",
            ));
        }
        // Providers that only left-out targets named are left out as well.
        let named = |id: &str| self.routes.iter().any(|route| write::names(route, id));
        let used: Vec<String> = self
            .providers
            .iter()
            .map(|provider| provider.id.clone())
            .filter(|id| named(id))
            .collect();
        self.providers
            .retain(|provider| used.contains(&provider.id));
        self.keys.retain(|key| used.contains(&key.provider));
        Import {
            source,
            toml: write::toml(&self.providers, &self.routes),
            providers: used,
            routes: self.routes.iter().map(|route| route.name.clone()).collect(),
            keys: self.keys,
            problems: self.problems,
            losses: self.losses.into_list(),
        }
    }
}
