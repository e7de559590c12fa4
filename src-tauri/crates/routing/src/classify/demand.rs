//! How demanding a prompt is: points for what makes one hard, and a tier by their sum.
//!
//! | what | points |
//! | --- | --- |
//! | more than 300 tokens, 2,000, 12,000 | 1, 2, 3 |
//! | words of reasoning: prove, step by step, trade-off, why, compare … | 1 each, up to 3 |
//! | constraints: must, at least, exactly, without, unless … | 1 for two, 2 for four |
//! | questions | 1 for two, 2 for four |
//! | code | 1 |
//! | steps: first … then, a numbered list of three | 1 |
//! | the likeliest class is complex reasoning | 2 |
//!
//! Up to 1 point is simple, up to 4 standard, more is complex. The points are a judgement, not measured; the tiers only
//! choose among routes that the user made for them.

use super::class::Class;
use super::text::Seen;
use crate::complexity::Complexity;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// How demanding a prompt is, and by what.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(rename = "PromptDemand")]
pub struct Demand {
    pub tier: Complexity,
    /// The sum, 0 to 14.
    pub points: u32,
    /// What gave points, each a short clause.
    pub because: Vec<String>,
}

/// Words of reasoning, found anywhere: stems that stand for their bent forms.
const REASONING: &[&str] = &[
    "prove",
    "proof",
    "step by step",
    "trade-off",
    "tradeoff",
    "why ",
    "compare",
    "derive",
    "justify",
    "analyz",
    "analys",
    "evaluate",
    "optimi",
    "root cause",
    "consequences",
    "counterargument",
    "pros and cons",
    "strategy",
    "hypothes",
    "assumption",
    "reason through",
    "weigh",
    "beweis",
    "schritt für schritt",
    "begründe",
    "abwäg",
    "wäge",
    "warum",
    "vergleiche",
    "démontre",
    "étape par étape",
    "justifie",
    "pourquoi",
    "avantages et inconvénients",
    "demuestra",
    "paso a paso",
    "justifica",
    "por qué",
    "ventajas y desventajas",
    "докажи",
    "пошагово",
    "обоснуй",
    "证明",
    "一步一步",
    "推理",
    "証明",
    "段階的",
];

/// Words of constraint, whole.
const CONSTRAINTS: &[&str] = &[
    "must",
    "exactly",
    "without",
    "unless",
    "only",
    "except",
    "never",
    "always",
    "maximum",
    "minimum",
    "limit",
    "constraint",
    "constraints",
    "ensure",
    "muss",
    "genau",
    "ohne",
    "höchstens",
    "mindestens",
    "nur",
    "doit",
    "exactement",
    "sans",
    "sauf",
    "debe",
    "exactamente",
    "sin",
    "solo",
    "excepto",
];

/// Returns how demanding a prompt is, without classifying it.
pub fn demand(text: &str) -> Demand {
    of(&Seen::of(text), text.len(), Class::Other)
}

pub(super) fn of(seen: &Seen, bytes: usize, class: Class) -> Demand {
    let text = seen.text();
    let mut points = 0;
    let mut because = Vec::new();
    let mut add = |more: u32, why: &str| {
        if more > 0 {
            points += more;
            because.push(why.to_owned());
        }
    };
    // About four bytes a token; the whole text counts, not only the ends.
    add(
        match bytes / 4 {
            0..=300 => 0,
            301..=2_000 => 1,
            2_001..=12_000 => 2,
            _ => 3,
        },
        "its length",
    );
    let cues = REASONING.iter().filter(|cue| text.contains(*cue)).count();
    add(small(cues).min(3), "words of reasoning");
    let constraints = seen
        .words
        .iter()
        .filter(|word| CONSTRAINTS.contains(&seen.word(word)))
        .count()
        + text.matches("at least").count()
        + text.matches("at most").count()
        + text.matches("no more than").count();
    add(
        match constraints {
            0..=1 => 0,
            2..=3 => 1,
            _ => 2,
        },
        "its constraints",
    );
    add(
        match text.matches(['?', '？']).count() {
            0..=1 => 0,
            2..=3 => 1,
            _ => 2,
        },
        "its questions",
    );
    let code = class == Class::CodeGeneration || text.contains("```");
    add(u32::from(code), "code");
    let numbered = text
        .lines()
        .filter(|line| {
            let line = line.trim_start();
            line.starts_with("0.") || line.starts_with("0)") || line.starts_with("00.")
        })
        .count();
    let steps = numbered >= 3 || (text.contains("first") && text.contains("then"));
    add(u32::from(steps), "several steps");
    add(
        if class == Class::ComplexReasoning {
            2
        } else {
            0
        },
        "it asks for reasoning",
    );
    let tier = match points {
        0..=1 => Complexity::Simple,
        2..=4 => Complexity::Standard,
        _ => Complexity::Complex,
    };
    Demand {
        tier,
        points,
        because,
    }
}

fn small(count: usize) -> u32 {
    u32::try_from(count).unwrap_or(u32::MAX)
}
