//! A whole answer: the fold of a call's events.

use switchboard_engine::call::FinishReason;
use switchboard_engine::event::Event;
use switchboard_engine::usage::Usage;

/// What has come of an answer.
#[derive(Debug, Default)]
pub(crate) struct Answer {
    pub(crate) text: String,
    pub(crate) reasoning: String,
    pub(crate) tools: Vec<ToolUse>,
}

/// A tool call the model wants made.
#[derive(Debug, Default, Clone)]
pub(crate) struct ToolUse {
    pub(crate) index: u32,
    pub(crate) id: String,
    pub(crate) name: String,
    /// JSON text, as the model wrote it.
    pub(crate) arguments: String,
}

/// How an answer ended.
#[derive(Debug, Clone, Copy)]
pub(crate) struct End {
    pub(crate) finish: FinishReason,
    pub(crate) usage: Usage,
}

impl Answer {
    /// Takes an event in.
    pub(crate) fn add(&mut self, event: &Event) {
        match event {
            Event::TextDelta { text } => self.text.push_str(text),
            Event::ReasoningDelta { text } => self.reasoning.push_str(text),
            Event::ToolCallDelta {
                index,
                id,
                name,
                arguments,
            } => {
                let tool = self.tool(*index);
                if let Some(id) = id {
                    tool.id.clone_from(id);
                }
                if let Some(name) = name {
                    tool.name.clone_from(name);
                }
                tool.arguments.push_str(arguments);
            }
            Event::Restarted { .. } => *self = Self::default(),
            _ => {}
        }
    }

    fn tool(&mut self, index: u32) -> &mut ToolUse {
        let at = match self.tools.iter().position(|tool| tool.index == index) {
            Some(at) => at,
            None => {
                self.tools.push(ToolUse {
                    index,
                    id: format!("call_{index}"),
                    ..ToolUse::default()
                });
                self.tools.len() - 1
            }
        };
        &mut self.tools[at]
    }

    /// Returns why the answer ended in the caller's eyes: calls of tools are told as such, also of
    /// providers that call that a plain stop.
    pub(crate) fn finish(&self, finish: FinishReason) -> FinishReason {
        match finish {
            FinishReason::Stop | FinishReason::Other if !self.tools.is_empty() => {
                FinishReason::ToolCalls
            }
            other => other,
        }
    }
}
