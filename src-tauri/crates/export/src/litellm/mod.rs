//! LiteLLM's `config.yaml`, for its proxy and its router.
//!
//! Settings as in LiteLLM 1.110 (MIT). A step is a model group; the next steps are the groups of its
//! `fallbacks`. Retries belong to the router: with retries of the SDK besides they would multiply.

mod form;
mod model;

use crate::budget::{Budget, BudgetScope, Window};
use crate::gateway::OutFile;
use crate::input::ExportError;
use crate::loss::Losses;
use crate::place::Place;
use crate::resolve::{Choice, Route, Step};
use crate::text::{label, seconds, split, unique, yaml, yaml_document};
use form::{
    Config, Deployment, General, LiteLlmSettings, ModelInfo, Params, ProviderBudget, RetryPolicy,
    RouterSettings, Rule,
};
use std::collections::BTreeMap;
use switchboard_engine::config::Pick;
use switchboard_engine::plan::Recovery;

pub(crate) fn files(route: &Route, losses: &mut Losses) -> Result<Vec<OutFile>, ExportError> {
    let mut groups = Groups {
        route,
        deployments: Vec::new(),
        ids: Vec::new(),
        names: Vec::new(),
    };
    let mut policies = BTreeMap::new();
    let mut names = Vec::new();
    for (number, step) in route.steps.iter().enumerate() {
        let name = if number == 0 {
            route.name.clone()
        } else {
            format!("{}-fb{number}", route.name)
        };
        policies.insert(name.clone(), RetryPolicy::of(step.retries));
        groups.step(&name, step, losses);
        names.push(name);
    }
    let fallbacks = rule(&route.name, names.get(1..).unwrap_or_default().to_vec());
    let too_long = groups.list(&route.context_too_long);
    let filtered = groups.list(&route.content_filter);
    report_causes(route, losses);
    report_clocks(route, losses);
    let budgets = budgets(route, losses);
    let longest = [
        names.len().saturating_sub(1),
        too_long.len(),
        filtered.len(),
    ];
    let config = Config {
        model_list: groups.deployments,
        router_settings: RouterSettings {
            routing_strategy: strategy(route, losses),
            num_retries: route.steps.first().map_or(0, |step| step.retries),
            model_group_retry_policy: policies,
            retry_after: 0,
            max_fallbacks: longest.into_iter().max().unwrap_or(0),
            fallbacks,
            context_window_fallbacks: rule(&route.name, too_long),
            content_policy_fallbacks: rule(&route.name, filtered),
            enable_mid_stream_fallback_continuation: recovery(route, losses),
            optional_pre_call_checks: checks(route),
            provider_budget_config: budgets.by_provider,
        },
        litellm_settings: LiteLlmSettings {
            drop_params: true,
            max_budget: budgets.whole.as_ref().map(Budget::usd),
            budget_duration: budgets.whole.as_ref().map(|budget| duration(budget.window)),
        },
        general_settings: General {
            master_key: "os.environ/LITELLM_MASTER_KEY",
            database_url: budgets.whole.as_ref().map(|_| "os.environ/DATABASE_URL"),
        },
    };
    let text = yaml_document(&config)?;
    Ok(vec![yaml("litellm.config.yaml", &route.head(), &text)])
}

fn rule(group: &str, to: Vec<String>) -> Vec<Rule> {
    // LiteLLM takes a list of maps with one key each, not one map.
    if to.is_empty() {
        Vec::new()
    } else {
        vec![BTreeMap::from([(group.to_owned(), to)])]
    }
}

/// Model groups while they are gathered.
struct Groups<'a> {
    route: &'a Route,
    deployments: Vec<Deployment>,
    ids: Vec<String>,
    /// Groups of a single target beside those of the steps: name and place.
    names: Vec<(String, Place)>,
}

