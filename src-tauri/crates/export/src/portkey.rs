//! Portkey's config, for its hosted gateway, and a template for the open-source gateway.
//!
//! Fields as in `@portkey-ai/gateway` 1.15 (MIT) and Portkey's documentation of 2026. The hosted gateway keeps
//! keys itself and names them by slug; the open-source one takes them in the config, so that its file is a
//! template for `envsubst`.

use crate::gateway::OutFile;
use crate::input::ExportError;
use crate::loss::Losses;
use crate::place::Place;
use crate::resolve::{Choice, Route, Step};
use crate::text::{json, label, millis, shares};
use crate::vendor::Vendor;
use serde::Serialize;
use switchboard_engine::config::Pick;

/// Most retries that Portkey makes.
const MOST_RETRIES: u32 = 5;
/// Answers of a provider that another attempt or another provider may mend. 529 is Anthropic's "overloaded".
const PASSING: [u16; 7] = [408, 429, 500, 502, 503, 504, 529];
/// Answers that refuse the key.
const REFUSED: [u16; 2] = [401, 403];

#[derive(Debug, Serialize)]
struct Config {
    strategy: Strategy,
    targets: Vec<Target>,
}

#[derive(Debug, Clone, Serialize)]
struct Strategy {
    mode: &'static str,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    on_status_codes: Vec<u16>,
}

/// A step with several targets, or one target.
#[derive(Debug, Serialize)]
#[serde(untagged)]
enum Target {
    Equals {
        strategy: Strategy,
        targets: Vec<Model>,
    },
    One(Model),
}

#[derive(Debug, Serialize)]
struct Model {
    provider: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    api_key: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    custom_host: Option<String>,
    override_params: Override,
    #[serde(skip_serializing_if = "Option::is_none")]
    weight: Option<f64>,
    /// In milliseconds.
    request_timeout: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    retry: Option<Retry>,
}

#[derive(Debug, Serialize)]
struct Override {
    model: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    max_tokens: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    max_completion_tokens: Option<u32>,
}

#[derive(Debug, Serialize)]
struct Retry {
    attempts: u32,
    on_status_codes: Vec<u16>,
    /// The documentation's name.
    #[serde(skip_serializing_if = "Option::is_none")]
    use_retry_after_headers: Option<bool>,
    /// The name that the open-source gateway reads.
    #[serde(skip_serializing_if = "Option::is_none")]
    use_retry_after_header: Option<bool>,
}

/// Whose gateway reads the file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Host {
    Portkey,
    OpenSource,
}

pub(crate) fn files(route: &Route, losses: &mut Losses) -> Result<Vec<OutFile>, ExportError> {
    report(route, losses);
    let hosted = json("portkey.config.json", &config(route, Host::Portkey))?;
    let own = json(
        "portkey.oss.template.json",
        &config(route, Host::OpenSource),
    )?;
    Ok(vec![hosted, own])
}

fn config(route: &Route, host: Host) -> Config {
    let mut codes = PASSING.to_vec();
    if !route.auth.is_empty() {
        codes.extend(REFUSED);
    }
    Config {
        strategy: Strategy {
            mode: "fallback",
            on_status_codes: codes,
        },
        targets: route
            .steps
            .iter()
            .map(|step| target(route, step, host))
            .collect(),
    }
}

fn target(route: &Route, step: &Step, host: Host) -> Target {
    let shares = shares(&step.weights());
    let mut models = step.options.iter().zip(shares);
    if step.options.len() == 1
        && let Some((choice, _)) = models.next()
    {
        return Target::One(model(route, step, choice, None, host));
    }
    Target::Equals {
        strategy: Strategy {
            mode: "loadbalance",
            on_status_codes: Vec::new(),
        },
        targets: models
            .map(|(choice, share)| model(route, step, choice, Some(share), host))
            .collect(),
    }
}

fn model(route: &Route, step: &Step, choice: &Choice, weight: Option<f64>, host: Host) -> Model {
    let place = &choice.place;
    let attempts = step.retries.min(MOST_RETRIES);
    let hosted = host == Host::Portkey;
    // OpenAI's newer models refuse `max_tokens`.
    let completion = place.vendor == Vendor::OpenAi;
    Model {
        provider: if hosted {
            format!("@{}", label(&place.provider))
        } else {
            slug(place).to_owned()
        },
        api_key: match (hosted, &place.variable) {
            (true, _) => None,
            (false, Some(name)) => Some(format!("${{{name}}}")),
            (false, None) => Some("not-needed".to_owned()),
        },
        custom_host: host_of(place),
        override_params: Override {
            model: place.model.clone(),
            max_tokens: route.max_tokens.filter(|_| !completion),
            max_completion_tokens: route.max_tokens.filter(|_| completion),
        },
        weight,
        request_timeout: millis(place.clocks.total).max(1),
        retry: (attempts > 0).then(|| Retry {
            attempts,
            on_status_codes: PASSING.to_vec(),
            use_retry_after_headers: hosted.then_some(true),
            use_retry_after_header: (!hosted).then_some(true),
        }),
    }
}

