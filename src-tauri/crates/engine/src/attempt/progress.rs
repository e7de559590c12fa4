//! What an attempt has brought so far; readable after it failed.

use crate::call::{FinishReason, Message, ModelRequest, Part};
use crate::plan::Target;
use crate::price::{Charge, PicoUsd, ServiceTier};
use crate::provider::Delta;
use crate::tokens::Tally;
use crate::usage::Usage;
use std::time::Duration;

/// What one attempt has produced, shown or not: all of it is paid for.
#[derive(Debug, Default)]
pub(crate) struct Progress {
    /// After the attempt's start.
    pub(crate) first_token: Option<Duration>,
    pub(crate) response_model: Option<String>,
    pub(crate) finish_reason: Option<FinishReason>,
    /// As reported; `None` until then.
    pub(crate) usage: Option<Usage>,
    pub(crate) service_tier: ServiceTier,
    /// What the provider says it charges.
    pub(crate) cost: Option<PicoUsd>,
    pub(crate) text_chars: u64,
    reasoning_chars: u64,
    pub(crate) tool_calls: bool,
    /// Answer text, and names and arguments of tool calls.
    visible: Tally,
    reasoning: Tally,
}

impl Progress {
    /// Returns whether the attempt has brought any content.
    pub(crate) fn produced(&self) -> bool {
        self.text_chars > 0 || self.reasoning_chars > 0 || self.tool_calls
    }

    /// Counts a delta's content and returns how many characters it has; 0 for what is no content.
    pub(crate) fn count(&mut self, delta: &Delta) -> u64 {
        match delta {
            Delta::Text(text) => {
                let chars = text.chars().count() as u64;
                self.text_chars += chars;
                self.visible.add(text);
                chars
            }
            Delta::Reasoning(text) => {
                let chars = text.chars().count() as u64;
                self.reasoning_chars += chars;
                self.reasoning.add(text);
                chars
            }
            Delta::ToolCall {
                name, arguments, ..
            } => {
                self.tool_calls = true;
                self.visible.add(name.as_deref().unwrap_or_default());
                self.visible.add(arguments);
                1 + arguments.chars().count() as u64
            }
            Delta::ResponseModel(_)
            | Delta::Usage(_)
            | Delta::ServiceTier(_)
            | Delta::Cost(_)
            | Delta::Finish(_) => 0,
        }
    }

    /// Returns what an attempt that brought this costs at a target. One that failed before any content is not known
    /// to have cost anything.
    pub(crate) fn charge(&self, target: &Target, failed: bool, input_tokens: u64) -> Charge {
        let usage = match self.usage {
            Some(usage) => usage,
            None if failed && !self.produced() => return Charge::NOTHING,
            None => self.usage_or_estimate(&target.model, input_tokens),
        };
        Charge::of(target.price.as_deref(), usage, self.service_tier, self.cost)
    }

    /// Returns the reported usage, or an estimate from what was sent (`input_tokens`) and received from a model: text,
    /// reasoning and tool calls.
    pub(crate) fn usage_or_estimate(&self, model: &str, input_tokens: u64) -> Usage {
        self.usage.unwrap_or_else(|| Usage {
            input_uncached_tokens: input_tokens,
            output_visible_tokens: self.visible.tokens(model),
            reasoning_output_tokens: self.reasoning.tokens(model),
            estimated: true,
            ..Usage::default()
        })
    }
}

impl ModelRequest {
    /// Returns how many characters of text the request sends to the model.
    pub fn input_chars(&self) -> u64 {
        input_chars(self)
    }
}

/// Returns how many characters of text the request sends to the model.
pub(crate) fn input_chars(request: &ModelRequest) -> u64 {
    let part = |part: &Part| match part {
        Part::Text { text } => text.chars().count(),
        Part::ToolResult { text, .. } => text.chars().count(),
        Part::ToolCall { arguments, .. } => arguments.chars().count(),
        Part::Image { .. } => 0,
    };
    let message = |message: &Message| message.parts.iter().map(part).sum::<usize>();
    request.messages.iter().map(message).sum::<usize>() as u64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cut_answers_reasoning_and_tool_calls_are_estimated_as_its_text_is() {
        let mut progress = Progress::default();
        let arguments = r#"{"city":"Reykjavik","days":3}"#;
        for (name, piece) in [
            (Some("get_weather"), &arguments[..9]),
            (None, &arguments[9..]),
        ] {
            progress.count(&Delta::ToolCall {
                index: 0,
                id: None,
                name: name.map(str::to_owned),
                arguments: piece.to_owned(),
            });
        }
        assert!(progress.produced());
        let usage = progress.usage_or_estimate("gpt-5.2", 7);
        // o200k_base counts 2 and 12.
        assert!(
            (10..=18).contains(&usage.output_visible_tokens),
            "{usage:?}"
        );
        assert_eq!(usage.reasoning_output_tokens, 0);
        progress.count(&Delta::Reasoning("我想一想今天的天气。".into()));
        let usage = progress.usage_or_estimate("gpt-5.2", 7);
        assert!(
            (6..=12).contains(&usage.reasoning_output_tokens),
            "{usage:?}"
        );
        assert!(usage.estimated && usage.input_tokens() == 7);
        let reported = Usage {
            output_visible_tokens: 3,
            ..Usage::default()
        };
        progress.usage = Some(reported);
        assert_eq!(progress.usage_or_estimate("gpt-5.2", 7), reported);
    }
}
