//! The body of a request to OpenRouter: one for each of the first step's targets, because a body has no
//! weights.
//!
//! Fields as in OpenRouter's OpenAPI of 2026 (`ChatRequest`, in `@openrouter/sdk` 1.3, Apache-2.0). `route` is
//! not written, it is out of use; nor `provider.sort`, which mixes the endpoints of all models and breaks
//! their order.

use crate::gateway::OutFile;
use crate::input::ExportError;
use crate::loss::Losses;
use crate::place::Place;
use crate::resolve::{Choice, Route};
use crate::text::json;
use crate::vendor::Vendor;
use serde::Serialize;
use std::collections::BTreeMap;
use switchboard_engine::config::Pick;

#[derive(Debug, Serialize)]
struct Body {
    model: String,
    /// Asked in order when the model before fails.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    models: Vec<String>,
    messages: Vec<Message>,
    stream: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    max_tokens: Option<u32>,
    provider: Preferences,
    session_id: String,
    metadata: BTreeMap<&'static str, String>,
}

#[derive(Debug, Serialize)]
struct Message {
    role: &'static str,
    content: &'static str,
}

#[derive(Debug, Serialize)]
struct Preferences {
    allow_fallbacks: bool,
    require_parameters: bool,
    preferred_max_latency: Latency,
}

/// In seconds.
#[derive(Debug, Serialize)]
struct Latency {
    p90: f64,
}

pub(crate) fn files(route: &Route, losses: &mut Losses) -> Result<Vec<OutFile>, ExportError> {
    let Some((first, later)) = route.steps.split_first() else {
        return Ok(Vec::new());
    };
    let rest: Vec<String> = later
        .iter()
        .flat_map(|step| step.by_weight())
        .map(|choice| id(&choice.place))
        .collect();
    let alone = first.options.len() == 1;
    let mut files = Vec::new();
    for (number, choice) in first.options.iter().enumerate() {
        let variant = variant(number);
        let name = if alone {
            "openrouter.json".to_owned()
        } else {
            format!("openrouter.variant{variant}.json")
        };
        let variant = (!alone).then_some(variant);
        files.push(json(&name, &body(route, choice, &rest, variant))?);
    }
    report(route, losses);
    Ok(files)
}

fn body(route: &Route, choice: &Choice, rest: &[String], variant: Option<String>) -> Body {
    let model = id(&choice.place);
    let mut models: Vec<String> = Vec::new();
    for other in rest {
        if *other != model && !models.contains(other) {
            models.push(other.clone());
        }
    }
    let mut metadata = BTreeMap::from([("route", route.name.clone())]);
    let mut session = route.name.clone();
    if !route.about.is_empty() {
        metadata.insert("about", route.about.clone());
    }
    if let Some(variant) = variant {
        session = format!("{session}/{variant}");
        metadata.insert("variant", variant);
    }
    Body {
        model,
        models,
        messages: vec![Message {
            role: "user",
            content: "{{input}}",
        }],
        stream: true,
        max_tokens: route.max_tokens,
        provider: Preferences {
            allow_fallbacks: true,
            require_parameters: true,
            preferred_max_latency: Latency {
                p90: choice.place.clocks.first_token.as_secs_f64(),
            },
        },
        session_id: format!("{session}/{{{{session}}}}"),
        metadata,
    }
}

/// Returns `A`, `B`, … and numbers after `Z`.
fn variant(number: usize) -> String {
    let letter = u8::try_from(number).ok().filter(|number| *number < 26);
    letter.map_or_else(
        || (number + 1).to_string(),
        |number| char::from(b'A' + number).to_string(),
    )
}

/// Returns a model's name there: its maker, and dots in its version.
fn id(place: &Place) -> String {
    let maker = match place.vendor {
        Vendor::OpenAi => "openai",
        Vendor::Anthropic => "anthropic",
        Vendor::Gemini => "google",
        Vendor::DeepSeek => "deepseek",
        Vendor::Mistral => "mistralai",
        Vendor::XAi => "x-ai",
        // These name the maker themselves.
        _ => return place.model.clone(),
    };
    let model = if place.vendor == Vendor::Anthropic {
        dotted(&place.model)
    } else {
        place.model.clone()
    };
    format!("{maker}/{model}")
}

