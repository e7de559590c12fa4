//! The ready-made models: names that say what they play, for pickers and for tests.

use serde::Serialize;

/// A ready-made simulated model.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct SandboxModel {
    /// What a request names.
    pub name: &'static str,
    /// One line on what it plays.
    pub about: &'static str,
    /// The options it stands for; a suffix in the request overrides them.
    pub script: &'static str,
    /// Whether it streams reasoning.
    pub reasoning: bool,
    /// Whether it fails on purpose (pickers list these apart).
    pub fault: bool,
}

/// The three models a comparison starts with when nothing is configured.
pub const DEFAULT_MODELS: [&str; 3] = ["swift", "steady", "thinker"];

const fn answers(name: &'static str, script: &'static str, about: &'static str) -> SandboxModel {
    SandboxModel {
        name,
        about,
        script,
        reasoning: false,
        fault: false,
    }
}

const fn thinks(name: &'static str, script: &'static str, about: &'static str) -> SandboxModel {
    SandboxModel {
        name,
        about,
        script,
        reasoning: true,
        fault: false,
    }
}

const fn fails(name: &'static str, script: &'static str, about: &'static str) -> SandboxModel {
    SandboxModel {
        name,
        about,
        script,
        reasoning: false,
        fault: true,
    }
}

const CATALOG: &[SandboxModel] = &[
    answers(
        "swift",
        "ttft=120&tps=140&tokens=180&style=brief",
        "Short answers, at once",
    ),
    answers(
        "steady",
        "ttft=350&tps=70&tokens=420",
        "Balanced answers at a reading pace",
    ),
    thinks(
        "thinker",
        "ttft=500&tps=60&tokens=460&reasoning=160",
        "Thinks aloud first, then answers",
    ),
    answers(
        "verbose",
        "ttft=400&tps=90&tokens=1800",
        "Long answers with every kind of markdown",
    ),
    answers(
        "instant",
        "ttft=0&tps=max&tokens=150",
        "The whole answer without a pause",
    ),
    answers(
        "slow",
        "ttft=2500&tps=9&tokens=220",
        "A local model on a small machine",
    ),
    answers(
        "coder",
        "ttft=300&tps=85&tokens=500&style=code",
        "Answers with code blocks",
    ),
    answers(
        "json",
        "ttft=250&tps=90&json=on",
        "Answers in JSON, by your schema if there is one",
    ),
    answers(
        "tools",
        "ttft=300&tps=80&tokens=160&tools=1",
        "Calls the tool you offer, then answers",
    ),
    answers(
        "echo",
        "ttft=80&tps=200&echo=on",
        "Says your last message back",
    ),
    answers(
        "truncated",
        "ttft=250&tps=90&tokens=120&finish=length",
        "Stops at its token limit",
    ),
    fails(
        "flaky-429",
        "fault=429-once",
        "Rate limited once, then answers",
    ),
    fails(
        "flaky-500",
        "fault=500-once",
        "Fails once with 500, then answers",
    ),
    fails(
        "flaky-cut",
        "fault=cut-once",
        "Breaks off once in mid-answer, then answers",
    ),
    fails(
        "rate-limited",
        "fault=429",
        "Always rate limited, with a hint when to come back",
    ),
    fails(
        "out-of-quota",
        "fault=429-daily",
        "The quota of the day is spent",
    ),
    fails("unpaid", "fault=billing", "The account cannot pay"),
    fails("overloaded", "fault=529", "Always overloaded"),
    fails("unavailable", "fault=503", "Always unavailable"),
    fails("broken", "fault=500", "Always an internal error"),
    fails("unauthorized", "fault=401", "Refuses every key"),
    fails("forbidden", "fault=403", "The key may not use it"),
    fails("missing", "fault=404", "Is listed but does not exist"),
    fails(
        "forgetful",
        "fault=context",
        "Every prompt is too long for it",
    ),
    fails(
        "prudish",
        "fault=filter",
        "Its content filter refuses every prompt",
    ),
    fails(
        "silent",
        "fault=silence",
        "Accepts the request and never answers",
    ),
    fails(
        "slow-start",
        "fault=slow-start",
        "Headers at once, the first token after 45 s",
    ),
    fails("dribble", "fault=dribble", "Bytes dribble in"),
    fails("cut", "fault=cut", "Breaks off in mid-answer"),
    fails("stall", "fault=stall", "Falls silent in mid-answer"),
    fails(
        "garbled",
        "fault=malformed",
        "Sends a broken chunk in mid-answer",
    ),
    fails(
        "reset",
        "fault=reset",
        "Resets the connection before answering",
    ),
    fails("empty", "fault=empty", "Finishes without a word"),
    fails(
        "bad-json",
        "fault=invalid-json&json=on",
        "JSON that does not parse",
    ),
    fails(
        "portal",
        "fault=html",
        "A captive portal's page in place of the API",
    ),
];

/// Returns the ready-made models, those that answer first.
pub fn catalog() -> &'static [SandboxModel] {
    CATALOG
}

/// Returns the ready-made model of that name, or `None`.
pub fn find(name: &str) -> Option<&'static SandboxModel> {
    CATALOG.iter().find(|model| model.name == name)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::script::Script;

    #[test]
    fn every_ready_made_name_is_a_valid_script_and_unique() {
        let mut seen = std::collections::HashSet::new();
        for model in catalog() {
            assert!(seen.insert(model.name), "{} twice", model.name);
            let script = Script::parse(model.name).unwrap();
            assert_eq!(script.fault.is_some(), model.fault, "{}", model.name);
            assert_eq!(script.reasoning > 0, model.reasoning, "{}", model.name);
            assert!(!model.about.is_empty() && !model.about.ends_with('.'));
        }
    }

    #[test]
    fn the_default_models_answer() {
        for name in DEFAULT_MODELS {
            assert!(!find(name).unwrap().fault);
        }
    }
}
