//! The routes that come with the program: three chains by complexity, one for each task.
//!
//! Model ids are those of late 2026 (genai-prices 0.2.3, MIT, data of 2026-11). Neighbours in a chain have
//! different makers, so that one outage never takes two of them; each ends on this machine, if a model is
//! found there. What a refused key stops at one maker, the next one may still answer.

use crate::config::route::{RouteConfig, RouteStep, RouteTarget, Task};
use std::sync::LazyLock;

/// A maker's preset and its model.
type Known = (&'static str, &'static str);

const GEMINI_FLASH: Known = ("gemini", "gemini-3.8-flash");
const GEMINI_ARGON: Known = ("gemini", "gemini-4-argon");
const DEEPSEEK_FLASH: Known = ("deepseek", "deepseek-v4-flash");
const DEEPSEEK_PRO: Known = ("deepseek", "deepseek-v4-pro");
const GPT_LUNA: Known = ("openai", "gpt-5.6-luna");
const GPT_TERRA: Known = ("openai", "gpt-6.1-terra");
const GPT_SOL: Known = ("openai", "gpt-6.1-sol");
const CLAUDE_SONNET: Known = ("anthropic", "claude-sonnet-5-5");
const CLAUDE_OPUS: Known = ("anthropic", "claude-opus-5-5");

/// Name, what it is for, its task, and its targets before the local one.
type Row = (&'static str, &'static str, Option<Task>, &'static [Known]);

const ROWS: [Row; 9] = [
    (
        "simple",
        "Short questions, at a low price",
        None,
        &[GEMINI_FLASH, DEEPSEEK_FLASH, GPT_LUNA],
    ),
    (
        "standard",
        "Everyday work",
        None,
        &[GPT_TERRA, CLAUDE_SONNET, GEMINI_ARGON],
    ),
    (
        "complex",
        "Hard problems, whatever it takes",
        None,
        &[CLAUDE_OPUS, GPT_SOL, GEMINI_ARGON, DEEPSEEK_PRO],
    ),
    (
        "classification",
        "Sorts a text into a class",
        Some(Task::Classification),
        &[GEMINI_FLASH, DEEPSEEK_FLASH, GPT_LUNA],
    ),
    (
        "summarization",
        "Shortens a text",
        Some(Task::Summarization),
        &[GPT_TERRA, CLAUDE_SONNET, GEMINI_ARGON],
    ),
    (
        "code_generation",
        "Writes and changes code",
        Some(Task::CodeGeneration),
        &[CLAUDE_SONNET, GPT_TERRA, GEMINI_ARGON],
    ),
    (
        "complex_reasoning",
        "Thinks a problem through",
        Some(Task::ComplexReasoning),
        &[CLAUDE_OPUS, GPT_SOL, GEMINI_ARGON, DEEPSEEK_PRO],
    ),
    (
        "translation",
        "Translates a text",
        Some(Task::Translation),
        &[DEEPSEEK_FLASH, GEMINI_FLASH, GPT_LUNA],
    ),
    (
        "data_extraction",
        "Takes fields out of a text",
        Some(Task::DataExtraction),
        &[GEMINI_ARGON, GPT_TERRA, CLAUDE_SONNET],
    ),
];

static ROUTES: LazyLock<Vec<RouteConfig>> = LazyLock::new(|| ROWS.iter().map(route).collect());

/// Returns the built-in routes.
pub fn default_routes() -> &'static [RouteConfig] {
    &ROUTES
}

fn route((name, about, task, known): &Row) -> RouteConfig {
    let known = known.iter();
    let mut targets: Vec<RouteTarget> = known
        .map(|(preset, model)| RouteTarget::Known { preset, model })
        .collect();
    targets.push(RouteTarget::Local);
    RouteConfig {
        name: (*name).to_owned(),
        about: (*about).to_owned(),
        built_in: true,
        when: None,
        priority: 0,
        rulings: Default::default(),
        auth: targets.clone(),
        steps: targets.into_iter().map(RouteStep::plain).collect(),
        context_too_long: Vec::new(),
        content_filter: Vec::new(),
        recovery: None,
        deadline: None,
        tier: None,
        max_tokens: None,
        hedge: None,
        fallback_text: None,
        task: *task,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::preset;
    use std::collections::HashSet;

    #[test]
    fn every_default_model_is_one_its_makers_preset_offers() {
        for (name, _, _, targets) in ROWS {
            for (id, model) in targets {
                assert!(
                    preset(id).unwrap().models.contains(model),
                    "{name}: {model}"
                );
            }
        }
    }

    #[test]
    fn every_default_route_has_three_makers_and_ends_on_this_machine() {
        for ((name, _, _, targets), route) in ROWS.iter().zip(default_routes()) {
            let makers: HashSet<&str> = targets.iter().map(|(maker, _)| *maker).collect();
            assert!(makers.len() == targets.len() && makers.len() >= 3, "{name}");
            assert_eq!(route.targets().last(), Some(&RouteTarget::Local), "{name}");
        }
    }

    #[test]
    fn every_task_has_the_route_of_its_name_with_its_limits() {
        for task in Task::ALL {
            let mut routes = default_routes().iter();
            let route = routes.find(|route| route.name == task.name()).unwrap();
            assert_eq!(route.task, Some(task));
            let (tokens, time) = crate::config::task_limits(task);
            assert_eq!(
                (route.output_limit(), route.time_limit()),
                (Some(tokens), Some(time))
            );
        }
    }
}