/// Anthropic writes `claude-sonnet-5-5`, OpenRouter `claude-sonnet-5.5`.
fn dotted(model: &str) -> String {
    let digit = |part: &str| part.len() == 1 && part.bytes().all(|byte| byte.is_ascii_digit());
    let mut out = String::new();
    let mut before = "";
    for part in model.split('-') {
        if !out.is_empty() {
            out.push(if digit(before) && digit(part) {
                '.'
            } else {
                '-'
            });
        }
        out.push_str(part);
        before = part;
    }
    out
}

fn report(route: &Route, losses: &mut Losses) {
    losses.note(
        "openrouter",
        "the caller's own OpenRouter key is used; put your messages in place of {{input}}, and the end user's session in place of {{session}}",
    );
    for (number, step) in route.steps.iter().enumerate() {
        let several = step.options.len() > 1;
        for (at, choice) in step.options.iter().enumerate() {
            if several && number == 0 {
                losses.approximated(
                    format!("steps[{}].options[{at}].weight", step.at),
                    format!(
                        "a body has no weights: your program sends the body of {} in {} of {} requests",
                        choice.place.name(),
                        choice.weight,
                        step.weights().iter().map(|weight| u64::from(*weight)).sum::<u64>()
                    ),
                );
            } else if several {
                losses.approximated(
                    format!("steps[{}].options[{at}].weight", step.at),
                    "asked in order, the heaviest first",
                );
            }
            if matches!(choice.place.vendor, Vendor::Groq | Vendor::Together) {
                losses.approximated(
                    format!("steps[{}].options[{at}].target", step.at),
                    "OpenRouter chooses who serves the model",
                );
            }
        }
        if several {
            let what = match step.pick {
                Pick::Weighted => "the choice is your program's, at the first step",
                Pick::Cheapest | Pick::Fastest | Pick::Best => {
                    "OpenRouter does not pick among models"
                }
            };
            losses.approximated(step.setting("pick"), what);
        }
        for (setting, set) in [
            (
                "limits.requests_per_minute",
                step.limits.requests_per_minute.is_some(),
            ),
            (
                "limits.tokens_per_minute",
                step.limits.tokens_per_minute.is_some(),
            ),
            ("limits.concurrency", step.limits.concurrency.is_some()),
        ] {
            if set {
                losses.dropped(
                    step.setting(setting),
                    "limits are the OpenRouter key's, not a body's",
                );
            }
        }
    }
    losses.approximated(
        "steps[*].clocks.first_token",
        "the first step's is a preference among endpoints, not a limit; it may have a fallback asked first",
    );
    losses.dropped("steps[*].clocks.idle", "a body has no clocks");
    losses.dropped("steps[*].clocks.total", "a body has no clocks");
    losses.dropped(
        "steps[*].retries",
        "a body has no retries: OpenRouter tries other endpoints as it likes",
    );
    for (name, list) in [
        ("context_too_long", &route.context_too_long),
        ("content_filter", &route.content_filter),
        ("auth", &route.auth),
    ] {
        if !list.is_empty() {
            losses.dropped(name, "the next model is asked whatever the reason");
        } else if route.steps.len() > 1 {
            losses.approximated(name, "the next model is asked whatever the reason");
        }
    }
    losses.dropped("recovery", "a stream that breaks stays broken");
    if route.deadline.is_some() {
        losses.dropped("deadline", "a body has no clocks");
    }
    for budget in &route.budgets {
        losses.dropped(
            budget.setting(),
            format!(
                "not part of a body: a limit of {} USD a {} is set for the key or the workspace",
                budget.usd(),
                budget.window.name()
            ),
        );
    }
}

#[cfg(test)]
mod tests {
    use super::dotted;

    #[test]
    fn a_version_has_dots_there_and_a_date_has_none() {
        assert_eq!(dotted("claude-sonnet-5-5"), "claude-sonnet-5.5");
        assert_eq!(dotted("claude-opus-5-20260901"), "claude-opus-5-20260901");
        assert_eq!(dotted("claude-4-opus"), "claude-4-opus");
    }
}