impl Groups<'_> {
    fn step(&mut self, name: &str, step: &Step, losses: &mut Losses) {
        let limits = step.limits;
        let shared = step.options.len() > 1;
        for (setting, limit) in [
            ("limits.requests_per_minute", limits.requests_per_minute),
            ("limits.tokens_per_minute", limits.tokens_per_minute),
            ("limits.concurrency", limits.concurrency),
        ] {
            if shared && limit.is_some() {
                losses.approximated(
                    step.setting(setting),
                    "LiteLLM limits each model alone: it is divided among them by weight",
                );
            }
        }
        let weights = step.weights();
        let parts = |limit: Option<u32>| limit.map(|limit| split(limit, &weights));
        let (requests, tokens, concurrency) = (
            parts(limits.requests_per_minute),
            parts(limits.tokens_per_minute),
            parts(limits.concurrency),
        );
        for (at, choice) in step.options.iter().enumerate() {
            let part =
                |parts: &Option<Vec<u32>>| parts.as_ref().and_then(|parts| parts.get(at).copied());
            let least = |own: Option<u32>, step: Option<u32>| match (own, step) {
                (Some(own), Some(step)) => Some(own.min(step)),
                (own, step) => own.or(step),
            };
            let own = choice.place.limits;
            let params = Params {
                weight: shared.then_some(choice.weight),
                rpm: least(own.requests_per_minute, part(&requests)),
                tpm: least(own.tokens_per_minute, part(&tokens)),
                max_parallel_requests: least(own.concurrency, part(&concurrency)),
                ..self.params(choice)
            };
            self.add(name, &choice.place, params);
        }
        if !shared && let Some(choice) = step.options.first() {
            self.names.push((name.to_owned(), choice.place.clone()));
        }
    }

    /// Returns the groups of a list's targets: those of steps that have nothing else, else their own.
    fn list(&mut self, places: &[Place]) -> Vec<String> {
        let mut names = Vec::new();
        for place in places {
            let known = self.names.iter().find(|(_, other)| other.is(place));
            if let Some((name, _)) = known {
                names.push(name.clone());
                continue;
            }
            let name = format!("{}-{}", self.route.name, label(&place.name()));
            let choice = Choice {
                place: place.clone(),
                weight: 1,
            };
            let params = self.params(&choice);
            self.add(&name, place, params);
            self.names.push((name.clone(), place.clone()));
            names.push(name);
        }
        names
    }

    fn params(&self, choice: &Choice) -> Params {
        let place = &choice.place;
        Params {
            model: model::id(place),
            api_base: model::base(place),
            api_key: match &place.variable {
                Some(name) => format!("os.environ/{name}"),
                // The OpenAI SDK below it refuses to start without one.
                None => "not-needed".to_owned(),
            },
            weight: None,
            timeout: place.clocks.total.as_secs_f64(),
            stream_timeout: place.clocks.first_token.as_secs_f64(),
            max_retries: 0,
            max_tokens: self.route.max_tokens,
            rpm: None,
            tpm: None,
            max_parallel_requests: None,
        }
    }

    fn add(&mut self, group: &str, place: &Place, params: Params) {
        let model = label(&place.model);
        let id = if group.ends_with(&model) {
            group.to_owned()
        } else {
            format!("{group}-{model}")
        };
        let id = unique(id, &mut self.ids);
        self.deployments.push(Deployment {
            model_name: group.to_owned(),
            litellm_params: params,
            model_info: ModelInfo { id },
        });
    }
}

fn strategy(route: &Route, losses: &mut Losses) -> &'static str {
    let several: Vec<&Step> = route
        .steps
        .iter()
        .filter(|step| step.options.len() > 1)
        .collect();
    let one = several.first().map_or(Pick::Weighted, |step| step.pick);
    let one = if several.iter().all(|step| step.pick == one) && one != Pick::Best {
        one
    } else {
        Pick::Weighted
    };
    for step in several {
        let what = match step.pick {
            Pick::Weighted if one == Pick::Weighted => {
                "by weight for each request: the same caller may get another one"
            }
            Pick::Cheapest if one == step.pick => "by LiteLLM's own prices",
            Pick::Fastest if one == step.pick => "by latencies that LiteLLM measures itself",
            Pick::Best => "LiteLLM knows no votes: it picks by weight",
            _ => "LiteLLM picks in one way for all groups: by weight",
        };
        losses.approximated(step.setting("pick"), what);
    }
    match one {
        Pick::Cheapest => "cost-based-routing",
        Pick::Fastest => "latency-based-routing",
        Pick::Weighted | Pick::Best => "simple-shuffle",
    }
}

fn recovery(route: &Route, losses: &mut Losses) -> bool {
    match route.recovery {
        Recovery::Continue => {
            losses.approximated(
                "recovery",
                "a broken answer is continued only by models that take prefill, else it fails",
            );
            true
        }
        Recovery::Restart => {
            losses.approximated("recovery", "a broken answer is not begun anew: it fails");
            false
        }
        Recovery::Fail => false,
    }
}

