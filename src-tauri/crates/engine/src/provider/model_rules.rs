//! What is known of models by their names: which parameters a generation takes and what they are called.
//!
//! Only facts a provider has published are here; an unknown name gets everything the request holds, and
//! the provider has the last word. `Capabilities::rejected_params` adds to these rules, per model.

use super::{Capabilities, Wire};
use crate::call::{ModelRequest, Params, ReasoningEffort};

/// Returns the request's parameters without those the model is known to reject.
pub(crate) fn accepted(wire: Wire, request: &ModelRequest, capabilities: &Capabilities) -> Params {
    let mut params = request.params.clone();
    for name in omitted_params(wire, request, capabilities) {
        match name {
            "temperature" => params.temperature = None,
            "top_p" => params.top_p = None,
            "max_tokens" => params.max_tokens = None,
            "stop" => params.stop = None,
            "seed" => params.seed = None,
            _ => params.reasoning_effort = None,
        }
    }
    params.stop = params.stop.filter(|stop| !stop.is_empty());
    params
}

/// Returns the names of the parameters that are set but will not be sent, for the person to be told.
pub fn omitted_params(
    wire: Wire,
    request: &ModelRequest,
    capabilities: &Capabilities,
) -> Vec<&'static str> {
    let params = &request.params;
    let model = request.model.as_str();
    let rejects = |name: &str| {
        capabilities
            .rejected_params
            .iter()
            .any(|rejected| rejected == name)
    };
    let effort = params.reasoning_effort.is_some()
        && !rejects("reasoning_effort")
        && takes_effort(wire, model, capabilities);
    let samples = takes_sampling(wire, model, effort);
    let mut omitted = Vec::new();
    let mut omit = |name: &'static str, set: bool, known: bool| {
        if set && (rejects(name) || !known) {
            omitted.push(name);
        }
    };
    omit("temperature", params.temperature.is_some(), samples);
    // Claude 4.1 and later take one of the two (Anthropic's migration guide, 2026-11).
    let crowded = wire == Wire::Anthropic && params.temperature.is_some() && samples;
    omit("top_p", params.top_p.is_some(), samples && !crowded);
    omit("max_tokens", params.max_tokens.is_some(), true);
    // The Responses API has no stop texts, and neither it nor Anthropic has a seed (their references,
    // 2026-11).
    omit("stop", params.stop.is_some(), wire != Wire::OpenaiResponses);
    let seeds = matches!(wire, Wire::OpenaiChat | Wire::Gemini);
    omit("seed", params.seed.is_some(), seeds);
    omit(
        "reasoning_effort",
        params.reasoning_effort.is_some(),
        effort,
    );
    omitted
}

/// Returns whether a reasoning effort is sent if the request has one: not to models known to have none.
fn takes_effort(wire: Wire, model: &str, capabilities: &Capabilities) -> bool {
    if capabilities.reasoning {
        return true;
    }
    match wire {
        Wire::OpenaiChat | Wire::OpenaiResponses => {
            let name = bare(model);
            !(name.starts_with("gpt-3")
                || name.starts_with("gpt-4")
                || name.starts_with("chatgpt-"))
        }
        // Extended thinking began with Claude 3.7.
        Wire::Anthropic => claude_version(model).is_none_or(|version| version >= (3, 7)),
        // Thinking began with Gemini 2.5.
        Wire::Gemini => gemini_version(model).is_none_or(|version| version >= (2, 5)),
    }
}

/// Returns whether temperature and top_p may be sent.
fn takes_sampling(wire: Wire, model: &str, with_effort: bool) -> bool {
    match wire {
        // OpenAI's reasoning models accept the default only (reasoning guide, 2026-11).
        Wire::OpenaiChat | Wire::OpenaiResponses => !is_openai_reasoning(model),
        // Claude 4.7 and later removed sampling parameters (what's new in Claude 4.7); before that,
        // thinking allows the default only.
        Wire::Anthropic => {
            claude_version(model).is_none_or(|version| version < (4, 7)) && !with_effort
        }
        Wire::Gemini => true,
    }
}

/// Returns whether the model is one of OpenAI's reasoning models: o1 and later, GPT-5 and later, not the
/// chat variants.
pub(crate) fn is_openai_reasoning(model: &str) -> bool {
    if bare(model).contains("chat") {
        return false;
    }
    is_openai_o(model) || gpt_version(model).is_some_and(|version| version >= (5, 0))
}

/// Returns whether the output limit is called `max_completion_tokens`: OpenAI's o-series and GPT-5 and
/// later refuse `max_tokens` (API reference, 2026-11); older models and compatible servers know that.
pub(crate) fn uses_max_completion_tokens(model: &str) -> bool {
    is_openai_o(model) || gpt_version(model).is_some_and(|version| version >= (5, 0))
}

/// Returns the effort in OpenAI's words. Only the first GPT-5 has `minimal`; elsewhere `low` is nearest.
pub(crate) fn openai_effort(model: &str, effort: ReasoningEffort) -> &'static str {
    match effort {
        ReasoningEffort::Minimal if gpt_version(model) == Some((5, 0)) => "minimal",
        ReasoningEffort::Minimal | ReasoningEffort::Low => "low",
        ReasoningEffort::Medium => "medium",
        ReasoningEffort::High => "high",
    }
}