/// Returns Portkey's provider.
fn slug(place: &Place) -> &'static str {
    match place.vendor {
        Vendor::Anthropic | Vendor::AnthropicCompatible => "anthropic",
        Vendor::Gemini => "google",
        _ if place.own_address => "openai",
        Vendor::DeepSeek => "deepseek",
        Vendor::OpenRouter => "openrouter",
        Vendor::Groq => "groq",
        Vendor::Mistral => "mistral-ai",
        Vendor::XAi => "x-ai",
        Vendor::Together => "together-ai",
        Vendor::OpenAi | Vendor::Azure | Vendor::Ollama | Vendor::Vllm | Vendor::Compatible => {
            "openai"
        }
    }
}

/// Returns the address with its version, or `None` where Portkey knows it.
fn host_of(place: &Place) -> Option<String> {
    let elsewhere = place.own_address
        || place.local
        || matches!(place.vendor, Vendor::Azure | Vendor::Compatible);
    if !elsewhere {
        return None;
    }
    Some(match place.vendor {
        Vendor::Anthropic | Vendor::AnthropicCompatible => format!("{}/v1", place.base_text()),
        Vendor::Gemini => format!("{}/v1beta", place.base_text()),
        _ => place.base_text(),
    })
}

fn report(route: &Route, losses: &mut Losses) {
    for place in route.places() {
        losses.note(
            format!("providers.{}", place.provider),
            format!(
                "make the provider `@{}` with its key in Portkey's Model Catalog; a config names no variables",
                label(&place.provider)
            ),
        );
    }
    losses.note(
        "portkey.oss.template.json",
        "for the open-source gateway: put the keys in with `envsubst`, and keep the result as a secret",
    );
    losses.dropped(
        "name",
        "a config has no name: give it one when you save it there",
    );
    if !route.about.is_empty() {
        losses.dropped("about", "a config has no place for it");
    }
    for step in &route.steps {
        steps(step, losses);
    }
    losses.dropped(
        "steps[*].clocks.first_token",
        "Portkey has no clock for the first token",
    );
    losses.dropped(
        "steps[*].clocks.idle",
        "Portkey has no clock between pieces of a stream",
    );
    if !route.context_too_long.is_empty() {
        losses.dropped(
            "context_too_long",
            "Portkey tells failures apart by status code only",
        );
    } else if route.steps.len() > 1 {
        losses.approximated(
            "context_too_long",
            "a prompt that is too long fails; here a larger window is tried",
        );
    }
    if !route.content_filter.is_empty() {
        losses.dropped(
            "content_filter",
            "Portkey tells failures apart by status code only",
        );
    }
    if !route.auth.is_empty() {
        losses.approximated("auth", "a refused key (401, 403) goes to the next step");
    }
    losses.dropped("recovery", "a stream that breaks stays broken");
    if route.deadline.is_some() {
        losses.dropped(
            "deadline",
            "Portkey has no clock over retries and fallbacks",
        );
    }
    if route.max_tokens.is_some() {
        losses.approximated(
            "max_tokens",
            "stands in place of what the caller asks for, too",
        );
    }
    for budget in &route.budgets {
        losses.dropped(
            budget.setting(),
            format!(
                "not part of a config: a limit of {} USD a {} is made with POST /v1/policies/usage-limits (Enterprise)",
                budget.usd(),
                budget.window.name()
            ),
        );
    }
}

fn steps(step: &Step, losses: &mut Losses) {
    if step.options.len() > 1 {
        let what = match step.pick {
            Pick::Weighted => "by weight for each request: the same caller may get another one",
            Pick::Cheapest | Pick::Fastest | Pick::Best => "Portkey picks by weight",
        };
        losses.approximated(step.setting("pick"), what);
    }
    if step.retries > MOST_RETRIES {
        losses.approximated(
            step.setting("retries"),
            format!("Portkey retries at most {MOST_RETRIES} times"),
        );
    }
    for (setting, limit) in [
        (
            "limits.requests_per_minute",
            step.limits.requests_per_minute,
        ),
        ("limits.tokens_per_minute", step.limits.tokens_per_minute),
    ] {
        if limit.is_some() {
            losses.dropped(
                step.setting(setting),
                "not part of a config: it is made with POST /v1/policies/rate-limits (Enterprise)",
            );
        }
    }
    if step.limits.concurrency.is_some() {
        losses.dropped(
            step.setting("limits.concurrency"),
            "Portkey has no such limit",
        );
    }
}
