//! What a simulated model answers: text, reasoning, tool calls and the usage that agrees with them.

mod pieces;
mod prose;
mod schema;
mod topic;

pub(crate) use pieces::{count, pieces};

use crate::ask::Ask;
use crate::fault::Fault;
use crate::script::Script;
use fastrand::Rng;
use prose::Writer;
use serde_json::Value;
use std::hash::{DefaultHasher, Hash, Hasher};
use topic::Topic;

/// A whole answer, before it is put in a wire format.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Answer {
    /// Names the answer; from the seed.
    pub(crate) id: u64,
    pub(crate) reasoning: String,
    pub(crate) text: String,
    pub(crate) tool_calls: Vec<ToolCall>,
    pub(crate) finish: Finish,
    pub(crate) usage: Tokens,
}

#[derive(Debug, Clone, PartialEq)]
pub(crate) struct ToolCall {
    pub(crate) id: u64,
    pub(crate) name: String,
    /// JSON text.
    pub(crate) arguments: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Finish {
    Stop,
    Length,
    ToolCalls,
    Filtered,
}

/// What is reported as usage: pieces of the texts that were really read and written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Tokens {
    /// All input, cached or not.
    pub(crate) input: u64,
    /// Part of `input`.
    pub(crate) cached: u64,
    pub(crate) visible: u64,
    pub(crate) reasoning: u64,
}

/// Returns the seed of an answer: the script's own, the model, and what was asked.
pub(crate) fn seed_of(script: &Script, ask: &Ask, base: u64) -> u64 {
    // `DefaultHasher::new` has fixed keys, so the same question gives the same seed in every run.
    let mut hasher = DefaultHasher::new();
    (
        base,
        script.seed,
        ask.seed,
        &script.name,
        &ask.last_user,
        ask.turns,
    )
        .hash(&mut hasher);
    hasher.finish()
}

/// Returns an answer without a word, to `input` tokens.
pub(crate) fn nothing(seed: u64, input: u64) -> Answer {
    Answer {
        id: Rng::with_seed(seed).u64(..),
        reasoning: String::new(),
        text: String::new(),
        tool_calls: Vec::new(),
        finish: Finish::Stop,
        usage: Tokens {
            input,
            ..Tokens::default()
        },
    }
}

/// Writes the answer to `ask`.
pub(crate) fn answer(script: &Script, ask: &Ask, seed: u64) -> Answer {
    let mut rng = Rng::with_seed(seed);
    let id = rng.u64(..);
    let topic = Topic::of(&ask.last_user);
    let mut reasoning = String::new();
    if script.reasoning > 0 {
        reasoning =
            Writer::new(&topic, script.style, &mut rng).reasoning(u64::from(script.reasoning));
    }
    let tool_calls = tool_calls(script, ask, &topic, &mut rng);
    let mut text = if tool_calls.is_empty() {
        text(script, ask, &topic, &mut rng)
    } else {
        String::new()
    };
    let mut finish = if tool_calls.is_empty() {
        Finish::Stop
    } else {
        Finish::ToolCalls
    };
    if script.finish_length {
        finish = Finish::Length;
    }
    if let Some(cut) = ask
        .stop
        .iter()
        .filter(|stop| !stop.is_empty())
        .filter_map(|stop| text.find(stop))
        .min()
    {
        text.truncate(cut);
    }
    if let Some(most) = ask.max_tokens {
        let spent = count(&reasoning);
        if spent >= most {
            reasoning = pieces(&reasoning).take(most as usize).collect();
            text.clear();
            finish = Finish::Length;
        } else if spent + count(&text) > most {
            text = pieces(&text).take((most - spent) as usize).collect();
            finish = Finish::Length;
        }
    }
    let arguments: u64 = tool_calls
        .iter()
        .map(|call| count(&call.arguments) + 8)
        .sum();
    let usage = Tokens {
        input: ask.input_tokens,
        cached: script.cached.min(ask.input_tokens),
        visible: count(&text) + arguments,
        reasoning: count(&reasoning),
    };
    Answer {
        id,
        reasoning,
        text,
        tool_calls,
        finish,
        usage,
    }
}

fn tool_calls(script: &Script, ask: &Ask, topic: &Topic, rng: &mut Rng) -> Vec<ToolCall> {
    // After a tool's result comes the answer, not the same call again.
    if ask.tool_result.is_some() {
        return Vec::new();
    }
    ask.tools
        .iter()
        .cycle()
        .take(if ask.tools.is_empty() {
            0
        } else {
            script.tools as usize
        })
        .map(|tool| ToolCall {
            id: rng.u64(..),
            name: tool.name.clone(),
            arguments: match &tool.parameters {
                Value::Object(schema) if !schema.is_empty() => {
                    schema::value_for(&tool.parameters, topic, rng).to_string()
                }
                _ => "{}".to_owned(),
            },
        })
        .collect()
}

fn text(script: &Script, ask: &Ask, topic: &Topic, rng: &mut Rng) -> String {
    match script.fault {
        Some(Fault::Empty) => return String::new(),
        Some(Fault::WrongJson) => {
            return r#"{"unexpected":["not","what","was","asked"]}"#.to_owned();
        }
        Some(Fault::InvalidJson) => {
            let whole = schema::free_value(topic, rng).to_string();
            let cut: String = whole.chars().take(whole.chars().count() * 3 / 4).collect();
            return cut.replacen("\":", "\":,", 1);
        }
        _ => {}
    }
    if let Some(say) = &script.say {
        return say.clone();
    }
    if script.echo {
        return ask.last_user.clone();
    }
    if let Some(wanted) = &ask.json {
        return match &wanted.schema {
            Some(schema) => schema::value_for(schema, topic, rng).to_string(),
            None => schema::free_value(topic, rng).to_string(),
        };
    }
    if script.json {
        let value = schema::free_value(topic, rng);
        return serde_json::to_string_pretty(&value).unwrap_or_else(|_| value.to_string());
    }
    let mut out = String::new();
    if let Some(result) = &ask.tool_result {
        let shown: String = result.chars().take(200).collect();
        out.push_str(&format!(
            "The tool returned `{}`. ",
            shown.replace(['`', '\n'], " ")
        ));
    }
    if ask.images > 0 {
        let images = if ask.images == 1 {
            "the image"
        } else {
            "the images"
        };
        out.push_str(&format!(
            "I cannot see {images} you sent, being simulated; here is what I would say. "
        ));
    }
    out.push_str(&Writer::new(topic, script.style, rng).answer(u64::from(script.tokens)));
    if script.fault == Some(Fault::Utf8Cut) {
        out.push_str(" In other scripts: naïve café — 東京, Ελλάδα, 🚀👩‍💻 and ‘quotes’.");
    }
    out
}