/// Returns (major, minor) of a Claude name in either order, `claude-opus-4-7` or `claude-3-7-sonnet`;
/// `None` for another name. Names without a number (previews of later generations) count as newest.
pub(crate) fn claude_version(model: &str) -> Option<(u32, u32)> {
    let name = bare(model);
    let at = name.find("claude-")?;
    let mut numbers = name[at + "claude-".len()..]
        .split(|c: char| !c.is_ascii_alphanumeric())
        .skip_while(|part| !part.starts_with(|c: char| c.is_ascii_digit()))
        .map_while(|part| part.parse::<u32>().ok());
    let Some(major) = numbers.next() else {
        return Some((u32::MAX, 0));
    };
    // A number of six digits or more is a date.
    Some((
        major,
        numbers.next().filter(|minor| *minor < 100).unwrap_or(0),
    ))
}

/// Returns (major, minor) of a Gemini name, `gemini-2.5-pro`; `None` for another name.
pub(crate) fn gemini_version(model: &str) -> Option<(u32, u32)> {
    version_after(bare(model), "gemini-")
}

fn gpt_version(model: &str) -> Option<(u32, u32)> {
    version_after(bare(model), "gpt-")
}

fn version_after(name: &str, prefix: &str) -> Option<(u32, u32)> {
    let rest = name.strip_prefix(prefix)?;
    let number = rest
        .split(|c: char| c != '.' && !c.is_ascii_digit())
        .next()?;
    let (major, minor) = number.split_once('.').unwrap_or((number, "0"));
    Some((major.parse().ok()?, minor.parse().unwrap_or(0)))
}

fn is_openai_o(model: &str) -> bool {
    let Some(rest) = bare(model).strip_prefix('o') else {
        return false;
    };
    let digits = rest.chars().take_while(char::is_ascii_digit).count();
    digits > 0 && rest[digits..].chars().next().is_none_or(|next| next == '-')
}

/// Returns the name without a vendor in front (`openai/gpt-5` at routers, `models/` at Google).
fn bare(model: &str) -> &str {
    model.rsplit('/').next().unwrap_or(model)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn generations_are_told_apart_by_name() {
        for name in [
            "o1",
            "o3-mini",
            "gpt-5",
            "gpt-5-mini",
            "gpt-6.1-sol",
            "openai/gpt-5.6-luna",
        ] {
            assert!(is_openai_reasoning(name), "{name}");
            assert!(uses_max_completion_tokens(name), "{name}");
        }
        for name in [
            "gpt-4o",
            "gpt-4.1",
            "gpt-oss-120b",
            "omni",
            "o",
            "olmo-2",
            "llama-4",
            "",
        ] {
            assert!(!is_openai_reasoning(name), "{name}");
            assert!(!uses_max_completion_tokens(name), "{name}");
        }
        assert!(!is_openai_reasoning("gpt-5-chat-latest"));
        assert!(uses_max_completion_tokens("gpt-5-chat-latest"));
    }

    #[test]
    fn claude_names_of_both_orders_have_versions() {
        for (name, version) in [
            ("claude-3-7-sonnet-20250219", Some((3, 7))),
            ("claude-3-haiku-20240307", Some((3, 0))),
            ("claude-opus-4-20250514", Some((4, 0))),
            ("claude-sonnet-5-5", Some((5, 5))),
            ("anthropic/claude-opus-4.7", Some((4, 7))),
            ("claude-4-opus", Some((4, 0))),
            ("claude-mythos-preview", Some((u32::MAX, 0))),
            ("glm-4.6", None),
        ] {
            assert_eq!(claude_version(name), version, "{name}");
        }
        assert_eq!(gemini_version("models/gemini-2.5-flash"), Some((2, 5)));
        assert_eq!(gemini_version("gemini-4-argon"), Some((4, 0)));
        assert_eq!(gemini_version("gemma-3"), None);
    }

    #[test]
    fn what_a_model_rejects_is_left_out_and_can_be_named() {
        let request = |model: &str| ModelRequest {
            model: model.into(),
            messages: Vec::new(),
            tools: Vec::new(),
            tool_choice: Default::default(),
            raw: None,
            response_format: crate::call::ResponseFormat::Text,
            params: Params {
                temperature: Some(0.2),
                top_p: Some(0.9),
                max_tokens: Some(10),
                stop: Some(vec!["x".into()]),
                seed: Some(1),
                reasoning_effort: Some(ReasoningEffort::Low),
            },
        };
        let omitted =
            |wire, model: &str| omitted_params(wire, &request(model), &Capabilities::default());
        assert_eq!(omitted(Wire::OpenaiChat, "gpt-5"), ["temperature", "top_p"]);
        assert_eq!(omitted(Wire::OpenaiChat, "gpt-4o"), ["reasoning_effort"]);
        assert_eq!(omitted(Wire::OpenaiChat, "some-local-model"), [""; 0]);
        assert_eq!(
            omitted(Wire::OpenaiResponses, "gpt-4.1"),
            ["stop", "seed", "reasoning_effort"]
        );
        assert_eq!(
            omitted(Wire::Anthropic, "claude-opus-5-5"),
            ["temperature", "top_p", "seed"]
        );
        assert_eq!(
            omitted(Wire::Anthropic, "claude-3-5-haiku-latest"),
            ["top_p", "seed", "reasoning_effort"]
        );
        let capabilities = Capabilities {
            rejected_params: vec!["stop".into()],
            ..Capabilities::default()
        };
        assert_eq!(
            accepted(Wire::Gemini, &request("gemini-4"), &capabilities).stop,
            None
        );
    }
}
