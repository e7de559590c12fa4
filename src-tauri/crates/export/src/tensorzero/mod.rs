//! TensorZero's configuration: a function with weighted and fallback variants, and a file of limits.
//!
//! Settings as in TensorZero 2026.6 (Apache-2.0), the last release: the project is archived. The limits are a
//! file of their own, because the gateway does not start with them unless Valkey or Postgres is there.

mod form;
mod limits;

use crate::gateway::OutFile;
use crate::input::ExportError;
use crate::loss::Losses;
use crate::place::Place;
use crate::resolve::{Choice, Route, Step};
use crate::text::{identifier, millis, seconds, toml, unique};
use crate::vendor::Vendor;
use form::{
    Config, Experimentation, Function, Gateway, Model, NonStreaming, Provider, Retries, Streaming,
    Timeouts, Variant,
};
use std::collections::BTreeMap;
use std::time::Duration;
use switchboard_engine::config::Pick;

pub(crate) fn files(route: &Route, losses: &mut Losses) -> Result<Vec<OutFile>, ExportError> {
    let mut models = BTreeMap::new();
    let mut variants = BTreeMap::new();
    let mut taken = Vec::new();
    let mut candidates = BTreeMap::new();
    let mut fallbacks = Vec::new();
    for (number, step) in route.steps.iter().enumerate() {
        let ordered: Vec<&Choice> = if number == 0 {
            step.options.iter().collect()
        } else {
            step.by_weight()
        };
        for choice in ordered {
            let place = &choice.place;
            // The same target may stand in two steps with clocks of each.
            let name = unique(identifier(&place.model), &mut taken).replace('-', "_");
            models.insert(name.clone(), model(place));
            variants.insert(name.clone(), variant(route, step, &name));
            if number == 0 {
                candidates.insert(name, f64::from(choice.weight));
            } else {
                fallbacks.push(name);
            }
        }
    }
    let function = identifier(&route.name);
    let config = Config {
        gateway: Gateway {
            global_outbound_http_timeout_ms: millis(longest(route)),
        },
        models,
        functions: BTreeMap::from([(
            function.clone(),
            Function {
                r#type: "chat",
                experimentation: Experimentation {
                    r#type: "static",
                    candidate_variants: candidates,
                    fallback_variants: fallbacks,
                },
                variants,
            },
        )]),
    };
    report(route, &function, losses);
    let mut head = route.head();
    head.push("TensorZero is archived: its last release is 2026.6".to_owned());
    let mut files = vec![toml("tensorzero.toml", &head, &config)?];
    files.extend(limits::file(route, losses)?);
    Ok(files)
}

fn model(place: &Place) -> Model {
    let kind = kind(place);
    let provider = Provider {
        r#type: kind,
        model_name: place.model.clone(),
        api_base: api_base(place),
        api_key_location: match &place.variable {
            Some(name) => format!("env::{name}"),
            None => "none".to_owned(),
        },
        timeouts: Timeouts {
            non_streaming: NonStreaming {
                total_ms: millis(place.clocks.total),
            },
            streaming: Streaming {
                ttft_ms: millis(place.clocks.first_token),
                total_ms: millis(place.clocks.total),
            },
        },
        cost: limits::cost(place),
    };
    Model {
        routing: vec![kind],
        providers: BTreeMap::from([(kind, provider)]),
    }
}

fn variant(route: &Route, step: &Step, model: &str) -> Variant {
    Variant {
        r#type: "chat_completion",
        model: model.to_owned(),
        max_tokens: route.max_tokens,
        retries: Retries {
            num_retries: step.retries,
            max_delay_s: route.backoff_cap.as_secs_f64(),
        },
    }
}

fn kind(place: &Place) -> &'static str {
    match place.vendor {
        Vendor::Anthropic | Vendor::AnthropicCompatible => "anthropic",
        Vendor::Gemini => "google_ai_studio_gemini",
        _ if place.own_address => "openai",
        Vendor::DeepSeek => "deepseek",
        Vendor::OpenRouter => "openrouter",
        Vendor::Groq => "groq",
        Vendor::Mistral => "mistral",
        Vendor::XAi => "xai",
        Vendor::Together => "together",
        Vendor::OpenAi | Vendor::Azure | Vendor::Ollama | Vendor::Vllm | Vendor::Compatible => {
            "openai"
        }
    }
}

fn api_base(place: &Place) -> Option<String> {
    match kind(place) {
        "openai" if place.own_address || place.vendor != Vendor::OpenAi => {
            Some(format!("{}/", place.base_text()))
        }
        "anthropic" if place.own_address => Some(format!("{}/v1/", place.base_text())),
        _ => None,
    }
}

/// No clock may be longer than that of all requests.
fn longest(route: &Route) -> Duration {
    let clocks = route.longest(|place| place.clocks.total.max(place.clocks.first_token));
    route
        .deadline
        .map_or(clocks, |deadline| clocks.max(deadline))
}

fn report(route: &Route, function: &str, losses: &mut Losses) {
    losses.note(
        "tensorzero",
        "the project is archived: no release will follow",
    );
    losses.note(
        "name",
        format!("callers name `tensorzero::function_name::{function}` as the model"),
    );
    for place in route.places() {
        if place.own_address && place.vendor == Vendor::Gemini {
            losses.dropped(
                format!("providers.{}.base_url", place.provider),
                "TensorZero asks Google's own address",
            );
        }
    }
    for (number, step) in route.steps.iter().enumerate() {
        if step.options.len() > 1 {
            let what = match (number, step.pick) {
                (0, Pick::Weighted) => "by weight, the same for one episode",
                (0, _) => "TensorZero picks by weight",
                _ => "later steps are tried in order, the heaviest first",
            };
            losses.approximated(step.setting("pick"), what);
            if number > 0 {
                for (at, _) in step.options.iter().enumerate() {
                    losses.approximated(
                        format!("steps[{}].options[{at}].weight", step.at),
                        "tried in order, the heaviest first",
                    );
                }
            }
        }
        if step.limits.concurrency.is_some() {
            losses.dropped(
                step.setting("limits.concurrency"),
                "TensorZero has no such limit",
            );
        }
    }
    losses.dropped(
        "steps[*].clocks.idle",
        "TensorZero has no clock between pieces of a stream",
    );
    for (name, list) in [
        ("context_too_long", &route.context_too_long),
        ("content_filter", &route.content_filter),
        ("auth", &route.auth),
    ] {
        if !list.is_empty() {
            losses.dropped(name, "the next variant is tried whatever the reason");
        } else if route.steps.len() > 1 {
            losses.approximated(name, "the next variant is tried whatever the reason");
        }
    }
    losses.dropped("recovery", "a stream that breaks stays broken");
    if let Some(deadline) = route.deadline {
        losses.approximated(
            "deadline",
            format!(
                "{} s bound each request to a provider, not the whole call",
                seconds(longest(route).max(deadline))
            ),
        );
    }
    let anthropic = route
        .choices()
        .any(|choice| kind(&choice.place) == "anthropic");
    if route.max_tokens.is_none() && anthropic {
        losses.note(
            "max_tokens",
            "Anthropic's models want it, and TensorZero does not know the limit of newer ones: callers must say it",
        );
    }
    if route.max_tokens.is_none() && limits::counts_tokens(route) {
        losses.note(
            "max_tokens",
            "a limit of tokens refuses requests that do not say `max_tokens`",
        );
    }
}
