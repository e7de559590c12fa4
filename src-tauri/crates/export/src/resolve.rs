//! A route with every default filled in and every target led to its place.

use crate::budget::{Budget, Window};
use crate::gateway::Gateway;
use crate::input::{ExportError, Input};
use crate::loss::Losses;
use crate::place::Place;
use crate::vendor::Vendor;
use std::time::Duration;
use switchboard_engine::config::{
    ProviderConfig, RouteConfig, RouteOption, RouteStep, RouteTarget, SecretSource, Task, model_of,
    preset,
};
use switchboard_engine::plan::{Hedge, Limits, Recovery, Rulings, Tier};
use switchboard_engine::price::Tariff;
use switchboard_engine::provider::{AuthStyle, Endpoint, Wire, provider};
use switchboard_engine::redact::Redactor;
use url::Url;

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
        source.report(&place, setting, self.losses);
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

/// What is known of a provider: its entry in the file, or a preset alone.
enum Source<'a> {
    Entry(&'a ProviderConfig),
    Preset(&'static switchboard_engine::config::Preset),
}

impl<'a> Source<'a> {
    fn find(input: &Input<'a>, id: &str) -> Option<Self> {
        let entry = input.config.provider(id).map(Self::Entry);
        entry.or_else(|| preset(id).map(Self::Preset))
    }

    /// Returns `None` if a preset has no address of its own.
    fn place(&self, input: &Input<'_>, id: String, model: String) -> Option<Place> {
        let (preset_id, endpoint, local, facts) = match self {
            Self::Entry(entry) => (
                entry.preset.as_deref(),
                entry.endpoint.clone(),
                entry.local,
                entry.model(&model),
            ),
            Self::Preset(preset) => (
                Some(preset.id),
                Endpoint {
                    wire: preset.wire,
                    base_url: Url::parse(preset.base_url).ok()?,
                    auth: AuthStyle::Native,
                    headers: Vec::new(),
                },
                preset.local,
                model_of(Some(preset.id), &model),
            ),
        };
        let vendor = Vendor::of(preset_id, endpoint.wire);
        let base = base(vendor, &endpoint);
        let usual = preset_id.and_then(preset);
        let own_address = usual.is_none_or(|preset| {
            let host = Url::parse(preset.base_url).ok();
            host.is_none_or(|usual| usual.host() != base.host() || usual.port() != base.port())
        });
        Some(Place {
            vendor,
            own_address,
            base,
            local,
            variable: self.variable(&id),
            clocks: input.config.timeouts.of(facts.tier),
            limits: facts.limits,
            price: facts.price.as_deref().and_then(|tariff: &Tariff| {
                tariff.usual(input.at).and_then(|rates| rates.token_price())
            }),
            provider: id,
            model,
        })
    }

    fn variable(&self, id: &str) -> Option<String> {
        let usual = |preset: &switchboard_engine::config::Preset| preset.env.first().copied();
        match self {
            Self::Preset(preset) => preset.needs_key.then(|| named(usual(preset), id)),
            Self::Entry(entry) if !entry.needs_key => None,
            Self::Entry(entry) => {
                let written = entry.usable_keys().find_map(|key| match &key.from {
                    SecretSource::Env(name) => Some(name.clone()),
                    SecretSource::Keychain => None,
                });
                let preset = entry.preset.as_deref().and_then(preset);
                Some(written.unwrap_or_else(|| named(preset.and_then(usual), id)))
            }
        }
    }

    /// Reports what of the provider's own settings stays behind.
    fn report(&self, place: &Place, setting: &str, losses: &mut Losses) {
        let id = &place.provider;
        if place.local {
            losses.note(
                setting,
                format!("`{id}` is a server of this machine: write its address as the gateway reaches it"),
            );
        }
        let Self::Entry(entry) = self else {
            return;
        };
        let in_store = entry.needs_key
            && !entry
                .usable_keys()
                .any(|key| matches!(key.from, SecretSource::Env(_)));
        if in_store && let Some(variable) = &place.variable {
            losses.note(
                format!("providers.{id}.keys"),
                format!("the key is in the key store here; the gateway reads it from {variable}"),
            );
        }
        for (name, _) in &entry.endpoint.headers {
            losses.dropped(
                format!("providers.{id}.headers.{name}"),
                "its value may be a secret: set the header there yourself",
            );
        }
        if entry.endpoint.base_url.query().is_some() {
            losses.dropped(
                format!("providers.{id}.base_url"),
                "what follows `?` in the address may be a secret: add it there yourself",
            );
        }
        if let AuthStyle::Header(name) = &entry.endpoint.auth
            && place.vendor != Vendor::Azure
        {
            losses.dropped(
                format!("providers.{id}.auth"),
                format!("the key goes in the usual header there, not in `{name}`"),
            );
        }
        if entry.accept_invalid_tls {
            losses.dropped(
                format!("providers.{id}.accept_invalid_tls"),
                "certificates are checked there: have the gateway trust yours",
            );
        }
    }
}

/// Returns the variable for a key: the usual one, else one made from the provider's id.
fn named(usual: Option<&str>, id: &str) -> String {
    usual.map_or_else(
        || format!("{}_API_KEY", crate::text::identifier(id).to_uppercase()),
        str::to_owned,
    )
}

/// Returns the address below which a vendor's paths begin: with the version at those that speak OpenAI's API,
/// without one at the others.
fn base(vendor: Vendor, endpoint: &Endpoint) -> Url {
    let mut bare = endpoint.base_url.clone();
    bare.set_query(None);
    bare.set_fragment(None);
    // Neither can be in an address that was checked.
    let _ = bare.set_username("");
    let _ = bare.set_password(None);
    let (wire, tail) = if vendor.speaks_openai() {
        (Wire::OpenaiChat, "/chat/completions")
    } else {
        (endpoint.wire, "/v1/messages")
    };
    if vendor == Vendor::Gemini {
        bare.set_path("");
        return bare;
    }
    let clean = Endpoint {
        base_url: bare.clone(),
        wire,
        ..endpoint.clone()
    };
    let url = provider(wire).request_url(&clean, "model");
    let path = url.path();
    let path = path.strip_suffix(tail).unwrap_or(path).to_owned();
    bare.set_path(&path);
    bare
}