fn report_causes(route: &Route, losses: &mut Losses) {
    if !route.auth.is_empty() {
        losses.dropped(
            "auth",
            "a refused key goes the way of other failures: to the next step",
        );
    }
    if !route.content_filter.is_empty() {
        losses.approximated(
            "content_filter",
            "holds where LiteLLM knows a refusal for one; others go on to the next step",
        );
    }
    if route.steps.len() < 2 {
        return;
    }
    if route.auth.is_empty() {
        losses.approximated(
            "auth",
            "a refused key goes on to the next step; here it stops the call",
        );
    }
    if route.content_filter.is_empty() {
        losses.approximated(
            "content_filter",
            "filtered content goes on to the next step; here it is sent to nobody else",
        );
    }
    if route.context_too_long.is_empty() {
        losses.approximated(
            "context_too_long",
            "a prompt that is too long goes on to the next step, also if its window is no larger",
        );
    }
}

fn report_clocks(route: &Route, losses: &mut Losses) {
    losses.approximated(
        "steps[*].clocks.first_token",
        "written as the longest wait for each piece of a stream, the first among them",
    );
    losses.dropped(
        "steps[*].clocks.idle",
        "LiteLLM has one clock for the first piece of a stream and the later ones",
    );
    losses.approximated(
        "steps[*].clocks.total",
        "holds for answers that do not stream; a stream ends by the wait for its next piece only",
    );
    if route.deadline.is_some() {
        losses.dropped(
            "deadline",
            format!(
                "LiteLLM has no clock over retries and fallbacks: a call may take {} s and more",
                worst(route)
            ),
        );
    }
}

/// Returns how long the attempts of all steps may take together, in seconds.
fn worst(route: &Route) -> u64 {
    let step = |step: &Step| {
        let longest = step.options.iter().map(|choice| choice.place.clocks.total);
        let attempts = u64::from(step.retries).saturating_add(1);
        seconds(longest.max().unwrap_or_default()).saturating_mul(attempts)
    };
    route.steps.iter().map(step).sum()
}

/// Without it `rpm` and `tpm` only steer the choice.
fn checks(route: &Route) -> Vec<&'static str> {
    let limited = |choice: &Choice| {
        choice.place.limits.requests_per_minute.is_some()
            || choice.place.limits.tokens_per_minute.is_some()
    };
    let own = route.steps.iter().any(|step| {
        step.limits.requests_per_minute.is_some() || step.limits.tokens_per_minute.is_some()
    });
    if own || route.choices().any(limited) {
        vec!["enforce_model_rate_limits"]
    } else {
        Vec::new()
    }
}

struct Budgets {
    by_provider: BTreeMap<&'static str, ProviderBudget>,
    whole: Option<Budget>,
}

/// The shortest window counts by provider, which needs nothing else; the longest of the others for the whole
/// proxy, which needs a database.
fn budgets(route: &Route, losses: &mut Losses) -> Budgets {
    let mut all: Vec<&Budget> = route.budgets.iter().collect();
    all.sort_by_key(|budget| budget.window);
    let mut left = all.into_iter();
    let Some(shortest) = left.next() else {
        return Budgets {
            by_provider: BTreeMap::new(),
            whole: None,
        };
    };
    let limit = ProviderBudget {
        budget_limit: shortest.usd(),
        time_period: duration(shortest.window),
    };
    let by_provider: BTreeMap<&str, ProviderBudget> = route
        .places()
        .into_iter()
        .map(|place| (model::provider(place), limit.clone()))
        .collect();
    losses.approximated(
        shortest.setting(),
        format!(
            "counted for each of {} providers alone, and for every route of the proxy; several workers need Redis to count together",
            by_provider.len()
        ),
    );
    let whole = left.next_back().cloned();
    if let Some(budget) = &whole {
        let whose = match budget.scope {
            BudgetScope::Route => "counts every call of the proxy, not of this route alone",
            BudgetScope::Global => "counts every call of the proxy",
        };
        losses.approximated(
            budget.setting(),
            format!("{whose}; needs a database (DATABASE_URL)"),
        );
    }
    for budget in left {
        losses.dropped(
            budget.setting(),
            "LiteLLM has room for two windows: the shortest and the longest are written",
        );
    }
    Budgets { by_provider, whole }
}

fn duration(window: Window) -> &'static str {
    match window {
        Window::Hour => "1h",
        Window::Day => "1d",
        Window::Week => "7d",
        Window::Month | Window::Call => "30d",
    }
}
